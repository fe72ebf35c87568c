#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "counts/textrun.h"
#include "rand.h"
#include "sample.h"
#include "sums.h"
#include "unit.h"

/* What runs are held to: the sum of each line of text in a hash table.  */
struct node
{
    char *text;
    uint64_t count;
    UT_hash_handle hh;
};

static void
add_node (struct node **nodes, const char *text, uint64_t count)
{
    struct node *node;

    HASH_FIND_STR (*nodes, text, node);
    if (!node)
    {
        node = calloc (1, sizeof *node);
        NG_ENSURE (node && (node->text = strdup (text)));
        HASH_ADD_KEYPTR (hh, *nodes, node->text, strlen (node->text), node);
    }
    node->count += count;
}

/* The sums as a list, and forget them.  */
static void
take_nodes (struct node *nodes, struct sums *s)
{
    struct node *node, *next;

    HASH_ITER (hh, nodes, node, next)
    {
        sums_add (s, node->text, node->count);
        HASH_DEL (nodes, node);
        free (node->text);
        free (node);
    }
    sums_sort (s);
}

/* A file of N lines in no order, some n-grams more than once.  Those of orders
   MIN to MAX are added to NODES.  */
static void
make_text (const char *path, size_t n, unsigned min, unsigned max,
           uint64_t *state, struct node **nodes)
{
    struct sums s = { NULL, 0, 0 };
    FILE *file = fopen (path, "w");

    ck_assert_ptr_nonnull (file);
    sums_random (&s, n, 1, NG_ORDER_MAX, 40, true, UINT64_C (1) << 40, state);
    for (size_t i = 0; i < n; i++)
    {
        const struct sums_line *line = &s.lines[rand_below (state, s.n)];
        uint64_t count = 1 + rand_below (state, line->count);

        fprintf (file, "%.*s\t%" PRIu64 "%s\n", (int) (strlen (line->text) - 1),
                 line->text, count, i % 3 ? "" : "\r");
        if (line->order >= min && line->order <= max)
            add_node (nodes, line->text, count);
    }
    /* Names that stand nowhere else.  */
    fputs ("low\t1\nx x x x x x x high\t2\n", file);
    if (min == 1)
        add_node (nodes, "low ", 1);
    if (max == NG_ORDER_MAX)
        add_node (nodes, "x x x x x x x high ", 2);
    ck_assert_int_eq (fclose (file), 0);
    sums_free (&s);
}

static size_t
count_names (const struct sums *s)
{
    struct sums names = { NULL, 0, 0 };
    size_t n;

    for (size_t i = 0; i < s->n; i++)
    {
        char *copy = strdup (s->lines[i].text);

        ck_assert_ptr_nonnull (copy);
        for (char *p = strtok (copy, " "); p; p = strtok (NULL, " "))
            sums_add (&names, p, 1);
        free (copy);
    }
    sums_sort (&names);
    n = names.n;
    sums_free (&names);
    return n;
}

static enum ng_err
add_file (struct ng_textrun *r, const char *path, struct ng_fault *fault)
{
    struct ng_input *in;
    enum ng_err err = ng_input_open (path, fault, &in);

    ck_assert_int_eq (err, NG_OK);
    err = ng_textrun_add (r, in);
    (void) ng_input_close (in);
    return err;
}

/* Files of counts in text, with room for each line alone, for some, for all,
   against the sum of their lines.  */
START_TEST (sums_are_those_of_plain_addition)
{
    static const struct
    {
        unsigned min, max;
        uint64_t budget;
        size_t n;
    } cases[] = {
        { 1, 4, 1, 150 },         { 1, NG_ORDER_MAX, 40000, 3000 },
        { 2, 3, 300000, 5000 },   { 1, NG_ORDER_MAX, UINT64_MAX, 5000 },
        { 5, 5, 1 << 20, 20000 }, { 8, 8, 100000, 3000 },
    };
    const unsigned min = cases[_i].min, max = cases[_i].max;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_merge_setup setup = {
        { min, max, 0, 1, 0 }, ".", cases[_i].budget, &fault, NULL, false
    };
    char *dir = sample_folder (), *path = sample_path (dir, "counts");
    struct ng_merger *m = ng_merger_new (&setup);
    struct ng_textrun *r = ng_textrun_new (&setup, m);
    struct node *nodes = NULL;
    struct sums s = { NULL, 0, 0 };
    uint64_t state = (uint64_t) _i;
    struct ng_output *out;
    struct ng_ngc *f;
    unsigned lowest, highest;

    ck_assert (m && r);
    ng_textrun_orders (r, &lowest, &highest);
    ck_assert (lowest == 0 && highest == 0);
    for (size_t i = 0; i < 3; i++)
    {
        make_text (path, i == 1 ? 0 : cases[_i].n, min, max, &state, &nodes);
        ck_assert_int_eq (add_file (r, path, &fault), NG_OK);
    }
    ck_assert_int_eq (ng_textrun_finish (r), NG_OK);
    ck_assert_int_eq (ng_textrun_finish (r), NG_OK);
    ng_textrun_orders (r, &lowest, &highest);
    ck_assert (lowest == 1 && highest == NG_ORDER_MAX);
    ng_textrun_free (r);

    ck_assert_int_eq (ng_output_open_unnamed (".", &fault, &out), NG_OK);
    ck_assert_int_eq (ng_merger_finish (m, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_ngc_open_fd (ng_output_fd (out), "sum", &fault, &f),
                      NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    take_nodes (nodes, &s);
    sums_expect (&s, f);
    /* What is passed over leaves no names.  */
    ck_assert_uint_eq (ng_ngc_n_types (f), count_names (&s));
    sums_free (&s);
    ng_ngc_close (f);
    ng_merger_free (m);
    free (path);
    sample_remove (dir);
}
END_TEST

/* TEXT[LEN] to the end of it all; what went wrong is in FAULT.  */
static enum ng_err
run (const char *text, size_t len, struct ng_fault *fault)
{
    struct ng_merge_setup setup = {
        { 1, 4, 0, 1, 0 }, ".", 1 << 20, fault, NULL, false
    };
    struct ng_merger *m = ng_merger_new (&setup);
    struct ng_textrun *r = ng_textrun_new (&setup, m);
    enum ng_err err;

    ck_assert (m && r);
    sample_write ("check_textrun.txt", text, len);
    err = add_file (r, "check_textrun.txt", fault);
    if (err == NG_OK)
        err = ng_textrun_finish (r);
    ng_textrun_free (r);
    ng_merger_free (m);
    (void) unlink ("check_textrun.txt");
    return err;
}

START_TEST (a_sum_of_64_bits_is_the_limit)
{
    static const char fits[] = "a b\t18446744073709551610\na b\t5\n";
    static const char not [] = "a b\t18446744073709551610\na b\t6\n";
    struct ng_fault fault = { .err = NG_OK };

    ck_assert_int_eq (run (fits, sizeof fits - 1, &fault), NG_OK);
    ck_assert_int_eq (run (not, sizeof not -1, &fault), NG_EOVERFLOW);
    ck_assert_ptr_nonnull (strstr (fault.text, "order 2"));
}
END_TEST

/* A token of the limit and one past it, on line 2.  */
START_TEST (tokens_have_a_limit)
{
    for (size_t over = 0; over < 2; over++)
    {
        struct ng_fault fault = { .err = NG_OK };
        const size_t n = NG_TOKEN_BYTES_MAX + over;
        char *text = malloc (n + 20);

        ck_assert_ptr_nonnull (text);
        memcpy (text, "a\t1\nb ", 6);
        memset (text + 6, 'x', n);
        memcpy (text + 6 + n, "\t7\n", 3);
        ck_assert_int_eq (run (text, n + 9, &fault), over ? NG_ELIMIT : NG_OK);
        ck_assert_uint_eq (fault.line, over ? 2 : 0);
        if (over)
            ck_assert_str_eq (fault.file, "check_textrun.txt");
        free (text);
    }
}
END_TEST

/* The same for a token that grows when it is escaped.  */
START_TEST (escaped_tokens_have_a_limit)
{
    for (size_t over = 0; over < 2; over++)
    {
        struct ng_fault fault = { .err = NG_OK };
        const size_t n = NG_TOKEN_BYTES_MAX - 1 + over;
        char *text = malloc (n + 20);

        ck_assert_ptr_nonnull (text);
        memcpy (text, "a\t1\nb ", 6);
        memset (text + 6, 'x', n);
        text[6 + n / 2] = '\\';
        memcpy (text + 6 + n, "\t7\n", 3);
        ck_assert_int_eq (run (text, n + 9, &fault), over ? NG_ELIMIT : NG_OK);
        ck_assert_uint_eq (fault.line, over ? 2 : 0);
        free (text);
    }
}
END_TEST

/* What does not fit the budget is written while there is more to read; here
   that fails.  */
START_TEST (the_budget_is_kept)
{
    static const char text[] = "a\t1\nb\t2\n";

    sample_write ("check_textrun.txt", text, sizeof text - 1);
    for (uint64_t budget = 1; budget < 1000000000; budget *= 999999999)
    {
        struct ng_fault fault = { .err = NG_OK };
        struct ng_merge_setup setup = {
            { 1, 4, 0, 1, 0 }, "/no/such/folder", budget, &fault, NULL, false
        };
        struct ng_merger *m = ng_merger_new (&setup);
        struct ng_textrun *r = ng_textrun_new (&setup, m);

        ck_assert (m && r);
        ck_assert_int_eq (add_file (r, "check_textrun.txt", &fault),
                          budget == 1 ? NG_ESYS : NG_OK);
        ck_assert_int_eq (ng_textrun_finish (r), NG_ESYS);
        ck_assert_str_eq (fault.file, "/no/such/folder");
        ng_textrun_free (r);
        ng_merger_free (m);
    }
    (void) unlink ("check_textrun.txt");
}
END_TEST

START_TEST (bad_lines_are_named)
{
    static const char bad[] = "a\t1\na b\t2\na  b\t3\n";
    struct ng_fault fault = { .err = NG_OK };

    ck_assert_int_eq (run (bad, sizeof bad - 1, &fault), NG_EFORMAT);
    ck_assert_uint_eq (fault.line, 3);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("textrun");
    TCase *tc = tcase_create ("textrun");

    tcase_add_loop_test (tc, sums_are_those_of_plain_addition, 0, 6);
    tcase_add_test (tc, a_sum_of_64_bits_is_the_limit);
    tcase_add_test (tc, tokens_have_a_limit);
    tcase_add_test (tc, escaped_tokens_have_a_limit);
    tcase_add_test (tc, the_budget_is_kept);
    tcase_add_test (tc, bad_lines_are_named);
    suite_add_tcase (suite, tc);
    return suite;
}
