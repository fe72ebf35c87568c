/* Plans and mixtures: exact shares at every prefix, each source in its own
   order, any step at once.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "batch/mixture.h"
#include "batch/plan.h"
#include "unit.h"

START_TEST (test_weight)
{
    static const struct
    {
        const char *text;
        uint64_t weight;
        bool ok;
    } cases[] = {
        { "1", NG_WEIGHT_UNIT, true },
        { "0", 0, true },
        { "0.25", NG_WEIGHT_UNIT / 4, true },
        { "123456789.987654321", UINT64_C (123456789987654321), true },
        { "1234567890", 0, false },
        { "0.0000000001", 0, false },
        { "", 0, false },
        { "-1", 0, false },
        { ".5", 0, false },
        { "5.", 0, false },
        { "1e3", 0, false },
        { "nan", 0, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        uint64_t weight = 7;

        ck_assert_msg (ng_plan_weight (cases[i].text, &weight) == cases[i].ok,
                       "%s", cases[i].text);
        if (cases[i].ok)
            ck_assert_uint_eq (weight, cases[i].weight);
    }
}
END_TEST

static void
set_source (struct ng_plan_source *s, uint64_t n_tokens, const char *weight)
{
    memset (s, 0, sizeof *s);
    s->n_tokens = n_tokens;
    ck_assert (ng_plan_weight (weight, &s->weight));
}

START_TEST (test_plan)
{
    struct ng_plan_source s[3];
    struct ng_fault fault = { 0 };
    uint64_t n;

    /* Shares of one epoch of all: 100 + 200 + 300 pieces.  */
    set_source (&s[0], 1001, "0.5");
    set_source (&s[1], 2001, "0.25");
    set_source (&s[2], 3010, "0.25");
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_SHARES, s, 3, 10, 1, 0, &n, &fault), NG_OK);
    ck_assert_uint_eq (n, 600);
    ck_assert_uint_eq (s[0].share, 2 * s[1].share);
    ck_assert_uint_eq (s[0].quota, 300);
    ck_assert_uint_eq (s[2].quota, 150);
    /* The first may not be repeated: the others have what it cannot give.  */
    ck_assert_int_eq (ng_plan_make (NG_WEIGHT_SHARES, s, 3, 10, 1,
                                    NG_WEIGHT_UNIT, &n, &fault),
                      NG_OK);
    ck_assert_uint_eq (s[0].quota, 100);
    ck_assert_uint_eq (s[1].quota, 200);
    ck_assert_uint_eq (s[2].quota, 300);
    ck_assert_uint_eq (n, 600);
    /* Two epochs, but none for more than one and a half: fewer are served.  */
    ck_assert_int_eq (ng_plan_make (NG_WEIGHT_SHARES, s, 3, 10, 2,
                                    NG_WEIGHT_UNIT * 3 / 2, &n, &fault),
                      NG_OK);
    ck_assert_uint_eq (n, 900);
    /* What was served before counts towards the cap, which here the first has
       reached and the second has not.  */
    s[0].served = 2000;
    s[1].served = 500;
    ck_assert_int_eq (ng_plan_make (NG_WEIGHT_SHARES, s, 3, 10, 2,
                                    NG_WEIGHT_UNIT * 3 / 2, &n, &fault),
                      NG_OK);
    ck_assert_uint_eq (s[0].quota, 0);
    ck_assert_uint_eq (s[0].share, 0);
    ck_assert_uint_eq (s[1].quota, 250);
    ck_assert_uint_eq (s[2].quota, 450);
    ck_assert_uint_eq (n, 700);
    /* Epochs, and tokens, less what was served before.  */
    set_source (&s[0], 1001, "2");
    set_source (&s[1], 2001, "0.5");
    set_source (&s[2], 3010, "0");
    s[0].served = 505;
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_EPOCHS, s, 3, 10, 1, 0, &n, &fault), NG_OK);
    ck_assert_uint_eq (s[0].quota, 150);
    ck_assert_uint_eq (s[1].quota, 100);
    ck_assert_uint_eq (s[2].share, 0);
    set_source (&s[0], 1001, "1234");
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_TOKENS, s, 1, 10, 1, 0, &n, &fault), NG_OK);
    ck_assert_uint_eq (n, 123);
    set_source (&s[0], 1001, "0");
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_SHARES, s, 1, 10, 1, 0, &n, &fault), NG_EINVAL);
}
END_TEST

/* Plans that cannot be made, and one that has no end.  */
START_TEST (test_plan_limits)
{
    struct ng_plan_source s[2];
    struct ng_fault fault = { 0 };
    uint64_t n = 7;

    /* 2^52 parts are the most.  */
    set_source (&s[0], 1001, "1");
    set_source (&s[1], 1001, "1");
    s[0].weight = (UINT64_C (1) << 52) - 1;
    s[1].weight = 1;
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_SHARES, s, 2, 10, 0, 0, &n, &fault), NG_OK);
    ck_assert_uint_eq (n, 0);
    s[1].weight = 2;
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_SHARES, s, 2, 10, 0, 0, &n, &fault), NG_ELIMIT);
    fault.err = NG_OK;
    s[0].weight = UINT64_MAX;
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_SHARES, s, 2, 10, 1, 0, &n, &fault), NG_ELIMIT);
    /* A source that has no piece has no share, whatever its weight.  */
    fault.err = NG_OK;
    set_source (&s[0], 0, "5");
    set_source (&s[1], 1001, "1");
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_SHARES, s, 2, 10, 1, 0, &n, &fault), NG_OK);
    ck_assert_uint_eq (s[0].share, 0);
    ck_assert_uint_eq (s[1].quota, 100);
    s[1].n_tokens = 10;
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_SHARES, s, 2, 10, 1, 0, &n, &fault), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "piece of 10 tokens and one"));
    /* Less than a piece of any; and nothing left.  */
    fault.err = NG_OK;
    set_source (&s[0], 1001, "9");
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_TOKENS, s, 1, 10, 1, 0, &n, &fault), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "no source serves a whole"));
    fault.err = NG_OK;
    set_source (&s[0], 1001, "1");
    s[0].served = 1000;
    ck_assert_int_eq (
        ng_plan_make (NG_WEIGHT_EPOCHS, s, 1, 10, 1, 0, &n, &fault), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "nothing is left"));
}
END_TEST

static void
make (struct ng_mixture_spec *spec, struct ng_mixture_source *sources, size_t n,
      uint64_t seed)
{
    memset (sources, 0, n * sizeof *sources);
    for (size_t i = 0; i < n; i++)
    {
        sources[i].n_tokens = 300 + 100 * i;
        sources[i].share = 1 + (i * 7 + seed) % 5;
        sources[i].number = i;
    }
    sources[n - 1].share = 0;
    memset (spec, 0, sizeof *spec);
    spec->spec = (struct ng_sampler_spec){
        .seed = seed, .batch_size = 3, .n_steps = 7, .world = 1
    };
    spec->sources = sources;
    spec->n_sources = n;
    spec->n_pieces = 1000;
}

/* Each source's pieces are those of a sampler of its own, in order; its count
   is within one of its share at every prefix; and seeking finds the same.  */
START_TEST (test_mixture)
{
    for (uint64_t seed = 0; seed < 20; seed++)
        for (uint64_t world = 1; world <= 3; world++)
        {
            struct ng_mixture_source sources[6];
            struct ng_mixture_spec spec;
            struct ng_mixture *m[3], *seeker;
            struct ng_fault fault = { 0 };
            uint64_t count[6] = { 0 }, total = 0, k = 0, served = 0;

            make (&spec, sources, 6, seed);
            spec.spec.world = world;
            for (size_t r = 0; r < world; r++)
            {
                spec.spec.rank = r;
                ck_assert_int_eq (ng_mixture_new (&spec, &fault, &m[r]), NG_OK);
            }
            for (size_t i = 0; i < 6; i++)
                total += sources[i].share;
            for (uint64_t b = 0; b < 1000 / 3; b++)
            {
                struct ng_batch_rows rows, again;
                const uint32_t *from, *from_again;

                spec.spec.rank = b % world;
                ck_assert_int_eq (ng_mixture_next (m[b % world], &rows, &from),
                                  NG_OK);
                ck_assert_uint_eq (rows.step, b / world);
                for (size_t i = 0; i < 3; i++)
                {
                    k++;
                    count[from[i]]++;
                    for (size_t s = 0; s < 6; s++)
                        if (llabs ((int64_t) (count[s] * total)
                                   - (int64_t) (k * sources[s].share))
                            >= (int64_t) total)
                            ck_abort_msg ("prefix %lu, source %zu",
                                          (unsigned long) k, s);
                }
                if (b % 37 != 0)
                    continue;
                ck_assert_int_eq (ng_mixture_new (&spec, &fault, &seeker),
                                  NG_OK);
                ck_assert_int_eq (ng_mixture_seek (seeker, b / world), NG_OK);
                ck_assert_int_eq (ng_mixture_next (seeker, &again, &from_again),
                                  NG_OK);
                ck_assert_mem_eq (again.starts, rows.starts, 3 * 8);
                ck_assert_mem_eq (from_again, from, 3 * 4);
                ng_mixture_free (seeker);
            }
            for (size_t r = 0; r < world; r++)
            {
                struct ng_batch_rows rows;
                const uint32_t *from;

                ck_assert_int_eq (ng_mixture_next (m[r], &rows, &from), NG_END);
                for (size_t i = 0; i < 6; i++)
                    served += ng_mixture_served (m[r], i);
                ng_mixture_free (m[r]);
            }
            ck_assert_uint_eq (served, 999);
        }
}
END_TEST

/* Other weights, sizes, ranks and sources in the middle: no piece twice in an
   epoch of its source, and none left out.  */
START_TEST (test_leave)
{
    for (uint64_t seed = 0; seed < 20; seed++)
    {
        struct ng_mixture_source sources[4];
        struct ng_mixture_spec spec;
        struct ng_fault fault = { 0 };
        static unsigned char seen[4][1000];
        static uint64_t last[4];

        memset (seen, 0, sizeof seen);
        memset (last, 0, sizeof last);
        make (&spec, sources, 4, seed);
        spec.spec.n_steps = 12;
        spec.n_pieces = 0;
        sources[3].share = 1;
        for (int run = 0; run < 4; run++)
        {
            struct ng_mixture *m = NULL;
            struct ng_batch_rows rows;
            const uint32_t *from;
            uint64_t pieces;
            struct ng_sampler_spec next = spec.spec;

            next.n_steps = run == 0 ? 12 : run == 1 ? 6 : 2;
            next.batch_size = 2;
            next.world = 2;
            for (spec.spec.rank = 0; spec.spec.rank < spec.spec.world;
                 spec.spec.rank++)
            {
                ng_mixture_free (m);
                ck_assert_int_eq (ng_mixture_new (&spec, &fault, &m), NG_OK);
                for (int k = 0; k < 4; k++)
                {
                    ck_assert_int_eq (ng_mixture_next (m, &rows, &from), NG_OK);
                    for (size_t i = 0; i < rows.n_rows; i++)
                        for (uint64_t j = 0; j < spec.spec.n_steps; j++)
                            ck_assert_int_eq (
                                seen[from[i]][rows.starts[i] + j]++, 0);
                }
            }
            for (size_t i = 0; i < 4; i++)
            {
                next.n_tokens = sources[i].n_tokens;
                ck_assert_int_eq (ng_mixture_leave (m, ng_mixture_step (m), i,
                                                    &next, &sources[i].origin,
                                                    &pieces),
                                  NG_OK);
                last[i] += pieces * spec.spec.n_steps;
                sources[i].share = 1 + (sources[i].share + 3) % 4;
            }
            /* One sits out the run after which pieces are of another length.  */
            if (run == 0)
                sources[2].share = 0;
            spec.step = ng_mixture_step (m);
            ng_mixture_free (m);
            spec.spec = next;
        }
        /* What was counted is what was seen.  */
        for (size_t i = 0; i < 4; i++)
        {
            uint64_t n = 0;

            for (size_t j = 0; j < 1000; j++)
                n += seen[i][j];
            ck_assert_uint_eq (n, last[i]);
        }
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("mixture");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_weight);
    tcase_add_test (tc, test_plan);
    tcase_add_test (tc, test_plan_limits);
    tcase_add_test (tc, test_mixture);
    tcase_add_test (tc, test_leave);
    suite_add_tcase (suite, tc);
    return suite;
}
