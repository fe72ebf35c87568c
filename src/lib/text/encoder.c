#include <config.h>

#include "text/encoder.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/npy.h"
#include "io/spill.h"

enum
{
    IDS_AT_A_TIME = 16 * 1024
};

struct ng_encoder
{
    const struct ng_vocab *given; /* NULL: building */
    uint32_t unk;                 /* id of <unk> in GIVEN */
    struct ng_vocab *seen;        /* building: in order of appearance */
    struct ng_vocab *built;
    uint64_t *counts; /* [size of SEEN] */
    size_t cap_counts;
    uint32_t *map;          /* [size of SEEN] to ids of BUILT */
    struct ng_spill *spill; /* ids, 32 bits each; NULL: not kept */
    uint64_t n_tokens, n_unknown;
    struct ng_fault *fault;
};

enum ng_err
ng_encoder_open (const struct ng_vocab *vocab, bool keep_ids,
                 const char *spill_dir, struct ng_fault *fault,
                 struct ng_encoder **out)
{
    struct ng_encoder *e = calloc (1, sizeof *e);
    enum ng_err err = NG_OK;

    if (!e)
        return NG_ENOMEM;
    e->given = vocab;
    e->fault = fault;
    if (!vocab)
        e->seen = ng_vocab_new ();
    if (!vocab && !e->seen)
        err = NG_ENOMEM;
    else if (vocab
             && !ng_vocab_find (vocab, (const unsigned char *) NG_UNK,
                                sizeof NG_UNK - 1, &e->unk))
        err = ng_fault_set (fault, NG_EINVAL, NULL,
                            "the vocabulary has no " NG_UNK
                            ", which unknown tokens need");
    if (err == NG_OK && keep_ids)
        err = ng_spill_open (spill_dir, fault, &e->spill);
    if (err == NG_OK)
        *out = e;
    else
        ng_encoder_close (e);
    return err;
}

/* The id of token T, and count it.  */
static enum ng_err
encode (struct ng_encoder *e, const struct ng_token *t, uint32_t *id)
{
    enum ng_err err;

    e->n_tokens++;
    if (e->given)
    {
        if (!ng_vocab_find (e->given, t->name, t->len, id))
        {
            *id = e->unk;
            e->n_unknown++;
        }
        return NG_OK;
    }
    err = ng_vocab_intern (e->seen, t->name, t->len, id);
    if (err != NG_OK)
        return err;
    if (*id >= e->cap_counts)
    {
        size_t old = e->cap_counts;
        uint64_t *counts = ng_grow (e->counts, &e->cap_counts, (size_t) *id + 1,
                                    sizeof *counts);

        if (!counts)
            return NG_ENOMEM;
        memset (counts + old, 0, (e->cap_counts - old) * sizeof *counts);
        e->counts = counts;
    }
    e->counts[*id]++;
    return NG_OK;
}

enum ng_err
ng_encoder_add (struct ng_encoder *e, const struct ng_token_list *list)
{
    uint32_t ids[256];
    size_t n = 0;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < list->n && err == NG_OK; i++)
    {
        if (list->items[i].kind != NG_TOKEN)
            continue;
        err = encode (e, &list->items[i], &ids[n]);
        n++;
        if (err == NG_OK && e->spill && n == sizeof ids / sizeof *ids)
            err = ng_spill_write (e->spill, ids, sizeof ids);
        if (n == sizeof ids / sizeof *ids)
            n = 0;
    }
    if (err == NG_OK && e->spill)
        err = ng_spill_write (e->spill, ids, n * sizeof *ids);
    return err;
}

enum ng_err
ng_encoder_build (struct ng_encoder *e, const struct ng_vocab_rules *rules,
                  const struct ng_vocab **vocab)
{
    uint32_t unk;
    enum ng_err err;

    e->map = ng_alloc_array (ng_vocab_size (e->seen), sizeof *e->map);
    if (!e->map)
        return NG_ENOMEM;
    err = ng_vocab_build (e->seen, e->counts, rules, &e->built, e->map);
    if (err != NG_OK)
        return err;
    for (uint32_t id = 0; id < ng_vocab_size (e->seen); id++)
        if (e->map[id] == 0)
            e->n_unknown += e->counts[id];
    if (ng_vocab_find (e->seen, (const unsigned char *) NG_UNK,
                       sizeof NG_UNK - 1, &unk))
        e->n_unknown -= e->counts[unk];
    *vocab = e->built;
    return NG_OK;
}

/* Rename IDS[N] from the order of appearance to the built vocabulary.  */
static void
rename_ids (const struct ng_encoder *e, uint32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ids[i] = e->map[ids[i]];
}

/* All ids from the temporary file to OUT.  */
static enum ng_err
copy_ids (struct ng_encoder *e, struct ng_dtype dtype, struct ng_output *out)
{
    const size_t size = dtype.item_bytes;
    uint32_t *ids = ng_alloc_array (IDS_AT_A_TIME, sizeof *ids);
    unsigned char *raw = ng_alloc_array (IDS_AT_A_TIME, size);
    enum ng_err err = ids && raw ? ng_spill_rewind (e->spill) : NG_ENOMEM;

    while (err == NG_OK)
    {
        size_t n;

        err = ng_spill_read (e->spill, ids, IDS_AT_A_TIME * sizeof *ids, &n);
        if (err != NG_OK)
            break;
        n /= sizeof *ids;
        if (!e->given)
            rename_ids (e, ids, n);
        if (ng_npy_encode (dtype, ids, n, raw) < n)
            err = NG_EOVERFLOW;
        else
            err = ng_output_write (out, raw, n * size);
    }
    free (ids);
    free (raw);
    return err == NG_END ? NG_OK : err;
}

enum ng_err
ng_encoder_write_npy (struct ng_encoder *e, struct ng_output *out)
{
    const struct ng_vocab *vocab = e->given ? e->given : e->built;
    struct ng_dtype dtype = ng_dtype_for (ng_vocab_size (vocab));
    unsigned char header[NG_NPY_HEADER_BYTES];
    enum ng_err err;

    ng_npy_format_header (header, dtype, &e->n_tokens, 1);
    err = ng_output_write (out, header, sizeof header);
    return err == NG_OK ? copy_ids (e, dtype, out) : err;
}

uint64_t
ng_encoder_n_tokens (const struct ng_encoder *e)
{
    return e->n_tokens;
}

uint64_t
ng_encoder_n_unknown (const struct ng_encoder *e)
{
    return e->n_unknown;
}

void
ng_encoder_close (struct ng_encoder *e)
{
    if (!e)
        return;
    ng_vocab_free (e->seen);
    ng_vocab_free (e->built);
    ng_spill_close (e->spill);
    free (e->counts);
    free (e->map);
    free (e);
}

/* Where text is put: P to END is room that was reserved in OUT, of which what
   is before P is filled.  */
struct room
{
    struct ng_output *out;
    unsigned char *start, *p, *end;
};

/* Count what is filled, and reserve again.  */
static enum ng_err
renew (struct room *r)
{
    ng_output_advance (r->out, (size_t) (r->p - r->start));
    r->start = r->p = ng_output_reserve (r->out, NG_OUTPUT_RESERVE_MAX);
    if (!r->p)
        return NG_ESYS;
    r->end = r->p + NG_OUTPUT_RESERVE_MAX;
    return NG_OK;
}

/* Append COUNT newlines.  */
static enum ng_err
put_newlines (struct room *r, uint32_t count)
{
    while (count > 0)
    {
        size_t n = (size_t) (r->end - r->p);

        n = n < count ? n : count;
        memset (r->p, '\n', n);
        r->p += n;
        count -= (uint32_t) n;
        if (count > 0 && renew (r) != NG_OK)
            return NG_ESYS;
    }
    return NG_OK;
}

/* Copy NAME[LEN] to P, where there is room for the pad too.  */
static inline void
copy_name (unsigned char *p, const unsigned char *name, size_t len)
{
    memcpy (p, name, NG_TOKEN_PAD);
    if (len > NG_TOKEN_PAD)
        memcpy (p + NG_TOKEN_PAD, name + NG_TOKEN_PAD, len - NG_TOKEN_PAD);
}

enum ng_err
ng_write_tokens (struct ng_output *out, const struct ng_token_list *list,
                 const struct ng_vocab *vocab, bool *mid_line)
{
    static const unsigned char unk[NG_TOKEN_PAD] = NG_UNK;
    struct room r = { out, NULL, NULL, NULL };
    enum ng_err err = list->n > 0 ? renew (&r) : NG_OK;

    for (size_t i = 0; i < list->n && err == NG_OK; i++)
    {
        const struct ng_token *t = &list->items[i];
        const unsigned char *name = t->name;
        size_t len = t->len;
        uint32_t id;

        if (t->kind != NG_TOKEN)
        {
            err = put_newlines (&r, t->len);
            *mid_line = false;
            continue;
        }
        if (vocab && !ng_vocab_find (vocab, name, len, &id))
        {
            name = unk;
            len = sizeof NG_UNK - 1;
        }
        if ((size_t) (r.end - r.p) < len + NG_TOKEN_PAD + 1)
            err = renew (&r);
        if (err != NG_OK)
            break;
        *r.p = ' ';
        r.p += *mid_line;
        copy_name (r.p, name, len);
        r.p += len;
        *mid_line = true;
    }
    if (err == NG_OK)
        ng_output_advance (out, (size_t) (r.p - r.start));
    return err;
}
