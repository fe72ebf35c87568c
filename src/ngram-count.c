/* ngram-count: count the n-grams of text or of token files.  */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "counts/counter.h"
#include "counts/feed.h"
#include "counts/listing.h"
#include "io/npy.h"
#include "io/output.h"
#include "models/laplace.h"
#include "progress.h"
#include "text/corpus.h"
#include "text/lexical.h"
#include "text/vocab.h"
#include "textopts.h"

enum
{
    KEY_VOCAB = CLI_LONG_ONLY,
    KEY_SORT,
    KEY_TOP,
    KEY_MIN_COUNT,
    KEY_LAPLACE,
    KEY_STATS,
    KEY_STRICT
};

static const struct cli_option options[] = {
    { 't', "tokenize", "word|uax29|space|char|byte",
      "how to split text (default space)" },
    { 'c', "case", "lower|keep", "lower is the default for word, else keep" },
    { KEY_VOCAB, "vocab", "FILE",
      "the vocabulary of token files (.npy); for text,\nother tokens count as"
      " <unk>" },
    { 'n', "order", "N|MIN-MAX",
      "which orders to list, up to 8 (default 1-4)" },
    { 's', "sentences", NULL, "each line is a sentence between <s> and </s>" },
    { KEY_SORT, "sort", "count|text|none",
      "within an order (default count: the most frequent\nfirst)" },
    { KEY_TOP, "top", "K", "list only the K first of each order" },
    { KEY_MIN_COUNT, "min-count", "K",
      "list only what occurs K times or more" },
    { KEY_LAPLACE, "laplace", "[=E1,E2,...]",
      "add the smoothed probability of the last token\nafter the others"
      " (default 1 for each order)" },
    { KEY_STATS, "stats", NULL,
      "print tokens, types and singletons of each order\ninstead" },
    { 'o', "output", "FILE", "write to FILE" },
    { KEY_STRICT, "strict", NULL, "take invalid UTF-8 as an error" },
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
    const char *output, *vocab_name;
    bool sentences, stats, laplace;
    struct ng_laplace smoothing;
    struct ng_listing listing;

    struct ng_fault fault;
    struct ng_tokenizer tokenizer;
    struct ng_vocab *vocab;
    struct ng_counter *counter;
    struct ng_feed *feed;
    struct ng_ranking ranking;
    struct ng_ngrams ngrams;
    struct ng_output *out;
};

static void
parse_laplace (struct job *job, const char *arg)
{
    job->laplace = true;
    if (arg)
        (void) cli_reals (arg, 0, 1e15, job->smoothing.epsilon, NG_ORDER_MAX);
}

static void
parse_options (struct job *job)
{
    static const char *const sorts[] = { "count", "text", "none", NULL };
    struct ng_listing *l = &job->listing;
    const char *arg;
    int key;

    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case 't':
        case 'c':
        case KEY_STRICT:
            text_option (&job->text, key == KEY_STRICT ? 's' : key, arg);
            break;
        case 'n':
            cli_range (arg, 1, NG_ORDER_MAX, &l->min_order, &l->max_order);
            break;
        case 's':
            job->sentences = true;
            break;
        case 'o':
            job->output = arg;
            break;
        case KEY_VOCAB:
            job->vocab_name = arg;
            break;
        case KEY_SORT:
            l->sort = (enum ng_listing_sort) cli_word (arg, sorts);
            break;
        case KEY_TOP:
            l->top = cli_count (arg, 1, UINT64_MAX);
            break;
        case KEY_MIN_COUNT:
            l->min_count = cli_count (arg, 1, UINT64_MAX);
            break;
        case KEY_LAPLACE:
            parse_laplace (job, arg);
            break;
        case KEY_STATS:
            job->stats = true;
            break;
        }
    if (job->stats && job->laplace)
        cli_usage_error ("--stats and --laplace exclude each other");
}

static enum ng_err
open_all (struct job *job)
{
    enum ng_err err = NG_OK;

    if (job->vocab_name)
        err = ng_vocab_read (job->vocab_name, &job->fault, &job->vocab);
    else if ((job->vocab = ng_vocab_new ()) == NULL)
        err = NG_ENOMEM;
    if (err == NG_OK
        && (job->counter = ng_counter_new (job->listing.max_order)) == NULL)
        err = NG_ENOMEM;
    if (err == NG_OK)
        err = ng_feed_new (job->counter, job->vocab, job->vocab_name != NULL,
                           job->sentences, &job->fault, &job->feed);
    text_tokenizer (&job->text, &job->tokenizer);
    if (err == NG_OK)
        err = ng_output_open (job->output ? job->output : "-", &job->fault,
                              &job->out);
    if (err == NG_OK)
        cli_guard (job->out);
    return err;
}

static enum ng_err
read_token_file (struct job *job, struct ng_input *in)
{
    if (!job->vocab_name)
        return ng_fault_set (&job->fault, NG_EINVAL, ng_input_name (in),
                             "a token file needs --vocab=FILE");
    if (job->sentences)
        return ng_fault_set (&job->fault, NG_EINVAL, ng_input_name (in),
                             "--sentences needs text: a token file has no"
                             " lines");
    return ng_feed_npy (job->feed, in, &job->fault);
}

/* Read every operand into the counter.  */
static enum ng_err
read_operands (struct job *job)
{
    size_t n;
    const char *const *names = cli_operands (&n);
    struct ng_corpus *corpus = NULL;
    enum ng_err err =
        ng_corpus_open (names, n, &job->tokenizer, &job->fault, &corpus);

    if (err == NG_OK)
        progress_start (ng_corpus_bytes_total (corpus));
    while (err == NG_OK)
    {
        const struct ng_token_list *list;
        struct ng_input *in;
        bool ends_file;

        err = ng_corpus_token_file (corpus, &in);
        if (err == NG_OK && in)
        {
            err = read_token_file (job, in);
            continue;
        }
        if (err == NG_OK)
            err = ng_corpus_next (corpus, &list, &ends_file);
        if (err == NG_OK)
            err = ng_feed_tokens (job->feed, list);
        if (err == NG_OK)
            progress_update (ng_corpus_bytes_done (corpus));
    }
    progress_stop ();
    ng_corpus_close (corpus);
    return err == NG_END ? NG_OK : err;
}

static double
laplace_column (const void *context, unsigned order, uint64_t count,
                uint64_t context_count, uint64_t last_count)
{
    return ng_laplace (context, order, count, context_count, last_count);
}

/* Tokens, types and singletons of each order asked for.  */
static enum ng_err
write_stats (struct job *job)
{
    char line[128] = "order\ttokens\ttypes\tsingletons\n";
    enum ng_err err = ng_output_write (job->out, line, strlen (line));

    for (unsigned k = job->listing.min_order;
         k <= job->listing.max_order && err == NG_OK; k++)
    {
        const struct ng_level *level = &job->ngrams.levels[k - 1];

        (void) snprintf (line, sizeof line,
                         "%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", k,
                         level->n_tokens, level->n, level->n_single);
        err = ng_output_write (job->out, line, strlen (line));
    }
    return err;
}

static enum ng_err
write_result (struct job *job)
{
    enum ng_err err;

    job->smoothing.n_tokens = job->ngrams.levels[0].n_tokens;
    job->smoothing.n_types = job->ngrams.levels[0].n;
    job->listing.ngrams = &job->ngrams;
    job->listing.vocab = job->vocab;
    job->listing.ranking = &job->ranking;
    if (job->laplace)
    {
        job->listing.column = laplace_column;
        job->listing.column_context = &job->smoothing;
    }
    err = job->stats ? write_stats (job)
                     : ng_listing_write (&job->listing, job->out);
    return err == NG_OK ? ng_output_commit (job->out) : err;
}

static enum ng_err
run (struct job *job)
{
    enum ng_err err = read_operands (job);

    if (err == NG_OK)
        err = ng_ranking_init (&job->ranking, job->vocab);
    if (err == NG_OK)
        err = ng_counter_finish (job->counter, job->ranking.ranks,
                                 job->ranking.n, &job->ngrams);
    return err == NG_OK ? write_result (job) : err;
}

static void
close_all (struct job *job)
{
    cli_forget (job->out);
    (void) ng_output_close (job->out);
    ng_ngrams_fini (&job->ngrams);
    ng_ranking_fini (&job->ranking);
    ng_feed_free (job->feed);
    ng_counter_free (job->counter);
    ng_vocab_free (job->vocab);
}

int
main (int argc, char **argv)
{
    struct job job = { .text = { .mode = NG_SPACE },
                       .listing = { .min_order = 1, .max_order = 4 } };
    enum ng_err err;
    int status = CLI_DONE;

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        job.smoothing.epsilon[i] = 1;
    cli_start (&program, argc, argv);
    parse_options (&job);
    err = open_all (&job);
    if (err == NG_OK)
        err = run (&job);
    text_warn (&job.tokenizer);
    if (err != NG_OK)
        status = cli_fault (&job.fault, err);
    else
        cli_note ("%" PRIu64 " tokens, %" PRIu64 " types",
                  job.ngrams.levels[0].n_tokens, job.ngrams.levels[0].n);
    close_all (&job);
    return cli_finish (status);
}
