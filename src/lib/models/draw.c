#include <config.h>

#include "models/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/ballot.h"
#include "models/chances.h"
#include "models/query.h"
#include "models/weight.h"

enum
{
    MASS_BITS = 60, /* of the weightiest order */
    /* All that an order weighs may be 2^SPARE times what is left to draw from:
       with more a draw would be repeated too often, and by what is left out
       too few bits would be left.  */
    SPARE = 8
};

__extension__ typedef unsigned __int128 wide;

struct ng_draw
{
    const struct ng_ngm *ngm;
    struct ng_query *query;
    struct ng_chances *chances;
    struct ng_ballot *ballot;
    unsigned order;
    double scale; /* 1 / temperature */
    uint32_t top_k;

    bool has_ballot; /* for HISTORY[N_HISTORY] */
    uint32_t history[NG_ORDER_MAX];
    unsigned n_history;
};

/* The orders that have a part in a draw, from the lowest on.  */
struct chain
{
    unsigned n;
    unsigned context; /* tokens of the longest one */
    const struct ng_chance *chances[NG_ORDER_MAX];
    double leave[NG_ORDER_MAX]; /* log10 of all weights on the way down there */
    uint64_t masses[NG_ORDER_MAX]; /* of what no longer n-gram has */
    uint64_t total;                /* of these */
};

enum ng_err
ng_draw_new (const struct ng_ngm *ngm, unsigned order, double temperature,
             uint32_t top_k, struct ng_draw **out)
{
    struct ng_draw *s = calloc (1, sizeof *s);
    enum ng_err err;

    if (!s)
        return NG_ENOMEM;
    s->ngm = ngm;
    s->order = order > 0 && order < ngm->order ? order : ngm->order;
    s->scale =
        temperature > 0 ? fmin (1 / temperature, NG_WEIGHT_SCALE_MAX) : 1;
    s->top_k = temperature > 0 ? top_k : 1;
    if (s->top_k > ngm->n_types)
        s->top_k = ngm->n_types; /* memory is taken for so many */
    err = ng_query_new (ngm, s->order, &s->query);
    if (err == NG_OK)
        err = ng_chances_new (ngm, s->order, s->scale, &s->chances);
    if (err == NG_OK)
        err = ng_ballot_new (ngm, s->query, s->scale, &s->ballot);
    if (err != NG_OK)
    {
        ng_draw_free (s);
        return err;
    }
    *out = s;
    return NG_OK;
}

void
ng_draw_free (struct ng_draw *s)
{
    if (!s)
        return;
    ng_ballot_free (s->ballot);
    ng_chances_free (s->chances);
    ng_query_free (s->query);
    free (s);
}

/* -------------------------------------------------------- order by order */

/* Put the chances behind the last N tokens of HISTORY[LEN] on the chain; to go
   down from them costs LEAVE.  */
static enum ng_err
put_link (struct ng_draw *s, struct chain *chain, const uint32_t *history,
          size_t len, unsigned n, uint32_t place, float leave)
{
    const struct ng_chance *below = chain->chances[chain->n - 1];

    for (unsigned i = 0; i < chain->n; i++)
        chain->leave[i] += (double) leave;
    chain->leave[chain->n] = 0;
    chain->context = n;
    return ng_chances_behind (s->chances, history + len - n, n, place, below,
                              &chain->chances[chain->n++]);
}

/* The orders of the model for what comes behind HISTORY[N], which are all but
   those whose contexts it does not list; by the rule of Laplace models the
   highest, if it does, and the first.  */
static enum ng_err
make_chain (struct ng_draw *s, const uint32_t *history, unsigned n,
            struct chain *chain)
{
    const enum ng_rule rule = s->ngm->rule;
    uint32_t places[NG_ORDER_MAX];
    float bow[NG_ORDER_MAX];
    unsigned reach = 0;
    enum ng_err err = NG_OK;

    ng_chances_start (s->chances);
    *chain = (struct chain){ .n = 1 };
    chain->chances[0] = ng_chances_all (s->chances);
    if (n > 0)
        reach = ng_query_context (s->query, history, n, places, bow);
    if (rule == NG_RULE_UNIGRAM)
        return reach < n || n == 0 ? NG_OK
                                   : put_link (s, chain, history, n, n,
                                               places[n - 1], bow[n - 1]);
    for (unsigned k = 1; k <= reach && err == NG_OK; k++)
        err = put_link (s, chain, history, n, k, places[k - 1],
                        rule == NG_RULE_STEP ? s->ngm->step : bow[k - 1]);
    return err;
}

static unsigned
bits_of (wide x)
{
    unsigned n = 0;

    for (; x >> 64 != 0; x >>= 1)
        n++;
    for (; x != 0; x >>= 1)
        n++;
    return n;
}

/* Weigh the orders against each other: of each one what is left of it beside
   the next is raised by the way down there.  False if next to nothing is left,
   so that this does not do.  */
static bool
weigh_chain (struct chain *chain, double scale)
{
    wide all[NG_ORDER_MAX], left[NG_ORDER_MAX];
    double exponents[NG_ORDER_MAX], top = -HUGE_VAL;

    for (unsigned i = 0; i < chain->n; i++)
    {
        const struct ng_chance *c = chain->chances[i];
        const uint64_t covered =
            i + 1 < chain->n ? chain->chances[i + 1]->covered : 0;
        const struct ng_power power = ng_power_of (chain->leave[i], scale);

        all[i] = left[i] = 0;
        exponents[i] = power.exponent + c->top;
        if (chain->leave[i] <= (double) NG_LOG10_ZERO)
            continue;
        all[i] = (wide) c->total * power.mantissa;
        left[i] = (wide) (c->total - covered) * power.mantissa;
        if (left[i] > 0)
            top = fmax (top, exponents[i] + bits_of (left[i]));
    }
    chain->total = 0;
    for (unsigned i = 0; i < chain->n; i++)
    {
        /* The loop before set it, for the same I.  */
        /* cppcheck-suppress uninitvar */
        const double shift = top - MASS_BITS - exponents[i];

        chain->masses[i] = left[i] > 0 && shift < 128
                               ? (uint64_t) (left[i] >> (unsigned) shift)
                               : 0;
        chain->total += chain->masses[i];
    }
    for (unsigned i = 0; i < chain->n; i++)
    {
        const double shift = top - MASS_BITS - exponents[i];

        if (all[i] > 0
            && (shift < 0
                || (shift < 128
                    && all[i] >> (unsigned) shift >> SPARE > chain->total)))
            return false;
    }
    return chain->total > 0;
}

/* Does ID follow the context of link I + 1 of the chain, and so not belong to
   link I?  */
static bool
is_higher (struct ng_draw *s, const struct chain *chain, unsigned i,
           const uint32_t *history, size_t len, uint32_t id)
{
    float logp, lower;
    unsigned n;

    if (i + 1 == chain->n)
        return false;
    n = chain->chances[i + 1]->context;
    return ng_query_followers (s->query, history + len - n, n, &id, 1, &logp,
                               &lower)
           > 0;
}

static uint32_t
draw_from_chain (struct ng_draw *s, const struct chain *chain,
                 const uint32_t *history, size_t len, struct ng_random *random)
{
    uint64_t x = ng_random_below (random, chain->total);
    const struct ng_chance *c;
    unsigned i = 0;
    uint32_t id;

    for (; x >= chain->masses[i]; i++)
        x -= chain->masses[i];
    c = chain->chances[i];
    do
        id = ng_chance_pick (c, ng_random_below (random, c->total));
    while (is_higher (s, chain, i, history, len, id));
    return id;
}

/* -------------------------------------------------------------- a ballot */

/* As many tokens of HISTORY[N] are the same as those the ballot is for.  */
static bool
is_known (const struct ng_draw *s, const uint32_t *history, unsigned n)
{
    return s->has_ballot && s->n_history == n
           && (n == 0
               || memcmp (s->history, history, n * sizeof *history) == 0);
}

/* Make the ballot for HISTORY[N].  */
static enum ng_err
make_ballot (struct ng_draw *s, const uint32_t *history, unsigned n)
{
    const uint32_t *ids = NULL;
    uint32_t m = 0;
    enum ng_err err;

    if (is_known (s, history, n))
        return NG_OK;
    s->has_ballot = false;
    if (n > 0)
        ids = ng_chances_follow (s->chances, history[n - 1], &m);
    err = s->top_k == 0
              ? ng_ballot_all (s->ballot, history, n)
              : ng_ballot_likeliest (s->ballot, history, n, ids, m, s->top_k);
    if (err != NG_OK)
        return err;
    s->has_ballot = true;
    s->n_history = n;
    if (n > 0)
        memcpy (s->history, history, n * sizeof *history);
    return NG_OK;
}

enum ng_err
ng_draw_token (struct ng_draw *s, const uint32_t *history, size_t n,
               struct ng_random *random, uint32_t *id)
{
    const unsigned reach =
        n < s->order - 1 ? (unsigned) n : (unsigned) (s->order - 1);
    struct chain chain;
    enum ng_err err;

    history += n - reach;
    if (s->top_k == 0)
    {
        err = make_chain (s, history, reach, &chain);
        if (err != NG_OK)
            return err;
        if (weigh_chain (&chain, s->scale))
        {
            *id = draw_from_chain (s, &chain, history, reach, random);
            return NG_OK;
        }
    }
    err = make_ballot (s, history, reach);
    if (err == NG_OK)
        *id = ng_ballot_draw (s->ballot, random);
    return err;
}
