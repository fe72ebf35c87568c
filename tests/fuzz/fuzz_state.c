#include <config.h>

#include "batch/state.h"
#include "fuzz.h"

/* A state of ngram-batch.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_state state;
    enum ng_err err;

    ng_state_init (&state);
    err = ng_state_read (fuzz_file (bytes, n), &state, &fault);
    FUZZ_CHECK (err == NG_OK || fault.err != NG_OK || err == NG_ENOMEM);
    FUZZ_CHECK (err != NG_OK
                || (state.n_sources > 0 && state.spec.rank < state.spec.world));
    ng_state_fini (&state);
    return 0;
}
