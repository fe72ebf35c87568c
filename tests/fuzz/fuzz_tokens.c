#include <config.h>

#include "base/bytes.h"
#include "batch/shards.h"
#include "fuzz.h"

/* Token files: .npy, those of llm.c, and bare ids; the tokens at both ends are
   read.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_shards shards;
    unsigned char out[64];
    enum ng_err err;

    ng_shards_init (&shards);
    err = ng_shards_add (&shards, fuzz_file (bytes, n), &fault);
    FUZZ_CHECK (err == NG_OK || fault.err != NG_OK || err == NG_ENOMEM);
    if (err == NG_OK && shards.n_tokens >= 4)
    {
        struct ng_dtype dtype = ng_shards_dtype (&shards);

        FUZZ_CHECK (shards.n_tokens <= n);
        (void) ng_shards_checksum (&shards);
        err = ng_shards_copy (&shards, 0, 4, dtype, 0, out, &fault);
        if (err == NG_OK)
            err = ng_shards_copy (&shards, shards.n_tokens - 4, 4, dtype, 100,
                                  out, &fault);
        FUZZ_CHECK (err == NG_OK || err == NG_EINVAL);
    }
    ng_shards_fini (&shards);
    return 0;
}
