#include <config.h>

#include "models/mandelbrot.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_roots.h>
#include <math.h>

#include "models/powersum.h"
#include "models/ranklogs.h"

enum
{
    STEPS_MAX = 100,
    TYPES_MIN = 3 /* of two, any q tells the shares with an s of its own */
};

static const double s_min = 0x1p-10, s_max = 0x1p7;

/* Brent's method ends in steps of the secant's, each far smaller than the one
   before: after one of this size nothing is left to be done.  For ln s and for
   t = ln (1 + q).  */
static const double small_step = 1e-10;

/* Between ts as near as this the derivative by t has one root: the cost bends
   over steps of about 1.  Much nearer, the costs of a flat likelihood differ by
   no more than they are rounded, and do not tell where the least one is.  */
static const double near_ts = 0.125;

/* A law and minus its log-likelihood per token, with derivatives.  */
struct law
{
    double s, t;
    double cost;
    double d_t; /* by t */
    double d_ss, d_st, d_tt;
};

/* The searches for one spectrum.  */
struct search
{
    const struct ng_rank_logs *logs;
    gsl_root_fsolver *by_s, *by_t;
    gsl_min_fminimizer *least;
    double mean_ln, first; /* of the shift for which an exponent is sought */
};

/* The root of F between LO and HI by Brent's method, or NAN if F has the same
   sign at both.  */
static double
root_between (gsl_root_fsolver *solver, gsl_function *f, double lo, double hi)
{
    double x = (double) NAN, last;

    if (gsl_root_fsolver_set (solver, f, lo, hi) != GSL_SUCCESS)
        return (double) NAN;
    for (int i = 0; i < STEPS_MAX; i++)
    {
        last = x;
        if (gsl_root_fsolver_iterate (solver) != GSL_SUCCESS)
            break;
        x = gsl_root_fsolver_root (solver);
        if (gsl_root_test_delta (x, last, small_step, 0) == GSL_SUCCESS)
            break;
    }
    return x;
}

/* The derivative of the cost by s at S = e^LN_S.  */
static double
slope_by_s (double ln_s, void *data)
{
    const struct search *w = data;
    double n_types = ng_rank_logs_types (w->logs);

    return w->mean_ln + ng_power_sum_by_s (exp (ln_s), w->first, n_types).s;
}

/* The likeliest exponent for W's shift: S_MIN or S_MAX if it is not between
   them.  The cost is convex in s, so that its slope has one root.  */
static double
likeliest_exponent (struct search *w)
{
    gsl_function slope = { slope_by_s, w };
    double ln_s = root_between (w->by_s, &slope, log (s_min), log (s_max));

    if (!isnan (ln_s))
        return exp (ln_s);
    return slope_by_s (log (s_min), w) > 0 ? s_min : s_max;
}

/* The law of most likelihood for the shift q = e^T - 1.  */
static struct law
law_at (struct search *w, double t)
{
    double s, first = exp (t);
    struct ng_mean_ln mean = ng_rank_logs_mean (w->logs, first);
    struct ng_power_sum sum;

    w->mean_ln = mean.value;
    w->first = first;
    s = likeliest_exponent (w);
    sum = ng_power_sum (s, first, ng_rank_logs_types (w->logs));
    return (struct law){
        .s = s,
        .t = t,
        .cost = s * mean.value + sum.value,
        .d_t = s * mean.t + sum.t,
        .d_ss = sum.ss,
        .d_st = mean.t + sum.st,
        .d_tt = s * mean.tt + sum.tt,
    };
}

static double
cost_at (double t, void *data)
{
    return law_at (data, t).cost;
}

/* The derivative by t of the cost of the likeliest laws: where s is the
   likeliest, that of the cost itself.  */
static double
slope_by_t (double t, void *data)
{
    return law_at (data, t).d_t;
}

/* The law of least cost between LO and HI, at which it is above what it is at
   T: sections lead to a minimum, and then the derivative's root is it.  Where
   rounding leaves the derivative no root the last T is as good as any.  */
static struct law
least_between (struct search *w, double lo, double t, double hi)
{
    gsl_function cost = { cost_at, w }, slope = { slope_by_t, w };
    int status = gsl_min_fminimizer_set (w->least, &cost, t, lo, hi);
    double root;

    for (int i = 0; i < STEPS_MAX && status == GSL_SUCCESS; i++)
    {
        t = gsl_min_fminimizer_x_minimum (w->least);
        lo = gsl_min_fminimizer_x_lower (w->least);
        hi = gsl_min_fminimizer_x_upper (w->least);
        if (hi - lo <= near_ts)
            break;
        status = gsl_min_fminimizer_iterate (w->least);
    }
    root = root_between (w->by_t, &slope, lo, hi);
    return law_at (w, isnan (root) ? t : root);
}

/* Shifts to try first, as t: from here on by twos up to q = N.  */
static const double first_ts[] = { -600, -150, -37, -9, -3, -1 };

enum
{
    N_FIRST = sizeof first_ts / sizeof *first_ts
};

static double
nth_t (size_t k)
{
    return k < N_FIRST ? first_ts[k] : (double) (2 * (k - N_FIRST) + 1);
}

/* The likeliest law: about the best of the shifts tried first.  NG_EINVAL if
   that is the first or the last.  */
static enum ng_err
likeliest_law (struct search *w, struct law *best)
{
    double t_max = log1p (ng_rank_logs_types (w->logs)), least = HUGE_VAL;
    size_t at = 0, k = 0;

    if (ng_rank_logs_types (w->logs) < TYPES_MIN)
        return NG_EINVAL;
    for (; nth_t (k) <= t_max; k++)
    {
        double cost = cost_at (nth_t (k), w);

        if (cost < least)
        {
            least = cost;
            at = k;
        }
    }
    if (at == 0 || at + 1 == k)
        return NG_EINVAL;
    *best = least_between (w, nth_t (at - 1), nth_t (at), nth_t (at + 1));
    return best->s > s_min && best->s < s_max ? NG_OK : NG_EINVAL;
}

/* Put L in *FIT, with errors from the curvature of the cost.  NG_EINVAL if it
   is no minimum.  */
static enum ng_err
tell (const struct ng_rank_logs *logs, const struct law *l,
      struct ng_mandelbrot *fit)
{
    double n_tokens = ng_rank_logs_tokens (logs), first = exp (l->t);
    double det = (l->d_ss * l->d_tt - l->d_st * l->d_st) * n_tokens;

    if (!(l->d_ss > 0 && det > 0))
        return NG_EINVAL;
    fit->s = l->s;
    fit->s_err = sqrt (l->d_tt / det);
    fit->q = expm1 (l->t);
    fit->q_err = first * sqrt (l->d_ss / det);
    fit->log_likelihood = -l->cost;
    fit->ln_c =
        log (n_tokens)
        - ng_power_sum_by_s (l->s, first, ng_rank_logs_types (logs)).value;
    return NG_OK;
}

enum ng_err
ng_mandelbrot_fit (const struct ng_spectrum_cell *cells, size_t n,
                   struct ng_mandelbrot *fit)
{
    struct ng_rank_logs *logs;
    struct search w;
    struct law law;
    enum ng_err err = NG_ENOMEM;

    if (n < 2)
        return NG_EINVAL;
    logs = ng_rank_logs_new (cells, n);
    w = (struct search){
        .logs = logs,
        .by_s = gsl_root_fsolver_alloc (gsl_root_fsolver_brent),
        .by_t = gsl_root_fsolver_alloc (gsl_root_fsolver_brent),
        .least = gsl_min_fminimizer_alloc (gsl_min_fminimizer_goldensection),
    };
    if (logs && w.by_s && w.by_t && w.least)
        err = likeliest_law (&w, &law);
    if (err == NG_OK)
        err = tell (logs, &law, fit);
    gsl_min_fminimizer_free (w.least);
    gsl_root_fsolver_free (w.by_t);
    gsl_root_fsolver_free (w.by_s);
    ng_rank_logs_free (logs);
    return err;
}
