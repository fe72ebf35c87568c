#include <config.h>

#include "models/estimateout.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/vocab.h"

enum
{
    NAMES_SHARE = 4,       /* of the budget, for the names of an ARPA model */
    SHORT_NAMES_SHARE = 16 /* and for those at hand */
};

/* ------------------------------------------------------------------- types */

/* The types of a model: those of the counts, <unk>, but for what is pruned.  */
struct types
{
    struct ng_ngc_names names;
    struct ng_layer_reader layer;
    const unsigned char *name;
    size_t len;
    bool is_listed;
};

static void
types_start (struct types *t, struct ng_estimate_out *o)
{
    ng_ngc_names_start (&t->names, o->setup.f);
    ng_layer_start (&t->layer, &o->setup.layers->layers[0], false);
}

static void
types_end (struct types *t)
{
    ng_ngc_names_fini (&t->names);
    ng_layer_end (&t->layer);
}

static bool
is_listed (const struct ng_estimate_out *o, const struct ng_layer_reader *r)
{
    const struct ng_layers *l = o->setup.layers;

    return r->count > o->setup.prune[0] || r->at == l->unk || r->at == l->bos
           || r->at == l->eos;
}

/* Go to the next type; NG_END.  */
static enum ng_err
types_next (struct types *t, const struct ng_estimate_out *o)
{
    enum ng_err err;

    if (!ng_layer_next (&t->layer))
        return NG_END;
    err = ng_ngc_names_next (&t->names);
    t->name = t->names.name;
    t->len = t->names.len;
    if (err == NG_END)
    {
        /* Behind them, an <unk> that the text has not.  */
        t->name = (const unsigned char *) NG_UNK;
        t->len = strlen (NG_UNK);
    }
    else if (err != NG_OK)
        return err;
    t->is_listed = is_listed (o, &t->layer);
    return NG_OK;
}

/* ----------------------------------------------------------- to a .ngm file */

static enum ng_err
to_output (void *context, const void *bytes, size_t n)
{
    return ng_output_write (context, bytes, n);
}

/* The numbers of the model; ids are those of the types that are listed.  */
static void
set_numbers (struct ng_estimate_out *o, struct ng_ngm *ngm)
{
    const struct ng_layers *l = o->setup.layers;
    struct ng_layer_reader r;
    uint32_t id = 0;

    memset (ngm, 0, sizeof *ngm);
    ngm->order = l->order;
    ngm->rule = o->setup.rule;
    ngm->step = o->setup.step;
    ngm->n_types = l->layers[0].n_listed;
    ngm->bos = ngm->eos = NG_NONE;
    for (unsigned i = 0; i < l->order; i++)
        ngm->levels[i].n = l->layers[i].n_listed;
    ng_layer_start (&r, &o->setup.layers->layers[0], false);
    while (ng_layer_next (&r))
    {
        if (r.at == l->unk)
            ngm->unk = id;
        if (r.at == l->bos)
            ngm->bos = id;
        if (r.at == l->eos)
            ngm->eos = id;
        id += is_listed (o, &r);
    }
    ng_layer_end (&r);
}

static enum ng_err
start_ngm (struct ng_estimate_out *o)
{
    struct ng_ngmw_setup setup = { .store = o->setup.store,
                                   .budget = o->setup.budget,
                                   .spill_dir = o->setup.spill_dir,
                                   .sink = to_output,
                                   .context = o->setup.out,
                                   .file = ng_ngc_name (o->setup.f),
                                   .fault = o->setup.fault };
    struct ng_ngm numbers;
    struct types t;
    enum ng_err err;

    set_numbers (o, &numbers);
    err = ng_ngmw_open (&setup, &numbers, &o->ngmw);
    types_start (&t, o);
    while (err == NG_OK)
    {
        err = types_next (&t, o);
        if (err == NG_OK && t.is_listed)
            ng_ngmw_name (o->ngmw, t.name, t.len);
    }
    types_end (&t);
    return err == NG_END ? ng_ngmw_names_end (o->ngmw) : err;
}

/* ----------------------------------------------------------------- to ARPA */

/* How many bytes all names have.  */
static enum ng_err
measure_names (struct ng_estimate_out *o, uint64_t *bytes)
{
    struct types t;
    enum ng_err err;

    *bytes = 0;
    types_start (&t, o);
    while ((err = types_next (&t, o)) == NG_OK)
        *bytes += t.len;
    types_end (&t);
    return err == NG_END ? NG_OK : err;
}

static void
touch_all (struct ng_paged *p, size_t at, size_t len, const void *from)
{
    /* A chunk at a time is counted, and one that follows another.  */
    for (size_t i = 0; i < len; i += 4096)
        (void) ng_paged_touch (p, at + i);
    if (from)
        memcpy (p->bytes + at, from, len);
}

static enum ng_err
keep_names (struct ng_estimate_out *o)
{
    const struct ng_estimate_out_setup *s = &o->setup;
    const uint32_t n = s->layers->layers[0].n;
    uint64_t bytes, at = 0;
    struct types t;
    enum ng_err err = measure_names (o, &bytes);

    if (err == NG_OK)
        err = ng_paged_open (&o->names, bytes, s->budget / NAMES_SHARE,
                             s->spill_dir, s->fault);
    if (err == NG_OK)
        err = ng_paged_open (&o->name_starts, ((uint64_t) n + 1) * 8,
                             s->budget / NAMES_SHARE, s->spill_dir, s->fault);
    if (err != NG_OK)
        return err;
    types_start (&t, o);
    for (uint32_t id = 0; err == NG_OK; id++)
    {
        touch_all (&o->name_starts, 8 * (size_t) id, sizeof at, &at);
        err = types_next (&t, o);
        if (err == NG_OK)
        {
            touch_all (&o->names, (size_t) at, t.len, t.name);
            at += t.len;
        }
    }
    types_end (&t);
    return err == NG_END ? NG_OK : err;
}

/* The name of ID from among all.  */
static const unsigned char *
far_name (struct ng_estimate_out *o, uint32_t id, size_t *len)
{
    const unsigned char *p = ng_paged_touch (&o->name_starts, 8 * (size_t) id);
    uint64_t start, end;

    memcpy (&start, p, sizeof start);
    memcpy (&end, p + 8, sizeof end);
    *len = (size_t) (end - start);
    touch_all (&o->names, (size_t) start, *len, NULL);
    return o->names.bytes + start;
}

static const unsigned char *
name_of (const void *context, uint32_t id, size_t *len)
{
    /* Only what is at hand changes.  */
    struct ng_estimate_out *o = (struct ng_estimate_out *) (uintptr_t) context;
    struct ng_short_name *s;
    const unsigned char *name;

    if (!o->short_names)
        return far_name (o, id, len);
    s = &o->short_names[id & o->short_mask];
    if (s->len > 0 && s->id == id)
    {
        *len = s->len;
        return s->bytes;
    }
    name = far_name (o, id, len);
    if (*len <= sizeof s->bytes)
    {
        s->id = id;
        s->len = (unsigned char) *len;
        memcpy (s->bytes, name, *len);
    }
    return name;
}

/* Keep names at hand if the others are in a file.  */
static enum ng_err
make_short_names (struct ng_estimate_out *o)
{
    const uint64_t bytes = o->setup.budget / SHORT_NAMES_SHARE;
    uint64_t n = 1;

    if (!o->names.touched && !o->name_starts.touched)
        return NG_OK;
    while (2 * n * sizeof *o->short_names <= bytes
           && n < o->setup.layers->layers[0].n)
        n *= 2;
    o->short_mask = (uint32_t) (n - 1);
    o->short_names = ng_calloc_array ((size_t) n, sizeof *o->short_names);
    return o->short_names ? NG_OK : NG_ENOMEM;
}

static enum ng_err
start_arpa (struct ng_estimate_out *o)
{
    const struct ng_arpa_names names = { name_of, o };
    const struct ng_layers *l = o->setup.layers;
    uint32_t n[NG_ORDER_MAX];
    enum ng_err err = keep_names (o);

    for (unsigned i = 0; i < l->order; i++)
        n[i] = l->layers[i].n_listed;
    if (err == NG_OK)
        err = make_short_names (o);
    return err == NG_OK
               ? ng_arpa_start (&o->arpa, o->setup.out, &names, l->order, n)
               : err;
}

/* ------------------------------------------------------------------- both */

enum ng_err
ng_estimate_out_start (struct ng_estimate_out *o,
                       const struct ng_estimate_out_setup *setup)
{
    memset (o, 0, sizeof *o);
    o->setup = *setup;
    return setup->to_arpa ? start_arpa (o) : start_ngm (o);
}

static void
end_parents (struct ng_estimate_out *o)
{
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        ng_layer_end (&o->parents[i]);
}

enum ng_err
ng_estimate_out_order (struct ng_estimate_out *o, unsigned k)
{
    end_parents (o);
    o->k = k;
    o->next_place = 0;
    o->first_new = 0;
    for (unsigned i = 0; i + 1 < k; i++)
        ng_layer_start (&o->parents[i], &o->setup.layers->layers[i], false);
    if (o->setup.to_arpa)
        return ng_arpa_order (&o->arpa, k);
    return k > 1 ? ng_ngmw_level (o->ngmw, k) : NG_OK;
}

/* Have TOKENS[0] to TOKENS[I] be n-gram number PLACE of level I, not before the
   one at hand.  */
static void
go_to (struct ng_estimate_out *o, unsigned i, uint32_t place)
{
    struct ng_layer_reader *r = &o->parents[i];

    if (r->at == place)
        return;
    do
        if (i == 0 && r->at != NG_NONE)
            o->first_new += is_listed (o, r);
    while (ng_layer_next (r) && r->at != place);
    o->tokens[i] = r->word;
    if (i > 0)
        go_to (o, i - 1, r->parent);
}

enum ng_err
ng_estimate_out_add (struct ng_estimate_out *o,
                     const struct ng_estimate_ngram *ngram)
{
    if (o->k > 1)
        go_to (o, o->k - 2, ngram->parent);
    o->tokens[o->k - 1] = ngram->word;
    if (o->setup.to_arpa)
        return ng_arpa_ngram (&o->arpa, o->tokens, ngram->logp, ngram->bow);
    if (o->k == 1)
        ng_ngmw_unigram (o->ngmw, ngram->logp, ngram->bow);
    else
        ng_ngmw_add (o->ngmw, ngram->suffix, o->first_new, ngram->logp,
                     ngram->bow);
    return NG_OK;
}

enum ng_err
ng_estimate_out_order_end (struct ng_estimate_out *o)
{
    return o->setup.to_arpa || o->k == 1 ? NG_OK : ng_ngmw_level_end (o->ngmw);
}

uint32_t
ng_estimate_out_place (struct ng_estimate_out *o)
{
    if (o->setup.to_arpa)
        return 0;
    return o->k == 1 ? o->next_place++ : ng_ngmw_place (o->ngmw);
}

enum ng_err
ng_estimate_out_end (struct ng_estimate_out *o)
{
    return o->setup.to_arpa ? ng_arpa_end (&o->arpa) : ng_ngmw_finish (o->ngmw);
}

void
ng_estimate_out_free (struct ng_estimate_out *o)
{
    end_parents (o);
    ng_ngmw_close (o->ngmw);
    ng_paged_close (&o->name_starts);
    ng_paged_close (&o->names);
    ng_arpa_fini (&o->arpa);
    free (o->short_names);
    memset (o, 0, sizeof *o);
}
