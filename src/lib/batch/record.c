#include <config.h>

#include "batch/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"
#include "batch/item.h"

enum
{
    DIGITS_MAX = 20,  /* of a 64-bit number */
    TEXT_ITEMS = 4096 /* ids that are formatted at a time */
};

struct ng_record
{
    enum ng_record_format format;
    struct ng_dtype dtype;
    struct ng_fields fields;
    size_t row_bytes; /* of N_STEPS + 1 elements */
    size_t n_steps;
    struct ng_output *out;                /* borrowed */
    unsigned char *arrays[NG_FIELDS_MAX]; /* by field; tokens always */
    size_t n_rows;                        /* of the batch */
    unsigned char *rows; /* its tokens: the array, or room in OUT */
};

/* Elements of a row of FIELD.  */
static size_t
count_places (const struct ng_record *record, enum ng_field field)
{
    return field == NG_FIELD_LENGTHS ? 1 : record->n_steps + 1;
}

static enum ng_err
make_array (struct ng_record *record, enum ng_field field, uint64_t n_rows)
{
    record->arrays[field] = ng_alloc_array (
        n_rows, count_places (record, field) * record->dtype.item_bytes);
    return record->arrays[field] ? NG_OK : NG_ENOMEM;
}

enum ng_err
ng_record_new (enum ng_record_format format, struct ng_dtype dtype,
               const struct ng_fields *fields, uint64_t n_rows,
               uint64_t n_steps, struct ng_output *out,
               struct ng_record **result)
{
    struct ng_record *record;
    size_t row_bytes;
    enum ng_err err;

    if (!ng_ckd_add (n_steps, 1, &row_bytes)
        || !ng_ckd_mul (row_bytes, dtype.item_bytes, &row_bytes))
        return NG_EOVERFLOW;
    for (size_t f = 0; f < fields->n; f++)
        if (fields->list[f] != NG_FIELD_TOKENS
            && fields->list[f] != NG_FIELD_MASK
            && n_steps >= ng_dtype_max (dtype))
            return NG_EOVERFLOW;
    record = calloc (1, sizeof *record);
    if (!record)
        return NG_ENOMEM;
    record->format = format;
    record->dtype = dtype;
    record->fields = *fields;
    record->row_bytes = row_bytes;
    record->n_steps = (size_t) n_steps;
    record->out = out;
    err = make_array (record, NG_FIELD_TOKENS, n_rows);
    for (size_t f = 0; err == NG_OK && f < fields->n; f++)
        if (fields->list[f] != NG_FIELD_TOKENS)
            err = make_array (record, fields->list[f], n_rows);
    if (err != NG_OK)
    {
        ng_record_free (record);
        return err;
    }
    *result = record;
    return NG_OK;
}

void
ng_record_free (struct ng_record *record)
{
    if (!record)
        return;
    for (size_t f = 0; f < NG_FIELDS_MAX; f++)
        free (record->arrays[f]);
    free (record);
}

enum ng_err
ng_record_begin (struct ng_record *record, size_t n_rows)
{
    size_t bytes = n_rows * record->row_bytes;

    record->n_rows = n_rows;
    record->rows = record->arrays[NG_FIELD_TOKENS];
    if (record->format != NG_RECORD_RAW || ng_record_has_parts (record)
        || bytes > NG_OUTPUT_RESERVE_MAX)
        return NG_OK;
    /* The batch is what is written: its rows go where they are to be.  */
    record->rows = ng_output_reserve (record->out, bytes);
    return record->rows ? NG_OK : NG_ESYS;
}

unsigned char *
ng_record_row (struct ng_record *record, size_t row)
{
    return record->rows + row * record->row_bytes;
}

bool
ng_record_has_parts (const struct ng_record *record)
{
    return record->fields.n > 1 || record->fields.list[0] != NG_FIELD_TOKENS;
}

/* Row ROW of FIELD.  */
static unsigned char *
field_row (const struct ng_record *record, enum ng_field field, size_t row)
{
    return record->arrays[field]
           + row * count_places (record, field) * record->dtype.item_bytes;
}

void
ng_record_parts (struct ng_record *record, size_t row, const uint64_t *parts,
                 size_t n)
{
    for (size_t f = 0; f < record->fields.n; f++)
    {
        enum ng_field field = record->fields.list[f];

        if (field != NG_FIELD_TOKENS)
            ng_fields_fill (field, parts, n, (uint64_t) record->n_steps + 1,
                            record->dtype, field_row (record, field, row));
    }
}

/* ------------------------------------------------------------------- binary */

static enum ng_err
write_raw (struct ng_record *record, size_t n_rows)
{
    enum ng_err err = NG_OK;

    if (record->rows != record->arrays[NG_FIELD_TOKENS])
    {
        ng_output_advance (record->out, n_rows * record->row_bytes);
        return NG_OK;
    }
    for (size_t f = 0; err == NG_OK && f < record->fields.n; f++)
    {
        enum ng_field field = record->fields.list[f];

        err = ng_output_write (record->out, record->arrays[field],
                               n_rows * count_places (record, field)
                                   * record->dtype.item_bytes);
    }
    return err;
}

/* N elements of each row of FIELD, from column FIRST on, as an array.  */
static enum ng_err
write_array (struct ng_record *record, enum ng_field field, size_t n_rows,
             size_t first, size_t n)
{
    unsigned char header[NG_NPY_HEADER_BYTES];
    const uint64_t shape[2] = { n_rows, n };
    size_t item = record->dtype.item_bytes;
    enum ng_err err;

    ng_npy_format_header (header, record->dtype, shape,
                          field == NG_FIELD_LENGTHS ? 1 : 2);
    err = ng_output_write (record->out, header, sizeof header);
    for (size_t i = 0; err == NG_OK && i < n_rows; i++)
        err = ng_output_write (
            record->out, field_row (record, field, i) + first * item, n * item);
    return err;
}

static enum ng_err
write_npy (struct ng_record *record, size_t n_rows)
{
    size_t t = record->n_steps;
    enum ng_err err = NG_OK;

    for (size_t f = 0; err == NG_OK && f < record->fields.n; f++)
    {
        enum ng_field field = record->fields.list[f];

        err =
            write_array (record, field, n_rows, field == NG_FIELD_MASK ? 1 : 0,
                         field == NG_FIELD_LENGTHS ? 1 : t);
        if (err == NG_OK && field == NG_FIELD_TOKENS)
            err = write_array (record, field, n_rows, 1, t);
    }
    return err;
}

/* -------------------------------------------------------------------- text */

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

/* N elements at P with SPLIT between them, and END after the last.  */
static enum ng_err
write_items (struct ng_record *record, const unsigned char *items, size_t n,
             unsigned char split, unsigned char end)
{
    unsigned item = record->dtype.item_bytes;

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
            p = put_decimal (p, ng_item_get (items, item));
            items += item;
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
    size_t t = record->n_steps, item = record->dtype.item_bytes;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < n_rows; i++)
        for (size_t f = 0; err == NG_OK && f < record->fields.n; f++)
        {
            enum ng_field field = record->fields.list[f];
            const unsigned char *row = field_row (record, field, i);
            unsigned char end = f + 1 < record->fields.n ? '\t' : '\n';

            if (field == NG_FIELD_TOKENS)
                err = write_items (record, row, t, ' ', '\t');
            if (field == NG_FIELD_TOKENS || field == NG_FIELD_MASK)
                row += item;
            if (err == NG_OK)
                err = write_items (record, row,
                                   field == NG_FIELD_LENGTHS ? 1 : t, ' ', end);
        }
    return err == NG_OK ? ng_output_write (record->out, "\n", 1) : err;
}

static enum ng_err
write_string (struct ng_record *record, const char *text)
{
    return ng_output_write (record->out, text, strlen (text));
}

/* A field as an array of JSON, of rows, or of numbers for the lengths.  */
static enum ng_err
write_json_field (struct ng_record *record, enum ng_field field, size_t n_rows)
{
    enum ng_err err = write_string (record, ",\"");

    if (err == NG_OK)
        err = write_string (record, ng_field_names[field]);
    if (err == NG_OK)
        err = write_string (record, "\":[");
    if (field == NG_FIELD_LENGTHS)
        return err == NG_OK ? write_items (record, record->arrays[field],
                                           n_rows, ',', ']')
                            : err;
    for (size_t i = 0; err == NG_OK && i < n_rows; i++)
    {
        err = write_string (record, i > 0 ? ",[" : "[");
        if (err == NG_OK)
            err = write_items (record, field_row (record, field, i),
                               record->n_steps + 1, ',', ']');
    }
    return err == NG_OK ? write_string (record, "]") : err;
}

static enum ng_err
write_jsonl (struct ng_record *record, size_t n_rows, uint64_t step,
             uint64_t epoch)
{
    char start[96];
    int len =
        snprintf (start, sizeof start,
                  "{\"step\":%" PRIu64 ",\"epoch\":%" PRIu64, step, epoch);
    enum ng_err err = ng_output_write (record->out, start, (size_t) len);

    for (size_t f = 0; err == NG_OK && f < record->fields.n; f++)
        err = write_json_field (record, record->fields.list[f], n_rows);
    return err == NG_OK ? write_string (record, "}\n") : err;
}

enum ng_err
ng_record_write (struct ng_record *record, uint64_t step, uint64_t epoch)
{
    size_t n_rows = record->n_rows;

    switch (record->format)
    {
    case NG_RECORD_RAW:
        return write_raw (record, n_rows);
    case NG_RECORD_NPY:
        return write_npy (record, n_rows);
    case NG_RECORD_TEXT:
        return write_text (record, n_rows);
    default:
        return write_jsonl (record, n_rows, step, epoch);
    }
}
