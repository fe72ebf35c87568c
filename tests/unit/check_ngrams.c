#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "counts/ngrams.h"
#include "rand.h"
#include "unit.h"

/* The second implementation: the list of the n-grams of one order, each with
   its count, made anew from the entries by comparing tokens.  */
struct gram
{
    uint32_t tokens[NG_ORDER_MAX]; /* rank + 1; 0: the text ends */
    uint64_t count;
};

struct list
{
    struct gram *grams;
    size_t n;
};

static int
compare_grams (const void *a, const void *b)
{
    const struct gram *x = a, *y = b;

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        if (x->tokens[i] != y->tokens[i])
            return x->tokens[i] < y->tokens[i] ? -1 : 1;
    return 0;
}

/* Sort L and put the counts of equal n-grams together.  */
static void
unite (struct list *l)
{
    size_t n = 0;

    qsort (l->grams, l->n, sizeof *l->grams, compare_grams);
    for (size_t i = 0; i < l->n; i++)
        if (n > 0 && compare_grams (&l->grams[n - 1], &l->grams[i]) == 0)
            l->grams[n - 1].count += l->grams[i].count;
        else
            l->grams[n++] = l->grams[i];
    l->n = n;
}

/* About N entries of ORDER over N_TYPES types, in order.  */
static struct list
random_entries (unsigned order, uint32_t n_types, size_t n, uint64_t *state)
{
    struct list l = { calloc (n + 1, sizeof *l.grams), n };

    ck_assert_ptr_nonnull (l.grams);
    for (size_t i = 0; i < n; i++)
    {
        /* Most have all tokens; some end with the text.  */
        unsigned len = rand_below (state, 8) == 0
                           ? (unsigned) rand_below (state, order) + 1
                           : order;

        for (unsigned j = 0; j < len; j++)
            l.grams[i].tokens[j] = (uint32_t) rand_below (state, n_types) + 1;
        l.grams[i].count = rand_below (state, 3) == 0
                               ? rand_next (state) >> 20
                               : 1 + rand_below (state, 2);
    }
    unite (&l);
    return l;
}

static struct list
prefixes (const struct list *entries, unsigned order)
{
    struct list l = { calloc (entries->n + 1, sizeof *l.grams), 0 };

    ck_assert_ptr_nonnull (l.grams);
    for (size_t i = 0; i < entries->n; i++)
        if (entries->grams[i].tokens[order - 1] != 0)
        {
            struct gram *gram = &l.grams[l.n++];

            memcpy (gram->tokens, entries->grams[i].tokens,
                    order * sizeof *gram->tokens);
            gram->count = entries->grams[i].count;
        }
    unite (&l);
    return l;
}

static uint64_t
count_of (const struct list *l, const uint32_t *tokens, unsigned order)
{
    struct gram wanted = { { 0 }, 0 }, *found;

    memcpy (wanted.tokens, tokens, order * sizeof *tokens);
    found = bsearch (&wanted, l->grams, l->n, sizeof wanted, compare_grams);
    NG_ENSURE (found);
    return found->count;
}

static void
check_level (const struct ng_ngrams *g, const struct list *entries,
             unsigned order)
{
    const struct ng_level *level = &g->levels[order - 1];
    struct list l = prefixes (entries, order);
    struct list shorter = order > 1 ? prefixes (entries, order - 1) : l;
    uint64_t n_tokens = 0, n_single = 0;
    struct ng_walk walk;

    ck_assert_uint_eq (level->n, l.n);
    for (size_t i = 0; i < l.n; i++)
    {
        n_tokens += l.grams[i].count;
        n_single += l.grams[i].count == 1;
    }
    ck_assert_uint_eq (level->n_tokens, n_tokens);
    ck_assert_uint_eq (level->n_single, n_single);
    ng_walk_start (&walk, g, order);
    for (size_t i = 0; i < l.n; i++)
    {
        NG_ENSURE (ng_walk_next (&walk));
        for (unsigned j = 0; j < order; j++)
            NG_ENSURE (ng_walk_rank (&walk, j) + 1 == l.grams[i].tokens[j]);
        NG_ENSURE (ng_walk_count (&walk) == l.grams[i].count);
        NG_ENSURE (ng_walk_context_count (&walk)
                   == (order > 1
                           ? count_of (&shorter, l.grams[i].tokens, order - 1)
                           : n_tokens));
    }
    ck_assert (!ng_walk_next (&walk));
    ck_assert (!ng_walk_next (&walk));
    if (order > 1)
        free (shorter.grams);
    free (l.grams);
}

/* Append ENTRIES in pieces of several lengths.  */
static void
append (struct ng_ngrams *g, const struct list *entries)
{
    const unsigned words = g->shape.words;
    uint64_t *packed = calloc (entries->n * (words + 1) + 1, sizeof *packed);

    ck_assert_ptr_nonnull (packed);
    for (size_t i = 0; i < entries->n; i++)
    {
        uint64_t *entry = packed + i * (words + 1);

        for (unsigned j = 0; j < g->shape.order; j++)
            ng_key_push (entry, g->shape, words, entries->grams[i].tokens[j]);
        entry[words] = entries->grams[i].count;
    }
    for (size_t at = 0, part = 0; at < entries->n; at += part)
    {
        part = part * 2 + 1 < entries->n - at ? part * 2 + 1 : entries->n - at;
        ck_assert_int_eq (ng_ngrams_append (g, packed + at * (words + 1), part),
                          NG_OK);
    }
    free (packed);
}

static void
check_entries (const struct list *entries, unsigned order, uint32_t n_types)
{
    struct ng_ngrams g;

    ng_ngrams_init (&g, ng_key_shape (order, n_types));
    append (&g, entries);
    ck_assert_int_eq (ng_ngrams_finish (&g), NG_OK);
    for (unsigned k = 1; k <= order; k++)
        check_level (&g, entries, k);
    ng_ngrams_fini (&g);
}

START_TEST (equals_lists)
{
    static const uint32_t n_types[] = { 1,     2,       3,
                                        5,     40,      700,
                                        70000, 5000000, UINT32_C (3000000000) };
    const unsigned order = (unsigned) _i;
    uint64_t state = order;

    for (size_t i = 0; i < sizeof n_types / sizeof *n_types; i++)
        for (size_t n = 1; n < 5000; n = n * 5 + 1)
        {
            struct list l = random_entries (order, n_types[i], n, &state);

            check_entries (&l, order, n_types[i]);
            free (l.grams);
        }
}
END_TEST

/* The n-grams that sort first have nothing behind them, so the first of a
   higher order has parents that are not the first: the text "b c a", where
   the walk once began with "a c a".  */
START_TEST (first_parents_are_not_first)
{
    struct gram grams[] = { { { 1, 0, 0, 0 }, 1 },
                            { { 2, 3, 1, 0 }, 1 },
                            { { 3, 1, 0, 0 }, 1 } };
    struct gram longer[] = {
        { { 1 }, 1 }, { { 2, 1 }, 1 }, { { 3, 2, 1 }, 1 }, { { 4, 3, 2, 1 }, 1 }
    };
    struct list l = { grams, 3 }, m = { longer, 4 };

    check_entries (&l, 3, 3);
    check_entries (&l, 4, 3);
    check_entries (&m, 4, 4);
    check_entries (&m, 8, 4);
}
END_TEST

START_TEST (empty_is_empty)
{
    struct list l = { NULL, 0 };

    for (unsigned order = 1; order <= NG_ORDER_MAX; order++)
        check_entries (&l, order, 0);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("ngrams");
    TCase *tc = tcase_create ("ngrams");

    tcase_add_loop_test (tc, equals_lists, 1, NG_ORDER_MAX + 1);
    tcase_add_test (tc, first_parents_are_not_first);
    tcase_add_test (tc, empty_is_empty);
    suite_add_tcase (suite, tc);
    return suite;
}
