#include <config.h>

#include "fuzz.h"
#include "text/vocab.h"

/* A vocabulary file: every name is found again under its id.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_vocab *v = NULL;
    enum ng_err err = ng_vocab_read (fuzz_file (bytes, n), &fault, &v);

    FUZZ_CHECK (err == NG_OK || fault.err != NG_OK || err == NG_ENOMEM);
    for (uint32_t id = 0; err == NG_OK && id < ng_vocab_size (v); id++)
    {
        size_t len;
        uint32_t found;
        const unsigned char *name = ng_vocab_name (v, id, &len);

        FUZZ_CHECK (len > 0 && ng_vocab_find (v, name, len, &found));
        FUZZ_CHECK (found == id);
    }
    ng_vocab_free (v);
    return 0;
}
