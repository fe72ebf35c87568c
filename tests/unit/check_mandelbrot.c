#include <config.h>

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

#include "models/mandelbrot.h"
#include "models/powersum.h"
#include "models/zipfsample.h"
#include "unit.h"

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
        exp (fit.ln_c + ng_power_sum_by_s (fit.s, 1 + fit.q, 3775).value),
        tokens, 1e-6 * tokens);
}
END_TEST

/* The likelihood of S and Q per token and its derivatives by them, summed over
   the ranks.  */
struct slow
{
    long double s, q, ss, sq, qq;
};

static struct slow
slow_derivatives (const struct ng_spectrum_cell *cells, size_t n, double s_,
                  double q)
{
    const long double s = (long double) s_;
    long double rank = 0, tokens = 0, norm = 0;
    /* Means over tokens, then over the law: of l = ln x, of 1/x ...  */
    long double l = 0, i1 = 0, i2 = 0, pl = 0, pll = 0, p1 = 0, p2 = 0, p1l = 0;

    for (size_t i = n; i-- > 0;)
        for (uint64_t k = 0; k < cells[i].n_types; k++)
        {
            long double x = (long double) q + ++rank, ln = logl (x);
            long double p = expl (-s * ln), c = (long double) cells[i].count;

            tokens += c;
            l += c * ln;
            i1 += c / x;
            i2 += c / (x * x);
            norm += p;
            pl += p * ln;
            pll += p * ln * ln;
            p1 += p / x;
            p2 += p / (x * x);
            p1l += p * ln / x;
        }
    l /= tokens;
    i1 /= tokens;
    i2 /= tokens;
    pl /= norm;
    pll /= norm;
    p1 /= norm;
    p2 /= norm;
    p1l /= norm;
    return (struct slow){ .s = pl - l,
                          .q = s * (p1 - i1),
                          .ss = -(pll - pl * pl),
                          .sq = p1 - i1 - s * (p1l - p1 * pl),
                          .qq = s * (i2 - p2) - s * s * (p2 - p1 * p1) };
}

/* One more step of Newton's, in both at once, leaves S and Q where they are,
   and the errors are those of the curvature.  */
static void
must_be_exact (const struct ng_spectrum_cell *cells, size_t n, double tolerance)
{
    struct ng_mandelbrot fit;
    struct slow d;
    double tokens = 0, det;

    for (size_t i = 0; i < n; i++)
        tokens += (double) cells[i].count * (double) cells[i].n_types;
    ck_assert_int_eq (ng_mandelbrot_fit (cells, n, &fit), NG_OK);
    d = slow_derivatives (cells, n, fit.s, fit.q);
    det = (double) (d.ss * d.qq - d.sq * d.sq);
    ck_assert_double_gt (det, 0);
    ck_assert_double_eq_tol ((double) (d.qq * d.s - d.sq * d.q) / det, 0,
                             tolerance * fit.s);
    ck_assert_double_eq_tol ((double) (d.ss * d.q - d.sq * d.s) / det, 0,
                             tolerance * (1 + fit.q));
    ck_assert_double_eq_tol (fit.s_err, sqrt ((double) -d.qq / det / tokens),
                             10 * tolerance * fit.s_err);
    ck_assert_double_eq_tol (fit.q_err, sqrt ((double) -d.ss / det / tokens),
                             10 * tolerance * fit.q_err);
}

START_TEST (fit_is_exact)
{
    static const double as[] = { 1.5, 2, 2.5, 3 };
    struct ng_zipf_sampler *sampler = ng_zipf_sampler_new (1);

    must_be_exact (words, N_WORDS, 1e-9);
    for (uint64_t k = 0; k < 5; k++)
        for (double size = 1000; size <= 1e5; size *= 10)
        {
            const struct ng_zipf_tails *t;
            struct ng_spectrum_cell *cells;
            size_t n = 0;

            ck_assert_int_eq (ng_zipf_sample (sampler, k, size, as[_i], 1, &t),
                              NG_OK);
            cells = calloc (t->n, sizeof *cells);
            ck_assert_ptr_nonnull (cells);
            for (; n < t->n && t->x[n] < 0x1p53; n++)
                cells[n] = (struct ng_spectrum_cell){
                    (uint64_t) t->x[n],
                    (uint64_t) (t->types[n] - t->types[n + 1])
                };
            must_be_exact (cells, n, 1e-9);
            free (cells);
        }
    ng_zipf_sampler_free (sampler);
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
    static const struct ng_spectrum_cell steps[] = { { 1, 100000 },
                                                     { 1000000, 1000 } };
    struct ng_mandelbrot fit;

    ck_assert_int_eq (ng_mandelbrot_fit (one, 0, &fit), NG_EINVAL);
    ck_assert_int_eq (ng_mandelbrot_fit (one, 1, &fit), NG_EINVAL);
    ck_assert_int_eq (ng_mandelbrot_fit (top, 2, &fit), NG_EINVAL);
    /* Likelier and likelier up to q = 10^5 and s = 100 and more, though by next
       to nothing.  */
    ck_assert_int_eq (ng_mandelbrot_fit (steps, 2, &fit), NG_EINVAL);
}
END_TEST

/* The shares of two types are met by a law with any q: none is the likeliest,
   and rounding may not choose one.  */
START_TEST (two_types)
{
    static const uint64_t counts[][2] = {
        { 1, 2 }, { 1, 1000 }, { 2, 3 }, { 5, 7 }, { 100, 101 }
    };
    struct ng_spectrum_cell cells[] = { { counts[_i][0], 1 },
                                        { counts[_i][1], 1 } };
    struct ng_mandelbrot fit;

    ck_assert_int_eq (ng_mandelbrot_fit (cells, 2, &fit), NG_EINVAL);
}
END_TEST

/* Two counts whose likelihood is all but flat about its maximum: by sums in
   long double the cost is 13.82446703986 at t = -3.13, 13.82446703650 at -4
   and 13.82446710341 at -9.  */
START_TEST (flat_likelihood)
{
    static const struct ng_spectrum_cell cells[] = { { 1, 1000000 },
                                                     { 2, 10000 } };
    struct ng_mandelbrot fit;

    ck_assert_int_eq (ng_mandelbrot_fit (cells, 2, &fit), NG_OK);
    must_be_exact (cells, 2, 1e-4);
    ck_assert_double_eq_tol (fit.s, 0.043284, 2e-6);
    ck_assert_double_eq_tol (log1p (fit.q), -4, 0.8);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("mandelbrot");
    TCase *c = tcase_create ("mandelbrot");

    (void) gsl_set_error_handler_off ();
    tcase_set_timeout (c, 60);
    tcase_add_test (c, fit_is_likeliest);
    tcase_add_loop_test (c, fit_is_exact, 0, 4);
    tcase_add_test (c, flat_likelihood);
    tcase_add_loop_test (c, first_rank_apart, 0, 2);
    tcase_add_loop_test (c, known_law, 0, 4);
    tcase_add_test (c, no_law);
    tcase_add_loop_test (c, two_types, 0, 5);
    suite_add_tcase (s, c);
    return s;
}
