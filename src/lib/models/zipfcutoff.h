/* The cut-off of a power law: the count from which on it is fitted, as the one
   whose fit has the least Kolmogorov-Smirnov distance (Clauset, Shalizi and
   Newman 2009, section 3.3).

   Every count that occurs but the two greatest is a candidate, unless the
   counts from there on lie too close together for an exponent.  Neighbours
   among many have much the same law and tail, so that one comparison rules out
   a stretch of them; what is found is what trying each would find.  Pure
   functions.  */
#ifndef NG_ZIPFCUTOFF_H
#define NG_ZIPFCUTOFF_H

#include <stdbool.h>

#include "base/err.h"
#include "models/zipf.h"

/* Fit TAILS at the cut-off whose fit has the least distance, the smaller one
   of two that do as well.  With fewer than three distinct counts the least one
   is the cut-off.  The errors do not include the choice of the cut-off
   (zipfboot.h has those).  NG_EINVAL if no count has a fit.  */
enum ng_err ng_zipf_fit_best (const struct ng_zipf_tails *tails,
                              struct ng_zipf_fit *fit) NG_MUST_CHECK;

/* Is there a cut-off whose fit has a distance below LIMIT?  What
   ng_zipf_fit_best looks for, in less time; HINT is a count from which on such
   a cut-off may be.  */
bool ng_zipf_has_distance_below (const struct ng_zipf_tails *tails, double hint,
                                 double limit);

#endif
