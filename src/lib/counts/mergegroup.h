/* Merges as many count files as may be open at once.  Inside of counts/merge.h.

   Each order of each file is a list of n-grams in order.  Files of whole counts
   are merged order by order.  Files of leaves are merged at one go: shorter
   n-grams are keys with nothing at their end, and the writer adds up what lower
   orders have.

       two files of leaves, order 2       merged            counts
       a a 1 | a b 1   and   a b 2     a a 1, a b 3,     a 4, b 2
       b 1                   b b 1     b   1, b b 1      a a 1, a b 3, b b 1
*/
#ifndef NG_MERGEGROUP_H
#define NG_MERGEGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/mergesetup.h"
#include "counts/ngcread.h"
#include "io/output.h"

/* How many lists F is when it is merged; LEAVES as in the setup.  */
unsigned ng_merge_n_lists (const struct ng_ngc *f, bool leaves);

/* Merge SOURCES[N], at most NG_MERGE_MAX files and NG_TOURNAMENT_MAX lists, into
   OUT, a file of INFO; TO_LEAVES: that has leaves again.  As ng_merge.  */
enum ng_err ng_merge_group (const struct ng_merge_setup *setup,
                            const struct ng_ngc_info *info, bool to_leaves,
                            struct ng_ngc *const *sources, size_t n,
                            struct ng_output *out) NG_MUST_CHECK;

/* About how many bytes the n-grams and names of F have.  */
uint64_t ng_merge_bytes (const struct ng_ngc *f);

#endif
