/* Vocabularies: token names and their ids, 0 to n - 1 without gaps.

   A vocabulary is filled by ng_vocab_intern (ids in order of first
   appearance), by ng_vocab_read (ids are line numbers) or by ng_vocab_build
   (vocabulary order).  Names are in text form and are never removed.  Many
   threads may look things up in a vocabulary that nobody adds to.

   In memory: one byte string with all names end to end, their offsets, and a
   flat table of 8-byte slots probed linearly, at most half full.

       bytes    t h e t i m e i ...
       offset   0     3       7 8
       slots    . [hash,1] . . [hash,0] [hash,2] . .   */
#ifndef NG_VOCAB_H
#define NG_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/output.h"

struct ng_vocab;

/* An empty vocabulary, or NULL without memory.  */
struct ng_vocab *ng_vocab_new (void) NG_MUST_CHECK;

/* Free V, which may be NULL.  */
void ng_vocab_free (struct ng_vocab *v);

/* How many types V has.  */
uint32_t ng_vocab_size (const struct ng_vocab *v);

/* About how many bytes of memory V takes.  */
size_t ng_vocab_bytes (const struct ng_vocab *v);

/* The id of NAME[LEN] in *ID; a name not seen before gets the next one.
   NG_ENOMEM; NG_ELIMIT past NG_TYPES_MAX types.  */
enum ng_err ng_vocab_intern (struct ng_vocab *v, const unsigned char *name,
                             size_t len, uint32_t *id) NG_MUST_CHECK;

/* The same for a caller that has the HASH of NAME[LEN], by ng_hash_bytes; and
   to have what will be looked at for the N HASHES fetched from memory, for all
   of them at once.  */
enum ng_err ng_vocab_intern_hashed (struct ng_vocab *v,
                                    const unsigned char *name, size_t len,
                                    uint64_t hash, uint32_t *id) NG_MUST_CHECK;
void ng_vocab_fetch (const struct ng_vocab *v, const uint64_t *hashes,
                     size_t n);

/* Is NAME[LEN] in V, and with which id?  */
bool ng_vocab_find (const struct ng_vocab *v, const unsigned char *name,
                    size_t len, uint32_t *id);

/* The name of ID, not terminated, and its length in *LEN.  Borrowed until the
   next name is added.  */
const unsigned char *ng_vocab_name (const struct ng_vocab *v, uint32_t id,
                                    size_t *len);

/* Have the names of IDS[N] fetched from memory, all at once.  */
void ng_vocab_fetch_names (const struct ng_vocab *v, const uint32_t *ids,
                           size_t n);

/* Read the vocabulary file NAME: line i, from 0, is the name of id i.  A name
   that is empty, there twice, or no text form is NG_EFORMAT with its line.
   The caller frees *V.  NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_vocab_read (const char *name, struct ng_fault *fault,
                           struct ng_vocab **v) NG_MUST_CHECK;

/* Write the names of V to OUT, one a line.  */
enum ng_err ng_vocab_write (const struct ng_vocab *v,
                            struct ng_output *out) NG_MUST_CHECK;

/* What ng_vocab_build keeps.  */
struct ng_vocab_rules
{
    uint64_t min_count;          /* types seen less often are left out */
    uint64_t max_types;          /* at most so many ids in all; 0: no bound */
    const char *const *reserved; /* [n_reserved] names, ids 1, 2, ... */
    size_t n_reserved;
};

/* Put SEEN, whose type i occurred COUNTS[i] times, in vocabulary order: <unk>
   is 0, then the reserved names, then falling count, ties by SEEN's ids (the
   order of first appearance).  Store the new vocabulary, which the caller
   frees, in *V and in MAP[size of SEEN] the new id of each old one, 0 if it
   was left out.  NG_ENOMEM.  NG_EINVAL if MAX_TYPES cannot hold <unk> and the
   reserved names.  */
enum ng_err ng_vocab_build (const struct ng_vocab *seen, const uint64_t *counts,
                            const struct ng_vocab_rules *rules,
                            struct ng_vocab **v, uint32_t *map) NG_MUST_CHECK;

/* The name of id 0 where text is turned into ids.  */
#define NG_UNK "<unk>"

/* The marks of a sentence.  */
#define NG_BOS "<s>"
#define NG_EOS "</s>"

#endif
