#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/radix.h"
#include "counts/key.h"
#include "rand.h"
#include "unit.h"

/* The second implementation: qsort by the words and then by the payload, which
   is the place before sorting.  */
static unsigned n_words;

static int
compare_records (const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    for (unsigned i = 0; i <= n_words; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

/* Word WORD of a random key of the kind KIND.  */
static uint64_t
random_word (uint64_t *state, unsigned kind, unsigned word)
{
    switch (kind)
    {
    case 0: /* all bits differ */
        return rand_next (state);
    case 1: /* few values: many equal keys */
        return rand_below (state, 3);
    case 2: /* one word is constant */
        return word == 0 ? UINT64_C (0x123456789abcdef0) : rand_next (state);
    case 3: /* only the last word differs, in its lowest bits */
        return word + 1 == n_words ? rand_below (state, 300) : UINT64_MAX;
    case 4: /* one bit anywhere */
        return UINT64_C (1) << rand_below (state, 64);
    case 5: /* all equal */
        return 7;
    case 6: /* packed small tokens */
        return rand_below (state, 5) << 61 | rand_below (state, 700) << 9;
    default: /* very skewed */
        return rand_next (state) >> rand_below (state, 64);
    }
}

enum
{
    N_KINDS = 8
};

static void
check_sort (unsigned words, size_t n, unsigned kind)
{
    const size_t bytes = n * (words + 1) * sizeof (uint64_t);
    uint64_t *records = ng_alloc_array (bytes, 1);
    uint64_t *scratch = ng_alloc_array (bytes, 1);
    uint64_t *expected = ng_alloc_array (bytes, 1);
    uint64_t state = n * 10 + kind;

    ck_assert (records && scratch && expected);
    n_words = words;
    for (size_t i = 0; i < n; i++)
    {
        for (unsigned w = 0; w < words; w++)
            records[i * (words + 1) + w] = random_word (&state, kind, w);
        records[i * (words + 1) + words] = i;
    }
    memcpy (expected, records, bytes);
    qsort (expected, n, (words + 1) * sizeof *expected, compare_records);
    ng_radix_sort (records, n, words, scratch);
    ck_assert_msg (memcmp (records, expected, bytes) == 0,
                   "%u words, %zu records of kind %u", words, n, kind);
    free (records);
    free (scratch);
    free (expected);
}

START_TEST (equals_qsort)
{
    static const size_t sizes[] = { 0, 1, 2, 31, 32, 33, 34, 257, 5000 };

    for (unsigned kind = 0; kind < N_KINDS; kind++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            check_sort ((unsigned) _i, sizes[i], kind);
}
END_TEST

START_TEST (sorts_many)
{
    for (unsigned kind = 0; kind < N_KINDS; kind++)
        check_sort ((unsigned) _i, 100000, kind);
}
END_TEST

/* Sorted already, either way round.  */
START_TEST (sorts_sorted)
{
    enum
    {
        N = 1000
    };
    uint64_t records[N][2], scratch[N][2];

    for (int down = 0; down < 2; down++)
    {
        for (uint64_t i = 0; i < N; i++)
        {
            records[i][0] = (down ? N - 1 - i : i) << 50;
            records[i][1] = i;
        }
        ng_radix_sort (records[0], N, 1, scratch[0]);
        for (uint64_t i = 0; i < N; i++)
        {
            ck_assert_uint_eq (records[i][0], i << 50);
            ck_assert_uint_eq (records[i][1], down ? N - 1 - i : i);
        }
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("radix");
    TCase *tc = tcase_create ("radix");

    tcase_add_loop_test (tc, equals_qsort, 1, NG_KEY_WORDS_MAX + 1);
    tcase_add_loop_test (tc, sorts_many, 1, NG_KEY_WORDS_MAX + 1);
    tcase_add_test (tc, sorts_sorted);
    suite_add_tcase (suite, tc);
    return suite;
}
