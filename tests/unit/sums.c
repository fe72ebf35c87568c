#include <config.h>

#include "sums.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "counts/ngcwrite.h"
#include "rand.h"
#include "unit.h"

enum
{
    TEXT_BYTES_MAX = NG_ORDER_MAX * 64
};

void
sums_add (struct sums *s, const char *text, uint64_t count)
{
    size_t len = strlen (text);
    struct sums_line *line;

    if (s->n == s->cap)
    {
        s->cap = 2 * s->cap + 16;
        s->lines = reallocarray (s->lines, s->cap, sizeof *s->lines);
        ck_assert_ptr_nonnull (s->lines);
    }
    line = &s->lines[s->n++];
    line->text = malloc (len + 2);
    ck_assert_ptr_nonnull (line->text);
    memcpy (line->text, text, len + 1);
    if (len == 0 || text[len - 1] != ' ')
        memcpy (line->text + len, " ", 2);
    line->order = 0;
    for (const char *p = line->text; *p; p++)
        line->order += *p == ' ';
    line->count = count;
}

void
sums_add_all (struct sums *s, const struct sums *from)
{
    for (size_t i = 0; i < from->n; i++)
        sums_add (s, from->lines[i].text, from->lines[i].count);
}

static int
compare_lines (const void *a, const void *b)
{
    const struct sums_line *x = a, *y = b;

    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return strcmp (x->text, y->text);
}

void
sums_sort (struct sums *s)
{
    size_t n = 0;

    if (s->n > 0)
        qsort (s->lines, s->n, sizeof *s->lines, compare_lines);
    for (size_t i = 0; i < s->n; i++)
        if (n > 0 && compare_lines (&s->lines[n - 1], &s->lines[i]) == 0)
        {
            s->lines[n - 1].count += s->lines[i].count;
            free (s->lines[i].text);
        }
        else
            s->lines[n++] = s->lines[i];
    s->n = n;
}

void
sums_cut (struct sums *s, uint64_t min_count)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++)
        if (s->lines[i].count < min_count)
            free (s->lines[i].text);
        else
            s->lines[n++] = s->lines[i];
    s->n = n;
}

void
sums_free (struct sums *s)
{
    for (size_t i = 0; i < s->n; i++)
        free (s->lines[i].text);
    free (s->lines);
    memset (s, 0, sizeof *s);
}

static size_t
plain_name (uint64_t i, char *p)
{
    static const char *const plain[] = {
        "a", "b!", "\xc3\xbc", "q", "~", "aa"
    };
    size_t len = 0;

    for (; i > 0 || len == 0; i /= 6)
        len += (size_t) snprintf (p + len, 8, "%s", plain[i % 6]);
    return len;
}

/* Name number I: several that begin alike, of different lengths.  Of odd ones
   some are another name and a control character behind it.  */
static size_t
name_number (uint64_t i, bool odd, char *p)
{
    static const char strange[] = { '\x01', '\x1f', '\b', '\x7f', '\v' };
    size_t len = 0;

    if (odd && i % 5 == 2)
    {
        len = plain_name (i / 5, p);
        p[len++] = strange[i / 5 % 5];
        if (i % 3 == 0)
            p[len++] = strange[i / 15 % 5];
        return i % 2 ? len + plain_name (i % 7, p + len) : len;
    }
    if (odd && i % 7 == 3)
    {
        p[len++] = 'w';
        p[len++] = strange[i / 7 % 5];
    }
    if (odd && i % 11 == 5)
        p[len++] = strange[i / 11 % 5];
    return len + plain_name (i, p + len);
}

void
sums_random (struct sums *s, size_t n, unsigned min, unsigned max,
             uint32_t n_types, bool odd, uint64_t max_count, uint64_t *state)
{
    for (size_t i = 0; i < n; i++)
    {
        unsigned order = min + (unsigned) rand_below (state, max - min + 1);
        char text[TEXT_BYTES_MAX];
        size_t len = 0;

        for (unsigned k = 0; k < order; k++)
        {
            uint64_t x = rand_below (state, n_types);

            /* Some names are much commoner than others.  */
            if (rand_below (state, 2) == 0)
                x = x * x / n_types;
            len += name_number (x, odd, text + len);
            text[len++] = ' ';
        }
        text[len] = '\0';
        sums_add (
            s, text,
            1 + (rand_below (state, 2) ? 0 : rand_below (state, max_count)));
    }
    sums_sort (s);
}

/* -------------------------------------------------------------- count files */

/* All names that occur, sorted as n-grams of order 1.  */
static void
names_of (const struct sums *s, struct sums *names)
{
    for (size_t i = 0; i < s->n; i++)
    {
        char text[TEXT_BYTES_MAX];

        (void) snprintf (text, sizeof text, "%s", s->lines[i].text);
        for (char *p = strtok (text, " "); p; p = strtok (NULL, " "))
            sums_add (names, p, 1);
    }
    sums_sort (names);
}

static uint32_t
rank_of (const struct sums *names, const char *name)
{
    char text[TEXT_BYTES_MAX];
    struct sums_line key = { text, 1, 0 };
    const struct sums_line *found;

    (void) snprintf (text, sizeof text, "%s ", name);
    found = bsearch (&key, names->lines, names->n, sizeof key, compare_lines);
    ck_assert_ptr_nonnull (found);
    return (uint32_t) (found - names->lines);
}

static void
write_line (struct ng_ngcw *w, const struct sums *names,
            const struct sums_line *line)
{
    char text[TEXT_BYTES_MAX];
    uint32_t ranks[NG_ORDER_MAX];
    unsigned order = 0;

    (void) snprintf (text, sizeof text, "%s", line->text);
    for (char *p = strtok (text, " "); p; p = strtok (NULL, " "))
        ranks[order++] = rank_of (names, p);
    ck_assert_int_eq (ng_ngcw_add (w, order, ranks, line->count), NG_OK);
}

static void
write_ngc (const struct sums *s, const struct ng_ngc_info *info,
           struct ng_output *out, struct ng_fault *fault)
{
    struct sums names = { NULL, 0, 0 };
    struct ng_ngcw *w;

    names_of (s, &names);
    ck_assert_int_eq (ng_ngcw_open (info, out, ".", fault, &w), NG_OK);
    for (size_t i = 0; i < names.n; i++)
        ck_assert_int_eq (
            ng_ngcw_name (w, (const unsigned char *) names.lines[i].text,
                          strlen (names.lines[i].text) - 1),
            NG_OK);
    for (size_t i = 0; i < s->n; i++)
        write_line (w, &names, &s->lines[i]);
    ck_assert_int_eq (ng_ngcw_finish (w), NG_OK);
    ng_ngcw_close (w);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    sums_free (&names);
}

struct ng_ngc *
sums_to_ngc (const struct sums *s, const struct ng_ngc_info *info,
             struct ng_fault *fault)
{
    struct ng_output *out;
    struct ng_ngc *f;

    ck_assert_int_eq (ng_output_open_unnamed (".", fault, &out), NG_OK);
    write_ngc (s, info, out, fault);
    ck_assert_int_eq (
        ng_ngc_open_fd (ng_output_fd (out), "test.ngc", fault, &f), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    return f;
}

unsigned char *
sums_to_bytes (const struct sums *s, const struct ng_ngc_info *info, size_t *n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_output *out;
    unsigned char *bytes;

    ck_assert_int_eq (ng_output_open_unnamed (".", &fault, &out), NG_OK);
    write_ngc (s, info, out, &fault);
    bytes = sums_read_fd (ng_output_fd (out), n);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    return bytes;
}

unsigned char *
sums_read_fd (int fd, size_t *n)
{
    struct stat st;
    unsigned char *bytes;

    ck_assert_int_eq (fstat (fd, &st), 0);
    *n = (size_t) st.st_size;
    bytes = malloc (*n + 1);
    ck_assert_ptr_nonnull (bytes);
    ck_assert_int_eq (pread (fd, bytes, *n, 0), st.st_size);
    return bytes;
}

/* The names of F as n-grams of order 1 that count 1.  */
static void
read_names (struct ng_ngc *f, struct sums *names)
{
    struct ng_ngc_names c;
    enum ng_err err;

    ng_ngc_names_start (&c, f);
    while ((err = ng_ngc_names_next (&c)) == NG_OK)
    {
        char text[TEXT_BYTES_MAX];

        (void) snprintf (text, sizeof text, "%.*s", (int) c.len,
                         (const char *) c.name);
        sums_add (names, text, 1);
    }
    ck_assert_int_eq (err, NG_END);
    ck_assert_uint_eq (names->n, ng_ngc_n_types (f));
    ng_ngc_names_fini (&c);
}

static void
expect_ngram (const struct ng_ngc_cursor *c, const struct sums *names,
              const struct sums_line *line)
{
    char text[TEXT_BYTES_MAX] = "";
    size_t len = 0;

    for (unsigned k = 0; k < c->order; k++)
        len += (size_t) snprintf (text + len, sizeof text - len, "%s",
                                  names->lines[c->ranks[k]].text);
    ck_assert_str_eq (text, line->text);
    ck_assert_uint_eq (c->order, line->order);
    ck_assert_uint_eq (c->count, line->count);
}

void
sums_expect (const struct sums *s, struct ng_ngc *f)
{
    struct ng_ngc_info info = ng_ngc_info (f);
    struct sums names = { NULL, 0, 0 };
    size_t i = 0;

    read_names (f, &names);
    for (unsigned k = info.min_order; k <= info.max_order; k++)
    {
        struct ng_ngc_level level = { 0, 0, 0 }, said = ng_ngc_level (f, k);
        struct ng_ngc_cursor c;
        enum ng_err err;

        ng_ngc_cursor_start (&c, f, k);
        while ((err = ng_ngc_cursor_next (&c)) == NG_OK)
        {
            ck_assert_uint_lt (i, s->n);
            expect_ngram (&c, &names, &s->lines[i++]);
            level.n++;
            level.n_tokens += c.count;
            level.n_single += c.count == 1;
        }
        ck_assert_int_eq (err, NG_END);
        ck_assert_uint_eq (level.n, said.n);
        ck_assert_uint_eq (level.n_tokens, said.n_tokens);
        ck_assert_uint_eq (level.n_single, said.n_single);
    }
    ck_assert_uint_eq (i, s->n);
    sums_free (&names);
}
