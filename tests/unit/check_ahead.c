/* Reading ahead, over a corpus that is none: this test has shards of its own
   in place of the library's, which note what is asked of them.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "batch/ahead.h"
#include "unit.h"

enum
{
    N_TOKENS = 200000,
    T = 20,
    B = 16
};

static unsigned char asked[N_TOKENS]; /* tokens that were asked for */
static bool cold;                     /* nothing is in memory */
static size_t n_looks;

bool
ng_shards_in_memory (const struct ng_shards *shards, uint64_t i)
{
    (void) shards;
    NG_ENSURE (i < N_TOKENS);
    n_looks++;
    return !cold;
}

void
ng_shards_will_need (const struct ng_shards *shards, uint64_t start, uint64_t n)
{
    (void) shards;
    NG_ENSURE (n == T + 1 && start + n <= N_TOKENS);
    memset (asked + start, 1, (size_t) n);
}

static size_t
count_asked (void)
{
    size_t n = 0;

    for (size_t i = 0; i < N_TOKENS; i++)
        n += asked[i];
    return n;
}

static struct ng_sampler_spec
make_spec (enum ng_mode mode)
{
    return (struct ng_sampler_spec){ .mode = mode,
                                     .seed = 4,
                                     .n_tokens = N_TOKENS,
                                     .batch_size = B,
                                     .n_steps = T,
                                     .n_epochs = 1,
                                     .world = 1 };
}

static bool
is_asked (const struct ng_batch_rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++)
        for (uint64_t t = rows->starts[i]; t <= rows->starts[i] + T; t++)
            if (!asked[t])
                return false;
    return true;
}

/* All batches of an epoch: of a cold corpus every one is asked for before it is
   served, of one in memory none.  */
START_TEST (what_is_served_was_asked_for)
{
    static const enum ng_mode modes[] = { NG_MODE_RANDOM, NG_MODE_SEQUENTIAL,
                                          NG_MODE_UNIFORM };
    struct ng_sampler_spec spec = make_spec (modes[_i % 3]);
    struct ng_fault fault = { .err = NG_OK };
    struct ng_shards shards = { .n_tokens = N_TOKENS };
    struct ng_sampler *sampler;
    struct ng_ahead *ahead;
    struct ng_batch_rows rows;
    size_t n_batches = 0;
    enum ng_err err;

    cold = _i / 3;
    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    ck_assert_int_eq (ng_ahead_new (&spec, &shards, &fault, &ahead), NG_OK);
    while ((err = ng_sampler_next (sampler, &rows)) == NG_OK)
    {
        ng_ahead_step (ahead, &rows);
        /* The present batch is read at once, so it need not be asked for if
           it is the first after a look.  */
        if (n_batches++ > 0)
            NG_ENSURE (is_asked (&rows) == cold);
    }
    ck_assert_int_eq (err, NG_END);
    ck_assert_uint_gt (n_batches, 500);
    ck_assert_int_eq (count_asked () > 0, cold);
    /* Looks are few.  */
    ck_assert_uint_gt (n_looks, 0);
    ck_assert_uint_lt (n_looks, n_batches);
    ng_ahead_free (ahead);
    ng_sampler_free (sampler);
}
END_TEST

/* It starts where the reader is, not at the front, and is not too far ahead.  */
START_TEST (from_the_middle)
{
    enum
    {
        START = 300,
        NEAR = 100 /* more steps than are asked for ahead */
    };
    struct ng_sampler_spec spec = make_spec (NG_MODE_RANDOM);
    struct ng_fault fault = { .err = NG_OK };
    struct ng_shards shards = { .n_tokens = N_TOKENS };
    struct ng_sampler *sampler;
    struct ng_ahead *ahead;
    struct ng_batch_rows rows;

    cold = true;
    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    ck_assert_int_eq (ng_ahead_new (&spec, &shards, &fault, &ahead), NG_OK);
    ck_assert_int_eq (ng_sampler_seek (sampler, START), NG_OK);
    ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
    ng_ahead_step (ahead, &rows);
    ck_assert_uint_gt (count_asked (), B * (T + 1));
    ck_assert_uint_le (count_asked (), NEAR * B * (T + 1));
    ng_ahead_step (ahead, &rows);
    ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
    ck_assert (is_asked (&rows));
    ng_ahead_free (ahead);
    ng_sampler_free (sampler);
}
END_TEST

/* An order that is not to be had twice is not read ahead.  */
START_TEST (none)
{
    struct ng_sampler_spec spec = make_spec (NG_MODE_RANDOM);
    struct ng_fault fault = { .err = NG_OK };
    struct ng_shards shards = { .n_tokens = N_TOKENS };
    struct ng_ahead *ahead;
    struct ng_batch_rows rows = { .n_rows = 0 };

    cold = true;
    spec.rng = NG_RNG_PYTHON;
    ck_assert_int_eq (ng_ahead_new (&spec, &shards, &fault, &ahead), NG_OK);
    ck_assert_ptr_null (ahead);
    ng_ahead_step (ahead, &rows);
    ng_ahead_free (ahead);
    ck_assert_uint_eq (count_asked (), 0);
    spec.rng = NG_RNG_NATIVE;
    spec.n_tokens = 5;
    ck_assert_int_eq (ng_ahead_new (&spec, &shards, &fault, &ahead), NG_EINVAL);
    ck_assert_int_eq (fault.err, NG_EINVAL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("ahead");
    TCase *tc = tcase_create ("ahead");

    tcase_add_loop_test (tc, what_is_served_was_asked_for, 0, 6);
    tcase_add_test (tc, from_the_middle);
    tcase_add_test (tc, none);
    suite_add_tcase (suite, tc);
    return suite;
}
