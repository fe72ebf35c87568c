/* Which pieces of a corpus make up which batch.

   A corpus of n tokens x_0 .. x_{n-1} is cut into rows of T + 1 tokens: T
   features and, shifted by one, T labels.

   Random (Zhang et al., Dive into Deep Learning, "Language Models"): with an
   offset r from 0 to T - 1, piece j of floor ((n - r - 1) / T) starts at
   r + jT; the pieces are shuffled, and B at a time make a batch.
   Sequential: with r from 0 to T and c = floor ((n - r - 1) / B), row i of
   batch k starts at r + ic + kT, for k below floor (c / T).
   What does not fill a batch is left out.

   NG_RNG_NATIVE: offset and shuffle are functions of (seed, epoch), computed
   for one place at a time, so that any batch is found at once and memory does
   not grow.  Over T epochs (T + 1 if sequential) each offset comes once.
   NG_RNG_PYTHON: one MT19937 generator draws the offset and shuffles a list of
   the pieces, epoch after epoch, as the textbook's loaders do with CPython's
   module random; memory grows with the pieces, 8 bytes each.

   Input: nothing but numbers; output: batches in order, epoch after epoch.
   Call ng_sampler_new, ng_sampler_seek if not to start at the first batch,
   ng_sampler_next until it answers NG_END, ng_sampler_free.  A sampler belongs
   to one thread.  */
#ifndef NG_SAMPLER_H
#define NG_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum ng_mode
{
    NG_MODE_RANDOM,
    NG_MODE_SEQUENTIAL
};

enum ng_rng
{
    NG_RNG_NATIVE,
    NG_RNG_PYTHON
};

struct ng_sampler_spec
{
    enum ng_mode mode;
    enum ng_rng rng;
    uint64_t seed;
    uint64_t n_tokens;   /* n */
    uint64_t batch_size; /* B > 0, rows */
    uint64_t n_steps;    /* T > 0, tokens */
    uint64_t n_epochs;   /* 0: without end */
    bool fixed_offset;   /* the offset is OFFSET in every epoch */
    uint64_t offset;
};

/* A batch: row i is the T + 1 tokens from STARTS[i] on.  */
struct ng_batch_rows
{
    const uint64_t *starts; /* [n_rows], borrowed until the next call */
    size_t n_rows;
    uint64_t epoch; /* from 0 */
    uint64_t index; /* of the batch within its epoch, from 0 */
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

/* The next batch into *ROWS, or NG_END.  NG_EINVAL, as above, if there was no
   batch because of the offsets that were drawn.  NG_ENOMEM with
   NG_RNG_PYTHON.  */
enum ng_err ng_sampler_next (struct ng_sampler *sampler,
                             struct ng_batch_rows *rows) NG_MUST_CHECK;

/* The number of batches of epoch EPOCH, which is the present one or, with
   NG_RNG_NATIVE, any.  */
uint64_t ng_sampler_epoch_batches (const struct ng_sampler *sampler,
                                   uint64_t epoch);

/* Free SAMPLER, which may be NULL.  */
void ng_sampler_free (struct ng_sampler *sampler);

#endif
