#include <config.h>

#include "models/arpawrite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/real.h"

static enum ng_err
put_text (struct ng_output *out, const char *text)
{
    return ng_output_write (out, text, strlen (text));
}

static enum ng_err
write_header (const struct ng_backoff *m, struct ng_output *out)
{
    char line[64];
    enum ng_err err = put_text (out, "\\data\\\n");

    for (unsigned k = 1; k <= m->trie.order && err == NG_OK; k++)
    {
        (void) snprintf (line, sizeof line, "ngram %u=%" PRIu32 "\n", k,
                         m->trie.levels[k - 1].n);
        err = put_text (out, line);
    }
    return err;
}

/* A number between BEFORE and AFTER; '\0' is none.  */
static enum ng_err
put_real (struct ng_output *out, char before, float x, char after)
{
    unsigned char text[NG_REAL_BYTES_MAX + 2];
    size_t len = 0;

    if (before != '\0')
        text[len++] = (unsigned char) before;
    len += ng_real_format (x, text + len);
    if (after != '\0')
        text[len++] = (unsigned char) after;
    return ng_output_write (out, text, len);
}

static enum ng_err
write_ngram (const struct ng_backoff *m, const struct ng_trie_walk *w,
             struct ng_output *out)
{
    const uint32_t at = ng_trie_walk_index (w);
    const unsigned k = w->order;
    enum ng_err err = put_real (out, '\0', m->logp[k - 1][at], '\t');

    for (unsigned i = 0; i < k && err == NG_OK; i++)
    {
        size_t len;
        const unsigned char *name =
            ng_vocab_name (m->vocab, ng_trie_walk_token (w, i), &len);

        err = ng_output_write (out, name, len);
        if (err == NG_OK && i + 1 < k)
            err = ng_output_write (out, " ", 1);
    }
    if (err != NG_OK)
        return err;
    return k < m->trie.order ? put_real (out, '\t', m->bow[k - 1][at], '\n')
                             : ng_output_write (out, "\n", 1);
}

enum ng_err
ng_arpa_write (const struct ng_backoff *m, struct ng_output *out)
{
    char head[32];
    enum ng_err err = write_header (m, out);

    for (unsigned k = 1; k <= m->trie.order && err == NG_OK; k++)
    {
        struct ng_trie_walk w;

        (void) snprintf (head, sizeof head, "\n\\%u-grams:\n", k);
        err = put_text (out, head);
        ng_trie_walk_start (&w, &m->trie, k);
        while (err == NG_OK && ng_trie_walk_next (&w))
            err = write_ngram (m, &w, out);
    }
    return err == NG_OK ? put_text (out, "\n\\end\\\n") : err;
}
