#include <config.h>

#include "models/hzeta.h"

#include <math.h>
#include <stddef.h>

/* B_2k / (2k)! for k = 1 ...: the coefficients of Euler and Maclaurin's
   formula.  */
static const double euler_maclaurin[] = {
    1.0 / 12,
    -1.0 / 720,
    1.0 / 30240,
    -1.0 / 1209600,
    1.0 / 47900160,
    -691.0 / 1307674368000,
    1.0 / 74724249600,
    -3617.0 / 10670622842880000,
    43867.0 / 5109094217170944000,
    -174611.0 / 802857662698291200000.0,
};

enum
{
    N_COEFFICIENTS = sizeof euler_maclaurin / sizeof *euler_maclaurin,
    /* From here on, and from 1.5 s on, the series is exact to rounding: its
       10th term is about (1.5 / 6.28)^20 of the sum.  */
    ASYMPTOTIC_FROM = 16
};

static const double negligible = 1e-17;

/* The next argument from which the series is to be used.  */
static int
needs_terms (double s, double q)
{
    return q < ASYMPTOTIC_FROM || q < 1.5 * s;
}

/* zeta(s, q) = q^(1-s) G: return G, the series in 1/q.  */
static double
series (double s, double q)
{
    double r = 1 / (q * q);
    double g = 1 / (s - 1) + 0.5 / q;
    double p = s * r; /* (s)_(2k-1) / q^2k */

    for (size_t k = 0; k < N_COEFFICIENTS; k++)
    {
        double term = euler_maclaurin[k] * p;

        g += term;
        if (fabs (term) < negligible * g)
            break;
        p *= (s + (double) (2 * k + 1)) * (s + (double) (2 * k + 2)) * r;
    }
    return g;
}

double
ng_lnhzeta (double s, double q, double ln_q)
{
    double sum = 0, scale = 1, x = q;

    /* All terms are taken relative to the first, q^-s.  */
    for (double k = 1; needs_terms (s, x); k++)
    {
        sum += scale;
        x = q + k;
        scale = exp (-s * log1p (k / q));
        if (scale < negligible * sum)
            return log (sum) - s * ln_q;
    }
    if (sum > 0)
        return log (sum + scale * x * series (s, x)) - s * ln_q;
    return log (series (s, q)) + (1 - s) * ln_q;
}

/* A number and its first two derivatives by s.  */
struct jet
{
    double v, d1, d2;
};

static void
jet_add (struct jet *a, struct jet b)
{
    a->v += b.v;
    a->d1 += b.d1;
    a->d2 += b.d2;
}

/* A * (s + C) for a constant C.  */
static struct jet
jet_times_shifted (struct jet a, double s, double c)
{
    struct jet r = { a.v * (s + c), a.d1 * (s + c) + a.v,
                     a.d2 * (s + c) + 2 * a.d1 };

    return r;
}

static struct jet
jet_scaled (struct jet a, double c)
{
    struct jet r = { a.v * c, a.d1 * c, a.d2 * c };

    return r;
}

/* A * e^(-s L) for a constant L.  */
static struct jet
jet_decayed (struct jet a, double s, double l)
{
    double e = exp (-s * l);
    struct jet r = { a.v * e, (a.d1 - l * a.v) * e,
                     (a.d2 - 2 * l * a.d1 + l * l * a.v) * e };

    return r;
}

static struct jet
series_jet (double s, double q)
{
    double r = 1 / (q * q), t = 1 / (s - 1);
    struct jet g = { t + 0.5 / q, -t * t, 2 * t * t * t };
    struct jet p = { s * r, r, 0 };

    for (size_t k = 0; k < N_COEFFICIENTS; k++)
    {
        struct jet term = jet_scaled (p, euler_maclaurin[k]);

        jet_add (&g, term);
        if (fabs (term.v) < negligible * g.v
            && fabs (term.d2) < negligible * g.d2)
            break;
        p = jet_times_shifted (p, s, (double) (2 * k + 1));
        p = jet_times_shifted (p, s, (double) (2 * k + 2));
        p = jet_scaled (p, r);
    }
    return g;
}

struct ng_lnhzeta
ng_lnhzeta_deriv (double s, double q, double ln_q)
{
    struct jet sum = { 0, 0, 0 }, one = { 1, 0, 0 };
    struct ng_lnhzeta result;
    double x = q, l = 0;

    /* Relative to q^-s, whose derivatives are put in at the end.  */
    for (double k = 1; needs_terms (s, x); k++)
    {
        struct jet term = jet_decayed (one, s, l);

        jet_add (&sum, term);
        if (term.v < negligible * sum.v && term.d2 < negligible * sum.d2)
            break;
        x = q + k;
        l = log1p (k / q);
    }
    if (!needs_terms (s, x))
        jet_add (&sum, jet_decayed (jet_scaled (series_jet (s, x), x), s, l));
    result.value = log (sum.v) - s * ln_q;
    result.d1 = sum.d1 / sum.v - ln_q;
    result.d2 = (sum.d2 - sum.d1 * (sum.d1 / sum.v)) / sum.v;
    return result;
}
