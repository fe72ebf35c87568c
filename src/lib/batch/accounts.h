/* Where the tokens of a corpus went: nothing vanishes.

   Zero a struct ng_accounts, call ng_accounts_add for each batch of a sampler,
   then ng_accounts_close; documents have ng_docsampler_account.  */
#ifndef NG_ACCOUNTS_H
#define NG_ACCOUNTS_H

#include <stdint.h>

#include "batch/sampler.h"

/* Numbers of tokens.
   TOKENS = SERVED + OFFSET + CUT + ALONE + LEFT_OUT + ELSEWHERE.  */
struct ng_accounts
{
    uint64_t n_epochs;  /* that batches were served of */
    uint64_t tokens;    /* of the corpus, in each of the epochs */
    uint64_t served;    /* in the rows of this run, each once: of a piece of the
                          corpus its features */
    uint64_t offset;    /* before the first piece */
    uint64_t cut;       /* beyond T + 1 tokens of a document (sentence) */
    uint64_t alone;     /* documents of one token */
    uint64_t left_out;  /* what fills no batch or no row */
    uint64_t elsewhere; /* before this run's first step, after its last one, and
                           what other ranks serve */
    uint64_t padding;   /* places in the rows of this run without a token */
    uint64_t epoch;     /* the last that was served of */
};

/* Add the batch ROWS of SAMPLER, which was made for *SPEC, with its present
   origin; not of NG_MODE_UNIFORM, which has no such accounts.  */
void ng_accounts_add (struct ng_accounts *accounts,
                      const struct ng_sampler *sampler,
                      const struct ng_sampler_spec *spec,
                      const struct ng_batch_rows *rows);

/* Find ELSEWHERE from the rest.  */
void ng_accounts_close (struct ng_accounts *accounts);

#endif
