/* Draws tokens from a model.

   The types that follow a context in the model's n-grams are weighed by whole
   numbers (chances.h), so are all types behind no context; what the n-grams of
   one order come to together is weighed against those of the others, one of
   the orders is drawn, then a type of it; one that a longer n-gram has already
   is drawn again.  Neither time nor memory goes with the vocabulary but once.
   No function of the C library that machines round differently has a part in
   it, so the same seed gives the same text on every machine.

   Where the n-grams of a context leave next to nothing of the order below, as
   in models whose scores are no probabilities, all types are weighed.

   <s> is never drawn; <unk> is, as often as the model says.  One thread.  */
#ifndef NG_DRAW_H
#define NG_DRAW_H

#include <stdint.h>

#include "base/err.h"
#include "base/random.h"
#include "models/ngm.h"

struct ng_draw;

/* Draw from NGM (borrowed) as if it were of order ORDER (0: its own), each
   probability raised to the power of 1 / TEMPERATURE, which is 0 or more: at 0
   the likeliest token comes always.  Only the TOP_K likeliest are drawn (0:
   all); of equal ones those of lower ids are likelier.  NG_ENOMEM.  */
enum ng_err ng_draw_new (const struct ng_ngm *ngm, unsigned order,
                         double temperature, uint32_t top_k,
                         struct ng_draw **s) NG_MUST_CHECK;

/* Free S, which may be NULL.  */
void ng_draw_free (struct ng_draw *s);

/* A token behind HISTORY[N], NG_NONE if none has a chance, in *ID.  With a
   context that was met lately and no TOP_K O(log n) on the average, else of the
   order of what follows the last token in bigrams, and TOP_K.  NG_ENOMEM.  */
enum ng_err ng_draw_token (struct ng_draw *s, const uint32_t *history, size_t n,
                           struct ng_random *random,
                           uint32_t *id) NG_MUST_CHECK;

#endif
