/* Large memory straight from the system: cleared, and given back for good the
   moment it is freed, which malloc does not promise.  */
#ifndef NG_PAGES_H
#define NG_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* BYTES > 0 bytes, cleared; NULL without memory.  HUGE_PAGES asks for large
   pages, for memory that will all be used.  */
void *ng_pages_alloc (size_t bytes, bool huge_pages) NG_MUST_CHECK;

/* Give back what ng_pages_alloc gave for BYTES.  P may be NULL.  */
void ng_pages_free (void *p, size_t bytes);

/* Shrink P from BYTES to KEEP > 0 bytes; it stays where it is.  */
void ng_pages_trim (void *p, size_t bytes, size_t keep);

#endif
