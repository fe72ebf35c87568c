#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "counts/merge.h"
#include "rand.h"
#include "sums.h"
#include "unit.h"

enum
{
    BUDGET = 64 << 20
};

/* Merge FILES[N], which may be of leaves, and hold the result to SUMS.  Returns
   its bytes.  */
static unsigned char *
merge_any (struct ng_ngc *const *files, size_t n,
           const struct ng_ngc_info *info, uint64_t budget, bool leaves,
           const struct sums *sums, size_t *n_bytes)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_merge_setup setup = { *info, ".", budget, &fault, NULL, leaves };
    struct ng_output *out;
    struct ng_ngc *f;
    unsigned char *bytes;

    ck_assert_int_eq (ng_output_open_unnamed (".", &fault, &out), NG_OK);
    ck_assert_int_eq (ng_merge (&setup, files, n, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    bytes = sums_read_fd (ng_output_fd (out), n_bytes);
    ck_assert_int_eq (ng_ngc_open_fd (ng_output_fd (out), "sum", &fault, &f),
                      NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    sums_expect (sums, f);
    ng_ngc_close (f);
    return bytes;
}

static unsigned char *
merge_and_compare (struct ng_ngc *const *files, size_t n,
                   const struct ng_ngc_info *info, uint64_t budget,
                   const struct sums *sums, size_t *n_bytes)
{
    return merge_any (files, n, info, budget, false, sums, n_bytes);
}

/* N random files and their sum.  */
static void
random_files (size_t n, size_t n_grams, const struct ng_ngc_info *info,
              uint32_t n_types, struct ng_fault *fault, struct ng_ngc **files,
              struct sums *total, uint64_t *state)
{
    struct ng_ngc_info whole = *info;

    whole.min_count = 1;
    for (size_t i = 0; i < n; i++)
    {
        struct sums s = { NULL, 0, 0 };

        sums_random (&s, i % 5 == 4 ? 0 : n_grams, info->min_order,
                     info->max_order, n_types, i % 2, UINT64_C (1) << 40,
                     state);
        files[i] = sums_to_ngc (&s, &whole, fault);
        sums_add_all (total, &s);
        sums_free (&s);
    }
    sums_sort (total);
}

static void
close_files (struct ng_ngc **files, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ng_ngc_close (files[i]);
    free (files);
}

static struct ng_ngc **
new_files (size_t n)
{
    struct ng_ngc **files = calloc (n + 1, sizeof *files);

    ck_assert_ptr_nonnull (files);
    return files;
}

START_TEST (sums_are_those_of_plain_addition)
{
    static const struct
    {
        size_t n, n_grams;
        unsigned min, max;
        uint32_t n_types;
        uint64_t min_count;
    } cases[] = { { 1, 4000, 1, 4, 300, 1 },  { 2, 5000, 1, 4, 300, 1 },
                  { 3, 3000, 1, 8, 9000, 1 }, { 4, 3000, 2, 3, 20, 1 },
                  { 5, 2000, 1, 1, 5000, 1 }, { 7, 1500, 8, 8, 3, 1 },
                  { 6, 2000, 1, 4, 10, 3 },   { 48, 100, 1, 4, 300, 1 },
                  { 49, 100, 1, 4, 300, 1 },  { 64, 100, 1, 3, 300, 2 },
                  { 65, 100, 1, 3, 300, 1 },  { 200, 40, 1, 3, 300, 1 } };
    uint64_t state = (uint64_t) _i + 77;
    struct ng_ngc_info info = { cases[_i].min, cases[_i].max, 0,
                                cases[_i].min_count, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_ngc **files = new_files (cases[_i].n);
    struct sums total = { NULL, 0, 0 };
    size_t n_bytes;

    random_files (cases[_i].n, cases[_i].n_grams, &info, cases[_i].n_types,
                  &fault, files, &total, &state);
    sums_cut (&total, info.min_count);
    free (merge_and_compare (files, cases[_i].n, &info, BUDGET, &total,
                             &n_bytes));
    close_files (files, cases[_i].n);
    sums_free (&total);
}
END_TEST

static void
expect_same_bytes (const unsigned char *a, size_t n_a, const unsigned char *b,
                   size_t n_b)
{
    ck_assert_uint_eq (n_a, n_b);
    ck_assert_int_eq (memcmp (a, b, n_a), 0);
}

START_TEST (any_order_and_budget_give_the_same_bytes)
{
    enum
    {
        N = 60
    };
    static const uint64_t budgets[] = { 1, 4096, 1 << 20, UINT64_MAX };
    struct ng_ngc_info info = { 1, 3, NG_NGC_SENTENCES, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_ngc **files = new_files (N);
    struct sums total = { NULL, 0, 0 };
    uint64_t state = 4;
    unsigned char *first, *bytes;
    size_t n_first, n_bytes;

    random_files (N, 300, &info, 500, &fault, files, &total, &state);
    first = merge_and_compare (files, N, &info, BUDGET, &total, &n_first);
    for (size_t i = 0; i < 4; i++)
    {
        for (size_t k = N - 1; k > 0; k--)
        {
            size_t other = rand_below (&state, k + 1);
            struct ng_ngc *f = files[k];

            files[k] = files[other];
            files[other] = f;
        }
        bytes =
            merge_and_compare (files, N, &info, budgets[i], &total, &n_bytes);
        expect_same_bytes (first, n_first, bytes, n_bytes);
        free (bytes);
    }
    free (first);
    close_files (files, N);
    sums_free (&total);
}
END_TEST

/* The sum of the sums of parts is the sum of all.  */
START_TEST (any_grouping_gives_the_same_bytes)
{
    enum
    {
        N = 9
    };
    struct ng_ngc_info info = { 1, 4, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_merge_setup setup = { info, ".", BUDGET, &fault, NULL, false };
    struct ng_ngc **files = new_files (N);
    struct sums total = { NULL, 0, 0 };
    uint64_t state = 9;
    unsigned char *first;
    size_t n_first;

    random_files (N, 1500, &info, 800, &fault, files, &total, &state);
    first = merge_and_compare (files, N, &info, BUDGET, &total, &n_first);
    for (size_t cut = 1; cut < N; cut++)
    {
        struct ng_ngc *halves[2];
        unsigned char *bytes;
        size_t n_bytes;

        for (size_t i = 0; i < 2; i++)
        {
            struct ng_output *out;

            ck_assert_int_eq (ng_output_open_unnamed (".", &fault, &out),
                              NG_OK);
            ck_assert_int_eq (
                ng_merge (&setup, files + i * cut, i == 0 ? cut : N - cut, out),
                NG_OK);
            ck_assert_int_eq (ng_output_commit (out), NG_OK);
            ck_assert_int_eq (
                ng_ngc_open_fd (ng_output_fd (out), "half", &fault, &halves[i]),
                NG_OK);
            ck_assert_int_eq (ng_output_close (out), NG_OK);
        }
        bytes = merge_and_compare (halves, 2, &info, BUDGET, &total, &n_bytes);
        expect_same_bytes (first, n_first, bytes, n_bytes);
        free (bytes);
        ng_ngc_close (halves[0]);
        ng_ngc_close (halves[1]);
    }
    free (first);
    close_files (files, N);
    sums_free (&total);
}
END_TEST

static enum ng_err
merge_two (uint64_t a, uint64_t b, const char *text, struct ng_fault *fault)
{
    struct ng_ngc_info info = { 1, 2, 0, 1, 0 };
    struct ng_fault fine = { .err = NG_OK };
    struct ng_merge_setup setup = { info, ".", BUDGET, fault, NULL, false };
    struct sums s[2] = { { NULL, 0, 0 }, { NULL, 0, 0 } };
    struct ng_ngc *files[2];
    struct ng_output *out;
    enum ng_err err;

    sums_add (&s[0], text, a);
    sums_add (&s[1], text, b);
    for (size_t i = 0; i < 2; i++)
        files[i] = sums_to_ngc (&s[i], &info, &fine);
    ck_assert_int_eq (ng_output_open_unnamed (".", &fine, &out), NG_OK);
    err = ng_merge (&setup, files, 2, out);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    for (size_t i = 0; i < 2; i++)
    {
        ng_ngc_close (files[i]);
        sums_free (&s[i]);
    }
    return err;
}

START_TEST (a_sum_of_64_bits_is_the_limit)
{
    struct ng_fault fault = { .err = NG_OK };

    ck_assert_int_eq (merge_two (UINT64_MAX - 5, 5, "a b", &fault), NG_OK);
    ck_assert_int_eq (merge_two (UINT64_MAX - 5, 6, "a b", &fault),
                      NG_EOVERFLOW);
    ck_assert_ptr_nonnull (strstr (fault.text, "of order 2"));
    ck_assert_int_eq (fault.err, NG_EOVERFLOW);
}
END_TEST

/* An order that only one file has comes from that file alone.  */
START_TEST (files_may_have_different_orders)
{
    struct ng_ngc_info one = { 1, 1, 0, 1, 0 }, two = { 2, 3, 0, 1, 0 };
    struct ng_ngc_info all = { 1, 3, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 }, t = { NULL, 0, 0 };
    struct ng_ngc *files[2];
    uint64_t state = 3;
    size_t n_bytes;

    sums_random (&s, 500, 1, 1, 300, true, 100, &state);
    sums_random (&t, 500, 2, 3, 400, true, 100, &state);
    files[0] = sums_to_ngc (&s, &one, &fault);
    files[1] = sums_to_ngc (&t, &two, &fault);
    sums_add_all (&s, &t);
    sums_sort (&s);
    free (merge_and_compare (files, 2, &all, BUDGET, &s, &n_bytes));
    ng_ngc_close (files[0]);
    ng_ngc_close (files[1]);
    sums_free (&s);
    sums_free (&t);
}
END_TEST

START_TEST (no_file_at_all_is_an_empty_sum)
{
    struct ng_ngc_info info = { 1, 4, 0, 1, 0 };
    struct sums none = { NULL, 0, 0 };
    size_t n;

    free (merge_and_compare (NULL, 0, &info, BUDGET, &none, &n));
    ck_assert_uint_gt (n, 0);
}
END_TEST

/* Maps that are in no memory: more types than a small budget has room for.  */
START_TEST (maps_may_lie_on_disk)
{
    enum
    {
        N = 3
    };
    struct ng_ngc_info info = { 1, 2, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_ngc **files = new_files (N);
    struct sums total = { NULL, 0, 0 };
    uint64_t state = 12;
    unsigned char *a, *b;
    size_t n_a, n_b;

    random_files (N, 12000, &info, 30000, &fault, files, &total, &state);
    a = merge_and_compare (files, N, &info, BUDGET, &total, &n_a);
    b = merge_and_compare (files, N, &info, 1 << 17, &total, &n_b);
    expect_same_bytes (a, n_a, b, n_b);
    free (a);
    free (b);
    close_files (files, N);
    sums_free (&total);
}
END_TEST

/* What S counts, of all orders, if its lines are leaves: each n-gram counts for
   each of its prefixes.  */
static void
add_prefixes (struct sums *all, const struct sums *s)
{
    for (size_t i = 0; i < s->n; i++)
    {
        char *text = strdup (s->lines[i].text);

        ck_assert_ptr_nonnull (text);
        for (size_t len = strlen (text); len > 0; len--)
            if (text[len - 1] == ' ')
            {
                text[len] = '\0';
                sums_add (all, text, s->lines[i].count);
            }
        free (text);
    }
    sums_sort (all);
}

/* Any number of files, of which many have all orders, with a budget that lets
   few be merged at once.  */
START_TEST (leaves_are_added_up_once_they_are_merged)
{
    static const struct
    {
        size_t n, n_grams;
        unsigned order;
        uint32_t n_types;
        unsigned min_order;
        uint64_t min_count;
    } cases[] = { { 1, 3000, 4, 300, 1, 1 },  { 2, 4000, 4, 40, 1, 1 },
                  { 3, 2000, 8, 9000, 1, 1 }, { 5, 2000, 1, 5000, 1, 1 },
                  { 7, 1500, 8, 3, 8, 1 },    { 9, 1000, 4, 255, 2, 2 },
                  { 20, 200, 8, 300, 3, 1 },  { 100, 60, 4, 300, 1, 1 } };
    uint64_t state = (uint64_t) _i + 55;
    struct ng_ngc_info info = { 1, cases[_i].order, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_ngc **files = new_files (cases[_i].n);
    struct sums leaves = { NULL, 0, 0 }, all = { NULL, 0, 0 };
    unsigned char *a, *b;
    size_t n_a, n_b, kept = 0;

    random_files (cases[_i].n, cases[_i].n_grams, &info, cases[_i].n_types,
                  &fault, files, &leaves, &state);
    add_prefixes (&all, &leaves);
    sums_cut (&all, cases[_i].min_count);
    for (size_t i = 0; i < all.n; i++)
        if (all.lines[i].order >= cases[_i].min_order)
            all.lines[kept++] = all.lines[i];
        else
            free (all.lines[i].text);
    all.n = kept;
    info.min_order = cases[_i].min_order;
    info.min_count = cases[_i].min_count;
    a = merge_any (files, cases[_i].n, &info, BUDGET, true, &all, &n_a);
    b = merge_any (files, cases[_i].n, &info, 1 << 12, true, &all, &n_b);
    expect_same_bytes (a, n_a, b, n_b);
    free (a);
    free (b);
    close_files (files, cases[_i].n);
    sums_free (&leaves);
    sums_free (&all);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("merge");
    TCase *tc = tcase_create ("merge");

    tcase_add_loop_test (tc, sums_are_those_of_plain_addition, 0, 12);
    tcase_add_test (tc, any_order_and_budget_give_the_same_bytes);
    tcase_add_test (tc, any_grouping_gives_the_same_bytes);
    tcase_add_test (tc, a_sum_of_64_bits_is_the_limit);
    tcase_add_test (tc, files_may_have_different_orders);
    tcase_add_test (tc, no_file_at_all_is_an_empty_sum);
    tcase_add_test (tc, maps_may_lie_on_disk);
    tcase_add_loop_test (tc, leaves_are_added_up_once_they_are_merged, 0, 8);
    suite_add_tcase (suite, tc);
    return suite;
}
