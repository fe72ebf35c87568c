#include <config.h>

#include "models/zipfline.h"

#include <math.h>
#include <stdint.h>

#include "base/sum.h"

enum
{
    TERMS = 64 /* sums up to here are made term by term */
};

/* ln (n!) - ln ((m - 1)!) by Stirling's series (DLMF 5.11.1), in which what is
   large cancels by hand.  */
static double
sum_ln_large (double first, double last)
{
    double m = first - 0.5, n = last + 0.5;

    /* The midpoint form: sum = [x ln x - x] from m to n + [1 / (24 x)]
       - [7 / (2880 x^3)] with the sign of Euler and Maclaurin's second
       formula.  */
    return n * log1p ((n - m) / m) + (n - m) * (log (m) - 1)
           - (1 / n - 1 / m) / 24
           + 7 * (1 / (n * n * n) - 1 / (m * m * m)) / 2880
           - 31 * (pow (n, -5) - pow (m, -5)) / 40320;
}

double
ng_sum_ln_ranks (double first, double last)
{
    struct ng_sum sum = { 0, 0 };
    double r = first;

    for (; r <= last && r < first + TERMS; r++)
        ng_sum_add (&sum, log (r));
    if (r <= last)
        ng_sum_add (&sum, sum_ln_large (r, last));
    return ng_sum_value (&sum);
}

double
ng_sum_ln2_ranks (double last)
{
    struct ng_sum sum = { 0, 0 };
    double r = 1, l, k;

    for (; r <= last && r <= TERMS; r++)
        ng_sum_add (&sum, log (r) * log (r));
    if (r > last)
        return ng_sum_value (&sum);
    /* Euler and Maclaurin from r to LAST: with f = ln^2 x, the integral is
       x (ln^2 x - 2 ln x + 2), f' = 2 ln x / x, f''' = (4 ln x - 6) / x^3.  */
    l = log (last);
    k = log (r);
    ng_sum_add (&sum, last * (l * l - 2 * l + 2));
    ng_sum_add (&sum, -r * (k * k - 2 * k + 2));
    ng_sum_add (&sum, (l * l + k * k) / 2);
    ng_sum_add (&sum, (2 * l / last - 2 * k / r) / 12);
    ng_sum_add (&sum,
                -((4 * l - 6) * pow (last, -3) - (4 * k - 6) * pow (r, -3))
                    / 720);
    return ng_sum_value (&sum);
}

enum ng_err
ng_zipf_line_ranks (const struct ng_spectrum_cell *cells, size_t n,
                    struct ng_zipf_line *line)
{
    struct ng_sum y = { 0, 0 }, yy = { 0, 0 }, xy = { 0, 0 };
    double types = 0, rank = 0, mean_x, mean_y, sxx, sxy, syy, rest;

    for (size_t i = 0; i < n; i++)
    {
        types += (double) cells[i].n_types;
        ng_sum_add (&y,
                    (double) cells[i].n_types * log ((double) cells[i].count));
    }
    if (n < 2 || types < 3)
        return NG_EINVAL;
    mean_x = ng_sum_ln_ranks (1, types) / types;
    mean_y = ng_sum_value (&y) / types;
    for (size_t i = n; i-- > 0;)
    {
        double m = (double) cells[i].n_types;
        double dy = log ((double) cells[i].count) - mean_y;

        ng_sum_add (&yy, m * dy * dy);
        ng_sum_add (&xy,
                    dy * (ng_sum_ln_ranks (rank + 1, rank + m) - m * mean_x));
        rank += m;
    }
    sxx = ng_sum_ln2_ranks (types) - types * mean_x * mean_x;
    sxy = ng_sum_value (&xy);
    syy = ng_sum_value (&yy);
    line->slope = sxy / sxx;
    line->intercept = mean_y - line->slope * mean_x;
    rest = fmax (syy - line->slope * sxy, 0);
    line->slope_err = sqrt (rest / (types - 2) / sxx);
    return NG_OK;
}
