#include <config.h>

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

#include "models/zipfcutoff.h"
#include "models/zipfsample.h"
#include "unit.h"

/* The best cut-off by fitting at each, one after the other.  */
static struct ng_zipf_fit
slow_best (const struct ng_zipf_tails *t)
{
    struct ng_zipf_fit fit, best = { .ks = HUGE_VAL };

    for (size_t i = 0; i + 2 < t->n; i++)
    {
        ck_assert_int_eq (ng_zipf_fit_at (t, t->x[i], &fit), NG_OK);
        if (fit.ks < best.ks)
            best = fit;
    }
    return best;
}

/* The choice is that of the slow way, and the distances that are to be beaten
   tell on which side of the best one they lie, wherever the search begins.  */
static void
check_choice (const struct ng_zipf_tails *t)
{
    struct ng_zipf_fit fit, best = slow_best (t);
    double last = t->x[t->n - 1];
    const double hints[] = { 1, best.xmin, best.xmin + 1, last, 2 * last };

    ck_assert_int_eq (ng_zipf_fit_best (t, &fit), NG_OK);
    ck_assert_double_eq (fit.xmin, best.xmin);
    ck_assert_double_eq (fit.ks, best.ks);
    ck_assert_double_eq (fit.a, best.a);
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
    {
        ck_assert (
            ng_zipf_has_distance_below (t, hints[i], best.ks * (1 + 1e-8)));
        ck_assert (
            !ng_zipf_has_distance_below (t, hints[i], best.ks * (1 - 1e-8)));
    }
}

/* Samples of the law, of which long stretches can be ruled out.  */
START_TEST (samples)
{
    static const double as[] = { 1.3, 1.5, 2, 2.5, 3 };
    static const double sizes[] = { 60, 1e3, 1e4, 1e6 };
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (8);
    const struct ng_zipf_tails *t;

    ck_assert_ptr_nonnull (s);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint64_t k = 0; k < (sizes[i] < 1e6 ? 60 : 1); k++)
        {
            /* At 1.3 counts of a large sample pass 2^53.  */
            double a = as[_i] < 1.5 && sizes[i] > 1e4 ? 1.5 : as[_i];

            ck_assert_int_eq (ng_zipf_sample (s, k, sizes[i], a, 1, &t), NG_OK);
            if (t->n >= 3)
                check_choice (t);
        }
    ng_zipf_sampler_free (s);
}
END_TEST

/* Spectra that bend, dent, or are no law at all.  */
START_TEST (other_shapes)
{
    enum
    {
        N = 600
    };
    struct ng_spectrum_cell cells[N];
    struct ng_zipf_tails tails;
    uint64_t state = (uint64_t) _i;

    for (size_t i = 0; i < N; i++)
    {
        double x = (double) (i + 1) * (1 + (double) i / 50);
        double law[] = { 1e6 * pow (x + 8 * (_i / 4), -2.2),
                         1e6 * pow (x, i < 300 ? -1.2 : -2.5) + (i < 5) * 1e5,
                         3000 * exp (-x / 300), 100 };

        state = state * UINT64_C (6364136223846793005) + 1442695040888963407;
        cells[i].count = (uint64_t) x;
        cells[i].n_types =
            1
            + (uint64_t) (law[_i % 4]
                          * (0.9 + 0.2 * (double) (state >> 40) / 0x1p24));
    }
    ck_assert_int_eq (ng_zipf_tails_init (&tails, cells, N), NG_OK);
    check_choice (&tails);
    ng_zipf_tails_fini (&tails);
}
END_TEST

/* Laws that bend far out, without noise: distances change little from one
   cut-off to the next, and many are near the best.  */
START_TEST (smooth_shapes)
{
    enum
    {
        N = 6000
    };
    struct ng_spectrum_cell *cells = calloc (N, sizeof *cells);
    struct ng_zipf_tails tails;
    double bend = 100 * pow (2, _i % 5), fall = 2 + 0.4 * (_i / 5);

    for (size_t i = 0; i < N; i++)
    {
        double x = (double) (i + 1);

        cells[i].count = i + 1;
        cells[i].n_types = 1 + (uint64_t) (1e15 * pow (x + bend, -fall));
    }
    ck_assert_int_eq (ng_zipf_tails_init (&tails, cells, N), NG_OK);
    check_choice (&tails);
    ng_zipf_tails_fini (&tails);
    free (cells);
}
END_TEST

/* Of two cut-offs that do as well the smaller one is taken.  */
START_TEST (ties)
{
    static const struct ng_spectrum_cell cells[] = { { 1, 900 }, { 2, 200 },
                                                     { 3, 80 },  { 4, 50 },
                                                     { 9, 3 },   { 10, 1 } };
    struct ng_zipf_tails tails;
    struct ng_zipf_fit fit;

    ck_assert_int_eq (ng_zipf_tails_init (&tails, cells, 6), NG_OK);
    check_choice (&tails);
    ck_assert_int_eq (ng_zipf_fit_best (&tails, &fit), NG_OK);
    ck_assert (!ng_zipf_has_distance_below (&tails, 1, fit.ks));
    ng_zipf_tails_fini (&tails);
}
END_TEST

START_TEST (too_little)
{
    static const struct ng_spectrum_cell cells[] = { { 1, 100 }, { 2, 20 } };
    static const struct ng_spectrum_cell far_out[] = { { 10, 50 },
                                                       { 1000, 50 },
                                                       { 9007199254740980, 1 },
                                                       { 9007199254740983, 70 },
                                                       { 9007199254740985, 5 },
                                                       { 9007199254740992,
                                                         2 } };
    struct ng_zipf_tails tails;
    struct ng_zipf_fit fit;

    for (size_t n = 0; n < 2; n++)
    {
        ck_assert_int_eq (ng_zipf_tails_init (&tails, cells, n), NG_OK);
        ck_assert_int_eq (ng_zipf_fit_best (&tails, &fit), NG_EINVAL);
        ck_assert (!ng_zipf_has_distance_below (&tails, 1, 1));
        ng_zipf_tails_fini (&tails);
    }
    ck_assert_int_eq (ng_zipf_tails_init (&tails, cells, 2), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_best (&tails, &fit), NG_OK);
    ck_assert_double_eq (fit.xmin, 1);
    ck_assert (!ng_zipf_has_distance_below (&tails, 1, 1));
    ng_zipf_tails_fini (&tails);
    /* Too close together but with what lies below.  */
    ck_assert_int_eq (ng_zipf_tails_init (&tails, far_out, 6), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_best (&tails, &fit), NG_OK);
    ck_assert_double_le (fit.xmin, 1000);
    ng_zipf_tails_fini (&tails);
    ck_assert_int_eq (ng_zipf_tails_init (&tails, far_out + 2, 4), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_best (&tails, &fit), NG_EINVAL);
    ck_assert (!ng_zipf_has_distance_below (&tails, 1, 1));
    ng_zipf_tails_fini (&tails);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("zipfcutoff");
    TCase *c = tcase_create ("zipfcutoff");

    (void) gsl_set_error_handler_off ();
    tcase_add_loop_test (c, samples, 0, 5);
    tcase_add_loop_test (c, other_shapes, 0, 12);
    tcase_add_loop_test (c, smooth_shapes, 0, 20);
    tcase_add_test (c, ties);
    tcase_add_test (c, too_little);
    suite_add_tcase (s, c);
    return s;
}
