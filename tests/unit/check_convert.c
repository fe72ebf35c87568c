#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "batch/convert.h"
#include "batch/header.h"
#include "io/tokenfile.h"
#include "sample.h"
#include "unit.h"

static const struct ng_dtype u2 = { 2, false }, u4 = { 4, false },
                             i4 = { 4, true }, i8 = { 8, true };

/* Bytes put one behind another.  */
struct bytes
{
    unsigned char p[4096];
    size_t n;
};

static void
put (struct bytes *b, const void *p, size_t n)
{
    ck_assert_uint_le (b->n + n, sizeof b->p);
    memcpy (b->p + b->n, p, n);
    b->n += n;
}

/* X in SIZE bytes, the lowest first.  */
static void
put_int (struct bytes *b, uint64_t x, size_t size)
{
    for (size_t i = 0; i < size; i++, x /= 256)
        put (b, &(unsigned char){ (unsigned char) (x % 256) }, 1);
}

/* The ids of the test: 1000, 1001, ...  */
static void
put_ids (struct bytes *b, uint64_t first, size_t n, size_t size)
{
    for (uint64_t i = 0; i < n; i++)
        put_int (b, 1000 + first + i, size);
}

/* NumPy's own, as numpy.save writes it.  */
static void
put_npy (struct bytes *b, const char *descr, size_t n)
{
    char dict[128];
    int len = snprintf (dict, sizeof dict,
                        "{'descr': '%s', 'fortran_order': False, 'shape':"
                        " (%zu,), }",
                        descr, n);

    put (b, "\x93NUMPY\1\0v\0", 10);
    put (b, dict, (size_t) len);
    while (b->n < 127)
        put (b, " ", 1);
    put (b, "\n", 1);
}

static void
put_llmc (struct bytes *b, uint64_t magic, uint64_t version, uint64_t n)
{
    put_int (b, magic, 4);
    put_int (b, version, 4);
    put_int (b, n, 4);
    while (b->n < 1024)
        put_int (b, 0, 1);
}

static void
expect_file (const char *path, const struct bytes *b)
{
    size_t n;
    unsigned char *got = sample_read (path, &n);

    ck_assert_uint_eq (n, b->n);
    ck_assert_mem_eq (got, b->p, n);
    free (got);
}

/* The token file PATH has the N ids of the test, of DTYPE.  */
static void
expect_ids (const char *path, struct ng_dtype bare, struct ng_dtype dtype,
            size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_tokenfile file;

    ck_assert_msg (ng_tokenfile_open (path, bare, &fault, &file) == NG_OK,
                   "%s: %s", path, fault.text);
    ck_assert_uint_eq (file.n_tokens, n);
    ck_assert_uint_eq (file.dtype.item_bytes, dtype.item_bytes);
    ck_assert_int_eq (file.dtype.is_signed, dtype.is_signed);
    for (size_t i = 0; i < n; i++)
    {
        struct bytes id = { .n = 0 };

        put_int (&id, 1000 + i, dtype.item_bytes);
        ck_assert_mem_eq (file.data + i * dtype.item_bytes, id.p, id.n);
    }
    ng_tokenfile_close (&file);
}

/* A corpus of two files, the ids of the test, in DIR.  */
static void
make_shards (const char *dir, char *paths[2], size_t n_first, size_t n_second,
             struct ng_shards *shards)
{
    static const char *const names[] = { "a.npy", "b.npy" };
    struct ng_fault fault = { .err = NG_OK };

    ng_shards_init (shards);
    for (size_t i = 0; i < 2; i++)
    {
        const size_t n = i == 0 ? n_first : n_second;
        struct bytes b = { .n = 0 };

        put_npy (&b, "<u2", n);
        put_ids (&b, i == 0 ? 0 : n_first, n, 2);
        paths[i] = sample_path (dir, names[i]);
        sample_write (paths[i], b.p, b.n);
        ck_assert_msg (ng_shards_add (shards, paths[i], &fault) == NG_OK, "%s",
                       fault.text);
    }
}

static void
free_shards (char *paths[2], struct ng_shards *shards)
{
    ng_shards_fini (shards);
    free (paths[0]);
    free (paths[1]);
}

/* Each form to the byte as its own programs write it, and read back.  */
START_TEST (forms)
{
    enum
    {
        FIRST = 60,
        N = 100
    };
    static const struct
    {
        enum ng_token_form form;
        struct ng_dtype dtype;
        uint64_t code; /* Megatron's, of the type */
    } cases[] = {
        { NG_FORM_NPY, { 2, false }, 0 },
        { NG_FORM_NPY, { 8, true }, 0 },
        { NG_FORM_LLMC, { 2, false }, 0 },
        { NG_FORM_LLMC, { 4, false }, 0 },
        { NG_FORM_NANOGPT, { 2, false }, 0 },
        { NG_FORM_NANOGPT, { 4, true }, 0 },
        { NG_FORM_MEGATRON, { 2, false }, 8 },
        { NG_FORM_MEGATRON, { 4, true }, 4 },
        { NG_FORM_MEGATRON, { 8, true }, 5 },
    };
    const struct ng_dtype dtype = cases[_i].dtype;
    const size_t size = dtype.item_bytes;
    char *dir = sample_folder (), *paths[2], *path = sample_path (dir, "t.bin");
    char *idx = sample_path (dir, "t.idx");
    struct ng_fault fault = { .err = NG_OK };
    struct bytes exp = { .n = 0 }, index = { .n = 0 };
    struct ng_shards shards;

    make_shards (dir, paths, FIRST, N - FIRST, &shards);
    ck_assert_int_eq (
        ng_convert (&shards, path, cases[_i].form, dtype, 1100, &fault), NG_OK);
    if (cases[_i].form == NG_FORM_NPY)
        put_npy (&exp, size == 2 ? "<u2" : "<i8", N);
    if (cases[_i].form == NG_FORM_LLMC)
        put_llmc (&exp, size == 2 ? 20240520 : 20240801, size == 2 ? 1 : 7, N);
    put_ids (&exp, 0, N, size);
    expect_file (path, &exp);
    if (cases[_i].form == NG_FORM_MEGATRON)
    {
        put (&index, "MMIDIDX\0\0", 9);
        put_int (&index, 1, 8);
        put_int (&index, cases[_i].code, 1);
        put_int (&index, 2, 8);
        put_int (&index, 3, 8);
        put_int (&index, FIRST, 4);
        put_int (&index, N - FIRST, 4);
        put_int (&index, 0, 8);
        put_int (&index, FIRST * size, 8);
        for (uint64_t i = 0; i < 3; i++)
            put_int (&index, i, 8);
        expect_file (idx, &index);
        expect_ids (idx, u2, dtype, N);
    }
    expect_ids (path, cases[_i].form == NG_FORM_NANOGPT ? dtype : i8, dtype, N);
    free_shards (paths, &shards);
    free (path);
    free (idx);
    sample_remove (dir);
}
END_TEST

/* What a form has not, and an id that the vocabulary has not: nothing is left
   of it.  */
START_TEST (refused)
{
    static const struct
    {
        enum ng_token_form form;
        struct ng_dtype dtype;
        const char *name;
        uint64_t id_end;
        const char *says;
    } cases[] = {
        { NG_FORM_LLMC, { 4, true }, "t.bin", 0, "u2 or u4" },
        { NG_FORM_LLMC, { 8, false }, "t.bin", 0, "u2 or u4" },
        { NG_FORM_MEGATRON, { 4, false }, "t.bin", 0, "u2, i4 or i8" },
        { NG_FORM_MEGATRON, { 2, true }, "t.bin", 0, "u2, i4 or i8" },
        { NG_FORM_MEGATRON, { 2, false }, "t.npy", 0, ".bin" },
        { NG_FORM_NPY, { 2, false }, "t.npy", 1099, "1099" },
        { NG_FORM_MEGATRON, { 4, true }, "t.bin", 1099, "1099" },
        { NG_FORM_NPY, { 1, false }, "t.npy", 0, "does not fit" },
    };
    char *dir = sample_folder (), *paths[2];
    struct ng_shards shards;

    make_shards (dir, paths, 50, 50, &shards);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        char *path = sample_path (dir, cases[i].name);
        char *idx = sample_path (dir, "t.idx");
        struct ng_fault fault = { .err = NG_OK };

        ck_assert_int_eq (ng_convert (&shards, path, cases[i].form,
                                      cases[i].dtype, cases[i].id_end, &fault),
                          NG_EINVAL);
        ck_assert_msg (strstr (fault.text, cases[i].says), "%s", fault.text);
        ck_assert (access (path, F_OK) != 0 && access (idx, F_OK) != 0);
        free (path);
        free (idx);
    }
    free_shards (paths, &shards);
    sample_remove (dir);
}
END_TEST

/* The index has no place to go: no ids are left either, and the fault names
   what was asked for.  */
START_TEST (no_index)
{
    char *dir = sample_folder (), *paths[2], *path = sample_path (dir, "t.bin");
    char *idx = sample_path (dir, "t.idx");
    struct ng_fault fault = { .err = NG_OK };
    struct ng_shards shards;

    make_shards (dir, paths, 50, 50, &shards);
    ck_assert_int_eq (mkdir (idx, 0777), 0);
    ck_assert_int_eq (
        ng_convert (&shards, path, NG_FORM_MEGATRON, u2, 0, &fault), NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, EISDIR);
    ck_assert_ptr_eq (fault.file, path);
    ck_assert_int_ne (access (path, F_OK), 0);
    free_shards (paths, &shards);
    free (path);
    free (idx);
    sample_remove (dir);
}
END_TEST

/* ------------------------------------------------------------- token files  */

/* A file of BYTES is refused, and why.  */
static void
expect_refused (const char *path, const struct bytes *b, enum ng_err err,
                const char *says)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_tokenfile file;

    sample_write (path, b->p, b->n);
    ck_assert_int_eq (ng_tokenfile_open (path, u4, &fault, &file), err);
    ck_assert_msg (strstr (fault.text, says), "%s", fault.text);
    ck_assert_str_eq (fault.file, path);
    ck_assert (!file.data && !file.map && !file.memory && file.n_tokens == 0);
    ng_tokenfile_close (&file);
}

START_TEST (damaged_llmc)
{
    char *dir = sample_folder (), *path = sample_path (dir, "t.bin");
    struct bytes b = { .n = 0 };

    put_llmc (&b, 20240520, 1, 10);
    put_ids (&b, 0, 9, 2);
    expect_refused (path, &b, NG_EFORMAT, "10 tokens of 2 bytes");
    b.n = 1000;
    expect_refused (path, &b, NG_EFORMAT, "llm.c header");
    b.n = 0;
    put_llmc (&b, 20240520, 7, 10);
    put_ids (&b, 0, 10, 2);
    expect_refused (path, &b, NG_EFORMAT, "version 7");
    b.n = 0;
    put_ids (&b, 0, 5, 2);
    expect_refused (path, &b, NG_EFORMAT, "bare token file");
    b.n = 0;
    put_ids (&b, 0, 6, 4);
    sample_write (path, b.p, b.n);
    expect_ids (path, u4, u4, 6);
    free (path);
    sample_remove (dir);
}
END_TEST

/* An index of three sequences, the second empty, and of three documents, the
   second empty too, of which one thing is not so.  */
START_TEST (damaged_megatron)
{
    static const struct
    {
        uint64_t version, code, places[3], n_documents, documents[4];
        size_t rest; /* bytes behind */
        size_t cut;  /* bytes left out of all */
        size_t n_ids;
        const char *says; /* NULL: it is good */
    } cases[] = {
        { 1, 4, { 0, 12, 12 }, 4, { 0, 1, 1, 3 }, 0, 0, 8, NULL },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 0, 8, NULL },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 3, 0, 8, NULL }, /* modes */
        { 2, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 0, 8, "version 1" },
        { 1, 7, { 0, 12, 12 }, 2, { 0, 3 }, 0, 0, 8, "whole numbers" },
        { 1, 200, { 0, 12, 12 }, 2, { 0, 3 }, 0, 0, 8, "whole numbers" },
        { 1, 9, { 0, 12, 12 }, 2, { 0, 3 }, 0, 0, 8, "whole numbers" },
        { 1, 4, { 0, 12, 16 }, 2, { 0, 3 }, 0, 0, 8, "follow one another" },
        { 1, 4, { 0, 999, 12 }, 2, { 0, 3 }, 0, 0, 8, "follow one another" },
        { 1, 4, { 0, 0, 12 }, 2, { 0, 3 }, 0, 0, 8, "follow one another" },
        { 1, 4, { 4, 12, 12 }, 2, { 0, 3 }, 0, 0, 8, "follow one another" },
        { 1, 4, { 0, 12, 12 }, 0, { 0 }, 0, 0, 8, "documents do not go" },
        { 1, 4, { 0, 12, 12 }, 1, { 3 }, 0, 0, 8, "documents do not go" },
        { 1, 4, { 0, 12, 12 }, 2, { 1, 3 }, 0, 0, 8, "from sequence 0 to 3" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 2 }, 0, 0, 8, "from sequence 0 to 3" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 4 }, 0, 0, 8, "from sequence 0 to 3" },
        { 1, 4, { 0, 12, 12 }, 4, { 0, 2, 1, 3 }, 0, 0, 8, "documents do" },
        { 1, 4, { 0, 12, 12 }, 4, { 0, 99, 1, 3 }, 0, 0, 8, "documents do" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 1, 0, 8, "more behind" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 4, 0, 8, "more behind" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 3, 8, "documents is cut" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 16, 8, "documents is cut" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 17, 8, "places is cut" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 40, 8, "places is cut" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 52, 8, "lengths is cut" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 53, 8, "the index is cut" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 86, 8, "the index is cut" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 0, 7, "8 tokens of 4 bytes" },
        { 1, 4, { 0, 12, 12 }, 2, { 0, 3 }, 0, 0, 9, "8 tokens of 4 bytes" },
    };
    static const uint64_t lengths[3] = { 3, 0, 5 };
    char *dir = sample_folder (), *path = sample_path (dir, "t.bin");
    char *idx = sample_path (dir, "t.idx");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct bytes ids = { .n = 0 }, b = { .n = 0 };

        put (&b, "MMIDIDX\0\0", 9);
        put_int (&b, cases[i].version, 8);
        put_int (&b, cases[i].code, 1);
        put_int (&b, 3, 8);
        put_int (&b, cases[i].n_documents, 8);
        for (size_t j = 0; j < 3; j++)
            put_int (&b, lengths[j], 4);
        for (size_t j = 0; j < 3; j++)
            put_int (&b, cases[i].places[j], 8);
        for (size_t j = 0; j < cases[i].n_documents; j++)
            put_int (&b, cases[i].documents[j], 8);
        put_int (&b, 0, cases[i].rest);
        sample_write (idx, b.p, b.n - cases[i].cut);
        put_ids (&ids, 0, cases[i].n_ids, 4);
        sample_write (path, ids.p, ids.n);
        if (!cases[i].says)
            expect_ids (path, u2, i4, 8);
        else
            expect_refused (path, &ids, NG_EFORMAT, cases[i].says);
    }
    free (path);
    free (idx);
    sample_remove (dir);
}
END_TEST

/* -------------------------------------------------------------------- header */

/* The line to the byte; that the checksums tell corpora apart is in
   check_shards, here they are only the shards' own.  */
START_TEST (header)
{
    static const struct ng_sampler_spec spec = { .mode = NG_MODE_SEQUENTIAL,
                                                 .rng = NG_RNG_PYTHON,
                                                 .seed = UINT64_MAX,
                                                 .batch_size = 9,
                                                 .n_steps = 7,
                                                 .n_epochs = 2,
                                                 .rank = 1,
                                                 .world = 3 };
    char *dir = sample_folder (), *paths[2], *path = sample_path (dir, "out");
    char *odd = sample_path (dir, "a \"b\"\\\n\x7f.npy"), *got, exp[2000];
    struct ng_fault fault = { .err = NG_OK };
    struct ng_output *out;
    struct ng_shards shards, one[3];
    static const struct ng_fields fields = {
        { NG_FIELD_TOKENS, NG_FIELD_MASK, NG_FIELD_LENGTHS }, 3
    };
    struct ng_header h = { .format = NG_RECORD_RAW,
                           .dtype = { 2, false },
                           .n_rows = 3,
                           .step = 42,
                           .reverse = true,
                           .fields = &fields,
                           .documents = NG_DOCUMENTS_PACK,
                           .has_eod = true,
                           .eod = 5,
                           .pad = 6,
                           .spec = &spec,
                           .sources = &shards,
                           .n_sources = 1 };
    size_t n;

    make_shards (dir, paths, 10, 20, &shards);
    ck_assert_int_eq (rename (paths[0], odd), 0);
    ck_assert_int_eq (symlink (strrchr (odd, '/') + 1, paths[0]), 0);
    ck_assert_int_eq (ng_shards_add (&shards, odd, &fault), NG_OK);
    for (size_t i = 0; i < 3; i++)
    {
        ng_shards_init (&one[i]);
        ck_assert_int_eq (
            ng_shards_add (&one[i], i < 2 ? paths[i] : odd, &fault), NG_OK);
    }
    ck_assert_int_eq (ng_output_open (path, &fault, &out), NG_OK);
    ck_assert_int_eq (ng_header_write (&h, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    (void) snprintf (
        exp, sizeof exp,
        "{\"format\":\"raw\",\"dtype\":\"<u2\",\"shape\":[3,8],"
        "\"fields\":[\"tokens\",\"mask\",\"lengths\"],"
        "\"shapes\":[[3,8],[3,8],[3]],"
        "\"documents\":\"pack\",\"eod\":5,\"pad\":6,"
        "\"mode\":\"sequential\",\"rng\":\"python\",\"reverse\":true,"
        "\"seed\":18446744073709551615,\"epochs\":2,\"step\":42,"
        "\"rank\":1,\"world\":3,"
        "\"files\":[{\"name\":\"%s\",\"tokens\":10,\"checksum\":\"%08x\"},"
        "{\"name\":\"%s\",\"tokens\":20,\"checksum\":\"%08x\"},"
        "{\"name\":\"%s/a \\u0022b\\u0022\\u005c\\u000a\\u007f.npy\","
        "\"tokens\":10,\"checksum\":\"%08x\"}]}\n",
        paths[0], ng_shards_checksum (&one[0]), paths[1],
        ng_shards_checksum (&one[1]), dir, ng_shards_checksum (&one[2]));
    got = (char *) sample_read (path, &n);
    got[n] = '\0';
    ck_assert_str_eq (got, exp);
    free (got);
    for (size_t i = 0; i < 3; i++)
        ng_shards_fini (&one[i]);
    free_shards (paths, &shards);
    free (path);
    free (odd);
    sample_remove (dir);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("convert");
    TCase *tc = tcase_create ("convert");

    tcase_add_loop_test (tc, forms, 0, 9);
    tcase_add_test (tc, refused);
    tcase_add_test (tc, no_index);
    tcase_add_test (tc, damaged_llmc);
    tcase_add_test (tc, damaged_megatron);
    tcase_add_test (tc, header);
    suite_add_tcase (suite, tc);
    return suite;
}
