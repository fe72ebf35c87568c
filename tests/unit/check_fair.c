/* Fair turns: every prefix within the bound, and any place the same as from
   the start.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "batch/fair.h"
#include "unit.h"

enum
{
    SOURCES_MAX = 1000
};

/* Step N_STEPS times; at each step no source may be 1 - 1/(2D - 2) or more from
   its share; in whole numbers, |c (2D-2) Q - k q (2D-2)| < (2D - 3) Q, or equal
   to it, as Tijdeman's bound is reached.  */
static void
check_prefixes (const uint64_t *shares, size_t n, uint64_t n_steps)
{
    struct ng_fair *fair;
    uint64_t counts[SOURCES_MAX] = { 0 };
    int64_t total = 0, m = n > 1 ? 2 * (int64_t) n - 2 : 2;

    for (size_t i = 0; i < n; i++)
        total += (int64_t) shares[i];
    ck_assert_int_eq (ng_fair_new (shares, n, &fair), NG_OK);
    for (uint64_t k = 1; k <= n_steps; k++)
    {
        counts[ng_fair_next (fair)]++;
        for (size_t i = 0; i < n; i++)
        {
            int64_t lag =
                (int64_t) counts[i] * total - (int64_t) k * (int64_t) shares[i];

            /* An assertion each time would take minutes.  */
            if (llabs (lag) * m > (m - 1) * total
                || counts[i] != ng_fair_count (fair, i))
                ck_abort_msg ("%zu sources, step %lu: source %zu", n,
                              (unsigned long) k, i);
        }
    }
    ng_fair_free (fair);
}

/* Shares of many kinds: equal, steep, random, one that is nearly all.  */
static size_t
make_shares (unsigned kind, uint64_t *shares)
{
    struct ng_random random = { kind, 0 };
    size_t n = 1 + kind % 13;

    for (size_t i = 0; i < n; i++)
        switch (kind / 13 % 4)
        {
        case 0:
            shares[i] = 1;
            break;
        case 1:
            shares[i] = UINT64_C (1) << i;
            break;
        case 2:
            shares[i] = 1 + ng_random_below (&random, 50);
            break;
        default:
            shares[i] = i == 0 ? 1000 : 1 + i % 2;
        }
    return n;
}

START_TEST (test_prefixes)
{
    uint64_t shares[13];

    for (unsigned kind = 0; kind < 130; kind++)
        check_prefixes (shares, make_shares (kind, shares), 3000);
}
END_TEST

/* The example on which serving the source that is furthest behind goes wrong:
   many small ones that fall due together.  */
START_TEST (test_many_small)
{
    static uint64_t shares[SOURCES_MAX];

    for (size_t i = 0; i < SOURCES_MAX; i++)
        shares[i] = i == 0 ? 4000 : 1 + i % 3;
    check_prefixes (shares, SOURCES_MAX, 12000);
}
END_TEST

START_TEST (test_seek)
{
    uint64_t shares[13];

    for (unsigned kind = 0; kind < 130; kind++)
    {
        size_t n = make_shares (kind, shares);
        struct ng_fair *one, *other;

        ck_assert_int_eq (ng_fair_new (shares, n, &one), NG_OK);
        ck_assert_int_eq (ng_fair_new (shares, n, &other), NG_OK);
        for (uint64_t k = 0; k < 20000; k++)
        {
            if (k % 97 == 0)
            {
                ck_assert_int_eq (ng_fair_seek (other, k), NG_OK);
                for (size_t i = 0; i < n; i++)
                    ck_assert_uint_eq (ng_fair_count (one, i),
                                       ng_fair_count (other, i));
            }
            if (ng_fair_next (one) != ng_fair_next (other))
                ck_abort_msg ("step %lu", (unsigned long) k);
        }
        ng_fair_free (one);
        ng_fair_free (other);
    }
}
END_TEST

/* A step of SHARES[N], of total TOTAL, is the same whether one goes there or
   stands there at once.  */
static void
check_seeks (const uint64_t *shares, size_t n, uint64_t total)
{
    struct ng_fair *one, *other;

    ck_assert_int_eq (ng_fair_new (shares, n, &one), NG_OK);
    ck_assert_int_eq (ng_fair_new (shares, n, &other), NG_OK);
    for (uint64_t k = 0; k < 3 * total; k++)
    {
        NG_ENSURE (ng_fair_seek (other, k) == NG_OK);
        for (size_t i = 0; i < n; i++)
            NG_ENSURE (ng_fair_count (one, i) == ng_fair_count (other, i));
        NG_ENSURE (ng_fair_next (one) == ng_fair_next (other));
    }
    ng_fair_free (one);
    ng_fair_free (other);
}

/* All shares of two to five sources of a small total, and some of many sources
   that are all due at once, so that it takes long to be on the same way.  */
START_TEST (test_seek_small)
{
    enum
    {
        TOTAL_MAX = 14,
        MANY = 60
    };
    uint64_t shares[MANY];

    for (uint64_t total = 2; total <= TOTAL_MAX; total++)
        for (unsigned cuts = 1; cuts < 1U << (total - 1); cuts++)
        {
            size_t n = 0;

            /* A source ends where the bit is set.  */
            shares[0] = 1;
            for (uint64_t i = 0; i + 1 < total; i++)
                if (cuts >> i & 1)
                    shares[++n] = 1;
                else
                    shares[n]++;
            if (n < 5)
                check_seeks (shares, n + 1, total);
        }
    for (uint64_t first = 1; first <= 200; first += 1 + first / 2)
        for (size_t n = 2; n <= MANY; n += 1 + n / 3)
        {
            uint64_t total = 0;

            for (size_t i = 0; i < n; i++)
                total += shares[i] = i == 0 ? first : 1 + i % 3;
            check_seeks (shares, n, total);
        }
}
END_TEST

/* Far away, and at the limits of what fits.  */
START_TEST (test_large)
{
    const uint64_t shares[3] = { NG_FAIR_TOTAL_MAX - 1 - (1 << 20) * 7, 1 << 20,
                                 (1 << 20) * 6 + 1 };
    const uint64_t small[3] = { 5, 3, 1 };
    struct ng_fair *fair;
    uint64_t k = NG_FAIR_TOTAL_MAX;

    ck_assert_int_eq (ng_fair_new (small, 3, &fair), NG_OK);
    ck_assert_int_eq (ng_fair_seek (fair, k), NG_OK);
    for (size_t i = 0; i < 3; i++)
        ck_assert (
            llabs ((int64_t) (ng_fair_count (fair, i) - k / 9 * small[i]))
            <= 9);
    ng_fair_free (fair);
    ck_assert_int_eq (ng_fair_new (shares, 3, &fair), NG_OK);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq (ng_fair_next (fair), 0);
    ng_fair_free (fair);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("fair");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_prefixes);
    tcase_add_test (tc, test_many_small);
    tcase_add_test (tc, test_seek);
    tcase_add_test (tc, test_seek_small);
    tcase_add_test (tc, test_large);
    suite_add_tcase (suite, tc);
    return suite;
}
