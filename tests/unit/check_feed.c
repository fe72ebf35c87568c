#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "counts/feed.h"
#include "io/npy.h"
#include "unit.h"

/* What a feed gives to a counter is seen in the n-grams it counts.  */
struct fixture
{
    struct ng_fault fault;
    struct ng_vocab *vocab;
    struct ng_counter *counter;
    struct ng_feed *feed;
};

static struct ng_vocab *
vocab_of (const char *names)
{
    struct ng_vocab *v = ng_vocab_new ();
    uint32_t id;

    ck_assert_ptr_nonnull (v);
    for (const char *p = names; *p;)
    {
        size_t len = strcspn (p, " ");

        ck_assert_int_eq (
            ng_vocab_intern (v, (const unsigned char *) p, len, &id), NG_OK);
        p += len + (p[len] == ' ');
    }
    return v;
}

/* VOCAB: names split by spaces; NULL: every token is taken in.  */
static void
open_feed (struct fixture *f, const char *vocab, bool sentences, unsigned order)
{
    memset (f, 0, sizeof *f);
    f->vocab = vocab_of (vocab ? vocab : "");
    f->counter = ng_counter_new (order);
    ck_assert_ptr_nonnull (f->counter);
    ck_assert_int_eq (ng_feed_new (f->counter, f->vocab, vocab != NULL,
                                   sentences, &f->fault, &f->feed),
                      NG_OK);
}

static void
close_feed (struct fixture *f)
{
    ng_feed_free (f->feed);
    ng_counter_free (f->counter);
    ng_vocab_free (f->vocab);
}

/* Append to TEXT, which has room, the n-gram where WALK stands.  */
static void
append_ngram (const struct ng_walk *walk, const struct ng_vocab *vocab,
              char *text)
{
    char *p = text + strlen (text);

    if (p > text)
        p += snprintf (p, 3, ", ");
    for (unsigned i = 0; i < walk->order; i++)
    {
        size_t len;
        const unsigned char *name =
            ng_vocab_name (vocab, ng_walk_rank (walk, i), &len);

        memcpy (p, name, len);
        p[len] = ' ';
        p += len + 1;
    }
    (void) snprintf (p, 21, "%d", (int) ng_walk_count (walk));
}

/* F has counted the n-grams of ORDER that EXPECTED tells by rising ids, as
   "a b 2, b a 1".  */
static void
check_counts (struct fixture *f, unsigned order, const char *expected)
{
    const uint32_t n = ng_vocab_size (f->vocab);
    uint32_t *ranks = calloc ((size_t) n + 1, sizeof *ranks);
    char *text = calloc (1, 10000);
    struct ng_ngrams g;
    struct ng_walk walk;

    ck_assert (ranks && text);
    for (uint32_t i = 0; i < n; i++)
        ranks[i] = i;
    ck_assert_int_eq (ng_counter_finish (f->counter, ranks, n, &g), NG_OK);
    for (ng_walk_start (&walk, &g, order); ng_walk_next (&walk);)
    {
        append_ngram (&walk, f->vocab, text);
        ck_assert_uint_lt (strlen (text), 9000);
    }
    ck_assert_str_eq (text, expected);
    ng_ngrams_fini (&g);
    free (ranks);
    free (text);
}

/* ----------------------------------------------------------------- tokens  */

/* Give TEXT to F as one list that begins on line LINE: names split by spaces;
   "|" is a line end, "=N" a run of N ends of blank lines.  */
static enum ng_err
give (struct fixture *f, const char *text, uint64_t line)
{
    struct ng_token_list list = { NULL };
    enum ng_err err;

    ck_assert_int_eq (ng_token_list_reset (&list, strlen (text) + 1, 0), NG_OK);
    list.file = "book";
    list.line = line;
    for (const char *p = text; *p;)
    {
        size_t len = strcspn (p, " ");

        if (*p == '|')
            ng_token_list_add (&list, NG_LINE_END, NULL, 1);
        else if (*p == '=')
            ng_token_list_add (&list, NG_BLANK_LINE_END, NULL,
                               (size_t) (p[1] - '0'));
        else
            ng_token_list_add (&list, NG_TOKEN, (const unsigned char *) p, len);
        p += len + (p[len] == ' ');
    }
    err = ng_feed_tokens (f->feed, &list);
    ng_token_list_fini (&list);
    return err;
}

START_TEST (feeds_tokens)
{
    static const struct
    {
        const char *vocab;
        bool sentences;
        unsigned order;
        const char *text[3];
        const char *expected;
    } cases[] = {
        { NULL, false, 1, { "" }, "" },
        { NULL, true, 1, { "" }, "" },
        { NULL, false, 2, { "a b | a", "b |" }, "a b 2, b a 1" },
        { NULL, false, 2, { "a b a", "b", "=3 a |" }, "a b 2, b a 2" },
        { NULL, true, 1, { "a b | a b |" }, "<s> 2, </s> 2, a 2, b 2" },
        { NULL, true, 2, { "a b | a b |" }, "<s> a 2, a b 2, b </s> 2" },
        /* A sentence may come in pieces.  */
        { NULL,
          true,
          2,
          { "a", "b", "c | a" },
          "<s> a 2, a b 1, b c 1, c </s> 1" },
        /* Empty lines are empty sentences, each of them.  */
        { NULL, true, 2, { "=1" }, "<s> </s> 1" },
        { NULL, true, 2, { "=3" }, "<s> </s> 3" },
        { NULL,
          true,
          2,
          { "a | =2", "=1 b |" },
          "<s> </s> 3, <s> a 1, <s> b 1, a </s> 1, b </s> 1" },
        { NULL, true, 3, { "a | b |" }, "<s> a </s> 1, <s> b </s> 1" },
        { NULL, true, 4, { "a | b | =4" }, "" },
        { "<unk> b a", false, 1, { "a b c a |" }, "<unk> 1, b 1, a 2" },
        { "b a <unk>",
          false,
          2,
          { "a", "x", "y" },
          "a <unk> 1, <unk> <unk> 1" },
        { "<unk> a", false, 1, { "<unk> a" }, "<unk> 1, a 1" },
        { "b a", false, 2, { "a b | a" }, "b a 1, a b 1" },
        { "<unk> a", true, 2, { "b a |" }, "<unk> a 1, a </s> 1, <s> <unk> 1" },
        { "</s> <s> a", true, 1, { "a |" }, "</s> 1, <s> 1, a 1" },
        /* Without sentences the marks are tokens as any.  */
        { NULL, false, 1, { "<s> a </s>" }, "<s> 1, a 1, </s> 1" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct fixture f;

        open_feed (&f, cases[i].vocab, cases[i].sentences, cases[i].order);
        for (size_t j = 0; j < 3 && cases[i].text[j]; j++)
            ck_assert_int_eq (give (&f, cases[i].text[j], 1), NG_OK);
        check_counts (&f, cases[i].order, cases[i].expected);
        close_feed (&f);
    }
}
END_TEST

START_TEST (refuses_tokens)
{
    static const struct
    {
        const char *vocab;
        bool sentences;
        const char *text;
        enum ng_err err;
        uint64_t line;
        const char *message;
    } cases[] = {
        { NULL, true, "a | b <s> |", NG_EFORMAT, 11, "<s>" },
        { NULL, true, "a </s> |", NG_EFORMAT, 10, "</s>" },
        { "<unk> a", true, "a | =4 | <s>", NG_EFORMAT, 16, "<s>" },
        { "a b", false, "a b | =2 c a", NG_EINVAL, 13, "<unk>" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct fixture f;

        open_feed (&f, cases[i].vocab, cases[i].sentences, 2);
        ck_assert_int_eq (give (&f, cases[i].text, 10), cases[i].err);
        ck_assert_int_eq (f.fault.err, cases[i].err);
        ck_assert_str_eq (f.fault.file, "book");
        ck_assert_uint_eq (f.fault.line, cases[i].line);
        ck_assert_ptr_nonnull (strstr (f.fault.text, cases[i].message));
        close_feed (&f);
    }
}
END_TEST

/* ------------------------------------------------------------ token files  */

static const char npy_name[] = "check_feed.tmp.npy";

enum
{
    N_LONG = 10000 /* more than one block of ids */
};

/* Write a token file of N_SAID items, of which IDS[N] follow as DTYPE, and
   EXTRA zero bytes; compressed, so that its length is not known before.  */
static void
write_npy (struct ng_dtype dtype, uint64_t n_said, const uint32_t *ids,
           size_t n, unsigned extra, bool compressed)
{
    unsigned char header[NG_NPY_HEADER_BYTES], raw[8] = { 0 };
    gzFile out = gzopen (npy_name, compressed ? "wb" : "wbT");

    ck_assert_ptr_nonnull (out);
    ng_npy_format_header (header, dtype, &n_said, 1);
    ck_assert_int_eq (gzwrite (out, header, sizeof header), sizeof header);
    for (size_t i = 0; i < n; i++)
    {
        if (dtype.is_signed && ids[i] == UINT32_MAX)
            memset (raw, 0xff, sizeof raw); /* -1 */
        else
            ck_assert_uint_eq (ng_npy_encode (dtype, ids + i, 1, raw), 1);
        ck_assert_int_eq (gzwrite (out, raw, dtype.item_bytes),
                          (int) dtype.item_bytes);
    }
    memset (raw, 0, sizeof raw);
    if (extra > 0)
        ck_assert_int_eq (gzwrite (out, raw, extra), (int) extra);
    ck_assert_int_eq (gzclose (out), Z_OK);
}

static enum ng_err
give_npy (struct fixture *f)
{
    struct ng_input *in;
    enum ng_err err;

    ck_assert_int_eq (ng_input_open (npy_name, &f->fault, &in), NG_OK);
    err = ng_feed_npy (f->feed, in, &f->fault);
    (void) ng_input_close (in);
    return err;
}

static const struct ng_dtype dtypes[] = {
    { 1, false }, { 2, false }, { 4, false }, { 8, false },
    { 1, true },  { 2, true },  { 4, true },  { 8, true },
};

START_TEST (feeds_token_files)
{
    static const uint32_t ids[] = { 2, 1, 0, 2, 1 };

    for (int compressed = 0; compressed < 2; compressed++)
        for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        {
            struct fixture f;

            open_feed (&f, "x y z", false, 2);
            write_npy (dtypes[i], 5, ids, 5, 0, compressed);
            ck_assert_int_eq (give_npy (&f), NG_OK);
            /* Text and files follow one another without a break.  */
            ck_assert_int_eq (give (&f, "y |", 1), NG_OK);
            write_npy (dtypes[i], 0, ids, 0, 0, compressed);
            ck_assert_int_eq (give_npy (&f), NG_OK);
            write_npy (dtypes[i], 1, ids, 1, 0, compressed);
            ck_assert_int_eq (give_npy (&f), NG_OK);
            check_counts (&f, 2, "x z 1, y x 1, y y 1, y z 1, z y 2");
            close_feed (&f);
        }
    (void) unlink (npy_name);
}
END_TEST

START_TEST (feeds_long_token_files)
{
    uint32_t *ids = calloc (N_LONG, sizeof *ids);
    struct fixture f;

    ck_assert_ptr_nonnull (ids);
    for (uint32_t i = 0; i < N_LONG; i++)
        ids[i] = i % 4;
    open_feed (&f, "a b c d", false, 2);
    write_npy (dtypes[1], N_LONG, ids, N_LONG, 0, false);
    ck_assert_int_eq (give_npy (&f), NG_OK);
    check_counts (&f, 2, "a b 2500, b c 2500, c d 2500, d a 2499");
    close_feed (&f);
    free (ids);
    (void) unlink (npy_name);
}
END_TEST

/* The file says N_SAID items and has N, of which BAD is not 0 but VALUE.  */
START_TEST (refuses_token_files)
{
    static const struct
    {
        size_t n_said, n, bad;
        uint32_t value;
        unsigned extra;
        unsigned dtype;
        const char *message;
    } cases[] = {
        { 5, 5, 4, 3, 0, 1, "token 4 is id 3, but the vocabulary has 3" },
        { 5, 5, 0, 65535, 0, 1, "token 0 is id 65535" },
        { N_LONG, N_LONG, 9999, 3, 0, 2, "token 9999 is id 3" },
        { 5, 5, 1, UINT32_MAX, 0, 2, "token 1 is id 4294967295" },
        { 5, 5, 2, UINT32_MAX, 0, 6, "token 2 is negative" },
        { N_LONG, N_LONG, 8192, UINT32_MAX, 0, 7, "token 8192 is negative" },
        { 5, 4, 0, 0, 0, 1, "cut short" },
        { 5, 4, 0, 0, 1, 1, "cut short" },
        { 4096 + 2, 4096, 0, 0, 0, 1, "cut short: 4096 of 4098 tokens" },
        { 1, 0, 0, 0, 0, 1, "cut short: 0 of 1 tokens" },
        { 5, 5, 0, 0, 1, 1, "bytes follow the array of 5 tokens" },
        { 5, 6, 0, 0, 0, 1, "bytes follow the array of 5 tokens" },
        { 0, 1, 0, 0, 0, 1, "bytes follow the array of 0 tokens" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        uint32_t *ids = calloc (N_LONG + 1, sizeof *ids);
        struct fixture f;

        ck_assert_ptr_nonnull (ids);
        ids[cases[i].bad] = cases[i].value;
        open_feed (&f, "x y z", false, 2);
        write_npy (dtypes[cases[i].dtype], cases[i].n_said, ids, cases[i].n,
                   cases[i].extra, true);
        ck_assert_int_eq (give_npy (&f), NG_EFORMAT);
        ck_assert_str_eq (f.fault.file, npy_name);
        ck_assert_msg (strstr (f.fault.text, cases[i].message) != NULL,
                       "'%s' does not say '%s'", f.fault.text,
                       cases[i].message);
        /* Where the size of the file tells, the header is not believed.  */
        write_npy (dtypes[cases[i].dtype], cases[i].n_said, ids, cases[i].n,
                   cases[i].extra, false);
        ck_assert_int_eq (give_npy (&f), NG_EFORMAT);
        close_feed (&f);
        free (ids);
    }
    (void) unlink (npy_name);
}
END_TEST

/* What comes behind the array is looked at as well: a wrong checksum, and
   bytes that are no gzip.  */
START_TEST (refuses_damage_behind_the_array)
{
    static const uint32_t ids[] = { 1, 2 };

    for (int more = 0; more < 2; more++)
    {
        struct fixture f;
        FILE *file;

        open_feed (&f, "x y z", false, 2);
        write_npy (dtypes[1], 2, ids, 2, 0, true);
        file = fopen (npy_name, "r+b");
        ck_assert_ptr_nonnull (file);
        ck_assert_int_eq (fseek (file, more ? 0 : -8, SEEK_END), 0);
        ck_assert_uint_eq (fwrite ("more", 1, 4, file), 4);
        ck_assert_int_eq (fclose (file), 0);
        ck_assert_int_eq (give_npy (&f), NG_EFORMAT);
        ck_assert (f.fault.has_byte);
        ck_assert_ptr_null (strstr (f.fault.text, "bytes follow"));
        close_feed (&f);
    }
    (void) unlink (npy_name);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("feed");
    TCase *tc = tcase_create ("feed");

    tcase_add_test (tc, feeds_tokens);
    tcase_add_test (tc, refuses_tokens);
    tcase_add_test (tc, feeds_token_files);
    tcase_add_test (tc, feeds_long_token_files);
    tcase_add_test (tc, refuses_token_files);
    tcase_add_test (tc, refuses_damage_behind_the_array);
    suite_add_tcase (suite, tc);
    return suite;
}
