#include <config.h>

#include "text/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nglimits.h"
#include "io/input.h"

enum
{
    /* Text without a place to cut is held until it has this many bytes; then
       it is scanned to find one.  */
    UNCUT_BYTES_MAX = 1024 * 1024
};

struct ng_blocks
{
    const char *const *names;
    size_t n_names, next_name;
    enum ng_tokenize_mode mode;
    struct ng_fault *fault;
    struct ng_input *in; /* NULL between files */
    bool is_ids;         /* IN is a token file */
    struct ng_npy npy;
    uint64_t items_done;  /* of it */
    uint64_t line;        /* of IN, that the next block begins on */
    uint64_t number;      /* of the next block */
    uint64_t done_before; /* bytes of the files already closed */
    uint64_t total;
    unsigned char *rest; /* [cap_rest] text read but not handed out */
    size_t n_rest, cap_rest;
};

static const char *const standard_input[] = { "-" };

enum ng_err
ng_blocks_open (const char *const *names, size_t n_names,
                enum ng_tokenize_mode mode, struct ng_fault *fault,
                struct ng_blocks **out)
{
    enum ng_err err;
    struct ng_blocks *b = calloc (1, sizeof *b);

    if (!b)
        return NG_ENOMEM;
    b->names = n_names > 0 ? names : standard_input;
    b->n_names = n_names > 0 ? n_names : 1;
    b->mode = mode;
    b->fault = fault;
    err = ng_input_check_all (b->names, b->n_names, &b->total, b->fault);
    if (err == NG_OK)
        *out = b;
    else
        ng_blocks_close (b);
    return err;
}

/* Open the next file; a byte-order mark is dropped, a header read.  */
static enum ng_err
open_next (struct ng_blocks *b)
{
    const unsigned char *start;
    unsigned char mark[3];
    size_t n;
    enum ng_err err;

    if (b->next_name == b->n_names)
        return NG_END;
    b->line = 1;
    b->items_done = 0;
    err = ng_input_open (b->names[b->next_name++], b->fault, &b->in);
    if (err == NG_OK)
        err = ng_input_peek (b->in, NG_NPY_MAGIC_BYTES, &start, &n);
    if (err != NG_OK)
        return err;
    b->is_ids = ng_npy_is_magic (start, n);
    if (b->is_ids)
        return ng_npy_read_header (b->in, &b->npy, b->fault);
    if (n >= sizeof mark && memcmp (start, "\xef\xbb\xbf", sizeof mark) == 0)
        err = ng_input_read_full (b->in, mark, sizeof mark, "the text");
    return err;
}

static enum ng_err
close_input (struct ng_blocks *b)
{
    enum ng_err err;

    b->done_before += ng_input_raw_offset (b->in);
    err = ng_input_close (b->in);
    b->in = NULL;
    return err;
}

/* Room for LEN bytes of text and the pad.  */
static enum ng_err
make_room (struct ng_block *block, size_t len)
{
    unsigned char *text =
        ng_grow (block->text, &block->cap, len + NG_TOKEN_PAD, 1);

    if (!text)
        return NG_ENOMEM;
    block->text = text;
    return NG_OK;
}

/* Read until BLOCK has WANT bytes or the file ends.  */
static enum ng_err
fill (struct ng_blocks *b, struct ng_block *block, size_t want)
{
    enum ng_err err = make_room (block, want);

    while (err == NG_OK && block->len < want && !block->ends_file)
    {
        size_t n;

        err = ng_input_read (b->in, block->text + block->len, want - block->len,
                             &n);
        if (err == NG_OK)
            block->len += n;
        else if (err == NG_END)
        {
            block->ends_file = true;
            err = NG_OK;
        }
    }
    return err;
}

static bool
is_alnum (unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
           || (c >= 'A' && c <= 'Z');
}

/* May a text of MODE be cut between BEFORE and AFTER?  */
static bool
may_cut (enum ng_tokenize_mode mode, unsigned char before, unsigned char after)
{
    if (before == '\n')
        return true;
    switch (mode)
    {
    case NG_WORD:
    case NG_SPACE:
        return before == ' ' || before == '\t';
    case NG_UAX29:
        return before == ' ' && is_alnum (after);
    case NG_CHAR:
        return before < 0x80 && before != '\r' && after < 0x80;
    default:
        return before != '\r';
    }
}

/* The last place before the end where the block may be cut: a newline in its
   last half if there is one.  0: none.  */
static size_t
find_cut (const struct ng_blocks *b, const struct ng_block *block)
{
    const unsigned char *half = block->text + block->len / 2;
    const unsigned char *line =
        memrchr (half, '\n', (size_t) (block->text + block->len - 1 - half));
    size_t at;

    if (line)
        return (size_t) (line - block->text) + 1;
    for (at = block->len - 1; at > 0; at--)
        if (may_cut (b->mode, block->text[at - 1], block->text[at]))
            break;
    return at;
}

/* Where a scan of the whole block would stop.  */
static enum ng_err
scan_for_cut (struct ng_blocks *b, struct ng_block *block, size_t *at)
{
    struct ng_token_list list = { .items = NULL };
    struct ng_tokenizer t;
    enum ng_err err;

    ng_tokenizer_init (&t, b->mode, false, false);
    ng_tokenizer_start (&t, block->file);
    t.line = b->line;
    err = ng_tokenizer_scan (&t, block->text, block->len, false, &list, at,
                             b->fault);
    ng_token_list_fini (&list);
    return err;
}

static uint64_t
count_lines (const unsigned char *text, size_t len)
{
    const unsigned char *end = text + len;
    uint64_t n = 0;

    while (len > 0 && (text = memchr (text, '\n', (size_t) (end - text))))
    {
        n++;
        text++;
    }
    return n;
}

/* Keep what is behind AT for the next block.  */
static enum ng_err
keep_rest (struct ng_blocks *b, struct ng_block *block, size_t at)
{
    size_t n = block->len - at;
    unsigned char *rest = ng_grow (b->rest, &b->cap_rest, n, 1);

    if (!rest)
        return NG_ENOMEM;
    b->rest = rest;
    b->n_rest = n;
    memcpy (b->rest, block->text + at, b->n_rest);
    block->len = at;
    return NG_OK;
}

static enum ng_err
next_text (struct ng_blocks *b, struct ng_block *block)
{
    size_t want = NG_BLOCK_BYTES, at = 0;
    enum ng_err err = make_room (block, b->n_rest);

    if (err != NG_OK)
        return err;
    if (b->n_rest > 0)
        memcpy (block->text, b->rest, b->n_rest);
    block->len = b->n_rest;
    b->n_rest = 0;
    block->line = b->line;
    while (at == 0)
    {
        err = fill (b, block, want);
        if (err != NG_OK)
            return err;
        if (block->ends_file)
            break;
        at = find_cut (b, block);
        want *= 2;
        if (at == 0 && block->len >= UNCUT_BYTES_MAX)
        {
            err = scan_for_cut (b, block, &at);
            if (err != NG_OK)
                return err;
        }
    }
    if (!block->ends_file)
        err = keep_rest (b, block, at);
    b->line += count_lines (block->text, block->len);
    return err;
}

static enum ng_err
next_ids (struct ng_blocks *b, struct ng_block *block)
{
    const size_t size = b->npy.dtype.item_bytes;
    const uint64_t left = b->npy.n_items - b->items_done;
    size_t n = NG_BLOCK_BYTES / size;
    enum ng_err err = make_room (block, NG_BLOCK_BYTES);

    if (err != NG_OK)
        return err;
    block->is_ids = true;
    block->dtype = b->npy.dtype;
    block->item = b->items_done;
    if (left < n)
        n = (size_t) left;
    err = n > 0 ? ng_input_read_full (b->in, block->text, n * size, "the array")
                : NG_OK;
    if (err == NG_END)
        err = ng_fault_set (b->fault, NG_EFORMAT, block->file,
                            "the array is cut short");
    if (err != NG_OK)
        return err;
    block->len = n * size;
    b->items_done += n;
    if (b->items_done == b->npy.n_items)
    {
        block->ends_file = true;
        err = ng_npy_read_end (b->in, b->fault);
    }
    return err;
}

enum ng_err
ng_blocks_next (struct ng_blocks *b, struct ng_block *block)
{
    enum ng_err err;

    /* Also of a fault, so that it is known which one is first.  */
    block->number = b->number;
    err = b->in ? NG_OK : open_next (b);
    if (err != NG_OK)
        return err;
    b->number++;
    block->len = 0;
    block->ends_file = false;
    block->is_ids = false;
    block->file = ng_input_name (b->in);
    err = b->is_ids ? next_ids (b, block) : next_text (b, block);
    if (err == NG_OK)
        memset (block->text + block->len, 0, NG_TOKEN_PAD);
    return err == NG_OK && block->ends_file ? close_input (b) : err;
}

enum ng_err
ng_block_scan (struct ng_block *block, struct ng_tokenizer *t,
               struct ng_token_list *list, struct ng_fault *fault)
{
    size_t used;
    enum ng_err err;

    ng_tokenizer_start (t, block->file);
    t->line = block->line;
    err = ng_tokenizer_scan (t, block->text, block->len, true, list, &used,
                             fault);
    /* A block that is cut inside a line does not end it.  */
    if (err == NG_OK && !block->ends_file && block->len > 0
        && block->text[block->len - 1] != '\n' && list->n > 0)
        list->n--;
    return err;
}

uint64_t
ng_blocks_bytes_done (const struct ng_blocks *b)
{
    return b->done_before + (b->in ? ng_input_raw_offset (b->in) : 0);
}

uint64_t
ng_blocks_bytes_total (const struct ng_blocks *b)
{
    return b->total;
}

void
ng_blocks_close (struct ng_blocks *b)
{
    if (!b)
        return;
    (void) ng_input_close (b->in);
    free (b->rest);
    free (b);
}

void
ng_block_fini (struct ng_block *block)
{
    free (block->text);
    block->text = NULL;
    block->len = block->cap = 0;
}
