/* Which of several sources is served next, so that at every prefix each has had
   its exact share, within one: the chairman assignment (Tijdeman 1980).

   Source s of D, with share q_s of a total Q, is to have k q_s / Q of the first
   k.  With d = 1 / (2D - 2), its j-th turn may come from step
   ceil ((j - 1 + d) Q / q_s) on and must come by step
   floor ((j - d) Q / q_s) + 1; of those that may, the one whose turn must come
   first is served, ties by number.  Then no source is ever more than 1 - d
   ahead or behind.

   The state after k steps depends on no more than the last Q / min q_s + 2
   steps: from any state that is not yet lost the rule comes to the same turns
   once all turns that had begun are served.  So any k is found in that many
   steps, not k.

   Call ng_fair_new, ng_fair_seek if not to start at 0, ng_fair_next.  A step
   costs time logarithmic in D.  One thread at a time.  */
#ifndef NG_FAIR_H
#define NG_FAIR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_fair;

/* Largest total of the shares, largest number of steps, most sources: products
   stay below 2^127.  */
#define NG_FAIR_TOTAL_MAX (UINT64_C (1) << 52)
#define NG_FAIR_SOURCES_MAX 65536

/* Serve N sources, from 1 to NG_FAIR_SOURCES_MAX, by SHARES[N], each above 0,
   of a total of NG_FAIR_TOTAL_MAX at most.  NG_ENOMEM.  */
enum ng_err ng_fair_new (const uint64_t *shares, size_t n,
                         struct ng_fair **fair) NG_MUST_CHECK;

/* Stand after the first K steps, K at most NG_FAIR_TOTAL_MAX.  NG_ENOMEM.  */
enum ng_err ng_fair_seek (struct ng_fair *fair, uint64_t k) NG_MUST_CHECK;

/* The source that is served next.  */
size_t ng_fair_next (struct ng_fair *fair);

/* How often source I was served.  */
uint64_t ng_fair_count (const struct ng_fair *fair, size_t i);

/* Free FAIR, which may be NULL.  */
void ng_fair_free (struct ng_fair *fair);

#endif
