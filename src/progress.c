#include <config.h>

#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

static bool enabled, shown;
static uint64_t total_bytes;
static double started, last; /* seconds */

static double
now (void)
{
    struct timespec t;

    (void) clock_gettime (CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

void
progress_start (uint64_t total)
{
    enabled = !cli_quiet && isatty (STDERR_FILENO);
    total_bytes = total;
    started = now ();
    last = started;
}

void
progress_update (uint64_t done)
{
    double t, rate;

    if (!enabled)
        return;
    t = now ();
    if (t - started < 1 || t - last < 0.2)
        return;
    last = t;
    shown = true;
    rate = (double) done / (t - started);
    (void) fprintf (stderr, "\r%.1f MB, %.1f MB/s", (double) done / 1e6,
                    rate / 1e6);
    if (total_bytes > done && rate > 0)
        (void) fprintf (stderr, ", %.0f %%, %.0f s left",
                        100 * (double) done / (double) total_bytes,
                        (double) (total_bytes - done) / rate);
    (void) fputs ("\033[K", stderr);
}

void
progress_show (uint64_t done, uint64_t total)
{
    static bool begun;
    static uint64_t before;

    if (!begun || total != total_bytes || done < before)
        progress_start (total);
    begun = true;
    before = done;
    progress_update (done);
}

void
progress_stop (void)
{
    if (shown)
        (void) fputs ("\r\033[K", stderr);
    shown = false;
}
