#include <config.h>

#include "models/follow.h"

#include <stdlib.h>

#include "base/mem.h"

struct ng_follow
{
    uint32_t *starts; /* [n_types + 1] in IDS */
    uint32_t *ids;    /* [bigrams] */
};

/* A bigram; the numbers of the model are 32 bits wide.  */
struct pair
{
    uint32_t first, last;
};

/* The bigrams of NGM in the order of its buckets, in PAIRS; those that have
   each type first and last in N_FIRST and N_LAST[n_types + 1], one place later
   than the type.  What a damaged model may say besides is left out; returns how
   many there are.  */
static uint32_t
read_pairs (const struct ng_ngm *ngm, struct pair *pairs, uint32_t *n_first,
            uint32_t *n_last)
{
    const struct ng_ngm_level *l = &ngm->levels[1];
    uint32_t n = 0;

    for (uint64_t b = 0; b < l->n_buckets && ngm->order > 1; b++)
    {
        const struct ng_ngm_entries e = ng_ngm_bucket (l, b);

        for (uint32_t i = 0; i < e.n; i++)
        {
            const uint64_t key =
                ng_ngm_key (l, b, ng_ngm_tag (l->tag_bytes, e, i));
            const struct pair pair = { (uint32_t) (key % l->multiplier),
                                       (uint32_t) (key / l->multiplier) };

            if (pair.last >= ngm->n_types || n == l->n)
                continue;
            n_first[pair.first + 1]++;
            n_last[pair.last + 1]++;
            pairs[n++] = pair;
        }
    }
    return n;
}

static void
add_up (uint32_t *starts, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        starts[i + 1] += starts[i];
}

/* Sort by last and then, with the order kept, by first tokens.  FIRSTS has room
   for the first tokens by their last ones, whose starts are in LASTS.  */
static void
sort_pairs (struct ng_follow *f, uint32_t n_types, const struct pair *pairs,
            uint32_t n, uint32_t *lasts, uint32_t *firsts)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < n; i++)
        firsts[lasts[pairs[i].last]++] = pairs[i].first;
    /* Now LASTS has the ends.  */
    for (uint32_t last = 0; last < n_types; last++)
        for (; at < lasts[last]; at++)
            f->ids[f->starts[firsts[at]]++] = last;
    for (uint32_t i = n_types; i > 0; i--)
        f->starts[i] = f->starts[i - 1];
    f->starts[0] = 0;
}

static enum ng_err
list_pairs (struct ng_follow *f, const struct ng_ngm *ngm)
{
    const size_t n_most = ngm->order > 1 ? (size_t) ngm->levels[1].n : 0;
    struct pair *pairs = ng_alloc_array (n_most, sizeof *pairs);
    uint32_t *lasts =
        ng_calloc_array ((size_t) ngm->n_types + 1, sizeof *lasts);
    uint32_t *firsts = ng_alloc_array (n_most, sizeof *firsts);
    enum ng_err err = NG_ENOMEM;

    if (pairs && lasts && firsts)
    {
        const uint32_t n = read_pairs (ngm, pairs, f->starts, lasts);

        add_up (f->starts, ngm->n_types);
        add_up (lasts, ngm->n_types);
        f->ids = ng_alloc_array (n, sizeof *f->ids);
        if (f->ids)
        {
            sort_pairs (f, ngm->n_types, pairs, n, lasts, firsts);
            err = NG_OK;
        }
    }
    free (pairs);
    free (lasts);
    free (firsts);
    return err;
}

enum ng_err
ng_follow_new (const struct ng_ngm *ngm, struct ng_follow **out)
{
    struct ng_follow *f = calloc (1, sizeof *f);
    enum ng_err err = NG_ENOMEM;

    if (f)
        f->starts =
            ng_calloc_array ((size_t) ngm->n_types + 1, sizeof *f->starts);
    if (f && f->starts)
        err = list_pairs (f, ngm);
    if (err != NG_OK)
    {
        ng_follow_free (f);
        return err;
    }
    *out = f;
    return NG_OK;
}

void
ng_follow_free (struct ng_follow *f)
{
    if (!f)
        return;
    free (f->starts);
    free (f->ids);
    free (f);
}

const uint32_t *
ng_follow_ids (const struct ng_follow *f, uint32_t token, uint32_t *n)
{
    *n = f->starts[token + 1] - f->starts[token];
    return f->ids + f->starts[token];
}
