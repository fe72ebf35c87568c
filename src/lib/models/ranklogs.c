#include <config.h>

#include "models/ranklogs.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sum.h"

enum
{
    /* Ranks up to here stand alone; beyond, what the formula in find_moments
       leaves out is below the rounding.  */
    N_ALONE = 64,
    N_MOMENTS = 14,
    /* Half of a stretch is at most this part of its middle, so that the
       moments left out are below 16^-14 of the tokens.  */
    HALF_PART = 16
};

/* The ranks from a boundary on, and their tokens by the moments of
   w = (r - 1 - middle) / middle.  */
struct stretch
{
    double middle;
    double moment[N_MOMENTS];
};

struct ng_rank_logs
{
    double n_types, n_tokens;
    double alone[N_ALONE]; /* tokens of the first ranks */
    struct stretch *stretches;
    size_t n, cap;
};

/* Where a walk over the ranks is: in the types of cell I, of which LEFT are to
   come.  */
struct walk
{
    const struct ng_spectrum_cell *cells;
    size_t i;
    double left;
};

/* Take up to N types of one count from W, a walk that is not at its end:
   return how many, their count in *COUNT.  */
static double
take (struct walk *w, double n, double *count)
{
    double m = fmin (n, w->left);

    *count = (double) w->cells[w->i].count;
    w->left -= m;
    if (w->left <= 0 && w->i > 0)
        w->left = (double) w->cells[--w->i].n_types;
    return m;
}

/* The moments of a stretch whose tokens have the sums B[j - 1] of count times
   the difference of w^j at both ends of each run of equal counts: Euler and
   Maclaurin's second formula, with midpoints, for the sum of w^k in a run.  */
static void
find_moments (struct stretch *s, const double b[N_MOMENTS])
{
    double r = 1 / s->middle, r2 = r * r;

    for (int k = 0; k < N_MOMENTS; k++)
    {
        double d1 = k, d3 = d1 * (k - 1) * (k - 2);
        double sum = b[k] / (r * (k + 1));

        if (k >= 2)
            sum -= r * d1 / 24 * b[k - 2];
        if (k >= 4)
            sum += r * r2 * 7 * d3 / 5760 * b[k - 4];
        if (k >= 6)
            sum -=
                r * r2 * r2 * 31 * d3 * (k - 3) * (k - 4) / 967680 * b[k - 6];
        s->moment[k] = sum;
    }
}

/* Put the next N types of W, which come after FROM others, in S.  */
static void
fill_stretch (struct stretch *s, struct walk *w, double from, double n)
{
    double b[N_MOMENTS] = { 0 }, end = from + n, middle = (from + end - 1) / 2;
    double r = 1 / middle, lo = (from - 0.5 - middle) * r;

    s->middle = middle;
    while (from < end && w->left > 0)
    {
        double count, m = take (w, end - from, &count), width = m * r;
        double hi = (from + m - 0.5 - middle) * r;
        /* hi^j - lo^j, without the difference, and lo^(j-1) WIDTH.  */
        double d = count * width, p = d;

        for (int j = 0; j < N_MOMENTS; j++)
        {
            b[j] += d;
            p *= lo;
            d = d * hi + p;
        }
        from += m;
        lo = hi;
    }
    find_moments (s, b);
}

static enum ng_err
add_stretch (struct ng_rank_logs *logs, struct walk *w, double from, double n)
{
    struct stretch *s =
        ng_grow (logs->stretches, &logs->cap, logs->n + 1, sizeof *s);

    if (!s)
        return NG_ENOMEM;
    logs->stretches = s;
    fill_stretch (&s[logs->n++], w, from, n);
    return NG_OK;
}

static enum ng_err
fill (struct ng_rank_logs *logs, struct walk *w)
{
    double from = 0;
    enum ng_err err = NG_OK;

    for (; from < N_ALONE && from < logs->n_types; from++)
        (void) take (w, 1, &logs->alone[(size_t) from]);
    while (from < logs->n_types && w->left > 0 && err == NG_OK)
    {
        double n =
            fmin (floor (from * 2 / (HALF_PART - 1)), logs->n_types - from);

        err = add_stretch (logs, w, from, n);
        from += n;
    }
    return err;
}

struct ng_rank_logs *
ng_rank_logs_new (const struct ng_spectrum_cell *cells, size_t n)
{
    struct ng_rank_logs *logs = calloc (1, sizeof *logs);
    struct walk w = { cells, n - 1, (double) cells[n - 1].n_types };

    if (!logs)
        return NULL;
    for (size_t i = 0; i < n; i++)
    {
        logs->n_types += (double) cells[i].n_types;
        logs->n_tokens += (double) cells[i].n_types * (double) cells[i].count;
    }
    if (fill (logs, &w) != NG_OK)
    {
        ng_rank_logs_free (logs);
        return NULL;
    }
    return logs;
}

void
ng_rank_logs_free (struct ng_rank_logs *logs)
{
    if (logs)
        free (logs->stretches);
    free (logs);
}

double
ng_rank_logs_types (const struct ng_rank_logs *logs)
{
    return logs->n_types;
}

double
ng_rank_logs_tokens (const struct ng_rank_logs *logs)
{
    return logs->n_tokens;
}

/* Sums over tokens: of ln x, and of z and z^2 for z = FIRST / x.  */
struct sums
{
    struct ng_sum ln_x;
    double z, zz;
};

/* About x = X the logarithm of X (1 + v) is ln X + v - v^2/2 + ..., and
   1/(1 + v) and its square are 1 - v + ... and 1 - 2v + ...  */
static void
add_stretch_sums (const struct stretch *s, double first, struct sums *sums)
{
    double x = first + s->middle, z = first / x, ratio = s->middle / x;
    double power = 1, ln_x = 0, sum_z = 0, sum_zz = 0;

    for (int k = 0; k < N_MOMENTS; k++)
    {
        double term = s->moment[k] * power;

        ln_x -= k > 0 ? term / k : 0;
        sum_z += term;
        sum_zz += (k + 1) * term;
        power *= -ratio;
    }
    ng_sum_add (&sums->ln_x, s->moment[0] * log (x) + ln_x);
    sums->z += z * sum_z;
    sums->zz += z * z * sum_zz;
}

struct ng_mean_ln
ng_rank_logs_mean (const struct ng_rank_logs *logs, double first)
{
    struct sums sums = { { 0, 0 }, 0, 0 };

    for (size_t k = 0; k < N_ALONE && (double) k < logs->n_types; k++)
    {
        double x = first + (double) k, z = first / x;

        ng_sum_add (&sums.ln_x, logs->alone[k] * log (x));
        sums.z += logs->alone[k] * z;
        sums.zz += logs->alone[k] * z * z;
    }
    for (size_t i = 0; i < logs->n; i++)
        add_stretch_sums (&logs->stretches[i], first, &sums);
    return (struct ng_mean_ln){ ng_sum_value (&sums.ln_x) / logs->n_tokens,
                                sums.z / logs->n_tokens,
                                (sums.z - sums.zz) / logs->n_tokens };
}
