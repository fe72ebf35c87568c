#include <config.h>

#include "models/mandelbrot.h"

#include <gsl/gsl_multimin.h>
#include <math.h>
#include <stdbool.h>

#include "base/sum.h"
#include "models/zipfline.h"

enum
{
    STEPS_MAX = 1000,
    TERMS = 48 /* summed as they stand before Euler and Maclaurin's formula */
};

/* The spectrum, with ranks from the commonest type down.  */
struct ranks
{
    const struct ng_spectrum_cell *cells;
    size_t n;
    double n_types, n_tokens;
};

/* The integral of x^-s from A to B.  */
static double
integral_of_power (double s, double a, double b)
{
    double e = 1 - s, l = log (b / a);

    /* a^e (e^(e l) - 1) / e, which has the limit l where e is 0.  */
    return fabs (e * l) < 1e-9 ? pow (a, e) * l * (1 + e * l / 2)
                               : pow (a, e) * expm1 (e * l) / e;
}

/* Half the ends and the corrections of Euler and Maclaurin's formula for x^-s
   at one end: SIGN is -1 at the lower one.  */
static double
end_of_power (double s, double x, double sign)
{
    double f = pow (x, -s), r2 = 1 / (x * x);
    double d1 = -s / x, d3 = d1 * (s + 1) * (s + 2) * r2;
    double d5 = d3 * (s + 3) * (s + 4) * r2;
    double d7 = d5 * (s + 5) * (s + 6) * r2;

    return f * (0.5 + sign * (d1 / 12 - d3 / 720 + d5 / 30240 - d7 / 1209600));
}

double
ng_mandelbrot_sum (double s, double q, double n)
{
    struct ng_sum sum = { 0, 0 };
    double r = 1;

    for (; r <= n && (r <= TERMS || r + q < 2 * s); r++)
        ng_sum_add (&sum, pow (r + q, -s));
    if (r <= n)
    {
        ng_sum_add (&sum, integral_of_power (s, r + q, n + q));
        ng_sum_add (&sum, end_of_power (s, r + q, -1));
        ng_sum_add (&sum, end_of_power (s, n + q, 1));
    }
    return ng_sum_value (&sum);
}

/* Minus the log-likelihood per token of exponent S and shift Q = e^T - 1.  */
static double
cost (const struct ranks *d, double s, double t)
{
    struct ng_sum sum = { 0, 0 };
    double q = expm1 (t), rank = 0;

    for (size_t i = d->n; i-- > 0;)
    {
        double m = (double) d->cells[i].n_types;

        ng_sum_add (&sum, (double) d->cells[i].count
                              * ng_sum_ln_ranks (rank + 1 + q, m));
        rank += m;
    }
    return s * ng_sum_value (&sum) / d->n_tokens
           + log (ng_mandelbrot_sum (s, q, d->n_types));
}

/* The commonest type alone is fitted where 1 + q is near 0.  */
static const double t_min = -2.3, s_max = 100;

static double
t_max (const struct ranks *d)
{
    return log1p (d->n_types);
}

static double
cost_for_gsl (const gsl_vector *v, void *data)
{
    const struct ranks *d = data;
    double s = gsl_vector_get (v, 0), t = gsl_vector_get (v, 1);

    if (!(s > 0 && s < s_max && t > t_min && t < t_max (d)))
        return HUGE_VAL;
    return cost (d, s, t);
}

/* Find the least cost from *S and *T on.  */
static enum ng_err
minimise (struct ranks *d, double *s, double *t)
{
    gsl_multimin_function f = { cost_for_gsl, 2, d };
    gsl_vector *start = gsl_vector_alloc (2), *step = gsl_vector_alloc (2);
    gsl_multimin_fminimizer *m =
        gsl_multimin_fminimizer_alloc (gsl_multimin_fminimizer_nmsimplex2, 2);
    enum ng_err err = start && step && m ? NG_OK : NG_ENOMEM;
    int status;

    if (err == NG_OK)
    {
        gsl_vector_set (start, 0, *s);
        gsl_vector_set (start, 1, *t);
        gsl_vector_set_all (step, 0.2);
        status = gsl_multimin_fminimizer_set (m, &f, start, step);
        for (int i = 0; i < STEPS_MAX && status == 0; i++)
        {
            status = gsl_multimin_fminimizer_iterate (m);
            if (gsl_multimin_fminimizer_size (m) < 1e-7)
                break;
        }
        *s = gsl_vector_get (gsl_multimin_fminimizer_x (m), 0);
        *t = gsl_vector_get (gsl_multimin_fminimizer_x (m), 1);
    }
    if (m)
        gsl_multimin_fminimizer_free (m);
    gsl_vector_free (start);
    gsl_vector_free (step);
    return err;
}

/* Errors from the curvature of the cost, by differences.  False if it is no
   minimum.  */
static bool
find_errors (const struct ranks *d, double s, double t,
             struct ng_mandelbrot *fit)
{
    double h = 1e-3;
    double mid = cost (d, s, t);
    double ss = (cost (d, s + h, t) + cost (d, s - h, t) - 2 * mid) / (h * h);
    double tt = (cost (d, s, t + h) + cost (d, s, t - h) - 2 * mid) / (h * h);
    double st = (cost (d, s + h, t + h) + cost (d, s - h, t - h)
                 - cost (d, s + h, t - h) - cost (d, s - h, t + h))
                / (4 * h * h);
    double det = (ss * tt - st * st) * d->n_tokens;

    if (!(ss > 0 && det > 0))
        return false;
    fit->s_err = sqrt (tt / det);
    fit->q_err = exp (t) * sqrt (ss / det);
    return true;
}

enum ng_err
ng_mandelbrot_fit (const struct ng_spectrum_cell *cells, size_t n,
                   struct ng_mandelbrot *fit)
{
    struct ranks d = { cells, n, 0, 0 };
    double s = 1, t = 1;
    enum ng_err err;

    for (size_t i = 0; i < n; i++)
    {
        d.n_types += (double) cells[i].n_types;
        d.n_tokens += (double) cells[i].n_types * (double) cells[i].count;
    }
    if (n < 2)
        return NG_EINVAL;
    err = minimise (&d, &s, &t);
    if (err != NG_OK)
        return err;
    if (t < t_min + 0.01 || t > t_max (&d) - 0.01 || s < 0.01 || s > s_max - 1
        || !find_errors (&d, s, t, fit))
        return NG_EINVAL;
    fit->s = s;
    fit->q = expm1 (t);
    fit->log_likelihood = -cost (&d, s, t);
    fit->ln_c =
        log (d.n_tokens) - log (ng_mandelbrot_sum (s, fit->q, d.n_types));
    return NG_OK;
}
