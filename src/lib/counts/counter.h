/* Counts the n-grams of all orders up to N in one sequence of tokens.

   How: the ids of the text are kept until its vocabulary is known.  Then each
   position's N tokens are packed into one number whose order is that of the
   listing ("key"), the numbers are split into buckets by value, each bucket is
   counted in a table that fits the cache, and what is distinct is sorted.  One
   scan over that gives all lower orders at once.

       text  ids        keys             buckets       counted, sorted
       a b a b          ab. ba. ab. b..  |ab. ab.|     ab. 2
       order 2                           |b.. ba.|     b.. 1   ba. 1
                                         levels: a 2, b 2; a b 2, b a 1

   Order of calls: ng_counter_new, ng_counter_add and ng_counter_break as the
   text comes, ng_counter_finish once, ng_counter_free.  One thread.  */
#ifndef NG_COUNTER_H
#define NG_COUNTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/ngrams.h"

struct ng_counter;

/* A counter of orders 1 to ORDER, at most NG_ORDER_MAX; NULL without memory.  */
struct ng_counter *ng_counter_new (unsigned order) NG_MUST_CHECK;

/* Free C, which may be NULL.  */
void ng_counter_free (struct ng_counter *c);

/* The text goes on with IDS[N].  NG_ENOMEM.  */
enum ng_err ng_counter_add (struct ng_counter *c, const uint32_t *ids,
                            size_t n) NG_MUST_CHECK;

/* No n-gram spans what was added before and what comes.  NG_ENOMEM.  */
enum ng_err ng_counter_break (struct ng_counter *c) NG_MUST_CHECK;

/* Count.  RANKS[N_TYPES] gives each id's place in the order wanted, 0 to
   N_TYPES - 1, each once.  Fills G, which the caller releases.  NG_ENOMEM,
   NG_ELIMIT.  */
enum ng_err ng_counter_finish (struct ng_counter *c, const uint32_t *ranks,
                               uint32_t n_types,
                               struct ng_ngrams *g) NG_MUST_CHECK;

#endif
