#include <config.h>

#include <gsl/gsl_errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nglimits.h"
#include "cli.h"
#include "counts/countsource.h"
#include "counts/spectrum.h"
#include "io/input.h"
#include "io/outname.h"
#include "progress.h"
#include "textopts.h"
#include "zipf-estimate.h"
#include "zipf-heaps.h"
#include "zipf-plot.h"
#include "zipf-report.h"
#include "zipf-spectrum.h"

enum
{
    KEY_COMPARE = CLI_LONG_ONLY,
    KEY_HEAPS,
    KEY_JSON,
    KEY_PLOT,
    KEY_P_VALUE,
    KEY_SEED,
    KEY_SPECTRUM,
    KEY_STRICT,
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
    bool heaps;    /* read a text and fit its growth, and nothing else */
    const char *estimating; /* an option for exponents that was given */
    bool orders;            /* some were asked for */
    const char *plot;       /* NULL: no picture */
    bool plot_text;         /* draw it with characters below the report */
    struct text_options text;
};

static const struct cli_option options[] = {
    { KEY_COMPARE, "compare", NULL,
      "compare the power law with rivals by likelihood" },
    { 'c', "case", "CASE", "lower (default for word) or keep, with --heaps" },
    { KEY_HEAPS, "heaps", NULL,
      "read text or tokens (.npy), not counts, and fit\nhow types grow with tokens" },
    { KEY_JSON, "json", NULL, "print JSON" },
    { 'n', "order", "N|MIN-MAX", "only these orders (default: all)" },
    { 'o', "output", "FILE", "write to FILE, whole or not at all" },
    { KEY_PLOT, "plot", "FILE",
      "draw rank against count to FILE.svg, .png or\n.pdf, or, if FILE is -, with characters" },
    { KEY_P_VALUE, "p-value", "[=N]",
      "how often a power law lies as far from its fit,\nfrom N random samples (default: 1000)" },
    { KEY_SEED, "seed", "S", "seed of the random samples (default: 1)" },
    { KEY_SPECTRUM, "spectrum", NULL,
      "print only how many n-grams occur how often:\nORDER<TAB>COUNT<TAB>TYPES" },
    { KEY_STRICT, "strict", NULL, "take invalid UTF-8 in text as an error" },
    { 't', "tokenize", "MODE",
      "how --heaps splits text: space (default), word,\nuax29, char, or byte" },
    { KEY_TSV, "tsv", NULL, "print values split by tabs" },
    { KEY_XMIN, "xmin", "K", "fit counts of K and more (default: found)" },
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-zipf", "[OPTION]... [FILE]",
    "Estimate Zipf's exponent for each order of the n-gram counts in FILE,\n"
    "or in standard input: by least squares and by maximum likelihood.",
    options,
    "Counts are lines NGRAM<TAB>COUNT, in any order, as ngram-count prints them,\nor a binary count file (.ngc)."
};

/* What goes with what, and the operand.  */
static void
check_options (struct job *job)
{
    size_t n;
    const char *const *operands = cli_operands (&n);

    if (job->heaps + job->spectrum + (job->plot != NULL) > 1)
        cli_usage_error ("--heaps, --plot and --spectrum exclude each other");
    if (job->estimating && (job->heaps || job->spectrum))
        cli_usage_error ("%s is for exponents, which %s does not estimate",
                         job->estimating,
                         job->heaps ? "--heaps" : "--spectrum");
    if (job->orders && job->heaps)
        cli_usage_error ("--order is for counts: --heaps is of single tokens");
    if (job->plot_text && job->form != ZIPF_TABLE)
        cli_usage_error ("--plot=- goes with the table alone, not with --json "
                         "or --tsv");
    if (job->plot && !job->plot_text && !zipf_plot_knows (job->plot))
        cli_usage_error ("--plot: the name %s does not end in .svg, .png or "
                         ".pdf",
                         cli_quote (job->plot));
    if (job->plot && !job->plot_text
        && ng_outname_same (job->plot, job->output))
        cli_usage_error ("--plot: %s is the file for the report",
                         cli_quote (job->plot));
    if (n > 1)
        cli_usage_error ("only one FILE is read: surplus operand %s",
                         cli_quote (operands[1]));
    if (n == 1)
        job->input = operands[0];
}

static void
parse_options (struct job *job, int argc, char **argv)
{
    const char *arg;
    int key;
    bool needs_heaps = false;

    *job = (struct job){ .input = "-",
                         .output = "-",
                         .min_order = 1,
                         .max_order = NG_ORDER_MAX,
                         .wishes = { .seed = SEED_DEFAULT },
                         .text = { .mode = NG_SPACE } };
    cli_start (&program, argc, argv);
    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case KEY_COMPARE:
            job->wishes.compare = true;
            job->estimating = "--compare";
            break;
        case KEY_HEAPS:
            job->heaps = true;
            break;
        case KEY_JSON:
            job->form = ZIPF_JSON;
            break;
        case 'n':
            cli_range (arg, 1, NG_ORDER_MAX, &job->min_order, &job->max_order);
            job->orders = true;
            break;
        case 'o':
            job->output = arg;
            break;
        case KEY_PLOT:
            job->plot = arg;
            job->plot_text = strcmp (arg, "-") == 0;
            break;
        case KEY_P_VALUE:
            job->wishes.n_draws =
                arg ? cli_count (arg, 1, DRAWS_MAX) : DRAWS_DEFAULT;
            job->estimating = "--p-value";
            break;
        case KEY_SEED:
            job->wishes.seed = cli_count (arg, 0, UINT64_MAX);
            job->estimating = "--seed";
            break;
        case KEY_SPECTRUM:
            job->spectrum = true;
            break;
        case 't':
        case 'c':
        case KEY_STRICT:
            (void) text_option (&job->text,
                                key == KEY_STRICT ? TEXT_STRICT : key, arg);
            needs_heaps = true;
            break;
        case KEY_TSV:
            job->form = ZIPF_TSV;
            break;
        case KEY_XMIN:
            job->wishes.xmin = cli_count (arg, 1, UINT64_MAX);
            job->estimating = "--xmin";
            break;
        default:
            break;
        }
    if (needs_heaps && !job->heaps)
        cli_usage_error ("--tokenize, --case and --strict are for the text "
                         "that --heaps reads");
    check_options (job);
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
    err = ng_countsource_open (job->input, temporary_folder (NULL), fault,
                               &source);
    if (err != NG_OK)
        return err;
    err = ng_countsource_add (source, spectra, 1);
    if (err == NG_END)
        err = ng_fault_set (fault, NG_EINVAL, job->input,
                            "the input is empty: nothing can be estimated");
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

/* All orders that have n-grams.  */
struct results
{
    size_t n;
    struct zipf_series series[NG_ORDER_MAX];
    struct zipf_row rows[NG_ORDER_MAX];
};

/* Read the counts of JOB's orders and note the spectra in *R.  */
static enum ng_err
find_spectra (const struct job *job, struct results *r, struct ng_fault *fault)
{
    struct ng_spectrum *spectra[NG_ORDER_MAX + 1] = { NULL };
    enum ng_err err = read_counts (job, fault, spectra);

    for (unsigned k = 1; k <= NG_ORDER_MAX; k++)
    {
        struct zipf_series *s = &r->series[r->n];

        if (err == NG_OK && spectra[k] && ng_spectrum_types (spectra[k]) > 0)
        {
            s->row = &r->rows[r->n];
            zipf_row_init (s->row, k, ng_spectrum_types (spectra[k]),
                           ng_spectrum_tokens (spectra[k]));
            err = ng_spectrum_cells (spectra[k], &s->cells, &s->n);
            r->n += err == NG_OK;
        }
        ng_spectrum_free (spectra[k]);
    }
    if (err == NG_OK && r->n == 0)
        err = ng_fault_set (fault, NG_EINVAL, job->input,
                            "no n-grams of the orders wanted: nothing can be "
                            "estimated");
    return err;
}

/* Estimate what JOB asks for.  */
static enum ng_err
estimate_all (const struct job *job, struct results *r)
{
    enum ng_err err = NG_OK;

    for (size_t k = 0; k < r->n && err == NG_OK; k++)
    {
        struct zipf_series *s = &r->series[k];

        cli_note ("order %" PRIu64 ": %zu distinct count%s", s->row->order,
                  s->n, ng_plural (s->n));
        err = zipf_estimate (&job->wishes, s->cells, s->n, s->row);
    }
    return err;
}

/* Estimate, and write the report to OUT; draw on PICTURE unless it is NULL.  */
static enum ng_err
write_counts_report (const struct job *job, struct ng_output *out,
                     struct ng_output *picture, struct ng_fault *fault)
{
    struct results r = { .n = 0 };
    enum ng_err err = find_spectra (job, &r, fault);

    if (err == NG_OK && job->spectrum)
        err = zipf_spectrum (out, job->form, r.series, r.n);
    else if (err == NG_OK)
    {
        err = estimate_all (job, &r);
        if (err == NG_OK && picture)
            err = zipf_plot_file (picture, job->plot, r.series, r.n, fault);
        if (err == NG_OK)
            err = zipf_report (out, job->form, r.rows, r.n);
        if (err == NG_OK && job->plot_text)
            err = zipf_plot_text (out, r.series, r.n);
    }
    for (size_t k = 0; k < r.n; k++)
        free (r.series[k].cells);
    return err;
}

static enum ng_err
write_heaps_report (const struct job *job, struct ng_output *out,
                    struct ng_fault *fault)
{
    static struct ng_heaps heaps;
    struct ng_tokenizer tokenizer;
    enum ng_err err;

    text_tokenizer (&job->text, &tokenizer);
    err = zipf_heaps_read (job->input, &tokenizer, fault, &heaps);
    text_warn (&tokenizer);
    return err == NG_OK ? zipf_heaps_report (out, job->form, &heaps) : err;
}

static enum ng_err
run (const struct job *job, struct ng_fault *fault)
{
    enum
    {
        REPORT,
        PICTURE
    };
    struct ng_output *outs[] = { NULL, NULL };
    const bool draws = job->plot && !job->plot_text;
    enum ng_err closed,
        err = cli_open_output (job->output, fault, &outs[REPORT]);

    if (err == NG_OK && draws)
        err = cli_open_output (job->plot, fault, &outs[PICTURE]);
    if (err == NG_OK)
        err = job->heaps ? write_heaps_report (job, outs[REPORT], fault)
                         : write_counts_report (job, outs[REPORT],
                                                outs[PICTURE], fault);
    if (err == NG_OK)
        err = ng_output_commit_all (outs, draws ? 2 : 1);
    for (size_t i = 0; i < 2; i++)
    {
        cli_forget (outs[i]);
        closed = ng_output_close (outs[i]);
        err = err == NG_OK ? closed : err;
    }
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
