/* Writes n-grams and their counts as text: NGRAM<TAB>COUNT, one a line, order
   after order.

   Within an order: by falling count, ties by the bytes of the line; by the
   bytes of the line; or as they are kept.  */
#ifndef NG_LISTING_H
#define NG_LISTING_H

#include <stdint.h>

#include "base/err.h"
#include "counts/ngrams.h"
#include "io/output.h"
#include "text/lexical.h"
#include "text/vocab.h"

enum ng_listing_sort
{
    NG_BY_COUNT,
    NG_BY_TEXT,
    NG_UNSORTED
};

/* What a third column is computed from: the counts of an n-gram, of all but
   its last token (all tokens for order 1) and of its last token.  */
typedef double ng_listing_column (const void *context, unsigned order,
                                  uint64_t count, uint64_t context_count,
                                  uint64_t last_count);

struct ng_listing
{
    const struct ng_ngrams *ngrams;
    const struct ng_vocab *vocab;
    const struct ng_ranking *ranking; /* of VOCAB */
    unsigned min_order, max_order;
    enum ng_listing_sort sort;
    uint64_t min_count;        /* n-grams below are left out */
    uint64_t top;              /* at most so many of each order; 0: all */
    ng_listing_column *column; /* NULL: none */
    const void *column_context;
};

/* Write the listing L to OUT.  By count, memory for the n-grams of one order
   is needed besides.  NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_listing_write (const struct ng_listing *l,
                              struct ng_output *out) NG_MUST_CHECK;

#endif
