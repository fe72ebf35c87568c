#include <config.h>

#include "text/lexical.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/radix.h"

int
ng_lexical_compare (const unsigned char *a, size_t a_len,
                    const unsigned char *b, size_t b_len, char terminator)
{
    const unsigned char end = (unsigned char) terminator;
    size_t n = a_len < b_len ? a_len : b_len;
    int order = memcmp (a, b, n);

    if (order != 0 || a_len == b_len)
        return order;
    if (a_len > n)
        return a[n] < end ? -1 : 1;
    return b[n] < end ? 1 : -1;
}

/* A name on its way to its place: eight bytes of it, and its id.  */
struct record
{
    uint64_t bytes, id;
};

/* Sort R[N], which are equal in the bytes before FROM and so no prefixes of
   each other with their terminators, by those from there on: eight bytes at a
   time, and again those that these do not tell apart.  */
static void
sort_from (const struct ng_vocab *v, char terminator, struct record *r,
           size_t n, size_t from, struct record *scratch)
{
    size_t end;

    for (size_t i = 0; i < n; i++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (v, (uint32_t) r[i].id, &len);

        r[i].bytes = ng_lexical_bytes (name, len, terminator, from);
    }
    ng_radix_sort (&r->bytes, n, 1, &scratch->bytes);
    for (size_t i = 0; i < n; i = end)
    {
        for (end = i + 1; end < n && r[end].bytes == r[i].bytes;)
            end++;
        if (end - i > 1)
            sort_from (v, terminator, r + i, end - i, from + 8, scratch);
    }
}

enum ng_err
ng_lexical_sort (const struct ng_vocab *v, char terminator, uint32_t *ids)
{
    uint32_t n = ng_vocab_size (v);
    struct record *records = ng_alloc_array (n, sizeof *records);
    struct record *scratch = ng_alloc_array (n, sizeof *scratch);

    if (!records || !scratch)
    {
        free (records);
        free (scratch);
        return NG_ENOMEM;
    }
    for (uint32_t id = 0; id < n; id++)
        records[id].id = id;
    sort_from (v, terminator, records, n, 0, scratch);
    for (uint32_t i = 0; i < n; i++)
        ids[i] = (uint32_t) records[i].id;
    free (records);
    free (scratch);
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
