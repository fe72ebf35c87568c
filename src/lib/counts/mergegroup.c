#include <config.h>

#include "counts/mergegroup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"
#include "counts/key.h"
#include "counts/mergenames.h"
#include "counts/ngcwrite.h"
#include "counts/tournament.h"

enum
{
    PROGRESS_ITEMS = 1 << 16,
    ITEM_BYTES = 5, /* about, of an n-gram in a file */
    BATCH = 512     /* leaves handed to the writer at once */
};

/* One order of one file.  */
struct list
{
    unsigned source;
    struct ng_ngc_cursor cursor;  /* at the n-gram after the present one */
    bool exhausted;               /* which there is not */
    uint64_t count;               /* of the present n-gram */
    uint32_t ranks[NG_ORDER_MAX]; /* of the present n-gram, in the sum */
};

struct job
{
    const struct ng_merge_setup *setup;
    bool to_leaves;
    struct ng_rank_maps maps;
    struct ng_ngcw *w;
    uint64_t n_done; /* items read */
    uint64_t bytes;  /* about, of all files */

    struct list *lists; /* [NG_TOURNAMENT_MAX] */
    unsigned n_lists;
    struct ng_key_shape shape;
    uint64_t keys[NG_TOURNAMENT_MAX][NG_KEY_WORDS_MAX]; /* of each list's
                            present n-gram, ranks + 1; all ones at the end */

    uint64_t batch[BATCH * (NG_KEY_WORDS_MAX + 1)]; /* leaves and counts */
    size_t n_batch;
};

unsigned
ng_merge_n_lists (const struct ng_ngc *f, bool leaves)
{
    const struct ng_ngc_info info = ng_ngc_info (f);
    unsigned n = 0;

    if (!leaves)
        return 1;
    for (unsigned k = info.min_order; k <= info.max_order; k++)
        n += ng_ngc_level (f, k).n > 0;
    return n;
}

uint64_t
ng_merge_bytes (const struct ng_ngc *f)
{
    struct ng_ngc_info info = ng_ngc_info (f);
    uint64_t n = ng_ngc_n_types (f);

    for (unsigned k = info.min_order; k <= info.max_order; k++)
        n += ng_ngc_level (f, k).n;
    return n * ITEM_BYTES;
}

static void
count_item (void *context)
{
    struct job *j = context;

    if (++j->n_done % PROGRESS_ITEMS == 0 && j->setup->progress)
        j->setup->progress (j->n_done * ITEM_BYTES, j->bytes);
}

/* ------------------------------------------------------------------- lists */

/* Read the n-gram after the next of list L, and have what the maps say of it
   brought to the cache: that takes as long as all else.  */
static inline __attribute__ ((always_inline)) enum ng_err
read_ahead (struct job *j, struct list *l)
{
    enum ng_err err = ng_ngc_cursor_next (&l->cursor);

    l->exhausted = err != NG_OK;
    if (err != NG_OK)
        return err == NG_END ? NG_OK : err;
    for (unsigned k = l->cursor.common; k < l->cursor.order; k++)
        __builtin_prefetch (
            ng_rank_map_at (&j->maps, l->source, l->cursor.ranks[k]));
    count_item (j);
    return NG_OK;
}

/* Go to the next n-gram of list I and set its key.  */
static inline __attribute__ ((always_inline)) enum ng_err
next_ngram (struct job *j, unsigned i, unsigned words)
{
    struct list *l = &j->lists[i];
    uint64_t *key = j->keys[i];

    if (l->exhausted)
    {
        for (unsigned k = 0; k < words; k++)
            key[k] = UINT64_MAX;
        return NG_OK;
    }
    ng_key_truncate (key, j->shape, words, l->cursor.common);
    for (unsigned k = l->cursor.common; k < l->cursor.order; k++)
    {
        l->ranks[k] = ng_rank_map (&j->maps, l->source, l->cursor.ranks[k]);
        ng_key_put (key, j->shape, k, l->ranks[k] + 1);
    }
    l->count = l->cursor.count;
    return read_ahead (j, l);
}

/* Bring the leaves that wait to the writer.  */
static enum ng_err
flush_batch (struct job *j)
{
    const struct ng_key_cut whole = ng_key_cut (j->shape, 0, UINT64_MAX);
    const size_t n = j->n_batch;

    j->n_batch = 0;
    return j->to_leaves ? ng_ngcw_leaves (j->w, j->shape, whole, j->batch, n)
                        : ng_ngcw_keys (j->w, j->shape, whole, j->batch, n);
}

static inline __attribute__ ((always_inline)) enum ng_err
put_leaf (struct job *j, const uint64_t *key, uint64_t count, unsigned words)
{
    uint64_t *at = j->batch + j->n_batch * (words + 1);

    memcpy (at, key, words * sizeof *key);
    at[words] = count;
    return ++j->n_batch == BATCH ? flush_batch (j) : NG_OK;
}

static inline __attribute__ ((always_inline)) bool
key_less (const struct job *j, unsigned a, unsigned b, unsigned words)
{
    return ng_key_compare (j->keys[a], j->keys[b], words) < 0;
}

static bool
key_less_1 (const void *context, unsigned a, unsigned b)
{
    return key_less (context, a, b, 1);
}

static bool
key_less_2 (const void *context, unsigned a, unsigned b)
{
    return key_less (context, a, b, 2);
}

static bool
key_less_3 (const void *context, unsigned a, unsigned b)
{
    return key_less (context, a, b, 3);
}

static bool
key_less_4 (const void *context, unsigned a, unsigned b)
{
    return key_less (context, a, b, 4);
}

static enum ng_err
too_large (const struct job *j)
{
    return ng_fault_set (j->setup->fault, NG_EOVERFLOW, NULL,
                         "the sum of the counts of an n-gram of order %u does"
                         " not fit 64 bits",
                         j->shape.order);
}

/* Merge the lists, with keys of WORDS words that LESS compares.  */
static inline __attribute__ ((always_inline)) enum ng_err
merge_keys (struct job *j, unsigned words, ng_tournament_less *less)
{
    const bool leaves = j->setup->leaves;
    struct ng_tournament t;
    enum ng_err err = NG_OK;

    for (unsigned i = 0; i < j->n_lists && err == NG_OK; i++)
        err = read_ahead (j, &j->lists[i]);
    for (unsigned i = 0; i < j->n_lists && err == NG_OK; i++)
        err = next_ngram (j, i, words);
    if (err == NG_OK)
        ng_tournament_start (&t, j->n_lists, less, j);
    while (err == NG_OK)
    {
        unsigned i = ng_tournament_winner (&t);
        uint64_t key[NG_KEY_WORDS_MAX], sum = 0;
        uint32_t ranks[NG_ORDER_MAX];

        if (j->keys[i][0] == UINT64_MAX)
            break;
        memcpy (key, j->keys[i], words * sizeof *key);
        if (!leaves)
            memcpy (ranks, j->lists[i].ranks, sizeof ranks);
        do
        {
            if (!ng_ckd_add (sum, j->lists[i].count, &sum))
                return too_large (j);
            err = next_ngram (j, i, words);
            ng_tournament_replay (&t, less, j);
            i = ng_tournament_winner (&t);
        } while (err == NG_OK && ng_key_equal (j->keys[i], key, words));
        if (err == NG_OK)
            err = leaves ? put_leaf (j, key, sum, words)
                         : ng_ngcw_add (j->w, j->shape.order, ranks, sum);
    }
    return err;
}

/* Merge the lists into n-grams of ORDER, or leaves of it.  */
static enum ng_err
merge_lists (struct job *j, unsigned order)
{
    enum ng_err err;

    /* Of all ones is no key that has a type less than it has room for.  */
    j->shape = ng_key_shape (order, j->maps.n_types + 1);
    memset (j->keys, 0, sizeof j->keys);
    if (j->n_lists == 0)
        return NG_OK;
    switch (j->shape.words)
    {
    case 1:
        err = merge_keys (j, 1, key_less_1);
        break;
    case 2:
        err = merge_keys (j, 2, key_less_2);
        break;
    case 3:
        err = merge_keys (j, 3, key_less_3);
        break;
    default:
        err = merge_keys (j, 4, key_less_4);
        break;
    }
    if (err == NG_OK && j->n_batch > 0)
        err = flush_batch (j);
    return err;
}

static void
add_list (struct job *j, struct ng_ngc *f, unsigned source, unsigned order)
{
    struct list *l = &j->lists[j->n_lists++];

    assert (j->n_lists <= NG_TOURNAMENT_MAX);
    memset (l, 0, sizeof *l);
    l->source = source;
    ng_ngc_cursor_start (&l->cursor, f, order);
}

/* ------------------------------------------------------------------- files */

static enum ng_err
merge_orders (struct job *j, const struct ng_ngc_info *info,
              struct ng_ngc *const *sources, unsigned n)
{
    enum ng_err err = NG_OK;

    for (unsigned k = info->max_order; k >= info->min_order && err == NG_OK;
         k--)
    {
        j->n_lists = 0;
        for (unsigned i = 0; i < n; i++)
        {
            const struct ng_ngc_info its = ng_ngc_info (sources[i]);

            if (k >= its.min_order && k <= its.max_order)
                add_list (j, sources[i], i, k);
        }
        err = merge_lists (j, k);
    }
    return err;
}

static enum ng_err
merge_leaves (struct job *j, const struct ng_ngc_info *info,
              struct ng_ngc *const *sources, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 1; k <= info->max_order; k++)
            if (ng_ngc_level (sources[i], k).n > 0)
                add_list (j, sources[i], i, k);
    return merge_lists (j, info->max_order);
}

enum ng_err
ng_merge_group (const struct ng_merge_setup *setup,
                const struct ng_ngc_info *info, bool to_leaves,
                struct ng_ngc *const *sources, size_t n, struct ng_output *out)
{
    struct job *j = calloc (1, sizeof *j);
    enum ng_err err;

    assert (n <= NG_MERGE_MAX);
    if (!j)
        return NG_ENOMEM;
    j->setup = setup;
    j->to_leaves = to_leaves;
    j->lists = ng_alloc_array (NG_TOURNAMENT_MAX, sizeof *j->lists);
    for (size_t i = 0; i < n; i++)
        j->bytes += ng_merge_bytes (sources[i]);
    err = j->lists
              ? ng_ngcw_open (info, out, setup->spill_dir, setup->fault, &j->w)
              : NG_ENOMEM;
    if (err == NG_OK)
        err = ng_rank_maps_make (&j->maps, setup, sources, n, j->w, count_item,
                                 j);
    if (err == NG_OK)
        err = setup->leaves ? merge_leaves (j, info, sources, (unsigned) n)
                            : merge_orders (j, info, sources, (unsigned) n);
    if (err == NG_OK)
        err = ng_ngcw_finish (j->w);
    ng_ngcw_close (j->w);
    ng_rank_maps_close (&j->maps);
    free (j->lists);
    free (j);
    return err;
}
