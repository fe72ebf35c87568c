/* ngram-sample: draw text from a language model.  */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "cli.h"
#include "io/output.h"
#include "modelopts.h"
#include "models/draw.h"
#include "text/tokenizer.h"

enum
{
    KEY_TOKENS = CLI_LONG_ONLY,
    KEY_PREFIX,
    KEY_TEMPERATURE,
    KEY_TOP_K,
    KEY_SEED,
    LINES = 10,
    TOKENS = 100
};

static const struct cli_option options[] = {
    MODEL_OPTION,
    { 'n', "lines", "LINES", "draw so many lines (default 10)" },
    { KEY_TOKENS, "tokens", "N",
      "end a line after N tokens if not before\n(default 100)" },
    MODEL_ORDER_OPTION (MODEL_ORDER),
    { KEY_PREFIX, "prefix", "TEXT", "begin each line with TEXT" },
    { KEY_TEMPERATURE, "temperature", "T",
      "raise probabilities to the power of 1/T\n(default 1); 0 draws the"
      " likeliest token always" },
    { KEY_TOP_K, "top-k", "K", "draw only the K likeliest tokens" },
    { KEY_SEED, "seed", "S", "seed of the random numbers (default 0)" },
    { 'o', "output", "FILE", "write to FILE" },
    MODEL_NO_CHECK_OPTION,
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-sample",
    "[OPTION]... [-m MODEL | MODEL]",
    "Draw text from the language model MODEL, or from one on standard input,"
    "\nif there is none or it is -.  The same seed gives the same text on every"
    "\nmachine.",
    options,
    "Examples:\n"
    "  ngram-sample -m book.ngm -n 5 --seed=1\n"
    "  ngram-sample -m book.ngm --prefix='the time' --top-k=20",
};

struct job
{
    struct model_options asked;
    const char *output, *prefix;
    uint64_t n_lines, n_tokens, seed;
    double temperature;
    uint32_t top_k;

    struct ng_fault fault;
    struct ng_model *model;
    struct ng_draw *sampler;
    struct ng_output *out;
    struct ng_token_list prefix_tokens;
    unsigned char *prefix_copy; /* the tokens point into it */

    uint32_t *ids; /* of the line, behind <s> */
    size_t n_ids, cap_ids;
};

static void
parse_options (struct job *job)
{
    const char *arg;
    int key;

    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case 'n':
            job->n_lines = cli_count (arg, 0, UINT64_MAX);
            break;
        case KEY_TOKENS:
            job->n_tokens = cli_count (arg, 1, UINT32_MAX);
            break;
        case KEY_PREFIX:
            job->prefix = arg;
            break;
        case KEY_TEMPERATURE:
            job->temperature = cli_real (arg, 0, 1e6);
            break;
        case KEY_TOP_K:
            job->top_k = (uint32_t) cli_count (arg, 1, UINT32_MAX);
            break;
        case KEY_SEED:
            job->seed = cli_count (arg, 0, UINT64_MAX);
            break;
        case 'o':
            job->output = arg;
            break;
        default:
            (void) model_option (&job->asked, key, arg);
        }
}

static void
settle (struct job *job)
{
    size_t n;
    const char *const *operands = cli_operands (&n);

    if (n > 1 || (n == 1 && job->asked.name))
        cli_usage_error ("one model is enough: surplus operand %s",
                         cli_quote (operands[n - 1]));
    if (n == 1)
        job->asked.name = operands[0];
    if (!job->asked.name)
        job->asked.name = "-";
}

/* The tokens of the prefix, split at white space.  */
static enum ng_err
split_prefix (struct job *job)
{
    struct ng_tokenizer t;
    size_t len = strlen (job->prefix), used;

    job->prefix_copy = calloc (1, len + NG_TOKEN_PAD);
    if (!job->prefix_copy)
        return NG_ENOMEM;
    memcpy (job->prefix_copy, job->prefix, len);
    ng_tokenizer_init (&t, NG_SPACE, false, false);
    ng_tokenizer_start (&t, "--prefix");
    return ng_tokenizer_scan (&t, job->prefix_copy, len, true,
                              &job->prefix_tokens, &used, &job->fault);
}

static enum ng_err
push (struct job *job, uint32_t id)
{
    uint32_t *ids =
        ng_grow (job->ids, &job->cap_ids, job->n_ids + 1, sizeof *ids);

    if (!ids)
        return NG_ENOMEM;
    job->ids = ids;
    ids[job->n_ids++] = id;
    return NG_OK;
}

/* NAME[LEN], with a space before it but at the start of a line.  */
static enum ng_err
put_name (struct job *job, const unsigned char *name, size_t len, bool first)
{
    enum ng_err err = first ? NG_OK : ng_output_write (job->out, " ", 1);

    return err == NG_OK ? ng_output_write (job->out, name, len) : err;
}

/* Begin a line; *N_PUT tokens are written.  */
static enum ng_err
put_prefix (struct job *job, uint64_t *n_put)
{
    const struct ng_ngm *ngm = &job->model->ngm;
    enum ng_err err = NG_OK;

    job->n_ids = 0;
    *n_put = 0;
    if (ngm->bos != NG_NONE)
        err = push (job, ngm->bos);
    for (size_t i = 0; i < job->prefix_tokens.n && err == NG_OK; i++)
    {
        const struct ng_token *t = &job->prefix_tokens.items[i];
        uint32_t id;

        if (t->kind != NG_TOKEN)
            continue;
        id = ng_ngm_find (ngm, t->name, t->len,
                          ng_ngm_name_hash (t->name, t->len));
        err = push (job, id == NG_NONE ? ngm->unk : id);
        if (err == NG_OK)
            err = put_name (job, t->name, t->len, (*n_put)++ == 0);
    }
    return err;
}

static enum ng_err
put_line (struct job *job, uint64_t number)
{
    const struct ng_ngm *ngm = &job->model->ngm;
    struct ng_random random = { ng_random_key (job->seed, 0, number), 0 };
    uint64_t n;
    enum ng_err err = put_prefix (job, &n);

    while (err == NG_OK && n < job->n_tokens)
    {
        size_t len;
        const unsigned char *name;
        uint32_t id;

        err = ng_draw_token (job->sampler, job->ids, job->n_ids, &random, &id);
        if (err != NG_OK || id == NG_NONE || id == ngm->eos)
            break;
        name = ng_ngm_name (ngm, id, &len);
        err = put_name (job, name, len, n++ == 0);
        if (err == NG_OK)
            err = push (job, id);
    }
    return err == NG_OK ? ng_output_write (job->out, "\n", 1) : err;
}

static enum ng_err
run (struct job *job)
{
    enum ng_err err = model_open (&job->asked, &job->fault, &job->model);

    if (err == NG_OK && job->prefix)
        err = split_prefix (job);
    if (err == NG_OK)
        err = ng_draw_new (&job->model->ngm, job->asked.order, job->temperature,
                           job->top_k, &job->sampler);
    if (err == NG_OK)
        err = cli_open_output (job->output, &job->fault, &job->out);
    for (uint64_t i = 0; i < job->n_lines && err == NG_OK; i++)
        err = put_line (job, i);
    return err == NG_OK ? ng_output_commit (job->out) : err;
}

int
main (int argc, char **argv)
{
    struct job job = { .n_lines = LINES, .n_tokens = TOKENS, .temperature = 1 };
    enum ng_err err;

    cli_start (&program, argc, argv);
    parse_options (&job);
    settle (&job);
    err = run (&job);
    if (err != NG_OK)
        (void) cli_fault (&job.fault, err);
    cli_close_output (job.out);
    ng_draw_free (job.sampler);
    ng_model_close (job.model);
    ng_token_list_fini (&job.prefix_tokens);
    free (job.prefix_copy);
    free (job.ids);
    return cli_finish (err == NG_OK ? CLI_DONE : CLI_TROUBLE);
}
