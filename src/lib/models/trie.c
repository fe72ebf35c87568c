#include <config.h>

#include "models/trie.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum ng_err
ng_trie_init (struct ng_trie *t, unsigned order, uint32_t n_types)
{
    struct ng_trie_level *l = &t->levels[0];

    assert (order >= 1 && order <= NG_ORDER_MAX);
    memset (t, 0, sizeof *t);
    t->order = order;
    for (unsigned i = 1; i < order; i++)
        t->levels[i - 1].children = ng_calloc_array (1, sizeof (uint32_t));
    l->words = ng_alloc_array (n_types, sizeof *l->words);
    free (l->children);
    l->children = ng_calloc_array ((size_t) n_types + 1, sizeof *l->children);
    if (!l->words || !l->children)
        return NG_ENOMEM;
    for (unsigned i = 1; i + 1 < order; i++)
        if (!t->levels[i].children)
            return NG_ENOMEM;
    for (uint32_t i = 0; i < n_types; i++)
        l->words[i] = i;
    l->n = n_types;
    l->cap = n_types;
    return NG_OK;
}

void
ng_trie_fini (struct ng_trie *t)
{
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
    {
        free (t->levels[i].words);
        free (t->levels[i].children);
        free (t->levels[i].suffixes);
    }
    memset (t, 0, sizeof *t);
}

/* Make room for one n-gram more on level L, the last if IS_LAST.  */
static enum ng_err
make_room (struct ng_trie_level *l, bool is_last)
{
    size_t cap = l->cap;
    uint32_t *p;

    if (l->n == NG_NONE - 1)
        return NG_ELIMIT;
    if (l->n < l->cap)
        return NG_OK;
    p = ng_grow (l->words, &cap, (size_t) l->n + 1, sizeof *p);
    if (!p)
        return NG_ENOMEM;
    l->words = p;
    if (!is_last)
    {
        p = ng_resize_array (l->children, cap + 1, sizeof *p);
        if (!p)
            return NG_ENOMEM;
        l->children = p;
    }
    l->cap = cap;
    return NG_OK;
}

/* Let AT, indices on levels 0 to LAST, go to the n-gram after; false at the
   end of level LAST.  */
static inline bool
step (const struct ng_trie *t, uint32_t *at, unsigned last)
{
    if (++at[last] >= t->levels[last].n)
        return false;
    for (unsigned i = last; i > 0; i--)
    {
        const uint32_t *children = t->levels[i - 1].children;

        if (at[i] < children[at[i - 1] + 1])
            break;
        do
            at[i - 1]++;
        while (at[i] >= children[at[i - 1] + 1]);
    }
    return true;
}

/* Stand AT on the first n-gram of level LAST, which has one.  */
static void
stand_first (const struct ng_trie *t, uint32_t *at, unsigned last)
{
    at[last] = 0;
    for (unsigned i = last; i > 0; i--)
    {
        at[i - 1] = 0;
        while (t->levels[i - 1].children[at[i - 1] + 1] <= at[i])
            at[i - 1]++;
    }
}

/* How the n-gram AT compares with TOKENS[N].  */
static inline int
compare_at (const struct ng_trie *t, const uint32_t *at, const uint32_t *tokens,
            unsigned n)
{
    for (unsigned i = 0; i < n; i++)
    {
        uint32_t word = t->levels[i].words[at[i]];

        if (word != tokens[i])
            return word < tokens[i] ? -1 : 1;
    }
    return 0;
}

enum ng_err
ng_trie_add (struct ng_trie *t, unsigned k, const uint32_t *tokens,
             enum ng_trie_added *added)
{
    struct ng_trie_level *l = &t->levels[k - 1], *parents = l - 1;
    const uint32_t before = t->at[k - 2];
    enum ng_err err;
    int order;

    assert (k >= 2 && k <= t->order);
    *added = NG_TRIE_NO_PREFIX;
    if (parents->n == 0)
        return NG_OK;
    if (l->n == 0 && before == 0)
        stand_first (t, t->at, k - 2);
    while ((order = compare_at (t, t->at, tokens, k - 1)) < 0)
    {
        uint32_t i = t->at[k - 2];

        if (i + 1 == parents->n)
            return NG_OK;
        (void) step (t, t->at, k - 2);
        parents->children[i + 1] = l->n;
    }
    if (order > 0)
    {
        /* Below where we stand: out of order if an n-gram is there.  */
        if (l->n > parents->children[t->at[k - 2]])
            *added = NG_TRIE_UNSORTED;
        return NG_OK;
    }
    if (l->n > parents->children[t->at[k - 2]]
        && l->words[l->n - 1] >= tokens[k - 1])
    {
        *added = l->words[l->n - 1] == tokens[k - 1] ? NG_TRIE_TWICE
                                                     : NG_TRIE_UNSORTED;
        return NG_OK;
    }
    err = make_room (l, k == t->order);
    if (err == NG_OK)
    {
        l->words[l->n++] = tokens[k - 1];
        *added = NG_TRIE_ADDED;
    }
    return err;
}

void
ng_trie_end_level (struct ng_trie *t, unsigned k)
{
    struct ng_trie_level *l = &t->levels[k - 1], *parents = l - 1;

    for (uint32_t i = t->at[k - 2]; i < parents->n; i++)
        parents->children[i + 1] = l->n;
    if (k < t->order)
        memset (l->children, 0, ((size_t) l->n + 1) * sizeof *l->children);
    memset (t->at, 0, sizeof t->at);
}

/* The place of WORD among WORDS, from LOW on and below HIGH, or HIGH.  Both
   halves cost the same and none is guessed, since a wrong guess of the
   processor costs more than a step.  */
static inline uint32_t
find_word (const uint32_t *words, uint32_t low, uint32_t high, uint32_t word)
{
    const uint32_t *base = words + low;
    uint32_t n = high - low;

    if (n == 0)
        return high;
    while (n > 1)
    {
        const uint32_t half = n / 2;

        base = base[half] <= word ? base + half : base;
        n -= half;
    }
    return *base == word ? (uint32_t) (base - words) : high;
}

enum
{
    AHEAD = 24 /* parents: how early what is read at random is asked for */
};

/* Ask for what the search below parent P on level I - 1 will read; for its
   suffix's children first, twice as early.  */
static inline void
ask_ahead (const struct ng_trie *t, unsigned i, uint32_t p)
{
    const struct ng_trie_level *parents = &t->levels[i - 1];
    const uint32_t *children;
    uint32_t s;

    children = t->levels[i - 2].children;
    if (p + 2 * AHEAD < parents->n
        && (s = parents->suffixes[p + 2 * AHEAD]) != NG_NONE)
        __builtin_prefetch (&children[s]);
    if (p + AHEAD < parents->n && (s = parents->suffixes[p + AHEAD]) != NG_NONE)
    {
        const uint32_t low = children[s], high = children[s + 1];

        __builtin_prefetch (&parents->words[low]);
        __builtin_prefetch (&parents->words[low + (high - low) / 2]);
    }
}

/* The suffixes of the children of parent P on level I - 1, which stand among
   the n-grams from LOW on and below HIGH on that level.  */
static uint64_t
link_children (struct ng_trie *t, unsigned i, uint32_t p, uint32_t low,
               uint32_t high)
{
    const struct ng_trie_level *l = &t->levels[i];
    const uint32_t *words = t->levels[i - 1].words;
    const uint32_t *children = t->levels[i - 1].children;
    uint64_t missing = 0;

    for (uint32_t c = children[p]; c < children[p + 1]; c++)
    {
        uint32_t at = find_word (words, low, high, l->words[c]);

        if (at == high)
        {
            l->suffixes[c] = NG_NONE;
            missing++;
            continue;
        }
        l->suffixes[c] = at;
        low = at + 1;
    }
    return missing;
}

enum ng_err
ng_trie_link (struct ng_trie *t, uint64_t *n_missing)
{
    uint64_t missing = 0;

    for (unsigned i = 1; i < t->order; i++)
    {
        struct ng_trie_level *l = &t->levels[i];
        const struct ng_trie_level *parents = l - 1;

        free (l->suffixes);
        l->suffixes = ng_alloc_array (l->n, sizeof *l->suffixes);
        if (!l->suffixes)
            return NG_ENOMEM;
        if (i == 1)
            memcpy (l->suffixes, l->words, l->n * sizeof *l->words);
        for (uint32_t p = 0; i > 1 && p < parents->n; p++)
        {
            const uint32_t *children = t->levels[i - 2].children;
            const uint32_t s = parents->suffixes[p];

            ask_ahead (t, i, p);
            if (parents->children[p] < parents->children[p + 1])
                missing +=
                    link_children (t, i, p, s == NG_NONE ? 0 : children[s],
                                   s == NG_NONE ? 0 : children[s + 1]);
        }
    }
    *n_missing = missing;
    return NG_OK;
}

uint32_t
ng_trie_find (const struct ng_trie *t, unsigned k, const uint32_t *tokens)
{
    uint32_t at = tokens[0];

    if (at >= t->levels[0].n)
        return NG_NONE;
    for (unsigned i = 1; i < k; i++)
    {
        uint32_t low = t->levels[i - 1].children[at];
        uint32_t high = t->levels[i - 1].children[at + 1];

        at = find_word (t->levels[i].words, low, high, tokens[i]);
        if (at == high)
            return NG_NONE;
    }
    return at;
}

void
ng_trie_range (const struct ng_trie *t, unsigned k, uint32_t first,
               uint32_t *low, uint32_t *high)
{
    *low = first;
    *high = first + 1;
    for (unsigned i = 0; i + 1 < k; i++)
    {
        *low = t->levels[i].children[*low];
        *high = t->levels[i].children[*high];
    }
}

void
ng_trie_walk_start (struct ng_trie_walk *w, const struct ng_trie *t,
                    unsigned order)
{
    memset (w, 0, sizeof *w);
    w->t = t;
    w->order = order;
}

bool
ng_trie_walk_next (struct ng_trie_walk *w)
{
    if (w->started)
        return step (w->t, w->at, w->order - 1);
    w->started = true;
    if (w->t->levels[w->order - 1].n == 0)
        return false;
    stand_first (w->t, w->at, w->order - 1);
    return true;
}

/* The new index of each n-gram of level I; returns how many are kept.  */
static uint32_t
number_kept (uint32_t n, const unsigned char *keep, uint32_t *map)
{
    uint32_t kept = 0;

    for (uint32_t j = 0; j < n; j++)
        map[j] = keep[j] ? kept++ : NG_NONE;
    return kept;
}

/* Where the kept children of each kept n-gram of level I begin.  */
static void
filter_children (struct ng_trie_level *l, uint32_t n_next, const uint32_t *map,
                 const uint32_t *next_map, uint32_t kept_next)
{
    uint32_t place = kept_next, child = n_next;

    /* From the end: the first kept child at or behind each old one.  */
    l->children[l->n] = kept_next;
    for (uint32_t j = l->n; j-- > 0;)
    {
        while (child > l->children[j])
            if (next_map[--child] != NG_NONE)
                place = next_map[child];
        l->children[j] = place;
    }
    for (uint32_t j = 0; j < l->n; j++)
        if (map[j] != NG_NONE)
            l->children[map[j]] = l->children[j];
}

void
ng_trie_filter (struct ng_trie *t, unsigned char *const *keep,
                uint32_t *const *maps)
{
    uint32_t kept[NG_ORDER_MAX];

    for (unsigned i = 0; i < t->order; i++)
        kept[i] = number_kept (t->levels[i].n, keep[i], maps[i]);
    for (unsigned i = 0; i < t->order; i++)
    {
        struct ng_trie_level *l = &t->levels[i];

        if (i + 1 < t->order)
        {
            filter_children (l, t->levels[i + 1].n, maps[i], maps[i + 1],
                             kept[i + 1]);
            l->children[kept[i]] = kept[i + 1];
        }
        for (uint32_t j = 0; j < l->n; j++)
        {
            if (maps[i][j] == NG_NONE)
                continue;
            l->words[maps[i][j]] = maps[0][l->words[j]];
            if (i > 0 && l->suffixes)
                l->suffixes[maps[i][j]] = maps[i - 1][l->suffixes[j]];
        }
        l->n = kept[i];
    }
}
