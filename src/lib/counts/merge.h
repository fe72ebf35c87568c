/* Sums count files (see counts/ngc.h) of different vocabularies into one.

   The names of all are merged first, which gives the vocabulary of the sum
   and, for each file, a map from its ranks to those of the sum.  Maps rise, so
   the n-grams of each file are in the order of the sum's ranks too, and are
   merged order by order, as a stream.

   Files of leaves are an engine's own: they have n-grams of the highest order,
   and shorter ones only where the text ended, from which all lower orders are
   added up once they are merged.

   The result depends on the sum alone: not on how many files it comes from, in
   which order, or with which budget.  */
#ifndef NG_MERGE_H
#define NG_MERGE_H

#include <stddef.h>

#include "base/err.h"
#include "counts/mergesetup.h"
#include "counts/ngcread.h"
#include "io/output.h"

/* Merge SOURCES[N], N > 0, which stay the caller's, into OUT, which is not
   committed.  More than NG_MERGE_MAX, or more than have room for their maps in
   half of the budget (4 bytes per type and file), are merged in groups into
   temporary files first.  NG_EFORMAT where a source is damaged; NG_EOVERFLOW
   if a sum does not fit 64 bits; NG_ELIMIT if there are more than NG_TYPES_MAX
   types; NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_merge (const struct ng_merge_setup *setup,
                      struct ng_ngc *const *sources, size_t n,
                      struct ng_output *out) NG_MUST_CHECK;

/* The same for files that come one by one and are too many to be kept open:
   ng_merger_new, ng_merger_add for each, ng_merger_finish, ng_merger_free.  */
struct ng_merger;

/* SETUP is borrowed.  NULL without memory.  */
struct ng_merger *
ng_merger_new (const struct ng_merge_setup *setup) NG_MUST_CHECK;

/* Add F, which belongs to the merger from now on, also after a fault.  As soon
   as there are NG_MERGE_MAX, the smaller half of them is merged.  */
enum ng_err ng_merger_add (struct ng_merger *m, struct ng_ngc *f) NG_MUST_CHECK;

/* Write the sum of all to OUT, which is not committed.  No file at all gives
   an empty sum.  */
enum ng_err ng_merger_finish (struct ng_merger *m,
                              struct ng_output *out) NG_MUST_CHECK;

/* Free M, which may be NULL, and close its files.  */
void ng_merger_free (struct ng_merger *m);

#endif
