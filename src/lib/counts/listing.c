#include <config.h>

#include "counts/listing.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"
#include "text/lexical.h"

enum
{
    /* Counts below are sorted by counting; the few n-grams of this count or
       more by comparing.  */
    BIG_COUNT = 1 << 16,
    NUMBERS_BYTES_MAX = 64 /* a count, a probability, two tabs, a newline */
};

/* An n-gram on its way to be written.  */
struct item
{
    uint64_t count;
    double value;     /* third column */
    uint64_t parent;  /* index of all but the last token on its level */
    uint32_t place;   /* of the last token among those of PARENT */
    uint32_t ranks[]; /* [order] */
};

/* The writing of one order.  Items stand end to end, SIZE bytes each.  */
struct writer
{
    const struct ng_listing *l;
    struct ng_output *out;
    unsigned order;
    size_t size;
    unsigned char *items;
};

static size_t
item_size (unsigned order)
{
    size_t bytes = sizeof (struct item) + order * sizeof (uint32_t);

    return (bytes + 7) / 8 * 8;
}

static struct item *
item_at (const struct writer *w, uint64_t i)
{
    return (struct item *) (void *) (w->items + i * w->size);
}

/* COUNT in decimal at P; returns its length.  */
static size_t
format_count (unsigned char *p, uint64_t count)
{
    unsigned char digits[20];
    size_t n = 0;

    do
        digits[n++] = (unsigned char) ('0' + count % 10);
    while ((count /= 10) > 0);
    for (size_t i = 0; i < n; i++)
        p[i] = digits[n - 1 - i];
    return n;
}

static enum ng_err
write_item (const struct writer *w, const struct item *item)
{
    unsigned char tail[NUMBERS_BYTES_MAX];
    size_t n = 0;

    for (unsigned i = 0; i < w->order; i++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (
            w->l->vocab, w->l->ranking->ids[item->ranks[i]], &len);
        unsigned char *p = ng_output_reserve (w->out, len + 1);

        if (!p)
            return NG_ESYS;
        memcpy (p, name, len);
        p[len] = ' ';
        ng_output_advance (w->out, i + 1 < w->order ? len + 1 : len);
    }
    tail[n++] = '\t';
    n += format_count (tail + n, item->count);
    if (w->l->column)
        n += (size_t) snprintf ((char *) tail + n, sizeof tail - n - 1,
                                "\t%.17g", item->value);
    tail[n++] = '\n';
    return ng_output_write (w->out, tail, n);
}

/* The count of the type of rank RANK.  Level 1 has every type that occurs, in
   the order of ranks.  */
static uint64_t
type_count (const struct ng_ngrams *g, uint32_t rank)
{
    const struct ng_level *first = &g->levels[0];
    uint64_t low = 0, high = first->n;

    while (high - low > 1)
    {
        uint64_t middle = low + (high - low) / 2;

        if (first->ranks[middle] <= rank)
            low = middle;
        else
            high = middle;
    }
    return first->counts[low];
}

static void
fill_item (const struct writer *w, const struct ng_walk *walk,
           struct item *item)
{
    const uint32_t *places = w->l->ranking->places;
    uint32_t last = ng_walk_rank (walk, w->order - 1);

    item->count = ng_walk_count (walk);
    item->parent = w->order > 1 ? walk->at[w->order - 2] : 0;
    item->place = places ? places[last] : last;
    for (unsigned i = 0; i < w->order; i++)
        item->ranks[i] = ng_walk_rank (walk, i);
    if (w->l->column)
        item->value = w->l->column (w->l->column_context, w->order, item->count,
                                    ng_walk_context_count (walk),
                                    type_count (w->l->ngrams, last));
}

static enum ng_err
write_as_kept (struct writer *w)
{
    struct ng_walk walk;
    uint64_t left = w->l->top > 0 ? w->l->top : UINT64_MAX;
    enum ng_err err = NG_OK;

    ng_walk_start (&walk, w->l->ngrams, w->order);
    while (err == NG_OK && left > 0 && ng_walk_next (&walk))
        if (ng_walk_count (&walk) >= w->l->min_count)
        {
            fill_item (w, &walk, item_at (w, 0));
            err = write_item (w, item_at (w, 0));
            left--;
        }
    return err;
}

/* ------------------------------------------------- sorted by falling count */

static size_t
class_of (uint64_t count)
{
    return count < BIG_COUNT ? (size_t) count : BIG_COUNT;
}

static int
compare_texts (const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Falling count, ties by the text.  */
static int
compare_counts (const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return compare_texts (a, b);
}

/* Where the items of each class begin if higher counts come first, in
   STARTS[BIG_COUNT + 1]; returns the lowest class that is written.  */
static size_t
place_classes (const struct writer *w, uint64_t *starts, uint64_t *total)
{
    const struct ng_level *level = &w->l->ngrams->levels[w->order - 1];
    const uint64_t top =
        w->l->top > 0 && w->l->sort == NG_BY_COUNT ? w->l->top : UINT64_MAX;
    uint64_t sum = 0;
    size_t c;

    memset (starts, 0, (BIG_COUNT + 1) * sizeof *starts);
    for (uint64_t i = 0; i < level->n; i++)
        if (level->counts[i] >= w->l->min_count)
            starts[class_of (level->counts[i])]++;
    for (c = BIG_COUNT; c > 0 && sum < top; c--)
    {
        uint64_t n = starts[c];

        starts[c] = sum;
        sum += n;
    }
    *total = sum;
    return c + 1;
}

/* Put the n-grams of class LOWEST and up into their places.  */
static void
place_items (const struct writer *w, uint64_t *starts, size_t lowest)
{
    struct ng_walk walk;

    ng_walk_start (&walk, w->l->ngrams, w->order);
    while (ng_walk_next (&walk))
    {
        uint64_t count = ng_walk_count (&walk);
        size_t c = class_of (count);

        if (count >= w->l->min_count && c >= lowest)
            fill_item (w, &walk, item_at (w, starts[c]++));
    }
}

/* Write all, sorted, with every n-gram of the order in memory.  */
static enum ng_err
write_sorted (struct writer *w)
{
    uint64_t *starts = ng_alloc_array (BIG_COUNT + 1, sizeof *starts);
    const bool irregular = w->l->ranking->places != NULL;
    uint64_t total, n;
    size_t lowest, bytes;
    enum ng_err err = NG_OK;

    if (!starts)
        return NG_ENOMEM;
    lowest = place_classes (w, starts, &total);
    free (w->items);
    w->items = ng_ckd_mul (total, w->size, &bytes) ? malloc (bytes + 1) : NULL;
    if (!w->items)
    {
        free (starts);
        return NG_ENOMEM;
    }
    place_items (w, starts, lowest);
    /* After placing, the start of a class is its end.  */
    n = lowest <= BIG_COUNT ? starts[BIG_COUNT] : 0;
    free (starts);
    if (irregular)
        n = total;
    if (n > 1)
        qsort (w->items, (size_t) n, w->size,
               w->l->sort == NG_BY_COUNT ? compare_counts : compare_texts);
    n = w->l->top > 0 && w->l->top < total ? w->l->top : total;
    for (uint64_t i = 0; i < n && err == NG_OK; i++)
        err = write_item (w, item_at (w, i));
    return err;
}

static enum ng_err
write_order (const struct ng_listing *l, unsigned order, struct ng_output *out)
{
    struct writer w = { .l = l, .out = out, .order = order };
    enum ng_err err;

    w.size = item_size (order);
    w.items = malloc (w.size);
    if (!w.items)
        return NG_ENOMEM;
    if (l->sort == NG_BY_COUNT || (l->sort == NG_BY_TEXT && l->ranking->places))
        err = write_sorted (&w);
    else
        err = write_as_kept (&w);
    free (w.items);
    return err;
}

enum ng_err
ng_listing_write (const struct ng_listing *l, struct ng_output *out)
{
    enum ng_err err = NG_OK;

    for (unsigned order = l->min_order; order <= l->max_order && err == NG_OK;
         order++)
        err = write_order (l, order, out);
    return err;
}
