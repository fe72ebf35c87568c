#include <config.h>

#include <gsl/gsl_sf_zeta.h>
#include <math.h>
#include <stdlib.h>

#include "models/zipf.h"
#include "unit.h"

/* The words of The Time Machine with the rare counts taken together.  */
static const struct ng_spectrum_cell book[] = {
    { 1, 2329 }, { 2, 831 },  { 3, 381 },  { 4, 224 },  { 5, 147 },
    { 6, 100 },  { 7, 84 },   { 8, 51 },   { 9, 39 },   { 10, 37 },
    { 12, 70 },  { 15, 50 },  { 20, 61 },  { 30, 50 },  { 44, 40 },
    { 60, 22 },  { 90, 21 },  { 140, 18 }, { 200, 11 }, { 440, 7 },
    { 815, 1 },  { 1155, 1 }, { 1245, 1 }, { 1267, 1 }, { 2261, 1 },
};

/* Few types and steep; long and flat; gaps far out.  */
static const struct ng_spectrum_cell steep[] = {
    { 1, 32000 }, { 2, 170 }, { 3, 9 }, { 5, 1 }
};
static const struct ng_spectrum_cell far_out[] = {
    { 999, 300 },    { 1000, 50 },    { 1001, 45 },     { 1500, 40 },
    { 40000, 10 },   { 50000, 9 },    { 1000000, 5 },   { 7777777, 4 },
    { 88888888, 2 }, { 99999999, 1 }, { 3000000000, 1 }
};

#define CASE(cells) cells, sizeof cells / sizeof *cells
static const struct
{
    const struct ng_spectrum_cell *cells;
    size_t n;
} cases[] = { { CASE (book) }, { CASE (steep) }, { CASE (far_out) } };

enum
{
    N_CASES = sizeof cases / sizeof *cases
};

/* The log-likelihood, term by term.  */
static double
log_likelihood (const struct ng_spectrum_cell *cells, size_t n, double xmin,
                double a)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        if ((double) cells[i].count >= xmin)
            sum += (double) cells[i].n_types
                   * (-a * log ((double) cells[i].count)
                      - log (gsl_sf_hzeta (a, xmin)));
    return sum;
}

/* The likeliest exponent by cutting an interval down to its better part.  */
static double
slow_exponent (const struct ng_spectrum_cell *cells, size_t n, double xmin)
{
    double lo = 1.0001, hi = 40;

    for (int i = 0; i < 300; i++)
    {
        double a = lo + (hi - lo) / 3, b = hi - (hi - lo) / 3;

        if (log_likelihood (cells, n, xmin, a)
            < log_likelihood (cells, n, xmin, b))
            lo = a;
        else
            hi = b;
    }
    return lo;
}

/* The distance at each count that occurs.  */
static double
slow_distance (const struct ng_spectrum_cell *cells, size_t n, double xmin,
               double a)
{
    double total = 0, below = 0, worst = 0;

    for (size_t i = 0; i < n; i++)
        if ((double) cells[i].count >= xmin)
            total += (double) cells[i].n_types;
    for (size_t i = 0; i < n; i++)
        if ((double) cells[i].count >= xmin)
        {
            double law = 1
                         - gsl_sf_hzeta (a, (double) cells[i].count)
                               / gsl_sf_hzeta (a, xmin);

            worst = fmax (worst, fabs (law - below / total));
            below += (double) cells[i].n_types;
        }
    return worst;
}

/* The cell where the difference is greatest, and its sign, for the cut-off of
   FIT if it occurs.  */
static void
check_gap (const struct ng_zipf_tails *t, const struct ng_zipf_fit *fit,
           double d)
{
    struct ng_zipf_gap gap = { 0, false };
    double law, tail;
    size_t i = 0;

    while (t->x[i] < fit->xmin)
        i++;
    if (t->x[i] > fit->xmin)
        return;
    ck_assert_double_eq_tol (ng_zipf_distance (t, i, fit->a, 1, &gap), d,
                             1e-12);
    law =
        gsl_sf_hzeta (fit->a, t->x[gap.at]) / gsl_sf_hzeta (fit->a, fit->xmin);
    tail = t->types[gap.at] / t->types[i];
    ck_assert_double_eq_tol (gap.law_lies_lower ? tail - law : law - tail, d,
                             1e-12);
    /* Above a limit something above it will do.  */
    ck_assert_double_gt (ng_zipf_distance (t, i, fit->a, d / 2, &gap), d / 2);
}

START_TEST (fit_at_each_cutoff)
{
    const struct ng_spectrum_cell *cells = cases[_i].cells;
    size_t n = cases[_i].n;
    struct ng_zipf_tails tails;

    ck_assert_int_eq (ng_zipf_tails_init (&tails, cells, n), NG_OK);
    for (size_t i = 0; i + 2 < n; i++)
        /* Cut-offs that occur and such that do not.  */
        for (int below = 0; below < 2; below++)
        {
            double xmin = (double) cells[i].count - below;
            struct ng_zipf_fit fit;
            double a, h = 1e-3, curvature;

            if (xmin < 1)
                continue;
            ck_assert_int_eq (ng_zipf_fit_at (&tails, xmin, &fit), NG_OK);
            a = slow_exponent (cells, n, xmin);
            if (a > 30)
                continue;
            ck_assert_double_eq_tol (fit.a, a, 2e-6 * a);
            ck_assert_double_eq_tol (fit.log_likelihood,
                                     log_likelihood (cells, n, xmin, fit.a),
                                     1e-11 * fabs (fit.log_likelihood));
            ck_assert_double_eq_tol (
                fit.ks, slow_distance (cells, n, xmin, fit.a), 1e-12);
            check_gap (&tails, &fit, slow_distance (cells, n, xmin, fit.a));
            h *= fit.a - 1;
            curvature = (2 * log_likelihood (cells, n, xmin, fit.a)
                         - log_likelihood (cells, n, xmin, fit.a - h)
                         - log_likelihood (cells, n, xmin, fit.a + h))
                        / (h * h);
            ck_assert_double_eq_tol (fit.a_err, 1 / sqrt (curvature),
                                     1e-3 * fit.a_err);
            ck_assert_double_eq_tol (fit.s, 1 / (fit.a - 1), 1e-14);
            ck_assert_double_eq_tol (
                fit.s_err, fit.a_err / ((fit.a - 1) * (fit.a - 1)), 1e-12);
        }
    ng_zipf_tails_fini (&tails);
}
END_TEST

/* A thinned spectrum has some of the cells, each with all that lies up to the
   next, in steps that are even but for single cells that are larger.  */
START_TEST (thinning)
{
    enum
    {
        N = 5000,
        N_THIN = 50
    };
    struct ng_spectrum_cell *cells = calloc (N, sizeof *cells);
    struct ng_zipf_tails all, thin;
    size_t from = 0;

    for (size_t i = 0; i < N; i++)
    {
        cells[i].count = i + 1;
        cells[i].n_types = 1 + (uint64_t) (1e6 / pow ((double) (i + 1), 2));
    }
    ck_assert_int_eq (ng_zipf_tails_init (&all, cells, N), NG_OK);
    ck_assert_int_eq (ng_zipf_tails_thin (&all, N_THIN, &thin), NG_OK);
    ck_assert_uint_le (thin.n, N_THIN + 1);
    ck_assert_uint_ge (thin.n, N_THIN / 2);
    for (size_t i = 0; i < thin.n; i++)
    {
        size_t j = from;

        while (all.x[j] < thin.x[i])
            j++;
        ck_assert (i > 0 || j == 0);
        ck_assert_double_eq (all.x[j], thin.x[i]);
        ck_assert_double_eq (all.ln_x[j], thin.ln_x[i]);
        ck_assert_double_eq (all.types[j], thin.types[i]);
        ck_assert_double_eq (all.sum_ln[j], thin.sum_ln[i]);
        if (j > from + 1)
            ck_assert_double_ge (all.types[j - 1] / all.types[from],
                                 pow (all.types[0], -1.0 / N_THIN));
        from = j;
    }
    ck_assert_double_eq (thin.types[thin.n], 0);
    ck_assert_double_eq (thin.sum_ln[thin.n], 0);
    ng_zipf_tails_fini (&thin);
    ck_assert_int_eq (ng_zipf_tails_thin (&all, N, &thin), NG_OK);
    ck_assert_uint_eq (thin.n, N);
    ng_zipf_tails_fini (&thin);
    ng_zipf_tails_fini (&all);
    free (cells);
}
END_TEST

START_TEST (too_little)
{
    static const struct ng_spectrum_cell near[] = { { 1000000000, 50 },
                                                    { 1000000001, 70 } };
    static const struct ng_spectrum_cell close[] = { { 9007199254740990, 1 },
                                                     { 9007199254740991, 70 },
                                                     { 9007199254740992, 2 } };
    struct ng_zipf_tails tails;
    struct ng_zipf_fit fit;

    ck_assert_int_eq (ng_zipf_tails_init (&tails, steep, 1), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, 1, &fit), NG_EINVAL);
    ng_zipf_tails_fini (&tails);
    ck_assert_int_eq (ng_zipf_tails_init (&tails, steep, 0), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, 1, &fit), NG_EINVAL);
    ng_zipf_tails_fini (&tails);
    ck_assert_int_eq (ng_zipf_tails_init (&tails, steep, 2), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, 2, &fit), NG_EINVAL);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, 3, &fit), NG_EINVAL);
    ng_zipf_tails_fini (&tails);
    ck_assert_int_eq (ng_zipf_tails_init (&tails, near, 2), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, 1e9, &fit), NG_EINVAL);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, 1e9 - 1e4, &fit), NG_OK);
    ng_zipf_tails_fini (&tails);
    ck_assert_int_eq (ng_zipf_tails_init (&tails, close, 3), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, (double) close[0].count, &fit),
                      NG_EINVAL);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, 1e6, &fit), NG_OK);
    ng_zipf_tails_fini (&tails);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("zipf");
    TCase *c = tcase_create ("zipf");

    tcase_add_loop_test (c, fit_at_each_cutoff, 0, N_CASES);
    tcase_add_test (c, thinning);
    tcase_add_test (c, too_little);
    suite_add_tcase (s, c);
    return s;
}
