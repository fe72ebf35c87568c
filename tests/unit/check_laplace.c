#include <config.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <zlib.h>

#include "models/laplace.h"
#include "unit.h"

enum
{
    LINE_MAX_BYTES = 1000
};

/* Reference counts of the book, by n-gram.  */
struct node
{
    char text[80];
    uint64_t count;
    UT_hash_handle hh;
};

static struct node *book;
static uint64_t n_tokens, n_types;

static void
read_book (void)
{
    char *path = ng_golden_path ("timemachine.word.1-4.tsv.gz");
    char line[LINE_MAX_BYTES];
    gzFile in = gzopen (path, "rb");

    ck_assert_ptr_nonnull (in);
    while (gzgets (in, line, sizeof line))
    {
        struct node *node = calloc (1, sizeof *node);
        char *tab = strchr (line, '\t');

        ck_assert (node && tab);
        ck_assert_int_lt (tab - line, sizeof node->text);
        memcpy (node->text, line, (size_t) (tab - line));
        node->count = strtoull (tab + 1, NULL, 10);
        HASH_ADD_STR (book, text, node);
        if (!strchr (node->text, ' '))
        {
            n_tokens += node->count;
            n_types++;
        }
    }
    (void) gzclose (in);
    free (path);
}

static void
forget_book (void)
{
    struct node *node, *next;

    HASH_ITER (hh, book, node, next)
    {
        HASH_DEL (book, node);
        free (node);
    }
    n_tokens = n_types = 0;
}

static uint64_t
count_of (const char *text)
{
    struct node *node;

    HASH_FIND_STR (book, text, node);
    return node ? node->count : 0;
}

/* The probability of the last word of NGRAM after the others.  */
static double
probability (const struct ng_laplace *l, const char *ngram)
{
    unsigned order = 1;
    char context[LINE_MAX_BYTES];
    const char *last = strrchr (ngram, ' ');

    for (const char *p = ngram; *p; p++)
        order += *p == ' ';
    (void) snprintf (context, sizeof context, "%.*s",
                     last ? (int) (last - ngram) : 0, ngram);
    return ng_laplace (l, order, count_of (ngram),
                       order > 1 ? count_of (context) : n_tokens,
                       count_of (last ? last + 1 : ngram));
}

static void
check_near (double got, double expected, const char *what)
{
    ck_assert_msg (fabs (got - expected) <= 1e-12 * fabs (expected),
                   "%s: %.17g, not %.17g", what, got, expected);
}

/* The lines of the reference: "eps": [ and three numbers, then pairs of an
   n-gram and its probability.  */
START_TEST (equals_exact_fractions)
{
    char *path = ng_golden_path ("laplace.json");
    char line[LINE_MAX_BYTES], ngram[LINE_MAX_BYTES], number[LINE_MAX_BYTES];
    FILE *in = fopen (path, "r");
    struct ng_laplace l = { .n_tokens = 0 };
    int n_epsilons = 3, n_values = 0, n_zero = 0;

    ck_assert_ptr_nonnull (in);
    read_book ();
    ck_assert_uint_eq (n_tokens, 32775);
    ck_assert_uint_eq (n_types, 4579);
    l.n_tokens = n_tokens;
    l.n_types = n_types;
    while (fgets (line, sizeof line, in))
        if (strstr (line, "\"eps\""))
            n_epsilons = 0;
        else if (n_epsilons < 3)
            l.epsilon[n_epsilons++] = strtod (line, NULL);
        else if (sscanf (line, " \"%[a-z ]\": \"%[^\"]\"", ngram, number) == 2)
        {
            double expected = strtod (number, NULL);

            check_near (probability (&l, ngram), expected, ngram);
            n_zero += expected == 0;
            n_values++;
        }
    ck_assert_int_eq (n_values, 3 * (5 + 5 + 4));
    ck_assert_int_gt (n_zero, 0);
    forget_book ();
    (void) fclose (in);
    free (path);
}
END_TEST

/* Where nothing is left to divide by, the unigram estimate is the answer.  */
START_TEST (borders)
{
    const struct ng_laplace plain = { .n_tokens = 10, .n_types = 4 };
    const struct ng_laplace smooth = { .epsilon = { 1, 2, 3, 4, 5, 6, 7, 8 },
                                       .n_tokens = 10,
                                       .n_types = 4 };
    const struct ng_laplace empty = { .epsilon = { 1, 1 } };
    const struct ng_laplace nothing = { .n_tokens = 0 };

    check_near (ng_laplace (&plain, 1, 3, 10, 3), 0.3, "P1");
    check_near (ng_laplace (&plain, 1, 0, 10, 0), 0, "P1 of none");
    check_near (ng_laplace (&plain, 2, 0, 0, 3), 0.3, "no context");
    check_near (ng_laplace (&plain, 4, 0, 0, 3), 0.3, "no context");
    check_near (ng_laplace (&plain, 2, 0, 5, 3), 0, "a context alone");
    check_near (ng_laplace (&plain, 2, 2, 5, 3), 0.4, "P2");
    check_near (ng_laplace (&smooth, 1, 3, 10, 3), 3.25 / 11, "P1");
    check_near (ng_laplace_unigram (&smooth, 3), 3.25 / 11, "P1");
    check_near (ng_laplace_unigram (&smooth, 0), 0.25 / 11, "P1 of none");
    for (unsigned k = 2; k <= NG_ORDER_MAX; k++)
    {
        check_near (ng_laplace (&smooth, k, 0, 0, 3), 3.25 / 11, "no context");
        check_near (ng_laplace (&smooth, k, 2, 5, 3),
                    (2 + k * (3.25 / 11)) / (5 + k), "order by order");
    }
    check_near (ng_laplace (&empty, 1, 0, 0, 0), 0, "empty");
    check_near (ng_laplace (&nothing, 2, 0, 0, 0), 0, "empty");
}
END_TEST

/* Over all types the estimates sum to one, but for k > 1 where the text ends
   with the context: one count of it has nothing behind.  */
START_TEST (sums)
{
    static const int text[] = { 0, 1, 0, 2, 1, 0, 1 };
    enum
    {
        N = sizeof text / sizeof *text,
        M = 3
    };
    const struct ng_laplace l = { .epsilon = { 0.5, 2 },
                                  .n_tokens = N,
                                  .n_types = M };
    uint64_t ones[M] = { 0 }, pairs[M][M] = { { 0 } };
    double sum = 0;

    for (int i = 0; i < N; i++)
    {
        ones[text[i]]++;
        if (i > 0)
            pairs[text[i - 1]][text[i]]++;
    }
    for (int x = 0; x < M; x++)
        sum += ng_laplace (&l, 1, ones[x], N, ones[x]);
    check_near (sum, 1, "P1");
    for (int h = 0; h < M; h++)
    {
        double missing = text[N - 1] == h ? 1 / ((double) ones[h] + 2) : 0;

        sum = 0;
        for (int x = 0; x < M; x++)
            sum += ng_laplace (&l, 2, pairs[h][x], ones[h], ones[x]);
        check_near (sum, 1 - missing, "P2");
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("laplace");
    TCase *tc = tcase_create ("laplace");

    tcase_add_test (tc, equals_exact_fractions);
    tcase_add_test (tc, borders);
    tcase_add_test (tc, sums);
    suite_add_tcase (suite, tc);
    return suite;
}
