#include <config.h>

#include "models/arpawrite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/real.h"

static enum ng_err
put_text (struct ng_output *out, const char *text)
{
    return ng_output_write (out, text, strlen (text));
}

enum ng_err
ng_arpa_start (struct ng_arpa_writer *w, struct ng_output *out,
               const struct ng_arpa_names *names, unsigned order,
               const uint32_t *n)
{
    char line[64];
    enum ng_err err = put_text (out, "\\data\\\n");

    w->out = out;
    w->names = *names;
    w->order = order;
    for (unsigned k = 1; k <= order && err == NG_OK; k++)
    {
        (void) snprintf (line, sizeof line, "ngram %u=%" PRIu32 "\n", k,
                         n[k - 1]);
        err = put_text (out, line);
    }
    return err;
}

enum ng_err
ng_arpa_order (struct ng_arpa_writer *w, unsigned k)
{
    char head[32];

    w->k = k;
    w->n = 0;
    (void) snprintf (head, sizeof head, "\n\\%u-grams:\n", k);
    return put_text (w->out, head);
}

enum ng_err
ng_arpa_end (struct ng_arpa_writer *w)
{
    return put_text (w->out, "\n\\end\\\n");
}

void
ng_arpa_fini (struct ng_arpa_writer *w)
{
    free (w->text);
    memset (w, 0, sizeof *w);
}

/* Make the text that of TOKENS[K].  */
static enum ng_err
set_text (struct ng_arpa_writer *w, const uint32_t *tokens)
{
    unsigned i = 0;

    while (i < w->n && w->tokens[i] == tokens[i])
        i++;
    for (; i < w->k; i++)
    {
        const size_t at = i > 0 ? w->ends[i - 1] : 0;
        size_t len;
        const unsigned char *name =
            w->names.name (w->names.context, tokens[i], &len);
        unsigned char *text = ng_grow (w->text, &w->cap, at + len + 1, 1);

        if (!text)
            return NG_ENOMEM;
        w->text = text;
        memcpy (text + at, name, len);
        text[at + len] = ' ';
        w->tokens[i] = tokens[i];
        w->ends[i] = at + len + 1;
    }
    w->n = w->k;
    return NG_OK;
}

enum ng_err
ng_arpa_ngram (struct ng_arpa_writer *w, const uint32_t *tokens, float logp,
               float bow)
{
    unsigned char number[NG_REAL_BYTES_MAX + 2];
    size_t len = ng_real_format (logp, number);
    enum ng_err err = set_text (w, tokens);

    if (err != NG_OK)
        return err;
    number[len++] = '\t';
    err = ng_output_write (w->out, number, len);
    if (err == NG_OK)
        err = ng_output_write (w->out, w->text, w->ends[w->k - 1] - 1);
    len = 0;
    if (w->k < w->order)
    {
        number[len++] = '\t';
        len += ng_real_format (bow, number + len);
    }
    number[len++] = '\n';
    return err == NG_OK ? ng_output_write (w->out, number, len) : err;
}

static const unsigned char *
vocab_name (const void *context, uint32_t id, size_t *len)
{
    return ng_vocab_name (context, id, len);
}

/* Order K of M.  */
static enum ng_err
write_order (const struct ng_backoff *m, unsigned k, struct ng_arpa_writer *w)
{
    struct ng_trie_walk walk;
    enum ng_err err = ng_arpa_order (w, k);

    ng_trie_walk_start (&walk, &m->trie, k);
    while (err == NG_OK && ng_trie_walk_next (&walk))
    {
        const uint32_t at = ng_trie_walk_index (&walk);
        uint32_t tokens[NG_ORDER_MAX];

        for (unsigned i = 0; i < k; i++)
            tokens[i] = ng_trie_walk_token (&walk, i);
        err = ng_arpa_ngram (w, tokens, m->logp[k - 1][at],
                             m->bow[k - 1] ? m->bow[k - 1][at] : 0);
    }
    return err;
}

enum ng_err
ng_arpa_write (const struct ng_backoff *m, struct ng_output *out)
{
    const struct ng_arpa_names names = { vocab_name, m->vocab };
    struct ng_arpa_writer w = { .n = 0 };
    uint32_t n[NG_ORDER_MAX];
    enum ng_err err;

    for (unsigned i = 0; i < m->trie.order; i++)
        n[i] = m->trie.levels[i].n;
    err = ng_arpa_start (&w, out, &names, m->trie.order, n);
    for (unsigned k = 1; k <= m->trie.order && err == NG_OK; k++)
        err = write_order (m, k, &w);
    if (err == NG_OK)
        err = ng_arpa_end (&w);
    ng_arpa_fini (&w);
    return err;
}
