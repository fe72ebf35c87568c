#include <config.h>

#include "base/radix.h"

#include <assert.h>
#include <string.h>

enum
{
    DIGIT_BITS = 8,
    N_DIGITS = 1 << DIGIT_BITS,
    SMALL = 32 /* records that insertion sorts faster; tried 16 to 64 */
};

static inline int
compare (const uint64_t *a, const uint64_t *b, const unsigned words)
{
    for (unsigned i = 0; i < words; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static inline __attribute__ ((always_inline)) void
sort_small (uint64_t *r, size_t n, const unsigned words)
{
    const size_t size = words + 1;
    uint64_t one[NG_RADIX_WORDS_MAX + 1];

    for (size_t i = 1; i < n; i++)
    {
        size_t j = i;

        if (compare (r + (i - 1) * size, r + i * size, words) <= 0)
            continue;
        memcpy (one, r + i * size, size * sizeof *r);
        for (; j > 0 && compare (r + (j - 1) * size, one, words) > 0; j--)
            memcpy (r + j * size, r + (j - 1) * size, size * sizeof *r);
        memcpy (r + j * size, one, size * sizeof *r);
    }
}

/* The bits of word WORD in which the N records differ from the first.  */
static inline uint64_t
differing_bits (const uint64_t *r, size_t n, const unsigned words,
                unsigned word)
{
    uint64_t bits = 0;

    for (size_t i = 1; i < n; i++)
        bits |= r[i * (words + 1) + word] ^ r[word];
    return bits;
}

/* Sort by the words from WORD on; those before are equal.  */
typedef void sort_function (uint64_t *r, size_t n, unsigned word,
                            uint64_t *scratch);

/* The same for keys of WORDS words, with AGAIN for what is left of it.  Made
   into one function for each number of words, so that records are moved a
   known number of words at a time.  Recursion goes at most one level deeper
   for each eight bits of a key.  */
static inline __attribute__ ((always_inline)) void
sort_from (uint64_t *r, size_t n, unsigned word, uint64_t *scratch,
           const unsigned words, sort_function *again)
{
    const size_t size = words + 1;
    size_t ends[N_DIGITS] = { 0 }, start = 0;
    uint64_t bits = 0;
    unsigned shift;

    if (n <= SMALL)
    {
        sort_small (r, n, words);
        return;
    }
    while (word < words && (bits = differing_bits (r, n, words, word)) == 0)
        word++;
    if (word == words)
        return;
    shift = 64 - (unsigned) __builtin_clzll (bits);
    shift = shift > DIGIT_BITS ? shift - DIGIT_BITS : 0;
    for (size_t i = 0; i < n; i++)
        ends[r[i * size + word] >> shift & (N_DIGITS - 1)]++;
    for (size_t d = 0, sum = 0; d < N_DIGITS; d++)
    {
        size_t count = ends[d];

        ends[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
    {
        size_t to = ends[r[i * size + word] >> shift & (N_DIGITS - 1)]++;

        memcpy (scratch + to * size, r + i * size, size * sizeof *r);
    }
    memcpy (r, scratch, n * size * sizeof *r);
    for (size_t d = 0; d < N_DIGITS; start = ends[d++])
        if (ends[d] - start > 1)
            again (r + start * size, ends[d] - start, word, scratch);
}

static void
sort_1 (uint64_t *r, size_t n, unsigned word, uint64_t *scratch)
{
    sort_from (r, n, word, scratch, 1, sort_1);
}

static void
sort_2 (uint64_t *r, size_t n, unsigned word, uint64_t *scratch)
{
    sort_from (r, n, word, scratch, 2, sort_2);
}

static void
sort_3 (uint64_t *r, size_t n, unsigned word, uint64_t *scratch)
{
    sort_from (r, n, word, scratch, 3, sort_3);
}

static void
sort_4 (uint64_t *r, size_t n, unsigned word, uint64_t *scratch)
{
    sort_from (r, n, word, scratch, 4, sort_4);
}

void
ng_radix_sort (uint64_t *records, size_t n, unsigned words, uint64_t *scratch)
{
    static sort_function *const sorts[NG_RADIX_WORDS_MAX] = { sort_1, sort_2,
                                                              sort_3, sort_4 };

    assert (words >= 1 && words <= NG_RADIX_WORDS_MAX);
    sorts[words - 1](records, n, 0, scratch);
}
