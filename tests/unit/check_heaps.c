#include <config.h>

#include <math.h>

#include "models/heaps.h"
#include "unit.h"

/* Types that follow the law to the token give its parameters back.  */
START_TEST (known_law)
{
    static const double laws[][2] = { { 5, 0.6 }, { 1, 0.9 }, { 5, 0.45 } };
    static struct ng_heaps h;
    struct ng_heaps_law law;
    double k = laws[_i][0], beta = laws[_i][1];

    h = (struct ng_heaps){ 0 };
    for (uint64_t n = 1; n <= 300000; n++)
    {
        double want = fmin (k * pow ((double) n, beta), (double) n);

        ng_heaps_add (&h, (double) h.n_types + 1 <= want);
    }
    ck_assert_int_eq (ng_heaps_fit (&h, &law), NG_OK);
    ck_assert_double_eq_tol (law.beta, beta, 0.01);
    ck_assert_double_eq_tol (law.k, k, 0.06 * k);
    ck_assert_double_lt (law.beta_err, 0.003);
    ck_assert_double_gt (law.beta_err, 0);
}
END_TEST

/* The line by least squares, written out.  */
START_TEST (line_equals_points)
{
    static struct ng_heaps h;
    struct ng_heaps_law law;
    double n = 0, mx = 0, my = 0, sxx = 0, sxy = 0, rss = 0;

    h = (struct ng_heaps){ 0 };
    for (uint64_t i = 1; i <= 5000; i++)
        ng_heaps_add (&h, i % (1 + i / 500) == 0);
    ck_assert_uint_lt (h.points[h.n_points - 1].n_tokens, 5000);
    /* The last token is a point of the fit.  */
    h.points[h.n_points] = (struct ng_heaps_point){ h.n_tokens, h.n_types };
    for (int pass = 0; pass < 3; pass++)
    {
        for (size_t i = 0; i <= h.n_points; i++)
        {
            double x = log ((double) h.points[i].n_tokens);
            double y = log ((double) h.points[i].n_types);

            if (h.points[i].n_tokens < NG_HEAPS_FIT_FROM)
                continue;
            if (pass == 0)
            {
                n++;
                mx += x;
                my += y;
            }
            else if (pass == 1)
            {
                sxx += (x - mx) * (x - mx);
                sxy += (x - mx) * (y - my);
            }
            else
                rss += pow (y - my - sxy / sxx * (x - mx), 2);
        }
        if (pass == 0)
        {
            mx /= n;
            my /= n;
        }
    }
    ck_assert_int_eq (ng_heaps_fit (&h, &law), NG_OK);
    ck_assert_double_eq_tol (law.beta, sxy / sxx, 1e-12);
    ck_assert_double_eq_tol (law.k, exp (my - sxy / sxx * mx), 1e-9);
    ck_assert_double_eq_tol (law.beta_err, sqrt (rss / (n - 2) / sxx), 1e-12);
    ck_assert_double_eq_tol (
        law.k_err, law.k * sqrt (rss / (n - 2) * (1 / n + mx * mx / sxx)),
        1e-9);
}
END_TEST

/* Points rise, are true, and lie even steps apart.  */
START_TEST (points)
{
    static struct ng_heaps h;

    h = (struct ng_heaps){ 0 };
    for (uint64_t i = 1; i <= 1000000; i++)
        ng_heaps_add (&h, i % 2 == 1);
    ck_assert_uint_eq (h.points[0].n_tokens, 1);
    for (size_t i = 0; i < h.n_points; i++)
    {
        ck_assert_uint_eq (h.points[i].n_types, (h.points[i].n_tokens + 1) / 2);
        if (i > 0 && h.points[i - 1].n_tokens > 1000)
            ck_assert_double_eq_tol ((double) h.points[i].n_tokens
                                         / (double) h.points[i - 1].n_tokens,
                                     exp2 (1.0 / NG_HEAPS_PER_DOUBLING), 1e-3);
    }
}
END_TEST

START_TEST (too_little)
{
    static struct ng_heaps h;
    struct ng_heaps_law law;

    h = (struct ng_heaps){ 0 };
    ck_assert_int_eq (ng_heaps_fit (&h, &law), NG_EINVAL);
    for (int i = 1; i < NG_HEAPS_TOKENS_MIN; i++)
        ng_heaps_add (&h, i < 10);
    ck_assert_int_eq (ng_heaps_fit (&h, &law), NG_EINVAL);
    ng_heaps_add (&h, false);
    ck_assert_int_eq (ng_heaps_fit (&h, &law), NG_OK);
    h = (struct ng_heaps){ 0 };
    for (int i = 0; i < 2000; i++)
        ng_heaps_add (&h, i == 0);
    ck_assert_int_eq (ng_heaps_fit (&h, &law), NG_EINVAL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("heaps");
    TCase *c = tcase_create ("heaps");

    tcase_add_loop_test (c, known_law, 0, 3);
    tcase_add_test (c, line_equals_points);
    tcase_add_test (c, points);
    tcase_add_test (c, too_little);
    suite_add_tcase (s, c);
    return s;
}
