/* Writes an .ngc file (see counts/ngc.h) from n-grams in order.

   Order of calls: ng_ngcw_open; all names by ng_ngcw_name and all n-grams by
   ng_ngcw_add, ng_ngcw_keys or ng_ngcw_leaves, each order for itself rising,
   the orders in any order or mixed; ng_ngcw_finish; ng_ngcw_close.  The highest
   order goes straight to the output; lower ones and names, which stand behind
   it, wait in memory that the writer was given, and in temporary files.  The
   bytes depend on names and n-grams alone, not on how the calls were mixed.
   One thread at a time.  */
#ifndef NG_NGCWRITE_H
#define NG_NGCWRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pieces.h"
#include "counts/key.h"
#include "counts/ngc.h"
#include "io/output.h"

struct ng_ngcw;

/* A writer to OUT of a file with INFO; n-grams below INFO's least count are
   left out.  Temporary files go to SPILL_DIR.  OUT, SPILL_DIR and FAULT are
   borrowed.  NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_ngcw_open (const struct ng_ngc_info *info, struct ng_output *out,
                          const char *spill_dir, struct ng_fault *fault,
                          struct ng_ngcw **w) NG_MUST_CHECK;

/* Use PIECES, which are the caller's again and may be freed after W is
   closed.  */
void ng_ngcw_give (struct ng_ngcw *w, struct ng_pieces *pieces);

/* The next name of the vocabulary; each is above the one before.  */
enum ng_err ng_ngcw_name (struct ng_ngcw *w, const unsigned char *name,
                          size_t len) NG_MUST_CHECK;

/* The next n-gram of ORDER, its tokens RANKS[ORDER], with COUNT > 0.  Orders
   that the file has not are passed over.  NG_EOVERFLOW if the counts of the
   order add up to 2^64 or more.  */
enum ng_err ng_ngcw_add (struct ng_ngcw *w, unsigned order,
                         const uint32_t *ranks, uint64_t count) NG_MUST_CHECK;

/* All orders at once: ENTRIES[N][words + 1] are packed n-grams of the highest
   order with their counts, of SHAPE but cut by CUT, rising and above all
   before; zero tokens at the end stand where the text ends.  Lower orders get
   the sums.  Not to be mixed with ng_ngcw_add.  */
enum ng_err ng_ngcw_keys (struct ng_ngcw *w, struct ng_key_shape shape,
                          struct ng_key_cut cut, const uint64_t *entries,
                          size_t n) NG_MUST_CHECK;

/* The same, but nothing is added up: an n-gram goes with its count to the order
   of as many tokens as it has.  For a file of leaves, see counts/merge.h.  */
enum ng_err ng_ngcw_leaves (struct ng_ngcw *w, struct ng_key_shape shape,
                            struct ng_key_cut cut, const uint64_t *entries,
                            size_t n) NG_MUST_CHECK;

/* Write what is left, indexes and the table of contents.  OUT is not
   committed.  */
enum ng_err ng_ngcw_finish (struct ng_ngcw *w) NG_MUST_CHECK;

/* What has been written of ORDER.  */
struct ng_ngc_level ng_ngcw_level (const struct ng_ngcw *w, unsigned order);

/* Free W, which may be NULL.  */
void ng_ngcw_close (struct ng_ngcw *w);

#endif
