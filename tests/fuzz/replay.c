/* replay: run a fuzz target over files; see fuzz.h.

   Usage: fuzz_X FILE...
   Each file is tried as it is, and cut at each of its first CUTS bytes.  */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum
{
    BYTES_MAX = 1 << 20,
    CUTS = 64
};

/* A copy of just the right length, so that a byte too far is noticed.  */
static void
try_bytes (const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc (n > 0 ? n : 1);

    FUZZ_CHECK (copy != NULL);
    memcpy (copy, bytes, n);
    (void) LLVMFuzzerTestOneInput (copy, n);
    free (copy);
}

int
main (int argc, char **argv)
{
    static uint8_t bytes[BYTES_MAX];

    for (int i = 1; i < argc; i++)
    {
        FILE *file = fopen (argv[i], "rb");
        size_t n;

        if (!file)
        {
            perror (argv[i]);
            return 2;
        }
        n = fread (bytes, 1, sizeof bytes, file);
        (void) fclose (file);
        try_bytes (bytes, n);
        for (size_t cut = 0; cut < n && cut < CUTS; cut++)
            try_bytes (bytes, cut);
    }
    return 0;
}
