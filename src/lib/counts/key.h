/* N-grams packed into keys: numbers of one to four 64-bit words that compare
   as the n-grams do.

   A token is its rank + 1 in BITS bits; 0 stands for "nothing", where the
   text ends inside the n-gram, and sorts first.  Tokens stand from the top of
   the first word down; the rest of the last word is 0.

       BITS = 20, order 4, two words:
       |  t0  |  t1  |  t2  |t3|   |t3|        0          |
       63                     0    63                    0

   The words of a key are handled as arrays; functions that work on many keys
   take the number of words as a constant, so that the compiler makes a copy
   of them for each.  */
#ifndef NG_KEY_H
#define NG_KEY_H

#include <stdint.h>

#include "base/nglimits.h"

enum
{
    NG_KEY_WORDS_MAX = 4
};

struct ng_key_shape
{
    unsigned order; /* tokens in a key, 1 to NG_ORDER_MAX */
    unsigned bits;  /* of a token, 1 to 32 */
    unsigned words; /* of a key */
};

/* The shape of keys for n-grams of ORDER over N_TYPES types.  */
static inline struct ng_key_shape
ng_key_shape (unsigned order, uint32_t n_types)
{
    struct ng_key_shape s = { order, 1, 0 };

    while (s.bits < 32 && n_types >> s.bits != 0)
        s.bits++;
    s.words = (order * s.bits + 63) / 64;
    return s;
}

/* Shift KEY left by one token and put TOKEN (rank + 1, or 0) last.  */
static inline void
ng_key_push (uint64_t *key, struct ng_key_shape s, unsigned words,
             uint32_t token)
{
    unsigned low = 64 * words - s.order * s.bits; /* unused low bits */
    unsigned at = low % 64, word = words - 1 - low / 64;

    for (unsigned i = 0; i + 1 < words; i++)
        key[i] = key[i] << s.bits | key[i + 1] >> (64 - s.bits);
    key[words - 1] <<= s.bits;
    key[word] |= (uint64_t) token << at;
    if (word > 0 && at + s.bits > 64)
        key[word - 1] |= (uint64_t) token >> (64 - at);
}

/* Token I of KEY.  */
static inline uint32_t
ng_key_token (const uint64_t *key, struct ng_key_shape s, unsigned i)
{
    unsigned from = i * s.bits, word = from / 64, at = from % 64;
    uint64_t x = key[word] << at;

    if (at + s.bits > 64)
        x |= key[word + 1] >> (64 - at);
    return (uint32_t) (x >> (64 - s.bits));
}

/* Keep the first N tokens of KEY, N below the order, and clear what is behind
   them.  */
static inline void
ng_key_truncate (uint64_t *key, struct ng_key_shape s, unsigned words,
                 unsigned n)
{
    unsigned word = n * s.bits / 64, at = n * s.bits % 64;

    key[word] &= ~(UINT64_MAX >> at);
    for (unsigned i = word + 1; i < words; i++)
        key[i] = 0;
}

/* Put TOKEN in place I, which is clear.  */
static inline void
ng_key_put (uint64_t *key, struct ng_key_shape s, unsigned i, uint32_t token)
{
    unsigned from = i * s.bits, word = from / 64, at = from % 64;
    uint64_t x = (uint64_t) token << (64 - s.bits);

    key[word] |= x >> at;
    if (at + s.bits > 64)
        key[word + 1] |= x << (64 - at);
}

/* Keys from a range of values, without the leading bits that all of them
   share: the rest moves up, and may need a word less.

       whole  |hhhhhhhh|k k k k k k|0 0 0|    h: HEAD, DROP bits
       cut    |k k k k k k|0 0 0                                      */
struct ng_key_cut
{
    uint64_t head;  /* the first DROP bits of the first word; 0 behind them */
    unsigned drop;  /* 0 to 63, and fewer than a key has */
    unsigned words; /* of a key that was cut */
    unsigned bytes; /* that a key has left, at least 1 */
};

/* The cut of keys of shape S whose first word is from LOW to HIGH.  */
static inline struct ng_key_cut
ng_key_cut (struct ng_key_shape s, uint64_t low, uint64_t high)
{
    const unsigned all = s.order * s.bits;
    unsigned drop = low == high ? 63 : (unsigned) __builtin_clzll (low ^ high);
    struct ng_key_cut c;

    drop = drop < all ? drop : all - 1;
    c.drop = drop;
    c.head = drop > 0 ? low >> (64 - drop) << (64 - drop) : 0;
    c.words = (all - drop + 63) / 64;
    c.bytes = (all - drop + 7) / 8;
    return c;
}

/* Shift KEY up by DROP bits.  */
static inline void
ng_key_drop (uint64_t *key, unsigned words, unsigned drop)
{
    for (unsigned i = 0; i + 1 < words; i++)
        key[i] = key[i] << drop | key[i + 1] >> 1 >> (63 - drop);
    key[words - 1] <<= drop;
}

/* The whole KEY[words] of shape S that was cut by C to PART[C.words].  */
static inline void
ng_key_join (uint64_t *key, struct ng_key_shape s, struct ng_key_cut c,
             const uint64_t *part)
{
    uint64_t above = 0;

    for (unsigned i = 0; i < s.words; i++)
    {
        const uint64_t x = i < c.words ? part[i] : 0;

        key[i] = above | x >> c.drop;
        above = x << 1 << (63 - c.drop);
    }
    key[0] |= c.head;
}

static inline int
ng_key_compare (const uint64_t *a, const uint64_t *b, unsigned words)
{
    for (unsigned i = 0; i < words; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static inline int
ng_key_equal (const uint64_t *a, const uint64_t *b, unsigned words)
{
    uint64_t differs = 0;

    for (unsigned i = 0; i < words; i++)
        differs |= a[i] ^ b[i];
    return differs == 0;
}

#endif
