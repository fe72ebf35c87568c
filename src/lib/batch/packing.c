#include <config.h>

#include "batch/packing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum
{
    WORD_BITS = 64
};

#define NONE UINT32_MAX

struct ng_packing
{
    uint32_t room;
    size_t n_rows;
    uint32_t *by_length; /* [room + 2] for sorting by counting */
    uint32_t *stacks;    /* [room + 1] the last row with so much left */
    uint64_t *rooms;     /* bit r: there is a row with R left */
    size_t n_words;

    size_t cap_sorted, cap_row_of, cap_members, cap_left, cap_below, cap_ends;
    uint32_t *sorted;  /* [n] pieces, longest first */
    uint32_t *row_of;  /* [n] */
    uint32_t *members; /* [n] pieces, row after row */
    uint32_t *left;    /* [n_rows] room that is left */
    uint32_t *below;   /* [n_rows] the row below in its stack */
    uint32_t *ends;    /* [n_rows] where each one's members end */
};

enum ng_err
ng_packing_new (uint32_t room, struct ng_packing **result)
{
    struct ng_packing *p = calloc (1, sizeof *p);

    assert (room > 0);
    if (!p)
        return NG_ENOMEM;
    p->room = room;
    p->n_words = (size_t) room / WORD_BITS + 1;
    p->by_length = ng_alloc_array ((size_t) room + 2, sizeof *p->by_length);
    p->stacks = ng_alloc_array ((size_t) room + 1, sizeof *p->stacks);
    p->rooms = ng_alloc_array (p->n_words, sizeof *p->rooms);
    if (!p->by_length || !p->stacks || !p->rooms)
    {
        ng_packing_free (p);
        return NG_ENOMEM;
    }
    *result = p;
    return NG_OK;
}

void
ng_packing_free (struct ng_packing *p)
{
    if (!p)
        return;
    free (p->by_length);
    free (p->stacks);
    free (p->rooms);
    free (p->sorted);
    free (p->row_of);
    free (p->members);
    free (p->left);
    free (p->below);
    free (p->ends);
    free (p);
}

/* Have room for N elements in *ARRAY.  */
static bool
reserve (uint32_t **array, size_t *cap, size_t n)
{
    uint32_t *grown = ng_grow (*array, cap, n, sizeof *grown);

    if (grown)
        *array = grown;
    return grown;
}

/* The pieces into SORTED, longest first, those of one length in their order. */
static void
sort_pieces (struct ng_packing *p, const uint32_t *lengths, size_t n)
{
    uint32_t *first = p->by_length, sum = 0;

    memset (first, 0, ((size_t) p->room + 2) * sizeof *first);
    for (size_t i = 0; i < n; i++)
    {
        assert (lengths[i] >= 1 && lengths[i] <= p->room);
        first[lengths[i]]++;
    }
    for (uint32_t length = p->room; length > 0; length--)
    {
        uint32_t here = first[length];

        first[length] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++)
        p->sorted[first[lengths[i]]++] = (uint32_t) i;
}

/* The least room of a row that is at least LENGTH; NONE if there is none.  */
static uint32_t
best_fit (const struct ng_packing *p, uint32_t length)
{
    size_t w = length / WORD_BITS;
    uint64_t word = p->rooms[w] >> length % WORD_BITS << length % WORD_BITS;

    while (word == 0)
        if (++w == p->n_words)
            return NONE;
        else
            word = p->rooms[w];
    return (uint32_t) (w * WORD_BITS + (size_t) __builtin_ctzll (word));
}

/* Take the last row with ROOM left off its stack.  */
static uint32_t
pop_row (struct ng_packing *p, uint32_t room)
{
    uint32_t row = p->stacks[room];

    p->stacks[room] = p->below[row];
    if (p->stacks[room] == NONE)
        p->rooms[room / WORD_BITS] &= ~(UINT64_C (1) << room % WORD_BITS);
    return row;
}

static void
push_row (struct ng_packing *p, uint32_t row, uint32_t room)
{
    uint64_t bit = UINT64_C (1) << room % WORD_BITS;

    p->left[row] = room;
    if (room == 0)
        return;
    if ((p->rooms[room / WORD_BITS] & bit) == 0)
        p->stacks[room] = NONE;
    p->rooms[room / WORD_BITS] |= bit;
    p->below[row] = p->stacks[room];
    p->stacks[room] = row;
}

/* List the members of each row in the order in which they came.  */
static void
list_members (struct ng_packing *p, size_t n)
{
    uint32_t sum = 0;

    memset (p->ends, 0, p->n_rows * sizeof *p->ends);
    for (size_t i = 0; i < n; i++)
        p->ends[p->row_of[i]]++;
    for (size_t r = 0; r < p->n_rows; r++)
    {
        uint32_t here = p->ends[r];

        p->ends[r] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++)
        p->members[p->ends[p->row_of[p->sorted[i]]]++] = p->sorted[i];
}

enum ng_err
ng_packing_run (struct ng_packing *p, const uint32_t *lengths, size_t n,
                size_t *n_rows)
{
    assert (n < NONE);
    p->n_rows = *n_rows = 0;
    if (n == 0)
        return NG_OK;
    if (!reserve (&p->sorted, &p->cap_sorted, n)
        || !reserve (&p->row_of, &p->cap_row_of, n)
        || !reserve (&p->members, &p->cap_members, n)
        || !reserve (&p->left, &p->cap_left, n)
        || !reserve (&p->below, &p->cap_below, n)
        || !reserve (&p->ends, &p->cap_ends, n))
        return NG_ENOMEM;
    sort_pieces (p, lengths, n);
    memset (p->rooms, 0, p->n_words * sizeof *p->rooms);
    for (size_t i = 0; i < n; i++)
    {
        uint32_t piece = p->sorted[i], length = lengths[piece];
        uint32_t room = best_fit (p, length), row;

        if (room == NONE)
        {
            room = p->room;
            row = (uint32_t) p->n_rows++;
        }
        else
            row = pop_row (p, room);
        push_row (p, row, room - length);
        p->row_of[piece] = row;
    }
    list_members (p, n);
    *n_rows = p->n_rows;
    return NG_OK;
}

const uint32_t *
ng_packing_row (const struct ng_packing *p, size_t row, size_t *n)
{
    uint32_t first = row > 0 ? p->ends[row - 1] : 0;

    assert (row < p->n_rows);
    *n = p->ends[row] - first;
    return p->members + first;
}
