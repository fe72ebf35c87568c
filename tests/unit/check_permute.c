/* The keyed permutation: exact for every number of indexes, and uniform.  */
#include <config.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "batch/permute.h"
#include "unit.h"

/* Every index below N comes exactly once, by a bitmap.  AT_ONCE indexes are
   asked for together, or each by itself.  */
static void
check_whole (uint64_t n, uint64_t key, bool at_once)
{
    enum
    {
        SOME = 1024
    };
    uint64_t x[SOME];
    struct ng_permutation p;
    unsigned char *seen = calloc (n / 8 + 1, 1);

    ck_assert_ptr_nonnull (seen);
    ng_permutation_init (&p, n, key);
    for (uint64_t i = 0; i < n; i++)
    {
        uint64_t *to = &x[i % SOME];

        if (!at_once)
            *to = ng_permute (&p, i);
        else if (to == x)
            ng_permute_many (&p, i, n - i < SOME ? n - i : SOME, x);
        if (*to >= n || (seen[*to / 8] >> *to % 8 & 1) != 0)
            ck_abort_msg ("n = %lu: index %lu goes to %lu", (unsigned long) n,
                          (unsigned long) i, (unsigned long) *to);
        seen[*to / 8] |= (unsigned char) (1 << *to % 8);
    }
    free (seen);
}

START_TEST (test_whole_small)
{
    for (uint64_t n = 1; n <= 4096; n++)
        check_whole (n, n, false);
}
END_TEST

START_TEST (test_whole_powers)
{
    for (unsigned k = 12; k <= 24; k++)
        for (uint64_t n = (UINT64_C (1) << k) - 1; n <= (UINT64_C (1) << k) + 1;
             n++)
            check_whole (n, k, k > 16);
}
END_TEST

/* Up to 10^12 and to the limit: what goes there comes back.  */
START_TEST (test_sampled_large)
{
    static const uint64_t sizes[] = { 1,
                                      2,
                                      UINT64_C (999983),
                                      (UINT64_C (1) << 32) - 1,
                                      UINT64_C (1) << 32,
                                      (UINT64_C (1) << 32) + 1,
                                      UINT64_C (99999999977),
                                      UINT64_C (1000000000000),
                                      NG_PERMUTE_MAX - 1,
                                      NG_PERMUTE_MAX };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    {
        struct ng_permutation p;
        struct ng_random random = { s, 0 };

        ng_permutation_init (&p, sizes[s], 7);
        for (int i = 0; i < 20000; i++)
        {
            uint64_t x = ng_random_below (&random, sizes[s]);

            ck_assert_uint_lt (ng_permute (&p, x), sizes[s]);
            ck_assert_uint_eq (ng_permute_back (&p, ng_permute (&p, x)), x);
            ck_assert_uint_eq (ng_permute (&p, ng_permute_back (&p, x)), x);
        }
    }
}
END_TEST

/* A bound that chi-square with DF degrees of freedom exceeds with probability
   10^-5 (Wilson and Hilferty, 1931).  */
static double
chi_bound (double df)
{
    double v = 2 / (9 * df), c = 1 - v, d = v, root = 1;

    /* Newton's square root, which needs no library.  */
    for (int i = 0; i < 60; i++)
        root = (root + d / root) / 2;
    c += 4.265 * root;
    return df * c * c * c;
}

/* Over many keys: where each index goes, and where two neighbours and the two
   ends go together.  */
/* Many at a time, from any index, are what each is by itself.  */
START_TEST (test_many)
{
    static const uint64_t large[] = { 65536, 65537, UINT64_C (1000000000000),
                                      NG_PERMUTE_MAX };
    uint64_t got[50];
    struct ng_permutation p;

    for (uint64_t n = 1; n <= 50; n++)
    {
        ng_permutation_init (&p, n, n);
        for (uint64_t i = 0; i <= n; i++)
            for (uint64_t count = 0; count <= n - i; count++)
            {
                ng_permute_many (&p, i, count, got);
                for (uint64_t k = 0; k < count; k++)
                    NG_ENSURE (got[k] == ng_permute (&p, i + k));
            }
    }
    for (size_t s = 0; s < sizeof large / sizeof *large; s++)
    {
        uint64_t places[] = { 0, large[s] / 3, large[s] - 50 };

        ng_permutation_init (&p, large[s], s);
        for (size_t j = 0; j < 3; j++)
        {
            ng_permute_many (&p, places[j], 50, got);
            for (uint64_t k = 0; k < 50; k++)
                NG_ENSURE (got[k] == ng_permute (&p, places[j] + k));
        }
    }
}
END_TEST

START_TEST (test_uniform)
{
    enum
    {
        N_KEYS = 40000,
        N_MAX = 40
    };
    static const uint64_t sizes[] = { 2, 3, 4, 5, 6, 7, 9, 10, 16, 17, 25, 37 };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    {
        uint64_t n = sizes[s];
        static unsigned at[N_MAX][N_MAX], next[N_MAX][N_MAX],
            ends[N_MAX][N_MAX];
        double chi_at = 0, chi_next = 0, chi_ends = 0;
        double each = (double) N_KEYS / (double) n;
        double pair = (double) N_KEYS / (double) (n * (n - 1));

        memset (at, 0, sizeof at);
        memset (next, 0, sizeof next);
        memset (ends, 0, sizeof ends);
        for (uint64_t key = 0; key < N_KEYS; key++)
        {
            struct ng_permutation p;

            ng_permutation_init (&p, n, ng_random_key (key, 1, n));
            for (uint64_t i = 0; i < n; i++)
                at[i][ng_permute (&p, i)]++;
            next[ng_permute (&p, 0)][ng_permute (&p, 1)]++;
            ends[ng_permute (&p, 0)][ng_permute (&p, n - 1)]++;
        }
        for (uint64_t i = 0; i < n; i++)
            for (uint64_t j = 0; j < n; j++)
            {
                chi_at += (at[i][j] - each) * (at[i][j] - each) / each;
                if (i == j)
                    continue;
                chi_next += (next[i][j] - pair) * (next[i][j] - pair) / pair;
                chi_ends += (ends[i][j] - pair) * (ends[i][j] - pair) / pair;
            }
        ck_assert_double_lt (chi_at, chi_bound ((double) ((n - 1) * (n - 1))));
        if (n > 2)
        {
            double bound = chi_bound ((double) (n * (n - 1) - 1));

            ck_assert_double_lt (chi_next, bound);
            ck_assert_double_lt (chi_ends, bound);
        }
    }
}
END_TEST

/* A large one: the places of 256 neighbours fall evenly into 16 parts, and so
   do the distances between neighbours.  */
START_TEST (test_uniform_large)
{
    uint64_t n = UINT64_C (1000000007);
    unsigned place[16] = { 0 }, distance[16] = { 0 };
    double chi_place = 0, chi_distance = 0, each = 256 * 400 / 16.0;

    for (uint64_t key = 0; key < 400; key++)
    {
        struct ng_permutation p;
        uint64_t before, x;

        ng_permutation_init (&p, n, key);
        before = ng_permute (&p, 0);
        for (uint64_t i = 1; i <= 256; i++)
        {
            x = ng_permute (&p, i);
            place[x * 16 / n]++;
            distance[(x + n - before) % n * 16 / n]++;
            before = x;
        }
    }
    for (int i = 0; i < 16; i++)
    {
        chi_place += (place[i] - each) * (place[i] - each) / each;
        chi_distance += (distance[i] - each) * (distance[i] - each) / each;
    }
    ck_assert_double_lt (chi_place, chi_bound (15));
    ck_assert_double_lt (chi_distance, chi_bound (15));
}
END_TEST

/* The order is part of what users rely on: it never changes.  */
START_TEST (test_values)
{
    static const uint64_t ten[] = { 7, 2, 6, 8, 9, 0, 1, 3, 4, 5 };
    struct ng_permutation p;

    ng_permutation_init (&p, 10, 0);
    for (uint64_t i = 0; i < 10; i++)
        ck_assert_uint_eq (ng_permute (&p, i), ten[i]);
    ng_permutation_init (&p, UINT64_C (1000000000000), 1);
    ck_assert_uint_eq (ng_permute (&p, 0), UINT64_C (178115187105));
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("permute");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_whole_small);
    tcase_add_test (tc, test_whole_powers);
    tcase_add_test (tc, test_sampled_large);
    tcase_add_test (tc, test_many);
    tcase_add_test (tc, test_uniform);
    tcase_add_test (tc, test_uniform_large);
    tcase_add_test (tc, test_values);
    suite_add_tcase (suite, tc);
    return suite;
}
