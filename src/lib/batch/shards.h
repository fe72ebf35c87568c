/* The corpus that batches are cut from: one or more token files in the order
   given, as if they were one sequence.

   Call ng_shards_init, ng_shards_add for each file, ng_shards_copy as often as
   needed, ng_shards_fini at the end.  Threads may share a corpus once it is
   complete.  */
#ifndef NG_SHARDS_H
#define NG_SHARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/tokenfile.h"

struct ng_shards
{
    struct ng_tokenfile *files; /* [n_files] */
    uint64_t *starts;           /* [n_files] place of each one's first token */
    size_t n_files, cap_files, cap_starts;
    uint64_t n_tokens;
};

void ng_shards_init (struct ng_shards *shards);

/* Open NAME ("-" is standard input, borrowed) and append its tokens.  As
   ng_tokenfile_open; NG_EOVERFLOW if the sum does not fit.  */
enum ng_err ng_shards_add (struct ng_shards *shards, const char *name,
                           struct ng_fault *fault) NG_MUST_CHECK;

/* The dtype that holds every id of every file: that of the files if they
   agree.  */
struct ng_dtype ng_shards_dtype (const struct ng_shards *shards);

/* The name to blame if something is wrong with the whole: that of the only
   file, or NULL.  */
const char *ng_shards_name (const struct ng_shards *shards);

/* Store the N tokens from START on, as elements of DTYPE, at OUT.  All of them
   are there: START + N is at most the corpus's n_tokens.  An id that is
   negative, that DTYPE cannot hold, or that is not below ID_END (0: no such
   bound) is NG_EINVAL, with its file and place in *FAULT.  */
enum ng_err ng_shards_copy (const struct ng_shards *shards, uint64_t start,
                            size_t n, struct ng_dtype dtype, uint64_t id_end,
                            unsigned char *out,
                            struct ng_fault *fault) NG_MUST_CHECK;

void ng_shards_fini (struct ng_shards *shards);

#endif
