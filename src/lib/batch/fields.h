/* What a batch says besides its tokens, row by row.

   A row has T + 1 places: T features and, shifted by one, T labels.  The tokens
   of one document that follow one another in a row are a part of it; behind the
   last part is padding.  With T = 7, a part of 3 tokens and one of 4:

       tokens     a b . c d e f -
       positions  0 1 2 0 1 2 3 0     place in its part, from 0; padding: 0
       documents  1 1 1 2 2 2 2 0     number of its part, from 1; padding: 0
       mask       0 1 1 0 1 1 1 0     1: follows a token of the same part, so it
                                      is a label that can be learned
       lengths    6                   tokens in all parts, less one: so many of
                                      the features have a label

   Attention stays within a document where documents are equal; position
   embeddings start anew with each.  The mask of the labels is that of places 1
   to T.  */
#ifndef NG_FIELDS_H
#define NG_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "io/npy.h"

enum ng_field
{
    NG_FIELD_TOKENS,
    NG_FIELD_POSITIONS,
    NG_FIELD_DOCUMENTS,
    NG_FIELD_MASK,
    NG_FIELD_LENGTHS /* the one that has one element a row */
};

enum
{
    NG_FIELDS_MAX = 5
};

/* The names of the fields by their numbers; ends with NULL.  */
extern const char *const ng_field_names[NG_FIELDS_MAX + 1];

/* Which fields, in the order in which they are written; each at most once.  */
struct ng_fields
{
    enum ng_field list[NG_FIELDS_MAX];
    size_t n;
};

/* Fill in FIELD, which is not NG_FIELD_TOKENS, of a row of N_PLACES places that
   has N parts of PARTS[N] tokens: as elements of DTYPE at OUT, N_PLACES of them
   or, of NG_FIELD_LENGTHS, one.  */
void ng_fields_fill (enum ng_field field, const uint64_t *parts, size_t n,
                     uint64_t n_places, struct ng_dtype dtype,
                     unsigned char *out);

/* Find the parts of a row of N ids of DTYPE at IDS without padding, where each
   EOD ends one: store the numbers of their tokens in PARTS, which has room for
   N, and return how many there are.  */
size_t ng_fields_split (struct ng_dtype dtype, const unsigned char *ids,
                        size_t n, uint64_t eod, uint64_t *parts);

#endif
