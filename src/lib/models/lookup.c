#include <config.h>

#include "models/lookup.h"

#include <assert.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/mem.h"

enum
{
    SHORT_BYTES = 16, /* names that the table in front holds */
    SLOT_BITS = 13    /* it has 2^SLOT_BITS slots; see doc/querying */
};

static_assert ((int) SHORT_BYTES <= (int) NG_TOKEN_PAD,
               "names are read 16 bytes at a time");

/* A name of 1 to SHORT_BYTES bytes, as two numbers of its bytes, the first the
   lowest, and its length; of a free slot all zero.  */
struct short_name
{
    uint64_t low, high;
    uint32_t len;
};

struct slot
{
    struct short_name name;
    uint32_t id;
};

struct ng_lookup
{
    const struct ng_ngm *ngm;
    struct slot slots[1 << SLOT_BITS];
};

enum ng_err
ng_lookup_new (const struct ng_ngm *ngm, struct ng_lookup **out)
{
    struct ng_lookup *l = ng_calloc_array (1, sizeof *l);

    if (!l)
        return NG_ENOMEM;
    l->ngm = ngm;
    *out = l;
    return NG_OK;
}

void
ng_lookup_free (struct ng_lookup *l)
{
    free (l);
}

/* The first LEN bytes of WORD, LEN from 1 to 8.  */
static inline uint64_t
first_bytes (uint64_t word, uint32_t len)
{
    return word & UINT64_MAX >> (64 - 8 * len);
}

/* The name of T; of a longer one its first bytes.  */
static inline struct short_name
short_name (const struct ng_token *t)
{
    const uint32_t len = t->len < SHORT_BYTES ? t->len : SHORT_BYTES;
    const uint64_t high =
        first_bytes (ng_get_u64le (t->name + 8), len > 8 ? len - 8 : 8);

    return (struct short_name){ first_bytes (ng_get_u64le (t->name),
                                             len < 8 ? len : 8),
                                len > 8 ? high : 0, t->len };
}

static inline struct slot *
slot_of (struct ng_lookup *l, const struct short_name *n)
{
    return &l->slots[ng_hash_mix (n->low ^ NG_HASH_K0,
                                  n->high ^ n->len ^ NG_HASH_K1)
                     >> (64 - SLOT_BITS)];
}

/* The tokens ITEMS[WANTED[N]] in the model; N at most NG_LOOKUPS.  */
static void
search (const struct ng_ngm *ngm, const struct ng_token *items,
        const uint8_t *wanted, size_t n, uint32_t *ids)
{
    uint64_t hashes[NG_LOOKUPS];
    uint32_t likely[NG_LOOKUPS];
    const uint64_t mask = (UINT64_C (1) << ngm->slot_bits) - 1;

    for (size_t i = 0; i < n; i++)
    {
        /* The caller filled N of them, which clang-tidy does not see; and so
           below.  */
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.ArraySubscript) */
        const struct ng_token *t = &items[wanted[i]];

        hashes[i] = ng_ngm_name_hash (t->name, t->len);
        __builtin_prefetch (ngm->slots + 8 * (hashes[i] & mask));
    }
    for (size_t i = 0; i < n; i++)
    {
        likely[i] = ng_ngm_likely (ngm, hashes[i]);
        __builtin_prefetch (ngm->name_starts + 4 * (size_t) likely[i]);
    }
    for (size_t i = 0; i < n; i++)
    {
        size_t len;

        __builtin_prefetch (ng_ngm_name (ngm, likely[i], &len));
    }
    for (size_t i = 0; i < n; i++)
    {
        const struct ng_token *t = &items[wanted[i]];
        const uint32_t id = ng_ngm_find (ngm, t->name, t->len, hashes[i]);

        ids[wanted[i]] = id == NG_NONE ? ngm->unk : id;
    }
}

void
ng_lookup_ids (struct ng_lookup *l, const struct ng_token *items, size_t n,
               uint32_t *ids)
{
    uint8_t missed[NG_LOOKUPS];
    size_t n_missed = 0;

    for (size_t i = 0; i < n; i++)
    {
        struct short_name name;
        const struct slot *s;

        if (items[i].kind != NG_TOKEN)
            continue;
        name = short_name (&items[i]);
        s = slot_of (l, &name);
        ids[i] = s->id;
        missed[n_missed] = (uint8_t) i;
        n_missed += ((name.low ^ s->name.low) | (name.high ^ s->name.high)
                     | (name.len ^ s->name.len))
                    != 0;
    }
    /* A longer name differs in its length from all that the table holds.  */
    search (l->ngm, items, missed, n_missed, ids);
    for (size_t i = 0; i < n_missed; i++)
    {
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.ArraySubscript) */
        const struct ng_token *t = &items[missed[i]];
        const struct short_name name = short_name (t);

        if (t->len <= SHORT_BYTES)
            *slot_of (l, &name) = (struct slot){ name, ids[missed[i]] };
    }
}
