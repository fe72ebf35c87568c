#include <config.h>

#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>
#include <uniwbrk.h>

#include "base/nglimits.h"
#include "sample.h"
#include "text/utf8.h"
#include "text/wordbreak.h"

/* What libunistring says of a text, which it takes in whole: the code points
   with U+FFFD for what is ill-formed, their places, and where the boundaries
   are.  */
struct reference
{
    ucs4_t cp[512];
    size_t place[512 + 1];
    char boundary[512];
    size_t n;
};

static void
reference_init (struct reference *r, const unsigned char *s, size_t n)
{
    size_t at = 0;

    for (r->n = 0; at < n; r->n++)
    {
        uint32_t cp;
        size_t used = ng_utf8_decode (s + at, n - at, &cp);

        expect (r->n < 512);
        r->cp[r->n] = cp == NG_UTF8_INVALID ? 0xfffd : cp;
        r->place[r->n] = at;
        at += used > 0 ? used : n - at;
    }
    r->place[r->n] = n;
    u32_wordbreaks (r->cp, r->n, r->boundary);
}

/* The number of code points of the segment at code point I, and whether all
   of it is white space.  */
static size_t
segment (const struct reference *r, size_t i, bool *blank)
{
    size_t n = 0;

    *blank = true;
    do
    {
        *blank = *blank && uc_is_property_white_space (r->cp[i + n]);
        n++;
    } while (i + n < r->n && !r->boundary[i + n]);
    return n;
}

/* A copy of S[N] with nothing readable behind it.  */
static unsigned char *
exact_copy (const unsigned char *s, size_t n)
{
    unsigned char *copy = malloc (n > 0 ? n : 1);

    expect (copy);
    memcpy (copy, s, n);
    return copy;
}

/* Each segment of random texts, with the text behind it cut at every place:
   either the answer is the right one, or more is asked for.  */
START_TEST (against_libunistring)
{
    uint64_t state = 3 + (uint64_t) _i;

    for (int round = 0; round < 150; round++)
    {
        unsigned char text[120];
        size_t n = sample_text (&state, text, sizeof text);
        struct reference r;

        reference_init (&r, text, n);
        for (size_t i = 0; i < r.n;)
        {
            bool blank, exp_blank;
            size_t n_points = segment (&r, i, &exp_blank);
            size_t start = r.place[i];
            size_t exp = r.place[i + n_points] - start, got;

            for (size_t end = start + 1; end <= n; end++)
            {
                unsigned char *s = exact_copy (text + start, end - start);

                got = ng_wordbreak_next (s, end - start, false, 1000, &blank);
                expect (got == 0 || (got == exp && blank == exp_blank));
                free (s);
            }
            got =
                ng_wordbreak_next (text + start, n - start, true, 1000, &blank);
            expect (got == exp);
            expect (blank == exp_blank);
            i += n_points;
        }
    }
}
END_TEST

/* The examples of the comment in wordbreak.c and of the Annex itself: | is a
   boundary.  */
static const char *const examples[] = {
    "can't|.",
    ("The| |quick| |(|\"|brown|\"|)| |fox| |can't| |jump| |32.3| |feet|,| "
     "|right|?"),
    "'|a",
    "a|'|'|b",
    "3|.|.|4",
    "a_3_b",
    "  |\n|  ",
    "\r|\r\n|\n",
};

START_TEST (known)
{
    char text[200];
    size_t n = 0;
    const unsigned char *s = (const unsigned char *) text;

    for (const char *p = examples[_i]; *p; p++)
        if (*p != '|')
            text[n++] = *p;
    for (const char *p = examples[_i]; n > 0;)
    {
        size_t len = strcspn (p, "|");
        bool blank;

        ck_assert_uint_eq (ng_wordbreak_next (s, n, true, 1000, &blank), len);
        ck_assert_mem_eq (s, p, len);
        s += len;
        n -= len;
        p += len + (p[len] == '|');
    }
}
END_TEST

/* What is longer than MAX is answered as ending at the first code point past
   it, and nothing is asked for past MAX + NG_WORDBREAK_AHEAD, whatever there
   is: letters, marks, or an apostrophe and then marks.  */
START_TEST (bounded)
{
    static const char *const runs[][2] = {
        { "", "a" },
        { "", "\xcc\x81" },
        { "a'", "\xcc\x81" },
        { "1,", "\xcc\x81" },
        { "", " " },
        { "\xd7\x90\"", "\xe2\x80\x8d" },
        { "", "\xe0\xa4\x95" },
        { "a'", "\xf3\xa0\x84\x80" },
    };
    const size_t max = 100;

    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
    {
        unsigned char text[400];
        size_t n = strlen (runs[i][0]), step = strlen (runs[i][1]), end;
        bool blank;

        memcpy (text, runs[i][0], n);
        while (n + step <= sizeof text)
        {
            memcpy (text + n, runs[i][1], step);
            n += step;
        }
        for (end = 1; end <= max + NG_WORDBREAK_AHEAD; end++)
        {
            unsigned char *s = exact_copy (text, end);
            size_t got = ng_wordbreak_next (s, end, false, max, &blank);

            free (s);
            if (got > 0)
                break;
        }
        ck_assert_uint_le (end, max + NG_WORDBREAK_AHEAD);
        if (*runs[i][0] == '\0')
        {
            end = ng_wordbreak_next (text, n, true, max, &blank);
            ck_assert_uint_gt (end, max);
            ck_assert_uint_le (end, max + NG_UTF8_BYTES_MAX);
        }
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("wordbreak");
    TCase *t = tcase_create ("wordbreak");

    tcase_add_loop_test (t, against_libunistring, 0, 5);
    tcase_add_loop_test (t, known, 0, sizeof examples / sizeof *examples);
    tcase_add_test (t, bounded);
    suite_add_tcase (s, t);
    return s;
}
