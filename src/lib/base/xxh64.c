#include <config.h>

#include "base/xxh64.h"

#include "base/bytes.h"

/* The names are those of the specification.  */
#define PRIME_1 UINT64_C (0x9e3779b185ebca87)
#define PRIME_2 UINT64_C (0xc2b2ae3d27d4eb4f)
#define PRIME_3 UINT64_C (0x165667b19e3779f9)
#define PRIME_4 UINT64_C (0x85ebca77c2b2ae63)
#define PRIME_5 UINT64_C (0x27d4eb2f165667c5)

enum
{
    STRIPE_BYTES = 32
};

static inline uint64_t
rotate (uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

static inline uint64_t
round_one (uint64_t acc, uint64_t lane)
{
    return rotate (acc + lane * PRIME_2, 31) * PRIME_1;
}

static inline uint64_t
merge (uint64_t acc, uint64_t lane)
{
    return (acc ^ round_one (0, lane)) * PRIME_1 + PRIME_4;
}

/* The stripes of 32 bytes, as many as there are; P moves behind them.  */
static uint64_t
stripes (const unsigned char **p, size_t len)
{
    uint64_t a = PRIME_1 + PRIME_2, b = PRIME_2, c = 0, d = -PRIME_1, acc;
    const unsigned char *q = *p;

    for (; len >= STRIPE_BYTES; len -= STRIPE_BYTES, q += STRIPE_BYTES)
    {
        a = round_one (a, ng_get_u64le (q));
        b = round_one (b, ng_get_u64le (q + 8));
        c = round_one (c, ng_get_u64le (q + 16));
        d = round_one (d, ng_get_u64le (q + 24));
    }
    *p = q;
    acc = rotate (a, 1) + rotate (b, 7) + rotate (c, 12) + rotate (d, 18);
    return merge (merge (merge (merge (acc, a), b), c), d);
}

uint64_t
ng_xxh64 (const unsigned char *p, size_t len)
{
    const unsigned char *end = p + len;
    uint64_t acc = len >= STRIPE_BYTES ? stripes (&p, len) : PRIME_5;

    acc += len;
    for (; end - p >= 8; p += 8)
        acc = rotate (acc ^ round_one (0, ng_get_u64le (p)), 27) * PRIME_1
              + PRIME_4;
    if (end - p >= 4)
    {
        acc = rotate (acc ^ ng_get_u32le (p) * PRIME_1, 23) * PRIME_2 + PRIME_3;
        p += 4;
    }
    for (; p < end; p++)
        acc = rotate (acc ^ *p * PRIME_5, 11) * PRIME_1;
    acc = (acc ^ acc >> 33) * PRIME_2;
    acc = (acc ^ acc >> 29) * PRIME_3;
    return acc ^ acc >> 32;
}
