/* ngram-merge: add up count files.  */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "countout.h"
#include "counts/merge.h"
#include "counts/ngc.h"
#include "counts/textrun.h"
#include "io/input.h"
#include "progress.h"
#include "shrunk.h"

static const struct cli_option options[] = {
    { 'n', "order", "N|MIN-MAX",
      "which orders to list (default: all that are\nthere)" },
    COUNTOUT_SORT_OPTIONS,
    COUNTOUT_FILE_OPTIONS,
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-merge",
    "[OPTION]... [FILE]...",
    "Add up count files, text or binary as ngram-count writes them, and print"
    " the\nsum.  Read standard input if there is no FILE or FILE is -.",
    options,
    "Examples:\n"
    "  ngram-merge -o week.ngc monday.ngc tuesday.ngc\n"
    "  ngram-merge --top=10 *.ngc",
};

struct job
{
    struct countout out;
    struct ng_fault fault;
    struct ng_merge_setup setup;
    struct ng_merger *merger;
    struct ng_textrun *text;
    const char *first_ngc; /* the first binary operand, and ... */
    unsigned flags;        /* ... what it says of sentences; cut if any is */
    unsigned min_order, max_order; /* of binary operands; 0: none yet */
    /* The operand that has all orders from 1 to the least, and that order.  */
    const char *shortest;
    unsigned reach;
};

/* All orders from 1 to REACH are in NAME.  */
static void
note_reach (struct job *job, const char *name, unsigned reach)
{
    if (job->shortest && reach >= job->reach)
        return;
    job->shortest = name;
    job->reach = reach;
}

/* Take note of what F says of itself; it must go with those before.  */
static enum ng_err
check_ngc (struct job *job, const struct ng_ngc *f)
{
    const struct ng_ngc_info info = ng_ngc_info (f);
    const bool sentences = info.flags & NG_NGC_SENTENCES;

    if (!job->first_ngc)
    {
        job->first_ngc = ng_ngc_name (f);
        job->flags |= info.flags & NG_NGC_SENTENCES;
    }
    if (sentences != ((job->flags & NG_NGC_SENTENCES) != 0))
        return ng_fault_set (
            &job->fault, NG_EINVAL, ng_ngc_name (f),
            "these are counts of %s, but those of %s are of %s",
            sentences ? "sentences" : "running text",
            cli_quote (job->first_ngc),
            sentences ? "running text" : "sentences");
    if (info.flags & NG_NGC_CUT && job->out.laplace)
        return ng_fault_set (&job->fault, NG_EINVAL, ng_ngc_name (f),
                             "--laplace needs all counts, but here some were"
                             " left out");
    job->flags |= info.flags & NG_NGC_CUT;
    if (job->min_order == 0 || info.min_order < job->min_order)
        job->min_order = info.min_order;
    if (info.max_order > job->max_order)
        job->max_order = info.max_order;
    note_reach (job, ng_ngc_name (f), info.min_order > 1 ? 0 : info.max_order);
    return NG_OK;
}

static enum ng_err
add_ngc (struct job *job, struct ng_input *in)
{
    struct ng_ngc *f;
    const void *map;
    size_t bytes;
    enum ng_err err = ng_ngc_open (in, job->setup.spill_dir, &job->fault, &f);

    if (err != NG_OK)
        return err;
    map = ng_ngc_map (f, &bytes);
    shrunk_watch (map, bytes, ng_ngc_name (f));
    err = check_ngc (job, f);
    if (err == NG_OK)
        return ng_merger_add (job->merger, f);
    ng_ngc_close (f);
    return err;
}

static enum ng_err
add_text (struct job *job, struct ng_input *in)
{
    enum ng_err err = ng_textrun_add (job->text, in);

    if (err == NG_OK)
        note_reach (job, ng_input_name (in), ng_textrun_reach (job->text));
    return err;
}

static enum ng_err
add_operand (struct job *job, const char *name)
{
    struct ng_input *in;
    const unsigned char *start;
    size_t n;
    bool binary;
    enum ng_err closed, err = ng_input_open (name, &job->fault, &in);

    if (err != NG_OK)
        return err;
    err = ng_input_peek (in, NG_NGC_MAGIC_BYTES, &start, &n);
    if (err == NG_OK)
    {
        /* An empty text is none of counts, an empty .ngc file is damaged.  */
        binary = ng_ngc_is_magic (start, n)
                 || (n == 0 && countout_is_binary_name (name));
        err = binary ? add_ngc (job, in) : add_text (job, in);
    }
    closed = ng_input_close (in);
    return err == NG_OK ? closed : err;
}

static enum ng_err
add_operands (struct job *job)
{
    static const char *const standard_input[] = { "-" };
    size_t n;
    const char *const *names = cli_operands (&n);
    enum ng_err err;

    if (n == 0)
    {
        names = standard_input;
        n = 1;
    }
    err = ng_input_check_all (names, n, NULL, &job->fault);
    for (size_t i = 0; i < n && err == NG_OK; i++)
        err = add_operand (job, names[i]);
    return err == NG_OK ? ng_textrun_finish (job->text) : err;
}

/* Are there all counts that --laplace needs, and what its constants are
   for?  */
static enum ng_err
check_laplace (struct job *job)
{
    const struct countout *out = &job->out;

    if (out->n_epsilons > out->max_order)
        return ng_fault_set (&job->fault, NG_EINVAL, NULL,
                             "--laplace has %zu constants, but the highest"
                             " order is %u",
                             out->n_epsilons, out->max_order);
    if (out->laplace && job->reach < out->max_order)
        return ng_fault_set (&job->fault, NG_EINVAL, job->shortest,
                             "--laplace needs all orders from 1 to %u of each"
                             " file, but order %u is not here",
                             out->max_order, job->reach + 1);
    return NG_OK;
}

/* The orders that are there are those that are wanted, or hold them.  Where
   nothing is counted, any may be wanted.  */
static enum ng_err
choose_orders (struct job *job)
{
    struct countout *out = &job->out;
    unsigned min, max;
    enum ng_err err = NG_OK;

    ng_textrun_orders (job->text, &min, &max);
    if (job->min_order > 0 && (min == 0 || job->min_order < min))
        min = job->min_order;
    if (job->max_order > max)
        max = job->max_order;
    if (!out->has_order)
        countout_set_orders (out, min > 0 ? min : 1, min > 0 ? max : 1);
    if (min > 0 && (out->info.min_order < min || out->max_order > max))
        return ng_fault_set (&job->fault, NG_EINVAL, NULL,
                             "order %u is needed, but the counts have only"
                             " orders %u to %u",
                             out->max_order > max ? out->max_order
                                                  : out->info.min_order,
                             min, max);
    if (min > 0)
        err = check_laplace (job);
    job->setup.info = out->info;
    job->setup.info.flags |= job->flags;
    return err;
}

/* Add up all operands and write what is asked for.  */
static enum ng_err
write_sum (struct job *job)
{
    enum ng_err err = add_operands (job);

    if (err == NG_OK)
        err = choose_orders (job);
    if (err == NG_OK)
        err = ng_merger_finish (job->merger, job->out.ngc);
    progress_stop ();
    ng_merger_free (job->merger);
    job->merger = NULL;
    return err == NG_OK ? countout_write (&job->out) : err;
}

/* What is wrong with a sum is wrong with the file if there is but one.  */
static void
name_only_operand (struct job *job)
{
    struct ng_fault *fault = &job->fault;
    size_t n;
    const char *const *names = cli_operands (&n);

    if ((fault->err == NG_EINVAL || fault->err == NG_EOVERFLOW) && !fault->file
        && n <= 1)
        fault->file = n == 1 ? names[0] : "-";
}

static enum ng_err
run (struct job *job)
{
    enum ng_err err = countout_open (&job->out, &job->fault);

    if (err != NG_OK)
        return err;
    job->setup = (struct ng_merge_setup){ .info = job->out.info,
                                          .spill_dir = job->out.spill_dir,
                                          .budget_bytes = job->out.budget_bytes,
                                          .fault = &job->fault,
                                          .progress = progress_show };
    job->merger = ng_merger_new (&job->setup);
    job->text = ng_textrun_new (&job->setup, job->merger);
    if (!job->merger || !job->text)
        return NG_ENOMEM;
    err = write_sum (job);
    if (err != NG_OK)
        name_only_operand (job);
    return err;
}

int
main (int argc, char **argv)
{
    struct job job = { .flags = 0 };
    const char *arg;
    enum ng_err err;
    int key, status = CLI_DONE;

    countout_init (&job.out, 1, NG_ORDER_MAX);
    job.out.unproved = true;
    cli_start (&program, argc, argv);
    while ((key = cli_next (&arg)) != -1)
        (void) countout_option (&job.out, key, arg);
    countout_check (&job.out);
    err = run (&job);
    if (err != NG_OK)
        status = cli_fault (&job.fault, err);
    else
        cli_note ("%" PRIu32 " type%s", job.out.n_types,
                  ng_plural (job.out.n_types));
    ng_textrun_free (job.text);
    ng_merger_free (job.merger);
    countout_close (&job.out);
    return cli_finish (status);
}
