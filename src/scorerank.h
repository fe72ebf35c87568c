/* Scored lines with their text, to be put likeliest first: the --rank of
   ngram-score.  Start from all zero.  */
#ifndef NG_SCORERANK_H
#define NG_SCORERANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "models/score.h"

struct score_ranked
{
    double logp; /* log10 */
    uint64_t n_tokens, n_unknown;
    uint64_t number;  /* in the input */
    size_t text, len; /* in the bytes */
};

struct score_ranking
{
    struct score_ranked *items; /* [n] */
    size_t n, cap;
    unsigned char *bytes; /* the texts of the items */
    size_t n_bytes, cap_bytes;
};

/* Keep LINE of batch B, line NUMBER of the input.  HAS_EOS: its last token is
   the end of the sentence, which is no text.  NG_ENOMEM.  */
enum ng_err score_ranking_add (struct score_ranking *r,
                               const struct ng_scored_batch *b,
                               const struct ng_scored_line *line, bool has_eos,
                               uint64_t number) NG_MUST_CHECK;

/* By falling probability, then as they came.  */
void score_ranking_sort (struct score_ranking *r);

/* Release what R holds.  */
void score_ranking_fini (struct score_ranking *r);

#endif
