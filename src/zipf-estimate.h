/* What ngram-zipf estimates for the counts of one order, and what it says of
   what cannot be estimated.  */
#ifndef NG_ZIPF_ESTIMATE_H
#define NG_ZIPF_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/spectrum.h"
#include "zipf-report.h"

struct zipf_wishes
{
    uint64_t xmin;    /* 0: choose it */
    uint64_t n_draws; /* for the p-value; 0: none */
    uint64_t seed;    /* of the draws */
    bool compare;     /* with rival laws */
};

/* Estimate for CELLS[N], which are not empty, what *ROW is to hold; warn of
   what cannot be.  NG_ENOMEM.  */
enum ng_err zipf_estimate (const struct zipf_wishes *wishes,
                           const struct ng_spectrum_cell *cells, size_t n,
                           struct zipf_row *row) NG_MUST_CHECK;

#endif
