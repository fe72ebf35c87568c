/* Random numbers as functions of a key and a place: SplitMix64 (Steele, Lea
   and Flood, 2014).  The x-th number of the stream of a key is computed
   without those before it, so whoever knows the key can start anywhere.
   Keys of different purposes are made from one seed by ng_random_key.

   A sequence that is drawn one by one is a struct ng_random over the same
   function.  Nothing here is fit for secrets.  */
#ifndef NG_RANDOM_H
#define NG_RANDOM_H

#include <stdint.h>

/* 2^64 divided by the golden ratio, made odd: SplitMix64's increment.  */
#define NG_RANDOM_GAMMA UINT64_C (0x9e3779b97f4a7c15)

/* The finalizer of SplitMix64, a one-to-one mixing of 64 bits (Stafford's
   variant 13 of MurmurHash3's).  */
static inline uint64_t
ng_random_mix (uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C (0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Number I, from 0, of the stream of KEY.  */
static inline uint64_t
ng_random_at (uint64_t key, uint64_t i)
{
    return ng_random_mix (key + (i + 1) * NG_RANDOM_GAMMA);
}

/* X, uniform over 64 bits, brought to 0..N-1 by a multiplication; the bias is
   at most N / 2^64.  */
static inline uint64_t
ng_random_scale (uint64_t x, uint64_t n)
{
    __extension__ unsigned __int128 product = (unsigned __int128) x * n;

    return (uint64_t) (product >> 64);
}

/* The key of purpose A, part B, below KEY.  */
uint64_t ng_random_key (uint64_t key, uint64_t a, uint64_t b);

/* A sequence: set KEY, and NEXT to the place to start from.  */
struct ng_random
{
    uint64_t key;
    uint64_t next;
};

static inline uint64_t
ng_random_next (struct ng_random *random)
{
    return ng_random_at (random->key, random->next++);
}

/* Uniform from 0 to N - 1, N > 0, without bias (Lemire 2019, section 4: what
   would be served more often is drawn again).  */
uint64_t ng_random_below (struct ng_random *random, uint64_t n);

/* Uniform in [0, 1), a multiple of 2^-53.  */
double ng_random_real (struct ng_random *random);

#endif
