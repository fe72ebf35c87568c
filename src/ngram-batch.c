/* ngram-batch: stream minibatches of a token file to a trainer.  */
#include <config.h>

#include <string.h>

#include "batch/record.h"
#include "batch/sampler.h"
#include "batch/shards.h"
#include "cli.h"
#include "progress.h"

enum
{
    OPT_SEED = CLI_LONG_ONLY,
    OPT_EPOCHS,
    OPT_OFFSET,
    OPT_DTYPE,
    OPT_RNG
};

static const struct cli_option options[] = {
    { 'm', "mode", "MODE", "random (default) or sequential" },
    { 'b', "batch-size", "B", "rows of a batch (default 32)" },
    { 's', "num-steps", "T", "tokens of a row (default 35)" },
    { OPT_SEED, "seed", "S", "seed of offset and order (default 0)" },
    { OPT_EPOCHS, "epochs", "N",
      "passes over the corpus (default 1; 0: without end)" },
    { OPT_OFFSET, "offset", "K",
      "tokens left out at the start: a number or random\n"
      "(default: random in each epoch)" },
    { OPT_RNG, "rng", "RNG",
      "native (default), or python: what CPython's random\n"
      "gives the textbook's loaders" },
    { 'f', "format", "FORM", "raw, npy or text (default)" },
    { OPT_DTYPE, "dtype", "TYPE",
      "type of ids: u2, u4, i4 or i8 (default: as the\nfile)" },
    { 'o', "output", "FILE", "write to FILE, whole or not at all" },
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-batch", "[OPTION]... [TOKENS.npy]...",
    "Cut token files into minibatches and write them for a trainer.\n"
    "With no file, or when it is -, read standard input.",
    options,
    "Formats: for each batch, raw is B rows of T+1 ids, little-endian, whose\n"
    "features are columns 0 to T-1 and labels columns 1 to T; npy is two arrays,\n"
    "features then labels; text is a row a line, features TAB labels.\n"
    "\n"
    "Example: ngram-batch -b 32 -s 35 -f raw book.npy | ./trainer"
};

static const char *const modes[] = { "random", "sequential", NULL };
static const char *const rngs[] = { "native", "python", NULL };
static const char *const formats[] = { "raw", "npy", "text", NULL };
static const char *const dtypes[] = { "u2", "u4", "i4", "i8", NULL };

struct request
{
    struct ng_sampler_spec sampler;
    enum ng_record_format format;
    bool has_dtype;
    struct ng_dtype dtype;
    const char *output;
};

static struct ng_dtype
parse_dtype (const char *arg)
{
    static const struct ng_dtype values[] = {
        { 2, false }, { 4, false }, { 4, true }, { 8, true }
    };

    return values[cli_word (arg, dtypes)];
}

static void
parse_options (int argc, char **argv, struct request *r)
{
    struct ng_sampler_spec *s = &r->sampler;
    const char *arg;
    int key;

    cli_start (&program, argc, argv);
    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case 'm':
            s->mode = (enum ng_mode) cli_word (arg, modes);
            break;
        case 'b':
            s->batch_size = cli_count (arg, 1, UINT32_MAX);
            break;
        case 's':
            s->n_steps = cli_count (arg, 1, UINT32_MAX);
            break;
        case OPT_SEED:
            s->seed = cli_count (arg, 0, UINT64_MAX);
            break;
        case OPT_EPOCHS:
            s->n_epochs = cli_count (arg, 0, UINT64_MAX);
            break;
        case OPT_OFFSET:
            s->fixed_offset = strcmp (arg, "random") != 0;
            if (s->fixed_offset)
                s->offset = cli_count (arg, 0, INT64_MAX);
            break;
        case OPT_RNG:
            s->rng = (enum ng_rng) cli_word (arg, rngs);
            break;
        case 'f':
            r->format = (enum ng_record_format) cli_word (arg, formats);
            break;
        case OPT_DTYPE:
            r->dtype = parse_dtype (arg);
            r->has_dtype = true;
            break;
        case 'o':
            r->output = arg;
            break;
        }
}

static enum ng_err
open_shards (struct ng_shards *shards, struct ng_fault *fault)
{
    static const char *const standard_input[] = { "-" };
    size_t n;
    const char *const *names = cli_operands (&n);
    enum ng_err err = NG_OK;

    if (n == 0)
    {
        names = standard_input;
        n = 1;
    }
    for (size_t i = 0; err == NG_OK && i < n; i++)
        err = ng_input_check (names[i], fault);
    for (size_t i = 0; err == NG_OK && i < n; i++)
        err = ng_shards_add (shards, names[i], fault);
    return err;
}

/* Fetch the rows of one batch and write it.  */
static enum ng_err
serve (const struct request *r, const struct ng_shards *shards,
       const struct ng_batch_rows *rows, struct ng_record *record,
       struct ng_fault *fault)
{
    for (size_t i = 0; i < rows->n_rows; i++)
    {
        enum ng_err err = ng_shards_copy (
            shards, rows->starts[i], (size_t) r->sampler.n_steps + 1, r->dtype,
            0, ng_record_row (record, i), fault);

        if (err != NG_OK)
            return err;
    }
    return ng_record_write (record, rows->n_rows);
}

static enum ng_err
run (const struct request *r, const struct ng_shards *shards,
     struct ng_sampler *sampler, struct ng_output *out, struct ng_fault *fault)
{
    const struct ng_sampler_spec *s = &r->sampler;
    struct ng_record *record = NULL;
    struct ng_batch_rows rows;
    uint64_t batch_bytes, total_bytes, done_bytes = 0;
    enum ng_err err = ng_record_new (r->format, r->dtype, s->batch_size,
                                     s->n_steps, out, &record);

    /* Progress is in bytes of tokens, whatever their form.  */
    batch_bytes = s->batch_size * s->n_steps * r->dtype.item_bytes;
    total_bytes = shards->n_tokens * r->dtype.item_bytes * s->n_epochs;
    progress_start (total_bytes);
    while (err == NG_OK && (err = ng_sampler_next (sampler, &rows)) == NG_OK)
    {
        err = serve (r, shards, &rows, record, fault);
        progress_update (done_bytes += batch_bytes);
    }
    progress_stop ();
    if (err == NG_END)
        err = ng_output_commit (out);
    ng_record_free (record);
    return err;
}

int
main (int argc, char **argv)
{
    struct request r = {
        .sampler = { .batch_size = 32, .n_steps = 35, .n_epochs = 1 },
        .format = NG_RECORD_TEXT,
        .output = "-"
    };
    struct ng_fault fault = { 0 };
    struct ng_shards shards;
    struct ng_sampler *sampler = NULL;
    struct ng_output *out = NULL;
    enum ng_err err, err_close;

    parse_options (argc, argv, &r);
    ng_shards_init (&shards);
    err = open_shards (&shards, &fault);
    if (!r.has_dtype)
        r.dtype = ng_shards_dtype (&shards);
    r.sampler.n_tokens = shards.n_tokens;
    if (err == NG_OK)
        err = ng_sampler_new (&r.sampler, ng_shards_name (&shards), &fault,
                              &sampler);
    if (err == NG_OK)
        err = ng_output_open (r.output, &fault, &out);
    if (err == NG_OK && r.format != NG_RECORD_TEXT
        && ng_output_is_terminal (out))
        err = ng_fault_set (&fault, NG_EINVAL, NULL,
                            "binary output is not written to a terminal;"
                            " redirect it or use --format=text");
    if (err == NG_OK)
    {
        cli_guard (out);
        err = run (&r, &shards, sampler, out, &fault);
        cli_forget (out);
    }
    err_close = ng_output_close (out);
    if (err == NG_OK)
        err = err_close;
    ng_sampler_free (sampler);
    ng_shards_fini (&shards);
    return cli_finish (err == NG_OK ? CLI_DONE : cli_fault (&fault, err));
}
