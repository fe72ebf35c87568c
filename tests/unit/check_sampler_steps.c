/* Any step of a sampler at once, and the shares of ranks.  */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "served.h"
#include "unit.h"

START_TEST (test_seek)
{
    static struct served all, part;

    for (unsigned i = 0; i < 192; i++)
    {
        struct ng_sampler_spec spec = served_shape (i);

        for (unsigned python = 0; python < 2; python++)
            for (uint64_t world = 1; world <= 3; world++)
            {
                spec.rng = python && spec.mode != NG_MODE_UNIFORM
                               ? NG_RNG_PYTHON
                               : NG_RNG_NATIVE;
                spec.world = world;
                spec.rank = i % world;
                spec.n_epochs = i % 2 * 7;
                spec.fixed_offset = i % 11 == 0;
                spec.offset = 3;
                serve_all (&spec, 0, &all);
                for (uint64_t at = 1; at < all.n_steps; at += 1 + at / 4)
                {
                    size_t n;

                    serve_all (&spec, at, &part);
                    n = all.n_steps - at;
                    ck_assert (part.n_steps == n || all.n_steps == STEPS_MAX);
                    ck_assert_mem_eq (part.starts, all.starts + at,
                                      n * sizeof *part.starts);
                    ck_assert_mem_eq (part.epochs, all.epochs + at,
                                      n * sizeof *part.epochs);
                }
            }
    }
}
END_TEST

/* Back from the last step to any before it, with the same sampler.  */
START_TEST (test_seek_back)
{
    static struct served all;

    for (unsigned i = 0; i < 192; i++)
    {
        struct ng_sampler_spec spec = served_shape (i);
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;

        spec.rng = i % 2 && spec.mode != NG_MODE_UNIFORM ? NG_RNG_PYTHON
                                                         : NG_RNG_NATIVE;
        spec.n_epochs = 4;
        serve_all (&spec, 0, &all);
        NG_ENSURE (ng_sampler_new (&spec, NULL, &fault, &sampler) == NG_OK);
        for (size_t at = all.n_steps; at-- > 0;)
        {
            NG_ENSURE (ng_sampler_seek (sampler, at) == NG_OK);
            NG_ENSURE (ng_sampler_next (sampler, &rows) == NG_OK);
            NG_ENSURE (rows.epoch == all.epochs[at]);
            NG_ENSURE (memcmp (rows.starts, all.starts[at],
                               rows.n_rows * sizeof *rows.starts)
                       == 0);
        }
        ng_sampler_free (sampler);
    }
}
END_TEST

/* A step that is far away is found as exactly: the epochs before it counted
   one by one.  */
START_TEST (test_seek_far)
{
    struct ng_sampler_spec spec = {
        .n_tokens = 100, .batch_size = 9, .n_steps = 11, .world = 1
    };
    struct ng_fault fault = { 0 };
    struct ng_sampler *sampler;
    struct ng_batch_rows rows;
    uint64_t step = 0, epoch = 0;

    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    for (; step < 20000; epoch++)
        step += ng_sampler_epoch_batches (sampler, epoch);
    ck_assert_int_eq (ng_sampler_seek (sampler, step - 1), NG_OK);
    ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
    ck_assert_uint_eq (rows.epoch, epoch - 1);
    ck_assert_int_eq (ng_sampler_seek (sampler, UINT64_C (1000000000000000)),
                      NG_OK);
    ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
    ck_assert_uint_eq (rows.step, UINT64_C (1000000000000000));
    ng_sampler_free (sampler);
}
END_TEST

START_TEST (test_seek_past_end)
{
    for (unsigned i = 0; i < 192; i++)
    {
        static struct served all;
        struct ng_sampler_spec spec = served_shape (i);
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;
        char text[64];

        spec.n_epochs = 3;
        serve_all (&spec, 0, &all);
        if (all.n_steps == 0 || all.n_steps == STEPS_MAX)
            continue;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (ng_sampler_seek (sampler, all.n_steps), NG_OK);
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_END);
        ck_assert_int_eq (ng_sampler_seek (sampler, all.n_steps + 5),
                          NG_EINVAL);
        snprintf (text, sizeof text, "no step %zu: the run has %zu",
                  all.n_steps + 5, all.n_steps);
        ck_assert_ptr_nonnull (strstr (fault.text, text));
        ng_sampler_free (sampler);
    }
}
END_TEST

/* What the ranks serve, batch by batch or row by row, is what one serves.  */
START_TEST (test_ranks)
{
    static struct served one, ranks[9];

    for (unsigned i = 0; i < 192; i++)
        for (uint64_t world = 1; world <= 9; world++)
        {
            struct ng_sampler_spec spec = served_shape (i);
            size_t next[9] = { 0 };

            spec.n_epochs = 2;
            if (i % 5 == 0 && spec.mode != NG_MODE_UNIFORM)
                spec.rng = NG_RNG_PYTHON;
            serve_all (&spec, 0, &one);
            spec.world = world;
            for (spec.rank = 0; spec.rank < world; spec.rank++)
                serve_all (&spec, 0, &ranks[spec.rank]);
            for (size_t k = 0; k < one.n_steps; k++)
            {
                size_t row = 0;

                for (size_t r = 0; r < world; r++)
                {
                    const struct served *own = &ranks[r];

                    if (spec.mode != NG_MODE_SEQUENTIAL && r != k % world)
                        continue;
                    if (own->n_rows == 0)
                        continue;
                    ck_assert_mem_eq (own->starts[next[r]++],
                                      one.starts[k] + row,
                                      own->n_rows * sizeof (uint64_t));
                    row += own->n_rows;
                }
                ck_assert_uint_eq (row, one.n_rows);
            }
            for (size_t r = 0; r < world; r++)
                if (ranks[r].n_rows > 0)
                    ck_assert_uint_eq (next[r], ranks[r].n_steps);
        }
}
END_TEST

/* More ranks than rows, or than batches: some serve nothing.  */
START_TEST (test_idle_rank)
{
    for (enum ng_mode mode = NG_MODE_RANDOM; mode <= NG_MODE_UNIFORM; mode++)
    {
        struct ng_sampler_spec spec = { .mode = mode,
                                        .n_tokens = 50,
                                        .batch_size = 3,
                                        .n_steps = 10,
                                        .n_epochs = 7,
                                        .rank = 7,
                                        .world = 8 };
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;

        if (mode == NG_MODE_SEQUENTIAL)
            spec.rank = 0;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_END);
        ng_sampler_free (sampler);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("sampler, steps");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_seek);
    tcase_add_test (tc, test_seek_back);
    tcase_add_test (tc, test_seek_far);
    tcase_add_test (tc, test_seek_past_end);
    tcase_add_test (tc, test_ranks);
    tcase_add_test (tc, test_idle_rank);
    suite_add_tcase (suite, tc);
    return suite;
}
