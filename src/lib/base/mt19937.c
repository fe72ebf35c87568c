#include <config.h>

#include "base/mt19937.h"

enum
{
    N = NG_MT19937_WORDS,
    M = 397
};

/* The constants of the reference code, mt19937ar.c (2002).  */
static void
init_genrand (struct ng_mt19937 *mt, uint32_t seed)
{
    mt->state[0] = seed;
    for (uint32_t i = 1; i < N; i++)
    {
        uint32_t before = mt->state[i - 1];

        mt->state[i] = UINT32_C (1812433253) * (before ^ before >> 30) + i;
    }
    mt->next = N;
}

/* Step *I through 1..N-1, keeping the cyclic neighbour in word 0.  */
static void
step (struct ng_mt19937 *mt, unsigned *i)
{
    if (++*i >= N)
    {
        mt->state[0] = mt->state[N - 1];
        *i = 1;
    }
}

static void
init_by_array (struct ng_mt19937 *mt, const uint32_t *key, unsigned n_keys)
{
    unsigned i = 1, j = 0;
    uint32_t *s = mt->state;

    init_genrand (mt, UINT32_C (19650218));
    for (unsigned k = N; k > 0; k--)
    {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * UINT32_C (1664525))
               + key[j] + j;
        step (mt, &i);
        j = (j + 1) % n_keys;
    }
    for (unsigned k = N - 1; k > 0; k--)
    {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * UINT32_C (1566083941)) - i;
        step (mt, &i);
    }
    s[0] = UINT32_C (0x80000000);
}

void
ng_mt19937_seed (struct ng_mt19937 *mt, uint64_t seed)
{
    uint32_t key[2] = { (uint32_t) (seed & UINT32_MAX),
                        (uint32_t) (seed >> 32) };

    init_by_array (mt, key, key[1] != 0 ? 2 : 1);
}

static void
refill (struct ng_mt19937 *mt)
{
    uint32_t *s = mt->state;

    for (unsigned i = 0; i < N; i++)
    {
        uint32_t y = (s[i] & UINT32_C (0x80000000))
                     | (s[(i + 1) % N] & UINT32_C (0x7fffffff));

        s[i] = s[(i + M) % N] ^ y >> 1
               ^ ((y & 1) != 0 ? UINT32_C (0x9908b0df) : 0);
    }
    mt->next = 0;
}

uint32_t
ng_mt19937_next (struct ng_mt19937 *mt)
{
    uint32_t y;

    if (mt->next >= N)
        refill (mt);
    y = mt->state[mt->next++];
    y ^= y >> 11;
    y ^= y << 7 & UINT32_C (0x9d2c5680);
    y ^= y << 15 & UINT32_C (0xefc60000);
    return y ^ y >> 18;
}

/* As random.getrandbits (BITS), BITS from 1 to 64: words come least first,
   and of the last one its topmost bits.  */
static uint64_t
next_bits (struct ng_mt19937 *mt, unsigned bits)
{
    uint64_t low, high;

    if (bits <= 32)
        return ng_mt19937_next (mt) >> (32 - bits);
    low = ng_mt19937_next (mt);
    high = ng_mt19937_next (mt) >> (64 - bits);
    return low | high << 32;
}

uint64_t
ng_mt19937_below (struct ng_mt19937 *mt, uint64_t n)
{
    unsigned bits = 64 - (unsigned) __builtin_clzll (n);
    uint64_t x;

    do
        x = next_bits (mt, bits);
    while (x >= n);
    return x;
}

void
ng_mt19937_shuffle (struct ng_mt19937 *mt, uint64_t *values, size_t n)
{
    for (size_t i = n; i > 1; i--)
    {
        size_t j = (size_t) ng_mt19937_below (mt, i);
        uint64_t kept = values[i - 1];

        values[i - 1] = values[j];
        values[j] = kept;
    }
}
