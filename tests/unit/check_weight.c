#include <config.h>

#include "models/weight.h"

#include <math.h>

#include "rand.h"
#include "unit.h"

START_TEST (weights_are_powers)
{
    uint64_t seed = 8;

    for (unsigned i = 0; i < 100000; i++)
    {
        double logp = -20 * (double) rand_below (&seed, 1000001) / 1e6;
        double scale = 0.25 * (double) (1 + rand_below (&seed, 8));
        double top = floor (logp * scale * log2 (10));
        double want = ldexp (pow (10, logp * scale), 62 - (int) top);

        ck_assert_double_eq_tol ((double) ng_weight (logp, scale, top), want,
                                 1e-11 * want);
    }
    ck_assert_uint_eq (ng_weight (0, 1, 0), UINT64_C (1) << 62);
    ck_assert_uint_eq (ng_weight (-1e-30, 1, 0), UINT64_C (1) << 62);
    ck_assert_uint_eq (ng_weight (-50, 1, 0), 0);
    ck_assert_uint_eq (ng_weight (-99, 1, -400), 0);
    ck_assert_uint_eq (ng_weight (-98, NG_WEIGHT_SCALE_MAX, 0), 0);
}
END_TEST

/* Known numbers: they are the same on every machine.  Computed with 50 digits
   they are greater by 1, 0 and 2.  */
START_TEST (weights_never_change)
{
    ck_assert_uint_eq (ng_weight (-0.5, 1, -2), UINT64_C (0x50f44d8921243cbb));
    ck_assert_uint_eq (ng_weight (-0.3, 1, -1), UINT64_C (0x4026e73ccd094af0));
    ck_assert_uint_eq (ng_weight (-3.25, 0.125, -2),
                       UINT64_C (0x647591eb9952f457));
}
END_TEST

/* They rise with what they are made of, also from one listed step of the
   computation to the next.  */
START_TEST (weights_rise)
{
    uint64_t before = 0;

    for (unsigned i = 0; i <= 1 << 16; i++)
    {
        uint64_t now = ng_weight (-1 + i / 65536.0, 1, 0);

        ck_assert_uint_gt (now, before);
        before = now;
    }
}
END_TEST

START_TEST (tops_leave_room)
{
    uint64_t seed = 3;

    for (unsigned i = 0; i < 1000; i++)
    {
        double logp = -8 * (double) rand_below (&seed, 1000001) / 1e6;
        double scale = 0.25 * (double) (1 + rand_below (&seed, 40));
        uint64_t n = 1 + rand_below (&seed, UINT64_C (1) << (i % 32));
        uint64_t w = ng_weight (logp, scale, ng_weight_top (logp, scale, n));

        ck_assert_uint_gt (w, 0);
        ck_assert_uint_lt (w, (UINT64_C (1) << 63) / n);
        ck_assert_uint_ge (w, (UINT64_C (1) << 61) / n);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("weight");
    TCase *c = tcase_create ("all");

    tcase_add_test (c, weights_are_powers);
    tcase_add_test (c, weights_never_change);
    tcase_add_test (c, weights_rise);
    tcase_add_test (c, tops_leave_room);
    suite_add_tcase (s, c);
    return s;
}
