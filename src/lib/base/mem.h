/* Memory with checked sizes.  All of it is released with free().  */
#ifndef NG_MEM_H
#define NG_MEM_H

#include <stddef.h>

#include "base/err.h"

/* An array of N elements of SIZE bytes, not cleared; NULL if N * SIZE
   overflows or memory is short.  N = 0 gives a pointer that can be freed.  */
void *ng_alloc_array (size_t n, size_t size) NG_MUST_CHECK;

/* The same, cleared to zero.  */
void *ng_calloc_array (size_t n, size_t size) NG_MUST_CHECK;

/* ARRAY (or NULL) with N elements of SIZE bytes, which may have moved; NULL if
   that overflows or memory is short, with ARRAY as it was.  */
void *ng_resize_array (void *array, size_t n, size_t size) NG_MUST_CHECK;

/* Make room in ARRAY (or NULL) of *CAP elements of SIZE bytes for at least
   NEED: growth is by half at least, so that appending costs amortised
   constant time.  Return the array, which may have moved, and store the new
   capacity in *CAP; or return NULL with ARRAY and *CAP as they were.  */
void *ng_grow (void *array, size_t *cap, size_t need,
               size_t size) NG_MUST_CHECK;

#endif
