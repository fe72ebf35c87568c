/* Other laws for the tail that a power law was fitted to, and which of the two
   is the likelier: the logarithm of the likelihood ratio, with Vuong's test of
   its sign (Vuong 1989; Clauset, Shalizi and Newman 2009, section 5 and
   appendix C).  All laws are of whole numbers from the cut-off on.

   GSL's own error handler ends the program: whoever uses this module calls
   gsl_set_error_handler_off first.  Pure functions.  */
#ifndef NG_ZIPFCOMPARE_H
#define NG_ZIPFCOMPARE_H

#include <stdbool.h>

#include "base/err.h"
#include "models/zipf.h"

enum ng_rival
{
    /* x^-b e^(-c ln^2 x), c >= 0: the log-normal density with sigma^2 = 1/(2c)
       and mu = (1 - b) sigma^2, at whole numbers.  With c = 0 it is the power
       law.  */
    NG_RIVAL_LOG_NORMAL,
    /* e^-(lambda x), x >= xmin: parameter lambda.  */
    NG_RIVAL_EXPONENTIAL,
    /* x^-a e^-(lambda x): parameters a, lambda >= 0.  The power law is the
       case lambda = 0, which makes Vuong's test void: the probability is then
       that of twice the ratio's logarithm by chi-squared with one degree of
       freedom (Wilks 1938).  */
    NG_RIVAL_CUT_OFF,
    NG_N_RIVALS
};

struct ng_zipf_rival
{
    double parameters[2];  /* in the order above */
    double log_likelihood; /* natural, of the types in the tail */
    double ratio;   /* log-likelihood of the power law minus this one: above 0
                       the power law is the likelier */
    double p_value; /* of a ratio as far from 0 if neither law is better */
};

/* Fit RIVAL to the tail of FIT, a fit of TAILS, and compare.  NG_EINVAL if the
   rival's likelihood has no maximum.  NG_ENOMEM.  Time grows with the cells in
   the tail.  */
enum ng_err ng_zipf_compare (const struct ng_zipf_tails *tails,
                             const struct ng_zipf_fit *fit, enum ng_rival rival,
                             struct ng_zipf_rival *result) NG_MUST_CHECK;

/* ln of the sum of x^-B e^(-C ln^2 x) for x = XMIN, XMIN + 1, ...; C > 0.
   Error below 1e-9.  */
double ng_ln_log_normal_sum (double b, double c, double xmin);

/* ln of the sum of x^-A e^(-LAMBDA x) for x = XMIN, XMIN + 1, ...; A > 1 or
   LAMBDA > 0.  Error below 1e-9.  */
double ng_ln_cut_off_sum (double a, double lambda, double xmin);

#endif
