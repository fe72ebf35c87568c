/* Merges the vocabularies of count files: writes the names of the sum and maps
   the ranks of each file to those of the sum.  Inside of counts/merge.h.

   Maps rise: what is in order by the ranks of a file is so by those of the
   sum.  */
#ifndef NG_MERGENAMES_H
#define NG_MERGENAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/mergesetup.h"
#include "counts/ngcread.h"
#include "counts/ngcwrite.h"
#include "io/paged.h"

/* The maps of N files, end to end.  */
struct ng_rank_maps
{
    struct ng_paged ranks;        /* uint32_t, of the sum */
    uint64_t start[NG_MERGE_MAX]; /* where the map of each file begins, bytes */
    uint32_t n_types;             /* of the sum */
};

/* Merge the names of SOURCES[N], at most NG_MERGE_MAX, write them to W, and
   make *MAPS, all zero, with half of the budget of SETUP; STEP (CONTEXT) is
   called for each name read.  To be closed after a fault too.  NG_EFORMAT,
   NG_ELIMIT, NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_rank_maps_make (struct ng_rank_maps *maps,
                               const struct ng_merge_setup *setup,
                               struct ng_ngc *const *sources, size_t n,
                               struct ng_ngcw *w, void (*step) (void *context),
                               void *context) NG_MUST_CHECK;

/* Release what MAPS, all zero or made, holds.  */
void ng_rank_maps_close (struct ng_rank_maps *maps);

/* Where the map of file I has RANK.  To be read by ng_rank_map; its address
   may be prefetched.  */
static inline const uint32_t *
ng_rank_map_at (const struct ng_rank_maps *maps, unsigned i, uint32_t rank)
{
    return (const uint32_t *) (const void *) (maps->ranks.bytes
                                              + maps->start[i])
           + rank;
}

/* The rank in the sum of RANK in file I.  */
static inline uint32_t
ng_rank_map (struct ng_rank_maps *maps, unsigned i, uint32_t rank)
{
    const size_t at = (size_t) maps->start[i] + rank * sizeof (uint32_t);

    return *(const uint32_t *) (const void *) ng_paged_touch (&maps->ranks, at);
}

#endif
