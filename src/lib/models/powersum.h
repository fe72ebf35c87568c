/* The logarithm of a sum of powers of consecutive numbers and its derivatives:
   of the sum of x^-s for the n numbers x = first, first + 1, ..., which makes
   (r + q)^-s over n ranks a law where first = 1 + q.

   All are by means under that law: with z = first / x, which is the derivative
   of ln x by t = ln first, those by s and t are -E ln x and -s E z.

   Constant time, two microseconds for the sum and three times that for all.
   Pure functions.  */
#ifndef NG_POWERSUM_H
#define NG_POWERSUM_H

struct ng_power_sum
{
    double value;     /* natural logarithm of the sum */
    double s, ss;     /* its derivatives by s */
    double t, tt, st; /* by t = ln first, and by both */
};

/* For N >= 1 numbers from FIRST > 0 on, and S >= 0.  Relative error of the sum
   below 1e-12.  Euler and Maclaurin's formula after the first terms, DLMF
   2.10.1.  */
struct ng_power_sum ng_power_sum (double s, double first, double n);

/* The same without the derivatives by t, which are 0.  */
struct ng_power_sum ng_power_sum_by_s (double s, double first, double n);

#endif
