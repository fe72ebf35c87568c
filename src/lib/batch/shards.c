#include <config.h>

#include "batch/shards.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/mem.h"
#include "batch/item.h"
#include "batch/search.h"

enum
{
    CACHE_LINE = 64 /* bytes, or more: a hint is no more than that */
};

void
ng_shards_init (struct ng_shards *shards)
{
    memset (shards, 0, sizeof *shards);
    shards->bare.item_bytes = 2;
}

enum ng_err
ng_shards_add (struct ng_shards *shards, const char *name,
               struct ng_fault *fault)
{
    size_t n = shards->n_files;
    struct ng_tokenfile *files;
    uint64_t *starts, total;
    enum ng_err err;

    files = ng_grow (shards->files, &shards->cap_files, n + 1, sizeof *files);
    if (!files)
        return NG_ENOMEM;
    shards->files = files;
    starts =
        ng_grow (shards->starts, &shards->cap_starts, n + 1, sizeof *starts);
    if (!starts)
        return NG_ENOMEM;
    shards->starts = starts;
    err = ng_tokenfile_open (name, shards->bare, fault, &files[n]);
    if (err != NG_OK)
        return err;
    if (!ng_ckd_add (shards->n_tokens, files[n].n_tokens, &total))
    {
        ng_tokenfile_close (&files[n]);
        return NG_EOVERFLOW;
    }
    starts[n] = shards->n_tokens;
    shards->n_tokens = total;
    shards->n_files = n + 1;
    return NG_OK;
}

struct ng_dtype
ng_shards_dtype (const struct ng_shards *shards)
{
    struct ng_dtype dtype = { 2, false };

    for (size_t i = 0; i < shards->n_files; i++)
    {
        struct ng_dtype other = shards->files[i].dtype;

        if (i == 0 || ng_dtype_max (other) > ng_dtype_max (dtype))
            dtype = other;
    }
    return dtype;
}

const char *
ng_shards_name (const struct ng_shards *shards)
{
    return shards->n_files == 1 ? shards->files[0].name : NULL;
}

/* Copy N items of FROM bytes to items of TO bytes.  Return the index of the
   first that is above MAX, or N.  FROM and TO are constants at each call, so
   that the compiler makes a loop of vectors of each; a bad one is looked for
   only once it is known that there is one.  */
static inline size_t
convert (const unsigned char *in, unsigned from, unsigned char *out,
         unsigned to, size_t n, uint64_t max)
{
    bool bad = false;

    for (size_t i = 0; i < n; i++)
    {
        uint64_t x = ng_item_get (in + i * from, from);

        bad |= x > max;
        ng_item_put (out + i * to, to, x);
    }
    if (!bad)
        return n;
    for (size_t i = 0; i < n; i++)
        if (ng_item_get (in + i * from, from) > max)
            return i;
    return n;
}

static size_t
convert_items (const unsigned char *in, unsigned from, unsigned char *out,
               unsigned to, size_t n, uint64_t max)
{
#define NG_CASE(f, t)   \
    case (f) *16 + (t): \
        return convert (in, f, out, t, n, max)
#define NG_CASES(f) \
    NG_CASE (f, 1); \
    NG_CASE (f, 2); \
    NG_CASE (f, 4); \
    NG_CASE (f, 8)
    switch (from * 16 + to)
    {
        NG_CASES (1);
        NG_CASES (2);
        NG_CASES (4);
        NG_CASES (8);
    }
#undef NG_CASES
#undef NG_CASE
    assert (0 && "an item has 1, 2, 4 or 8 bytes");
    return 0;
}

/* Say what is wrong with token I of FILE.  */
static enum ng_err
bad_id (const struct ng_tokenfile *file, uint64_t i, struct ng_dtype dtype,
        uint64_t id_end, struct ng_fault *fault)
{
    unsigned bytes = file->dtype.item_bytes;
    uint64_t x = ng_item_get (file->data + i * bytes, bytes);

    if (file->dtype.is_signed && x > ng_dtype_max (file->dtype))
        return ng_fault_set (fault, NG_EINVAL, file->name,
                             "token %" PRIu64 ": a negative id", i);
    if (x > ng_dtype_max (dtype))
        return ng_fault_set (
            fault, NG_EINVAL, file->name,
            "token %" PRIu64 ": id %" PRIu64 " does not fit dtype %c%u", i, x,
            dtype.is_signed ? 'i' : 'u', dtype.item_bytes);
    return ng_fault_set (fault, NG_EINVAL, file->name,
                         "token %" PRIu64 ": id %" PRIu64
                         " is not in the vocabulary of %" PRIu64,
                         i, x, id_end);
}

/* The same as ng_shards_copy within one file.  */
static enum ng_err
copy_from_file (const struct ng_tokenfile *file, uint64_t start, size_t n,
                struct ng_dtype dtype, uint64_t id_end, unsigned char *out,
                struct ng_fault *fault)
{
    unsigned from = file->dtype.item_bytes, to = dtype.item_bytes;
    const unsigned char *in = file->data + start * from;
    uint64_t max = ng_dtype_max (dtype), have = ng_dtype_max (file->dtype);
    size_t done;

    if (have < max)
        max = have;
    if (id_end > 0 && id_end - 1 < max)
        max = id_end - 1;
    if (from == to && !file->dtype.is_signed && have <= max)
    {
        memcpy (out, in, n * from);
        return NG_OK;
    }
    done = convert_items (in, from, out, to, n, max);
    return done == n ? NG_OK
                     : bad_id (file, start + done, dtype, id_end, fault);
}

/* The last file that starts at START or before, and is not empty.  */
static size_t
find_file (const struct ng_shards *shards, uint64_t start)
{
    size_t low = 0, high = shards->n_files;

    while (high - low > 1)
    {
        size_t middle = low + (high - low) / 2;

        if (shards->starts[middle] <= start)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* As ng_shards_copy, with places counted from the first token, in rising
   order.  */
static enum ng_err
copy_forward (const struct ng_shards *shards, uint64_t start, size_t n,
              struct ng_dtype dtype, uint64_t id_end, unsigned char *out,
              struct ng_fault *fault)
{
    size_t f = find_file (shards, start);

    while (n > 0)
    {
        const struct ng_tokenfile *file = &shards->files[f];
        uint64_t from = start - shards->starts[f];
        uint64_t left = file->n_tokens - from;
        size_t part = left < n ? (size_t) left : n;
        enum ng_err err =
            copy_from_file (file, from, part, dtype, id_end, out, fault);

        if (err != NG_OK)
            return err;
        start += part;
        n -= part;
        out += part * dtype.item_bytes;
        f++;
    }
    return NG_OK;
}

/* Turn the N items of ITEM bytes at P round.  */
static void
reverse_items (unsigned char *p, size_t n, unsigned item)
{
    unsigned char kept[8];

    for (size_t i = 0; i < n / 2; i++)
    {
        unsigned char *a = p + i * item, *b = p + (n - 1 - i) * item;

        memcpy (kept, a, item);
        memcpy (a, b, item);
        memcpy (b, kept, item);
    }
}

enum ng_err
ng_shards_copy (const struct ng_shards *shards, uint64_t start, size_t n,
                struct ng_dtype dtype, uint64_t id_end, unsigned char *out,
                struct ng_fault *fault)
{
    enum ng_err err;

    assert (start <= shards->n_tokens && n <= shards->n_tokens - start);
    if (!shards->reverse)
        return copy_forward (shards, start, n, dtype, id_end, out, fault);
    err = copy_forward (shards, shards->n_tokens - start - n, n, dtype, id_end,
                        out, fault);
    if (err == NG_OK)
        reverse_items (out, n, dtype.item_bytes);
    return err;
}

const unsigned char *
ng_shards_direct (const struct ng_shards *shards, uint64_t start, size_t n,
                  struct ng_dtype dtype, uint64_t id_end)
{
    size_t f = find_file (shards, start);
    const struct ng_tokenfile *file = &shards->files[f];
    uint64_t from = start - shards->starts[f], max = ng_dtype_max (dtype);

    if (shards->reverse || n > file->n_tokens - from || file->dtype.is_signed
        || file->dtype.item_bytes != dtype.item_bytes
        || ng_dtype_max (file->dtype) > max || (id_end > 0 && id_end <= max))
        return NULL;
    return file->data + from * dtype.item_bytes;
}

uint64_t
ng_shards_find (const struct ng_shards *shards, uint64_t start, uint64_t end,
                uint64_t id)
{
    assert (!shards->reverse && end <= shards->n_tokens);
    for (size_t f = find_file (shards, start); start < end; f++)
    {
        const struct ng_tokenfile *file = &shards->files[f];
        uint64_t from = start - shards->starts[f];
        uint64_t left = file->n_tokens - from;
        size_t part = (size_t) (left < end - start ? left : end - start);
        size_t found = ng_search_id (
            file->dtype, file->data + from * file->dtype.item_bytes, part, id);

        start += found;
        if (found < part)
            return start;
    }
    return end;
}

/* Sampled runs of the checksum.  */
enum
{
    SAMPLES = 64,
    SAMPLE_TOKENS = 512
};

uint32_t
ng_shards_checksum (const struct ng_shards *shards)
{
    const struct ng_dtype u8 = { 8, false };
    struct ng_fault fault = { 0 };
    unsigned char buf[SAMPLE_TOKENS * 8];
    uint64_t n = shards->n_tokens;
    uLong crc;

    ng_put_u64le (buf, n);
    crc = crc32 (0, buf, 8);
    for (uint64_t i = 0; i < SAMPLES; i++)
    {
        size_t run = n < SAMPLE_TOKENS ? (size_t) n : SAMPLE_TOKENS;
        uint64_t start = (n - run) / (SAMPLES - 1) * i;

        /* An id that is negative counts as what stands there before it; it is
           an error once it is served.  */
        memset (buf, 0, sizeof buf);
        (void) copy_forward (shards, start, run, u8, 0, buf, &fault);
        crc = crc32 (crc, buf, sizeof buf);
    }
    return (uint32_t) (crc & UINT32_MAX);
}

void
ng_shards_scattered (const struct ng_shards *shards)
{
    for (size_t i = 0; i < shards->n_files; i++)
        if (shards->files[i].map)
            (void) madvise (shards->files[i].map, shards->files[i].map_bytes,
                            MADV_RANDOM);
}

/* The page that holds the first byte of token I of FILE, and into *BYTES the
   bytes from there to the end of token I + N - 1.  */
static void *
page_of (const struct ng_tokenfile *file, uint64_t i, uint64_t n, size_t *bytes)
{
    size_t page = (size_t) sysconf (_SC_PAGESIZE);
    unsigned char *map = file->map;
    size_t at = (size_t) (file->data - map) + i * file->dtype.item_bytes;

    *bytes = at % page + (size_t) n * file->dtype.item_bytes;
    return map + (at - at % page);
}

bool
ng_shards_in_memory (const struct ng_shards *shards, uint64_t i)
{
    const struct ng_tokenfile *file;
    unsigned char resident = 1;
    size_t bytes, f;

    if (shards->reverse)
        i = shards->n_tokens - 1 - i;
    f = find_file (shards, i);
    file = &shards->files[f];
    if (file->map)
        (void) mincore (page_of (file, i - shards->starts[f], 1, &bytes), 1,
                        &resident);
    return (resident & 1) != 0;
}

void
ng_shards_will_need (const struct ng_shards *shards, uint64_t start, uint64_t n)
{
    size_t f;

    if (shards->reverse)
        start = shards->n_tokens - start - n;
    for (f = find_file (shards, start); n > 0; f++)
    {
        const struct ng_tokenfile *file = &shards->files[f];
        uint64_t from = start - shards->starts[f];
        uint64_t part = file->n_tokens - from < n ? file->n_tokens - from : n;
        size_t bytes;
        void *page;

        if (file->map && part > 0)
        {
            page = page_of (file, from, part, &bytes);
            (void) madvise (page, bytes, MADV_WILLNEED);
        }
        start += part;
        n -= part;
    }
}

void
ng_shards_prefetch (const struct ng_shards *shards, uint64_t start, uint64_t n)
{
    const struct ng_tokenfile *file;
    size_t f, bytes;
    uint64_t from;

    if (shards->reverse)
        start = shards->n_tokens - start - n;
    f = find_file (shards, start);
    file = &shards->files[f];
    from = start - shards->starts[f];
    /* What the next file has of it is not worth the trouble.  */
    if (n > file->n_tokens - from)
        n = file->n_tokens - from;
    bytes = (size_t) n * file->dtype.item_bytes;
    for (size_t at = 0; at < bytes; at += CACHE_LINE)
        __builtin_prefetch (file->data + from * file->dtype.item_bytes + at, 0,
                            2);
}

void
ng_shards_fini (struct ng_shards *shards)
{
    for (size_t i = 0; i < shards->n_files; i++)
        ng_tokenfile_close (&shards->files[i]);
    free (shards->files);
    free (shards->starts);
    ng_shards_init (shards);
}
