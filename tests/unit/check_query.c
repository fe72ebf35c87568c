#include <config.h>

#include "models/query.h"

#include <math.h>

#include "base/xxh64.h"
#include "modelkit.h"
#include "models/ngmbuild.h"

static const enum ng_smoothing methods[] = { NG_KNESER_NEY, NG_INTERPOLATED,
                                             NG_LAPLACE, NG_STUPID_BACKOFF };

struct asked
{
    struct ng_backoff m;
    unsigned char *image;
    size_t size;
    struct ng_ngm ngm;
};

static void
ask_for (struct asked *a, unsigned order, enum ng_smoothing smoothing)
{
    struct kit k;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_estimate e = { .smoothing = smoothing,
                             .has_fallback = true,
                             .fallback = { 0.5, 1, 1.5 } };

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        e.epsilon[i] = 0.5 + i;
    kit_make (&k, order, true, order);
    kit_model (&k, &e, &a->m);
    ck_assert_int_eq (ng_ngm_image (&a->m, "kit", &fault, &a->image, &a->size),
                      NG_OK);
    ck_assert_int_eq (
        ng_ngm_open (a->image, a->size, true, "kit", &fault, &a->ngm), NG_OK);
}

static void
done_with (struct asked *a)
{
    free (a->image);
    ng_backoff_fini (&a->m);
}

/* Random sentences, longer than a block of searches, against the definition,
   one token at a time.  */
START_TEST (answers_are_by_the_definition)
{
    enum
    {
        N = 3000
    };
    static uint32_t ids[N];
    static uint8_t context[N], used[N];
    static double logp[N];
    const unsigned order = 1 + (unsigned) _i / 4;
    uint64_t seed = (uint64_t) _i;
    struct asked a;
    struct ng_query *q;

    ask_for (&a, order, methods[_i % 4]);
    for (size_t i = 0; i < N; i++)
    {
        ids[i] = (uint32_t) rand_below (&seed, a.ngm.n_types);
        context[i] =
            (uint8_t) (i == 0 || rand_below (&seed, 20) == 0
                           ? 0
                           : context[i - 1] + (context[i - 1] < NG_ORDER_MAX));
    }
    for (unsigned asked = 0; asked <= order; asked++)
    {
        const unsigned most = asked > 0 ? asked : order;

        ck_assert_int_eq (ng_query_new (&a.ngm, asked, &q), NG_OK);
        ng_query_run (q, ids, context, N, logp, used);
        for (size_t i = 0; i < N; i++)
        {
            unsigned n = context[i] < most ? context[i] : most - 1, by;
            double x = ng_backoff_logp (&a.m, ids + i - n, n + 1, &by);

            ck_assert_double_eq_tol (logp[i], x, 1e-5);
            ck_assert_uint_eq (used[i], by);
        }
        ng_query_free (q);
    }
    done_with (&a);
}
END_TEST

/* Those asked for by their ids are what they are among all, LOGP.  */
static void
check_some (struct ng_query *q, const uint32_t *history, unsigned n,
            const double *logp)
{
    const uint32_t ids[3] = { KIT_TYPES - 1, 0, 4 };
    double some[3];

    ng_query_each (q, history, n, ids, 3, some);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_double_eq (some[i], logp[ids[i]]);
}

START_TEST (all_at_once_are_the_same)
{
    struct asked a;
    struct ng_query *q;
    double logp[KIT_TYPES];
    unsigned w[2] = { 0, 0 };

    ask_for (&a, 3, methods[_i]);
    ck_assert_uint_eq (a.ngm.n_types, KIT_TYPES);
    ck_assert_int_eq (ng_query_new (&a.ngm, 0, &q), NG_OK);
    do
        for (unsigned n = 0; n <= 2; n++)
        {
            ng_query_each (q, w + 2 - n, n, NULL, KIT_TYPES, logp);
            for (uint32_t id = 0; id < KIT_TYPES; id++)
            {
                uint32_t tokens[3] = { w[0], w[1], id };

                ck_assert_double_eq_tol (
                    logp[id],
                    ng_backoff_logp (&a.m, tokens + 2 - n, n + 1, NULL), 1e-5);
            }
            check_some (q, w + 2 - n, n, logp);
        }
    while (kit_next (w, 2));
    ng_query_free (q);
    done_with (&a);
}
END_TEST

START_TEST (names_are_found)
{
    struct asked a;

    ask_for (&a, 2, NG_KNESER_NEY);
    for (uint32_t id = 0; id < a.ngm.n_types; id++)
    {
        size_t len;
        const unsigned char *name = ng_ngm_name (&a.ngm, id, &len);

        ck_assert_uint_eq (
            ng_ngm_find (&a.ngm, name, len, ng_ngm_name_hash (name, len)), id);
        ck_assert_uint_eq (ng_ngm_find (&a.ngm, name, len - 1,
                                        ng_ngm_name_hash (name, len - 1)),
                           NG_NONE);
    }
    ck_assert_uint_eq (a.ngm.unk, a.m.unk);
    ck_assert_uint_eq (a.ngm.bos, a.m.bos);
    ck_assert_uint_eq (a.ngm.eos, a.m.eos);
    done_with (&a);
}
END_TEST

/* Every byte, and every length.  */
START_TEST (damage_is_seen)
{
    struct asked a;
    struct ng_ngm ngm;

    ask_for (&a, 2, NG_KNESER_NEY);
    for (size_t i = 0; i < a.size; i++)
    {
        struct ng_fault fault = { .err = NG_OK };

        a.image[i] ^= (unsigned char) (1 << i % 8);
        ck_assert_int_eq (
            ng_ngm_open (a.image, a.size, true, "kit", &fault, &ngm),
            NG_EFORMAT);
        ck_assert_str_ne (fault.text, "");
        a.image[i] ^= (unsigned char) (1 << i % 8);
        ck_assert_int_eq (ng_ngm_open (a.image, i, true, "kit", &fault, &ngm),
                          NG_EFORMAT);
    }
    done_with (&a);
}
END_TEST

/* A forged header, checksum and all, leads nowhere either.  */
START_TEST (headers_are_not_trusted)
{
    struct asked a;
    uint64_t seed = 3;

    ask_for (&a, 3, NG_KNESER_NEY);
    for (unsigned i = 0; i < 3000; i++)
    {
        struct ng_fault fault = { .err = NG_OK };
        struct ng_ngm ngm;
        size_t at = 8 + rand_below (&seed, 180);
        unsigned char old = a.image[at];
        uint64_t sum;

        a.image[at] = (unsigned char) rand_next (&seed);
        sum = ng_xxh64 (a.image, a.size - NG_NGM_TRAILER_BYTES);
        for (unsigned j = 0; j < 8; j++)
            a.image[a.size - 8 + j] = (unsigned char) (sum >> 8 * j);
        if (ng_ngm_open (a.image, a.size, true, "kit", &fault, &ngm) == NG_OK)
        {
            ck_assert_uint_eq (ngm.size, a.size);
            ck_assert_uint_eq (ngm.n_types, a.ngm.n_types);
        }
        a.image[at] = old;
    }
    done_with (&a);
}
END_TEST

static void
renew_checksum (struct asked *a)
{
    const size_t n = a->size - NG_NGM_TRAILER_BYTES;

    ng_put_u64le (a->image + n, ng_xxh64 (a->image, n));
}

/* Nor do forged tables: where a search would go astray the file is refused.  */
START_TEST (tables_are_not_trusted)
{
    struct asked a;
    struct ng_ngm ngm;

    ask_for (&a, 3, NG_KNESER_NEY);
    for (unsigned i = 0; i < 5; i++)
    {
        struct ng_fault fault = { .err = NG_OK };
        const unsigned char *const places[] = {
            a.ngm.name_starts + 4, a.ngm.slots, a.ngm.levels[1].cells,
            a.ngm.levels[1].cells + 6,
            a.ngm.levels[2].cells
                + NG_NGM_CELL_BYTES * ng_ngm_n_cells (a.ngm.levels[2].n_buckets)
                - 4
        };
        unsigned char *p = a.image + (places[i] - a.image);
        const uint32_t old = ng_get_u32le (p);

        ng_put_u32le (p, 0x7fffffff);
        renew_checksum (&a);
        ck_assert_int_eq (
            ng_ngm_open (a.image, a.size, true, "kit", &fault, &ngm),
            NG_EFORMAT);
        ck_assert_ptr_nonnull (strstr (fault.text, "contradict"));
        ng_put_u32le (p, old);
        renew_checksum (&a);
        ck_assert_int_eq (
            ng_ngm_open (a.image, a.size, true, "kit", &fault, &ngm), NG_OK);
    }
    done_with (&a);
}
END_TEST

/* Mixing is one to one.  */
START_TEST (keys_stay_apart)
{
    static bool seen[1 << 12];

    for (unsigned bits = 1; bits <= 12; bits++)
    {
        memset (seen, 0, sizeof seen);
        for (uint64_t x = 0; x < UINT64_C (1) << bits; x++)
        {
            uint64_t y = ng_ngm_mix (x, bits);

            ck_assert_uint_eq (y << bits, 0);
            y >>= 64 - bits;
            ck_assert (!seen[y]);
            seen[y] = true;
        }
    }
}
END_TEST

/* A bucket of N entries, whose tags differ but share few leads, and values that
   tell the entries' numbers; behind it are bytes that look like leads.  */
static void
make_bucket (const struct ng_ngm_level *l, uint32_t n, uint64_t *tags,
             unsigned char *p, uint64_t *seed)
{
    const unsigned rest_bits = 8 * (l->tag_bytes - 1);

    for (uint32_t i = 0; i < n; i++)
    {
        bool is_new;

        do
        {
            tags[i] = rand_below (seed, l->tag_bytes > 1 ? 5 : 256)
                      << rest_bits;
            if (rest_bits > 0)
                tags[i] |= rand_below (seed, 200) << (rest_bits - 8);
            is_new = true;
            for (uint32_t j = 0; j < i; j++)
                is_new = is_new && tags[j] != tags[i];
        } while (!is_new);
        p[i] = (unsigned char) (tags[i] >> rest_bits);
        for (unsigned j = 0; j + 1 < l->tag_bytes; j++)
            p[n + i * (l->tag_bytes - 1) + j] =
                (unsigned char) (tags[i] >> 8 * j);
        memset (p + n * l->tag_bytes + i * l->value_bytes, (int) i,
                l->value_bytes);
    }
    for (unsigned i = 0; i < NG_NGM_PAD; i++)
        p[n * (l->tag_bytes + l->value_bytes) + i] =
            (unsigned char) rand_below (seed, 5);
}

/* In a bucket just those entries are found that are there, however many begin
   alike.  */
START_TEST (entries_are_found)
{
    enum
    {
        N = 60
    };
    const struct ng_ngm_level l = { .tag_bytes = 1 + (unsigned) _i / 2,
                                    .value_bytes = _i % 2 ? 4 : 8 };
    uint64_t tags[N], seed = (uint64_t) _i;

    for (unsigned round = 0; round < 300; round++)
    {
        const uint32_t n = (uint32_t) rand_below (&seed, round % 3 ? 10 : N);
        const size_t size = n * (l.tag_bytes + l.value_bytes) + NG_NGM_PAD;
        unsigned char *p = malloc (size); /* nothing behind it is read */
        const struct ng_ngm_entries e = { p, 0, n };

        ck_assert_ptr_nonnull (p);
        make_bucket (&l, n, tags, p, &seed);
        for (uint32_t i = 0; i < 2 * N; i++)
        {
            const uint64_t any =
                (n > 0 ? tags[0] : 0) + rand_below (&seed, 256);
            const uint64_t tag =
                i < n ? tags[i] : any & UINT64_MAX >> (64 - 8 * l.tag_bytes);
            uint32_t at, expected = 0;

            while (expected < n && tags[expected] != tag)
                expected++;
            ck_assert_uint_eq (ng_ngm_search (&l, e, tag, &at), expected < n);
            ck_assert_uint_le (at, n);
            ck_assert (expected == n || at == expected);
            ck_assert (expected == n || *ng_ngm_value (&l, e, at) == at);
        }
        free (p);
    }
}
END_TEST

/* What follows HISTORY[N] by the library is what the trie lists, each with its
   own and its suffix's value.  */
static void
check_followers (const struct asked *a, struct ng_query *q,
                 const uint32_t *history, unsigned n)
{
    uint32_t ids[KIT_TYPES], tokens[NG_ORDER_MAX], m, k = 0;
    float logp[KIT_TYPES], lower[KIT_TYPES];

    for (uint32_t id = 0; id < KIT_TYPES; id++)
        ids[id] = id;
    m = ng_query_followers (q, history, n, ids, KIT_TYPES, logp, lower);
    memcpy (tokens, history, n * sizeof *tokens);
    for (uint32_t id = 0; id < KIT_TYPES; id++)
    {
        uint32_t at, below;

        tokens[n] = id;
        at = ng_trie_find (&a->m.trie, n + 1, tokens);
        if (at == NG_NONE)
            continue;
        below = ng_trie_find (&a->m.trie, n, tokens + 1);
        ck_assert_uint_lt (k, m);
        ck_assert_uint_eq (ids[k], id);
        ck_assert_double_eq ((double) logp[k], (double) a->m.logp[n][at]);
        ck_assert_double_eq ((double) lower[k],
                             (double) a->m.logp[n - 1][below]);
        k++;
    }
    ck_assert_uint_eq (k, m);
}

START_TEST (followers_and_contexts_are_those_listed)
{
    struct asked a;
    struct ng_query *q;
    unsigned w[3] = { 0, 0, 0 };

    ask_for (&a, 4, methods[_i]);
    ck_assert_int_eq (ng_query_new (&a.ngm, 0, &q), NG_OK);
    do
        for (unsigned n = 1; n <= 3; n++)
        {
            const uint32_t *history = w + 3 - n;
            uint32_t places[NG_ORDER_MAX];
            float bow[NG_ORDER_MAX];
            unsigned reach = 1;

            check_followers (&a, q, history, n);
            while (
                reach < n
                && ng_trie_find (&a.m.trie, reach + 1, history + n - reach - 1)
                       != NG_NONE)
                reach++;
            ck_assert_uint_eq (ng_query_context (q, history, n, places, bow),
                               reach);
            ck_assert_uint_eq (places[0], history[n - 1]);
            for (unsigned k = 1; k <= reach; k++)
            {
                uint32_t at = ng_trie_find (&a.m.trie, k, history + n - k);

                ck_assert_double_eq ((double) bow[k - 1],
                                     (double) a.m.bow[k - 1][at]);
            }
        }
    while (kit_next (w, 3));
    ng_query_free (q);
    done_with (&a);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("query");
    TCase *c = tcase_create ("all");

    tcase_set_timeout (c, 120);
    tcase_add_loop_test (c, answers_are_by_the_definition, 0, 20);
    tcase_add_loop_test (c, all_at_once_are_the_same, 0, 4);
    tcase_add_loop_test (c, followers_and_contexts_are_those_listed, 0, 4);
    tcase_add_test (c, names_are_found);
    tcase_add_test (c, damage_is_seen);
    tcase_add_test (c, headers_are_not_trusted);
    tcase_add_test (c, tables_are_not_trusted);
    tcase_add_test (c, keys_stay_apart);
    tcase_add_loop_test (c, entries_are_found, 0, 16);
    suite_add_tcase (s, c);
    return s;
}
