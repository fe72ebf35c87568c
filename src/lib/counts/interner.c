#include <config.h>

#include "counts/interner.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/nglimits.h"
#include "counts/portion.h"

enum
{
    /* Nine of ten tokens of English are found in the front table.  */
    FRONT_BITS = 12,
    FRONT_NAME_BYTES = 8,

    BATCH = 32
};

/* A word of the front table.  LEN is 0 where there is none.  */
struct front
{
    uint64_t name; /* its bytes, zero behind them */
    uint32_t len, id;
};

/* A token that waits to be looked up.  */
struct waiting
{
    const struct ng_token *token;
    uint64_t line;
    uint32_t *id;        /* where its id goes */
    struct front *front; /* where it goes in the front table, or NULL */
    uint64_t name;       /* if so, its bytes */
};

struct ng_interner
{
    const struct ng_vocab *fixed;
    bool sentences;
    struct ng_vocab *own;
    uint32_t *by_fixed; /* [size of fixed] own id + 1; 0: none yet */
    struct front front[1 << FRONT_BITS];
    struct waiting batch[BATCH];
    uint64_t hashes[BATCH];
    size_t n_waiting;
};

struct ng_interner *
ng_interner_new (const struct ng_vocab *fixed, bool sentences)
{
    struct ng_interner *in = calloc (1, sizeof *in);

    if (!in)
        return NULL;
    in->fixed = fixed;
    in->sentences = sentences;
    if (fixed)
    {
        in->by_fixed =
            ng_alloc_array (ng_vocab_size (fixed), sizeof *in->by_fixed);
        if (!in->by_fixed)
        {
            free (in);
            return NULL;
        }
    }
    return in;
}

void
ng_interner_free (struct ng_interner *in)
{
    if (!in)
        return;
    free (in->by_fixed);
    free (in);
}

void
ng_interner_begin (struct ng_interner *in, struct ng_vocab *own)
{
    in->own = own;
    memset (in->front, 0, sizeof in->front);
    if (in->fixed)
        memset (in->by_fixed, 0,
                ng_vocab_size (in->fixed) * sizeof *in->by_fixed);
}

enum ng_err
ng_interner_fixed (struct ng_interner *in, uint32_t fixed, uint32_t *id)
{
    const unsigned char *name;
    size_t len;
    enum ng_err err;

    if (in->by_fixed[fixed] > 0)
    {
        *id = in->by_fixed[fixed] - 1;
        return NG_OK;
    }
    name = ng_vocab_name (in->fixed, fixed, &len);
    err = ng_vocab_intern (in->own, name, len, id);
    if (err == NG_OK)
        in->by_fixed[fixed] = *id + 1;
    return err;
}

/* The own id of T, whose name has HASH.  NG_EINVAL if it has none.  */
static enum ng_err
look_up (struct ng_interner *in, const struct ng_token *t, uint64_t hash,
         uint32_t *id)
{
    uint32_t fixed;

    if (!in->fixed)
        return ng_vocab_intern_hashed (in->own, t->name, t->len, hash, id);
    if (ng_vocab_find (in->fixed, t->name, t->len, &fixed)
        || ng_vocab_find (in->fixed, (const unsigned char *) NG_UNK,
                          sizeof NG_UNK - 1, &fixed))
        return ng_interner_fixed (in, fixed, id);
    return NG_EINVAL;
}

/* Say what is wrong with a token of FILE that was not to be had.  */
static enum ng_err
explain (enum ng_err err, const char *file, uint64_t line,
         struct ng_fault *fault)
{
    if (err == NG_EINVAL)
        return ng_fault_at_line (fault, err, file, line,
                                 "a token is not in the vocabulary, which has"
                                 " no " NG_UNK);
    if (err == NG_ELIMIT)
        return ng_fault_at_line (fault, err, file, line,
                                 "more types than ids of 32 bits can tell");
    return err;
}

/* Look up what waits.  */
static enum ng_err
end_batch (struct ng_interner *in, const char *file, struct ng_fault *fault)
{
    const size_t n = in->n_waiting;

    in->n_waiting = 0;
    ng_vocab_fetch (in->fixed ? in->fixed : in->own, in->hashes, n);
    for (size_t i = 0; i < n; i++)
    {
        const struct waiting *w = &in->batch[i];
        enum ng_err err = look_up (in, w->token, in->hashes[i], w->id);

        if (err != NG_OK)
            return explain (err, file, w->line, fault);
        if (in->sentences && *w->id <= NG_ID_EOS)
            return ng_fault_at_line (
                fault, NG_EFORMAT, file, w->line,
                "the text has %s, which --sentences adds itself",
                *w->id == NG_ID_BOS ? NG_BOS : NG_EOS);
        if (w->front)
            *w->front = (struct front){ w->name, w->token->len, *w->id };
    }
    return NG_OK;
}

/* Find T in the front table, or let it wait.  */
static inline enum ng_err
intern_token (struct ng_interner *in, const struct ng_token *t,
              const char *file, uint64_t line, uint32_t *id,
              struct ng_fault *fault)
{
    struct waiting *w;
    struct front *f = NULL;
    uint64_t name = 0;

    if (t->len <= FRONT_NAME_BYTES)
    {
        memcpy (&name, t->name, sizeof name);
        name = ng_low_bytes (name, t->len);
        f = &in->front[ng_hash_mix (name ^ t->len, NG_HASH_K0)
                       >> (64 - FRONT_BITS)];
        if (f->name == name && f->len == t->len)
        {
            *id = f->id;
            return NG_OK;
        }
    }
    in->hashes[in->n_waiting] = ng_hash_bytes (t->name, t->len);
    w = &in->batch[in->n_waiting++];
    *w = (struct waiting){ t, line, id, f, name };
    return in->n_waiting == BATCH ? end_batch (in, file, fault) : NG_OK;
}

enum ng_err
ng_interner_text (struct ng_interner *in, const struct ng_token_list *list,
                  const char *file, uint64_t line, uint32_t *ids, size_t *n,
                  struct ng_fault *fault)
{
    size_t n_ids = 0;
    enum ng_err err = NG_OK;

    in->n_waiting = 0;
    for (size_t i = 0; i < list->n && err == NG_OK; i++)
    {
        const struct ng_token *t = &list->items[i];

        if (t->kind == NG_TOKEN)
            err = intern_token (in, t, file, line, &ids[n_ids++], fault);
        else
        {
            line += t->len;
            if (in->sentences)
                ids[n_ids++] = NG_ID_BREAK;
        }
    }
    *n = n_ids;
    return err == NG_OK ? end_batch (in, file, fault) : err;
}
