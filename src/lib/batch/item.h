/* One element of an array of whole numbers, little-endian, of 1, 2, 4 or 8
   bytes.  Where the size is a constant, a loop over these becomes vectors.  */
#ifndef NG_ITEM_H
#define NG_ITEM_H

#include <stdint.h>

#include "base/bytes.h"

/* The element at P, without a sign.  */
static inline uint64_t
ng_item_get (const unsigned char *p, unsigned item_bytes)
{
    switch (item_bytes)
    {
    case 1:
        return *p;
    case 2:
        return ng_get_u16le (p);
    case 4:
        return ng_get_u32le (p);
    default:
        return ng_get_u64le (p);
    }
}

/* Store X, of which the higher bytes are lost, at P.  */
static inline void
ng_item_put (unsigned char *p, unsigned item_bytes, uint64_t x)
{
    switch (item_bytes)
    {
    case 1:
        *p = (unsigned char) x;
        break;
    case 2:
        ng_put_u16le (p, (uint16_t) x);
        break;
    case 4:
        ng_put_u32le (p, (uint32_t) x);
        break;
    default:
        ng_put_u64le (p, x);
    }
}

#endif
