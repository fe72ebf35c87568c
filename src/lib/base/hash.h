/* A fast hash of byte strings for tables in memory.  The values differ
   between machines of different byte order, so they are part of no file and
   no output depends on them.  */
#ifndef NG_HASH_H
#define NG_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Multiply to 128 bits and fold the halves: every input bit reaches every
   output bit (the mixing step of Wang Yi's wyhash, 2019).  */
static inline uint64_t
ng_hash_mix (uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128) a * b;

    return (uint64_t) product ^ (uint64_t) (product >> 64);
}

/* Odd constants with as many ones as zeros: fractional bits of the square
   roots of 2 and 3, as in SHA-512 (FIPS 180-4, section 5.3.5).  */
#define NG_HASH_K0 UINT64_C (0x6a09e667f3bcc909)
#define NG_HASH_K1 UINT64_C (0xbb67ae8584caa73b)

static inline uint64_t
ng_hash_load (const unsigned char *p, size_t n)
{
    uint64_t x = 0;

    memcpy (&x, p, n);
    return x;
}

/* The hash of the LEN bytes at P.  */
static inline uint64_t
ng_hash_bytes (const unsigned char *p, size_t len)
{
    uint64_t h = NG_HASH_K0 ^ len * NG_HASH_K1;

    for (; len > 8; p += 8, len -= 8)
        h = ng_hash_mix (h ^ ng_hash_load (p, 8), NG_HASH_K1);
    if (len >= 4)
    {
        uint64_t low = ng_hash_load (p, 4);
        /* The sum is taken for out of bounds before the four are off.  */
        /* cppcheck-suppress pointerOutOfBoundsCond */
        uint64_t high = ng_hash_load (p + len - 4, 4);

        return ng_hash_mix (h ^ (low | high << 32), NG_HASH_K1);
    }
    if (len > 0)
    {
        uint64_t x = (uint64_t) p[0] | (uint64_t) p[len / 2] << 8
                     | (uint64_t) p[len - 1] << 16;

        return ng_hash_mix (h ^ x, NG_HASH_K1);
    }
    return ng_hash_mix (h, NG_HASH_K1);
}

#endif
