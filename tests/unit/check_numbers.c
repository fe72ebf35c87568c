#include <config.h>

#include <math.h>
#include <string.h>

#include "base/sum.h"
#include "base/varint.h"
#include "rand.h"
#include "unit.h"

/* ----------------------------------------------------------------- varints  */

/* Bits are taken one by one.  */
static size_t
put_slowly (unsigned char *p, uint64_t x)
{
    size_t n = 0;

    do
    {
        p[n] = 0;
        for (unsigned bit = 0; bit < 7; bit++, x /= 2)
            if (x % 2)
                p[n] = (unsigned char) (p[n] + (1 << bit));
        if (x > 0)
            p[n] = (unsigned char) (p[n] + 128);
        n++;
    } while (x > 0);
    return n;
}

static void
check_varint (uint64_t x)
{
    unsigned char slow[20], p[20];
    size_t n = put_slowly (slow, x);
    uint64_t back;

    memset (p, 0xee, sizeof p);
    NG_ENSURE (ng_varint_put (p, x) == p + n);
    NG_ENSURE (n <= NG_VARINT_BYTES_MAX && memcmp (p, slow, n) == 0);
    NG_ENSURE (p[n] == 0xee);
    NG_ENSURE (ng_varint_get (p, p + sizeof p, &back) == p + n && back == x);
    NG_ENSURE (ng_varint_get (p, p + n, &back) == p + n && back == x);
    /* Cut anywhere.  */
    for (size_t cut = 0; cut < n; cut++)
        NG_ENSURE (ng_varint_get (p, p + cut, &back) == 0);
}

START_TEST (varints)
{
    uint64_t state = 1;

    for (unsigned shift = 0; shift < 64; shift++)
        for (int more = -2; more <= 2; more++)
            check_varint ((UINT64_C (1) << shift) + (uint64_t) more);
    for (size_t i = 0; i < 10000; i++)
        check_varint (rand_next (&state) >> rand_below (&state, 64));
}
END_TEST

START_TEST (varints_of_65_bits)
{
    unsigned char p[12];
    uint64_t x = 5;

    memset (p, 0xff, sizeof p);
    p[9] = 1;
    ck_assert (ng_varint_get (p, p + 12, &x) == p + 10 && x == UINT64_MAX);
    for (unsigned last = 2; last < 256; last++)
    {
        p[9] = (unsigned char) last;
        ck_assert (ng_varint_get (p, p + 12, &x) == 0);
    }
}
END_TEST

/* -------------------------------------------------------------------- sums  */

/* Whole numbers of any size and sign, whose sum is known exactly, and which a
   plain sum gets wrong.  */
START_TEST (sums_of_any_order)
{
    enum
    {
        N = 20000
    };
    static double terms[2 * N + 1];
    uint64_t state = 9;
    struct ng_sum s = { 0, 0 };
    double plain = 0;

    /* Each term is there with both signs, but for the last.  */
    for (size_t i = 0; i < N; i++)
    {
        terms[2 * i] = ldexp (1 + (double) rand_below (&state, 1000),
                              (int) rand_below (&state, 60));
        terms[2 * i + 1] = -terms[2 * i];
    }
    terms[2 * N] = 0.5;
    for (size_t i = 2 * N; i > 0; i--)
    {
        size_t j = (size_t) rand_below (&state, i + 1);
        double t = terms[i];

        terms[i] = terms[j];
        terms[j] = t;
    }
    for (size_t i = 0; i <= 2 * N; i++)
    {
        ng_sum_add (&s, terms[i]);
        plain += terms[i];
    }
    ck_assert_double_ne (plain, 0.5);
    ck_assert_double_eq (ng_sum_value (&s), 0.5);
}
END_TEST

/* A term larger than the sum so far loses nothing either, which Kahan's own
   method does.  */
START_TEST (neumaiers_own)
{
    static const double terms[] = { 1, 1e100, 1, -1e100 };
    struct ng_sum s = { 0, 0 };

    for (size_t i = 0; i < 4; i++)
        ng_sum_add (&s, terms[i]);
    ck_assert_double_eq (ng_sum_value (&s), 2);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("numbers");
    TCase *tc = tcase_create ("numbers");

    tcase_add_test (tc, varints);
    tcase_add_test (tc, varints_of_65_bits);
    tcase_add_test (tc, sums_of_any_order);
    tcase_add_test (tc, neumaiers_own);
    suite_add_tcase (suite, tc);
    return suite;
}
