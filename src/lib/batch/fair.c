#include <config.h>

#include "batch/fair.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

__extension__ typedef unsigned __int128 u128;

/* A turn that waits: KEY is the step that it may come from, or must come by.  */
struct turn
{
    uint64_t key;
    uint32_t source;
};

/* A binary heap, the least (key, source) at its top.  */
struct heap
{
    struct turn *turns;
    size_t n;
};

struct ng_fair
{
    size_t n;
    uint64_t m;          /* 2D - 2 */
    uint64_t total;      /* Q */
    uint64_t *shares;    /* [n] q_s */
    uint64_t *counts;    /* [n] turns served */
    uint64_t k;          /* steps served */
    struct heap ready;   /* by the step that they must come by */
    struct heap pending; /* by the step that they may come from */
};

/* --------------------------------------------------------------------- heaps */

static bool
before (const struct turn *a, const struct turn *b)
{
    return a->key < b->key || (a->key == b->key && a->source < b->source);
}

static void
push (struct heap *h, uint64_t key, size_t source)
{
    struct turn turn = { key, (uint32_t) source };
    size_t i = h->n++;

    for (; i > 0 && before (&turn, &h->turns[(i - 1) / 2]); i = (i - 1) / 2)
        h->turns[i] = h->turns[(i - 1) / 2];
    h->turns[i] = turn;
}

static size_t
pop (struct heap *h)
{
    size_t source = h->turns[0].source, i = 0;
    struct turn last = h->turns[--h->n];

    for (;;)
    {
        size_t child = 2 * i + 1;

        if (child + 1 < h->n && before (&h->turns[child + 1], &h->turns[child]))
            child++;
        if (child >= h->n || !before (&h->turns[child], &last))
            break;
        h->turns[i] = h->turns[child];
        i = child;
    }
    h->turns[i] = last;
    return source;
}

/* ------------------------------------------------------------- turns and steps */

/* X Q / (M q_s), rounded down after adding LESS than one.  */
static uint64_t
step_of (const struct ng_fair *f, size_t s, u128 x, u128 less)
{
    return (uint64_t) ((x * f->total + less) / ((u128) f->m * f->shares[s]));
}

/* The step that the next turn of S may come from, after C turns.  */
static uint64_t
from_step (const struct ng_fair *f, size_t s, uint64_t c)
{
    return step_of (f, s, (u128) c * f->m + 1, (u128) f->m * f->shares[s] - 1);
}

/* The step that it must come by.  */
static uint64_t
by_step (const struct ng_fair *f, size_t s, uint64_t c)
{
    return step_of (f, s, ((u128) c + 1) * f->m - 1, 0) + 1;
}

enum ng_err
ng_fair_new (const uint64_t *shares, size_t n, struct ng_fair **fair)
{
    struct ng_fair *f = calloc (1, sizeof *f);

    assert (n >= 1 && n <= NG_FAIR_SOURCES_MAX);
    if (!f)
        return NG_ENOMEM;
    f->n = n;
    f->m = n > 1 ? 2 * n - 2 : 1;
    f->shares = ng_calloc_array (n, sizeof *f->shares);
    f->counts = ng_calloc_array (n, sizeof *f->counts);
    f->ready.turns = ng_calloc_array (n, sizeof *f->ready.turns);
    f->pending.turns = ng_calloc_array (n, sizeof *f->pending.turns);
    if (!f->shares || !f->counts || !f->ready.turns || !f->pending.turns)
    {
        ng_fair_free (f);
        return NG_ENOMEM;
    }
    for (size_t s = 0; s < n; s++)
    {
        assert (shares[s] > 0);
        f->shares[s] = shares[s];
        f->total += shares[s];
    }
    assert (f->total <= NG_FAIR_TOTAL_MAX);
    *fair = f;
    return ng_fair_seek (f, 0);
}

size_t
ng_fair_next (struct ng_fair *f)
{
    size_t s;

    f->k++;
    if (f->n == 1)
    {
        f->counts[0]++;
        return 0;
    }
    while (f->pending.n > 0 && f->pending.turns[0].key <= f->k)
    {
        s = pop (&f->pending);
        push (&f->ready, by_step (f, s, f->counts[s]), s);
    }
    assert (f->ready.n > 0);
    s = pop (&f->ready);
    f->counts[s]++;
    push (&f->pending, from_step (f, s, f->counts[s]), s);
    return s;
}

/* Put the next turn of each source where it waits after K steps.  */
static void
fill_heaps (struct ng_fair *f)
{
    f->ready.n = 0;
    f->pending.n = 0;
    for (size_t s = 0; s < f->n; s++)
        push (&f->pending, from_step (f, s, f->counts[s]), s);
}

/* A state after K steps from which no turn will be late: all turns served that
   must have come, and of those that may have come the most urgent.  */
static void
jump (struct ng_fair *f, uint64_t k)
{
    uint64_t left = k;

    f->k = k;
    f->ready.n = 0;
    for (size_t s = 0; s < f->n; s++)
    {
        /* Turns j with j < k q / Q + d.  */
        u128 divisor = (u128) f->m * f->total;
        u128 turns =
            ((u128) k * f->m * f->shares[s] + f->total + divisor - 1) / divisor
            - 1;

        f->counts[s] = (uint64_t) turns;
        left -= f->counts[s];
        if (from_step (f, s, f->counts[s]) <= k)
            push (&f->ready, by_step (f, s, f->counts[s]), s);
    }
    assert (left <= f->ready.n);
    for (; left > 0; left--)
        f->counts[pop (&f->ready)]++;
    fill_heaps (f);
}

enum ng_err
ng_fair_seek (struct ng_fair *f, uint64_t k)
{
    uint64_t back = 0;

    assert (k <= NG_FAIR_TOTAL_MAX);
    if (f->n == 1)
    {
        f->k = f->counts[0] = k;
        return NG_OK;
    }
    for (size_t s = 0; s < f->n; s++)
        if (f->total / f->shares[s] + 3 > back)
            back = f->total / f->shares[s] + 3;
    jump (f, k > back ? k - back : 0);
    while (f->k < k)
        (void) ng_fair_next (f);
    return NG_OK;
}

uint64_t
ng_fair_count (const struct ng_fair *f, size_t i)
{
    return f->counts[i];
}

void
ng_fair_free (struct ng_fair *f)
{
    if (!f)
        return;
    free (f->shares);
    free (f->counts);
    free (f->ready.turns);
    free (f->pending.turns);
    free (f);
}
