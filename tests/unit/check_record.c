/* Batches as raw, npy and text, against a plain second formatter.  */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "batch/record.h"
#include "unit.h"

enum
{
    ROWS = 3,
    STEPS = 5000 /* more than is formatted at a time */
};

static const struct ng_fields tokens = { { NG_FIELD_TOKENS }, 1 };

/* Made-up ids of all lengths that fit BYTES bytes without a sign.  */
static uint64_t
some_id (size_t row, size_t column, unsigned bytes)
{
    uint64_t x = (row * STEPS + column) * UINT64_C (0x9e3779b97f4a7c15);

    x >>= column % 60;
    return x & (UINT64_MAX >> (65 - 8 * bytes));
}

static void
put_id (unsigned char *p, uint64_t x, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        p[i] = (unsigned char) (x >> 8 * i & 0xff);
}

static void
write_record (enum ng_record_format format, struct ng_dtype dtype)
{
    struct ng_fault fault = { 0 };
    struct ng_output *out;
    struct ng_record *record;

    ck_assert_int_eq (ng_output_open ("record.test", &fault, &out), NG_OK);
    ck_assert_int_eq (
        ng_record_new (format, dtype, &tokens, ROWS, STEPS, out, &record),
        NG_OK);
    ck_assert_int_eq (ng_record_begin (record, ROWS), NG_OK);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j <= STEPS; j++)
            put_id (ng_record_row (record, i) + j * dtype.item_bytes,
                    some_id (i, j, dtype.item_bytes), dtype.item_bytes);
    ck_assert_int_eq (ng_record_write (record, 5, 2), NG_OK);
    ng_record_free (record);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
}

static void
expect_npy (FILE *file, unsigned bytes, char kind, size_t first)
{
    unsigned char header[NG_NPY_HEADER_BYTES], got[8], want[8];
    char dict[128];

    ck_assert_uint_eq (fread (header, 1, sizeof header, file), sizeof header);
    snprintf (dict, sizeof dict,
              "{'descr': '<%c%u', 'fortran_order': False, 'shape': (%d, %d), }",
              kind, bytes, ROWS, STEPS);
    ck_assert_int_eq (memcmp (header + 10, dict, strlen (dict)), 0);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < STEPS; j++)
        {
            put_id (want, some_id (i, j + first, bytes), bytes);
            ck_assert_uint_eq (fread (got, 1, bytes, file), bytes);
            ck_assert_mem_eq (got, want, bytes);
        }
}

static const struct ng_dtype types[] = {
    { 2, false }, { 4, false }, { 4, true }, { 8, true }
};

START_TEST (test_raw)
{
    for (size_t t = 0; t < 4; t++)
    {
        unsigned bytes = types[t].item_bytes;
        unsigned char got[8], want[8];
        FILE *file;

        write_record (NG_RECORD_RAW, types[t]);
        file = fopen ("record.test", "rb");
        for (size_t i = 0; i < ROWS; i++)
            for (size_t j = 0; j <= STEPS; j++)
            {
                put_id (want, some_id (i, j, bytes), bytes);
                ck_assert_uint_eq (fread (got, 1, bytes, file), bytes);
                ck_assert_mem_eq (got, want, bytes);
            }
        ck_assert_int_eq (getc (file), EOF);
        fclose (file);
    }
    unlink ("record.test");
}
END_TEST

START_TEST (test_npy)
{
    for (size_t t = 0; t < 4; t++)
    {
        char kind = types[t].is_signed ? 'i' : 'u';
        FILE *file;

        write_record (NG_RECORD_NPY, types[t]);
        file = fopen ("record.test", "rb");
        expect_npy (file, types[t].item_bytes, kind, 0);
        expect_npy (file, types[t].item_bytes, kind, 1);
        ck_assert_int_eq (getc (file), EOF);
        fclose (file);
    }
    unlink ("record.test");
}
END_TEST

START_TEST (test_text)
{
    for (size_t t = 0; t < 4; t++)
    {
        unsigned bytes = types[t].item_bytes;
        FILE *file;

        write_record (NG_RECORD_TEXT, types[t]);
        file = fopen ("record.test", "r");
        for (size_t i = 0; i < ROWS; i++)
            for (size_t first = 0; first < 2; first++)
                for (size_t j = 0; j < STEPS; j++)
                {
                    uint64_t x;

                    ck_assert_int_eq (fscanf (file, "%" SCNu64, &x), 1);
                    ck_assert_uint_eq (x, some_id (i, j + first, bytes));
                    ck_assert_int_eq (getc (file), j + 1 < STEPS ? ' '
                                                   : first == 0  ? '\t'
                                                                 : '\n');
                }
        ck_assert_int_eq (getc (file), '\n');
        ck_assert_int_eq (getc (file), EOF);
        fclose (file);
    }
    unlink ("record.test");
}
END_TEST

START_TEST (test_jsonl)
{
    for (size_t t = 0; t < 4; t++)
    {
        unsigned bytes = types[t].item_bytes;
        FILE *file;
        char start[64];

        write_record (NG_RECORD_JSONL, types[t]);
        file = fopen ("record.test", "r");
        ck_assert_ptr_nonnull (fgets (start, 30, file));
        ck_assert_str_eq (start, "{\"step\":5,\"epoch\":2,\"tokens\":");
        for (size_t i = 0; i < ROWS; i++)
        {
            ck_assert_int_eq (getc (file), i > 0 ? ',' : '[');
            ck_assert_int_eq (getc (file), '[');
            for (size_t j = 0; j <= STEPS; j++)
            {
                uint64_t x;

                ck_assert_int_eq (fscanf (file, "%" SCNu64, &x), 1);
                ck_assert_uint_eq (x, some_id (i, j, bytes));
                ck_assert_int_eq (getc (file), j < STEPS ? ',' : ']');
            }
        }
        ck_assert_ptr_nonnull (fgets (start, sizeof start, file));
        ck_assert_str_eq (start, "]}\n");
        fclose (file);
    }
    unlink ("record.test");
}
END_TEST

START_TEST (test_too_large)
{
    static const struct ng_fields lengths = { { NG_FIELD_LENGTHS }, 1 };
    struct ng_record *record;
    struct ng_dtype i8 = { 8, true };

    ck_assert_int_eq (ng_record_new (NG_RECORD_RAW, i8, &tokens, 1,
                                     UINT64_MAX / 4, NULL, &record),
                      NG_EOVERFLOW);
    ck_assert_int_eq (ng_record_new (NG_RECORD_RAW, types[0], &lengths, 1,
                                     65535, NULL, &record),
                      NG_EOVERFLOW);
    ck_assert_int_eq (ng_record_new (NG_RECORD_RAW, types[0], &lengths, 1,
                                     65534, NULL, &record),
                      NG_OK);
    ng_record_free (record);
    ck_assert_int_eq (ng_record_new (NG_RECORD_RAW, i8, &tokens, UINT64_MAX / 8,
                                     1000, NULL, &record),
                      NG_ENOMEM);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("record");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_raw);
    tcase_add_test (tc, test_npy);
    tcase_add_test (tc, test_text);
    tcase_add_test (tc, test_jsonl);
    tcase_add_test (tc, test_too_large);
    suite_add_tcase (suite, tc);
    return suite;
}
