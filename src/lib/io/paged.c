#include <config.h>

#include "io/paged.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/spill.h"

enum
{
    /* The system brings in pages around the one that is missing: these many
       bytes at a time, at such bounds.  */
    CHUNK_SHIFT = 16
};

static size_t
n_chunks (const struct ng_paged *p)
{
    /* What is touched at its first byte may reach into the next.  */
    return (p->size >> CHUNK_SHIFT) + 2;
}

static enum ng_err
map_file (struct ng_paged *p, const char *dir, struct ng_fault *fault)
{
    struct ng_spill *s;
    void *map;
    enum ng_err err = ng_spill_open (dir, fault, &s);

    if (err != NG_OK)
        return err;
    /* Where there is no room it is told here; later it would be a signal.  */
    do
        errno = posix_fallocate (ng_spill_fd (s), 0, (off_t) p->size);
    while (errno == EINTR);
    if (errno != 0)
        err = ng_spill_not_written (fault, dir);
    else
    {
        map = mmap (NULL, p->size, PROT_READ | PROT_WRITE, MAP_SHARED,
                    ng_spill_fd (s), 0);
        if (map == MAP_FAILED)
            err = ng_spill_not_made (fault, dir);
        else
            p->bytes = map;
    }
    ng_spill_close (s);
    return err;
}

enum ng_err
ng_paged_open (struct ng_paged *p, uint64_t size, uint64_t bound,
               const char *dir, struct ng_fault *fault)
{
    enum ng_err err = NG_OK;

    memset (p, 0, sizeof *p);
    if (size > SIZE_MAX / 2)
        return NG_ENOMEM;
    p->size = (size_t) size;
    if (size <= bound)
    {
        p->bytes = calloc (p->size > 0 ? p->size : 1, 1);
        return p->bytes ? NG_OK : NG_ENOMEM;
    }
    p->max_touched = (size_t) (bound >> CHUNK_SHIFT);
    p->touched = calloc (n_chunks (p), 1);
    err = p->touched ? map_file (p, dir, fault) : NG_ENOMEM;
    if (err != NG_OK)
        ng_paged_close (p);
    return err;
}

void
ng_paged_close (struct ng_paged *p)
{
    if (!p->touched)
        free (p->bytes);
    else if (p->bytes)
        (void) munmap (p->bytes, p->size);
    free (p->touched);
    memset (p, 0, sizeof *p);
}

void
ng_paged_count (struct ng_paged *p, size_t at)
{
    size_t chunk = at >> CHUNK_SHIFT;

    if (p->touched[chunk])
        return;
    if (p->n_touched++ >= p->max_touched)
    {
        (void) madvise (p->bytes, p->size, MADV_DONTNEED);
        memset (p->touched, 0, n_chunks (p));
        p->n_touched = 1;
    }
    p->touched[chunk] = 1;
}
