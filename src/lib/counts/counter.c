#include <config.h>

#include "counts/counter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "counts/ids.h"
#include "counts/partition.h"
#include "counts/radix.h"
#include "counts/table.h"

enum
{
    /* Positions to a bucket: its table and entries stay in a cache of 1 MiB.  */
    BUCKET_POSITIONS = 16 * 1024,
    BUCKETS_MAX = 4096,
    SAMPLE_MAX = 64 * 1024
};

struct ng_counter
{
    unsigned order;
    struct ng_ids *ids;
};

/* The state of ng_counter_finish.  */
struct run
{
    struct ng_counter *c;
    const uint32_t *ranks;
    struct ng_key_shape shape;
    struct ng_partition *partition;
    uint64_t key[NG_KEY_WORDS_MAX]; /* the last N tokens */
    unsigned n_held;                /* tokens in it, at most N */
};

struct ng_counter *
ng_counter_new (unsigned order)
{
    struct ng_counter *c = calloc (1, sizeof *c);

    if (!c)
        return NULL;
    c->order = order;
    c->ids = ng_ids_new ();
    if (!c->ids)
    {
        free (c);
        return NULL;
    }
    return c;
}

void
ng_counter_free (struct ng_counter *c)
{
    if (!c)
        return;
    ng_ids_free (c->ids);
    free (c);
}

enum ng_err
ng_counter_add (struct ng_counter *c, const uint32_t *ids, size_t n)
{
    return ng_ids_append (c->ids, ids, n);
}

enum ng_err
ng_counter_break (struct ng_counter *c)
{
    const uint32_t mark = NG_ID_BREAK;

    return ng_ids_append (c->ids, &mark, 1);
}

/* The first words of the keys at about SAMPLE_MAX places, evenly spaced.  */
static size_t
draw_sample (const struct run *r, uint64_t *sample)
{
    const uint64_t total = ng_ids_size (r->c->ids);
    const uint64_t step = total / SAMPLE_MAX + 1;
    const size_t n_chunks = ng_ids_n_chunks (r->c->ids);
    uint64_t skip = step / 2;
    size_t n_sample = 0;

    for (size_t c = 0; c < n_chunks; c++)
    {
        size_t n, at = (size_t) skip;
        const uint32_t *ids = ng_ids_chunk (r->c->ids, c, &n);

        for (; at < n && n_sample < SAMPLE_MAX; at += step)
        {
            uint64_t key[NG_KEY_WORDS_MAX] = { 0 };

            for (size_t i = 0; i < r->shape.order; i++)
            {
                uint32_t id = at + i < n ? ids[at + i] : NG_ID_BREAK;

                ng_key_push (key, r->shape, r->shape.words,
                             id == NG_ID_BREAK ? 0 : r->ranks[id] + 1);
            }
            sample[n_sample++] = key[0];
        }
        skip = at > n ? at - n : 0;
    }
    return n_sample;
}

static enum ng_err
make_partition (struct run *r, uint32_t n_types)
{
    const uint64_t total = ng_ids_size (r->c->ids);
    uint64_t n_buckets = total / BUCKET_POSITIONS + 1;
    uint64_t *sample = ng_alloc_array (SAMPLE_MAX, sizeof *sample);

    if (!sample)
        return NG_ENOMEM;
    if (n_buckets > BUCKETS_MAX)
        n_buckets = BUCKETS_MAX;
    r->partition =
        ng_partition_new (r->shape, n_types, (size_t) n_buckets, sample,
                          n_buckets > 1 ? draw_sample (r, sample) : 0);
    free (sample);
    return r->partition ? NG_OK : NG_ENOMEM;
}

/* Shift in TOKEN (0 where the text ends); the n-gram that starts N - 1 tokens
   before it is then complete.  */
static inline enum ng_err
shift_in (struct run *r, uint32_t token, const unsigned words)
{
    ng_key_push (r->key, r->shape, words, token);
    if (r->n_held + 1 < r->shape.order)
    {
        r->n_held++;
        return NG_OK;
    }
    return ng_partition_add (r->partition, r->key);
}

/* The text ends here for the n-grams under way.  */
static enum ng_err
end_text (struct run *r, const unsigned words)
{
    unsigned n = r->n_held;
    enum ng_err err = NG_OK;

    /* A short text has not filled the key yet: shift without adding.  */
    for (unsigned i = n; i + 1 < r->shape.order && n > 0; i++)
        ng_key_push (r->key, r->shape, words, 0);
    r->n_held = r->shape.order - 1;
    for (unsigned i = 0; i < n && err == NG_OK; i++)
        err = shift_in (r, 0, words);
    for (unsigned i = 0; i < words; i++)
        r->key[i] = 0;
    r->n_held = 0;
    return err;
}

static inline enum ng_err
distribute_words (struct run *r, const unsigned words)
{
    struct ng_ids *all = r->c->ids;
    const size_t n_chunks = ng_ids_n_chunks (all);
    enum ng_err err = NG_OK;

    for (size_t c = 0; c < n_chunks && err == NG_OK; c++)
    {
        size_t n;
        const uint32_t *ids = ng_ids_chunk (all, c, &n);

        for (size_t i = 0; i < n && err == NG_OK; i++)
            if (ids[i] == NG_ID_BREAK)
                err = end_text (r, words);
            else
                err = shift_in (r, r->ranks[ids[i]] + 1, words);
        ng_ids_drop (all, c);
    }
    return err == NG_OK ? end_text (r, words) : err;
}

/* Every position's key into its bucket.  */
static enum ng_err
distribute (struct run *r)
{
    switch (r->shape.words)
    {
    case 1:
        return distribute_words (r, 1);
    case 2:
        return distribute_words (r, 2);
    case 3:
        return distribute_words (r, 3);
    default:
        return distribute_words (r, 4);
    }
}

/* Count bucket B in T, sort what is distinct, and append it to G.  */
static enum ng_err
count_bucket (struct run *r, size_t b, struct ng_table *t, uint64_t **scratch,
              size_t *cap, struct ng_ngrams *g)
{
    const uint64_t *keys;
    uint64_t *more;
    size_t n;

    ng_table_clear (t);
    while ((keys = ng_partition_next (r->partition, b, &n)) != NULL)
    {
        enum ng_err err = ng_table_count (t, keys, n);

        if (err != NG_OK)
            return err;
    }
    n = ng_table_size (t);
    more = ng_grow (*scratch, cap, n, (r->shape.words + 1) * sizeof *more);
    if (!more)
        return NG_ENOMEM;
    *scratch = more;
    ng_radix_sort (ng_table_entries (t), n, r->shape.words, more);
    return ng_ngrams_append (g, ng_table_entries (t), n);
}

static enum ng_err
count_buckets (struct run *r, struct ng_ngrams *g)
{
    struct ng_table *t = ng_table_new (r->shape.words);
    uint64_t *scratch = NULL;
    size_t cap = 0, n_buckets = ng_partition_n_buckets (r->partition);
    enum ng_err err = t ? NG_OK : NG_ENOMEM;

    for (size_t b = 0; b < n_buckets && err == NG_OK; b++)
        err = count_bucket (r, b, t, &scratch, &cap, g);
    if (err == NG_OK)
        err = ng_ngrams_finish (g);
    free (scratch);
    ng_table_free (t);
    return err;
}

enum ng_err
ng_counter_finish (struct ng_counter *c, const uint32_t *ranks,
                   uint32_t n_types, struct ng_ngrams *g)
{
    struct run r = { .c = c, .ranks = ranks };
    enum ng_err err;

    r.shape = ng_key_shape (c->order, n_types);
    ng_ngrams_init (g, r.shape);
    err = make_partition (&r, n_types);
    if (err == NG_OK)
        err = distribute (&r);
    if (err == NG_OK)
        err = count_buckets (&r, g);
    ng_partition_free (r.partition);
    return err;
}
