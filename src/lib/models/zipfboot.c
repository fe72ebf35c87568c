#include <config.h>

#include "models/zipfboot.h"

#include <math.h>
#include <stdlib.h>

#include "models/zipfcutoff.h"

enum
{
    N_REDRAWS = 100,
    ONE_IN_TWENTY = 20, /* are left out at either end */
    CELLS_ABOUT = 128
};

/* A normal law has nine tenths within so many standard deviations of its
   mean.  */
static const double nine_tenths = 1.6448536269514722;

static int
compare_reals (const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

/* Half the span of the middle nine tenths of A[N].  */
static double
half_span (double *a, size_t n)
{
    size_t out = n / ONE_IN_TWENTY;

    qsort (a, n, sizeof *a, compare_reals);
    return (a[n - 1 - out] - a[out]) / 2;
}

enum ng_err
ng_zipf_widen_errors (struct ng_zipf_sampler *s,
                      const struct ng_zipf_tails *tails,
                      struct ng_zipf_fit *fit)
{
    double a[N_REDRAWS];
    size_t n = 0;
    struct ng_zipf_tails thin;
    enum ng_err err = ng_zipf_tails_thin (tails, CELLS_ABOUT, &thin);

    for (uint64_t k = 0; k < N_REDRAWS && err == NG_OK; k++)
    {
        const struct ng_zipf_tails *draw;
        struct ng_zipf_fit fitted;

        /* From the greatest number down: others count from 0 up.  */
        err = ng_zipf_redraw (s, UINT64_MAX - k, &thin, &draw);
        if (err == NG_OK && ng_zipf_fit_best (draw, &fitted) == NG_OK)
            a[n++] = fitted.a;
    }
    ng_zipf_tails_fini (&thin);
    if (err != NG_OK || n == 0)
        return err;
    fit->a_err = fmax (fit->a_err, half_span (a, n) / nine_tenths);
    fit->s_err = fit->a_err * fit->s * fit->s;
    return NG_OK;
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
