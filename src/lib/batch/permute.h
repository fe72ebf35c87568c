/* A keyed permutation of 0..n-1, computed per index: a shuffle without a list.

   A Feistel network over pairs (Black and Rogaway 2002, section 5, "Generalized
   Feistel"): with a = ceil (sqrt (n)) and b = ceil (n / a), an index x is the
   pair (x div b, x mod b), and rounds add a keyed function of the one half to
   the other, modulo a and b in turn.  That is a permutation of 0..ab-1; an
   image that is not below n is put through again until it is ("cycle
   walking"), which makes a permutation of 0..n-1 for every n.  Since ab - n is
   less than a, walking is rare: 1 + 1/sqrt (n) passes on average.

       n = 7:  a = 3, b = 3           L = 0 1 2   the indexes 7 and 8 are not
                                 R=0:    0 3 6    used: who comes upon them
                                 R=1:    1 4 (7)  goes on
                                 R=2:    2 5 (8)

   It is fit for shuffling, not for secrets.  A permutation is read-only after
   it is made; threads may share it.  */
#ifndef NG_PERMUTE_H
#define NG_PERMUTE_H

#include <stddef.h>
#include <stdint.h>

/* Rounds.  Measured with 400,000 keys for each n from 2 to 24 (chi-square of
   positions and of pairs, as tests/unit/check_permute.c does): 8 rounds are
   enough from n = 18, 12 from n = 6, and n = 5, where a half is one bit, needs
   16; each two rounds more divide the excess by 4.  */
enum
{
    NG_PERMUTE_ROUNDS = 12,
    NG_PERMUTE_ROUNDS_SMALL = 24, /* n < NG_PERMUTE_SMALL */
    NG_PERMUTE_SMALL = 256
};

/* Largest n, so that ab never overflows.  */
#define NG_PERMUTE_MAX (UINT64_C (1) << 62)

struct ng_permutation
{
    uint64_t n;
    uint64_t a, b;
    unsigned n_rounds; /* even */
    uint64_t keys[NG_PERMUTE_ROUNDS_SMALL];
};

/* Make *P the permutation of N indexes, N from 1 to NG_PERMUTE_MAX, that KEY
   names.  A few hundred nanoseconds whatever N.  */
void ng_permutation_init (struct ng_permutation *p, uint64_t n, uint64_t key);

/* Where index I, below N, goes.  */
uint64_t ng_permute (const struct ng_permutation *p, uint64_t i);

/* Where the N indexes from I on, all below the permutation's N, go, into OUT[N].
   Some at a time, since each waits for itself most of the time: twice as fast
   as one by one.  */
void ng_permute_many (const struct ng_permutation *p, uint64_t i, size_t n,
                      uint64_t *out);

/* The index that goes to X, below N.  */
uint64_t ng_permute_back (const struct ng_permutation *p, uint64_t x);

#endif
