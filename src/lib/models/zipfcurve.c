#include <config.h>

#include "models/zipfcurve.h"

#include <math.h>

#include "models/hzeta.h"

size_t
ng_zipf_thin (const struct ng_spectrum_cell *cells, size_t n, double per_decade,
              struct ng_curve_point *points, size_t cap)
{
    double types = 0, end = 0, rank = 1;
    size_t n_points = 0, i = n;

    for (size_t k = 0; k < n; k++)
        types += (double) cells[k].n_types;
    while (n_points < cap && rank <= types)
    {
        double next;

        if (n_points == cap - 1)
            rank = types;
        for (; end < rank; i--)
            end += (double) cells[i - 1].n_types;
        points[n_points++] =
            (struct ng_curve_point){ rank, (double) cells[i].count };
        next = floor (rank * pow (10, 1 / per_decade) + 0.5);
        if (next <= rank)
            next = rank + 1;
        rank = next > types && rank < types ? types : next;
    }
    return n_points;
}

size_t
ng_zipf_curve (const struct ng_zipf_fit *fit, struct ng_curve_point *points,
               size_t cap)
{
    double ln_zeta = ng_lnhzeta (fit->a, fit->xmin, log (fit->xmin));
    /* About where the law lets one type be: the steps reach it.  */
    double ln_range = log (fit->n_tail) / (fit->a - 1) + 1;

    for (size_t k = 0; k < cap; k++)
    {
        /* From the greatest count down, so that ranks rise.  */
        double ln_x =
            log (fit->xmin)
            + ln_range * (1 - (double) k / (double) (cap > 1 ? cap - 1 : 1));
        double x = exp (ln_x);

        points[k].count = x;
        points[k].rank =
            fit->n_tail * exp (ng_lnhzeta (fit->a, x, ln_x) - ln_zeta);
    }
    return cap;
}
