/* ngram-tokenize: split text into tokens, as text or as ids.  */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli.h"
#include "io/outname.h"
#include "io/output.h"
#include "progress.h"
#include "text/corpus.h"
#include "text/encoder.h"
#include "text/marker.h"
#include "text/vocab.h"
#include "textopts.h"

enum
{
    KEY_WRITE_VOCAB = CLI_LONG_ONLY,
    KEY_VOCAB,
    KEY_MIN_COUNT,
    KEY_MAX_VOCAB,
    KEY_RESERVE,
    KEY_MAX_TOKENS,
    KEY_EOS,
    KEY_DOCUMENT
};

static const struct cli_option options[] = {
    TEXT_OPTIONS ("word"),
    { 'o', "output", "FILE",
      "write to FILE; token ids as NumPy array if FILE\nends in .npy" },
    { KEY_VOCAB, "vocab", "FILE",
      "use this vocabulary; other tokens become <unk>" },
    { KEY_WRITE_VOCAB, "write-vocab", "FILE",
      "build the vocabulary and write it to FILE" },
    { KEY_MIN_COUNT, "min-count", "N",
      "leave out of it what occurs less than N times" },
    { KEY_MAX_VOCAB, "max-vocab", "N", "let it have at most N entries in all" },
    { KEY_RESERVE, "reserve", "TOK,TOK,...",
      "put these tokens right after <unk> in it" },
    { KEY_MAX_TOKENS, "max-tokens", "N", "stop after N tokens" },
    { KEY_EOS, "eos", "[=TOK]", "put TOK (default </s>) after each line" },
    { KEY_DOCUMENT, "document", "line|blank|file",
      "put it where a document ends instead: with its\nline, at a blank line,"
      " or with its file" },
    TEXT_STRICT_OPTION,
    { 'T', "temporary-directory", "DIR",
      "put temporary files in DIR, not $TMPDIR or /tmp" },
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = {
    "ngram-tokenize",
    "[OPTION]... [FILE]...",
    "Split text into tokens: the tokens of each line on one line, or their"
    " ids.\nRead standard input if there is no FILE or FILE is -.",
    options,
    "Examples:\n"
    "  ngram-tokenize book.txt\n"
    "  ngram-tokenize -o book.npy --write-vocab=book.vocab book.txt",
};

struct job
{
    struct text_options text;
    const char *output;
    const char *vocab_name, *write_vocab_name;
    const char *spill_dir;
    char *reserve_copy; /* holds the names that RULES points to */
    const char **reserve;
    struct ng_vocab_rules rules;
    bool has_rules;
    uint64_t max_tokens; /* 0: all */
    bool mark;           /* put end marks */
    struct ng_marker marker;

    struct ng_fault fault;
    struct ng_tokenizer tokenizer;
    struct ng_corpus *corpus;
    struct ng_vocab *vocab;
    struct ng_encoder *encoder;
    struct ng_output *out, *vocab_out;
    bool to_npy;
    bool mid_line;
    uint64_t n_tokens;
};

/* Is NAME <unk> or one of those reserved so far?  */
static bool
is_reserved (const struct job *job, const char *name)
{
    bool found = strcmp (name, NG_UNK) == 0;

    for (size_t i = 0; i < job->rules.n_reserved; i++)
        found = found || strcmp (name, job->reserve[i]) == 0;
    return found;
}

/* Split TEXT at commas into the names that are reserved.  */
static void
parse_reserve (struct job *job, const char *text)
{
    size_t n = 1;
    char *p;

    for (const char *c = text; *c; c++)
        n += *c == ',';
    free (job->reserve_copy);
    free (job->reserve);
    job->reserve_copy = strdup (text);
    job->reserve = ng_alloc_array (n, sizeof *job->reserve);
    if (!job->reserve_copy || !job->reserve)
        exit (cli_fault (&job->fault, NG_ENOMEM));
    job->rules.reserved = job->reserve;
    job->rules.n_reserved = 0;
    p = job->reserve_copy;
    for (; n > 0; n--)
    {
        size_t len = strcspn (p, ",");

        p[len] = '\0';
        text_check_name ("--reserve", p);
        if (!is_reserved (job, p))
            job->reserve[job->rules.n_reserved++] = p;
        p += len + 1;
    }
}

static void
set_eos (struct job *job, const char *text)
{
    const char *name = text ? text : "</s>";

    text_check_name ("--eos", name);
    job->mark = true;
    job->marker.name = (const unsigned char *) name;
    job->marker.len = strlen (name);
}

static void
parse_options (struct job *job)
{
    static const char *const places[] = { "line", "blank", "file", NULL };
    const char *arg;
    int key;

    while ((key = cli_next (&arg)) != -1)
        switch (key)
        {
        case 'o':
            job->output = arg;
            break;
        case 'T':
            job->spill_dir = arg;
            break;
        case KEY_VOCAB:
            job->vocab_name = arg;
            break;
        case KEY_WRITE_VOCAB:
            job->write_vocab_name = arg;
            break;
        case KEY_MIN_COUNT:
            job->rules.min_count = cli_count (arg, 1, UINT64_MAX);
            job->has_rules = true;
            break;
        case KEY_MAX_VOCAB:
            job->rules.max_types = cli_count (arg, 1, UINT32_MAX);
            job->has_rules = true;
            break;
        case KEY_RESERVE:
            parse_reserve (job, arg);
            job->has_rules = true;
            break;
        case KEY_MAX_TOKENS:
            job->max_tokens = cli_count (arg, 1, UINT64_MAX);
            break;
        case KEY_EOS:
            set_eos (job, arg);
            break;
        case KEY_DOCUMENT:
            job->marker.at = (enum ng_mark_at) cli_word (arg, places);
            if (!job->mark)
                set_eos (job, NULL);
            break;
        default:
            (void) text_option (&job->text, key, arg);
        }
}

/* The vocabulary and the tokens go to one place each.  */
static void
check_outputs (const struct job *job)
{
    const char *output = job->output ? job->output : "-";

    if (!job->write_vocab_name
        || !ng_outname_same (output, job->write_vocab_name))
        return;
    if (ng_outname_descriptor (job->write_vocab_name) == STDOUT_FILENO)
        cli_usage_error ("--write-vocab: standard output gets the tokens"
                         " (name a file for them with -o)");
    cli_usage_error ("--write-vocab: %s is the file for the tokens",
                     cli_quote (job->write_vocab_name));
}

/* Options that need one another or exclude each other.  */
static void
check_options (struct job *job)
{
    const char *dot = job->output ? strrchr (job->output, '.') : NULL;

    job->to_npy = dot && strcmp (dot, ".npy") == 0;
    if (job->vocab_name && job->write_vocab_name)
        cli_usage_error ("--vocab and --write-vocab exclude each other");
    if (job->has_rules && !job->write_vocab_name)
        cli_usage_error ("--min-count, --max-vocab and --reserve need"
                         " --write-vocab");
    if (job->to_npy && !job->vocab_name && !job->write_vocab_name)
        cli_usage_error ("%s: ids need --vocab or --write-vocab",
                         cli_quote (job->output));
    if (job->rules.max_types > 0
        && job->rules.max_types <= job->rules.n_reserved)
        cli_usage_error ("--max-vocab: there are %zu entries with <unk> and"
                         " the reserved ones",
                         job->rules.n_reserved + 1);
    check_outputs (job);
}

static enum ng_err
open_all (struct job *job)
{
    size_t n;
    const char *const *names = cli_operands (&n);
    enum ng_err err;

    text_check_input ("--vocab", job->vocab_name);
    text_tokenizer (&job->text, &job->tokenizer);
    err = text_check_loop (job->output, &job->fault);
    if (err == NG_OK)
        err = ng_corpus_open (names, n, &job->tokenizer, &job->fault,
                              &job->corpus);
    if (err == NG_OK && job->vocab_name)
        err = ng_vocab_read (job->vocab_name, &job->fault, &job->vocab);
    if (err == NG_OK && (job->to_npy || job->write_vocab_name))
        err = ng_encoder_open (job->vocab, job->to_npy,
                               temporary_folder (job->spill_dir), &job->fault,
                               &job->encoder);
    if (err == NG_OK && job->write_vocab_name)
        err = cli_open_output (job->write_vocab_name, &job->fault,
                               &job->vocab_out);
    if (err == NG_OK)
        err = cli_open_output (job->output, &job->fault, &job->out);
    return err;
}

/* LIST up to the token that is the last allowed; *LIMITED gets the copy.  */
static bool
limit_tokens (struct job *job, const struct ng_token_list **list,
              struct ng_token_list *limited)
{
    *limited = **list;
    for (size_t i = 0; i < limited->n; i++)
    {
        job->n_tokens += limited->items[i].kind == NG_TOKEN;
        if (job->max_tokens > 0 && job->n_tokens == job->max_tokens)
        {
            limited->n = i + 1;
            *list = limited;
            return true;
        }
    }
    return false;
}

/* Read everything, writing text as it comes.  */
static enum ng_err
run (struct job *job)
{
    enum ng_err err = NG_OK;
    bool enough = false;

    progress_start (ng_corpus_bytes_total (job->corpus));
    while (!enough)
    {
        const struct ng_token_list *list;
        struct ng_token_list limited;
        bool ends_file;

        err = ng_corpus_next (job->corpus, &list, &ends_file);
        if (err != NG_OK)
            break;
        if (job->mark)
            err = ng_marker_apply (&job->marker, list, ends_file, &list);
        if (err == NG_OK)
            enough = limit_tokens (job, &list, &limited);
        if (err == NG_OK && job->encoder)
            err = ng_encoder_add (job->encoder, list);
        if (err == NG_OK && !job->to_npy)
            err = ng_write_tokens (job->out, list, job->vocab, &job->mid_line);
        if (err != NG_OK)
            break;
        progress_update (ng_corpus_bytes_done (job->corpus));
    }
    progress_stop ();
    return err == NG_END ? NG_OK : err;
}

/* Write what can be written only now, and give the files their names.  */
static enum ng_err
finish (struct job *job)
{
    struct ng_output *const outs[] = { job->out, job->vocab_out };
    const struct ng_vocab *built;
    enum ng_err err = NG_OK;

    if (job->mid_line)
        err = ng_output_write (job->out, "\n", 1);
    if (err == NG_OK && job->write_vocab_name)
    {
        err = ng_encoder_build (job->encoder, &job->rules, &built);
        if (err == NG_OK)
            err = ng_vocab_write (built, job->vocab_out);
    }
    if (err == NG_OK && job->to_npy)
        err = ng_encoder_write_npy (job->encoder, job->out);
    if (err == NG_OK)
        err = ng_output_commit_all (outs, job->vocab_out ? 2 : 1);
    return err;
}

static void
close_all (struct job *job)
{
    cli_close_output (job->out);
    cli_close_output (job->vocab_out);
    ng_encoder_close (job->encoder);
    ng_vocab_free (job->vocab);
    ng_corpus_close (job->corpus);
    ng_marker_fini (&job->marker);
    free (job->reserve);
    free (job->reserve_copy);
}

/* With -v: how much there was.  */
static void
report (const struct job *job)
{
    if (job->encoder)
        cli_note ("%" PRIu64 " token%s, %" PRIu64 " of them not in the"
                  " vocabulary",
                  job->n_tokens, ng_plural (job->n_tokens),
                  ng_encoder_n_unknown (job->encoder));
    else
        cli_note ("%" PRIu64 " token%s", job->n_tokens,
                  ng_plural (job->n_tokens));
}

int
main (int argc, char **argv)
{
    struct job job = { .text = { .mode = NG_WORD } };
    enum ng_err err;
    int status = CLI_DONE;

    cli_start (&program, argc, argv);
    parse_options (&job);
    check_options (&job);
    err = open_all (&job);
    if (err == NG_OK)
        err = run (&job);
    if (err == NG_OK)
        err = finish (&job);
    text_warn (&job.tokenizer);
    if (err != NG_OK)
        status = cli_fault (&job.fault, err);
    else
        report (&job);
    close_all (&job);
    return cli_finish (status);
}
