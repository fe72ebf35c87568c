/* A back-off model in memory, in an open form that readers and estimators
   fill and writers read.

   For tokens h x, h being the context, the model has for every n-gram that it
   lists a log10 probability of x after the rest, and for every n-gram that
   may be a context a log10 back-off weight.  If h x is listed, P(x | h) is
   its probability; else it is the weight of h, if that is listed, times the
   probability of x after h without its first token (Katz 1987).  Two other
   rules of descent are told by `rule`.

   Every n-gram that is listed has its prefix and its suffix listed too.  */
#ifndef NG_BACKOFF_H
#define NG_BACKOFF_H

#include <stdint.h>

#include "base/err.h"
#include "models/trie.h"
#include "text/vocab.h"

enum ng_rule
{
    NG_RULE_BACKOFF = 0, /* as above */
    NG_RULE_UNIGRAM = 1, /* an n-gram not listed descends to order 1 at once:
                            the weight of h, if it is listed, times P(x) */
    NG_RULE_STEP = 2     /* each step down costs `step`, whether the context
                            is listed or not (Brants et al. 2007, eq. 5) */
};

/* What stands for log10 0 in files and here.  */
#define NG_LOG10_ZERO (-99.0F)

struct ng_backoff
{
    enum ng_rule rule;
    float step;                /* log10, of NG_RULE_STEP */
    struct ng_vocab *vocab;    /* owned; ids are the trie's */
    uint32_t unk, bos, eos;    /* ids of <unk>, <s>, </s>, or NG_NONE */
    struct ng_trie trie;       /* linked */
    float *logp[NG_ORDER_MAX]; /* [n] of each level, log10 */
    float *bow[NG_ORDER_MAX];  /* [n], log10; NULL on the last level */
};

/* All zero is an empty model.  Release what M holds.  */
void ng_backoff_fini (struct ng_backoff *m);

/* Set unk, bos and eos by the vocabulary.  */
void ng_backoff_find_marks (struct ng_backoff *m);

/* log10 P of TOKENS[N - 1] after the others, of which at most order - 1 are
   looked at, by the definition above; the order of the n-gram that gave it in
   *ORDER unless NULL.  Slow: one search per order and back-off.  */
double ng_backoff_logp (const struct ng_backoff *m, const uint32_t *tokens,
                        unsigned n, unsigned *order);

#endif
