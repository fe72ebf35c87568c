#include <config.h>

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "sample.h"

/* ------------------------------------------------------------------ memory  */

START_TEST (arrays)
{
    unsigned char *p = ng_alloc_array (0, 8);
    uint32_t *zeros;

    ck_assert_ptr_nonnull (p);
    free (p);
    p = ng_alloc_array (8, 0);
    ck_assert_ptr_nonnull (p);
    free (p);
    ck_assert_ptr_null (ng_alloc_array (SIZE_MAX / 2 + 1, 2));
    ck_assert_ptr_null (ng_calloc_array (SIZE_MAX / 2 + 1, 2));
    zeros = ng_calloc_array (1000, sizeof *zeros);
    ck_assert_ptr_nonnull (zeros);
    for (size_t i = 0; i < 1000; i++)
        expect (zeros[i] == 0);
    free (zeros);
    p = ng_calloc_array (0, 0);
    ck_assert_ptr_nonnull (p);
    free (p);
}
END_TEST

START_TEST (growth)
{
    size_t cap = 0, n_moves = 0;
    uint16_t *array = NULL;

    for (size_t n = 1; n <= 100000; n++)
    {
        size_t old = cap;
        uint16_t *more = ng_grow (array, &cap, n, sizeof *array);

        expect (more);
        array = more;
        expect (cap >= n);
        array[n - 1] = (uint16_t) n;
        if (cap != old)
        {
            n_moves++;
            ck_assert_uint_ge (cap, old + old / 2);
        }
    }
    for (size_t n = 1; n <= 100000; n++)
        expect (array[n - 1] == (uint16_t) n);
    ck_assert_uint_lt (n_moves, 30);

    cap = 100000;
    ck_assert_ptr_null (ng_grow (array, &cap, SIZE_MAX, sizeof *array));
    ck_assert_ptr_null (ng_grow (array, &cap, SIZE_MAX / 2 + 1, 2));
    ck_assert_uint_eq (cap, 100000);
    ck_assert_uint_eq (array[99999], (uint16_t) 100000);
    free (array);
}
END_TEST

/* ---------------------------------------------------------------- integers  */

START_TEST (checked)
{
    uint8_t small;
    uint64_t large;
    size_t size;

    ck_assert (ng_ckd_add (200, 55, &small) && small == 255);
    ck_assert (!ng_ckd_add (200, 56, &small));
    ck_assert (ng_ckd_sub (5, 5, &small) && small == 0);
    ck_assert (!ng_ckd_sub (5, 6, &small));
    ck_assert (ng_ckd_mul (15, 17, &small) && small == 255);
    ck_assert (!ng_ckd_mul (16, 16, &small));
    ck_assert (ng_ckd_mul (UINT64_MAX / 3, 3, &large) && large == UINT64_MAX);
    ck_assert (!ng_ckd_mul (UINT64_MAX / 3 + 1, 3, &large));
    ck_assert (!ng_ckd_add (SIZE_MAX, 1, &size));
    ck_assert (!ng_ckd_add (-1, 0, &size));
}
END_TEST

START_TEST (bytes)
{
    unsigned char p[9] = { 0 };

    ng_put_u16le (p + 1, 0x1234);
    ck_assert_mem_eq (p, "\0\x34\x12\0", 4);
    ck_assert_uint_eq (ng_get_u16le (p + 1), 0x1234);
    ng_put_u32le (p + 1, 0xfedcba98);
    ck_assert_mem_eq (p, "\0\x98\xba\xdc\xfe\0", 6);
    ck_assert_uint_eq (ng_get_u32le (p + 1), 0xfedcba98);
    ng_put_u64le (p + 1, UINT64_C (0xfedcba9876543210));
    ck_assert_mem_eq (p, "\0\x10\x32\x54\x76\x98\xba\xdc\xfe", 9);
    ck_assert_uint_eq (ng_get_u64le (p + 1), UINT64_C (0xfedcba9876543210));
}
END_TEST

/* -------------------------------------------------------------------- hash  */

static int
compare_u64 (const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* The hash depends on the bytes and their number alone, on each of them, and
   nothing past them is read (the copies are as long as they must be).  */
START_TEST (hash)
{
    uint64_t state = 1;

    for (size_t len = 0; len < 70; len++)
    {
        unsigned char *p = ng_alloc_array (len + 1, 1),
                      *q = ng_alloc_array (len + 8, 1);
        uint64_t h;

        ck_assert (p && q);
        for (size_t i = 0; i < len; i++)
            p[i] = (unsigned char) rand_below (&state, 256);
        p = realloc (p, len > 0 ? len : 1);
        ck_assert_ptr_nonnull (p);
        h = ng_hash_bytes (p, len);
        for (size_t shift = 0; shift < 8; shift++)
        {
            memcpy (q + shift, p, len);
            ck_assert_uint_eq (ng_hash_bytes (q + shift, len), h);
        }
        for (size_t i = 0; i < 8 * len; i++)
        {
            memcpy (q, p, len);
            q[i / 8] ^= (unsigned char) (1 << i % 8);
            expect (ng_hash_bytes (q, len) != h);
        }
        free (p);
        free (q);
    }
}
END_TEST

/* All strings of one to three bytes hash differently, and the low bits, which
   choose the slot, are spread.  */
START_TEST (hash_spread)
{
    const size_t n = 65536 + 65536;
    uint64_t *h = ng_alloc_array (n, sizeof *h);
    size_t filled = 0;
    unsigned char *hit = calloc (1, 65536);

    ck_assert (h && hit);
    for (size_t i = 0; i < n; i++)
    {
        unsigned char p[3] = { (unsigned char) i, (unsigned char) (i >> 8),
                               (unsigned char) (i * 7) };

        h[i] = ng_hash_bytes (p, i < 65536 ? 2 : 3);
        if (i < 65536 && !hit[h[i] & 0xffff])
        {
            hit[h[i] & 0xffff] = 1;
            filled++;
        }
    }
    /* Of 65536 balls in as many bins, 41426 bins have one in the mean.  */
    ck_assert_uint_gt (filled, 40000);
    qsort (h, n, sizeof *h, compare_u64);
    for (size_t i = 1; i < n; i++)
        expect (h[i - 1] != h[i]);
    free (h);
    free (hit);
}
END_TEST

/* ------------------------------------------------------------------ faults  */

START_TEST (first_fault)
{
    struct ng_fault fault = { 0 };

    errno = ENOENT;
    ck_assert_int_eq (ng_fault_sys (&fault, "f"), NG_ESYS);
    ck_assert_int_eq (fault.err, NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, ENOENT);
    ck_assert_str_eq (fault.file, "f");
    errno = EIO;
    ck_assert_int_eq (ng_fault_sys (&fault, "g"), NG_ESYS);
    ck_assert_int_eq (ng_fault_set (&fault, NG_ENOMEM, "g", "x"), NG_ENOMEM);
    ck_assert_int_eq (ng_fault_at_line (&fault, NG_EFORMAT, "g", 3, "x"),
                      NG_EFORMAT);
    ck_assert_int_eq (ng_fault_at_byte (&fault, NG_ELIMIT, "g", 3, "x"),
                      NG_ELIMIT);
    ck_assert_int_eq (fault.err, NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, ENOENT);
    ck_assert_str_eq (fault.file, "f");
    ck_assert_str_eq (fault.text, "");
    ck_assert_uint_eq (fault.line, 0);
    ck_assert (!fault.has_byte);
}
END_TEST

START_TEST (places)
{
    struct ng_fault line = { 0 }, byte = { 0 }, set = { 0 };
    char text[600];

    ck_assert_int_eq (
        ng_fault_at_line (&line, NG_EFORMAT, "f", 7, "%s %d", "no", 5),
        NG_EFORMAT);
    ck_assert_uint_eq (line.line, 7);
    ck_assert_str_eq (line.text, "no 5");
    ck_assert (!line.has_byte);
    ck_assert_int_eq (ng_fault_at_byte (&byte, NG_EFORMAT, "f", 0, "%%"),
                      NG_EFORMAT);
    ck_assert (byte.has_byte && byte.byte == 0 && byte.line == 0);
    ck_assert_str_eq (byte.text, "%");
    memset (text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq (ng_fault_set (&set, NG_EINVAL, NULL, "%s", text),
                      NG_EINVAL);
    ck_assert_uint_eq (strlen (set.text), NG_FAULT_TEXT_MAX - 1);
}
END_TEST

START_TEST (phrases)
{
    for (int i = NG_OK; i <= NG_EINVAL; i++)
    {
        ck_assert_str_ne (ng_err_text ((enum ng_err) i), "unknown error");
        for (int j = NG_OK; j < i; j++)
            ck_assert_str_ne (ng_err_text ((enum ng_err) i),
                              ng_err_text ((enum ng_err) j));
    }
    ck_assert_str_eq (ng_err_text ((enum ng_err) 99), "unknown error");
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("base");
    TCase *t = tcase_create ("base");

    tcase_add_test (t, arrays);
    tcase_add_test (t, growth);
    tcase_add_test (t, checked);
    tcase_add_test (t, bytes);
    tcase_add_test (t, hash);
    tcase_add_test (t, hash_spread);
    tcase_add_test (t, first_fault);
    tcase_add_test (t, places);
    tcase_add_test (t, phrases);
    suite_add_tcase (s, t);
    return s;
}
