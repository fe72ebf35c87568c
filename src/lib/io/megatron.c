#include <config.h>

#include "io/megatron.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/xxh64.h"

enum
{
    MAGIC_BYTES = 9,
    HEADER_BYTES = 34,
    REST_BYTES = 4096 /* of what is behind the lists, at a time */
};

static const char magic[MAGIC_BYTES + 1] = "MMIDIDX\0\0";

static const struct ng_dtype codes[] = {
    [1] = { 1, false }, [2] = { 1, true }, [3] = { 2, true },
    [4] = { 4, true },  [5] = { 8, true }, [8] = { 2, false }
};

struct reader
{
    struct ng_input *in;
    struct ng_fault *fault;
    struct ng_megatron *index;
    uint64_t n_sequences, n_documents;
    uint64_t places; /* checksum of what the lengths make of them */
};

static enum ng_err
wrong (const struct reader *r, const char *what)
{
    return ng_fault_set (r->fault, NG_EFORMAT, NULL, "%s", what);
}

/* The next LEN bytes; WHAT they belong to.  */
static enum ng_err
next (struct reader *r, unsigned char *item, size_t len, const char *what)
{
    enum ng_err err = ng_input_read_full (r->in, item, len, what);

    return err == NG_END ? ng_fault_set (r->fault, NG_EFORMAT, NULL,
                                         "%s is cut short", what)
                         : err;
}

static enum ng_err
read_header (struct reader *r)
{
    unsigned char header[HEADER_BYTES];
    enum ng_err err = next (r, header, sizeof header, "the index");

    if (err != NG_OK)
        return err;
    if (memcmp (header, magic, MAGIC_BYTES) != 0
        || ng_get_u64le (header + 9) != 1
        || header[17] >= sizeof codes / sizeof *codes
        || codes[header[17]].item_bytes == 0)
        return wrong (r, "no magic, version 1 and whole numbers");
    r->index->dtype = codes[header[17]];
    r->n_sequences = ng_get_u64le (header + 18);
    r->n_documents = ng_get_u64le (header + 26);
    return NG_OK;
}

static enum ng_err
read_lengths (struct reader *r)
{
    const unsigned bytes = r->index->dtype.item_bytes;
    struct ng_xxh64 places;
    uint64_t at = 0;

    ng_xxh64_start (&places);
    for (uint64_t i = 0; i < r->n_sequences; i++)
    {
        unsigned char item[8];
        enum ng_err err = next (r, item, 4, "the list of lengths");
        uint64_t len;

        if (err != NG_OK)
            return err;
        len = (uint64_t) ng_get_u32le (item) * bytes;
        ng_put_u64le (item, at);
        ng_xxh64_add (&places, item, sizeof item);
        if (!ng_ckd_add (at, len, &at))
            return NG_EOVERFLOW;
    }
    r->places = ng_xxh64_value (&places);
    r->index->n_tokens = at / bytes;
    return NG_OK;
}

static enum ng_err
read_places (struct reader *r)
{
    struct ng_xxh64 places;

    ng_xxh64_start (&places);
    for (uint64_t i = 0; i < r->n_sequences; i++)
    {
        unsigned char item[8];
        enum ng_err err = next (r, item, sizeof item, "the list of places");

        if (err != NG_OK)
            return err;
        ng_xxh64_add (&places, item, sizeof item);
    }
    if (ng_xxh64_value (&places) != r->places)
        return wrong (r, "its sequences do not follow one another");
    return NG_OK;
}

/* A document may be empty.  */
static enum ng_err
read_documents (struct reader *r)
{
    uint64_t last = 0;
    bool good = r->n_documents > 0;

    for (uint64_t i = 0; i < r->n_documents && good; i++)
    {
        unsigned char item[8];
        enum ng_err err = next (r, item, sizeof item, "the list of documents");
        uint64_t start;

        if (err != NG_OK)
            return err;
        start = ng_get_u64le (item);
        good = i == 0 ? start == 0 : start >= last;
        last = start;
    }
    if (!good || last != r->n_sequences)
        return ng_fault_set (r->fault, NG_EFORMAT, NULL,
                             "its documents do not go from sequence 0 to"
                             " %" PRIu64,
                             r->n_sequences);
    return NG_OK;
}

/* Behind the lists there is nothing, or what each sequence is of.  */
static enum ng_err
read_rest (struct reader *r)
{
    unsigned char buf[REST_BYTES];
    uint64_t n_rest = 0;
    size_t n;
    enum ng_err err;

    while ((err = ng_input_read (r->in, buf, sizeof buf, &n)) == NG_OK
           && n_rest <= r->n_sequences)
        n_rest += n;
    if (err != NG_OK && err != NG_END)
        return err;
    if (err == NG_OK || (n_rest > 0 && n_rest != r->n_sequences))
        return wrong (r, "there is more behind its lists");
    return NG_OK;
}

enum ng_err
ng_megatron_read (struct ng_input *in, struct ng_fault *fault,
                  struct ng_megatron *index)
{
    struct reader r = { .in = in, .fault = fault, .index = index };
    enum ng_err err = read_header (&r);

    if (err == NG_OK)
        err = read_lengths (&r);
    if (err == NG_OK)
        err = read_places (&r);
    if (err == NG_OK)
        err = read_documents (&r);
    return err == NG_OK ? read_rest (&r) : err;
}
