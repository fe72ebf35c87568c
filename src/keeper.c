#include <config.h>

#include "keeper.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Seconds from one state to the next while nothing waits.  */
#define INTERVAL 0.1

bool
keeper_has_reader (const char *name, const struct ng_output *out)
{
    struct stat st;

    if (strcmp (name, "-") == 0)
        return true;
    /* A file that is to have NAME has a temporary name until then, or none.  */
    return !ng_output_temporary (out) && fstat (ng_output_fd (out), &st) == 0
           && st.st_nlink > 0;
}

/* May the next write of BYTES to FD wait for the reader?  */
static bool
may_wait (int fd, uint64_t bytes)
{
    int size = fcntl (fd, F_GETPIPE_SZ), used = 0;

    if (size < 0)
        return false;
    if (ioctl (fd, FIONREAD, &used) != 0)
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
    if (err != NG_OK
        || (now - keeper->written < INTERVAL
            && !may_wait (ng_output_fd (out), bytes)))
        return err;
    keeper->written = now;
    return ng_state_write (state, keeper->name, fault);
}
