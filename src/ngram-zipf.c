#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/nglimits.h"
#include "cli.h"
#include "counts/countsource.h"
#include "counts/spectrum.h"
#include "io/input.h"
#include "models/zipf.h"
#include "models/zipfline.h"
#include "progress.h"
#include "zipf-report.h"

enum
{
    KEY_JSON = CLI_LONG_ONLY,
    KEY_TSV,
    KEY_XMIN,
    ITEMS_AT_ONCE = 65536 /* read between two looks at the clock */
};

struct job
{
    const char *input;
    const char *output;
    unsigned min_order, max_order;
    uint64_t xmin; /* 0: choose it */
    enum zipf_form form;
};

static const struct cli_option options[] = {
    { KEY_JSON, "json", NULL, "print JSON" },
    { 'n', "order", "N|MIN-MAX", "only these orders (default: all)" },
    { 'o', "output", "FILE", "write to FILE, whole or not at all" },
    { KEY_TSV, "tsv", NULL, "print values split by tabs" },
    { KEY_XMIN, "xmin", "K", "fit counts of K and more (default: found)" },
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-zipf", "[OPTION]... [FILE]",
    "Estimate Zipf's exponent for each order of the n-gram counts in FILE,\n"
    "or in standard input: by least squares and by maximum likelihood.",
    options,
    "Counts are lines NGRAM<TAB>COUNT, in any order, as ngram-count prints them."
};

static void
parse_options (struct job *job, int argc, char **argv)
{
    const char *arg;
    int key;
    size_t n;
    const char *const *operands;

    *job = (struct job){ .input = "-",
                         .output = "-",
                         .min_order = 1,
                         .max_order = NG_ORDER_MAX,
                         .form = ZIPF_TABLE };
    cli_start (&program, argc, argv);
    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case KEY_JSON:
            job->form = ZIPF_JSON;
            break;
        case 'n':
            cli_range (arg, 1, NG_ORDER_MAX, &job->min_order, &job->max_order);
            break;
        case 'o':
            job->output = arg;
            break;
        case KEY_TSV:
            job->form = ZIPF_TSV;
            break;
        case KEY_XMIN:
            job->xmin = cli_count (arg, 1, UINT64_MAX);
            break;
        default:
            break;
        }
    operands = cli_operands (&n);
    if (n > 1)
        cli_usage_error ("only one FILE is read: surplus operand %s",
                         cli_quote (operands[1]));
    if (n == 1)
        job->input = operands[0];
}

/* Read the counts of JOB's orders into SPECTRA.  */
static enum ng_err
read_counts (const struct job *job, struct ng_fault *fault,
             struct ng_spectrum **spectra)
{
    struct ng_countsource *source;
    enum ng_err closed, err = NG_OK;

    for (unsigned k = job->min_order; k <= job->max_order; k++)
        if (!(spectra[k] = ng_spectrum_new ()))
            return NG_ENOMEM;
    err = ng_countsource_open (job->input, fault, &source);
    if (err != NG_OK)
        return err;
    progress_start (ng_countsource_raw_size (source));
    while (err == NG_OK)
    {
        err = ng_countsource_add (source, spectra, ITEMS_AT_ONCE);
        progress_update (ng_countsource_raw_offset (source));
    }
    progress_stop ();
    closed = ng_countsource_close (source);
    return err == NG_END ? closed : err;
}

/* Can an exponent be estimated from CELLS[N]?  If not, say why.  */
static bool
can_estimate (const struct zipf_row *row, const struct ng_spectrum_cell *cells,
              size_t n)
{
    if (n == 1)
        cli_warn ("order %" PRIu64 ": all %" PRIu64 " n-grams have the count "
                  "%" PRIu64 ": one distinct count has no slope and no "
                  "exponent",
                  row->order, row->n_types, cells[0].count);
    else if (row->n_types < NG_ZIPF_TYPES_MIN)
        cli_warn ("order %" PRIu64 ": %" PRIu64 " types: fewer than %d tell "
                  "nothing of slope or exponent",
                  row->order, row->n_types, NG_ZIPF_TYPES_MIN);
    return n > 1 && row->n_types >= NG_ZIPF_TYPES_MIN;
}

/* The maximum-likelihood part of ROW.  */
static enum ng_err
estimate_tail (const struct job *job, const struct ng_spectrum_cell *cells,
               size_t n, struct zipf_row *row)
{
    struct ng_zipf_tails tails;
    struct ng_zipf_fit fit;
    enum ng_err err = ng_zipf_tails_init (&tails, cells, n);

    if (err != NG_OK)
        return err;
    err = job->xmin > 0 ? ng_zipf_fit_at (&tails, (double) job->xmin, &fit)
                        : ng_zipf_fit_best (&tails, &fit);
    ng_zipf_tails_fini (&tails);
    if (err == NG_EINVAL)
    {
        cli_warn ("order %" PRIu64 ": no exponent: fewer than two distinct "
                  "counts of %" PRIu64 " or more",
                  row->order, job->xmin);
        return NG_OK;
    }
    if (fit.n_tail < NG_ZIPF_TYPES_MIN)
        cli_warn ("order %" PRIu64 ": the exponent rests on %.0f types with "
                  "counts of %.0f or more: too few to trust",
                  row->order, fit.n_tail, fit.xmin);
    row->xmin = fit.xmin;
    row->n_tail = fit.n_tail;
    row->a = fit.a;
    row->a_err = fit.a_err;
    row->s = fit.s;
    row->s_err = fit.s_err;
    return NG_OK;
}

static enum ng_err
estimate (const struct job *job, unsigned order,
          const struct ng_spectrum *spectrum, struct zipf_row *row)
{
    struct ng_spectrum_cell *cells;
    struct ng_zipf_line line;
    size_t n;
    enum ng_err err = ng_spectrum_cells (spectrum, &cells, &n);

    if (err != NG_OK)
        return err;
    *row = (struct zipf_row){ order,
                              ng_spectrum_types (spectrum),
                              ng_spectrum_tokens (spectrum),
                              NAN,
                              NAN,
                              NAN,
                              NAN,
                              NAN,
                              NAN,
                              NAN,
                              NAN };
    if (can_estimate (row, cells, n))
    {
        err = ng_zipf_line_ranks (cells, n, &line);
        row->line_slope = line.slope;
        row->line_err = line.slope_err;
        if (err == NG_OK)
            err = estimate_tail (job, cells, n, row);
    }
    free (cells);
    return err;
}

static enum ng_err
write_report (const struct job *job, const struct zipf_row *rows, size_t n,
              struct ng_fault *fault)
{
    struct ng_output *out;
    enum ng_err closed, err = ng_output_open (job->output, fault, &out);

    if (err != NG_OK)
        return err;
    cli_guard (out);
    err = zipf_report (out, job->form, rows, n);
    if (err == NG_OK)
        err = ng_output_commit (out);
    cli_forget (out);
    closed = ng_output_close (out);
    return err != NG_OK ? err : closed;
}

static enum ng_err
run (const struct job *job, struct ng_fault *fault)
{
    struct ng_spectrum *spectra[NG_ORDER_MAX + 1] = { NULL };
    struct zipf_row rows[NG_ORDER_MAX];
    size_t n = 0;
    enum ng_err err = read_counts (job, fault, spectra);

    for (unsigned k = 1; k <= NG_ORDER_MAX && err == NG_OK; k++)
        if (spectra[k] && ng_spectrum_types (spectra[k]) > 0)
            err = estimate (job, k, spectra[k], &rows[n++]);
    if (err == NG_OK && n == 0)
        err = ng_fault_set (fault, NG_EINVAL, job->input,
                            "no n-grams of the orders wanted: nothing can be "
                            "estimated");
    if (err == NG_OK)
        err = write_report (job, rows, n, fault);
    for (unsigned k = 1; k <= NG_ORDER_MAX; k++)
        ng_spectrum_free (spectra[k]);
    return err;
}

int
main (int argc, char **argv)
{
    struct job job;
    struct ng_fault fault = { .err = NG_OK };
    enum ng_err err;

    parse_options (&job, argc, argv);
    err = ng_input_check (job.input, &fault);
    if (err == NG_OK)
        err = run (&job, &fault);
    return cli_finish (err == NG_OK ? CLI_DONE : cli_fault (&fault, err));
}
