/* pairs: write token files that are as long as files get, for large.sh.

   Usage: pairs K         every pair of K tokens once: K * K ids
          pairs npy N     only the header of N ids

   Both are in .npy form on standard output, of two bytes an id, or four where K
   ids want them.  For each a
   the first one has

       a  a a+1  a a+2  ...  a K-1

   which is de Bruijn's sequence in the order of Lyndon words (Fredricksen and
   Maiorana, 1978): each pair but one (the last id with the first) is there
   once.  */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum
{
    HEADER_BYTES = 128,
    TOKENS_MAX = 100000
};

static void
put (const void *buf, size_t n)
{
    if (fwrite (buf, 1, n, stdout) != n)
    {
        perror ("pairs");
        exit (2);
    }
}

static void
put_header (uint64_t n, unsigned id_bytes)
{
    char header[HEADER_BYTES + 1];
    int len = snprintf (header, sizeof header,
                        "%sNUMPY%c%cv%c{'descr': '<u%u', 'fortran_order': "
                        "False, 'shape': (%" PRIu64 ",), }",
                        "\x93", 1, 1, 1, id_bytes, n);

    memset (header + len, ' ', (size_t) (HEADER_BYTES - len));
    header[6] = 1;
    header[7] = 0;
    header[8] = HEADER_BYTES - 10;
    header[9] = 0;
    header[HEADER_BYTES - 1] = '\n';
    put (header, HEADER_BYTES);
}

/* Store ID at P; return what is behind it.  */
static unsigned char *
put_id (unsigned char *p, unsigned id, unsigned id_bytes)
{
    if (id_bytes == 2)
        ng_put_u16le (p, (uint16_t) id);
    else
        ng_put_u32le (p, id);
    return p + id_bytes;
}

static void
put_pairs (unsigned k, unsigned id_bytes)
{
    static unsigned char ids[8 * TOKENS_MAX];

    for (unsigned a = 0; a < k; a++)
    {
        unsigned char *p = put_id (ids, a, id_bytes);

        for (unsigned b = a + 1; b < k; b++)
        {
            p = put_id (p, a, id_bytes);
            p = put_id (p, b, id_bytes);
        }
        put (ids, (size_t) (p - ids));
    }
}

int
main (int argc, char **argv)
{
    if (argc == 3 && strcmp (argv[1], "npy") == 0)
        put_header (strtoull (argv[2], NULL, 10), 2);
    else if (argc == 2)
    {
        unsigned long k = strtoul (argv[1], NULL, 10);
        unsigned id_bytes = k <= 65536 ? 2 : 4;

        if (k < 1 || k > TOKENS_MAX)
            return 2;
        put_header ((uint64_t) k * k, id_bytes);
        put_pairs ((unsigned) k, id_bytes);
    }
    else
        return 2;
    return fflush (stdout) == 0 ? 0 : 2;
}
