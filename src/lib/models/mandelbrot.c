#include <config.h>

#include "models/mandelbrot.h"

#include <math.h>
#include <stdbool.h>

#include "models/powersum.h"
#include "models/ranklogs.h"

enum
{
    STEPS_MAX = 100
};

static const double s_min = 0x1p-10, s_max = 0x1p7;

/* Newton's steps become the square of the one before: after one of this size
   nothing is left to be done.  Relative for s; for t = ln (1 + q) absolute.  */
static const double small_step = 1e-8;

/* A law and minus its log-likelihood per token, with derivatives.  */
struct law
{
    double s, t;
    double cost;
    double d_t; /* by t */
    double d_ss, d_st, d_tt;
};

/* The cost of S, with the derivative and the curvature by s.  */
struct slope
{
    double value, curvature;
};

static struct slope
slope_by_s (double mean_ln, double s, double first, double n_types)
{
    struct ng_power_sum sum = ng_power_sum_by_s (s, first, n_types);

    return (struct slope){ mean_ln + sum.s, sum.ss };
}

/* The likeliest exponent for the shift of FIRST, for which tokens have MEAN_LN,
   sought from S on: S_MIN or S_MAX if it is not between them.  The cost is
   convex in s, so that its slope has one root; a step of Newton's that leaves
   the bounds found so far is replaced by their geometric mean.  */
static double
likeliest_exponent (double mean_ln, double first, double n_types, double s)
{
    double lo = 0, hi = HUGE_VAL;

    for (int i = 0; i < STEPS_MAX; i++)
    {
        struct slope d = slope_by_s (mean_ln, s, first, n_types);
        double next = fmin (fmax (s - d.value / d.curvature, s_min), s_max);

        if ((d.value >= 0 && s <= s_min) || (d.value <= 0 && s >= s_max))
            break;
        if (fabs (next - s) <= small_step * s)
            return next;
        if (d.value > 0)
            hi = s;
        else
            lo = s;
        s = next > lo && next < hi ? next : sqrt (lo * hi);
    }
    return s;
}

/* The law of most likelihood for the shift q = e^T - 1, its exponent sought
   from S on.  */
static struct law
law_at (const struct ng_rank_logs *logs, double t, double s)
{
    double first = exp (t), n_types = ng_rank_logs_types (logs);
    struct ng_mean_ln mean = ng_rank_logs_mean (logs, first);
    struct ng_power_sum sum;

    s = likeliest_exponent (mean.value, first, n_types, s);
    sum = ng_power_sum (s, first, n_types);
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

/* Does the cost of the likeliest laws fall from L on towards T?  Where s is
   the likeliest, the derivative by t is that of these laws as well.  */
static bool
falls_towards (const struct law *l, double t)
{
    return t > l->t ? l->d_t < 0 : l->d_t > 0;
}

/* Bring *BEST, at which the cost is below what it is at LO and HI, to a minimum
   between them: Newton's method on the derivative, and halving where its steps
   do not shrink by half or lead out.

   Between A and B there is always a minimum: the cost falls from A on towards B
   and at B it is no less than at A, or falls towards A.  */
static void
improve_shift (const struct ng_rank_logs *logs, double lo, double hi,
               struct law *best)
{
    struct law a = *best;
    double b = falls_towards (&a, hi) ? hi : lo, before = HUGE_VAL;

    for (int i = 0; i < STEPS_MAX; i++)
    {
        struct law l = *best;
        double curvature = l.d_tt - l.d_st * l.d_st / l.d_ss;
        double t = l.t - l.d_t / curvature;

        if (!(curvature > 0 && (t - a.t) * (t - b) <= 0
              && fabs (t - l.t) < before / 2))
            t = (a.t + b) / 2;
        before = fabs (t - l.t);
        *best = law_at (logs, t, l.s);
        if (before <= small_step)
            break;
        if (falls_towards (best, b) && best->cost <= a.cost)
            a = *best;
        else
            b = t;
    }
}

/* The likeliest law: the best of the shifts tried first, improved.  NG_EINVAL
   if it is the first or the last.  */
static enum ng_err
likeliest_law (const struct ng_rank_logs *logs, struct law *best)
{
    double t_max = log1p (ng_rank_logs_types (logs)), s = 1;
    size_t at = 0, k = 0;

    best->cost = HUGE_VAL;
    for (; nth_t (k) <= t_max; k++)
    {
        struct law l = law_at (logs, nth_t (k), s);

        if (l.cost < best->cost)
        {
            *best = l;
            at = k;
        }
        s = l.s;
    }
    if (at == 0 || at + 1 == k)
        return NG_EINVAL;
    improve_shift (logs, nth_t (at - 1), nth_t (at + 1), best);
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
    struct law law;
    enum ng_err err;

    if (n < 2)
        return NG_EINVAL;
    logs = ng_rank_logs_new (cells, n);
    if (!logs)
        return NG_ENOMEM;
    err = likeliest_law (logs, &law);
    if (err == NG_OK)
        err = tell (logs, &law, fit);
    ng_rank_logs_free (logs);
    return err;
}
