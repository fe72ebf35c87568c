/* The chances of what follows a context, as whole numbers: for the types that
   follow it in n-grams of the model, and for all types behind no context.

   The weights of an order are to the same scale, that of the likeliest, and are
   kept as running sums, by which one is drawn in O(log n).  So that those that
   follow a longer context can be left out of a draw by a shorter one, it is
   kept how much they weigh there, to the last unit.

       behind no context   all types            total
       behind b            what follows b       total, covered behind nothing
       behind a b          what follows a b     total, covered behind b

   What was made is kept for later up to a bound of memory.  One thread.  */
#ifndef NG_CHANCES_H
#define NG_CHANCES_H

#include <stdint.h>

#include "base/err.h"
#include "models/ngm.h"

struct ng_chances;

struct ng_chance
{
    uint32_t place;   /* of the context in its order */
    uint32_t context; /* tokens of it; 0: none */
    uint32_t n;       /* types */
    uint32_t *ids;    /* [n] rising; NULL: all types, from 0 on */
    uint64_t *sums;   /* [n] of the weights up to each */
    uint64_t total;   /* of the weights, below 2^63 */
    uint64_t covered; /* what these types weigh in the chances below */
    double top;       /* of the weights, see weight.h */
};

/* Chances by NGM (borrowed) as if it were of order ORDER, 1 or more, each
   probability raised to the power of SCALE, up to NG_WEIGHT_SCALE_MAX.
   NG_ENOMEM.  */
enum ng_err ng_chances_new (const struct ng_ngm *ngm, unsigned order,
                            double scale, struct ng_chances **c) NG_MUST_CHECK;

/* Free C, which may be NULL.  */
void ng_chances_free (struct ng_chances *c);

/* Begin a draw: what was answered before may be gone.  */
void ng_chances_start (struct ng_chances *c);

/* Behind no context.  */
const struct ng_chance *ng_chances_all (const struct ng_chances *c);

/* Behind the N tokens HISTORY[N], N from 1 to the order - 1, an n-gram of the
   model with place PLACE; BELOW are the chances behind a shorter end of it, to
   which the model goes down for what does not follow.  Valid until the next
   draw is begun.  NG_ENOMEM.  O(log n) if it is known, else of the order of
   what follows the last token.  */
enum ng_err ng_chances_behind (struct ng_chances *c, const uint32_t *history,
                               unsigned n, uint32_t place,
                               const struct ng_chance *below,
                               const struct ng_chance **chance) NG_MUST_CHECK;

/* The type that number X, below the total, falls to.  */
uint32_t ng_chance_pick (const struct ng_chance *chance, uint64_t x);

/* What follows TOKEN in bigrams, as ng_follow_ids.  */
const uint32_t *ng_chances_follow (const struct ng_chances *c, uint32_t token,
                                   uint32_t *n);

#endif
