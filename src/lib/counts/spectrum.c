#include <config.h>

#include "counts/spectrum.h"

#include <stdlib.h>

#include "base/checked.h"
#include "base/hash.h"
#include "base/mem.h"

enum
{
    /* Counts below this have a place of their own: nearly all types, in a
       table that stays in the cache.  */
    FLAT = 4096,
    SLOTS_MIN = 1024 /* of the hash table, a power of two */
};

struct ng_spectrum
{
    uint64_t n_types, n_tokens;
    uint64_t flat[FLAT];            /* n_types by count */
    struct ng_spectrum_cell *slots; /* [n_slots] count 0: empty */
    size_t n_slots;                 /* a power of two */
    size_t n_used;                  /* at most half the slots */
};

struct ng_spectrum *
ng_spectrum_new (void)
{
    struct ng_spectrum *s = calloc (1, sizeof *s);

    if (!s)
        return NULL;
    s->n_slots = SLOTS_MIN;
    s->slots = ng_calloc_array (s->n_slots, sizeof *s->slots);
    if (!s->slots)
    {
        free (s);
        return NULL;
    }
    return s;
}

/* The slot of COUNT, or the empty one where it belongs.  */
static struct ng_spectrum_cell *
find_slot (struct ng_spectrum_cell *slots, size_t n_slots, uint64_t count)
{
    size_t i = (size_t) ng_hash_mix (count ^ NG_HASH_K0, NG_HASH_K1);

    for (;; i++)
    {
        struct ng_spectrum_cell *slot = &slots[i & (n_slots - 1)];

        if (slot->count == count || slot->count == 0)
            return slot;
    }
}

static enum ng_err
double_slots (struct ng_spectrum *s)
{
    size_t n = 2 * s->n_slots;
    struct ng_spectrum_cell *slots = ng_calloc_array (n, sizeof *slots);

    if (!slots)
        return NG_ENOMEM;
    for (size_t i = 0; i < s->n_slots; i++)
        if (s->slots[i].count != 0)
            *find_slot (slots, n, s->slots[i].count) = s->slots[i];
    free (s->slots);
    s->slots = slots;
    s->n_slots = n;
    return NG_OK;
}

static enum ng_err
add_to_slot (struct ng_spectrum *s, uint64_t count, uint64_t n_types)
{
    struct ng_spectrum_cell *slot = find_slot (s->slots, s->n_slots, count);

    if (slot->count == 0)
    {
        if (s->n_used >= s->n_slots / 2)
        {
            enum ng_err err = double_slots (s);

            if (err != NG_OK)
                return err;
            slot = find_slot (s->slots, s->n_slots, count);
        }
        slot->count = count;
        s->n_used++;
    }
    slot->n_types += n_types;
    return NG_OK;
}

enum ng_err
ng_spectrum_add (struct ng_spectrum *s, uint64_t count, uint64_t n_types)
{
    uint64_t types, tokens;

    if (!ng_ckd_add (s->n_types, n_types, &types)
        || !ng_ckd_mul (count, n_types, &tokens)
        || !ng_ckd_add (s->n_tokens, tokens, &tokens))
        return NG_EOVERFLOW;
    if (count < FLAT)
        s->flat[count] += n_types;
    else
    {
        enum ng_err err = add_to_slot (s, count, n_types);

        if (err != NG_OK)
            return err;
    }
    s->n_types = types;
    s->n_tokens = tokens;
    return NG_OK;
}

uint64_t
ng_spectrum_types (const struct ng_spectrum *s)
{
    return s->n_types;
}

uint64_t
ng_spectrum_tokens (const struct ng_spectrum *s)
{
    return s->n_tokens;
}

static int
compare_cells (const void *a, const void *b)
{
    const struct ng_spectrum_cell *x = a, *y = b;

    return x->count < y->count ? -1 : x->count > y->count;
}

enum ng_err
ng_spectrum_cells (const struct ng_spectrum *s, struct ng_spectrum_cell **out,
                   size_t *n_out)
{
    size_t n = 0, n_flat;
    struct ng_spectrum_cell *cells =
        ng_alloc_array (FLAT + s->n_used, sizeof *cells);

    if (!cells)
        return NG_ENOMEM;
    for (size_t i = 1; i < FLAT; i++)
        if (s->flat[i] > 0)
        {
            cells[n].count = i;
            cells[n++].n_types = s->flat[i];
        }
    n_flat = n;
    for (size_t i = 0; i < s->n_slots; i++)
        if (s->slots[i].count != 0)
            cells[n++] = s->slots[i];
    qsort (cells + n_flat, n - n_flat, sizeof *cells, compare_cells);
    *out = cells;
    *n_out = n;
    return NG_OK;
}

void
ng_spectrum_free (struct ng_spectrum *s)
{
    if (!s)
        return;
    free (s->slots);
    free (s);
}
