#include <config.h>

#include "counts/ngcread.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/mem.h"
#include "base/varint.h"
#include "io/spill.h"
#include "text/lexical.h"

enum
{
    COPY_BYTES = 128 * 1024,
    /* Given back at a time: little, since a merge has 48 cursors, and so much
       that the call costs nothing beside the reading.  */
    DROP_BYTES = 128 * 1024,
    AROUND_BYTES = 64 * 1024, /* what Linux maps around a page */
    SECTIONS_MAX = 2 * NG_ORDER_MAX + 2
};

struct ng_ngc
{
    const char *name;
    struct ng_fault *fault;
    struct ng_spill *copy; /* of what could not be mapped */
    const unsigned char *map;
    size_t size;
    struct ng_ngc_info info;
    struct ng_ngc_entry levels[NG_ORDER_MAX], level_indexes[NG_ORDER_MAX];
    struct ng_ngc_entry names, names_index;
};

static enum ng_err
damaged (struct ng_ngc *f, uint64_t at, const char *what)
{
    return ng_fault_at_byte (f->fault, NG_EFORMAT, f->name, at, "%s", what);
}

/* The entry that a section of KIND and ORDER belongs to; NULL if the file
   has no business with one.  */
static struct ng_ngc_entry *
entry_for (struct ng_ngc *f, unsigned kind, unsigned order)
{
    bool has = order >= f->info.min_order && order <= f->info.max_order;

    switch (kind)
    {
    case NG_NGC_LEVEL:
        return has ? &f->levels[order - 1] : NULL;
    case NG_NGC_LEVEL_INDEX:
        return has ? &f->level_indexes[order - 1] : NULL;
    case NG_NGC_VOCABULARY:
        return order == 0 ? &f->names : NULL;
    case NG_NGC_VOCABULARY_INDEX:
        return order == 0 ? &f->names_index : NULL;
    default:
        return NULL;
    }
}

/* Is INDEX that of S: as many blocks as its items make, and intact?  */
static bool
index_fits (const struct ng_ngc *f, const struct ng_ngc_entry *s,
            const struct ng_ngc_entry *index)
{
    const unsigned char *p = f->map + index->offset;
    uint64_t n_blocks =
        s->n_items / NG_NGC_BLOCK_ITEMS + (s->n_items % NG_NGC_BLOCK_ITEMS > 0);

    if (index->n_items != n_blocks || index->bytes != n_blocks * 8 + 4
        || ng_get_u32le (p + n_blocks * 8)
               != ng_ngc_checksum (p, (size_t) n_blocks * 8))
        return false;
    return n_blocks > 0 ? ng_get_u64le (p) == 0 : s->bytes == 0;
}

/* Read the table of contents at OFFSET, of N entries.  The sections must fill
   the file from the header to the table without a gap.  */
static const char *
read_contents (struct ng_ngc *f, uint64_t offset, size_t n)
{
    uint64_t at = NG_NGC_HEADER_BYTES;

    if (n != 2 * (f->info.max_order - f->info.min_order + 1) + 2)
        return "damaged: the table of contents has too many or few entries";
    for (size_t i = 0; i < n; i++)
    {
        struct ng_ngc_entry e, *place;

        ng_ngc_parse_entry (f->map + offset + i * NG_NGC_ENTRY_BYTES, &e);
        place = entry_for (f, e.kind, e.order);
        if (!place || place->kind != 0)
            return "damaged: the table of contents has a strange entry";
        if (e.offset != at || e.bytes > offset - at)
            return "damaged: the sections do not fill the file";
        *place = e;
        at += e.bytes;
    }
    if (at != offset)
        return "damaged: the sections do not fill the file";
    for (unsigned k = f->info.min_order; k <= f->info.max_order; k++)
        if (!index_fits (f, &f->levels[k - 1], &f->level_indexes[k - 1]))
            return "damaged: an index is wrong";
    if (!index_fits (f, &f->names, &f->names_index)
        || f->names.n_items > NG_TYPES_MAX)
        return "damaged: the index of the vocabulary is wrong";
    return NULL;
}

static enum ng_err
read_frame (struct ng_ngc *f)
{
    const unsigned char *trailer;
    uint64_t offset, n, size;
    const char *why;

    if (f->size < NG_NGC_MAGIC_BYTES || !ng_ngc_is_magic (f->map, f->size))
        return damaged (f, 0, "not an .ngc file");
    if (f->size < NG_NGC_HEADER_BYTES + NG_NGC_TRAILER_BYTES)
        return damaged (f, f->size, "the file is cut short");
    why = ng_ngc_parse_header (f->map, &f->info);
    if (why)
        return damaged (f, 0, why);
    trailer = f->map + f->size - NG_NGC_TRAILER_BYTES;
    if (memcmp (trailer + 24, NG_NGC_END_MAGIC, NG_NGC_MAGIC_BYTES) != 0)
        return damaged (f, f->size,
                        "the file is cut short or damaged: its end mark is"
                        " not there");
    offset = ng_get_u64le (trailer);
    n = ng_get_u64le (trailer + 8);
    size = ng_get_u64le (trailer + 16);
    if (size != f->size || n > SECTIONS_MAX
        || n * NG_NGC_ENTRY_BYTES
               > f->size - NG_NGC_HEADER_BYTES - NG_NGC_TRAILER_BYTES
        || offset != f->size - NG_NGC_TRAILER_BYTES - n * NG_NGC_ENTRY_BYTES)
        return damaged (f, f->size - NG_NGC_TRAILER_BYTES,
                        "damaged: the trailer makes no sense");
    if (ng_get_u32le (trailer + 36)
        != ng_ngc_checksum (f->map + offset, (size_t) (f->size - offset) - 4))
        return damaged (f, offset,
                        "damaged: the checksum of the table of contents is"
                        " wrong");
    why = read_contents (f, offset, (size_t) n);
    return why ? damaged (f, offset, why) : NG_OK;
}

enum ng_err
ng_ngc_open_fd (int fd, const char *name, struct ng_fault *fault,
                struct ng_ngc **out)
{
    struct ng_ngc *f = calloc (1, sizeof *f);
    struct stat st;
    void *map;
    enum ng_err err = NG_OK;

    if (!f)
        return NG_ENOMEM;
    f->name = name;
    f->fault = fault;
    if (fstat (fd, &st) != 0)
        err = ng_fault_sys (fault, name);
    else if (st.st_size <= 0)
        err = damaged (f, 0, "not an .ngc file: it is empty");
    if (err == NG_OK)
    {
        map = mmap (NULL, (size_t) st.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED)
            err = ng_fault_sys_text (fault, name, "cannot map a count file");
        else
        {
            f->map = map;
            f->size = (size_t) st.st_size;
            err = read_frame (f);
        }
    }
    if (err == NG_OK)
        *out = f;
    else
        ng_ngc_close (f);
    return err;
}

/* The rest of IN into a temporary file.  */
static enum ng_err
copy_input (struct ng_input *in, struct ng_spill *copy)
{
    unsigned char *buf = malloc (COPY_BYTES);
    enum ng_err err = buf ? NG_OK : NG_ENOMEM;

    while (err == NG_OK)
    {
        size_t n;

        err = ng_input_read (in, buf, COPY_BYTES, &n);
        if (err == NG_OK)
            err = ng_spill_write (copy, buf, n);
    }
    free (buf);
    return err == NG_END ? ng_spill_rewind (copy) : err;
}

enum ng_err
ng_ngc_open (struct ng_input *in, const char *spill_dir, struct ng_fault *fault,
             struct ng_ngc **f)
{
    const unsigned char *start;
    struct ng_spill *copy;
    size_t n;
    enum ng_err err = ng_input_peek (in, NG_NGC_MAGIC_BYTES, &start, &n);

    if (err != NG_OK)
        return err;
    if (ng_input_plain_fd (in) >= 0 && ng_input_raw_size (in) > 0)
        return ng_ngc_open_fd (ng_input_plain_fd (in), ng_input_name (in),
                               fault, f);
    err = ng_spill_open (spill_dir, fault, &copy);
    if (err != NG_OK)
        return err;
    err = copy_input (in, copy);
    if (err == NG_OK)
        err = ng_ngc_open_fd (ng_spill_fd (copy), ng_input_name (in), fault, f);
    if (err == NG_OK)
        (*f)->copy = copy;
    else
        ng_spill_close (copy);
    return err;
}

void
ng_ngc_close (struct ng_ngc *f)
{
    if (!f)
        return;
    if (f->map)
        (void) munmap ((void *) (uintptr_t) f->map, f->size);
    ng_spill_close (f->copy);
    free (f);
}

const void *
ng_ngc_map (const struct ng_ngc *f, size_t *bytes)
{
    *bytes = f->size;
    return f->map;
}

const char *
ng_ngc_name (const struct ng_ngc *f)
{
    return f->name;
}

struct ng_ngc_info
ng_ngc_info (const struct ng_ngc *f)
{
    return f->info;
}

uint32_t
ng_ngc_n_types (const struct ng_ngc *f)
{
    return (uint32_t) f->names.n_items;
}

struct ng_ngc_level
ng_ngc_level (const struct ng_ngc *f, unsigned order)
{
    const struct ng_ngc_entry *e = &f->levels[order - 1];

    return (struct ng_ngc_level){ e->n_items, e->n_tokens, e->n_single };
}

/* Give back the pages of SECTION from *DROPPED to AT, offsets in it, once they
   are some or AT is the end.  To read a page the system maps those around it
   as well, and so some that were given back before: begin so much earlier.  */
static void
drop_pages (struct ng_ngc *f, const struct ng_ngc_entry *section, uint64_t at,
            uint64_t *dropped)
{
    const uintptr_t page = (uintptr_t) sysconf (_SC_PAGESIZE);
    uintptr_t base = (uintptr_t) (f->map + section->offset);
    uint64_t start = *dropped < AROUND_BYTES ? 0 : *dropped - AROUND_BYTES;
    uintptr_t from = (base + (uintptr_t) start + page - 1) / page * page;
    uintptr_t to = (base + (uintptr_t) at) / page * page;

    if (at < *dropped + DROP_BYTES && at < section->bytes)
        return;
    if (to > from)
        (void) madvise ((void *) from, to - from, MADV_DONTNEED);
    *dropped = at;
}

/* Check block number BLOCK of SECTION and store where its content begins and
   ends; it is to have N items.  */
static enum ng_err
enter_block (struct ng_ngc *f, const struct ng_ngc_entry *section,
             const struct ng_ngc_entry *index, uint64_t block, uint64_t n,
             const unsigned char **p, const unsigned char **end)
{
    static const unsigned char zero[4] = { 0 };
    uint64_t at = ng_get_u64le (f->map + index->offset + 8 * block);
    uint64_t next = block + 1 < index->n_items
                        ? ng_get_u64le (f->map + index->offset + 8 * block + 8)
                        : section->bytes;
    const unsigned char *head;
    uint32_t sum;

    if (at > section->bytes || next > section->bytes
        || next < at + NG_NGC_BLOCK_HEAD_BYTES)
        return damaged (f, section->offset, "damaged: an index is wrong");
    head = f->map + section->offset + at;
    if (ng_get_u32le (head) != n
        || ng_get_u32le (head + 4) != next - at - NG_NGC_BLOCK_HEAD_BYTES)
        return damaged (f, section->offset + at,
                        "damaged: the head of a block is wrong");
    sum = ng_ngc_checksum (head, 8);
    sum = ng_ngc_checksum_more (sum, zero, 4);
    sum = ng_ngc_checksum_more (sum, head + NG_NGC_BLOCK_HEAD_BYTES,
                                (size_t) (next - at) - NG_NGC_BLOCK_HEAD_BYTES);
    if (sum != ng_get_u32le (head + 8))
        return damaged (f, section->offset + at,
                        "damaged: the checksum of a block is wrong");
    *p = head + NG_NGC_BLOCK_HEAD_BYTES;
    *end = f->map + section->offset + next;
    return NG_OK;
}

/* Items in block number BLOCK of a section of N_ITEMS.  */
static uint64_t
items_in_block (uint64_t n_items, uint64_t block)
{
    uint64_t before = block * NG_NGC_BLOCK_ITEMS;

    return n_items - before < NG_NGC_BLOCK_ITEMS ? n_items - before
                                                 : NG_NGC_BLOCK_ITEMS;
}

void
ng_ngc_cursor_start (struct ng_ngc_cursor *c, struct ng_ngc *f, unsigned order)
{
    assert (order >= f->info.min_order && order <= f->info.max_order);
    memset (c, 0, sizeof *c);
    c->f = f;
    c->order = order;
    c->anew = true;
}

static enum ng_err
cursor_enter (struct ng_ngc_cursor *c)
{
    const struct ng_ngc_entry *section = &c->f->levels[c->order - 1];
    uint64_t at;
    enum ng_err err;

    err = enter_block (c->f, section, &c->f->level_indexes[c->order - 1],
                       c->block, items_in_block (section->n_items, c->block),
                       &c->p, &c->block_end);
    if (err != NG_OK)
        return err;
    at = (uint64_t) (c->p - c->f->map) - section->offset;
    if (c->anew)
        c->dropped = at;
    drop_pages (c->f, section, at, &c->dropped);
    c->block++;
    return NG_OK;
}

enum ng_err
ng_ngc_cursor_seek (struct ng_ngc_cursor *c, uint64_t item)
{
    uint64_t first = item / NG_NGC_BLOCK_ITEMS * NG_NGC_BLOCK_ITEMS;
    enum ng_err err = NG_OK;

    c->block = item / NG_NGC_BLOCK_ITEMS;
    c->next = first;
    c->p = c->block_end = NULL;
    c->sought = c->anew = true;
    c->n_tokens = c->n_single = 0;
    while (c->next < item && err == NG_OK)
        err = ng_ngc_cursor_next (c);
    return err;
}

static enum ng_err
bad_ngram (const struct ng_ngc_cursor *c, const char *what)
{
    const unsigned char *at = c->p ? c->p : c->block_end;

    return damaged (c->f, (uint64_t) (at - c->f->map), what);
}

/* After the last n-gram: is the table of contents right?  */
static enum ng_err
check_sums (struct ng_ngc_cursor *c)
{
    const struct ng_ngc_entry *e = &c->f->levels[c->order - 1];

    drop_pages (c->f, e, e->bytes, &c->dropped);
    if (c->sought || (c->n_tokens == e->n_tokens && c->n_single == e->n_single))
        return NG_END;
    return damaged (c->f, e->offset,
                    "damaged: the counts do not add up to what the table of"
                    " contents says");
}

/* Decode the n-gram at C->p; BASE is what the first token that differs is
   counted from.  */
static inline enum ng_err
decode (struct ng_ngc_cursor *c, unsigned common, uint64_t base)
{
    const uint64_t n_types = c->f->names.n_items;
    const bool roomy = c->block_end - c->p > NG_NGC_NGRAM_BYTES_MAX;
    unsigned control = *c->p++;
    uint64_t x;

    for (unsigned i = common; i < c->order; i++, base = 0)
    {
        c->p = roomy ? ng_varint_get_short (c->p, &x)
                     : ng_varint_get (c->p, c->block_end, &x);
        if (!c->p || x >= n_types || base >= n_types - x)
            return bad_ngram (c, "damaged: a token is not in the vocabulary");
        c->ranks[i] = (uint32_t) (base + x);
    }
    c->count = (control & NG_NGC_COUNT_MORE) + 1;
    if (c->count > NG_NGC_COUNT_MORE)
    {
        c->p = ng_varint_get (c->p, c->block_end, &x);
        if (!c->p || !ng_ckd_add (x, c->count, &c->count))
            return bad_ngram (c, "damaged: a count is too large");
    }
    if (!ng_ckd_add (c->n_tokens, c->count, &c->n_tokens))
        return bad_ngram (c, "damaged: the sum of the counts is too large");
    c->n_single += c->count == 1;
    c->next++;
    return NG_OK;
}

/* The first n-gram of a block, which has all of its tokens.  */
static enum ng_err
next_block (struct ng_ngc_cursor *c)
{
    uint32_t before[NG_ORDER_MAX];
    const bool anew = c->anew;
    unsigned common = 0;
    enum ng_err err = cursor_enter (c);

    if (err != NG_OK)
        return err;
    if (c->p == c->block_end || *c->p >> NG_NGC_COMMON_SHIFT != 0)
        return bad_ngram (c, "damaged: a block does not begin anew");
    memcpy (before, c->ranks, sizeof before);
    err = decode (c, 0, 0);
    c->anew = false;
    c->common = 0;
    if (err != NG_OK || anew)
        return err;
    while (common < c->order && before[common] == c->ranks[common])
        common++;
    if (common == c->order || before[common] > c->ranks[common])
        return bad_ngram (c, "not in order: an n-gram is not above the one"
                             " before");
    c->common = common;
    return NG_OK;
}

enum ng_err
ng_ngc_cursor_next (struct ng_ngc_cursor *c)
{
    if (c->next % NG_NGC_BLOCK_ITEMS == 0
        || c->next == c->f->levels[c->order - 1].n_items)
    {
        if (c->p != c->block_end)
            return bad_ngram (c, "damaged: a block has bytes left over");
        if (c->next == c->f->levels[c->order - 1].n_items)
            return check_sums (c);
        return next_block (c);
    }
    if (c->p == c->block_end)
        return bad_ngram (c, "damaged: a block ends early");
    c->common = *c->p >> NG_NGC_COMMON_SHIFT;
    if (c->common >= c->order)
        return bad_ngram (c, "damaged: an n-gram repeats the one before");
    return decode (c, c->common, (uint64_t) c->ranks[c->common] + 1);
}

void
ng_ngc_names_start (struct ng_ngc_names *c, struct ng_ngc *f)
{
    memset (c, 0, sizeof *c);
    c->f = f;
}

void
ng_ngc_names_fini (struct ng_ngc_names *c)
{
    free (c->name);
    c->name = NULL;
}

static enum ng_err
bad_name (const struct ng_ngc_names *c, const char *what)
{
    const unsigned char *at = c->p ? c->p : c->block_end;

    return damaged (c->f, (uint64_t) (at - c->f->map), what);
}

static enum ng_err
names_enter (struct ng_ngc_names *c)
{
    const struct ng_ngc_entry *section = &c->f->names;
    enum ng_err err;

    err = enter_block (c->f, section, &c->f->names_index, c->block,
                       items_in_block (section->n_items, c->block), &c->p,
                       &c->block_end);
    if (err != NG_OK)
        return err;
    drop_pages (c->f, section, (uint64_t) (c->p - c->f->map) - section->offset,
                &c->dropped);
    c->block++;
    return NG_OK;
}

/* Has P[N] a byte that text forms escape?  */
static bool
has_separator (const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] == ' ' || (p[i] <= '\n' && memchr ("\t\n", p[i], 2)))
            return true;
    return false;
}

/* Replace all but the first COMMON bytes of the name by the MORE bytes at
   C->p, which make it greater, a name followed by a space.  */
static enum ng_err
change_name (struct ng_ngc_names *c, size_t common, size_t more)
{
    unsigned char *name = ng_grow (c->name, &c->cap, common + more, 1);

    if (!name)
        return NG_ENOMEM;
    c->name = name;
    if (c->next > 0
        && ng_lexical_compare (c->p, more, name + common, c->len - common, ' ')
               <= 0)
        return bad_name (c, "damaged: the vocabulary is not in order");
    if (has_separator (c->p, more))
        return bad_name (c, "damaged: a name has a space or a control"
                            " character that is not escaped");
    memcpy (c->name + common, c->p, more);
    c->len = common + more;
    c->p += more;
    c->next++;
    return NG_OK;
}

enum ng_err
ng_ngc_names_next (struct ng_ngc_names *c)
{
    const bool at_start = c->next % NG_NGC_BLOCK_ITEMS == 0;
    const bool at_end = c->next == c->f->names.n_items;
    uint64_t common, more;

    if ((at_start || at_end) && c->p != c->block_end)
        return bad_name (c, "damaged: a block has bytes left over");
    if (at_end)
    {
        drop_pages (c->f, &c->f->names, c->f->names.bytes, &c->dropped);
        return NG_END;
    }
    if (at_start)
    {
        enum ng_err err = names_enter (c);

        if (err != NG_OK)
            return err;
    }
    c->p = ng_varint_get (c->p, c->block_end, &common);
    if (c->p)
        c->p = ng_varint_get (c->p, c->block_end, &more);
    if (!c->p || common > c->len || (at_start && common > 0)
        || more > (uint64_t) (c->block_end - c->p)
        || common + more > NG_TOKEN_BYTES_MAX || common + more == 0)
        return bad_name (c, "damaged: a name makes no sense");
    return change_name (c, (size_t) common, (size_t) more);
}
