#include <config.h>

#include "models/draw.h"

#include <math.h>

#include "modelkit.h"
#include "models/ngmbuild.h"

enum
{
    DRAWS = 100000
};

static void
open_kit (unsigned order, struct ng_backoff *m, unsigned char **image,
          struct ng_ngm *ngm)
{
    struct kit k;
    size_t size;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_estimate e = { .smoothing = NG_KNESER_NEY,
                             .has_fallback = true,
                             .fallback = { 0.5, 1, 1.5 } };

    kit_make (&k, order, true, 5);
    kit_model (&k, &e, m);
    ck_assert_int_eq (ng_ngm_image (m, "kit", &fault, image, &size), NG_OK);
    ck_assert_int_eq (ng_ngm_open (*image, size, true, "kit", &fault, ngm),
                      NG_OK);
}

/* What a draw should come to: P^(1/T) among the TOP_K likeliest, made anew by
   sorting and the C library's pow.  */
static void
expected (const struct ng_backoff *m, const uint32_t *history, unsigned n,
          double temperature, unsigned top_k, double *p)
{
    uint32_t tokens[NG_ORDER_MAX];
    double sum = 0;

    memcpy (tokens, history, n * sizeof *tokens);
    for (uint32_t id = 0; id < KIT_TYPES; id++)
    {
        tokens[n] = id;
        p[id] = id == m->bos
                    ? 0
                    : pow (10, ng_backoff_logp (m, tokens, n + 1, NULL));
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
        p[id] = p[id] > 0 ? pow (p[id], 1 / temperature) : 0;
        sum += p[id];
    }
    for (uint32_t id = 0; id < KIT_TYPES; id++)
        p[id] /= sum;
}

/* Pearson's chi-square of DRAWS draws, with at most 8 degrees of freedom: above
   26.1 by chance once in a thousand; the seed is fixed.  */
static void
check_draws (const uint32_t *history, unsigned n, double temperature,
             unsigned top_k)
{
    struct ng_backoff m;
    unsigned char *image;
    struct ng_ngm ngm;
    struct ng_draw *s;
    struct ng_random random = { ng_random_key (1, 2, 3), 0 };
    uint64_t seen[KIT_TYPES] = { 0 };
    double p[KIT_TYPES], chi = 0;

    open_kit (3, &m, &image, &ngm);
    ck_assert_int_eq (ng_draw_new (&ngm, 0, temperature, top_k, &s), NG_OK);
    for (unsigned i = 0; i < DRAWS; i++)
        seen[ng_draw_token (s, history, n, &random)]++;
    expected (&m, history, n < 2 ? n : 2, temperature, top_k, p);
    for (uint32_t id = 0; id < KIT_TYPES; id++)
    {
        double e = DRAWS * p[id], d = (double) seen[id] - e;

        if (p[id] == 0)
            ck_assert_uint_eq (seen[id], 0);
        else
            chi += d * d / e;
    }
    ck_assert_msg (chi < 26.1, "chi-square %g", chi);
    ng_draw_free (s);
    free (image);
    ng_backoff_fini (&m);
}

START_TEST (draws_follow_the_model)
{
    uint32_t history[2] = { (uint32_t) _i % KIT_TYPES,
                            (uint32_t) _i / 3 % KIT_TYPES };

    check_draws (history, (unsigned) _i % 3, 1, 0);
}
END_TEST

START_TEST (draws_follow_temperature_and_top_k)
{
    static const double temperatures[] = { 0.5, 2, 7 };
    const uint32_t history[2] = { 3, 4 };

    check_draws (history, 2, temperatures[_i % 3], 0);
    check_draws (history, 1, temperatures[_i % 3], 1 + (unsigned) _i);
    check_draws (history, 0, 1, 1 + (unsigned) _i);
}
END_TEST

START_TEST (weights_are_powers)
{
    uint64_t seed = 8;

    for (unsigned i = 0; i < 100000; i++)
    {
        double logp = -20 * (double) rand_below (&seed, 1000001) / 1e6;
        double scale = 0.25 * (double) (1 + rand_below (&seed, 8));
        int top = (int) floor (logp * scale * log2 (10));
        double want = ldexp (pow (10, logp * scale), 62 - top);

        ck_assert_double_eq_tol ((double) ng_draw_weight (logp, scale, top),
                                 want, 1e-11 * want);
    }
    ck_assert_uint_eq (ng_draw_weight (0, 1, 0), UINT64_C (1) << 62);
    ck_assert_uint_eq (ng_draw_weight (-1e-30, 1, 0), UINT64_C (1) << 62);
    ck_assert_uint_eq (ng_draw_weight (-50, 1, 0), 0);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("draw");
    TCase *c = tcase_create ("all");

    tcase_set_timeout (c, 120);
    tcase_add_loop_test (c, draws_follow_the_model, 0, 12);
    tcase_add_loop_test (c, draws_follow_temperature_and_top_k, 0, 6);
    tcase_add_test (c, weights_are_powers);
    suite_add_tcase (s, c);
    return s;
}
