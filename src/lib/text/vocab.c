#include <config.h>

#include "text/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/nglimits.h"
#include "io/input.h"
#include "text/escape.h"

enum
{
    SLOTS_MIN = 1024
};

/* A slot holds the upper half of the hash and the id + 1; 0 is empty.  */
struct ng_vocab
{
    unsigned char *bytes;
    size_t n_bytes, cap_bytes;
    uint64_t *offsets; /* [n + 1] */
    size_t cap_offsets;
    uint32_t n;
    uint64_t *slots; /* [n_slots], a power of two */
    size_t n_slots;
};

struct ng_vocab *
ng_vocab_new (void)
{
    struct ng_vocab *v = calloc (1, sizeof *v);

    if (!v)
        return NULL;
    v->offsets = ng_grow (NULL, &v->cap_offsets, 1, sizeof *v->offsets);
    v->bytes = ng_grow (NULL, &v->cap_bytes, 1, 1);
    v->slots = ng_calloc_array (SLOTS_MIN, sizeof *v->slots);
    v->n_slots = SLOTS_MIN;
    if (!v->offsets || !v->bytes || !v->slots)
    {
        ng_vocab_free (v);
        return NULL;
    }
    v->offsets[0] = 0;
    return v;
}

void
ng_vocab_free (struct ng_vocab *v)
{
    if (!v)
        return;
    free (v->bytes);
    free (v->offsets);
    free (v->slots);
    free (v);
}

uint32_t
ng_vocab_size (const struct ng_vocab *v)
{
    return v->n;
}

size_t
ng_vocab_bytes (const struct ng_vocab *v)
{
    return v->cap_bytes + v->cap_offsets * sizeof *v->offsets
           + v->n_slots * sizeof *v->slots;
}

const unsigned char *
ng_vocab_name (const struct ng_vocab *v, uint32_t id, size_t *len)
{
    *len = (size_t) (v->offsets[id + 1] - v->offsets[id]);
    return v->bytes + v->offsets[id];
}

static uint64_t
make_slot (uint64_t hash, uint32_t id)
{
    return (hash & UINT64_C (0xffffffff00000000)) | (id + 1);
}

/* The slot of NAME, or the empty one where it belongs.  */
static size_t
find_slot (const struct ng_vocab *v, const unsigned char *name, size_t len,
           uint64_t hash)
{
    const size_t mask = v->n_slots - 1;
    size_t at = (size_t) hash & mask;

    for (; v->slots[at] != 0; at = (at + 1) & mask)
    {
        uint32_t id;
        size_t have_len;
        const unsigned char *have;

        if ((v->slots[at] ^ hash) >> 32 != 0)
            continue;
        id = (uint32_t) (v->slots[at] & UINT32_MAX) - 1;
        have = ng_vocab_name (v, id, &have_len);
        if (have_len == len && memcmp (have, name, len) == 0)
            break;
    }
    return at;
}

static enum ng_err
double_slots (struct ng_vocab *v)
{
    size_t n_slots = v->n_slots * 2;
    uint64_t *slots = ng_calloc_array (n_slots, sizeof *slots);

    if (!slots)
        return NG_ENOMEM;
    for (uint32_t id = 0; id < v->n; id++)
    {
        size_t len, at;
        const unsigned char *name = ng_vocab_name (v, id, &len);
        uint64_t hash = ng_hash_bytes (name, len);

        at = (size_t) hash & (n_slots - 1);
        while (slots[at] != 0)
            at = (at + 1) & (n_slots - 1);
        slots[at] = make_slot (hash, id);
    }
    free (v->slots);
    v->slots = slots;
    v->n_slots = n_slots;
    return NG_OK;
}

/* Append NAME as the next id.  */
static enum ng_err
append (struct ng_vocab *v, const unsigned char *name, size_t len)
{
    unsigned char *bytes =
        ng_grow (v->bytes, &v->cap_bytes, v->n_bytes + len, 1);
    uint64_t *offsets;

    if (!bytes)
        return NG_ENOMEM;
    v->bytes = bytes;
    offsets = ng_grow (v->offsets, &v->cap_offsets, (size_t) v->n + 2,
                       sizeof *offsets);
    if (!offsets)
        return NG_ENOMEM;
    v->offsets = offsets;
    memcpy (v->bytes + v->n_bytes, name, len);
    v->n_bytes += len;
    v->n++;
    v->offsets[v->n] = v->n_bytes;
    return NG_OK;
}

enum ng_err
ng_vocab_intern_hashed (struct ng_vocab *v, const unsigned char *name,
                        size_t len, uint64_t hash, uint32_t *id)
{
    size_t at = find_slot (v, name, len, hash);
    enum ng_err err;

    if (v->slots[at] != 0)
    {
        *id = (uint32_t) (v->slots[at] & UINT32_MAX) - 1;
        return NG_OK;
    }
    if (v->n == NG_TYPES_MAX)
        return NG_ELIMIT;
    if (v->n >= v->n_slots / 2)
    {
        err = double_slots (v);
        if (err != NG_OK)
            return err;
        at = find_slot (v, name, len, hash);
    }
    err = append (v, name, len);
    if (err != NG_OK)
        return err;
    *id = v->n - 1;
    v->slots[at] = make_slot (hash, *id);
    return NG_OK;
}

enum ng_err
ng_vocab_intern (struct ng_vocab *v, const unsigned char *name, size_t len,
                 uint32_t *id)
{
    return ng_vocab_intern_hashed (v, name, len, ng_hash_bytes (name, len), id);
}

/* The id in the first slot for HASH, if that is likely its name's.  */
static inline bool
likely_id (const struct ng_vocab *v, uint64_t hash, uint32_t *id)
{
    const uint64_t slot = v->slots[hash & (v->n_slots - 1)];

    *id = (uint32_t) (slot & UINT32_MAX) - 1;
    return slot != 0 && (slot ^ hash) >> 32 == 0;
}

void
ng_vocab_fetch (const struct ng_vocab *v, const uint64_t *hashes, size_t n)
{
    uint32_t id;

    for (size_t i = 0; i < n; i++)
        __builtin_prefetch (&v->slots[hashes[i] & (v->n_slots - 1)]);
    for (size_t i = 0; i < n; i++)
        if (likely_id (v, hashes[i], &id))
            __builtin_prefetch (&v->offsets[id]);
    for (size_t i = 0; i < n; i++)
        if (likely_id (v, hashes[i], &id))
            __builtin_prefetch (&v->bytes[v->offsets[id]]);
}

void
ng_vocab_fetch_names (const struct ng_vocab *v, const uint32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch (&v->offsets[ids[i]]);
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch (&v->bytes[v->offsets[ids[i]]]);
}

bool
ng_vocab_find (const struct ng_vocab *v, const unsigned char *name, size_t len,
               uint32_t *id)
{
    size_t at = find_slot (v, name, len, ng_hash_bytes (name, len));

    if (v->slots[at] == 0)
        return false;
    *id = (uint32_t) (v->slots[at] & UINT32_MAX) - 1;
    return true;
}

/* The whole content of IN, to be freed by the caller.  */
static enum ng_err
read_all (struct ng_input *in, unsigned char **text, size_t *len)
{
    unsigned char *buf = NULL;
    size_t cap = 0, n = 0;

    for (;;)
    {
        size_t got;
        enum ng_err err;
        unsigned char *more = ng_grow (buf, &cap, n + NG_BLOCK_BYTES, 1);

        if (!more)
        {
            free (buf);
            return NG_ENOMEM;
        }
        buf = more;
        err = ng_input_read (in, buf + n, NG_BLOCK_BYTES, &got);
        if (err == NG_END)
            break;
        if (err != NG_OK)
        {
            free (buf);
            return err;
        }
        n += got;
    }
    *text = buf;
    *len = n;
    return NG_OK;
}

/* Add the name of line LINE, from 1.  */
static enum ng_err
add_line (struct ng_vocab *v, const unsigned char *name, size_t len,
          uint64_t line, const char *file, struct ng_fault *fault)
{
    uint32_t id;
    enum ng_err err;

    if (len > NG_TOKEN_BYTES_MAX)
        return ng_fault_at_line (fault, NG_ELIMIT, file, line,
                                 "a token is longer than %d bytes",
                                 NG_TOKEN_BYTES_MAX);
    if (!ng_is_name (name, len))
        return ng_fault_at_line (
            fault, NG_EFORMAT, file, line,
            len == 0 ? "an empty line is no token"
                     : "not a token name: white space and backslashes are"
                       " written \\s \\t \\n \\r \\\\");
    err = ng_vocab_intern (v, name, len, &id);
    if (err == NG_OK && id != line - 1)
        return ng_fault_at_line (fault, NG_EFORMAT, file, line,
                                 "the token of line %lu is there again",
                                 (unsigned long) id + 1);
    return err;
}

enum ng_err
ng_vocab_read (const char *name, struct ng_fault *fault, struct ng_vocab **out)
{
    struct ng_input *in = NULL;
    struct ng_vocab *v = ng_vocab_new ();
    unsigned char *text = NULL;
    size_t len = 0, at = 0;
    enum ng_err err = v ? ng_input_open (name, fault, &in) : NG_ENOMEM;

    if (err == NG_OK)
        err = read_all (in, &text, &len);
    if (err == NG_OK && len >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    for (uint64_t line = 1; err == NG_OK && at < len; line++)
    {
        const unsigned char *end = memchr (text + at, '\n', len - at);
        size_t n = end ? (size_t) (end - (text + at)) : len - at;

        err = add_line (v, text + at, n, line, name, fault);
        at += n + 1;
    }
    free (text);
    (void) ng_input_close (in);
    if (err == NG_OK)
        *out = v;
    else
        ng_vocab_free (v);
    return err;
}

enum ng_err
ng_vocab_write (const struct ng_vocab *v, struct ng_output *out)
{
    for (uint32_t id = 0; id < v->n; id++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (v, id, &len);
        enum ng_err err = ng_output_write (out, name, len);

        if (err == NG_OK)
            err = ng_output_write (out, "\n", 1);
        if (err != NG_OK)
            return err;
    }
    return NG_OK;
}

struct ranked
{
    uint64_t count;
    uint32_t id;
};

/* Falling count, then rising id.  */
static int
compare_ranked (const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* <unk> and the reserved names.  */
static enum ng_err
start_build (struct ng_vocab *v, const struct ng_vocab_rules *rules)
{
    uint32_t id;
    enum ng_err err = ng_vocab_intern (v, (const unsigned char *) NG_UNK,
                                       sizeof NG_UNK - 1, &id);

    for (size_t i = 0; i < rules->n_reserved && err == NG_OK; i++)
        err = ng_vocab_intern (v, (const unsigned char *) rules->reserved[i],
                               strlen (rules->reserved[i]), &id);
    if (err == NG_OK && rules->max_types > 0 && v->n > rules->max_types)
        err = NG_EINVAL;
    return err;
}

enum ng_err
ng_vocab_build (const struct ng_vocab *seen, const uint64_t *counts,
                const struct ng_vocab_rules *rules, struct ng_vocab **out,
                uint32_t *map)
{
    struct ng_vocab *v = ng_vocab_new ();
    struct ranked *ranked = ng_alloc_array (seen->n, sizeof *ranked);
    enum ng_err err = v && ranked ? start_build (v, rules) : NG_ENOMEM;

    for (uint32_t id = 0; id < seen->n && err == NG_OK; id++)
    {
        ranked[id].count = counts[id];
        ranked[id].id = id;
    }
    if (err == NG_OK)
        qsort (ranked, seen->n, sizeof *ranked, compare_ranked);
    for (uint32_t i = 0; i < seen->n && err == NG_OK; i++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (seen, ranked[i].id, &len);
        uint32_t *id = &map[ranked[i].id];

        *id = 0;
        if (ng_vocab_find (v, name, len, id)
            || ranked[i].count < rules->min_count
            || (rules->max_types > 0 && v->n >= rules->max_types))
            continue;
        err = ng_vocab_intern (v, name, len, id);
    }
    free (ranked);
    if (err == NG_OK)
        *out = v;
    else
        ng_vocab_free (v);
    return err;
}
