#include <config.h>

#include "models/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/model.h"
#include "rand.h"
#include "unit.h"

enum
{
    NAMES = 30000, /* more than the table in front holds */
    KNOWN = 20000, /* the first of them are in the model */
    LEN_MAX = 40,
    ROUNDS = 4000
};

/* Names of 2 to 27 bytes that all differ, many by a byte at the end of eight or
   sixteen, or by their length alone.  Those that end in 08 hex and j have the
   place in the table in front that they have with zeros behind them.  */
static char names[NAMES][LEN_MAX];

static void
make_names (void)
{
    static const char fill[] = "xxxxxxxxxxxxxxxxxxxxxx";

    for (unsigned i = 0; i < NAMES; i++)
        if (i % 64 == 0)
            (void) snprintf (names[i], LEN_MAX, "%06x\bj", i);
        else
            (void) snprintf (names[i], LEN_MAX, i % 2 ? "%.*s%x" : "%.*s%x.",
                             (int) (i / 8 % sizeof fill), fill, i);
}

static struct ng_model *
make_model (void)
{
    static const char path[] = "lookup.test";
    struct ng_fault fault = { .err = NG_OK };
    struct ng_model *m = NULL;
    FILE *file = fopen (path, "w");

    ck_assert_ptr_nonnull (file);
    fprintf (file, "\\data\\\nngram 1=%d\n\n\\1-grams:\n-1\t<unk>\n",
             KNOWN + 1);
    for (unsigned i = 0; i < KNOWN; i++)
        fprintf (file, "-2\t%s\n", names[i]);
    fputs ("\n\\end\\\n", file);
    ck_assert_int_eq (fclose (file), 0);
    ck_assert_msg (ng_model_open (path, true, &fault, &m) == NG_OK, "%s",
                   fault.text);
    (void) unlink (path);
    return m;
}

/* NAME behind and before bytes that are not its own.  */
static const unsigned char *
place (unsigned char *room, const char *name, uint64_t *seed)
{
    const size_t len = strlen (name);

    for (size_t i = 0; i < len + 1 + NG_TOKEN_PAD; i++)
        room[i] = (unsigned char) rand_next (seed);
    memcpy (room + 1, name, len);
    return room + 1;
}

/* Tokens in any order, some asked for again and again, beside the ids that they
   were given in.  */
START_TEST (ids_are_those_of_the_model)
{
    static unsigned char rooms[NG_LOOKUPS][LEN_MAX + 64];
    struct ng_model *m;
    struct ng_lookup *l;
    uint64_t seed = 5;

    make_names ();
    m = make_model ();
    ck_assert_int_eq (ng_lookup_new (&m->ngm, &l), NG_OK);
    for (unsigned round = 0; round < ROUNDS; round++)
    {
        struct ng_token items[NG_LOOKUPS];
        uint32_t ids[NG_LOOKUPS], expected[NG_LOOKUPS];
        const size_t n = rand_below (&seed, NG_LOOKUPS + 1);

        for (size_t i = 0; i < n; i++)
        {
            const uint32_t x = (uint32_t) rand_below (
                &seed, rand_below (&seed, 2) ? NAMES : 100);

            items[i].kind = rand_below (&seed, 9) ? NG_TOKEN : NG_LINE_END;
            items[i].name = NULL;
            items[i].len = 1;
            ids[i] = expected[i] = 12345678;
            if (items[i].kind != NG_TOKEN)
                continue;
            items[i].name = place (rooms[i], names[x], &seed);
            items[i].len = (uint32_t) strlen (names[x]);
            expected[i] = x < KNOWN ? x + 1 : m->ngm.unk;
        }
        ng_lookup_ids (l, items, n, ids);
        for (size_t i = 0; i < n; i++)
            ck_assert_uint_eq (ids[i], expected[i]);
    }
    ng_lookup_free (l);
    ng_model_close (m);
}
END_TEST

/* A zero byte is a byte of a name like others, also where two names that differ
   in such bytes alone meet in the table.  */
START_TEST (names_with_zeros_are_others)
{
    struct ng_model *m;
    struct ng_lookup *l;

    make_names ();
    m = make_model ();
    ck_assert_int_eq (ng_lookup_new (&m->ngm, &l), NG_OK);
    for (uint32_t i = 0; i < KNOWN; i++)
    {
        unsigned char name[LEN_MAX + NG_TOKEN_PAD] = { 0 };
        const uint32_t len = (uint32_t) strlen (names[i]);
        struct ng_token items[8];
        uint32_t ids[8];

        memcpy (name, names[i], len);
        for (uint32_t zeros = 0; zeros < 8; zeros++)
            items[zeros] = (struct ng_token){ name, len + zeros, NG_TOKEN };
        for (unsigned k = 0; k < 8; k++)
            ng_lookup_ids (l, items + k, 1, ids + k);
        ck_assert_uint_eq (ids[0], i + 1);
        for (unsigned k = 1; k < 8; k++)
            ck_assert_uint_eq (ids[k], m->ngm.unk);
    }
    ng_lookup_free (l);
    ng_model_close (m);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("lookup");
    TCase *c = tcase_create ("all");

    tcase_set_timeout (c, 120);
    tcase_add_test (c, ids_are_those_of_the_model);
    tcase_add_test (c, names_with_zeros_are_others);
    suite_add_tcase (s, c);
    return s;
}
