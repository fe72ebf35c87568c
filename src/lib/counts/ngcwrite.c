#include <config.h>

#include "counts/ngcwrite.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/mem.h"
#include "base/varint.h"
#include "io/spill.h"

enum
{
    BLOCK_BYTES =
        NG_NGC_BLOCK_HEAD_BYTES + NG_NGC_BLOCK_ITEMS * NG_NGC_NGRAM_BYTES_MAX,
    COPY_BYTES = 128 * 1024
};

/* One section that is made of blocks.  */
struct section
{
    struct ng_ngc_entry entry; /* for the table of contents */
    struct ng_spill *spill; /* where it waits; NULL: straight to the output */
    struct ng_pieces held;  /* what comes before what SPILL has */
    size_t room;            /* bytes that the last of HELD has room for */
    unsigned char *block;   /* [cap] the block being filled, head and all */
    size_t len, cap;
    unsigned n;        /* items in it */
    uint64_t *offsets; /* [n_blocks] from the start of the section */
    size_t n_blocks, cap_offsets;
};

/* An order's section, and the n-gram before the next.  */
struct level
{
    struct section s;
    uint32_t last[NG_ORDER_MAX];
    unsigned common; /* of ng_ngcw_keys: tokens that all since LAST share */
};

struct ng_ngcw
{
    struct ng_ngc_info info;
    struct ng_output *out;
    struct ng_fault *fault;
    struct level levels[NG_ORDER_MAX]; /* order k: levels[k - 1] */
    struct section names;
    struct ng_pieces pieces; /* free */
    unsigned char *last_name;
    size_t last_name_len, cap_last_name;

    /* Of ng_ngcw_keys: the last key, and the counts of its prefixes so far,
       which ng_ngcw_leaves leaves at 0.  */
    uint64_t key[NG_KEY_WORDS_MAX];
    uint32_t tokens[NG_ORDER_MAX];
    uint64_t sums[NG_ORDER_MAX];
    unsigned depth; /* its prefixes: tokens[0..depth) */
};

static enum ng_err
open_section (struct section *s, unsigned kind, unsigned order,
              const char *spill_dir, struct ng_fault *fault)
{
    s->entry.kind = kind;
    s->entry.order = order;
    s->cap = BLOCK_BYTES;
    s->block = malloc (s->cap);
    s->len = NG_NGC_BLOCK_HEAD_BYTES;
    if (!s->block)
        return NG_ENOMEM;
    return spill_dir ? ng_spill_open (spill_dir, fault, &s->spill) : NG_OK;
}

static void
close_section (struct section *s)
{
    ng_spill_close (s->spill);
    free (s->block);
    free (s->offsets);
}

enum ng_err
ng_ngcw_open (const struct ng_ngc_info *info, struct ng_output *out,
              const char *spill_dir, struct ng_fault *fault,
              struct ng_ngcw **result)
{
    unsigned char header[NG_NGC_HEADER_BYTES];
    struct ng_ngcw *w = calloc (1, sizeof *w);
    enum ng_err err;

    if (!w)
        return NG_ENOMEM;
    w->info = *info;
    w->out = out;
    w->fault = fault;
    ng_ngc_format_header (info, header);
    err = ng_output_write (out, header, sizeof header);
    for (unsigned k = info->min_order; k <= info->max_order && err == NG_OK;
         k++)
        err = open_section (&w->levels[k - 1].s, NG_NGC_LEVEL, k,
                            k < info->max_order ? spill_dir : NULL, fault);
    if (err == NG_OK)
        err = open_section (&w->names, NG_NGC_VOCABULARY, 0, spill_dir, fault);
    if (err == NG_OK)
        *result = w;
    else
        ng_ngcw_close (w);
    return err;
}

void
ng_ngcw_close (struct ng_ngcw *w)
{
    if (!w)
        return;
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        close_section (&w->levels[i].s);
    close_section (&w->names);
    free (w->last_name);
    free (w);
}

void
ng_ngcw_give (struct ng_ngcw *w, struct ng_pieces *pieces)
{
    ng_pieces_move (&w->pieces, pieces);
}

/* Keep LEN bytes of S until its turn comes: in memory as long as there is some,
   then all in its file.  */
static enum ng_err
keep (struct ng_ngcw *w, struct section *s, const unsigned char *bytes,
      size_t len)
{
    while (len > 0 && ng_spill_size (s->spill) == 0)
    {
        size_t n = len < s->room ? len : s->room;

        if (n > 0)
        {
            struct ng_piece *last = s->held.last;

            memcpy (last->bytes + sizeof last->bytes - s->room, bytes, n);
            s->room -= n;
            bytes += n;
            len -= n;
        }
        else
        {
            struct ng_piece *piece = ng_pieces_take (&w->pieces);

            if (!piece)
                break;
            ng_pieces_add (&s->held, piece);
            s->room = sizeof piece->bytes;
        }
    }
    return len > 0 ? ng_spill_write (s->spill, bytes, len) : NG_OK;
}

/* Write the block of S, if it has anything.  */
static enum ng_err
end_block (struct ng_ngcw *w, struct section *s)
{
    uint64_t *offsets;
    size_t len = s->len;

    if (s->n == 0)
        return NG_OK;
    offsets =
        ng_grow (s->offsets, &s->cap_offsets, s->n_blocks + 1, sizeof *offsets);
    if (!offsets)
        return NG_ENOMEM;
    s->offsets = offsets;
    s->offsets[s->n_blocks++] = s->entry.bytes;
    ng_put_u32le (s->block, s->n);
    ng_put_u32le (s->block + 4, (uint32_t) (len - NG_NGC_BLOCK_HEAD_BYTES));
    /* The checksum stands between what it is of.  */
    ng_put_u32le (s->block + 8, 0);
    ng_put_u32le (s->block + 8, ng_ngc_checksum (s->block, len));
    s->entry.bytes += len;
    s->n = 0;
    s->len = NG_NGC_BLOCK_HEAD_BYTES;
    return s->spill ? keep (w, s, s->block, len)
                    : ng_output_write (w->out, s->block, len);
}

static inline enum ng_err
end_item (struct ng_ngcw *w, struct section *s)
{
    s->entry.n_items++;
    return ++s->n == NG_NGC_BLOCK_ITEMS ? end_block (w, s) : NG_OK;
}

enum ng_err
ng_ngcw_name (struct ng_ngcw *w, const unsigned char *name, size_t len)
{
    struct section *s = &w->names;
    size_t common = 0, most;
    unsigned char *p;

    most = len < w->last_name_len ? len : w->last_name_len;
    while (s->n > 0 && common < most && name[common] == w->last_name[common])
        common++;
    p = ng_grow (s->block, &s->cap, s->len + len + 2 * NG_VARINT_BYTES_MAX, 1);
    if (!p)
        return NG_ENOMEM;
    s->block = p;
    p = ng_varint_put (s->block + s->len, common);
    p = ng_varint_put (p, len - common);
    memcpy (p, name + common, len - common);
    s->len = (size_t) (p - s->block) + len - common;
    p = ng_grow (w->last_name, &w->cap_last_name, len, 1);
    if (!p)
        return NG_ENOMEM;
    w->last_name = p;
    memcpy (w->last_name, name, len);
    w->last_name_len = len;
    return end_item (w, s);
}

/* Append an n-gram that has its first COMMON tokens with the one before.  */
static inline enum ng_err
add (struct ng_ngcw *w, struct level *l, unsigned order, const uint32_t *ranks,
     unsigned common, uint64_t count)
{
    struct section *s = &l->s;
    unsigned char *p = s->block + s->len;
    unsigned char *control = p++;
    uint32_t base = 0;

    if (s->n == 0)
        common = 0;
    else
        base = l->last[common] + 1;
    *control =
        (unsigned char) (common << NG_NGC_COMMON_SHIFT
                         | (count <= NG_NGC_COUNT_MORE ? (unsigned) count - 1
                                                       : NG_NGC_COUNT_MORE));
    p = ng_varint_put (p, ranks[common] - base);
    for (unsigned i = common + 1; i < order; i++)
        p = ng_varint_put (p, ranks[i]);
    if (count > NG_NGC_COUNT_MORE)
        p = ng_varint_put (p, count - NG_NGC_COUNT_MORE - 1);
    for (unsigned i = common; i < order; i++)
        l->last[i] = ranks[i];
    s->len = (size_t) (p - s->block);
    if (!ng_ckd_add (s->entry.n_tokens, count, &s->entry.n_tokens))
        return ng_fault_set (w->fault, NG_EOVERFLOW, NULL,
                             "the counts of all n-grams of order %u together"
                             " do not fit 64 bits",
                             order);
    s->entry.n_single += count == 1;
    return end_item (w, s);
}

enum ng_err
ng_ngcw_add (struct ng_ngcw *w, unsigned order, const uint32_t *ranks,
             uint64_t count)
{
    struct level *l = &w->levels[order - 1];
    unsigned common = 0;

    if (order < w->info.min_order || order > w->info.max_order
        || count < w->info.min_count)
        return NG_OK;
    while (l->s.entry.n_items > 0 && common < order
           && ranks[common] == l->last[common])
        common++;
    assert (common < order
            && (l->s.entry.n_items == 0 || ranks[common] > l->last[common]));
    return add (w, l, order, ranks, common, count);
}

/* The prefixes of the last key longer than COMMON are complete.  */
static enum ng_err
end_prefixes (struct ng_ngcw *w, unsigned common)
{
    enum ng_err err = NG_OK;

    for (unsigned i = common; i < w->depth && err == NG_OK; i++)
        if (i + 1 >= w->info.min_order && w->sums[i] >= w->info.min_count)
        {
            struct level *l = &w->levels[i];

            err = add (w, l, i + 1, w->tokens, l->common, w->sums[i]);
            l->common = i;
        }
    w->depth = w->depth < common ? w->depth : common;
    return err;
}

/* The bit, from the top, in which KEY and LAST first differ; there is one.  */
static inline unsigned
first_difference (const uint64_t *key, const uint64_t *last,
                  const unsigned words)
{
    unsigned i = 0;

    while (i + 1 < words && key[i] == last[i])
        i++;
    return 64 * i + (unsigned) __builtin_clzll ((key[i] ^ last[i]) | 1);
}

/* How many tokens KEY has in common with the last key.  */
static inline unsigned
shared_tokens (const struct ng_ngcw *w, struct ng_key_shape shape,
               const uint64_t *key, const unsigned words)
{
    /* Division of less than 256 by BITS, at most 32.  */
    const unsigned inverse = 65536 / shape.bits + 1;
    unsigned common = first_difference (key, w->key, words) * inverse >> 16;

    return common < w->depth ? common : w->depth;
}

/* KEY, which has COMMON tokens with the last key, is the last now.  */
static inline void
take_key (struct ng_ngcw *w, struct ng_key_shape shape, const uint64_t *key,
          unsigned common, const unsigned words)
{
    uint32_t token;
    unsigned i;

    for (i = common; i < shape.order; i++)
        if (w->levels[i].common > common)
            w->levels[i].common = common;
    for (i = common;
         i < shape.order && (token = ng_key_token (key, shape, i)) != 0; i++)
        w->tokens[i] = token - 1;
    w->depth = i;
    memcpy (w->key, key, words * sizeof *key);
}

/* KEY and its prefixes have COUNT more.  */
static inline enum ng_err
add_key (struct ng_ngcw *w, struct ng_key_shape shape, const uint64_t *key,
         uint64_t count, const unsigned words)
{
    const unsigned common = shared_tokens (w, shape, key, words);
    enum ng_err err = end_prefixes (w, common);

    take_key (w, shape, key, common, words);
    for (unsigned i = 0; i < common; i++)
        w->sums[i] += count;
    for (unsigned i = common; i < w->depth; i++)
        w->sums[i] = count;
    return err;
}

/* KEY as it is.  */
static inline enum ng_err
add_leaf (struct ng_ngcw *w, struct ng_key_shape shape, const uint64_t *key,
          uint64_t count, const unsigned words)
{
    const unsigned common = shared_tokens (w, shape, key, words);
    struct level *l;
    unsigned shared;

    take_key (w, shape, key, common, words);
    l = &w->levels[w->depth - 1];
    shared = l->common;
    l->common = w->depth - 1;
    return add (w, l, w->depth, w->tokens, shared, count);
}

static inline __attribute__ ((always_inline)) enum ng_err
add_keys (struct ng_ngcw *w, struct ng_key_shape shape, struct ng_key_cut cut,
          const uint64_t *entries, size_t n, bool leaves, const unsigned words)
{
    enum ng_err err = NG_OK;

    shape.words = words;
    for (size_t i = 0; i < n && err == NG_OK; i++, entries += cut.words + 1)
    {
        const uint64_t count = entries[cut.words];
        uint64_t key[NG_KEY_WORDS_MAX];

        ng_key_join (key, shape, cut, entries);
        err = leaves ? add_leaf (w, shape, key, count, words)
                     : add_key (w, shape, key, count, words);
    }
    return err;
}

static inline __attribute__ ((always_inline)) enum ng_err
add_keys_any (struct ng_ngcw *w, struct ng_key_shape shape,
              struct ng_key_cut cut, const uint64_t *entries, size_t n,
              bool leaves)
{
    assert (shape.order == w->info.max_order);
    switch (shape.words)
    {
    case 1:
        return add_keys (w, shape, cut, entries, n, leaves, 1);
    case 2:
        return add_keys (w, shape, cut, entries, n, leaves, 2);
    case 3:
        return add_keys (w, shape, cut, entries, n, leaves, 3);
    default:
        return add_keys (w, shape, cut, entries, n, leaves, 4);
    }
}

enum ng_err
ng_ngcw_keys (struct ng_ngcw *w, struct ng_key_shape shape,
              struct ng_key_cut cut, const uint64_t *entries, size_t n)
{
    return add_keys_any (w, shape, cut, entries, n, false);
}

enum ng_err
ng_ngcw_leaves (struct ng_ngcw *w, struct ng_key_shape shape,
                struct ng_key_cut cut, const uint64_t *entries, size_t n)
{
    assert (w->info.min_order == 1 && w->info.min_count == 1);
    return add_keys_any (w, shape, cut, entries, n, true);
}

/* Bring the section to the output, and note where it stands.  */
static enum ng_err
place_section (struct ng_ngcw *w, struct section *s)
{
    unsigned char *buf;
    enum ng_err err = NG_OK;

    s->entry.offset = ng_output_offset (w->out);
    if (!s->spill)
    {
        s->entry.offset -= s->entry.bytes;
        return NG_OK;
    }
    for (const struct ng_piece *p = s->held.first; p && err == NG_OK;
         p = p->next)
        err = ng_output_write (w->out, p->bytes,
                               sizeof p->bytes
                                   - (p == s->held.last ? s->room : 0));
    if (err != NG_OK || ng_spill_size (s->spill) == 0)
        return err;
    buf = malloc (COPY_BYTES);
    err = buf ? ng_spill_rewind (s->spill) : NG_ENOMEM;
    while (err == NG_OK)
    {
        size_t n;

        err = ng_spill_read (s->spill, buf, COPY_BYTES, &n);
        if (err == NG_OK)
            err = ng_output_write (w->out, buf, n);
    }
    free (buf);
    return err == NG_END ? NG_OK : err;
}

/* Write the offsets of S's blocks and their checksum; fill in ENTRY.  */
static enum ng_err
write_index (struct ng_ngcw *w, const struct section *s,
             struct ng_ngc_entry *entry)
{
    size_t bytes = s->n_blocks * 8 + 4;
    unsigned char *buf = malloc (bytes);
    enum ng_err err;

    if (!buf)
        return NG_ENOMEM;
    for (size_t i = 0; i < s->n_blocks; i++)
        ng_put_u64le (buf + 8 * i, s->offsets[i]);
    ng_put_u32le (buf + bytes - 4, ng_ngc_checksum (buf, bytes - 4));
    *entry = (struct ng_ngc_entry){ .kind = s->entry.kind + 1,
                                    .order = s->entry.order,
                                    .offset = ng_output_offset (w->out),
                                    .bytes = bytes,
                                    .n_items = s->n_blocks };
    err = ng_output_write (w->out, buf, bytes);
    free (buf);
    return err;
}

static enum ng_err
write_contents (struct ng_ngcw *w, const struct ng_ngc_entry *entries, size_t n)
{
    unsigned char
        buf[(2 * NG_ORDER_MAX + 2) * NG_NGC_ENTRY_BYTES + NG_NGC_TRAILER_BYTES];
    uint64_t offset = ng_output_offset (w->out);
    unsigned char *p = buf;

    for (size_t i = 0; i < n; i++, p += NG_NGC_ENTRY_BYTES)
        ng_ngc_format_entry (&entries[i], p);
    ng_put_u64le (p, offset);
    ng_put_u64le (p + 8, n);
    ng_put_u64le (p + 16,
                  offset + n * NG_NGC_ENTRY_BYTES + NG_NGC_TRAILER_BYTES);
    memcpy (p + 24, NG_NGC_END_MAGIC, NG_NGC_MAGIC_BYTES);
    ng_put_u32le (p + 32, 0);
    ng_put_u32le (p + 36, ng_ngc_checksum (buf, (size_t) (p - buf) + 36));
    return ng_output_write (w->out, buf,
                            (size_t) (p - buf) + NG_NGC_TRAILER_BYTES);
}

enum ng_err
ng_ngcw_finish (struct ng_ngcw *w)
{
    struct ng_ngc_entry entries[2 * NG_ORDER_MAX + 2];
    size_t n = 0;
    enum ng_err err = end_prefixes (w, 0);

    for (unsigned k = w->info.max_order; k >= w->info.min_order; k--)
    {
        struct section *s = &w->levels[k - 1].s;

        if (err == NG_OK)
            err = end_block (w, s);
        if (err == NG_OK)
            err = place_section (w, s);
        entries[n++] = s->entry;
    }
    if (err == NG_OK)
        err = end_block (w, &w->names);
    if (err == NG_OK)
        err = place_section (w, &w->names);
    entries[n++] = w->names.entry;
    for (unsigned k = w->info.max_order; k >= w->info.min_order && err == NG_OK;
         k--)
        err = write_index (w, &w->levels[k - 1].s, &entries[n++]);
    if (err == NG_OK)
        err = write_index (w, &w->names, &entries[n++]);
    return err == NG_OK ? write_contents (w, entries, n) : err;
}

struct ng_ngc_level
ng_ngcw_level (const struct ng_ngcw *w, unsigned order)
{
    const struct ng_ngc_entry *e = &w->levels[order - 1].s.entry;

    return (struct ng_ngc_level){ e->n_items, e->n_tokens, e->n_single };
}
