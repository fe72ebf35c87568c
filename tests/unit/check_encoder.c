#include <config.h>

#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/nglimits.h"
#include "io/npy.h"
#include "sample.h"
#include "text/encoder.h"

enum
{
    N_TYPES = 300,
    N_TOKENS = 40000,
    ROOM = 16 /* of a name, with the pad */
};

/* Tokens drawn so that some types are common: the type of each.  */
struct text
{
    char names[N_TYPES][ROOM];
    unsigned types[N_TOKENS];
    size_t n;
};

static struct text *
text_new (uint64_t seed, size_t n)
{
    struct text *t = calloc (1, sizeof *t);

    ck_assert_ptr_nonnull (t);
    for (unsigned i = 0; i < N_TYPES; i++)
        (void) snprintf (t->names[i], ROOM, "w%u", i * 31 % N_TYPES);
    (void) snprintf (t->names[7], ROOM, "%s", NG_UNK);
    t->n = n;
    for (size_t i = 0; i < n; i++)
        t->types[i] =
            (unsigned) rand_below (&seed, 1 + rand_below (&seed, N_TYPES));
    return t;
}

/* Add T's tokens in lists of random lengths, with line ends between.  */
static void
add_text (struct ng_encoder *e, const struct text *t)
{
    uint64_t state = 1;

    for (size_t at = 0; at < t->n;)
    {
        struct ng_token items[1000];
        struct ng_token_list list = { .items = items };
        size_t n = (size_t) rand_below (&state, 999);

        for (; n > 0 && at < t->n; n--)
            if (rand_below (&state, 10) == 0)
                ng_token_list_add (&list, NG_LINE_END, NULL, 1);
            else
            {
                const char *name = t->names[t->types[at++]];

                ng_token_list_add (&list, NG_TOKEN,
                                   (const unsigned char *) name, strlen (name));
            }
        expect (ng_encoder_add (e, &list) == NG_OK);
    }
    ck_assert_uint_eq (ng_encoder_n_tokens (e), t->n);
}

/* Write E's ids to a file and read them by hand.  */
static uint32_t *
ids_of (struct ng_encoder *e, const char *dir, size_t n, size_t item_bytes)
{
    char *path = sample_path (dir, "ids.npy");
    struct ng_fault fault = { 0 };
    struct ng_output *out = NULL;
    unsigned char *file, header[NG_NPY_HEADER_BYTES];
    uint32_t *ids = calloc (n + 1, sizeof *ids);
    const uint64_t shape = n;
    size_t size;

    ck_assert_ptr_nonnull (ids);
    ck_assert_int_eq (ng_output_open (path, &fault, &out), NG_OK);
    ck_assert_int_eq (ng_encoder_write_npy (e, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    file = sample_read (path, &size);
    ng_npy_format_header (
        header, (struct ng_dtype){ (unsigned) item_bytes, false }, &shape, 1);
    ck_assert_uint_eq (size, sizeof header + n * item_bytes);
    ck_assert (memcmp (file, header, sizeof header) == 0);
    for (size_t i = 0; i < n; i++)
        ids[i] = item_bytes == 2 ? ng_get_u16le (file + sizeof header + 2 * i)
                                 : ng_get_u32le (file + sizeof header + 4 * i);
    free (file);
    free (path);
    return ids;
}

/* By sorting by hand: the types, most frequent first, ties by first
   appearance; those seen less than MIN_COUNT times are id 0.  */
static void
try_building (const struct text *t, uint64_t min_count)
{
    uint64_t count[N_TYPES] = { 0 }, unknown = 0;
    size_t first[N_TYPES];
    uint32_t id_of[N_TYPES] = { 0 }, *ids, n_types = 1;
    char *dir = sample_folder ();
    struct ng_fault fault = { 0 };
    struct ng_encoder *e = NULL;
    struct ng_vocab_rules rules = { .min_count = min_count };
    const struct ng_vocab *vocab;

    for (size_t i = t->n; i-- > 0;)
    {
        count[t->types[i]]++;
        first[t->types[i]] = i;
    }
    for (unsigned round = 0; round < N_TYPES; round++)
    {
        unsigned best = N_TYPES;

        for (unsigned i = 0; i < N_TYPES; i++)
            if (count[i] > 0 && count[i] >= min_count && id_of[i] == 0 && i != 7
                && (best == N_TYPES || count[i] > count[best]
                    || (count[i] == count[best] && first[i] < first[best])))
                best = i;
        if (best < N_TYPES)
            id_of[best] = n_types++;
    }
    for (unsigned i = 0; i < N_TYPES; i++)
        unknown += id_of[i] == 0 && i != 7 ? count[i] : 0;

    ck_assert_int_eq (ng_encoder_open (NULL, true, dir, &fault, &e), NG_OK);
    add_text (e, t);
    ck_assert_int_eq (ng_encoder_build (e, &rules, &vocab), NG_OK);
    ck_assert_uint_eq (ng_vocab_size (vocab), n_types);
    ck_assert_uint_eq (ng_encoder_n_unknown (e), unknown);
    ids = ids_of (e, dir, t->n, 2);
    for (size_t i = 0; i < t->n; i++)
        expect (ids[i] == id_of[t->types[i]]);
    free (ids);
    ng_encoder_close (e);
    sample_remove (dir);
}

START_TEST (building)
{
    static const size_t sizes[] = { 0, 1, 255, 256, 257, N_TOKENS };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    {
        struct text *t = text_new (i, sizes[i]);

        try_building (t, 0);
        try_building (t, 100);
        free (t);
    }
}
END_TEST

/* A vocabulary that is given, with <unk> not in front.  */
START_TEST (given)
{
    struct text *t = text_new (99, N_TOKENS);
    struct ng_vocab *v = ng_vocab_new ();
    char *dir = sample_folder ();
    struct ng_fault fault = { 0 };
    struct ng_encoder *e = NULL;
    uint32_t id, *ids;
    uint64_t unknown = 0;

    for (unsigned i = 0; i < 100; i++) /* type 7, <unk>, gets id 7 */
        ck_assert_int_eq (ng_vocab_intern (v,
                                           (const unsigned char *) t->names[i],
                                           strlen (t->names[i]), &id),
                          NG_OK);
    ck_assert_int_eq (ng_encoder_open (v, true, dir, &fault, &e), NG_OK);
    add_text (e, t);
    ids = ids_of (e, dir, t->n, 2);
    for (size_t i = 0; i < t->n; i++)
    {
        expect (ids[i] == (t->types[i] < 100 ? t->types[i] : 7));
        unknown += t->types[i] >= 100;
    }
    ck_assert_uint_eq (ng_encoder_n_unknown (e), unknown);
    free (ids);
    ng_encoder_close (e);
    ng_encoder_close (NULL);
    ng_vocab_free (v);
    sample_remove (dir);
    free (t);
}
END_TEST

/* 65536 types fit two bytes, one more takes four.  */
START_TEST (item_size)
{
    for (uint32_t over = 0; over < 2; over++)
    {
        struct ng_vocab *v = ng_vocab_new ();
        char *dir = sample_folder ();
        struct ng_fault fault = { 0 };
        struct ng_encoder *e = NULL;
        struct ng_token_list list = { 0 };
        uint32_t id, *ids;
        unsigned char name[ROOM] = NG_UNK;

        for (uint32_t i = 0; i < 65536 + over; i++)
        {
            if (i > 0)
                (void) snprintf ((char *) name, sizeof name, "w%u", i);
            expect (ng_vocab_intern (v, name, strlen ((char *) name), &id)
                    == NG_OK);
        }
        ck_assert_int_eq (ng_encoder_open (v, true, dir, &fault, &e), NG_OK);
        ck_assert_int_eq (ng_token_list_reset (&list, 1, 0), NG_OK);
        ng_token_list_add (&list, NG_TOKEN, name, strlen ((char *) name));
        ck_assert_int_eq (ng_encoder_add (e, &list), NG_OK);
        ids = ids_of (e, dir, 1, over ? 4 : 2);
        ck_assert_uint_eq (ids[0], 65535 + over);
        free (ids);
        ng_token_list_fini (&list);
        ng_encoder_close (e);
        ng_vocab_free (v);
        sample_remove (dir);
    }
}
END_TEST

START_TEST (refused)
{
    struct ng_vocab *v = ng_vocab_new ();
    struct ng_fault no_unk = { 0 }, no_folder = { 0 };
    struct ng_encoder *e = NULL;

    ck_assert_int_eq (ng_encoder_open (v, false, "/tmp", &no_unk, &e),
                      NG_EINVAL);
    ck_assert (strstr (no_unk.text, NG_UNK));
    ck_assert_int_eq (
        ng_encoder_open (NULL, true, "/no/such/folder", &no_folder, &e),
        NG_ESYS);
    ck_assert_int_eq (no_folder.sys_errno, ENOENT);
    ck_assert_ptr_null (e);
    ng_vocab_free (v);
}
END_TEST

/* ------------------------------------------------------------ as text again  */

START_TEST (text_output)
{
    enum
    {
        CAP = 3 * 1024 * 1024
    };
    char *dir = sample_folder (), *path = sample_path (dir, "text");
    unsigned char *names = malloc (NG_TOKEN_BYTES_MAX + NG_TOKEN_PAD);
    char *exp = ng_alloc_array (CAP + 3 * NG_TOKEN_BYTES_MAX, 1);
    struct ng_vocab *v = ng_vocab_new ();
    struct ng_fault fault = { 0 };
    struct ng_output *out = NULL;
    uint64_t state = 3;
    bool mid_line = false, exp_mid_line = false;
    size_t n = 0, n_got;
    unsigned char *got;
    uint32_t id;

    ck_assert (names && exp && v);
    memset (names, 'n', NG_TOKEN_BYTES_MAX + NG_TOKEN_PAD);
    /* Names of an odd length are in the vocabulary.  */
    for (size_t len = 1; len < 200; len += 2)
        expect (ng_vocab_intern (v, names, len, &id) == NG_OK);
    ck_assert_int_eq (ng_output_open (path, &fault, &out), NG_OK);
    while (n < CAP)
    {
        struct ng_token items[50];
        struct ng_token_list list = { .items = items };
        size_t n_items = (size_t) rand_below (&state, 50);
        const struct ng_vocab *use = rand_below (&state, 2) ? v : NULL;

        for (; n_items > 0 && n < CAP; n_items--)
        {
            size_t len = 1 + (size_t) rand_below (&state, 60);

            if (rand_below (&state, 4) == 0)
            {
                len = rand_below (&state, 50) == 0 ? 70000 : 1;
                ng_token_list_add (&list, NG_LINE_END, NULL, len);
                memset (exp + n, '\n', len);
                n += len;
                exp_mid_line = false;
                continue;
            }
            if (rand_below (&state, 100) == 0)
                len = NG_TOKEN_BYTES_MAX - (size_t) rand_below (&state, 3);
            ng_token_list_add (&list, NG_TOKEN, names, len);
            if (exp_mid_line)
                exp[n++] = ' ';
            exp_mid_line = true;
            if (use && (len >= 200 || len % 2 == 0))
            {
                memcpy (exp + n, NG_UNK, sizeof NG_UNK - 1);
                n += sizeof NG_UNK - 1;
                continue;
            }
            memcpy (exp + n, names, len);
            n += len;
        }
        expect (ng_write_tokens (out, &list, use, &mid_line) == NG_OK);
        expect (mid_line == exp_mid_line);
        expect (ng_output_offset (out) == n);
    }
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    got = sample_read (path, &n_got);
    ck_assert_uint_eq (n_got, n);
    ck_assert (memcmp (got, exp, n) == 0);
    free (got);
    free (exp);
    free (names);
    ng_vocab_free (v);
    free (path);
    sample_remove (dir);
}
END_TEST

START_TEST (text_to_full_device)
{
    unsigned char name[1000 + NG_TOKEN_PAD];
    struct ng_token items[1000];
    struct ng_token_list list = { .items = items };
    struct ng_fault fault = { 0 };
    struct ng_output *out = NULL;
    bool mid_line = false;

    memset (name, 'n', sizeof name);
    for (size_t i = 0; i < 1000; i++)
        ng_token_list_add (&list, NG_TOKEN, name, 1000);
    ck_assert_int_eq (ng_output_open ("/dev/full", &fault, &out), NG_OK);
    ck_assert_int_eq (ng_write_tokens (out, &list, NULL, &mid_line), NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, ENOSPC);
    list.n = 0;
    ng_token_list_add (&list, NG_LINE_END, NULL, 1000000);
    ck_assert_int_eq (ng_write_tokens (out, &list, NULL, &mid_line), NG_ESYS);
    ck_assert_int_eq (ng_output_close (out), NG_ESYS);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("encoder");
    TCase *t = tcase_create ("encoder");

    tcase_add_test (t, building);
    tcase_add_test (t, given);
    tcase_add_test (t, item_size);
    tcase_add_test (t, refused);
    tcase_add_test (t, text_output);
    tcase_add_test (t, text_to_full_device);
    suite_add_tcase (s, t);
    return s;
}
