#include <config.h>

#include "base/random.h"

uint64_t
ng_random_key (uint64_t key, uint64_t a, uint64_t b)
{
    return ng_random_at (ng_random_at (ng_random_mix (key), a), b);
}

uint64_t
ng_random_below (struct ng_random *random, uint64_t n)
{
    uint64_t reject = (UINT64_MAX - n + 1) % n; /* 2^64 mod N */

    for (;;)
    {
        uint64_t x = ng_random_next (random);

        if (x * n >= reject)
            return ng_random_scale (x, n);
    }
}

double
ng_random_real (struct ng_random *random)
{
    return (double) (ng_random_next (random) >> 11) * 0x1p-53;
}
