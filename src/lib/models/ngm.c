#include <config.h>

#include "models/ngm.h"

#include <inttypes.h>

#include "base/checked.h"
#include "base/xxh64.h"

static const unsigned char magic[NG_NGM_MAGIC_BYTES] = {
    0x93, 'N', 'G', 'M', '\r', '\n', 0x1a, '\n'
};

enum
{
    BYTE_ORDER_MARK = 0x01020304,
    MARK_SWAPPED = 0x04030201,
    ENTRIES_PER_BUCKET_MAX = 8, /* on the average */
    SLOT_BITS_MAX = 33,

    /* Offsets in the header.  */
    AT_VERSION = 8,
    AT_MARK = 12,
    AT_ORDER = 16,
    AT_RULE = 20,
    AT_STEP = 24,
    AT_TYPES = 28,
    AT_UNK = 32,
    AT_BOS = 36,
    AT_EOS = 40,
    AT_SLOT_BITS = 44,
    AT_SIZE = 48,
    AT_NAME_BYTES = 56,
    AT_LEVELS = 64, /* 32 bytes for each order from 1 on */
    LEVEL_BYTES = 32
};

bool
ng_ngm_is_magic (const unsigned char *buf, size_t n)
{
    return n >= 4 && memcmp (buf, magic, 4) == 0;
}

static unsigned
bits_for (uint64_t n_values)
{
    unsigned bits = 1;

    while (bits < 64 && n_values > UINT64_C (1) << bits)
        bits++;
    return bits;
}

void
ng_ngm_choose_slots (struct ng_ngm *ngm)
{
    ngm->slot_bits = bits_for (2 * (uint64_t) ngm->n_types + 1);
}

/* Few bytes in all: those of tags, and four for a bucket, which takes 4/3 in its
   cell, since cells are to stay in the processor's caches.  */
void
ng_ngm_choose_buckets (struct ng_ngm *ngm, unsigned k)
{
    struct ng_ngm_level *l = &ngm->levels[k - 1];
    const uint64_t n_suffixes = k == 2 ? ngm->n_types : ngm->levels[k - 2].n;
    const uint64_t least = l->n / ENTRIES_PER_BUCKET_MAX + 1;
    double best = 1e9;

    l->multiplier = ngm->n_types;
    l->value_bytes = k == ngm->order ? 4 : 8;
    l->key_bits = bits_for (n_suffixes * ngm->n_types);
    for (unsigned t = 1; t <= 8; t++)
    {
        uint64_t n_buckets = least;
        double cost;

        if (l->key_bits > 8 * t
            && n_buckets < UINT64_C (1) << (l->key_bits - 8 * t))
            n_buckets = UINT64_C (1) << (l->key_bits - 8 * t);
        cost = t + 4 * (double) n_buckets / (double) (l->n + 1);
        if (n_buckets < UINT32_MAX && cost < best)
        {
            best = cost;
            l->tag_bytes = t;
            l->n_buckets = n_buckets;
        }
    }
}

/* Take N * SIZE bytes at *AT, and pad to where the next section begins.  */
static bool
take (uint64_t *at, uint64_t n, uint64_t size, uint64_t pad)
{
    uint64_t bytes;

    return ng_ckd_mul (n, size, &bytes) && ng_ckd_add (bytes, pad, &bytes)
           && ng_ckd_add (*at, bytes, at)
           && ng_ckd_add (*at, NG_NGM_ALIGN - 1, at)
           && ((*at &= ~(uint64_t) (NG_NGM_ALIGN - 1)), true);
}

static const unsigned char *
place (const unsigned char *image, uint64_t at)
{
    return image ? image + at : NULL;
}

enum ng_err
ng_ngm_lay_out (struct ng_ngm *ngm, const unsigned char *image)
{
    uint64_t at = NG_NGM_HEADER_BYTES;
    bool good;

    ngm->name_starts = place (image, at);
    good = take (&at, (uint64_t) ngm->n_types + 1, 4, 0);
    ngm->names = place (image, at);
    good = good && take (&at, ngm->n_name_bytes, 1, 0);
    ngm->slots = place (image, at);
    good = good && take (&at, UINT64_C (1) << ngm->slot_bits, 8, 0);
    ngm->unigrams = place (image, at);
    good = good && take (&at, ngm->n_types, 8, 0);
    for (unsigned k = 2; k <= ngm->order && good; k++)
    {
        struct ng_ngm_level *l = &ngm->levels[k - 1];

        l->entries = place (image, at);
        good = take (&at, l->n, l->tag_bytes + l->value_bytes, NG_NGM_PAD);
        l->cells = place (image, at);
        good =
            good
            && take (&at, ng_ngm_n_cells (l->n_buckets), NG_NGM_CELL_BYTES, 0);
    }
    if (!good || at > SIZE_MAX / 2)
        return NG_ELIMIT;
    ngm->size = (size_t) at + NG_NGM_TRAILER_BYTES;
    return NG_OK;
}

/* ---------------------------------------------------------------- reading */

static enum ng_err
bad (struct ng_fault *fault, const char *file, const char *what)
{
    return ng_fault_set (fault, NG_EFORMAT, file, "%s", what);
}

/* Magic, version, byte order and length.  */
static enum ng_err
check_start (const unsigned char *image, size_t size, const char *file,
             struct ng_fault *fault)
{
    uint32_t version, mark;

    if (size < NG_NGM_HEADER_BYTES + NG_NGM_TRAILER_BYTES)
        return bad (fault, file, "the model is cut short: not even a header");
    if (memcmp (image, magic, sizeof magic) != 0)
        return bad (fault, file,
                    "no .ngm model, or one damaged as by a"
                    " transfer as text");
    version = ng_get_u32le (image + AT_VERSION);
    mark = ng_get_u32le (image + AT_MARK);
    if (mark == MARK_SWAPPED)
        return bad (fault, file,
                    "the model is of another byte order: make it"
                    " anew with this ngram-model");
    if (mark != BYTE_ORDER_MARK)
        return bad (fault, file, "the header is damaged");
    if (version != NG_NGM_VERSION)
        return ng_fault_set (fault, NG_EFORMAT, file,
                             "the model is of version %" PRIu32
                             ", this program reads version %d: make it anew",
                             version, NG_NGM_VERSION);
    if (ng_get_u64le (image + AT_SIZE) != size)
        return ng_fault_set (fault, NG_EFORMAT, file,
                             "the model has %zu bytes, its header says"
                             " %" PRIu64 ": it is cut short or damaged",
                             size, ng_get_u64le (image + AT_SIZE));
    return NG_OK;
}

static bool
is_token (const struct ng_ngm *ngm, uint32_t id)
{
    return id < ngm->n_types || id == NG_NONE;
}

/* The numbers of the header; false if they cannot be.  */
static bool
get_numbers (const unsigned char *image, struct ng_ngm *ngm)
{
    memset (ngm, 0, sizeof *ngm);
    ngm->order = ng_get_u32le (image + AT_ORDER);
    ngm->rule = (enum ng_rule) ng_get_u32le (image + AT_RULE);
    ngm->step = ng_get_f32le (image + AT_STEP);
    ngm->n_types = ng_get_u32le (image + AT_TYPES);
    ngm->unk = ng_get_u32le (image + AT_UNK);
    ngm->bos = ng_get_u32le (image + AT_BOS);
    ngm->eos = ng_get_u32le (image + AT_EOS);
    ngm->slot_bits = ng_get_u32le (image + AT_SLOT_BITS);
    ngm->n_name_bytes = ng_get_u64le (image + AT_NAME_BYTES);
    if (ngm->order < 1 || ngm->order > NG_ORDER_MAX || ngm->n_types == 0
        || ngm->rule > NG_RULE_STEP || ngm->slot_bits > SLOT_BITS_MAX
        || UINT64_C (1) << ngm->slot_bits <= ngm->n_types
        || !is_token (ngm, ngm->unk) || ngm->unk == NG_NONE
        || !is_token (ngm, ngm->bos) || !is_token (ngm, ngm->eos))
        return false;
    ngm->levels[0].n = ngm->n_types;
    for (unsigned k = 2; k <= ngm->order; k++)
    {
        const unsigned char *p =
            image + AT_LEVELS + (size_t) (k - 1) * LEVEL_BYTES;
        struct ng_ngm_level *l = &ngm->levels[k - 1];

        l->n = ng_get_u64le (p);
        if (l->n >= NG_NONE)
            return false;
        ng_ngm_choose_buckets (ngm, k);
        if (ng_get_u64le (p + 8) != l->n_buckets
            || ng_get_u32le (p + 16) != l->key_bits
            || ng_get_u32le (p + 20) != l->tag_bytes)
            return false;
    }
    return true;
}

/* Do STARTS[N + 1] rise from 0 to END?  */
static bool
starts_rise (const unsigned char *starts, uint64_t n, uint64_t end)
{
    uint32_t before = 0;

    if (ng_get_u32le (starts) != 0 || ng_get_u32le (starts + 4 * n) != end)
        return false;
    for (uint64_t i = 1; i <= n; i++)
    {
        uint32_t x = ng_get_u32le (starts + 4 * i);

        if (x < before)
            return false;
        before = x;
    }
    return true;
}

/* Do the buckets of L follow each other and have its entries?  */
static bool
buckets_follow (const struct ng_ngm_level *l)
{
    const uint64_t n_cells = ng_ngm_n_cells (l->n_buckets);
    uint32_t before = 0;

    for (uint64_t i = 0; i < n_cells; i++)
    {
        const unsigned char *cell = l->cells + NG_NGM_CELL_BYTES * i;
        unsigned falls = ng_get_u32le (cell) != before;

        for (unsigned j = 1; j < NG_NGM_CELL_BUCKETS; j++)
            falls |= cell[4 + j] < cell[3 + j];
        if (falls != 0)
            return false;
        before += cell[3 + NG_NGM_CELL_BUCKETS];
    }
    return before == l->n;
}

/* What a lookup relies on besides the header.  */
static bool
is_sound (const struct ng_ngm *ngm)
{
    const uint64_t n_slots = UINT64_C (1) << ngm->slot_bits;
    uint64_t n_used = 0;

    if (!starts_rise (ngm->name_starts, ngm->n_types, ngm->n_name_bytes))
        return false;
    for (uint64_t i = 0; i < n_slots; i++)
    {
        uint32_t id = ng_get_u32le (ngm->slots + 8 * i);

        if (id > ngm->n_types)
            return false;
        n_used += id != 0;
    }
    if (n_used != ngm->n_types)
        return false;
    for (unsigned k = 2; k <= ngm->order; k++)
        if (!buckets_follow (&ngm->levels[k - 1]))
            return false;
    return true;
}

enum ng_err
ng_ngm_open (const unsigned char *image, size_t size, bool check,
             const char *file, struct ng_fault *fault, struct ng_ngm *ngm)
{
    const size_t content = size - NG_NGM_TRAILER_BYTES;
    enum ng_err err = check_start (image, size, file, fault);

    if (err != NG_OK)
        return err;
    if (check && ng_xxh64 (image, content) != ng_get_u64le (image + content))
        return bad (fault, file,
                    "the checksum does not hold: the model is"
                    " damaged");
    /* Without the image first: no pointer is made of sizes not yet trusted.  */
    if (!get_numbers (image, ngm) || ng_ngm_lay_out (ngm, NULL) != NG_OK
        || ngm->size != size || ng_ngm_lay_out (ngm, image) != NG_OK)
        return bad (fault, file, "the header contradicts itself");
    if (check && !is_sound (ngm))
        return bad (fault, file, "the tables contradict themselves");
    return NG_OK;
}

uint64_t
ng_ngm_name_hash (const unsigned char *name, size_t len)
{
    return ng_xxh64 (name, len);
}

const unsigned char *
ng_ngm_name (const struct ng_ngm *ngm, uint32_t id, size_t *len)
{
    const unsigned char *p = ngm->name_starts + 4 * (size_t) id;
    uint32_t start = ng_get_u32le (p);

    *len = ng_get_u32le (p + 4) - start;
    return ngm->names + start;
}

uint32_t
ng_ngm_find (const struct ng_ngm *ngm, const unsigned char *name, size_t len,
             uint64_t hash)
{
    const uint64_t mask = (UINT64_C (1) << ngm->slot_bits) - 1;
    uint64_t at = hash & mask;

    for (;; at = (at + 1) & mask)
    {
        const uint64_t slot = ng_get_u64le (ngm->slots + 8 * at);
        const unsigned char *have;
        size_t have_len;

        if (slot == 0)
            return NG_NONE;
        if ((slot ^ hash) >> 32 != 0)
            continue;
        have = ng_ngm_name (ngm, (uint32_t) slot - 1, &have_len);
        if (have_len == len && memcmp (have, name, len) == 0)
            return (uint32_t) slot - 1;
    }
}

uint32_t
ng_ngm_scan (unsigned tag_bytes, struct ng_ngm_entries e, uint64_t tag)
{
    uint32_t i = 0;

    while (i < e.n && ng_ngm_tag (tag_bytes, e, i) != tag)
        i++;
    return i;
}

/* --------------------------------------------------------------- building */

static void
put_f32le (unsigned char *p, float x)
{
    uint32_t bits;

    memcpy (&bits, &x, sizeof bits);
    ng_put_u32le (p, bits);
}

void
ng_ngm_put_header (const struct ng_ngm *ngm, unsigned char *image)
{
    memcpy (image, magic, sizeof magic);
    ng_put_u32le (image + AT_VERSION, NG_NGM_VERSION);
    ng_put_u32le (image + AT_MARK, BYTE_ORDER_MARK);
    ng_put_u32le (image + AT_ORDER, ngm->order);
    ng_put_u32le (image + AT_RULE, (uint32_t) ngm->rule);
    put_f32le (image + AT_STEP, ngm->step);
    ng_put_u32le (image + AT_TYPES, ngm->n_types);
    ng_put_u32le (image + AT_UNK, ngm->unk);
    ng_put_u32le (image + AT_BOS, ngm->bos);
    ng_put_u32le (image + AT_EOS, ngm->eos);
    ng_put_u32le (image + AT_SLOT_BITS, ngm->slot_bits);
    ng_put_u64le (image + AT_SIZE, ngm->size);
    ng_put_u64le (image + AT_NAME_BYTES, ngm->n_name_bytes);
    for (unsigned k = 1; k <= ngm->order; k++)
    {
        unsigned char *p = image + AT_LEVELS + (size_t) (k - 1) * LEVEL_BYTES;
        const struct ng_ngm_level *l = &ngm->levels[k - 1];

        ng_put_u64le (p, l->n);
        ng_put_u64le (p + 8, l->n_buckets);
        ng_put_u32le (p + 16, l->key_bits);
        ng_put_u32le (p + 20, l->tag_bytes);
    }
}
