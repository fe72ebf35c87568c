/* The picture: rank against frequency for every order on logarithmic axes,
   with the fitted lines, drawn by gnuplot into a file or with characters.  */
#ifndef NG_ZIPF_PLOT_H
#define NG_ZIPF_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "counts/spectrum.h"
#include "io/output.h"
#include "zipf-report.h"

/* One order: its spectrum, by rising count, and what was estimated.  */
struct zipf_series
{
    struct ng_spectrum_cell *cells; /* [n] */
    size_t n;
    struct zipf_row *row;
};

/* Can a picture be written to NAME?  Its ending says in which form: .svg, .png
   or .pdf.  */
bool zipf_plot_knows (const char *name);

/* Draw SERIES[N], N > 0, on OUT, which is to have the name NAME.  NG_EINVAL if
   gnuplot is missing or fails, with words in *FAULT; NG_ENOMEM, NG_ESYS, and
   what ng_output_write answers.  */
enum ng_err zipf_plot_file (struct ng_output *out, const char *name,
                            const struct zipf_series *series, size_t n,
                            struct ng_fault *fault) NG_MUST_CHECK;

/* Draw SERIES[N] with characters on OUT: the points of order K are digits K.
   What ng_output_write answers.  */
enum ng_err zipf_plot_text (struct ng_output *out,
                            const struct zipf_series *series,
                            size_t n) NG_MUST_CHECK;

#endif
