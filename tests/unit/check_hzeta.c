#include <config.h>

#include <gsl/gsl_sf_zeta.h>
#include <math.h>

#include "models/hzeta.h"
#include "unit.h"

static const double exponents[] = { 1.01, 1.5, 1.9493, 2,  2.5, 3,
                                    4.3,  6.2, 10,     17, 30,  45 };
static const double arguments[] = { 1,    2,  3,  7,    15,     16,
                                    20.5, 30, 67, 1000, 123456, 1e9 };

enum
{
    N_S = sizeof exponents / sizeof *exponents,
    N_Q = sizeof arguments / sizeof *arguments
};

/* Where zeta itself does not underflow, GSL is the reference.  */
START_TEST (value_equals_gsl)
{
    double s = exponents[_i];

    for (size_t k = 0; k < N_Q; k++)
    {
        double q = arguments[k];
        double ln = ng_lnhzeta (s, q, log (q));
        struct ng_lnhzeta z = ng_lnhzeta_deriv (s, q, log (q));

        ck_assert_double_eq_tol (z.value, ln, 2e-14 * fmax (fabs (ln), 1));
        if (s * log (q) < 600)
            ck_assert_double_eq_tol (ln, log (gsl_sf_hzeta (s, q)),
                                     4e-14 * fmax (fabs (ln), 1));
    }
}
END_TEST

/* Derivatives against differences of the value: five points wide, so that
   the error is of the order of the step to the fourth.  */
START_TEST (derivatives_equal_differences)
{
    double s = exponents[_i];
    double h = 4e-3 * (s - 1);

    for (size_t k = 0; k < N_Q; k++)
    {
        double q = arguments[k], l = log (q);
        double f[5];
        struct ng_lnhzeta z = ng_lnhzeta_deriv (s, q, l);

        for (int i = 0; i < 5; i++)
            f[i] = ng_lnhzeta (s + (i - 2) * h, q, l);
        ck_assert_double_eq_tol ((f[0] - 8 * f[1] + 8 * f[3] - f[4]) / (12 * h),
                                 z.d1, 1e-8 * (fabs (z.d1) + 1 / (s - 1)));
        ck_assert_double_eq_tol (
            (-f[0] + 16 * f[1] - 30 * f[2] + 16 * f[3] - f[4]) / (12 * h * h),
            z.d2, 1e-6 / ((s - 1) * (s - 1)) * fmax (1, fabs (f[2]) / 20));
    }
}
END_TEST

/* A steep law far out, where zeta underflows: the sum of its terms relative to
   the first.  */
START_TEST (steep_and_far)
{
    double q = 50000, s = 80000, sum = 0, far_out = 0x1p60;

    /* So far out that a step changes nothing.  */
    ck_assert_double_eq_tol (ng_lnhzeta (far_out, far_out, 0),
                             -log (-expm1 (-1)), 1e-9);

    for (int k = 0; k < 200; k++)
        sum += exp (-s * log1p (k / q));
    ck_assert_double_eq_tol (ng_lnhzeta (s, q, log (q)),
                             log (sum) - s * log (q), 1e-9);
    ck_assert_double_eq_tol (ng_lnhzeta_deriv (s, q, log (q)).value,
                             log (sum) - s * log (q), 1e-9);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("hzeta");
    TCase *c = tcase_create ("hzeta");

    tcase_add_loop_test (c, value_equals_gsl, 0, N_S);
    tcase_add_loop_test (c, derivatives_equal_differences, 0, N_S);
    tcase_add_test (c, steep_and_far);
    suite_add_tcase (s, c);
    return s;
}
