/* The spectrum of counts as ngram-zipf prints it: how many n-grams of each
   order occur how often.  */
#ifndef NG_ZIPF_SPECTRUM_H
#define NG_ZIPF_SPECTRUM_H

#include <stddef.h>

#include "base/err.h"
#include "io/output.h"
#include "zipf-plot.h"
#include "zipf-report.h"

/* Write SERIES[N] to OUT: lines ORDER<TAB>COUNT<TAB>TYPES, below one of names
   if FORM is ZIPF_TSV; if it is ZIPF_JSON an array with an object per order.
   What ng_output_write answers.  */
enum ng_err zipf_spectrum (struct ng_output *out, enum zipf_form form,
                           const struct zipf_series *series,
                           size_t n) NG_MUST_CHECK;

#endif
