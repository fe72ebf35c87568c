/* The order of batches: what must hold of the native order for every shape.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "batch/sampler.h"
#include "unit.h"

/* For many shapes and epochs: no piece twice, none beyond the corpus, all at
   one offset, as many batches as the definition says.  */
static void
check_random_epoch (struct ng_sampler *sampler,
                    const struct ng_sampler_spec *spec, uint64_t epoch)
{
    uint64_t n_batches = ng_sampler_epoch_batches (sampler, epoch);
    struct ng_batch_rows rows;
    bool seen[256] = { false };
    uint64_t offset = UINT64_MAX, n_pieces;

    for (uint64_t k = 0; k < n_batches; k++)
    {
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
        ck_assert_uint_eq (rows.epoch, epoch);
        ck_assert_uint_eq (rows.n_rows, spec->batch_size);
        for (size_t i = 0; i < rows.n_rows; i++)
        {
            uint64_t start = rows.starts[i];

            ck_assert_uint_le (start + spec->n_steps + 1, spec->n_tokens);
            if (offset == UINT64_MAX)
                offset = start % spec->n_steps;
            ck_assert_uint_eq (start % spec->n_steps, offset);
            ck_assert (!seen[start]);
            seen[start] = true;
        }
    }
    if (n_batches == 0)
        return;
    n_pieces = (spec->n_tokens - offset - 1) / spec->n_steps;
    ck_assert_uint_eq (n_batches, n_pieces / spec->batch_size);
}

START_TEST (test_native_random)
{
    for (uint64_t n = 2; n < 200; n += n < 40 ? 1 : 13)
        for (uint64_t b = 1; b <= 7; b += 2)
            for (uint64_t t = 1; t <= 9; t += 2)
            {
                struct ng_sampler_spec spec = { .seed = n,
                                                .n_tokens = n,
                                                .batch_size = b,
                                                .n_steps = t,
                                                .world = 1 };
                struct ng_fault fault = { 0 };
                struct ng_sampler *sampler;
                enum ng_err err =
                    ng_sampler_new (&spec, NULL, &fault, &sampler);

                ck_assert_int_eq (err, n < b * t + 1 ? NG_EINVAL : NG_OK);
                if (err != NG_OK)
                    continue;
                for (uint64_t epoch = 0; epoch < 12; epoch++)
                    check_random_epoch (sampler, &spec, epoch);
                ng_sampler_free (sampler);
            }
}
END_TEST

/* Row i of one batch goes on where row i of the one before ended; rows divide
   the corpus from the offset on.  */
START_TEST (test_native_sequential)
{
    for (uint64_t n = 40; n < 200; n += 7)
    {
        struct ng_sampler_spec spec = { .mode = NG_MODE_SEQUENTIAL,
                                        .seed = n,
                                        .n_tokens = n,
                                        .batch_size = 4,
                                        .n_steps = 6,
                                        .world = 1 };
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        for (uint64_t epoch = 0; epoch < 20; epoch++)
        {
            uint64_t n_batches = ng_sampler_epoch_batches (sampler, epoch);
            uint64_t first = 0, columns = 0;

            for (uint64_t k = 0; k < n_batches; k++)
            {
                ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
                if (k == 0)
                {
                    first = rows.starts[0];
                    columns = (n - first - 1) / 4;
                    ck_assert_uint_le (first, 6);
                    ck_assert_uint_eq (n_batches, columns / 6);
                }
                for (uint64_t i = 0; i < 4; i++)
                    ck_assert_uint_eq (rows.starts[i],
                                       first + i * columns + k * 6);
            }
        }
        ng_sampler_free (sampler);
    }
}
END_TEST

/* Each offset comes once in T epochs, and in any order.  */
START_TEST (test_native_offsets)
{
    struct ng_sampler_spec spec = {
        .n_tokens = 100, .batch_size = 1, .n_steps = 10, .world = 1
    };
    unsigned first[10] = { 0 };

    for (spec.seed = 0; spec.seed < 2000; spec.seed++)
    {
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;
        unsigned seen = 0;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        for (int epoch = 0; epoch < 10; epoch++)
            do
            {
                ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
                if (epoch == 0 && rows.index == 0)
                    first[rows.starts[0] % 10]++;
                seen |= 1U << rows.starts[0] % 10;
            } while (rows.index + 1
                     < ng_sampler_epoch_batches (sampler, rows.epoch));
        ck_assert_uint_eq (seen, (1U << 10) - 1);
        ng_sampler_free (sampler);
    }
    for (int i = 0; i < 10; i++)
        ck_assert (first[i] > 140 && first[i] < 260);
}
END_TEST

START_TEST (test_fixed_offset)
{
    for (enum ng_rng rng = NG_RNG_NATIVE; rng <= NG_RNG_PYTHON; rng++)
    {
        struct ng_sampler_spec spec = { .rng = rng,
                                        .n_tokens = 50,
                                        .batch_size = 2,
                                        .n_steps = 5,
                                        .n_epochs = 3,
                                        .fixed_offset = true,
                                        .offset = 39,
                                        .world = 1 };
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
            ck_assert_uint_eq (rows.starts[0] + rows.starts[1], 39 + 44);
        }
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_END);
        ng_sampler_free (sampler);
        spec.offset = 40;
        ck_assert_int_eq (ng_sampler_new (&spec, "f", &fault, &sampler),
                          NG_EINVAL);
        ck_assert_str_eq (fault.file, "f");
        ck_assert_ptr_nonnull (strstr (fault.text, "50 tokens"));
        ck_assert_ptr_nonnull (strstr (fault.text, "needs 51"));
    }
}
END_TEST

/* With an offset that leaves no batch, the run says so.  */
START_TEST (test_unlucky_offset)
{
    struct ng_sampler_spec spec = { .n_tokens = 41,
                                    .batch_size = 2,
                                    .n_steps = 20,
                                    .n_epochs = 1,
                                    .world = 1 };
    int n_ok = 0, n_short = 0;

    for (spec.seed = 0; spec.seed < 200; spec.seed++)
    {
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;
        enum ng_err err;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        err = ng_sampler_next (sampler, &rows);
        ck_assert (err == NG_OK || err == NG_EINVAL);
        if (err == NG_OK)
            n_ok++;
        else
        {
            n_short++;
            ck_assert_ptr_nonnull (strstr (fault.text, "41 tokens"));
        }
        ng_sampler_free (sampler);
    }
    ck_assert (n_ok > 0 && n_short > n_ok);
}
END_TEST

START_TEST (test_too_large)
{
    struct ng_sampler_spec spec = {
        .n_tokens = 50, .batch_size = UINT64_MAX / 2, .n_steps = 3, .world = 1
    };
    struct ng_fault fault = { 0 };
    struct ng_sampler *sampler;

    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                      NG_EOVERFLOW);
    ng_sampler_free (NULL);
}
END_TEST

/* Uniform: each start as likely as any other, the last one included.  */
START_TEST (test_uniform)
{
    struct ng_sampler_spec spec = { .mode = NG_MODE_UNIFORM,
                                    .n_tokens = 30,
                                    .batch_size = 2,
                                    .n_steps = 10,
                                    .world = 1 };
    struct ng_fault fault = { 0 };
    struct ng_sampler *sampler;
    struct ng_batch_rows rows;
    unsigned counts[20] = { 0 };
    double chi = 0;

    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    for (int i = 0; i < 20000; i++)
    {
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
        ck_assert_uint_eq (rows.epoch, (uint64_t) i);
        for (size_t j = 0; j < 2; j++)
        {
            ck_assert_uint_lt (rows.starts[j], 20);
            counts[rows.starts[j]]++;
        }
    }
    for (int i = 0; i < 20; i++)
        chi += (counts[i] - 2000.0) * (counts[i] - 2000.0) / 2000;
    /* Probability 10^-4 at 19 degrees of freedom.  */
    ck_assert_double_lt (chi, 50.8);
    ng_sampler_free (sampler);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("sampler");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_native_random);
    tcase_add_test (tc, test_native_sequential);
    tcase_add_test (tc, test_native_offsets);
    tcase_add_test (tc, test_fixed_offset);
    tcase_add_test (tc, test_unlucky_offset);
    tcase_add_test (tc, test_too_large);
    tcase_add_test (tc, test_uniform);
    suite_add_tcase (suite, tc);
    return suite;
}
