/* The names of a count file by rank, and their order in a listing.

   A line of a listing is names with a space between and a TAB behind, and
   lines are ordered by their bytes.  Ranks are in the order of names followed
   by a space (see text/lexical.h); where names have control characters the
   last token of a line may stand elsewhere.  Names move only within small
   ranges of ranks, here called knots:

       rank  name        place as last token
       4     "a\x0b"     5
       5     "a"         4         the knot of ranks 4 and 5

   One thread at a time.  */
#ifndef NG_NAMES_H
#define NG_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/ngcread.h"

struct ng_names;

/* Read the names of F; no more than about BOUND bytes of them are kept in
   memory, the rest in a temporary file in folder DIR.  Faults go to FAULT.
   DIR and FAULT are borrowed.  NG_EFORMAT, NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_names_open (struct ng_ngc *f, uint64_t bound, const char *dir,
                           struct ng_fault *fault,
                           struct ng_names **names) NG_MUST_CHECK;

/* Free NAMES, which may be NULL.  */
void ng_names_close (struct ng_names *names);

/* The name of RANK; its bytes are NAMES'.  */
const unsigned char *ng_names_get (struct ng_names *names, uint32_t rank,
                                   size_t *len);

/* Is there any knot?  */
bool ng_names_are_knotted (const struct ng_names *names);

/* Where the token of RANK stands as the last one of a line; its knot begins
   with rank *FIRST.  Both are RANK itself for most.  */
uint32_t ng_names_place (const struct ng_names *names, uint32_t rank,
                         uint32_t *first);

#endif
