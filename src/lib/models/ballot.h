/* A list of types to draw one of, by their probabilities: either all types of a
   model behind a context, or the likeliest of them.  See draw.h, which uses it
   where weighing order by order does not do.  One thread.  */
#ifndef NG_BALLOT_H
#define NG_BALLOT_H

#include <stdint.h>

#include "base/err.h"
#include "base/random.h"
#include "models/ngm.h"
#include "models/query.h"

struct ng_ballot;

/* Lists of types of NGM, asked by QUERY (both borrowed); each probability is
   raised to the power of SCALE, up to NG_WEIGHT_SCALE_MAX.  NG_ENOMEM.  */
enum ng_err ng_ballot_new (const struct ng_ngm *ngm, struct ng_query *query,
                           double scale, struct ng_ballot **b) NG_MUST_CHECK;

/* Free B, which may be NULL.  */
void ng_ballot_free (struct ng_ballot *b);

/* List all types but <s> as they are behind HISTORY[N].  O(types).  NG_ENOMEM.
 */
enum ng_err ng_ballot_all (struct ng_ballot *b, const uint32_t *history,
                           unsigned n) NG_MUST_CHECK;

/* List the K likeliest of them, of equal ones those of lower ids: they are
   among IDS[M], which are all that follow the last token in bigrams, and the K
   likeliest behind no context but those.  O(M + K) after the first time.
   NG_ENOMEM.  */
enum ng_err ng_ballot_likeliest (struct ng_ballot *b, const uint32_t *history,
                                 unsigned n, const uint32_t *ids, uint32_t m,
                                 uint32_t k) NG_MUST_CHECK;

/* One of those listed, NG_NONE if none has a chance.  */
uint32_t ng_ballot_draw (const struct ng_ballot *b, struct ng_random *random);

#endif
