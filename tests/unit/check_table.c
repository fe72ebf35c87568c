#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "counts/key.h"
#include "counts/table.h"
#include "rand.h"
#include "unit.h"

/* The second implementation: a hash table of the whole key, and the order of
   first appearance.  */
struct node
{
    uint64_t key[NG_KEY_WORDS_MAX];
    uint64_t count;
    size_t place;
    UT_hash_handle hh;
};

static void
count_slowly (struct node **nodes, const uint64_t *key, unsigned words)
{
    struct node *node, wanted;

    memset (wanted.key, 0, sizeof wanted.key);
    memcpy (wanted.key, key, words * sizeof *key);
    HASH_FIND (hh, *nodes, wanted.key, sizeof wanted.key, node);
    if (!node)
    {
        node = calloc (1, sizeof *node);
        NG_ENSURE (node);
        memcpy (node->key, wanted.key, sizeof node->key);
        node->place = HASH_COUNT (*nodes);
        HASH_ADD (hh, *nodes, key, sizeof node->key, node);
    }
    node->count++;
}

static void
check_same (struct ng_table *t, struct node *nodes, unsigned words)
{
    const uint64_t *entries = ng_table_entries (t);
    struct node *node, *next;

    ck_assert_uint_eq (ng_table_size (t), HASH_COUNT (nodes));
    HASH_ITER (hh, nodes, node, next)
    {
        const uint64_t *entry = entries + node->place * (words + 1);

        NG_ENSURE (memcmp (entry, node->key, words * sizeof *entry) == 0);
        NG_ENSURE (entry[words] == node->count);
    }
}

static void
free_nodes (struct node *nodes)
{
    struct node *node, *next;

    HASH_ITER (hh, nodes, node, next)
    {
        HASH_DEL (nodes, node);
        free (node);
    }
}

/* Count N keys, in pieces of several lengths, and compare.  */
static void
check_keys (struct ng_table *t, const uint64_t *keys, size_t n, unsigned words)
{
    struct node *nodes = NULL;

    for (size_t i = 0; i < n; i++)
        count_slowly (&nodes, keys + i * words, words);
    for (size_t at = 0, part = 0; at < n; at += part)
    {
        part = part * 3 + 1 < n - at ? part * 3 + 1 : n - at;
        ck_assert_int_eq (ng_table_count (t, keys + at * words, part), NG_OK);
    }
    check_same (t, nodes, words);
    free_nodes (nodes);
}

static uint64_t *
new_keys (size_t n, unsigned words)
{
    uint64_t *keys = calloc (n * words, sizeof *keys);

    ck_assert_ptr_nonnull (keys);
    return keys;
}

/* Keys drawn from few, some and many; one table for all, which is cleared
   between, and so shrinks and grows.  */
START_TEST (equals_uthash)
{
    const unsigned words = (unsigned) _i;
    static const uint64_t n_different[] = { 3,   5000,       UINT64_MAX, 1,
                                            200, UINT64_MAX, 40000 };
    const size_t n = 60000;
    uint64_t state = words, *keys = new_keys (n, words);
    struct ng_table *t = ng_table_new (words);

    ck_assert_ptr_nonnull (t);
    ck_assert_uint_eq (ng_table_size (t), 0);
    for (size_t i = 0; i < sizeof n_different / sizeof *n_different; i++)
    {
        for (size_t j = 0; j < n; j++)
        {
            uint64_t seed = rand_below (&state, n_different[i]);

            for (unsigned w = 0; w < words; w++)
                keys[j * words + w] = rand_next (&seed);
        }
        check_keys (t, keys, n, words);
        ng_table_clear (t, words);
        ck_assert_uint_eq (ng_table_size (t), 0);
    }
    ng_table_free (t);
    free (keys);
}
END_TEST

/* All keys of one bit, of all but one, and none.  */
START_TEST (tells_bits_apart)
{
    const unsigned words = (unsigned) _i;
    const size_t n = 128 * words + 1;
    uint64_t *keys = new_keys (n, words);
    struct ng_table *t = ng_table_new (words);

    ck_assert_ptr_nonnull (t);
    for (size_t i = 0; i < 64 * words; i++)
    {
        uint64_t *one = keys + i * words, *other = one + 64 * words * words;

        memset (other, 0xff, words * sizeof *other);
        one[i / 64] |= UINT64_C (1) << i % 64;
        other[i / 64] ^= UINT64_C (1) << i % 64;
    }
    check_keys (t, keys, n, words);
    ck_assert_uint_eq (ng_table_size (t), n);
    ng_table_free (t);
    free (keys);
}
END_TEST

/* Keys as texts have them: small numbers at the top of the words.  */
START_TEST (counts_packed_keys)
{
    const unsigned words = (unsigned) _i;
    const size_t n = 100000;
    uint64_t state = 9, *keys = new_keys (n, words);
    struct ng_table *t = ng_table_new (words);

    ck_assert_ptr_nonnull (t);
    for (size_t i = 0; i < n; i++)
        for (unsigned w = 0; w < words; w++)
            keys[i * words + w] = rand_below (&state, 9) << 60
                                  | rand_below (&state, 30) << 40
                                  | rand_below (&state, 100) << 20;
    check_keys (t, keys, n, words);
    ng_table_free (t);
    free (keys);
}
END_TEST

/* One table for keys of all widths in turn.  */
START_TEST (changes_width)
{
    const size_t n = 5000;
    uint64_t state = 77, *keys = new_keys (n, NG_KEY_WORDS_MAX);
    struct ng_table *t = ng_table_new (1);

    ck_assert_ptr_nonnull (t);
    for (int i = 0; i < 40; i++)
    {
        unsigned words = 1 + (unsigned) rand_below (&state, NG_KEY_WORDS_MAX);
        size_t some = rand_below (&state, n);

        for (size_t j = 0; j < some * words; j++)
            keys[j] = rand_below (&state, 20);
        ng_table_clear (t, words);
        check_keys (t, keys, some, words);
    }
    ng_table_free (t);
    free (keys);
}
END_TEST

START_TEST (counts_nothing)
{
    struct ng_table *t = ng_table_new (2);

    ck_assert_ptr_nonnull (t);
    ck_assert_int_eq (ng_table_count (t, NULL, 0), NG_OK);
    ck_assert_uint_eq (ng_table_size (t), 0);
    ng_table_clear (t, 1);
    ng_table_free (t);
    ng_table_free (NULL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("table");
    TCase *tc = tcase_create ("table");

    tcase_add_loop_test (tc, equals_uthash, 1, NG_KEY_WORDS_MAX + 1);
    tcase_add_loop_test (tc, tells_bits_apart, 1, NG_KEY_WORDS_MAX + 1);
    tcase_add_loop_test (tc, counts_packed_keys, 1, NG_KEY_WORDS_MAX + 1);
    tcase_add_test (tc, changes_width);
    tcase_add_test (tc, counts_nothing);
    suite_add_tcase (suite, tc);
    return suite;
}
