#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nglimits.h"
#include "counts/countsource.h"
#include "counts/counttext.h"
#include "unit.h"

static char path[] = "check_counttext.XXXXXX";

static void
write_file (const char *text, size_t len)
{
    int fd;

    memcpy (path + sizeof path - 7, "XXXXXX", 6);
    fd = mkstemp (path);
    ck_assert_int_ge (fd, 0);
    ck_assert_int_eq (write (fd, text, len), (ssize_t) len);
    (void) close (fd);
}

/* Read all of TEXT[LEN]: the err at the end, the lines in LINES[*N].  */
struct item
{
    char ngram[32];
    unsigned order;
    uint64_t count;
};

static enum ng_err
read_all (const char *text, size_t len, struct item *items, size_t *n,
          struct ng_fault *fault)
{
    struct ng_input *in;
    struct ng_counttext *r;
    struct ng_counttext_line line;
    enum ng_err err;

    write_file (text, len);
    memset (fault, 0, sizeof *fault);
    *n = 0;
    ck_assert_int_eq (ng_input_open (path, fault, &in), NG_OK);
    ck_assert_int_eq (ng_counttext_open (in, fault, &r), NG_OK);
    while ((err = ng_counttext_next (r, &line)) == NG_OK)
    {
        if (line.len < sizeof items->ngram)
        {
            memcpy (items[*n].ngram, line.ngram, line.len);
            items[*n].ngram[line.len] = '\0';
        }
        items[*n].order = line.order;
        items[(*n)++].count = line.count;
    }
    /* Faults and the end are sticky.  */
    ck_assert_int_eq (ng_counttext_next (r, &line), err);
    ck_assert_int_eq (ng_counttext_close (r), err == NG_END ? NG_OK : err);
    ck_assert_int_eq (ng_input_close (in), NG_OK);
    (void) unlink (path);
    return err;
}

static const struct
{
    const char *text;
    const char *shown; /* order:ngram=count; */
} good[] = {
    { "", "" },
    { "a\t1\n", "1:a=1;" },
    { "a\t1", "1:a=1;" },
    { "a\t1\r\n\\s \\\\\t7\r\n", "1:a=1;2:\\s \\\\=7;" },
    { "\xef\xbb\xbf"
      "a b c\t18446744073709551615\n",
      "3:a b c=18446744073709551615;" },
    { "a b c d e f g h\t0012\n", "8:a b c d e f g h=12;" },
    { "a\t3\t0.25\nb\t2\t\n", "1:a=3;1:b=2;" },
};

START_TEST (lines_that_hold)
{
    struct item items[8];
    struct ng_fault fault;
    size_t n;
    char shown[256] = "", one[128];

    ck_assert_int_eq (
        read_all (good[_i].text, strlen (good[_i].text), items, &n, &fault),
        NG_END);
    for (size_t i = 0; i < n; i++)
    {
        snprintf (one, sizeof one, "%u:%.31s=%llu;", items[i].order,
                  items[i].ngram, (unsigned long long) items[i].count);
        strncat (shown, one, sizeof shown - strlen (shown) - 1);
    }
    ck_assert_str_eq (shown, good[_i].shown);
}
END_TEST

static const struct
{
    const char *text; /* its second line is at fault */
    enum ng_err err;
    const char *what;
} bad[] = {
    { "a\t1\nb\t0\n", NG_EFORMAT, "the count is zero" },
    { "a\t1\nb\t000", NG_EFORMAT, "the count is zero" },
    { "a\t1\nb\t-1\n", NG_EFORMAT, "the count is negative" },
    { "a\t1\nb\tx\n", NG_EFORMAT, "the count is not a whole number" },
    { "a\t1\nb\t1.5\n", NG_EFORMAT, "the count is not a whole number" },
    { "a\t1\nb\t1e9\n", NG_EFORMAT, "the count is not a whole number" },
    { "a\t1\nb\t 1\n", NG_EFORMAT, "the count is not a whole number" },
    { "a\t1\nb\t\n", NG_EFORMAT, "the count is not a whole number" },
    { "a\t1\nb\t18446744073709551616\n", NG_EOVERFLOW,
      "the count does not fit 64 bits" },
    { "a\t1\nb\t99999999999999999999\n", NG_EOVERFLOW,
      "the count does not fit 64 bits" },
    { "a\t1\nb 1\n", NG_EFORMAT, "no TAB between an n-gram and a count" },
    { "a\t1\n\n", NG_EFORMAT, "no TAB between an n-gram and a count" },
    { "a\t1\n\t1\n", NG_EFORMAT, "the n-gram has an empty token" },
    { "a\t1\na  b\t1\n", NG_EFORMAT, "the n-gram has an empty token" },
    { "a\t1\n a\t1\n", NG_EFORMAT, "the n-gram has an empty token" },
    { "a\t1\na \t1\n", NG_EFORMAT, "the n-gram has an empty token" },
    { "a\t1\na\t1999\t2\t3\n", NG_EFORMAT, "more than three columns" },
    { "a\t1\n1 2 3 4 5 6 7 8 9\t1\n", NG_ELIMIT,
      "the n-gram has more than 8 tokens" },
};

START_TEST (lines_at_fault)
{
    struct item items[8];
    struct ng_fault fault;
    size_t n;

    ck_assert_int_eq (
        read_all (bad[_i].text, strlen (bad[_i].text), items, &n, &fault),
        bad[_i].err);
    ck_assert_uint_eq (n, 1);
    ck_assert_int_eq (fault.err, bad[_i].err);
    ck_assert_uint_eq (fault.line, 2);
    ck_assert_str_eq (fault.text, bad[_i].what);
    ck_assert_str_eq (fault.file, path);
}
END_TEST

/* The longest n-gram there can be is read whole, one a little longer than a
   line can be is refused.  */
START_TEST (long_lines)
{
    size_t len = NG_ORDER_MAX * ((size_t) NG_TOKEN_BYTES_MAX + 1);
    size_t too_long = 2 * len;
    char *text = malloc (too_long);
    struct item items[4];
    struct ng_fault fault;
    size_t n;

    ck_assert_ptr_nonnull (text);
    memset (text, 'x', too_long);
    for (size_t i = 1; i < NG_ORDER_MAX; i++)
        text[i * ((size_t) NG_TOKEN_BYTES_MAX + 1) - 1] = ' ';
    memcpy (text + len - 1, "\t41\nb\t2", 7);
    ck_assert_int_eq (read_all (text, len + 6, items, &n, &fault), NG_END);
    ck_assert_uint_eq (n, 2);
    ck_assert_uint_eq (items[0].order, NG_ORDER_MAX);
    ck_assert_uint_eq (items[0].count, 41);
    ck_assert_str_eq (items[1].ngram, "b");
    memset (text, 'x', too_long);
    memcpy (text, "a\t1\n", 4);
    ck_assert_int_eq (read_all (text, too_long, items, &n, &fault), NG_ELIMIT);
    ck_assert_uint_eq (fault.line, 2);
    free (text);
}
END_TEST

/* A third column that makes a line as long as one can be, or a byte longer,
   wherever in the blocks it begins, and whether a line feed ends it.  */
START_TEST (long_columns)
{
    const size_t longest = NG_COUNT_LINE_BYTES_MAX, cap = 3 * longest;
    char *text = malloc (cap);

    ck_assert_ptr_nonnull (text);
    for (size_t start = 0; start < 600000; start += 99990)
        for (unsigned i = 0; i < 4; i++)
        {
            const bool over = i & 1, ended = i & 2;
            const size_t n_before = start / 6;
            const size_t len = 6 * n_before + longest + over;
            struct item *items = calloc (n_before + 2, sizeof *items);
            struct ng_fault fault;
            size_t n;

            ck_assert_ptr_nonnull (items);
            for (size_t k = 0; k < n_before; k++)
                memcpy (text + 6 * k, "ab\t10\n", 6);
            memset (text + 6 * n_before, '1', longest + over);
            memcpy (text + 6 * n_before, "c\t7\t", 4);
            memcpy (text + len, "\nd\t8\n", 5);
            ck_assert_int_eq (
                read_all (text, len + (ended ? 5 : 0), items, &n, &fault),
                over ? NG_ELIMIT : NG_END);
            ck_assert_uint_eq (n, n_before + (over ? 0 : ended ? 2 : 1));
            ck_assert_uint_eq (fault.line, over ? n_before + 1 : 0);
            free (items);
        }
    free (text);
}
END_TEST

/* The same for a token, wherever in its n-gram it stands.  */
START_TEST (long_tokens)
{
    const size_t cap = NG_TOKEN_BYTES_MAX + 20;
    char *text = malloc (cap);

    ck_assert_ptr_nonnull (text);
    for (size_t at = 0; at < 3; at++)
        for (size_t over = 0; over < 2; over++)
        {
            struct item items[4];
            struct ng_fault fault;
            size_t n, len = 4 + 2 * at + NG_TOKEN_BYTES_MAX + over;

            memset (text, 'x', cap);
            memcpy (text, "a\t1\n", 4);
            for (size_t i = 0; i < at; i++)
                memcpy (text + 4 + 2 * i, "y ", 2);
            for (size_t i = at; i < 2; i++, len += 2)
                memcpy (text + len, " z", 2);
            memcpy (text + len, "\t5\n", 3);
            ck_assert_int_eq (read_all (text, len + 3, items, &n, &fault),
                              over ? NG_ELIMIT : NG_END);
            ck_assert_uint_eq (n, over ? 1 : 2);
            if (over)
            {
                ck_assert_uint_eq (fault.line, 2);
                ck_assert_str_eq (fault.text,
                                  "a token is longer than 65535 bytes");
            }
            else
                ck_assert_uint_eq (items[1].order, 3);
        }
    free (text);
}
END_TEST

/* Lines that straddle the blocks of any size come out whole.  */
START_TEST (many_lines)
{
    enum
    {
        LINES = 200000
    };
    size_t cap = (size_t) LINES * 32, len = 0, n = 0;
    char *text = malloc (cap);
    struct ng_fault fault = { .err = NG_OK };
    struct ng_countsource *s;
    unsigned order;
    uint64_t count;
    enum ng_err err;

    ck_assert_ptr_nonnull (text);
    for (size_t i = 0; i < LINES; i++)
        len += (size_t) snprintf (text + len, cap - len, "w%zu%s\t%zu\n", i * i,
                                  i % 3 ? " x" : "", i + 1);
    write_file (text, len);
    ck_assert_int_eq (ng_countsource_open (path, "/tmp", &fault, &s), NG_OK);
    while ((err = ng_countsource_next (s, &order, &count)) == NG_OK)
    {
        ck_assert_uint_eq (order, n % 3 ? 2 : 1);
        ck_assert_uint_eq (count, n + 1);
        n++;
    }
    ck_assert_int_eq (err, NG_END);
    ck_assert_uint_eq (n, LINES);
    ck_assert_uint_eq (ng_countsource_raw_offset (s), len);
    ck_assert_uint_eq (ng_countsource_raw_size (s), len);
    ck_assert_int_eq (ng_countsource_close (s), NG_OK);
    (void) unlink (path);
    free (text);
}
END_TEST

START_TEST (sum_too_large)
{
    static const char text[] = "a\t18446744073709551615\nb c\t1\nd\t1\n";
    struct ng_spectrum *spectra[NG_ORDER_MAX + 1] = { NULL };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_countsource *s;

    write_file (text, sizeof text - 1);
    spectra[1] = ng_spectrum_new ();
    ck_assert_ptr_nonnull (spectra[1]);
    ck_assert_int_eq (ng_countsource_open (path, "/tmp", &fault, &s), NG_OK);
    ck_assert_int_eq (ng_countsource_add (s, spectra, 10), NG_EOVERFLOW);
    ck_assert_uint_eq (fault.line, 3);
    (void) ng_countsource_close (s);
    ng_spectrum_free (spectra[1]);
    (void) unlink (path);
}
END_TEST

START_TEST (no_file)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_countsource *s = NULL;

    ck_assert_int_eq (ng_countsource_open ("no/such/file", "/tmp", &fault, &s),
                      NG_ESYS);
    ck_assert_ptr_null (s);
    ck_assert_int_eq (ng_countsource_close (NULL), NG_OK);
    ck_assert_int_eq (ng_counttext_close (NULL), NG_OK);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("counttext");
    TCase *c = tcase_create ("lines");

    tcase_add_loop_test (c, lines_that_hold, 0, sizeof good / sizeof *good);
    tcase_add_loop_test (c, lines_at_fault, 0, sizeof bad / sizeof *bad);
    tcase_add_test (c, long_lines);
    tcase_add_test (c, long_columns);
    tcase_add_test (c, long_tokens);
    tcase_add_test (c, many_lines);
    tcase_add_test (c, sum_too_large);
    tcase_add_test (c, no_file);
    suite_add_tcase (s, c);
    return s;
}
