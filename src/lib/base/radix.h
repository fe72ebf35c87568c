/* Sorting of records that are a number of some words and a payload.  */
#ifndef NG_RADIX_H
#define NG_RADIX_H

#include <stddef.h>
#include <stdint.h>

enum
{
    NG_RADIX_WORDS_MAX = 4
};

/* Sort RECORDS[N][WORDS + 1] by their first WORDS words (1 to
   NG_RADIX_WORDS_MAX), read as one number; records of equal keys stay in their
   order.  SCRATCH has room for as many.  Radix from the top, eight bits that
   differ at a time: O(N) for each byte in which keys that have all before it in
   common still differ.  */
void ng_radix_sort (uint64_t *records, size_t n, unsigned words,
                    uint64_t *scratch);

#endif
