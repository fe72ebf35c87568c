#include <config.h>

#include "counts/names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/paged.h"

enum
{
    GROUP_SHIFT = 10 /* names that share a base */
};

/* A name that does not stand at its rank as the last token.  */
struct move
{
    uint32_t rank, place, first;
};

struct ng_names
{
    uint32_t n;
    struct ng_paged bytes;   /* all names, end to end */
    struct ng_paged offsets; /* [n + 1] uint32_t from the group's base */
    uint64_t *bases;         /* [n >> GROUP_SHIFT + 1] */
    struct move *moves;      /* [n_moves] by rank */
    size_t n_moves, cap_moves;
    uint64_t *moved; /* [n / 64 + 1] bit of each rank; NULL: none */
};

/* Set BASES, and *BYTES to how many bytes all names have.  */
static enum ng_err
measure (struct ng_names *names, struct ng_ngc *f, uint64_t *bytes)
{
    struct ng_ngc_names c;
    enum ng_err err = NG_OK;

    *bytes = 0;
    names->bases =
        ng_calloc_array ((names->n >> GROUP_SHIFT) + 1, sizeof *names->bases);
    if (!names->bases)
        return NG_ENOMEM;
    ng_ngc_names_start (&c, f);
    for (uint32_t i = 0; i <= names->n && err == NG_OK; i++)
    {
        if (i % (1 << GROUP_SHIFT) == 0)
            names->bases[i >> GROUP_SHIFT] = *bytes;
        err = ng_ngc_names_next (&c);
        if (err == NG_OK)
            *bytes += c.len;
    }
    ng_ngc_names_fini (&c);
    return err == NG_END ? NG_OK : err;
}

static uint32_t *
offset_at (struct ng_names *names, uint32_t i)
{
    return (uint32_t *) (void *) ng_paged_touch (&names->offsets,
                                                 (size_t) i * 4);
}

static uint64_t
start_of (struct ng_names *names, uint32_t i)
{
    return names->bases[i >> GROUP_SHIFT] + *offset_at (names, i);
}

static enum ng_err
fill (struct ng_names *names, struct ng_ngc *f)
{
    struct ng_ngc_names c;
    uint64_t at = 0;
    enum ng_err err = NG_OK;

    ng_ngc_names_start (&c, f);
    for (uint32_t i = 0; i <= names->n && err == NG_OK; i++)
    {
        *offset_at (names, i) =
            (uint32_t) (at - names->bases[i >> GROUP_SHIFT]);
        err = ng_ngc_names_next (&c);
        if (err == NG_OK)
        {
            memcpy (ng_paged_touch (&names->bytes, (size_t) at), c.name, c.len);
            at += c.len;
        }
    }
    ng_ngc_names_fini (&c);
    return err == NG_END ? NG_OK : err;
}

const unsigned char *
ng_names_get (struct ng_names *names, uint32_t rank, size_t *len)
{
    uint64_t start = start_of (names, rank);

    *len = (size_t) (start_of (names, rank + 1) - start);
    return ng_paged_touch (&names->bytes, (size_t) start);
}

/* ------------------------------------------------------------------ knots */

/* Does name RANK begin with P[LEN] and go on with a control character between
   TAB and space?  */
static bool
continues (struct ng_names *names, uint32_t rank, const unsigned char *p,
           size_t len)
{
    size_t n;
    const unsigned char *q = ng_names_get (names, rank, &n);

    return n > len && q[len] > '\t' && q[len] < ' ' && memcmp (p, q, len) == 0;
}

/* A name and the rank it has.  */
struct knotted
{
    const unsigned char *name;
    size_t len;
    uint32_t rank;
};

/* By name followed by a TAB.  */
static int
compare_knotted (const void *a, const void *b)
{
    const struct knotted *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = memcmp (x->name, y->name, n);

    if (order != 0 || x->len == y->len)
        return order;
    if (x->len > n)
        return x->name[n] < '\t' ? -1 : 1;
    return y->name[n] < '\t' ? 1 : -1;
}

static int
compare_moves (const void *a, const void *b)
{
    const struct move *x = a, *y = b;

    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Ranks FIRST to LAST are a knot: sort them.  */
static enum ng_err
add_knot (struct ng_names *names, uint32_t first, uint32_t last)
{
    size_t n = (size_t) (last - first) + 1;
    struct knotted *sorted = ng_alloc_array (n, sizeof *sorted);
    struct move *moves = ng_grow (names->moves, &names->cap_moves,
                                  names->n_moves + n, sizeof *moves);

    if (moves)
        names->moves = moves;
    if (!sorted || !moves)
    {
        free (sorted);
        return NG_ENOMEM;
    }
    for (uint32_t i = 0; i < n; i++)
    {
        sorted[i].rank = first + i;
        sorted[i].name = ng_names_get (names, first + i, &sorted[i].len);
    }
    qsort (sorted, n, sizeof *sorted, compare_knotted);
    for (uint32_t i = 0; i < n; i++)
        moves[names->n_moves++] =
            (struct move){ sorted[i].rank, first + i, first };
    free (sorted);
    return NG_OK;
}

static enum ng_err
mark_moves (struct ng_names *names)
{
    if (names->n_moves == 0)
        return NG_OK;
    qsort (names->moves, names->n_moves, sizeof *names->moves, compare_moves);
    names->moved = ng_calloc_array (names->n / 64 + 1, sizeof *names->moved);
    if (!names->moved)
        return NG_ENOMEM;
    for (size_t i = 0; i < names->n_moves; i++)
        names->moved[names->moves[i].rank / 64] |= UINT64_C (1)
                                                   << names->moves[i].rank % 64;
    return NG_OK;
}

/* A name that ends where others go on with a control character stands behind
   them as rank, and before them as last token.  Seen from behind, the first
   such name has all of its knot before it.  */
static enum ng_err
find_knots (struct ng_names *names)
{
    enum ng_err err = NG_OK;

    for (uint32_t last = names->n; last-- > 1 && err == NG_OK;)
    {
        uint32_t first = last;
        size_t len;
        const unsigned char *p = ng_names_get (names, last, &len);

        while (first > 0 && continues (names, first - 1, p, len))
            first--;
        if (first < last)
            err = add_knot (names, first, last);
        last = first;
    }
    return err == NG_OK ? mark_moves (names) : err;
}

bool
ng_names_are_knotted (const struct ng_names *names)
{
    return names->moved != NULL;
}

uint32_t
ng_names_place (const struct ng_names *names, uint32_t rank, uint32_t *first)
{
    struct move key = { rank, 0, 0 };
    const struct move *found;

    *first = rank;
    if (!names->moved || !(names->moved[rank / 64] >> rank % 64 & 1))
        return rank;
    found =
        bsearch (&key, names->moves, names->n_moves, sizeof key, compare_moves);
    assert (found);
    *first = found->first;
    return found->place;
}

/* ------------------------------------------------------------ life and death */

enum ng_err
ng_names_open (struct ng_ngc *f, uint64_t bound, const char *dir,
               struct ng_fault *fault, struct ng_names **result)
{
    struct ng_names *names = calloc (1, sizeof *names);
    uint64_t bytes;
    enum ng_err err;

    if (!names)
        return NG_ENOMEM;
    names->n = ng_ngc_n_types (f);
    err = measure (names, f, &bytes);
    /* Both or none within the bound, or it is split in halves.  */
    if (err == NG_OK)
    {
        uint64_t offsets = ((uint64_t) names->n + 1) * 4;
        bool fits = bytes <= bound && offsets <= bound - bytes;

        err = ng_paged_open (&names->bytes, bytes, fits ? bytes : bound / 2,
                             dir, fault);
        if (err == NG_OK)
            err = ng_paged_open (&names->offsets, offsets,
                                 fits ? offsets : bound / 2, dir, fault);
    }
    if (err == NG_OK)
        err = fill (names, f);
    if (err == NG_OK)
        err = find_knots (names);
    if (err == NG_OK)
        *result = names;
    else
        ng_names_close (names);
    return err;
}

void
ng_names_close (struct ng_names *names)
{
    if (!names)
        return;
    ng_paged_close (&names->bytes);
    ng_paged_close (&names->offsets);
    free (names->bases);
    free (names->moves);
    free (names->moved);
    free (names);
}
