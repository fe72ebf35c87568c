/* Writes .ngm files (models/ngm.h) from front to back, within the memory bound
   of a store.

   N-grams are dealt out by the range of buckets that they belong to, and the
   ranges are made one by one; what place each n-gram got is collected again in
   the order in which they were added.

   Order of calls: ng_ngmw_open; ng_ngmw_name for every type by rising id;
   ng_ngmw_names_end; ng_ngmw_unigram for every type; for each order from 2 on
   ng_ngmw_level, ng_ngmw_add for each n-gram, ng_ngmw_level_end, and before
   the next order ng_ngmw_place for each n-gram; ng_ngmw_finish; in any case
   ng_ngmw_close.  The bytes depend on the order of the n-grams alone.  */
#ifndef NG_NGMWRITE_H
#define NG_NGMWRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/store.h"
#include "models/ngm.h"

struct ng_ngmw;

/* Where the bytes go.  */
typedef enum ng_err ng_ngmw_sink (void *context, const void *bytes, size_t n);

/* What a writer needs besides the model; pointers are borrowed.  */
struct ng_ngmw_setup
{
    struct ng_store *store;
    uint64_t budget;       /* bytes of memory, as of STORE */
    const char *spill_dir; /* for the table of names if it is large */
    ng_ngmw_sink *sink;
    void *context;
    const char *file; /* for faults */
    struct ng_fault *fault;
};

/* Write a model of NUMBERS: order, rule, step, n_types, marks, and how many
   n-grams each order has, are set.  NG_ENOMEM.  */
enum ng_err ng_ngmw_open (const struct ng_ngmw_setup *setup,
                          const struct ng_ngm *numbers,
                          struct ng_ngmw **w) NG_MUST_CHECK;

/* The next type is called NAME[LEN].  */
void ng_ngmw_name (struct ng_ngmw *w, const unsigned char *name, size_t len);

/* All names are there.  NG_ELIMIT if they have 4 GiB or more; NG_ENOMEM, and
   what sink and store answer.  */
enum ng_err ng_ngmw_names_end (struct ng_ngmw *w) NG_MUST_CHECK;

/* The next type has the log10 probability LOGP and weight BOW.  */
void ng_ngmw_unigram (struct ng_ngmw *w, float logp, float bow);

/* N-grams of order K follow.  NG_ENOMEM.  */
enum ng_err ng_ngmw_level (struct ng_ngmw *w, unsigned k) NG_MUST_CHECK;

/* The n-gram whose first token is FIRST and whose suffix has place SUFFIX on
   the order before (an id for order 1); BOW is not looked at on the last
   order.  */
void ng_ngmw_add (struct ng_ngmw *w, uint32_t suffix, uint32_t first,
                  float logp, float bow);

/* The order is complete.  As ng_ngmw_names_end.  */
enum ng_err ng_ngmw_level_end (struct ng_ngmw *w) NG_MUST_CHECK;

/* The place of the next n-gram of the order that is complete, which is not the
   last.  */
uint32_t ng_ngmw_place (struct ng_ngmw *w);

/* Write the end.  What sink and store answer.  */
enum ng_err ng_ngmw_finish (struct ng_ngmw *w) NG_MUST_CHECK;

/* Free W, which may be NULL.  */
void ng_ngmw_close (struct ng_ngmw *w);

#endif
