/* dockit.h: corpora of documents for tests, in memory, as several files of
   several types, and what is in them by the slow and obvious way.  */

#ifndef NG_DOCKIT_H
#define NG_DOCKIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch/documents.h"
#include "batch/item.h"
#include "batch/shards.h"
#include "rand.h"
#include "unit.h"

enum
{
    DOCKIT_FILES = 4,
    DOCKIT_EOD = 7
};

struct dockit
{
    size_t n;
    uint32_t *ids; /* [n] */
    unsigned char *data[DOCKIT_FILES];
    struct ng_tokenfile files[DOCKIT_FILES];
    uint64_t starts[DOCKIT_FILES];
    struct ng_shards shards;

    /* The documents: [n_documents + 1] their starts, and the corpus's end.  */
    uint64_t *documents;
    size_t n_documents;
};

/* A corpus of the N tokens IDS, which it takes over, split at random.  */
static inline void
dockit_init (struct dockit *kit, uint32_t *ids, size_t n, uint64_t *seed)
{
    static const struct ng_dtype types[DOCKIT_FILES] = {
        { 2, false }, { 4, true }, { 1, false }, { 8, true }
    };
    size_t at = 0;

    memset (kit, 0, sizeof *kit);
    kit->ids = ids;
    kit->n = n;
    for (size_t f = 0; f < DOCKIT_FILES; f++)
    {
        size_t end =
            f + 1 == DOCKIT_FILES ? n : at + rand_below (seed, n - at + 1);
        unsigned item = types[f].item_bytes;

        kit->data[f] = calloc (end - at + 1, item);
        ck_assert_ptr_nonnull (kit->data[f]);
        for (size_t i = at; i < end; i++)
            ng_item_put (kit->data[f] + (i - at) * item, item, ids[i]);
        kit->files[f] = (struct ng_tokenfile){ .name = "corpus",
                                               .dtype = types[f],
                                               .n_tokens = end - at,
                                               .data = kit->data[f] };
        kit->starts[f] = at;
        at = end;
    }
    kit->shards = (struct ng_shards){ .files = kit->files,
                                      .starts = kit->starts,
                                      .n_files = DOCKIT_FILES,
                                      .n_tokens = n };
    kit->documents = calloc (n + 1, sizeof *kit->documents);
    ck_assert_ptr_nonnull (kit->documents);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || ids[i - 1] == DOCKIT_EOD)
            kit->documents[kit->n_documents++] = i;
    kit->documents[kit->n_documents] = n;
}

/* A corpus of N tokens in documents of about MEAN, some of one token.  */
static inline void
dockit_random (struct dockit *kit, size_t n, uint64_t mean, uint64_t *seed)
{
    uint32_t *ids = calloc (n + 1, sizeof *ids);

    ck_assert_ptr_nonnull (ids);
    for (size_t i = 0; i < n; i++)
    {
        bool end =
            rand_below (seed, mean) == 0
            || (i > 0 && ids[i - 1] == DOCKIT_EOD && rand_below (seed, 8) == 0);

        ids[i] = end ? DOCKIT_EOD : 8 + (uint32_t) rand_below (seed, 100);
    }
    dockit_init (kit, ids, n, seed);
}

static inline void
dockit_fini (struct dockit *kit)
{
    for (size_t f = 0; f < DOCKIT_FILES; f++)
        free (kit->data[f]);
    free (kit->ids);
    free (kit->documents);
}

/* The pieces of all documents for rows of N_STEPS, as "whole" cuts them, into
   PARTS, zeroed before; or the starts of documents, as "sentence" does.  */
static inline void
dockit_pieces (const struct dockit *kit, uint64_t n_steps, bool sentences,
               struct ng_parts *parts)
{
    for (size_t d = 0; d < kit->n_documents; d++)
        for (uint64_t at = kit->documents[d]; at + 1 < kit->documents[d + 1];
             at += n_steps)
        {
            uint64_t left = kit->documents[d + 1] - at;
            struct ng_part part = { .start = at,
                                    .n_tokens =
                                        left < n_steps + 1 ? left : n_steps + 1,
                                    .goes_on = at > kit->documents[d] };

            ck_assert_int_eq (ng_parts_add (parts, part), NG_OK);
            if (sentences)
                break;
        }
}

#endif
