/* reader.c: how a trainer in C reads the raw batches of ngram-batch.

       ngram-batch -b 32 -s 35 -f raw --dtype=u2 book.npy | reader 32 35

   Build it with: cc -o reader reader.c  */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int
main (int argc, char **argv)
{
    size_t rows = argc > 1 ? strtoul (argv[1], NULL, 10) : 32;
    size_t steps = argc > 2 ? strtoul (argv[2], NULL, 10) : 35;
    size_t width = steps + 1, n = 0, n_batches = 0, same = 0;
    uint16_t *batch = calloc (rows * width, sizeof *batch);

    if (!batch || rows == 0)
        return 2;
    /* fread waits until the batch is whole.  Ids are little-endian.  */
    while ((n = fread (batch, sizeof *batch, rows * width, stdin))
           == rows * width)
    {
        for (size_t i = 0; i < rows; i++)
        {
            const uint16_t *x = batch + i * width; /* features x[0..T-1] */
            const uint16_t *y = x + 1;             /* labels   y[0..T-1] */

            for (size_t t = 0; t < steps; t++)
                same += x[t] == y[t];
        }
        n_batches++;
    }
    if (ferror (stdin) || n != 0)
    {
        fputs ("reader: the last batch is not whole\n", stderr);
        return 2;
    }
    free (batch);
    printf ("%zu batches, %zu tokens that repeat the one before\n", n_batches,
            same);
    return 0;
}
