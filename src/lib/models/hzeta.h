/* The logarithm of the Hurwitz zeta function, zeta(s, q) = sum over k >= 0 of
   (q + k)^-s, and its derivatives by s.

   GSL's gsl_sf_hzeta gives the value alone; a fit needs the derivatives, and
   the Kolmogorov-Smirnov distance needs a value at thousands of q for one s.
   These here take a few tens of nanoseconds for q of 20 and more, where only
   the asymptotic series is summed, and do not underflow.  The tests hold them
   to gsl_sf_hzeta.  They share nothing and may be called from any thread.  */
#ifndef NG_HZETA_H
#define NG_HZETA_H

/* ln zeta(s, q) and its first and second derivatives by s.  */
struct ng_lnhzeta
{
    double value, d1, d2;
};

/* ln zeta(S, Q) for S > 1 and Q >= 1; LN_Q is ln Q.  Relative error of zeta
   below 1e-13.  Euler and Maclaurin's formula, DLMF 25.11.43 after the first
   terms are summed as they stand.  */
double ng_lnhzeta (double s, double q, double ln_q);

/* The same with its derivatives.  */
struct ng_lnhzeta ng_lnhzeta_deriv (double s, double q, double ln_q);

#endif
