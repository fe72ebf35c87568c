/* The text as a sequence of vocabulary ids, kept in chunks: written once from
   front to back, then read.  */
#ifndef NG_IDS_H
#define NG_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Stands in the sequence where no n-gram crosses: behind each sentence.  */
#define NG_ID_BREAK UINT32_MAX

struct ng_ids;

/* An empty sequence; NULL without memory.  */
struct ng_ids *ng_ids_new (void) NG_MUST_CHECK;

/* Free S, which may be NULL.  */
void ng_ids_free (struct ng_ids *s);

/* Append IDS[N].  NG_ENOMEM.  */
enum ng_err ng_ids_append (struct ng_ids *s, const uint32_t *ids,
                           size_t n) NG_MUST_CHECK;

/* How many ids, breaks among them, there are.  */
uint64_t ng_ids_size (const struct ng_ids *s);

/* The chunks, 0 to ng_ids_n_chunks - 1: *N ids, borrowed.  */
size_t ng_ids_n_chunks (const struct ng_ids *s);
const uint32_t *ng_ids_chunk (const struct ng_ids *s, size_t i, size_t *n);

/* Release the memory of chunk I, which is not asked for again.  */
void ng_ids_drop (struct ng_ids *s, size_t i);

#endif
