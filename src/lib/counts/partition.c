#include <config.h>

#include "counts/partition.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/pages.h"

/* A bucket is a list of chunks, cut from slabs; the last is being filled.

       bucket 0  -> [k k k k] -> [k k . .]
       bucket 1  -> [k . . .]

   A key stands in a chunk as the bytes that its bucket's cut leaves, the
   highest first.  It is written as whole words, and the next key goes over
   what is too much.

   To find the bucket of a key, FIRST[token] says how many splitters are below
   every key that begins with that token; where FIRST[token + 1] says the same,
   that is the answer, and else the splitters between are searched.  */
enum
{
    CHUNK_PAD = 8 * NG_KEY_WORDS_MAX, /* that writing goes too far at most */
    SLAB_BYTES = 2 << 20,             /* a large page */
    SMALL_SLABS = 4                   /* that are not yet worth one */
};

struct bucket
{
    struct ng_pieces chunks;
    unsigned char *at;   /* in the last */
    uint32_t room;       /* keys that it has room for */
    uint8_t drop, bytes; /* of its cut */
};

struct slab
{
    unsigned char *pages;
    size_t bytes;
};

/* What all partitions with the same bounds share.  */
struct bounds
{
    uint64_t *splitters;     /* [n_buckets - 1] first words of keys, rising */
    struct ng_key_cut *cuts; /* [n_buckets] */
    uint32_t *first;         /* [n_types + 2] */
};

struct ng_partition
{
    struct ng_key_shape shape;
    struct bounds bounds;
    bool borrows; /* bounds are another's */
    size_t n_buckets;
    struct bucket *buckets;
    struct slab *slabs;
    size_t n_slabs, cap_slabs;
    size_t n_begun;         /* slabs that chunks were cut from; ... */
    unsigned char *free_at; /* ... the next from here, ... */
    size_t n_free;          /* ... so many */
};

static int
compare_u64 (const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Choose at most N - 1 different splitters, evenly spaced in the sample.  */
static void
choose_splitters (struct ng_partition *p, size_t n, uint64_t *sample,
                  size_t n_sample)
{
    uint64_t *splitters = p->bounds.splitters;
    size_t n_splitters = 0;

    if (n_sample > 0)
        qsort (sample, n_sample, sizeof *sample, compare_u64);
    for (size_t i = 1; i < n && n_sample > 0; i++)
    {
        uint64_t s = sample[i * n_sample / n];

        if (n_splitters == 0 || splitters[n_splitters - 1] < s)
            splitters[n_splitters++] = s;
    }
    p->n_buckets = n_splitters + 1;
}

static void
fill_first (struct ng_partition *p, uint32_t n_types)
{
    const unsigned shift = 64 - p->shape.bits;
    uint32_t below = 0;

    for (uint64_t t = 0; t <= (uint64_t) n_types + 1; t++)
    {
        while (below + 1 < p->n_buckets
               && p->bounds.splitters[below] >> shift < t)
            below++;
        p->bounds.first[t] = below;
    }
}

static void
fill_cuts (struct ng_partition *p, uint32_t n_types)
{
    const unsigned shift = 64 - p->shape.bits;
    const size_t last = p->n_buckets - 1;
    uint64_t low = 0;

    for (size_t b = 0; b <= last; b++)
    {
        uint64_t next = b < last ? p->bounds.splitters[b]
                                 : ((uint64_t) n_types + 1) << shift;

        p->bounds.cuts[b] = ng_key_cut (p->shape, low, next - 1);
        low = next;
    }
}

/* Empty buckets for the bounds of P.  */
static bool
make_buckets (struct ng_partition *p)
{
    p->buckets = ng_calloc_array (p->n_buckets, sizeof *p->buckets);
    for (size_t b = 0; p->buckets && b < p->n_buckets; b++)
    {
        p->buckets[b].drop = (uint8_t) p->bounds.cuts[b].drop;
        p->buckets[b].bytes = (uint8_t) p->bounds.cuts[b].bytes;
    }
    return p->buckets != NULL;
}

struct ng_partition *
ng_partition_new (struct ng_key_shape shape, uint32_t n_types, size_t n_buckets,
                  uint64_t *sample, size_t n_sample)
{
    struct ng_partition *p = calloc (1, sizeof *p);
    struct bounds *b;

    assert (n_buckets > 0);
    if (!p)
        return NULL;
    p->shape = shape;
    b = &p->bounds;
    b->splitters = ng_alloc_array (n_buckets, sizeof *b->splitters);
    b->cuts = ng_alloc_array (n_buckets, sizeof *b->cuts);
    b->first = ng_alloc_array ((size_t) n_types + 2, sizeof *b->first);
    if (b->splitters && b->cuts && b->first)
    {
        choose_splitters (p, n_buckets, sample, n_sample);
        fill_first (p, n_types);
        fill_cuts (p, n_types);
        if (make_buckets (p))
            return p;
    }
    ng_partition_free (p);
    return NULL;
}

struct ng_partition *
ng_partition_like (const struct ng_partition *p)
{
    struct ng_partition *q = calloc (1, sizeof *q);

    if (!q)
        return NULL;
    q->shape = p->shape;
    q->borrows = true;
    q->bounds = p->bounds;
    q->n_buckets = p->n_buckets;
    if (make_buckets (q))
        return q;
    free (q);
    return NULL;
}

void
ng_partition_free (struct ng_partition *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_slabs; i++)
        ng_pages_free (p->slabs[i].pages, p->slabs[i].bytes);
    free (p->slabs);
    if (!p->borrows)
    {
        free (p->bounds.splitters);
        free (p->bounds.cuts);
        free (p->bounds.first);
    }
    free (p->buckets);
    free (p);
}

enum ng_err
ng_partition_lend (struct ng_partition *p, void *pages, size_t bytes)
{
    struct slab *slabs =
        ng_grow (p->slabs, &p->cap_slabs, p->n_slabs + 1, sizeof *slabs);

    if (!slabs)
        return NG_ENOMEM;
    p->slabs = slabs;
    p->slabs[p->n_slabs++] = (struct slab){ pages, bytes };
    return NG_OK;
}

/* Begin the next slab, a new one if there is no other.  */
static enum ng_err
begin_slab (struct ng_partition *p)
{
    const struct slab *s;

    if (p->n_begun == p->n_slabs)
    {
        void *pages = ng_pages_alloc (SLAB_BYTES, p->n_slabs >= SMALL_SLABS);

        if (!pages)
            return NG_ENOMEM;
        if (ng_partition_lend (p, pages, SLAB_BYTES) != NG_OK)
        {
            ng_pages_free (pages, SLAB_BYTES);
            return NG_ENOMEM;
        }
    }
    s = &p->slabs[p->n_begun++];
    p->free_at = s->pages;
    p->n_free = s->bytes / NG_PIECE_BYTES;
    return NG_OK;
}

static struct ng_piece *
new_chunk (struct ng_partition *p)
{
    struct ng_piece *c;

    while (p->n_free == 0)
        if (begin_slab (p) != NG_OK)
            return NULL;
    /* Slabs begin with a page.  */
    c = (struct ng_piece *) (void *) p->free_at;
    p->free_at += NG_PIECE_BYTES;
    p->n_free--;
    return c;
}

/* How many keys of BYTES a chunk has room for.  */
static inline size_t
chunk_keys (size_t bytes)
{
    return (sizeof ((struct ng_piece *) NULL)->bytes - CHUNK_PAD) / bytes;
}

static enum ng_err
extend (struct ng_partition *p, struct bucket *b)
{
    struct ng_piece *c = new_chunk (p);

    if (!c)
        return NG_ENOMEM;
    ng_pieces_add (&b->chunks, c);
    b->at = c->bytes;
    b->room = (uint32_t) chunk_keys (b->bytes);
    return NG_OK;
}

/* How many splitters are at most X, if it is from LOW to HIGH.  Without
   branches on what is compared, which no processor could foretell.  */
static inline size_t
find_bucket (const uint64_t *splitters, uint64_t x, size_t low, size_t high)
{
    size_t n = high - low;

    while (n > 0)
    {
        size_t half = (n + 1) / 2;

        low += splitters[low + half - 1] <= x ? half : 0;
        n -= half;
    }
    return low;
}

static inline void
put_key (struct bucket *b, const uint64_t *key, const unsigned words)
{
    uint64_t part[NG_KEY_WORDS_MAX];

    memcpy (part, key, words * sizeof *key);
    ng_key_drop (part, words, b->drop);
    for (unsigned i = 0; i < words; i++)
        ng_put_u64be (b->at + 8 * i, part[i]);
    b->at += b->bytes;
    b->room--;
}

enum ng_err
ng_partition_add_in (struct ng_partition *p, uint32_t low, uint32_t high,
                     const uint64_t *key)
{
    struct bucket *b =
        &p->buckets[low == high
                        ? low
                        : find_bucket (p->bounds.splitters, key[0], low, high)];

    if (b->room == 0)
    {
        enum ng_err err = extend (p, b);

        if (err != NG_OK)
            return err;
    }
    switch (p->shape.words)
    {
    case 1:
        put_key (b, key, 1);
        break;
    case 2:
        put_key (b, key, 2);
        break;
    case 3:
        put_key (b, key, 3);
        break;
    default:
        put_key (b, key, 4);
    }
    return NG_OK;
}

void
ng_partition_range (const struct ng_partition *p, uint32_t token, uint32_t *low,
                    uint32_t *high)
{
    *low = p->bounds.first[token];
    *high = p->bounds.first[token + 1];
}

enum ng_err
ng_partition_add (struct ng_partition *p, const uint64_t *key)
{
    uint32_t low, high;

    ng_partition_range (p, (uint32_t) (key[0] >> (64 - p->shape.bits)), &low,
                        &high);
    return ng_partition_add_in (p, low, high, key);
}

size_t
ng_partition_n_buckets (const struct ng_partition *p)
{
    return p->n_buckets;
}

struct ng_key_cut
ng_partition_cut (const struct ng_partition *p, size_t b)
{
    return p->bounds.cuts[b];
}

/* N keys of BYTES each at FROM to KEYS[n][words].  */
static inline void
get_keys (const unsigned char *from, size_t n, unsigned bytes, uint64_t *keys,
          const unsigned words)
{
    const unsigned junk = 64 * words - 8 * bytes; /* bits, at most 56 */

    for (size_t i = 0; i < n; i++, from += bytes, keys += words)
    {
        for (unsigned j = 0; j < words; j++)
            keys[j] = ng_get_u64be (from + 8 * j);
        keys[words - 1] = keys[words - 1] >> junk << junk;
    }
}

size_t
ng_partition_next (struct ng_partition *p, size_t i, uint64_t *keys,
                   struct ng_pieces *freed)
{
    struct bucket *b = &p->buckets[i];
    struct ng_piece *c = ng_pieces_take (&b->chunks);
    size_t n;

    if (!c)
        return 0;
    n = chunk_keys (b->bytes) - (b->chunks.first ? 0 : b->room);
    switch (p->bounds.cuts[i].words)
    {
    case 1:
        get_keys (c->bytes, n, b->bytes, keys, 1);
        break;
    case 2:
        get_keys (c->bytes, n, b->bytes, keys, 2);
        break;
    case 3:
        get_keys (c->bytes, n, b->bytes, keys, 3);
        break;
    default:
        get_keys (c->bytes, n, b->bytes, keys, 4);
    }
    ng_pieces_add (freed, c);
    return n;
}
