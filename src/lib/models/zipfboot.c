#include <config.h>

#include "models/zipfboot.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "models/hzeta.h"
#include "models/zipfcutoff.h"

enum
{
    BINOMIAL_N_MAX = 1 << 30, /* GSL counts trials in an unsigned int */
    /* Where a count is expected to occur less often than one time in four,
       one draw per type is cheaper than one per count.  */
    RARE_PER_CELL = 4,
    CORRECTIONS_MAX = 20
};

/* From here on shares at neighbouring counts differ by less than they are
   known.  */
#define REAL_FROM 0x1p40

struct ng_zipf_sampler
{
    uint64_t seed;
    gsl_rng *rng;
    size_t n;      /* cells */
    double *x, *m; /* [n] counts, and types that have them */
    size_t cap_x, cap_m;
    double *far_out; /* [cap_far] counts drawn one by one */
    size_t cap_far;
    struct ng_zipf_tails tails;
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
    free (s->far_out);
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

/* One count of XMIN or more: the X for which a uniform U lies between the
   shares at or above X and at or above X + 1.  The share is nearly a power,
   (x / xmin)^(1-a), from which a real X is found by a few corrections of its
   logarithm; whole steps do the rest.  */
static double
draw_one (gsl_rng *rng, double a, double xmin, double ln_zeta)
{
    double ln_u = log (gsl_rng_uniform_pos (rng));
    double ln_x = log (xmin) - ln_u / (a - 1), x = exp (ln_x);

    for (int i = 0; i < CORRECTIONS_MAX && x < REAL_FROM; i++)
    {
        double excess = ng_lnhzeta (a, x, ln_x) - ln_zeta - ln_u;

        ln_x = fmax (ln_x + excess / (a - 1), log (xmin));
        x = exp (ln_x);
        if (fabs (excess) * x < a - 1)
            break;
    }
    /* So far out every real is a whole number or as good as one.  */
    if (!(x < REAL_FROM))
        return floor (x);
    x = fmax (floor (x), xmin);
    while (x > xmin && ng_lnhzeta (a, x, log (x)) - ln_zeta < ln_u)
        x--;
    while (ng_lnhzeta (a, x + 1, log (x + 1)) - ln_zeta >= ln_u)
        x++;
    return x;
}

static int
compare_reals (const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

/* Append N counts of XMIN or more, drawn one by one.  */
static enum ng_err
draw_far_out (struct ng_zipf_sampler *s, double n, double a, double xmin)
{
    size_t n_far = (size_t) n;
    double ln_zeta = ng_lnhzeta (a, xmin, log (xmin));
    double *far_out = ng_grow (s->far_out, &s->cap_far, n_far, sizeof *far_out);
    enum ng_err err = NG_OK;

    if (!far_out)
        return NG_ENOMEM;
    s->far_out = far_out;
    for (size_t i = 0; i < n_far; i++)
        far_out[i] = draw_one (s->rng, a, xmin, ln_zeta);
    qsort (far_out, n_far, sizeof *far_out, compare_reals);
    for (size_t i = 0, next; i < n_far && err == NG_OK; i = next)
    {
        for (next = i + 1; next < n_far && far_out[next] <= far_out[i];)
            next++;
        err = append (s, far_out[i], (double) (next - i));
    }
    return err;
}

/* Append N counts of XMIN or more from the law.  */
static enum ng_err
draw_law (struct ng_zipf_sampler *s, double n, double a, double xmin)
{
    enum ng_err err = NG_OK;
    double x = xmin;

    for (; n > 0 && err == NG_OK; x++)
    {
        double ln_x = log (x);
        double p = exp (-a * ln_x - ng_lnhzeta (a, x, ln_x));
        double m;

        if (n * p * RARE_PER_CELL < 1)
            return draw_far_out (s, n, a, x);
        m = draw_binomial (s->rng, p, n);
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
finish (struct ng_zipf_sampler *s, enum ng_err err,
        const struct ng_zipf_tails **out)
{
    if (err == NG_OK)
        err = ng_zipf_tails_set (&s->tails, s->x, s->m, s->n);
    *out = &s->tails;
    return err;
}

enum ng_err
ng_zipf_sample (struct ng_zipf_sampler *s, uint64_t k, double n, double a,
                double xmin, const struct ng_zipf_tails **out)
{
    start (s, k);
    return finish (s, draw_law (s, n, a, xmin), out);
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
    return finish (s, err, out);
}

enum ng_err
ng_zipf_p_value_draw (struct ng_zipf_sampler *s, uint64_t k,
                      const struct ng_zipf_tails *tails,
                      const struct ng_zipf_fit *fit, bool choose_xmin,
                      uint64_t *n_worse)
{
    const struct ng_zipf_tails *draw;
    struct ng_zipf_fit fitted;
    enum ng_err err = ng_zipf_resample (s, k, tails, fit, &draw);

    if (err != NG_OK)
        return err;
    if (choose_xmin)
        *n_worse += !ng_zipf_has_distance_below (draw, fit->xmin, fit->ks);
    else if (ng_zipf_fit_at (draw, fit->xmin, &fitted) == NG_OK)
        *n_worse += fitted.ks >= fit->ks;
    return NG_OK;
}
