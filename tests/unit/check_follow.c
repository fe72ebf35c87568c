#include <config.h>

#include "models/follow.h"

#include "drawkit.h"

/* All bigrams of the model are listed, each once, by rising ids.  */
START_TEST (bigrams_are_listed)
{
    const unsigned order = 1 + (unsigned) _i % 4;
    struct drawkit d;
    struct ng_follow *f;

    drawkit_make (&d, (unsigned) _i / 4, order);
    ck_assert_int_eq (ng_follow_new (&d.ngm, &f), NG_OK);
    for (uint32_t w[2] = { 0, 0 }; w[0] < KIT_TYPES; w[0]++)
    {
        uint32_t n, at = 0;
        const uint32_t *ids = ng_follow_ids (f, w[0], &n);

        for (w[1] = 0; w[1] < KIT_TYPES; w[1]++)
            if (order > 1 && ng_trie_find (&d.m.trie, 2, w) != NG_NONE)
            {
                ck_assert_uint_lt (at, n);
                ck_assert_uint_eq (ids[at++], w[1]);
            }
        ck_assert_uint_eq (at, n);
    }
    ng_follow_free (f);
    drawkit_done (&d);
}
END_TEST

/* Keys come back from where n-grams stand, whatever the bits of keys and tags
   and the number of buckets.  */
START_TEST (keys_come_back)
{
    struct ng_ngm_level l = { .key_bits = 1 + (unsigned) _i };
    uint64_t seed = (uint64_t) _i;

    for (l.tag_bytes = 1; l.tag_bytes <= 8; l.tag_bytes++)
    {
        l.n_buckets = 1 + rand_below (&seed, 1 << 20);
        l.multiplier = 1;
        if (l.key_bits > 8 * l.tag_bytes
            && (l.key_bits > 8 * l.tag_bytes + 32
                || l.n_buckets < UINT64_C (1)
                                     << (l.key_bits - 8 * l.tag_bytes)))
            continue;
        for (unsigned i = 0; i < 1000; i++)
        {
            const uint64_t key =
                rand_next (&seed) & UINT64_MAX >> (64 - l.key_bits);
            const struct ng_ngm_spot s =
                ng_ngm_spot (&l, ng_ngm_mix (key, l.key_bits));

            ck_assert_uint_eq (ng_ngm_key (&l, s.bucket, s.tag), key);
        }
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("follow");
    TCase *c = tcase_create ("all");

    tcase_add_loop_test (c, bigrams_are_listed, 0, 16);
    tcase_add_loop_test (c, keys_come_back, 0, 64);
    suite_add_tcase (s, c);
    return s;
}
