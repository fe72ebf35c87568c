/* Numbers in few bytes where they are small: seven bits a byte, lowest first,
   the top bit set on all but the last ("LEB128", as in DWARF).  */
#ifndef NG_VARINT_H
#define NG_VARINT_H

#include <stdint.h>

#include "base/bytes.h"

enum
{
    NG_VARINT_BYTES_MAX = 10
};

/* Write X to P, which has room for NG_VARINT_BYTES_MAX; return the byte behind
   it.  */
static inline unsigned char *
ng_varint_put (unsigned char *p, uint64_t x)
{
    while (x >= 0x80)
    {
        *p++ = (unsigned char) (x | 0x80);
        x >>= 7;
    }
    *p++ = (unsigned char) x;
    return p;
}

/* Read a number at P, before END, to *X; return the byte behind it, or 0 if it
   is cut or too large.  */
static inline const unsigned char *
ng_varint_get (const unsigned char *p, const unsigned char *end, uint64_t *x)
{
    uint64_t sum = 0;

    for (unsigned shift = 0; p < end && shift < 64; shift += 7)
    {
        uint64_t bits = *p & 0x7f;

        if (shift == 63 && bits > 1)
            return 0;
        sum |= bits << shift;
        if (*p++ < 0x80)
        {
            *x = sum;
            return p;
        }
    }
    return 0;
}

/* The same for a number that was below 2^32 when it was written, where 8 bytes
   may be read at P: without a branch that depends on its length, which no
   processor guesses.  0 if it is longer than 5 bytes.  */
static inline const unsigned char *
ng_varint_get_short (const unsigned char *p, uint64_t *x)
{
    const uint64_t bytes = ng_get_u64le (p);
    const uint64_t stops = ~bytes & UINT64_C (0x8080808080);
    uint64_t y;

    if (stops == 0)
        return 0;
    y = bytes & (stops ^ (stops - 1)); /* up to the first byte that stops */
    *x = (y & 0x7f) | (y >> 1 & UINT64_C (0x3f80))
         | (y >> 2 & UINT64_C (0x1fc000)) | (y >> 3 & UINT64_C (0xfe00000))
         | (y >> 4 & UINT64_C (0x7f0000000));
    return p + ((unsigned) __builtin_ctzll (stops) + 1) / 8;
}

#endif
