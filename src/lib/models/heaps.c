#include <config.h>

#include "models/heaps.h"

#include <gsl/gsl_fit.h>
#include <math.h>

void
ng_heaps_note (struct ng_heaps *h)
{
    uint64_t next = h->n_tokens;

    if (h->n_points < NG_HEAPS_POINTS_MAX)
        h->points[h->n_points++] =
            (struct ng_heaps_point){ h->n_tokens, h->n_types };
    next = (uint64_t) ceil ((double) next * exp2 (1.0 / NG_HEAPS_PER_DOUBLING));
    h->next = next > h->n_tokens ? next : h->n_tokens + 1;
}

enum ng_err
ng_heaps_fit (const struct ng_heaps *h, struct ng_heaps_law *law)
{
    double x[NG_HEAPS_POINTS_MAX + 1], y[NG_HEAPS_POINTS_MAX + 1];
    double c0, c1, v00, v01, v11, rss;
    size_t n = 0;

    if (h->n_tokens < NG_HEAPS_TOKENS_MIN || h->n_types < 2)
        return NG_EINVAL;
    for (size_t i = 0; i < h->n_points; i++)
        if (h->points[i].n_tokens >= NG_HEAPS_FIT_FROM)
        {
            x[n] = log ((double) h->points[i].n_tokens);
            y[n++] = log ((double) h->points[i].n_types);
        }
    if (n == 0 || h->points[h->n_points - 1].n_tokens < h->n_tokens)
    {
        x[n] = log ((double) h->n_tokens);
        y[n++] = log ((double) h->n_types);
    }
    if (gsl_fit_linear (x, 1, y, 1, n, &c0, &c1, &v00, &v01, &v11, &rss) != 0)
        return NG_EINVAL;
    law->k = exp (c0);
    law->k_err = law->k * sqrt (v00);
    law->beta = c1;
    law->beta_err = sqrt (v11);
    return NG_OK;
}
