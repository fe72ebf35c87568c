#include <config.h>

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

#include "models/mandelbrot.h"
#include "unit.h"

START_TEST (sums_equal_loops)
{
    static const double ss[] = { 0.01, 0.6, 1 - 1e-12, 1, 1.0000001, 1.7, 9 };
    static const double qs[] = { -0.9, 0, 2.7, 1000 };
    static const double ns[] = { 1, 2, 48, 49, 50, 51, 1000, 200000 };

    for (size_t i = 0; i < sizeof ss / sizeof *ss; i++)
        for (size_t j = 0; j < sizeof qs / sizeof *qs; j++)
            for (size_t k = 0; k < sizeof ns / sizeof *ns; k++)
            {
                long double sum = 0;

                for (double r = ns[k]; r >= 1; r--)
                    sum +=
                        powl ((long double) (r + qs[j]), -(long double) ss[i]);
                ck_assert_double_eq_tol (
                    ng_mandelbrot_ln_sum (ss[i], 1 + qs[j], ns[k]),
                    (double) logl (sum), 2e-12);
            }
}
END_TEST

/* Where the first term is next to nothing it is nearly all of the sum; where
   terms leave the range of doubles their logarithm does not.  */
START_TEST (sums_at_the_ends)
{
    ck_assert_double_eq_tol (ng_mandelbrot_ln_sum (0.5, 1e-100, 1000),
                             50 * log (10), 1e-12);
    ck_assert_double_eq_tol (ng_mandelbrot_ln_sum (2, 1e-250, 1000),
                             500 * log (10), 1e-11);
    ck_assert_double_eq_tol (ng_mandelbrot_ln_sum (128, 1e6, 1),
                             -128 * log (1e6), 1e-11);
    ck_assert_double_eq_tol (ng_mandelbrot_ln_sum (0, 7, 1e6), log (1e6),
                             1e-12);
}
END_TEST

static const struct ng_spectrum_cell words[] = {
    { 1, 2200 }, { 2, 801 }, { 3, 350 }, { 4, 200 },  { 7, 133 },  { 20, 75 },
    { 99, 11 },  { 500, 2 }, { 800, 1 }, { 1200, 1 }, { 2261, 1 },
};

enum
{
    N_WORDS = sizeof words / sizeof *words
};

/* Rank by rank.  */
static double
slow_likelihood (const struct ng_spectrum_cell *cells, size_t n, double s,
                 double q)
{
    double rank = 0, sum = 0, norm = 0, tokens = 0;

    for (size_t i = n; i-- > 0;)
        for (uint64_t k = 0; k < cells[i].n_types; k++)
        {
            rank++;
            sum -= (double) cells[i].count * s * log (rank + q);
            norm += pow (rank + q, -s);
            tokens += (double) cells[i].count;
        }
    return sum - tokens * log (norm);
}

START_TEST (fit_is_likeliest)
{
    struct ng_mandelbrot fit;
    double tokens = 0, best, h = 1e-3, ss, qq, sq, det;

    for (size_t i = 0; i < N_WORDS; i++)
        tokens += (double) (words[i].count * words[i].n_types);
    ck_assert_int_eq (ng_mandelbrot_fit (words, N_WORDS, &fit), NG_OK);
    best = slow_likelihood (words, N_WORDS, fit.s, fit.q);
    ck_assert_double_eq_tol (fit.log_likelihood * tokens, best,
                             1e-10 * fabs (best));
    for (int i = 0; i < 8; i++)
    {
        double angle = i * M_PI / 4;

        ck_assert_double_lt (slow_likelihood (words, N_WORDS,
                                              fit.s + 1e-4 * cos (angle),
                                              fit.q + 1e-3 * sin (angle)),
                             best);
    }
    /* Errors from the curvature in s and q themselves.  */
#define L(ds, dq) \
    slow_likelihood (words, N_WORDS, fit.s + (ds) *h, fit.q + (dq) *h)
    ss = -(L (1, 0) + L (-1, 0) - 2 * best) / (h * h);
    qq = -(L (0, 1) + L (0, -1) - 2 * best) / (h * h);
    sq = -(L (1, 1) + L (-1, -1) - L (1, -1) - L (-1, 1)) / (4 * h * h);
    det = ss * qq - sq * sq;
    ck_assert_double_eq_tol (fit.s_err, sqrt (qq / det), 0.01 * fit.s_err);
    ck_assert_double_eq_tol (fit.q_err, sqrt (ss / det), 0.01 * fit.q_err);
    /* The counts of the law sum up to the tokens.  */
    ck_assert_double_eq_tol (
        exp (fit.ln_c + ng_mandelbrot_ln_sum (fit.s, 1 + fit.q, 3775)), tokens,
        1e-6 * tokens);
}
END_TEST

/* Triples and quadruples of a book: rank 1 gets a place of its own.  No other
   law is as likely, wherever q is.  */
START_TEST (first_rank_apart)
{
    static const struct ng_spectrum_cell triples[] = {
        { 1, 2827 }, { 2, 110 }, { 3, 23 }, { 4, 15 }, { 5, 6 },
        { 6, 4 },    { 8, 3 },   { 11, 1 }, { 16, 1 }, { 59, 1 }
    };
    static const struct ng_spectrum_cell quadruples[] = {
        { 1, 3162 }, { 2, 29 }, { 3, 6 }, { 4, 2 }, { 14, 1 }
    };
    const struct ng_spectrum_cell *cells = _i ? quadruples : triples;
    size_t n = _i ? 5 : 10;
    struct ng_mandelbrot fit;
    double tokens = 0, best;

    for (size_t i = 0; i < n; i++)
        tokens += (double) (cells[i].count * cells[i].n_types);
    ck_assert_int_eq (ng_mandelbrot_fit (cells, n, &fit), NG_OK);
    ck_assert_double_lt (fit.q, -0.9);
    ck_assert_double_gt (fit.s, 0.05);
    best = fit.log_likelihood * tokens;
    /* The slow way has 1 + q from q, and loses digits.  */
    ck_assert_double_eq_tol (slow_likelihood (cells, n, fit.s, fit.q), best,
                             1e-6 * fabs (best));
    for (double t = -30; t <= 8; t += 0.5)
        for (double ratio = 0.5; ratio <= 2; ratio *= 1.1)
            ck_assert_double_le (
                slow_likelihood (cells, n, fit.s * ratio, expm1 (t)),
                best * (1 - 1e-12));
}
END_TEST

/* Counts made by the law itself give its parameters back.  */
START_TEST (known_law)
{
    static const double laws[][2] = {
        { 1.1, 2.7 }, { 0.8, 0 }, { 1.5, 20 }, { 1, -0.5 }
    };
    enum
    {
        N = 1000
    };
    double s = laws[_i][0], q = laws[_i][1];
    struct ng_spectrum_cell *cells = calloc (N, sizeof *cells);
    struct ng_mandelbrot fit;
    size_t n = 0;

    ck_assert_ptr_nonnull (cells);
    for (int r = N; r >= 1; r--)
    {
        uint64_t count = (uint64_t) (1e12 * pow (r + q, -s) / pow (1 + q, -s));

        if (n > 0 && cells[n - 1].count == count)
            cells[n - 1].n_types++;
        else
            cells[n++] = (struct ng_spectrum_cell){ count, 1 };
    }
    ck_assert_int_eq (ng_mandelbrot_fit (cells, n, &fit), NG_OK);
    ck_assert_double_eq_tol (fit.s, s, 1e-5);
    ck_assert_double_eq_tol (fit.q, q, 1e-4 * (1 + q));
    free (cells);
}
END_TEST

START_TEST (no_law)
{
    static const struct ng_spectrum_cell one[] = { { 3, 100 } };
    static const struct ng_spectrum_cell top[] = { { 1, 10000 }, { 3, 1 } };
    struct ng_mandelbrot fit;

    ck_assert_int_eq (ng_mandelbrot_fit (one, 0, &fit), NG_EINVAL);
    ck_assert_int_eq (ng_mandelbrot_fit (one, 1, &fit), NG_EINVAL);
    ck_assert_int_eq (ng_mandelbrot_fit (top, 2, &fit), NG_EINVAL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("mandelbrot");
    TCase *c = tcase_create ("mandelbrot");

    (void) gsl_set_error_handler_off ();
    tcase_add_test (c, sums_equal_loops);
    tcase_add_test (c, sums_at_the_ends);
    tcase_add_test (c, fit_is_likeliest);
    tcase_add_loop_test (c, first_rank_apart, 0, 2);
    tcase_add_loop_test (c, known_law, 0, 4);
    tcase_add_test (c, no_law);
    suite_add_tcase (s, c);
    return s;
}
