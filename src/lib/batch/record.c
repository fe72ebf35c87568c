#include <config.h>

#include "batch/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/mem.h"

enum
{
    DIGITS_MAX = 20,  /* of a 64-bit number */
    TEXT_ITEMS = 4096 /* ids that are formatted at a time */
};

struct ng_record
{
    enum ng_record_format format;
    struct ng_dtype dtype;
    size_t row_bytes; /* of N_STEPS + 1 ids */
    size_t n_steps;
    struct ng_output *out; /* borrowed */
    unsigned char *ids;    /* a batch */
};

enum ng_err
ng_record_new (enum ng_record_format format, struct ng_dtype dtype,
               uint64_t n_rows, uint64_t n_steps, struct ng_output *out,
               struct ng_record **result)
{
    struct ng_record *record;
    size_t row_bytes;

    if (!ng_ckd_add (n_steps, 1, &row_bytes)
        || !ng_ckd_mul (row_bytes, dtype.item_bytes, &row_bytes))
        return NG_EOVERFLOW;
    record = calloc (1, sizeof *record);
    if (!record)
        return NG_ENOMEM;
    record->format = format;
    record->dtype = dtype;
    record->row_bytes = row_bytes;
    record->n_steps = (size_t) n_steps;
    record->out = out;
    record->ids = ng_alloc_array (n_rows, row_bytes);
    if (!record->ids)
    {
        free (record);
        return NG_ENOMEM;
    }
    *result = record;
    return NG_OK;
}

unsigned char *
ng_record_row (struct ng_record *record, size_t row)
{
    return record->ids + row * record->row_bytes;
}

/* Columns FIRST to FIRST + n_steps - 1 as an array.  */
static enum ng_err
write_npy (struct ng_record *record, size_t n_rows, size_t first)
{
    unsigned char header[NG_NPY_HEADER_BYTES];
    const uint64_t shape[2] = { n_rows, record->n_steps };
    size_t item = record->dtype.item_bytes;
    enum ng_err err;

    ng_npy_format_header (header, record->dtype, shape, 2);
    err = ng_output_write (record->out, header, sizeof header);
    for (size_t i = 0; err == NG_OK && i < n_rows; i++)
        err = ng_output_write (record->out,
                               ng_record_row (record, i) + first * item,
                               record->n_steps * item);
    return err;
}

static uint64_t
get_id (const struct ng_record *record, const unsigned char *p)
{
    switch (record->dtype.item_bytes)
    {
    case 1:
        return *p;
    case 2:
        return ng_get_u16le (p);
    case 4:
        return ng_get_u32le (p);
    default:
        return ng_get_u64le (p);
    }
}

/* X in decimal at P; the end.  */
static unsigned char *
put_decimal (unsigned char *p, uint64_t x)
{
    unsigned char digits[DIGITS_MAX];
    size_t n = 0;

    do
        digits[n++] = (unsigned char) ('0' + x % 10);
    while ((x /= 10) > 0);
    while (n > 0)
        *p++ = digits[--n];
    return p;
}

/* N ids at IDS with SPLIT between them, and END after the last.  */
static enum ng_err
write_ids (struct ng_record *record, const unsigned char *ids, size_t n,
           unsigned char split, unsigned char end)
{
    size_t item = record->dtype.item_bytes;

    while (n > 0)
    {
        size_t part = n < TEXT_ITEMS ? n : TEXT_ITEMS;
        unsigned char *start =
            ng_output_reserve (record->out, part * (DIGITS_MAX + 1));
        unsigned char *p = start;

        if (!start)
            return NG_ESYS;
        for (size_t i = 0; i < part; i++)
        {
            p = put_decimal (p, get_id (record, ids));
            ids += item;
            *p++ = split;
        }
        n -= part;
        if (n == 0)
            p[-1] = end;
        ng_output_advance (record->out, (size_t) (p - start));
    }
    return NG_OK;
}

static enum ng_err
write_text (struct ng_record *record, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++)
    {
        const unsigned char *row = ng_record_row (record, i);
        enum ng_err err = write_ids (record, row, record->n_steps, ' ', '\t');

        if (err == NG_OK)
            err = write_ids (record, row + record->dtype.item_bytes,
                             record->n_steps, ' ', '\n');
        if (err != NG_OK)
            return err;
    }
    return ng_output_write (record->out, "\n", 1);
}

static enum ng_err
write_jsonl (struct ng_record *record, size_t n_rows, uint64_t step,
             uint64_t epoch)
{
    char start[96];
    int len =
        snprintf (start, sizeof start,
                  "{\"step\":%" PRIu64 ",\"epoch\":%" PRIu64 ",\"tokens\":[",
                  step, epoch);
    enum ng_err err = ng_output_write (record->out, start, (size_t) len);

    for (size_t i = 0; err == NG_OK && i < n_rows; i++)
    {
        err = ng_output_write (record->out, i > 0 ? ",[" : "[", i > 0 ? 2 : 1);
        if (err == NG_OK)
            err = write_ids (record, ng_record_row (record, i),
                             record->n_steps + 1, ',', ']');
    }
    return err == NG_OK ? ng_output_write (record->out, "]}\n", 3) : err;
}

enum ng_err
ng_record_write (struct ng_record *record, size_t n_rows, uint64_t step,
                 uint64_t epoch)
{
    enum ng_err err;

    switch (record->format)
    {
    case NG_RECORD_RAW:
        return ng_output_write (record->out, record->ids,
                                n_rows * record->row_bytes);
    case NG_RECORD_NPY:
        err = write_npy (record, n_rows, 0);
        return err == NG_OK ? write_npy (record, n_rows, 1) : err;
    case NG_RECORD_TEXT:
        return write_text (record, n_rows);
    default:
        return write_jsonl (record, n_rows, step, epoch);
    }
}

void
ng_record_free (struct ng_record *record)
{
    if (!record)
        return;
    free (record->ids);
    free (record);
}
