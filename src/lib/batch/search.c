#include <config.h>

#include "batch/search.h"

#include <assert.h>

#include "base/bytes.h"

/* Elements that are looked at together: so many without a branch that the
   compiler makes vectors of them.  */
enum
{
    BLOCK = 64
};

/* SEARCH_NAME (p, n, id): the same for elements of one type, each read by GET.
   Comparing in the elements' own width fills the vectors.  */
#define NG_DEFINE_SEARCH(name, type, get)                              \
    static size_t name (const unsigned char *p, size_t n, type id)     \
    {                                                                  \
        size_t i = 0;                                                  \
                                                                       \
        for (; n - i >= BLOCK; i += BLOCK)                             \
        {                                                              \
            const unsigned char *block = p + i * sizeof (type);        \
            type hit = 0;                                              \
                                                                       \
            for (unsigned j = 0; j < BLOCK; j++)                       \
                hit |= (type) (get (block + j * sizeof (type)) == id); \
            if (hit)                                                   \
                break;                                                 \
        }                                                              \
        while (i < n && get (p + i * sizeof (type)) != id)             \
            i++;                                                       \
        return i;                                                      \
    }

static inline uint8_t
get_u8 (const unsigned char *p)
{
    return *p;
}

NG_DEFINE_SEARCH (search_u8, uint8_t, get_u8)
NG_DEFINE_SEARCH (search_u16, uint16_t, ng_get_u16le)
NG_DEFINE_SEARCH (search_u32, uint32_t, ng_get_u32le)
NG_DEFINE_SEARCH (search_u64, uint64_t, ng_get_u64le)

size_t
ng_search_id (struct ng_dtype dtype, const unsigned char *items, size_t n,
              uint64_t id)
{
    if (id > ng_dtype_max (dtype))
        return n;
    switch (dtype.item_bytes)
    {
    case 1:
        return search_u8 (items, n, (uint8_t) id);
    case 2:
        return search_u16 (items, n, (uint16_t) id);
    case 4:
        return search_u32 (items, n, (uint32_t) id);
    case 8:
        return search_u64 (items, n, id);
    default:
        assert (0 && "an item has 1, 2, 4 or 8 bytes");
        return n;
    }
}
