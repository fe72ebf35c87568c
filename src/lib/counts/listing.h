/* Writes the n-grams of a count file as text: NGRAM<TAB>COUNT, one a line,
   order after order; or, of those that would be listed, a count file.

   Within an order: by falling count, ties by the bytes of the line; by the
   bytes of the line; or as they are in the file, by their tokens.

   Memory is bounded.  The counts of an order are looked through once; then
   from the highest count down as many n-grams as there is room for are taken
   out of the file at a time and sorted.  What has one and the same count needs
   no sorting, since it stands in the file in the order wanted: if that alone
   is more than there is room for (most n-grams occur once) it goes straight
   through.  The bytes are the same for every bound.  */
#ifndef NG_LISTING_H
#define NG_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/ngcread.h"
#include "io/output.h"

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
    struct ng_ngc *counts;
    unsigned min_order, max_order; /* which COUNTS has */
    enum ng_listing_sort sort;
    uint64_t min_count;        /* n-grams below are left out */
    uint64_t top;              /* at most so many of each order; 0: all */
    ng_listing_column *column; /* NULL: none */
    const void *column_context;
    bool unproved; /* the counts may be none that a text has */

    uint64_t budget_bytes; /* of memory; some 4 MiB are needed besides */
    const char *spill_dir;
    struct ng_fault *fault;
};

/* Write the listing L to OUT.  A column needs the counts of all lower orders:
   NG_EINVAL if they are not there, or contradict one another; of counts that
   are unproved this is known before anything is written.  NG_EFORMAT where the
   counts are damaged; NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_listing_write (const struct ng_listing *l,
                              struct ng_output *out) NG_MUST_CHECK;

/* Write what L lists, a column aside, to OUT as a count file, which is not
   committed.  INFO is what that says of itself.  The vocabulary is that of the
   whole.  NG_EFORMAT, NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_listing_filter (const struct ng_listing *l,
                               const struct ng_ngc_info *info,
                               struct ng_output *out) NG_MUST_CHECK;

#endif
