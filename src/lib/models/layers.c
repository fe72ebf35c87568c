#include <config.h>

#include "models/layers.h"

#include <stdlib.h>

#include "base/checked.h"
#include "base/mem.h"
#include "text/vocab.h"

enum
{
    ITEM_BYTES_MAX = 4 + 2 * NG_VARINT_BYTES_MAX,
    NGRAM_QUOTE_MAX = 120, /* bytes of an n-gram in a message */
    /* N-grams of a range, unless there are too many ranges: what is looked up
       in one at random fits the second cache.  Of 2^13 to 2^16 all are alike
       on the 4-grams of 100 MB of English (ngram-model, November 2026).  */
    RANGE_NGRAMS = 1 << 15,
    RANGE_NGRAM_BYTES = 28 /* what a search needs for each */
};

struct loader
{
    struct ng_layers *l;
    struct ng_ngc *f;
    const uint64_t *prune;
    struct ng_fault *fault;
    uint32_t n_names;
    bool may_lack; /* types that occur, but not by themselves */

    struct ng_ngc_cursor cursors[NG_ORDER_MAX];
    bool ended[NG_ORDER_MAX];
    uint32_t parents[NG_ORDER_MAX]; /* of the present n-gram of each order */
    uint64_t sums[NG_ORDER_MAX];    /* counts of its children so far */
};

void
ng_layers_fini (struct ng_layers *l)
{
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
    {
        ng_column_free (&l->layers[i].items);
        free (l->layers[i].cuts);
    }
    memset (l, 0, sizeof *l);
}

/* ---------------------------------------------------------------- messages */

/* Put the name of RANK behind TEXT[*AT]; NG_FULL if there is no room.  */
static enum ng_err
quote_name (struct ng_ngc *f, uint32_t rank, char *text, size_t *at)
{
    struct ng_ngc_names names;
    enum ng_err err = NG_OK;

    ng_ngc_names_start (&names, f);
    while (err == NG_OK && names.next <= rank)
        err = ng_ngc_names_next (&names);
    if (err == NG_OK && *at + names.len + 1 > NGRAM_QUOTE_MAX)
    {
        memcpy (text + *at, "...", 3);
        *at += 3;
        err = NG_FULL;
    }
    else if (err == NG_OK)
    {
        if (*at > 0)
            text[(*at)++] = ' ';
        memcpy (text + *at, names.name, names.len);
        *at += names.len;
    }
    ng_ngc_names_fini (&names);
    return err;
}

static enum ng_err
bad_ngram (struct ng_ngc *f, const uint32_t *ranks, unsigned n,
           struct ng_fault *fault, const char *what)
{
    char text[NGRAM_QUOTE_MAX + 4];
    size_t at = 0;
    enum ng_err err = NG_OK;

    for (unsigned i = 0; i < n && err == NG_OK; i++)
        err = quote_name (f, ranks[i], text, &at);
    if (err != NG_OK && err != NG_FULL)
        return err;
    text[at] = '\0';
    return ng_fault_set (fault, NG_EFORMAT, ng_ngc_name (f), "\"%s\" %s", text,
                         what);
}

enum ng_err
ng_layers_bad (struct ng_ngc *f, unsigned k, uint64_t item, unsigned skip,
               struct ng_fault *fault, const char *what)
{
    struct ng_ngc_cursor c;
    enum ng_err err;

    ng_ngc_cursor_start (&c, f, k);
    err = ng_ngc_cursor_seek (&c, item);
    if (err == NG_OK)
        err = ng_ngc_cursor_next (&c);
    return err == NG_OK ? bad_ngram (f, c.ranks + skip, k - skip, fault, what)
                        : err;
}

/* ------------------------------------------------------------- vocabulary */

static void
find_mark (const struct ng_ngc_names *names, const char *mark, uint32_t *id)
{
    if (names->len == strlen (mark)
        && memcmp (names->name, mark, names->len) == 0)
        *id = (uint32_t) names->next - 1;
}

static enum ng_err
read_names (struct loader *r)
{
    struct ng_layers *l = r->l;
    struct ng_ngc_names names;
    enum ng_err err;

    l->unk = l->bos = l->eos = NG_NONE;
    r->n_names = ng_ngc_n_types (r->f);
    ng_ngc_names_start (&names, r->f);
    while ((err = ng_ngc_names_next (&names)) == NG_OK)
    {
        find_mark (&names, NG_UNK, &l->unk);
        find_mark (&names, NG_BOS, &l->bos);
        find_mark (&names, NG_EOS, &l->eos);
    }
    ng_ngc_names_fini (&names);
    return err == NG_END ? NG_OK : err;
}

/* Prepare order K, of N n-grams.  */
static enum ng_err
start_layer (struct loader *r, unsigned k, uint64_t n, struct ng_store *store)
{
    struct ng_layer *l = &r->l->layers[k - 1];

    if (n == 0)
        return ng_fault_set (r->fault, NG_EINVAL, ng_ngc_name (r->f),
                             "there are no counts of order %u", k);
    if (n >= UINT32_MAX)
        return ng_fault_set (r->fault, NG_ELIMIT, ng_ngc_name (r->f),
                             "more than 2^32 n-grams of order %u", k);
    ng_column_init (&l->items, store, ITEM_BYTES_MAX);
    while (UINT32_C (1) << (l->range_shift + 1)
           <= ng_store_share (store, RANGE_NGRAM_BYTES, RANGE_NGRAMS))
        l->range_shift++;
    while ((n >> l->range_shift) + 1 > ng_store_fan (store)
           || (n >> l->range_shift) + 1 > UINT16_MAX)
        l->range_shift++;
    l->cuts =
        ng_alloc_array ((size_t) (n >> l->range_shift) + 2, sizeof *l->cuts);
    ng_ngc_cursor_start (&r->cursors[k - 1], r->f, k);
    return l->cuts ? NG_OK : NG_ENOMEM;
}

/* ------------------------------------------------------------------ n-grams */

/* The n-gram WORD behind PARENT comes next on level I.  */
static void
put_item (struct loader *r, unsigned i, uint32_t word, uint32_t parent,
          uint64_t count)
{
    struct ng_layer *l = &r->l->layers[i];
    unsigned char *p = ng_column_room (&l->items);

    if ((l->n & ((UINT32_C (1) << l->range_shift) - 1)) == 0 && l->n > 0)
        l->cuts[l->n_ranges++] = (uint64_t) parent << 32 | word;
    memcpy (p, &word, sizeof word);
    p = ng_varint_put (p + sizeof word, parent - r->parents[i]);
    ng_column_advance (&l->items, ng_varint_put (p, count));
    r->parents[i] = parent;
    l->n++;
    l->n_listed +=
        count > r->prune[i]
        || (i == 0
            && (word == r->l->unk || word == r->l->bos || word == r->l->eos));
    if (count < NG_LAYERS_FEW)
        l->few[count]++;
}

/* Of sentences, whatever does not end one is followed by something: else
   n-grams were left out.  For the present n-gram of level I.  */
static void
check_sum (struct loader *r, unsigned i)
{
    const struct ng_ngc_cursor *c = &r->cursors[i];

    if (r->l->bos != NG_NONE && c->next > 0 && i + 1 < r->l->order
        && c->ranks[i] != r->l->eos && r->sums[i] != c->count)
        r->l->is_cut = true;
    r->sums[i] = 0;
}

/* The next type of order 1; those before it that do not occur count 0.  */
static enum ng_err
put_type (struct loader *r, uint32_t rank, uint64_t count)
{
    const struct ng_layer *l = &r->l->layers[0];

    while (l->n < rank)
    {
        uint32_t id = l->n;

        if (!r->may_lack)
            return bad_ngram (r->f, &id, 1, r->fault,
                              "is counted inside n-grams, but not alone: were"
                              " n-grams or orders left out?");
        put_item (r, 0, id, 0, 0);
    }
    if (rank < r->n_names || (rank == l->n && r->l->unk == rank))
        put_item (r, 0, rank, 0, count);
    return NG_OK;
}

static enum ng_err advance (struct loader *r, unsigned i);

/* Have level I - 1 stand at the first tokens of level I's n-gram.  */
static enum ng_err
find_parent (struct loader *r, unsigned i)
{
    const uint32_t *ranks = r->cursors[i].ranks;
    const struct ng_ngc_cursor *parents = &r->cursors[i - 1];

    for (;;)
    {
        int order = -1;
        enum ng_err err;

        if (parents->next > 0 && !r->ended[i - 1])
        {
            unsigned j = 0;

            while (j < i && parents->ranks[j] == ranks[j])
                j++;
            if (j == i)
                return NG_OK;
            order = parents->ranks[j] < ranks[j] ? -1 : 1;
        }
        err = order < 0 ? advance (r, i - 1) : NG_END;
        if (err == NG_END)
            return bad_ngram (r->f, ranks, i + 1, r->fault,
                              "is counted, but not its first tokens alone: were"
                              " n-grams or orders left out?");
        if (err != NG_OK)
            return err;
    }
}

/* Go to the next n-gram of level I and store it; NG_END.  */
static enum ng_err
advance (struct loader *r, unsigned i)
{
    struct ng_ngc_cursor *c = &r->cursors[i];
    enum ng_err err;

    if (r->ended[i])
        return NG_END;
    check_sum (r, i);
    err = ng_ngc_cursor_next (c);
    r->ended[i] = err == NG_END;
    if (err != NG_OK)
        return err;
    if (i == 0)
        return put_type (r, c->ranks[0], c->count);
    if (c->common < i || c->next == 1)
        err = find_parent (r, i);
    if (err != NG_OK)
        return err;
    /* A sum that is too large is wrong in any case.  */
    if (!ng_ckd_add (r->sums[i - 1], c->count, &r->sums[i - 1]))
        r->sums[i - 1] = UINT64_MAX;
    if (c->ranks[0] == r->l->bos)
    {
        struct ng_layer *l = &r->l->layers[i];

        if (l->bos_high == 0)
            l->bos_low = l->n;
        l->bos_high = l->n + 1;
    }
    put_item (r, i, c->ranks[i], r->l->layers[i - 1].n - 1, c->count);
    return NG_OK;
}

/* Close all columns; the last range goes on for ever.  */
static void
finish_layers (struct loader *r)
{
    for (unsigned i = 0; i < r->l->order; i++)
    {
        struct ng_layer *l = &r->l->layers[i];

        ng_column_end (&l->items);
        l->cuts[l->n_ranges++] = UINT64_MAX;
    }
    if (r->l->bos != NG_NONE)
    {
        r->l->layers[0].bos_low = r->l->bos;
        r->l->layers[0].bos_high = r->l->bos + 1;
    }
}

enum ng_err
ng_layers_load (struct ng_ngc *f, unsigned order, const uint64_t *prune,
                struct ng_store *store, struct ng_fault *fault,
                struct ng_layers *l)
{
    struct loader r = { .l = l, .f = f, .prune = prune, .fault = fault };
    const struct ng_ngc_info info = ng_ngc_info (f);
    enum ng_err err;

    memset (l, 0, sizeof *l);
    l->order = order > 0 ? order : info.max_order;
    l->is_cut = r.may_lack = (info.flags & NG_NGC_CUT) != 0;
    err = read_names (&r);
    for (unsigned k = 1; k <= l->order && err == NG_OK; k++)
    {
        const bool has = k >= info.min_order && k <= info.max_order;
        uint64_t n = has ? ng_ngc_level (f, k).n : 0;

        /* All types, and <unk>.  */
        n = k == 1 && n > 0 ? (uint64_t) r.n_names + 1 : n;
        err = start_layer (&r, k, n, store);
    }
    if (err == NG_OK && l->unk == NG_NONE)
        l->unk = r.n_names;
    for (unsigned i = l->order; i-- > 0 && err == NG_OK;)
    {
        while (err == NG_OK)
            err = advance (&r, i);
        err = err == NG_END ? NG_OK : err;
    }
    if (err == NG_OK)
        err = put_type (&r, r.n_names, 0);
    if (err == NG_OK)
        finish_layers (&r);
    return err == NG_OK ? ng_store_err (store) : err;
}
