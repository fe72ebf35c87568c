#include <config.h>

#include "models/complete.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/radix.h"
#include "counts/key.h"

enum
{
    QUOTE_MAX = 120 /* bytes of an n-gram in a message */
};

/* A log10 probability may be so far above 0 by rounding: it sums up to
   NG_ORDER_MAX numbers, some tools write four decimals.  */
static const double rounding = NG_ORDER_MAX * 0.5e-4;

/* N-grams to be added to one order: keys with an unused payload.  */
struct added
{
    struct ng_key_shape shape;
    uint64_t *records;
    size_t n, cap;
};

/* The model to be completed, and where faults of it are told.  */
struct completion
{
    const struct ng_backoff *m;
    const char *file;
    struct ng_fault *fault;
};

static enum ng_err
append (struct added *a, const uint32_t *tokens)
{
    const size_t size = a->shape.words + 1;
    uint64_t *record =
        ng_grow (a->records, &a->cap, a->n + 1, size * sizeof *a->records);

    if (!record)
        return NG_ENOMEM;
    a->records = record;
    record += a->n++ * size;
    memset (record, 0, size * sizeof *record);
    for (unsigned i = 0; i < a->shape.order; i++)
        ng_key_push (record, a->shape, a->shape.words, tokens[i] + 1);
    return NG_OK;
}

static void
tokens_of (const struct added *a, size_t i, uint32_t *tokens)
{
    const uint64_t *record = a->records + i * (a->shape.words + 1);

    for (unsigned j = 0; j < a->shape.order; j++)
        tokens[j] = ng_key_token (record, a->shape, j) - 1;
}

/* Sort A and leave each n-gram in once.  */
static enum ng_err
sort_once (struct added *a)
{
    const size_t size = a->shape.words + 1;
    uint64_t *scratch = ng_alloc_array (a->n, size * sizeof *scratch);
    size_t kept = 0;

    if (!scratch)
        return NG_ENOMEM;
    ng_radix_sort (a->records, a->n, a->shape.words, scratch);
    free (scratch);
    for (size_t i = 0; i < a->n; i++)
        if (kept == 0
            || !ng_key_equal (a->records + (kept - 1) * size,
                              a->records + i * size, a->shape.words))
            memmove (a->records + kept++ * size, a->records + i * size,
                     size * sizeof *a->records);
    a->n = kept;
    return NG_OK;
}

/* Into INTO, of order K - 1, the suffixes that are missing of the n-grams of
   order K: those of M, and those of FROM, which will be added.  */
static enum ng_err
collect (const struct ng_backoff *m, unsigned k, const struct added *from,
         struct added *into)
{
    uint32_t tokens[NG_ORDER_MAX];
    struct ng_trie_walk w;
    enum ng_err err = NG_OK;

    into->shape = ng_key_shape (k - 1, m->trie.levels[0].n);
    ng_trie_walk_start (&w, &m->trie, k);
    while (err == NG_OK && ng_trie_walk_next (&w))
    {
        if (m->trie.levels[k - 1].suffixes[ng_trie_walk_index (&w)] != NG_NONE)
            continue;
        for (unsigned i = 1; i < k; i++)
            tokens[i - 1] = ng_trie_walk_token (&w, i);
        err = append (into, tokens);
    }
    for (size_t i = 0; i < from->n && err == NG_OK; i++)
    {
        tokens_of (from, i, tokens);
        if (ng_trie_find (&m->trie, k - 1, tokens + 1) == NG_NONE)
            err = append (into, tokens + 1);
    }
    return err == NG_OK ? sort_once (into) : err;
}

/* One n-gram more of order K in TO, whose values have room.  */
static enum ng_err
put (struct ng_backoff *to, unsigned k, const uint32_t *tokens, float logp,
     float bow)
{
    enum ng_trie_added added;
    const uint32_t i = to->trie.levels[k - 1].n;
    enum ng_err err = ng_trie_add (&to->trie, k, tokens, &added);

    if (err != NG_OK)
        return err;
    to->logp[k - 1][i] = logp;
    if (to->bow[k - 1])
        to->bow[k - 1][i] = bow;
    return NG_OK;
}

static enum ng_err
above_one (const struct completion *c, const uint32_t *tokens, unsigned k)
{
    char text[QUOTE_MAX + 4];
    size_t at = 0;

    for (unsigned i = 0; i < k; i++)
    {
        size_t len;
        const unsigned char *name =
            ng_vocab_name (c->m->vocab, tokens[i], &len);

        if (at + len + 1 > QUOTE_MAX)
        {
            memcpy (text + at, "...", 3);
            at += 3;
            break;
        }
        if (at > 0)
            text[at++] = ' ';
        memcpy (text + at, name, len);
        at += len;
    }
    text[at] = '\0';
    return ng_fault_set (c->fault, NG_EFORMAT, c->file,
                         "\"%s\" is not listed, and backing off gives it a"
                         " log10 probability above 0",
                         text);
}

/* Put TOKENS[K], which the model has not, into TO.  */
static enum ng_err
put_missing (const struct completion *c, struct ng_backoff *to, unsigned k,
             const uint32_t *tokens)
{
    const double logp = ng_backoff_logp (c->m, tokens, k, NULL);

    if (logp > rounding)
        return above_one (c, tokens, k);
    return put (to, k, tokens, logp < 0 ? (float) logp : 0, 0);
}

/* Order K of the model and the n-grams A, merged, to TO.  */
static enum ng_err
merge (const struct completion *c, unsigned k, const struct added *a,
       struct ng_backoff *to)
{
    const struct ng_backoff *m = c->m;
    uint32_t old[NG_ORDER_MAX], new[NG_ORDER_MAX];
    struct ng_trie_walk w;
    size_t i = 0;
    bool more;
    enum ng_err err = NG_OK;

    ng_trie_walk_start (&w, &m->trie, k);
    more = ng_trie_walk_next (&w);
    while (err == NG_OK && (more || i < a->n))
    {
        int order = more ? -1 : 1;

        for (unsigned j = 0; more && j < k; j++)
            old[j] = ng_trie_walk_token (&w, j);
        if (i < a->n)
            tokens_of (a, i, new);
        for (unsigned j = 0; more && i < a->n && j < k; j++)
            if (old[j] != new[j])
            {
                order = old[j] < new[j] ? -1 : 1;
                break;
            }
        if (order < 0)
        {
            uint32_t at = ng_trie_walk_index (&w);

            err = put (to, k, old, m->logp[k - 1][at],
                       m->bow[k - 1] ? m->bow[k - 1][at] : 0);
            more = ng_trie_walk_next (&w);
        }
        else
        {
            err = put_missing (c, to, k, new);
            i++;
        }
    }
    ng_trie_end_level (&to->trie, k);
    return err;
}

/* Room for the values of TO's order K with N n-grams.  */
static enum ng_err
make_values (struct ng_backoff *to, unsigned k, size_t n)
{
    to->logp[k - 1] = ng_alloc_array (n, sizeof (float));
    if (k < to->trie.order)
        to->bow[k - 1] = ng_alloc_array (n, sizeof (float));
    return to->logp[k - 1] && (k == to->trie.order || to->bow[k - 1])
               ? NG_OK
               : NG_ENOMEM;
}

static enum ng_err
rebuild (const struct completion *c, const struct added *added,
         struct ng_backoff *to)
{
    const struct ng_backoff *m = c->m;
    const uint32_t n_types = m->trie.levels[0].n;
    enum ng_err err = ng_trie_init (&to->trie, m->trie.order, n_types);

    for (unsigned k = 1; k <= m->trie.order && err == NG_OK; k++)
    {
        err = make_values (to, k, m->trie.levels[k - 1].n + added[k - 1].n);
        if (err == NG_OK && k > 1)
            err = merge (c, k, &added[k - 1], to);
    }
    if (err != NG_OK)
        return err;
    memcpy (to->logp[0], m->logp[0], n_types * sizeof (float));
    if (to->bow[0])
        memcpy (to->bow[0], m->bow[0], n_types * sizeof (float));
    return NG_OK;
}

enum ng_err
ng_backoff_complete (struct ng_backoff *m, const char *file,
                     struct ng_fault *fault)
{
    const struct completion c = { m, file, fault };
    struct added added[NG_ORDER_MAX] = { 0 };
    struct ng_backoff to = { .rule = m->rule, .step = m->step };
    uint64_t n_missing;
    enum ng_err err = NG_OK;

    for (unsigned k = m->trie.order; k > 2 && err == NG_OK; k--)
        err = collect (m, k, &added[k - 1], &added[k - 2]);
    if (err == NG_OK)
        err = rebuild (&c, added, &to);
    if (err == NG_OK)
        err = ng_trie_link (&to.trie, &n_missing);
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        free (added[i].records);
    if (err != NG_OK)
    {
        ng_backoff_fini (&to);
        return err;
    }
    to.vocab = m->vocab;
    to.unk = m->unk;
    to.bos = m->bos;
    to.eos = m->eos;
    m->vocab = NULL;
    ng_backoff_fini (m);
    *m = to;
    return NG_OK;
}
