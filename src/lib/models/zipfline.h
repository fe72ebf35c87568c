/* Zipf's law with a ruler: the straight line through log frequency against
   log rank by least squares.  It is the customary picture and a biased
   estimate: ranks are sorted, so that the points do not err independently,
   and the many rare types outweigh the rest (Clauset, Shalizi and Newman 2009,
   appendix A).  The errors given are those of least squares as if the points
   were independent, and far too small.

   Types of equal count get ranks one after the other.  Pure functions.  */
#ifndef NG_ZIPFLINE_H
#define NG_ZIPFLINE_H

#include <stddef.h>

#include "base/err.h"
#include "counts/spectrum.h"

/* ln frequency = intercept + slope * ln rank.  */
struct ng_zipf_line
{
    double slope, slope_err;
    double intercept;
};

/* The line through all ranks of the spectrum CELLS[N], which rise by count.
   NG_EINVAL if N < 2 or there are fewer than three types.  Time grows with N
   and not with the number of types.  */
enum ng_err ng_zipf_line_ranks (const struct ng_spectrum_cell *cells, size_t n,
                                struct ng_zipf_line *line) NG_MUST_CHECK;

/* The line through one point per bin of ranks 2^k to 2^(k+1) - 1, the last bin
   ending with the ranks: the mean of ln rank against the logarithm of the mean
   count.  Rare types weigh no more than common ones here.  NG_EINVAL if N < 2
   or there are fewer than four types.  */
enum ng_err ng_zipf_line_bins (const struct ng_spectrum_cell *cells, size_t n,
                               struct ng_zipf_line *line) NG_MUST_CHECK;

/* The sum of ln r for r = FIRST, FIRST + 1, ...: N terms.  FIRST > 0 need not
   be whole.  Constant time; relative error below 1e-14.  */
double ng_sum_ln_ranks (double first, double n);

/* The sum of (ln r)^2 for r = 1, 2, ... LAST.  Likewise.  */
double ng_sum_ln2_ranks (double last);

#endif
