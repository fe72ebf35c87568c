#include <config.h>

#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "sample.h"
#include "text/utf8.h"

/* What ng_utf8_decode is to say, by libunistring: the ill-formed sequence is
   the longest start of S that some well-formed sequence begins with.  (It
   would wait for more behind a lone F5 to F7, with which none begins.)  */
static size_t
expected (const unsigned char *s, size_t n, uint32_t *cp)
{
    ucs4_t uc = 0;
    int used = u8_mbtoucr (&uc, s, n);
    size_t len = 1;

    *cp = NG_UTF8_INVALID;
    if (used > 0)
    {
        *cp = uc;
        return (size_t) used;
    }
    if (s[0] > 0xf4)
        return 1;
    for (size_t k = 1; k <= n; k++)
        if (u8_mbtoucr (&uc, s, k) == -2)
            len = k;
    return used == -2 && len == n ? 0 : len;
}

static void
try (const unsigned char *bytes, size_t n)
{
    unsigned char *s = malloc (n); /* no more than may be read */
    uint32_t cp, exp_cp;
    size_t len, exp_len = expected (bytes, n, &exp_cp);

    expect (s);
    memcpy (s, bytes, n);
    len = ng_utf8_decode (s, n, &cp);
    if (len != exp_len || cp != exp_cp)
        ck_abort_msg ("%02x %02x %02x %02x (%zu bytes): length %zu, not %zu;"
                      " U+%04x, not U+%04x",
                      bytes[0], n > 1 ? bytes[1] : 0, n > 2 ? bytes[2] : 0,
                      n > 3 ? bytes[3] : 0, n, len, exp_len, cp, exp_cp);
    free (s);
}

/* Every pair of bytes, with each kind of byte behind it.  */
START_TEST (all_starts)
{
    static const unsigned char kinds[] = { 0x00, 'a',  0x7f, 0x80, 0x8f, 0x90,
                                           0x9f, 0xa0, 0xbf, 0xc0, 0xe0, 0xff };
    unsigned char s[5] = { 0 };

    for (unsigned i = 0; i < 65536; i++)
    {
        s[0] = (unsigned char) (i >> 8);
        s[1] = (unsigned char) i;
        try (s, 1);
        try (s, 2);
        for (size_t j = 0; j < sizeof kinds; j++)
        {
            s[2] = kinds[j];
            try (s, 3);
            if (s[0] < 0xe0)
                continue;
            for (size_t k = 0; k < sizeof kinds; k++)
            {
                s[3] = kinds[k];
                try (s, 4);
                try (s, 5);
            }
        }
    }
}
END_TEST

START_TEST (all_code_points)
{
    for (uint32_t cp = 0; cp < 0x110000; cp++)
    {
        unsigned char s[NG_UTF8_BYTES_MAX], exp[6];
        uint32_t back;
        size_t len;
        int exp_len;

        if (cp >= 0xd800 && cp < 0xe000)
            continue;
        len = ng_utf8_encode (cp, s);
        exp_len = u8_uctomb (exp, cp, sizeof exp);
        expect (len == (size_t) exp_len);
        expect (memcmp (s, exp, len) == 0);
        expect (ng_utf8_decode (s, len, &back) == len);
        expect (back == cp);
        for (size_t n = 1; n < len; n++)
        {
            expect (ng_utf8_decode (s, n, &back) == 0);
            expect (back == NG_UTF8_INVALID);
        }
    }
}
END_TEST

/* The Unicode Standard 14.0, tables 3-8 to 3-11: ill-formed text and what is
   to come of it, which is also what Python's decode ("utf-8", "replace")
   gives.  R is U+FFFD.  */
static const struct
{
    const char *bytes, *exp;
} standard[] = {
    { "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", "RRRRRRRRA" },
    { "\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", "RRRRRRRRA" },
    { "\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", "RRRRRARRB" },
    { "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", "RRRRA" },
    { "\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64", "aRRRbRcRRd" },
    { "\x41\xc3\x80\x42", "A?B" },
};

START_TEST (standard_tables)
{
    const unsigned char *s = (const unsigned char *) standard[_i].bytes;
    size_t n = strlen (standard[_i].bytes), at = 0;
    char got[32] = "";

    while (n > 0)
    {
        uint32_t cp;
        size_t len = ng_utf8_decode (s, n, &cp);

        ck_assert_uint_gt (len, 0);
        got[at++] = cp == NG_UTF8_INVALID ? 'R' : cp < 0x80 ? (char) cp : '?';
        s += len;
        n -= len;
    }
    ck_assert_str_eq (got, standard[_i].exp);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("utf8");
    TCase *t = tcase_create ("utf8");

    tcase_add_test (t, all_starts);
    tcase_add_test (t, all_code_points);
    tcase_add_loop_test (t, standard_tables, 0,
                         sizeof standard / sizeof *standard);
    suite_add_tcase (s, t);
    return s;
}
