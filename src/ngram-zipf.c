#include <config.h>

#include <gsl/gsl_errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/nglimits.h"
#include "cli.h"
#include "counts/countsource.h"
#include "counts/spectrum.h"
#include "io/input.h"
#include "progress.h"
#include "zipf-estimate.h"
#include "zipf-report.h"

enum
{
    KEY_COMPARE = CLI_LONG_ONLY,
    KEY_JSON,
    KEY_P_VALUE,
    KEY_SEED,
    KEY_SPECTRUM,
    KEY_TSV,
    KEY_XMIN,
    DRAWS_DEFAULT = 1000,
    DRAWS_MAX = 1000000000,
    SEED_DEFAULT = 1,
    ITEMS_AT_ONCE = 65536 /* read between two looks at the clock */
};

struct job
{
    const char *input;
    const char *output;
    unsigned min_order, max_order;
    struct zipf_wishes wishes;
    enum zipf_form form;
    bool spectrum; /* print it, and nothing else */
};

static const struct cli_option options[] = {
    { KEY_COMPARE, "compare", NULL,
      "compare the power law with rivals by likelihood" },
    { KEY_JSON, "json", NULL, "print JSON" },
    { 'n', "order", "N|MIN-MAX", "only these orders (default: all)" },
    { 'o', "output", "FILE", "write to FILE, whole or not at all" },
    { KEY_P_VALUE, "p-value", "[=N]",
      "how often a power law lies as far from its fit,\nfrom N random samples (default: 1000)" },
    { KEY_SEED, "seed", "S", "seed of the random samples (default: 1)" },
    { KEY_SPECTRUM, "spectrum", NULL,
      "print only how many n-grams occur how often:\nORDER<TAB>COUNT<TAB>TYPES" },
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
                         .wishes = { .seed = SEED_DEFAULT } };
    cli_start (&program, argc, argv);
    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case KEY_COMPARE:
            job->wishes.compare = true;
            break;
        case KEY_JSON:
            job->form = ZIPF_JSON;
            break;
        case 'n':
            cli_range (arg, 1, NG_ORDER_MAX, &job->min_order, &job->max_order);
            break;
        case 'o':
            job->output = arg;
            break;
        case KEY_P_VALUE:
            job->wishes.n_draws =
                arg ? cli_count (arg, 1, DRAWS_MAX) : DRAWS_DEFAULT;
            break;
        case KEY_SEED:
            job->wishes.seed = cli_count (arg, 0, UINT64_MAX);
            break;
        case KEY_SPECTRUM:
            job->spectrum = true;
            break;
        case KEY_TSV:
            job->form = ZIPF_TSV;
            break;
        case KEY_XMIN:
            job->wishes.xmin = cli_count (arg, 1, UINT64_MAX);
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

/* The rows of the report, one for each order that has n-grams.  */
static enum ng_err
estimate_all (const struct job *job, struct ng_spectrum *const *spectra,
              struct zipf_row *rows, size_t *n_rows)
{
    enum ng_err err = NG_OK;

    for (unsigned k = 1; k <= NG_ORDER_MAX && err == NG_OK; k++)
    {
        struct ng_spectrum_cell *cells;
        struct zipf_row *row = &rows[*n_rows];
        size_t n;

        if (!spectra[k] || ng_spectrum_types (spectra[k]) == 0)
            continue;
        err = ng_spectrum_cells (spectra[k], &cells, &n);
        if (err != NG_OK)
            break;
        cli_note ("order %u: %zu distinct counts", k, n);
        zipf_row_init (row, k, ng_spectrum_types (spectra[k]),
                       ng_spectrum_tokens (spectra[k]));
        err = zipf_estimate (&job->wishes, cells, n, row);
        free (cells);
        *n_rows += 1;
    }
    return err;
}

/* ORDER<TAB>COUNT<TAB>TYPES for every count that occurs.  */
static enum ng_err
write_spectra (struct ng_output *out, struct ng_spectrum *const *spectra)
{
    enum ng_err err = NG_OK;

    for (unsigned k = 1; k <= NG_ORDER_MAX && err == NG_OK; k++)
    {
        struct ng_spectrum_cell *cells;
        size_t n;

        if (!spectra[k])
            continue;
        err = ng_spectrum_cells (spectra[k], &cells, &n);
        if (err != NG_OK)
            break;
        for (size_t i = 0; i < n && err == NG_OK; i++)
        {
            char line[64];
            int len =
                snprintf (line, sizeof line, "%u\t%" PRIu64 "\t%" PRIu64 "\n",
                          k, cells[i].count, cells[i].n_types);

            err = ng_output_write (out, line, (size_t) len);
        }
        free (cells);
    }
    return err;
}

/* Write what JOB asks for of SPECTRA.  */
static enum ng_err
write_results (const struct job *job, struct ng_spectrum *const *spectra,
               struct ng_fault *fault)
{
    struct zipf_row rows[NG_ORDER_MAX];
    struct ng_output *out;
    size_t n = 0;
    enum ng_err closed, err = NG_OK;

    if (!job->spectrum)
        err = estimate_all (job, spectra, rows, &n);
    if (err == NG_OK)
        err = ng_output_open (job->output, fault, &out);
    if (err != NG_OK)
        return err;
    cli_guard (out);
    err = job->spectrum ? write_spectra (out, spectra)
                        : zipf_report (out, job->form, rows, n);
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
    enum ng_err err = read_counts (job, fault, spectra);
    bool any = false;

    for (unsigned k = 1; k <= NG_ORDER_MAX && err == NG_OK; k++)
        any = any || (spectra[k] && ng_spectrum_types (spectra[k]) > 0);
    if (err == NG_OK && !any)
        err = ng_fault_set (fault, NG_EINVAL, job->input,
                            "no n-grams of the orders wanted: nothing can be "
                            "estimated");
    if (err == NG_OK)
        err = write_results (job, spectra, fault);
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

    /* GSL's own handler ends the program.  */
    (void) gsl_set_error_handler_off ();
    parse_options (&job, argc, argv);
    err = ng_input_check (job.input, &fault);
    if (err == NG_OK)
        err = run (&job, &fault);
    return cli_finish (err == NG_OK ? CLI_DONE : cli_fault (&fault, err));
}
