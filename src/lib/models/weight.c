#include <config.h>

#include "models/weight.h"

#include <math.h>

#include "models/backoff.h"

enum
{
    STEP_BITS = 4, /* powers of 2^(1/16) are listed */
    TERMS = 10     /* (ln (2) / 16)^11 / 11! is below 2^-62 */
};

/* log2 (10), and ln (2) times 2^64.  */
static const double log2_of_10 = 3.321928094887362348;
#define LN_2 UINT64_C (0xb17217f7d1cf79ab)

/* 2^(i / 16) times 2^62.  */
static const uint64_t steps[1 << STEP_BITS] = {
    UINT64_C (0x4000000000000000), UINT64_C (0x42d561b3e6243d8a),
    UINT64_C (0x45cae0f1f545eb73), UINT64_C (0x48e1e9b9d588e19b),
    UINT64_C (0x4c1bf828c6dc54b8), UINT64_C (0x4f7a993048d088d7),
    UINT64_C (0x52ff6b54d8a89c75), UINT64_C (0x56ac1f752150a563),
    UINT64_C (0x5a827999fcef3242), UINT64_C (0x5e8451cfac061b5f),
    UINT64_C (0x62b39508aa836d6f), UINT64_C (0x6712460a8fc24072),
    UINT64_C (0x6ba27e656b4eb57a), UINT64_C (0x70666f76154a7089),
    UINT64_C (0x75606373ee921c97), UINT64_C (0x7a92be8a92436616)
};

/* 2^64 / i, rounded down.  */
static const uint64_t inverses[TERMS + 1] = { 0,
                                              0,
                                              UINT64_C (0x8000000000000000),
                                              UINT64_C (0x5555555555555555),
                                              UINT64_C (0x4000000000000000),
                                              UINT64_C (0x3333333333333333),
                                              UINT64_C (0x2aaaaaaaaaaaaaaa),
                                              UINT64_C (0x2492492492492492),
                                              UINT64_C (0x2000000000000000),
                                              UINT64_C (0x1c71c71c71c71c71),
                                              UINT64_C (0x1999999999999999) };

/* A * B / 2^SHIFT.  */
static inline uint64_t
multiply (uint64_t a, uint64_t b, unsigned shift)
{
    __extension__ unsigned __int128 product = (unsigned __int128) a * b;

    return (uint64_t) (product >> shift);
}

/* 2^F times 2^62, where F is FRACTION / 2^64: the power series of e^(F ln 2)
   from its last term on for what is left of F beside a listed step.  */
static uint64_t
power_of_2 (uint64_t fraction)
{
    const uint64_t one = UINT64_C (1) << NG_WEIGHT_BITS;
    const uint64_t step = fraction >> (64 - STEP_BITS);
    const uint64_t x =
        multiply (fraction & (UINT64_MAX >> STEP_BITS), LN_2, 64);
    uint64_t sum = one;

    for (unsigned n = TERMS; n > 1; n--)
        sum = one + multiply (multiply (sum, x, 64), inverses[n], 64);
    sum = one + multiply (sum, x, 64);
    return multiply (steps[step], sum, NG_WEIGHT_BITS);
}

struct ng_power
ng_power_of (double logp, double scale)
{
    /* Volatile, so that product and difference are rounded each, not fused on
       the machines that can.  */
    const volatile double factor = log2_of_10 * scale;
    const volatile double x = logp * factor;
    const double whole = floor (x);
    const double fraction = ldexp (x - whole, 53);

    if (fraction >= 0x1p53) /* x was a hair below a whole number */
        return (struct ng_power){ UINT64_C (1) << NG_WEIGHT_BITS, whole + 1 };
    return (struct ng_power){ power_of_2 ((uint64_t) fraction << 11), whole };
}

uint64_t
ng_weight (double logp, double scale, double top)
{
    struct ng_power power;
    double below;

    if (logp <= (double) NG_LOG10_ZERO)
        return 0;
    power = ng_power_of (logp, scale);
    below = top - power.exponent;
    if (below > NG_WEIGHT_BITS)
        return 0;
    return below >= 0 ? power.mantissa >> (unsigned) below
                      : power.mantissa << 1;
}

double
ng_weight_top (double likeliest, double scale, uint64_t n)
{
    double room = 0;

    for (; n > 0; n >>= 1)
        room++;
    return ng_power_of (likeliest, scale).exponent + room;
}
