#include <config.h>

#include "counts/partition.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/pages.h"

/* A bucket is a list of chunks, cut from slabs; the last is being filled.

       bucket 0  -> [k k k k] -> [k k . .]
       bucket 1  -> [k . . .]

   To find the bucket of a key, FIRST[token] says how many splitters are below
   every key that begins with that token; where FIRST[token + 1] says the same,
   that is the answer, and else the splitters between are searched.  */
enum
{
    CHUNK_BYTES = 4096,
    SLAB_BYTES = 2 << 20, /* a large page */
    SMALL_SLABS = 4       /* that are not yet worth one */
};

struct chunk
{
    struct chunk *next;
    uint64_t keys[CHUNK_BYTES / sizeof (uint64_t) - 1];
};

struct bucket
{
    struct chunk *head, *tail;
    uint64_t *at, *end; /* room in TAIL */
};

struct ng_partition
{
    struct ng_key_shape shape;
    bool borrows;        /* splitters and first are another's */
    uint64_t *splitters; /* [n_buckets - 1] first words of keys, rising */
    size_t n_buckets;
    uint32_t *first; /* [n_types + 2] */
    struct bucket *buckets;
    struct chunk **slabs;
    size_t n_slabs, cap_slabs;
    size_t slab_used; /* chunks taken from the last slab */
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
    size_t n_splitters = 0;

    if (n_sample > 0)
        qsort (sample, n_sample, sizeof *sample, compare_u64);
    for (size_t i = 1; i < n && n_sample > 0; i++)
    {
        uint64_t s = sample[i * n_sample / n];

        if (n_splitters == 0 || p->splitters[n_splitters - 1] < s)
            p->splitters[n_splitters++] = s;
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
        while (below + 1 < p->n_buckets && p->splitters[below] >> shift < t)
            below++;
        p->first[t] = below;
    }
}

struct ng_partition *
ng_partition_new (struct ng_key_shape shape, uint32_t n_types, size_t n_buckets,
                  uint64_t *sample, size_t n_sample)
{
    struct ng_partition *p = calloc (1, sizeof *p);

    assert (n_buckets > 0);
    if (!p)
        return NULL;
    p->shape = shape;
    p->splitters = ng_alloc_array (n_buckets, sizeof *p->splitters);
    p->first = ng_alloc_array ((size_t) n_types + 2, sizeof *p->first);
    p->buckets = ng_calloc_array (n_buckets, sizeof *p->buckets);
    if (!p->splitters || !p->first || !p->buckets)
    {
        ng_partition_free (p);
        return NULL;
    }
    choose_splitters (p, n_buckets, sample, n_sample);
    fill_first (p, n_types);
    return p;
}

struct ng_partition *
ng_partition_like (const struct ng_partition *p)
{
    struct ng_partition *q = calloc (1, sizeof *q);

    if (!q)
        return NULL;
    q->shape = p->shape;
    q->borrows = true;
    q->splitters = p->splitters;
    q->first = p->first;
    q->n_buckets = p->n_buckets;
    q->buckets = ng_calloc_array (p->n_buckets, sizeof *q->buckets);
    if (!q->buckets)
    {
        free (q);
        return NULL;
    }
    return q;
}

void
ng_partition_free (struct ng_partition *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_slabs; i++)
        ng_pages_free (p->slabs[i], SLAB_BYTES);
    free (p->slabs);
    if (!p->borrows)
    {
        free (p->splitters);
        free (p->first);
    }
    free (p->buckets);
    free (p);
}

static struct chunk *
new_chunk (struct ng_partition *p)
{
    const size_t per_slab = SLAB_BYTES / sizeof (struct chunk);
    struct chunk **slabs, *slab;

    if (p->n_slabs > 0 && p->slab_used < per_slab)
        return &p->slabs[p->n_slabs - 1][p->slab_used++];
    slabs = ng_grow (p->slabs, &p->cap_slabs, p->n_slabs + 1, sizeof *slabs);
    if (!slabs)
        return NULL;
    p->slabs = slabs;
    slab = ng_pages_alloc (SLAB_BYTES, p->n_slabs >= SMALL_SLABS);
    if (!slab)
        return NULL;
    p->slabs[p->n_slabs++] = slab;
    p->slab_used = 1;
    return slab;
}

static enum ng_err
extend (struct ng_partition *p, struct bucket *b)
{
    const size_t words = p->shape.words;
    const size_t room = sizeof b->tail->keys / sizeof *b->tail->keys;
    struct chunk *c = new_chunk (p);

    if (!c)
        return NG_ENOMEM;
    c->next = NULL;
    if (b->tail)
        b->tail->next = c;
    else
        b->head = c;
    b->tail = c;
    b->at = c->keys;
    b->end = c->keys + room / words * words;
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

enum ng_err
ng_partition_add_in (struct ng_partition *p, uint32_t low, uint32_t high,
                     const uint64_t *key)
{
    const unsigned words = p->shape.words;
    struct bucket *b =
        &p->buckets[low == high
                        ? low
                        : find_bucket (p->splitters, key[0], low, high)];

    if (b->at == b->end)
    {
        enum ng_err err = extend (p, b);

        if (err != NG_OK)
            return err;
    }
    for (unsigned i = 0; i < words; i++)
        *b->at++ = key[i];
    return NG_OK;
}

void
ng_partition_range (const struct ng_partition *p, uint32_t token, uint32_t *low,
                    uint32_t *high)
{
    *low = p->first[token];
    *high = p->first[token + 1];
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

const uint64_t *
ng_partition_next (struct ng_partition *p, size_t i, size_t *n)
{
    struct bucket *b = &p->buckets[i];
    struct chunk *c = b->head;
    const size_t words = p->shape.words;

    if (!c)
        return NULL;
    b->head = c->next;
    if (c->next)
        *n = sizeof c->keys / sizeof *c->keys / words;
    else
        *n = (size_t) (b->at - c->keys) / words;
    return c->keys;
}
