/* The spectrum of counts: how many types (distinct n-grams) occur m times, for
   every m that occurs.  A hundred million n-grams have a few thousand
   distinct counts, so what works on the spectrum is cheap.

   Call ng_spectrum_new, ng_spectrum_add for each type in any order, then
   ng_spectrum_cells.  More may be added afterwards.  */
#ifndef NG_SPECTRUM_H
#define NG_SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_spectrum;

struct ng_spectrum_cell
{
    uint64_t count;   /* occurrences of each of these types, 1 or more */
    uint64_t n_types; /* types that occur so often, 1 or more */
};

/* A new, empty spectrum, or NULL.  */
struct ng_spectrum *ng_spectrum_new (void) NG_MUST_CHECK;

/* Add N_TYPES types that occur COUNT > 0 times each.  Constant time on the
   average.  NG_ENOMEM; NG_EOVERFLOW if types or tokens pass 2^64 - 1.  */
enum ng_err ng_spectrum_add (struct ng_spectrum *s, uint64_t count,
                             uint64_t n_types) NG_MUST_CHECK;

/* Types and tokens added so far.  */
uint64_t ng_spectrum_types (const struct ng_spectrum *s);
uint64_t ng_spectrum_tokens (const struct ng_spectrum *s);

/* Store in *CELLS the cells by rising count and in *N their number.  The
   array belongs to the caller, who frees it.  NG_ENOMEM.  */
enum ng_err ng_spectrum_cells (const struct ng_spectrum *s,
                               struct ng_spectrum_cell **cells,
                               size_t *n) NG_MUST_CHECK;

void ng_spectrum_free (struct ng_spectrum *s);

#endif
