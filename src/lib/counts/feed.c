#include <config.h>

#include "counts/feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/npy.h"

enum
{
    IDS_AT_A_TIME = 4096
};

struct ng_feed
{
    struct ng_counter *counter;
    struct ng_vocab *vocab;
    struct ng_fault *fault;
    bool fixed, sentences, has_unk;
    bool in_sentence; /* its <s> is out */
    uint32_t unk, bos, eos;
    uint32_t ids[IDS_AT_A_TIME]; /* on their way to the counter */
    size_t n;
};

static enum ng_err
intern (struct ng_vocab *v, const char *name, uint32_t *id)
{
    return ng_vocab_intern (v, (const unsigned char *) name, strlen (name), id);
}

enum ng_err
ng_feed_new (struct ng_counter *counter, struct ng_vocab *vocab, bool fixed,
             bool sentences, struct ng_fault *fault, struct ng_feed **feed)
{
    struct ng_feed *f = calloc (1, sizeof *f);
    enum ng_err err = NG_OK;

    if (!f)
        return NG_ENOMEM;
    f->counter = counter;
    f->vocab = vocab;
    f->fixed = fixed;
    f->sentences = sentences;
    f->fault = fault;
    f->has_unk = ng_vocab_find (vocab, (const unsigned char *) NG_UNK,
                                sizeof NG_UNK - 1, &f->unk);
    if (sentences)
        err = intern (vocab, NG_BOS, &f->bos);
    if (err == NG_OK && sentences)
        err = intern (vocab, NG_EOS, &f->eos);
    if (err == NG_OK)
        *feed = f;
    else
        free (f);
    return err;
}

void
ng_feed_free (struct ng_feed *f)
{
    free (f);
}

static enum ng_err
flush (struct ng_feed *f)
{
    size_t n = f->n;

    f->n = 0;
    return ng_counter_add (f->counter, f->ids, n);
}

static inline enum ng_err
put (struct ng_feed *f, uint32_t id)
{
    f->ids[f->n++] = id;
    return f->n == IDS_AT_A_TIME ? flush (f) : NG_OK;
}

static enum ng_err
begin_sentence (struct ng_feed *f)
{
    f->in_sentence = true;
    return put (f, f->bos);
}

static enum ng_err
end_sentence (struct ng_feed *f)
{
    enum ng_err err = f->in_sentence ? NG_OK : begin_sentence (f);

    f->in_sentence = false;
    if (err == NG_OK)
        err = put (f, f->eos);
    if (err == NG_OK)
        err = flush (f);
    return err == NG_OK ? ng_counter_break (f->counter) : err;
}

static enum ng_err
put_token (struct ng_feed *f, const struct ng_token *t, const char *file,
           uint64_t line)
{
    uint32_t id;
    enum ng_err err = NG_OK;

    if (!f->fixed)
        err = ng_vocab_intern (f->vocab, t->name, t->len, &id);
    else if (!ng_vocab_find (f->vocab, t->name, t->len, &id))
    {
        if (!f->has_unk)
            return ng_fault_at_line (f->fault, NG_EINVAL, file, line,
                                     "a token is not in the vocabulary, which"
                                     " has no " NG_UNK);
        id = f->unk;
    }
    if (err == NG_ELIMIT)
        return ng_fault_at_line (f->fault, err, file, line,
                                 "more types than ids of 32 bits can tell");
    if (err != NG_OK)
        return err;
    if (f->sentences && (id == f->bos || id == f->eos))
        return ng_fault_at_line (
            f->fault, NG_EFORMAT, file, line,
            "the text has %s, which --sentences adds itself",
            id == f->bos ? NG_BOS : NG_EOS);
    if (f->sentences && !f->in_sentence)
        err = begin_sentence (f);
    return err == NG_OK ? put (f, id) : err;
}

enum ng_err
ng_feed_tokens (struct ng_feed *f, const struct ng_token_list *list)
{
    enum ng_err err = NG_OK;
    uint64_t line = list->line;

    for (size_t i = 0; i < list->n && err == NG_OK; i++)
        if (list->items[i].kind == NG_TOKEN)
            err = put_token (f, &list->items[i], list->file, line);
        else
        {
            line += list->items[i].len;
            for (uint32_t j = 0;
                 f->sentences && j < list->items[i].len && err == NG_OK; j++)
                err = end_sentence (f);
        }
    return err == NG_OK ? flush (f) : err;
}

/* Decode N elements at RAW and count them; AT is the index of the first.  */
static enum ng_err
put_elements (struct ng_feed *f, struct ng_input *in, struct ng_npy *npy,
              const unsigned char *raw, size_t n, uint64_t at)
{
    const uint32_t n_types = ng_vocab_size (f->vocab);
    size_t good = ng_npy_decode (npy->dtype, raw, n, f->ids);

    for (size_t i = 0; i < good; i++)
        if (f->ids[i] >= n_types)
            return ng_fault_set (f->fault, NG_EFORMAT, ng_input_name (in),
                                 "token %" PRIu64 " is id %" PRIu32
                                 ", but the vocabulary has %" PRIu32
                                 " types: is it another one?",
                                 at + i, f->ids[i], n_types);
    if (good < n)
        return ng_fault_set (f->fault, NG_EFORMAT, ng_input_name (in),
                             "token %" PRIu64 " is negative or beyond 32 bits",
                             at + good);
    return ng_counter_add (f->counter, f->ids, n);
}

enum ng_err
ng_feed_npy (struct ng_feed *f, struct ng_input *in, struct ng_fault *fault)
{
    unsigned char raw[IDS_AT_A_TIME * 8];
    struct ng_npy npy;
    uint64_t at = 0;
    size_t n;
    enum ng_err err = ng_npy_read_header (in, &npy, fault);

    while (err == NG_OK && at < npy.n_items)
    {
        const size_t size = npy.dtype.item_bytes;

        n = npy.n_items - at < IDS_AT_A_TIME ? (size_t) (npy.n_items - at)
                                             : IDS_AT_A_TIME;
        err = ng_input_read_full (in, raw, n * size, "the array");
        if (err == NG_END)
            err = ng_fault_set (fault, NG_EFORMAT, ng_input_name (in),
                                "the array is cut short: %" PRIu64
                                " of %" PRIu64 " tokens",
                                at, npy.n_items);
        if (err == NG_OK)
            err = put_elements (f, in, &npy, raw, n, at);
        at += n;
    }
    if (err != NG_OK)
        return err;
    err = ng_input_read (in, raw, 1, &n);
    if (err == NG_OK)
        return ng_fault_set (fault, NG_EFORMAT, ng_input_name (in),
                             "bytes follow the array of %" PRIu64 " tokens",
                             npy.n_items);
    return err == NG_END ? NG_OK : err;
}
