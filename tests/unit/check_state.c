/* States, written and read back; damaged ones are refused.  */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch/resume.h"
#include "batch/state.h"
#include "unit.h"

static void
fill (struct ng_state *state, size_t n_sources)
{
    ng_state_init (state);
    state->spec = (struct ng_sampler_spec){ .seed = UINT64_MAX,
                                            .batch_size = 3,
                                            .n_steps = 5,
                                            .rank = 1,
                                            .world = 4,
                                            .fixed_offset = true,
                                            .offset = 9 };
    state->reverse = true;
    state->step = 77;
    state->mixture = n_sources > 1;
    for (size_t i = 0; i < n_sources; i++)
    {
        struct ng_state_source *source = ng_state_add (state);

        source->n_tokens = 1000 + i;
        source->checksum = 0xdeadbeef;
        source->share = n_sources > 1 ? i + 1 : 0;
        source->origin = (struct ng_origin){ .step = 70 - i,
                                             .epoch = i,
                                             .done = 12,
                                             .offset_steps = 40,
                                             .n_cuts = i,
                                             .cuts = { { 40, 3 }, { 10, 7 } } };
    }
}

START_TEST (test_round_trip)
{
    for (size_t n = 1; n <= 3; n++)
    {
        struct ng_state state, back;
        struct ng_fault fault = { 0 };

        fill (&state, n);
        ng_state_init (&back);
        ck_assert_int_eq (ng_state_write (&state, "state.test", &fault), NG_OK);
        ck_assert_int_eq (ng_state_read ("state.test", &back, &fault), NG_OK);
        ck_assert_uint_eq (back.step, 77);
        ck_assert (back.reverse);
        ck_assert_uint_eq (back.spec.seed, UINT64_MAX);
        ck_assert_uint_eq (back.spec.rank, 1);
        ck_assert_uint_eq (back.spec.world, 4);
        ck_assert (back.spec.fixed_offset);
        ck_assert_uint_eq (back.spec.offset, 9);
        ck_assert_uint_eq (back.n_sources, n);
        for (size_t i = 0; i < n; i++)
        {
            const struct ng_state_source *a = &state.sources[i],
                                         *b = &back.sources[i];

            ck_assert_uint_eq (a->n_tokens, b->n_tokens);
            ck_assert_uint_eq (a->checksum, b->checksum);
            ck_assert_uint_eq (a->share, b->share);
            ck_assert_uint_eq (a->origin.n_cuts, b->origin.n_cuts);
            ck_assert_mem_eq (a->origin.cuts, b->origin.cuts,
                              i * sizeof *a->origin.cuts);
            ck_assert_uint_eq (a->origin.step, b->origin.step);
            ck_assert_uint_eq (a->origin.done, b->origin.done);
        }
        ng_state_fini (&state);
        ng_state_fini (&back);
    }
    unlink ("state.test");
}
END_TEST

/* Of documents: two more lines or three, and only orders that there are.  */
START_TEST (test_documents)
{
    for (enum ng_documents_kind kind = NG_DOCUMENTS_WHOLE;
         kind <= NG_DOCUMENTS_SENTENCE; kind++)
        for (int i = 0; i < 7; i++)
        {
            bool sequential = i == 1 && kind == NG_DOCUMENTS_WHOLE;
            struct ng_state state, back;
            struct ng_fault fault = { 0 };

            fill (&state, i == 6 ? 2 : 1);
            state.documents = kind;
            state.eod = 99;
            state.has_pad = kind != NG_DOCUMENTS_PACK;
            state.pad = UINT64_MAX;
            state.reverse = i == 2;
            state.spec.fixed_offset = i == 3;
            state.spec.mode = i == 1   ? NG_MODE_SEQUENTIAL
                              : i == 4 ? NG_MODE_UNIFORM
                                       : NG_MODE_RANDOM;
            state.spec.rng = i == 5 ? NG_RNG_PYTHON : NG_RNG_NATIVE;
            ng_state_init (&back);
            ck_assert_int_eq (ng_state_write (&state, "state.test", &fault),
                              NG_OK);
            ck_assert_int_eq (ng_state_read ("state.test", &back, &fault),
                              i == 0 || sequential ? NG_OK : NG_EFORMAT);
            if (i == 0 || sequential)
            {
                ck_assert_int_eq (back.documents, kind);
                ck_assert_uint_eq (back.eod, 99);
                ck_assert (back.has_pad == state.has_pad);
                ck_assert_uint_eq (back.pad, state.has_pad ? UINT64_MAX : 0);
            }
            ng_state_fini (&state);
            ng_state_fini (&back);
        }
    unlink ("state.test");
}
END_TEST

/* What is given must be what the state says; the rest is taken from it.  */
START_TEST (test_documents_spec)
{
    struct ng_state state;
    struct ng_given given = { .batch_size = true };
    struct ng_sampler_spec spec = { .batch_size = 9, .n_steps = 1 };
    struct ng_fault fault = { 0 };
    enum ng_documents_kind kind = NG_DOCUMENTS_CROSS;
    uint64_t eod = 0;
    bool reverse = false;

    fill (&state, 1);
    state.documents = NG_DOCUMENTS_PACK;
    state.eod = 99;
    ck_assert_int_eq (
        ng_resume_spec (&state, "s", &given, &spec, &reverse, &kind, &fault),
        NG_OK);
    ck_assert_int_eq (kind, NG_DOCUMENTS_PACK);
    ck_assert_int_eq (ng_resume_eod (&state, "s", &given, &eod, &fault), NG_OK);
    ck_assert_uint_eq (eod, 99);
    given.eod = true;
    ck_assert_int_eq (ng_resume_eod (&state, "s", &given, &eod, &fault), NG_OK);
    eod = 98;
    ck_assert_int_eq (ng_resume_eod (&state, "s", &given, &eod, &fault),
                      NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "--eod"));
    fault.err = NG_OK;
    given.documents = true;
    kind = NG_DOCUMENTS_WHOLE;
    ck_assert_int_eq (
        ng_resume_spec (&state, "s", &given, &spec, &reverse, &kind, &fault),
        NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "--documents"));
    ng_state_fini (&state);
}
END_TEST

/* Without any one of its lines, cut anywhere, or with a line changed, a state
   is refused, never a crash.  */
START_TEST (test_damaged)
{
    struct ng_state state, back;
    struct ng_fault fault = { 0 };
    static char text[4096];
    size_t len;
    FILE *file;

    fill (&state, 3);
    ck_assert_int_eq (ng_state_write (&state, "state.test", &fault), NG_OK);
    ng_state_fini (&state);
    file = fopen ("state.test", "r");
    len = fread (text, 1, sizeof text - 1, file);
    fclose (file);
    for (size_t cut = 0; cut + 4 < len; cut++)
    {
        file = fopen ("state.test", "w");
        fwrite (text, 1, cut, file);
        fclose (file);
        fault.err = NG_OK;
        ng_state_init (&back);
        ck_assert_int_eq (ng_state_read ("state.test", &back, &fault),
                          NG_EFORMAT);
        ck_assert_uint_gt (fault.line, 0);
        ng_state_fini (&back);
    }
    for (char *line = text; *line; line = strchr (line, '\n') + 1)
    {
        const char *end = strchr (line, '\n') + 1;

        file = fopen ("state.test", "w");
        fwrite (text, 1, (size_t) (line - text), file);
        if (strncmp (line, "cut ", 4) == 0)
            fputs ("cut 11 1\n", file);
        fputs (end, file);
        fclose (file);
        fault.err = NG_OK;
        ng_state_init (&back);
        ck_assert_int_eq (ng_state_read ("state.test", &back, &fault),
                          NG_EFORMAT);
        ng_state_fini (&back);
    }
    unlink ("state.test");
}
END_TEST

/* What is not given comes from the state; what is given must agree.  */
START_TEST (test_spec)
{
    struct ng_state state;
    struct ng_given given = { .batch_size = true };
    struct ng_sampler_spec spec = { .batch_size = 9, .n_steps = 1 };
    struct ng_fault fault = { 0 };
    bool reverse = false;
    enum ng_documents_kind kind = NG_DOCUMENTS_CROSS;

    fill (&state, 1);
    ck_assert_int_eq (
        ng_resume_spec (&state, "s", &given, &spec, &reverse, &kind, &fault),
        NG_OK);
    ck_assert_uint_eq (spec.batch_size, 9);
    ck_assert_uint_eq (spec.n_steps, 5);
    ck_assert_uint_eq (spec.seed, UINT64_MAX);
    ck_assert (reverse);
    given.seed = true;
    spec.seed = 3;
    ck_assert_int_eq (
        ng_resume_spec (&state, "s", &given, &spec, &reverse, &kind, &fault),
        NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "--seed"));
    ng_state_fini (&state);
}
END_TEST

/* Each thing that was asked for and makes another order is refused by name;
   asked for as it is, it is none.  */
START_TEST (test_given)
{
    static const char *const options[] = { "--mode",     "--rng",    "--seed",
                                           "--reverse",  "--offset", "--offset",
                                           "--documents" };
    struct ng_state state;

    fill (&state, 1);
    for (int change = 0; change < 2; change++)
        for (int i = 0; i < 7; i++)
        {
            struct ng_given given = { .mode = i == 0,
                                      .rng = i == 1,
                                      .seed = i == 2,
                                      .reverse = i == 3,
                                      .offset = i == 4 || i == 5,
                                      .documents = i == 6 };
            struct ng_sampler_spec spec = state.spec;
            struct ng_fault fault = { 0 };
            bool reverse = true;
            enum ng_documents_kind kind = NG_DOCUMENTS_CROSS;

            state.reverse = !(change && i == 3);
            if (change && i == 0)
                spec.mode = NG_MODE_SEQUENTIAL;
            if (change && i == 1)
                spec.rng = NG_RNG_PYTHON;
            if (change && i == 2)
                spec.seed--;
            if (change && i == 4)
                spec.fixed_offset = false;
            if (change && i == 5)
                spec.offset++;
            if (change && i == 6)
                kind = NG_DOCUMENTS_WHOLE;
            ck_assert_int_eq (ng_resume_spec (&state, "s", &given, &spec,
                                              &reverse, &kind, &fault),
                              change ? NG_EINVAL : NG_OK);
            ck_assert (!change || strstr (fault.text, options[i]));
        }
    ng_state_fini (&state);
}
END_TEST

/* TEXT with its line that begins with OLD replaced by NEW lines, as a file.  */
static void
write_changed (const char *text, const char *old, const char *new)
{
    const char *at = strstr (text, old);
    FILE *file = fopen ("state.test", "w");

    ck_assert_ptr_nonnull (at);
    ck_assert_ptr_nonnull (file);
    fprintf (file, "%.*s%s%s", (int) (at - text), text, new, strchr (at, '\n'));
    ck_assert_int_eq (fclose (file), 0);
}

/* Numbers at their bounds are read, and past them the line is told.  */
START_TEST (test_bounds)
{
    static const struct
    {
        const char *old, *new;
        bool good;
    } cases[] = {
        { "batch-size", "batch-size 4294967295", true },
        { "batch-size", "batch-size 4294967296", false },
        { "batch-size", "batch-size 0", false },
        { "batch-size", "batch-size 18446744073709551616", false },
        { "batch-size", "batch-size 99999999999999999999", false },
        { "batch-size", "batch-size 3 ", false },
        { "num-steps", "num-steps 10", true },
        { "num-steps", "num-steps 4294967296", false },
        { "rank", "rank 3", true },
        { "rank", "rank 4", false },
        { "world", "world 4294967295", true },
        { "world", "world 4294967296", false },
        { "mode", "mode uniform", false }, /* which is not cut */
        { "mode", "mode unknown", false },
        { "rng", "rng python", false }, /* not of a mixture */
        { "share 3", "share 4503599627370496", true },
        { "share 3", "share 4503599627370497", false },
        { "from-offset-steps", "from-offset-steps 4294967295", true },
        { "from-offset-steps", "from-offset-steps 4294967296", false },
        { "from-done", "from-done 9223372036854775807", true },
        { "from-done", "from-done 9223372036854775808", false },
        { "from-step", "from-step 77", true },
        { "from-step", "from-step 78", false },
        { "cut 10 7", "cut 4294967296 7", false },
        { "cut 10 7", "cut 0 7", false },
        { "cut 10 7", "cut 10 7 7", false },
        { "cut 10 7",
          "cut 20 3\ncut 20 3\ncut 20 3\ncut 20 3\ncut 20 3\ncut 20 3\n"
          "cut 20 3",
          true },
        { "cut 10 7",
          "cut 20 3\ncut 20 3\ncut 20 3\ncut 20 3\ncut 20 3\ncut 20 3\n"
          "cut 20 3\ncut 10 3",
          false },
    };
    static char text[4096];
    struct ng_state state;
    struct ng_fault fault = { 0 };
    FILE *file;
    size_t len;

    fill (&state, 3);
    ck_assert_int_eq (ng_state_write (&state, "state.test", &fault), NG_OK);
    ng_state_fini (&state);
    file = fopen ("state.test", "r");
    len = fread (text, 1, sizeof text - 1, file);
    ck_assert_uint_gt (len, 0);
    fclose (file);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        enum ng_err err;

        write_changed (text, cases[i].old, cases[i].new);
        fault = (struct ng_fault){ 0 };
        ng_state_init (&state);
        err = ng_state_read ("state.test", &state, &fault);
        ck_assert_msg (err == (cases[i].good ? NG_OK : NG_EFORMAT), "%s: %s",
                       cases[i].new, fault.text);
        ck_assert (cases[i].good || fault.line > 0);
        ng_state_fini (&state);
    }
    unlink ("state.test");
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("state");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_round_trip);
    tcase_add_test (tc, test_documents);
    tcase_add_test (tc, test_documents_spec);
    tcase_add_test (tc, test_damaged);
    tcase_add_test (tc, test_spec);
    tcase_add_test (tc, test_given);
    tcase_add_test (tc, test_bounds);
    suite_add_tcase (suite, tc);
    return suite;
}
