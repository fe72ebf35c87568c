/* Best-fit-decreasing packing, against the rule done the slow way.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "batch/packing.h"
#include "rand.h"
#include "unit.h"

enum
{
    PIECES_MAX = 400
};

static int
falling (const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

    return x > y ? -1 : x < y;
}

/* The rooms that are left by best fit decreasing, one a row; each piece looks
   at every row.  Which of two rows with equal room gets a piece makes no
   difference to that.  */
static size_t
slow_rooms (uint32_t room, const uint32_t *lengths, size_t n, uint32_t *left)
{
    uint32_t sorted[PIECES_MAX];
    size_t n_rows = 0;

    memcpy (sorted, lengths, n * sizeof *sorted);
    qsort (sorted, n, sizeof *sorted, falling);
    for (size_t i = 0; i < n; i++)
    {
        size_t best = n_rows;

        for (size_t r = 0; r < n_rows; r++)
            if (left[r] >= sorted[i]
                && (best == n_rows || left[r] < left[best]))
                best = r;
        if (best == n_rows)
            left[n_rows++] = room;
        left[best] -= sorted[i];
    }
    return n_rows;
}

static void
check_packing (struct ng_packing *packing, uint32_t room,
               const uint32_t *lengths, size_t n)
{
    uint32_t want[PIECES_MAX], got[PIECES_MAX];
    bool seen[PIECES_MAX] = { false };
    size_t n_want = slow_rooms (room, lengths, n, want), n_rows;

    ck_assert_int_eq (ng_packing_run (packing, lengths, n, &n_rows), NG_OK);
    ck_assert_uint_eq (n_rows, n_want);
    for (size_t r = 0; r < n_rows; r++)
    {
        size_t n_members;
        const uint32_t *members = ng_packing_row (packing, r, &n_members);

        got[r] = room;
        for (size_t i = 0; i < n_members; i++)
        {
            NG_ENSURE (members[i] < n && !seen[members[i]]);
            NG_ENSURE (i == 0
                       || lengths[members[i]] <= lengths[members[i - 1]]);
            seen[members[i]] = true;
            NG_ENSURE (lengths[members[i]] <= got[r]);
            got[r] -= lengths[members[i]];
        }
    }
    for (size_t i = 0; i < n; i++)
        NG_ENSURE (seen[i]);
    qsort (want, n_rows, sizeof *want, falling);
    qsort (got, n_rows, sizeof *got, falling);
    ck_assert_mem_eq (want, got, n_rows * sizeof *want);
}

START_TEST (test_random)
{
    static const uint32_t rooms[] = { 1, 2, 3, 36, 63, 64, 65, 128, 1025 };
    uint64_t seed = 1;

    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
    {
        struct ng_packing *packing;

        ck_assert_int_eq (ng_packing_new (rooms[i], &packing), NG_OK);
        for (int round = 0; round < 60; round++)
        {
            uint32_t lengths[PIECES_MAX];
            size_t n = rand_below (&seed, PIECES_MAX + 1);
            uint64_t most = 1 + rand_below (&seed, rooms[i]);

            for (size_t j = 0; j < n; j++)
                lengths[j] = 1 + (uint32_t) rand_below (&seed, most);
            check_packing (packing, rooms[i], lengths, n);
        }
        ng_packing_free (packing);
    }
    ng_packing_free (NULL);
}
END_TEST

/* The example of the header, in its very order.  */
START_TEST (test_example)
{
    static const uint32_t lengths[] = { 5, 3, 2, 6, 2 };
    static const uint32_t want[] = { 3, 2, 0, 1, 4 };
    static const size_t ends[] = { 2, 4, 5 };
    struct ng_packing *packing;
    size_t n_rows, at = 0;

    ck_assert_int_eq (ng_packing_new (8, &packing), NG_OK);
    ck_assert_int_eq (ng_packing_run (packing, lengths, 5, &n_rows), NG_OK);
    ck_assert_uint_eq (n_rows, 3);
    for (size_t r = 0; r < 3; r++)
    {
        size_t n;
        const uint32_t *members = ng_packing_row (packing, r, &n);

        for (size_t i = 0; i < n; i++)
            ck_assert_uint_eq (members[i], want[at++]);
        ck_assert_uint_eq (at, ends[r]);
    }
    ng_packing_free (packing);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("packing");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_random);
    tcase_add_test (tc, test_example);
    suite_add_tcase (suite, tc);
    return suite;
}
