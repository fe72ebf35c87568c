/* Which rows of a corpus of documents make up which batch.

   There are U rows (batch/documents.h), B of them make a batch, and an epoch
   has floor (U / B) batches.  In epoch e, with p the permutation of the rows
   that seed and e name (batch/permute.h):

   Whole and pack, random: batch k has the rows p(kB) .. p(kB + B - 1).
   Whole, sequential: with c = floor (U / B), row i of batch k is row ic + k, so
   that pieces of a document follow one another in the same row.
   Sentence: N = max (1, floor (8192 / B)) batches' worth of rows in the order
   of p are a window; a window's rows, sorted by falling length, B at a time,
   make its batches, which are served in a shuffled order.  So rows of a batch
   are alike in length and yet from anywhere.

   Epochs, steps, ranks and origins are those of batch/sampler.h, with rows for
   pieces, or columns if sequential; there are no offsets and no cuts.

   Call ng_docsampler_new, ng_docsampler_seek if not to start at the origin,
   ng_docsampler_next until it answers NG_END, ng_docsampler_free.  One thread
   at a time.  */
#ifndef NG_DOCSAMPLER_H
#define NG_DOCSAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/accounts.h"
#include "batch/documents.h"
#include "batch/sampler.h"

/* A batch: row i is the parts from ENDS[i - 1] (0 for the first) up to
   ENDS[i].  */
struct ng_docbatch
{
    const struct ng_part *parts; /* borrowed until the next call, as is ENDS */
    const size_t *ends;          /* [n_rows] */
    size_t n_rows;
    uint64_t step;  /* of this rank, from 0 */
    uint64_t epoch; /* from 0 */
};

struct ng_docsampler;

/* Make a sampler of the documents DOCUMENTS, borrowed, of the corpus that FILE,
   which may be NULL, is to be blamed for.  Of *SPEC, mode (not uniform; random
   if not whole), seed, batch_size, n_steps, n_epochs, rank, world, n_tokens and
   origin count.  KIND is that of DOCUMENTS.  NG_EINVAL if there are fewer rows
   than a batch has.  NG_ENOMEM.  FILE and FAULT are borrowed.  */
enum ng_err ng_docsampler_new (const struct ng_sampler_spec *spec,
                               enum ng_documents_kind kind,
                               struct ng_documents *documents, const char *file,
                               struct ng_fault *fault,
                               struct ng_docsampler **sampler) NG_MUST_CHECK;

/* As ng_sampler_rows.  */
uint64_t ng_docsampler_rows (const struct ng_docsampler *sampler);

/* As ng_sampler_seek, in constant time.  */
enum ng_err ng_docsampler_seek (struct ng_docsampler *sampler,
                                uint64_t step) NG_MUST_CHECK;

/* The next batch into *BATCH, or NG_END.  The first batch of a window costs
   finding all rows of it.  NG_ENOMEM.  */
enum ng_err ng_docsampler_next (struct ng_docsampler *sampler,
                                struct ng_docbatch *batch) NG_MUST_CHECK;

/* Into *ORIGIN: where a run with the B, T and W of *NEXT goes on after STEP
   steps of all ranks.  NG_EINVAL if the epoch cannot go on with these sizes; as
   ng_docsampler_seek.  SAMPLER is good only to be freed then.  */
enum ng_err ng_docsampler_leave (struct ng_docsampler *sampler, uint64_t step,
                                 const struct ng_sampler_spec *next,
                                 struct ng_origin *origin) NG_MUST_CHECK;

/* The accounts of what was served so far.  Finds the rows that are left out,
   fewer than B, of each epoch that was entered.  NG_ENOMEM.  */
enum ng_err ng_docsampler_account (struct ng_docsampler *sampler,
                                   struct ng_accounts *accounts) NG_MUST_CHECK;

/* Free SAMPLER, which may be NULL.  */
void ng_docsampler_free (struct ng_docsampler *sampler);

#endif
