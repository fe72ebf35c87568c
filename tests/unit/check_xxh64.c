#include <config.h>

#include "base/xxh64.h"

#include "unit.h"

#include <string.h>

static uint64_t
sum (const char *text)
{
    return ng_xxh64 ((const unsigned char *) text, strlen (text));
}

/* Values that the xxHash project publishes.  */
START_TEST (published_values)
{
    ck_assert_uint_eq (sum (""), UINT64_C (0xef46db3751d8e999));
    ck_assert_uint_eq (sum ("a"), UINT64_C (0xd24ec4f1a98c6e5b));
    ck_assert_uint_eq (sum ("abc"), UINT64_C (0x44bc2cf5ad770999));
    ck_assert_uint_eq (sum ("Nobody inspects the spammish repetition"),
                       UINT64_C (0xfbcea83c8a378bf1));
}
END_TEST

START_TEST (any_bit_counts)
{
    unsigned char bytes[100] = { 0 };

    for (size_t len = 1; len <= sizeof bytes; len++)
    {
        uint64_t whole = ng_xxh64 (bytes, len);

        for (size_t i = 0; i < 8 * len; i++)
        {
            bytes[i / 8] ^= (unsigned char) (1 << i % 8);
            ck_assert_uint_ne (ng_xxh64 (bytes, len), whole);
            bytes[i / 8] ^= (unsigned char) (1 << i % 8);
        }
        bytes[len - 1] = (unsigned char) len;
    }
}
END_TEST

/* In parts of every length the value is that of the whole.  */
START_TEST (parts_make_the_whole)
{
    unsigned char bytes[200];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char) (i * i + 7 * i);
    for (size_t len = 0; len <= sizeof bytes; len++)
        for (size_t part = 1; part <= 70; part++)
        {
            struct ng_xxh64 x;

            ng_xxh64_start (&x);
            for (size_t at = 0; at < len; at += part)
                ng_xxh64_add (&x, bytes + at,
                              part < len - at ? part : len - at);
            ck_assert_uint_eq (ng_xxh64_value (&x), ng_xxh64 (bytes, len));
        }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("xxh64");
    TCase *c = tcase_create ("all");

    tcase_add_test (c, published_values);
    tcase_add_test (c, any_bit_counts);
    tcase_add_test (c, parts_make_the_whole);
    suite_add_tcase (s, c);
    return s;
}
