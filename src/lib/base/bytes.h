/* Numbers in byte strings, whatever the machine's order: little-endian (le) as
   files have them, big-endian (be) where bytes are to compare as numbers.  */
#ifndef NG_BYTES_H
#define NG_BYTES_H

#include <stdint.h>

static inline uint16_t
ng_get_u16le (const unsigned char *p)
{
    return (uint16_t) (p[0] | p[1] << 8);
}

static inline uint32_t
ng_get_u32le (const unsigned char *p)
{
    return (uint32_t) ng_get_u16le (p) | (uint32_t) ng_get_u16le (p + 2) << 16;
}

static inline uint64_t
ng_get_u64le (const unsigned char *p)
{
    return (uint64_t) ng_get_u32le (p) | (uint64_t) ng_get_u32le (p + 4) << 32;
}

static inline void
ng_put_u16le (unsigned char *p, uint16_t x)
{
    p[0] = (unsigned char) (x & 0xff);
    p[1] = (unsigned char) (x >> 8);
}

static inline void
ng_put_u32le (unsigned char *p, uint32_t x)
{
    ng_put_u16le (p, (uint16_t) (x & 0xffff));
    ng_put_u16le (p + 2, (uint16_t) (x >> 16));
}

static inline void
ng_put_u64le (unsigned char *p, uint64_t x)
{
    ng_put_u32le (p, (uint32_t) (x & 0xffffffff));
    ng_put_u32le (p + 4, (uint32_t) (x >> 32));
}

static inline uint32_t
ng_get_u32be (const unsigned char *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8
           | p[3];
}

static inline uint64_t
ng_get_u64be (const unsigned char *p)
{
    return (uint64_t) ng_get_u32be (p) << 32 | ng_get_u32be (p + 4);
}

static inline void
ng_put_u32be (unsigned char *p, uint32_t x)
{
    p[0] = (unsigned char) (x >> 24);
    p[1] = (unsigned char) (x >> 16 & 0xff);
    p[2] = (unsigned char) (x >> 8 & 0xff);
    p[3] = (unsigned char) (x & 0xff);
}

static inline void
ng_put_u64be (unsigned char *p, uint64_t x)
{
    ng_put_u32be (p, (uint32_t) (x >> 32));
    ng_put_u32be (p + 4, (uint32_t) (x & 0xffffffff));
}

/* X, loaded from memory, with all but its first N bytes there cleared; N is at
   most 8.  */
static inline uint64_t
ng_low_bytes (uint64_t x, unsigned n)
{
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return n == 0 ? 0 : x >> (64 - 8 * n) << (64 - 8 * n);
#else
    return n == 0 ? 0 : x << (64 - 8 * n) >> (64 - 8 * n);
#endif
}

#endif
