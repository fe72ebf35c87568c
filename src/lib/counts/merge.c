#include <config.h>

#include "counts/merge.h"

#include <stdlib.h>
#include <string.h>

#include "counts/mergegroup.h"
#include "counts/tournament.h"

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
    unsigned n_lists = 0;
    size_t n = 0;

    for (; n < m->n; n++)
    {
        bytes += 4 * (uint64_t) ng_ngc_n_types (m->parts[n].f);
        n_lists += ng_merge_n_lists (m->parts[n].f, m->setup->leaves);
        if (n >= 2
            && (bytes > m->setup->budget_bytes / 2
                || n_lists > NG_TOURNAMENT_MAX))
            break;
    }
    return n;
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
    if (setup->leaves)
        info.min_order = 1;
    err = ng_output_open_unnamed (setup->spill_dir, setup->fault, &out);
    if (err != NG_OK)
        return err;
    err = ng_merge_group (setup, &info, setup->leaves, sources, n, out);
    if (err == NG_OK)
        err = ng_output_commit (out);
    if (err == NG_OK)
        err = ng_ngc_open_fd (ng_output_fd (out), setup->spill_dir,
                              setup->fault, f);
    (void) ng_output_close (out);
    return err;
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
    m->parts[m->n++] = (struct part){ f, true, ng_merge_bytes (f) };
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
        m->parts[m->n++] = (struct part){ f, owned, ng_merge_bytes (f) };
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
        err =
            ng_merge_group (m->setup, &m->setup->info, false, sources, n, out);
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
