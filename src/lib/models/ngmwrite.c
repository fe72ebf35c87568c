#include <config.h>

#include "models/ngmwrite.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/radix.h"
#include "base/xxh64.h"
#include "io/paged.h"
#include "models/suffix.h"

enum
{
    BUF_BYTES = 64 * 1024,
    /* N-grams of a range of buckets, and names of a range of slots: what is
       made of them fits the second cache.  */
    RANGE_ENTRIES = 1 << 15,
    ENTRY_BYTES = 24,       /* what making one needs */
    NAME_RECORD_BYTES = 16, /* the slot it would like, and what goes there */
    PAGED_SHARE = 8         /* of the budget, for the table of names */
};

/* A range of buckets, in the making.  */
struct bin
{
    uint32_t *starts;     /* [buckets + 1] of the entries of each */
    uint32_t *ranks;      /* [n] of each entry in its bucket */
    unsigned char *image; /* of the entries */
    size_t cap_ranks, cap_image;
};

struct ng_ngmw
{
    struct ng_ngmw_setup setup;
    struct ng_ngm ngm;
    enum ng_err err; /* of the sink or of memory, the first */
    unsigned char buf[BUF_BYTES];
    size_t len;
    uint64_t offset; /* bytes that came so far */
    struct ng_xxh64 sum;

    struct ng_column starts, names; /* of names: u32, and bytes */
    struct ng_dealt slots;          /* by the slot they would like */
    unsigned slot_shift;

    /* The order at hand.  */
    unsigned k;
    struct ng_ngm_level *l;
    unsigned bucket_shift, record_bytes;
    struct ng_dealt entries;
    struct ng_column ids; /* u16, of each n-gram its range of buckets */
    struct ng_dealt places;
    struct ng_collector collector;
    bool collects;
    struct bin bin;
    struct ng_column cells;
    unsigned char cell[NG_NGM_CELL_BYTES]; /* the one that is filled */
    unsigned cell_buckets;                 /* how many it has */
    uint32_t cell_start;                   /* entries before it */
};

/* ------------------------------------------------------------------- bytes */

static void
fail (struct ng_ngmw *w, enum ng_err err)
{
    if (w->err == NG_OK)
        w->err = err;
}

static void
flush (struct ng_ngmw *w)
{
    ng_xxh64_add (&w->sum, w->buf, w->len);
    if (w->err == NG_OK && w->len > 0)
        w->err = w->setup.sink (w->setup.context, w->buf, w->len);
    w->len = 0;
}

static void
put (struct ng_ngmw *w, const unsigned char *p, size_t n)
{
    w->offset += n;
    if (n > BUF_BYTES - w->len)
        flush (w);
    if (n >= BUF_BYTES)
    {
        ng_xxh64_add (&w->sum, p, n);
        if (w->err == NG_OK)
            w->err = w->setup.sink (w->setup.context, p, n);
        return;
    }
    if (n > 0)
        memcpy (w->buf + w->len, p, n);
    w->len += n;
}

/* Zeros up to where the next section begins, PAD of them at least.  */
static void
end_section (struct ng_ngmw *w, size_t pad)
{
    static const unsigned char zeros[NG_NGM_PAD + NG_NGM_ALIGN];
    const size_t over = (size_t) (w->offset + pad) % NG_NGM_ALIGN;

    put (w, zeros, pad + (over > 0 ? NG_NGM_ALIGN - over : 0));
}

/* All of column C, which is complete and is released.  */
static void
put_column (struct ng_ngmw *w, struct ng_column *c)
{
    struct ng_reader r;

    ng_column_end (c);
    ng_reader_start (&r, c, true);
    while (!ng_reader_at_end (&r))
    {
        const unsigned char *p = ng_reader_at (&r);

        put (w, p, (size_t) (r.end - p));
        r.at = r.end;
    }
    ng_reader_end (&r);
    ng_column_free (c);
}

static inline void
put_f32 (unsigned char *p, float x)
{
    uint32_t bits;

    memcpy (&bits, &x, sizeof bits);
    ng_put_u32le (p, bits);
}

/* The float at FROM, as the machine has it.  */
static inline void
put_float (unsigned char *p, const unsigned char *from)
{
    float x;

    memcpy (&x, from, sizeof x);
    put_f32 (p, x);
}

static enum ng_err
status (const struct ng_ngmw *w)
{
    return w->err != NG_OK ? w->err : ng_store_err (w->setup.store);
}

/* ------------------------------------------------------------------- names */

enum ng_err
ng_ngmw_open (const struct ng_ngmw_setup *setup, const struct ng_ngm *numbers,
              struct ng_ngmw **out)
{
    struct ng_ngmw *w = ng_calloc_array (1, sizeof *w);
    uint64_t n_bins;
    enum ng_err err;

    if (!w)
        return NG_ENOMEM;
    w->setup = *setup;
    w->ngm = *numbers;
    w->ngm.n_name_bytes = 0;
    ng_ngm_choose_slots (&w->ngm);
    for (unsigned k = 2; k <= w->ngm.order; k++)
        ng_ngm_choose_buckets (&w->ngm, k);
    ng_xxh64_start (&w->sum);
    ng_column_init (&w->starts, setup->store, sizeof (uint32_t));
    ng_column_init (&w->names, setup->store, 1);
    n_bins = w->ngm.n_types
                 / ng_store_share (setup->store, ENTRY_BYTES, RANGE_ENTRIES)
             + 1;
    if (n_bins > ng_store_fan (setup->store))
        n_bins = ng_store_fan (setup->store);
    while (UINT64_C (1) << w->ngm.slot_bits >> w->slot_shift > n_bins)
        w->slot_shift++;
    err = ng_dealt_init (
        &w->slots, setup->store,
        (uint32_t) (UINT64_C (1) << w->ngm.slot_bits >> w->slot_shift),
        NAME_RECORD_BYTES);
    if (err != NG_OK)
    {
        ng_ngmw_close (w);
        return err;
    }
    *out = w;
    return NG_OK;
}

void
ng_ngmw_name (struct ng_ngmw *w, const unsigned char *name, size_t len)
{
    const uint64_t mask = (UINT64_C (1) << w->ngm.slot_bits) - 1;
    const uint64_t hash = ng_ngm_name_hash (name, len);
    const uint64_t value =
        (hash & ~(uint64_t) UINT32_MAX) | ++w->k; /* the id, from 1 */
    const uint64_t slot = hash & mask;
    unsigned char *p = ng_column_room (&w->starts);

    ng_put_u32le (p, (uint32_t) w->ngm.n_name_bytes);
    ng_column_advance (&w->starts, p + sizeof (uint32_t));
    ng_column_write (&w->names, name, len);
    w->ngm.n_name_bytes += len;
    p = ng_deal (&w->slots, (uint32_t) (slot >> w->slot_shift),
                 NAME_RECORD_BYTES);
    memcpy (p, &slot, sizeof slot);
    memcpy (p + sizeof slot, &value, sizeof value);
}

/* The names of BIN, sorted by the slot that they would like and then by id:
   pairs of that and what goes there, in *PAIRS[2 *N], which the caller frees.
   NG_ENOMEM.  */
static enum ng_err
sort_names (struct ng_ngmw *w, uint32_t bin, uint64_t **pairs, size_t *n)
{
    uint64_t *scratch;
    struct ng_reader r;
    size_t cap = 0;
    bool no_room = false;

    *pairs = NULL;
    *n = 0;
    ng_reader_start (&r, &w->slots.bins[bin], true);
    while (!ng_reader_at_end (&r))
    {
        const unsigned char *p = ng_reader_at (&r);
        uint64_t *more = ng_grow (*pairs, &cap, *n + 1, NAME_RECORD_BYTES);

        no_room = !more;
        if (no_room)
            break;
        *pairs = more;
        memcpy (more + 2 * (*n)++, p, NAME_RECORD_BYTES);
        r.at = p + NAME_RECORD_BYTES;
    }
    ng_reader_end (&r);
    scratch = ng_alloc_array (*n, NAME_RECORD_BYTES);
    if (!scratch || no_room)
    {
        free (scratch);
        return NG_ENOMEM;
    }
    if (*n > 0)
        ng_radix_sort (*pairs, *n, 1, scratch);
    free (scratch);
    return NG_OK;
}

/* Put the names of BIN into TABLE.  */
static enum ng_err
fill_slots (struct ng_ngmw *w, uint32_t bin, struct ng_paged *table)
{
    const uint64_t mask = (UINT64_C (1) << w->ngm.slot_bits) - 1;
    uint64_t *pairs;
    size_t n;
    enum ng_err err = sort_names (w, bin, &pairs, &n);

    for (size_t i = 0; i < n && err == NG_OK; i++)
    {
        uint64_t slot = pairs[2 * i] & mask;

        while (ng_get_u64le (ng_paged_touch (table, 8 * (size_t) slot)) != 0)
            slot = (slot + 1) & mask;
        ng_put_u64le (table->bytes + 8 * slot, pairs[2 * i + 1]);
    }
    free (pairs);
    return err;
}

/* The table of names.  They are put into it by the slot that they would like,
   so that it is gone through once, and the table is the same however many bins
   there are.  */
static void
put_slots (struct ng_ngmw *w)
{
    const uint64_t n_slots = UINT64_C (1) << w->ngm.slot_bits;
    struct ng_paged table;
    enum ng_err err =
        ng_paged_open (&table, n_slots * 8, w->setup.budget / PAGED_SHARE,
                       w->setup.spill_dir, w->setup.fault);

    if (err != NG_OK)
    {
        fail (w, err);
        return;
    }
    for (uint32_t i = 0; i < w->slots.n_bins && err == NG_OK; i++)
        err = fill_slots (w, i, &table);
    if (err != NG_OK)
        fail (w, err);
    for (size_t at = 0; at < table.size; at += BUF_BYTES)
        put (w, ng_paged_touch (&table, at),
             table.size - at < BUF_BYTES ? table.size - at : BUF_BYTES);
    ng_paged_close (&table);
}

enum ng_err
ng_ngmw_names_end (struct ng_ngmw *w)
{
    unsigned char header[NG_NGM_HEADER_BYTES] = { 0 };
    unsigned char *p = ng_column_room (&w->starts);

    if (w->ngm.n_name_bytes > UINT32_MAX
        || ng_ngm_lay_out (&w->ngm, NULL) != NG_OK)
        return ng_fault_set (w->setup.fault, NG_ELIMIT, w->setup.file,
                             "the names of all types together are beyond the"
                             " 4 GiB that a .ngm holds");
    ng_put_u32le (p, (uint32_t) w->ngm.n_name_bytes);
    ng_column_advance (&w->starts, p + sizeof (uint32_t));
    ng_ngm_put_header (&w->ngm, header);
    put (w, header, sizeof header);
    put_column (w, &w->starts);
    end_section (w, 0);
    put_column (w, &w->names);
    end_section (w, 0);
    ng_dealt_end (&w->slots);
    put_slots (w);
    end_section (w, 0);
    ng_dealt_free (&w->slots);
    return status (w);
}

void
ng_ngmw_unigram (struct ng_ngmw *w, float logp, float bow)
{
    unsigned char value[8];

    put_f32 (value, logp);
    put_f32 (value + 4, bow);
    put (w, value, sizeof value);
}

/* ----------------------------------------------------------------- n-grams */

static void
free_level (struct ng_ngmw *w)
{
    if (w->collects)
        ng_collector_end (&w->collector);
    w->collects = false;
    ng_dealt_free (&w->entries);
    ng_dealt_free (&w->places);
    ng_column_free (&w->ids);
    free (w->bin.starts);
    free (w->bin.ranks);
    free (w->bin.image);
    memset (&w->bin, 0, sizeof w->bin);
}

enum ng_err
ng_ngmw_level (struct ng_ngmw *w, unsigned k)
{
    struct ng_ngm_level *l = &w->ngm.levels[k - 1];
    struct ng_store *store = w->setup.store;
    uint64_t n_bins =
        l->n / ng_store_share (store, ENTRY_BYTES, RANGE_ENTRIES) + 1;
    enum ng_err err;

    free_level (w);
    if (k == 2)
        end_section (w, 0); /* of order 1 */
    w->k = k;
    w->l = l;
    w->record_bytes = 8 + l->value_bytes;
    if (n_bins > ng_store_fan (store))
        n_bins = ng_store_fan (store);
    n_bins = n_bins < UINT16_MAX ? n_bins : UINT16_MAX;
    w->bucket_shift = 0;
    while ((l->n_buckets - 1) >> w->bucket_shift >= n_bins)
        w->bucket_shift++;
    n_bins = ((l->n_buckets - 1) >> w->bucket_shift) + 1;
    w->bin.starts =
        ng_alloc_array (((size_t) 1 << w->bucket_shift) + 1, sizeof (uint32_t));
    if (!w->bin.starts)
        return NG_ENOMEM;
    ng_column_init (&w->cells, store, NG_NGM_CELL_BYTES);
    w->cell_buckets = 0;
    w->cell_start = 0;
    err =
        ng_dealt_init (&w->entries, store, (uint32_t) n_bins, w->record_bytes);
    if (err != NG_OK || k == w->ngm.order)
        return err;
    ng_column_init (&w->ids, store, sizeof (uint16_t));
    return ng_dealt_init (&w->places, store, (uint32_t) n_bins,
                          sizeof (uint32_t));
}

void
ng_ngmw_add (struct ng_ngmw *w, uint32_t suffix, uint32_t first, float logp,
             float bow)
{
    const struct ng_ngm_level *l = w->l;
    const uint64_t h = ng_ngm_hash (l, suffix, first);
    const uint16_t bin =
        (uint16_t) (ng_ngm_spot (l, h).bucket >> w->bucket_shift);
    unsigned char *p = ng_deal (&w->entries, bin, w->record_bytes);

    memcpy (p, &h, sizeof h);
    memcpy (p + 8, &logp, sizeof logp);
    if (w->record_bytes > 12)
        memcpy (p + 12, &bow, sizeof bow);
    if (w->k == w->ngm.order)
        return;
    p = ng_column_room (&w->ids);
    memcpy (p, &bin, sizeof bin);
    ng_column_advance (&w->ids, p + sizeof bin);
}

/* Find the rank of each entry of range BIN in its bucket, and where buckets
   begin; returns how many there are.  */
static size_t
rank_entries (struct ng_ngmw *w, uint32_t bin)
{
    const uint64_t first = (uint64_t) bin << w->bucket_shift;
    const size_t n_buckets = (size_t) 1 << w->bucket_shift;
    uint32_t *starts = w->bin.starts;
    struct ng_reader r;
    size_t n = 0;

    memset (starts, 0, (n_buckets + 1) * sizeof *starts);
    ng_reader_start (&r, &w->entries.bins[bin], false);
    for (; !ng_reader_at_end (&r); n++)
    {
        const unsigned char *p = ng_reader_at (&r);
        uint64_t h, bucket;
        uint32_t *ranks = w->bin.ranks;

        if (n >= w->bin.cap_ranks)
            ranks = ng_grow (ranks, &w->bin.cap_ranks, n + 1, sizeof *ranks);
        if (!ranks)
        {
            fail (w, NG_ENOMEM);
            break;
        }
        w->bin.ranks = ranks;
        memcpy (&h, p, sizeof h);
        r.at = p + w->record_bytes;
        bucket = ng_ngm_spot (w->l, h).bucket - first;
        if (bucket >= n_buckets)
            break; /* nothing that was written: a fault of the store */
        ranks[n] = starts[bucket + 1]++;
    }
    ng_reader_end (&r);
    for (size_t i = 1; i <= n_buckets; i++)
        starts[i] += starts[i - 1];
    return n;
}

/* Write the N entries of range BIN, before which FIRST_PLACE entries are, to
   the image; the place of each, in the order in which they came, to its
   column.  */
static void
make_image (struct ng_ngmw *w, uint32_t bin, size_t n, uint32_t first_place)
{
    const struct ng_ngm_level *l = w->l;
    const uint64_t first = (uint64_t) bin << w->bucket_shift;
    const unsigned tag_bytes = l->tag_bytes, size = tag_bytes + l->value_bytes;
    struct ng_column *places = w->places.bins ? &w->places.bins[bin] : NULL;
    struct ng_reader r;

    ng_reader_start (&r, &w->entries.bins[bin], true);
    for (size_t i = 0; i < n; i++)
    {
        const unsigned char *p = ng_reader_at (&r);
        struct ng_ngm_spot spot;
        uint32_t start, n_alike, rank = w->bin.ranks[i];
        unsigned char *q;
        uint64_t h, bucket;

        memcpy (&h, p, sizeof h);
        spot = ng_ngm_spot (l, h);
        bucket = spot.bucket - first;
        if (bucket >> w->bucket_shift != 0)
            break; /* as above */
        start = w->bin.starts[bucket];
        n_alike = w->bin.starts[bucket + 1] - start;
        q = w->bin.image + (size_t) start * size;
        q[rank] = (unsigned char) (spot.tag >> 8 * (tag_bytes - 1));
        q += n_alike + (size_t) rank * (tag_bytes - 1);
        for (unsigned j = 0; j + 1 < tag_bytes; j++)
            q[j] = (unsigned char) (spot.tag >> 8 * j);
        q = w->bin.image + (size_t) start * size + (size_t) n_alike * tag_bytes
            + (size_t) rank * l->value_bytes;
        put_float (q, p + 8);
        if (l->value_bytes == 8)
            put_float (q + 4, p + 12);
        r.at = p + w->record_bytes;
        if (places)
        {
            const uint32_t place = first_place + start + rank;

            q = ng_column_room (places);
            memcpy (q, &place, sizeof place);
            ng_column_advance (places, q + sizeof place);
        }
    }
    ng_reader_end (&r);
}

/* The cell at hand is complete.  */
static void
put_cell (struct ng_ngmw *w)
{
    unsigned char *p = ng_column_room (&w->cells);

    ng_put_u32le (p, w->cell_start);
    memcpy (p + 4, w->cell + 4, NG_NGM_CELL_BUCKETS);
    ng_column_advance (&w->cells, p + NG_NGM_CELL_BYTES);
    w->cell_start += w->cell[3 + NG_NGM_CELL_BUCKETS];
    w->cell_buckets = 0;
}

/* The next bucket ends with entry N.  */
static void
put_bucket (struct ng_ngmw *w, uint32_t n)
{
    const uint32_t end = n - w->cell_start;

    if (end > NG_NGM_CELL_ENTRIES_MAX)
        fail (w, ng_fault_set (w->setup.fault, NG_ELIMIT, w->setup.file,
                               "more than %d n-grams of order %u fall into one"
                               " cell of a .ngm: they were made to",
                               NG_NGM_CELL_ENTRIES_MAX, w->k));
    w->cell[4 + w->cell_buckets++] = (unsigned char) (end & UINT8_MAX);
    if (w->cell_buckets == NG_NGM_CELL_BUCKETS)
        put_cell (w);
}

/* Make and write range BIN, behind *N entries, which is raised.  */
static void
put_bin (struct ng_ngmw *w, uint32_t bin, uint32_t *n)
{
    const struct ng_ngm_level *l = w->l;
    const uint64_t first = (uint64_t) bin << w->bucket_shift;
    const size_t n_entries = rank_entries (w, bin);
    const size_t bytes = n_entries * (l->tag_bytes + l->value_bytes);
    unsigned char *image = w->bin.image;

    if (bytes > w->bin.cap_image)
        image = ng_grow (image, &w->bin.cap_image, bytes, 1);
    if (!image && bytes > 0)
        fail (w, NG_ENOMEM);
    w->bin.image = image ? image : w->bin.image;
    if (status (w) != NG_OK)
        return;
    make_image (w, bin, n_entries, *n);
    put (w, image, bytes);
    for (uint64_t b = 0;
         b < UINT64_C (1) << w->bucket_shift && first + b < l->n_buckets; b++)
        put_bucket (w, *n + w->bin.starts[b + 1]);
    *n += (uint32_t) n_entries;
}

enum ng_err
ng_ngmw_level_end (struct ng_ngmw *w)
{
    uint32_t n = 0;
    enum ng_err err;

    ng_dealt_end (&w->entries);
    for (uint32_t i = 0; i < w->entries.n_bins; i++)
        put_bin (w, i, &n);
    end_section (w, NG_NGM_PAD);
    while (w->cell_buckets > 0)
        put_bucket (w, n);
    put_column (w, &w->cells);
    end_section (w, 0);
    err = status (w);
    if (err != NG_OK || w->k == w->ngm.order)
        return err;
    ng_column_end (&w->ids);
    ng_dealt_end (&w->places);
    w->collects = true;
    return ng_collector_start (&w->collector, &w->ids, &w->places, true);
}

uint32_t
ng_ngmw_place (struct ng_ngmw *w)
{
    uint32_t place;
    uint16_t bin;

    memcpy (&place, ng_collect (&w->collector, sizeof place, &bin),
            sizeof place);
    return place;
}

enum ng_err
ng_ngmw_finish (struct ng_ngmw *w)
{
    unsigned char trailer[NG_NGM_TRAILER_BYTES];

    if (w->ngm.order == 1)
        end_section (w, 0);
    flush (w);
    ng_put_u64le (trailer, ng_xxh64_value (&w->sum));
    put (w, trailer, sizeof trailer);
    flush (w);
    return status (w);
}

void
ng_ngmw_close (struct ng_ngmw *w)
{
    if (!w)
        return;
    free_level (w);
    ng_column_free (&w->starts);
    ng_column_free (&w->cells);
    ng_column_free (&w->names);
    ng_dealt_free (&w->slots);
    free (w);
}
