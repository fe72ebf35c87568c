#include <config.h>

#include "models/zipf.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sum.h"
#include "models/hzeta.h"

enum
{
    NEWTON_STEPS_MAX = 100
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
ng_zipf_tails_set (struct ng_zipf_tails *t, const double *x,
                   const double *mean_ln, const double *m, size_t n)
{
    struct ng_sum sum_ln = { 0, 0 };
    enum ng_err err = tails_room (t, n);

    if (err != NG_OK)
        return err;
    for (size_t i = n; i-- > 0;)
    {
        t->x[i] = x[i];
        t->ln_x[i] = log (x[i]);
        ng_sum_add (&sum_ln, m[i] * (mean_ln ? mean_ln[i] : t->ln_x[i]));
        t->types[i] = t->types[i + 1] + m[i];
        t->sum_ln[i] = ng_sum_value (&sum_ln);
    }
    return NG_OK;
}

enum ng_err
ng_zipf_tails_thin (const struct ng_zipf_tails *t, size_t n,
                    struct ng_zipf_tails *out)
{
    double step = t->n > n ? exp (-log (t->types[0]) / (double) n) : 1;
    double below = HUGE_VAL;
    size_t k = 0;
    enum ng_err err;

    *out = (struct ng_zipf_tails){ 0 };
    err = tails_room (out, t->n);
    for (size_t i = 0; i < t->n && err == NG_OK; i++)
        if (t->types[i] <= below)
        {
            out->x[k] = t->x[i];
            out->ln_x[k] = t->ln_x[i];
            out->types[k] = t->types[i];
            out->sum_ln[k++] = t->sum_ln[i];
            below = t->types[i] * step;
        }
    return err == NG_OK ? tails_room (out, k) : err;
}

void
ng_zipf_tails_fini (struct ng_zipf_tails *t)
{
    free (t->x);
    *t = (struct ng_zipf_tails){ 0 };
}

/* d/da ln zeta (a, xmin) = -mean (equation 3.5).  The left side rises with a,
   so that a step that leaves (1, inf) is the only one to be mended.  */
double
ng_zipf_likeliest (double xmin, double ln_xmin, double mean_ln, double guess,
                   double tolerance)
{
    double a = guess > 1 ? guess : 1 + 1 / (mean_ln - log (xmin - 0.5));

    for (int i = 0; i < NEWTON_STEPS_MAX; i++)
    {
        struct ng_lnhzeta z = ng_lnhzeta_deriv (a, xmin, ln_xmin);
        double step = (z.d1 + mean_ln) / z.d2;

        if (a - step <= 1)
            step = (a - 1) / 2;
        a -= step;
        if (fabs (step) <= tolerance * (a - 1))
            break;
    }
    return a;
}

/* One law against one tail.  */
struct comparison
{
    const struct ng_zipf_tails *t;
    size_t i;          /* the tail's first cell */
    double a, ln_zeta; /* exponent; ln zeta (a, xmin) */
    double worst;      /* the greatest difference seen */
    struct ng_zipf_gap gap;
};

/* The share of types below x[j] in the law, and in the tail.  Both rise
   with j.  */
struct shares
{
    double law, tail;
};

static struct shares
shares_below (struct comparison *c, size_t j)
{
    const struct ng_zipf_tails *t = c->t;
    double ln_z = ng_lnhzeta (c->a, t->x[j], t->ln_x[j]);
    struct shares s = { -expm1 (ln_z - c->ln_zeta),
                        1 - t->types[j] / t->types[c->i] };
    double d = s.law - s.tail;

    if (fabs (d) > c->worst)
    {
        c->worst = fabs (d);
        c->gap = (struct ng_zipf_gap){ j, d > 0 };
    }
    return s;
}

/* See all differences inside (LO, HI), whose ends have the shares A and B, that
   can be the greatest.  Stop above LIMIT.  */
static void
search_between (struct comparison *c, size_t lo, struct shares a, size_t hi,
                struct shares b, double limit)
{
    while (hi - lo > 1 && c->worst <= limit)
    {
        double bound = fmax (b.law - a.tail, b.tail - a.law);
        size_t mid = lo + (hi - lo) / 2;
        struct shares m;

        if (bound <= c->worst)
            break;
        m = shares_below (c, mid);
        search_between (c, lo, a, mid, m, limit);
        lo = mid;
        a = m;
    }
}

/* The distance of a law, or something above LIMIT, in C->worst.  */
static void
find_distance (struct comparison *c, double limit)
{
    size_t last = c->t->n - 1;
    struct shares a, b;

    if (c->gap.at > c->i && c->gap.at < last)
        (void) shares_below (c, c->gap.at);
    if (c->worst > limit)
        return;
    a = shares_below (c, c->i);
    b = shares_below (c, last);
    search_between (c, c->i, a, last, b, limit);
}

double
ng_zipf_distance (const struct ng_zipf_tails *t, size_t i, double a,
                  double limit, struct ng_zipf_gap *gap)
{
    struct comparison c = { t,  i,   a, ng_lnhzeta (a, t->x[i], t->ln_x[i]),
                            -1, *gap };

    find_distance (&c, limit);
    *gap = c.gap;
    return c.worst;
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
    if (t->n - i < 2
        || t->sum_ln[i] / t->types[i] - ln_xmin < NG_ZIPF_EXCESS_MIN)
        return NG_EINVAL;
    fit->xmin = xmin;
    fit->n_tail = t->types[i];
    fit->a = ng_zipf_likeliest (xmin, ln_xmin, t->sum_ln[i] / t->types[i], 0,
                                NG_ZIPF_TOLERANCE);
    z = ng_lnhzeta_deriv (fit->a, xmin, ln_xmin);
    fit->a_err = 1 / sqrt (fit->n_tail * z.d2);
    fit->s = 1 / (fit->a - 1);
    fit->s_err = fit->a_err * fit->s * fit->s;
    fit->log_likelihood = -fit->n_tail * z.value - fit->a * t->sum_ln[i];
    c = (struct comparison){ t, i, fit->a, z.value, -1, { i, false } };
    find_distance (&c, 1);
    fit->ks = c.worst;
    return NG_OK;
}
