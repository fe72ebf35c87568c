/* Points of the picture: counts by rank, thinned evenly on the logarithmic
   scale, and the curve of a fitted power law.  Pure functions.  */
#ifndef NG_ZIPFCURVE_H
#define NG_ZIPFCURVE_H

#include <stddef.h>

#include "counts/spectrum.h"
#include "models/zipf.h"

enum
{
    NG_CURVE_POINTS_MAX = 1024
};

struct ng_curve_point
{
    double rank, count;
};

/* Store in POINTS up to CAP >= 2 of the ranks of the spectrum CELLS[N], which
   rise by count, with their counts: the first and the last, and between them
   the whole ranks next to PER_DECADE even steps in each power of ten.  Return
   how many.  */
size_t ng_zipf_thin (const struct ng_spectrum_cell *cells, size_t n,
                     double per_decade, struct ng_curve_point *points,
                     size_t cap);

/* Store in POINTS up to CAP points of FIT's law, by rising rank: how many types
   the law lets have a count, against that count, for ranks from 1 to the
   tail's last.  Return how many.  */
size_t ng_zipf_curve (const struct ng_zipf_fit *fit,
                      struct ng_curve_point *points, size_t cap);

#endif
