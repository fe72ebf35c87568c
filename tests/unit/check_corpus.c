#include <config.h>

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nglimits.h"
#include "sample.h"
#include "spelled.h"
#include "text/corpus.h"

static size_t n_ended; /* files, by read_files */

static enum ng_err
read_files (const char *const *names, size_t n, struct ng_tokenizer *t,
            struct spelled *r, struct ng_fault *fault)
{
    struct ng_corpus *c = NULL;
    enum ng_err err = ng_corpus_open (names, n, t, fault, &c);

    if (err == NG_OK)
        ck_assert_uint_eq (ng_corpus_bytes_done (c), 0);
    while (err == NG_OK)
    {
        const struct ng_token_list *list;
        bool ends_file;

        err = ng_corpus_next (c, &list, &ends_file);
        if (err != NG_OK)
            break;
        spelled_add (r, list);
        n_ended += ends_file;
        expect (ng_corpus_bytes_total (c) == 0
                || ng_corpus_bytes_done (c) <= ng_corpus_bytes_total (c));
    }
    if (c)
    {
        const struct ng_token_list *list;
        bool ends_file;

        /* The end and a fault are there to stay.  */
        ck_assert_int_eq (ng_corpus_next (c, &list, &ends_file), err);
        if (err == NG_END)
            ck_assert_uint_eq (ng_corpus_bytes_done (c),
                               ng_corpus_bytes_total (c));
    }
    ng_corpus_close (c);
    return err;
}

/* Several files of odd sizes, plain and compressed, some empty, some with a
   byte-order mark, against each of them scanned whole.  */
START_TEST (several_files)
{
    enum
    {
        N_FILES = 7
    };
    static const size_t sizes[N_FILES] = { 200000, 0, 3, 65536, 1, 65537, 70 };
    uint64_t state = 40 + (uint64_t) _i;
    char *dir = sample_folder (), *paths[N_FILES];
    struct spelled got = { 0 }, exp = { 0 };
    struct ng_tokenizer t, whole;
    struct ng_fault fault = { 0 };

    ng_tokenizer_init (&t, (enum ng_tokenize_mode) _i, true, false);
    whole = t;
    for (size_t i = 0; i < N_FILES; i++)
    {
        unsigned char *text = ng_alloc_array (sizes[i] + 3, 1), *gz;
        char name[] = { (char) ('a' + i), '\0' };
        size_t n = 0, gz_len;

        ck_assert_ptr_nonnull (text);
        if (i % 3 != 1)
        {
            memcpy (text, "\xef\xbb\xbf", 3);
            n = 3;
        }
        while (n < sizes[i])
        {
            size_t more = sizes[i] - n < 500 ? sizes[i] - n : 500;

            n += sample_text (&state, text + n, more);
            if (sizes[i] - n < 50)
                break;
        }
        paths[i] = sample_path (dir, name);
        gz = sample_gzip (text, n, &gz_len);
        sample_write (paths[i], i % 2 ? gz : text, i % 2 ? gz_len : n);
        spelled_whole (&exp, &whole, paths[i], text, n);
        free (text);
        free (gz);
    }
    ck_assert_int_eq (
        read_files ((const char *const *) paths, N_FILES, &t, &got, &fault),
        NG_END);
    ck_assert_uint_eq (n_ended, N_FILES);
    ck_assert_uint_eq (got.n, exp.n);
    ck_assert (memcmp (got.bytes, exp.bytes, got.n) == 0);
    ck_assert_uint_eq (t.n_invalid, whole.n_invalid);
    ck_assert_uint_eq (t.invalid_line, whole.invalid_line);
    for (size_t i = 0; i < N_FILES; i++)
        free (paths[i]);
    free (got.bytes);
    free (exp.bytes);
    sample_remove (dir);
}
END_TEST

/* Tokens of the limit and one past it, wherever in a block they begin, in
   each mode; and runs that the standard makes look far ahead.  */
START_TEST (limits)
{
    static const struct
    {
        int mode;
        const char *unit;
        size_t n;      /* units at the limit */
        bool too_long; /* and not a token at all */
    } cases[] = {
        { NG_WORD, "a", NG_TOKEN_BYTES_MAX, false },
        { NG_WORD, "\xc3\xa9", NG_TOKEN_BYTES_MAX / 2, false },
        { NG_UAX29, "a", NG_TOKEN_BYTES_MAX, false },
        { NG_UAX29, "\xcc\x81", NG_TOKEN_BYTES_MAX / 2, false },
        { NG_SPACE, "x", NG_TOKEN_BYTES_MAX, false },
        { NG_UAX29, "\xcc\x81", 300000, true },
        { NG_SPACE, "\xcc\x81", 300000, true },
        { NG_WORD, "\xf0\x9d\x92\x9c", 300000, true },
    };
    static const size_t starts[] = { 0, 1, 63, 65535, 65536, 65537, 131000 };
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    const size_t unit = strlen (cases[_i].unit);

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        for (size_t over = 0; over < 2; over++)
        {
            const char *const names[] = { path };
            size_t at = starts[i], n = cases[_i].n + over;
            unsigned char *text = ng_alloc_array (at + n * unit + 100, 1);
            struct spelled got = { 0 };
            struct ng_tokenizer t;
            struct ng_fault fault = { 0 };
            bool bad = over || cases[_i].too_long;

            ck_assert_ptr_nonnull (text);
            memset (text, '\n', at);
            for (size_t j = 0; j < n; j++, at += unit)
                memcpy (text + at, cases[_i].unit, unit);
            memcpy (text + at, " behind\n", 8);
            sample_write (path, text, at + 8);
            ng_tokenizer_init (&t, (enum ng_tokenize_mode) cases[_i].mode,
                               false, false);
            ck_assert_int_eq (read_files (names, 1, &t, &got, &fault),
                              bad ? NG_ELIMIT : NG_END);
            ck_assert_uint_eq (fault.line, bad ? starts[i] + 1 : 0);
            /* All before it is there.  */
            ck_assert_uint_eq (
                got.n,
                2 * starts[i] + (bad ? 0 : n * unit + strlen (" behind L\n")));
            free (got.bytes);
            free (text);
        }
    free (path);
    sample_remove (dir);
}
END_TEST

/* An apostrophe behind a letter, and then marks without end: whether the word
   goes on is not looked for past the limit.  */
START_TEST (far_look_ahead)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    const char *const names[] = { path };
    const size_t n = 2 * 500000;
    unsigned char *text = malloc (n + 2);
    struct spelled got = { 0 };
    struct ng_tokenizer t;
    struct ng_fault fault = { 0 };

    ck_assert_ptr_nonnull (text);
    memcpy (text, "a'", 2);
    for (size_t i = 2; i < n + 2; i += 2)
        memcpy (text + i, "\xcc\x81", 2);
    sample_write (path, text, n + 2);
    ng_tokenizer_init (&t, NG_UAX29, false, false);
    ck_assert_int_eq (read_files (names, 1, &t, &got, &fault), NG_ELIMIT);
    ck_assert_uint_eq (fault.line, 1);
    free (got.bytes);
    free (text);
    free (path);
    sample_remove (dir);
}
END_TEST

/* Each file is looked for before the first is read; what is before a fault
   comes out, and the fault says where.  */
START_TEST (faults)
{
    char *dir = sample_folder (), *good = sample_path (dir, "good");
    char *bad = sample_path (dir, "bad"), *missing = sample_path (dir, "no");
    const char *const names[] = { good, missing };
    const char *const strict_names[] = { good, bad };
    struct spelled none = { 0 }, some = { 0 };
    struct ng_fault sys = { 0 }, format = { 0 };
    struct ng_tokenizer t;

    sample_write (good, "one two\n", 8);
    sample_write (bad, "three\nfour \xff five\n", 18);
    ng_tokenizer_init (&t, NG_WORD, true, true);
    ck_assert_int_eq (read_files (names, 2, &t, &none, &sys), NG_ESYS);
    ck_assert_int_eq (sys.sys_errno, ENOENT);
    ck_assert_str_eq (sys.file, missing);
    ck_assert_uint_eq (none.n, 0);
    ck_assert_int_eq (read_files (strict_names, 2, &t, &some, &format),
                      NG_EFORMAT);
    ck_assert_str_eq (format.file, bad);
    ck_assert_uint_eq (format.line, 2);
    ck_assert_uint_eq (some.n, strlen ("one two L\nthree L\nfour "));
    ck_assert_mem_eq (some.bytes, "one two L\nthree L\nfour ", some.n);
    free (some.bytes);
    free (good);
    free (bad);
    free (missing);
    sample_remove (dir);
}
END_TEST

/* Without names it is standard input, here a pipe written to byte by byte.  */
START_TEST (standard_input)
{
    static const char text[] = "\xef\xbb\xbfThe caf\xc3\xa9\r\n\nends";
    struct spelled got = { 0 };
    struct ng_fault fault = { 0 };
    struct ng_tokenizer t;
    struct ng_corpus *c = NULL;
    const struct ng_token_list *list;
    bool ends_file = false;
    int ends[2], saved = dup (0);

    ck_assert_int_eq (pipe (ends), 0);
    ck_assert_int_eq (dup2 (ends[0], 0), 0);
    ng_tokenizer_init (&t, NG_WORD, true, false);
    ck_assert_int_eq (ng_corpus_open (NULL, 0, &t, &fault, &c), NG_OK);
    ck_assert_uint_eq (ng_corpus_bytes_total (c), 0);
    /* The mark is looked for in one go.  */
    ck_assert_int_eq (write (ends[1], text, 4), 4);
    for (size_t i = 4; i < sizeof text; i++)
    {
        ck_assert_int_eq (ng_corpus_next (c, &list, &ends_file), NG_OK);
        ck_assert (!ends_file);
        spelled_add (&got, list);
        if (i < sizeof text - 1)
            ck_assert_int_eq (write (ends[1], text + i, 1), 1);
    }
    (void) close (ends[1]);
    ck_assert_int_eq (ng_corpus_next (c, &list, &ends_file), NG_OK);
    ck_assert (ends_file);
    spelled_add (&got, list);
    ck_assert_int_eq (ng_corpus_next (c, &list, &ends_file), NG_END);
    ck_assert_uint_eq (got.n, strlen ("the caf\xc3\xa9 L\nB\nends L\n"));
    ck_assert_mem_eq (got.bytes, "the caf\xc3\xa9 L\nB\nends L\n", got.n);
    ng_corpus_close (c);
    ng_corpus_close (NULL);
    (void) dup2 (saved, 0);
    (void) close (saved);
    (void) close (ends[0]);
    free (got.bytes);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("corpus");
    TCase *t = tcase_create ("corpus");

    tcase_add_loop_test (t, several_files, 0, 5);
    tcase_add_loop_test (t, limits, 0, 8);
    tcase_add_test (t, far_look_ahead);
    tcase_add_test (t, faults);
    tcase_add_test (t, standard_input);
    suite_add_tcase (s, t);
    return s;
}
