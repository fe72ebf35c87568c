#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "counts/interner.h"
#include "counts/portion.h"
#include "rand.h"
#include "unit.h"

enum
{
    N = 20000, /* tokens */
    NAME_MAX_BYTES = 24
};

/* The second implementation: a hash table of names, numbered as they come.  */
struct node
{
    char name[NAME_MAX_BYTES];
    uint32_t id;
    UT_hash_handle hh;
};

static uint32_t
intern_slowly (struct node **nodes, const char *name)
{
    struct node *node;

    HASH_FIND_STR (*nodes, name, node);
    if (!node)
    {
        node = calloc (1, sizeof *node);
        NG_ENSURE (node);
        (void) snprintf (node->name, sizeof node->name, "%s", name);
        node->id = HASH_COUNT (*nodes);
        HASH_ADD_STR (*nodes, name, node);
    }
    return node->id;
}

static void
forget (struct node **nodes)
{
    struct node *node, *next;

    HASH_ITER (hh, *nodes, node, next)
    {
        HASH_DEL (*nodes, node);
        free (node);
    }
}

/* Some names are as long as the front table's, some longer, many begin alike;
   some are much commoner than others.  */
static char names[N][NAME_MAX_BYTES + NG_TOKEN_PAD];

static void
make_names (uint32_t n_types, uint64_t *state)
{
    static const char *const starts[] = { "", "w", "seventy", "eightyyy",
                                          "ninetynin" };

    for (size_t i = 0; i < N; i++)
    {
        uint64_t x = rand_below (state, n_types);

        if (rand_below (state, 4) > 0)
            x %= 1 + n_types / 20;
        (void) snprintf (names[i], sizeof names[i], "%s%llx", starts[x % 5],
                         (unsigned long long) x);
        NG_ENSURE (strlen (names[i]) < NAME_MAX_BYTES);
    }
}

static uint32_t
intern (struct ng_vocab *v, const char *name)
{
    uint32_t id;

    ck_assert_int_eq (
        ng_vocab_intern (v, (const unsigned char *) name, strlen (name), &id),
        NG_OK);
    return id;
}

static struct ng_vocab *
new_vocab (const char *first, const char *second)
{
    struct ng_vocab *v = ng_vocab_new ();

    ck_assert_ptr_nonnull (v);
    if (first)
        (void) intern (v, first);
    if (second)
        (void) intern (v, second);
    return v;
}

/* Names from FROM on in lists of any length, with line ends anywhere, against
   the table; FIXED has what is known, if not NULL.  */
static void
check_text (struct ng_interner *in, struct ng_vocab *own,
            const struct ng_vocab *fixed, bool sentences, uint64_t *state)
{
    struct ng_token_list list = { 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct node *nodes = NULL;
    static uint32_t ids[2 * N], exp[2 * N];

    ng_interner_begin (in, own);
    if (sentences)
    {
        (void) intern_slowly (&nodes, "<s>");
        (void) intern_slowly (&nodes, "</s>");
    }
    for (size_t at = 0; at < N;)
    {
        size_t end = at + (size_t) rand_below (state, 2000), n_exp = 0, n;

        ck_assert_int_eq (ng_token_list_reset (&list, 2 * N, 0), NG_OK);
        for (; at < end && at < N; at++)
        {
            const char *name = names[at];
            uint32_t id;

            ng_token_list_add (&list, NG_TOKEN, (const unsigned char *) name,
                               strlen (name));
            if (fixed
                && !ng_vocab_find (fixed, (const unsigned char *) name,
                                   strlen (name), &id))
                name = "<unk>";
            exp[n_exp++] = intern_slowly (&nodes, name);
            if (rand_below (state, 5) > 0)
                continue;
            ng_token_list_add (&list, NG_LINE_END, NULL, 1);
            if (sentences)
                exp[n_exp++] = NG_ID_BREAK;
        }
        ck_assert_int_eq (ng_interner_text (in, &list, "f", 1, ids, &n, &fault),
                          NG_OK);
        ck_assert_uint_eq (n, n_exp);
        ck_assert_mem_eq (ids, exp, n * sizeof *ids);
    }
    for (struct node *node = nodes; node; node = node->hh.next)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (own, node->id, &len);

        NG_ENSURE (len == strlen (node->name)
                   && memcmp (name, node->name, len) == 0);
    }
    ck_assert_uint_eq (ng_vocab_size (own), HASH_COUNT (nodes));
    ng_token_list_fini (&list);
    forget (&nodes);
}

/* Few types and many, all of them taken and some known; one vocabulary after
   another.  */
START_TEST (equals_a_table)
{
    static const uint32_t n_types[] = { 1, 50, 3000, 200000 };
    const bool sentences = _i % 2, is_fixed = _i / 2 % 2;
    uint64_t state = (uint64_t) _i;
    struct ng_vocab *fixed = NULL;
    struct ng_interner *in;

    make_names (n_types[_i / 4], &state);
    if (is_fixed)
    {
        fixed = new_vocab ("<unk>", NULL);
        for (size_t i = 0; i < N / 2; i++)
            (void) intern (fixed, names[i]);
    }
    in = ng_interner_new (fixed, sentences);
    ck_assert_ptr_nonnull (in);
    for (int round = 0; round < 3; round++)
    {
        struct ng_vocab *own =
            new_vocab (sentences ? "<s>" : NULL, sentences ? "</s>" : NULL);

        check_text (in, own, fixed, sentences, &state);
        ng_vocab_free (own);
        make_names (n_types[_i / 4], &state);
    }
    ng_interner_free (in);
    ng_interner_free (NULL);
    ng_vocab_free (fixed);
}
END_TEST

/* Names that are others with a NUL behind, so that they look alike where they
   are packed with zeros.  */
START_TEST (names_with_nul)
{
    enum
    {
        N_PAIRS = 40000
    };
    struct ng_vocab *own = new_vocab (NULL, NULL);
    struct ng_interner *in = ng_interner_new (NULL, false);
    struct ng_fault fault = { .err = NG_OK };

    ck_assert_ptr_nonnull (in);
    ng_interner_begin (in, own);
    for (uint32_t i = 0; i < N_PAIRS; i++)
    {
        unsigned char name[8 + NG_TOKEN_PAD] = "";
        struct ng_token_list list = { 0 };
        uint32_t ids[100];
        size_t n, len = (size_t) snprintf ((char *) name, 8, "%x", i);

        NG_ENSURE (ng_token_list_reset (&list, 100, 0) == NG_OK);
        for (size_t k = 0; k < 100; k++)
            ng_token_list_add (&list, NG_TOKEN, name, len + (k + i) % 2);
        NG_ENSURE (ng_interner_text (in, &list, "f", 1, ids, &n, &fault)
                   == NG_OK);
        for (size_t k = 0; k < n; k++)
            NG_ENSURE (ids[k] == 2 * i + k % 2);
        ng_token_list_fini (&list);
    }
    ng_interner_free (in);
    ng_vocab_free (own);
}
END_TEST

START_TEST (fixed_ids)
{
    struct ng_vocab *fixed = new_vocab ("a", "b"), *own = new_vocab ("b", "x");
    struct ng_interner *in = ng_interner_new (fixed, false);
    uint32_t id;

    ck_assert_ptr_nonnull (in);
    ng_interner_begin (in, own);
    for (int again = 0; again < 2; again++)
    {
        ck_assert_int_eq (ng_interner_fixed (in, 0, &id), NG_OK);
        ck_assert_uint_eq (id, 2);
        ck_assert_int_eq (ng_interner_fixed (in, 1, &id), NG_OK);
        ck_assert_uint_eq (id, 0);
    }
    ck_assert_uint_eq (ng_vocab_size (own), 3);
    ng_interner_free (in);
    ng_vocab_free (own);
    ng_vocab_free (fixed);
}
END_TEST

/* A token on line 7 of many that may not be there.  */
START_TEST (faults)
{
    static const struct
    {
        const char *token, *says;
        bool fixed;
        enum ng_err err;
    } cases[] = { { "<s>", "has <s>", false, NG_EFORMAT },
                  { "</s>", "has </s>", false, NG_EFORMAT },
                  { "strange", "not in the vocabulary", true, NG_EINVAL } };

    for (size_t i = 0; i < 3; i++)
        for (size_t behind = 0; behind < 100; behind += 99)
        {
            struct ng_vocab *fixed = new_vocab ("a", NULL);
            struct ng_vocab *own = new_vocab ("<s>", "</s>");
            struct ng_fault fault = { .err = NG_OK };
            struct ng_token_list list = { 0 };
            unsigned char a[1 + NG_TOKEN_PAD] = "a",
                                bad[20 + NG_TOKEN_PAD] = "";
            struct ng_interner *in =
                ng_interner_new (cases[i].fixed ? fixed : NULL, true);
            uint32_t ids[300];
            size_t n;

            ck_assert_ptr_nonnull (in);
            memcpy (bad, cases[i].token, strlen (cases[i].token));
            ng_interner_begin (in, own);
            ck_assert_int_eq (ng_token_list_reset (&list, 300, 0), NG_OK);
            ng_token_list_add (&list, NG_TOKEN, a, 1);
            ng_token_list_add (&list, NG_LINE_END, NULL, 2);
            ng_token_list_add (&list, NG_TOKEN, bad, strlen (cases[i].token));
            for (size_t k = 0; k < behind; k++)
            {
                ng_token_list_add (&list, NG_TOKEN, a, 1);
                ng_token_list_add (&list, NG_LINE_END, NULL, 1);
            }
            ck_assert_int_eq (
                ng_interner_text (in, &list, "f", 5, ids, &n, &fault),
                cases[i].err);
            ck_assert_uint_eq (fault.line, 7);
            ck_assert_str_eq (fault.file, "f");
            ck_assert_ptr_nonnull (strstr (fault.text, cases[i].says));
            ng_token_list_fini (&list);
            ng_interner_free (in);
            ng_vocab_free (own);
            ng_vocab_free (fixed);
        }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("interner");
    TCase *tc = tcase_create ("interner");

    tcase_add_loop_test (tc, equals_a_table, 0, 16);
    tcase_add_test (tc, names_with_nul);
    tcase_add_test (tc, fixed_ids);
    tcase_add_test (tc, faults);
    suite_add_tcase (suite, tc);
    return suite;
}
