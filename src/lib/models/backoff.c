#include <config.h>

#include "models/backoff.h"

#include <stdlib.h>
#include <string.h>

void
ng_backoff_fini (struct ng_backoff *m)
{
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
    {
        free (m->logp[i]);
        free (m->bow[i]);
    }
    ng_trie_fini (&m->trie);
    ng_vocab_free (m->vocab);
    memset (m, 0, sizeof *m);
}

static uint32_t
find_mark (const struct ng_vocab *v, const char *name)
{
    uint32_t id;

    return ng_vocab_find (v, (const unsigned char *) name, strlen (name), &id)
               ? id
               : NG_NONE;
}

void
ng_backoff_find_marks (struct ng_backoff *m)
{
    m->unk = find_mark (m->vocab, NG_UNK);
    m->bos = find_mark (m->vocab, NG_BOS);
    m->eos = find_mark (m->vocab, NG_EOS);
}

/* The weight for leaving the context TOKENS[N].  */
static double
leave (const struct ng_backoff *m, const uint32_t *tokens, unsigned n)
{
    uint32_t at;

    if (m->rule == NG_RULE_STEP)
        return (double) m->step;
    at = ng_trie_find (&m->trie, n, tokens);
    return at == NG_NONE ? 0 : (double) m->bow[n - 1][at];
}

double
ng_backoff_logp (const struct ng_backoff *m, const uint32_t *tokens, unsigned n,
                 unsigned *order)
{
    double weight = 0;

    if (n > m->trie.order)
    {
        tokens += n - m->trie.order;
        n = m->trie.order;
    }
    for (;;)
    {
        uint32_t at = ng_trie_find (&m->trie, n, tokens);

        if (at != NG_NONE)
        {
            if (order)
                *order = n;
            return weight + (double) m->logp[n - 1][at];
        }
        if (n == 1)
            return (double) NG_LOG10_ZERO;
        weight += leave (m, tokens, n - 1);
        if (m->rule == NG_RULE_UNIGRAM)
        {
            tokens += n - 1;
            n = 1;
        }
        else
        {
            tokens++;
            n--;
        }
    }
}
