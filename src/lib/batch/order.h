/* The order of the pieces of one epoch of one source, computed per piece.

   The source, from OFFSET on, is cut into pieces of T tokens, which a keyed
   permutation shuffles.  A run that goes on with smaller pieces in the middle
   of an epoch cuts what was not served yet once more: each cut has its own
   permutation over its own pieces.

       cut 0: T = 12, 5 pieces, 2 served      |AAAA|....|BBBB|....|....|
       cut 1: T = 4, the other 3 make 9            |d|a|c|    ...

   Order of calls: ng_order_init, ng_order_recut as often as there are cuts,
   then ng_order_start for any piece.  Read-only afterwards.  */
#ifndef NG_ORDER_H
#define NG_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/permute.h"

enum
{
    /* Cuts within one epoch: changes of T while it lasts.  */
    NG_CUTS_MAX = 8
};

/* An earlier cut of an epoch: of its pieces of N_STEPS tokens, the first
   N_SERVED in its order were served.  */
struct ng_cut
{
    uint64_t n_steps;
    uint64_t n_served;
};

struct ng_order
{
    uint64_t offset; /* tokens */
    size_t n_cuts;   /* from 1 to NG_CUTS_MAX + 1 */
    struct
    {
        uint64_t n_steps;
        uint64_t n_skipped; /* pieces of the cut before that are served */
        struct ng_permutation order;
    } cuts[NG_CUTS_MAX + 1];
};

/* N_PIECES > 0 pieces of N_STEPS tokens from OFFSET on, shuffled by KEY.  */
void ng_order_init (struct ng_order *order, uint64_t offset, uint64_t n_steps,
                    uint64_t n_pieces, uint64_t key);

/* All pieces but the first N_SERVED are cut into pieces of N_STEPS, which
   divides the present length; some are left.  At most NG_CUTS_MAX times.  */
void ng_order_recut (struct ng_order *order, uint64_t n_served,
                     uint64_t n_steps, uint64_t key);

/* The number of pieces of the last cut.  */
uint64_t ng_order_pieces (const struct ng_order *order);

/* The first token of piece I of the last cut.  */
uint64_t ng_order_start (const struct ng_order *order, uint64_t i);

/* The first tokens of the N pieces from piece I of the last cut on, into
   STARTS[N].  */
void ng_order_starts (const struct ng_order *order, uint64_t i, size_t n,
                      uint64_t *starts);

#endif
