/* replay: run a fuzz target over files; see fuzz.h.

   Usage: fuzz_X [FILE]...
   Each file, or standard input if there is none, is tried as it is, and
   cut at each of its first CUTS bytes.  */
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

static void
try_stream (FILE *file)
{
    static uint8_t bytes[BYTES_MAX];
    size_t n = fread (bytes, 1, sizeof bytes, file);

    try_bytes (bytes, n);
    for (size_t cut = 0; cut < n && cut < CUTS; cut++)
        try_bytes (bytes, cut);
}

int
main (int argc, char **argv)
{
    if (argc < 2)
        try_stream (stdin);
    for (int i = 1; i < argc; i++)
    {
        FILE *file = fopen (argv[i], "rb");

        if (!file)
        {
            perror (argv[i]);
            return 2;
        }
        try_stream (file);
        (void) fclose (file);
    }
    return 0;
}
