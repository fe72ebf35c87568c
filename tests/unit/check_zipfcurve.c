#include <config.h>

#include <gsl/gsl_sf_zeta.h>
#include <math.h>

#include "models/zipfcurve.h"
#include "unit.h"

static const struct ng_spectrum_cell cells[] = {
    { 1, 90000 }, { 2, 8000 }, { 5, 1900 }, { 9, 90 }, { 70, 9 }, { 1000, 1 },
};
static const struct ng_spectrum_cell single[] = { { 7, 1 } };

/* The count at a rank, by walking down.  */
static double
count_at (double rank)
{
    double end = 0;
    size_t i = sizeof cells / sizeof *cells;

    while (end < rank)
        end += (double) cells[--i].n_types;
    return (double) cells[i].count;
}

START_TEST (thinned)
{
    struct ng_curve_point p[NG_CURVE_POINTS_MAX];
    size_t n = ng_zipf_thin (cells, sizeof cells / sizeof *cells, 10, p,
                             NG_CURVE_POINTS_MAX);

    ck_assert_uint_ge (n, 40);
    ck_assert_uint_le (n, 52);
    ck_assert_double_eq (p[0].rank, 1);
    ck_assert_double_eq (p[n - 1].rank, 100000);
    for (size_t i = 0; i < n; i++)
    {
        ck_assert_double_eq (p[i].count, count_at (p[i].rank));
        ck_assert_double_eq (p[i].rank, floor (p[i].rank));
        if (i == 0)
            continue;
        ck_assert_double_gt (p[i].rank, p[i - 1].rank);
        if (p[i].rank > 100)
            ck_assert_double_le (p[i].rank / p[i - 1].rank,
                                 pow (10, 0.1) * 1.01);
    }
}
END_TEST

/* Little room, few ranks.  */
START_TEST (thinned_hard)
{
    struct ng_curve_point p[8];

    ck_assert_uint_eq (ng_zipf_thin (cells, 6, 10, p, 8), 8);
    ck_assert_double_eq (p[7].rank, 100000);
    ck_assert_double_eq (p[7].count, 1);
    ck_assert_uint_eq (ng_zipf_thin (single, 1, 10, p, 8), 1);
    ck_assert_double_eq (p[0].count, 7);
}
END_TEST

START_TEST (curve)
{
    struct ng_zipf_fit fit = { .a = 2.2, .xmin = 3, .n_tail = 5000 };
    struct ng_curve_point p[50];

    ck_assert_uint_eq (ng_zipf_curve (&fit, p, 50), 50);
    ck_assert_double_lt (p[0].rank, 1);
    ck_assert_double_eq_tol (p[49].rank, 5000, 1e-6);
    ck_assert_double_eq_tol (p[49].count, 3, 1e-12);
    for (int i = 0; i < 50; i++)
    {
        ck_assert_double_eq_tol (p[i].rank,
                                 5000 * gsl_sf_hzeta (2.2, p[i].count)
                                     / gsl_sf_hzeta (2.2, 3),
                                 1e-9 * p[i].rank);
        if (i > 0)
            ck_assert_double_gt (p[i].rank, p[i - 1].rank);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("zipfcurve");
    TCase *c = tcase_create ("zipfcurve");

    tcase_add_test (c, thinned);
    tcase_add_test (c, thinned_hard);
    tcase_add_test (c, curve);
    suite_add_tcase (s, c);
    return s;
}
