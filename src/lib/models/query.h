/* Asks a model for the probabilities of many tokens at once.

   The longest listed n-gram that ends at a token is found from the last token
   backwards, order by order, and the searches of different tokens do not wait
   for each other: for a block of tokens, order by order, first every place in
   memory that will be read is named to the processor (prefetched), then read.
   The weights for backing off come from the searches of the tokens before,
   which walked just those contexts.

   A query object is used by one thread; the model is shared.  */
#ifndef NG_QUERY_H
#define NG_QUERY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "models/ngm.h"

struct ng_query;

/* Ask NGM (borrowed) as if it were of order ORDER, at most its own; 0: its
   own.  NG_ENOMEM.  */
enum ng_err ng_query_new (const struct ng_ngm *ngm, unsigned order,
                          struct ng_query **q) NG_MUST_CHECK;

/* Free Q, which may be NULL.  */
void ng_query_free (struct ng_query *q);

/* For the N tokens IDS[N], of which token i stands behind CONTEXT[i] tokens
   that matter (no more than stand there; beyond the order they do not
   matter), store in LOGP[i] the log10 probability and in USED[i] the order of
   the n-gram that gave it.  */
void ng_query_run (struct ng_query *q, const uint32_t *ids,
                   const uint8_t *context, size_t n, double *logp,
                   uint8_t *used);

/* For each of the M tokens IDS[M], or the M ids from 0 on if that is NULL, store
   in LOGP its log10 probability behind the tokens HISTORY[N].  */
void ng_query_each (struct ng_query *q, const uint32_t *history, unsigned n,
                    const uint32_t *ids, uint32_t m, double *logp);

/* Leave of IDS[M] those that follow HISTORY[N], N from 1 to the order - 1, in
   an n-gram of order N + 1, in their order, and return how many.  Store in
   LOGP[i] the log10 probability of that n-gram, in LOWER[i] of its suffix.  */
uint32_t ng_query_followers (struct ng_query *q, const uint32_t *history,
                             unsigned n, uint32_t *ids, uint32_t m, float *logp,
                             float *lower);

/* The longest n-grams that end with the last token of HISTORY[N], N > 0: how
   long the longest is, up to the order - 1; for each length k the place of that
   n-gram in PLACES[k - 1] and its log10 weight in BOW[k - 1].  */
unsigned ng_query_context (const struct ng_query *q, const uint32_t *history,
                           unsigned n, uint32_t places[NG_ORDER_MAX],
                           float bow[NG_ORDER_MAX]);

#endif
