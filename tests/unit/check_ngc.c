#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "counts/ngcread.h"
#include "counts/ngcwrite.h"
#include "io/spill.h"
#include "rand.h"
#include "sums.h"
#include "unit.h"

/* ------------------------------------------------------------ round trips */

START_TEST (what_is_written_is_read)
{
    static const struct
    {
        size_t n;
        unsigned min, max;
        uint32_t n_types;
        uint64_t max_count;
    } cases[] = {
        { 0, 1, 4, 1, 1 },         { 1, 1, 1, 1, 1 },
        { 3000, 1, 1, 100000, 3 }, { 5000, 1, 2, 900, 40 },
        { 5000, 2, 3, 50, 70000 }, { 5000, 1, 4, 12, UINT64_C (1) << 45 },
        { 4000, 4, 5, 7000, 31 },  { 4000, 6, 6, 4, 33 },
        { 4000, 1, 7, 130, 300 },  { 4000, 8, 8, 5, UINT64_C (1) << 50 },
        { 6000, 1, 8, 70000, 100 }
    };
    struct ng_ngc_info info = { cases[_i].min, cases[_i].max, (unsigned) _i % 4,
                                1, (uint64_t) _i };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    uint64_t state = (uint64_t) _i;
    struct ng_ngc_info read;
    struct ng_ngc *f;

    sums_random (&s, cases[_i].n, info.min_order, info.max_order,
                 cases[_i].n_types, _i % 2, cases[_i].max_count, &state);
    f = sums_to_ngc (&s, &info, &fault);
    sums_expect (&s, f);
    read = ng_ngc_info (f);
    ck_assert_uint_eq (read.min_order, info.min_order);
    ck_assert_uint_eq (read.max_order, info.max_order);
    ck_assert_uint_eq (read.flags, info.flags);
    ck_assert_uint_eq (read.min_count, 1);
    ck_assert_uint_eq (read.top, info.top);
    ng_ngc_close (f);
    sums_free (&s);
}
END_TEST

/* N n-grams of order 1, whose blocks end near N.  */
START_TEST (blocks_end_where_they_should)
{
    static const size_t sizes[] = { 1, 1023, 1024, 1025, 2047, 2048, 2049 };
    struct ng_ngc_info info = { 1, 1, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    struct ng_ngc *f;

    for (size_t i = 0; i < sizes[_i]; i++)
    {
        char name[32];

        (void) snprintf (name, sizeof name, "n%zu", i);
        sums_add (&s, name, i + 1);
    }
    sums_sort (&s);
    f = sums_to_ngc (&s, &info, &fault);
    sums_expect (&s, f);
    ng_ngc_close (f);
    sums_free (&s);
}
END_TEST

/* Counts around those that are written in another way, to the largest.  */
START_TEST (counts_of_every_size)
{
    static const uint64_t counts[] = { 1,
                                       2,
                                       30,
                                       31,
                                       32,
                                       33,
                                       127,
                                       158,
                                       159,
                                       160,
                                       16414,
                                       1,
                                       UINT32_MAX,
                                       UINT64_C (1) << 32,
                                       UINT64_C (1) << 63 };
    struct ng_ngc_info info = { 2, 2, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    struct ng_ngc *f;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    {
        char text[8] = "x a";

        text[2] = (char) ('a' + i);
        sums_add (&s, text, counts[i]);
    }
    sums_sort (&s);
    f = sums_to_ngc (&s, &info, &fault);
    sums_expect (&s, f);
    ng_ngc_close (f);
    sums_free (&s);
    sums_add (&s, "x a", UINT64_MAX);
    f = sums_to_ngc (&s, &info, &fault);
    sums_expect (&s, f);
    ng_ngc_close (f);
    sums_free (&s);
}
END_TEST

START_TEST (the_sum_of_an_order_has_64_bits)
{
    struct ng_ngc_info info = { 1, 1, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_output *out;
    struct ng_ngcw *w;

    ck_assert_int_eq (ng_output_open_unnamed (".", &fault, &out), NG_OK);
    ck_assert_int_eq (ng_ngcw_open (&info, out, ".", &fault, &w), NG_OK);
    ck_assert_int_eq (ng_ngcw_add (w, 1, (uint32_t[]){ 0 }, UINT64_MAX - 1),
                      NG_OK);
    ck_assert_int_eq (ng_ngcw_add (w, 1, (uint32_t[]){ 1 }, 1), NG_OK);
    ck_assert_int_eq (ng_ngcw_add (w, 1, (uint32_t[]){ 2 }, 1), NG_EOVERFLOW);
    ck_assert_int_eq (fault.err, NG_EOVERFLOW);
    ng_ngcw_close (w);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
}
END_TEST

START_TEST (rare_ngrams_are_left_out)
{
    struct ng_ngc_info info = { 1, 3, NG_NGC_CUT, 3, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    uint64_t state = 2;
    struct ng_ngc *f;

    sums_random (&s, 3000, 1, 3, 9, false, 5, &state);
    f = sums_to_ngc (&s, &info, &fault);
    sums_cut (&s, 3);
    sums_expect (&s, f);
    ng_ngc_close (f);
    sums_free (&s);
}
END_TEST

/* A cursor that is sought goes on as one that has come there.  */
START_TEST (cursors_go_anywhere)
{
    struct ng_ngc_info info = { 3, 3, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    struct ng_ngc_cursor walk, c;
    uint64_t state = 8, n;
    struct ng_ngc *f;

    sums_random (&s, 6000, 3, 3, 60, false, 100, &state);
    f = sums_to_ngc (&s, &info, &fault);
    n = ng_ngc_level (f, 3).n;
    ng_ngc_cursor_start (&c, f, 3);
    for (int i = 0; i < 300; i++)
    {
        uint64_t item = i < 4 ? n - (uint64_t) i % 2 : rand_below (&state, n);
        unsigned steps = (unsigned) rand_below (&state, 1500);

        ng_ngc_cursor_start (&walk, f, 3);
        for (uint64_t k = 0; k < item; k++)
            ck_assert_int_eq (ng_ngc_cursor_next (&walk), NG_OK);
        ck_assert_int_eq (ng_ngc_cursor_seek (&c, item), NG_OK);
        for (unsigned k = 0; k < steps; k++)
        {
            enum ng_err err = ng_ngc_cursor_next (&walk);

            ck_assert_int_eq (ng_ngc_cursor_next (&c), err);
            if (err != NG_OK)
                break;
            ck_assert_mem_eq (c.ranks, walk.ranks, 3 * sizeof *c.ranks);
            ck_assert_uint_eq (c.count, walk.count);
            ck_assert_uint_eq (c.next, walk.next);
            if (k > 0)
                ck_assert_uint_eq (c.common, walk.common);
        }
    }
    ng_ngc_close (f);
    sums_free (&s);
}
END_TEST

typedef enum ng_err keys_writer (struct ng_ngcw *w, struct ng_key_shape shape,
                                 struct ng_key_cut cut, const uint64_t *entries,
                                 size_t n);

/* The file that WRITE makes of the keys "a", "a b", "b a", "b c" and "c", which
   count 1 to 5.  */
static struct ng_ngc *
write_keys (keys_writer *write, struct ng_fault *fault)
{
    const struct ng_key_shape shape = ng_key_shape (2, 3);
    const struct ng_key_cut whole = ng_key_cut (shape, 0, UINT64_MAX);
    struct ng_ngc_info info = { 1, 2, 0, 1, 0 };
    static const uint32_t tokens[][2] = {
        { 1, 0 }, { 1, 2 }, { 2, 1 }, { 2, 3 }, { 3, 0 }
    };
    static const char *const names[] = { "a", "b", "c" };
    struct ng_output *out;
    struct ng_ngcw *w;
    struct ng_ngc *f;

    ck_assert_int_eq (ng_output_open_unnamed (".", fault, &out), NG_OK);
    ck_assert_int_eq (ng_ngcw_open (&info, out, ".", fault, &w), NG_OK);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq (ng_ngcw_name (w, (const unsigned char *) names[i], 1),
                          NG_OK);
    for (uint64_t i = 0; i < 5; i++)
    {
        uint64_t entry[2] = { 0, i + 1 };

        ng_key_push (entry, shape, 1, tokens[i][0]);
        ng_key_push (entry, shape, 1, tokens[i][1]);
        ck_assert_int_eq (write (w, shape, whole, entry, 1), NG_OK);
    }
    ck_assert_int_eq (ng_ngcw_finish (w), NG_OK);
    ng_ngcw_close (w);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_ngc_open_fd (ng_output_fd (out), "x", fault, &f),
                      NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    return f;
}

/* Those keys as WRITE writes them: the pairs as they are, and A, B and C of the
   names, 0 where a name is not there.  */
static void
expect_keys (keys_writer *write, uint64_t a, uint64_t b, uint64_t c)
{
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    struct ng_ngc *f = write_keys (write, &fault);

    sums_add (&s, "a", a);
    sums_add (&s, "b", b);
    sums_add (&s, "c", c);
    sums_add (&s, "a b", 2);
    sums_add (&s, "b a", 3);
    sums_add (&s, "b c", 4);
    sums_sort (&s);
    sums_cut (&s, 1);
    sums_expect (&s, f);
    ng_ngc_close (f);
    sums_free (&s);
}

/* Keys of the highest order make the lower ones too.  */
START_TEST (keys_give_all_orders)
{
    expect_keys (ng_ngcw_keys, 3, 7, 5);
}
END_TEST

/* Leaves stay what they are.  */
START_TEST (leaves_are_not_added_up)
{
    expect_keys (ng_ngcw_leaves, 1, 0, 5);
}
END_TEST

/* The bytes, *N, of a file of all 3-grams of 26 names, whose writer is given
   PIECES[N_PIECES], half of them late.  */
static unsigned char *
write_with (struct ng_piece *pieces, size_t n_pieces, size_t *n)
{
    const struct ng_key_shape shape = ng_key_shape (3, 26);
    const struct ng_key_cut whole = ng_key_cut (shape, 0, UINT64_MAX);
    struct ng_ngc_info info = { 1, 3, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_pieces list = { NULL, NULL };
    struct ng_output *out;
    struct ng_ngcw *w;
    unsigned char *bytes;
    size_t given = 0;

    ck_assert_int_eq (ng_output_open_unnamed (".", &fault, &out), NG_OK);
    ck_assert_int_eq (ng_ngcw_open (&info, out, ".", &fault, &w), NG_OK);
    for (char c = 'a'; c <= 'z'; c++)
        ck_assert_int_eq (ng_ngcw_name (w, (unsigned char *) &c, 1), NG_OK);
    for (uint32_t k = 0; k < 26 * 26 * 26; k++)
    {
        uint64_t entry[NG_KEY_WORDS_MAX + 1] = { 0 };

        while (given < (k < 9000 ? n_pieces / 2 : n_pieces))
            ng_pieces_add (&list, &pieces[given++]);
        ng_ngcw_give (w, &list);
        ck_assert_ptr_null (list.first);
        ng_key_push (entry, shape, shape.words, k / 26 / 26 + 1);
        ng_key_push (entry, shape, shape.words, k / 26 % 26 + 1);
        ng_key_push (entry, shape, shape.words, k % 26 + 1);
        entry[shape.words] = k % 5 + 1;
        ck_assert_int_eq (ng_ngcw_keys (w, shape, whole, entry, 1), NG_OK);
    }
    ck_assert_int_eq (ng_ngcw_finish (w), NG_OK);
    ng_ngcw_close (w);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    bytes = sums_read_fd (ng_output_fd (out), n);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    return bytes;
}

/* What waits for its place in the file waits in memory as far as that reaches,
   and then in files: the bytes are the same.  */
START_TEST (memory_that_is_given_changes_nothing)
{
    static const size_t given[] = { 1, 2, 3, 4, 5, 8, 100 };
    static struct ng_piece memory[100];
    unsigned char *bytes, *without;
    size_t n, n_without;

    without = write_with (NULL, 0, &n_without);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
    {
        bytes = write_with (memory, given[i], &n);
        ck_assert_uint_eq (n, n_without);
        ck_assert_mem_eq (bytes, without, n);
        free (bytes);
    }
    free (without);
}
END_TEST

/* ----------------------------------------------------------------- damage */

/* Read all that is in the file of BYTES[N]; NG_OK if nothing is wrong.  */
static enum ng_err
read_all (const unsigned char *bytes, size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    int fd = ng_spill_unnamed (".");
    struct ng_ngc *f = NULL;
    struct ng_ngc_names names;
    enum ng_err err;

    ck_assert_int_ge (fd, 0);
    ck_assert_int_eq (write (fd, bytes, n), (ssize_t) n);
    err = ng_ngc_open_fd (fd, "damaged", &fault, &f);
    (void) close (fd);
    if (err == NG_OK)
    {
        struct ng_ngc_info info = ng_ngc_info (f);

        for (unsigned k = info.min_order; k <= info.max_order && err == NG_OK;
             k++)
        {
            struct ng_ngc_cursor c;

            ng_ngc_cursor_start (&c, f, k);
            while (err == NG_OK)
                err = ng_ngc_cursor_next (&c);
            err = err == NG_END ? NG_OK : err;
        }
        ng_ngc_names_start (&names, f);
        while (err == NG_OK)
            err = ng_ngc_names_next (&names);
        err = err == NG_END ? NG_OK : err;
        ng_ngc_names_fini (&names);
    }
    /* A fault says where.  */
    if (err != NG_OK)
    {
        ck_assert_int_eq (fault.err, err);
        ck_assert_str_eq (fault.file, "damaged");
        ck_assert (fault.has_byte);
        ck_assert_uint_gt (strlen (fault.text), 0);
    }
    ng_ngc_close (f);
    return err;
}

static unsigned char *
small_file (size_t *n)
{
    struct ng_ngc_info info = { 1, 3, NG_NGC_SENTENCES, 1, 0 };
    struct sums s = { NULL, 0, 0 };
    uint64_t state = 1;
    unsigned char *bytes;

    sums_random (&s, 60, 1, 3, 20, true, 100000, &state);
    bytes = sums_to_bytes (&s, &info, n);
    ck_assert_int_eq (read_all (bytes, *n), NG_OK);
    sums_free (&s);
    return bytes;
}

START_TEST (a_wrong_byte_is_noticed)
{
    static const unsigned char flips[] = { 0x01, 0x80, 0xff };
    size_t n;
    unsigned char *bytes = small_file (&n);

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof flips; k++)
        {
            bytes[i] ^= flips[k];
            if (read_all (bytes, n) != NG_EFORMAT)
                ck_abort_msg ("byte %zu changed by %#x", i, flips[k]);
            bytes[i] ^= flips[k];
        }
    free (bytes);
}
END_TEST

START_TEST (a_wrong_length_is_noticed)
{
    size_t n;
    unsigned char *bytes = small_file (&n);

    for (size_t i = 0; i < n; i++)
        if (read_all (bytes, i) != NG_EFORMAT)
            ck_abort_msg ("cut after %zu bytes", i);
    /* Bytes too many: SUMS_TO_BYTES leaves room for one.  */
    bytes[n] = 0;
    ck_assert_int_eq (read_all (bytes, n + 1), NG_EFORMAT);
    free (bytes);
}
END_TEST

/* With right checksums, the trailer may still lead out of the file.  */
START_TEST (contents_before_the_file_are_noticed)
{
    struct ng_ngc_info info = { 1, 1, 0, 1, 0 };
    unsigned char bytes[NG_NGC_HEADER_BYTES + NG_NGC_TRAILER_BYTES] = { 0 };
    unsigned char *t = bytes + NG_NGC_HEADER_BYTES;

    ng_ngc_format_header (&info, bytes);
    memcpy (t + 24, NG_NGC_END_MAGIC, NG_NGC_MAGIC_BYTES);
    t[16] = sizeof bytes;
    for (unsigned n = 0; n <= 18; n++)
    {
        uint64_t offset = NG_NGC_HEADER_BYTES - n * UINT64_C (48);

        t[8] = (unsigned char) n;
        for (int i = 0; i < 8; i++)
            t[i] = (unsigned char) (offset >> 8 * i);
        ck_assert_int_eq (read_all (bytes, sizeof bytes), NG_EFORMAT);
    }
}
END_TEST

/* A writer of unigrams to a file without a name.  */
static struct ng_ngcw *
open_names (struct ng_fault *fault, struct ng_output **out)
{
    static const struct ng_ngc_info info = { 1, 1, 0, 1, 0 };
    struct ng_ngcw *w;

    ck_assert_int_eq (ng_output_open_unnamed (".", fault, out), NG_OK);
    ck_assert_int_eq (ng_ngcw_open (&info, *out, ".", fault, &w), NG_OK);
    return w;
}

static void
put_name (struct ng_ngcw *w, const char *name)
{
    ck_assert_int_eq (
        ng_ngcw_name (w, (const unsigned char *) name, strlen (name)), NG_OK);
}

/* What comes of reading what W wrote to OUT.  */
static enum ng_err
read_names (struct ng_ngcw *w, struct ng_output *out)
{
    unsigned char *bytes;
    size_t n;
    enum ng_err err;

    ck_assert_int_eq (ng_ngcw_finish (w), NG_OK);
    ng_ngcw_close (w);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    bytes = sums_read_fd (ng_output_fd (out), &n);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    err = read_all (bytes, n);
    free (bytes);
    return err;
}

/* A writer's order is the caller's, so what is wrong there shows when it is
   read: names that do not rise, and names with what is escaped in text.  */
START_TEST (wrong_names_are_noticed)
{
    static const char *const wrong[][2] = { { "b", "a" },     { "a", "a" },
                                            { "a", "a b" },   { "a", "a\tb" },
                                            { "a", "a\x01" }, { "a b", "c" },
                                            { "a", "\n" },    { "", "a" } };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_output *out;
    struct ng_ngcw *w = open_names (&fault, &out);

    put_name (w, wrong[_i][0]);
    put_name (w, wrong[_i][1]);
    ck_assert_int_eq (read_names (w, out), NG_EFORMAT);
}
END_TEST

/* A block of names begins anew, and yet above the one before.  */
START_TEST (names_rise_from_block_to_block)
{
    static const char *const last[] = { "w1024", "w1023", "w1000", "a", "w1" };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_output *out;
    struct ng_ngcw *w = open_names (&fault, &out);

    for (int i = 0; i < NG_NGC_BLOCK_ITEMS; i++)
    {
        char name[16];

        (void) snprintf (name, sizeof name, "w%04d", i);
        put_name (w, name);
    }
    put_name (w, last[_i]);
    ck_assert_int_eq (read_names (w, out), _i == 0 ? NG_OK : NG_EFORMAT);
}
END_TEST

/* The second block of a level, with a right checksum but an n-gram, or a
   count, that is not right after the first.  */
START_TEST (wrong_ngrams_are_noticed)
{
    /* The last item: nothing in common, count 1, rank 1024 = 0x80 0x08.  */
    static const unsigned char items[][3] = {
        { 0x00, 0x80, 0x08 }, { 0x00, 0xff, 0x07 }, { 0x00, 0x80, 0x00 },
        { 0x00, 0x81, 0x08 }, { 0x20, 0x80, 0x08 }, { 0x01, 0x80, 0x08 },
        { 0x00, 0x80, 0x88 }, { 0x00, 0x00, 0x08 }
    };
    struct ng_ngc_info info = { 1, 1, 0, 1, 0 };
    struct sums s = { NULL, 0, 0 };
    unsigned char *bytes, *block;
    size_t n;

    for (size_t i = 0; i < 1025; i++)
    {
        char name[32];

        (void) snprintf (name, sizeof name, "n%zu", i);
        sums_add (&s, name, 1);
    }
    sums_sort (&s);
    bytes = sums_to_bytes (&s, &info, &n);
    block = bytes + NG_NGC_HEADER_BYTES;
    block += NG_NGC_BLOCK_HEAD_BYTES + ng_get_u32le (block + 4);
    ck_assert_uint_eq (ng_get_u32le (block), 1);
    ck_assert_uint_eq (ng_get_u32le (block + 4), 3);
    memcpy (block + NG_NGC_BLOCK_HEAD_BYTES, items[_i], 3);
    ng_put_u32le (block + 8, 0);
    ng_put_u32le (block + 8,
                  ng_ngc_checksum (block, NG_NGC_BLOCK_HEAD_BYTES + 3));
    ck_assert_int_eq (read_all (bytes, n), _i == 0 ? NG_OK : NG_EFORMAT);
    free (bytes);
    sums_free (&s);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("ngc");
    TCase *tc = tcase_create ("ngc");

    tcase_add_loop_test (tc, what_is_written_is_read, 0, 11);
    tcase_add_loop_test (tc, blocks_end_where_they_should, 0, 7);
    tcase_add_test (tc, counts_of_every_size);
    tcase_add_test (tc, the_sum_of_an_order_has_64_bits);
    tcase_add_test (tc, rare_ngrams_are_left_out);
    tcase_add_test (tc, cursors_go_anywhere);
    tcase_add_test (tc, keys_give_all_orders);
    tcase_add_test (tc, leaves_are_not_added_up);
    tcase_add_test (tc, memory_that_is_given_changes_nothing);
    tcase_add_test (tc, a_wrong_byte_is_noticed);
    tcase_add_test (tc, a_wrong_length_is_noticed);
    tcase_add_test (tc, contents_before_the_file_are_noticed);
    tcase_add_loop_test (tc, wrong_names_are_noticed, 0, 8);
    tcase_add_loop_test (tc, names_rise_from_block_to_block, 0, 5);
    tcase_add_loop_test (tc, wrong_ngrams_are_noticed, 0, 8);
    suite_add_tcase (suite, tc);
    return suite;
}
