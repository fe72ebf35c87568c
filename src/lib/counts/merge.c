#include <config.h>

#include "counts/merge.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"
#include "counts/key.h"
#include "counts/ngcwrite.h"
#include "counts/tournament.h"
#include "io/paged.h"

enum
{
    PROGRESS_ITEMS = 1 << 16,
    ITEM_BYTES = 5 /* about, of an n-gram in a file */
};

struct source
{
    struct ng_ngc *f;
    struct ng_ngc_names names;
    uint64_t name_start; /* first 8 bytes of the name and its space */
    bool ended;          /* no more names */

    uint64_t map; /* where its map begins: [types of f] rank in the sum of
                     each rank */
    struct ng_ngc_cursor cursor;  /* at the n-gram after the present one */
    bool exhausted;               /* which there is not */
    uint64_t count;               /* of the present n-gram */
    uint32_t ranks[NG_ORDER_MAX]; /* of the present n-gram, in the sum */
};

struct job
{
    const struct ng_merge_setup *setup;
    struct source *sources;
    unsigned n;
    struct ng_paged maps; /* uint32_t, of all sources, end to end */
    uint32_t n_types;     /* of the sum */
    unsigned char *name;  /* the name being merged */
    size_t cap_name;
    uint64_t n_done; /* items read */
    uint64_t bytes;  /* about, of all files */
    struct ng_ngcw *w;
    struct ng_key_shape shape;
    uint64_t keys[NG_MERGE_MAX][NG_KEY_WORDS_MAX]; /* of each present n-gram;
                                                      all ones at the end */
};

/* Make room for the maps of all sources of J.  */
static enum ng_err
open_maps (struct job *j)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < j->n; i++)
    {
        j->sources[i].map = n * sizeof (uint32_t);
        n += ng_ngc_n_types (j->sources[i].f);
    }
    return ng_paged_open (&j->maps, n * sizeof (uint32_t),
                          j->setup->budget_bytes / 2, j->setup->spill_dir,
                          j->setup->fault);
}

static inline uint32_t *
map_at (struct job *j, const struct source *s, uint64_t rank)
{
    size_t at = (size_t) (s->map + rank * sizeof (uint32_t));

    return (uint32_t *) (void *) ng_paged_touch (&j->maps, at);
}

static inline void
count_item (struct job *j)
{
    if (++j->n_done % PROGRESS_ITEMS == 0 && j->setup->progress)
        j->setup->progress (j->n_done * ITEM_BYTES, j->bytes);
}

/* ------------------------------------------------------------------ names */

static enum ng_err
next_name (struct job *j, struct source *s)
{
    enum ng_err err = ng_ngc_names_next (&s->names);
    uint64_t x = 0;

    s->ended = err == NG_END;
    if (err != NG_OK)
        return s->ended ? NG_OK : err;
    for (size_t i = 0; i < 8; i++)
    {
        unsigned char c = 0;

        if (i < s->names.len)
            c = s->names.name[i];
        else if (i == s->names.len)
            c = ' ';
        x = x << 8 | c;
    }
    s->name_start = x;
    count_item (j);
    return NG_OK;
}

static bool
same_name (const struct ng_ngc_names *a, const unsigned char *name, size_t len)
{
    return a->len == len && memcmp (a->name, name, len) == 0;
}

static bool
name_less (const void *context, unsigned a, unsigned b)
{
    const struct source *x = (const struct source *) context + a;
    const struct source *y = (const struct source *) context + b;
    size_t n = x->names.len < y->names.len ? x->names.len : y->names.len;
    int order;

    if (x->ended || y->ended)
        return !x->ended;
    if (x->name_start != y->name_start)
        return x->name_start < y->name_start;
    order = memcmp (x->names.name, y->names.name, n);
    if (order != 0 || x->names.len == y->names.len)
        return order < 0;
    if (x->names.len > n)
        return x->names.name[n] < ' ';
    return y->names.name[n] > ' ';
}

/* Write the least name, which all that have it leave behind.  NG_END.  */
static enum ng_err
merge_name (struct job *j, struct ng_tournament *t)
{
    struct source *s = &j->sources[ng_tournament_winner (t)];
    uint32_t rank = j->n_types;
    size_t len = s->names.len;
    unsigned char *name;
    enum ng_err err;

    if (s->ended)
        return NG_END;
    if (rank == NG_TYPES_MAX)
        return ng_fault_set (j->setup->fault, NG_ELIMIT, NULL,
                             "too many types for one file");
    name = ng_grow (j->name, &j->cap_name, len, 1);
    if (!name)
        return NG_ENOMEM;
    j->name = name;
    memcpy (name, s->names.name, len);
    err = ng_ngcw_name (j->w, name, len);
    while (err == NG_OK && !s->ended && same_name (&s->names, name, len))
    {
        *map_at (j, s, s->names.next - 1) = rank;
        err = next_name (j, s);
        ng_tournament_replay (t, name_less, j->sources);
        s = &j->sources[ng_tournament_winner (t)];
    }
    j->n_types++;
    return err;
}

static enum ng_err
merge_names (struct job *j)
{
    struct ng_tournament t;
    enum ng_err err = NG_OK;

    for (unsigned i = 0; i < j->n; i++)
        ng_ngc_names_start (&j->sources[i].names, j->sources[i].f);
    for (unsigned i = 0; i < j->n && err == NG_OK; i++)
        err = next_name (j, &j->sources[i]);
    if (err == NG_OK)
        ng_tournament_start (&t, j->n, name_less, j->sources);
    while (err == NG_OK)
        err = merge_name (j, &t);
    for (unsigned i = 0; i < j->n; i++)
        ng_ngc_names_fini (&j->sources[i].names);
    return err == NG_END ? NG_OK : err;
}

/* ---------------------------------------------------------------- n-grams */

/* Read the n-gram after the next of source S, and have what the maps say of
   it brought to the cache: that takes as long as all else.  */
static inline __attribute__ ((always_inline)) enum ng_err
read_ahead (struct job *j, struct source *s)
{
    enum ng_err err = ng_ngc_cursor_next (&s->cursor);

    s->exhausted = err != NG_OK;
    if (err != NG_OK)
        return err == NG_END ? NG_OK : err;
    for (unsigned k = s->cursor.common; k < j->shape.order; k++)
        __builtin_prefetch (j->maps.bytes + s->map
                            + s->cursor.ranks[k] * sizeof (uint32_t));
    count_item (j);
    return NG_OK;
}

/* Go to the next n-gram of source I and set its key.  */
static inline __attribute__ ((always_inline)) enum ng_err
next_ngram (struct job *j, unsigned i, unsigned words)
{
    struct source *s = &j->sources[i];
    uint64_t *key = j->keys[i];

    if (s->exhausted)
    {
        for (unsigned k = 0; k < words; k++)
            key[k] = UINT64_MAX;
        return NG_OK;
    }
    ng_key_truncate (key, j->shape, words, s->cursor.common);
    for (unsigned k = s->cursor.common; k < j->shape.order; k++)
    {
        s->ranks[k] = *map_at (j, s, s->cursor.ranks[k]);
        ng_key_put (key, j->shape, k, s->ranks[k]);
    }
    s->count = s->cursor.count;
    return read_ahead (j, s);
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

/* Merge the n-grams of one order, with keys of WORDS words that LESS
   compares.  */
static inline __attribute__ ((always_inline)) enum ng_err
merge_keys (struct job *j, unsigned words, ng_tournament_less *less)
{
    struct ng_tournament t;
    enum ng_err err = NG_OK;

    for (unsigned i = 0; i < j->n && err == NG_OK; i++)
        err = read_ahead (j, &j->sources[i]);
    for (unsigned i = 0; i < j->n && err == NG_OK; i++)
        err = next_ngram (j, i, words);
    if (err == NG_OK)
        ng_tournament_start (&t, j->n, less, j);
    while (err == NG_OK)
    {
        unsigned i = ng_tournament_winner (&t);
        uint64_t key[NG_KEY_WORDS_MAX], sum = 0;
        uint32_t ranks[NG_ORDER_MAX];

        if (j->keys[i][0] == UINT64_MAX)
            break;
        memcpy (key, j->keys[i], sizeof key);
        memcpy (ranks, j->sources[i].ranks, sizeof ranks);
        do
        {
            if (!ng_ckd_add (sum, j->sources[i].count, &sum))
                return too_large (j);
            err = next_ngram (j, i, words);
            ng_tournament_replay (&t, less, j);
            i = ng_tournament_winner (&t);
        } while (err == NG_OK && ng_key_equal (j->keys[i], key, words));
        if (err == NG_OK)
            err = ng_ngcw_add (j->w, j->shape.order, ranks, sum);
    }
    return err;
}

/* The sources that have ORDER, moved to the front; returns how many.  */
static unsigned
gather (struct job *j, unsigned order)
{
    unsigned n = 0;

    for (unsigned i = 0; i < j->n; i++)
    {
        struct ng_ngc_info info = ng_ngc_info (j->sources[i].f);

        if (order >= info.min_order && order <= info.max_order)
        {
            struct source s = j->sources[i];

            j->sources[i] = j->sources[n];
            j->sources[n++] = s;
        }
    }
    return n;
}

static enum ng_err
merge_order (struct job *j, unsigned order)
{
    const unsigned n = j->n;
    enum ng_err err = NG_OK;

    j->shape = ng_key_shape (order, j->n_types);
    j->n = gather (j, order);
    memset (j->keys, 0, sizeof j->keys);
    for (unsigned i = 0; i < j->n; i++)
        ng_ngc_cursor_start (&j->sources[i].cursor, j->sources[i].f, order);
    if (j->n > 0)
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
    j->n = n;
    return err;
}

/* ------------------------------------------------------------ whole files */

/* About how many bytes F has.  */
static uint64_t
size_of (const struct ng_ngc *f)
{
    struct ng_ngc_info info = ng_ngc_info (f);
    uint64_t n = ng_ngc_n_types (f);

    for (unsigned k = info.min_order; k <= info.max_order; k++)
        n += ng_ngc_level (f, k).n;
    return n * ITEM_BYTES;
}

/* Merge SOURCES[N], at most NG_MERGE_MAX, into OUT, a file of INFO.  */
static enum ng_err
merge_files (const struct ng_merge_setup *setup, const struct ng_ngc_info *info,
             struct ng_ngc *const *sources, size_t n, struct ng_output *out)
{
    struct job *j = calloc (1, sizeof *j);
    enum ng_err err = NG_ENOMEM;

    assert (n <= NG_MERGE_MAX);
    if (!j)
        return NG_ENOMEM;
    j->setup = setup;
    j->n = (unsigned) n;
    j->sources = ng_calloc_array (n, sizeof *j->sources);
    if (j->sources)
    {
        for (size_t i = 0; i < n; i++)
        {
            j->sources[i].f = sources[i];
            j->bytes += size_of (sources[i]);
        }
        err = open_maps (j);
    }
    if (err == NG_OK)
        err = ng_ngcw_open (info, out, setup->spill_dir, setup->fault, &j->w);
    if (err == NG_OK && n > 0)
        err = merge_names (j);
    for (unsigned k = info->max_order; k >= info->min_order && err == NG_OK;
         k--)
        err = merge_order (j, k);
    if (err == NG_OK)
        err = ng_ngcw_finish (j->w);
    ng_ngcw_close (j->w);
    ng_paged_close (&j->maps);
    free (j->name);
    free (j->sources);
    free (j);
    return err;
}

/* Merge SOURCES[N] into a temporary file, *F.  Nothing is left out.  */
static enum ng_err
merge_to_temporary (const struct ng_merge_setup *setup,
                    struct ng_ngc *const *sources, size_t n, struct ng_ngc **f)
{
    struct ng_ngc_info info = setup->info;
    struct ng_output *out;
    enum ng_err err;

    info.min_count = 1;
    info.top = 0;
    err = ng_output_open_unnamed (setup->spill_dir, setup->fault, &out);
    if (err != NG_OK)
        return err;
    err = merge_files (setup, &info, sources, n, out);
    if (err == NG_OK)
        err = ng_output_commit (out);
    if (err == NG_OK)
        err = ng_ngc_open_fd (ng_output_fd (out), setup->spill_dir,
                              setup->fault, f);
    (void) ng_output_close (out);
    return err;
}

/* A file on its way into the sum.  */
struct part
{
    struct ng_ngc *f;
    bool owned;
    uint64_t bytes; /* about how large it is */
};

struct ng_merger
{
    const struct ng_merge_setup *setup;
    struct part parts[NG_MERGE_MAX];
    size_t n;
};

struct ng_merger *
ng_merger_new (const struct ng_merge_setup *setup)
{
    struct ng_merger *m = calloc (1, sizeof *m);

    if (m)
        m->setup = setup;
    return m;
}

/* Forget the first N parts.  */
static void
drop_parts (struct ng_merger *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (m->parts[i].owned)
            ng_ngc_close (m->parts[i].f);
    m->n -= n;
    memmove (m->parts, m->parts + n, m->n * sizeof *m->parts);
}

void
ng_merger_free (struct ng_merger *m)
{
    if (m)
        drop_parts (m, m->n);
    free (m);
}

static int
compare_parts (const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

/* How many parts, from the first on, can be merged at once: two at least, and
   no more than have room for their maps.  */
static size_t
group_size (const struct ng_merger *m)
{
    uint64_t bytes = 0;
    size_t n = 0;

    for (; n < m->n; n++)
    {
        bytes += 4 * (uint64_t) ng_ngc_n_types (m->parts[n].f);
        if (n >= 2 && bytes > m->setup->budget_bytes / 2)
            break;
    }
    return n;
}

/* Put the sum of the first N parts in their place.  */
static enum ng_err
merge_parts (struct ng_merger *m, size_t n)
{
    struct ng_ngc *sources[NG_MERGE_MAX];
    struct ng_ngc *f = NULL;
    enum ng_err err;

    for (size_t i = 0; i < n; i++)
        sources[i] = m->parts[i].f;
    err = merge_to_temporary (m->setup, sources, n, &f);
    if (err != NG_OK)
        return err;
    drop_parts (m, n);
    m->parts[m->n++] = (struct part){ f, true, size_of (f) };
    return NG_OK;
}

static enum ng_err
add_part (struct ng_merger *m, struct ng_ngc *f, bool owned)
{
    enum ng_err err = NG_OK;

    if (m->n == NG_MERGE_MAX)
    {
        size_t n;

        qsort (m->parts, m->n, sizeof *m->parts, compare_parts);
        n = group_size (m);
        err = merge_parts (m, n < NG_MERGE_MAX / 2 ? n : NG_MERGE_MAX / 2);
    }
    if (err == NG_OK)
        m->parts[m->n++] = (struct part){ f, owned, size_of (f) };
    else if (owned)
        ng_ngc_close (f);
    return err;
}

enum ng_err
ng_merger_add (struct ng_merger *m, struct ng_ngc *f)
{
    return add_part (m, f, true);
}

enum ng_err
ng_merger_finish (struct ng_merger *m, struct ng_output *out)
{
    struct ng_ngc *sources[NG_MERGE_MAX];
    enum ng_err err = NG_OK;
    size_t n;

    for (;;)
    {
        qsort (m->parts, m->n, sizeof *m->parts, compare_parts);
        n = group_size (m);
        if (n == m->n || err != NG_OK)
            break;
        err = merge_parts (m, n);
    }
    for (size_t i = 0; i < n; i++)
        sources[i] = m->parts[i].f;
    if (err == NG_OK)
        err = merge_files (m->setup, &m->setup->info, sources, n, out);
    return err;
}

enum ng_err
ng_merge (const struct ng_merge_setup *setup, struct ng_ngc *const *sources,
          size_t n, struct ng_output *out)
{
    struct ng_merger *m = ng_merger_new (setup);
    enum ng_err err = m ? NG_OK : NG_ENOMEM;

    for (size_t i = 0; i < n && err == NG_OK; i++)
        err = add_part (m, sources[i], false);
    if (err == NG_OK)
        err = ng_merger_finish (m, out);
    ng_merger_free (m);
    return err;
}
