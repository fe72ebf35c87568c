#include <config.h>

#include "counts/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "counts/key.h"

enum
{
    SLOTS_MIN = 4096
};

struct ng_table
{
    unsigned words;
    uint32_t *slots;   /* index of the entry + 1; 0: empty */
    size_t n_slots;    /* a power of two */
    uint64_t *entries; /* [n][words + 1] */
    size_t n, max;     /* and room for so many; ... */
    size_t cap;        /* ... its words */
};

struct ng_table *
ng_table_new (unsigned words)
{
    struct ng_table *t = calloc (1, sizeof *t);

    if (!t)
        return NULL;
    t->words = words;
    t->n_slots = SLOTS_MIN;
    t->slots = ng_calloc_array (t->n_slots, sizeof *t->slots);
    t->entries = ng_grow (NULL, &t->cap, SLOTS_MIN / 2 * (words + 1),
                          sizeof *t->entries);
    if (!t->slots || !t->entries)
    {
        ng_table_free (t);
        return NULL;
    }
    t->max = t->cap / (words + 1);
    return t;
}

void
ng_table_free (struct ng_table *t)
{
    if (!t)
        return;
    free (t->slots);
    free (t->entries);
    free (t);
}

void
ng_table_clear (struct ng_table *t, unsigned words)
{
    /* Slots beyond what the last use needed are given up: one huge bucket
       would make clearing slow for all that follow.  */
    while (t->n_slots > SLOTS_MIN && t->n < t->n_slots / 8)
        t->n_slots /= 2;
    memset (t->slots, 0, t->n_slots * sizeof *t->slots);
    t->n = 0;
    t->words = words;
    t->max = t->cap / (words + 1);
}

static inline size_t
hash_key (const uint64_t *key, unsigned words)
{
    uint64_t h = NG_HASH_K0;

    for (unsigned i = 0; i < words; i++)
        h = ng_hash_mix (h ^ key[i], NG_HASH_K1);
    return (size_t) h;
}

/* Twice the slots.  */
static enum ng_err
grow_slots (struct ng_table *t)
{
    size_t n_slots = t->n_slots * 2;
    uint32_t *slots;

    if (t->n >= UINT32_MAX / 2)
        return NG_ELIMIT;
    slots = ng_calloc_array (n_slots, sizeof *slots);
    if (!slots)
        return NG_ENOMEM;
    for (size_t i = 0; i < t->n; i++)
    {
        const uint64_t *key = t->entries + i * (t->words + 1);
        size_t at = hash_key (key, t->words) & (n_slots - 1);

        while (slots[at] != 0)
            at = (at + 1) & (n_slots - 1);
        slots[at] = (uint32_t) i + 1;
    }
    free (t->slots);
    t->slots = slots;
    t->n_slots = n_slots;
    return NG_OK;
}

/* Make room for one entry more.  */
static enum ng_err
make_room (struct ng_table *t)
{
    uint64_t *entries;

    if (t->n >= t->n_slots / 2)
    {
        enum ng_err err = grow_slots (t);

        if (err != NG_OK)
            return err;
    }
    entries = ng_grow (t->entries, &t->cap, (t->n + 1) * (t->words + 1),
                       sizeof *entries);
    if (!entries)
        return NG_ENOMEM;
    t->entries = entries;
    t->max = t->cap / (t->words + 1);
    return NG_OK;
}

static inline enum ng_err
count_keys (struct ng_table *t, const uint64_t *keys, size_t n,
            const unsigned words)
{
    for (size_t i = 0; i < n; i++, keys += words)
    {
        uint64_t *entry;
        size_t at;

        if (t->n >= t->n_slots / 2 || t->n == t->max)
        {
            enum ng_err err = make_room (t);

            if (err != NG_OK)
                return err;
        }
        at = hash_key (keys, words) & (t->n_slots - 1);
        for (;; at = (at + 1) & (t->n_slots - 1))
        {
            if (t->slots[at] == 0)
            {
                entry = t->entries + t->n * (words + 1);
                memcpy (entry, keys, words * sizeof *keys);
                entry[words] = 1;
                t->slots[at] = (uint32_t) ++t->n;
                break;
            }
            entry = t->entries + (size_t) (t->slots[at] - 1) * (words + 1);
            if (ng_key_equal (entry, keys, words))
            {
                entry[words]++;
                break;
            }
        }
    }
    return NG_OK;
}

enum ng_err
ng_table_count (struct ng_table *t, const uint64_t *keys, size_t n)
{
    switch (t->words)
    {
    case 1:
        return count_keys (t, keys, n, 1);
    case 2:
        return count_keys (t, keys, n, 2);
    case 3:
        return count_keys (t, keys, n, 3);
    default:
        return count_keys (t, keys, n, 4);
    }
}

size_t
ng_table_size (const struct ng_table *t)
{
    return t->n;
}

uint64_t *
ng_table_entries (struct ng_table *t)
{
    return t->entries;
}
