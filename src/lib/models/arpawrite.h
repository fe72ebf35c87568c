/* Writes back-off models in ARPA form (see models/arparead.h), in the form
   that KenLM and IRSTLM read: fields split by tabs, n-grams of each order
   sorted by the model's ids, back-off weights for every order but the last,
   numbers with as many digits as read back exactly, log10 0 as -99.  */
#ifndef NG_ARPAWRITE_H
#define NG_ARPAWRITE_H

#include "base/err.h"
#include "io/output.h"
#include "models/backoff.h"

/* Write M, whose rule is NG_RULE_BACKOFF, to OUT.  NG_ESYS.  */
enum ng_err ng_arpa_write (const struct ng_backoff *m,
                           struct ng_output *out) NG_MUST_CHECK;

#endif
