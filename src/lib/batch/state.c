#include <config.h>

#include "batch/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"
#include "io/input.h"
#include "io/output.h"

enum
{
    BYTES_MAX = 4 * 1024 * 1024, /* of a state file */
    LINE_MAX_BYTES = 128
};

static const char title[] = "ngram-batch state 1";
static const char *const modes[] = { "random", "sequential", "uniform", NULL };
static const char *const rngs[] = { "native", "python", NULL };
static const char *const kinds[] = { "cross", "whole", "pack", "sentence",
                                     NULL };

void
ng_state_init (struct ng_state *state)
{
    memset (state, 0, sizeof *state);
    state->spec.world = 1;
}

struct ng_state_source *
ng_state_add (struct ng_state *state)
{
    struct ng_state_source *grown =
        ng_grow (state->sources, &state->cap_sources, state->n_sources + 1,
                 sizeof *grown);

    if (!grown)
        return NULL;
    state->sources = grown;
    grown += state->n_sources++;
    memset (grown, 0, sizeof *grown);
    return grown;
}

void
ng_state_fini (struct ng_state *state)
{
    free (state->sources);
    ng_state_init (state);
}

/* ------------------------------------------------------------------- writing */

static enum ng_err
put_word (struct ng_output *out, const char *key, const char *word)
{
    char line[LINE_MAX_BYTES];
    int n = snprintf (line, sizeof line, "%s %s\n", key, word);

    return ng_output_write (out, line, (size_t) n);
}

static enum ng_err
put_number (struct ng_output *out, const char *key, uint64_t x)
{
    char digits[24];

    (void) snprintf (digits, sizeof digits, "%" PRIu64, x);
    return put_word (out, key, digits);
}

static enum ng_err
put_source (const struct ng_state_source *source, bool mixture,
            struct ng_output *out)
{
    const struct ng_origin *o = &source->origin;
    char word[64];
    enum ng_err err = NG_OK;

    /* Faults are sticky; the last call's result tells of all.  */
    if (mixture)
    {
        err = put_number (out, "source", source->number);
        err = put_number (out, "share", source->share);
        err = put_number (out, "served", source->served);
    }
    err = put_number (out, "tokens", source->n_tokens);
    (void) snprintf (word, sizeof word, "%08" PRIx32, source->checksum);
    err = put_word (out, "checksum", word);
    err = put_number (out, "from-step", o->step);
    err = put_number (out, "from-epoch", o->epoch);
    err = put_number (out, "from-done", o->done);
    err = put_number (out, "from-offset-steps", o->offset_steps);
    for (size_t c = 0; c < o->n_cuts; c++)
    {
        (void) snprintf (word, sizeof word, "%" PRIu64 " %" PRIu64,
                         o->cuts[c].n_steps, o->cuts[c].n_served);
        err = put_word (out, "cut", word);
    }
    return err;
}

/* All lines.  */
static enum ng_err
put_state (const struct ng_state *state, struct ng_output *out)
{
    const struct ng_sampler_spec *spec = &state->spec;
    enum ng_err err = ng_output_write (out, title, sizeof title - 1);

    err = put_word (out, "\nmode", modes[spec->mode]);
    err = put_word (out, "rng", rngs[spec->rng]);
    err = put_number (out, "seed", spec->seed);
    err = spec->fixed_offset ? put_number (out, "offset", spec->offset)
                             : put_word (out, "offset", "random");
    err = put_number (out, "reverse", state->reverse ? 1 : 0);
    if (state->documents != NG_DOCUMENTS_CROSS)
    {
        err = put_word (out, "documents", kinds[state->documents]);
        err = put_number (out, "eod", state->eod);
        if (state->has_pad)
            err = put_number (out, "pad", state->pad);
    }
    err = put_number (out, "batch-size", spec->batch_size);
    err = put_number (out, "num-steps", spec->n_steps);
    err = put_number (out, "rank", spec->rank);
    err = put_number (out, "world", spec->world);
    err = put_number (out, "step", state->step);
    for (size_t i = 0; i < state->n_sources; i++)
        err = put_source (&state->sources[i], state->mixture, out);
    /* Faults are sticky: the last call tells of all.  */
    err = put_word (out, "end", "");
    return err;
}

/* Write STATE to a file that is to have NAME, and give it the name if that is
   WANTED.  */
static enum ng_err
write_state (const struct ng_state *state, const char *name, bool wanted,
             struct ng_fault *fault)
{
    struct ng_output *out = NULL;
    enum ng_err err = ng_output_open (name, fault, &out), err_close;

    if (err != NG_OK)
        return err;
    err = put_state (state, out);
    if (err == NG_OK)
        err = wanted ? ng_output_commit (out) : ng_output_flush (out);
    err_close = ng_output_close (out);
    return err == NG_OK ? err_close : err;
}

enum ng_err
ng_state_write (const struct ng_state *state, const char *name,
                struct ng_fault *fault)
{
    return write_state (state, name, true, fault);
}

enum ng_err
ng_state_try (const struct ng_state *state, const char *name,
              struct ng_fault *fault)
{
    return write_state (state, name, false, fault);
}

/* ------------------------------------------------------------------- reading */

/* The lines of a state file, one after another.  */
struct lines
{
    const char *name;
    struct ng_fault *fault;
    char *next;      /* in the text, which ends with NUL */
    const char *end; /* there; a NUL before it is in none of the lines */
    uint64_t line;   /* number of the present one */
    char *key;
    char *value; /* after the space; "" if there is none */
};

/* Split off the next line.  False at the end.  */
static bool
next_line (struct lines *l)
{
    char *end, *space;

    if (*l->next == '\0')
        return false;
    l->key = l->next;
    end = strchr (l->next, '\n');
    l->next = end ? end + 1 : l->next + strlen (l->next);
    if (end)
        *end = '\0';
    space = strchr (l->key, ' ');
    l->value = space ? space + 1 : l->key + strlen (l->key);
    if (space)
        *space = '\0';
    l->line++;
    return true;
}

static enum ng_err
bad_line (struct lines *l, const char *what)
{
    return ng_fault_at_line (l->fault, NG_EFORMAT, l->name, l->line,
                             "not a usable state file: %s", what);
}

/* The line KEY is not here, or has no such value.  */
static enum ng_err
bad_key (struct lines *l, const char *key)
{
    return ng_fault_at_line (l->fault, NG_EFORMAT, l->name, l->line,
                             "not a usable state file: its line '%s' is"
                             " missing or wrong",
                             key);
}

/* A whole number at *P, which moves past it.  */
static bool
take_number (const char **p, uint64_t *x)
{
    const char *start = *p;

    for (*x = 0; **p >= '0' && **p <= '9'; ++*p)
        if (!ng_ckd_mul (*x, 10, x) || !ng_ckd_add (*x, **p - '0', x))
            return false;
    return *p > start;
}

/* The next line must be KEY and a number.  */
static enum ng_err
get_number (struct lines *l, const char *key, uint64_t min, uint64_t *x)
{
    const char *p;

    if (!next_line (l) || strcmp (l->key, key) != 0)
        return bad_key (l, key);
    p = l->value;
    if (!take_number (&p, x) || *p != '\0' || *x < min)
        return bad_key (l, key);
    return NG_OK;
}

static enum ng_err
get_word (struct lines *l, const char *key, const char *const *words,
          unsigned *index)
{
    if (!next_line (l) || strcmp (l->key, key) != 0)
        return bad_key (l, key);
    for (*index = 0; words[*index]; ++*index)
        if (strcmp (l->value, words[*index]) == 0)
            return NG_OK;
    return bad_key (l, key);
}

static enum ng_err
get_offset (struct lines *l, struct ng_sampler_spec *spec)
{
    const char *p;

    if (!next_line (l) || strcmp (l->key, "offset") != 0)
        return bad_key (l, "offset");
    p = l->value;
    spec->fixed_offset = strcmp (p, "random") != 0;
    if (spec->fixed_offset && (!take_number (&p, &spec->offset) || *p != '\0'))
        return bad_key (l, "offset");
    return NG_OK;
}

/* The lines "documents", "eod" and "pad", if they come next.  */
static enum ng_err
get_documents (struct lines *l, struct ng_state *state)
{
    static const char key[] = "documents", pad[] = "pad ";
    unsigned kind = 0;
    enum ng_err err;

    if (strncmp (l->next, key, sizeof key - 1) != 0)
        return NG_OK;
    err = get_word (l, key, kinds, &kind);
    state->documents = (enum ng_documents_kind) kind;
    if (err == NG_OK && state->documents == NG_DOCUMENTS_CROSS)
        err = bad_key (l, key);
    if (err == NG_OK)
        err = get_number (l, "eod", 0, &state->eod);
    state->has_pad = strncmp (l->next, pad, sizeof pad - 1) == 0;
    if (err == NG_OK && state->has_pad)
        err = get_number (l, "pad", 0, &state->pad);
    return err;
}

/* The lines "cut", of which the present one is the first; stops at the line
   after them.  Lengths divide one another and are not so long as to overflow a
   place in a corpus.  */
static enum ng_err
get_cuts (struct lines *l, uint64_t n_steps, struct ng_origin *o)
{
    while (strcmp (l->key, "cut") == 0)
    {
        struct ng_cut *cut = &o->cuts[o->n_cuts];
        const char *p = l->value;

        if (o->n_cuts == NG_CUTS_MAX || !take_number (&p, &cut->n_steps)
            || *p++ != ' ' || !take_number (&p, &cut->n_served) || *p != '\0'
            || cut->n_steps == 0 || cut->n_steps > UINT32_MAX
            || (o->n_cuts > 0 && cut[-1].n_steps % cut->n_steps != 0))
            return bad_key (l, "cut");
        o->n_cuts++;
        if (!next_line (l))
            return bad_line (l, "it is cut short");
    }
    if (o->n_cuts > 0 && o->cuts[o->n_cuts - 1].n_steps % n_steps != 0)
        return bad_key (l, "cut");
    return NG_OK;
}

/* One source; the present line is its first, and then the one after it.  */
static enum ng_err
get_source (struct lines *l, struct ng_state *state)
{
    struct ng_state_source *source = ng_state_add (state);
    struct ng_origin *o;
    const char *p;
    enum ng_err err = NG_OK;

    if (!source)
        return NG_ENOMEM;
    o = &source->origin;
    if (strcmp (l->key, "source") == 0)
    {
        p = l->value;
        if (!take_number (&p, &source->number) || *p != '\0')
            return bad_key (l, "source");
        state->mixture = true;
        err = get_number (l, "share", 0, &source->share);
        if (err == NG_OK && source->share > UINT64_C (1) << 52)
            return bad_key (l, "share");
        if (err == NG_OK)
            err = get_number (l, "served", 0, &source->served);
        if (err != NG_OK || !next_line (l))
            return bad_line (l, "it is cut short");
    }
    p = l->value;
    if (strcmp (l->key, "tokens") != 0 || !take_number (&p, &source->n_tokens)
        || *p != '\0')
        return bad_key (l, "tokens");
    if (!next_line (l) || strcmp (l->key, "checksum") != 0
        || strlen (l->value) != 8
        || strspn (l->value, "0123456789abcdefABCDEF") != 8)
        return bad_key (l, "checksum");
    source->checksum = (uint32_t) strtoul (l->value, NULL, 16);
    err = get_number (l, "from-step", 0, &o->step);
    if (err == NG_OK)
        err = get_number (l, "from-epoch", 0, &o->epoch);
    if (err == NG_OK)
        err = get_number (l, "from-done", 0, &o->done);
    if (err == NG_OK)
        err = get_number (l, "from-offset-steps", 0, &o->offset_steps);
    if (err != NG_OK)
        return err;
    if (o->step > state->step || o->done > INT64_MAX
        || o->offset_steps > UINT32_MAX)
        return bad_line (l, "the numbers do not fit each other");
    if (!next_line (l))
        return bad_line (l, "it is cut short");
    if (strcmp (l->key, "cut") == 0
        && (state->spec.mode != NG_MODE_RANDOM
            || state->spec.rng != NG_RNG_NATIVE
            || state->documents != NG_DOCUMENTS_CROSS))
        return bad_key (l, "cut");
    return get_cuts (l, state->spec.n_steps, o);
}

/* Is there such an order of documents?  */
static bool
documents_fit (const struct ng_state *state)
{
    const struct ng_sampler_spec *spec = &state->spec;

    if (state->documents == NG_DOCUMENTS_CROSS)
        return true;
    return !state->reverse && !spec->fixed_offset && spec->rng == NG_RNG_NATIVE
           && (spec->mode == NG_MODE_RANDOM
               || (spec->mode == NG_MODE_SEQUENTIAL
                   && state->documents == NG_DOCUMENTS_WHOLE));
}

static enum ng_err
get_sizes (struct lines *l, struct ng_state *state)
{
    struct ng_sampler_spec *spec = &state->spec;
    uint64_t reverse = 0;
    unsigned mode = 0, rng = 0;
    enum ng_err err = get_word (l, "mode", modes, &mode);

    if (err == NG_OK)
        err = get_word (l, "rng", rngs, &rng);
    if (err == NG_OK)
        err = get_number (l, "seed", 0, &spec->seed);
    if (err == NG_OK)
        err = get_offset (l, spec);
    if (err == NG_OK)
        err = get_number (l, "reverse", 0, &reverse);
    if (err == NG_OK)
        err = get_documents (l, state);
    if (err == NG_OK)
        err = get_number (l, "batch-size", 1, &spec->batch_size);
    if (err == NG_OK)
        err = get_number (l, "num-steps", 1, &spec->n_steps);
    if (err == NG_OK)
        err = get_number (l, "rank", 0, &spec->rank);
    if (err == NG_OK)
        err = get_number (l, "world", 1, &spec->world);
    if (err == NG_OK)
        err = get_number (l, "step", 0, &state->step);
    if (err != NG_OK)
        return err;
    spec->mode = (enum ng_mode) mode;
    spec->rng = (enum ng_rng) rng;
    state->reverse = reverse != 0;
    if (spec->rank >= spec->world || spec->batch_size > UINT32_MAX
        || spec->n_steps > UINT32_MAX || spec->world > UINT32_MAX
        || (spec->mode == NG_MODE_UNIFORM && spec->rng == NG_RNG_PYTHON)
        || !documents_fit (state))
        return bad_line (l, "the numbers do not fit each other");
    return NG_OK;
}

static enum ng_err
parse (struct lines *l, struct ng_state *state)
{
    enum ng_err err;
    size_t len = strlen (title);

    if (strncmp (l->next, title, len) != 0 || l->next[len] != '\n')
    {
        l->line = 1;
        return bad_line (l, "it does not start with the title");
    }
    (void) next_line (l);
    err = get_sizes (l, state);
    if (err != NG_OK)
        return err;
    if (!next_line (l))
        return bad_line (l, "it is cut short");
    while (err == NG_OK && strcmp (l->key, "end") != 0)
        err = get_source (l, state);
    if (err == NG_OK
        && (state->n_sources == 0 || next_line (l) || l->next != l->end))
        return bad_key (l, "end");
    if (err == NG_OK && state->n_sources > 1 && !state->mixture)
        return bad_key (l, "source");
    if (err == NG_OK && state->mixture
        && state->documents != NG_DOCUMENTS_CROSS)
        return bad_key (l, "documents");
    return err;
}

static enum ng_err
read_text (const char *name, struct ng_fault *fault, char **text, size_t *size)
{
    struct ng_input *in = NULL;
    unsigned char *buf = NULL;
    size_t len = 0, cap = 0, n = 0;
    enum ng_err err = ng_input_check (name, fault), err_close;

    if (err == NG_OK)
        err = ng_input_open (name, fault, &in);
    if (err != NG_OK)
        return err;
    while (err == NG_OK)
    {
        unsigned char *grown = ng_grow (buf, &cap, len + 4096, 1);

        if (!grown)
            err = NG_ENOMEM;
        else
        {
            buf = grown;
            err = ng_input_read (in, buf + len, cap - len - 1, &n);
        }
        if (err == NG_OK && (len += n) > BYTES_MAX)
            err = ng_fault_set (fault, NG_ELIMIT, name,
                                "too large for a state file");
    }
    err_close = ng_input_close (in);
    err = err == NG_END ? err_close : err;
    if (err == NG_OK)
        buf[len] = '\0';
    *text = (char *) buf;
    *size = len;
    return err;
}

enum ng_err
ng_state_read (const char *name, struct ng_state *state, struct ng_fault *fault)
{
    char *text = NULL;
    size_t size = 0;
    enum ng_err err = read_text (name, fault, &text, &size);
    struct lines lines = { .name = name, .fault = fault, .next = text };

    if (err == NG_OK)
    {
        lines.end = text + size;
        err = parse (&lines, state);
    }
    free (text);
    return err;
}
