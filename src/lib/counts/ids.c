#include <config.h>

#include "counts/ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum
{
    CHUNK_IDS = 256 * 1024
};

struct ng_ids
{
    uint32_t **chunks; /* [n_chunks], each [CHUNK_IDS] */
    size_t n_chunks, cap_chunks;
    uint64_t n;
};

struct ng_ids *
ng_ids_new (void)
{
    return calloc (1, sizeof (struct ng_ids));
}

void
ng_ids_free (struct ng_ids *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_chunks; i++)
        free (s->chunks[i]);
    free (s->chunks);
    free (s);
}

static enum ng_err
add_chunk (struct ng_ids *s)
{
    uint32_t *chunk;
    uint32_t **chunks =
        ng_grow (s->chunks, &s->cap_chunks, s->n_chunks + 1, sizeof *chunks);

    if (!chunks)
        return NG_ENOMEM;
    s->chunks = chunks;
    chunk = ng_alloc_array (CHUNK_IDS, sizeof *chunk);
    if (!chunk)
        return NG_ENOMEM;
    s->chunks[s->n_chunks++] = chunk;
    return NG_OK;
}

enum ng_err
ng_ids_append (struct ng_ids *s, const uint32_t *ids, size_t n)
{
    while (n > 0)
    {
        size_t used = (size_t) (s->n % CHUNK_IDS);
        size_t room = CHUNK_IDS - used, part = n < room ? n : room;

        if (used == 0)
        {
            enum ng_err err = add_chunk (s);

            if (err != NG_OK)
                return err;
        }
        memcpy (s->chunks[s->n_chunks - 1] + used, ids, part * sizeof *ids);
        s->n += part;
        ids += part;
        n -= part;
    }
    return NG_OK;
}

uint64_t
ng_ids_size (const struct ng_ids *s)
{
    return s->n;
}

size_t
ng_ids_n_chunks (const struct ng_ids *s)
{
    return s->n_chunks;
}

const uint32_t *
ng_ids_chunk (const struct ng_ids *s, size_t i, size_t *n)
{
    uint64_t before = (uint64_t) i * CHUNK_IDS;

    *n = s->n - before < CHUNK_IDS ? (size_t) (s->n - before) : CHUNK_IDS;
    return s->chunks[i];
}

void
ng_ids_drop (struct ng_ids *s, size_t i)
{
    free (s->chunks[i]);
    s->chunks[i] = NULL;
}
