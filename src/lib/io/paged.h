/* A large array that is filled and then read anywhere, within a bound of
   memory: in memory if it fits, else in a temporary file that is mapped, of
   which no more than the bound is in memory at a time.

   Before bytes are looked at or changed they are touched; then they may be
   used until the array is closed.  One thread at a time.  */
#ifndef NG_PAGED_H
#define NG_PAGED_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_paged
{
    unsigned char *bytes;   /* [size], cleared at first */
    size_t size;            /* bytes */
    unsigned char *touched; /* a flag for each chunk; NULL: all in memory */
    size_t n_touched, max_touched;
};

/* Make P an array of SIZE bytes of which BOUND may be in memory; the file
   goes to folder DIR (borrowed for faults, as is FAULT).  NG_ESYS,
   NG_ENOMEM.  */
enum ng_err ng_paged_open (struct ng_paged *p, uint64_t size, uint64_t bound,
                           const char *dir,
                           struct ng_fault *fault) NG_MUST_CHECK;

/* Release P, all zero or opened, and make it all zero.  */
void ng_paged_close (struct ng_paged *p);

/* Count the chunk of AT as being in memory, and give all others back if it is
   one too many.  */
void ng_paged_count (struct ng_paged *p, size_t at);

/* The bytes from AT on are about to be used: few, or one after another.  */
static inline unsigned char *
ng_paged_touch (struct ng_paged *p, size_t at)
{
    if (p->touched)
        ng_paged_count (p, at);
    return p->bytes + at;
}

#endif
