/* Scores the lines of a text by a model: each line is a sentence behind <s>
   and before </s>, as far as the model has these.

   Tokens come as ng_tokenizer_scan gives them.  Whole lines are gathered to
   batches of some thousand tokens; threads ask the model; batches are handed
   to the caller's function in the order of the text, in the caller's thread,
   so that results do not depend on the number of threads.

   Order of calls: ng_scorer_new, ng_scorer_add, ng_scorer_finish,
   ng_scorer_free.  */
#ifndef NG_SCORE_H
#define NG_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "models/ngm.h"
#include "text/token.h"

struct ng_scored_line
{
    size_t start, end;   /* its tokens, </s> among them, in the batch */
    double logp;         /* log10, of all */
    double logp_unknown; /* log10, of those that the model does not know */
    uint64_t n_tokens;   /* </s> among them */
    uint64_t n_unknown;
};

struct ng_scored_batch
{
    const struct ng_scored_line *lines; /* [n_lines] */
    size_t n_lines;
    const double *logp;  /* of each token, log10 */
    const uint8_t *used; /* the order of the n-gram that gave it */
    const uint32_t *ids;
    const size_t *names;        /* where its name starts in BYTES; where the
                                    next starts is where it ends */
    const unsigned char *bytes; /* both NULL if names are not kept */
};

/* What is done with a batch, which is borrowed.  Anything but NG_OK ends the
   scoring.  */
typedef enum ng_err ng_score_sink (void *context,
                                   const struct ng_scored_batch *batch);

struct ng_scorer;

/* A scorer by NGM (borrowed) as if it were of order ORDER (0: its own), with
   N_THREADS threads, 1 or more.  KEEP_NAMES: batches have the names of their
   tokens.  NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_scorer_new (const struct ng_ngm *ngm, unsigned order,
                           unsigned n_threads, bool keep_names,
                           ng_score_sink *sink, void *context,
                           struct ng_scorer **s) NG_MUST_CHECK;

/* The text goes on with LIST.  NG_ENOMEM, and what the sink answers.  */
enum ng_err ng_scorer_add (struct ng_scorer *s,
                           const struct ng_token_list *list) NG_MUST_CHECK;

/* The text ends, at a line's end.  As before.  */
enum ng_err ng_scorer_finish (struct ng_scorer *s) NG_MUST_CHECK;

/* Free S, which may be NULL.  */
void ng_scorer_free (struct ng_scorer *s);

#endif
