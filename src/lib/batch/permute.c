#include <config.h>

#include "batch/permute.h"

#include <assert.h>

#include "base/random.h"

/* The smallest a with a * a >= N.  */
static uint64_t
ceil_sqrt (uint64_t n)
{
    uint64_t low = 0, high = UINT64_C (1) << 31;

    while (high - low > 1)
    {
        uint64_t middle = low + (high - low) / 2;

        if (middle * middle >= n)
            high = middle;
        else
            low = middle;
    }
    return high;
}

void
ng_permutation_init (struct ng_permutation *p, uint64_t n, uint64_t key)
{
    assert (n >= 1 && n <= NG_PERMUTE_MAX);
    p->n = n;
    p->a = ceil_sqrt (n);
    p->b = (n - 1) / p->a + 1;
    p->n_rounds =
        n < NG_PERMUTE_SMALL ? NG_PERMUTE_ROUNDS_SMALL : NG_PERMUTE_ROUNDS;
    for (unsigned r = 0; r < p->n_rounds; r++)
        p->keys[r] = ng_random_at (key, r);
}

/* The round function, from 0 to MODULUS - 1.  Two multiplications: the first
   alone would be linear in X, and so would be the whole.  */
static inline uint64_t
round_value (uint64_t x, uint64_t key, uint64_t modulus)
{
    x = (x + key) * UINT64_C (0xbf58476d1ce4e5b9);
    x = (x ^ x >> 32) * UINT64_C (0x94d049bb133111eb);
    return ng_random_scale (x, modulus);
}

/* (X + Y) mod MODULUS, and (X - Y) mod MODULUS, for both below it.  */
static inline uint64_t
add_mod (uint64_t x, uint64_t y, uint64_t modulus)
{
    uint64_t sum = x + y;

    return sum >= modulus ? sum - modulus : sum;
}

static inline uint64_t
sub_mod (uint64_t x, uint64_t y, uint64_t modulus)
{
    return x >= y ? x - y : x + (modulus - y);
}

/* Where I goes in 0 .. ab - 1.  */
static inline uint64_t
pass (const struct ng_permutation *p, uint64_t i)
{
    uint64_t left = i / p->b, right = i % p->b;

    for (unsigned r = 0; r < p->n_rounds; r += 2)
    {
        left = add_mod (left, round_value (right, p->keys[r], p->a), p->a);
        right = add_mod (right, round_value (left, p->keys[r + 1], p->b), p->b);
    }
    return left * p->b + right;
}

uint64_t
ng_permute (const struct ng_permutation *p, uint64_t i)
{
    assert (i < p->n);
    do
        i = pass (p, i);
    while (i >= p->n);
    return i;
}

/* Indexes that are put through together.  */
enum
{
    LANES = 4
};

/* One pass for LANES indexes from I on.  */
static void
pass_lanes (const struct ng_permutation *p, uint64_t i, uint64_t *out)
{
    uint64_t left[LANES], right[LANES];

    for (unsigned l = 0; l < LANES; l++)
    {
        left[l] = (i + l) / p->b;
        right[l] = (i + l) % p->b;
    }
    for (unsigned r = 0; r < p->n_rounds; r += 2)
    {
#pragma GCC unroll 4
        for (unsigned l = 0; l < LANES; l++)
            left[l] = add_mod (left[l],
                               round_value (right[l], p->keys[r], p->a), p->a);
#pragma GCC unroll 4
        for (unsigned l = 0; l < LANES; l++)
            right[l] = add_mod (
                right[l], round_value (left[l], p->keys[r + 1], p->b), p->b);
    }
    for (unsigned l = 0; l < LANES; l++)
        out[l] = left[l] * p->b + right[l];
}

void
ng_permute_many (const struct ng_permutation *p, uint64_t i, size_t n,
                 uint64_t *out)
{
    assert (n <= p->n && i <= p->n - n);
    for (; n >= LANES; n -= LANES, i += LANES, out += LANES)
    {
        pass_lanes (p, i, out);
        for (unsigned l = 0; l < LANES; l++)
            while (out[l] >= p->n)
                out[l] = pass (p, out[l]);
    }
    for (; n > 0; n--)
        *out++ = ng_permute (p, i++);
}

uint64_t
ng_permute_back (const struct ng_permutation *p, uint64_t x)
{
    assert (x < p->n);
    do
    {
        uint64_t left = x / p->b, right = x % p->b;

        for (unsigned r = p->n_rounds; r > 0; r -= 2)
        {
            right =
                sub_mod (right, round_value (left, p->keys[r - 1], p->b), p->b);
            left =
                sub_mod (left, round_value (right, p->keys[r - 2], p->a), p->a);
        }
        x = left * p->b + right;
    } while (x >= p->n);
    return x;
}
