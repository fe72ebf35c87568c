/* The n-grams of a model without their values: a trie in arrays, with links
   from each n-gram to its suffix.

   Level k - 1 holds the n-grams of order k, sorted by their tokens' ids, each
   by its last token, where on the next level those begin that continue it,
   and where on the level before stands its suffix, that is all but its first
   token.  Order 1 has every type of the vocabulary, so that an index there is
   an id.

       level 0    0: a   1: b
       level 1    0: a b   1: b a   2: b b
       children   0 1 3               suffixes  1 0 1

   Order of calls: ng_trie_init; for each order from 2 on ng_trie_add in rising
   order and ng_trie_end_level; ng_trie_link; ng_trie_fini.  Then many threads
   may read.  An order holds fewer than 2^32 n-grams.  */
#ifndef NG_TRIE_H
#define NG_TRIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/nglimits.h"

/* No such n-gram, no such token.  */
#define NG_NONE UINT32_MAX

struct ng_trie_level
{
    uint32_t n;         /* n-grams of this order */
    uint32_t *words;    /* [n] last token */
    uint32_t *children; /* [n + 1] on the next level; NULL on the last */
    uint32_t *suffixes; /* [n] on the level before, NG_NONE if it is not there;
                           NULL on level 0 and before ng_trie_link */
    size_t cap;
};

struct ng_trie
{
    unsigned order; /* of the longest n-grams */
    struct ng_trie_level levels[NG_ORDER_MAX];

    /* While a level is filled: the n-gram on the level before that has been
       reached, as indices of its prefixes on each level.  */
    uint32_t at[NG_ORDER_MAX];
};

/* What became of an n-gram.  */
enum ng_trie_added
{
    NG_TRIE_ADDED,
    NG_TRIE_TWICE,     /* it is the one before */
    NG_TRIE_NO_PREFIX, /* all but its last token are no n-gram */
    NG_TRIE_UNSORTED   /* it stands below the one before */
};

/* Make *T a trie of ORDER over N_TYPES types.  NG_ENOMEM.  */
enum ng_err ng_trie_init (struct ng_trie *t, unsigned order,
                          uint32_t n_types) NG_MUST_CHECK;

/* Release what T holds.  */
void ng_trie_fini (struct ng_trie *t);

/* Add the n-gram TOKENS[K], K from 2 on, and store in *ADDED what became of
   it; only NG_TRIE_ADDED changes anything.  NG_ENOMEM, NG_ELIMIT.  */
enum ng_err ng_trie_add (struct ng_trie *t, unsigned k, const uint32_t *tokens,
                         enum ng_trie_added *added) NG_MUST_CHECK;

/* Order K is complete.  */
void ng_trie_end_level (struct ng_trie *t, unsigned k);

/* Find all suffixes and store in *N_MISSING how many are not there.  A binary
   search each, among the few n-grams that can be meant.  NG_ENOMEM.  */
enum ng_err ng_trie_link (struct ng_trie *t, uint64_t *n_missing) NG_MUST_CHECK;

/* The index of the n-gram TOKENS[K], or NG_NONE.  O(K log n).  */
uint32_t ng_trie_find (const struct ng_trie *t, unsigned k,
                       const uint32_t *tokens);

/* The n-grams of order K that begin with token FIRST: from *LOW on, below
   *HIGH.  */
void ng_trie_range (const struct ng_trie *t, unsigned k, uint32_t first,
                    uint32_t *low, uint32_t *high);

/* A walk over the n-grams of one order: AT[j] is the index on levels[j] of
   the first j + 1 tokens.  */
struct ng_trie_walk
{
    const struct ng_trie *t;
    unsigned order;
    uint32_t at[NG_ORDER_MAX];
    bool started;
};

/* Stand before the first n-gram of ORDER.  */
void ng_trie_walk_start (struct ng_trie_walk *w, const struct ng_trie *t,
                         unsigned order);

/* Go to the next; false at the end.  */
bool ng_trie_walk_next (struct ng_trie_walk *w);

/* Its token I, 0 to order - 1, and its index.  */
static inline uint32_t
ng_trie_walk_token (const struct ng_trie_walk *w, unsigned i)
{
    return w->t->levels[i].words[w->at[i]];
}

static inline uint32_t
ng_trie_walk_index (const struct ng_trie_walk *w)
{
    return w->at[w->order - 1];
}

/* Leave out the n-grams whose KEEP[order - 1][index] is 0: store in
   MAPS[order - 1][old index] the new index, NG_NONE for those left out.  What
   is kept keeps its prefix and its suffix, which the caller sees to.  If
   KEEP[0] leaves types out, ids change likewise.  Arrays may shrink.  */
void ng_trie_filter (struct ng_trie *t, unsigned char *const *keep,
                     uint32_t *const *maps);

#endif
