#include <config.h>

#include "models/powersum.h"

#include <math.h>
#include <stddef.h>

#include "models/jet.h"

enum
{
    TERMS = 24,       /* summed as they stand before the formula is used */
    SERIES_TERMS = 20 /* of e^x for |x| <= 1 */
};

/* B_2k / (2k)! for k = 1 ...  */
static const double euler_maclaurin[] = { 1.0 / 12, -1.0 / 720, 1.0 / 30240,
                                          -1.0 / 1209600, 1.0 / 47900160 };

enum
{
    N_COEFFICIENTS = sizeof euler_maclaurin / sizeof *euler_maclaurin
};

/* The integral of e^((1-s) u) for u from 0 to L.  With e = 1 - s its
   derivatives by e are those of u e^(e u) and u^2 e^(e u); in closed form
   these cancel where e L is small.  */
static struct jet
integral (double s, double l)
{
    double e = 1 - s, power = l, j0, j1, j2;

    if (fabs (e * l) > 1)
    {
        double end = exp (e * l);

        j0 = expm1 (e * l) / e;
        j1 = (l * end - j0) / e;
        j2 = (l * l * end - 2 * j1) / e;
        return (struct jet){ j0, -j1, j2 };
    }
    j0 = j1 = j2 = 0;
    for (int k = 0; k < SERIES_TERMS; k++)
    {
        j0 += power / (k + 1);
        j1 += power / (k + 2);
        j2 += power / (k + 3);
        power *= e * l / (k + 1);
    }
    return (struct jet){ j0, -l * j1, l * l * j2 };
}

/* Half the end X and the corrections of the formula there, by the term itself:
   SIGN is -1 at the lower end.  */
static struct jet
end_of_sum (double s, double x, double sign)
{
    double r2 = 1 / (x * x);
    struct jet sum = { 0.5, 0, 0 }, p = { s / x, 1 / x, 0 };

    for (size_t k = 0; k < N_COEFFICIENTS; k++)
    {
        jet_add (&sum, jet_scaled (p, -sign * euler_maclaurin[k]));
        p = jet_times_shifted (p, s, (double) (2 * k + 1));
        p = jet_times_shifted (p, s, (double) (2 * k + 2));
        p = jet_scaled (p, r2);
    }
    return sum;
}

/* The sum of (x / FIRST)^-s, so that none leaves the range of doubles.  */
static struct jet
relative_sum (double s, double first, double n)
{
    static const struct jet one = { 1, 0, 0 };
    double last = first + n - 1, k = 0, x = first;
    struct jet sum = { 0, 0, 0 };

    for (; k < n && (k < TERMS || x < 2 * s); k++, x = first + k)
        jet_add (&sum, jet_decayed (one, s, log (x / first)));
    if (k < n)
    {
        double l = log (x / first), range = log (last / x);
        struct jet tail = jet_scaled (integral (s, range), x);

        jet_add (&tail, end_of_sum (s, x, -1));
        jet_add (&tail, jet_decayed (end_of_sum (s, last, 1), s, range));
        jet_add (&sum, jet_decayed (tail, s, l));
    }
    return sum;
}

static struct ng_power_sum
by_s (const struct jet *sum, double s, double first)
{
    double t = log (first), mean = -sum->d1 / sum->v;

    return (struct ng_power_sum){ .value = log (sum->v) - s * t,
                                  .s = -mean - t,
                                  .ss = sum->d2 / sum->v - mean * mean };
}

struct ng_power_sum
ng_power_sum_by_s (double s, double first, double n)
{
    struct jet sum = relative_sum (s, first, n);

    return by_s (&sum, s, first);
}

struct ng_power_sum
ng_power_sum (double s, double first, double n)
{
    /* Of the power s, of that by z and of that by z^2; l is ln (x / first).  */
    struct jet sum = relative_sum (s, first, n);
    struct jet sum_z = relative_sum (s + 1, first, n);
    double mean_z = sum_z.v / sum.v, mean_zl = -sum_z.d1 / sum.v;
    double mean_zz = relative_sum (s + 2, first, n).v / sum.v;
    double mean_l = -sum.d1 / sum.v;
    struct ng_power_sum r = by_s (&sum, s, first);

    r.t = -s * mean_z;
    r.tt = -s * (mean_z - mean_zz) + s * s * (mean_zz - mean_z * mean_z);
    r.st = -mean_z + s * (mean_zl - mean_z * mean_l);
    return r;
}
