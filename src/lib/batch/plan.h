/* The plan of a mixture: how many pieces of each source are served.

   Weights are shares of the tokens served; or epochs of each source; or numbers
   of tokens.  With shares, E epochs and no cap, as many pieces are served as E
   epochs of all sources together have.  With a cap C no source is served for
   more than C epochs, with what earlier plans served of it; what it cannot give
   the others give by their shares, and if none can, fewer pieces are served.

   Call ng_plan_weight for each source and then ng_plan_make.  */
#ifndef NG_PLAN_H
#define NG_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum ng_weight_kind
{
    NG_WEIGHT_SHARES,
    NG_WEIGHT_EPOCHS,
    NG_WEIGHT_TOKENS
};

/* Weights and caps are whole numbers of this part of one.  */
#define NG_WEIGHT_UNIT UINT64_C (1000000000)

struct ng_plan_source
{
    uint64_t n_tokens;
    uint64_t weight;   /* in NG_WEIGHT_UNIT */
    uint64_t served;   /* tokens that earlier plans of this run served */
    uint64_t n_pieces; /* of an epoch at offset 0; made by ng_plan_make */
    uint64_t share;    /* relative; 0: not served; made by ng_plan_make */
    uint64_t quota;    /* pieces; made by ng_plan_make unless endless */
};

/* The number TEXT, such as 2 or 0.25, up to 9 digits on either side of the
   point, in NG_WEIGHT_UNIT.  False if it is none.  */
bool ng_plan_weight (const char *text, uint64_t *weight);

/* Fill in SOURCES[N] for pieces of N_STEPS tokens, N_EPOCHS (0: without end, of
   shares alone) and a cap of MAX_EPOCHS in NG_WEIGHT_UNIT (0: none), and the
   sum of the quotas (0: without end) into *N_PIECES.  NG_EINVAL if all weights
   are zero, or nothing is left to serve, or they come to less than a piece of
   any; NG_ELIMIT if the shares have too many digits.  */
enum ng_err ng_plan_make (enum ng_weight_kind kind,
                          struct ng_plan_source *sources, size_t n,
                          uint64_t n_steps, uint64_t n_epochs,
                          uint64_t max_epochs, uint64_t *n_pieces,
                          struct ng_fault *fault) NG_MUST_CHECK;

#endif
