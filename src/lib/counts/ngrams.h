/* All n-grams of orders 1 to N with their counts, sorted: a trie in arrays.

   Level k holds the n-grams of order k in the order of their tokens' ranks,
   each by its last token, its count, and where on level k + 1 the n-grams
   begin that continue it.

       level 1   the 3   time 2           counts of "the", "time"
       children  0       1       2
       level 2   time 2  the 1            "the time", "time the"

   The count of an n-gram is at least the sum of its children's: the text may
   end behind it.  Filled by ng_ngrams_append with keys in rising order, once;
   then many threads may read.  */
#ifndef NG_NGRAMS_H
#define NG_NGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/nglimits.h"
#include "counts/key.h"

struct ng_level
{
    uint64_t n;         /* distinct n-grams ("types") of this order */
    uint64_t n_tokens;  /* their counts' sum */
    uint64_t n_single;  /* how many occur once */
    uint32_t *ranks;    /* [n] of the last token */
    uint64_t *counts;   /* [n] */
    uint64_t *children; /* [n + 1] on the next level; NULL on the last */
    size_t cap_ranks, cap_counts, cap_children;
};

struct ng_ngrams
{
    struct ng_key_shape shape;            /* of the keys it is filled with */
    struct ng_level levels[NG_ORDER_MAX]; /* order k: levels[k - 1] */
    uint64_t last[NG_KEY_WORDS_MAX];      /* the last key appended */
    bool any;
};

/* Make G empty, for keys of SHAPE.  */
void ng_ngrams_init (struct ng_ngrams *g, struct ng_key_shape shape);

/* Release what G holds.  */
void ng_ngrams_fini (struct ng_ngrams *g);

/* Append ENTRIES[N][words + 1], keys and counts, in rising order and above
   all before.  A key that ends in zero tokens is an n-gram of lower order
   where the text ends.  NG_ENOMEM.  */
enum ng_err ng_ngrams_append (struct ng_ngrams *g, const uint64_t *entries,
                              size_t n) NG_MUST_CHECK;

/* Everything is there.  NG_ENOMEM.  */
enum ng_err ng_ngrams_finish (struct ng_ngrams *g) NG_MUST_CHECK;

/* A walk over the n-grams of one order, in order.  AT[j] is the index on
   levels[j] of the first j + 1 tokens of the present one.  */
struct ng_walk
{
    const struct ng_ngrams *g;
    unsigned order;
    uint64_t at[NG_ORDER_MAX];
};

/* Stand before the first n-gram of ORDER.  */
void ng_walk_start (struct ng_walk *w, const struct ng_ngrams *g,
                    unsigned order);

/* Go to the next; false at the end, where W stays on the last.  */
bool ng_walk_next (struct ng_walk *w);

static inline uint64_t
ng_walk_count (const struct ng_walk *w)
{
    return w->g->levels[w->order - 1].counts[w->at[w->order - 1]];
}

/* The count of all but its last token; the tokens in all for order 1.  */
static inline uint64_t
ng_walk_context_count (const struct ng_walk *w)
{
    if (w->order == 1)
        return w->g->levels[0].n_tokens;
    return w->g->levels[w->order - 2].counts[w->at[w->order - 2]];
}

/* The rank of its token I, 0 to order - 1.  */
static inline uint32_t
ng_walk_rank (const struct ng_walk *w, unsigned i)
{
    return w->g->levels[i].ranks[w->at[i]];
}

#endif
