#include <config.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_zeta.h>
#include <math.h>
#include <stdlib.h>

#include "models/zipfboot.h"
#include "models/zipfcutoff.h"
#include "unit.h"

static double
types_at (const struct ng_zipf_tails *t, size_t i)
{
    return t->types[i] - t->types[i + 1];
}

/* Draws against the law by chi-squared, over counts drawn together, counts
   drawn one by one, and all beyond.  */
START_TEST (draws_follow_the_law)
{
    static const double as[] = { 1.5, 2, 3.3 };
    static const double xmins[] = { 1, 1, 4 };
    enum
    {
        N_BINS = 60,
        N_DRAWS = 400,
        N_TYPES = 300
    };
    double a = as[_i], xmin = xmins[_i], seen[N_BINS] = { 0 }, chi2 = 0;
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (1);
    int n_bins = 0;

    ck_assert_ptr_nonnull (s);
    for (uint64_t k = 0; k < N_DRAWS; k++)
    {
        const struct ng_zipf_tails *t;

        ck_assert_int_eq (ng_zipf_sample (s, k, N_TYPES, a, xmin, &t), NG_OK);
        ck_assert_double_eq (t->types[0], N_TYPES);
        for (size_t i = 0; i < t->n; i++)
        {
            int bin = (int) (3 * log2 (t->x[i] / xmin));

            ck_assert_double_ge (t->x[i], xmin);
            if (i > 0)
                ck_assert_double_lt (t->x[i - 1], t->x[i]);
            seen[bin < N_BINS - 1 ? bin : N_BINS - 1] += types_at (t, i);
        }
    }
    for (int bin = 0; bin < N_BINS; bin++)
    {
        double from = ceil (xmin * exp2 (bin / 3.0) - 1e-9);
        double to = ceil (xmin * exp2 ((bin + 1) / 3.0) - 1e-9);
        double p = gsl_sf_hzeta (a, from) / gsl_sf_hzeta (a, xmin);

        if (bin < N_BINS - 1)
            p -= gsl_sf_hzeta (a, to) / gsl_sf_hzeta (a, xmin);
        p *= (double) N_DRAWS * N_TYPES;
        if (p < 5)
            continue;
        chi2 += (seen[bin] - p) * (seen[bin] - p) / p;
        n_bins++;
    }
    ck_assert_int_ge (n_bins, 8);
    ck_assert_double_ge (gsl_cdf_chisq_Q (chi2, n_bins - 1), 0.001);
    ng_zipf_sampler_free (s);
}
END_TEST

/* A draw depends on seed and number alone.  */
START_TEST (draws_repeat)
{
    struct ng_zipf_sampler *a = ng_zipf_sampler_new (5);
    struct ng_zipf_sampler *b = ng_zipf_sampler_new (5);
    struct ng_zipf_sampler *c = ng_zipf_sampler_new (6);
    const struct ng_zipf_tails *x, *y, *z;
    bool differs = false;

    ck_assert_int_eq (ng_zipf_sample (a, 0, 1000, 2, 1, &x), NG_OK);
    ck_assert_int_eq (ng_zipf_sample (a, 7, 1000, 2, 1, &x), NG_OK);
    ck_assert_int_eq (ng_zipf_sample (b, 7, 1000, 2, 1, &y), NG_OK);
    ck_assert_int_eq (ng_zipf_sample (c, 7, 1000, 2, 1, &z), NG_OK);
    ck_assert_uint_eq (x->n, y->n);
    for (size_t i = 0; i < x->n; i++)
    {
        ck_assert_double_eq (x->x[i], y->x[i]);
        ck_assert_double_eq (x->types[i], y->types[i]);
        differs = differs || i >= z->n || x->types[i] < z->types[i]
                  || x->types[i] > z->types[i];
    }
    ck_assert (differs);
    ng_zipf_sampler_free (a);
    ng_zipf_sampler_free (b);
    ng_zipf_sampler_free (c);
    ng_zipf_sampler_free (NULL);
}
END_TEST

/* Below the cut-off a resampled spectrum has the data's shares.  */
START_TEST (body_is_kept)
{
    static const struct ng_spectrum_cell cells[] = { { 1, 100 }, { 2, 700 },
                                                     { 3, 50 },  { 5, 200 },
                                                     { 6, 100 }, { 9, 50 } };
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (2);
    struct ng_zipf_tails tails;
    struct ng_zipf_fit fit;
    double seen[4] = { 0 };

    ck_assert_int_eq (ng_zipf_tails_init (&tails, cells, 6), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, 5, &fit), NG_OK);
    for (uint64_t k = 0; k < 500; k++)
    {
        const struct ng_zipf_tails *t;

        ck_assert_int_eq (ng_zipf_resample (s, k, &tails, &fit, &t), NG_OK);
        ck_assert_double_eq (t->types[0], 1200);
        for (size_t i = 0; i < t->n; i++)
        {
            ck_assert (t->x[i] <= 3 || t->x[i] >= 5);
            seen[t->x[i] <= 3 ? (int) t->x[i] - 1 : 3] += types_at (t, i);
        }
    }
    /* 500 * 1200 types; four standard errors.  */
    for (int i = 0; i < 4; i++)
    {
        double p = (i < 3 ? (double) cells[i].n_types : 350) / 1200;

        ck_assert_double_eq_tol (seen[i] / 600000, p,
                                 4 * sqrt (p * (1 - p) / 600000));
    }
    ng_zipf_tails_fini (&tails);
    ng_zipf_sampler_free (s);
}
END_TEST

/* Known exponents come back within three standard errors in 99 of 100
   samples.  */
START_TEST (errors_are_right)
{
    static const double as[] = { 1.5, 2, 2.5, 3 };
    static const double sizes[] = { 1e3, 1e4, 1e5, 1e6, 1e7 };
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (3);
    double a = as[_i];
    int n = 0, near_at_one = 0, near_best = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint64_t k = 0; k < (sizes[i] > 1e6 ? 10 : 100); k++)
        {
            const struct ng_zipf_tails *t;
            struct ng_zipf_fit fit;

            ck_assert_int_eq (ng_zipf_sample (s, k, sizes[i], a, 1, &t), NG_OK);
            ck_assert_int_eq (ng_zipf_fit_at (t, 1, &fit), NG_OK);
            near_at_one += fabs (fit.a - a) <= 3 * fit.a_err;
            ck_assert_int_eq (ng_zipf_fit_best (t, &fit), NG_OK);
            near_best += fabs (fit.a - a) <= 3 * fit.a_err;
            n++;
        }
    ck_assert_int_ge (near_at_one * 100, n * 99);
    ck_assert_int_ge (near_best * 100, n * 98);
    ng_zipf_sampler_free (s);
}
END_TEST

/* Where the law is true its p-value is uniform: Kolmogorov's test at one in a
   thousand, for samples fitted at a cut-off that is given; and small where
   the law is not true.  */
START_TEST (p_values_are_uniform)
{
    enum
    {
        N = 200,
        N_DRAWS = 100
    };
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (4);
    struct ng_zipf_sampler *draws = ng_zipf_sampler_new (5);
    double seen[N_DRAWS + 1] = { 0 }, sum = 0, worst = 0;

    for (uint64_t k = 0; k < N; k++)
    {
        const struct ng_zipf_tails *t;
        struct ng_zipf_fit fit;
        uint64_t n_worse = 0;

        ck_assert_int_eq (ng_zipf_sample (s, k, 1000, 2.2, 1, &t), NG_OK);
        ck_assert_int_eq (ng_zipf_fit_at (t, 1, &fit), NG_OK);
        for (uint64_t i = 0; i < N_DRAWS; i++)
            ck_assert_int_eq (ng_zipf_p_value_draw (draws, k * N_DRAWS + i, t,
                                                    &fit, false, &n_worse),
                              NG_OK);
        seen[n_worse]++;
    }
    for (int i = 0; i <= N_DRAWS; i++)
    {
        sum += seen[i] / N;
        worst = fmax (worst, fabs (sum - (i + 1.0) / (N_DRAWS + 1)));
    }
    ck_assert_double_le (worst, 1.95 / sqrt (N));
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
    tcase_add_loop_test (c, draws_follow_the_law, 0, 3);
    tcase_add_test (c, draws_repeat);
    tcase_add_test (c, body_is_kept);
    tcase_add_loop_test (c, errors_are_right, 0, 4);
    tcase_add_test (c, p_values_are_uniform);
    tcase_add_test (c, p_value_of_no_law);
    suite_add_tcase (s, c);
    return s;
}
