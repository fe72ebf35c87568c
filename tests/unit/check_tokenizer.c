#include <config.h>

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uniwbrk.h>

#include "base/mem.h"
#include "base/nglimits.h"
#include "sample.h"
#include "text/escape.h"
#include "text/tokenizer.h"
#include "text/utf8.h"

/* What came out, as text: "T name" for each token, "L" and "B" for each end
   of a line and of a blank line, each ended by a newline, which no name
   has.  */
struct record
{
    unsigned char bytes[8192];
    size_t n;
};

static void
put (struct record *r, const void *bytes, size_t len)
{
    expect (r->n + len <= sizeof r->bytes);
    memcpy (r->bytes + r->n, bytes, len);
    r->n += len;
}

static void
put_token (struct record *r, const void *name, size_t len)
{
    put (r, "T ", 2);
    put (r, name, len);
    put (r, "\n", 1);
}

/* ------------------------------------------------- the obvious tokenizer  */

struct naive
{
    enum ng_tokenize_mode mode;
    bool lower;
    ucs4_t cp[1024]; /* all code points, U+FFFD for what is ill-formed */
    size_t place[1025];
    bool bad[1024];
    size_t n;
    const unsigned char *text;
    struct record out;
    uint64_t n_invalid, invalid_line;
};

static void
naive_decode (struct naive *v, const unsigned char *s, size_t n)
{
    size_t at = 0;

    v->text = s;
    for (v->n = 0; at < n; v->n++)
    {
        uint32_t cp;
        size_t used = ng_utf8_decode (s + at, n - at, &cp);

        expect (v->n < 1024);
        if (v->mode == NG_BYTE)
        {
            cp = s[at];
            used = 1;
        }
        v->bad[v->n] = cp == NG_UTF8_INVALID;
        v->cp[v->n] = v->bad[v->n] ? 0xfffd : cp;
        v->place[v->n] = at;
        at += used > 0 ? used : n - at;
    }
    v->place[v->n] = n;
}

/* The code points I to END - 1 as a token.  */
static void
naive_token (struct naive *v, size_t i, size_t end)
{
    unsigned char name[8192];
    size_t len = 0;

    for (; i < end; i++)
    {
        ucs4_t cp = v->lower ? uc_tolower (v->cp[i]) : v->cp[i];

        if (v->mode == NG_BYTE)
            cp = v->lower && v->cp[i] < 0x80 ? cp : v->cp[i];
        if (v->mode == NG_BYTE && cp >= 0x80)
            name[len++] = (unsigned char) cp;
        else if (v->mode == NG_SPACE && v->bad[i])
        {
            memcpy (name + len, v->text + v->place[i],
                    v->place[i + 1] - v->place[i]);
            len += v->place[i + 1] - v->place[i];
        }
        else if (v->mode == NG_SPACE && cp == '\\' && i + 1 < end
                 && v->cp[i + 1] < 0x80
                 && ng_is_escape_letter ((unsigned char) v->cp[i + 1]))
        {
            name[len++] = '\\';
            name[len++] = (unsigned char) v->cp[++i];
        }
        else if (cp < 0x80)
        {
            unsigned char c = (unsigned char) cp;

            len += ng_escape (&c, 1, name + len);
        }
        else
            len += ng_utf8_encode (cp, name + len);
    }
    put_token (&v->out, name, len);
}

static bool
is_letter (ucs4_t cp)
{
    return uc_is_property_alphabetic (cp);
}

static bool
is_mark (ucs4_t cp)
{
    return uc_is_general_category (cp, UC_CATEGORY_M);
}

static bool
is_ascii_space (ucs4_t cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r');
}

/* The end of the token that begins at I, or I if none does.  BOUNDARY is for
   uax29.  */
static size_t
naive_end (const struct naive *v, size_t i, const char *boundary)
{
    size_t end = i;
    bool ink = false;

    switch (v->mode)
    {
    case NG_WORD:
        if (!is_letter (v->cp[i]))
            return i;
        while (end < v->n && (is_letter (v->cp[end]) || is_mark (v->cp[end])))
            end++;
        return end;
    case NG_SPACE:
        while (end < v->n && !is_ascii_space (v->cp[end]))
            end++;
        return end;
    case NG_UAX29:
        do
            ink = !uc_is_property_white_space (v->cp[end++]) || ink;
        while (end < v->n && !boundary[end]);
        return ink ? end : i;
    default:
        return v->cp[i] == '\r' && i + 1 < v->n && v->cp[i + 1] == '\n' ? i
                                                                        : i + 1;
    }
}

static bool
is_blank (const struct naive *v, ucs4_t cp)
{
    return v->mode == NG_BYTE || v->mode == NG_SPACE
               ? is_ascii_space (cp)
               : uc_is_property_white_space (cp);
}

static void
naive_run (struct naive *v, const unsigned char *s, size_t n)
{
    char boundary[1024];
    bool begun = false, ink = false;
    uint64_t line = 1;

    naive_decode (v, s, n);
    u32_wordbreaks (v->cp, v->n, boundary);
    for (size_t i = 0; i < v->n;)
    {
        size_t end;

        if (v->cp[i] == '\n')
        {
            put (&v->out, ink ? "L\n" : "B\n", 2);
            begun = ink = false;
            line++;
            i++;
            continue;
        }
        begun = true;
        end = naive_end (v, i, boundary);
        if (end > i)
            naive_token (v, i, end);
        else
            end++;
        for (; i < end; i++)
        {
            ink = ink || !is_blank (v, v->cp[i]);
            if (v->bad[i] && v->mode != NG_SPACE && v->n_invalid++ == 0)
                v->invalid_line = line;
        }
    }
    if (begun)
        put (&v->out, ink ? "L\n" : "B\n", 2);
}

/* ------------------------------------------------------- in pieces, as it is  */

static void
put_list (struct record *r, const struct ng_token_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].kind == NG_TOKEN)
            put_token (r, list->items[i].name, list->items[i].len);
        else
        {
            expect (!list->items[i].name && list->items[i].len == 1);
            put (r, list->items[i].kind == NG_LINE_END ? "L\n" : "B\n", 2);
        }
}

/* Tokenize TEXT[N], of which each scan gets SIZES[0], SIZES[1], ... more
   bytes, round and round.  Each scan has a buffer of its own, with no more
   behind it than was promised.  */
static enum ng_err
run_pieces (struct ng_tokenizer *t, const unsigned char *text, size_t n,
            const size_t *sizes, size_t n_sizes, struct record *out,
            struct ng_fault *fault)
{
    struct ng_token_list list = { 0 };
    size_t start = 0, end = 0;
    enum ng_err err = NG_OK;

    for (size_t i = 0; err == NG_OK; i++)
    {
        size_t step = sizes[i % n_sizes], used = 0;
        bool final = end == n;
        unsigned char *buf;

        end = n - end < step ? n : end + step;
        buf = malloc (end - start + NG_TOKEN_PAD);
        expect (buf);
        memcpy (buf, text + start, end - start);
        memset (buf + (end - start), 'x', NG_TOKEN_PAD);
        err =
            ng_tokenizer_scan (t, buf, end - start, final, &list, &used, fault);
        put_list (out, &list);
        free (buf);
        if (err != NG_OK || final)
        {
            expect (err != NG_OK || used == end - start);
            break;
        }
        expect (used <= end - start);
        start += used;
    }
    ng_token_list_fini (&list);
    return err;
}

static void
show (const char *what, const unsigned char *bytes, size_t n)
{
    (void) fprintf (stderr, "%s:", what);
    for (size_t i = 0; i < n && i < 300; i++)
        (void) fprintf (stderr,
                        bytes[i] > ' ' && bytes[i] < 0x7f ? " %c" : " %02x",
                        bytes[i]);
    (void) fputc ('\n', stderr);
}

static void
try (const struct naive *exp, const unsigned char *text, size_t n,
     const size_t *sizes, size_t n_sizes)
{
    struct ng_tokenizer t;
    struct ng_fault fault = { 0 };
    static struct record got;

    got.n = 0;
    ng_tokenizer_init (&t, exp->mode, exp->lower, false);
    ng_tokenizer_start (&t, "file");
    expect (run_pieces (&t, text, n, sizes, n_sizes, &got, &fault) == NG_OK);
    if (got.n != exp->out.n || memcmp (got.bytes, exp->out.bytes, got.n) != 0)
    {
        show ("text", text, n);
        show ("expected", exp->out.bytes, exp->out.n);
        show ("found", got.bytes, got.n);
        ck_abort_msg ("mode %d, lower %d, first piece %zu", (int) exp->mode,
                      (int) exp->lower, sizes[0]);
    }
    expect (t.n_invalid == exp->n_invalid);
    if (t.n_invalid > 0)
    {
        expect (t.invalid_line == exp->invalid_line);
        expect (strcmp (t.invalid_file, "file") == 0);
    }
}

static struct naive *
naive_new (int mode, bool lower)
{
    struct naive *v = calloc (1, sizeof *v);

    ck_assert_ptr_nonnull (v);
    v->mode = (enum ng_tokenize_mode) mode;
    v->lower = lower;
    return v;
}

/* Short texts, cut in two at every place.  */
START_TEST (cut_anywhere)
{
    uint64_t state = 10 + (uint64_t) _i;

    for (int round = 0; round < 150; round++)
    {
        unsigned char text[100];
        size_t n = sample_text (&state, text, sizeof text);
        struct naive *exp = naive_new (_i / 2, _i % 2);

        naive_run (exp, text, n);
        for (size_t cut = 0; cut <= n; cut++)
        {
            size_t sizes[2] = { cut, n };

            try (exp, text, n, sizes, 2);
        }
        free (exp);
    }
}
END_TEST

/* Longer texts, in many pieces.  */
START_TEST (many_pieces)
{
    uint64_t state = 20 + (uint64_t) _i;

    for (int round = 0; round < 1000; round++)
    {
        unsigned char text[1000];
        size_t n = sample_text (&state, text, sizeof text);
        size_t sizes[7];
        struct naive *exp = naive_new (_i / 2, _i % 2);

        naive_run (exp, text, n);
        for (size_t i = 0; i < 7; i++)
            sizes[i] =
                1 + (size_t) rand_below (&state, (uint64_t) round % 300 + 1);
        try (exp, text, n, sizes, 7);
        free (exp);
    }
}
END_TEST

/* ASCII alone, which has a path of its own: every byte below 0x80, in random
   order, in groups of sixty-four and more.  */
START_TEST (ascii)
{
    static const char some[] = "aZ \n.\r0'm@[`{z\\";
    uint64_t state = 30 + (uint64_t) _i;

    for (int round = 0; round < 1000; round++)
    {
        unsigned char text[600];
        size_t n = (size_t) rand_below (&state, sizeof text);
        size_t sizes[2] = { 1 + (size_t) rand_below (&state, 200), 200 };
        struct naive *exp = naive_new (_i / 2, _i % 2);
        size_t kinds = 1 + (size_t) rand_below (&state, sizeof some - 1);

        for (size_t i = 0; i < n; i++)
            text[i] =
                (unsigned char) (round % 2 ? some[rand_below (&state, kinds)]
                                           : (char) rand_below (&state, 128));
        naive_run (exp, text, n);
        try (exp, text, n, sizes, 2);
        free (exp);
    }
}
END_TEST

/* Known texts: | between tokens, / at the end of a line, #/ of a blank one.  */
static const struct
{
    int mode, lower;
    const char *text, *exp;
} known[] = {
    { NG_WORD, 1, "The Time-Traveller's\n", "the|time|traveller|s/" },
    { NG_WORD, 0, "The 42nd", "The|nd/" },
    { NG_WORD, 1, "", "" },
    { NG_WORD, 1, "\n \r\n!\n", "#/#//" },
    { NG_WORD, 1, "\xc3\x89t\xc3\xa9 e\xcc\x81t",
      "\xc3\xa9t\xc3\xa9|e\xcc\x81t/" },
    { NG_WORD, 1,
      "a\xff"
      "b",
      "a|b/" },
    { NG_UAX29, 0, "Can't stop.", "Can't|stop|./" },
    { NG_SPACE, 0, " a\\sb  c\\d \xff\n", "a\\sb|c\\\\d|\xff/" },
    { NG_SPACE, 1, "A\\N\\n", "a\\\\n\\n/" },
    { NG_CHAR, 0, "a b\r\n\r", "a|\\s|b/\\r#/" },
    { NG_CHAR, 0, "\xe2\x82\xac\xe2\x82", "\xe2\x82\xac|\xef\xbf\xbd/" },
    { NG_BYTE, 1, "\xc3\x89K", "\xc3|\x89|k/" },
};

START_TEST (known_texts)
{
    struct ng_tokenizer t;
    struct ng_fault fault = { 0 };
    struct record got = { .n = 0 }, short_form = { .n = 0 };
    const char *text = known[_i].text;
    size_t all = 1000;

    ng_tokenizer_init (&t, (enum ng_tokenize_mode) known[_i].mode,
                       known[_i].lower, false);
    ng_tokenizer_start (&t, "file");
    ck_assert_int_eq (run_pieces (&t, (const unsigned char *) text,
                                  strlen (text), &all, 1, &got, &fault),
                      NG_OK);
    for (size_t i = 0; i < got.n;)
    {
        unsigned char *end = memchr (got.bytes + i, '\n', got.n - i);
        size_t len = (size_t) (end - (got.bytes + i));

        if (got.bytes[i] == 'T')
        {
            if (i > 0 && short_form.bytes[short_form.n - 1] != '/')
                put (&short_form, "|", 1);
            put (&short_form, got.bytes + i + 2, len - 2);
        }
        else
            put (&short_form, got.bytes[i] == 'B' ? "#/" : "/",
                 got.bytes[i] == 'B' ? 2 : 1);
        i += len + 1;
    }
    put (&short_form, "", 1);
    ck_assert_str_eq ((char *) short_form.bytes, known[_i].exp);
}
END_TEST

/* ---------------------------------------------------------------- faults  */

/* With STRICT the first ill-formed sequence is a fault with its line, and what
   stands before comes out, however the text is cut.  */
START_TEST (strict)
{
    static const unsigned char text[] = "one \xc3\xa9\n\ntwo \xe2\x82 three\n";
    const int mode = _i;
    struct record first = { .n = 0 };

    for (size_t cut = 0; cut < sizeof text; cut++)
    {
        struct ng_tokenizer t;
        struct ng_fault fault = { 0 };
        struct record got = { .n = 0 };
        size_t sizes[2] = { cut, 100 };
        enum ng_err err;

        ng_tokenizer_init (&t, (enum ng_tokenize_mode) mode, false, true);
        ng_tokenizer_start (&t, "file");
        err = run_pieces (&t, text, sizeof text - 1, sizes, 2, &got, &fault);
        if (mode == NG_SPACE || mode == NG_BYTE)
        {
            ck_assert_int_eq (err, NG_OK);
            continue;
        }
        ck_assert_int_eq (err, NG_EFORMAT);
        ck_assert_int_eq (fault.err, NG_EFORMAT);
        ck_assert_str_eq (fault.file, "file");
        ck_assert_uint_eq (fault.line, 3);
        if (cut == 0)
            first = got;
        ck_assert_uint_eq (got.n, first.n);
        ck_assert_mem_eq (got.bytes, first.bytes, got.n);
    }
}
END_TEST

/* Runs that make one token: a prefix, what is repeated, and how often at the
   limit.  The name, escaped, in lower case, with U+FFFD, counts too.  */
static const struct
{
    int mode, lower;
    const char *prefix, *unit;
    size_t n_at_limit;
    int name_factor; /* bytes of the name for a byte of a unit, in halves */
} limits[] = {
    { NG_WORD, 1, "", "A", NG_TOKEN_BYTES_MAX, 2 },
    { NG_WORD, 0, "", "\xc3\xa9", NG_TOKEN_BYTES_MAX / 2, 2 },
    { NG_WORD, 0, "", "\xe4\xb8\xad", NG_TOKEN_BYTES_MAX / 3, 2 },
    { NG_WORD, 0, "a", "\xcc\x81", NG_TOKEN_BYTES_MAX / 2, 2 },
    { NG_WORD, 1, "", "\xc8\xba", NG_TOKEN_BYTES_MAX / 3, 3 },
    { NG_UAX29, 0, "", "a", NG_TOKEN_BYTES_MAX, 2 },
    { NG_UAX29, 1, "", "\xc3\xa9", NG_TOKEN_BYTES_MAX / 2, 2 },
    { NG_UAX29, 0, "\xff", "\xcc\x81", (NG_TOKEN_BYTES_MAX - 3) / 2, 2 },
    { NG_SPACE, 0, "", "x", NG_TOKEN_BYTES_MAX, 2 },
    { NG_SPACE, 1, "", "X", NG_TOKEN_BYTES_MAX, 2 },
    { NG_SPACE, 0, "", "\\d", NG_TOKEN_BYTES_MAX / 3, 3 },
    { NG_SPACE, 0, "", "\xff", NG_TOKEN_BYTES_MAX, 2 },
};

static void
put_string (unsigned char *text, size_t *at, const char *s)
{
    memcpy (text + *at, s, strlen (s));
    *at += strlen (s);
}

/* Tokenize a text whose third line has N units behind the prefix.  */
static enum ng_err
run_limit (int i, size_t n, size_t piece, bool ended, struct ng_fault *fault,
           size_t *longest)
{
    size_t at = 0, unit = strlen (limits[i].unit), used, start = 0, end = 0;
    unsigned char *text = ng_alloc_array (200 + n * unit + NG_TOKEN_PAD, 1);
    struct ng_tokenizer t;
    struct ng_token_list list = { 0 };
    enum ng_err err = NG_OK;
    bool final = false;

    ck_assert_ptr_nonnull (text);
    put_string (text, &at, "x\n\n");
    put_string (text, &at, limits[i].prefix);
    for (; n > 0; n--, at += unit)
        memcpy (text + at, limits[i].unit, unit);
    if (ended)
        put_string (text, &at, " behind it\n");
    *longest = 0;
    ng_tokenizer_init (&t, (enum ng_tokenize_mode) limits[i].mode,
                       limits[i].lower, false);
    ng_tokenizer_start (&t, "file");
    while (!final && err == NG_OK)
    {
        final = end == at;
        end = at - end < piece ? at : end + piece;
        err = ng_tokenizer_scan (&t, text + start, end - start, final, &list,
                                 &used, fault);
        for (size_t j = 0; j < list.n; j++)
            if (list.items[j].kind == NG_TOKEN && list.items[j].len > *longest)
                *longest = list.items[j].len;
        start += err == NG_OK ? used : 0;
    }
    ng_token_list_fini (&list);
    free (text);
    return err;
}

START_TEST (token_limit)
{
    static const size_t pieces[] = { 1000, 4095, 64 * 1024, 1000000 };
    const size_t n = limits[_i].n_at_limit, unit = strlen (limits[_i].unit);

    for (size_t i = 0; i < 8; i++)
    {
        struct ng_fault fault = { 0 };
        size_t longest;

        ck_assert_int_eq (
            run_limit (_i, n, pieces[i % 4], i < 4, &fault, &longest), NG_OK);
        ck_assert_uint_le (longest, NG_TOKEN_BYTES_MAX);
        ck_assert_uint_ge (longest,
                           n * unit * (size_t) limits[_i].name_factor / 2);
        ck_assert_int_eq (
            run_limit (_i, n + 1, pieces[i % 4], i < 4, &fault, &longest),
            NG_ELIMIT);
        ck_assert_uint_eq (fault.line, 3);
        ck_assert_str_eq (fault.file, "file");
        ck_assert (strstr (fault.text, "65535"));
        ck_assert_uint_eq (longest, 1); /* what stands before came out */
    }
}
END_TEST

/* A word of just less than the limit, and a code point behind it that is cut
   and is no letter: not too long.  */
START_TEST (cut_behind_the_limit)
{
    const size_t n = NG_TOKEN_BYTES_MAX;
    unsigned char *text = malloc (n + 4 + NG_TOKEN_PAD);
    struct ng_token_list list = { 0 };
    struct ng_tokenizer t;
    struct ng_fault fault = { 0 };
    size_t used;

    ck_assert_ptr_nonnull (text);
    memset (text, 'a', n);
    memcpy (text + n, "\xf0\x9f\x98\x80", 4);
    ng_tokenizer_init (&t, NG_WORD, true, false);
    ng_tokenizer_start (&t, "file");
    for (size_t cut = 0; cut < 4; cut++)
    {
        ck_assert_int_eq (
            ng_tokenizer_scan (&t, text, n + cut, false, &list, &used, &fault),
            NG_OK);
        ck_assert_uint_eq (used, 0);
    }
    ck_assert_int_eq (
        ng_tokenizer_scan (&t, text, n + 4, false, &list, &used, &fault),
        NG_OK);
    ck_assert_uint_eq (used, n + 4);
    ck_assert_uint_eq (list.n, 1);
    ck_assert_uint_eq (list.items[0].len, n);
    ng_token_list_fini (&list);
    free (text);
}
END_TEST

/* Lines and the first ill-formed place are those of each file.  */
START_TEST (next_file)
{
    unsigned char one[] = "a\nb\nc with the pad behind";
    unsigned char two[] = "\n\xff with the pad behind it";
    struct ng_token_list list = { 0 };
    struct ng_tokenizer t;
    struct ng_fault fault = { 0 };
    size_t used;

    ng_tokenizer_init (&t, NG_WORD, true, false);
    ng_tokenizer_start (&t, "one");
    ck_assert_int_eq (
        ng_tokenizer_scan (&t, one, 5, true, &list, &used, &fault), NG_OK);
    ck_assert_uint_eq (list.n, 6);
    ck_assert_uint_eq (t.line, 4);
    ng_tokenizer_start (&t, "two");
    ck_assert_uint_eq (t.line, 1);
    ck_assert_int_eq (
        ng_tokenizer_scan (&t, two, 2, true, &list, &used, &fault), NG_OK);
    ck_assert_uint_eq (t.n_invalid, 1);
    ck_assert_str_eq (t.invalid_file, "two");
    ck_assert_uint_eq (t.invalid_line, 2);
    ng_token_list_fini (&list);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("tokenizer");
    TCase *t = tcase_create ("tokenizer");

    tcase_add_loop_test (t, cut_anywhere, 0, 10);
    tcase_add_loop_test (t, many_pieces, 0, 10);
    tcase_add_loop_test (t, ascii, 0, 10);
    tcase_add_loop_test (t, known_texts, 0, sizeof known / sizeof *known);
    tcase_add_loop_test (t, strict, 0, 5);
    tcase_add_loop_test (t, token_limit, 0, sizeof limits / sizeof *limits);
    tcase_add_test (t, cut_behind_the_limit);
    tcase_add_test (t, next_file);
    suite_add_tcase (s, t);
    return s;
}
