/* ngram-count: count the n-grams of text or of token files.  */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "countout.h"
#include "counts/engine.h"
#include "progress.h"
#include "text/vocab.h"
#include "textopts.h"

enum
{
    KEY_VOCAB = CLI_LONG_ONLY,
    KEY_PARALLEL,

    THREADS_MAX = 1024
};

static const struct cli_option options[] = {
    TEXT_OPTIONS ("space"),
    { KEY_VOCAB, "vocab", "FILE",
      "the vocabulary of token files (.npy); for text,\nother tokens count as"
      " <unk>" },
    { 'n', "order", "N|MIN-MAX",
      "which orders to list, up to 8 (default 1-4)" },
    { 's', "sentences", NULL, "each line is a sentence between <s> and </s>" },
    COUNTOUT_SORT_OPTIONS,
    COUNTOUT_FILE_OPTIONS,
    { KEY_PARALLEL, "parallel", "N",
      "threads (default: as many as there are processors)" },
    TEXT_STRICT_OPTION,
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-count",
    "[OPTION]... [FILE]...",
    "Count n-grams of text, or of token files in NumPy's .npy form, and print"
    " them\nwith their counts.  Read standard input if there is no FILE or"
    " FILE is -.",
    options,
    "Examples:\n"
    "  ngram-count -t word -n 2 --top 10 book.txt\n"
    "  ngram-tokenize book.txt | ngram-count | ngram-zipf",
};

struct job
{
    struct text_options text;
    const char *vocab_name;
    bool sentences;
    unsigned n_threads;
    struct countout out;

    struct ng_fault fault;
    struct ng_tokenizer tokenizer;
    struct ng_vocab *vocab;
    struct ng_engine_report report;
};

static unsigned
n_processors (void)
{
    long n = sysconf (_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned) n;
}

static void
parse_options (struct job *job)
{
    const char *arg;
    int key;

    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case 's':
            job->sentences = true;
            break;
        case KEY_VOCAB:
            job->vocab_name = arg;
            break;
        case KEY_PARALLEL:
            job->n_threads = (unsigned) cli_count (arg, 1, THREADS_MAX);
            break;
        default:
            (void) (text_option (&job->text, key, arg)
                    || countout_option (&job->out, key, arg));
        }
    countout_check (&job->out);
}

static enum ng_err
open_all (struct job *job)
{
    enum ng_err err = NG_OK;

    text_check_input ("--vocab", job->vocab_name);
    if (job->vocab_name)
        err = ng_vocab_read (job->vocab_name, &job->fault, &job->vocab);
    text_tokenizer (&job->text, &job->tokenizer);
    if (err == NG_OK)
        err = countout_open (&job->out, &job->fault);
    if (job->sentences)
        job->out.info.flags |= NG_NGC_SENTENCES;
    return err;
}

static uint64_t
thread_clock (void)
{
    struct timespec t;

    (void) clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t) t.tv_sec * 1000000000 + (uint64_t) t.tv_nsec;
}

/* With -v: what was counted, and what each stage of it cost.  */
static void
note_report (const struct job *job)
{
    static const char *const stages[NG_STAGES] = {
        "read",  "tokenize", "intern", "rank", "deal",
        "count", "sort",     "write",  "merge"
    };
    const struct ng_engine_report *r = &job->report;

    cli_note ("%" PRIu64 " token%s, %" PRIu32 " type%s, in %u portion%s",
              r->n_tokens, ng_plural (r->n_tokens), job->out.n_types,
              ng_plural (job->out.n_types), r->n_portions,
              ng_plural (r->n_portions));
    for (unsigned i = 0; i < NG_STAGES && r->n_tokens > 0; i++)
        cli_note ("%-8s %7.1f ns/token", stages[i],
                  (double) r->ns[i] / (double) r->n_tokens);
}

static enum ng_err
run (struct job *job)
{
    size_t n;
    const char *const *names = cli_operands (&n);
    const struct ng_engine_options counting = { .info = job->out.info,
                                                .vocab = job->vocab,
                                                .n_threads = job->n_threads,
                                                .budget = job->out.budget_bytes,
                                                .spill_dir = job->out.spill_dir,
                                                .progress = progress_show,
                                                .clock = cli_verbose
                                                             ? thread_clock
                                                             : NULL };
    enum ng_err err = ng_engine_run (names, n, &counting, &job->tokenizer,
                                     job->out.ngc, &job->report, &job->fault);

    progress_stop ();
    return err == NG_OK ? countout_write (&job->out) : err;
}

int
main (int argc, char **argv)
{
    struct job job = { .text = { .mode = NG_SPACE } };
    enum ng_err err;
    int status = CLI_DONE;

    job.n_threads = n_processors ();
    countout_init (&job.out, 1, 4);
    cli_start (&program, argc, argv);
    parse_options (&job);
    err = open_all (&job);
    if (err == NG_OK)
        err = run (&job);
    text_warn (&job.tokenizer);
    if (err != NG_OK)
        status = cli_fault (&job.fault, err);
    else
        note_report (&job);
    countout_close (&job.out);
    ng_vocab_free (job.vocab);
    return cli_finish (status);
}
