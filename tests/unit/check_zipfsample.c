#include <config.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_zeta.h>
#include <math.h>

#include "models/zipfsample.h"
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

/* Shares a little below and above those of each count.  */
START_TEST (counts_of_shares)
{
    static const double as[] = { 1.2, 1.5, 2, 3.3, 9 };
    static const double xmins[] = { 1, 2, 40, 1000 };
    double a = as[_i], hair = 1e-9;

    for (size_t i = 0; i < sizeof xmins / sizeof *xmins; i++)
    {
        double xmin = xmins[i], all = gsl_sf_hzeta (a, xmin);

        ck_assert_double_eq (ng_zipf_count_of_share (a, xmin, 0), xmin);
        for (double x = xmin; x < 3000; x = floor (1 + x * 1.03))
        {
            double ln = log (gsl_sf_hzeta (a, x + 1) / all);

            ck_assert_double_eq (ng_zipf_count_of_share (a, xmin, ln + hair),
                                 x);
            ck_assert_double_eq (ng_zipf_count_of_share (a, xmin, ln - hair),
                                 x + 1);
        }
    }
}
END_TEST

/* Counts far out, where most are drawn one by one, against the law at single
   counts: a count that is found one too low or too high shows here.  */
START_TEST (neighbours_far_out)
{
    enum
    {
        FROM = 20,
        TO = 60,
        N_DRAWS = 3000,
        N_TYPES = 1000
    };
    static const double as[] = { 1.2, 1.5, 2, 3.3 };
    double a = as[_i], seen[TO] = { 0 }, chi2 = 0;
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (9);

    for (uint64_t k = 0; k < N_DRAWS; k++)
    {
        const struct ng_zipf_tails *t;

        ck_assert_int_eq (ng_zipf_sample (s, k, N_TYPES, a, 10, &t), NG_OK);
        for (size_t i = 0; i < t->n && t->x[i] < TO; i++)
            seen[(int) t->x[i]] += types_at (t, i);
    }
    for (int x = FROM; x < TO; x++)
    {
        double p = pow (x, -a) / gsl_sf_hzeta (a, 10) * N_DRAWS * N_TYPES;

        chi2 += (seen[x] - p) * (seen[x] - p) / p;
    }
    ck_assert_double_ge (gsl_cdf_chisq_Q (chi2, TO - FROM), 0.001);
    ck_assert_double_ge (gsl_cdf_chisq_P (chi2, TO - FROM), 0.001);
    ng_zipf_sampler_free (s);
}
END_TEST

/* A sampler that has drawn from another law draws as a new one.  */
START_TEST (laws_do_not_mix)
{
    struct ng_zipf_sampler *a = ng_zipf_sampler_new (5);
    struct ng_zipf_sampler *b = ng_zipf_sampler_new (5);
    const struct ng_zipf_tails *x, *y;

    ck_assert_int_eq (ng_zipf_sample (a, 0, 1e5, 2, 1, &x), NG_OK);
    ck_assert_int_eq (ng_zipf_sample (a, 0, 1e4, 2, 7, &x), NG_OK);
    ck_assert_int_eq (ng_zipf_sample (a, 0, 1e5, 2.5, 7, &x), NG_OK);
    ck_assert_int_eq (ng_zipf_sample (b, 0, 1e5, 2.5, 7, &y), NG_OK);
    ck_assert_uint_eq (x->n, y->n);
    for (size_t i = 0; i < x->n; i++)
    {
        ck_assert_double_eq (x->x[i], y->x[i]);
        ck_assert_double_eq (x->types[i], y->types[i]);
        ck_assert_double_eq (x->sum_ln[i], y->sum_ln[i]);
    }
    ng_zipf_sampler_free (a);
    ng_zipf_sampler_free (b);
}
END_TEST

/* Redrawn spectra have the shares of the data, and the logarithms of cells
   that hold several counts.  */
START_TEST (redraws_follow_the_data)
{
    static const double x[] = { 1, 2, 5, 9, 700 };
    static const double m[] = { 500, 300, 150, 45, 5 };
    static const double mean_ln[] = { 0, 0.9, 2, 3, 7 };
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (2);
    struct ng_zipf_tails tails = { 0 };
    double seen[5] = { 0 };

    ck_assert_int_eq (ng_zipf_tails_set (&tails, x, mean_ln, m, 5), NG_OK);
    for (uint64_t k = 0; k < 1000; k++)
    {
        const struct ng_zipf_tails *t;

        ck_assert_int_eq (ng_zipf_redraw (s, k, &tails, &t), NG_OK);
        ck_assert_double_eq (t->types[0], 1000);
        for (size_t i = 0; i < t->n; i++)
        {
            size_t j = 0;

            while (j < 4 && x[j] < t->x[i])
                j++;
            ck_assert_double_eq (x[j], t->x[i]);
            ck_assert_double_eq_tol (t->sum_ln[i] - t->sum_ln[i + 1],
                                     mean_ln[j] * types_at (t, i), 1e-9);
            seen[j] += types_at (t, i);
        }
    }
    for (int j = 0; j < 5; j++)
        ck_assert_double_eq_tol (
            seen[j] / 1e6, m[j] / 1000,
            4 * sqrt (m[j] / 1000 * (1 - m[j] / 1000) / 1e6));
    ng_zipf_tails_fini (&tails);
    ng_zipf_sampler_free (s);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("zipfsample");
    TCase *c = tcase_create ("zipfsample");

    (void) gsl_set_error_handler_off ();
    tcase_add_loop_test (c, draws_follow_the_law, 0, 3);
    tcase_add_test (c, draws_repeat);
    tcase_add_test (c, body_is_kept);
    tcase_add_loop_test (c, counts_of_shares, 0, 5);
    tcase_add_loop_test (c, neighbours_far_out, 0, 4);
    tcase_add_test (c, laws_do_not_mix);
    tcase_add_test (c, redraws_follow_the_data);
    suite_add_tcase (s, c);
    return s;
}
