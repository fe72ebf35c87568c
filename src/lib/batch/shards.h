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
    struct ng_dtype bare; /* of files without a header; u2 unless it is set */
    bool reverse;         /* the sequence is read from its end to its start */
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

/* Where the N tokens from START on are in memory, if ng_shards_copy with DTYPE
   and ID_END would do no more than copy them; NULL otherwise.  */
const unsigned char *ng_shards_direct (const struct ng_shards *shards,
                                       uint64_t start, size_t n,
                                       struct ng_dtype dtype, uint64_t id_end);

/* The first token from START on, before END, that is ID; END if there is none.
   Not of a corpus that is read from its end.  */
uint64_t ng_shards_find (const struct ng_shards *shards, uint64_t start,
                         uint64_t end, uint64_t id);

/* CRC-32 of the number of tokens and of a sample of them, 64 runs of up to 512
   spread evenly: it tells corpora apart in constant time, however they are
   split into files and whatever their types.  */
uint32_t ng_shards_checksum (const struct ng_shards *shards);

/* Say that the files are going to be read here and there: where nothing is in
   memory, the system is not to read more than is asked for.  */
void ng_shards_scattered (const struct ng_shards *shards);

/* Is token I, if it is mapped, in memory?  */
bool ng_shards_in_memory (const struct ng_shards *shards, uint64_t i);

/* Have the system start to read the N tokens from START on.  */
void ng_shards_will_need (const struct ng_shards *shards, uint64_t start,
                          uint64_t n);

/* Have the processor fetch the N tokens from START on, in memory, into its
   caches, since they are to be copied soon.  */
void ng_shards_prefetch (const struct ng_shards *shards, uint64_t start,
                         uint64_t n);

void ng_shards_fini (struct ng_shards *shards);

#endif
