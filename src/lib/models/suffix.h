/* Where the suffix of each n-gram, all but its first token, stands on the order
   before; and how many n-grams have it, which Kneser-Ney's adjusted counts
   are.

   N-grams are in the order of their first tokens, so their suffixes stand
   anywhere.  So that nothing is looked up all over a large table, the order
   before is cut into ranges, and the n-grams are dealt out by the range that
   their suffix is in; the ranges are worked off one by one, each being small.
   Dealing keeps the order of what comes to one range, so that what was found
   is collected again in the order of the n-grams without any sorting: by a
   list of the range of each.

       n-grams      ab  ac  ba  bb  ca          ranges of suffixes: a b | c
       ids           0   1   0   0   0
       range 0      ab ba bb ca  ->  places of b a b a
       range 1      ac           ->  place of c

   All columns are of the layers' store.  */
#ifndef NG_SUFFIX_H
#define NG_SUFFIX_H

#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "io/store.h"
#include "models/layers.h"

enum
{
    /* Bytes ahead of a record that are asked for from memory: the processor
       follows a few columns by itself, not hundreds.  */
    NG_DEALT_AHEAD = 128
};

/* The columns that n-grams were dealt out to.  */
struct ng_dealt
{
    uint32_t n_bins;
    struct ng_column *bins; /* [n_bins] */
};

/* Make D one of N_BINS empty bins of S for records of up to MAX bytes.
   NG_ENOMEM.  */
enum ng_err ng_dealt_init (struct ng_dealt *d, struct ng_store *s,
                           uint32_t n_bins, size_t max) NG_MUST_CHECK;

/* Room for the next record of BIN, of SIZE bytes, which is then taken.  */
static inline unsigned char *
ng_deal (struct ng_dealt *d, uint32_t bin, size_t size)
{
    struct ng_column *c = &d->bins[bin];
    unsigned char *p = ng_column_room (c);

    __builtin_prefetch (p + NG_DEALT_AHEAD, 1);
    ng_column_advance (c, p + size);
    return p;
}

/* All bins are complete.  */
void ng_dealt_end (struct ng_dealt *d);

/* Release D, all zero or made, and make it all zero.  */
void ng_dealt_free (struct ng_dealt *d);

/* Takes records out of bins in the order in which they were dealt.  */
struct ng_collector
{
    struct ng_reader ids;
    struct ng_reader *bins;
    uint32_t n_bins;
};

/* Collect from D, the bin of each record being in IDS (u16).  If CONSUME, the
   bins are empty at the end.  NG_ENOMEM.  */
enum ng_err ng_collector_start (struct ng_collector *c, struct ng_column *ids,
                                struct ng_dealt *d, bool consume) NG_MUST_CHECK;

/* Release C, all zero or started.  */
void ng_collector_end (struct ng_collector *c);

/* The next record, of SIZE bytes, which is there, and its bin.  */
static inline const unsigned char *
ng_collect (struct ng_collector *c, size_t size, uint16_t *bin)
{
    const unsigned char *p = ng_reader_at (&c->ids);
    struct ng_reader *r;

    memcpy (bin, p, sizeof *bin);
    c->ids.at = p + sizeof *bin;
    r = &c->bins[*bin < c->n_bins ? *bin : 0];
    p = ng_reader_at (r);
    __builtin_prefetch (p + NG_DEALT_AHEAD);
    r->at = p + size;
    return p;
}

/* The suffixes of one order.  */
struct ng_suffixes
{
    unsigned shift;        /* a range has 2^shift n-grams */
    struct ng_column ids;  /* u16: of each n-gram, its suffix's range */
    struct ng_dealt links; /* u32: the suffix's place in the range */
};

/* Adjusted counts of one order.  */
struct ng_adjusted
{
    struct ng_column counts;     /* varint, of each n-gram */
    uint64_t few[NG_LAYERS_FEW]; /* how many have such a count */
};

/* Find the suffixes of order K, from 2 on, of L, which was loaded from F.
   BEFORE are those of order K - 1, if K > 2.  Unless ADJUSTED is NULL, make it
   the adjusted counts of order K - 1: of n-grams that begin with <s> the
   count, of others how many tokens stand before them, but 1 if none does.  The
   caller releases both in any case.  NG_EFORMAT, recorded in FAULT, if a
   suffix is not there; what the store answers.  */
enum ng_err ng_suffixes_find (struct ng_layers *l, unsigned k,
                              struct ng_suffixes *before, struct ng_ngc *f,
                              struct ng_store *store, struct ng_fault *fault,
                              struct ng_suffixes *s,
                              struct ng_adjusted *adjusted) NG_MUST_CHECK;

/* Release S, which may be all zero.  */
void ng_suffixes_free (struct ng_suffixes *s);

#endif
