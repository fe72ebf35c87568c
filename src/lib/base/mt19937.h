/* The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998) and, on it,
   what CPython's module random computes, value for value: random.seed of a
   whole number, getrandbits, randint, shuffle.  (CPython 3.2 and later; their
   _randbelow draws the bits of n and rejects what is too large.)

   Call ng_mt19937_seed first.  A generator belongs to one thread at a time.
   It is no good for new work: its state is large and cannot be set to a
   place of its sequence.  */
#ifndef NG_MT19937_H
#define NG_MT19937_H

#include <stddef.h>
#include <stdint.h>

enum
{
    NG_MT19937_WORDS = 624
};

struct ng_mt19937
{
    uint32_t state[NG_MT19937_WORDS];
    unsigned next; /* index of the next word of STATE to be used */
};

/* As random.seed (SEED): init_by_array of the 32-bit words of SEED, least
   first, without leading zero words.  */
void ng_mt19937_seed (struct ng_mt19937 *mt, uint64_t seed);

/* The next 32 bits, as random.getrandbits (32).  */
uint32_t ng_mt19937_next (struct ng_mt19937 *mt);

/* A number from 0 to N - 1, N > 0, as random.randrange (N) draws it.  */
uint64_t ng_mt19937_below (struct ng_mt19937 *mt, uint64_t n);

/* Shuffle VALUES[N] as random.shuffle does: from the end, each with one that
   is not after it.  */
void ng_mt19937_shuffle (struct ng_mt19937 *mt, uint64_t *values, size_t n);

#endif
