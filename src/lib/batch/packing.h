/* Best-fit-decreasing packing: pieces of documents into rows, so that little is
   padded and nothing is cut (Ding et al. 2024, "Fewer Truncations Improve
   Language Modeling", section 3; the rule is that of Johnson et al. 1974).

   Pieces are taken from the longest to the shortest; each goes into the row
   with the least room that it fits in, or else opens a new one.  Lengths are
   bounded by the row's, so pieces are sorted by counting, and the rooms that
   there are make a bitmap: placing a piece costs next to nothing.

       room 8, pieces 5 3 2 6 2:   6 2 | 5 3 | 2

   Ties go to the piece that comes first and to the row that was filled last, so
   the outcome is a function of the lengths in their order.

   Call ng_packing_new, then ng_packing_run for each list of pieces, and
   ng_packing_row for its rows; ng_packing_free.  One thread at a time.  */
#ifndef NG_PACKING_H
#define NG_PACKING_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_packing;

/* A packer into rows of ROOM > 0 tokens; its memory is some bytes for each
   token of a row and, later, 24 for each piece.  NG_ENOMEM.  */
enum ng_err ng_packing_new (uint32_t room,
                            struct ng_packing **packing) NG_MUST_CHECK;

/* Pack N pieces of LENGTHS[N] tokens, each from 1 to the room, and store the
   number of rows in *N_ROWS.  N is below 2^32.  NG_ENOMEM.  */
enum ng_err ng_packing_run (struct ng_packing *packing, const uint32_t *lengths,
                            size_t n, size_t *n_rows) NG_MUST_CHECK;

/* The indexes of the pieces of row ROW, longest first, and their number into
   *N; borrowed until the next run.  */
const uint32_t *ng_packing_row (const struct ng_packing *packing, size_t row,
                                size_t *n);

/* Free PACKING, which may be NULL.  */
void ng_packing_free (struct ng_packing *packing);

#endif
