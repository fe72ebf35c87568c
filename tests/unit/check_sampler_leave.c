/* A run that goes on where another left off.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "served.h"
#include "unit.h"

/* One epoch in three runs: each goes on where all ranks of the one before are,
   with other B, W and, smaller, T.  Every token is a feature at most once, and
   no more tokens are missing than do not fill a batch.  */
START_TEST (test_leave)
{
    static const struct
    {
        uint64_t b, t, w;
    } runs[][3] = {
        { { 3, 6, 1 }, { 2, 6, 1 }, { 4, 6, 1 } },
        { { 2, 6, 3 }, { 3, 6, 2 }, { 1, 6, 1 } },
        { { 2, 12, 1 }, { 2, 6, 1 }, { 3, 2, 2 } },
        { { 2, 12, 2 }, { 5, 4, 1 }, { 1, 4, 3 } },
        { { 3, 5, 2 }, { 3, 5, 2 }, { 3, 5, 2 } },
    };

    for (uint64_t seed = 0; seed < 40; seed++)
        for (size_t c = 0; c < 5; c++)
        {
            struct ng_sampler_spec spec = { .n_tokens = 200 + seed,
                                            .seed = seed,
                                            .n_epochs = 1 };
            unsigned char seen[300] = { 0 };
            uint64_t n_seen = 0, waste = 0;

            for (size_t run = 0; run < 3; run++)
            {
                struct ng_origin origin = { 0 };
                uint64_t step = 0;

                spec.batch_size = runs[c][run].b;
                spec.n_steps = runs[c][run].t;
                spec.world = runs[c][run].w;
                if (waste < spec.batch_size * spec.n_steps)
                    waste = spec.batch_size * spec.n_steps;
                for (spec.rank = 0; spec.rank < spec.world; spec.rank++)
                {
                    struct ng_fault fault = { 0 };
                    struct ng_sampler *sampler;
                    struct ng_batch_rows rows;
                    size_t k = 0;

                    ck_assert_int_eq (
                        ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
                    for (; (run == 2 || k < 1 + seed % 3)
                           && ng_sampler_next (sampler, &rows) == NG_OK;
                         k++)
                        for (size_t i = 0; i < rows.n_rows; i++)
                            for (uint64_t j = 0; j < spec.n_steps; j++)
                            {
                                uint64_t at = rows.starts[i] + j;

                                ck_assert_uint_lt (at + 1, spec.n_tokens);
                                ck_assert_int_eq (seen[at], 0);
                                seen[at] = 1;
                                n_seen++;
                            }
                    if (spec.rank == 0)
                        step = ng_sampler_step (sampler);
                    if (run < 2)
                    {
                        struct ng_sampler_spec next = spec;

                        next.batch_size = runs[c][run + 1].b;
                        next.n_steps = runs[c][run + 1].t;
                        next.world = runs[c][run + 1].w;
                        ck_assert_int_eq (
                            ng_sampler_leave (sampler, step, &next, &origin),
                            NG_OK);
                    }
                    ng_sampler_free (sampler);
                }
                if (run < 2)
                    spec.origin = origin;
            }
            /* The offset, the last piece and the batch that does not fill.  */
            ck_assert_uint_le (spec.n_tokens - n_seen,
                               runs[c][0].t * 2 + waste);
        }
}
END_TEST

/* The same grouping goes on to the same rows as if there had been no stop.  */
START_TEST (test_leave_same)
{
    static struct served all, part;

    for (unsigned i = 0; i < 192; i++)
    {
        struct ng_sampler_spec spec = served_shape (i);
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_origin origin;
        uint64_t at;

        spec.n_epochs = 2;
        if (i % 7 == 0 && spec.mode != NG_MODE_UNIFORM)
            spec.rng = NG_RNG_PYTHON;
        serve_all (&spec, 0, &all);
        at = all.n_steps / 3;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (ng_sampler_leave (sampler, at, &spec, &origin),
                          NG_OK);
        ck_assert_uint_eq (origin.step, at);
        ng_sampler_free (sampler);
        spec.origin = origin;
        serve_all (&spec, at, &part);
        ck_assert_uint_eq (part.n_steps + at, all.n_steps);
        ck_assert_mem_eq (part.starts, all.starts + at,
                          part.n_steps * sizeof *part.starts);
    }
}
END_TEST

START_TEST (test_leave_impossible)
{
    struct ng_sampler_spec spec = {
        .n_tokens = 500, .batch_size = 2, .n_steps = 10, .world = 1
    };
    struct ng_sampler_spec next = spec;
    struct ng_sampler *sampler;
    struct ng_origin origin;
    struct ng_fault fault = { 0 };

    /* At the start anything can change, then not to what does not divide.  */
    next.n_steps = 7;
    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    ck_assert_int_eq (ng_sampler_leave (sampler, 0, &next, &origin), NG_OK);
    ck_assert_int_eq (ng_sampler_leave (sampler, 1, &next, &origin), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "pieces of 10"));
    ng_sampler_free (sampler);

    fault.err = NG_OK;
    spec.mode = NG_MODE_SEQUENTIAL;
    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    ck_assert_int_eq (ng_sampler_leave (sampler, 1, &next, &origin), NG_OK);
    ck_assert_uint_eq (origin.done, 10);
    next.batch_size = 3;
    ck_assert_int_eq (ng_sampler_leave (sampler, 1, &next, &origin), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "--batch-size=2"));
    ng_sampler_free (sampler);

    fault.err = NG_OK;
    spec.mode = NG_MODE_RANDOM;
    spec.rng = NG_RNG_PYTHON;
    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    ck_assert_int_eq (ng_sampler_leave (sampler, 1, &next, &origin), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "--rng=python"));
    ng_sampler_free (sampler);
}
END_TEST

/* A uniform epoch goes on after as many rows of the new length as make up the
   tokens that were served, and no fewer.  */
START_TEST (test_leave_uniform)
{
    static const struct
    {
        uint64_t n_steps, done;
    } cases[] = { { 10, 35 }, { 7, 50 }, { 8, 44 }, { 350, 1 }, { 351, 1 } };
    struct ng_sampler_spec spec = { .mode = NG_MODE_UNIFORM,
                                    .n_tokens = 1000,
                                    .batch_size = 5,
                                    .n_steps = 10,
                                    .n_epochs = 1,
                                    .world = 1 };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct ng_fault fault = { 0 };
        struct ng_sampler_spec next = spec;
        struct ng_origin origin;
        struct ng_sampler *sampler;

        next.n_steps = cases[i].n_steps;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (ng_sampler_leave (sampler, 7, &next, &origin), NG_OK);
        ck_assert_uint_eq (origin.done, cases[i].done);
        ck_assert_uint_eq (origin.step, 7);
        ng_sampler_free (sampler);
    }
}
END_TEST

/* An epoch is cut anew NG_CUTS_MAX times, and not once more.  */
START_TEST (test_cuts_limit)
{
    struct ng_sampler_spec spec = { .n_tokens = 100000,
                                    .batch_size = 1,
                                    .n_steps = 1024,
                                    .n_epochs = 1,
                                    .world = 1 };

    for (uint64_t cut = 0; cut <= NG_CUTS_MAX; cut++)
    {
        struct ng_fault fault = { 0 };
        struct ng_sampler_spec next = spec;
        struct ng_sampler *sampler;

        next.n_steps /= 2;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (
            ng_sampler_leave (sampler, cut + 1, &next, &next.origin),
            cut < NG_CUTS_MAX ? NG_OK : NG_ELIMIT);
        ng_sampler_free (sampler);
        spec = next;
    }
}
END_TEST

/* Steps that are past all, and past what 64 bits count.  */
START_TEST (test_too_far)
{
    struct ng_sampler_spec spec = { .n_tokens = 100,
                                    .batch_size = 1,
                                    .n_steps = 10,
                                    .n_epochs = 1,
                                    .rank = 2,
                                    .world = 3 };
    static const struct
    {
        uint64_t step;
        enum ng_err err;
    } cases[] = { { 4, NG_EINVAL },
                  { UINT64_MAX / 3 - 1, NG_EINVAL },
                  { UINT64_MAX / 3, NG_EOVERFLOW },
                  { UINT64_MAX, NG_EOVERFLOW } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (ng_sampler_seek (sampler, cases[i].step),
                          cases[i].err);
        ck_assert_uint_gt (strlen (fault.text), 0);
        ng_sampler_free (sampler);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("sampler, left");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_leave);
    tcase_add_test (tc, test_leave_same);
    tcase_add_test (tc, test_leave_impossible);
    tcase_add_test (tc, test_leave_uniform);
    tcase_add_test (tc, test_cuts_limit);
    tcase_add_test (tc, test_too_far);
    suite_add_tcase (suite, tc);
    return suite;
}
