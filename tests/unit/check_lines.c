#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "counts/lines.h"
#include "rand.h"
#include "sums.h"
#include "unit.h"

/* What lines are held to: every n-gram of a text as a string, counted in a
   hash table and sorted as strings are, by names with a space between and a
   space or a TAB behind.  */
struct node
{
    char *text; /* the n-gram, a space behind each name */
    unsigned order;
    uint64_t count;
    UT_hash_handle hh;
};

enum
{
    ORDER_MAX = 4,
    TEXT_MAX = 1024
};

static void
count (struct node **nodes, const char *text, unsigned order)
{
    struct node *node;

    HASH_FIND_STR (*nodes, text, node);
    if (!node)
    {
        node = calloc (1, sizeof *node);
        NG_ENSURE (node && (node->text = strdup (text)));
        node->order = order;
        HASH_ADD_KEYPTR (hh, *nodes, node->text, strlen (node->text), node);
    }
    node->count++;
}

/* All n-grams, of all orders, of a random text of N_TOKENS.  */
static struct node *
make_counts (size_t n_tokens, uint32_t n_types, bool odd, uint64_t *state)
{
    struct sums names = { NULL, 0, 0 };
    const char **text = calloc (n_tokens, sizeof *text);
    struct node *nodes = NULL;

    NG_ENSURE (text);
    sums_random (&names, n_types, 1, 1, n_types, odd, 1, state);
    for (size_t i = 0; i < n_tokens; i++)
    {
        uint64_t x = rand_below (state, names.n);

        text[i] = names.lines[rand_below (state, 2) ? x : x * x / names.n].text;
    }
    for (size_t i = 0; i < n_tokens; i++)
    {
        char gram[TEXT_MAX] = "";

        for (unsigned k = 0; k < ORDER_MAX && i + k < n_tokens; k++)
        {
            strncat (gram, text[i + k], sizeof gram - strlen (gram) - 1);
            count (&nodes, gram, k + 1);
        }
    }
    sums_free (&names);
    free (text);
    return nodes;
}

static void
free_counts (struct node *nodes)
{
    struct node *node, *next;

    HASH_ITER (hh, nodes, node, next)
    {
        HASH_DEL (nodes, node);
        free (node->text);
        free (node);
    }
}

static int
compare_by_space (const void *a, const void *b)
{
    const struct node *const *x = a, *const *y = b;

    return strcmp ((*x)->text, (*y)->text);
}

static int
compare_by_tab (const void *a, const void *b)
{
    const struct node *const *x = a, *const *y = b;
    char s[TEXT_MAX], t[TEXT_MAX];

    (void) snprintf (s, sizeof s, "%s", (*x)->text);
    (void) snprintf (t, sizeof t, "%s", (*y)->text);
    s[strlen (s) - 1] = t[strlen (t) - 1] = '\t';
    return strcmp (s, t);
}

/* The n-grams of ORDER, sorted; the caller frees the array.  */
static struct node **
sort_counts (struct node *nodes, unsigned order, bool tabs, size_t *n)
{
    struct node **sorted = calloc (HASH_COUNT (nodes) + 1, sizeof *sorted);

    NG_ENSURE (sorted);
    *n = 0;
    for (struct node *node = nodes; node; node = node->hh.next)
        if (node->order == order)
            sorted[(*n)++] = node;
    qsort (sorted, *n, sizeof *sorted,
           tabs ? compare_by_tab : compare_by_space);
    return sorted;
}

static uint64_t
count_of_context (struct node *nodes, const struct node *node, size_t n_tokens)
{
    char text[TEXT_MAX];
    struct node *context;

    if (node->order == 1)
        return n_tokens;
    (void) snprintf (text, sizeof text, "%s", node->text);
    text[strlen (text) - 1] = '\0';
    strrchr (text, ' ')[1] = '\0';
    HASH_FIND_STR (nodes, text, context);
    NG_ENSURE (context);
    return context->count;
}

/* LINE is the n-gram of NODE.  */
static void
check_line (const struct ng_line *line, const struct node *node,
            struct ng_names *names, uint64_t context)
{
    char text[TEXT_MAX] = "";
    size_t at = 0;

    for (unsigned k = 0; k < node->order; k++)
    {
        size_t len;
        const unsigned char *name = ng_names_get (names, line->ranks[k], &len);

        at += (size_t) snprintf (text + at, sizeof text - at, "%.*s ",
                                 (int) len, (const char *) name);
    }
    NG_ENSURE (strcmp (text, node->text) == 0);
    NG_ENSURE (line->count == node->count);
    NG_ENSURE (line->context_count == context);
}

static struct ng_ngc *
make_file (struct node *nodes, struct ng_fault *fault)
{
    struct ng_ngc_info info = { 1, ORDER_MAX, 0, 1, 0 };
    struct sums s = { NULL, 0, 0 };
    struct ng_ngc *f;

    for (struct node *node = nodes; node; node = node->hh.next)
        sums_add (&s, node->text, node->count);
    sums_sort (&s);
    f = sums_to_ngc (&s, &info, fault);
    sums_free (&s);
    return f;
}

/* Lines in both orders, with context counts and without.  */
START_TEST (lines_are_sorted_strings)
{
    enum
    {
        N_TOKENS = 4000
    };
    const uint32_t n_types = _i / 8 ? 80 : 300;
    const bool odd = _i & 1, tabs = _i & 2, contexts = _i & 4;
    uint64_t state = (uint64_t) _i;
    struct ng_fault fault = { .err = NG_OK };
    struct node *nodes = make_counts (N_TOKENS, n_types, odd, &state);
    struct ng_ngc *f = make_file (nodes, &fault);
    struct ng_names *names;
    size_t n_groups = 0, n_all = 0;

    ck_assert_int_eq (ng_names_open (f, 1 << 20, ".", &fault, &names), NG_OK);
    for (unsigned order = 1; order <= ORDER_MAX; order++)
    {
        size_t n, n_lines, at = 0;
        struct node **sorted = sort_counts (nodes, order, tabs, &n);
        struct ng_lines l;
        struct ng_line *lines;
        enum ng_err err;

        ng_lines_start (&l, f, order, tabs ? names : NULL, contexts, &fault);
        while ((err = ng_lines_next (&l, &lines, &n_lines)) == NG_OK)
        {
            NG_ENSURE (n_lines > 0 && at + n_lines <= n);
            for (size_t i = 0; i < n_lines; i++, at++)
            {
                check_line (&lines[i], sorted[at], names,
                            contexts
                                ? count_of_context (nodes, sorted[at], N_TOKENS)
                                : 0);
                NG_ENSURE (memcmp (lines[i].ranks, lines[0].ranks,
                                   (order - 1) * sizeof *lines[i].ranks)
                           == 0);
            }
            n_groups++;
        }
        ck_assert_int_eq (err, NG_END);
        ck_assert_int_eq (ng_lines_next (&l, &lines, &n_lines), NG_END);
        ck_assert_uint_eq (at, n);
        n_all += n;
        ng_lines_fini (&l);
        free (sorted);
    }
    /* Only what the order of lines moves comes in groups.  */
    ck_assert_int_eq (n_groups < n_all, odd && tabs);
    ng_names_close (names);
    ng_ngc_close (f);
    free_counts (nodes);
}
END_TEST

/* The n-grams that began with "b" were lost on the way here.  */
START_TEST (a_context_is_missed)
{
    struct ng_ngc_info info = { 1, 3, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    struct ng_lines l;
    struct ng_line *lines;
    struct ng_ngc *f;
    size_t n;

    sums_add (&s, "a", 2);
    sums_add (&s, "b", 2);
    sums_add (&s, "a b", 1);
    sums_add (&s, "a b a", 1);
    sums_add (&s, "b a a", 1);
    sums_sort (&s);
    f = sums_to_ngc (&s, &info, &fault);
    ng_lines_start (&l, f, 3, NULL, true, &fault);
    ck_assert_int_eq (ng_lines_next (&l, &lines, &n), NG_OK);
    ck_assert_uint_eq (lines->context_count, 1);
    ck_assert_int_eq (ng_lines_next (&l, &lines, &n), NG_EINVAL);
    ck_assert_int_eq (fault.err, NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "order 3 is counted"));
    ng_lines_fini (&l);
    ng_ngc_close (f);
    sums_free (&s);
}
END_TEST

/* What begins with "a" is counted as often as "a", or once more.  */
START_TEST (more_than_the_context)
{
    struct ng_ngc_info info = { 1, 2, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    struct ng_lines l;
    struct ng_line *lines;
    struct ng_ngc *f;
    size_t n;

    sums_add (&s, "a", 5);
    sums_add (&s, "b", UINT64_MAX - 5);
    sums_add (&s, "a a", 3);
    sums_add (&s, "a b", _i ? 3 : 2);
    sums_add (&s, "b a", 6);
    sums_sort (&s);
    f = sums_to_ngc (&s, &info, &fault);
    ng_lines_start (&l, f, 2, NULL, true, &fault);
    ck_assert_int_eq (ng_lines_next (&l, &lines, &n), NG_OK);
    ck_assert_uint_eq (lines->context_count, 5);
    ck_assert_int_eq (ng_lines_next (&l, &lines, &n), _i ? NG_EINVAL : NG_OK);
    if (_i)
        ck_assert_ptr_nonnull (strstr (fault.text, "order 2 are counted more"));
    else
    {
        ck_assert_int_eq (ng_lines_next (&l, &lines, &n), NG_OK);
        ck_assert_uint_eq (lines->context_count, UINT64_MAX - 5);
        ck_assert_int_eq (ng_lines_next (&l, &lines, &n), NG_END);
    }
    ng_lines_fini (&l);
    ng_ngc_close (f);
    sums_free (&s);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("lines");
    TCase *tc = tcase_create ("lines");

    tcase_add_loop_test (tc, lines_are_sorted_strings, 0, 16);
    tcase_add_test (tc, a_context_is_missed);
    tcase_add_loop_test (tc, more_than_the_context, 0, 2);
    suite_add_tcase (suite, tc);
    return suite;
}
