#include <config.h>

#include "models/hzeta.h"

#include <math.h>
#include <stddef.h>

#include "models/jet.h"

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
