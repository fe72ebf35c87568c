#include <config.h>

#include "models/zipfline.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdint.h>

#include "base/sum.h"

enum
{
    /* Up to here sums are made term by term; beyond, what Euler and Maclaurin's
       formulas leave out is below the rounding.  */
    TERMS = 64,
    BINS_MAX = 64 /* powers of two in 64 bits */
};

/* The sum of ln x for x = FIRST, FIRST + 1, ... LAST by Euler and Maclaurin's
   second formula, with midpoints: the integral of ln from M to N, where what
   is large cancels by hand, and corrections of -1/24 f', 7/5760 f^(3) and
   -31/967680 f^(5) at its ends.  */
static double
sum_ln_large (double first, double last)
{
    double m = first - 0.5, n = last + 0.5;
    double rm = 1 / m, rn = 1 / n, rm2 = rm * rm, rn2 = rn * rn;
    double at_m = rm * (-1.0 / 24 + rm2 * (7.0 / 2880 - rm2 * 31 / 40320));
    double at_n = rn * (-1.0 / 24 + rn2 * (7.0 / 2880 - rn2 * 31 / 40320));

    return n * log1p ((n - m) / m) + (n - m) * (log (m) - 1) + at_n - at_m;
}

double
ng_sum_ln_ranks (double first, double n)
{
    struct ng_sum sum = { 0, 0 };

    for (; n > 0 && (first < TERMS || n < 3); first++, n--)
        ng_sum_add (&sum, log (first));
    if (n > 0)
        ng_sum_add (&sum, sum_ln_large (first, first + n - 1));
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
    double types = 0, rank = 0, mean_x, mean_y, sxx, sxy, syy, rest, least;

    for (size_t i = 0; i < n; i++)
        types += (double) cells[i].n_types;
    if (n < 2 || types < 3)
        return NG_EINVAL;
    mean_x = ng_sum_ln_ranks (1, types) / types;
    /* ln f by what it is above that of the least count, which most types
       have or come near.  */
    least = log ((double) cells[0].count);
    for (size_t i = n; i-- > 0;)
    {
        double m = (double) cells[i].n_types;
        double above = log ((double) cells[i].count) - least;

        ng_sum_add (&y, m * above);
        ng_sum_add (&yy, m * above * above);
        ng_sum_add (&xy, above * (ng_sum_ln_ranks (rank + 1, m) - m * mean_x));
        rank += m;
    }
    mean_y = ng_sum_value (&y) / types;
    sxx = ng_sum_ln2_ranks (types) - types * mean_x * mean_x;
    sxy = ng_sum_value (&xy);
    syy = ng_sum_value (&yy) - types * mean_y * mean_y;
    line->slope = sxy / sxx;
    line->intercept = least + mean_y - line->slope * mean_x;
    rest = fmax (syy - line->slope * sxy, 0);
    line->slope_err = sqrt (rest / (types - 2) / sxx);
    return NG_OK;
}

/* Where a walk over the ranks is: the cell, from the last one down, and the
   rank at which its types end.  */
struct walk
{
    const struct ng_spectrum_cell *cells;
    size_t i;
    double end;
};

/* The sum of the counts at the ranks above FROM up to TO; calls go on where
   the one before ended.  */
static double
counts_between (struct walk *w, double from, double to)
{
    double sum = 0;

    for (;;)
    {
        double stop = fmin (w->end, to);

        sum += (stop - from) * (double) w->cells[w->i].count;
        from = stop;
        if (w->end > to || w->i == 0)
            return sum;
        w->i--;
        w->end += (double) w->cells[w->i].n_types;
    }
}

enum ng_err
ng_zipf_line_bins (const struct ng_spectrum_cell *cells, size_t n,
                   struct ng_zipf_line *line)
{
    double x[BINS_MAX], y[BINS_MAX], types = 0, c0, c1, v00, v01, v11, rss;
    size_t n_bins = 0;
    struct walk walk;

    for (size_t i = 0; i < n; i++)
        types += (double) cells[i].n_types;
    if (n < 2 || types < 4)
        return NG_EINVAL;
    walk = (struct walk){ cells, n - 1, (double) cells[n - 1].n_types };
    for (double from = 1; from <= types && n_bins < BINS_MAX; from *= 2)
    {
        double to = fmin (2 * from - 1, types), width = to - from + 1;

        x[n_bins] = ng_sum_ln_ranks (from, width) / width;
        y[n_bins++] = log (counts_between (&walk, from - 1, to) / width);
    }
    if (gsl_fit_linear (x, 1, y, 1, n_bins, &c0, &c1, &v00, &v01, &v11, &rss)
        != 0)
        return NG_EINVAL;
    line->slope = c1;
    line->intercept = c0;
    line->slope_err = sqrt (v11);
    return NG_OK;
}
