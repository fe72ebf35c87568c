#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/nglimits.h"
#include "sample.h"
#include "spelled.h"
#include "text/blocks.h"
#include "unit.h"

enum
{
    N_MODES = NG_BYTE + 1,
    UNCUT = 9 << 17 /* bytes of text that is found no place to cut in */
};

/* What came out.  Where a line is cut between blocks, whether all of it is
   blank is not known any more.  */
struct record
{
    struct spelled spelled;
    uint64_t n_invalid;
};

static void
scan_whole (enum ng_tokenize_mode mode, const unsigned char *text, size_t n,
            struct record *r)
{
    struct ng_tokenizer t;

    ng_tokenizer_init (&t, mode, true, false);
    r->spelled.ends_alike = true;
    spelled_whole (&r->spelled, &t, "whole", text, n);
    r->n_invalid += t.n_invalid;
}

static uint64_t
count_newlines (const unsigned char *text, size_t n)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines;
}

/* The files NAMES[N] block by block, each scanned for itself.  Returns how
   many blocks there were.  */
static uint64_t
scan_blocks (enum ng_tokenize_mode mode, const char *const *names, size_t n,
             struct record *r)
{
    struct ng_fault fault = { 0 };
    struct ng_block block = { 0 };
    struct ng_token_list list = { 0 };
    struct ng_blocks *b;
    uint64_t n_blocks = 0, n_files = 0, line = 1;
    enum ng_err err;

    ck_assert_int_eq (ng_blocks_open (names, n, mode, &fault, &b), NG_OK);
    while ((err = ng_blocks_next (b, &block)) == NG_OK)
    {
        struct ng_tokenizer t;

        NG_ENSURE (!block.is_ids && block.number == n_blocks++);
        NG_ENSURE (strcmp (block.file, names[n_files]) == 0);
        NG_ENSURE (block.line == line);
        line =
            block.ends_file ? 1 : line + count_newlines (block.text, block.len);
        n_files += block.ends_file;
        NG_ENSURE (ng_blocks_bytes_total (b) == 0
                   || ng_blocks_bytes_done (b) <= ng_blocks_bytes_total (b));
        ng_tokenizer_init (&t, mode, true, false);
        ck_assert_int_eq (ng_block_scan (&block, &t, &list, &fault), NG_OK);
        r->spelled.ends_alike = true;
        spelled_add (&r->spelled, &list);
        r->n_invalid += t.n_invalid;
    }
    ck_assert_int_eq (err, NG_END);
    ck_assert_int_eq (ng_blocks_next (b, &block), NG_END);
    ck_assert_uint_eq (n_files, n);
    ck_assert_uint_eq (ng_blocks_bytes_done (b), ng_blocks_bytes_total (b));
    ng_token_list_fini (&list);
    ng_block_fini (&block);
    ng_blocks_close (b);
    return n_blocks;
}

static void
expect_same (struct record *got, struct record *exp)
{
    const struct spelled *g = &got->spelled, *e = &exp->spelled;

    ck_assert_uint_eq (g->n, e->n);
    ck_assert (g->n == 0 || memcmp (g->bytes, e->bytes, g->n) == 0);
    ck_assert_uint_eq (got->n_invalid, exp->n_invalid);
    free (got->spelled.bytes);
    free (exp->spelled.bytes);
}

/* Random text of CAP bytes, each stretch of some thousand from other pieces,
   so that every kind comes to stand where blocks are cut.  Without LINES there
   is no newline in it.  */
static size_t
make_text (uint64_t *state, unsigned char *text, size_t cap, bool lines)
{
    size_t n = 0, more;

    do
    {
        size_t want = 1 + (size_t) rand_below (state, 3000);

        more = sample_text (state, text + n, want < cap - n ? want : cap - n);
        n += more;
    } while (more > 0 || cap - n > 100);
    for (size_t i = 0; i < n && !lines; i++)
        if (text[i] == '\n')
            text[i] = '\r';
    return n;
}

/* Files of odd sizes around those of blocks, plain and compressed, some empty,
   some with a byte-order mark.  */
START_TEST (random_text)
{
    enum
    {
        N_FILES = 6
    };
    static const size_t sizes[N_FILES] = {
        600000, 0, NG_BLOCK_BYTES, 1, NG_BLOCK_BYTES + 1, 300000
    };
    const enum ng_tokenize_mode mode = (enum ng_tokenize_mode) (_i % N_MODES);
    uint64_t state = (uint64_t) _i, n_blocks;
    char *dir = sample_folder (), *paths[N_FILES];
    struct record got = { .n_invalid = 0 }, exp = { .n_invalid = 0 };

    for (size_t i = 0; i < N_FILES; i++)
    {
        char name[] = { (char) ('a' + i), '\0' };
        unsigned char *text = ng_alloc_array (sizes[i] + 3, 1), *gz;
        size_t n = 0, gz_len;

        ck_assert_ptr_nonnull (text);
        if (i % 3 == 2)
        {
            memcpy (text, "\xef\xbb\xbf", 3);
            n = 3;
        }
        n += make_text (&state, text + n, sizes[i], _i / N_MODES > 0);
        paths[i] = sample_path (dir, name);
        gz = sample_gzip (text, n, &gz_len);
        sample_write (paths[i], i == 4 ? gz : text, i == 4 ? gz_len : n);
        scan_whole (mode, text, n, &exp);
        free (text);
        free (gz);
    }
    n_blocks = scan_blocks (mode, (const char *const *) paths, N_FILES, &got);
    ck_assert_uint_ge (n_blocks, N_FILES + 3);
    expect_same (&got, &exp);
    for (size_t i = 0; i < N_FILES; i++)
        free (paths[i]);
    sample_remove (dir);
}
END_TEST

/* What must not be cut apart, at every place around the end of a block that is
   one line.  */
START_TEST (edges)
{
    static const char *const units[] = {
        "\r\n",     "\r\n\r\n",     "\r\r\n",           "a\n",      " \n",
        "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xe2\x82", "a\xcc\x81",
        "1,234.5",  "don't",        " \xcc\x81"
    };
    const enum ng_tokenize_mode mode = (enum ng_tokenize_mode) _i;
    char *dir = sample_folder (), *path = sample_path (dir, "text");
    const char *const names[] = { path };
    const size_t n = NG_BLOCK_BYTES + 20;
    unsigned char *text = malloc (n);

    ck_assert_ptr_nonnull (text);
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        for (size_t before = 0; before <= strlen (units[u]) + 1; before++)
        {
            struct record got = { .n_invalid = 0 }, exp = { .n_invalid = 0 };

            for (size_t i = 0; i < n; i++)
                text[i] = (unsigned char) "ab c"[i % 4];
            memcpy (text + NG_BLOCK_BYTES - before, units[u],
                    strlen (units[u]));
            sample_write (path, text, n);
            scan_whole (mode, text, n, &exp);
            ck_assert_uint_eq (scan_blocks (mode, names, 1, &got), 2);
            expect_same (&got, &exp);
        }
    free (text);
    free (path);
    sample_remove (dir);
}
END_TEST

/* Text without end that is all of one unit, of which some modes find no place
   to cut by looking at two bytes.  */
START_TEST (uncut_text)
{
    static const char *const units[] = { "\xc3\xa9,", "\xc3\xa9\f", "\r",
                                         "\xe4\xb8\xad\v\xff" };
    const enum ng_tokenize_mode mode = (enum ng_tokenize_mode) (_i % N_MODES);
    const char *unit = units[_i / N_MODES];
    const size_t len = strlen (unit), n = UNCUT / len * len;
    char *dir = sample_folder (), *path = sample_path (dir, "text");
    const char *const names[] = { path };
    unsigned char *text = malloc (n);
    struct record got = { .n_invalid = 0 }, exp = { .n_invalid = 0 };

    ck_assert_ptr_nonnull (text);
    for (size_t i = 0; i < n; i++)
        text[i] = (unsigned char) unit[i % len];
    /* What is a token beyond the limit is in check_corpus.  */
    if (mode != NG_SPACE || !memchr (unit, ',', len))
    {
        sample_write (path, text, n);
        scan_whole (mode, text, n, &exp);
        ck_assert_uint_gt (scan_blocks (mode, names, 1, &got), 1);
        expect_same (&got, &exp);
    }
    free (text);
    free (path);
    sample_remove (dir);
}
END_TEST

/* A token beyond the limit ends it, wherever it is cut.  */
START_TEST (endless_token)
{
    const size_t n = UNCUT;
    char *dir = sample_folder (), *path = sample_path (dir, "text");
    const char *const names[] = { path };
    unsigned char *text = malloc (n);
    struct ng_fault fault = { 0 };
    struct ng_block block = { 0 };
    struct ng_blocks *b;

    ck_assert_ptr_nonnull (text);
    memset (text, 'x', n);
    memcpy (text, "a\nb\n", 4);
    sample_write (path, text, n);
    ck_assert_int_eq (ng_blocks_open (names, 1, NG_SPACE, &fault, &b), NG_OK);
    ck_assert_int_eq (ng_blocks_next (b, &block), NG_OK);
    ck_assert_int_eq (ng_blocks_next (b, &block), NG_ELIMIT);
    ck_assert_uint_eq (fault.line, 3);
    ng_blocks_close (b);
    ng_block_fini (&block);
    free (text);
    free (path);
    sample_remove (dir);
}
END_TEST

/* -------------------------------------------------------------- token files  */

static size_t
make_npy (const char *path, struct ng_dtype dtype, uint64_t n, int extra)
{
    size_t len = NG_NPY_HEADER_BYTES + (size_t) n * dtype.item_bytes;
    unsigned char *bytes = calloc (len + 1, 1);

    ck_assert_ptr_nonnull (bytes);
    ng_npy_format_header (bytes, dtype, &n, 1);
    for (uint64_t i = 0; i < n; i++)
        ng_put_u16le (bytes + NG_NPY_HEADER_BYTES + i * dtype.item_bytes,
                      (uint16_t) i);
    sample_write (path, bytes, len + (size_t) extra);
    free (bytes);
    return len;
}

/* Ids between two texts, all of them in order.  */
START_TEST (token_file)
{
    const struct ng_dtype dtype = { _i ? 8 : 2, false };
    const uint64_t n = _i == 2 ? 0 : 300000;
    char *dir = sample_folder (), *text = sample_path (dir, "text");
    char *npy = sample_path (dir, "npy");
    const char *const names[] = { text, npy, text };
    struct ng_fault fault = { 0 };
    struct ng_block block = { 0 };
    struct ng_blocks *b;
    uint64_t at = 0;

    sample_write (text, "a b\n", 4);
    (void) make_npy (npy, dtype, n, 0);
    ck_assert_int_eq (ng_blocks_open (names, 3, NG_WORD, &fault, &b), NG_OK);
    ck_assert_int_eq (ng_blocks_next (b, &block), NG_OK);
    ck_assert (!block.is_ids && block.ends_file && block.len == 4);
    do
    {
        ck_assert_int_eq (ng_blocks_next (b, &block), NG_OK);
        ck_assert (block.is_ids && strcmp (block.file, npy) == 0);
        ck_assert_uint_eq (block.dtype.item_bytes, dtype.item_bytes);
        ck_assert_uint_eq (block.item, at);
        ck_assert_uint_le (block.len, NG_BLOCK_BYTES);
        for (size_t i = 0; i < block.len; i += dtype.item_bytes)
            NG_ENSURE (ng_get_u16le (block.text + i) == (uint16_t) at++);
    } while (!block.ends_file);
    ck_assert_uint_eq (at, n);
    ck_assert_int_eq (ng_blocks_next (b, &block), NG_OK);
    ck_assert (!block.is_ids && block.ends_file && block.len == 4);
    ck_assert_int_eq (ng_blocks_next (b, &block), NG_END);
    ng_blocks_close (b);
    ng_block_fini (&block);
    free (text);
    free (npy);
    sample_remove (dir);
}
END_TEST

static enum ng_err
read_to_end (const char *name, struct ng_fault *fault)
{
    const char *const names[] = { name };
    struct ng_block block = { 0 };
    struct ng_blocks *b = NULL;
    enum ng_err err = ng_blocks_open (names, 1, NG_WORD, fault, &b);

    while (err == NG_OK)
        err = ng_blocks_next (b, &block);
    ng_blocks_close (b);
    ng_block_fini (&block);
    return err;
}

START_TEST (faults)
{
    char *dir = sample_folder (), *npy = sample_path (dir, "npy");
    const struct ng_dtype u4 = { 4, false };
    const int extras[] = { 1, -1, -4 };

    for (size_t i = 0; i < 3; i++)
    {
        struct ng_fault fault = { 0 };

        (void) make_npy (npy, u4, 100000, extras[i]);
        ck_assert_int_eq (read_to_end (npy, &fault), NG_EFORMAT);
        ck_assert_str_eq (fault.file, npy);
    }
    ck_assert_int_eq (unlink (npy), 0);
    {
        struct ng_fault fault = { 0 };

        ck_assert_int_eq (read_to_end (npy, &fault), NG_ESYS);
        ck_assert_str_eq (fault.file, npy);
    }
    free (npy);
    sample_remove (dir);
}
END_TEST

/* A file that cannot be begun is at fault where its first block would be.  */
START_TEST (number_of_a_fault)
{
    static const unsigned char bad[] = { 0x1f, 0x8b, 8, 0, 0,    0,
                                         0,    0,    0, 3, 0xff, 0xff };
    char *dir = sample_folder ();
    char *text = sample_path (dir, "text"), *gz = sample_path (dir, "gz");
    const char *const names[] = { text, gz };
    struct ng_fault fault = { 0 };
    struct ng_block block = { 0 };
    struct ng_blocks *b;

    sample_write (text, "a b\n", 4);
    sample_write (gz, bad, sizeof bad);
    ck_assert_int_eq (ng_blocks_open (names, 2, NG_SPACE, &fault, &b), NG_OK);
    ck_assert_int_eq (ng_blocks_next (b, &block), NG_OK);
    ck_assert_uint_eq (block.number, 0);
    ck_assert_int_eq (ng_blocks_next (b, &block), NG_EFORMAT);
    ck_assert_uint_eq (block.number, 1);
    ng_blocks_close (b);
    ng_block_fini (&block);
    ck_assert_int_eq (unlink (text), 0);
    ck_assert_int_eq (unlink (gz), 0);
    free (text);
    free (gz);
    sample_remove (dir);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("blocks");
    TCase *t = tcase_create ("blocks");

    tcase_add_loop_test (t, random_text, 0, 2 * N_MODES);
    tcase_add_loop_test (t, edges, 0, N_MODES);
    tcase_add_loop_test (t, uncut_text, 0, 4 * N_MODES);
    tcase_add_test (t, endless_token);
    tcase_add_loop_test (t, token_file, 0, 3);
    tcase_add_test (t, faults);
    tcase_add_test (t, number_of_a_fault);
    suite_add_tcase (s, t);
    return s;
}
