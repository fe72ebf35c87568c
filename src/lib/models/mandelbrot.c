#include <config.h>

#include "models/mandelbrot.h"

#include <gsl/gsl_min.h>
#include <math.h>
#include <stdbool.h>

#include "base/sum.h"
#include "models/zipfline.h"

enum
{
    STEPS_MAX = 100,
    BLOCK = 64,
    TERMS = 24 /* summed as they stand before Euler and Maclaurin's formula */
};

static const double s_min = 0x1p-10, s_max = 0x1p7;

/* Of parameters.  A cost at its minimum, for which a rough one does, is told
   to the square of that.  */
static const double fine = 1e-8, rough = 1e-6;

/* The spectrum, with ranks from the commonest type down.  */
struct ranks
{
    const struct ng_spectrum_cell *cells;
    size_t n;
    double n_types, n_tokens;
};

/* All powers are by those of the first term, FIRST^-s, so that none leaves the
   range of doubles.  */
struct power
{
    double s, first;
};

static double
at (const struct power *p, double x)
{
    return pow (x / p->first, -p->s);
}

/* The integral from A to B.  */
static double
integral (const struct power *p, double a, double b)
{
    double e = 1 - p->s, l = log (b / a);

    /* a^e (e^(e l) - 1) / e, which has the limit l where e is 0.  */
    return at (p, a) * a
           * (fabs (e * l) < 1e-9 ? l * (1 + e * l / 2) : expm1 (e * l) / e);
}

/* Half the end X and the corrections of Euler and Maclaurin's formula there:
   SIGN is -1 at the lower one.  */
static double
end_of_sum (const struct power *p, double x, double sign)
{
    double s = p->s, r2 = 1 / (x * x);
    double d1 = -s / x, d3 = d1 * (s + 1) * (s + 2) * r2;
    double d5 = d3 * (s + 3) * (s + 4) * r2;
    double d7 = d5 * (s + 5) * (s + 6) * r2;

    return at (p, x)
           * (0.5 + sign * (d1 / 12 - d3 / 720 + d5 / 30240 - d7 / 1209600));
}

double
ng_mandelbrot_ln_sum (double s, double first, double n)
{
    struct power p = { s, first };
    struct ng_sum sum = { 0, 0 };
    double last = first + n - 1, k = 0;

    for (; k < n && (k < TERMS || first + k < 2 * s); k++)
        ng_sum_add (&sum, at (&p, first + k));
    if (k < n)
    {
        ng_sum_add (&sum, integral (&p, first + k, last));
        ng_sum_add (&sum, end_of_sum (&p, first + k, -1));
        ng_sum_add (&sum, end_of_sum (&p, last, 1));
    }
    return log (ng_sum_value (&sum)) - s * log (first);
}

/* Laws of one shift q, told by FIRST = 1 + q, in which what q differs by from
   -1 is not lost.  */
struct shifted
{
    double first;
    double mean_ln; /* over tokens, of ln (r + q) */
    double n_types;
};

static struct shifted
shift (const struct ranks *d, double first)
{
    struct ng_sum sum = { 0, 0 };
    double x = first; /* r + q */

    /* Blocks are summed as they are, for time, and added with care.  */
    for (size_t i = d->n; i > 0;)
    {
        double block = 0;

        for (size_t k = 0; k < BLOCK && i > 0; k++)
        {
            const struct ng_spectrum_cell *c = &d->cells[--i];
            double m = (double) c->n_types;

            block += (double) c->count
                     * (c->n_types > 1 ? ng_sum_ln_ranks (x, m) : log (x));
            x += m;
        }
        ng_sum_add (&sum, block);
    }
    return (struct shifted){ first, ng_sum_value (&sum) / d->n_tokens,
                             d->n_types };
}

/* Minus the log-likelihood per token of the exponent S.  */
static double
cost (const struct shifted *l, double s)
{
    return s * l->mean_ln + ng_mandelbrot_ln_sum (s, l->first, l->n_types);
}

static double
cost_for_gsl (double s, void *data)
{
    return cost (data, s);
}

/* Bring *X, at which F is below what it is at LO and HI, to the minimum.  */
static enum ng_err
minimise (gsl_function *f, double lo, double hi, double precision, double *x)
{
    gsl_min_fminimizer *m = gsl_min_fminimizer_alloc (gsl_min_fminimizer_brent);
    int status;

    if (!m)
        return NG_ENOMEM;
    status = gsl_min_fminimizer_set (m, f, *x, lo, hi);
    for (int i = 0; i < STEPS_MAX && status == 0; i++)
    {
        status = gsl_min_fminimizer_iterate (m);
        *x = gsl_min_fminimizer_x_minimum (m);
        if (gsl_min_fminimizer_x_upper (m) - gsl_min_fminimizer_x_lower (m)
            < precision * (fabs (*x) + precision))
            break;
    }
    gsl_min_fminimizer_free (m);
    return NG_OK;
}

/* The likeliest exponent for the shift of L, sought from *S on, in *S: S_MIN or
   S_MAX, or beyond, if it is not between them.  The cost is convex in s.  */
static enum ng_err
likeliest_exponent (struct shifted *l, double precision, double *s)
{
    gsl_function f = { cost_for_gsl, l };

    while (*s > s_min && cost (l, *s / 2) <= cost (l, *s))
        *s /= 2;
    while (*s < s_max && cost (l, *s * 2) <= cost (l, *s))
        *s *= 2;
    return *s > s_min && *s < s_max
               ? minimise (&f, *s / 2, *s * 2, precision, s)
               : NG_OK;
}

/* One search for the shift.  */
struct search
{
    const struct ranks *d;
    double s;        /* the likeliest exponent for the last shift */
    enum ng_err err; /* the first fault */
};

/* Minus the log-likelihood per token of the shift q = e^T - 1 with the exponent
   that is likeliest for it.  */
static double
cost_of_shift (double t, void *data)
{
    struct search *search = data;
    struct shifted l = shift (search->d, exp (t));
    enum ng_err err = likeliest_exponent (&l, rough, &search->s);

    if (err != NG_OK)
        search->err = err;
    return cost (&l, search->s);
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

/* The likeliest shift, in *T: the best of those tried first, improved.
   NG_EINVAL if it is the first or the last.  */
static enum ng_err
likeliest_shift (struct search *search, double *t)
{
    gsl_function f = { cost_of_shift, search };
    double least = HUGE_VAL, t_max = log1p (search->d->n_types);
    size_t at = 0, k = 0;
    enum ng_err err;

    for (; nth_t (k) <= t_max && search->err == NG_OK; k++)
    {
        double c = cost_of_shift (nth_t (k), search);

        if (c < least)
        {
            least = c;
            at = k;
        }
    }
    if (search->err != NG_OK)
        return search->err;
    if (at == 0 || at + 1 == k)
        return NG_EINVAL;
    *t = nth_t (at);
    err = minimise (&f, nth_t (at - 1), nth_t (at + 1), rough, t);
    return err == NG_OK ? search->err : err;
}

/* Errors from the curvature of the cost, by differences.  False if it is no
   minimum.  */
static bool
find_errors (const struct ranks *d, double s, double t,
             struct ng_mandelbrot *fit)
{
    double h = 1e-3, hs = h * s;
    struct shifted mid = shift (d, exp (t));
    struct shifted less = shift (d, exp (t - h)), more = shift (d, exp (t + h));
    double least = cost (&mid, s);
    double ss =
        (cost (&mid, s + hs) + cost (&mid, s - hs) - 2 * least) / (hs * hs);
    double tt = (cost (&more, s) + cost (&less, s) - 2 * least) / (h * h);
    double st = (cost (&more, s + hs) + cost (&less, s - hs)
                 - cost (&less, s + hs) - cost (&more, s - hs))
                / (4 * h * hs);
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
    struct search search = { &d, 1, NG_OK };
    struct shifted l;
    double s = 1, t;
    enum ng_err err;

    for (size_t i = 0; i < n; i++)
    {
        d.n_types += (double) cells[i].n_types;
        d.n_tokens += (double) cells[i].n_types * (double) cells[i].count;
    }
    if (n < 2)
        return NG_EINVAL;
    err = likeliest_shift (&search, &t);
    if (err != NG_OK)
        return err;
    l = shift (&d, exp (t));
    err = likeliest_exponent (&l, fine, &s);
    if (err != NG_OK)
        return err;
    if (!(s > s_min && s < s_max) || !find_errors (&d, s, t, fit))
        return NG_EINVAL;
    fit->s = s;
    fit->q = expm1 (t);
    fit->log_likelihood = -cost (&l, s);
    fit->ln_c = log (d.n_tokens) - ng_mandelbrot_ln_sum (s, l.first, d.n_types);
    return NG_OK;
}
