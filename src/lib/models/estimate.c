#include <config.h>

#include "models/estimate.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum
{
    N_DISCOUNTS = 3,
    AHEAD = 32 /* n-grams: how early what is read at random is asked for */
};

static const double stupid_step = 0.4; /* Brants et al. 2007, section 4 */

struct run
{
    struct ng_estimate *e;
    struct ng_tally *t;
    struct ng_backoff *m;
    const char *file;
    struct ng_fault *fault;

    const uint64_t *a[NG_ORDER_MAX]; /* counts that estimates rest on */
    uint64_t *own[NG_ORDER_MAX];     /* those of them that are ours */
    unsigned char *keep[NG_ORDER_MAX];
    double *p;       /* of the order before, not logarithms */
    double *unigram; /* of order 1, for laplace */
};

static bool
is_listed (const struct run *r, unsigned i, uint32_t j)
{
    return !r->keep[i] || r->keep[i][j];
}

/* ---------------------------------------------------------- what is counted */

/* How many distinct tokens stand before each n-gram of level I; counts for
   those that begin with <s>, before which nothing stands.  */
static enum ng_err
adjust (struct run *r, unsigned i)
{
    const struct ng_trie_level *l = &r->t->trie.levels[i], *longer = l + 1;
    uint64_t *a = ng_calloc_array (l->n, sizeof *a);
    uint32_t low = 0, high = 0;

    if (!a)
        return NG_ENOMEM;
    r->own[i] = a;
    r->a[i] = a;
    for (uint32_t j = 0; j < longer->n; j++)
    {
        if (j + AHEAD < longer->n)
            __builtin_prefetch (&a[longer->suffixes[j + AHEAD]], 1);
        a[longer->suffixes[j]]++;
    }
    /* At the very start of running text nothing stands before either: take
       that for a token.  */
    for (uint32_t j = 0; j < l->n; j++)
        if (a[j] == 0 && r->t->counts[i][j] > 0)
            a[j] = 1;
    if (r->t->bos != NG_NONE)
        ng_trie_range (&r->t->trie, i + 1, r->t->bos, &low, &high);
    for (uint32_t j = low; j < high; j++)
        a[j] = r->t->counts[i][j];
    return NG_OK;
}

/* Set A for every level.  <s> is never predicted and counts 0 as a token.  */
static enum ng_err
choose_counts (struct run *r)
{
    const unsigned order = r->t->trie.order;
    uint64_t *unigrams;

    for (unsigned i = 0; i < order; i++)
        r->a[i] = r->t->counts[i];
    if (r->e->smoothing == NG_KNESER_NEY)
        for (unsigned i = 0; i + 1 < order; i++)
        {
            enum ng_err err = adjust (r, i);

            if (err != NG_OK)
                return err;
        }
    if (r->t->bos == NG_NONE)
        return NG_OK;
    unigrams = r->own[0];
    if (!unigrams)
    {
        const size_t n = r->t->trie.levels[0].n;

        unigrams = ng_alloc_array (n, sizeof *unigrams);
        if (!unigrams)
            return NG_ENOMEM;
        memcpy (unigrams, r->a[0], n * sizeof *unigrams);
        r->own[0] = unigrams;
        r->a[0] = unigrams;
    }
    unigrams[r->t->bos] = 0;
    return NG_OK;
}

/* Mark what pruning leaves.  */
static enum ng_err
choose_listed (struct run *r)
{
    const unsigned order = r->t->trie.order;

    if (r->e->prune[order - 1] == 0)
        return NG_OK;
    for (unsigned i = 0; i < order; i++)
    {
        const uint32_t n = r->t->trie.levels[i].n;

        r->keep[i] = ng_alloc_array (n, 1);
        if (!r->keep[i])
            return NG_ENOMEM;
        for (uint32_t j = 0; j < n; j++)
            r->keep[i][j] = r->t->counts[i][j] > r->e->prune[i];
    }
    r->keep[0][r->t->unk] = 1;
    if (r->t->bos != NG_NONE)
        r->keep[0][r->t->bos] = 1;
    if (r->t->eos != NG_NONE)
        r->keep[0][r->t->eos] = 1;
    return NG_OK;
}

/* ---------------------------------------------------------------- discounts */

/* Why the counts of counts N[1..4] give no discounts D[3], or NULL; *AT is
   the count in question.  */
static const char *
set_discounts (const uint64_t n[5], double *d, unsigned *at)
{
    double y;

    for (*at = 1; *at <= N_DISCOUNTS; ++*at)
        if (n[*at] == 0)
            return "no n-gram has";
    y = (double) n[1] / ((double) n[1] + 2 * (double) n[2]);
    for (*at = 1; *at <= N_DISCOUNTS; ++*at)
    {
        double i = *at;

        d[*at - 1] = i - (i + 1) * y * (double) n[*at + 1] / (double) n[*at];
        if (d[*at - 1] < 0 || d[*at - 1] > i)
            return "the discount is out of range for";
    }
    return NULL;
}

static enum ng_err
estimate_discounts (struct run *r, unsigned i)
{
    uint64_t n[5] = { 0 };
    unsigned at;
    const char *why;

    for (uint32_t j = 0; j < r->t->trie.levels[i].n; j++)
        if (r->a[i][j] < 5)
            n[r->a[i][j]]++;
    why = set_discounts (n, r->e->discounts[i], &at);
    if (!why)
        return NG_OK;
    if (!r->e->has_fallback)
        return ng_fault_set (
            r->fault, NG_EINVAL, r->file,
            "no Kneser-Ney discounts for order %u: %s the adjusted count %u;"
            " the text is too small or has repetitions: leave these out, or"
            " give --discount-fallback",
            i + 1, why, at);
    memcpy (r->e->discounts[i], r->e->fallback, sizeof r->e->fallback);
    r->e->fell_back[i] = true;
    return NG_OK;
}

/* -------------------------------------------------------------- one context */

/* D of the count A at level I.  */
static double
discount (const struct run *r, unsigned i, uint64_t a)
{
    if (r->e->smoothing != NG_KNESER_NEY || a == 0)
        return 0;
    return r->e->discounts[i][(a < N_DISCOUNTS ? a : N_DISCOUNTS) - 1];
}

/* Of a context: what its n-grams' counts are divided by, and its weight.  */
struct context
{
    double z, g;
};

/* How often the n-gram H of level I occurs as a context: nothing follows the
   end of a sentence.  */
static uint64_t
context_count (const struct run *r, unsigned i, uint32_t h)
{
    const bool ends =
        r->t->bos != NG_NONE && r->t->trie.levels[i].words[h] == r->t->eos;

    return ends ? 0 : r->t->counts[i][h];
}

/* For the context whose n-grams are those from LOW on, below HIGH, on level I,
   and which occurs COUNT times itself.  */
static struct context
sum_context (const struct run *r, unsigned i, uint32_t low, uint32_t high,
             uint64_t count)
{
    const double e = r->e->epsilon[i];
    uint64_t sum = 0, pruned = 0, n[N_DISCOUNTS + 1] = { 0 };
    struct context c;

    for (uint32_t j = low; j < high; j++)
    {
        const uint64_t a = r->a[i][j];

        sum += a;
        if (!is_listed (r, i, j))
            pruned += a;
        else
            n[a < N_DISCOUNTS ? a : N_DISCOUNTS]++;
    }
    if (r->e->smoothing == NG_KNESER_NEY)
    {
        c.z = (double) sum;
        c.g = (double) pruned;
        for (unsigned d = 1; d <= N_DISCOUNTS; d++)
            c.g += r->e->discounts[i][d - 1] * (double) n[d];
    }
    else
    {
        c.z = (double) count + e;
        c.g = (double) pruned + e;
    }
    c.g = c.z > 0 ? c.g / c.z : 1;
    return c;
}

static float
log10_of (double p)
{
    /* Rounding may leave a hair more than 1.  */
    if (!(p > 0))
        return NG_LOG10_ZERO;
    return p >= 1 ? 0 : p > 1e-99 ? (float) log10 (p) : NG_LOG10_ZERO;
}

/* Probabilities of the n-grams of context C, those from LOW on, below HIGH, on
   level I; in P too unless it is NULL.  */
static inline void
estimate_context (const struct run *r, unsigned i, struct context c,
                  uint32_t low, uint32_t high, double *p)
{
    const struct ng_trie_level *l = &r->t->trie.levels[i];
    const double *lower = r->unigram ? r->unigram : r->p;
    const uint32_t *places = r->unigram ? l->words : l->suffixes;
    float *logp = r->m->logp[i];

    for (uint32_t j = low; j < high; j++)
    {
        const uint64_t a = r->a[i][j];
        double x;

        if (j + AHEAD < l->n)
            __builtin_prefetch (&lower[places[j + AHEAD]]);
        x = ((double) a - discount (r, i, a)) / c.z + c.g * lower[places[j]];
        logp[j] = log10_of (x);
        if (p)
            p[j] = x;
    }
}

/* Probabilities of level I, P on entry and return those of the level before
   and of this one.  A weight is set for every context.  */
static enum ng_err
estimate_level (struct run *r, unsigned i)
{
    const struct ng_trie_level *l = &r->t->trie.levels[i], *parents = l - 1;
    const bool is_last = i + 1 == r->t->trie.order;
    const bool is_stupid = r->e->smoothing == NG_STUPID_BACKOFF;
    double *p = is_last ? NULL : ng_alloc_array (l->n, sizeof *p);
    float *logp = ng_alloc_array (l->n, sizeof *logp);
    float *bow = ng_alloc_array (parents->n, sizeof *bow);

    r->m->logp[i] = logp;
    r->m->bow[i - 1] = bow;
    if (!logp || !bow || (!p && !is_last))
    {
        free (p);
        return NG_ENOMEM;
    }
    for (uint32_t h = 0; h < parents->n; h++)
    {
        const uint32_t low = parents->children[h];
        const uint32_t high = parents->children[h + 1];
        const uint64_t count = context_count (r, i - 1, h);
        struct context c = sum_context (r, i, low, high, count);

        if (is_stupid)
            c = (struct context){ (double) count, 0 };
        bow[h] = c.g == 1 ? 0 : log10_of (is_stupid ? stupid_step : c.g);
        estimate_context (r, i, c, low, high, p);
    }
    free (r->p);
    r->p = p;
    return NG_OK;
}

/* ------------------------------------------------------------------ order 1 */

/* How many types are listed but for <s>, and how many of them occur.  */
static void
count_types (const struct run *r, uint64_t *listed, uint64_t *occur)
{
    *listed = *occur = 0;
    for (uint32_t j = 0; j < r->t->trie.levels[0].n; j++)
    {
        if (j == r->t->bos || !is_listed (r, 0, j))
            continue;
        ++*listed;
        *occur += r->a[0][j] > 0;
    }
}

static enum ng_err
estimate_unigrams (struct run *r)
{
    const uint32_t n = r->t->trie.levels[0].n;
    const enum ng_smoothing smoothing = r->e->smoothing;
    uint64_t n_tokens = 0, listed, occur;
    struct context c;
    double share;

    r->p = ng_alloc_array (n, sizeof *r->p);
    r->m->logp[0] = ng_alloc_array (n, sizeof (float));
    if (!r->p || !r->m->logp[0])
        return NG_ENOMEM;
    for (uint32_t j = 0; j < n; j++)
        n_tokens += r->a[0][j];
    count_types (r, &listed, &occur);
    c = sum_context (r, 0, 0, n, n_tokens);
    if (smoothing == NG_STUPID_BACKOFF)
        c = (struct context){ (double) n_tokens, 0 };
    share = smoothing == NG_KNESER_NEY ? (double) listed : (double) occur;
    share = share > 0 ? c.g / share : 0;
    for (uint32_t j = 0; j < n; j++)
    {
        const uint64_t a = r->a[0][j];

        r->p[j] = share;
        if (c.z > 0)
            r->p[j] += ((double) a - discount (r, 0, a)) / c.z;
        if (j == r->t->bos)
            r->p[j] = smoothing == NG_KNESER_NEY ? 1 : 0;
        r->m->logp[0][j] = log10_of (r->p[j]);
    }
    if (smoothing != NG_LAPLACE)
        return NG_OK;
    r->unigram = ng_alloc_array (n, sizeof *r->unigram);
    if (!r->unigram)
        return NG_ENOMEM;
    memcpy (r->unigram, r->p, n * sizeof *r->unigram);
    return NG_OK;
}

/* ------------------------------------------------------------------- pruning */

/* The vocabulary without the types that MAP leaves out.  */
static enum ng_err
filter_vocab (struct ng_backoff *m, const uint32_t *map, uint32_t n)
{
    struct ng_vocab *v = ng_vocab_new ();
    enum ng_err err = v ? NG_OK : NG_ENOMEM;

    for (uint32_t j = 0; j < n && err == NG_OK; j++)
    {
        uint32_t id;
        size_t len;
        const unsigned char *name = ng_vocab_name (m->vocab, j, &len);

        if (map[j] != NG_NONE)
            err = ng_vocab_intern (v, name, len, &id);
    }
    if (err != NG_OK)
    {
        ng_vocab_free (v);
        return err;
    }
    ng_vocab_free (m->vocab);
    m->vocab = v;
    return NG_OK;
}

static void
move_values (float *values, const uint32_t *map, uint32_t n)
{
    for (uint32_t j = 0; values && j < n; j++)
        if (map[j] != NG_NONE)
            values[map[j]] = values[j];
}

/* Leave out of the model what is not listed.  */
static enum ng_err
prune (struct run *r)
{
    uint32_t *maps[NG_ORDER_MAX] = { NULL }, n[NG_ORDER_MAX];
    struct ng_trie *t = &r->m->trie;
    enum ng_err err = NG_OK;

    for (unsigned i = 0; i < t->order && err == NG_OK; i++)
    {
        n[i] = t->levels[i].n;
        maps[i] = ng_alloc_array (n[i], sizeof *maps[i]);
        err = maps[i] ? NG_OK : NG_ENOMEM;
    }
    if (err == NG_OK)
    {
        ng_trie_filter (t, r->keep, maps);
        err = filter_vocab (r->m, maps[0], n[0]);
    }
    for (unsigned i = 0; i < t->order; i++)
    {
        if (err == NG_OK)
        {
            move_values (r->m->logp[i], maps[i], n[i]);
            move_values (r->m->bow[i], maps[i], n[i]);
        }
        free (maps[i]);
    }
    return err;
}

/* -------------------------------------------------------------------- the run */

/* Kneser-Ney counts the n-grams of each context, so none may be missing.  Of
   sentences, whatever does not end one is followed by something.  */
static enum ng_err
check_whole (const struct run *r)
{
    const struct ng_trie *t = &r->t->trie;
    bool is_cut = r->t->is_cut;

    for (unsigned i = 0; i + 1 < t->order && r->t->bos != NG_NONE && !is_cut;
         i++)
    {
        const struct ng_trie_level *l = &t->levels[i];

        for (uint32_t h = 0; h < l->n && !is_cut; h++)
        {
            uint64_t sum = 0;

            for (uint32_t j = l->children[h]; j < l->children[h + 1]; j++)
                sum += r->t->counts[i + 1][j];
            is_cut = l->words[h] != r->t->eos && sum != r->t->counts[i][h];
        }
    }
    if (!is_cut)
        return NG_OK;
    return ng_fault_set (r->fault, NG_EINVAL, r->file,
                         "the counts were cut, as by --min-count or --top, and"
                         " Kneser-Ney needs whole ones: count again without,"
                         " and use --prune here");
}

static enum ng_err
estimate_all (struct run *r)
{
    const unsigned order = r->t->trie.order;
    enum ng_err err = choose_listed (r);

    if (err == NG_OK)
        err = choose_counts (r);
    for (unsigned i = 0; i < order && err == NG_OK; i++)
        if (r->e->smoothing == NG_KNESER_NEY)
            err = estimate_discounts (r, i);
    if (err == NG_OK)
        err = estimate_unigrams (r);
    for (unsigned i = 1; i < order && err == NG_OK; i++)
        err = estimate_level (r, i);
    return err;
}

/* What T has goes over to M.  */
static void
move_ngrams (struct ng_tally *t, struct ng_backoff *m)
{
    m->vocab = t->vocab;
    m->trie = t->trie;
    t->vocab = NULL;
    memset (&t->trie, 0, sizeof t->trie);
}

enum ng_err
ng_estimate (struct ng_estimate *e, struct ng_tally *t, const char *file,
             struct ng_fault *fault, struct ng_backoff *m)
{
    struct run r = { .e = e, .t = t, .m = m, .file = file, .fault = fault };
    enum ng_err err = NG_OK;

    memset (m, 0, sizeof *m);
    if (e->smoothing == NG_KNESER_NEY)
        err = check_whole (&r);
    if (err == NG_OK)
        err = estimate_all (&r);
    if (e->smoothing == NG_LAPLACE && t->trie.order > 1)
        m->rule = NG_RULE_UNIGRAM;
    if (e->smoothing == NG_STUPID_BACKOFF)
    {
        m->rule = NG_RULE_STEP;
        m->step = (float) log10 (stupid_step);
    }
    move_ngrams (t, m);
    if (err == NG_OK && r.keep[0])
        err = prune (&r);
    if (err == NG_OK)
        ng_backoff_find_marks (m);
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
    {
        free (r.own[i]);
        free (r.keep[i]);
    }
    free (r.p);
    free (r.unigram);
    return err;
}
