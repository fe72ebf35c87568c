#include <config.h>

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "io/npy.h"
#include "sample.h"

/* Headers as numpy.save of NumPy 1.24 writes them: the text behind the magic,
   without the spaces that fill it up.  */
static const struct
{
    struct ng_dtype dtype;
    uint64_t shape[2];
    size_t n_dims;
    const char *text;
} golden[] = {
    { { 2, false },
      { 5 },
      1,
      "{'descr': '<u2', 'fortran_order': False, 'shape': (5,), }" },
    { { 4, false },
      { 0 },
      1,
      "{'descr': '<u4', 'fortran_order': False, 'shape': (0,), }" },
    { { 1, true },
      { 1 },
      1,
      "{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }" },
    { { 8, true },
      { 32, 35 },
      2,
      "{'descr': '<i8', 'fortran_order': False, 'shape': (32, 35), }" },
    { { 8, false },
      { UINT64_MAX, UINT64_MAX },
      2,
      "{'descr': '<u8', 'fortran_order': False, 'shape':"
      " (18446744073709551615, 18446744073709551615), }" },
};

START_TEST (format)
{
    unsigned char header[NG_NPY_HEADER_BYTES + 1];
    size_t len = strlen (golden[_i].text);

    header[NG_NPY_HEADER_BYTES] = 'x';
    ng_npy_format_header (header, golden[_i].dtype, golden[_i].shape,
                          golden[_i].n_dims);
    ck_assert_mem_eq (header, "\x93NUMPY\1\0\x76\0", 10);
    ck_assert_mem_eq (header + 10, golden[_i].text, len);
    for (size_t i = 10 + len; i < NG_NPY_HEADER_BYTES - 1; i++)
        ck_assert_int_eq (header[i], ' ');
    ck_assert_int_eq (header[NG_NPY_HEADER_BYTES - 1], '\n');
    ck_assert_int_eq (header[NG_NPY_HEADER_BYTES], 'x');
}
END_TEST

/* Dictionaries, and the phrase that must be in the complaint, or none.  */
static const struct
{
    const char *text, *why;
    struct ng_dtype dtype;
    uint64_t n_items;
} dicts[] = {
    { "{'descr': '<u2', 'fortran_order': False, 'shape': (5,), }  \n",
      NULL,
      { 2, false },
      5 },
    { "{\"shape\":(7,),\"fortran_order\":True,\"descr\":\"<i8\"}",
      NULL,
      { 8, true },
      7 },
    { " { 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 0 , ) } ",
      NULL,
      { 1, false },
      0 },
    { "{'descr': '<i1', 'fortran_order': False, 'shape': (5,)}",
      NULL,
      { 1, true },
      5 },
    { "{'descr': '<u4', 'fortran_order': False, 'shape':"
      " (18446744073709551615,)}",
      NULL,
      { 4, false },
      UINT64_MAX },
    { "", "damaged", { 0, false }, 0 },
    { "{}", "damaged", { 0, false }, 0 },
    { "{'descr': '<u2', 'fortran_order': False, 'shape': (5,)",
      "damaged",
      { 0, false },
      0 },
    { "{'descr': '<u2', 'fortran_order': False}", "damaged", { 0, false }, 0 },
    { "{'descr': '<u2', 'fortran_order': False, 'shape': (5,)} x",
      "damaged",
      { 0, false },
      0 },
    { "{'descr': '<u2' 'fortran_order': False, 'shape': (5,)}",
      "damaged",
      { 0, false },
      0 },
    { "{'descr' '<u2'}", "damaged", { 0, false }, 0 },
    { "{'descr", "damaged", { 0, false }, 0 },
    { "{'a key that is longer than any that is known': 1}",
      "damaged",
      { 0, false },
      0 },
    { "{'size': 5}", "unknown key", { 0, false }, 0 },
    { "{'descr': '>u2', 'fortran_order': False, 'shape': (5,)}",
      "dtype",
      { 0, false },
      0 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}",
      "dtype",
      { 0, false },
      0 },
    { "{'descr': '<u3', 'fortran_order': False, 'shape': (5,)}",
      "dtype",
      { 0, false },
      0 },
    { "{'descr': '|u2', 'fortran_order': False, 'shape': (5,)}",
      "dtype",
      { 0, false },
      0 },
    { "{'descr': '<u22', 'fortran_order': False, 'shape': (5,)}",
      "dtype",
      { 0, false },
      0 },
    { "{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (5,)}",
      "dtype",
      { 0, false },
      0 },
    { "{'descr': '<u2', 'fortran_order': Maybe, 'shape': (5,)}",
      "fortran_order",
      { 0, false },
      0 },
    { "{'descr': '<u2', 'fortran_order': False, 'shape': ()}",
      "shape",
      { 0, false },
      0 },
    { "{'descr': '<u2', 'fortran_order': False, 'shape': (5)}",
      "shape",
      { 0, false },
      0 },
    { "{'descr': '<u2', 'fortran_order': False, 'shape': (5, 6)}",
      "shape",
      { 0, false },
      0 },
    { "{'descr': '<u2', 'fortran_order': False, 'shape': (-5,)}",
      "shape",
      { 0, false },
      0 },
    { "{'descr': '<u2', 'fortran_order': False, 'shape':"
      " (18446744073709551616,)}",
      "shape",
      { 0, false },
      0 },
};

START_TEST (parse)
{
    size_t len = strlen (dicts[_i].text);
    char *text = malloc (len > 0 ? len : 1); /* no more than may be read */
    struct ng_npy npy = { { 0, false }, 0, 0 };
    const char *why = NULL;
    enum ng_err err;

    ck_assert_ptr_nonnull (text);
    memcpy (text, dicts[_i].text, len);
    err = ng_npy_parse_dict (text, len, &npy, &why);
    if (dicts[_i].why)
    {
        ck_assert_int_eq (err, NG_EFORMAT);
        ck_assert_ptr_nonnull (why);
        ck_assert_msg (strstr (why, dicts[_i].why) != NULL, "%s: %s",
                       dicts[_i].text, why);
    }
    else
    {
        ck_assert_int_eq (err, NG_OK);
        ck_assert_uint_eq (npy.n_items, dicts[_i].n_items);
        ck_assert_uint_eq (npy.dtype.item_bytes, dicts[_i].dtype.item_bytes);
        ck_assert (npy.dtype.is_signed == dicts[_i].dtype.is_signed);
    }
    free (text);
}
END_TEST

/* A dictionary cut anywhere, or with any byte changed, is read or refused, and
   nothing past it is looked at.  */
START_TEST (parse_damaged)
{
    static const char text[] =
        "{'descr': '<u2', 'fortran_order': False, 'shape': (5,), }";
    const size_t len = sizeof text - 1;

    for (size_t n = 0; n < len; n++)
        for (int byte = -1; byte < 256; byte++)
        {
            char *copy = malloc (len);
            struct ng_npy npy;
            const char *why;
            size_t used = byte < 0 ? n : len;
            enum ng_err err;

            expect (copy);
            memcpy (copy, text, len);
            if (byte >= 0)
                copy[n] = (char) byte;
            if (byte < 0)
                copy = realloc (copy, n > 0 ? n : 1);
            err = ng_npy_parse_dict (copy, used, &npy, &why);
            expect (err == NG_OK ? byte >= 0 : err == NG_EFORMAT && why);
            free (copy);
        }
}
END_TEST

/* ---------------------------------------------------------------- elements  */

/* By the value of each element, byte by byte.  */
START_TEST (elements)
{
    const struct ng_dtype dtype = { 1U << _i / 2, _i % 2 == 1 };
    const size_t size = dtype.item_bytes;
    uint64_t state = (uint64_t) _i;

    ck_assert (ng_dtype_max (dtype)
               == (UINT64_MAX >> (64 - 8 * size) >> (dtype.is_signed ? 1 : 0)));
    for (int round = 0; round < 20000; round++)
    {
        unsigned char raw[8 * 8], back[8 * 8];
        uint32_t ids[8];
        size_t first_bad = 8, n;

        for (size_t i = 0; i < 8; i++)
        {
            uint64_t value = 0;

            for (size_t j = 0; j < size; j++)
            {
                /* Mostly small numbers, and edges.  */
                unsigned char byte = (unsigned char) rand_below (&state, 256);

                if (j > 0 && rand_below (&state, 8) != 0)
                    byte = rand_below (&state, 8) == 0 ? 0xff : 0;
                raw[i * size + j] = byte;
                value |= (uint64_t) byte << 8 * j;
            }
            if (first_bad == 8
                && (value > UINT32_MAX || value > ng_dtype_max (dtype)))
                first_bad = i;
        }
        n = ng_npy_decode (dtype, raw, 8, ids);
        expect (n == first_bad);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < size; j++)
                expect (raw[i * size + j]
                        == (j < 4 ? ids[i] >> 8 * j & 0xff : 0));
        memset (back, 'x', sizeof back);
        expect (ng_npy_encode (dtype, ids, n, back) == n);
        expect (memcmp (back, raw, n * size) == 0);
    }
}
END_TEST

START_TEST (too_large_to_encode)
{
    unsigned char raw[32];
    const uint32_t ids[] = { 0,
                             127,
                             128,
                             255,
                             256,
                             32767,
                             32768,
                             65535,
                             65536,
                             INT32_MAX,
                             UINT32_C (1) << 31,
                             UINT32_MAX };
    const struct
    {
        struct ng_dtype dtype;
        size_t n_fit;
    } fits[] = { { { 1, true }, 2 },  { { 1, false }, 4 }, { { 2, true }, 6 },
                 { { 2, false }, 8 }, { { 4, true }, 10 }, { { 4, false }, 12 },
                 { { 8, true }, 12 }, { { 8, false }, 12 } };

    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++)
        for (size_t j = 0; j < sizeof ids / sizeof *ids; j++)
            ck_assert_uint_eq (ng_npy_encode (fits[i].dtype, ids + j, 1, raw),
                               j < fits[i].n_fit);
}
END_TEST

START_TEST (smallest_dtype)
{
    ck_assert_uint_eq (ng_dtype_for (0).item_bytes, 2);
    ck_assert_uint_eq (ng_dtype_for (65536).item_bytes, 2);
    ck_assert_uint_eq (ng_dtype_for (65537).item_bytes, 4);
    ck_assert_uint_eq (ng_dtype_for (UINT32_MAX).item_bytes, 4);
    ck_assert (!ng_dtype_for (5).is_signed);
}
END_TEST

/* ------------------------------------------------------------------- files  */

/* Write to PATH a file of version VERSION with the dictionary TEXT and N bytes
   of data; return its size.  */
static size_t
write_npy (const char *path, int version, const char *text, size_t n)
{
    unsigned char file[600] = "\x93NUMPY";
    size_t len = strlen (text), at = 8;

    file[6] = (unsigned char) version;
    if (version == 1)
        ng_put_u16le (file + at, (uint16_t) len);
    else
        ng_put_u32le (file + at, (uint32_t) len);
    at += version == 1 ? 2 : 4;
    memcpy (file + at, text, len);
    sample_write (path, file, at + len + n);
    return at + len + n;
}

static enum ng_err
read_header (const char *path, struct ng_npy *npy, struct ng_fault *fault)
{
    struct ng_input *in = NULL;
    enum ng_err err = ng_input_open (path, fault, &in);

    if (err == NG_OK)
        err = ng_npy_read_header (in, npy, fault);
    (void) ng_input_close (in);
    return err;
}

static const char ten[] =
    "{'descr': '<u2', 'fortran_order': False, 'shape': (10,), }\n";

START_TEST (versions)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");

    for (int version = 0; version < 5; version++)
    {
        struct ng_npy npy = { { 0, false }, 0, 0 };
        struct ng_fault fault = { 0 };
        size_t size = write_npy (path, version, ten, 20);
        enum ng_err err = read_header (path, &npy, &fault);

        if (version == 0 || version == 4)
        {
            ck_assert_int_eq (err, NG_EFORMAT);
            ck_assert (strstr (fault.text, "version"));
            continue;
        }
        ck_assert_int_eq (err, NG_OK);
        ck_assert_uint_eq (npy.n_items, 10);
        ck_assert_uint_eq (npy.data_offset, size - 20);
        ck_assert_uint_eq (npy.dtype.item_bytes, 2);
    }
    free (path);
    sample_remove (dir);
}
END_TEST

START_TEST (lengths)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    struct ng_npy npy;
    size_t size, gz_size;
    unsigned char *file, *gz;

    for (size_t n = 19; n < 22; n++)
    {
        struct ng_fault fault = { 0 };

        (void) write_npy (path, 1, ten, n);
        ck_assert_int_eq (read_header (path, &npy, &fault),
                          n == 20 ? NG_OK : NG_EFORMAT);
        ck_assert (n == 20 || strstr (fault.text, "bytes in all"));
        ck_assert (n == 20 || strcmp (fault.file, path) == 0);
    }
    /* Cut inside the header, anywhere.  */
    size = write_npy (path, 1, ten, 20);
    file = sample_read (path, &size);
    for (size_t n = 0; n < size - 20; n++)
    {
        struct ng_fault fault = { 0 };

        sample_write (path, file, n);
        ck_assert_int_eq (read_header (path, &npy, &fault), NG_EFORMAT);
        ck_assert (strstr (fault.text, "cut short"));
    }
    /* The size of what is compressed is not that of the content.  */
    {
        struct ng_fault fault = { 0 };

        gz = sample_gzip (file, size, &gz_size);
        sample_write (path, gz, gz_size);
        ck_assert_int_eq (read_header (path, &npy, &fault), NG_OK);
        free (gz);
    }
    free (file);
    free (path);
    sample_remove (dir);
}
END_TEST

START_TEST (impossible)
{
    static const struct
    {
        int version;
        const char *text, *why;
    } cases[] = {
        { 1,
          "{'descr': '<u8', 'fortran_order': False, 'shape':"
          " (18446744073709551615,), }",
          "too large" },
        { 1,
          "{'descr': '<u8', 'fortran_order': False, 'shape':"
          " (2305843009213693951,), }",
          "too large" },
        { 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }",
          "astype" },
        { 1, "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2), }",
          "ravel" },
    };
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    struct ng_npy npy;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct ng_fault fault = { 0 };

        (void) write_npy (path, cases[i].version, cases[i].text, 8);
        ck_assert_int_eq (read_header (path, &npy, &fault), NG_EFORMAT);
        ck_assert_msg (strstr (fault.text, cases[i].why) != NULL, "%s",
                       fault.text);
    }
    {
        struct ng_fault magic = { 0 }, length = { 0 };

        sample_write (path, "\x93NUMPX\1\0\2\0{}", 12);
        ck_assert_int_eq (read_header (path, &npy, &magic), NG_EFORMAT);
        ck_assert (strstr (magic.text, "magic"));
        sample_write (path, "\x93NUMPY\2\0\xff\xff\xff\xff{}", 14);
        ck_assert_int_eq (read_header (path, &npy, &length), NG_EFORMAT);
        ck_assert (strstr (length.text, "too long"));
    }
    ck_assert (ng_npy_is_magic ((const unsigned char *) "\x93NUMPY", 6));
    ck_assert (!ng_npy_is_magic ((const unsigned char *) "\x93NUMPY", 5));
    free (path);
    sample_remove (dir);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("npy");
    TCase *t = tcase_create ("npy");

    tcase_add_loop_test (t, format, 0, sizeof golden / sizeof *golden);
    tcase_add_loop_test (t, parse, 0, sizeof dicts / sizeof *dicts);
    tcase_add_test (t, parse_damaged);
    tcase_add_loop_test (t, elements, 0, 8);
    tcase_add_test (t, too_large_to_encode);
    tcase_add_test (t, smallest_dtype);
    tcase_add_test (t, versions);
    tcase_add_test (t, lengths);
    tcase_add_test (t, impossible);
    suite_add_tcase (s, t);
    return s;
}
