#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "models/ranklogs.h"
#include "unit.h"

static const double firsts[] = { 1e-250, 0.01, 1, 3.7, 100, 1e7 };

enum
{
    N_FIRSTS = sizeof firsts / sizeof *firsts,
    CELLS_MAX = 100000
};

/* Token by token, but for tokens of one type.  */
static void
must_be_mean (const struct ng_spectrum_cell *cells, size_t n)
{
    struct ng_rank_logs *logs = ng_rank_logs_new (cells, n);
    double types = 0, tokens = 0;

    ck_assert_ptr_nonnull (logs);
    for (size_t i = 0; i < n; i++)
    {
        types += (double) cells[i].n_types;
        tokens += (double) cells[i].n_types * (double) cells[i].count;
    }
    ck_assert_double_eq (ng_rank_logs_types (logs), types);
    ck_assert_double_eq (ng_rank_logs_tokens (logs), tokens);
    for (int j = 0; j < N_FIRSTS; j++)
    {
        struct ng_mean_ln mean = ng_rank_logs_mean (logs, firsts[j]);
        long double ln = 0, z = 0, zz = 0, rank = 0;

        for (size_t i = n; i-- > 0;)
            for (uint64_t k = 0; k < cells[i].n_types; k++, rank++)
            {
                long double first = (long double) firsts[j];
                long double x = first + rank, u = first / x;

                ln += cells[i].count * logl (x);
                z += cells[i].count * u;
                zz += cells[i].count * u * u;
            }
        ln /= (long double) tokens;
        z /= (long double) tokens;
        zz /= (long double) tokens;
        ck_assert_double_eq_tol (mean.value, (double) ln,
                                 2e-15 * (1 + fabs ((double) ln)));
        ck_assert_double_eq_tol (mean.t, (double) z, 1e-13 * (double) z);
        ck_assert_double_eq_tol (mean.tt, (double) (z - zz),
                                 1e-13 * (double) z);
    }
    ng_rank_logs_free (logs);
}

/* One cell of so many types, and two whose bounds lie everywhere in the first
   ranks and stretches.  */
START_TEST (few_counts)
{
    static const uint64_t sizes[] = { 1,  2,  63, 64,  65,  71,     72,
                                      73, 80, 81, 200, 999, 100000, 1000000 };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    {
        struct ng_spectrum_cell cells[] = { { 2, sizes[i] }, { 7, 1 } };

        must_be_mean (cells, 1);
        must_be_mean (cells, 2);
    }
    for (uint64_t top = 1; top < 100; top++)
    {
        struct ng_spectrum_cell cells[] = { { 1, 300 }, { 9, top } };

        must_be_mean (cells, 2);
    }
}
END_TEST

/* Counts of many types each, and of one type each, up to the rank 10^5; types
   at the end that fall off steeply.  */
START_TEST (many_counts)
{
    struct ng_spectrum_cell *cells = calloc (CELLS_MAX, sizeof *cells);

    ck_assert_ptr_nonnull (cells);
    for (uint64_t i = 0; i < CELLS_MAX; i++)
        cells[i] = (struct ng_spectrum_cell){ i + 1, 1 };
    must_be_mean (cells, CELLS_MAX);
    for (uint64_t i = 0; i < 2000; i++)
        cells[i] = (struct ng_spectrum_cell){ i * i + 1, 1 + i % 7 * (i % 11) };
    must_be_mean (cells, 2000);
    for (uint64_t i = 0; i < 2000; i++)
        cells[i] = (struct ng_spectrum_cell){ i + 1, 1 + 400000 / (i + 1) };
    must_be_mean (cells, 2000);
    free (cells);
}
END_TEST

/* More types than doubles tell apart: a mean, near that of all numbers up to
   there, ln n - 1.  */
START_TEST (beyond_memory)
{
    static const struct ng_spectrum_cell cells[] = { { 1, UINT64_MAX / 2 },
                                                     { 2, 3 },
                                                     { 3, 1 } };
    struct ng_rank_logs *logs = ng_rank_logs_new (cells, 3);

    ck_assert_ptr_nonnull (logs);
    ck_assert_double_eq_tol (ng_rank_logs_mean (logs, 1).value,
                             63 * log (2) - 1, 1e-12);
    ng_rank_logs_free (logs);
    ng_rank_logs_free (NULL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("ranklogs");
    TCase *c = tcase_create ("ranklogs");

    tcase_set_timeout (c, 60);
    tcase_add_test (c, few_counts);
    tcase_add_test (c, many_counts);
    tcase_add_test (c, beyond_memory);
    suite_add_tcase (s, c);
    return s;
}
