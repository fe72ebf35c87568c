/* Splits packed n-grams into buckets by value, so that each bucket can be
   counted in the cache and the buckets in turn give everything in order.

   The bounds between buckets ("splitters") are drawn from a sample of the
   keys, so that buckets come out of like size whatever the text.  Input: keys
   in any order.  Output: bucket by bucket, every key of one bucket below every
   key of the next; inside a bucket in the order added.

   A bucket's keys lie between two bounds and mostly share their first bits.
   Those are not kept, and of the rest whole bytes: of 80 bits, 9 bytes or 8
   where two words would take 16.

   Order of calls: ng_partition_new; ng_partition_add; then for each bucket
   ng_partition_next until 0; ng_partition_free.  One thread at a time; for
   more, ng_partition_like gives each its own with the same bounds, and bucket
   B is then what they all have in B.  Buckets that one thread reads are no
   concern of another's.  */
#ifndef NG_PARTITION_H
#define NG_PARTITION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pieces.h"
#include "counts/key.h"

enum
{
    NG_PARTITION_KEYS = 4096 /* at most, that are handed out at once */
};

struct ng_partition;

/* A partition of keys of SHAPE over N_TYPES types into at most N_BUCKETS
   buckets (at least 1), by the first words SAMPLE[N_SAMPLE] of some of the
   keys, which are sorted in place.  NULL without memory.  */
struct ng_partition *ng_partition_new (struct ng_key_shape shape,
                                       uint32_t n_types, size_t n_buckets,
                                       uint64_t *sample,
                                       size_t n_sample) NG_MUST_CHECK;

/* An empty partition with the bounds of P, which it borrows.  NULL without
   memory.  */
struct ng_partition *
ng_partition_like (const struct ng_partition *p) NG_MUST_CHECK;

/* Free P, which may be NULL.  */
void ng_partition_free (struct ng_partition *p);

/* Put KEY[words] into its bucket.  NG_ENOMEM.  */
enum ng_err ng_partition_add (struct ng_partition *p,
                              const uint64_t *key) NG_MUST_CHECK;

/* Keys that begin with TOKEN (rank + 1, or 0) are in buckets *LOW to *HIGH.
   For callers that keep this at hand and spare ng_partition_add the look.  */
void ng_partition_range (const struct ng_partition *p, uint32_t token,
                         uint32_t *low, uint32_t *high);
enum ng_err ng_partition_add_in (struct ng_partition *p, uint32_t low,
                                 uint32_t high,
                                 const uint64_t *key) NG_MUST_CHECK;

/* How many buckets there are.  */
size_t ng_partition_n_buckets (const struct ng_partition *p);

/* How the keys of bucket B are cut.  */
struct ng_key_cut ng_partition_cut (const struct ng_partition *p, size_t b);

/* The next keys of bucket B, cut, to KEYS[up to NG_PARTITION_KEYS][words of
   the cut]: each call hands out some and forgets them; the memory they took goes
   to FREED, and stays P's to be freed.  Returns how many, 0 after the last.  */
size_t ng_partition_next (struct ng_partition *p, size_t b, uint64_t *keys,
                          struct ng_pieces *freed);

/* Let P use the BYTES at PAGES, from ng_pages_alloc, and free them with the
   rest.  NG_ENOMEM, with PAGES still the caller's.  */
enum ng_err ng_partition_lend (struct ng_partition *p, void *pages,
                               size_t bytes) NG_MUST_CHECK;

#endif
