#include <config.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "models/zipfcompare.h"
#include "unit.h"

/* Sums of laws, term by term.  */
START_TEST (cut_off_sums)
{
    static const double as[] = { 0.3, 1, 1.5, 2, 3, 6.2 };
    static const double lambdas[] = { 0.002, 0.049, 0.051, 0.7, 5 };
    static const double xmins[] = { 1, 3, 99, 100, 5000 };

    for (size_t i = 0; i < sizeof as / sizeof *as; i++)
        for (size_t j = 0; j < sizeof lambdas / sizeof *lambdas; j++)
            for (size_t k = 0; k < sizeof xmins / sizeof *xmins; k++)
            {
                double xmin = xmins[k], sum = 0;

                for (double x = floor (xmin + 60 / lambdas[j]); x >= xmin; x--)
                    sum +=
                        exp (-as[i] * log (x / xmin) - lambdas[j] * (x - xmin));
                ck_assert_double_eq_tol (
                    ng_ln_cut_off_sum (as[i], lambdas[j], xmin),
                    log (sum) - as[i] * log (xmin) - lambdas[j] * xmin, 1e-9);
            }
}
END_TEST

START_TEST (log_normal_sums)
{
    static const double bs[] = { -2, 0.3, 1, 2, 6.2 };
    static const double cs[] = { 0.05, 0.2, 1, 20 };
    static const double xmins[] = { 1, 3, 99, 100, 5000 };

    for (size_t i = 0; i < sizeof bs / sizeof *bs; i++)
        for (size_t j = 0; j < sizeof cs / sizeof *cs; j++)
            for (size_t k = 0; k < sizeof xmins / sizeof *xmins; k++)
            {
                double b = bs[i], c = cs[j], xmin = xmins[k], sum = 0;
                double l = log (xmin), first = -b * l - c * l * l;
                /* Beyond 2e5 the integral serves.  From there on the sum is
                   about X f(X), the error f'(X) / 24 = g f(X) / 24 X, where
                   g < 20: by 2e-11 of the sum.  */
                double last = 2e5, u = log (last + 0.5), root = sqrt (c);

                for (double x = last; x >= xmin; x--)
                    sum += exp (-b * log (x) - c * log (x) * log (x) - first);
                if (c < 1)
                    sum += exp ((1 - b) * (1 - b) / (4 * c) - first)
                           * sqrt (M_PI) / 2 / root
                           * erfc (root * (u - (1 - b) / (2 * c)));
                ck_assert_double_eq_tol (ng_ln_log_normal_sum (b, c, xmin),
                                         log (sum) + first, 1e-9);
            }
}
END_TEST

/* With a second parameter that vanishes both are the power law.  */
START_TEST (limits)
{
    double zeta = ng_ln_cut_off_sum (2.5, 0, 3);
    double sum = 0;

    for (double x = 2000000; x >= 3; x--)
        sum += pow (x, -2.5);
    sum += pow (2000000.5, -1.5) / 1.5;
    ck_assert_double_eq_tol (zeta, log (sum), 1e-9);
    ck_assert_double_eq_tol (ng_ln_cut_off_sum (2.5, 1e-13, 3), zeta, 1e-8);
    ck_assert_double_eq_tol (ng_ln_log_normal_sum (2.5, 1e-11, 3), zeta, 1e-8);
    /* So far out that a step changes nothing.  */
    ck_assert_double_eq_tol (
        ng_ln_cut_off_sum (2.5, 0.7, 0x1p60),
        -2.5 * log (0x1p60) - 0.7 * 0x1p60 - log (-expm1 (-0.7)), 1e-9);
    ck_assert_double_eq_tol (ng_ln_log_normal_sum (3, 1e-9, 0x1p60),
                             -2 * log (0x1p60) - log (2), 1e-5);
    /* Far out, where the incomplete gamma function underflows.  */
    sum = 0;
    for (double x = 0; x < 3000; x++)
        sum += exp (-2.5 * log1p (x / 1e6) - 0.04 * x);
    ck_assert_double_eq_tol (ng_ln_cut_off_sum (2.5, 0.04, 1e6),
                             log (sum) - 2.5 * log (1e6) - 4e4, 1e-7);
}
END_TEST

static const struct ng_spectrum_cell words[] = {
    { 1, 2397 }, { 2, 763 }, { 3, 376 }, { 4, 224 },  { 5, 147 },  { 6, 120 },
    { 8, 83 },   { 10, 64 }, { 15, 50 }, { 20, 75 },  { 40, 38 },  { 99, 20 },
    { 200, 11 }, { 500, 4 }, { 800, 2 }, { 1200, 1 }, { 2261, 1 },
};
static const struct ng_spectrum_cell bent[] = {
    { 1, 500 }, { 2, 300 }, { 3, 200 }, { 4, 150 }, { 6, 110 },
    { 9, 60 },  { 15, 20 }, { 22, 5 },  { 30, 1 },
};

#define CASE(cells) cells, sizeof cells / sizeof *cells
static const struct
{
    const struct ng_spectrum_cell *cells;
    size_t n;
} cases[] = { { CASE (words) }, { CASE (bent) } };

/* ln of what a rival's density is proportional to.  */
static double
ln_weight (enum ng_rival rival, double p0, double p1, double x)
{
    if (rival == NG_RIVAL_LOG_NORMAL)
        return -p0 * log (x) - p1 * log (x) * log (x);
    if (rival == NG_RIVAL_EXPONENTIAL)
        return -p0 * x;
    return -p0 * log (x) - p1 * x;
}

static double
ln_norm (enum ng_rival rival, double p0, double p1, double xmin)
{
    if (rival == NG_RIVAL_LOG_NORMAL)
        return ng_ln_log_normal_sum (p0, p1, xmin);
    if (rival == NG_RIVAL_EXPONENTIAL)
        return -p0 * xmin - log (1 - exp (-p0));
    return ng_ln_cut_off_sum (p0, p1, xmin);
}

static double
slow_likelihood (int which, enum ng_rival rival, double p0, double p1,
                 double xmin)
{
    double sum = 0;

    for (size_t i = 0; i < cases[which].n; i++)
    {
        double x = (double) cases[which].cells[i].count;

        if (x >= xmin)
            sum += (double) cases[which].cells[i].n_types
                   * (ln_weight (rival, p0, p1, x)
                      - ln_norm (rival, p0, p1, xmin));
    }
    return sum;
}

/* Vuong's test over all types one by one.  */
static double
slow_vuong (int which, enum ng_rival rival, const double *p,
            const struct ng_zipf_fit *fit)
{
    double n = 0, sum = 0, sum2 = 0;
    double norm = ln_norm (rival, p[0], p[1], fit->xmin);
    double zeta = ng_ln_cut_off_sum (fit->a, 0, fit->xmin);

    for (size_t i = 0; i < cases[which].n; i++)
        for (uint64_t k = 0; k < cases[which].cells[i].n_types; k++)
        {
            double x = (double) cases[which].cells[i].count;
            double d = -fit->a * log (x) - zeta
                       - (ln_weight (rival, p[0], p[1], x) - norm);

            if (x < fit->xmin)
                continue;
            n++;
            sum += d;
            sum2 += d * d;
        }
    return 2 * gsl_cdf_ugaussian_Q (fabs (sum) / sqrt (sum2 - sum * sum / n));
}

START_TEST (rivals)
{
    int which = _i / (2 * NG_N_RIVALS);
    enum ng_rival rival = (enum ng_rival) (_i % NG_N_RIVALS);
    double xmin = _i / NG_N_RIVALS % 2 ? 3 : 1;
    struct ng_zipf_tails tails;
    struct ng_zipf_fit fit;
    struct ng_zipf_rival r;
    double *p = r.parameters;

    ck_assert_int_eq (
        ng_zipf_tails_init (&tails, cases[which].cells, cases[which].n), NG_OK);
    ck_assert_int_eq (ng_zipf_fit_at (&tails, xmin, &fit), NG_OK);
    ck_assert_int_eq (ng_zipf_compare (&tails, &fit, rival, &r), NG_OK);
    ck_assert_double_eq_tol (r.log_likelihood,
                             slow_likelihood (which, rival, p[0], p[1], xmin),
                             1e-6);
    for (int k = -1; k <= 1; k += 2)
    {
        ck_assert_double_lt (
            slow_likelihood (which, rival, p[0] + 1e-3 * k, p[1], xmin),
            r.log_likelihood);
        if (rival != NG_RIVAL_EXPONENTIAL && p[1] > 1e-6)
            ck_assert_double_lt (slow_likelihood (which, rival, p[0],
                                                  p[1] * (1 + 0.1 * k), xmin),
                                 r.log_likelihood);
    }
    ck_assert_double_eq_tol (r.ratio, fit.log_likelihood - r.log_likelihood,
                             1e-6);
    if (rival == NG_RIVAL_CUT_OFF)
        ck_assert_double_eq_tol (
            r.p_value, 2 * gsl_cdf_ugaussian_Q (sqrt (-2 * r.ratio)), 1e-9);
    else if (fabs (r.ratio) > 1e-3)
        ck_assert_double_eq_tol (r.p_value, slow_vuong (which, rival, p, &fit),
                                 1e-5 * r.p_value + 1e-12);
    ng_zipf_tails_fini (&tails);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("zipfcompare");
    TCase *c = tcase_create ("zipfcompare");

    (void) gsl_set_error_handler_off ();
    tcase_add_test (c, cut_off_sums);
    tcase_add_test (c, log_normal_sums);
    tcase_add_test (c, limits);
    tcase_add_loop_test (c, rivals, 0, 4 * NG_N_RIVALS);
    suite_add_tcase (s, c);
    return s;
}
