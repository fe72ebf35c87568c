/* rand.h: random numbers for tests, the same in every run: the generator
   SplitMix64 (Steele, Lea and Flood 2014).  */

#ifndef NG_RAND_H
#define NG_RAND_H

#include <stdint.h>

static inline uint64_t
rand_next (uint64_t *state)
{
    uint64_t z = *state += UINT64_C (0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C (0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A number below N, as even as a test needs it.  */
static inline uint64_t
rand_below (uint64_t *state, uint64_t n)
{
    return rand_next (state) % n;
}

#endif
