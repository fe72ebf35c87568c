#include <config.h>

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

const char *
fuzz_file (const uint8_t *bytes, size_t n)
{
    static char name[64];
    static int fd = -1;

    if (fd < 0)
    {
        fd = memfd_create ("fuzz", MFD_CLOEXEC);
        FUZZ_CHECK (fd >= 0);
        (void) snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
    }
    FUZZ_CHECK (ftruncate (fd, 0) == 0);
    for (size_t done = 0; done < n;)
    {
        ssize_t wrote = pwrite (fd, bytes + done, n - done, (off_t) done);

        FUZZ_CHECK (wrote > 0);
        done += (size_t) wrote;
    }
    return name;
}

void
fuzz_fail (const char *what, const char *file, int line)
{
    (void) fprintf (stderr, "%s:%d: does not hold: %s\n", file, line, what);
    (void) fflush (stderr);
    abort ();
}
