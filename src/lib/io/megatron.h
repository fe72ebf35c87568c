/* The index that Megatron keeps beside a file of token ids:

       magic         9 bytes, "MMIDIDX\0\0"
       version       8, which is 1
       type          1, a code
       sequences     8, how many
       documents     8, how many and one
       lengths       4 for each sequence, in tokens
       places        8 for each sequence, in bytes
       documents     8 each: the first sequence of each, then how many
                     sequences there are
       modes         1 for each sequence, if at all

   all numbers little-endian.  Sequences follow each other without gaps, so
   that the ids are one run of tokens.  */
#ifndef NG_MEGATRON_H
#define NG_MEGATRON_H

#include <stdint.h>

#include "base/err.h"
#include "io/input.h"
#include "io/npy.h"

struct ng_megatron
{
    struct ng_dtype dtype; /* of the ids */
    uint64_t n_tokens;     /* of all sequences */
};

/* Read the index in IN to its end, and check what it says of sequences and
   documents.  FAULT is the one that IN was opened with; what is wrong with the
   content is told there without a file.  Time O(its bytes), memory O(1): what
   the places should be is compared with what they are by a checksum of 64
   bits.  NG_EFORMAT, NG_EOVERFLOW, NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_megatron_read (struct ng_input *in, struct ng_fault *fault,
                              struct ng_megatron *index) NG_MUST_CHECK;

#endif
