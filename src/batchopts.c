#include <config.h>

#include "batchopts.h"

#include <string.h>

#include "cli.h"

enum
{
    OPT_SEED = CLI_LONG_ONLY,
    OPT_EPOCHS,
    OPT_OFFSET,
    OPT_DTYPE,
    OPT_RNG,
    OPT_REVERSE,
    OPT_DOCUMENTS,
    OPT_EOD,
    OPT_PAD,
    OPT_FIELDS,
    OPT_AT,
    OPT_STEPS,
    OPT_STATE,
    OPT_RESUME,
    OPT_RANK,
    OPT_WORLD,
    OPT_MIX,
    OPT_MIX_BY,
    OPT_MAX_EPOCHS,
    OPT_DRY_RUN,
    OPT_VOCAB,
    OPT_HEADER,
    OPT_OUTPUT_FORMAT,
    OPT_INPUT_DTYPE
};

static const struct cli_option options[] = {
    { 'm', "mode", "MODE", "random (default), sequential or uniform" },
    { 'b', "batch-size", "B", "rows of a batch (default 32)" },
    { 's', "num-steps", "T", "tokens of a row (default 35)" },
    { OPT_SEED, "seed", "S", "seed of offset and order (default 0)" },
    { OPT_EPOCHS, "epochs", "N",
      "passes over the corpus (default 1; 0: without end)" },
    { OPT_OFFSET, "offset", "K",
      "tokens left out at the start: a number or random\n"
      "(default: random in each epoch)" },
    { OPT_REVERSE, "reverse", NULL, "read the corpus from its end" },
    { OPT_DOCUMENTS, "documents", "cross|whole|pack|sentence",
      "what a row may span (default: cross, anything)" },
    { OPT_EOD, "eod", "TOKEN",
      "id that ends a document, or its name in --vocab" },
    { OPT_PAD, "pad", "ID", "id of padding (default: that of --eod)" },
    { OPT_FIELDS, "fields", "LIST",
      "what a batch has: tokens (default), positions,\n"
      "documents, mask, lengths" },
    { OPT_RNG, "rng", "RNG",
      "native (default), or python: what CPython's random\n"
      "gives the textbook's loaders" },
    { OPT_AT, "at", "STEP", "start at this step, from 0" },
    { OPT_STEPS, "steps", "N", "stop after N steps" },
    { OPT_STATE, "state", "FILE", "keep in FILE what was served" },
    { OPT_RESUME, "resume", "FILE", "go on from such a file" },
    { OPT_RANK, "rank", "R", "serve the share of trainer R, from 0, ..." },
    { OPT_WORLD, "world", "W", "... of W trainers" },
    { OPT_MIX, "mix", "LIST",
      "mix sources: FILE:WEIGHT,... or @FILE of such\nlines" },
    { OPT_MIX_BY, "mix-by", "UNIT",
      "weights are shares (default), epochs or\ntokens" },
    { OPT_MAX_EPOCHS, "max-epochs", "C", "serve no source for longer" },
    { OPT_DRY_RUN, "dry-run", NULL, "print the plan of a mixture and stop" },
    { OPT_VOCAB, "vocab", "FILE", "check ids against this vocabulary" },
    { 'f', "format", "FORM", "raw, npy, text (default) or jsonl" },
    { OPT_DTYPE, "dtype", "TYPE",
      "type of ids: u2, u4, i4 or i8 (default: as the\nfile)" },
    { OPT_HEADER, "header", NULL, "first write a line of JSON that tells all" },
    { OPT_INPUT_DTYPE, "input-dtype", "TYPE",
      "type of ids in files without a header\n(default: that of --dtype, or u2)" },
    { OPT_OUTPUT_FORMAT, "output-format", "FORM",
      "no batches: write the tokens to the output as npy,\n"
      "llmc, nanogpt or megatron" },
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
    "features then labels; text is a row a line, features TAB labels;\n"
    "jsonl is an object a batch.\n"
    "\n"
    "Example: ngram-batch -b 32 -s 35 -f raw book.npy | ./trainer"
};

static const char *const modes[] = { "random", "sequential", "uniform", NULL };
static const char *const rngs[] = { "native", "python", NULL };
static const char *const kinds[] = { "shares", "epochs", "tokens", NULL };
static const char *const documents[] = { "cross", "whole", "pack", "sentence",
                                         NULL };
static const char *const formats[] = { "raw", "npy", "text", "jsonl", NULL };
static const char *const forms[] = { "npy", "llmc", "nanogpt", "megatron",
                                     NULL };
static const char *const dtypes[] = { "u2", "u4", "i4", "i8", NULL };

static struct ng_dtype
parse_dtype (const char *arg)
{
    static const struct ng_dtype values[] = {
        { 2, false }, { 4, false }, { 4, true }, { 8, true }
    };

    return values[cli_word (arg, dtypes)];
}

/* Options of the order of batches.  False if KEY is none of them.  */
static bool
parse_order_option (int key, const char *arg, struct request *r)
{
    struct ng_sampler_spec *s = &r->sampler;

    switch (key)
    {
    case 'm':
        s->mode = (enum ng_mode) cli_word (arg, modes);
        r->given.mode = true;
        return true;
    case 'b':
        s->batch_size = cli_count (arg, 1, UINT32_MAX);
        r->given.batch_size = true;
        return true;
    case 's':
        s->n_steps = cli_count (arg, 1, UINT32_MAX);
        r->given.n_steps = true;
        return true;
    case OPT_SEED:
        s->seed = cli_count (arg, 0, UINT64_MAX);
        r->given.seed = true;
        return true;
    case OPT_EPOCHS:
        s->n_epochs = cli_count (arg, 0, UINT64_MAX);
        return true;
    case OPT_OFFSET:
        s->fixed_offset = strcmp (arg, "random") != 0;
        s->offset = s->fixed_offset ? cli_count (arg, 0, INT64_MAX) : 0;
        r->given.offset = true;
        return true;
    case OPT_DOCUMENTS:
        r->documents = (enum ng_documents_kind) cli_word (arg, documents);
        r->given.documents = true;
        return true;
    case OPT_EOD:
        r->eod_text = arg;
        r->eod_is_number =
            *arg != '\0' && strspn (arg, "0123456789") == strlen (arg);
        r->eod = r->eod_is_number ? cli_count (arg, 0, UINT64_MAX) : 0;
        r->given.eod = true;
        return true;
    case OPT_RNG:
        s->rng = (enum ng_rng) cli_word (arg, rngs);
        r->given.rng = true;
        return true;
    case OPT_REVERSE:
        r->reverse = r->given.reverse = true;
        return true;
    case OPT_RANK:
        s->rank = cli_count (arg, 0, UINT32_MAX);
        r->given.rank = true;
        return true;
    case OPT_WORLD:
        s->world = cli_count (arg, 1, UINT32_MAX);
        r->given.world = true;
        return true;
    default:
        return false;
    }
}

/* The fields of LIST, split by commas.  */
static void
parse_fields (const char *list, struct ng_fields *fields)
{
    char word[16];

    fields->n = 0;
    do
    {
        size_t len = strcspn (list, ",");
        size_t keep = len < sizeof word - 1 ? len : sizeof word - 1;
        enum ng_field field;

        memcpy (word, list, keep);
        word[keep] = '\0';
        field = (enum ng_field) cli_word (word, ng_field_names);
        for (size_t f = 0; f < fields->n; f++)
            if (fields->list[f] == field)
                cli_usage_error ("--fields: %s is there twice", word);
        fields->list[fields->n++] = field;
        list += len;
    } while (*list++ == ',');
}

/* The long name of the option KEY.  */
static const char *
option_name (int key)
{
    const struct cli_option *o = options;

    while (o->name && o->key != key)
        o++;
    return o->name;
}

/* Does KEY say something of a whole corpus, which --output-format writes?  */
static bool
is_of_corpus (int key)
{
    return key == 'o' || key == OPT_REVERSE || key == OPT_VOCAB
           || key == OPT_DTYPE || key == OPT_INPUT_DTYPE
           || key == OPT_OUTPUT_FORMAT || key == OPT_MIX;
}

void
batch_options (int argc, char **argv, struct request *r)
{
    const char *arg;
    int key;

    cli_start (&program, argc, argv);
    while ((key = cli_next (&arg)) != -1)
    {
        if (!is_of_corpus (key))
            r->of_batches = option_name (key);
        switch (key)
        {
        case OPT_AT:
            r->at = cli_count (arg, 0, UINT64_MAX);
            r->has_at = true;
            break;
        case OPT_STEPS:
            r->n_serve = cli_count (arg, 0, UINT64_MAX);
            break;
        case OPT_MIX:
            mix_parse (&r->mix, arg);
            break;
        case OPT_MIX_BY:
            r->mix_kind = (enum ng_weight_kind) cli_word (arg, kinds);
            break;
        case OPT_MAX_EPOCHS:
            if (!ng_plan_weight (arg, &r->max_epochs) || r->max_epochs == 0)
                cli_usage_error ("--max-epochs: %s is no number above zero",
                                 cli_quote (arg));
            break;
        case OPT_DRY_RUN:
            r->dry_run = true;
            break;
        case OPT_HEADER:
            r->header = true;
            break;
        case OPT_INPUT_DTYPE:
            r->bare = parse_dtype (arg);
            r->has_bare = true;
            break;
        case OPT_OUTPUT_FORMAT:
            r->form = (enum ng_token_form) cli_word (arg, forms);
            r->convert = true;
            break;
        case OPT_PAD:
            r->pad = cli_count (arg, 0, UINT64_MAX);
            r->has_pad = true;
            break;
        case OPT_FIELDS:
            parse_fields (arg, &r->fields);
            break;
        case OPT_VOCAB:
            r->vocab = arg;
            break;
        case OPT_STATE:
            r->state = arg;
            break;
        case OPT_RESUME:
            r->resume = arg;
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
        default:
            (void) parse_order_option (key, arg, r);
        }
    }
}

/* Options of documents that do not go together.  */
static void
check_documents (const struct request *r)
{
    const struct ng_sampler_spec *s = &r->sampler;

    if (r->documents == NG_DOCUMENTS_CROSS)
    {
        if (r->has_pad)
            cli_usage_error ("--pad goes with --documents=whole, pack or"
                             " sentence: else nothing is padded");
        if (r->given.eod && r->fields.n == 1
            && r->fields.list[0] == NG_FIELD_TOKENS)
            cli_usage_error ("--eod goes with --documents or --fields: else it"
                             " makes no difference");
        return;
    }
    if (!r->eod_text && !r->resume)
        cli_usage_error ("--documents=%s needs --eod, the token that ends a"
                         " document",
                         documents[r->documents]);
    if (r->mix.n > 0 || r->reverse || s->mode == NG_MODE_UNIFORM
        || s->rng == NG_RNG_PYTHON || s->fixed_offset)
        cli_usage_error ("--documents=%s goes with none of --mix, --reverse,"
                         " --mode=uniform, --rng=python and --offset",
                         documents[r->documents]);
    if (s->mode == NG_MODE_SEQUENTIAL && r->documents != NG_DOCUMENTS_WHOLE)
        cli_usage_error ("--mode=sequential goes with --documents=cross or"
                         " whole");
}

void
batch_check_options (const struct request *r)
{
    const struct ng_sampler_spec *s = &r->sampler;
    size_t n;

    if (s->rank >= s->world)
        cli_usage_error ("--rank must be below --world, which is %llu",
                         (unsigned long long) s->world);
    if (s->mode == NG_MODE_UNIFORM && s->rng == NG_RNG_PYTHON)
        cli_usage_error ("--mode=uniform goes with --rng=native only");
    if (s->mode == NG_MODE_UNIFORM && r->given.offset)
        cli_usage_error ("--mode=uniform has no --offset: rows start anywhere");
    check_documents (r);
    if (r->convert && (r->mix.n > 0 || strcmp (r->output, "-") == 0))
        cli_usage_error ("--output-format goes with --output, and not with"
                         " --mix");
    if (r->convert && r->of_batches)
        cli_usage_error ("--output-format writes no batches: it does not go"
                         " with --%s",
                         r->of_batches);
    if (r->mix.n == 0)
    {
        if (r->mix_kind != NG_WEIGHT_SHARES || r->max_epochs > 0 || r->dry_run)
            cli_usage_error ("--mix-by, --max-epochs and --dry-run go with"
                             " --mix");
        return;
    }
    if (r->dry_run && (r->state || strcmp (r->output, "-") != 0))
        cli_usage_error ("--dry-run writes neither --output nor --state: the"
                         " plan goes to standard output");
    (void) cli_operands (&n);
    if (n > 0)
        cli_usage_error ("files are operands or in --mix, not both");
    if (s->mode == NG_MODE_SEQUENTIAL || s->rng == NG_RNG_PYTHON)
        cli_usage_error ("--mix goes with --mode=random or uniform and"
                         " --rng=native");
    if (s->n_epochs == 0
        && (r->max_epochs > 0 || r->mix_kind != NG_WEIGHT_SHARES))
        cli_usage_error ("--epochs=0, without end, goes with neither"
                         " --max-epochs nor weights in epochs or tokens");
}
