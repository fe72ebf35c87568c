/* Samples of a power law, or of counts, as spectra.

   A sample of a hundred million types costs as little as its spectrum: counts
   near the cut-off are drawn together, a binomial for each, and only the few
   far out one by one, in rising order.  Random numbers come from GSL's MT19937;
   draw K of a sampler depends on its seed and K alone.

   GSL's own error handler ends the program: whoever uses this module calls
   gsl_set_error_handler_off first.  A sampler belongs to one thread.  */
#ifndef NG_ZIPFSAMPLE_H
#define NG_ZIPFSAMPLE_H

#include <stdint.h>

#include "base/err.h"
#include "models/zipf.h"

struct ng_zipf_sampler;

/* NULL if memory is short.  */
struct ng_zipf_sampler *ng_zipf_sampler_new (uint64_t seed) NG_MUST_CHECK;

void ng_zipf_sampler_free (struct ng_zipf_sampler *sampler);

/* The greatest count X for which the law x^-A / zeta (A, XMIN) has the share
   exp (LN_SHARE) or more at X and above; XMIN if LN_SHARE is 0.  */
double ng_zipf_count_of_share (double a, double xmin, double ln_share);

/* Draw number K: N types from the law x^-A / zeta (A, XMIN) on the whole
   numbers from XMIN >= 1 on.  *OUT is borrowed until the next draw.
   NG_ENOMEM.  */
enum ng_err ng_zipf_sample (struct ng_zipf_sampler *sampler, uint64_t k,
                            double n, double a, double xmin,
                            const struct ng_zipf_tails **out) NG_MUST_CHECK;

/* Draw number K by the semi-parametric bootstrap (Clauset, Shalizi and Newman
   2009, section 4.1): as many types as TAILS has, each from the law FIT with
   the probability FIT->n_tail / types, else one of those of TAILS that lie
   below the cut-off.  */
enum ng_err ng_zipf_resample (struct ng_zipf_sampler *sampler, uint64_t k,
                              const struct ng_zipf_tails *tails,
                              const struct ng_zipf_fit *fit,
                              const struct ng_zipf_tails **out) NG_MUST_CHECK;

/* Draw number K from TAILS with replacement: as many types as there are, each
   with the count of any one of them (Efron 1979).  */
enum ng_err ng_zipf_redraw (struct ng_zipf_sampler *sampler, uint64_t k,
                            const struct ng_zipf_tails *tails,
                            const struct ng_zipf_tails **out) NG_MUST_CHECK;

#endif
