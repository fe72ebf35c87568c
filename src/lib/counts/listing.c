#include <config.h>

#include "counts/listing.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"
#include "counts/lines.h"
#include "counts/names.h"
#include "counts/ngcwrite.h"
#include "io/paged.h"

enum
{
    NUMBERS_BYTES_MAX = 64, /* a count, a probability, two tabs, a newline */

    /* N-grams are told apart by classes of counts: each of the first counts
       of a range is a class; behind them each power of two has STEPS.  */
    EXACT_SHIFT = 16,
    EXACT = 1 << EXACT_SHIFT,
    STEPS_SHIFT = 10,
    STEPS = 1 << STEPS_SHIFT,
    CLASSES = EXACT + (64 - EXACT_SHIFT) * STEPS
};

/* An n-gram on its way to be written.  The value of a third column, a double,
   stands in the last 8 bytes.  */
struct item
{
    uint64_t count;
    uint32_t number;  /* among those that are sorted together */
    uint32_t ranks[]; /* [order] */
};

struct writer
{
    const struct ng_listing *l;
    struct ng_output *out;
    struct ng_names *names;
    struct ng_paged type_counts; /* uint64_t of each rank, for the column */
    uint64_t capacity;           /* items in memory, 1 or more */

    /* Of the order that is written.  */
    unsigned order;
    size_t item_bytes;
    uint64_t left; /* lines that may yet be written */
};

/* A range of counts, and how many n-grams there are of each class in it.  */
struct range
{
    uint64_t low, high;
    uint64_t *n; /* [CLASSES] */
};

/* ---------------------------------------------------------------- one line */

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
write_line (struct writer *w, const uint32_t *ranks, uint64_t count,
            double value)
{
    unsigned char tail[NUMBERS_BYTES_MAX];
    size_t n = 0;

    for (unsigned i = 0; i < w->order; i++)
    {
        size_t len;
        const unsigned char *name = ng_names_get (w->names, ranks[i], &len);
        unsigned char *p = ng_output_reserve (w->out, len + 1);

        if (!p)
            return NG_ESYS;
        memcpy (p, name, len);
        p[len] = ' ';
        ng_output_advance (w->out, i + 1 < w->order ? len + 1 : len);
    }
    tail[n++] = '\t';
    n += format_count (tail + n, count);
    if (w->l->column)
        n += (size_t) snprintf ((char *) tail + n, sizeof tail - n - 1,
                                "\t%.17g", value);
    tail[n++] = '\n';
    w->left--;
    return ng_output_write (w->out, tail, n);
}

/* The third column of LINE; 0 if there is none.  */
static double
value_of (struct writer *w, const struct ng_line *line)
{
    uint64_t last_count;

    if (!w->l->column)
        return 0;
    memcpy (&last_count,
            ng_paged_touch (&w->type_counts,
                            line->ranks[w->order - 1] * sizeof last_count),
            sizeof last_count);
    return w->l->column (w->l->column_context, w->order, line->count,
                         line->context_count, last_count);
}

/* ---------------------------------------------------------------- all lines */

/* What is done with a line; NG_END: no more are wanted.  */
typedef enum ng_err line_action (struct writer *w, void *context,
                                 const struct ng_line *line);

/* Do ACTION with each line of the order that counts enough.  */
static enum ng_err
for_each_line (struct writer *w, line_action *action, void *context)
{
    struct ng_names *names = w->l->sort == NG_UNSORTED ? NULL : w->names;
    struct ng_lines lines;
    struct ng_line *line;
    size_t n;
    enum ng_err err;

    ng_lines_start (&lines, w->l->counts, w->order, names, w->l->column != NULL,
                    w->l->fault);
    while ((err = ng_lines_next (&lines, &line, &n)) == NG_OK)
    {
        for (; n > 0 && err == NG_OK; n--, line++)
            if (line->count >= w->l->min_count)
                err = action (w, context, line);
        if (err != NG_OK)
            break;
    }
    ng_lines_fini (&lines);
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
write_if_wanted (struct writer *w, void *context, const struct ng_line *line)
{
    const struct range *range = context;

    if (line->count < range->low || line->count > range->high)
        return NG_OK;
    if (w->left == 0)
        return NG_END;
    return write_line (w, line->ranks, line->count, value_of (w, line));
}

/* Write what counts from LOW to HIGH in the order that it comes in.  */
static enum ng_err
write_as_it_comes (struct writer *w, uint64_t low, uint64_t high)
{
    struct range range = { low, high, NULL };

    return for_each_line (w, write_if_wanted, &range);
}

/* ----------------------------------------------------------------- classes */

static size_t
class_of (const struct range *range, uint64_t count)
{
    uint64_t x = count - range->low;
    unsigned log2;

    if (x < EXACT)
        return (size_t) x;
    log2 = 63 - (unsigned) __builtin_clzll (x);
    return EXACT + (log2 - EXACT_SHIFT) * (size_t) STEPS
           + (size_t) (x >> (log2 - STEPS_SHIFT) & (STEPS - 1));
}

/* The least count of class C.  */
static uint64_t
class_low (const struct range *range, size_t c)
{
    size_t k = c - EXACT;
    unsigned log2 = EXACT_SHIFT + (unsigned) (k >> STEPS_SHIFT);

    if (c < EXACT)
        return range->low + c;
    return range->low
           + ((UINT64_C (1) << log2)
              + ((uint64_t) (k & (STEPS - 1)) << (log2 - STEPS_SHIFT)));
}

static uint64_t
class_high (const struct range *range, size_t c)
{
    return c >= class_of (range, range->high) ? range->high
                                              : class_low (range, c + 1) - 1;
}

static enum ng_err
count_class (struct writer *w, void *context, const struct ng_line *line)
{
    struct range *range = context;

    (void) w;
    if (line->count >= range->low && line->count <= range->high)
        range->n[class_of (range, line->count)]++;
    return NG_OK;
}

/* Make RANGE that of the counts from LOW to HIGH; the caller frees its N.  */
static enum ng_err
count_classes (struct writer *w, struct range *range, uint64_t low,
               uint64_t high)
{
    range->low = low;
    range->high = high;
    range->n = ng_calloc_array (CLASSES, sizeof *range->n);
    return range->n ? for_each_line (w, count_class, range) : NG_ENOMEM;
}

/* ------------------------------------------------- sorted by falling count */

/* Classes LOW to HIGH of RANGE, whose items are sorted in memory.  */
struct group
{
    const struct range *range;
    size_t low, high;
    unsigned char *items;
    uint64_t *starts; /* [high - low + 1] where the next of a class goes */
    uint32_t n;
};

static struct item *
item_at (const struct writer *w, const struct group *g, uint64_t i)
{
    return (struct item *) (void *) (g->items + i * w->item_bytes);
}

static enum ng_err
place_line (struct writer *w, void *context, const struct ng_line *line)
{
    struct group *g = context;
    size_t c;
    struct item *item;
    double value;

    if (line->count < g->range->low || line->count > g->range->high)
        return NG_OK;
    c = class_of (g->range, line->count);
    if (c < g->low || c > g->high)
        return NG_OK;
    item = item_at (w, g, g->starts[c - g->low]++);
    item->count = line->count;
    item->number = g->n++;
    memcpy (item->ranks, line->ranks, w->order * sizeof *line->ranks);
    if (w->l->column)
    {
        value = value_of (w, line);
        memcpy ((unsigned char *) item + w->item_bytes - sizeof value, &value,
                sizeof value);
    }
    return NG_OK;
}

/* Falling count, ties as they came.  */
static int
compare_items (const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Sort the classes of G that have more than one count.  After placing, the
   start of a class is its end.  */
static void
sort_wide_classes (const struct writer *w, const struct group *g)
{
    uint64_t start = 0;

    for (size_t c = g->high + 1; c-- > g->low && c >= EXACT;)
    {
        uint64_t end = g->starts[c - g->low];

        if (end > start + 1)
            qsort (item_at (w, g, start), (size_t) (end - start), w->item_bytes,
                   compare_items);
        start = end;
    }
}

static enum ng_err
write_items (struct writer *w, const struct group *g)
{
    enum ng_err err = NG_OK;

    for (uint32_t i = 0; i < g->n && w->left > 0 && err == NG_OK; i++)
    {
        const struct item *item = item_at (w, g, i);
        double value = 0;

        if (w->l->column)
            memcpy (&value,
                    (const unsigned char *) item + w->item_bytes - sizeof value,
                    sizeof value);
        err = write_line (w, item->ranks, item->count, value);
    }
    return err;
}

/* Write classes LOW to HIGH of RANGE, N items in all, by way of memory.  */
static enum ng_err
write_group (struct writer *w, const struct range *range, size_t low,
             size_t high, uint64_t n)
{
    struct group g = { range, low, high, NULL, NULL, 0 };
    uint64_t at = 0;
    enum ng_err err = NG_ENOMEM;

    g.items = ng_alloc_array ((size_t) n, w->item_bytes);
    g.starts = ng_alloc_array (high - low + 1, sizeof *g.starts);
    if (g.items && g.starts)
    {
        for (size_t c = high + 1; c-- > low;)
        {
            g.starts[c - low] = at;
            at += range->n[c];
        }
        err = for_each_line (w, place_line, &g);
    }
    if (err == NG_OK)
    {
        sort_wide_classes (w, &g);
        err = write_items (w, &g);
    }
    free (g.items);
    free (g.starts);
    return err;
}

static enum ng_err write_by_count (struct writer *w, uint64_t low,
                                   uint64_t high);

/* Write class C of RANGE, which is too large for memory.  */
static enum ng_err
write_large_class (struct writer *w, const struct range *range, size_t c)
{
    uint64_t low = class_low (range, c), high = class_high (range, c);

    return low == high ? write_as_it_comes (w, low, high)
                       : write_by_count (w, low, high);
}

/* Write what counts from LOW to HIGH, by falling count.  */
static enum ng_err
write_by_count (struct writer *w, uint64_t low, uint64_t high)
{
    struct range range;
    enum ng_err err = count_classes (w, &range, low, high);

    for (size_t c = CLASSES; c > 0 && w->left > 0 && err == NG_OK;)
    {
        const size_t top = --c;
        uint64_t n = range.n[top];

        if (n == 0)
            continue;
        if (n > w->capacity)
        {
            err = write_large_class (w, &range, top);
            continue;
        }
        for (; c > 0 && n < w->left && range.n[c - 1] <= w->capacity - n; c--)
            n += range.n[c - 1];
        err = write_group (w, &range, c, top, n);
    }
    free (range.n);
    return err;
}

/* ------------------------------------------------------------- the listing */

static enum ng_err
read_type_counts (struct writer *w)
{
    struct ng_ngc *f = w->l->counts;
    struct ng_ngc_cursor c;
    enum ng_err err;

    err = ng_paged_open (&w->type_counts,
                         (uint64_t) ng_ngc_n_types (f) * sizeof c.count,
                         w->l->budget_bytes / 4, w->l->spill_dir, w->l->fault);
    if (err != NG_OK)
        return err;
    ng_ngc_cursor_start (&c, f, 1);
    while ((err = ng_ngc_cursor_next (&c)) == NG_OK)
        memcpy (ng_paged_touch (&w->type_counts, c.ranks[0] * sizeof c.count),
                &c.count, sizeof c.count);
    return err == NG_END ? NG_OK : err;
}

/* A probability needs what was counted, all of it.  */
static enum ng_err
check_column (const struct ng_listing *l)
{
    struct ng_ngc_info info = ng_ngc_info (l->counts);

    if (info.min_order > 1)
        return ng_fault_set (l->fault, NG_EINVAL, ng_ngc_name (l->counts),
                             "probabilities need the counts of order 1, which"
                             " are not here");
    if (info.flags & NG_NGC_CUT)
        return ng_fault_set (l->fault, NG_EINVAL, ng_ngc_name (l->counts),
                             "probabilities need all counts, but here some"
                             " were left out");
    return NG_OK;
}

static enum ng_err
open_writer (struct writer *w)
{
    const struct ng_listing *l = w->l;
    enum ng_err err = l->column ? check_column (l) : NG_OK;

    if (err == NG_OK)
        err = ng_names_open (l->counts, l->budget_bytes / 2, l->spill_dir,
                             l->fault, &w->names);
    if (err == NG_OK && l->column)
        err = read_type_counts (w);
    return err;
}

static void
close_writer (struct writer *w)
{
    ng_names_close (w->names);
    ng_paged_close (&w->type_counts);
}

/* Get ready for ORDER.  */
static void
start_order (struct writer *w, unsigned order)
{
    size_t bytes = sizeof (struct item) + order * sizeof (uint32_t);

    w->order = order;
    w->item_bytes = (bytes + 7) / 8 * 8 + (w->l->column ? sizeof (double) : 0);
    w->left = w->l->top > 0 ? w->l->top : UINT64_MAX;
    w->capacity = w->l->budget_bytes / 4 / w->item_bytes;
    if (w->capacity == 0)
        w->capacity = 1;
    if (w->capacity > UINT32_MAX)
        w->capacity = UINT32_MAX;
}

static enum ng_err
pass_over (struct writer *w, void *context, const struct ng_line *line)
{
    (void) w;
    (void) context;
    (void) line;
    return NG_OK;
}

/* Do all lines have what the column is computed from?  Of the first order
   write_by_count looks at all lines before it writes one.  */
static enum ng_err
prove_counts (struct writer *w)
{
    const struct ng_listing *l = w->l;
    enum ng_err err = NG_OK;

    for (unsigned k = l->min_order + (l->sort == NG_BY_COUNT);
         k <= l->max_order && err == NG_OK; k++)
    {
        w->order = k;
        err = for_each_line (w, pass_over, NULL);
    }
    return err;
}

enum ng_err
ng_listing_write (const struct ng_listing *l, struct ng_output *out)
{
    struct writer w = { .l = l, .out = out };
    enum ng_err err = open_writer (&w);

    if (err == NG_OK && l->column && l->unproved)
        err = prove_counts (&w);
    for (unsigned k = l->min_order; k <= l->max_order && err == NG_OK; k++)
    {
        start_order (&w, k);
        err = l->sort == NG_BY_COUNT ? write_by_count (&w, 1, UINT64_MAX)
                                     : write_as_it_comes (&w, 1, UINT64_MAX);
    }
    close_writer (&w);
    return err;
}

/* -------------------------------------------------------------- the filter */

/* Which lines of an order are kept: those that count more than LEAST, and the
   first TIES of those that count as much.  */
struct cut
{
    uint64_t least, ties;
};

/* Find the cut that keeps W->left of what counts from LOW to HIGH, or all if
   there are no more.  */
static enum ng_err
find_cut (struct writer *w, uint64_t low, uint64_t high, struct cut *cut)
{
    struct range range;
    enum ng_err err = count_classes (w, &range, low, high);
    size_t c = CLASSES;

    *cut = (struct cut){ low, UINT64_MAX };
    while (err == NG_OK && c > 0 && range.n[c - 1] < w->left)
        w->left -= range.n[--c];
    if (err == NG_OK && c-- > 0)
    {
        uint64_t least = class_low (&range, c);

        *cut = (struct cut){ least, w->left };
        if (class_high (&range, c) > least)
            err = find_cut (w, least, class_high (&range, c), cut);
    }
    free (range.n);
    return err;
}

static int
compare_ranks (const void *a, const void *b)
{
    const struct ng_line *x = a, *y = b;

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        if (x->ranks[i] != y->ranks[i])
            return x->ranks[i] < y->ranks[i] ? -1 : 1;
    return 0;
}

static bool
is_kept (struct writer *w, struct cut *cut, uint64_t count)
{
    if (count < w->l->min_count)
        return false;
    if (w->l->sort != NG_BY_COUNT)
        return w->left > 0 && w->left-- > 0;
    if (count == cut->least)
        return cut->ties > 0 && cut->ties-- > 0;
    return count > cut->least;
}

/* Write the lines of LINES[N] that are kept, in the order of the file.  */
static enum ng_err
filter_group (struct writer *w, struct cut *cut, struct ng_ngcw *out,
              struct ng_line *lines, size_t n)
{
    size_t kept = 0;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < n; i++)
        if (is_kept (w, cut, lines[i].count))
            lines[kept++] = lines[i];
    if (kept > 1)
        qsort (lines, kept, sizeof *lines, compare_ranks);
    for (size_t i = 0; i < kept && err == NG_OK; i++)
        err = ng_ngcw_add (out, w->order, lines[i].ranks, lines[i].count);
    return err;
}

static enum ng_err
filter_order (struct writer *w, struct ng_ngcw *out)
{
    struct cut cut = { 1, UINT64_MAX };
    struct ng_lines lines;
    struct ng_line *line;
    size_t n;
    enum ng_err err = NG_OK;

    if (w->l->top > 0 && w->l->sort == NG_BY_COUNT)
        err = find_cut (w, 1, UINT64_MAX, &cut);
    if (err != NG_OK)
        return err;
    ng_lines_start (&lines, w->l->counts, w->order,
                    w->l->sort == NG_UNSORTED ? NULL : w->names, false,
                    w->l->fault);
    while ((err = ng_lines_next (&lines, &line, &n)) == NG_OK)
    {
        err = filter_group (w, &cut, out, line, n);
        if (err != NG_OK)
            break;
    }
    ng_lines_fini (&lines);
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
copy_names (struct ng_ngc *f, struct ng_ngcw *out)
{
    struct ng_ngc_names c;
    enum ng_err err = NG_OK;

    ng_ngc_names_start (&c, f);
    while (err == NG_OK && (err = ng_ngc_names_next (&c)) == NG_OK)
        err = ng_ngcw_name (out, c.name, c.len);
    ng_ngc_names_fini (&c);
    return err == NG_END ? NG_OK : err;
}

enum ng_err
ng_listing_filter (const struct ng_listing *l, const struct ng_ngc_info *info,
                   struct ng_output *out)
{
    struct ng_listing plain = *l;
    struct writer w = { .l = &plain };
    struct ng_ngcw *ngcw = NULL;
    enum ng_err err;

    plain.column = NULL;
    err = open_writer (&w);
    if (err == NG_OK)
        err = ng_ngcw_open (info, out, l->spill_dir, l->fault, &ngcw);
    if (err == NG_OK)
        err = copy_names (l->counts, ngcw);
    for (unsigned k = l->max_order; k >= l->min_order && err == NG_OK; k--)
    {
        start_order (&w, k);
        err = filter_order (&w, ngcw);
    }
    if (err == NG_OK)
        err = ng_ngcw_finish (ngcw);
    ng_ngcw_close (ngcw);
    close_writer (&w);
    return err;
}
