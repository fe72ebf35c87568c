/* The order of token names in a listing.  A line of a listing is names with
   a space between and a TAB behind, and lines are ordered by their bytes; so
   a name is compared as if its terminator stood behind it: a space inside an
   n-gram, a TAB at its end.  The two orders differ only for names that have
   control characters.  */
#ifndef NG_LEXICAL_H
#define NG_LEXICAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "text/vocab.h"

/* Store in IDS[size of V] the ids of V in the order of their names, each
   followed by TERMINATOR (' ' or '\t').  O(n log n).  NG_ENOMEM.  */
enum ng_err ng_lexical_sort (const struct ng_vocab *v, char terminator,
                             uint32_t *ids) NG_MUST_CHECK;

/* Do the two orders differ for V?  True if any name has a control character
   that is not escaped.  */
bool ng_lexical_is_irregular (const struct ng_vocab *v);

/* Both orders of a vocabulary of N types.  */
struct ng_ranking
{
    uint32_t n;
    uint32_t *ids;    /* [n] id of each rank, names followed by a space */
    uint32_t *ranks;  /* [n] rank of each id */
    uint32_t *places; /* [n] place of each rank, names followed by a TAB; NULL
                         if it is the rank */
};

/* Fill R for V; the caller releases it.  NG_ENOMEM.  */
enum ng_err ng_ranking_init (struct ng_ranking *r,
                             const struct ng_vocab *v) NG_MUST_CHECK;

/* Release what R holds.  */
void ng_ranking_fini (struct ng_ranking *r);

#endif
