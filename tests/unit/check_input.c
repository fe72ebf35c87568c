#include <config.h>

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nglimits.h"
#include "io/input.h"
#include "sample.h"

enum
{
    CONTENT_MAX = 600 * 1024 /* more than two blocks */
};

/* The whole content of the file PATH, read with calls of random sizes up to
   STEP.  The caller frees *CONTENT.  */
static enum ng_err
read_whole (const char *path, size_t step, struct ng_fault *fault,
            unsigned char **content, size_t *n)
{
    uint64_t state = step;
    struct ng_input *in;
    enum ng_err err = ng_input_open (path, fault, &in), closed;
    unsigned char *buf = malloc (CONTENT_MAX);

    expect (buf);
    *content = buf;
    *n = 0;
    while (err == NG_OK)
    {
        size_t got = 0, cap = 1 + (size_t) rand_below (&state, step);

        if (cap > CONTENT_MAX - *n)
            cap = CONTENT_MAX - *n;
        expect (cap > 0);
        err = ng_input_read (in, buf + *n, cap, &got);
        if (err != NG_OK)
            break;
        expect (got > 0 && got <= cap);
        *n += got;
        expect (ng_input_offset (in) == *n);
        expect (ng_input_raw_size (in) == 0
                || ng_input_raw_offset (in) <= ng_input_raw_size (in));
    }
    if (err != NG_END && fault->err == NG_ESYS)
        return err; /* not opened */
    /* The end and a fault are there to stay.  */
    {
        size_t more;
        unsigned char byte;

        expect (ng_input_read (in, &byte, 1, &more) == err);
    }
    expect (err != NG_END
            || ng_input_raw_offset (in) == ng_input_raw_size (in));
    closed = ng_input_close (in);
    expect (closed == (err == NG_END ? NG_OK : err));
    return err;
}

/* The file PATH has the content BYTES[N].  */
static void
expect_content (const char *path, const void *bytes, size_t n, size_t step)
{
    struct ng_fault fault = { 0 };
    unsigned char *content;
    size_t n_read;

    ck_assert_int_eq (read_whole (path, step, &fault, &content, &n_read),
                      NG_END);
    ck_assert_int_eq (fault.err, NG_OK);
    ck_assert_uint_eq (n_read, n);
    ck_assert (memcmp (content, bytes, n) == 0);
    free (content);
}

static unsigned char *
random_bytes (uint64_t seed, size_t n)
{
    unsigned char *bytes = malloc (n + 1);

    ck_assert_ptr_nonnull (bytes);
    /* Few different ones, so that they compress.  */
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char) ('a' + rand_below (&seed, 16));
    return bytes;
}

/* ------------------------------------------------------------------- tests  */

/* Plain and compressed, of sizes about the block's, in one member and in
   several, some of them empty.  */
START_TEST (contents)
{
    static const size_t sizes[] = { 0,      1,      2,      63,
                                    64,     65,     262143, 262144,
                                    262145, 524288, 524289, 599999 };
    char *dir = sample_folder (), *path = sample_path (dir, "file");

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    {
        size_t n = sizes[i], half = n / 3, gz_len, more_len, empty_len;
        unsigned char *bytes = random_bytes (i, n);
        unsigned char *gz = sample_gzip (bytes, n, &gz_len), *more, *empty,
                      *all;

        sample_write (path, bytes, n);
        expect_content (path, bytes, n, 1000);
        expect_content (path, bytes, n, CONTENT_MAX);
        sample_write (path, gz, gz_len);
        expect_content (path, bytes, n, 1000);
        expect_content (path, bytes, n, CONTENT_MAX);
        free (gz);

        gz = sample_gzip (bytes, half, &gz_len);
        empty = sample_gzip ("", 0, &empty_len);
        more = sample_gzip (bytes + half, n - half, &more_len);
        all = calloc (1, gz_len + empty_len + more_len + 700);
        ck_assert_ptr_nonnull (all);
        memcpy (all, gz, gz_len);
        memcpy (all + gz_len, empty, empty_len);
        memcpy (all + gz_len + empty_len, more, more_len);
        sample_write (path, all, gz_len + empty_len + more_len);
        expect_content (path, bytes, n, 1000);
        /* Zero bytes may follow, as on a tape.  */
        sample_write (path, all, gz_len + empty_len + more_len + 700);
        expect_content (path, bytes, n, 5000);
        free (gz);
        free (empty);
        free (more);
        free (all);
        free (bytes);
    }
    free (path);
    sample_remove (dir);
}
END_TEST

/* A compressed file cut anywhere, or with one byte changed anywhere: a fault
   with an offset in the file, or the same content, where what was changed
   says nothing (the time, bits that fill a byte).  Without the first two bytes
   whole it is no gzip file.  */
START_TEST (damaged)
{
    static const char text[] =
        "The Time Traveller (for so it will be convenient to speak of him)\n"
        "was expounding a recondite matter to us. to us. to us.\n";
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    size_t gz_len, n;
    unsigned char *gz = sample_gzip (text, sizeof text, &gz_len), *content;

    for (size_t cut = 2; cut < gz_len; cut++)
    {
        struct ng_fault fault = { 0 };

        sample_write (path, gz, cut);
        ck_assert_int_eq (read_whole (path, 100, &fault, &content, &n),
                          NG_EFORMAT);
        free (content);
        ck_assert_int_eq (fault.err, NG_EFORMAT);
        ck_assert_str_eq (fault.file, path);
        ck_assert (fault.has_byte && fault.byte == cut);
    }
    for (size_t i = 0; i < 8 * gz_len; i++)
    {
        struct ng_fault fault = { 0 };
        enum ng_err err;

        gz[i / 8] ^= (unsigned char) (1 << i % 8);
        sample_write (path, gz, gz_len);
        gz[i / 8] ^= (unsigned char) (1 << i % 8);
        err = read_whole (path, 100, &fault, &content, &n);
        if (i < 16)
            ck_assert (err == NG_END && n == gz_len);
        else if (err == NG_END)
            ck_assert (n == sizeof text && memcmp (content, text, n) == 0);
        else
        {
            ck_assert_int_eq (err, NG_EFORMAT);
            ck_assert (fault.has_byte && fault.byte <= gz_len);
        }
        free (content);
    }
    free (gz);
    free (path);
    sample_remove (dir);
}
END_TEST

/* Binary content that begins as gzip does for two or three bytes, or up to its
   flags; and one that is gzip.  */
START_TEST (binary)
{
    static const struct
    {
        const char *bytes;
        size_t n;
    } plain[] = {
        { "\x1f", 1 },
        { "\x1f\x8b", 2 },
        { "\x1f\x8b\x08", 3 },
        { "\x1f\x8b\x09\x01\x05\x00", 6 },
        { "\x1f\x8b\x07\x00\x05\x00", 6 },
        { "\x1f\x8b\x08\x20\x05\x00", 6 },
        { "\x1f\x8b\x08\xff\x05\x00", 6 },
    };
    const size_t n_plain = sizeof plain / sizeof *plain;
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    size_t gz_len;
    unsigned char *gz = sample_gzip ("binary", 6, &gz_len);

    for (size_t i = 0; i <= n_plain; i++)
    {
        const bool is_gzip = i == n_plain;
        struct ng_fault fault = { 0 };
        struct ng_input *in;
        const unsigned char *got;
        size_t n;

        if (is_gzip)
            sample_write (path, gz, gz_len);
        else
            sample_write (path, plain[i].bytes, plain[i].n);
        ck_assert_int_eq (ng_input_open (path, &fault, &in), NG_OK);
        ng_input_is_binary (in);
        ck_assert_int_eq (ng_input_peek (in, 20, &got, &n), NG_OK);
        ck_assert_uint_eq (n, is_gzip ? 6 : plain[i].n);
        ck_assert_mem_eq (got, is_gzip ? "binary" : plain[i].bytes, n);
        ck_assert_int_eq (ng_input_plain_fd (in) >= 0, !is_gzip);
        ck_assert_int_eq (ng_input_close (in), NG_OK);
    }
    free (gz);
    free (path);
    sample_remove (dir);
}
END_TEST

/* What is behind the last member must be another one, or zeros.  */
START_TEST (trailing)
{
    static const struct
    {
        const char *bytes;
        size_t n;
    } behind[] = { { "x", 1 }, { "\0x", 2 }, { "\x1f", 1 }, { "\x1f\x8b", 2 } };
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    size_t gz_len, n;
    unsigned char *gz = sample_gzip ("content", 7, &gz_len), *content;

    gz = realloc (gz, gz_len + 2);
    ck_assert_ptr_nonnull (gz);
    memcpy (gz + gz_len, behind[_i].bytes, behind[_i].n);
    sample_write (path, gz, gz_len + behind[_i].n);
    {
        struct ng_fault fault = { 0 };

        ck_assert_int_eq (read_whole (path, 100, &fault, &content, &n),
                          NG_EFORMAT);
        ck_assert_uint_eq (n, 7);
        ck_assert_mem_eq (content, "content", 7);
        ck_assert (fault.has_byte && fault.byte >= gz_len);
    }
    free (content);
    free (gz);
    free (path);
    sample_remove (dir);
}
END_TEST

/* Looking ahead consumes nothing, also where the content is shorter.  */
START_TEST (peeking)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");

    for (size_t n = 0; n < 80; n += 3)
        for (int gzip = 0; gzip < 2; gzip++)
        {
            unsigned char *bytes = random_bytes (n, n), got[100];
            const unsigned char *ahead;
            struct ng_fault fault = { 0 };
            struct ng_input *in;
            size_t gz_len, n_ahead, n_got, at = 0;
            unsigned char *gz = sample_gzip (bytes, n, &gz_len);
            enum ng_err err;

            sample_write (path, gzip ? gz : bytes, gzip ? gz_len : n);
            ck_assert_int_eq (ng_input_open (path, &fault, &in), NG_OK);
            ck_assert_int_eq (ng_input_plain_fd (in), -1);
            for (size_t len = 0; len <= 64; len += 16)
            {
                ck_assert_int_eq (ng_input_peek (in, len, &ahead, &n_ahead),
                                  NG_OK);
                ck_assert_uint_eq (n_ahead, len < n ? len : n);
                ck_assert (memcmp (ahead, bytes, n_ahead) == 0);
            }
            ck_assert_int_eq (ng_input_plain_fd (in) >= 0, !gzip);
            ck_assert_uint_eq (ng_input_offset (in), 0);
            while ((err = ng_input_read (in, got + at, 7, &n_got)) == NG_OK)
                at += n_got;
            ck_assert_int_eq (err, NG_END);
            ck_assert_uint_eq (at, n);
            ck_assert (memcmp (got, bytes, n) == 0);
            ck_assert_int_eq (ng_input_close (in), NG_OK);
            free (bytes);
            free (gz);
        }
    free (path);
    sample_remove (dir);
}
END_TEST

/* As far as it goes, and a byte further.  */
START_TEST (peeking_far)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");

    for (size_t n = NG_PEEK_MAX - 1; n <= NG_PEEK_MAX + 1; n++)
    {
        unsigned char *bytes = random_bytes (n, n), got[NG_PEEK_MAX + 1];
        const unsigned char *ahead;
        struct ng_fault fault = { 0 };
        struct ng_input *in;
        size_t n_ahead;

        bytes[0] = 'x'; /* no gzip */
        sample_write (path, bytes, n);
        ck_assert_int_eq (ng_input_open (path, &fault, &in), NG_OK);
        ck_assert_int_eq (ng_input_peek (in, 8, &ahead, &n_ahead), NG_OK);
        ck_assert_int_eq (ng_input_peek (in, NG_PEEK_MAX, &ahead, &n_ahead),
                          NG_OK);
        ck_assert_uint_eq (n_ahead, n < NG_PEEK_MAX ? n : NG_PEEK_MAX);
        ck_assert (memcmp (ahead, bytes, n_ahead) == 0);
        ck_assert_int_eq (ng_input_read_full (in, got, n, "it"), NG_OK);
        ck_assert (memcmp (got, bytes, n) == 0);
        ck_assert_int_eq (ng_input_close (in), NG_OK);
        free (bytes);
    }
    free (path);
    sample_remove (dir);
}
END_TEST

START_TEST (read_full)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    struct ng_fault fault = { 0 };
    struct ng_input *in;
    unsigned char buf[8];

    sample_write (path, "abcdefghij", 10);
    ck_assert_int_eq (ng_input_open (path, &fault, &in), NG_OK);
    ck_assert_str_eq (ng_input_name (in), path);
    ck_assert_int_eq (ng_input_read_full (in, buf, 5, "it"), NG_OK);
    ck_assert_int_eq (ng_input_read_full (in, buf, 5, "it"), NG_OK);
    ck_assert_mem_eq (buf, "fghij", 5);
    ck_assert_int_eq (ng_input_read_full (in, buf, 5, "it"), NG_END);
    ck_assert_int_eq (fault.err, NG_OK);
    ck_assert_int_eq (ng_input_close (in), NG_OK);

    ck_assert_int_eq (ng_input_open (path, &fault, &in), NG_OK);
    ck_assert_int_eq (ng_input_read_full (in, buf, 8, "it"), NG_OK);
    ck_assert_int_eq (ng_input_read_full (in, buf, 8, "it"), NG_EFORMAT);
    ck_assert_str_eq (fault.text, "it is cut short");
    ck_assert (fault.has_byte && fault.byte == 10);
    ck_assert_int_eq (ng_input_close (in), NG_EFORMAT);
    free (path);
    sample_remove (dir);
}
END_TEST

START_TEST (unreadable)
{
    char *dir = sample_folder (), *path = sample_path (dir, "missing");
    const char *const names[] = { path, dir };
    const int reasons[] = { ENOENT, EISDIR };
    struct ng_input *in = NULL;

    for (int i = 0; i < 2; i++)
    {
        struct ng_fault checked = { 0 }, opened = { 0 };

        ck_assert_int_eq (ng_input_check (names[i], &checked), NG_ESYS);
        ck_assert_int_eq (checked.sys_errno, reasons[i]);
        ck_assert_str_eq (checked.file, names[i]);
        ck_assert_int_eq (ng_input_open (names[i], &opened, &in), NG_ESYS);
        ck_assert_int_eq (opened.sys_errno, reasons[i]);
        ck_assert_ptr_null (in);
    }
    ck_assert_int_eq (ng_input_close (NULL), NG_OK);
    {
        struct ng_fault fault = { 0 };

        ck_assert_int_eq (ng_input_check ("-", &fault), NG_OK);
        if (geteuid () != 0)
        {
            sample_write (path, "", 0);
            (void) chmod (path, 0);
            ck_assert_int_eq (ng_input_check (path, &fault), NG_ESYS);
            ck_assert_int_eq (fault.sys_errno, EACCES);
        }
    }
    free (path);
    sample_remove (dir);
}
END_TEST

/* Many names: the sum of their sizes if that can be known, the first fault.  */
START_TEST (checked_together)
{
    char *dir = sample_folder (), *a = sample_path (dir, "a");
    char *b = sample_path (dir, "b"), *fifo = sample_path (dir, "fifo");
    char *missing = sample_path (dir, "missing");
    const char *const cases[][3] = {
        { a, b, a }, { a, "-", b }, { fifo, a, b }, { a, missing, dir }
    };
    const uint64_t sums[] = { 7 + 11 + 7, 0, 0, 0 };

    sample_write (a, "1234567", 7);
    sample_write (b, "12345678901", 11);
    ck_assert_int_eq (mkfifo (fifo, 0600), 0);
    for (size_t i = 0; i < 4; i++)
    {
        struct ng_fault fault = { 0 };
        uint64_t bytes = 99;

        ck_assert_int_eq (ng_input_check_all (cases[i], 3, &bytes, &fault),
                          i < 3 ? NG_OK : NG_ESYS);
        ck_assert_uint_eq (bytes, i < 3 ? sums[i] : 99);
        if (i == 3)
            ck_assert_str_eq (fault.file, missing);
        else
            ck_assert_int_eq (ng_input_check_all (cases[i], 3, NULL, &fault),
                              NG_OK);
    }
    /* A file of that name is not standard input.  */
    ck_assert_int_eq (chdir (dir), 0);
    {
        const char *const names[] = { "-" };
        struct ng_fault fault = { 0 };
        uint64_t bytes = 99;

        sample_write ("-", "123", 3);
        ck_assert_int_eq (ng_input_check_all (names, 1, &bytes, &fault), NG_OK);
        ck_assert_uint_eq (bytes, 0);
    }
    ck_assert_int_eq (chdir (".."), 0);
    free (a);
    free (b);
    free (fifo);
    free (missing);
    sample_remove (dir);
}
END_TEST

/* Standard input: what is left of a file, or a pipe, and it stays open.  */
START_TEST (standard_input)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    struct ng_fault fault = { 0 };
    struct ng_input *in;
    unsigned char buf[20];
    size_t n;
    int saved = dup (0), fd, ends[2];

    sample_write (path, "abcdefghij", 10);
    fd = open (path, O_RDONLY);
    ck_assert_int_eq (lseek (fd, 4, SEEK_SET), 4);
    ck_assert_int_eq (dup2 (fd, 0), 0);
    ck_assert_int_eq (ng_input_open ("-", &fault, &in), NG_OK);
    ck_assert_uint_eq (ng_input_raw_size (in), 6);
    ck_assert_int_eq (ng_input_read (in, buf, sizeof buf, &n), NG_OK);
    ck_assert_uint_eq (n, 6);
    ck_assert_mem_eq (buf, "efghij", 6);
    ck_assert_int_eq (ng_input_close (in), NG_OK);
    ck_assert_int_ge (fcntl (0, F_GETFD), 0);

    ck_assert_int_eq (pipe (ends), 0);
    ck_assert_int_eq (dup2 (ends[0], 0), 0);
    ck_assert_int_eq (write (ends[1], "\x1f", 1), 1);
    (void) close (ends[1]);
    ck_assert_int_eq (ng_input_open ("-", &fault, &in), NG_OK);
    ck_assert_uint_eq (ng_input_raw_size (in), 0);
    ck_assert_int_eq (ng_input_read (in, buf, sizeof buf, &n), NG_OK);
    ck_assert_uint_eq (n, 1);
    ck_assert_int_eq (ng_input_read (in, buf, sizeof buf, &n), NG_END);
    ck_assert_int_eq (ng_input_close (in), NG_OK);
    (void) close (ends[0]);
    (void) close (fd);
    (void) dup2 (saved, 0);
    (void) close (saved);
    free (path);
    sample_remove (dir);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("input");
    TCase *t = tcase_create ("input");

    tcase_add_test (t, contents);
    tcase_add_test (t, damaged);
    tcase_add_loop_test (t, trailing, 0, 4);
    tcase_add_test (t, binary);
    tcase_add_test (t, peeking);
    tcase_add_test (t, peeking_far);
    tcase_add_test (t, read_full);
    tcase_add_test (t, unreadable);
    tcase_add_test (t, checked_together);
    tcase_add_test (t, standard_input);
    suite_add_tcase (s, t);
    return s;
}
