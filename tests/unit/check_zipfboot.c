#include <config.h>

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

#include "models/zipfboot.h"
#include "models/zipfcutoff.h"
#include "unit.h"

static const double as[] = { 1.5, 2, 2.5, 3 };

/* Known exponents come back within three standard errors in 99 of 100
   samples, with the cut-off given and with the cut-off chosen, which widens
   the error, but for most of them not to its double.  "zipflaw truth" in bench/
   draws twenty times as many.  */
START_TEST (errors_are_right)
{
    static const double sizes[] = { 1e3, 1e4, 1e5, 1e6, 1e7 };
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (3);
    struct ng_zipf_sampler *redraws = ng_zipf_sampler_new (1);
    double a = as[_i];
    int n = 0, near_at_one = 0, near_best = 0, wider = 0, wide = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint64_t k = 0; k < (sizes[i] > 1e6 ? 5 : 25); k++)
        {
            const struct ng_zipf_tails *t;
            struct ng_zipf_fit fit;
            double err;

            ck_assert_int_eq (ng_zipf_sample (s, k, sizes[i], a, 1, &t), NG_OK);
            ck_assert_int_eq (ng_zipf_fit_at (t, 1, &fit), NG_OK);
            near_at_one += fabs (fit.a - a) <= 3 * fit.a_err;
            ck_assert_int_eq (ng_zipf_fit_best (t, &fit), NG_OK);
            err = fit.a_err;
            ck_assert_int_eq (ng_zipf_widen_errors (redraws, t, &fit), NG_OK);
            ck_assert_double_ge (fit.a_err, err);
            ck_assert_double_eq_tol (
                fit.s_err, fit.a_err / ((fit.a - 1) * (fit.a - 1)), 1e-12);
            near_best += fabs (fit.a - a) <= 3 * fit.a_err;
            wider += fit.a_err > 1.05 * err;
            wide += fit.a_err > 2 * err;
            n++;
        }
    ck_assert_int_ge (near_at_one * 100, n * 99);
    ck_assert_int_ge (near_best * 100, n * 99);
    ck_assert_int_ge (wider * 50, n);
    ck_assert_int_le (wide * 2, n);
    ng_zipf_sampler_free (s);
    ng_zipf_sampler_free (redraws);
}
END_TEST

static int
compare_reals (const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

enum
{
    N_SLOW = 1000
};

/* The exponents of samples drawn type by type from all the counts.  */
static void
slow_exponents (const struct ng_zipf_tails *t, double exponents[N_SLOW])
{
    double *m = calloc (t->n, sizeof *m), *x = calloc (t->n, sizeof *x);
    uint64_t state = 1;

    for (int k = 0; k < N_SLOW; k++)
    {
        struct ng_zipf_tails draw = { 0 };
        struct ng_zipf_fit fit;
        size_t n = 0;

        for (size_t i = 0; i < t->n; i++)
            m[i] = 0;
        for (double left = t->types[0]; left > 0; left--)
        {
            double u;
            size_t i = 0;

            state =
                state * UINT64_C (6364136223846793005) + 1442695040888963407;
            u = (double) (state >> 11) / 0x1p53 * t->types[0];
            while (t->types[0] - t->types[i + 1] <= u)
                i++;
            m[i]++;
        }
        for (size_t i = 0; i < t->n; i++)
            if (m[i] > 0)
            {
                x[n] = t->x[i];
                m[n++] = m[i];
            }
        ck_assert_int_eq (ng_zipf_tails_set (&draw, x, NULL, m, n), NG_OK);
        ck_assert_int_eq (ng_zipf_fit_best (&draw, &fit), NG_OK);
        exponents[k] = fit.a;
        ng_zipf_tails_fini (&draw);
    }
    free (x);
    free (m);
    qsort (exponents, N_SLOW, sizeof *exponents, compare_reals);
}

/* Half the span of what lies between the Q-quantiles at both ends, as a share
   of that of the 5 % quantiles of a normal law.  */
static double
half_span (const double exponents[N_SLOW], double q)
{
    size_t out = (size_t) (q * N_SLOW);

    return (exponents[N_SLOW - 1 - out] - exponents[out]) / (2 * 1.6449);
}

/* The same without thinning and with ten times the draws.  Of 100 draws 2 to 9
   may well lie beyond the quantiles where 5 are expected.  */
START_TEST (errors_of_slow_redraws)
{
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (3);
    struct ng_zipf_sampler *redraws = ng_zipf_sampler_new (1);
    const struct ng_zipf_tails *t;
    struct ng_zipf_fit fit;
    double err, few, many, exponents[N_SLOW];

    ck_assert_int_eq (ng_zipf_sample (s, (uint64_t) _i, 3000, as[_i], 1, &t),
                      NG_OK);
    ck_assert_int_eq (ng_zipf_fit_best (t, &fit), NG_OK);
    err = fit.a_err;
    slow_exponents (t, exponents);
    few = half_span (exponents, 0.09);
    many = half_span (exponents, 0.02);
    ck_assert_int_eq (ng_zipf_widen_errors (redraws, t, &fit), NG_OK);
    ck_assert_double_ge (fit.a_err, fmax (err, few) * 0.9);
    ck_assert_double_le (fit.a_err, fmax (err, many) * 1.1);
    ng_zipf_sampler_free (s);
    ng_zipf_sampler_free (redraws);
}
END_TEST

enum
{
    N_SAMPLES = 200,
    N_DRAWS = 50
};

/* SEEN[i] of N_SAMPLES samples have i of N_DRAWS draws that lie as far off:
   does p look uniform, by Kolmogorov's test at one in a thousand?  It may be
   too large if FEWER_ALLOWED.  */
static void
must_be_uniform (const double seen[N_DRAWS + 1], bool fewer_allowed)
{
    double sum = 0, above = 0, below = 0;

    for (int i = 0; i <= N_DRAWS; i++)
    {
        sum += seen[i] / N_SAMPLES;
        above = fmax (above, sum - (i + 1.0) / (N_DRAWS + 1));
        below = fmax (below, (i + 1.0) / (N_DRAWS + 1) - sum);
    }
    ck_assert_double_le (above, 1.95 / sqrt (N_SAMPLES));
    if (!fewer_allowed)
        ck_assert_double_le (below, 1.95 / sqrt (N_SAMPLES));
}

/* Where the law is true p is uniform if the cut-off is given, and nowhere
   smaller than that if it is chosen.  */
START_TEST (p_values_of_the_law)
{
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (4);
    struct ng_zipf_sampler *draws = ng_zipf_sampler_new (5);
    double seen[2][N_DRAWS + 1] = { { 0 } };

    for (uint64_t k = 0; k < N_SAMPLES; k++)
        for (int choose = 0; choose < 2; choose++)
        {
            const struct ng_zipf_tails *t;
            struct ng_zipf_fit fit;
            uint64_t n_worse = 0;

            ck_assert_int_eq (ng_zipf_sample (s, k, 1000, as[_i], 1, &t),
                              NG_OK);
            ck_assert_int_eq (choose ? ng_zipf_fit_best (t, &fit)
                                     : ng_zipf_fit_at (t, 1, &fit),
                              NG_OK);
            for (uint64_t i = 0; i < N_DRAWS; i++)
                ck_assert_int_eq (ng_zipf_p_value_draw (draws, k * N_DRAWS + i,
                                                        t, &fit, choose,
                                                        &n_worse),
                                  NG_OK);
            seen[choose][n_worse]++;
        }
    must_be_uniform (seen[0], false);
    must_be_uniform (seen[1], true);
    ng_zipf_sampler_free (s);
    ng_zipf_sampler_free (draws);
}
END_TEST

/* That it is larger with a chosen cut-off comes from where the draws come from
   alone: if they are of the law that is true from 1 on, and cut-offs are chosen
   and distances measured as ever, p is uniform.  */
START_TEST (p_values_of_draws_of_the_law)
{
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (4);
    struct ng_zipf_sampler *draws = ng_zipf_sampler_new (5);
    double seen[N_DRAWS + 1] = { 0 };

    for (uint64_t k = 0; k < N_SAMPLES; k++)
    {
        const struct ng_zipf_tails *t, *draw;
        struct ng_zipf_fit whole, fit;
        int n_worse = 0;

        ck_assert_int_eq (ng_zipf_sample (s, k, 1000, as[_i], 1, &t), NG_OK);
        ck_assert_int_eq (ng_zipf_fit_at (t, 1, &whole), NG_OK);
        ck_assert_int_eq (ng_zipf_fit_best (t, &fit), NG_OK);
        for (uint64_t i = 0; i < N_DRAWS; i++)
        {
            ck_assert_int_eq (ng_zipf_sample (draws, k * N_DRAWS + i, 1000,
                                              whole.a, 1, &draw),
                              NG_OK);
            n_worse += !ng_zipf_has_distance_below (draw, fit.xmin, fit.ks);
        }
        seen[n_worse]++;
    }
    must_be_uniform (seen, false);
    ng_zipf_sampler_free (s);
    ng_zipf_sampler_free (draws);
}
END_TEST

/* Each draw is counted if its own fit lies as far off.  */
START_TEST (p_value_counts)
{
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (4);
    struct ng_zipf_sampler *draws = ng_zipf_sampler_new (5);
    const struct ng_zipf_tails *t, *draw;
    struct ng_zipf_fit fit, fitted;

    for (int choose = 0; choose < 2; choose++)
        for (uint64_t k = 0; k < 5; k++)
        {
            uint64_t n_worse = 0, n_seen = 0;

            ck_assert_int_eq (ng_zipf_sample (s, k, 2000, as[_i], 1, &t),
                              NG_OK);
            ck_assert_int_eq (choose ? ng_zipf_fit_best (t, &fit)
                                     : ng_zipf_fit_at (t, 2, &fit),
                              NG_OK);
            for (uint64_t i = 0; i < 200; i++)
            {
                ck_assert_int_eq (
                    ng_zipf_p_value_draw (draws, i, t, &fit, choose, &n_worse),
                    NG_OK);
                ck_assert_int_eq (ng_zipf_resample (draws, i, t, &fit, &draw),
                                  NG_OK);
                ck_assert_int_eq (choose ? ng_zipf_fit_best (draw, &fitted)
                                         : ng_zipf_fit_at (draw, 2, &fitted),
                                  NG_OK);
                n_seen += fitted.ks >= fit.ks;
            }
            ck_assert_uint_eq (n_worse, n_seen);
            ck_assert_uint_gt (n_worse, 0);
            ck_assert_uint_lt (n_worse, 200);
        }
    ng_zipf_sampler_free (s);
    ng_zipf_sampler_free (draws);
}
END_TEST

START_TEST (p_value_of_no_law)
{
    /* A geometric law of mean 5.  */
    struct ng_spectrum_cell cells[30];
    struct ng_zipf_sampler *draws = ng_zipf_sampler_new (5);
    struct ng_zipf_tails tails;
    struct ng_zipf_fit fit;

    for (int choose = 0; choose < 2; choose++)
    {
        uint64_t n_worse = 0;

        for (uint64_t i = 0; i < 30; i++)
            cells[i] = (struct ng_spectrum_cell){
                i + 1, 1 + (uint64_t) (50000 * pow (0.8, (double) i))
            };
        ck_assert_int_eq (ng_zipf_tails_init (&tails, cells, 30), NG_OK);
        ck_assert_int_eq (choose ? ng_zipf_fit_best (&tails, &fit)
                                 : ng_zipf_fit_at (&tails, 1, &fit),
                          NG_OK);
        for (uint64_t k = 0; k < 100; k++)
            ck_assert_int_eq (
                ng_zipf_p_value_draw (draws, k, &tails, &fit, choose, &n_worse),
                NG_OK);
        ck_assert_uint_eq (n_worse, 0);
        ng_zipf_tails_fini (&tails);
    }
    ng_zipf_sampler_free (draws);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("zipfboot");
    TCase *c = tcase_create ("zipfboot");

    (void) gsl_set_error_handler_off ();
    tcase_set_timeout (c, 60);
    tcase_add_loop_test (c, errors_are_right, 0, 4);
    tcase_add_loop_test (c, errors_of_slow_redraws, 0, 4);
    tcase_add_loop_test (c, p_values_of_the_law, 0, 4);
    tcase_add_loop_test (c, p_values_of_draws_of_the_law, 0, 4);
    tcase_add_loop_test (c, p_value_counts, 0, 4);
    tcase_add_test (c, p_value_of_no_law);
    suite_add_tcase (s, c);
    return s;
}
