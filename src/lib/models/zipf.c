#include <config.h>

#include "models/zipf.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sum.h"
#include "models/hzeta.h"

enum
{
    NEWTON_STEPS_MAX = 100,
    /* Cut-offs tried first, far apart, for a good distance to beat.  */
    N_SCOUTS = 32
};

/* Room for N cells.  */
static enum ng_err
tails_room (struct ng_zipf_tails *t, size_t n)
{
    if (!t->x || t->cap < n)
    {
        size_t cap = 0;
        double *block = ng_grow (NULL, &cap, n + 1, 4 * sizeof *block);

        if (!block)
            return NG_ENOMEM;
        free (t->x);
        t->cap = cap - 1;
        t->x = block;
        t->ln_x = t->x + cap;
        t->types = t->ln_x + cap;
        t->sum_ln = t->types + cap;
    }
    t->n = n;
    t->types[n] = 0;
    t->sum_ln[n] = 0;
    return NG_OK;
}

enum ng_err
ng_zipf_tails_init (struct ng_zipf_tails *t,
                    const struct ng_spectrum_cell *cells, size_t n)
{
    uint64_t types = 0;
    struct ng_sum sum_ln = { 0, 0 };
    enum ng_err err;

    *t = (struct ng_zipf_tails){ 0 };
    err = tails_room (t, n);
    if (err != NG_OK)
        return err;
    for (size_t i = n; i-- > 0;)
    {
        t->x[i] = (double) cells[i].count;
        t->ln_x[i] = log (t->x[i]);
        types += cells[i].n_types;
        ng_sum_add (&sum_ln, (double) cells[i].n_types * t->ln_x[i]);
        t->types[i] = (double) types;
        t->sum_ln[i] = ng_sum_value (&sum_ln);
    }
    return NG_OK;
}

enum ng_err
ng_zipf_tails_set (struct ng_zipf_tails *t, const double *x, const double *m,
                   size_t n)
{
    struct ng_sum sum_ln = { 0, 0 };
    enum ng_err err = tails_room (t, n);

    if (err != NG_OK)
        return err;
    for (size_t i = n; i-- > 0;)
    {
        t->x[i] = x[i];
        t->ln_x[i] = log (x[i]);
        ng_sum_add (&sum_ln, m[i] * t->ln_x[i]);
        t->types[i] = t->types[i + 1] + m[i];
        t->sum_ln[i] = ng_sum_value (&sum_ln);
    }
    return NG_OK;
}

void
ng_zipf_tails_fini (struct ng_zipf_tails *t)
{
    free (t->x);
    *t = (struct ng_zipf_tails){ 0 };
}

/* The likeliest exponent for the mean MEAN_LN of ln x over x >= XMIN, which
   is above ln XMIN: d/da ln zeta (a, xmin) = -mean (equation 3.5), by Newton's
   method from the approximation of equation 3.7.  The left side rises with a,
   so that a step that leaves (1, inf) is the only one to be mended.  */
static double
likeliest (double xmin, double ln_xmin, double mean_ln, struct ng_lnhzeta *z)
{
    double a = 1 + 1 / (mean_ln - log (xmin - 0.5));

    for (int i = 0; i < NEWTON_STEPS_MAX; i++)
    {
        double step;

        *z = ng_lnhzeta_deriv (a, xmin, ln_xmin);
        step = (z->d1 + mean_ln) / z->d2;
        if (a - step <= 1)
            step = (a - 1) / 2;
        a -= step;
        if (fabs (step) <= 1e-9 * (a - 1))
            break;
    }
    return a;
}

/* The exponent for the tail from cell I on, whose first cut-off is XMIN.  */
static double
fit_tail (const struct ng_zipf_tails *t, size_t i, double xmin, double ln_xmin)
{
    struct ng_lnhzeta z;

    return likeliest (xmin, ln_xmin, t->sum_ln[i] / t->types[i], &z);
}

/* One law against one tail.  */
struct comparison
{
    const struct ng_zipf_tails *t;
    size_t i;          /* the tail's first cell */
    double a, ln_zeta; /* exponent; ln zeta (a, xmin) */
};

/* The share of types below x[j] in the law, and in the tail.  Both rise
   with j.  */
struct shares
{
    double law, tail;
};

static struct shares
shares_below (const struct comparison *c, size_t j)
{
    const struct ng_zipf_tails *t = c->t;
    double ln_z = ng_lnhzeta (c->a, t->x[j], t->ln_x[j]);
    struct shares s = { -expm1 (ln_z - c->ln_zeta),
                        1 - t->types[j] / t->types[c->i] };

    return s;
}

/* The greatest difference inside (LO, HI), whose ends have the shares A and
   B, if it is above WORST; else WORST.  Stop above LIMIT.  */
static double
search_between (const struct comparison *c, size_t lo, struct shares a,
                size_t hi, struct shares b, double worst, double limit)
{
    while (hi - lo > 1 && worst <= limit)
    {
        double bound = fmax (b.law - a.tail, b.tail - a.law);
        size_t mid = lo + (hi - lo) / 2;
        struct shares m;

        if (bound <= worst)
            break;
        m = shares_below (c, mid);
        worst = fmax (worst, fabs (m.law - m.tail));
        worst = search_between (c, lo, a, mid, m, worst, limit);
        lo = mid;
        a = m;
    }
    return worst;
}

/* The distance of a law, or something above LIMIT.  */
static double
distance (const struct comparison *c, double limit)
{
    size_t last = c->t->n - 1;
    struct shares a = shares_below (c, c->i);
    struct shares b = shares_below (c, last);
    double worst = fmax (a.law, fabs (b.law - b.tail));

    return search_between (c, c->i, a, last, b, worst, limit);
}

double
ng_zipf_distance (const struct ng_zipf_tails *t, size_t i, double a,
                  double limit)
{
    struct comparison c = { t, i, a, ng_lnhzeta (a, t->x[i], t->ln_x[i]) };

    return distance (&c, limit);
}

enum ng_err
ng_zipf_fit_at (const struct ng_zipf_tails *t, double xmin,
                struct ng_zipf_fit *fit)
{
    struct ng_lnhzeta z;
    struct comparison c;
    double ln_xmin = log (xmin);
    size_t i = 0;

    while (i < t->n && t->x[i] < xmin)
        i++;
    if (t->n - i < 2)
        return NG_EINVAL;
    fit->xmin = xmin;
    fit->n_tail = t->types[i];
    fit->a = likeliest (xmin, ln_xmin, t->sum_ln[i] / t->types[i], &z);
    z = ng_lnhzeta_deriv (fit->a, xmin, ln_xmin);
    fit->a_err = 1 / sqrt (fit->n_tail * z.d2);
    fit->s = 1 / (fit->a - 1);
    fit->s_err = fit->a_err * fit->s * fit->s;
    fit->log_likelihood = -fit->n_tail * z.value - fit->a * t->sum_ln[i];
    c = (struct comparison){ t, i, fit->a, z.value };
    fit->ks = distance (&c, 1);
    return NG_OK;
}

/* Try the cut-off x[i]: if it beats *BEST, or equals it and comes first, it
   becomes *BEST and *AT.  */
static void
try_cutoff (const struct ng_zipf_tails *t, size_t i, double *best, size_t *at)
{
    double a = fit_tail (t, i, t->x[i], t->ln_x[i]);
    double d = ng_zipf_distance (t, i, a, *best);

    if (d < *best || (d <= *best && i < *at))
    {
        *best = d;
        *at = i;
    }
}

enum ng_err
ng_zipf_fit_best (const struct ng_zipf_tails *t, struct ng_zipf_fit *fit)
{
    double best = HUGE_VAL;
    size_t at = 0;
    size_t n_cutoffs = t->n >= 3 ? t->n - 2 : 0;

    for (size_t k = 0; k < N_SCOUTS && n_cutoffs > N_SCOUTS; k++)
        try_cutoff (t, k * n_cutoffs / N_SCOUTS, &best, &at);
    for (size_t i = 0; i < n_cutoffs; i++)
        try_cutoff (t, i, &best, &at);
    return t->n == 0 ? NG_EINVAL : ng_zipf_fit_at (t, t->x[at], fit);
}

/* Does the cut-off x[i] have a distance below LIMIT?  */
static bool
is_below (const struct ng_zipf_tails *t, size_t i, double limit)
{
    double a = fit_tail (t, i, t->x[i], t->ln_x[i]);

    return ng_zipf_distance (t, i, a, limit) < limit;
}

bool
ng_zipf_has_distance_below (const struct ng_zipf_tails *t, double hint,
                            double limit)
{
    size_t start = 0;

    while (start + 2 < t->n && t->x[start] < hint)
        start++;
    for (size_t i = start; i + 2 < t->n; i++)
        if (is_below (t, i, limit))
            return true;
    while (start-- > 0)
        if (is_below (t, start, limit))
            return true;
    return false;
}
