/* Draws tokens from a model.

   The probabilities of all types behind a context are asked at once and made
   whole numbers, and one of these is chosen by a whole random number; no
   function of the C library that machines round differently has a part in it.
   So the same seed gives the same text on every machine.  A token costs a
   search for every type.

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

/* A token behind HISTORY[N], NG_NONE if none has a chance.  */
uint32_t ng_draw_token (struct ng_draw *s, const uint32_t *history, size_t n,
                        struct ng_random *random);

/* The whole number for 2^X with X = LOGP / log10 (2) * SCALE: it is
   2^62 times 2^(X - TOP), rounded down with a relative error below 2^-50, for
   X <= TOP + 1.  */
uint64_t ng_draw_weight (double logp, double scale, int top);

#endif
