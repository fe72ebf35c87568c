#include <config.h>

#include <math.h>

#include "models/powersum.h"
#include "unit.h"

static const double ss[] = { 0.01, 0.6, 1 - 1e-12, 1, 1.0000001, 1.7, 9, 40 };
static const double qs[] = { -0.9, 0, 2.7, 1000 };
static const double ns[] = { 1, 2, 23, 24, 25, 26, 80, 1000, 200000 };

#define EACH(i, a) (size_t i = 0; i < sizeof (a) / sizeof *(a); i++)

/* Term by term, under the law p(x) ~ x^-s.  */
static struct ng_power_sum
slow_power_sum (double s_, double first, double n)
{
    const long double s = (long double) s_, start = (long double) first;
    const long double t = logl (start);
    long double sum = 0, l = 0, ll = 0, z = 0, zl = 0, zz = 0;

    for (double k = n - 1; k >= 0; k--)
    {
        long double x = start + (long double) k;
        long double d = logl (x / start), p = expl (-s * d), u = start / x;

        sum += p;
        l += p * d;
        ll += p * d * d;
        z += p * u;
        zl += p * u * d;
        zz += p * u * u;
    }
    l /= sum;
    ll /= sum;
    z /= sum;
    zl /= sum;
    zz /= sum;
    return (struct ng_power_sum){
        .value = (double) (logl (sum) - s * t),
        .s = (double) (-l - t),
        .ss = (double) (ll - l * l),
        .t = (double) (-s * z),
        .tt = (double) (-s * (z - zz) + s * s * (zz - z * z)),
        .st = (double) (-z + s * (zl - z * l)),
    };
}

START_TEST (sums_equal_loops)
{
    for
        EACH (i, ss)
        for
            EACH (j, qs)
            for
                EACH (k, ns)
                {
                    double s = ss[i], first = 1 + qs[j];
                    struct ng_power_sum slow = slow_power_sum (s, first, ns[k]);
                    struct ng_power_sum all = ng_power_sum (s, first, ns[k]);
                    struct ng_power_sum by_s =
                        ng_power_sum_by_s (s, first, ns[k]);

                    ck_assert_double_eq_tol (all.value, slow.value, 2e-12);
                    ck_assert_double_eq_tol (all.s, slow.s, 2e-11);
                    ck_assert_double_eq_tol (all.ss, slow.ss, 1e-10);
                    ck_assert_double_eq_tol (all.t, slow.t, 1e-11 * (1 + s));
                    ck_assert_double_eq_tol (all.tt, slow.tt,
                                             1e-11 * (1 + s) * (1 + s));
                    ck_assert_double_eq_tol (all.st, slow.st, 1e-10 * (1 + s));
                    ck_assert_double_eq (by_s.value, all.value);
                    ck_assert_double_eq (by_s.s, all.s);
                    ck_assert_double_eq (by_s.ss, all.ss);
                    ck_assert_double_eq (by_s.t, 0);
                }
}
END_TEST

/* Where the first term is next to nothing it is nearly all of the sum; where
   terms leave the range of doubles their logarithm does not.  */
START_TEST (sums_at_the_ends)
{
    struct ng_power_sum one = ng_power_sum (128, 1e6, 1);

    ck_assert_double_eq_tol (ng_power_sum_by_s (0.5, 1e-100, 1000).value,
                             50 * log (10), 1e-12);
    ck_assert_double_eq_tol (ng_power_sum_by_s (2, 1e-250, 1000).value,
                             500 * log (10), 1e-11);
    ck_assert_double_eq_tol (one.value, -128 * log (1e6), 1e-11);
    ck_assert_double_eq_tol (one.ss, 0, 1e-12);
    ck_assert_double_eq_tol (one.t, -128, 1e-11);
    ck_assert_double_eq_tol (ng_power_sum_by_s (0, 7, 1e6).value, log (1e6),
                             1e-12);
    /* About 2 sqrt (n).  */
    ck_assert_double_eq_tol (ng_power_sum_by_s (0.5, 1, 0x1p60).value,
                             31 * log (2), 1e-8);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("powersum");
    TCase *c = tcase_create ("powersum");

    tcase_add_test (c, sums_equal_loops);
    tcase_add_test (c, sums_at_the_ends);
    suite_add_tcase (s, c);
    return s;
}
