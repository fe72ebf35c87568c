/* Batches of pieces from several sources, each with its exact share of every
   prefix, within one piece (batch/fair.h).

   Each source is a sampler of its own, one piece at a time, epoch after epoch;
   pieces fill batches whatever their sources.  Of W ranks, rank R serves the
   batches R, R + W, ...; every rank counts through all of them.

   Call ng_mixture_new, ng_mixture_seek, ng_mixture_next until NG_END,
   ng_mixture_free.  One thread at a time.  */
#ifndef NG_MIXTURE_H
#define NG_MIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/sampler.h"

struct ng_mixture_source
{
    const char *name; /* to blame; borrowed */
    uint64_t n_tokens;
    uint64_t share;          /* 0: not served */
    uint64_t number;         /* its order is a function of the seed and this */
    struct ng_origin origin; /* its STEP does not count */
};

struct ng_mixture_spec
{
    /* Mode (not sequential), seed, sizes, offset, rank; not n_tokens, n_epochs
       and origin.  RNG is native.  */
    struct ng_sampler_spec spec;
    struct ng_mixture_source *sources; /* [n_sources] borrowed for the call */
    size_t n_sources;
    uint64_t n_pieces; /* of all sources; 0: without end */
    uint64_t step;     /* steps before */
};

struct ng_mixture;

/* Make a mixture.  NG_EINVAL if fewer pieces are to be served than a batch has
   rows, or a source is too short for a piece.  NG_ENOMEM.  FAULT is borrowed
   until it is freed.  */
enum ng_err ng_mixture_new (const struct ng_mixture_spec *spec,
                            struct ng_fault *fault,
                            struct ng_mixture **mixture) NG_MUST_CHECK;

/* As ng_sampler_seek, in time proportional to total share / least share and
   to the sources.  */
enum ng_err ng_mixture_seek (struct ng_mixture *mixture,
                             uint64_t step) NG_MUST_CHECK;

/* The next batch into *ROWS, and the number of the source of each row into
   *SOURCES, borrowed until the next call; or NG_END.  */
enum ng_err ng_mixture_next (struct ng_mixture *mixture,
                             struct ng_batch_rows *rows,
                             const uint32_t **sources) NG_MUST_CHECK;

uint64_t ng_mixture_step (const struct ng_mixture *mixture);

/* Pieces of source I that this rank served.  */
uint64_t ng_mixture_served (const struct ng_mixture *mixture, size_t i);

/* Where source I has to start in a run with the sizes of *NEXT that goes on
   where all ranks have served STEP steps, into *ORIGIN, and the pieces of it
   that they served since this mixture's origin into *PIECES.  *ORIGIN stays as
   it is if the source is not served and stands at the start of an epoch.
   MIXTURE is good only for such calls and to be freed then.  As
   ng_sampler_leave.  */
enum ng_err ng_mixture_leave (struct ng_mixture *mixture, uint64_t step,
                              size_t i, const struct ng_sampler_spec *next,
                              struct ng_origin *origin,
                              uint64_t *pieces) NG_MUST_CHECK;

/* Free MIXTURE, which may be NULL.  */
void ng_mixture_free (struct ng_mixture *mixture);

#endif
