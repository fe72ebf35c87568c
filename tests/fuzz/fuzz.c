#include <config.h>

#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *
fuzz_file (const uint8_t *bytes, size_t n)
{
    static char name[64];
    static int fd = -1;

    if (fd >= 0)
        (void) close (fd);
    fd = open ("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    FUZZ_CHECK (fd >= 0);
    for (size_t done = 0; done < n;)
    {
        ssize_t wrote = write (fd, bytes + done, n - done);

        FUZZ_CHECK (wrote > 0);
        done += (size_t) wrote;
    }
    (void) snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
    return name;
}

void
fuzz_fail (const char *what, const char *file, int line)
{
    (void) fprintf (stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort ();
}
