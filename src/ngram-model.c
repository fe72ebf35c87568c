/* ngram-model: estimate a language model from counts.  */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "io/input.h"
#include "io/output.h"
#include "models/arparead.h"
#include "models/arpawrite.h"
#include "models/countfile.h"
#include "models/estimate.h"
#include "models/ngmbuild.h"
#include "textopts.h"

enum
{
    KEY_EPSILON = CLI_LONG_ONLY,
    KEY_FALLBACK,
    KEY_PRUNE,
    N_DISCOUNTS = 3
};

enum format
{
    ARPA,
    NGM,
    BY_NAME
};

static const struct cli_option options[] = {
    { 'm', "smoothing", "METHOD",
      "kneser-ney (default), interpolated, laplace, or\nstupid-backoff" },
    { 'n', "order", "N", "order of the model (default: the counts' highest)" },
    { KEY_EPSILON, "epsilon", "E1,E2,...",
      "constants of laplace and interpolated by order\n(default 1; the last one"
      " holds on)" },
    { KEY_FALLBACK, "discount-fallback", "[=D1,D2,D3]",
      "discounts of kneser-ney where the counts do not\nallow an estimate"
      " (0.5,1,1.5 if none are given)" },
    { KEY_PRUNE, "prune", "K1,K2,...",
      "leave out n-grams that occur so often or less, by\norder (the last one"
      " holds on)" },
    { 'o', "output", "FILE", "write to FILE" },
    { 'f', "format", "FORM",
      "arpa or ngm (default: ngm if FILE ends in .ngm)" },
    { 'S', "buffer-size", "SIZE",
      "memory to use: bytes, or with K, M, G, T, or %\n(default 50%)" },
    { 'T', "temporary-directory", "DIR",
      "for temporary files (default $TMPDIR, or /tmp)" },
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-model",
    "[OPTION]... [FILE]",
    "Estimate a language model from the n-gram counts in FILE, or in standard"
    " input,\nas text or .ngc.  A FILE that is a model in ARPA form already is"
    "\nconverted.",
    options,
    "Examples:\n"
    "  ngram-count -s -n 1-4 corpus.txt | ngram-model -o lm.arpa\n"
    "  ngram-count -n 1-3 book.txt | ngram-model -m laplace -o book.ngm",
};

struct job
{
    const char *input, *output, *temporary;
    enum format format;
    bool has_smoothing, has_epsilon, has_prune, has_budget;
    struct ng_estimate estimate;

    struct ng_fault fault;
    struct ng_input *in;
    struct ng_output *out;
};

/* TEXT as numbers, one for each order; the last one holds on.  */
static void
parse_by_order (const char *text, double max, double *out)
{
    size_t n = cli_reals (text, 0, max, out, NG_ORDER_MAX);

    for (; n < NG_ORDER_MAX; n++)
        out[n] = out[n - 1];
}

static void
parse_prune (struct ng_estimate *e, const char *arg)
{
    double values[NG_ORDER_MAX];

    parse_by_order (arg, 1e15, values);
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
    {
        e->prune[i] = (uint64_t) values[i];
        if ((double) e->prune[i] != values[i])
            cli_usage_error ("--prune: %s are not all whole numbers", arg);
        if (i > 0 && e->prune[i] < e->prune[i - 1])
            cli_usage_error ("--prune: %s may not fall from order to order,"
                             " since parts of kept n-grams are kept",
                             arg);
    }
}

static void
parse_fallback (struct ng_estimate *e, const char *arg)
{
    e->has_fallback = true;
    for (unsigned i = 0; i < N_DISCOUNTS; i++)
        e->fallback[i] = 0.5 * (i + 1);
    if (!arg)
        return;
    if (cli_reals (arg, 0, N_DISCOUNTS, e->fallback, N_DISCOUNTS)
        != N_DISCOUNTS)
        cli_usage_error ("--discount-fallback: %s are not three numbers", arg);
    for (unsigned i = 0; i < N_DISCOUNTS; i++)
        if (e->fallback[i] > i + 1)
            cli_usage_error ("--discount-fallback: D%u is above %u", i + 1,
                             i + 1);
}

static void
parse_options (struct job *job)
{
    static const char *const methods[] = { "laplace", "interpolated",
                                           "kneser-ney", "stupid-backoff",
                                           NULL };
    static const char *const formats[] = { "arpa", "ngm", NULL };
    const char *arg;
    int key;

    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case 'm':
            job->estimate.smoothing =
                (enum ng_smoothing) cli_word (arg, methods);
            job->has_smoothing = true;
            break;
        case 'n':
            job->estimate.order = (unsigned) cli_count (arg, 1, NG_ORDER_MAX);
            break;
        case KEY_EPSILON:
            parse_by_order (arg, 1e15, job->estimate.epsilon);
            job->has_epsilon = true;
            break;
        case KEY_FALLBACK:
            parse_fallback (&job->estimate, arg);
            break;
        case KEY_PRUNE:
            parse_prune (&job->estimate, arg);
            job->has_prune = true;
            break;
        case 'o':
            job->output = arg;
            break;
        case 'f':
            job->format = (enum format) cli_word (arg, formats);
            break;
        case 'S':
            job->estimate.budget = memory_budget (arg);
            job->has_budget = true;
            break;
        case 'T':
            job->temporary = arg;
            break;
        }
}

static bool
ends_with (const char *name, const char *end)
{
    size_t n = strlen (name), m = strlen (end);

    return n >= m && strcmp (name + n - m, end) == 0;
}

/* What the options and operands mean together.  */
static void
settle (struct job *job)
{
    const struct ng_estimate *e = &job->estimate;
    size_t n;
    const char *const *operands = cli_operands (&n);

    if (n > 1)
        cli_usage_error ("only one FILE is read: surplus operand %s",
                         cli_quote (operands[1]));
    job->input = n == 1 ? operands[0] : "-";
    if (job->format == BY_NAME)
        job->format = ends_with (job->output, ".ngm") ? NGM : ARPA;
    job->estimate.to_arpa = job->format == ARPA;
    job->estimate.spill_dir = temporary_folder (job->temporary);
    if (job->format == ARPA && e->smoothing == NG_LAPLACE)
        cli_usage_error ("Laplace models skip orders, which ARPA cannot tell:"
                         " write a .ngm (-o FILE.ngm, or -f ngm)");
    if (e->smoothing != NG_KNESER_NEY && e->prune[0] > 0)
        cli_usage_error ("--prune: order 1 is pruned for kneser-ney alone");
    if (e->smoothing != NG_KNESER_NEY && e->has_fallback)
        cli_usage_error ("--discount-fallback is for kneser-ney alone");
    if (e->smoothing != NG_LAPLACE && e->smoothing != NG_INTERPOLATED
        && job->has_epsilon)
        cli_usage_error ("--epsilon is for laplace and interpolated alone");
}

static enum ng_err
to_output (void *context, const void *bytes, size_t n)
{
    return ng_output_write (context, bytes, n);
}

/* A model in ARPA form into the form that is asked for.  */
static enum ng_err
convert (struct job *job)
{
    struct ng_ngmw_setup setup = { .budget = UINT64_MAX,
                                   .spill_dir = job->estimate.spill_dir,
                                   .sink = to_output,
                                   .context = job->out,
                                   .file = job->input,
                                   .fault = &job->fault };
    struct ng_backoff model;
    enum ng_err err;

    if (job->has_smoothing || job->has_epsilon || job->has_prune
        || job->estimate.has_fallback || job->estimate.order > 0)
        return ng_fault_set (&job->fault, NG_EINVAL, job->input,
                             "this is a model already: it can be converted,"
                             " but not smoothed, pruned, or cut to an order");
    if (job->has_budget)
        return ng_fault_set (&job->fault, NG_EINVAL, job->input,
                             "this is a model already, and is held in memory"
                             " to be converted: --buffer-size cannot be met");
    err = ng_arpa_read (job->in, &job->fault, &model);
    if (err == NG_OK && job->format == ARPA)
        err = ng_arpa_write (&model, job->out);
    else if (err == NG_OK)
    {
        err = ng_store_open (setup.budget, setup.spill_dir, &job->fault,
                             &setup.store);
        if (err == NG_OK)
            err = ng_ngm_build (&model, &setup);
        ng_store_close (setup.store);
    }
    ng_backoff_fini (&model);
    return err;
}

static void
tell_discounts (const struct job *job)
{
    const struct ng_estimate *e = &job->estimate;

    for (unsigned i = 0; i < e->n_orders; i++)
    {
        const double *d = e->discounts[i];

        if (e->smoothing != NG_KNESER_NEY)
            cli_note ("order %u: %" PRIu32 " n-gram%s", i + 1, e->n[i],
                      ng_plural (e->n[i]));
        else
            cli_note ("order %u: %" PRIu32 " n-gram%s, D1=%.6g D2=%.6g"
                      " D3+=%.6g",
                      i + 1, e->n[i], ng_plural (e->n[i]), d[0], d[1], d[2]);
        if (e->fell_back[i])
            cli_warn ("warning: order %u: the counts give no discounts; those"
                      " of --discount-fallback serve",
                      i + 1);
    }
}

static enum ng_err
estimate (struct job *job)
{
    struct ng_estimate *e = &job->estimate;
    struct ng_ngc *counts = NULL;
    enum ng_err err = ng_countfile_open (job->in, e->spill_dir, e->budget,
                                         &job->fault, &counts);

    if (err == NG_OK)
        err = ng_estimate (e, counts, job->out);
    ng_ngc_close (counts);
    if (err != NG_OK)
        return err;
    tell_discounts (job);
    if (e->to_arpa && e->smoothing == NG_STUPID_BACKOFF)
        cli_warn ("warning: in ARPA form a context that never occurs costs"
                  " nothing to leave; a .ngm has the 0.4 for it too");
    return NG_OK;
}

static enum ng_err
run (struct job *job)
{
    bool arpa;
    enum ng_err err = ng_input_open (job->input, &job->fault, &job->in);

    if (err == NG_OK)
        err = ng_output_open (job->output, &job->fault, &job->out);
    if (err != NG_OK)
        return err;
    cli_guard (job->out);
    if (job->format == NGM && ng_output_is_terminal (job->out))
        cli_usage_error ("a .ngm is not for a terminal: give -o FILE");
    err = ng_arpa_recognize (job->in, &arpa);
    if (err == NG_OK)
        err = arpa ? convert (job) : estimate (job);
    return err == NG_OK ? ng_output_commit (job->out) : err;
}

int
main (int argc, char **argv)
{
    struct job job = { .output = "-",
                       .format = BY_NAME,
                       .estimate = { .smoothing = NG_KNESER_NEY,
                                     .budget = default_budget (),
                                     .fault = &job.fault } };
    enum ng_err err;

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        job.estimate.epsilon[i] = 1;
    cli_start (&program, argc, argv);
    parse_options (&job);
    settle (&job);
    err = ng_input_check (job.input, &job.fault);
    if (err == NG_OK)
        err = run (&job);
    if (err != NG_OK)
        (void) cli_fault (&job.fault, err);
    if (job.out)
        cli_forget (job.out);
    (void) ng_output_close (job.out);
    (void) ng_input_close (job.in);
    return cli_finish (err == NG_OK ? CLI_DONE : CLI_TROUBLE);
}
