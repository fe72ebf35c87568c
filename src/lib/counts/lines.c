#include <config.h>

#include "counts/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"

void
ng_lines_start (struct ng_lines *l, struct ng_ngc *f, unsigned order,
                struct ng_names *names, bool wants_context,
                struct ng_fault *fault)
{
    memset (l, 0, sizeof *l);
    ng_ngc_cursor_start (&l->cursor, f, order);
    if (wants_context && order > 1)
        ng_ngc_cursor_start (&l->below, f, order - 1);
    l->wants_context = wants_context;
    l->names = names && ng_names_are_knotted (names) ? names : NULL;
    l->fault = fault;
    l->line.context_count =
        wants_context && order == 1 ? ng_ngc_level (f, 1).n_tokens : 0;
}

void
ng_lines_fini (struct ng_lines *l)
{
    free (l->group);
    l->group = NULL;
}

/* Has the cursor of contexts come to all but the last token of the present
   n-gram?  */
static bool
is_at_context (const struct ng_lines *l)
{
    return l->below.next > 0
           && memcmp (l->below.ranks, l->cursor.ranks,
                      l->below.order * sizeof *l->below.ranks)
                  == 0;
}

/* Contexts are in the order of the n-grams.  */
static enum ng_err
find_context (struct ng_lines *l)
{
    enum ng_err err = NG_OK;

    while (err == NG_OK && !is_at_context (l))
    {
        err = ng_ngc_cursor_next (&l->below);
        l->n_behind = 0;
    }
    if (err == NG_END)
        return ng_fault_set (l->fault, NG_EINVAL, ng_ngc_name (l->cursor.f),
                             "an n-gram of order %u is counted, but not what"
                             " it begins with, which its probability needs",
                             l->cursor.order);
    if (err != NG_OK)
        return err;
    /* A text may end with the context, so that less follows; not more.  */
    if (!ng_ckd_add (l->n_behind, l->cursor.count, &l->n_behind)
        || l->n_behind > l->below.count)
        return ng_fault_set (l->fault, NG_EINVAL, ng_ngc_name (l->cursor.f),
                             "n-grams of order %u are counted more often than"
                             " what they begin with, so that they have no"
                             " probabilities",
                             l->cursor.order);
    l->line.context_count = l->below.count;
    return NG_OK;
}

static enum ng_err
read_line (struct ng_lines *l)
{
    enum ng_err err = ng_ngc_cursor_next (&l->cursor);

    if (err != NG_OK)
        return err;
    memcpy (l->line.ranks, l->cursor.ranks, sizeof l->line.ranks);
    l->line.count = l->cursor.count;
    if (l->wants_context && l->cursor.order > 1)
        err = find_context (l);
    return err;
}

static int
compare_places (const void *a, const void *b)
{
    const struct ng_line *x = a, *y = b;

    return x->place < y->place ? -1 : x->place > y->place;
}

static enum ng_err
append (struct ng_lines *l)
{
    struct ng_line *group =
        ng_grow (l->group, &l->cap, l->n + 1, sizeof *group);

    if (!group)
        return NG_ENOMEM;
    l->group = group;
    group[l->n++] = l->line;
    return NG_OK;
}

/* The group that begins with the present line.  */
static enum ng_err
read_group (struct ng_lines *l)
{
    const unsigned last = l->cursor.order - 1;
    uint32_t knot, first;
    enum ng_err err = NG_OK;

    l->n = 0;
    l->line.place = ng_names_place (l->names, l->line.ranks[last], &knot);
    do
    {
        err = append (l);
        if (err == NG_OK)
            err = read_line (l);
        if (err != NG_OK)
            break;
        l->line.place = ng_names_place (l->names, l->line.ranks[last], &first);
    } while (l->cursor.common == last && first == knot);
    l->pending = err == NG_OK;
    if (err != NG_OK && err != NG_END)
        return err;
    qsort (l->group, l->n, sizeof *l->group, compare_places);
    return NG_OK;
}

enum ng_err
ng_lines_next (struct ng_lines *l, struct ng_line **lines, size_t *n)
{
    enum ng_err err = l->pending ? NG_OK : read_line (l);

    if (err != NG_OK)
        return err;
    l->pending = false;
    *lines = &l->line;
    *n = 1;
    if (l->names)
    {
        err = read_group (l);
        *lines = l->group;
        *n = l->n;
    }
    return err;
}
