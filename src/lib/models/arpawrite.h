/* Writes back-off models in ARPA form (see models/arparead.h), in the form
   that KenLM and IRSTLM read: fields split by tabs, n-grams of each order
   sorted by the model's ids, back-off weights for every order but the last,
   numbers with as many digits as read back exactly, log10 0 as -99.

   Either of a model in memory by ng_arpa_write, or part by part: ng_arpa_start,
   for each order ng_arpa_order and ng_arpa_ngram for each n-gram, ng_arpa_end;
   in any case ng_arpa_fini.  */
#ifndef NG_ARPAWRITE_H
#define NG_ARPAWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/output.h"
#include "models/backoff.h"

/* What tokens are called: the name of ID, its bytes in *LEN, borrowed until
   the next call.  */
struct ng_arpa_names
{
    const unsigned char *(*name) (const void *context, uint32_t id,
                                  size_t *len);
    const void *context;
};

struct ng_arpa_writer
{
    struct ng_output *out;
    struct ng_arpa_names names;
    unsigned order, k; /* of the model, and of the n-grams at hand */

    /* The n-gram before: N of its tokens, and its text.  */
    uint32_t tokens[NG_ORDER_MAX];
    size_t ends[NG_ORDER_MAX];
    unsigned n;
    unsigned char *text;
    size_t cap;
};

/* Let W, all zero, write to OUT a model of ORDER with N[k - 1] n-grams of order
   k; OUT and NAMES' context are borrowed.  NG_ESYS, as all of these.  */
enum ng_err ng_arpa_start (struct ng_arpa_writer *w, struct ng_output *out,
                           const struct ng_arpa_names *names, unsigned order,
                           const uint32_t *n) NG_MUST_CHECK;

/* N-grams of order K follow.  */
enum ng_err ng_arpa_order (struct ng_arpa_writer *w, unsigned k) NG_MUST_CHECK;

/* The n-gram TOKENS[K]; BOW is not looked at on the last order.  Names of
   tokens that it begins with as the one before are not asked for again.
   NG_ENOMEM.  */
enum ng_err ng_arpa_ngram (struct ng_arpa_writer *w, const uint32_t *tokens,
                           float logp, float bow) NG_MUST_CHECK;

/* The end of the model.  */
enum ng_err ng_arpa_end (struct ng_arpa_writer *w) NG_MUST_CHECK;

/* Release W, which may be all zero.  */
void ng_arpa_fini (struct ng_arpa_writer *w);

/* Write M, whose rule is NG_RULE_BACKOFF, to OUT.  */
enum ng_err ng_arpa_write (const struct ng_backoff *m,
                           struct ng_output *out) NG_MUST_CHECK;

#endif
