/* Probabilities as whole numbers to draw by.

   No function of the C library that machines round differently has a part in
   it, so that the numbers are the same on every machine.  */
#ifndef NG_WEIGHT_H
#define NG_WEIGHT_H

#include <stdint.h>

enum
{
    NG_WEIGHT_BITS = 62 /* a weight of 2^TOP is 2^62 */
};

/* The powers to which probabilities are raised stay below this, so that
   logarithms of what comes of it are exact in double precision up to a whole
   number.  */
#define NG_WEIGHT_SCALE_MAX 0x1p40

/* A number MANTISSA / 2^62 times 2^EXPONENT: MANTISSA is at least 2^62 and
   below 2^63, EXPONENT is whole.  */
struct ng_power
{
    uint64_t mantissa;
    double exponent;
};

/* 10^LOGP raised to the power of SCALE, up to NG_WEIGHT_SCALE_MAX, with a
   relative error below 2^-50 for products of up to 2^10.  */
struct ng_power ng_power_of (double logp, double scale);

/* The same as a whole number: 2^62 times 2^-TOP times that, rounded down.  It
   is at most 2^(TOP + 1), and 0 for a LOGP that stands for log10 0.  */
uint64_t ng_weight (double logp, double scale, double top);

/* The TOP with which the weights of N numbers, of which 10^LIKELIEST is the
   greatest, add up to less than 2^63.  */
double ng_weight_top (double likeliest, double scale, uint64_t n);

#endif
