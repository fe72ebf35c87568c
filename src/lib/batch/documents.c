#include <config.h>

#include "batch/documents.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "batch/packing.h"

enum
{
    BLOCK_TOKENS_MIN = 512,
    BLOCKS_MAX = 1 << 19,
    PACKED_ROWS_MIN = 64,           /* of a block, if it is packed */
    PACKED_TOKENS_MAX = 512 * 1024, /* of a block, if it is packed */
    NO_BLOCK = -1
};

struct block
{
    uint64_t n_rows;   /* that start in blocks before it */
    uint64_t document; /* first token of the document that it starts in */
};

/* A piece of a block that is to be packed.  */
struct piece
{
    uint32_t offset; /* of its first token in the block */
    bool goes_on;
};

struct ng_documents
{
    const struct ng_shards *shards; /* borrowed */
    enum ng_documents_kind kind;
    uint64_t eod;
    uint64_t n_steps;
    struct ng_documents_counts counts;
    uint64_t block_tokens;
    size_t n_blocks;
    struct block *blocks; /* [n_blocks] */

    /* The block that was packed last.  */
    struct ng_packing *packing;
    int64_t packed; /* its number, or NO_BLOCK */
    struct piece *pieces;
    uint32_t *lengths;
    size_t n_pieces, cap_pieces, cap_lengths;
};

enum ng_err
ng_parts_add (struct ng_parts *parts, struct ng_part part)
{
    struct ng_part *list =
        ng_grow (parts->list, &parts->cap, parts->n + 1, sizeof *list);

    if (!list)
        return NG_ENOMEM;
    parts->list = list;
    list[parts->n++] = part;
    return NG_OK;
}

/* ------------------------------------------------------- walking through a block */

/* The documents of a block, one after another.  A row that starts with the last
   token of the block has T more: what is beyond LIMIT makes no difference.  */
struct walk
{
    const struct ng_documents *docs;
    uint64_t first, end; /* of the block */
    uint64_t limit;
    uint64_t document, document_end; /* the present one; LIMIT if beyond */
};

static uint64_t
find_end (const struct walk *w, uint64_t from)
{
    uint64_t at =
        ng_shards_find (w->docs->shards, from, w->limit, w->docs->eod);

    return at < w->limit ? at + 1 : at;
}

/* Stand at the document that block B starts in.  */
static void
walk_start (const struct ng_documents *docs, size_t b, struct walk *w)
{
    uint64_t n = docs->shards->n_tokens;

    w->docs = docs;
    w->first = b * docs->block_tokens;
    w->end =
        n - w->first > docs->block_tokens ? w->first + docs->block_tokens : n;
    w->limit = n - w->end > docs->n_steps ? w->end + docs->n_steps : n;
    w->document = docs->blocks[b].document;
    w->document_end = find_end (w, w->first);
}

/* Go on to the next document; false if it starts beyond the block.  */
static bool
walk_next (struct walk *w)
{
    if (w->document_end >= w->end)
        return false;
    w->document = w->document_end;
    w->document_end = find_end (w, w->document);
    return true;
}

/* How many steps of N from 0 are below X.  */
static uint64_t
steps_below (uint64_t x, uint64_t n)
{
    return x / n + (x % n > 0 ? 1 : 0);
}

/* The number of pieces of the present document that start in the block, and in
   *FIRST where the first of them starts.  A piece has two tokens at least.  */
static uint64_t
count_pieces (const struct walk *w, uint64_t *first)
{
    uint64_t t = w->docs->n_steps, d = w->document;
    uint64_t low = w->first > d ? w->first : d;
    uint64_t high = w->document_end - 1 < w->end ? w->document_end - 1 : w->end;
    uint64_t from = steps_below (low - d, t);
    uint64_t to = high > d ? steps_below (high - d, t) : 0;

    *first = d + from * t;
    return to > from ? to - from : 0;
}

/* The piece that starts at START, of the present document.  */
static struct ng_part
make_part (const struct walk *w, uint64_t start)
{
    uint64_t left = w->document_end - start, most = w->docs->n_steps + 1;

    return (struct ng_part){ .start = start,
                             .n_tokens = left < most ? left : most,
                             .goes_on = start > w->document };
}

/* The rows of the present document that start in the block, if it is not
   packed, and in *FIRST where the first of them starts.  */
static uint64_t
count_rows (const struct walk *w, uint64_t *first)
{
    if (w->docs->kind == NG_DOCUMENTS_WHOLE)
        return count_pieces (w, first);
    *first = w->document;
    return w->document >= w->first && w->document_end - w->document > 1 ? 1 : 0;
}

/* -------------------------------------------------------------------- packing */

static enum ng_err
add_piece (struct ng_documents *docs, const struct walk *w, uint64_t start)
{
    struct ng_part part = make_part (w, start);
    size_t n = docs->n_pieces;
    struct piece *pieces =
        ng_grow (docs->pieces, &docs->cap_pieces, n + 1, sizeof *pieces);
    uint32_t *lengths;

    if (!pieces)
        return NG_ENOMEM;
    docs->pieces = pieces;
    lengths =
        ng_grow (docs->lengths, &docs->cap_lengths, n + 1, sizeof *lengths);
    if (!lengths)
        return NG_ENOMEM;
    docs->lengths = lengths;
    pieces[n].offset = (uint32_t) (start - w->first);
    pieces[n].goes_on = part.goes_on;
    lengths[n] = (uint32_t) part.n_tokens;
    docs->n_pieces = n + 1;
    return NG_OK;
}

/* Pack the pieces that start in block B, unless they are.  */
static enum ng_err
pack_block (struct ng_documents *docs, size_t b, size_t *n_rows)
{
    struct walk w;
    enum ng_err err = NG_OK;

    docs->n_pieces = 0;
    docs->packed = NO_BLOCK;
    walk_start (docs, b, &w);
    do
    {
        uint64_t start, n = count_pieces (&w, &start);

        for (; err == NG_OK && n > 0; n--, start += docs->n_steps)
            err = add_piece (docs, &w, start);
    } while (err == NG_OK && walk_next (&w));
    if (err == NG_OK)
        err = ng_packing_run (docs->packing, docs->lengths, docs->n_pieces,
                              n_rows);
    if (err == NG_OK)
        docs->packed = (int64_t) b;
    return err;
}

/* -------------------------------------------------------------------- the index */

/* What accounts say of the present document's tokens in the block.  */
static void
account (struct ng_documents *docs, const struct walk *w)
{
    uint64_t end = w->document_end < w->end ? w->document_end : w->end;
    uint64_t from = w->document + docs->n_steps + 1;

    if (from < w->first)
        from = w->first;
    if (docs->kind == NG_DOCUMENTS_SENTENCE && end > from)
        docs->counts.cut += end - from;
    if (w->document < w->first)
        return;
    docs->counts.n_documents++;
    if (w->document_end - w->document == 1)
        docs->counts.alone++;
}

/* Index block B, whose document is known, and find the next one's.  */
static enum ng_err
scan_block (struct ng_documents *docs, size_t b)
{
    struct walk w;
    uint64_t n_rows = 0, start;
    size_t n_packed = 0;
    enum ng_err err = NG_OK;

    docs->blocks[b].n_rows = docs->counts.n_rows;
    walk_start (docs, b, &w);
    do
    {
        account (docs, &w);
        if (docs->kind != NG_DOCUMENTS_PACK)
            n_rows += count_rows (&w, &start);
    } while (walk_next (&w));
    if (b + 1 < docs->n_blocks)
        docs->blocks[b + 1].document =
            w.document_end == w.end ? w.end : w.document;
    if (docs->kind == NG_DOCUMENTS_PACK)
        err = pack_block (docs, b, &n_packed);
    docs->counts.n_rows += n_rows + n_packed;
    return err;
}

static uint64_t
choose_block_tokens (const struct ng_documents *docs)
{
    bool pack = docs->kind == NG_DOCUMENTS_PACK;
    uint64_t row = docs->n_steps + 1, tokens = row;

    if (pack)
        tokens = row < PACKED_TOKENS_MAX / PACKED_ROWS_MIN
                     ? row * PACKED_ROWS_MIN
                     : PACKED_TOKENS_MAX;
    if (tokens < BLOCK_TOKENS_MIN)
        tokens = BLOCK_TOKENS_MIN;
    while (docs->shards->n_tokens / tokens >= BLOCKS_MAX
           && !(pack && tokens > PACKED_TOKENS_MAX / 2))
        tokens *= 2;
    return tokens;
}

enum ng_err
ng_documents_new (const struct ng_shards *shards, enum ng_documents_kind kind,
                  uint64_t eod, uint64_t n_steps, struct ng_documents **result)
{
    struct ng_documents *docs;
    enum ng_err err = NG_OK;

    assert (kind != NG_DOCUMENTS_CROSS && !shards->reverse && n_steps > 0);
    if (kind == NG_DOCUMENTS_PACK && n_steps >= UINT32_MAX)
        return NG_EOVERFLOW;
    docs = calloc (1, sizeof *docs);
    if (!docs)
        return NG_ENOMEM;
    docs->shards = shards;
    docs->kind = kind;
    docs->eod = eod;
    docs->n_steps = n_steps;
    docs->packed = NO_BLOCK;
    docs->block_tokens = choose_block_tokens (docs);
    docs->n_blocks =
        (size_t) steps_below (shards->n_tokens, docs->block_tokens);
    docs->blocks = ng_calloc_array (docs->n_blocks, sizeof *docs->blocks);
    if (!docs->blocks)
        err = NG_ENOMEM;
    if (err == NG_OK && kind == NG_DOCUMENTS_PACK)
        err = ng_packing_new ((uint32_t) n_steps + 1, &docs->packing);
    for (size_t b = 0; err == NG_OK && b < docs->n_blocks; b++)
        err = scan_block (docs, b);
    if (err != NG_OK)
    {
        ng_documents_free (docs);
        return err;
    }
    *result = docs;
    return NG_OK;
}

void
ng_documents_free (struct ng_documents *docs)
{
    if (!docs)
        return;
    ng_packing_free (docs->packing);
    free (docs->blocks);
    free (docs->pieces);
    free (docs->lengths);
    free (docs);
}

const struct ng_documents_counts *
ng_documents_count (const struct ng_documents *docs)
{
    return &docs->counts;
}

/* --------------------------------------------------------------------- the rows */

/* The block that row ROW starts in: the last with so few rows before.  */
static size_t
find_block (const struct ng_documents *docs, uint64_t row)
{
    size_t low = 0, high = docs->n_blocks;

    assert (row < docs->counts.n_rows);
    while (high - low > 1)
    {
        size_t middle = low + (high - low) / 2;

        if (docs->blocks[middle].n_rows <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Row ROW of block B, whose pieces are packed.  */
static enum ng_err
packed_row (struct ng_documents *docs, size_t b, size_t row,
            struct ng_parts *parts)
{
    uint64_t first = b * docs->block_tokens;
    const uint32_t *members;
    size_t n;
    enum ng_err err = NG_OK;

    if (docs->packed != (int64_t) b)
        err = pack_block (docs, b, &n);
    if (err != NG_OK)
        return err;
    members = ng_packing_row (docs->packing, row, &n);
    for (size_t i = 0; err == NG_OK && i < n; i++)
    {
        const struct piece *piece = &docs->pieces[members[i]];

        err = ng_parts_add (
            parts, (struct ng_part){ .start = first + piece->offset,
                                     .n_tokens = docs->lengths[members[i]],
                                     .goes_on = piece->goes_on });
    }
    return err;
}

enum ng_err
ng_documents_row (struct ng_documents *docs, uint64_t row,
                  struct ng_parts *parts)
{
    size_t b = find_block (docs, row);
    uint64_t n, start;
    struct walk w;

    row -= docs->blocks[b].n_rows;
    if (docs->kind == NG_DOCUMENTS_PACK)
        return packed_row (docs, b, (size_t) row, parts);
    walk_start (docs, b, &w);
    while ((n = count_rows (&w, &start)) <= row)
    {
        bool more = walk_next (&w);

        assert (more);
        (void) more;
        row -= n;
    }
    return ng_parts_add (parts, make_part (&w, start + row * docs->n_steps));
}

bool
ng_documents_in_memory (const struct ng_documents *docs, uint64_t row)
{
    return ng_shards_in_memory (docs->shards,
                                find_block (docs, row) * docs->block_tokens);
}

void
ng_documents_will_need (const struct ng_documents *docs, uint64_t row)
{
    uint64_t start = find_block (docs, row) * docs->block_tokens;
    uint64_t n = docs->shards->n_tokens - start;

    if (n > docs->block_tokens + docs->n_steps)
        n = docs->block_tokens + docs->n_steps;
    ng_shards_will_need (docs->shards, start, n);
}
