#include <config.h>

#include "models/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log10.h"
#include "base/mem.h"
#include "io/store.h"
#include "models/backoff.h"
#include "models/estimateout.h"
#include "models/layers.h"
#include "models/suffix.h"

enum
{
    N_DISCOUNTS = 3,
    LOWER_BYTES = 12,   /* a probability and a place */
    CONTEXT_NUMBERS = 6 /* of struct sums */
};

static const double stupid_step = 0.4; /* Brants et al. 2007, section 4 */

struct run
{
    struct ng_estimate *e;
    struct ng_ngc *f;
    struct ng_store *store;
    struct ng_layers layers;
    struct ng_suffixes suffixes[NG_ORDER_MAX]; /* [k - 1] of order k > 1 */
    struct ng_adjusted adjusted[NG_ORDER_MAX]; /* of kneser-ney, but for the
                                                  last order */
    struct ng_estimate_out out;
    struct ng_log10 log10;

    /* Of the order at hand, by the order before: what its n-grams need of
       their suffixes (double, u32), and its contexts' sums (varints), for each
       n-gram of the order before that something follows.  */
    struct ng_dealt lower;
    struct ng_column contexts;
};

/* Do the estimates of level I rest on adjusted counts?  */
static bool
is_adjusted (const struct run *r, unsigned i)
{
    return r->e->smoothing == NG_KNESER_NEY && i + 1 < r->layers.order;
}

/* ---------------------------------------------------------------- discounts */

/* Why the counts of counts N[1..4] give no discounts D[3], or NULL; *AT is
   the count in question.  */
static const char *
set_discounts (const uint64_t n[NG_LAYERS_FEW], double *d, unsigned *at)
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

/* How often <s> occurs.  */
static uint64_t
count_bos (struct run *r)
{
    struct ng_layer_reader types;
    uint64_t count = 0;

    ng_layer_start (&types, &r->layers.layers[0], false);
    while (ng_layer_next (&types))
        if (types.at == r->layers.bos)
            count = types.count;
    ng_layer_end (&types);
    return count;
}

static enum ng_err
estimate_discounts (struct run *r, unsigned i)
{
    struct ng_estimate *e = r->e;
    uint64_t n[NG_LAYERS_FEW];
    unsigned at;
    const char *why;

    memcpy (n,
            is_adjusted (r, i) ? r->adjusted[i].few : r->layers.layers[i].few,
            sizeof n);
    if (i == 0 && r->layers.bos != NG_NONE)
    {
        const uint64_t count = count_bos (r);

        /* <s> is never predicted.  */
        if (count < NG_LAYERS_FEW)
            n[count]--;
    }
    why = set_discounts (n, e->discounts[i], &at);
    if (!why)
        return NG_OK;
    if (!e->has_fallback)
        return ng_fault_set (
            e->fault, NG_EINVAL, ng_ngc_name (r->f),
            "no Kneser-Ney discounts for order %u: %s the adjusted count %u;"
            " the text is too small or has repetitions: leave these out, or"
            " give --discount-fallback",
            i + 1, why, at);
    memcpy (e->discounts[i], e->fallback, sizeof e->fallback);
    e->fell_back[i] = true;
    return NG_OK;
}

/* D of the count A at level I.  */
static inline double
discount (const struct run *r, unsigned i, uint64_t a)
{
    if (r->e->smoothing != NG_KNESER_NEY || a == 0)
        return 0;
    return r->e->discounts[i][(a < N_DISCOUNTS ? a : N_DISCOUNTS) - 1];
}

/* ----------------------------------------------------------------- contexts */

/* Of a context: how often it occurs; of its n-grams, the sums of their counts,
   and how many are listed and count 1, 2, and 3 or more.  */
struct sums
{
    uint64_t count;
    uint64_t all, pruned;
    uint64_t n[N_DISCOUNTS];
};

/* Of a context: what its n-grams' counts are divided by, and its weight.  */
struct context
{
    double z, g;
};

static inline void
add_to_sums (struct sums *s, uint64_t a, bool is_listed)
{
    s->all += a;
    if (!is_listed)
        s->pruned += a;
    else if (a > 0)
        s->n[(a < N_DISCOUNTS ? a : N_DISCOUNTS) - 1]++;
}

static void
put_sums (struct ng_column *c, const struct sums *s)
{
    const uint64_t numbers[CONTEXT_NUMBERS] = { s->count, s->all,  s->pruned,
                                                s->n[0],  s->n[1], s->n[2] };
    unsigned char *p = ng_column_room (c);

    for (unsigned i = 0; i < CONTEXT_NUMBERS; i++)
        p = ng_varint_put (p, numbers[i]);
    ng_column_advance (c, p);
}

static struct sums
get_sums (struct ng_reader *r)
{
    uint64_t x[CONTEXT_NUMBERS];
    const unsigned char *p = ng_reader_at (r);

    for (unsigned i = 0; i < CONTEXT_NUMBERS; i++)
        p = ng_layer_number (p, &x[i]);
    r->at = p;
    return (struct sums){ x[0], x[1], x[2], { x[3], x[4], x[5] } };
}

/* The context whose n-grams, on level I, have sums S.  */
static struct context
make_context (const struct run *r, unsigned i, const struct sums *s)
{
    const struct ng_estimate *e = r->e;
    struct context c = { (double) s->all, (double) s->pruned };

    if (e->smoothing == NG_STUPID_BACKOFF)
        return (struct context){ (double) s->count, 0 };
    if (e->smoothing == NG_KNESER_NEY)
        for (unsigned d = 0; d < N_DISCOUNTS; d++)
            c.g += e->discounts[i][d] * (double) s->n[d];
    else
    {
        c.z = (double) s->count + e->epsilon[i];
        c.g += e->epsilon[i];
    }
    c.g = c.z > 0 ? c.g / c.z : 1;
    return c;
}

static inline float
log10_of (const struct run *r, double p)
{
    /* Rounding may leave a hair more than 1.  */
    if (p >= 1)
        return 0;
    return p > 1e-99 ? (float) ng_log10 (&r->log10, p) : NG_LOG10_ZERO;
}

/* ------------------------------------------------------------- one n-gram */

/* The n-grams of one order and the counts that estimates rest on, in step.  */
struct counted
{
    struct ng_layer_reader items;
    struct ng_reader adjusted;
    bool is_adjusted, more;
    uint64_t prune;        /* what occurs so often or less is not listed */
    uint64_t a;            /* of the present n-gram, which there is if MORE */
    uint32_t bos, kept[3]; /* of order 1: a of BOS is 0, KEPT are listed */
};

static inline void
counted_next (struct counted *c)
{
    c->more = ng_layer_next (&c->items);
    if (!c->more)
        return;
    c->a = c->items.count;
    if (c->is_adjusted)
        c->adjusted.at = ng_layer_number (ng_reader_at (&c->adjusted), &c->a);
    if (c->items.at == c->bos)
        c->a = 0;
}

/* Stand C before the n-grams of level I.  */
static void
counted_start (struct counted *c, struct run *r, unsigned i, bool consume)
{
    const struct ng_layers *l = &r->layers;

    memset (c, 0, sizeof *c);
    c->is_adjusted = is_adjusted (r, i);
    c->prune = r->e->prune[i];
    c->bos = i == 0 ? l->bos : NG_NONE;
    c->kept[0] = i == 0 ? l->unk : NG_NONE;
    c->kept[1] = i == 0 ? l->bos : NG_NONE;
    c->kept[2] = i == 0 ? l->eos : NG_NONE;
    ng_layer_start (&c->items, &r->layers.layers[i], consume);
    if (c->is_adjusted)
        ng_reader_start (&c->adjusted, &r->adjusted[i].counts, consume);
}

static void
counted_end (struct counted *c)
{
    ng_layer_end (&c->items);
    ng_reader_end (&c->adjusted);
}

static inline bool
is_listed (const struct counted *c)
{
    const uint32_t at = c->items.at;

    return c->items.count > c->prune || at == c->kept[0] || at == c->kept[1]
           || at == c->kept[2];
}

/* What is read and written for one order.  */
struct order
{
    struct run *r;
    unsigned i; /* the level */
    bool is_last;
    struct counted own, next; /* of this level and of the next */
    struct ng_collector lower;
    struct ng_reader contexts;
    struct ng_column next_contexts, lows;
    uint32_t parent; /* of the present n-gram */
    struct context context;
    double share; /* of order 1: what every type gets */
    double weight;
    float log_weight; /* log10 of WEIGHT, which often comes again */
};

/* The weight of the present n-gram as a context; what follows it is read and
   its context handed on to the next order.  */
static float
weigh (struct order *o)
{
    const struct ng_layers *l = &o->r->layers;
    const struct ng_layer_reader *item = &o->own.items;
    struct counted *next = &o->next;
    /* Nothing follows the end of a sentence.  */
    const bool ends = l->bos != NG_NONE && item->word == l->eos;
    struct sums sums = { .count = ends ? 0 : item->count };
    struct context c;
    const bool has_next = next->more && next->items.parent == item->at;

    for (; next->more && next->items.parent == item->at; counted_next (next))
        add_to_sums (&sums, next->a, is_listed (next));
    c = make_context (o->r, o->i + 1, &sums);
    if (has_next)
        put_sums (&o->next_contexts, &sums);
    if (o->r->e->smoothing == NG_STUPID_BACKOFF)
        c.g = stupid_step;
    if (c.g != o->weight)
    {
        o->weight = c.g;
        o->log_weight = log10_of (o->r, c.g);
    }
    return o->log_weight;
}

/* The probability of the present type; what the next order interpolates it
   with is the same.  */
static inline double
unigram (const struct order *o)
{
    const uint64_t a = o->own.a;
    double p = o->share;

    if (o->own.items.at == o->r->layers.bos)
        return o->r->e->smoothing == NG_KNESER_NEY ? 1 : 0;
    if (o->context.z > 0)
        p += ((double) a - discount (o->r, 0, a)) / o->context.z;
    return p;
}

/* The probability of the present n-gram of a higher order, whose suffix has
   probability LOWER.  */
static inline double
longer (struct order *o, double lower)
{
    const uint64_t a = o->own.a;

    if (o->own.items.parent != o->parent)
    {
        const struct sums sums = get_sums (&o->contexts);

        o->context = make_context (o->r, o->i, &sums);
        o->parent = o->own.items.parent;
    }
    return ((double) a - discount (o->r, o->i, a)) / o->context.z
           + o->context.g * lower;
}

/* Estimate the present n-gram and hand it on.  */
static enum ng_err
estimate_ngram (struct order *o)
{
    struct run *r = o->r;
    struct ng_estimate_ngram ngram = { .suffix = 0 };
    double lower = 0, p;

    if (o->i > 0)
    {
        uint16_t bin;
        const unsigned char *q = ng_collect (&o->lower, LOWER_BYTES, &bin);

        memcpy (&lower, q, sizeof lower);
        memcpy (&ngram.suffix, q + sizeof lower, sizeof ngram.suffix);
    }
    p = o->i > 0 ? longer (o, lower) : unigram (o);
    ngram.bow = o->is_last ? 0 : weigh (o);
    ngram.is_listed = is_listed (&o->own);
    if (!o->is_last)
    {
        unsigned char *q = ng_column_room (&o->lows);

        /* Of laplace it is order 1's for ever.  */
        lower = o->i > 0 && r->e->smoothing == NG_LAPLACE ? lower : p;
        lower = ngram.is_listed ? lower : -1;
        memcpy (q, &lower, sizeof lower);
        ng_column_advance (&o->lows, q + sizeof lower);
    }
    if (!ngram.is_listed)
        return NG_OK;
    ngram.logp = log10_of (r, p);
    ngram.parent = o->own.items.parent;
    ngram.word = o->own.items.word;
    return ng_estimate_out_add (&r->out, &ngram);
}

/* -------------------------------------------------------------- one order */

/* The context of order 1, and what it leaves to each type: of kneser-ney to
   all that are listed, of others to those that occur.  */
static void
start_unigrams (struct order *o)
{
    struct run *r = o->r;
    struct sums sums = { .count = 0 };
    struct counted types;
    uint64_t n_listed = 0, n_occur = 0, n;

    counted_start (&types, r, 0, false);
    for (counted_next (&types); types.more; counted_next (&types))
    {
        add_to_sums (&sums, types.a, is_listed (&types));
        if (types.items.at == r->layers.bos || !is_listed (&types))
            continue;
        n_listed++;
        n_occur += types.a > 0;
    }
    counted_end (&types);
    sums.count = sums.all;
    o->context = make_context (r, 0, &sums);
    n = r->e->smoothing == NG_KNESER_NEY ? n_listed : n_occur;
    o->share = n > 0 ? o->context.g / (double) n : 0;
}

/* Bring to the n-grams of level I, from 1 on, the probabilities in LOWS and the
   places of their suffixes.  */
static enum ng_err
deal_lower (struct run *r, unsigned i, struct ng_column *lows)
{
    struct ng_suffixes *s = &r->suffixes[i];
    const uint32_t n = r->layers.layers[i - 1].n;
    const uint32_t size = UINT32_C (1) << s->shift;
    double *p = ng_alloc_array (size, sizeof *p);
    uint32_t *places = ng_alloc_array (size, sizeof *places);
    struct ng_reader low;
    enum ng_err err = p && places ? ng_dealt_init (&r->lower, r->store,
                                                   s->links.n_bins, LOWER_BYTES)
                                  : NG_ENOMEM;

    ng_reader_start (&low, lows, true);
    for (uint32_t b = 0; b < s->links.n_bins && err == NG_OK; b++)
    {
        const uint32_t first = b << s->shift;
        const uint32_t here = n - first < size ? n - first : size;
        struct ng_reader links;

        for (uint32_t j = 0; j < here; j++)
        {
            const unsigned char *q = ng_reader_at (&low);

            memcpy (&p[j], q, sizeof *p);
            low.at = q + sizeof *p;
            places[j] = p[j] < 0 ? 0 : ng_estimate_out_place (&r->out);
        }
        ng_reader_start (&links, &s->links.bins[b], true);
        while (!ng_reader_at_end (&links))
        {
            const unsigned char *from = ng_reader_at (&links);
            unsigned char *to = ng_column_room (&r->lower.bins[b]);
            uint32_t j;

            memcpy (&j, from, sizeof j);
            links.at = from + sizeof j;
            memcpy (to, &p[j], sizeof *p);
            memcpy (to + sizeof *p, &places[j], sizeof *places);
            ng_column_advance (&r->lower.bins[b], to + LOWER_BYTES);
        }
        ng_reader_end (&links);
        ng_column_end (&r->lower.bins[b]);
    }
    ng_reader_end (&low);
    free (p);
    free (places);
    return err;
}

static enum ng_err
start_order (struct order *o)
{
    struct run *r = o->r;

    ng_column_init (&o->lows, r->store, sizeof (double));
    ng_column_init (&o->next_contexts, r->store,
                    CONTEXT_NUMBERS * NG_VARINT_BYTES_MAX);
    counted_start (&o->own, r, o->i, false);
    if (!o->is_last)
    {
        counted_start (&o->next, r, o->i + 1, false);
        counted_next (&o->next);
    }
    if (o->i == 0)
    {
        start_unigrams (o);
        return NG_OK;
    }
    ng_reader_start (&o->contexts, &r->contexts, true);
    return ng_collector_start (&o->lower, &r->suffixes[o->i].ids, &r->lower,
                               true);
}

static void
end_order (struct order *o)
{
    struct run *r = o->r;

    counted_end (&o->own);
    counted_end (&o->next);
    ng_collector_end (&o->lower);
    ng_reader_end (&o->contexts);
    ng_column_end (&o->lows);
    ng_column_end (&o->next_contexts);
    ng_dealt_free (&r->lower);
    ng_column_free (&r->contexts);
    ng_suffixes_free (&r->suffixes[o->i]);
    ng_column_free (&r->adjusted[o->i].counts);
    r->contexts = o->next_contexts;
}

/* Estimate the n-grams of level I.  */
static enum ng_err
estimate_order (struct run *r, unsigned i)
{
    struct order o = { .r = r,
                       .i = i,
                       .is_last = i + 1 == r->layers.order,
                       .parent = NG_NONE,
                       .weight = 1 };
    enum ng_err err = ng_estimate_out_order (&r->out, i + 1);

    if (err != NG_OK)
        return err;
    err = start_order (&o);
    counted_next (&o.own);
    for (; err == NG_OK && o.own.more; counted_next (&o.own))
        err = estimate_ngram (&o);
    end_order (&o);
    if (err == NG_OK)
        err = ng_estimate_out_order_end (&r->out);
    if (err == NG_OK && !o.is_last)
        err = deal_lower (r, i + 1, &o.lows);
    ng_column_free (&o.lows);
    return err == NG_OK ? ng_store_err (r->store) : err;
}

/* ------------------------------------------------------------------ the run */

/* Kneser-Ney counts the n-grams of each context, so none may be missing.  */
static enum ng_err
check_whole (const struct run *r)
{
    if (r->e->smoothing != NG_KNESER_NEY || !r->layers.is_cut)
        return NG_OK;
    return ng_fault_set (r->e->fault, NG_EINVAL, ng_ngc_name (r->f),
                         "the counts were cut, as by --min-count or --top, and"
                         " Kneser-Ney needs whole ones: count again without,"
                         " and use --prune here");
}

static enum ng_err
find_suffixes (struct run *r)
{
    enum ng_err err = NG_OK;

    for (unsigned k = 2; k <= r->layers.order && err == NG_OK; k++)
        err = ng_suffixes_find (
            &r->layers, k, k > 2 ? &r->suffixes[k - 2] : NULL, r->f, r->store,
            r->e->fault, &r->suffixes[k - 1],
            is_adjusted (r, k - 2) ? &r->adjusted[k - 2] : NULL);
    return err;
}

static enum ng_err
start_output (struct run *r, struct ng_output *out)
{
    struct ng_estimate *e = r->e;
    struct ng_estimate_out_setup setup = { .to_arpa = e->to_arpa,
                                           .layers = &r->layers,
                                           .prune = e->prune,
                                           .f = r->f,
                                           .store = r->store,
                                           .budget = e->budget,
                                           .spill_dir = e->spill_dir,
                                           .fault = e->fault,
                                           .out = out };

    if (e->smoothing == NG_LAPLACE && r->layers.order > 1)
        setup.rule = NG_RULE_UNIGRAM;
    if (e->smoothing == NG_STUPID_BACKOFF)
    {
        setup.rule = NG_RULE_STEP;
        setup.step = (float) log10 (stupid_step);
    }
    e->n_orders = r->layers.order;
    for (unsigned i = 0; i < r->layers.order; i++)
        e->n[i] = r->layers.layers[i].n_listed;
    return ng_estimate_out_start (&r->out, &setup);
}

static enum ng_err
estimate_all (struct run *r, struct ng_output *out)
{
    struct ng_estimate *e = r->e;
    enum ng_err err = ng_layers_load (r->f, e->order, e->prune, r->store,
                                      e->fault, &r->layers);

    if (err == NG_OK)
        err = check_whole (r);
    if (err == NG_OK)
        err = find_suffixes (r);
    for (unsigned i = 0; i < r->layers.order && err == NG_OK; i++)
        if (e->smoothing == NG_KNESER_NEY)
            err = estimate_discounts (r, i);
    if (err == NG_OK)
        err = start_output (r, out);
    for (unsigned i = 0; i < r->layers.order && err == NG_OK; i++)
        err = estimate_order (r, i);
    return err == NG_OK ? ng_estimate_out_end (&r->out) : err;
}

enum ng_err
ng_estimate (struct ng_estimate *e, struct ng_ngc *f, struct ng_output *out)
{
    struct run *r = ng_calloc_array (1, sizeof *r);
    enum ng_err err;

    if (!r)
        return NG_ENOMEM;
    r->e = e;
    r->f = f;
    ng_log10_init (&r->log10);
    err = ng_store_open (e->budget, e->spill_dir, e->fault, &r->store);
    if (err == NG_OK)
        err = estimate_all (r, out);
    ng_estimate_out_free (&r->out);
    ng_dealt_free (&r->lower);
    ng_column_free (&r->contexts);
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
    {
        ng_suffixes_free (&r->suffixes[i]);
        ng_column_free (&r->adjusted[i].counts);
    }
    ng_layers_fini (&r->layers);
    ng_store_close (r->store);
    free (r);
    return err;
}
