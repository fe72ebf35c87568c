#include <config.h>

#include "text/lexical.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The first bytes of a name and its terminator, as a number that compares as
   they do; the rest is looked at only where it ties.  */
struct entry
{
    uint64_t start;
    uint32_t id;
    uint32_t len;
    const unsigned char *name;
};

static uint64_t
start_of (const unsigned char *name, size_t len, char terminator)
{
    uint64_t x = 0;

    for (size_t i = 0; i < 8; i++)
    {
        unsigned char c = 0;

        if (i < len)
            c = name[i];
        else if (i == len)
            c = (unsigned char) terminator;
        x = x << 8 | c;
    }
    return x;
}

/* Names that share their first eight bytes, terminator and all, and so are
   both longer.  C is the terminator.  */
static int
compare_rest (const struct entry *x, const struct entry *y, unsigned char c)
{
    size_t n = x->len < y->len ? x->len : y->len;
    int order = memcmp (x->name, y->name, n);

    if (order != 0 || x->len == y->len)
        return order;
    if (x->len > n)
        return x->name[n] < c ? -1 : 1;
    return y->name[n] < c ? 1 : -1;
}

static int
compare_inside (const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return compare_rest (x, y, ' ');
}

static int
compare_last (const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return compare_rest (x, y, '\t');
}

enum ng_err
ng_lexical_sort (const struct ng_vocab *v, char terminator, uint32_t *ids)
{
    uint32_t n = ng_vocab_size (v);
    struct entry *entries = ng_alloc_array (n, sizeof *entries);

    if (!entries)
        return NG_ENOMEM;
    for (uint32_t id = 0; id < n; id++)
    {
        size_t len;

        entries[id].name = ng_vocab_name (v, id, &len);
        entries[id].len = (uint32_t) len;
        entries[id].id = id;
        entries[id].start = start_of (entries[id].name, len, terminator);
    }
    qsort (entries, n, sizeof *entries,
           terminator == '\t' ? compare_last : compare_inside);
    for (uint32_t i = 0; i < n; i++)
        ids[i] = entries[i].id;
    free (entries);
    return NG_OK;
}

bool
ng_lexical_is_irregular (const struct ng_vocab *v)
{
    uint32_t n = ng_vocab_size (v);

    for (uint32_t id = 0; id < n; id++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (v, id, &len);

        for (size_t i = 0; i < len; i++)
            if (name[i] > '\t' && name[i] < ' ')
                return true;
    }
    return false;
}

static enum ng_err
fill_places (struct ng_ranking *r, const struct ng_vocab *v)
{
    uint32_t *ids = ng_alloc_array (r->n, sizeof *ids);
    enum ng_err err = ids ? ng_lexical_sort (v, '\t', ids) : NG_ENOMEM;

    r->places = ng_alloc_array (r->n, sizeof *r->places);
    if (!r->places)
        err = NG_ENOMEM;
    for (uint32_t i = 0; i < r->n && err == NG_OK; i++)
        r->places[r->ranks[ids[i]]] = i;
    free (ids);
    return err;
}

enum ng_err
ng_ranking_init (struct ng_ranking *r, const struct ng_vocab *v)
{
    enum ng_err err;

    r->n = ng_vocab_size (v);
    r->places = NULL;
    r->ids = ng_alloc_array (r->n, sizeof *r->ids);
    r->ranks = ng_alloc_array (r->n, sizeof *r->ranks);
    err = r->ids && r->ranks ? ng_lexical_sort (v, ' ', r->ids) : NG_ENOMEM;
    for (uint32_t i = 0; i < r->n && err == NG_OK; i++)
        r->ranks[r->ids[i]] = i;
    if (err == NG_OK && ng_lexical_is_irregular (v))
        err = fill_places (r, v);
    if (err != NG_OK)
        ng_ranking_fini (r);
    return err;
}

void
ng_ranking_fini (struct ng_ranking *r)
{
    free (r->ids);
    free (r->ranks);
    free (r->places);
    r->ids = r->ranks = r->places = NULL;
}
