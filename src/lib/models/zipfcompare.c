#include <config.h>

#include "models/zipfcompare.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#include "base/sum.h"
#include "models/hzeta.h"

enum
{
    STEPS_MAX = 2000,
    SERIES_FROM = 100,
    SERIES_TERMS = 12,
    TERMS = 100 /* of a sum, as they stand, before it becomes an integral */
};

/* All rivals are of one kind: ln p(x) = -p[0] T(x) - p[1] U(x) - ln_norm, so
   that the sums of T and U over the tail are all that a search needs.  */
struct law
{
    enum ng_rival rival;
    double p[2];
    double xmin;
    double ln_norm;
};

/* One tail and the law that is sought for it.  */
struct problem
{
    const struct ng_zipf_tails *t;
    size_t i;              /* the tail's first cell */
    double mean_t, mean_u; /* of T and U over the types in the tail */
    struct law law;
};

static double
t_of (enum ng_rival rival, double x, double ln_x)
{
    return rival == NG_RIVAL_EXPONENTIAL ? x : ln_x;
}

static double
u_of (enum ng_rival rival, double x, double ln_x)
{
    return rival == NG_RIVAL_LOG_NORMAL ? ln_x * ln_x
           : rival == NG_RIVAL_CUT_OFF  ? x
                                        : 0;
}

/* ln of the integral of x^-B e^(-C ln^2 x) for x from e^U on, which is that of
   a normal density of mean (1-B)/(2C), from U on.  Beyond the mean its tail is
   told by the hazard function, density by tail, in which nothing cancels.  */
static double
ln_log_normal_integral (double b, double c, double u)
{
    double mean = (1 - b) / (2 * c), root = sqrt (c), z = (u - mean) * root;
    gsl_sf_result r;

    if (z > 0)
        return gsl_sf_hazard_e (M_SQRT2 * z, &r) == 0
                   ? (1 - b) * u - c * u * u - log (r.val * M_SQRT2 * root)
                   : -HUGE_VAL;
    return gsl_sf_log_erfc_e (z, &r) == 0
               ? r.val + log (M_SQRTPI / (2 * root)) + c * mean * mean
               : -HUGE_VAL;
}

double
ng_ln_log_normal_sum (double b, double c, double xmin)
{
    double sum = 0, u = log (xmin), x, f, g;
    double ln_first = -b * u - c * u * u;

    for (double k = 0;; k++)
    {
        x = xmin + k;
        u = log (x);
        g = b + 2 * c * u;
        f = exp (-b * u - c * u * u - ln_first);
        /* The formula's next term is about (g / x)^5 / 30240.  */
        if (x >= TERMS && x > 20 * fabs (g))
            break;
        sum += f;
        if (g > 1 && f * x < 1e-18 * (g - 1) * sum)
            return log (sum) + ln_first;
    }
    sum += f
           * (0.5 + g / (12 * x)
              - (((g + 3) * g + 2 - 6 * c) * g - 6 * c) / (720 * x * x * x));
    sum += exp (ln_log_normal_integral (b, c, u) - ln_first);
    return log (sum) + ln_first;
}

static bool
sums_term_by_term (double a, double lambda, double x)
{
    /* The formula's next term is about (a / x + lambda)^5 / 30240.  */
    return lambda > 0.05 || x < TERMS || x < 10 * fabs (a);
}

/* ln of the integral of y^-A e^(-LAMBDA (y - X)) for y from X on: LAMBDA^(A-1)
   Gamma (1 - A, LAMBDA X) e^(LAMBDA X), or its asymptotic series (DLMF 8.11.2)
   where the incomplete gamma function may underflow.  */
static double
ln_cut_off_integral (double a, double lambda, double x)
{
    double z = lambda * x, sum = 1, term = 1;
    gsl_sf_result inc;

    if (lambda <= 0)
        return log (x / (a - 1)) - a * log (x);
    if (z < SERIES_FROM)
        return gsl_sf_gamma_inc_e (1 - a, z, &inc) == 0
                   ? (a - 1) * log (lambda) + log (inc.val) + z
                   : -HUGE_VAL;
    for (int k = 0; k < SERIES_TERMS; k++)
    {
        term *= -(a + k) / z;
        sum += term;
    }
    return log (sum / lambda) - a * log (x);
}

double
ng_ln_cut_off_sum (double a, double lambda, double xmin)
{
    double ln_first = -a * log (xmin) - lambda * xmin;
    double sum = 0, x = xmin, f, g, r;

    for (double k = 0; sums_term_by_term (a, lambda, x); x = xmin + ++k)
    {
        f = exp (-a * log1p (k / xmin) - lambda * k);
        sum += f;
        if (f < 1e-18 * sum && a > -lambda * x)
            return log (sum) + ln_first;
    }
    f = exp (-a * log (x / xmin) - lambda * (x - xmin));
    g = a / x + lambda;
    r = a / (x * x);
    sum += f * (0.5 + g / 12 - (g * g * g + 3 * g * r + 2 * r / x) / 720);
    sum += exp (ln_cut_off_integral (a, lambda, x) + a * log (xmin)
                - lambda * (x - xmin));
    return log (sum) + ln_first;
}

/* Set what is the same for all x.  */
static void
normalise (struct law *law)
{
    double xmin = law->xmin;

    switch (law->rival)
    {
    case NG_RIVAL_LOG_NORMAL:
        law->ln_norm = ng_ln_log_normal_sum (law->p[0], law->p[1], xmin);
        break;
    case NG_RIVAL_EXPONENTIAL:
        law->ln_norm = -law->p[0] * xmin - log (-expm1 (-law->p[0]));
        break;
    case NG_RIVAL_CUT_OFF:
    default:
        law->ln_norm = ng_ln_cut_off_sum (law->p[0], law->p[1], xmin);
        break;
    }
}

static double
ln_p (const struct law *law, double x, double ln_x)
{
    return -law->p[0] * t_of (law->rival, x, ln_x)
           - law->p[1] * u_of (law->rival, x, ln_x) - law->ln_norm;
}

static double
types_at (const struct ng_zipf_tails *t, size_t i)
{
    return t->types[i] - t->types[i + 1];
}

static void
find_means (struct problem *d)
{
    const struct ng_zipf_tails *t = d->t;
    struct ng_sum sum_t = { 0, 0 }, sum_u = { 0, 0 };

    for (size_t i = d->i; i < t->n; i++)
    {
        double m = types_at (t, i);

        ng_sum_add (&sum_t, m * t_of (d->law.rival, t->x[i], t->ln_x[i]));
        ng_sum_add (&sum_u, m * u_of (d->law.rival, t->x[i], t->ln_x[i]));
    }
    d->mean_t = ng_sum_value (&sum_t) / t->types[d->i];
    d->mean_u = ng_sum_value (&sum_u) / t->types[d->i];
}

/* Minus the log-likelihood per type.  */
static double
cost (const struct problem *d)
{
    return d->law.p[0] * d->mean_t + d->law.p[1] * d->mean_u + d->law.ln_norm;
}

/* The same for V[2], the second parameter's logarithm in it, for a search
   without bounds.  */
static double
cost_for_gsl (const gsl_vector *v, void *data)
{
    struct problem *d = data;
    double c;

    d->law.p[0] = gsl_vector_get (v, 0);
    d->law.p[1] = exp (gsl_vector_get (v, 1));
    if (!(fabs (d->law.p[0]) < 100 && d->law.p[1] < 100))
        return HUGE_VAL;
    normalise (&d->law);
    c = cost (d);
    return isfinite (c) ? c : HUGE_VAL;
}

/* Find the parameters of most likelihood from P0 and e^P1 on.  */
static enum ng_err
maximise (struct problem *d, double p0, double p1)
{
    gsl_multimin_function f = { cost_for_gsl, 2, d };
    gsl_vector *start = gsl_vector_alloc (2), *step = gsl_vector_alloc (2);
    gsl_multimin_fminimizer *m =
        gsl_multimin_fminimizer_alloc (gsl_multimin_fminimizer_nmsimplex2, 2);
    enum ng_err err = start && step && m ? NG_OK : NG_ENOMEM;

    if (err == NG_OK)
    {
        int status;

        gsl_vector_set (start, 0, p0);
        gsl_vector_set (start, 1, p1);
        gsl_vector_set (step, 0, 0.1);
        gsl_vector_set (step, 1, 0.5);
        status = gsl_multimin_fminimizer_set (m, &f, start, step);
        for (int i = 0; i < STEPS_MAX && status == 0; i++)
        {
            status = gsl_multimin_fminimizer_iterate (m);
            if (gsl_multimin_fminimizer_size (m) < 1e-7)
                break;
        }
        if (!(fabs (cost_for_gsl (gsl_multimin_fminimizer_x (m), d))
              < HUGE_VAL))
            err = NG_EINVAL;
    }
    if (m)
        gsl_multimin_fminimizer_free (m);
    gsl_vector_free (start);
    gsl_vector_free (step);
    return err;
}

static enum ng_err
fit_rival (struct problem *d, double a)
{
    find_means (d);
    switch (d->law.rival)
    {
    case NG_RIVAL_LOG_NORMAL:
        return maximise (d, a, log (0.01));
    case NG_RIVAL_EXPONENTIAL:
        /* The geometric law: the mean tells all.  */
        if (!(d->mean_t > d->law.xmin))
            return NG_EINVAL;
        d->law.p[0] = log1p (1 / (d->mean_t - d->law.xmin));
        normalise (&d->law);
        return NG_OK;
    case NG_RIVAL_CUT_OFF:
    default:
        return maximise (d, a, -log (d->t->x[d->t->n - 1]));
    }
}

/* Vuong's test: the ratio's logarithm is a sum of independent terms, one per
   type, whose variance is estimated (equation C.6).  */
static double
vuong (const struct problem *d, const struct ng_zipf_fit *fit, double ratio)
{
    const struct ng_zipf_tails *t = d->t;
    double n = t->types[d->i], mean = ratio / n;
    double ln_zeta = ng_lnhzeta (fit->a, fit->xmin, log (fit->xmin));
    struct ng_sum var = { 0, 0 };

    for (size_t i = d->i; i < t->n; i++)
    {
        double l = -fit->a * t->ln_x[i] - ln_zeta;
        double dev = l - ln_p (&d->law, t->x[i], t->ln_x[i]) - mean;

        ng_sum_add (&var, types_at (t, i) * dev * dev);
    }
    /* Two laws that are one: nothing speaks for either.  */
    if (ng_sum_value (&var) <= 1e-12 * n)
        return 1;
    return erfc (fabs (ratio) / sqrt (2 * ng_sum_value (&var)));
}

enum ng_err
ng_zipf_compare (const struct ng_zipf_tails *t, const struct ng_zipf_fit *fit,
                 enum ng_rival rival, struct ng_zipf_rival *result)
{
    struct problem d = { t, 0, 0, 0, { rival, { 0, 0 }, fit->xmin, 0 } };
    enum ng_err err;

    while (t->x[d.i] < fit->xmin)
        d.i++;
    err = fit_rival (&d, fit->a);
    if (err != NG_OK)
        return err;
    result->log_likelihood = -t->types[d.i] * cost (&d);
    result->ratio = fit->log_likelihood - result->log_likelihood;
    if (rival == NG_RIVAL_CUT_OFF)
    {
        /* The search comes near lambda = 0 but not there.  */
        result->ratio = fmin (result->ratio, 0);
        result->p_value = gsl_cdf_chisq_Q (-2 * result->ratio, 1);
    }
    else
        result->p_value = vuong (&d, fit, result->ratio);
    result->parameters[0] = d.law.p[0];
    result->parameters[1] = d.law.p[1];
    return isfinite (result->ratio) && isfinite (result->p_value) ? NG_OK
                                                                  : NG_EINVAL;
}
