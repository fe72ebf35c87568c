/* What a run has served, as a few lines of text that another run goes on from.

       ngram-batch state 1
       mode random
       rng native
       seed 0
       offset random
       reverse 0
       documents whole
       eod 2
       pad 0
       batch-size 32
       num-steps 35
       rank 0
       world 1
       step 120
       tokens 170580
       checksum 89ab12cd
       from-step 100
       from-epoch 3
       from-done 320
       from-offset-steps 70
       cut 70 64
       end

   STEP steps are served.  They are counted from an origin (the lines from-...
   and cut, see batch/sampler.h), where a run with these sizes began.  The lines
   "documents", "eod" and "pad" are there if documents count; "pad" may be
   missing.  Of a mixture there is a block from "tokens" on for each source,
   after its own lines "source I", "share Q" and "served N".  A source is known
   by its number of tokens and a checksum of a sample of them, wherever its file
   is.

   Call ng_state_init, fill in, ng_state_write; or ng_state_read; at the end
   ng_state_fini.  */
#ifndef NG_STATE_H
#define NG_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/documents.h"
#include "batch/sampler.h"

struct ng_state_source
{
    uint64_t n_tokens;
    uint32_t checksum; /* ng_shards_checksum */
    uint64_t share;    /* of a mixture */
    uint64_t number;   /* of a mixture: what its order is a function of */
    uint64_t served;   /* of a mixture: tokens before the origin */
    struct ng_origin origin;
};

struct ng_state
{
    /* Sizes, seed and modes; n_tokens, n_epochs and origin do not count.  */
    struct ng_sampler_spec spec;
    bool reverse;
    enum ng_documents_kind documents;
    uint64_t eod; /* their end, unless NG_DOCUMENTS_CROSS */
    bool has_pad;
    uint64_t pad; /* what fills their rows */
    bool mixture;
    uint64_t step;
    struct ng_state_source *sources; /* [n_sources] */
    size_t n_sources, cap_sources;
};

void ng_state_init (struct ng_state *state);

/* Append a source and hand out where it is, until the next call.  NULL if
   memory is short.  */
struct ng_state_source *ng_state_add (struct ng_state *state) NG_MUST_CHECK;

/* Replace the file NAME, whole or not at all, by STATE.  As ng_output_open,
   ng_output_write and ng_output_commit.  */
enum ng_err ng_state_write (const struct ng_state *state, const char *name,
                            struct ng_fault *fault) NG_MUST_CHECK;

/* Do the same, but leave the file as it is: will it work?  What is no regular
   file is written to.  */
enum ng_err ng_state_try (const struct ng_state *state, const char *name,
                          struct ng_fault *fault) NG_MUST_CHECK;

/* Read the file NAME into *STATE, which was initialised.  NG_EFORMAT names the
   line that is wrong; the numbers were checked against each other, but not
   against a corpus.  NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_state_read (const char *name, struct ng_state *state,
                           struct ng_fault *fault) NG_MUST_CHECK;

void ng_state_fini (struct ng_state *state);

#endif
