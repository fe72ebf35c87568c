#include <config.h>

#include "counts/mergenames.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "counts/tournament.h"
#include "text/lexical.h"

struct source
{
    struct ng_ngc_names names;
    uint64_t start; /* first 8 bytes of the name and its space */
    bool ended;     /* no more names */
};

struct job
{
    struct ng_rank_maps *maps;
    struct ng_fault *fault;
    struct source *sources; /* [n] */
    unsigned n;
    struct ng_ngcw *w;
    unsigned char *name; /* the name being merged */
    size_t cap_name;
    void (*step) (void *context);
    void *context;
};

static enum ng_err
next_name (struct job *j, struct source *s)
{
    enum ng_err err = ng_ngc_names_next (&s->names);

    s->ended = err == NG_END;
    if (err != NG_OK)
        return s->ended ? NG_OK : err;
    s->start = ng_lexical_bytes (s->names.name, s->names.len, ' ', 0);
    j->step (j->context);
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

    if (x->ended || y->ended)
        return !x->ended;
    if (x->start != y->start)
        return x->start < y->start;
    return ng_lexical_compare (x->names.name, x->names.len, y->names.name,
                               y->names.len, ' ')
           < 0;
}

/* The present name of file I has RANK in the sum.  */
static void
map_name (struct job *j, unsigned i, uint32_t rank)
{
    const uint64_t own = j->sources[i].names.next - 1;
    size_t at = (size_t) (j->maps->start[i] + own * sizeof rank);

    memcpy (ng_paged_touch (&j->maps->ranks, at), &rank, sizeof rank);
}

/* Write the least name, which all that have it leave behind.  NG_END.  */
static enum ng_err
merge_name (struct job *j, struct ng_tournament *t)
{
    unsigned i = ng_tournament_winner (t);
    struct source *s = &j->sources[i];
    uint32_t rank = j->maps->n_types;
    size_t len = s->names.len;
    unsigned char *name;
    enum ng_err err;

    if (s->ended)
        return NG_END;
    if (rank == NG_TYPES_MAX)
        return ng_fault_set (j->fault, NG_ELIMIT, NULL,
                             "too many types for one file");
    name = ng_grow (j->name, &j->cap_name, len, 1);
    if (!name)
        return NG_ENOMEM;
    j->name = name;
    memcpy (name, s->names.name, len);
    err = ng_ngcw_name (j->w, name, len);
    while (err == NG_OK && !s->ended && same_name (&s->names, name, len))
    {
        map_name (j, i, rank);
        err = next_name (j, s);
        ng_tournament_replay (t, name_less, j->sources);
        i = ng_tournament_winner (t);
        s = &j->sources[i];
    }
    j->maps->n_types++;
    return err;
}

static enum ng_err
merge_names (struct job *j)
{
    struct ng_tournament t;
    enum ng_err err = NG_OK;

    for (unsigned i = 0; i < j->n && err == NG_OK; i++)
        err = next_name (j, &j->sources[i]);
    if (err == NG_OK)
        ng_tournament_start (&t, j->n, name_less, j->sources);
    while (err == NG_OK)
        err = merge_name (j, &t);
    return err == NG_END ? NG_OK : err;
}

/* Make room for the maps of SOURCES[N].  */
static enum ng_err
open_maps (struct ng_rank_maps *maps, const struct ng_merge_setup *setup,
           struct ng_ngc *const *sources, size_t n)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < n; i++)
    {
        maps->start[i] = bytes;
        bytes += (uint64_t) ng_ngc_n_types (sources[i]) * sizeof (uint32_t);
    }
    return ng_paged_open (&maps->ranks, bytes, setup->budget_bytes / 2,
                          setup->spill_dir, setup->fault);
}

enum ng_err
ng_rank_maps_make (struct ng_rank_maps *maps,
                   const struct ng_merge_setup *setup,
                   struct ng_ngc *const *sources, size_t n, struct ng_ngcw *w,
                   void (*step) (void *context), void *context)
{
    struct job j = { .maps = maps,
                     .fault = setup->fault,
                     .w = w,
                     .step = step,
                     .context = context };
    enum ng_err err = open_maps (maps, setup, sources, n);

    if (err != NG_OK || n == 0)
        return err;
    j.sources = ng_calloc_array (n, sizeof *j.sources);
    if (!j.sources)
        return NG_ENOMEM;
    j.n = (unsigned) n;
    for (unsigned i = 0; i < j.n; i++)
        ng_ngc_names_start (&j.sources[i].names, sources[i]);
    err = merge_names (&j);
    for (unsigned i = 0; i < j.n; i++)
        ng_ngc_names_fini (&j.sources[i].names);
    free (j.sources);
    free (j.name);
    return err;
}

void
ng_rank_maps_close (struct ng_rank_maps *maps)
{
    ng_paged_close (&maps->ranks);
}
