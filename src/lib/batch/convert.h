/* A corpus written as one token file, in any of the forms that are read (see
   io/tokenfile.h).  */
#ifndef NG_CONVERT_H
#define NG_CONVERT_H

#include <stdint.h>

#include "base/err.h"
#include "batch/shards.h"

enum ng_token_form
{
    NG_FORM_NPY,
    NG_FORM_LLMC,    /* dtype u2 or u4; below 2^32 tokens */
    NG_FORM_NANOGPT, /* bare */
    NG_FORM_MEGATRON /* dtype u2, i4 or i8; NAME ends in .bin, and NAME with .idx
                        is written as well; each file of SHARDS is a document */
};

/* Write SHARDS to NAME with ids of DTYPE, below ID_END (0: no such bound),
   whole or not at all.  NG_EINVAL if the form has no such type, length or name;
   as ng_shards_copy, ng_output_open and ng_output_write.  */
enum ng_err ng_convert (const struct ng_shards *shards, const char *name,
                        enum ng_token_form form, struct ng_dtype dtype,
                        uint64_t id_end, struct ng_fault *fault) NG_MUST_CHECK;

#endif
