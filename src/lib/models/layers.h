/* The counts of a .ngc file as estimators want them: one pass over the file
   checks that every n-gram's first tokens are there as an n-gram too, and
   leaves each order as a column (io/store.h), in the order of the file, each
   n-gram with the place of its first tokens on the order before.

       order 1      0: a 3     1: b 2        word, count
       order 2      0: b 0 1   1: a 1 1      word, parent, count

   Order 1 has every type of the file's vocabulary, in its order, and <unk>
   last if that is not among them; so an id is a place.

   Order of calls: ng_layers_load, readers of its layers, ng_layers_fini.  */
#ifndef NG_LAYERS_H
#define NG_LAYERS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/nglimits.h"
#include "base/varint.h"
#include "counts/ngcread.h"
#include "io/store.h"
#include "models/trie.h"

enum
{
    /* N-grams that occur so often, in their counts of counts, are told apart:
       discounts need 1 to 4.  */
    NG_LAYERS_FEW = 5
};

struct ng_layer
{
    uint32_t n;                  /* n-grams */
    uint32_t n_listed;           /* those that pruning leaves */
    uint32_t bos_low, bos_high;  /* those that begin with <s> */
    uint64_t few[NG_LAYERS_FEW]; /* how many occur so often */
    struct ng_column items;

    /* The n-grams number 2^range_shift i, for i = 1, 2, ...: parent in the
       upper half and word in the lower, one more that is above all.  */
    unsigned range_shift;
    uint32_t n_ranges;
    uint64_t *cuts; /* [n_ranges] */
};

struct ng_layers
{
    unsigned order;
    uint32_t unk, bos, eos; /* ids; bos and eos NG_NONE if not there */
    bool is_cut;            /* n-grams are known to have been left out */
    struct ng_layer layers[NG_ORDER_MAX]; /* [0] is order 1 */
};

/* Load orders 1 to ORDER (0: all) of F into *L, which the caller releases in
   any case, with columns of STORE.  N-grams of order k that occur PRUNE[k - 1]
   times or less are not listed.  NG_EINVAL if there are no n-grams of an order;
   NG_EFORMAT if an n-gram's first tokens are missing; NG_ELIMIT; what cursors
   and the store answer; recorded in FAULT.  */
enum ng_err ng_layers_load (struct ng_ngc *f, unsigned order,
                            const uint64_t *prune, struct ng_store *store,
                            struct ng_fault *fault,
                            struct ng_layers *l) NG_MUST_CHECK;

/* Release what L, which may be all zero, holds.  */
void ng_layers_fini (struct ng_layers *l);

/* Record in FAULT that n-gram number ITEM of order K of F, without its first
   SKIP tokens, is WHAT.  */
enum ng_err ng_layers_bad (struct ng_ngc *f, unsigned k, uint64_t item,
                           unsigned skip, struct ng_fault *fault,
                           const char *what) NG_MUST_CHECK;

/* A reader of a layer, at n-gram number AT.  */
struct ng_layer_reader
{
    struct ng_reader r;
    uint32_t at, n;
    uint32_t word, parent;
    uint64_t count;
};

/* Stand before the first n-gram of L.  */
static inline void
ng_layer_start (struct ng_layer_reader *r, struct ng_layer *l, bool consume)
{
    memset (r, 0, sizeof *r);
    ng_reader_start (&r->r, &l->items, consume);
    r->at = UINT32_MAX;
    r->n = l->n;
}

static inline void
ng_layer_end (struct ng_layer_reader *r)
{
    ng_reader_end (&r->r);
}

/* A number that the store keeps: no check is needed.  */
static inline const unsigned char *
ng_layer_number (const unsigned char *p, uint64_t *x)
{
    uint64_t sum = *p & 0x7f;

    for (unsigned shift = 7; *p++ >= 0x80; shift += 7)
        sum |= (uint64_t) (*p & 0x7f) << shift;
    *x = sum;
    return p;
}

/* Go to the next n-gram; false at the end.  */
static inline bool
ng_layer_next (struct ng_layer_reader *r)
{
    const unsigned char *p;
    uint64_t step;

    if (++r->at == r->n)
        return false;
    p = ng_reader_at (&r->r);
    memcpy (&r->word, p, sizeof r->word);
    p = ng_layer_number (p + sizeof r->word, &step);
    r->parent += (uint32_t) step;
    r->r.at = ng_layer_number (p, &r->count);
    return true;
}

#endif
