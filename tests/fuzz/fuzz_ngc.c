#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "counts/ngcread.h"
#include "fuzz.h"
#include "mend.h"

/* A .ngc file, whose checksums are put right: all its names and n-grams.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_input *in = NULL;
    struct ng_ngc *f = NULL;
    uint8_t *copy = malloc (n + 1);
    enum ng_err err;

    FUZZ_CHECK (copy != NULL);
    memcpy (copy, bytes, n);
    mend_ngc (copy, n);
    err = ng_input_open (fuzz_file (copy, n), &fault, &in);
    free (copy);
    if (err == NG_OK)
        err = ng_ngc_open (in, "/tmp", &fault, &f);
    if (err == NG_OK)
    {
        struct ng_ngc_info info = ng_ngc_info (f);
        struct ng_ngc_names names;

        ng_ngc_names_start (&names, f);
        while (ng_ngc_names_next (&names) == NG_OK)
            ;
        ng_ngc_names_fini (&names);
        for (unsigned order = info.min_order; order <= info.max_order; order++)
        {
            struct ng_ngc_cursor c;

            ng_ngc_cursor_start (&c, f, order);
            while (ng_ngc_cursor_next (&c) == NG_OK)
                for (unsigned i = 0; i < order; i++)
                    FUZZ_CHECK (c.ranks[i] < ng_ngc_n_types (f));
        }
    }
    ng_ngc_close (f);
    (void) ng_input_close (in);
    return 0;
}
