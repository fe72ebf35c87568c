#include <config.h>

#include "models/zipfcutoff.h"

#include <math.h>

#include "models/hzeta.h"

enum
{
    /* Cut-offs tried first, far apart, for a good distance to beat, where
       there are many times as many.  */
    N_SCOUTS = 32,
    MANY_TIMES = 8
};

/* How far the bounds of a stretch are kept apart from what they bound: far
   more than Newton's method and rounding leave open.  */
static const double exponent_slack = 1e-5, share_slack = 1e-9;

/* A stretch of cut-offs gets WIDTH_START of what the last one was too far off,
   as a share of its types; what is ruled out makes the next one wider.  */
static const double width_start = 0.6, width_growth = 1.25;

struct search
{
    const struct ng_zipf_tails *t;
    double best;            /* what a distance has to beat */
    double goal;            /* below this one is good enough */
    size_t found;           /* the cut-off that has it */
    struct ng_zipf_gap gap; /* of the last cut-off tried */
    double a;               /* an exponent near by, or 0 */
};

static double
mean_ln (const struct ng_zipf_tails *t, size_t i)
{
    return t->sum_ln[i] / t->types[i];
}

/* Are the distances of all cut-offs from cell LO to cell HI above what is to
   be beaten?  The difference at one count beyond them tells.

   The mean of ln x in a law rises with xmin and falls with a; that of the tail
   rises with the cut-off.  So the exponents of all these cut-offs lie between
   the one which fits the mean of HI from LO on and the one which fits the mean
   of LO from HI on.  The share of a law at and above a count falls with a and
   rises with xmin, and the tail's rises with the cut-off.  */
static bool
all_are_worse (struct search *s, size_t lo, size_t hi)
{
    const struct ng_zipf_tails *t = s->t;
    size_t w = s->gap.at;
    /* The extreme law, and its mean, are of the one end or of the other.  */
    size_t q = s->gap.law_lies_lower ? hi : lo, p = lo + hi - q;
    double law, tail, slack;

    if (w <= hi || mean_ln (t, lo) - t->ln_x[hi] < exponent_slack)
        return false;
    s->a = ng_zipf_likeliest (t->x[p], t->ln_x[p], mean_ln (t, q), s->a,
                              exponent_slack);
    slack = exponent_slack * (s->a - 1);
    s->a += s->gap.law_lies_lower ? -slack : slack;
    law = exp (ng_lnhzeta (s->a, t->x[w], t->ln_x[w])
               - ng_lnhzeta (s->a, t->x[q], t->ln_x[q]));
    tail = t->types[w] / t->types[p];
    return (s->gap.law_lies_lower ? tail - law : law - tail)
           > s->best + share_slack;
}

/* The distance of the cut-off x[i], or something above what is to be beaten;
   what is to be beaten if there is no fit.  */
static double
try_cutoff (struct search *s, size_t i)
{
    const struct ng_zipf_tails *t = s->t;
    double d;

    if (mean_ln (t, i) - t->ln_x[i] < NG_ZIPF_EXCESS_MIN)
        return s->best;
    s->a = ng_zipf_likeliest (t->x[i], t->ln_x[i], mean_ln (t, i), 0,
                              NG_ZIPF_TOLERANCE);
    d = ng_zipf_distance (t, i, s->a, s->best, &s->gap);
    if (d < s->best)
    {
        s->best = d;
        s->found = i;
    }
    return d;
}

/* The last of the cut-offs from cell I to before END whose tails have at least
   the share 1 - WIDTH of the types of the first.  */
static size_t
end_of_stretch (const struct ng_zipf_tails *t, size_t i, size_t end,
                double width)
{
    double least = t->types[i] * (1 - width);

    while (i + 1 < end && t->types[i + 1] >= least)
        i++;
    return i;
}

/* Try all cut-offs from cell I to before END, but those that cannot win.  */
static void
try_range (struct search *s, size_t i, size_t end)
{
    double width = 0;

    while (i < end && s->best >= s->goal)
    {
        size_t last = end_of_stretch (s->t, i, end, width);

        if (last > i && all_are_worse (s, i, last))
        {
            i = last + 1;
            width *= width_growth;
        }
        else
        {
            double d = try_cutoff (s, i++);

            width = d > s->best ? width_start * (d - s->best) : 0;
        }
    }
}

enum ng_err
ng_zipf_fit_best (const struct ng_zipf_tails *t, struct ng_zipf_fit *fit)
{
    struct search s = { t, HUGE_VAL, 0, 0, { 0, false }, 0 };
    size_t n_cutoffs = t->n >= 3 ? t->n - 2 : 0;

    if (t->n == 0)
        return NG_EINVAL;
    for (size_t k = 0; k < N_SCOUTS && n_cutoffs > N_SCOUTS * MANY_TIMES; k++)
        (void) try_cutoff (&s, k * n_cutoffs / N_SCOUTS);
    /* The first one that does as well as the best of these is to be found.  */
    s.best = nextafter (s.best, HUGE_VAL);
    try_range (&s, 0, n_cutoffs);
    return ng_zipf_fit_at (t, t->x[s.found], fit);
}

bool
ng_zipf_has_distance_below (const struct ng_zipf_tails *t, double hint,
                            double limit)
{
    struct search s = { t, limit, limit, 0, { 0, false }, 0 };
    size_t n_cutoffs = t->n >= 3 ? t->n - 2 : 0, start = 0;

    while (start < n_cutoffs && t->x[start] < hint)
        start++;
    try_range (&s, start, n_cutoffs);
    try_range (&s, 0, start);
    return s.best < limit;
}
