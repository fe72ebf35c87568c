/* Documents and the rows they are cut into, against the slow way, for every
   small corpus and for random ones with many blocks.  */
#include <config.h>

#include "batch/documents.h"
#include "batch/search.h"
#include "dockit.h"

enum
{
    ROWS_PER_BLOCK = 64, /* of packed ones, and tokens at least, as the */
    BLOCK_MIN = 512      /* header says */
};

/* ------------------------------------------------------------------- finding */

START_TEST (test_search)
{
    static const struct ng_dtype types[] = {
        { 1, false }, { 2, false }, { 4, true }, { 8, true }
    };
    unsigned char items[8 * 200];

    for (size_t t = 0; t < 4; t++)
        for (size_t n = 0; n <= 200; n++)
        {
            unsigned item = types[t].item_bytes;

            for (size_t i = 0; i < n; i++)
                ng_item_put (items + i * item, item, 100 + i % 20);
            NG_ENSURE (ng_search_id (types[t], items, n, 5) == n);
            /* What has the same low bytes is no match.  */
            if (item > 1 && n > 0)
            {
                ng_item_put (items + (n - 1) * item, item, 256 + 5);
                NG_ENSURE (ng_search_id (types[t], items, n, 5) == n);
                ng_item_put (items + (n - 1) * item, item, 100);
            }
            for (size_t at = 0; at < n; at++)
            {
                ng_item_put (items + at * item, item, 5);
                NG_ENSURE (ng_search_id (types[t], items, n, 5) == at);
                NG_ENSURE (ng_search_id (types[t], items, at, 5) == at);
                ng_item_put (items + at * item, item, 100);
            }
        }
    /* What does not fit is not there.  */
    ng_item_put (items, 2, 1);
    ck_assert_uint_eq (ng_search_id (types[1], items, 1, 65537), 1);
    ck_assert_uint_eq (ng_search_id (types[1], items, 1, 1), 0);
}
END_TEST

START_TEST (test_find)
{
    uint64_t seed = 3;
    struct dockit kit;

    for (int round = 0; round < 30; round++)
    {
        dockit_random (&kit, 1 + rand_below (&seed, 300), 20, &seed);
        for (uint64_t start = 0; start < kit.n; start++)
            for (uint64_t end = start; end <= kit.n; end++)
            {
                uint64_t want = start;

                /* A hint, which must not leave the file.  */
                ng_shards_prefetch (&kit.shards, start, end - start);
                while (want < end && kit.ids[want] != DOCKIT_EOD)
                    want++;
                NG_ENSURE (ng_shards_find (&kit.shards, start, end, DOCKIT_EOD)
                           == want);
            }
        dockit_fini (&kit);
    }
}
END_TEST

/* ---------------------------------------------------------------------- rows */

static bool
same_part (struct ng_part a, struct ng_part b)
{
    return a.start == b.start && a.n_tokens == b.n_tokens
           && a.goes_on == b.goes_on;
}

/* What must be said of all documents; *OWNED are the tokens in rows.  */
static void
check_counts (const struct dockit *kit, const struct ng_documents *docs,
              uint64_t owned)
{
    const struct ng_documents_counts *counts = ng_documents_count (docs);
    uint64_t alone = 0;

    for (size_t d = 0; d < kit->n_documents; d++)
        alone += kit->documents[d + 1] - kit->documents[d] == 1;
    NG_ENSURE (counts->n_documents == kit->n_documents);
    NG_ENSURE (counts->alone == alone);
    NG_ENSURE (counts->alone + counts->cut + owned == kit->n);
}

/* Rows of one part, in the order of the corpus.  */
static void
check_plain (const struct dockit *kit, bool sentences, uint64_t n_steps)
{
    struct ng_parts want = { 0 }, got = { 0 };
    struct ng_documents *docs;
    uint64_t owned = 0;

    dockit_pieces (kit, n_steps, sentences, &want);
    NG_ENSURE (ng_documents_new (&kit->shards,
                                 sentences ? NG_DOCUMENTS_SENTENCE
                                           : NG_DOCUMENTS_WHOLE,
                                 DOCKIT_EOD, n_steps, &docs)
               == NG_OK);
    NG_ENSURE (ng_documents_count (docs)->n_rows == want.n);
    for (size_t i = 0; i < want.n; i++)
    {
        got.n = 0;
        NG_ENSURE (ng_documents_row (docs, i, &got) == NG_OK);
        NG_ENSURE (got.n == 1 && same_part (got.list[0], want.list[i]));
        owned += got.list[0].n_tokens - (got.list[0].goes_on ? 1 : 0);
        /* What is not mapped is in memory; asking for it does no harm.  */
        NG_ENSURE (ng_documents_in_memory (docs, i));
        ng_documents_will_need (docs, i);
    }
    check_counts (kit, docs, owned);
    if (!sentences)
        NG_ENSURE (ng_documents_count (docs)->cut == 0);
    ng_documents_free (docs);
    free (want.list);
    free (got.list);
}

/* Every corpus of up to 9 tokens, by where its documents end.  */
START_TEST (test_small)
{
    uint64_t seed = 1;

    for (size_t n = 0; n <= 9; n++)
        for (unsigned ends = 0; ends < 1U << n; ends++)
        {
            uint32_t *ids = calloc (n + 1, sizeof *ids);
            struct dockit kit;

            for (size_t i = 0; i < n; i++)
                ids[i] = ends >> i & 1 ? DOCKIT_EOD : 8;
            dockit_init (&kit, ids, n, &seed);
            for (uint64_t n_steps = 1; n_steps <= 5; n_steps++)
            {
                check_plain (&kit, false, n_steps);
                check_plain (&kit, true, n_steps);
            }
            dockit_fini (&kit);
        }
}
END_TEST

/* Documents much shorter and much longer than rows and than blocks.  */
START_TEST (test_blocks)
{
    static const uint64_t means[] = { 1, 2, 30, 3000, 1000000 };
    uint64_t seed = 5;

    for (size_t m = 0; m < 5; m++)
        for (int round = 0; round < 2; round++)
        {
            struct dockit kit;

            dockit_random (&kit, 9000 + rand_below (&seed, 9000), means[m],
                           &seed);
            check_plain (&kit, false, 1 + rand_below (&seed, 40));
            check_plain (&kit, true, 1 + rand_below (&seed, 40));
            check_plain (&kit, false, 5000 + rand_below (&seed, 3000));
            check_plain (&kit, true, 511);
            dockit_fini (&kit);
        }
}
END_TEST

/* Blocks that begin where a document does, and one token on either side.  */
START_TEST (test_block_edges)
{
    uint64_t seed = 5;

    for (size_t at = BLOCK_MIN - 3; at <= BLOCK_MIN + 2; at++)
        for (size_t second = at; second <= BLOCK_MIN + 3; second++)
        {
            uint32_t *ids = calloc (3 * BLOCK_MIN, sizeof *ids);
            struct dockit kit;

            for (size_t i = 0; i < 3 * BLOCK_MIN; i++)
                ids[i] = i == at || i == second ? DOCKIT_EOD : 8;
            dockit_init (&kit, ids, 3 * BLOCK_MIN, &seed);
            for (uint64_t n_steps = 1; n_steps <= 3; n_steps++)
            {
                check_plain (&kit, false, n_steps);
                check_plain (&kit, true, n_steps);
            }
            dockit_fini (&kit);
        }
}
END_TEST

/* -------------------------------------------------------------------- packing */

/* How many rows best fit decreasing makes of the parts LIST[N]: each looks at
   every row.  */
static size_t
slow_rows (const struct ng_part *list, size_t n, uint64_t room)
{
    uint64_t *left = calloc (n + 1, sizeof *left);
    size_t n_rows = 0;

    for (uint64_t length = room; length > 0; length--)
        for (size_t i = 0; i < n; i++)
        {
            size_t best = n_rows;

            if (list[i].n_tokens != length)
                continue;
            for (size_t r = 0; r < n_rows; r++)
                if (left[r] >= length
                    && (best == n_rows || left[r] < left[best]))
                    best = r;
            if (best == n_rows)
                left[n_rows++] = room;
            left[best] -= length;
        }
    free (left);
    return n_rows;
}

/* Each piece is in one row; each block has as many rows as the slow way.  */
static void
check_pack (const struct dockit *kit, uint64_t n_steps)
{
    uint64_t block = ROWS_PER_BLOCK * (n_steps + 1), row = 0, owned = 0;
    struct ng_parts want = { 0 }, got = { 0 };
    struct ng_documents *docs;
    bool *seen = calloc (kit->n + 1, sizeof *seen);

    if (block < BLOCK_MIN)
        block = BLOCK_MIN;
    dockit_pieces (kit, n_steps, false, &want);
    NG_ENSURE (ng_documents_new (&kit->shards, NG_DOCUMENTS_PACK, DOCKIT_EOD,
                                 n_steps, &docs)
               == NG_OK);
    for (size_t from = 0, to; from < want.n; from = to)
    {
        uint64_t b = want.list[from].start / block;
        size_t n_rows;

        for (to = from; to < want.n && want.list[to].start / block == b;)
            to++;
        n_rows = slow_rows (want.list + from, to - from, n_steps + 1);
        for (size_t i = 0; i < n_rows; i++, row++)
        {
            uint64_t total = 0;

            got.n = 0;
            NG_ENSURE (ng_documents_row (docs, row, &got) == NG_OK);
            NG_ENSURE (got.n > 0);
            for (size_t p = 0; p < got.n; p++)
            {
                struct ng_part part = got.list[p];
                size_t j = from;

                while (j < to && want.list[j].start != part.start)
                    j++;
                NG_ENSURE (j < to && same_part (part, want.list[j]));
                NG_ENSURE (!seen[part.start]);
                seen[part.start] = true;
                total += part.n_tokens;
                owned += part.n_tokens - (part.goes_on ? 1 : 0);
            }
            NG_ENSURE (total <= n_steps + 1);
        }
    }
    NG_ENSURE (ng_documents_count (docs)->n_rows == row);
    check_counts (kit, docs, owned);
    /* In another order, so that blocks are packed again.  */
    for (uint64_t i = 0; i < row; i++)
    {
        got.n = 0;
        NG_ENSURE (ng_documents_row (docs, i * 7919 % row, &got) == NG_OK);
    }
    ng_documents_free (docs);
    free (want.list);
    free (got.list);
    free (seen);
}

START_TEST (test_pack)
{
    static const uint64_t means[] = { 2, 30, 3000 };
    uint64_t seed = 9;

    for (size_t m = 0; m < 3; m++)
        for (int round = 0; round < 3; round++)
        {
            struct dockit kit;

            dockit_random (&kit, 4000 + rand_below (&seed, 4000), means[m],
                           &seed);
            check_pack (&kit, 1 + rand_below (&seed, 10));
            check_pack (&kit, 11 + rand_below (&seed, 90));
            dockit_fini (&kit);
        }
}
END_TEST

/* A row of 2^32 places cannot be packed.  */
START_TEST (test_too_long)
{
    struct ng_documents *docs;
    uint64_t seed = 1;
    struct dockit kit;

    dockit_random (&kit, 10, 3, &seed);
    ck_assert_int_eq (ng_documents_new (&kit.shards, NG_DOCUMENTS_PACK,
                                        DOCKIT_EOD, UINT32_MAX, &docs),
                      NG_EOVERFLOW);
    dockit_fini (&kit);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("documents");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_search);
    tcase_add_test (tc, test_find);
    tcase_add_test (tc, test_small);
    tcase_add_test (tc, test_blocks);
    tcase_add_test (tc, test_block_edges);
    tcase_add_test (tc, test_pack);
    tcase_add_test (tc, test_too_long);
    suite_add_tcase (suite, tc);
    return suite;
}
