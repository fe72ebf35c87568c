#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/nglimits.h"
#include "counts/counter.h"
#include "rand.h"
#include "unit.h"

/* The second implementation: for each order a hash table of the n-grams, each
   written out as the ranks of its tokens with spaces between.  */
struct node
{
    char *text;
    uint64_t count;
    UT_hash_handle hh;
};

enum
{
    TEXT_MAX = NG_ORDER_MAX * 11
};

/* In a corpus: no n-gram crosses this.  */
#define BREAK UINT32_MAX

struct corpus
{
    uint32_t *ids;
    size_t n;
    uint32_t *ranks; /* [n_types] */
    uint32_t n_types;
};

static uint64_t
look_up (struct node *nodes, const char *text)
{
    struct node *node;

    HASH_FIND_STR (nodes, text, node);
    return node ? node->count : 0;
}

static void
count_slowly (struct node **nodes, const char *text)
{
    struct node *node;

    HASH_FIND_STR (*nodes, text, node);
    if (!node)
    {
        node = calloc (1, sizeof *node);
        NG_ENSURE (node);
        node->text = strdup (text);
        NG_ENSURE (node->text);
        HASH_ADD_KEYPTR (hh, *nodes, node->text, strlen (node->text), node);
    }
    node->count++;
}

static void
free_nodes (struct node *nodes)
{
    struct node *node, *next;

    HASH_ITER (hh, nodes, node, next)
    {
        HASH_DEL (nodes, node);
        free (node->text);
        free (node);
    }
}

/* All n-grams of ORDER of C.  */
static struct node *
count_order (const struct corpus *c, unsigned order)
{
    struct node *nodes = NULL;

    for (size_t i = 0; i + order <= c->n; i++)
    {
        char text[TEXT_MAX + 1] = "";
        size_t len = 0;
        unsigned j = 0;

        for (; j < order && c->ids[i + j] != BREAK; j++)
            len +=
                (size_t) snprintf (text + len, sizeof text - len, "%s%" PRIu32,
                                   j > 0 ? " " : "", c->ranks[c->ids[i + j]]);
        if (j == order)
            count_slowly (&nodes, text);
    }
    return nodes;
}

static void
write_ranks (const uint32_t *ranks, unsigned order, char *text)
{
    size_t len = 0;

    *text = '\0';
    for (unsigned j = 0; j < order; j++)
        len += (size_t) snprintf (text + len, TEXT_MAX + 1 - len, "%s%" PRIu32,
                                  j > 0 ? " " : "", ranks[j]);
}

static int
compare_ranks (const uint32_t *a, const uint32_t *b, unsigned order)
{
    for (unsigned j = 0; j < order; j++)
        if (a[j] != b[j])
            return a[j] < b[j] ? -1 : 1;
    return 0;
}

/* Every n-gram of ORDER is in NODES with its count, its context in SHORTER;
   they rise, and there are as many.  */
static void
check_order (const struct ng_ngrams *g, unsigned order, struct node *nodes,
             struct node *shorter)
{
    const struct ng_level *level = &g->levels[order - 1];
    uint32_t before[NG_ORDER_MAX] = { 0 }, now[NG_ORDER_MAX] = { 0 };
    uint64_t n = 0, n_tokens = 0, n_single = 0;
    char text[TEXT_MAX + 1];
    struct ng_walk walk;

    for (ng_walk_start (&walk, g, order); ng_walk_next (&walk); n++)
    {
        for (unsigned j = 0; j < order; j++)
            now[j] = ng_walk_rank (&walk, j);
        NG_ENSURE (n == 0 || compare_ranks (before, now, order) < 0);
        memcpy (before, now, sizeof before);
        write_ranks (now, order, text);
        NG_ENSURE (ng_walk_count (&walk) == look_up (nodes, text));
        n_tokens += ng_walk_count (&walk);
        n_single += ng_walk_count (&walk) == 1;
        write_ranks (now, order - 1, text);
        if (order > 1)
            NG_ENSURE (ng_walk_context_count (&walk)
                       == look_up (shorter, text));
    }
    ck_assert_uint_eq (n, HASH_COUNT (nodes));
    ck_assert_uint_eq (level->n, n);
    ck_assert_uint_eq (level->n_tokens, n_tokens);
    ck_assert_uint_eq (level->n_single, n_single);
}

/* Give C to a counter in pieces of several lengths.  */
static void
feed (struct ng_counter *counter, const struct corpus *c)
{
    uint64_t state = c->n;

    for (size_t at = 0, end; at < c->n; at = end)
    {
        size_t most = at + rand_below (&state, 3000);

        end = at;
        while (end < c->n && end < most && c->ids[end] != BREAK)
            end++;
        NG_ENSURE (ng_counter_add (counter, c->ids + at, end - at) == NG_OK);
        if (end < c->n && c->ids[end] == BREAK)
        {
            NG_ENSURE (ng_counter_break (counter) == NG_OK);
            end++;
        }
    }
}

static void
check_corpus (const struct corpus *c, unsigned order)
{
    struct ng_counter *counter = ng_counter_new (order);
    struct node *shorter = NULL;
    struct ng_ngrams g;

    ck_assert_ptr_nonnull (counter);
    feed (counter, c);
    ck_assert_int_eq (ng_counter_finish (counter, c->ranks, c->n_types, &g),
                      NG_OK);
    ng_counter_free (counter);
    for (unsigned k = 1; k <= order; k++)
    {
        struct node *nodes = count_order (c, k);

        check_order (&g, k, nodes, shorter);
        free_nodes (shorter);
        shorter = nodes;
    }
    free_nodes (shorter);
    ng_ngrams_fini (&g);
}

/* Ranks 0 to N_TYPES - 1 in random order.  */
static uint32_t *
random_ranks (uint32_t n_types, uint64_t *state)
{
    uint32_t *ranks = calloc ((size_t) n_types + 1, sizeof *ranks);

    ck_assert_ptr_nonnull (ranks);
    for (uint32_t i = 0; i < n_types; i++)
    {
        uint32_t j = (uint32_t) rand_below (state, (uint64_t) i + 1);

        ranks[i] = ranks[j];
        ranks[j] = i;
    }
    return ranks;
}

/* N tokens, the lower ids commoner as words are, with a break at about every
   SENTENCE ones; 0: without.  */
static struct corpus
random_corpus (size_t n, uint32_t n_types, unsigned sentence, uint64_t seed)
{
    struct corpus c = { calloc (n + 1, sizeof *c.ids), n, NULL, n_types };
    uint64_t state = seed;

    ck_assert_ptr_nonnull (c.ids);
    c.ranks = random_ranks (n_types, &state);
    for (size_t i = 0; i < n; i++)
        if (n_types == 0
            || (sentence > 0 && rand_below (&state, sentence) == 0))
            c.ids[i] = BREAK;
        else
            c.ids[i] = (uint32_t) rand_below (&state,
                                              1 + rand_below (&state, n_types));
    return c;
}

static void
free_corpus (struct corpus *c)
{
    free (c->ids);
    free (c->ranks);
}

/* Lengths of which the shortest are below the order.  */
static const size_t lengths[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 100, 3000 };

/* 1 to 100000 types, with which 8-grams take 1 to 3 words.  */
START_TEST (equals_uthash)
{
    static const uint32_t n_types[] = { 1, 2, 3, 10, 127, 128, 5000, 100000 };
    static const unsigned sentences[] = { 0, 1, 2, 5, 40 };
    const unsigned order = (unsigned) _i;

    for (size_t t = 0; t < sizeof n_types / sizeof *n_types; t++)
        for (size_t s = 0; s < sizeof sentences / sizeof *sentences; s++)
            for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
            {
                struct corpus c = random_corpus (lengths[l], n_types[t],
                                                 sentences[s], l * 100 + s);

                check_corpus (&c, order);
                free_corpus (&c);
            }
}
END_TEST

/* More than one chunk of ids, and many buckets; the first third runs through
   without a break, and one pair is very common.  */
START_TEST (counts_a_long_text)
{
    const size_t n = 300000;
    struct corpus c = random_corpus (n, 3000, 30, 1);

    for (size_t i = 0; i < n / 3; i++)
        if (c.ids[i] == BREAK)
            c.ids[i] = 17;
        else if (i % 4 < 2)
            c.ids[i] = (uint32_t) i % 4;
    check_corpus (&c, 2 * (unsigned) _i);
    free_corpus (&c);
}
END_TEST

/* One token alone, so that all keys fall into one bucket.  */
START_TEST (counts_one_type)
{
    const size_t n = 100000;
    struct corpus c = random_corpus (n, 1, 0, 1);

    check_corpus (&c, 4);
    free_corpus (&c);
}
END_TEST

/* So many types that 8-grams take four words.  */
START_TEST (counts_wide_tokens)
{
    struct corpus c = random_corpus (20000, 1 << 24, 50, 1);

    for (size_t i = 10000; i < 20000; i++)
        c.ids[i] = c.ids[i - 10000];
    ck_assert_uint_eq (ng_key_shape (8, c.n_types).words, 4);
    check_corpus (&c, 8);
    free_corpus (&c);
}
END_TEST

START_TEST (no_types_is_empty)
{
    struct corpus c = random_corpus (3, 0, 0, 1);

    for (unsigned order = 1; order <= NG_ORDER_MAX; order++)
        check_corpus (&c, order);
    c.n = 0;
    check_corpus (&c, 4);
    free_corpus (&c);
    ng_counter_free (NULL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("counter");
    TCase *tc = tcase_create ("counter");

    tcase_add_loop_test (tc, equals_uthash, 1, NG_ORDER_MAX + 1);
    tcase_add_loop_test (tc, counts_a_long_text, 1, 3);
    tcase_add_test (tc, counts_one_type);
    tcase_add_test (tc, counts_wide_tokens);
    tcase_add_test (tc, no_types_is_empty);
    suite_add_tcase (suite, tc);
    return suite;
}
