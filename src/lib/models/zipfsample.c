#include <config.h>

#include "models/zipfsample.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "models/hzeta.h"

enum
{
    BINOMIAL_N_MAX = 1 << 30, /* GSL counts trials in an unsigned int */
    /* Where a count is expected to occur less often, one draw per type is
       cheaper than a binomial per count.  */
    FEW_PER_COUNT = 2
};

/* From here on shares at neighbouring counts differ by less than they are
   known.  */
#define REAL_FROM 0x1p40

struct ng_zipf_sampler
{
    uint64_t seed;
    gsl_rng *rng;
    size_t n;        /* cells */
    double *x, *m;   /* [n] counts, and types that have them */
    double *mean_ln; /* [n] of a redraw alone: of ln x over its types */
    size_t cap_x, cap_m, cap_ln;
    struct ng_zipf_tails tails;
    /* Of the last law: h[i] is the share of XMIN + i in what is left from
       there on.  */
    double a, xmin;
    double *h; /* [n_h] */
    size_t n_h, cap_h;
};

/* A law by what its shares need.  */
struct law
{
    double a_1, ln_a_1; /* a - 1 */
    double ln_zeta;     /* ln zeta (a, xmin) */
};

struct ng_zipf_sampler *
ng_zipf_sampler_new (uint64_t seed)
{
    struct ng_zipf_sampler *s = calloc (1, sizeof *s);

    if (!s)
        return NULL;
    s->seed = seed;
    s->rng = gsl_rng_alloc (gsl_rng_mt19937);
    if (!s->rng)
    {
        free (s);
        return NULL;
    }
    return s;
}

void
ng_zipf_sampler_free (struct ng_zipf_sampler *s)
{
    if (!s)
        return;
    gsl_rng_free (s->rng);
    free (s->x);
    free (s->m);
    free (s->mean_ln);
    free (s->h);
    ng_zipf_tails_fini (&s->tails);
    free (s);
}

static void
start (struct ng_zipf_sampler *s, uint64_t k)
{
    /* The sum of bytes is the same on every machine: no loads are involved.  */
    uint64_t h = ng_hash_mix (s->seed ^ NG_HASH_K0, k ^ NG_HASH_K1);

    gsl_rng_set (s->rng, (unsigned long) (h & 0xffffffff));
    s->n = 0;
}

static enum ng_err
append (struct ng_zipf_sampler *s, double x, double m)
{
    double *p;

    if (m <= 0)
        return NG_OK;
    if (s->n == s->cap_x || s->n == s->cap_m)
    {
        if (!(p = ng_grow (s->x, &s->cap_x, s->n + 1, sizeof *p)))
            return NG_ENOMEM;
        s->x = p;
        if (!(p = ng_grow (s->m, &s->cap_m, s->n + 1, sizeof *p)))
            return NG_ENOMEM;
        s->m = p;
    }
    s->x[s->n] = x;
    s->m[s->n++] = m;
    return NG_OK;
}

/* Successes in N trials of probability P.  */
static double
draw_binomial (gsl_rng *rng, double p, double n)
{
    double sum = 0;

    if (p >= 1)
        return n;
    for (; n > BINOMIAL_N_MAX; n -= BINOMIAL_N_MAX)
        sum += gsl_ran_binomial (rng, p, BINOMIAL_N_MAX);
    return sum + gsl_ran_binomial (rng, p, (unsigned) n);
}

/* The greatest count that has the share exp (LN_SHARE) of the law at or above
   it: FLOOR is one that is not above it.

   zeta (a, x) is (x - 1/2)^(1-a) / (a-1), less a part of a (a-1) / 24 (x-1/2)^2
   in it (Euler and Maclaurin's formula about the middles of the steps): where
   that leaves no doubt between neighbours nothing else need be summed.  */
static double
count_of_share (const struct law *law, double ln_share, double floor_)
{
    double ln_zeta = law->ln_zeta + ln_share;
    double y = exp (-(ln_zeta + law->ln_a_1) / law->a_1);
    double x = fmax (floor (y + 0.5), floor_);
    double doubt = (law->a_1 + 1) / (12 * y) + 1e-12 * y;

    /* So far out every real is a whole number or as good as one.  */
    if (!(y < REAL_FROM))
        return fmax (floor (y), floor_);
    if (y > 8 * (law->a_1 + 1) && y + 0.5 - x > doubt && x + 0.5 - y > doubt)
        return x;
    while (x > floor_ && ng_lnhzeta (law->a_1 + 1, x, log (x)) < ln_zeta)
        x--;
    while (ng_lnhzeta (law->a_1 + 1, x + 1, log (x + 1)) >= ln_zeta)
        x++;
    return x;
}

static struct law
law_of (double a, double xmin)
{
    return (struct law){ a - 1, log (a - 1), ng_lnhzeta (a, xmin, log (xmin)) };
}

double
ng_zipf_count_of_share (double a, double xmin, double ln_share)
{
    struct law law = law_of (a, xmin);

    return count_of_share (&law, ln_share, xmin);
}

/* Append N counts of XMIN or more, drawn one by one, from the least up: the
   logarithms of the shares at or above them fall from one to the next by an
   exponential deviate by the number that is left (Renyi 1953).  */
static enum ng_err
draw_far_out (struct ng_zipf_sampler *s, double n, double a, double xmin)
{
    struct law law = law_of (a, xmin);
    double ln_share = 0, x = xmin, m = 0;
    enum ng_err err = NG_OK;

    for (; n > 0 && err == NG_OK; n--)
    {
        double next;

        ln_share += log (gsl_rng_uniform_pos (s->rng)) / n;
        next = count_of_share (&law, ln_share, x);
        if (next > x)
        {
            err = append (s, x, m);
            x = next;
            m = 0;
        }
        m++;
    }
    return err == NG_OK ? append (s, x, m) : err;
}

/* Note h[n_h].  */
static enum ng_err
next_hazard (struct ng_zipf_sampler *s)
{
    double x = s->xmin + (double) s->n_h, ln_x = log (x);
    double *h = ng_grow (s->h, &s->cap_h, s->n_h + 1, sizeof *h);

    if (!h)
        return NG_ENOMEM;
    s->h = h;
    h[s->n_h++] = exp (-s->a * ln_x - ng_lnhzeta (s->a, x, ln_x));
    return NG_OK;
}

/* Append N counts of XMIN or more from the law.  */
static enum ng_err
draw_law (struct ng_zipf_sampler *s, double n, double a, double xmin)
{
    enum ng_err err = NG_OK;

    if (s->a < a || s->a > a || s->xmin < xmin || s->xmin > xmin)
        s->n_h = 0;
    s->a = a;
    s->xmin = xmin;
    for (size_t i = 0; n > 0 && err == NG_OK; i++)
    {
        double m, x = xmin + (double) i;

        if (i == s->n_h && (err = next_hazard (s)) != NG_OK)
            break;
        if (n * s->h[i] < FEW_PER_COUNT)
            return draw_far_out (s, n, a, x);
        m = draw_binomial (s->rng, s->h[i], n);
        err = append (s, x, m);
        n -= m;
    }
    return err;
}

/* Append N of the types of TAILS that lie below cell END.  */
static enum ng_err
draw_below (struct ng_zipf_sampler *s, double n,
            const struct ng_zipf_tails *tails, size_t end)
{
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < end && n > 0 && err == NG_OK; i++)
    {
        double here = tails->types[i] - tails->types[i + 1];
        double left = tails->types[i] - tails->types[end];
        double m = draw_binomial (s->rng, here / left, n);

        err = append (s, tails->x[i], m);
        n -= m;
    }
    return err;
}

/* Hand out what was appended.  */
static enum ng_err
finish (struct ng_zipf_sampler *s, enum ng_err err, const double *mean_ln,
        const struct ng_zipf_tails **out)
{
    if (err == NG_OK)
        err = ng_zipf_tails_set (&s->tails, s->x, mean_ln, s->m, s->n);
    *out = &s->tails;
    return err;
}

enum ng_err
ng_zipf_sample (struct ng_zipf_sampler *s, uint64_t k, double n, double a,
                double xmin, const struct ng_zipf_tails **out)
{
    start (s, k);
    return finish (s, draw_law (s, n, a, xmin), NULL, out);
}

enum ng_err
ng_zipf_resample (struct ng_zipf_sampler *s, uint64_t k,
                  const struct ng_zipf_tails *tails,
                  const struct ng_zipf_fit *fit,
                  const struct ng_zipf_tails **out)
{
    double n_tail;
    size_t end = 0;
    enum ng_err err;

    start (s, k);
    while (tails->x[end] < fit->xmin)
        end++;
    n_tail =
        draw_binomial (s->rng, fit->n_tail / tails->types[0], tails->types[0]);
    err = draw_below (s, tails->types[0] - n_tail, tails, end);
    if (err == NG_OK)
        err = draw_law (s, n_tail, fit->a, fit->xmin);
    return finish (s, err, NULL, out);
}

enum ng_err
ng_zipf_redraw (struct ng_zipf_sampler *s, uint64_t k,
                const struct ng_zipf_tails *tails,
                const struct ng_zipf_tails **out)
{
    double *mean_ln;
    enum ng_err err;

    start (s, k);
    err = draw_below (s, tails->types[0], tails, tails->n);
    mean_ln = ng_grow (s->mean_ln, &s->cap_ln, s->n, sizeof *mean_ln);
    if (!mean_ln)
        return NG_ENOMEM;
    s->mean_ln = mean_ln;
    /* What was drawn are some of the cells, in their order.  */
    for (size_t i = 0, j = 0; j < s->n; i++)
        if (tails->x[i] >= s->x[j])
            mean_ln[j++] = (tails->sum_ln[i] - tails->sum_ln[i + 1])
                           / (tails->types[i] - tails->types[i + 1]);
    return finish (s, err, mean_ln, out);
}
