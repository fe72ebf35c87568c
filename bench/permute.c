/* bench/permute: nanoseconds for an index of the permutation that orders pieces,
   for several numbers of pieces.  */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "batch/permute.h"

enum
{
    INDEXES = 2000000,
    BATCH = 32
};

static double
now (void)
{
    struct timespec t;

    (void) clock_gettime (CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

int
main (void)
{
    static const uint64_t sizes[] = { 1000, 1000000, UINT64_C (1000000000),
                                      UINT64_C (1000000000000) };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    {
        struct ng_permutation p;
        uint64_t sum = 0, many[BATCH];
        double start, one, together;

        ng_permutation_init (&p, sizes[s], 1);
        start = now ();
        for (uint64_t i = 0; i < INDEXES; i++)
            sum += ng_permute (&p, i % sizes[s]);
        one = now () - start;
        start = now ();
        for (uint64_t i = 0; i < INDEXES; i += BATCH)
        {
            ng_permute_many (&p, i % (sizes[s] - BATCH), BATCH, many);
            sum += many[0];
        }
        together = now () - start;
        printf ("permutation of %-14" PRIu64
                " %8.1f ns an index, %.1f in batches"
                " of %d (sum %" PRIu64 ")\n",
                sizes[s], 1e9 * one / INDEXES, 1e9 * together / INDEXES, BATCH,
                sum);
    }
    return 0;
}
