/* What of estimating, reading and using models the system may refuse, call by
   call.  */
#include <config.h>

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drawkit.h"
#include "failing.h"
#include "models/arpawrite.h"
#include "models/draw.h"
#include "models/model.h"
#include "models/score.h"
#include "models/zipfboot.h"
#include "models/zipfcompare.h"
#include "models/zipfcutoff.h"
#include "sample.h"
#include "unit.h"

/* --------------------------------------------------------------- estimating */

static const char counts_name[] = "failing-models.counts";
static const char model_name[] = "failing-models.model";

static enum ng_err
estimate (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_estimate e = *(const struct ng_estimate *) context;
    struct ng_input *in = NULL;
    struct ng_ngc *counts = NULL;
    struct ng_output *out = NULL;
    enum ng_err err = ng_input_open (counts_name, fault, &in);

    e.spill_dir = ".";
    e.fault = fault;
    if (err == NG_OK)
        err = ng_countfile_open (in, ".", KIT_BUDGET, fault, &counts);
    if (err == NG_OK)
        err = ng_output_open_unnamed (".", fault, &out);
    if (err == NG_OK)
        err = ng_estimate (&e, counts, out);
    if (out)
        err = failing_close (out, err, answer);
    ng_ngc_close (counts);
    (void) ng_input_close (in);
    return err;
}

/* Models of each kind and form, of sentences and others.  Kneser-Ney's have the
   most to do, and what others do besides is little.  */
START_TEST (estimates)
{
    struct kit k;
    struct ng_estimate e = { .smoothing = (enum ng_smoothing) (_i % 4),
                             .epsilon = { 0.5, 1, 2 },
                             .has_fallback = true,
                             .fallback = { 0.5, 1, 1.5 },
                             .budget = KIT_BUDGET };
    const unsigned dense = e.smoothing == NG_KNESER_NEY ? 1024 : 8;
    FILE *file = fopen (counts_name, "w");

    ck_assert_ptr_nonnull (file);
    kit_make (&k, 3, _i < 4, 5);
    kit_print (&k, 0, file);
    ck_assert_int_eq (fclose (file), 0);
    e.to_arpa = _i >= 4 && e.smoothing != NG_LAPLACE;
    if (_i >= 4)
        e.prune[2] = 1;
    ck_assert_uint_gt (failing_some (FAILING_MEMORY, dense, estimate, &e), 20);
    ck_assert_uint_gt (failing_some (FAILING_WRITE, dense, estimate, &e), 1);
    ck_assert_uint_gt (failing_some (FAILING_FILE, dense, estimate, &e), 5);
    (void) unlink (counts_name);
}
END_TEST

/* ------------------------------------------------------------------ reading */

static enum ng_err
open_model (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_model *m = NULL;
    enum ng_err err = ng_model_open (context, true, fault, &m);

    if (err == NG_OK)
        *answer = m->size;
    ng_model_close (m);
    return err;
}

/* A model whose suffixes are not all there, in a sort of its own.  */
static const char odd_model[] = "\\data\\\nngram 1=4\nngram 2=3\nngram 3=2\n\n"
                                "\\1-grams:\n-1\tb\t-0.2\n-0.5\ta\t-0.1\n"
                                "-1\t<s>\n-0.7\tc\n\n"
                                "\\2-grams:\n-0.3\tc a\t-0.1\n-0.2\ta b\t-0.3\n"
                                "-0.1 b c\n\n"
                                "\\3-grams:\n-0.1\tc a c\n-0.2\ta b a\n\n"
                                "\\end\\\n";

static enum ng_err
rewrite_model (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_backoff m = { .unk = NG_NONE };
    struct ng_input *in = NULL;
    struct ng_output *out = NULL;
    enum ng_err err = ng_input_open (context, fault, &in);

    if (err == NG_OK)
        err = ng_arpa_read (in, fault, &m);
    if (err == NG_OK)
        err = ng_output_open_unnamed (".", fault, &out);
    if (err == NG_OK)
        err = ng_arpa_write (&m, out);
    if (out)
        err = failing_close (out, err, answer);
    ng_backoff_fini (&m);
    (void) ng_input_close (in);
    return err;
}

START_TEST (models)
{
    struct drawkit d;
    struct ng_fault fault = { .err = NG_OK };
    unsigned char *image, *gz;
    size_t size, gz_size;

    drawkit_make (&d, 0, 3);
    ck_assert_int_eq (ng_ngm_image (&d.m, "kit", &fault, &image, &size), NG_OK);
    gz = sample_gzip (image, size, &gz_size);
    for (int form = 0; form < 3; form++)
    {
        if (form == 0)
            sample_write (model_name, image, size);
        else if (form == 1)
            sample_write (model_name, gz, gz_size);
        else
            sample_write (model_name, odd_model, strlen (odd_model));
        for (unsigned kind = 1; kind <= FAILING_FILE; kind *= 2)
            (void) failing_turns (kind, open_model, model_name);
    }
    ck_assert_uint_gt (
        failing_turns (FAILING_MEMORY, rewrite_model, model_name), 40);
    (void) unlink (model_name);
    free (image);
    free (gz);
    drawkit_done (&d);
}
END_TEST

/* -------------------------------------------------------------------- using */

struct score
{
    const struct ng_ngm *ngm;
    unsigned n_threads;
    bool names;
};

static enum ng_err
sum_up (void *context, const struct ng_scored_batch *b)
{
    uint64_t *answer = context;

    for (size_t i = 0; i < b->n_lines; i++)
        *answer = *answer * 31 + b->lines[i].n_tokens
                  + (uint64_t) (-1e6 * b->lines[i].logp);
    return NG_OK;
}

/* Word I of a text, of one byte, with bytes behind it that can be read.  */
static const unsigned char *
word (unsigned i)
{
    static unsigned char padded[KIT_WORDS][1 + NG_TOKEN_PAD];

    padded[i % KIT_WORDS][0] = (unsigned char) kit_names[2 + i % KIT_WORDS][0];
    return padded[i % KIT_WORDS];
}

static enum ng_err
score (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct score *job = context;
    struct ng_token_list list = { 0 };
    struct ng_scorer *s = NULL;
    enum ng_err err = ng_scorer_new (job->ngm, 0, job->n_threads, job->names,
                                     sum_up, answer, &s);

    if (err == NG_ESYS)
        (void) ng_fault_sys (fault, NULL);
    for (unsigned part = 0; part < 12 && err == NG_OK; part++)
    {
        err = ng_token_list_reset (&list, 4000, 0);
        for (unsigned i = 0; err == NG_OK && i < 1500; i++)
            if ((i + part) % 7 == 6)
                ng_token_list_add (&list, NG_LINE_END, NULL, 1);
            else
                ng_token_list_add (&list, NG_TOKEN, word (i), 1);
        if (err == NG_OK)
            err = ng_scorer_add (s, &list);
    }
    ng_token_list_fini (&list);
    if (err == NG_OK)
        err = ng_scorer_finish (s);
    ng_scorer_free (s);
    return err;
}

struct draw
{
    const struct ng_ngm *ngm;
    double temperature;
    uint32_t top_k;
};

static enum ng_err
draw (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct draw *job = context;
    struct ng_random random = { .key = 3 };
    struct ng_draw *d = NULL;
    uint32_t history[60];
    enum ng_err err =
        ng_draw_new (job->ngm, 0, job->temperature, job->top_k, &d);

    (void) fault;
    for (size_t n = 0; n < 60 && err == NG_OK; n++)
    {
        err = ng_draw_token (d, history, n, &random, &history[n]);
        if (err == NG_OK)
            *answer = *answer * 31 + history[n];
    }
    ng_draw_free (d);
    return err;
}

START_TEST (uses)
{
    struct drawkit d;

    /* Kneser-Ney's, and scores that are no probabilities.  */
    drawkit_make (&d, _i == 0 ? 0 : DRAWKIT_KINDS - 1, 3);
    /* To score asks every model alike.  */
    for (unsigned i = 0; i < 4 && _i == 0; i++)
    {
        struct score job = { &d.ngm, 1 + i / 2, i % 2 };

        ck_assert_uint_gt (failing_turns (FAILING_MEMORY, score, &job), 10);
        ck_assert_uint_ge (failing_turns (FAILING_THREAD, score, &job), i / 2);
    }
    for (unsigned i = 0; i < 4; i++)
    {
        struct draw job = { &d.ngm, i / 2 ? 0.7 : 1, i % 2 ? 3 : 0 };

        ck_assert_uint_gt (failing_turns (FAILING_MEMORY, draw, &job), 10);
    }
    drawkit_done (&d);
}
END_TEST

/* --------------------------------------------------------------- power laws */

static enum ng_err
draw_laws (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct ng_zipf_tails *tails = context, *drawn;
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (5);
    struct ng_zipf_fit fit = { .a = 2, .xmin = 2, .n_tail = 300 };
    enum ng_err err = s ? NG_OK : NG_ENOMEM;

    (void) fault;
    if (err == NG_OK)
        err = ng_zipf_sample (s, 1, 500, 2, 1, &drawn);
    if (err == NG_OK)
        *answer = (uint64_t) drawn->sum_ln[0];
    if (err == NG_OK)
        err = ng_zipf_resample (s, 2, tails, &fit, &drawn);
    if (err == NG_OK)
        *answer = *answer * 31 + (uint64_t) drawn->sum_ln[0];
    if (err == NG_OK)
        err = ng_zipf_redraw (s, 3, tails, &drawn);
    if (err == NG_OK)
        *answer = *answer * 31 + (uint64_t) drawn->sum_ln[0];
    ng_zipf_sampler_free (s);
    return err;
}

static enum ng_err
compare_laws (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_zipf_fit fit;
    enum ng_err err = ng_zipf_fit_at (context, 2, &fit);

    (void) fault;
    for (enum ng_rival rival = 0; rival < NG_N_RIVALS && err == NG_OK; rival++)
    {
        struct ng_zipf_rival result = { .ratio = 0 };

        err = ng_zipf_compare (context, &fit, rival, &result);
        *answer = *answer * 31 + (uint64_t) (100 * fabs (result.ratio));
    }
    return err;
}

static enum ng_err
widen (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (5);
    struct ng_zipf_fit fit;
    enum ng_err err = s ? ng_zipf_fit_best (context, &fit) : NG_ENOMEM;

    (void) fault;
    if (err == NG_OK)
        err = ng_zipf_widen_errors (s, context, &fit);
    if (err == NG_OK)
        err = ng_zipf_p_value_draw (s, 1, context, &fit, true, answer);
    ng_zipf_sampler_free (s);
    return err;
}

START_TEST (laws)
{
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (1);
    const struct ng_zipf_tails *tails;

    (void) gsl_set_error_handler_off ();
    ck_assert_ptr_nonnull (s);
    ck_assert_int_eq (ng_zipf_sample (s, 0, 2000, 2.2, 1, &tails), NG_OK);
    ck_assert_uint_gt (failing_turns (FAILING_MEMORY, draw_laws, tails), 10);
    ck_assert_uint_gt (failing_turns (FAILING_MEMORY, compare_laws, tails), 3);
    ck_assert_uint_gt (failing_some (FAILING_MEMORY, 16, widen, tails), 10);
    ng_zipf_sampler_free (s);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("failing calls of models");
    TCase *tc = tcase_create ("all");

    tcase_add_loop_test (tc, estimates, 0, 8);
    tcase_add_test (tc, models);
    tcase_add_loop_test (tc, uses, 0, 2);
    tcase_add_test (tc, laws);
    suite_add_tcase (suite, tc);
    return suite;
}
