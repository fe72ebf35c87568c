/* Numbers in few bytes where they are small: seven bits a byte, lowest first,
   the top bit set on all but the last ("LEB128", as in DWARF).  */
#ifndef NG_VARINT_H
#define NG_VARINT_H

#include <stdint.h>

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

#endif
