/* A corpus as documents, cut into rows.

   A document ends with the end token, which belongs to it, or where the corpus
   ends.  A row has T + 1 places: T features and, shifted by one, T labels.

   Whole: a document of L tokens is cut into pieces that start at its tokens 0,
   T, 2T, ... and have T + 1 tokens, the last one fewer; each token but the
   first is a label once.  A row is a piece.

       T = 4    a b c d e f .          rows  a b c d e
                                             e f . - -

   Pack: several pieces make a row, by best-fit-decreasing packing
   (batch/packing.h) within one block of the corpus.
   Sentence: a row is a document, of which what is beyond T + 1 tokens is cut.

   A document of one token has nothing to be predicted from, and is in no row.
   Tokens are accounted to one row each: the first token of a piece that goes on
   with a document is the last of the piece before, and accounted there.

   Rows are numbered in the order of the corpus.  There is no list of them: the
   corpus is divided into blocks of equal length, and of each the index keeps
   how many rows start before it and which document it starts in, 16 bytes.
   What a block has is found by looking for the end token in it, and by packing
   its pieces once more.  Making the index reads the whole corpus once.
   A block has at least 512 tokens and T + 1, and a corpus at most 2^19 blocks;
   to pack, it has at least 64 rows' worth of tokens but never more than 2^19,
   so that its pieces fit a few megabytes.  With 64 rows about one place in a
   hundred is padded, since the last rows of a block have room left; finding a
   row costs packing its block, so larger ones are slower in proportion.

   Call ng_documents_new, ng_documents_row as often as needed, and
   ng_documents_free.  One thread at a time.  */
#ifndef NG_DOCUMENTS_H
#define NG_DOCUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/shards.h"

enum ng_documents_kind
{
    NG_DOCUMENTS_CROSS, /* documents do not count; has no struct ng_documents */
    NG_DOCUMENTS_WHOLE,
    NG_DOCUMENTS_PACK,
    NG_DOCUMENTS_SENTENCE
};

/* Tokens of one document that follow one another in a row.  */
struct ng_part
{
    uint64_t start; /* in the corpus */
    uint64_t n_tokens;
    bool goes_on; /* its first token is accounted to the part before */
};

/* A list that grows.  Zero it before, and free LIST.  */
struct ng_parts
{
    struct ng_part *list; /* [n] */
    size_t n, cap;
};

/* Append PART.  NG_ENOMEM.  */
enum ng_err ng_parts_add (struct ng_parts *parts,
                          struct ng_part part) NG_MUST_CHECK;

/* What the scan found.  */
struct ng_documents_counts
{
    uint64_t n_documents;
    uint64_t alone; /* documents, and tokens, of one token */
    uint64_t cut;   /* tokens beyond T + 1 (sentence) */
    uint64_t n_rows;
};

struct ng_documents;

/* Scan SHARDS, which is borrowed and not reversed, for documents that end with
   EOD, for rows of N_STEPS features.  NG_ENOMEM; NG_EOVERFLOW if a packed row
   has 2^32 places.  */
enum ng_err ng_documents_new (const struct ng_shards *shards,
                              enum ng_documents_kind kind, uint64_t eod,
                              uint64_t n_steps,
                              struct ng_documents **documents) NG_MUST_CHECK;

const struct ng_documents_counts *
ng_documents_count (const struct ng_documents *documents);

/* Append the parts of row ROW, below n_rows, to PARTS.  Looks through one
   block.  NG_ENOMEM.  */
enum ng_err ng_documents_row (struct ng_documents *documents, uint64_t row,
                              struct ng_parts *parts) NG_MUST_CHECK;

/* Is the block that row ROW starts in, as its first token tells, in memory?  */
bool ng_documents_in_memory (const struct ng_documents *documents,
                             uint64_t row);

/* Have the system start to read what ng_documents_row looks through for row
   ROW.  */
void ng_documents_will_need (const struct ng_documents *documents,
                             uint64_t row);

/* Free DOCUMENTS, which may be NULL.  */
void ng_documents_free (struct ng_documents *documents);

#endif
