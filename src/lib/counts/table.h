/* The n-gram table: counts of packed n-grams, for as many distinct ones as
   fit the processor's cache.

   Entries stand densely in the order of first appearance, each the words of a
   key and then its count; a table of 32-bit slots, at most half full, leads
   to them.  So counting ends with an array ready to be sorted, and growing
   moves only the slots.  One thread at a time.  */
#ifndef NG_TABLE_H
#define NG_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_table;

/* An empty table for keys of WORDS words, 1 to NG_KEY_WORDS_MAX; NULL without
   memory.  */
struct ng_table *ng_table_new (unsigned words) NG_MUST_CHECK;

/* Free T, which may be NULL.  */
void ng_table_free (struct ng_table *t);

/* Forget all entries; the memory stays.  The next keys are of WORDS words.
   O(entries).  */
void ng_table_clear (struct ng_table *t, unsigned words);

/* Count each of the N keys at KEYS[N][words] once.  NG_ENOMEM; NG_ELIMIT past
   2^31 distinct keys.  */
enum ng_err ng_table_count (struct ng_table *t, const uint64_t *keys,
                            size_t n) NG_MUST_CHECK;

/* Entries so far, and the array of them, [n][words + 1], borrowed until the
   table is changed; the caller may reorder it if the table is cleared next.  */
size_t ng_table_size (const struct ng_table *t);
uint64_t *ng_table_entries (struct ng_table *t);

#endif
