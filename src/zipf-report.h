/* What ngram-zipf found, a row per order, as a table for people, as values
   split by tabs, or as JSON.  One list of columns makes all three.  */
#ifndef NG_ZIPF_REPORT_H
#define NG_ZIPF_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/output.h"

/* A real that could not be estimated is NAN, and is shown as what the form
   has for that: "-" in the table, NA, null.  */
struct zipf_row
{
    uint64_t order, n_types, n_tokens;
    double line_slope, line_err; /* least squares over all ranks */
    double xmin, n_tail;         /* cut-off; types at or above it */
    double a, a_err;             /* frequency exponent, likeliest */
    double s, s_err;             /* rank exponent, 1 / (a - 1) */
};

enum zipf_form
{
    ZIPF_TABLE,
    ZIPF_TSV,
    ZIPF_JSON
};

/* Write ROWS[N] to OUT.  What ng_output_write answers.  */
enum ng_err zipf_report (struct ng_output *out, enum zipf_form form,
                         const struct zipf_row *rows, size_t n) NG_MUST_CHECK;

#endif
