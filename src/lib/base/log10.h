/* Decimal logarithms by a table: some three times as fast as the C library's,
   and good for single precision.  */
#ifndef NG_LOG10_H
#define NG_LOG10_H

#include <stdint.h>
#include <string.h>

enum
{
    NG_LOG10_BITS = 7 /* of the mantissa that look the table up */
};

struct ng_log10
{
    /* For the middle of each part of [1, 2): its inverse, and its log10.  */
    double inverse[1 << NG_LOG10_BITS], log[1 << NG_LOG10_BITS];
};

/* Make the table.  */
void ng_log10_init (struct ng_log10 *t);

/* log10 of X, which is positive, finite and normal; the error is below 1e-14.

   X = 2^e m, 1 <= m < 2, and c being the middle of m's part, r = m / c - 1 is
   below 2^-7 in size: log X = e log 2 + log c + log (1 + r), the last by its
   series (Abramowitz and Stegun 1964, 4.1.24), of which the first term left
   out, r^6 / 6, is below 2^-44.  */
static inline double
ng_log10 (const struct ng_log10 *t, double x)
{
    static const double log10_2 = 0.30102999566398119521;
    static const double log10_e = 0.43429448190325182765;
    uint64_t bits;
    unsigned part;
    double e, m, r, s;

    memcpy (&bits, &x, sizeof bits);
    part =
        (unsigned) (bits >> (52 - NG_LOG10_BITS)) & ((1U << NG_LOG10_BITS) - 1);
    e = (double) ((int64_t) (bits >> 52) - 1023);
    bits = (bits & UINT64_C (0xfffffffffffff)) | UINT64_C (1023) << 52;
    memcpy (&m, &bits, sizeof m);
    r = m * t->inverse[part] - 1;
    s = r * r;
    r = r - 0.5 * s + r * s * (1.0 / 3 - 0.25 * r + 0.2 * s);
    return (e * log10_2 + t->log[part]) + log10_e * r;
}

#endif
