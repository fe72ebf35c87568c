/* Token files, mapped and read, and corpora of several.  */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/bytes.h"
#include "batch/shards.h"
#include "io/npy.h"
#include "io/tokenfile.h"
#include "unit.h"

static const struct ng_dtype u1 = { 1, false }, i1 = { 1, true },
                             u2 = { 2, false }, i2 = { 2, true },
                             u4 = { 4, false }, i4 = { 4, true },
                             u8 = { 8, false }, i8 = { 8, true };

enum
{
    N = 1000
};

/* Make NAME a file of N ids, FIRST, FIRST + STEP, ..., of type DTYPE; with
   EXTRA bytes more, or less, than its header says.  */
static void
make_file (const char *name, struct ng_dtype dtype, uint64_t n, uint64_t first,
           uint64_t step, long extra)
{
    unsigned char header[NG_NPY_HEADER_BYTES], item[8];
    FILE *file = fopen (name, "wb");
    long end;

    ck_assert_ptr_nonnull (file);
    ng_npy_format_header (header, dtype, &n, 1);
    fwrite (header, 1, sizeof header, file);
    for (uint64_t i = 0; i < n; i++)
    {
        ng_put_u64le (item, first + i * step);
        fwrite (item, 1, dtype.item_bytes, file);
    }
    end = ftell (file) + extra;
    if (extra > 0)
        fputc ('x', file);
    ck_assert_int_eq (fclose (file), 0);
    ck_assert_int_eq (truncate (name, end), 0);
}

static void
compress_file (const char *from, const char *to)
{
    FILE *in = fopen (from, "rb");
    gzFile out = gzopen (to, "wb");
    int c;

    ck_assert (in && out);
    while ((c = getc (in)) != EOF)
        gzputc (out, c);
    fclose (in);
    ck_assert_int_eq (gzclose (out), Z_OK);
}

START_TEST (test_mapped)
{
    struct ng_fault fault = { 0 };
    struct ng_tokenfile file;

    make_file ("shards.test.npy", u4, N, 5, 3, 0);
    ck_assert_int_eq (ng_tokenfile_open ("shards.test.npy", u2, &fault, &file),
                      NG_OK);
    ck_assert_ptr_nonnull (file.map);
    ck_assert_uint_eq (file.n_tokens, N);
    for (size_t i = 0; i < N; i++)
        ck_assert_uint_eq (ng_get_u32le (file.data + 4 * i), 5 + 3 * i);
    ng_tokenfile_close (&file);
    ng_tokenfile_close (&file);
    unlink ("shards.test.npy");
}
END_TEST

START_TEST (test_gzip)
{
    struct ng_fault fault = { 0 };
    struct ng_tokenfile file;

    make_file ("shards.test.npy", u2, N, 5, 3, 0);
    compress_file ("shards.test.npy", "shards.test.gz");
    ck_assert_int_eq (ng_tokenfile_open ("shards.test.gz", u2, &fault, &file),
                      NG_OK);
    ck_assert_ptr_null (file.map);
    ck_assert_uint_eq (file.n_tokens, N);
    for (size_t i = 0; i < N; i++)
        ck_assert_uint_eq (ng_get_u16le (file.data + 2 * i), 5 + 3 * i);
    ng_tokenfile_close (&file);
    unlink ("shards.test.npy");
    unlink ("shards.test.gz");
}
END_TEST

/* A file that is shorter or longer than its header says, plain and not.  */
START_TEST (test_damaged)
{
    for (long extra = -1; extra <= 1; extra += 2)
    {
        struct ng_fault fault = { 0 }, fault_gz = { 0 };
        struct ng_tokenfile file;

        make_file ("shards.test.npy", u2, N, 5, 3, extra);
        compress_file ("shards.test.npy", "shards.test.gz");
        ck_assert_int_eq (
            ng_tokenfile_open ("shards.test.npy", u2, &fault, &file),
            NG_EFORMAT);
        ck_assert_int_eq (
            ng_tokenfile_open ("shards.test.gz", u2, &fault_gz, &file),
            NG_EFORMAT);
        ck_assert_str_eq (fault_gz.file, "shards.test.gz");
        ck_assert (fault_gz.has_byte);
        ck_assert_uint_eq (fault_gz.byte,
                           NG_NPY_HEADER_BYTES + 2 * N - (extra < 0));
        ck_assert_ptr_nonnull (
            strstr (fault_gz.text, extra < 0 ? "are 999" : "more bytes"));
    }
    unlink ("shards.test.npy");
    unlink ("shards.test.gz");
}
END_TEST

/* Three files, one of them empty, against the arithmetic they were made by;
   from every type to every type that holds the ids.  */
START_TEST (test_copy)
{
    const struct ng_dtype types[] = { u1, i1, u2, i2, u4, i4, u8, i8 };
    const size_t n_types = sizeof types / sizeof *types;

    for (size_t from = 0; from < n_types; from++)
    {
        struct ng_fault fault = { 0 };
        struct ng_shards corpus;

        make_file ("shards.a.npy", types[from], 50, 0, 1, 0);
        make_file ("shards.b.npy", types[from], 0, 0, 1, 0);
        make_file ("shards.c.npy", types[from], 70, 50, 1, 0);
        ng_shards_init (&corpus);
        ck_assert_int_eq (ng_shards_add (&corpus, "shards.a.npy", &fault),
                          NG_OK);
        ck_assert_str_eq (ng_shards_name (&corpus), "shards.a.npy");
        ck_assert_int_eq (ng_shards_add (&corpus, "shards.b.npy", &fault),
                          NG_OK);
        ck_assert_int_eq (ng_shards_add (&corpus, "shards.c.npy", &fault),
                          NG_OK);
        ck_assert_ptr_null (ng_shards_name (&corpus));
        ck_assert_uint_eq (corpus.n_tokens, 120);
        ck_assert_uint_eq (ng_shards_dtype (&corpus).item_bytes,
                           types[from].item_bytes);
        for (size_t to = 0; to < n_types; to++)
            for (uint64_t start = 0; start <= 120; start += 7)
            {
                unsigned char out[120 * 8];
                size_t n = 120 - start;
                unsigned bytes = types[to].item_bytes;

                ck_assert_int_eq (ng_shards_copy (&corpus, start, n, types[to],
                                                  120, out, &fault),
                                  NG_OK);
                for (size_t i = 0; i < n; i++)
                {
                    ck_assert_uint_eq (out[i * bytes], start + i);
                    for (unsigned j = 1; j < bytes; j++)
                        ck_assert_uint_eq (out[i * bytes + j], 0);
                }
            }
        ng_shards_fini (&corpus);
    }
    unlink ("shards.a.npy");
    unlink ("shards.b.npy");
    unlink ("shards.c.npy");
}
END_TEST

/* Ids at the bound of each type and one past it.  */
START_TEST (test_bounds)
{
    static const struct
    {
        struct ng_dtype from, to;
        uint64_t id, id_end;
        const char *text; /* NULL: it fits */
    } cases[] = {
        { { 4, false }, { 2, false }, 65535, 0, NULL },
        { { 4, false }, { 2, false }, 65536, 0, "id 65536 does not fit" },
        { { 4, false }, { 4, true }, 2147483647, 0, NULL },
        { { 4, false }, { 4, true }, 2147483648, 0, "does not fit dtype i4" },
        { { 4, true }, { 4, true }, 4294967295, 0, "negative" },
        { { 2, true }, { 8, true }, 65535, 0, "negative" },
        { { 1, true }, { 2, false }, 255, 0, "negative" },
        { { 2, false }, { 2, false }, 27, 28, NULL },
        { { 2, false }, { 2, false }, 28, 28, "vocabulary of 28" },
        { { 8, false }, { 8, true }, UINT64_MAX, 0, "does not fit" },
        { { 8, true }, { 8, true }, UINT64_MAX, 0, "negative" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct ng_fault fault = { 0 };
        struct ng_shards corpus;
        unsigned char out[8 * 40];
        enum ng_err err;

        make_file ("shards.a.npy", cases[i].from, 17, 1, 0, 0);
        make_file ("shards.b.npy", cases[i].from, 1, cases[i].id, 0, 0);
        ng_shards_init (&corpus);
        ck_assert_int_eq (ng_shards_add (&corpus, "shards.a.npy", &fault),
                          NG_OK);
        ck_assert_int_eq (ng_shards_add (&corpus, "shards.b.npy", &fault),
                          NG_OK);
        err = ng_shards_copy (&corpus, 0, 18, cases[i].to, cases[i].id_end, out,
                              &fault);
        if (!cases[i].text)
            ck_assert_int_eq (err, NG_OK);
        else
        {
            ck_assert_int_eq (err, NG_EINVAL);
            ck_assert_str_eq (fault.file, "shards.b.npy");
            ck_assert_ptr_nonnull (strstr (fault.text, "token 0: "));
            ck_assert_ptr_nonnull (strstr (fault.text, cases[i].text));
        }
        ng_shards_fini (&corpus);
    }
    unlink ("shards.a.npy");
    unlink ("shards.b.npy");
}
END_TEST

START_TEST (test_missing)
{
    struct ng_fault fault = { 0 };
    struct ng_shards corpus;

    ng_shards_init (&corpus);
    ck_assert_int_eq (ng_shards_add (&corpus, "shards.none.npy", &fault),
                      NG_ESYS);
    ck_assert_uint_eq (corpus.n_files, 0);
    ng_shards_fini (&corpus);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("shards");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_mapped);
    tcase_add_test (tc, test_gzip);
    tcase_add_test (tc, test_damaged);
    tcase_add_test (tc, test_copy);
    tcase_add_test (tc, test_bounds);
    tcase_add_test (tc, test_missing);
    suite_add_tcase (suite, tc);
    return suite;
}
