#include <config.h>

#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/checked.h"

enum
{
    LARGE_PAGE = 2 << 20 /* on x86-64 and, mostly, on arm64 */
};

static void *
map (size_t bytes)
{
    void *p = mmap (NULL, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    /* It is the caller's now.  */
    /* cppcheck-suppress memleak */
    return p == MAP_FAILED ? NULL : p;
}

#ifdef MADV_HUGEPAGE
/* BYTES that begin where a large page can: one has to ask for more and give
   back both ends, or the system finds no room for a large page in it.  */
static void *
map_aligned (size_t bytes)
{
    unsigned char *p, *start;
    size_t before, all;

    if (!ng_ckd_add (bytes, LARGE_PAGE, &all))
        return NULL;
    p = map (all);
    if (!p)
        return NULL;
    before = (LARGE_PAGE - (uintptr_t) p % LARGE_PAGE) % LARGE_PAGE;
    start = p + before;
    if (before > 0)
        (void) munmap (p, before);
    (void) munmap (start + bytes, LARGE_PAGE - before);
    (void) madvise (start, bytes, MADV_HUGEPAGE);
    return start;
}
#endif

void *
ng_pages_alloc (size_t bytes, bool huge_pages)
{
#ifdef MADV_HUGEPAGE
    if (huge_pages && bytes % LARGE_PAGE == 0)
        return map_aligned (bytes);
#else
    (void) huge_pages;
#endif
    return map (bytes);
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
