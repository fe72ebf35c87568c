#include <config.h>

#include "models/trie.h"

#include "base/mem.h"
#include "modelkit.h"

enum
{
    TYPES = 6,
    ORDER = 4,
    ALL = TYPES * TYPES * TYPES * TYPES
};

/* The second implementation: a flag for each possible n-gram.  */
static bool is_there[ORDER + 1][ALL];

static void
tokens_of (unsigned x, unsigned k, uint32_t *tokens)
{
    for (unsigned i = k; i-- > 0; x /= TYPES)
        tokens[i] = x % TYPES;
}

static unsigned
possible (unsigned k)
{
    unsigned n = 1;

    while (k-- > 0)
        n *= TYPES;
    return n;
}

/* Fill T with random n-grams, prefixes there, suffixes as it comes.  */
static void
fill (struct ng_trie *t, uint64_t seed, unsigned share)
{
    uint32_t tokens[ORDER];
    enum ng_trie_added added;

    memset (is_there, 0, sizeof is_there);
    ck_assert_int_eq (ng_trie_init (t, ORDER, TYPES), NG_OK);
    for (unsigned x = 0; x < TYPES; x++)
        is_there[1][x] = true;
    for (unsigned k = 2; k <= ORDER; k++)
    {
        for (unsigned x = 0; x < possible (k); x++)
        {
            if (rand_below (&seed, 100) >= share)
                continue;
            tokens_of (x, k, tokens);
            ck_assert_int_eq (ng_trie_add (t, k, tokens, &added), NG_OK);
            if (!is_there[k - 1][x / TYPES])
            {
                ck_assert_int_eq (added, NG_TRIE_NO_PREFIX);
                continue;
            }
            ck_assert_int_eq (added, NG_TRIE_ADDED);
            is_there[k][x] = true;
            ck_assert_int_eq (ng_trie_add (t, k, tokens, &added), NG_OK);
            ck_assert_int_eq (added, NG_TRIE_TWICE);
        }
        ng_trie_end_level (t, k);
    }
}

/* T has just the n-grams of is_there, in order.  */
static void
compare (const struct ng_trie *t)
{
    for (unsigned k = 1; k <= ORDER; k++)
    {
        struct ng_trie_walk w;
        uint32_t i = 0, tokens[ORDER], low, high, seen = 0;

        ng_trie_walk_start (&w, t, k);
        for (unsigned x = 0; x < possible (k); x++)
        {
            tokens_of (x, k, tokens);
            if (!is_there[k][x])
            {
                ck_assert_uint_eq (ng_trie_find (t, k, tokens), NG_NONE);
                continue;
            }
            ck_assert_uint_eq (ng_trie_find (t, k, tokens), i);
            ck_assert (ng_trie_walk_next (&w));
            ck_assert_uint_eq (ng_trie_walk_index (&w), i);
            for (unsigned j = 0; j < k; j++)
                ck_assert_uint_eq (ng_trie_walk_token (&w, j), tokens[j]);
            i++;
        }
        ck_assert (!ng_trie_walk_next (&w));
        ck_assert_uint_eq (t->levels[k - 1].n, i);
        for (uint32_t first = 0; first < TYPES; first++)
        {
            ng_trie_range (t, k, first, &low, &high);
            ck_assert_uint_eq (low, seen);
            for (unsigned x = 0; x < possible (k - 1); x++)
                seen += is_there[k][first * possible (k - 1) + x];
            ck_assert_uint_eq (high, seen);
        }
    }
}

static void
compare_links (const struct ng_trie *t, uint64_t n_missing)
{
    uint64_t missing = 0;

    for (unsigned k = 2; k <= ORDER; k++)
        for (unsigned x = 0; x < possible (k); x++)
        {
            uint32_t tokens[ORDER], suffix;

            if (!is_there[k][x])
                continue;
            tokens_of (x, k, tokens);
            suffix = ng_trie_find (t, k - 1, tokens + 1);
            missing += suffix == NG_NONE;
            /* Where a link upwards is missing, so are those below it.  */
            if (suffix != NG_NONE
                && t->levels[k - 1].suffixes[ng_trie_find (t, k, tokens)]
                       == NG_NONE)
                ck_assert (k > 2
                           && ng_trie_find (t, k - 2, tokens + 1) == NG_NONE);
            else
                ck_assert_uint_eq (
                    t->levels[k - 1].suffixes[ng_trie_find (t, k, tokens)],
                    suffix);
        }
    ck_assert_uint_eq (missing, n_missing);
}

START_TEST (trie_holds_what_was_added)
{
    struct ng_trie t;
    uint64_t n_missing;

    fill (&t, (uint64_t) _i, 1 + (unsigned) _i * 9 % 100);
    compare (&t);
    ck_assert_int_eq (ng_trie_link (&t, &n_missing), NG_OK);
    compare_links (&t, n_missing);
    ng_trie_fini (&t);
}
END_TEST

START_TEST (unsorted_is_told)
{
    static const uint32_t first[] = { 1, 3 }, below[] = { 1, 2 };
    static const uint32_t before[] = { 0, 2 }, beyond[] = { 7, 0 };
    struct ng_trie t;
    enum ng_trie_added added;

    ck_assert_int_eq (ng_trie_init (&t, 2, 5), NG_OK);
    ck_assert_int_eq (ng_trie_add (&t, 2, first, &added), NG_OK);
    ck_assert_int_eq (added, NG_TRIE_ADDED);
    ck_assert_int_eq (ng_trie_add (&t, 2, below, &added), NG_OK);
    ck_assert_int_eq (added, NG_TRIE_UNSORTED);
    ck_assert_int_eq (ng_trie_add (&t, 2, before, &added), NG_OK);
    ck_assert_int_eq (added, NG_TRIE_UNSORTED);
    ck_assert_int_eq (ng_trie_add (&t, 2, beyond, &added), NG_OK);
    ck_assert_int_eq (added, NG_TRIE_NO_PREFIX);
    ng_trie_fini (&t);
}
END_TEST

/* Leave out a type and all n-grams with it: what is left is as if they had
   never been there.  */
START_TEST (filter_leaves_the_rest)
{
    struct ng_trie t;
    uint64_t n_missing;
    unsigned char *keep[ORDER];
    uint32_t *maps[ORDER];
    const uint32_t gone = 2;

    fill (&t, 77, 100);
    ck_assert_int_eq (ng_trie_link (&t, &n_missing), NG_OK);
    ck_assert_uint_eq (n_missing, 0);
    for (unsigned k = 1; k <= ORDER; k++)
    {
        const uint32_t n = t.levels[k - 1].n;
        struct ng_trie_walk w;

        keep[k - 1] = ng_alloc_array (n, 1);
        maps[k - 1] = ng_alloc_array (n, sizeof *maps[0]);
        ng_trie_walk_start (&w, &t, k);
        while (ng_trie_walk_next (&w))
        {
            keep[k - 1][ng_trie_walk_index (&w)] = 1;
            for (unsigned i = 0; i < k; i++)
                if (ng_trie_walk_token (&w, i) == gone)
                    keep[k - 1][ng_trie_walk_index (&w)] = 0;
        }
    }
    ng_trie_filter (&t, keep, maps);
    for (unsigned k = 1; k <= ORDER; k++)
    {
        uint32_t n = 1, tokens[ORDER] = { 0 };

        for (unsigned i = 0; i < k; i++)
            n *= TYPES - 1;
        ck_assert_uint_eq (t.levels[k - 1].n, n);
        for (uint32_t x = 0; x < n; x++)
        {
            uint32_t y = x;

            for (unsigned i = k; i-- > 0; y /= TYPES - 1)
                tokens[i] = y % (TYPES - 1);
            ck_assert_uint_eq (ng_trie_find (&t, k, tokens), x);
            if (k > 1)
                ck_assert_uint_eq (t.levels[k - 1].suffixes[x],
                                   x % (n / (TYPES - 1)));
        }
        free (keep[k - 1]);
        free (maps[k - 1]);
    }
    ng_trie_fini (&t);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("trie");
    TCase *c = tcase_create ("all");

    tcase_add_loop_test (c, trie_holds_what_was_added, 0, 12);
    tcase_add_test (c, unsorted_is_told);
    tcase_add_test (c, filter_leaves_the_rest);
    suite_add_tcase (s, c);
    return s;
}
