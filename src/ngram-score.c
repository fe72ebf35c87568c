/* ngram-score: score, rank and sum up text by a language model.  */
#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sum.h"
#include "cli.h"
#include "io/input.h"
#include "io/output.h"
#include "modelopts.h"
#include "models/score.h"
#include "progress.h"
#include "scorerank.h"
#include "text/corpus.h"
#include "textopts.h"

enum
{
    KEY_SUMMARY = CLI_LONG_ONLY,
    KEY_TOKENS,
    KEY_RANK,
    KEY_PARALLEL,
    THREADS_MAX = 256,
    LINE_BYTES_MAX = 160
};

enum form
{
    LINES,
    SUMMARY,
    TOKENS,
    RANK
};

static const struct cli_option options[] = {
    MODEL_OPTION,
    MODEL_ORDER_OPTION ('n'),
    { KEY_SUMMARY, "summary", NULL, "print totals and perplexities alone" },
    { KEY_TOKENS, "tokens", NULL,
      "print each token, its log10 probability, and the\norder that gave it" },
    { KEY_RANK, "rank", NULL, "print lines with their text, likeliest first" },
    TEXT_OPTIONS ("space"),
    { 'o', "output", "FILE", "write to FILE" },
    { KEY_PARALLEL, "parallel", "N", "score in N threads (default 1)" },
    MODEL_NO_CHECK_OPTION,
    TEXT_STRICT_OPTION,
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-score",
    "[OPTION]... -m MODEL [FILE]...",
    "For each line of text print, split by tabs, its log10 probability under"
    " MODEL,\nits number of tokens, how many of them are unknown, and its"
    " perplexity.  Read\nstandard input if there is no FILE or FILE is -.",
    options,
    "Examples:\n"
    "  ngram-score -m lm.arpa --summary test.txt\n"
    "  printf 'to recognize speech\\nto wreck a nice beach\\n' |\n"
    "    ngram-score -m lm.ngm --rank",
};

struct job
{
    struct text_options text;
    struct model_options asked;
    const char *output;
    enum form form;
    unsigned n_threads;

    struct ng_fault fault;
    struct ng_tokenizer tokenizer;
    struct ng_model *model;
    struct ng_output *out;

    struct ng_sum logp, logp_unknown;
    uint64_t n_tokens, n_unknown, n_lines;

    struct score_ranking ranking;
};

static void
set_form (struct job *job, enum form form)
{
    if (job->form != LINES && job->form != form)
        cli_usage_error ("--summary, --tokens and --rank exclude each other");
    job->form = form;
}

static void
parse_options (struct job *job)
{
    const char *arg;
    int key;

    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case 'n':
            (void) model_option (&job->asked, MODEL_ORDER, arg);
            break;
        case 'o':
            job->output = arg;
            break;
        case KEY_SUMMARY:
            set_form (job, SUMMARY);
            break;
        case KEY_TOKENS:
            set_form (job, TOKENS);
            break;
        case KEY_RANK:
            set_form (job, RANK);
            break;
        case KEY_PARALLEL:
            job->n_threads = (unsigned) cli_count (arg, 1, THREADS_MAX);
            break;
        default:
            (void) (text_option (&job->text, key, arg)
                    || model_option (&job->asked, key, arg));
        }
    if (!job->asked.name)
        cli_usage_error ("no model: give one with -m MODEL");
}

/* 10^(-LOGP / N), "NA" without tokens.  */
static void
format_perplexity (char *text, size_t size, double logp, uint64_t n)
{
    if (n == 0)
        (void) snprintf (text, size, "NA");
    else
        (void) snprintf (text, size, "%.10g", pow (10, -logp / (double) n));
}

/* LOG10P TOKENS UNKNOWN PERPLEXITY, and what ends it.  */
static enum ng_err
put_line (struct job *job, double logp, uint64_t n_tokens, uint64_t n_unknown,
          char end)
{
    char line[LINE_BYTES_MAX], perplexity[40];
    int len;

    format_perplexity (perplexity, sizeof perplexity, logp, n_tokens);
    len = snprintf (line, sizeof line, "%.9g\t%" PRIu64 "\t%" PRIu64 "\t%s%c",
                    logp, n_tokens, n_unknown, perplexity, end);
    return ng_output_write (job->out, line, (size_t) len);
}

/* Each token of LINE; an empty line behind.  */
static enum ng_err
put_tokens (struct job *job, const struct ng_scored_batch *b,
            const struct ng_scored_line *line)
{
    char text[LINE_BYTES_MAX];
    enum ng_err err = NG_OK;

    for (size_t t = line->start; t < line->end && err == NG_OK; t++)
    {
        bool unknown = b->ids[t] == job->model->ngm.unk;
        int len = snprintf (text, sizeof text, "\t%.9g\t%u%s\n", b->logp[t],
                            b->used[t], unknown ? "\tunknown" : "");

        err = ng_output_write (job->out, b->bytes + b->names[t],
                               b->names[t + 1] - b->names[t]);
        if (err == NG_OK)
            err = ng_output_write (job->out, text, (size_t) len);
    }
    return err == NG_OK ? ng_output_write (job->out, "\n", 1) : err;
}

static enum ng_err
take_batch (void *context, const struct ng_scored_batch *b)
{
    struct job *job = context;
    const bool has_eos = job->model->ngm.eos != NG_NONE;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < b->n_lines && err == NG_OK; i++)
    {
        const struct ng_scored_line *line = &b->lines[i];

        ng_sum_add (&job->logp, line->logp);
        ng_sum_add (&job->logp_unknown, line->logp_unknown);
        job->n_tokens += line->n_tokens;
        job->n_unknown += line->n_unknown;
        job->n_lines++;
        if (job->form == LINES)
            err = put_line (job, line->logp, line->n_tokens, line->n_unknown,
                            '\n');
        else if (job->form == TOKENS)
            err = put_tokens (job, b, line);
        else if (job->form == RANK)
            err = score_ranking_add (&job->ranking, b, line, has_eos,
                                     job->n_lines);
    }
    return err;
}

static enum ng_err
put_ranked (struct job *job)
{
    const struct score_ranking *ranking = &job->ranking;
    enum ng_err err = NG_OK;

    score_ranking_sort (&job->ranking);
    for (size_t i = 0; i < ranking->n && err == NG_OK; i++)
    {
        const struct score_ranked *r = &ranking->items[i];

        err = put_line (job, r->logp, r->n_tokens, r->n_unknown, '\t');
        if (err == NG_OK && r->len > 0)
            err = ng_output_write (job->out, ranking->bytes + r->text, r->len);
        if (err == NG_OK)
            err = ng_output_write (job->out, "\n", 1);
    }
    return err;
}

/* The four lines that KenLM's query ends with.  */
static enum ng_err
put_summary (struct job *job)
{
    double logp = ng_sum_value (&job->logp);
    double known = logp - ng_sum_value (&job->logp_unknown);
    char with[40], without[40], text[4 * LINE_BYTES_MAX];
    int len;

    format_perplexity (with, sizeof with, logp, job->n_tokens);
    format_perplexity (without, sizeof without, known,
                       job->n_tokens - job->n_unknown);
    len = snprintf (text, sizeof text,
                    "Perplexity including OOVs:\t%s\n"
                    "Perplexity excluding OOVs:\t%s\n"
                    "OOVs:\t%" PRIu64 "\nTokens:\t%" PRIu64 "\n",
                    with, without, job->n_unknown, job->n_tokens);
    return ng_output_write (job->out, text, (size_t) len);
}

/* Feed all operands to SCORER.  */
static enum ng_err
read_operands (struct job *job, struct ng_scorer *scorer)
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
        bool ends_file;

        err = ng_corpus_next (corpus, &list, &ends_file);
        if (err == NG_OK)
            err = ng_scorer_add (scorer, list);
        if (err == NG_OK)
            progress_update (ng_corpus_bytes_done (corpus));
    }
    progress_stop ();
    ng_corpus_close (corpus);
    return err == NG_END ? ng_scorer_finish (scorer) : err;
}

static enum ng_err
score (struct job *job)
{
    struct ng_scorer *scorer = NULL;
    bool names = job->form == TOKENS || job->form == RANK;
    enum ng_err err =
        ng_scorer_new (&job->model->ngm, job->asked.order, job->n_threads,
                       names, take_batch, job, &scorer);

    if (err == NG_OK)
        err = read_operands (job, scorer);
    ng_scorer_free (scorer);
    if (err == NG_OK && job->form == RANK)
        err = put_ranked (job);
    if (err == NG_OK && job->form == SUMMARY)
        err = put_summary (job);
    return err == NG_OK ? ng_output_commit (job->out) : err;
}

/* Look for the operands before the model is read.  */
static enum ng_err
run (struct job *job)
{
    size_t n;
    const char *const *names = cli_operands (&n);
    enum ng_err err;

    text_check_input ("model", job->asked.name);
    err = ng_input_check_all (names, n, NULL, &job->fault);
    if (err == NG_OK)
        err = text_check_loop (job->output, &job->fault);
    if (err == NG_OK)
        err = model_open (&job->asked, &job->fault, &job->model);
    if (err == NG_OK)
        err = cli_open_output (job->output, &job->fault, &job->out);
    return err == NG_OK ? score (job) : err;
}

int
main (int argc, char **argv)
{
    struct job job = { .text = { .mode = NG_SPACE }, .n_threads = 1 };
    enum ng_err err;
    int status = CLI_DONE;

    cli_start (&program, argc, argv);
    parse_options (&job);
    text_tokenizer (&job.text, &job.tokenizer);
    err = run (&job);
    text_warn (&job.tokenizer);
    if (err != NG_OK)
        status = cli_fault (&job.fault, err);
    else
        cli_note ("%" PRIu64 " line%s, %" PRIu64 " token%s, %" PRIu64
                  " unknown",
                  job.n_lines, ng_plural (job.n_lines), job.n_tokens,
                  ng_plural (job.n_tokens), job.n_unknown);
    cli_close_output (job.out);
    ng_model_close (job.model);
    score_ranking_fini (&job.ranking);
    return cli_finish (status);
}
