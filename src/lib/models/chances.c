#include <config.h>

#include "models/chances.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "models/follow.h"
#include "models/query.h"
#include "models/weight.h"

enum
{
    SLOT_BITS = 16,
    SLOTS = 1 << SLOT_BITS,
    SLOTS_USED_MAX = SLOTS / 2,
    BYTES_MAX = 64 << 20 /* of lists, before they are dropped */
};

struct ng_chances
{
    const struct ng_ngm *ngm;
    double scale;
    struct ng_query *query;
    struct ng_follow *follow;
    struct ng_chance all;

    struct ng_chance *slots; /* [SLOTS], free where the context is 0 */
    size_t n_slots, n_bytes;

    /* For the one at hand.  */
    uint32_t *ids;
    float *logp, *lower;
    size_t cap;
};

/* The unigrams.  <s> is never drawn.  */
static enum ng_err
weigh_all (struct ng_chances *c)
{
    const uint32_t n = c->ngm->n_types;
    const unsigned char *unigrams = c->ngm->unigrams;
    float likeliest = NG_LOG10_ZERO;

    c->all.n = n;
    c->all.sums = ng_alloc_array (n, sizeof *c->all.sums);
    if (!c->all.sums)
        return NG_ENOMEM;
    for (uint32_t id = 0; id < n; id++)
        if (id != c->ngm->bos)
            likeliest =
                fmaxf (likeliest, ng_get_f32le (unigrams + 8 * (size_t) id));
    c->all.top = ng_weight_top ((double) likeliest, c->scale, n);
    for (uint32_t id = 0; id < n; id++)
    {
        if (id != c->ngm->bos)
            c->all.total +=
                ng_weight ((double) ng_get_f32le (unigrams + 8 * (size_t) id),
                           c->scale, c->all.top);
        c->all.sums[id] = c->all.total;
    }
    return NG_OK;
}

enum ng_err
ng_chances_new (const struct ng_ngm *ngm, unsigned order, double scale,
                struct ng_chances **out)
{
    struct ng_chances *c = calloc (1, sizeof *c);
    enum ng_err err;

    if (!c)
        return NG_ENOMEM;
    c->ngm = ngm;
    c->scale = scale;
    c->slots = ng_calloc_array (SLOTS, sizeof *c->slots);
    err = c->slots ? weigh_all (c) : NG_ENOMEM;
    if (err == NG_OK)
        err = ng_follow_new (ngm, &c->follow);
    if (err == NG_OK)
        err = ng_query_new (ngm, order, &c->query);
    if (err != NG_OK)
    {
        ng_chances_free (c);
        return err;
    }
    *out = c;
    return NG_OK;
}

static void
drop (struct ng_chances *c)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (c->slots[i].context > 0)
        {
            free (c->slots[i].ids);
            free (c->slots[i].sums);
        }
    memset (c->slots, 0, SLOTS * sizeof *c->slots);
    c->n_slots = 0;
    c->n_bytes = 0;
}

void
ng_chances_free (struct ng_chances *c)
{
    if (!c)
        return;
    if (c->slots)
        drop (c);
    free (c->slots);
    free (c->all.sums);
    ng_follow_free (c->follow);
    ng_query_free (c->query);
    free (c->ids);
    free (c->logp);
    free (c->lower);
    free (c);
}

void
ng_chances_start (struct ng_chances *c)
{
    if (c->n_slots + NG_ORDER_MAX > SLOTS_USED_MAX || c->n_bytes > BYTES_MAX)
        drop (c);
}

const struct ng_chance *
ng_chances_all (const struct ng_chances *c)
{
    return &c->all;
}

const uint32_t *
ng_chances_follow (const struct ng_chances *c, uint32_t token, uint32_t *n)
{
    return ng_follow_ids (c->follow, token, n);
}

/* The slot of the context of N tokens with PLACE, or a free one.  */
static struct ng_chance *
find_slot (struct ng_chances *c, unsigned n, uint32_t place)
{
    size_t at = ng_random_mix ((uint64_t) place << 4 | n) >> (64 - SLOT_BITS);

    while (c->slots[at].context != 0
           && (c->slots[at].context != n || c->slots[at].place != place))
        at = (at + 1) & (SLOTS - 1);
    return &c->slots[at];
}

/* Room for N at hand.  */
static enum ng_err
make_room (struct ng_chances *c, size_t n)
{
    if (n <= c->cap)
        return NG_OK;
    free (c->ids);
    free (c->logp);
    free (c->lower);
    c->cap = 0;
    c->ids = ng_alloc_array (n, sizeof *c->ids);
    c->logp = ng_alloc_array (n, sizeof *c->logp);
    c->lower = ng_alloc_array (n, sizeof *c->lower);
    if (!c->ids || !c->logp || !c->lower)
        return NG_ENOMEM;
    c->cap = n;
    return NG_OK;
}

/* The types at hand that follow HISTORY[N], whose last token is followed by
   IDS[*M]; by fewer as far as known.  */
static enum ng_err
find_followers (struct ng_chances *c, const uint32_t *history, unsigned n,
                const uint32_t *ids, uint32_t *m)
{
    enum ng_err err = make_room (c, *m);

    if (err != NG_OK)
        return err;
    if (*m > 0)
        memcpy (c->ids, ids, *m * sizeof *ids);
    *m = ng_query_followers (c->query, history, n, c->ids, *m, c->logp,
                             c->lower);
    return NG_OK;
}

/* Make *SLOT the chances of the M types at hand.  */
static enum ng_err
weigh (struct ng_chances *c, uint32_t m, const struct ng_chance *below,
       struct ng_chance *slot)
{
    struct ng_chance made = { .n = m };
    float likeliest = NG_LOG10_ZERO;

    made.ids = ng_alloc_array (m, sizeof *made.ids);
    made.sums = ng_alloc_array (m, sizeof *made.sums);
    if (!made.ids || !made.sums)
    {
        free (made.ids);
        free (made.sums);
        return NG_ENOMEM;
    }
    for (uint32_t i = 0; i < m; i++)
        likeliest = fmaxf (likeliest, c->logp[i]);
    made.top = ng_weight_top ((double) likeliest, c->scale, m);
    for (uint32_t i = 0; i < m; i++)
    {
        const uint32_t id = made.ids[i] = c->ids[i];
        float lower = c->lower[i];

        if (below->context == 0)
            lower = ng_get_f32le (c->ngm->unigrams + 8 * (size_t) id);
        if (id != c->ngm->bos)
        {
            made.total += ng_weight ((double) c->logp[i], c->scale, made.top);
            made.covered += ng_weight ((double) lower, c->scale, below->top);
        }
        made.sums[i] = made.total;
    }
    *slot = made;
    return NG_OK;
}

enum ng_err
ng_chances_behind (struct ng_chances *c, const uint32_t *history, unsigned n,
                   uint32_t place, const struct ng_chance *below,
                   const struct ng_chance **chance)
{
    struct ng_chance *slot = find_slot (c, n, place);
    const uint32_t *ids = below->ids;
    uint32_t m = below->n;
    enum ng_err err;

    *chance = slot;
    if (slot->context > 0)
        return NG_OK;
    if (!ids)
        ids = ng_follow_ids (c->follow, history[n - 1], &m);
    err = find_followers (c, history, n, ids, &m);
    if (err == NG_OK)
        err = weigh (c, m, below, slot);
    if (err != NG_OK)
        return err;
    slot->context = n;
    slot->place = place;
    c->n_slots++;
    c->n_bytes += (size_t) m * (sizeof *slot->ids + sizeof *slot->sums);
    return NG_OK;
}

uint32_t
ng_chance_pick (const struct ng_chance *chance, uint64_t x)
{
    uint32_t low = 0, high = chance->n - 1;

    /* The first sum above X.  */
    while (low < high)
    {
        const uint32_t mid = low + (high - low) / 2;

        if (chance->sums[mid] > x)
            high = mid;
        else
            low = mid + 1;
    }
    return chance->ids ? chance->ids[low] : low;
}
