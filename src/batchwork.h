/* ngram-batch at work: what is open, where batches come from, how one is
   fetched and written.  */
#ifndef NG_BATCHWORK_H
#define NG_BATCHWORK_H

#include <sys/uio.h>

#include "base/err.h"
#include "batch/accounts.h"
#include "batch/ahead.h"
#include "batch/docsampler.h"
#include "batch/documents.h"
#include "batch/record.h"
#include "batch/sampler.h"
#include "batch/shards.h"
#include "batch/state.h"
#include "batchopts.h"
#include "io/output.h"

/* Batches come from a mixture (struct request), from the documents, or else
   from the sampler.  */
struct work
{
    struct ng_fault fault;
    struct ng_shards shards; /* no mixture */
    struct ng_state state;
    struct ng_sampler *sampler;
    struct ng_documents *documents;
    struct ng_docsampler *docsampler;
    uint64_t id_end; /* size of the vocabulary; 0: not given */
    struct ng_record *record;
    struct ng_output *out;
    uint64_t *parts; /* [T + 1] of the present row; NULL: none are wanted */
    struct iovec *direct; /* rows that are not copied; NULL: all are */
    struct ng_ahead *ahead;
    struct ng_accounts accounts;
};

/* Open all token files, and find out the type of ids, the vocabulary and what
   names in it stand for.  */
enum ng_err work_open_files (struct request *r, struct work *w) NG_MUST_CHECK;

/* Stand where batches are to start, and have in W's state what it is to
   say.  */
enum ng_err work_open_source (struct request *r, struct work *w) NG_MUST_CHECK;

/* Refuse a state that would overwrite what is read or written besides, or go to
   standard output.  A state that is resumed from may be the one that is
   kept.  */
enum ng_err work_check_state (const struct request *r,
                              struct ng_fault *fault) NG_MUST_CHECK;

/* The rows of a batch of this rank.  */
uint64_t work_rows (const struct request *r, const struct work *w);

/* Get ready for work_serve, once W's record is there.  */
enum ng_err work_open_serving (const struct request *r,
                               struct work *w) NG_MUST_CHECK;

/* Fetch the rows of the next batch and write it; or NG_END.  */
enum ng_err work_serve (const struct request *r, struct work *w) NG_MUST_CHECK;

/* Say on standard error where the tokens went.  */
enum ng_err work_account (const struct request *r,
                          struct work *w) NG_MUST_CHECK;

#endif
