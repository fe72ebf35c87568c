/* Going on from a state: is it of this corpus and of this order, and where
   does a run with perhaps other sizes start?  */
#ifndef NG_RESUME_H
#define NG_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/documents.h"
#include "batch/sampler.h"
#include "batch/shards.h"
#include "batch/state.h"

/* What of a specification was asked for, and is not a default.  */
struct ng_given
{
    bool mode, rng, seed, offset, reverse, batch_size, n_steps, rank, world;
    bool documents, eod;
};

/* Take from STATE what was not GIVEN to *SPEC, *REVERSE and *DOCUMENTS.
   NG_EINVAL, with the state file NAME in *FAULT, if what was given makes another
   order.  */
enum ng_err ng_resume_spec (const struct ng_state *state, const char *name,
                            const struct ng_given *given,
                            struct ng_sampler_spec *spec, bool *reverse,
                            enum ng_documents_kind *documents,
                            struct ng_fault *fault) NG_MUST_CHECK;

/* The same for the token EOD that ends a document, once it is known, where
   documents count.  */
enum ng_err ng_resume_eod (const struct ng_state *state, const char *name,
                           const struct ng_given *given, uint64_t *eod,
                           struct ng_fault *fault) NG_MUST_CHECK;

/* Set the origin of *SPEC, whose other fields are as the run will have them,
   so that step STEP, which STATE's run has not served, comes next of a corpus
   with CHECKSUM.  NG_EINVAL if it is another corpus or the epoch cannot go on
   with these sizes.  As ng_sampler_new and ng_sampler_leave.  */
enum ng_err ng_resume_origin (const struct ng_state *state, const char *name,
                              uint32_t checksum, uint64_t step,
                              struct ng_sampler_spec *spec,
                              struct ng_fault *fault) NG_MUST_CHECK;

/* The same of a run over the documents of SHARDS, as the state says they are;
   as ng_docsampler_leave.  With other sizes SHARDS is scanned once more.  */
enum ng_err ng_resume_documents (const struct ng_state *state, const char *name,
                                 uint32_t checksum, uint64_t step,
                                 const struct ng_shards *shards,
                                 struct ng_sampler_spec *spec,
                                 struct ng_fault *fault) NG_MUST_CHECK;

#endif
