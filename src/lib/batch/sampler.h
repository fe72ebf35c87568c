/* Which pieces of a corpus make up which batch.

   A corpus of n tokens x_0 .. x_{n-1} is cut into rows of T + 1 tokens: T
   features and, shifted by one, T labels.

   Random (Zhang et al., Dive into Deep Learning, "Language Models"): with an
   offset r from 0 to T - 1, piece j of floor ((n - r - 1) / T) starts at
   r + jT; the pieces are shuffled, and B at a time make a batch.
   Sequential: with r from 0 to T and c = floor ((n - r - 1) / B), row i of
   batch k starts at r + ic + kT, for k below floor (c / T).
   Uniform: each row starts at any token from 0 to n - T - 1, all equally
   likely, whatever the others are; an epoch is as many rows as random mode
   has with r = 0.
   What does not fill a batch is left out.

   NG_RNG_NATIVE: offset and shuffle are functions of (seed, epoch), computed
   for one place at a time, so that any batch is found at once and memory does
   not grow.  Over T epochs (T + 1 if sequential) each offset comes once.
   NG_RNG_PYTHON: one MT19937 generator draws the offset and shuffles a list of
   the pieces, epoch after epoch, as the textbook's loaders do with CPython's
   module random; memory grows with the pieces, 8 bytes each, and a place is
   found by going through the epochs before it.

   Of W ranks, rank R serves the batches R, R + W, R + 2W, ..., counted through
   all epochs, so that ranks at the same step have served W batches a step; in
   sequential mode it serves of every batch the rows from floor (RB / W) to
   floor ((R + 1) B / W) - 1.

   A sampler starts at an origin: the start of all, or where another run left
   off, perhaps with other B, T, W.  A step is a batch of this rank, counted
   from the very first.

   Call ng_sampler_new, ng_sampler_seek if not to start at the origin,
   ng_sampler_next until it answers NG_END, ng_sampler_free.  A sampler belongs
   to one thread.  */
#ifndef NG_SAMPLER_H
#define NG_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/order.h"

enum ng_mode
{
    NG_MODE_RANDOM,
    NG_MODE_SEQUENTIAL,
    NG_MODE_UNIFORM
};

enum ng_rng
{
    NG_RNG_NATIVE,
    NG_RNG_PYTHON
};

/* Where a run starts.  All zero: at the start of all.  */
struct ng_origin
{
    uint64_t step;  /* steps before */
    uint64_t epoch; /* the epoch, from 0 */
    uint64_t done;  /* of its last cut's pieces (columns, if sequential) */
    uint64_t offset_steps; /* the T that its offset was drawn for; 0: T */
    size_t n_cuts;
    struct ng_cut cuts[NG_CUTS_MAX]; /* earlier cuts of this epoch */
};

struct ng_sampler_spec
{
    enum ng_mode mode;
    enum ng_rng rng; /* not python with NG_MODE_UNIFORM */
    uint64_t seed;
    uint64_t n_tokens;   /* n */
    uint64_t batch_size; /* B > 0, rows */
    uint64_t n_steps;    /* T > 0, tokens */
    uint64_t n_epochs;   /* 0: without end */
    bool fixed_offset;   /* the offset is OFFSET in every epoch */
    uint64_t offset;
    uint64_t rank;  /* R, below WORLD */
    uint64_t world; /* W > 0 */
    struct ng_origin origin;
};

/* A batch: row i is the T + 1 tokens from STARTS[i] on.  */
struct ng_batch_rows
{
    const uint64_t *starts; /* [n_rows], borrowed until the next call */
    size_t n_rows;
    uint64_t step;  /* of this rank, from 0 */
    uint64_t epoch; /* from 0 */
    uint64_t index; /* of the batch in its epoch, or since the origin */
};

struct ng_sampler;

/* Make a sampler for *SPEC and hand it to *SAMPLER.  NG_EINVAL if the corpus
   has too few tokens for a batch; the fault says how many there are and how
   many are needed, and blames FILE, which may be NULL.  NG_EOVERFLOW if a
   batch is larger than can be counted.  NG_ENOMEM.  FILE and FAULT are
   borrowed until the sampler is freed.  */
enum ng_err ng_sampler_new (const struct ng_sampler_spec *spec,
                            const char *file, struct ng_fault *fault,
                            struct ng_sampler **sampler) NG_MUST_CHECK;

/* The most rows that a batch of this rank has: 0 if there are fewer rows than
   ranks.  */
uint64_t ng_sampler_rows (const struct ng_sampler *sampler);

/* Go to step STEP, not before the origin, so that ng_sampler_next serves it
   next.  With NG_RNG_NATIVE at most T evaluations of a permutation, whatever
   STEP.  NG_EINVAL if there are not so many steps; the fault says how many
   there are.  NG_ENOMEM.  */
enum ng_err ng_sampler_seek (struct ng_sampler *sampler,
                             uint64_t step) NG_MUST_CHECK;

/* The next batch into *ROWS, or NG_END.  NG_EOVERFLOW if its number or that of
   its epoch is 2^64 - 1 or more, so that it could not be counted.  NG_EINVAL,
   as above, if there was no batch because of the offsets that were drawn.
   NG_ENOMEM with NG_RNG_PYTHON.  */
enum ng_err ng_sampler_next (struct ng_sampler *sampler,
                             struct ng_batch_rows *rows) NG_MUST_CHECK;

/* Leave the next step out, as if it had been served.  */
void ng_sampler_skip (struct ng_sampler *sampler);

/* The number of the step that ng_sampler_next serves next.  */
uint64_t ng_sampler_step (const struct ng_sampler *sampler);

/* Into *ORIGIN: where a run with the B, T and W of *NEXT has to start so that
   it goes on where all ranks have served STEP steps.  Other fields of NEXT do
   not matter.  NG_EINVAL or NG_ELIMIT if the epoch cannot go on so; the fault
   says why.  As ng_sampler_seek.  SAMPLER is good only to be freed then.  */
enum ng_err ng_sampler_leave (struct ng_sampler *sampler, uint64_t step,
                              const struct ng_sampler_spec *next,
                              struct ng_origin *origin) NG_MUST_CHECK;

/* The number of batches, of all ranks, in epoch EPOCH, which is the present
   one or, with NG_RNG_NATIVE, any.  */
uint64_t ng_sampler_epoch_batches (const struct ng_sampler *sampler,
                                   uint64_t epoch);

/* The first token that epoch EPOCH, as above, may serve.  */
uint64_t ng_sampler_epoch_offset (const struct ng_sampler *sampler,
                                  uint64_t epoch);

/* Free SAMPLER, which may be NULL.  */
void ng_sampler_free (struct ng_sampler *sampler);

#endif
