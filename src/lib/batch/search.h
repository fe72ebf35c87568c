/* Where an id is in an array of ids: how the ends of documents are found, at
   about the speed of memory.  */
#ifndef NG_SEARCH_H
#define NG_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "io/npy.h"

/* The index of the first of the N elements of DTYPE at ITEMS that is ID, or N.
   An id that is larger than DTYPE can hold is not found.  Threads may share
   the array.  */
size_t ng_search_id (struct ng_dtype dtype, const unsigned char *items,
                     size_t n, uint64_t id);

#endif
