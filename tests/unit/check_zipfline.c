#include <config.h>

#include <math.h>

#include "models/zipfline.h"
#include "unit.h"

/* Sums over ranges of ranks, term by term.  */
START_TEST (sums_equal_loops)
{
    static const double firsts[] = { 1, 2, 60, 1000, 123456, 0.25, 7.1 };
    static const double sizes[] = { 1, 2, 64, 65, 66, 500, 100000 };

    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        {
            double last = firsts[i] + sizes[k] - 1;
            long double sum = 0, sum2 = 0;

            for (double r = 0; r < sizes[k]; r++)
                sum += logl ((long double) (firsts[i] + r));
            for (double r = 1; r <= floor (last); r++)
                sum2 += logl ((long double) r) * logl ((long double) r);
            ck_assert_double_eq_tol (ng_sum_ln_ranks (firsts[i], sizes[k]),
                                     (double) sum,
                                     1e-14 * fabs ((double) sum) + 1e-14);
            ck_assert_double_eq_tol (ng_sum_ln2_ranks (floor (last)),
                                     (double) sum2,
                                     1e-14 * (double) sum2 + 1e-14);
        }
}
END_TEST

static const struct ng_spectrum_cell cells[] = {
    { 1, 2200 }, { 2, 801 }, { 3, 350 }, { 4, 200 },  { 7, 33 },
    { 20, 5 },   { 99, 1 },  { 500, 2 }, { 2261, 1 },
};

enum
{
    N_CELLS = sizeof cells / sizeof *cells
};

/* All ranks, point by point, with the residuals written out.  */
START_TEST (line_equals_points)
{
    struct ng_zipf_line line;
    double n = 0, mx = 0, my = 0, sxx = 0, sxy = 0, rss = 0, slope;

    for (int pass = 0; pass < 3; pass++)
    {
        double rank = 0;

        for (size_t i = N_CELLS; i-- > 0;)
            for (uint64_t k = 0; k < cells[i].n_types; k++)
            {
                double x = log (++rank), y = log ((double) cells[i].count);

                if (pass == 0)
                {
                    n++;
                    mx += x;
                    my += y;
                }
                else if (pass == 1)
                {
                    sxx += (x - mx) * (x - mx);
                    sxy += (x - mx) * (y - my);
                }
                else
                    rss += pow (y - my - sxy / sxx * (x - mx), 2);
            }
        if (pass == 0)
        {
            mx /= n;
            my /= n;
        }
    }
    slope = sxy / sxx;
    ck_assert_int_eq (ng_zipf_line_ranks (cells, N_CELLS, &line), NG_OK);
    ck_assert_double_eq_tol (line.slope, slope, 1e-11);
    ck_assert_double_eq_tol (line.intercept, my - slope * mx, 1e-10);
    ck_assert_double_eq_tol (line.slope_err, sqrt (rss / (n - 2) / sxx), 1e-11);
}
END_TEST

/* Bins of ranks, point by point.  */
START_TEST (bins_equal_points)
{
    struct ng_zipf_line line;
    double x[20] = { 0 }, y[20] = { 0 }, n[20] = { 0 }, rank = 0;
    double mx = 0, my = 0, sxx = 0, sxy = 0, rss = 0;
    int bins = 0;

    for (size_t i = N_CELLS; i-- > 0;)
        for (uint64_t k = 0; k < cells[i].n_types; k++)
        {
            int bin = (int) floor (log2 (++rank));

            x[bin] += log (rank);
            y[bin] += (double) cells[i].count;
            n[bin]++;
            bins = bin + 1;
        }
    ck_assert_int_eq (bins, 12);
    for (int b = 0; b < bins; b++)
    {
        x[b] /= n[b];
        y[b] = log (y[b] / n[b]);
        mx += x[b] / bins;
        my += y[b] / bins;
    }
    for (int b = 0; b < bins; b++)
    {
        sxx += (x[b] - mx) * (x[b] - mx);
        sxy += (x[b] - mx) * (y[b] - my);
    }
    for (int b = 0; b < bins; b++)
        rss += pow (y[b] - my - sxy / sxx * (x[b] - mx), 2);
    ck_assert_int_eq (ng_zipf_line_bins (cells, N_CELLS, &line), NG_OK);
    ck_assert_double_eq_tol (line.slope, sxy / sxx, 1e-12);
    ck_assert_double_eq_tol (line.intercept, my - sxy / sxx * mx, 1e-12);
    ck_assert_double_eq_tol (line.slope_err, sqrt (rss / (bins - 2) / sxx),
                             1e-12);
}
END_TEST

START_TEST (too_little)
{
    static const struct ng_spectrum_cell two[] = { { 1, 1 }, { 2, 1 } };
    struct ng_zipf_line line;

    ck_assert_int_eq (ng_zipf_line_ranks (cells, 0, &line), NG_EINVAL);
    ck_assert_int_eq (ng_zipf_line_ranks (cells, 1, &line), NG_EINVAL);
    ck_assert_int_eq (ng_zipf_line_ranks (two, 2, &line), NG_EINVAL);
    ck_assert_int_eq (ng_zipf_line_bins (two, 2, &line), NG_EINVAL);
    ck_assert_int_eq (ng_zipf_line_bins (cells, 1, &line), NG_EINVAL);
    ck_assert_int_eq (ng_zipf_line_bins (cells, 0, &line), NG_EINVAL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("zipfline");
    TCase *c = tcase_create ("zipfline");

    tcase_add_test (c, sums_equal_loops);
    tcase_add_test (c, line_equals_points);
    tcase_add_test (c, bins_equal_points);
    tcase_add_test (c, too_little);
    suite_add_tcase (s, c);
    return s;
}
