/* replay: run a fuzz target over files; see fuzz.h.

   Usage: fuzz_X [-a] [FILE]...
   Each file, or standard input if there is none, is tried as it is; with -a
   also cut to each length, without each of its bytes, and with each byte
   changed to some others.  */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum
{
    BYTES_MAX = 1 << 20
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

/* All that one wrong byte makes of BYTES[N], which come out as they were.  */
static void
try_around (uint8_t *bytes, size_t n)
{
    static const uint8_t others[] = { 0, ' ', '\n', '9', 0x7f, 0xff };

    for (size_t i = 0; i < n; i++)
    {
        const uint8_t was = bytes[i];

        try_bytes (bytes, i);
        for (size_t k = 0; k < sizeof others; k++)
        {
            bytes[i] = others[k];
            try_bytes (bytes, n);
        }
        bytes[i] = was ^ 1;
        try_bytes (bytes, n);
        memmove (bytes + i, bytes + i + 1, n - i - 1);
        try_bytes (bytes, n - 1);
        memmove (bytes + i + 1, bytes + i, n - i - 1);
        bytes[i] = was;
    }
}

static void
try_stream (FILE *file, bool around)
{
    static uint8_t bytes[BYTES_MAX];
    size_t n = fread (bytes, 1, sizeof bytes, file);

    try_bytes (bytes, n);
    if (around)
        try_around (bytes, n);
}

int
main (int argc, char **argv)
{
    const bool around = argc > 1 && strcmp (argv[1], "-a") == 0;
    const int first = around ? 2 : 1;

    if (argc == first)
        try_stream (stdin, around);
    for (int i = first; i < argc; i++)
    {
        FILE *file = fopen (argv[i], "rb");

        if (!file)
        {
            perror (argv[i]);
            return 2;
        }
        try_stream (file, around);
        (void) fclose (file);
    }
    return 0;
}
