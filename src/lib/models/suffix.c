#include <config.h>

#include "models/suffix.h"

#include <stdlib.h>

#include "base/mem.h"

enum
{
    KEY_BYTES = 8,
    LINK_BYTES = 4,
    GUESSES = 4096
};

enum ng_err
ng_dealt_init (struct ng_dealt *d, struct ng_store *s, uint32_t n_bins,
               size_t max)
{
    memset (d, 0, sizeof *d);
    d->bins = ng_calloc_array (n_bins, sizeof *d->bins);
    if (!d->bins)
        return NG_ENOMEM;
    d->n_bins = n_bins;
    for (uint32_t i = 0; i < n_bins; i++)
        ng_column_init (&d->bins[i], s, max);
    return NG_OK;
}

void
ng_dealt_end (struct ng_dealt *d)
{
    for (uint32_t i = 0; i < d->n_bins; i++)
        ng_column_end (&d->bins[i]);
}

void
ng_dealt_free (struct ng_dealt *d)
{
    for (uint32_t i = 0; i < d->n_bins; i++)
        ng_column_free (&d->bins[i]);
    free (d->bins);
    memset (d, 0, sizeof *d);
}

enum ng_err
ng_collector_start (struct ng_collector *c, struct ng_column *ids,
                    struct ng_dealt *d, bool consume)
{
    memset (c, 0, sizeof *c);
    c->bins = ng_calloc_array (d->n_bins, sizeof *c->bins);
    if (!c->bins)
        return NG_ENOMEM;
    c->n_bins = d->n_bins;
    ng_reader_start (&c->ids, ids, false);
    for (uint32_t i = 0; i < d->n_bins; i++)
        ng_reader_start (&c->bins[i], &d->bins[i], consume);
    return NG_OK;
}

void
ng_collector_end (struct ng_collector *c)
{
    ng_reader_end (&c->ids);
    for (uint32_t i = 0; i < c->n_bins; i++)
        ng_reader_end (&c->bins[i]);
    free (c->bins);
    memset (c, 0, sizeof *c);
}

void
ng_suffixes_free (struct ng_suffixes *s)
{
    ng_column_free (&s->ids);
    ng_dealt_free (&s->links);
    memset (s, 0, sizeof *s);
}

struct finder
{
    struct ng_layers *l;
    unsigned k;
    struct ng_layer *layer, *lower; /* orders K and K - 1 */
    struct ng_suffixes *s;
    struct ng_store *store;
    struct ng_dealt keys; /* the suffix as a number: u64 */

    /* Of the range at hand.  */
    uint32_t n;
    uint64_t *entries;    /* its n-grams as such numbers */
    uint64_t *raw;        /* their counts; */
    uint32_t *types;      /* how many tokens stand before them */
    uint32_t *table;      /* places + 1 by hash; 0: free */
    unsigned table_shift; /* 64 less the bits of a slot's number */
    struct ng_layer_reader reader;
};

static inline uint64_t
slot_of (const struct finder *f, uint64_t key)
{
    return key * UINT64_C (0x9e3779b97f4a7c15) >> f->table_shift;
}

/* ----------------------------------------------------------------- dealing */

/* Note that the next n-gram's suffix is in range BIN; room for a record of SIZE
   bytes there.  */
static inline unsigned char *
deal (struct ng_column *ids, struct ng_dealt *d, uint16_t bin, size_t size)
{
    unsigned char *p = ng_column_room (ids);

    memcpy (p, &bin, sizeof bin);
    ng_column_advance (ids, p + sizeof bin);
    return ng_deal (d, bin, size);
}

/* The suffix of a pair is its last token.  */
static void
deal_pairs (struct finder *f)
{
    const unsigned shift = f->lower->range_shift;
    struct ng_layer_reader r;

    ng_layer_start (&r, f->layer, false);
    while (ng_layer_next (&r))
    {
        const uint32_t local = r.word & ((UINT32_C (1) << shift) - 1);
        unsigned char *p = deal (&f->s->ids, &f->s->links,
                                 (uint16_t) (r.word >> shift), LINK_BYTES);

        memcpy (p, &local, sizeof local);
    }
    ng_layer_end (&r);
}

/* Where a search for the range of a suffix begins, by its parent: GUESS[parent
   >> shift].  */
struct guess
{
    unsigned shift;
    uint16_t ranges[GUESSES];
};

static void
make_guess (struct guess *g, const struct ng_layer *l, uint32_t n_parents)
{
    uint32_t r = 0;

    g->shift = 0;
    while (n_parents >> g->shift >= GUESSES)
        g->shift++;
    for (uint64_t i = 0; i < GUESSES; i++)
    {
        while (l->cuts[r] <= i << g->shift << 32)
            r++;
        g->ranges[i] = (uint16_t) r;
    }
}

/* Longer ones: the suffix is the last token behind the suffix of the parent.
   The suffixes of n-grams that begin alike rise, so that most are in the same
   range as the one before, or in one of the next.  */
static enum ng_err
deal_longer (struct finder *f, struct ng_suffixes *before)
{
    const struct ng_layer *lower = f->lower;
    struct guess *g = ng_alloc_array (1, sizeof *g);
    struct ng_collector links;
    struct ng_layer_reader r;
    uint64_t link = 0, next_parent = 0;
    enum ng_err err =
        g ? ng_collector_start (&links, &before->ids, &before->links, false)
          : NG_ENOMEM;

    if (err != NG_OK)
    {
        free (g);
        return err;
    }
    make_guess (g, lower, f->l->layers[f->k - 3].n);
    ng_layer_start (&r, f->layer, false);
    while (ng_layer_next (&r))
    {
        uint64_t key;
        uint32_t range;
        unsigned char *p;

        for (; next_parent <= r.parent; next_parent++)
        {
            uint32_t local;
            uint16_t bin;

            memcpy (&local, ng_collect (&links, LINK_BYTES, &bin), LINK_BYTES);
            link = ((uint64_t) bin << before->shift) + local;
        }
        key = link << 32 | r.word;
        range = g->ranges[link >> g->shift];
        while (key >= lower->cuts[range])
            range++;
        p = deal (&f->s->ids, &f->keys, (uint16_t) range, KEY_BYTES);
        memcpy (p, &key, sizeof key);
    }
    ng_layer_end (&r);
    ng_collector_end (&links);
    free (g);
    return NG_OK;
}

/* ----------------------------------------------------------------- a range */

static enum ng_err
make_tables (struct finder *f)
{
    const size_t n = (size_t) 1 << f->lower->range_shift;

    f->table_shift = 64 - (f->lower->range_shift + 1);
    f->entries = ng_alloc_array (n, sizeof *f->entries);
    f->raw = ng_alloc_array (n, sizeof *f->raw);
    f->types = ng_alloc_array (n, sizeof *f->types);
    f->table = ng_alloc_array (2 * n, sizeof *f->table);
    return f->entries && f->raw && f->types && f->table ? NG_OK : NG_ENOMEM;
}

static void
free_tables (struct finder *f)
{
    free (f->entries);
    free (f->raw);
    free (f->types);
    free (f->table);
}

/* Read the n-grams of the next range.  */
static void
read_range (struct finder *f)
{
    const uint32_t size = UINT32_C (1) << f->lower->range_shift;

    for (f->n = 0; f->n < size && ng_layer_next (&f->reader); f->n++)
    {
        f->entries[f->n] = (uint64_t) f->reader.parent << 32 | f->reader.word;
        f->raw[f->n] = f->reader.count;
        f->types[f->n] = 0;
    }
}

/* Put the n-grams of the range into the table.  */
static void
fill_table (struct finder *f)
{
    const uint64_t mask = UINT64_MAX >> f->table_shift;

    memset (f->table, 0, ((size_t) mask + 1) * sizeof *f->table);
    for (uint32_t i = 0; i < f->n; i++)
    {
        uint64_t slot = slot_of (f, f->entries[i]);

        while (f->table[slot] != 0)
            slot = (slot + 1) & mask;
        f->table[slot] = i + 1;
    }
}

/* The place of KEY, or NG_NONE.  */
static inline uint32_t
look_up (const struct finder *f, uint64_t key)
{
    const uint64_t mask = UINT64_MAX >> f->table_shift;
    uint64_t slot = slot_of (f, key);

    for (; f->table[slot] != 0; slot = (slot + 1) & mask)
        if (f->entries[f->table[slot] - 1] == key)
            return f->table[slot] - 1;
    return NG_NONE;
}

/* Find the suffixes that were dealt to range RANGE.  If one is not there store
   its number among these in *MISSING and answer false.  */
static bool
link_range (struct finder *f, uint32_t range, uint64_t *missing)
{
    struct ng_column *out = &f->s->links.bins[range];
    struct ng_reader keys;
    uint64_t n = 0;

    fill_table (f);
    ng_reader_start (&keys, &f->keys.bins[range], true);
    for (; !ng_reader_at_end (&keys); n++)
    {
        const unsigned char *p = ng_reader_at (&keys);
        unsigned char *q;
        uint64_t key;
        uint32_t local;

        memcpy (&key, p, sizeof key);
        keys.at = p + KEY_BYTES;
        local = look_up (f, key);
        if (local == NG_NONE)
            break;
        f->types[local]++;
        q = ng_column_room (out);
        memcpy (q, &local, sizeof local);
        ng_column_advance (out, q + LINK_BYTES);
    }
    *missing = n;
    if (!ng_reader_at_end (&keys) && ng_store_err (f->store) == NG_OK)
    {
        ng_reader_end (&keys);
        return false;
    }
    ng_reader_end (&keys);
    ng_column_end (out);
    return true;
}

static void
count_pairs (struct finder *f, uint32_t range)
{
    struct ng_reader links;

    ng_reader_start (&links, &f->s->links.bins[range], false);
    while (!ng_reader_at_end (&links))
    {
        const unsigned char *p = ng_reader_at (&links);
        uint32_t local;

        memcpy (&local, p, sizeof local);
        links.at = p + LINK_BYTES;
        f->types[local]++;
    }
    ng_reader_end (&links);
}

static void
put_adjusted (const struct finder *f, uint32_t range, struct ng_adjusted *a)
{
    const struct ng_layer *lower = f->lower;
    const uint32_t first = range << lower->range_shift;

    for (uint32_t i = 0; i < f->n; i++)
    {
        const bool of_bos =
            first + i >= lower->bos_low && first + i < lower->bos_high;
        uint64_t x = f->types[i];

        if (of_bos || (x == 0 && f->raw[i] > 0))
            x = of_bos ? f->raw[i] : 1;
        if (x < NG_LAYERS_FEW)
            a->few[x]++;
        ng_column_advance (&a->counts,
                           ng_varint_put (ng_column_room (&a->counts), x));
    }
}

/* The n-gram whose suffix is missing is number NTH of those in RANGE.  */
static enum ng_err
missing_suffix (const struct finder *f, uint32_t range, uint64_t nth,
                struct ng_ngc *ngc, struct ng_fault *fault)
{
    struct ng_reader ids;
    uint64_t item = 0;

    ng_reader_start (&ids, &f->s->ids, false);
    for (;; item++)
    {
        const unsigned char *p = ng_reader_at (&ids);
        uint16_t bin;

        memcpy (&bin, p, sizeof bin);
        ids.at = p + sizeof bin;
        if ((bin == range && nth-- == 0) || item + 1 >= f->layer->n)
            break;
    }
    ng_reader_end (&ids);
    return ng_layers_bad (ngc, f->k, item, 0, fault,
                          "is counted, but not its last tokens alone: were"
                          " n-grams or orders left out?");
}

static enum ng_err
work_off (struct finder *f, struct ng_ngc *ngc, struct ng_fault *fault,
          struct ng_adjusted *a)
{
    enum ng_err err = make_tables (f);

    ng_layer_start (&f->reader, f->lower, false);
    for (uint32_t range = 0; range < f->lower->n_ranges && err == NG_OK;
         range++)
    {
        uint64_t nth;

        read_range (f);
        if (f->k == 2)
            count_pairs (f, range);
        else if (!link_range (f, range, &nth))
            err = missing_suffix (f, range, nth, ngc, fault);
        if (a)
            put_adjusted (f, range, a);
    }
    if (a)
        ng_column_end (&a->counts);
    ng_layer_end (&f->reader);
    free_tables (f);
    return err;
}

enum ng_err
ng_suffixes_find (struct ng_layers *l, unsigned k, struct ng_suffixes *before,
                  struct ng_ngc *ngc, struct ng_store *store,
                  struct ng_fault *fault, struct ng_suffixes *s,
                  struct ng_adjusted *adjusted)
{
    struct finder f = { .l = l,
                        .k = k,
                        .layer = &l->layers[k - 1],
                        .lower = &l->layers[k - 2],
                        .s = s,
                        .store = store };
    const uint32_t n_ranges = f.lower->n_ranges;
    enum ng_err err;

    memset (s, 0, sizeof *s);
    s->shift = f.lower->range_shift;
    ng_column_init (&s->ids, store, sizeof (uint16_t));
    if (adjusted)
    {
        memset (adjusted, 0, sizeof *adjusted);
        ng_column_init (&adjusted->counts, store, NG_VARINT_BYTES_MAX);
    }
    err = ng_dealt_init (&s->links, store, n_ranges, LINK_BYTES);
    if (err == NG_OK && k > 2)
        err = ng_dealt_init (&f.keys, store, n_ranges, KEY_BYTES);
    if (err == NG_OK && k == 2)
        deal_pairs (&f);
    else if (err == NG_OK)
        err = deal_longer (&f, before);
    ng_column_end (&s->ids);
    if (err == NG_OK && k == 2)
        ng_dealt_end (&s->links);
    ng_dealt_end (&f.keys);
    if (err == NG_OK && (k > 2 || adjusted))
        err = work_off (&f, ngc, fault, adjusted);
    ng_dealt_free (&f.keys);
    return err == NG_OK ? ng_store_err (store) : err;
}
