/* Zipf and Mandelbrot's law on ranks: f(r) ~ (r + q)^-s for the ranks r = 1 ...
   N of the N types (Mandelbrot 1953), by maximum likelihood: each token is
   taken for an independent draw of a rank.  Tokens are not independent and
   ranks are those of the sample itself, so that the errors are too small.

   GSL's own error handler ends the program: whoever uses this module calls
   gsl_set_error_handler_off first.  Pure functions.  */
#ifndef NG_MANDELBROT_H
#define NG_MANDELBROT_H

#include <stddef.h>

#include "base/err.h"
#include "counts/spectrum.h"

struct ng_mandelbrot
{
    double s, s_err;
    double q, q_err;
    double ln_c;           /* ln f(r) = ln_c - s ln (r + q) */
    double log_likelihood; /* natural, per token */
};

/* Fit the law to the spectrum CELLS[N], which rise by count.  NG_EINVAL if N <
   2, or if no q from -0.9 to N is likeliest: beyond, the law describes the
   commonest type alone, or counts that do not fall as a power.  NG_ENOMEM.  Time grows with N.  */
enum ng_err ng_mandelbrot_fit (const struct ng_spectrum_cell *cells, size_t n,
                               struct ng_mandelbrot *fit) NG_MUST_CHECK;

/* The sum of (r + Q)^-S for r = 1 ... N, where Q > -1 and S is any real.
   Constant time; relative error below 1e-12.  */
double ng_mandelbrot_sum (double s, double q, double n);

#endif
