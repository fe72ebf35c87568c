#include <config.h>

#include "keeper.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Seconds from one state to the next while nothing waits.  */
#define INTERVAL 0.1

/* May the next write of BYTES wait for the reader?  */
static bool
may_wait (uint64_t bytes)
{
    int size = fcntl (STDOUT_FILENO, F_GETPIPE_SZ), used = 0;

    if (size < 0)
        return false;
    if (ioctl (STDOUT_FILENO, FIONREAD, &used) != 0)
        return true;
    /* Pages of a pipe may be filled in part.  */
    return (uint64_t) size < 2 * ((uint64_t) used + bytes);
}

enum ng_err
keeper_step (struct keeper *keeper, const struct ng_state *state,
             struct ng_output *out, uint64_t bytes, struct ng_fault *fault)
{
    struct timespec t;
    double now;
    enum ng_err err = ng_output_flush (out);

    (void) clock_gettime (CLOCK_MONOTONIC, &t);
    now = (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
    if (err != NG_OK || (now - keeper->written < INTERVAL && !may_wait (bytes)))
        return err;
    keeper->written = now;
    return ng_state_write (state, keeper->name, fault);
}
