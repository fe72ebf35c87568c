#include <config.h>

#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void *
ng_pages_alloc (size_t bytes, bool huge_pages)
{
    void *p = mmap (NULL, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
#ifdef MADV_HUGEPAGE
    if (huge_pages)
        (void) madvise (p, bytes, MADV_HUGEPAGE);
#else
    (void) huge_pages;
#endif
    return p;
}

void
ng_pages_free (void *p, size_t bytes)
{
    if (p)
        (void) munmap (p, bytes);
}

void
ng_pages_trim (void *p, size_t bytes, size_t keep)
{
    const size_t page = (size_t) sysconf (_SC_PAGESIZE);
    const size_t kept = (keep + page - 1) / page * page;

    if (kept < bytes)
        (void) munmap ((unsigned char *) p + kept, bytes - kept);
}
