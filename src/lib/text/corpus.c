#include <config.h>

#include "text/corpus.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/nglimits.h"
#include "io/npy.h"
#include "text/wordbreak.h"

enum
{
    /* Bytes scanned at a time.  Their token list still fits the second-level
       cache.  */
    STEP_BYTES = 64 * 1024,

    /* What a scan can leave over: a token that may yet go on, since a longer
       one is a fault, and the code points looked at behind it.  */
    REST_BYTES_MAX = NG_TOKEN_BYTES_MAX + NG_WORDBREAK_AHEAD
};

struct ng_corpus
{
    const char *const *names;
    size_t n_names, next_name;
    struct ng_tokenizer *tokenizer;
    struct ng_fault *fault;
    bool lent;            /* IN is read by the caller */
    struct ng_input *in;  /* NULL between files */
    enum ng_err failed;   /* of a scan, whose tokens are handed out first */
    uint64_t done_before; /* bytes of the files already closed */
    uint64_t total;
    unsigned char *buf; /* [REST_BYTES_MAX + STEP_BYTES + pad] */
    size_t start, len;  /* BUF[START..START+LEN): not yet scanned */
    struct ng_token_list list;
};

static const char *const standard_input[] = { "-" };

enum ng_err
ng_corpus_open (const char *const *names, size_t n_names,
                struct ng_tokenizer *tokenizer, struct ng_fault *fault,
                struct ng_corpus **corpus)
{
    enum ng_err err;
    struct ng_corpus *c = calloc (1, sizeof *c);

    if (!c)
        return NG_ENOMEM;
    c->names = n_names > 0 ? names : standard_input;
    c->n_names = n_names > 0 ? n_names : 1;
    c->tokenizer = tokenizer;
    c->fault = fault;
    c->buf = calloc (1, REST_BYTES_MAX + STEP_BYTES + NG_TOKEN_PAD);
    err = c->buf
              ? ng_input_check_all (c->names, c->n_names, &c->total, c->fault)
              : NG_ENOMEM;
    if (err != NG_OK)
    {
        ng_corpus_close (c);
        return err;
    }
    *corpus = c;
    return NG_OK;
}

static enum ng_err
drop_mark (struct ng_input *in)
{
    const unsigned char *start;
    unsigned char mark[3];
    size_t n;
    enum ng_err err = ng_input_peek (in, sizeof mark, &start, &n);

    if (err == NG_OK && n == sizeof mark
        && memcmp (start, "\xef\xbb\xbf", sizeof mark) == 0)
        err = ng_input_read_full (in, mark, sizeof mark, "the text");
    return err;
}

static enum ng_err
open_next (struct ng_corpus *c)
{
    const char *name;

    if (c->next_name == c->n_names)
        return NG_END;
    name = c->names[c->next_name++];
    ng_tokenizer_start (c->tokenizer, name);
    return ng_input_open (name, c->fault, &c->in);
}

static enum ng_err
close_input (struct ng_corpus *c)
{
    enum ng_err err;

    c->done_before += ng_input_raw_offset (c->in);
    err = ng_input_close (c->in);
    c->in = NULL;
    c->lent = false;
    return err;
}

enum ng_err
ng_corpus_token_file (struct ng_corpus *c, struct ng_input **in)
{
    enum ng_err err = NG_OK;
    const unsigned char *start;
    size_t n;

    *in = NULL;
    if (c->lent)
        err = close_input (c);
    if (err != NG_OK || c->in)
        return err;
    err = open_next (c);
    if (err == NG_OK)
        err = ng_input_peek (c->in, NG_NPY_MAGIC_BYTES, &start, &n);
    if (err != NG_OK)
        return err;
    c->lent = ng_npy_is_magic (start, n);
    if (!c->lent)
        return drop_mark (c->in);
    *in = c->in;
    return NG_OK;
}

enum ng_err
ng_corpus_next (struct ng_corpus *c, const struct ng_token_list **list,
                bool *ends_file)
{
    enum ng_err err = NG_OK;
    size_t n = 0, used;
    bool final;

    if (c->failed != NG_OK)
        return c->failed;
    if (c->lent)
        err = close_input (c);
    if (err == NG_OK && !c->in)
    {
        err = open_next (c);
        if (err == NG_OK)
            err = drop_mark (c->in);
    }
    if (err != NG_OK)
        return err;
    assert (c->len <= REST_BYTES_MAX);
    memmove (c->buf, c->buf + c->start, c->len);
    c->start = 0;
    err = ng_input_read (c->in, c->buf + c->len, STEP_BYTES, &n);
    if (err != NG_OK && err != NG_END)
        return err;
    final = err == NG_END;
    c->len += final ? 0 : n;
    *list = &c->list;
    c->failed = ng_tokenizer_scan (c->tokenizer, c->buf, c->len, final,
                                   &c->list, &used, c->fault);
    if (c->failed != NG_OK)
    {
        *ends_file = false;
        return NG_OK;
    }
    /* The names in the list point into what was used, so the rest moves to
       the front only when the caller asks for more.  */
    c->start = used;
    c->len -= used;
    *ends_file = final;
    return final ? close_input (c) : NG_OK;
}

uint64_t
ng_corpus_bytes_done (const struct ng_corpus *c)
{
    return c->done_before + (c->in ? ng_input_raw_offset (c->in) : 0);
}

uint64_t
ng_corpus_bytes_total (const struct ng_corpus *c)
{
    return c->total;
}

void
ng_corpus_close (struct ng_corpus *c)
{
    if (!c)
        return;
    (void) ng_input_close (c->in);
    ng_token_list_fini (&c->list);
    free (c->buf);
    free (c);
}
