/* What random samples tell of a fitted power law: how sure is its exponent, and
   could it have produced counts like these?

   GSL's own error handler ends the program: whoever uses this module calls
   gsl_set_error_handler_off first.  */
#ifndef NG_ZIPFBOOT_H
#define NG_ZIPFBOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "models/zipf.h"
#include "models/zipfsample.h"

/* Widen the errors of FIT, which ng_zipf_fit_best made of TAILS, by what the
   choice of the cut-off adds, as Clauset, Shalizi and Newman 2009 have it at
   the end of section 3.3: from samples drawn from TAILS with replacement, each
   with a cut-off of its own.  The error is half the span of the middle nine
   tenths of their exponents, as a share of what it is for a normal law of
   standard deviation 1 (a few samples choose a tail of next to no types, of
   any exponent, which would spoil a standard deviation); the one at the
   cut-off chosen if that is greater.

   100 samples, from a spectrum that is thinned to about 128 cells: 5 ms.  */
enum ng_err ng_zipf_widen_errors (struct ng_zipf_sampler *sampler,
                                  const struct ng_zipf_tails *tails,
                                  struct ng_zipf_fit *fit) NG_MUST_CHECK;

/* Add to *N_WORSE 1 if draw number K, resampled and fitted as TAILS was, lies
   as far from its law as TAILS does from FIT, or farther.  The share of such
   draws among many is the p-value of FIT: below 0.1 or so the law is no fair
   description.  The cut-off of each draw is chosen anew if CHOOSE_XMIN,
   else FIT's.  */
enum ng_err ng_zipf_p_value_draw (struct ng_zipf_sampler *sampler, uint64_t k,
                                  const struct ng_zipf_tails *tails,
                                  const struct ng_zipf_fit *fit,
                                  bool choose_xmin,
                                  uint64_t *n_worse) NG_MUST_CHECK;

#endif
