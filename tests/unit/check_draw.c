#include <config.h>

#include "models/draw.h"

#include <math.h>

#include "drawkit.h"

enum
{
    DRAWS = 100000
};

/* What a draw should come to: P^(1/T) among the TOP_K likeliest, made anew by
   sorting and the C library's pow.  */
static void
expected (const struct ng_backoff *m, const uint32_t *history, unsigned n,
          double temperature, unsigned top_k, double *p)
{
    uint32_t tokens[NG_ORDER_MAX];
    double sum = 0, most = 0;

    memcpy (tokens, history, n * sizeof *tokens);
    for (uint32_t id = 0; id < KIT_TYPES; id++)
    {
        double logp;

        tokens[n] = id;
        logp = ng_backoff_logp (m, tokens, n + 1, NULL);
        p[id] =
            id == m->bos || logp <= (double) NG_LOG10_ZERO ? 0 : pow (10, logp);
        most = fmax (most, p[id]);
    }
    for (uint32_t k = KIT_TYPES; top_k > 0 && k > top_k; k--)
    {
        uint32_t least = NG_NONE;

        for (uint32_t id = 0; id < KIT_TYPES; id++)
            if (p[id] >= 0 && (least == NG_NONE || p[id] <= p[least]))
                least = id;
        p[least] = -1;
    }
    for (uint32_t id = 0; id < KIT_TYPES; id++)
    {
        p[id] = p[id] > 0 ? pow (p[id] / most, 1 / temperature) : 0;
        sum += p[id];
    }
    for (uint32_t id = 0; id < KIT_TYPES; id++)
        p[id] /= sum;
}

/* Pearson's chi-square of so many draws; types that are expected less than 5
   times count as one.  With at most 8 degrees of freedom it is above 31.8 by
   chance once in ten thousand; the seed is fixed.  */
static void
check_draws (const struct drawkit *d, const uint32_t *history, unsigned n,
             double temperature, unsigned top_k, unsigned draws)
{
    struct ng_draw *s;
    struct ng_random random = { ng_random_key (1, 2, 3), 0 };
    uint64_t seen[KIT_TYPES] = { 0 };
    double p[KIT_TYPES], chi = 0, rest = 0, rest_seen = 0;
    const unsigned most = d->ngm.order - 1;

    ck_assert_int_eq (ng_draw_new (&d->ngm, 0, temperature, top_k, &s), NG_OK);
    for (unsigned i = 0; i < draws; i++)
    {
        uint32_t id;

        ck_assert_int_eq (ng_draw_token (s, history, n, &random, &id), NG_OK);
        ck_assert_uint_lt (id, KIT_TYPES);
        seen[id]++;
    }
    expected (&d->m, history + (n < most ? 0 : n - most), n < most ? n : most,
              temperature, temperature > 0 ? top_k : 1, p);
    for (uint32_t id = 0; id < KIT_TYPES; id++)
    {
        const double e = draws * p[id], x = (double) seen[id];

        if (p[id] == 0)
            ck_assert_uint_eq (seen[id], 0);
        rest += e < 5 ? e : 0;
        rest_seen += e < 5 ? x : 0;
        chi += e < 5 ? 0 : (x - e) * (x - e) / e;
    }
    /* The variance of a rare sum is its expectation.  */
    chi += (rest_seen - rest) * (rest_seen - rest) / (rest + 1);
    ck_assert_msg (chi < 31.8, "chi-square %g", chi);
    ng_draw_free (s);
}

/* Contexts of which all, some and none are n-grams of the model.  */
static void
set_history (uint32_t *history, unsigned i)
{
    history[0] = i % KIT_TYPES;
    history[1] = i / 3 % KIT_TYPES;
    history[2] = i / 2 % KIT_TYPES;
}

START_TEST (draws_follow_the_model)
{
    struct drawkit d;
    uint32_t history[3];

    drawkit_make (&d, (unsigned) _i % DRAWKIT_KINDS, 3);
    for (unsigned i = 0; i < 12; i++)
    {
        set_history (history, i);
        check_draws (&d, history, i % 4, 1, 0, DRAWS);
    }
    drawkit_done (&d);
}
END_TEST

/* From where a few types have all there is to where all are alike.  */
START_TEST (draws_follow_temperature_and_top_k)
{
    static const double temperatures[] = { 0.02, 0.1, 0.5, 2, 7, 1e6 };
    const double t = temperatures[_i / DRAWKIT_KINDS];
    struct drawkit d;
    uint32_t history[3];

    drawkit_make (&d, (unsigned) _i % DRAWKIT_KINDS, 4);
    for (unsigned i = 0; i < 2; i++)
    {
        set_history (history, (unsigned) _i + 7 * i);
        check_draws (&d, history, 3, t, 0, DRAWS);
        check_draws (&d, history, 2, t, 1 + (unsigned) _i % 5, DRAWS);
        check_draws (&d, history, 1, t, KIT_TYPES - i, DRAWS);
        check_draws (&d, history, 0, t, 2 * i, DRAWS);
    }
    drawkit_done (&d);
}
END_TEST

/* Temperature 0 is the likeliest, as is a temperature too low to tell.  */
START_TEST (nought_is_the_likeliest)
{
    struct drawkit d;
    uint32_t history[3];

    drawkit_make (&d, (unsigned) _i, 3);
    for (unsigned i = 0; i < 12; i++)
    {
        set_history (history, i);
        check_draws (&d, history, 2, 0, 0, 1000);
        check_draws (&d, history, 2, 1e-300, 0, 1000);
    }
    drawkit_done (&d);
}
END_TEST

/* A model whose scores are no probabilities: what follows x has nearly all of
   the order below and next to nothing itself, what follows y a little.  */
static const char odd_model[] =
    "\\data\\\nngram 1=7\nngram 2=2\n\n\\1-grams:\n"
    "-0.1\ta\n-25\tb\n-25.25\tc\n-27\tx\t0\n-26\ty\t0\n-99\t<s>\n"
    "-99\t<unk>\n\n\\2-grams:\n-26\tx a\n-4\ty a\n\n\\end\\\n";

START_TEST (what_is_left_is_not_lost)
{
    static const uint32_t x = 3, y = 4;
    char path[32];
    FILE *file = kit_file (path);
    struct ng_fault fault = { .err = NG_OK };
    struct ng_input *in;
    struct drawkit d;
    size_t size;

    ck_assert_int_ge (fputs (odd_model, file), 0);
    ck_assert_int_eq (fclose (file), 0);
    ck_assert_int_eq (ng_input_open (path, &fault, &in), NG_OK);
    ck_assert_msg (ng_arpa_read (in, &fault, &d.m) == NG_OK, "%s", fault.text);
    (void) ng_input_close (in);
    (void) unlink (path);
    ck_assert_int_eq (ng_ngm_image (&d.m, "odd", &fault, &d.image, &size),
                      NG_OK);
    ck_assert_int_eq (ng_ngm_open (d.image, size, true, "odd", &fault, &d.ngm),
                      NG_OK);
    check_draws (&d, &x, 1, 1, 0, DRAWS);
    check_draws (&d, &x, 1, 0.5, 0, DRAWS);
    check_draws (&d, &x, 1, 20, 0, DRAWS);
    check_draws (&d, &y, 1, 1, 0, DRAWS);
    drawkit_done (&d);
}
END_TEST

/* The same draws whatever was drawn before: what is kept of contexts makes no
   difference, nor does dropping it.  */
START_TEST (draws_have_no_memory)
{
    struct drawkit d;
    struct ng_draw *a;
    const double t = _i % 2 == 0 ? 1 : 0.7;
    const uint32_t top_k = _i % 3 == 0 ? 4 : 0;

    drawkit_make (&d, (unsigned) _i % DRAWKIT_KINDS, 3);
    ck_assert_int_eq (ng_draw_new (&d.ngm, 0, t, top_k, &a), NG_OK);
    for (unsigned i = 0; i < 500; i++)
    {
        struct ng_random x = { i, 0 }, y = { i, 0 };
        struct ng_draw *b;
        uint32_t history[3], first, second;

        set_history (history, i);
        ck_assert_int_eq (ng_draw_new (&d.ngm, 0, t, top_k, &b), NG_OK);
        ck_assert_int_eq (ng_draw_token (a, history, 2, &x, &first), NG_OK);
        ck_assert_int_eq (ng_draw_token (b, history, 2, &y, &second), NG_OK);
        ck_assert_uint_eq (first, second);
        ck_assert_uint_eq (x.next, y.next);
        ng_draw_free (b);
    }
    ng_draw_free (a);
    drawkit_done (&d);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("draw");
    TCase *c = tcase_create ("all");

    tcase_set_timeout (c, 120);
    tcase_add_loop_test (c, draws_follow_the_model, 0, DRAWKIT_KINDS);
    tcase_add_loop_test (c, draws_follow_temperature_and_top_k, 0,
                         6 * DRAWKIT_KINDS);
    tcase_add_loop_test (c, nought_is_the_likeliest, 0, DRAWKIT_KINDS);
    tcase_add_test (c, what_is_left_is_not_lost);
    tcase_add_loop_test (c, draws_have_no_memory, 0, 12);
    suite_add_tcase (s, c);
    return s;
}
