#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "counts/spectrum.h"
#include "unit.h"

static uint64_t
next_random (uint64_t *state)
{
    *state = *state * UINT64_C (6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

static int
compare (const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

    return x < y ? -1 : x > y;
}

/* Against a sorted list of all counts.  */
START_TEST (equals_sorted_list)
{
    enum
    {
        N = 50000
    };
    uint64_t *list = calloc (N, sizeof *list), state = 7, tokens = 0;
    struct ng_spectrum *s = ng_spectrum_new ();
    struct ng_spectrum_cell *cells;
    size_t n_cells, at = 0;

    ck_assert_ptr_nonnull (list);
    ck_assert_ptr_nonnull (s);
    for (size_t i = 0; i < N; i++)
    {
        /* Small and large counts, with many values on both sides of where
           the flat table ends.  */
        uint64_t r = next_random (&state);

        list[i] = i % 3 == 0 ? 1 + r % 40 : i % 3 == 1 ? 4000 + r % 200 : 1 + r;
        tokens += list[i];
        ck_assert_int_eq (ng_spectrum_add (s, list[i], 1), NG_OK);
    }
    qsort (list, N, sizeof *list, compare);
    ck_assert_uint_eq (ng_spectrum_types (s), N);
    ck_assert_uint_eq (ng_spectrum_tokens (s), tokens);
    ck_assert_int_eq (ng_spectrum_cells (s, &cells, &n_cells), NG_OK);
    for (size_t i = 0; i < n_cells; i++)
    {
        ck_assert_uint_ge (cells[i].n_types, 1);
        if (i > 0)
            ck_assert_uint_lt (cells[i - 1].count, cells[i].count);
        for (uint64_t k = 0; k < cells[i].n_types; k++)
            ck_assert_uint_eq (list[at++], cells[i].count);
    }
    ck_assert_uint_eq (at, N);
    free (cells);
    free (list);
    ng_spectrum_free (s);
}
END_TEST

START_TEST (empty_and_overflow)
{
    struct ng_spectrum *s = ng_spectrum_new ();
    struct ng_spectrum_cell *cells;
    size_t n;

    ck_assert_int_eq (ng_spectrum_cells (s, &cells, &n), NG_OK);
    ck_assert_uint_eq (n, 0);
    free (cells);
    ck_assert_int_eq (ng_spectrum_add (s, UINT64_MAX, 1), NG_OK);
    ck_assert_int_eq (ng_spectrum_add (s, 1, 1), NG_EOVERFLOW);
    ck_assert_int_eq (ng_spectrum_add (s, 3, UINT64_MAX / 2), NG_EOVERFLOW);
    ck_assert_uint_eq (ng_spectrum_types (s), 1);
    ck_assert_uint_eq (ng_spectrum_tokens (s), UINT64_MAX);
    ng_spectrum_free (s);
    ng_spectrum_free (NULL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("spectrum");
    TCase *c = tcase_create ("spectrum");

    tcase_add_test (c, equals_sorted_list);
    tcase_add_test (c, empty_and_overflow);
    suite_add_tcase (s, c);
    return s;
}
