/* The order of token names in a listing.  A line of a listing is names with
   a space between and a TAB behind, and lines are ordered by their bytes; so
   a name is compared as if its terminator stood behind it: a space inside an
   n-gram, a TAB at its end.  The two orders differ only for names that have
   control characters.  */
#ifndef NG_LEXICAL_H
#define NG_LEXICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/vocab.h"

/* Eight bytes of NAME[LEN] and its TERMINATOR, from FROM on, as a number that
   compares as they do.  Behind the terminator is 0.  */
static inline uint64_t
ng_lexical_bytes (const unsigned char *name, size_t len, char terminator,
                  size_t from)
{
    uint64_t x = 0;

    for (size_t i = from; i < from + 8; i++)
    {
        unsigned char c = 0;

        if (i < len)
            c = name[i];
        else if (i == len)
            c = (unsigned char) terminator;
        x = x << 8 | c;
    }
    return x;
}

/* The order of the names A and B, each followed by TERMINATOR: below 0, 0 or
   above.  */
int ng_lexical_compare (const unsigned char *a, size_t a_len,
                        const unsigned char *b, size_t b_len, char terminator);

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
