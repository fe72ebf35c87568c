#include <config.h>

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/nglimits.h"
#include "io/output.h"
#include "sample.h"
#include "text/vocab.h"

/* The obvious vocabulary: a uthash table.  */
struct entry
{
    UT_hash_handle hh;
    uint32_t id;
    uint64_t count;
    size_t len;
    unsigned char name[12];
};

/* A random name of 1 to 12 bytes of any value, from a few letters often.  */
static size_t
random_name (uint64_t *state, unsigned char *name)
{
    size_t len = 1 + (size_t) rand_below (state, 12);
    uint64_t letters = rand_below (state, 4) == 0 ? 256 : 3;

    for (size_t i = 0; i < len; i++)
        name[i] = (unsigned char) (letters == 256
                                       ? rand_below (state, 256)
                                       : 'a' + rand_below (state, letters));
    return len;
}

START_TEST (against_uthash)
{
    struct entry *table = NULL, *e, *next;
    struct ng_vocab *v = ng_vocab_new ();
    uint64_t state = 5;
    uint32_t id, found;

    ck_assert_ptr_nonnull (v);
    for (int round = 0; round < 200000; round++)
    {
        unsigned char name[12];
        size_t len = random_name (&state, name);
        unsigned char *copy = malloc (len); /* no more than may be read */

        expect (copy);
        memcpy (copy, name, len);
        HASH_FIND (hh, table, name, len, e);
        expect (ng_vocab_find (v, copy, len, &found) == (e != NULL));
        expect (!e || found == e->id);
        expect (ng_vocab_intern (v, copy, len, &id) == NG_OK);
        free (copy);
        if (!e)
        {
            e = calloc (1, sizeof *e);
            expect (e);
            memcpy (e->name, name, len);
            e->len = len;
            e->id = (uint32_t) HASH_COUNT (table);
            HASH_ADD_KEYPTR (hh, table, e->name, len, e);
        }
        expect (id == e->id);
        expect (ng_vocab_size (v) == HASH_COUNT (table));
    }
    HASH_ITER (hh, table, e, next)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (v, e->id, &len);

        expect (len == e->len && memcmp (name, e->name, len) == 0);
        HASH_DEL (table, e);
        free (e);
    }
    ng_vocab_free (v);
    ng_vocab_free (NULL);
}
END_TEST

/* ------------------------------------------------------------------- files  */

static enum ng_err
read_text (const char *text, size_t n, struct ng_fault *fault,
           struct ng_vocab **v)
{
    char *dir = sample_folder (), *path = sample_path (dir, "vocab");
    enum ng_err err;

    sample_write (path, text, n);
    err = ng_vocab_read (path, fault, v);
    free (path);
    fault->file = NULL;
    sample_remove (dir);
    return err;
}

static void
expect_names (const struct ng_vocab *v, const char *const *names, size_t n)
{
    ck_assert_uint_eq (ng_vocab_size (v), n);
    for (size_t i = 0; i < n; i++)
    {
        size_t len;
        uint32_t id;
        const unsigned char *name = ng_vocab_name (v, (uint32_t) i, &len);

        ck_assert_uint_eq (len, strlen (names[i]));
        ck_assert_mem_eq (name, names[i], len);
        ck_assert (ng_vocab_find (v, name, len, &id) && id == i);
    }
}

START_TEST (reading)
{
    static const char *const names[] = { "<unk>", "the", "\\s", "\xff" };
    static const char *const texts[] = {
        "<unk>\nthe\n\\s\n\xff\n", "<unk>\nthe\n\\s\n\xff",
        "\xef\xbb\xbf<unk>\nthe\n\\s\n\xff\n"
    };

    for (size_t i = 0; i < 3; i++)
    {
        struct ng_fault fault = { 0 };
        struct ng_vocab *v = NULL;

        ck_assert_int_eq (read_text (texts[i], strlen (texts[i]), &fault, &v),
                          NG_OK);
        expect_names (v, names, 4);
        ng_vocab_free (v);
    }
    {
        struct ng_fault fault = { 0 };
        struct ng_vocab *v = NULL;

        ck_assert_int_eq (read_text ("", 0, &fault, &v), NG_OK);
        ck_assert_uint_eq (ng_vocab_size (v), 0);
        ng_vocab_free (v);
        ck_assert_int_eq (ng_vocab_read ("/no/such/file", &fault, &v), NG_ESYS);
    }
}
END_TEST

static const struct
{
    const char *text;
    uint64_t line;
    const char *why;
} bad[] = {
    { "a\n\nb\n", 2, "empty line" },
    { "\n", 1, "empty line" },
    { "a\nb\nc\nb\n", 4, "line 2" },
    { "a\nb c\n", 2, "not a token name" },
    { "a\r\nb\r\n", 1, "not a token name" },
    { "a\nb\\\n", 2, "not a token name" },
    { "a\nb\\d", 2, "not a token name" },
};

START_TEST (bad_files)
{
    struct ng_fault fault = { 0 };
    struct ng_vocab *v = NULL;

    ck_assert_int_eq (
        read_text (bad[_i].text, strlen (bad[_i].text), &fault, &v),
        NG_EFORMAT);
    ck_assert_ptr_null (v);
    ck_assert_uint_eq (fault.line, bad[_i].line);
    ck_assert_msg (strstr (fault.text, bad[_i].why) != NULL, "%s", fault.text);
}
END_TEST

START_TEST (name_limit)
{
    for (size_t over = 0; over < 2; over++)
    {
        size_t len = NG_TOKEN_BYTES_MAX + over;
        char *text = malloc (len + 2);
        struct ng_fault fault = { 0 };
        struct ng_vocab *v = NULL;
        enum ng_err err;

        ck_assert_ptr_nonnull (text);
        memcpy (text, "a\n", 2);
        memset (text + 2, 'b', len);
        err = read_text (text, len + 2, &fault, &v);
        ck_assert_int_eq (err, over ? NG_ELIMIT : NG_OK);
        ck_assert_uint_eq (fault.line, over ? 2 : 0);
        ng_vocab_free (v);
        free (text);
    }
}
END_TEST

START_TEST (writing)
{
    char *dir = sample_folder (), *path = sample_path (dir, "vocab");
    struct ng_vocab *v = ng_vocab_new (), *back = NULL;
    struct ng_fault fault = { 0 };
    struct ng_output *out = NULL;
    uint32_t id;

    for (int i = 0; i < 50000; i++)
    {
        char name[32];
        int len = snprintf (name, sizeof name, "%x\\n%d", i * 7919, i);

        expect (ng_vocab_intern (v, (unsigned char *) name, (size_t) len, &id)
                == NG_OK);
    }
    ck_assert_int_eq (ng_output_open (path, &fault, &out), NG_OK);
    ck_assert_int_eq (ng_vocab_write (v, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    ck_assert_int_eq (ng_vocab_read (path, &fault, &back), NG_OK);
    ck_assert_uint_eq (ng_vocab_size (back), 50000);
    for (id = 0; id < 50000; id++)
    {
        size_t len, back_len;
        const unsigned char *name = ng_vocab_name (v, id, &len);
        const unsigned char *back_name = ng_vocab_name (back, id, &back_len);

        expect (len == back_len && memcmp (name, back_name, len) == 0);
    }
    ng_vocab_free (v);
    ng_vocab_free (back);
    free (path);
    sample_remove (dir);
}
END_TEST

/* -------------------------------------------------------------- the order  */

/* What ng_vocab_build is to give, by looking for the next best again and
   again.  NAMES has room.  */
static size_t
naive_build (const char *const *seen, const uint64_t *counts, size_t n,
             const struct ng_vocab_rules *rules, const char **names)
{
    size_t n_names = 0;
    bool used[64] = { false };

    names[n_names++] = NG_UNK;
    for (size_t i = 0; i < rules->n_reserved; i++)
        names[n_names++] = rules->reserved[i];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n_names; j++)
            used[i] = used[i] || strcmp (seen[i], names[j]) == 0;
    for (;;)
    {
        size_t best = n;

        if (rules->max_types > 0 && n_names >= rules->max_types)
            return n_names;
        for (size_t i = 0; i < n; i++)
            if (!used[i] && counts[i] >= rules->min_count
                && (best == n || counts[i] > counts[best]))
                best = i;
        if (best == n)
            return n_names;
        used[best] = true;
        names[n_names++] = seen[best];
    }
}

START_TEST (building)
{
    static const char *const pool[] = { "a", "b", "c",    "d",     "e", "f",
                                        "g", "h", "</s>", "<unk>", "i", "j" };
    static const char *const reserved[] = { "<s>", "</s>", "c" };
    uint64_t state = 9;

    for (int round = 0; round < 5000; round++)
    {
        const char *seen[12], *names[64];
        uint64_t counts[12];
        uint32_t map[12], id;
        size_t n = 0, n_names, n_pool = sizeof pool / sizeof *pool;
        struct ng_vocab *v = ng_vocab_new (), *built = NULL;
        struct ng_vocab_rules rules = { 0, 0, reserved, 0 };

        rules.min_count = rand_below (&state, 4);
        rules.n_reserved = (size_t) rand_below (&state, 4);
        rules.max_types = rand_below (&state, 14);
        for (size_t i = 0; i < n_pool; i++)
        {
            const char *name = pool[(i + (size_t) round) % n_pool];

            if (rand_below (&state, 3) == 0)
                continue;
            seen[n] = name;
            counts[n] = 1 + rand_below (&state, 5);
            expect (ng_vocab_intern (v, (const unsigned char *) name,
                                     strlen (name), &id)
                    == NG_OK);
            expect (id == n);
            n++;
        }
        n_names = naive_build (seen, counts, n, &rules, names);
        if (rules.max_types > 0 && rules.max_types < rules.n_reserved + 1)
        {
            ck_assert_int_eq (ng_vocab_build (v, counts, &rules, &built, map),
                              NG_EINVAL);
            ck_assert_ptr_null (built);
            ng_vocab_free (v);
            continue;
        }
        ck_assert_int_eq (ng_vocab_build (v, counts, &rules, &built, map),
                          NG_OK);
        expect_names (built, names, n_names);
        for (size_t i = 0; i < n; i++)
        {
            bool in = ng_vocab_find (built, (const unsigned char *) seen[i],
                                     strlen (seen[i]), &id);

            expect (map[i] == (in ? id : 0));
        }
        ng_vocab_free (v);
        ng_vocab_free (built);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("vocab");
    TCase *t = tcase_create ("vocab");

    tcase_add_test (t, against_uthash);
    tcase_add_test (t, reading);
    tcase_add_loop_test (t, bad_files, 0, sizeof bad / sizeof *bad);
    tcase_add_test (t, name_limit);
    tcase_add_test (t, writing);
    tcase_add_test (t, building);
    suite_add_tcase (s, t);
    return s;
}
