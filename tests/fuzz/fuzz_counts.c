#include <config.h>

#include "counts/countsource.h"
#include "fuzz.h"

/* Counts of either form, plain or gzip, to their end.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_countsource *source = NULL;
    enum ng_err err, closed;
    unsigned order;
    uint64_t count;

    err = ng_countsource_open (fuzz_file (bytes, n), "/tmp", &fault, &source);
    while (err == NG_OK)
    {
        err = ng_countsource_next (source, &order, &count);
        FUZZ_CHECK (err != NG_OK || (order > 0 && order < 9 && count > 0));
    }
    FUZZ_CHECK (err == NG_END || fault.err != NG_OK || err == NG_ENOMEM);
    closed = ng_countsource_close (source);
    FUZZ_CHECK (err == NG_END || !source || closed == err);
    return 0;
}
