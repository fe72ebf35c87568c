/* What ngram-zipf found, a row per order, as a table for people, as values
   split by tabs, or as JSON.  One list of columns makes all three.  */
#ifndef NG_ZIPF_REPORT_H
#define NG_ZIPF_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/output.h"

/* A real that could not be estimated, or was not asked for, is NAN, and is
   shown as what the form has for that: "-" in the table, NA, null.  */
struct zipf_row
{
    uint64_t order, n_types, n_tokens;
    double line_slope, line_err; /* least squares over all ranks */
    double xmin, n_tail;         /* cut-off; types at or above it */
    double a, a_err;             /* frequency exponent, likeliest */
    double s, s_err;             /* rank exponent, 1 / (a - 1) */
    double distance;             /* Kolmogorov and Smirnov's, of the tail */
    double log_likelihood;       /* natural, of the tail */
    double p_value;              /* of the distance */
    double bins_slope, bins_err; /* least squares over bins of ranks */
    double mandelbrot_s, mandelbrot_s_err;
    double mandelbrot_q, mandelbrot_q_err;
    double ratios[3], ratio_ps[3]; /* by enum ng_rival */
    /* For the picture alone: ln f = intercept - slope ln r.  */
    double line_intercept, bins_intercept;
};

/* Set all reals of *ROW to NAN and the rest to what is given.  */
void zipf_row_init (struct zipf_row *row, uint64_t order, uint64_t n_types,
                    uint64_t n_tokens);

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
