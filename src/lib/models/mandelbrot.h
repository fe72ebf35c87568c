/* Zipf and Mandelbrot's law on ranks: f(r) ~ (r + q)^-s for the ranks r = 1 ...
   N of the N types (Mandelbrot 1953), by maximum likelihood: each token is
   taken for an independent draw of a rank.  Tokens are not independent and
   ranks are those of the sample itself, so that the errors are too small.

   GSL does the searches.  Its error handler must not end the program: call
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

/* Fit the law to the spectrum CELLS[N], which rise by count.  For each q the
   cost is convex in s; the q is sought among steps of ln (1 + q) that span all
   it can be, and about the best of them.  A q near -1 gives rank 1 a place of
   its own and begins the law at rank 2.

   NG_EINVAL if N < 2, if there are but two types, or if no q between -1 and the
   number of types is the likeliest: beyond, counts do not fall as a power, or
   not at all but for the commonest type.  NG_ENOMEM.  A millisecond, and a
   microsecond for each 50 of N.  */
enum ng_err ng_mandelbrot_fit (const struct ng_spectrum_cell *cells, size_t n,
                               struct ng_mandelbrot *fit) NG_MUST_CHECK;

#endif
