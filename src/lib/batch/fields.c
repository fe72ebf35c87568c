#include <config.h>

#include "batch/fields.h"

#include <assert.h>

#include "batch/item.h"
#include "batch/search.h"

const char *const ng_field_names[NG_FIELDS_MAX + 1] = {
    "tokens", "positions", "documents", "mask", "lengths", NULL
};

/* The element of FIELD at place I of part P, from 0.  */
static inline uint64_t
element (enum ng_field field, uint64_t i, size_t p)
{
    if (field == NG_FIELD_POSITIONS)
        return i;
    if (field == NG_FIELD_DOCUMENTS)
        return p + 1;
    return i > 0 ? 1 : 0;
}

/* ITEM is a constant at each call.  */
static inline void
fill (enum ng_field field, const uint64_t *parts, size_t n, uint64_t n_places,
      unsigned item, unsigned char *out)
{
    uint64_t at = 0;

    for (size_t p = 0; p < n; p++)
    {
        assert (parts[p] <= n_places - at);
        for (uint64_t i = 0; i < parts[p]; i++)
            ng_item_put (out + (at + i) * item, item, element (field, i, p));
        at += parts[p];
    }
    for (; at < n_places; at++)
        ng_item_put (out + at * item, item, 0);
}

void
ng_fields_fill (enum ng_field field, const uint64_t *parts, size_t n,
                uint64_t n_places, struct ng_dtype dtype, unsigned char *out)
{
    uint64_t total = 0;

    assert (field != NG_FIELD_TOKENS);
    if (field == NG_FIELD_LENGTHS)
    {
        for (size_t p = 0; p < n; p++)
            total += parts[p];
        ng_item_put (out, dtype.item_bytes, total > 0 ? total - 1 : 0);
        return;
    }
    switch (dtype.item_bytes)
    {
    case 1:
        fill (field, parts, n, n_places, 1, out);
        break;
    case 2:
        fill (field, parts, n, n_places, 2, out);
        break;
    case 4:
        fill (field, parts, n, n_places, 4, out);
        break;
    default:
        fill (field, parts, n, n_places, 8, out);
    }
}

size_t
ng_fields_split (struct ng_dtype dtype, const unsigned char *ids, size_t n,
                 uint64_t eod, uint64_t *parts)
{
    size_t n_parts = 0, at = 0;

    while (at < n)
    {
        size_t found =
            ng_search_id (dtype, ids + at * dtype.item_bytes, n - at, eod);
        size_t part = found < n - at ? found + 1 : found;

        parts[n_parts++] = part;
        at += part;
    }
    return n_parts;
}
