/* ngram-zipf --heaps: types against tokens as a text is read.  */
#ifndef NG_ZIPF_HEAPS_H
#define NG_ZIPF_HEAPS_H

#include "base/err.h"
#include "io/output.h"
#include "models/heaps.h"
#include "text/tokenizer.h"
#include "zipf-report.h"

/* Read the text or token file NAME ("-" is standard input) with TOKENIZER into
   *HEAPS.  Faults are those of reading.  */
enum ng_err zipf_heaps_read (const char *name, struct ng_tokenizer *tokenizer,
                             struct ng_fault *fault,
                             struct ng_heaps *heaps) NG_MUST_CHECK;

/* Write what HEAPS tells to OUT; warn of what cannot be estimated.  What
   ng_output_write answers.  */
enum ng_err zipf_heaps_report (struct ng_output *out, enum zipf_form form,
                               const struct ng_heaps *heaps) NG_MUST_CHECK;

#endif
