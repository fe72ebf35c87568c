#include <config.h>

#include "counts/ngrams.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
ng_ngrams_init (struct ng_ngrams *g, struct ng_key_shape shape)
{
    memset (g, 0, sizeof *g);
    g->shape = shape;
}

void
ng_ngrams_fini (struct ng_ngrams *g)
{
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
    {
        free (g->levels[i].ranks);
        free (g->levels[i].counts);
        free (g->levels[i].children);
    }
    memset (g->levels, 0, sizeof g->levels);
}

/* Make room on levels[I] for N n-grams more.  */
static enum ng_err
make_room (struct ng_ngrams *g, unsigned i, size_t n)
{
    struct ng_level *l = &g->levels[i];
    size_t need = (size_t) l->n + n;
    void *p = ng_grow (l->ranks, &l->cap_ranks, need, sizeof *l->ranks);

    if (!p)
        return NG_ENOMEM;
    l->ranks = p;
    p = ng_grow (l->counts, &l->cap_counts, need, sizeof *l->counts);
    if (!p)
        return NG_ENOMEM;
    l->counts = p;
    if (i + 1 == g->shape.order)
        return NG_OK;
    p = ng_grow (l->children, &l->cap_children, need + 1, sizeof *l->children);
    if (!p)
        return NG_ENOMEM;
    l->children = p;
    return NG_OK;
}

/* How many tokens KEY has in common with the last one.  */
static unsigned
common_tokens (const struct ng_ngrams *g, const uint64_t *key)
{
    unsigned bits = 0, common;

    if (!g->any)
        return 0;
    for (unsigned w = 0; w < g->shape.words; w++, bits += 64)
        if (key[w] != g->last[w])
        {
            bits += (unsigned) __builtin_clzll (key[w] ^ g->last[w]);
            break;
        }
    common = bits / g->shape.bits;
    return common < g->shape.order ? common : g->shape.order;
}

static void
append_one (struct ng_ngrams *g, const uint64_t *key, uint64_t count)
{
    unsigned common = common_tokens (g, key);

    for (unsigned i = 0; i < g->shape.order; i++)
    {
        struct ng_level *l = &g->levels[i];
        uint32_t token = ng_key_token (key, g->shape, i);

        if (token == 0)
            break;
        if (i >= common)
        {
            l->ranks[l->n] = token - 1;
            l->counts[l->n] = 0;
            if (i + 1 < g->shape.order)
                l->children[l->n] = g->levels[i + 1].n;
            l->n++;
        }
        l->counts[l->n - 1] += count;
    }
    memcpy (g->last, key, g->shape.words * sizeof *key);
    g->any = true;
}

enum ng_err
ng_ngrams_append (struct ng_ngrams *g, const uint64_t *entries, size_t n)
{
    const size_t words = g->shape.words;

    for (unsigned i = 0; i < g->shape.order; i++)
    {
        enum ng_err err = make_room (g, i, n);

        if (err != NG_OK)
            return err;
    }
    for (size_t i = 0; i < n; i++, entries += words + 1)
    {
        assert (!g->any
                || ng_key_compare (g->last, entries, g->shape.words) < 0);
        append_one (g, entries, entries[words]);
    }
    return NG_OK;
}

enum ng_err
ng_ngrams_finish (struct ng_ngrams *g)
{
    for (unsigned i = 0; i < g->shape.order; i++)
    {
        struct ng_level *l = &g->levels[i];
        enum ng_err err = make_room (g, i, 0);

        if (err != NG_OK)
            return err;
        if (i + 1 < g->shape.order)
            l->children[l->n] = g->levels[i + 1].n;
        for (uint64_t j = 0; j < l->n; j++)
        {
            l->n_tokens += l->counts[j];
            l->n_single += l->counts[j] == 1;
        }
    }
    return NG_OK;
}

void
ng_walk_start (struct ng_walk *w, const struct ng_ngrams *g, unsigned order)
{
    memset (w, 0, sizeof *w);
    w->g = g;
    w->order = order;
    w->at[order - 1] = UINT64_MAX; /* one before 0 */
}

bool
ng_walk_next (struct ng_walk *w)
{
    const unsigned last = w->order - 1;

    if (w->at[last] + 1 == w->g->levels[last].n)
        return false;
    w->at[last]++;
    for (unsigned i = last; i > 0; i--)
    {
        const uint64_t *children = w->g->levels[i - 1].children;
        bool same = w->at[i] < children[w->at[i - 1] + 1];

        while (w->at[i] >= children[w->at[i - 1] + 1])
            w->at[i - 1]++;
        /* Where the parent stays, so do those above it, once they are found:
           before the first n-gram none is known to be above the others.  */
        if (same && w->at[last] > 0)
            break;
    }
    return true;
}
