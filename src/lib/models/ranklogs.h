/* The mean of ln (r + q) over the tokens of a spectrum, r the rank of a
   token's type, for one shift q after another.

   The ranks are taken together in stretches that widen with the rank, about
   eight for each factor e: a stretch keeps the moments of its tokens' ranks
   about its middle, and the logarithm there is the series of Taylor.  So a q
   takes some microseconds, whether there are ten distinct counts or a hundred
   thousand.

   Make one of a spectrum, then ask.  What asks only reads.  */
#ifndef NG_RANKLOGS_H
#define NG_RANKLOGS_H

#include <stddef.h>

#include "base/err.h"
#include "counts/spectrum.h"

struct ng_rank_logs;

/* The mean, natural, and its derivatives by t = ln (1 + q).  */
struct ng_mean_ln
{
    double value, t, tt;
};

/* Of CELLS[N], which rise by count; N >= 1.  The commonest type has rank 1, and
   types of equal count have ranks one after the other.  Time grows with N.
   NULL if memory is short.  */
struct ng_rank_logs *ng_rank_logs_new (const struct ng_spectrum_cell *cells,
                                       size_t n) NG_MUST_CHECK;

void ng_rank_logs_free (struct ng_rank_logs *logs);

double ng_rank_logs_types (const struct ng_rank_logs *logs);

double ng_rank_logs_tokens (const struct ng_rank_logs *logs);

/* For the shift q that FIRST = 1 + q > 0 tells, in which what q differs by from
   -1 is not lost.  Relative error below 1e-14.  */
struct ng_mean_ln ng_rank_logs_mean (const struct ng_rank_logs *logs,
                                     double first);

#endif
