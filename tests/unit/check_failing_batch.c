/* What of a batch's way the system may refuse, call by call.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "batch/convert.h"
#include "batch/docsampler.h"
#include "batch/header.h"
#include "batch/mixture.h"
#include "batch/packing.h"
#include "batch/record.h"
#include "batch/resume.h"
#include "dockit.h"
#include "failing.h"
#include "sample.h"
#include "unit.h"

enum
{
    TOKENS = 3000,
    STEPS = 12
};

static uint64_t
mix (uint64_t h, uint64_t x)
{
    return (h ^ x) * UINT64_C (0x9e3779b97f4a7c15) + 1;
}

/* ---------------------------------------------------------------- sampling */

static enum ng_err
sample (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct ng_sampler_spec *spec = context;
    struct ng_batch_rows rows;
    struct ng_sampler *s = NULL;
    enum ng_err err = ng_sampler_new (spec, "corpus", fault, &s);

    if (err == NG_OK)
        err = ng_sampler_seek (s, spec->origin.step + 7);
    while (err == NG_OK)
    {
        err = ng_sampler_next (s, &rows);
        if (err == NG_OK)
            *answer = mix (mix (*answer, rows.starts[0]), rows.step);
    }
    ng_sampler_free (s);
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
leave (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_sampler_spec next = *(const struct ng_sampler_spec *) context;
    struct ng_sampler *s = NULL;
    enum ng_err err = ng_sampler_new (context, "corpus", fault, &s);

    next.n_steps = 6;
    if (err == NG_OK)
        err = ng_sampler_leave (s, 20, &next, &next.origin);
    ng_sampler_free (s);
    return err == NG_OK ? sample (&next, fault, answer) : err;
}

START_TEST (samplers)
{
    struct ng_sampler_spec spec = { .seed = 4,
                                    .n_tokens = TOKENS,
                                    .batch_size = 3,
                                    .n_steps = STEPS,
                                    .n_epochs = 2,
                                    .world = 2,
                                    .rank = 1 };

    for (unsigned mode = 0; mode < 3; mode++)
        for (unsigned rng = 0; rng < 2; rng++)
        {
            spec.mode = (enum ng_mode) mode;
            spec.rng = (enum ng_rng) rng;
            if (spec.mode == NG_MODE_UNIFORM && spec.rng == NG_RNG_PYTHON)
                continue;
            ck_assert_uint_gt (failing_turns (FAILING_MEMORY, sample, &spec),
                               2);
        }
    spec.mode = NG_MODE_RANDOM;
    spec.rng = NG_RNG_NATIVE;
    ck_assert_uint_gt (failing_turns (FAILING_MEMORY, leave, &spec), 4);
}
END_TEST

static enum ng_err
mixture (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct ng_mixture_spec *spec = context;
    struct ng_mixture *m = NULL;
    struct ng_batch_rows rows;
    const uint32_t *sources;
    enum ng_err err = ng_mixture_new (spec, fault, &m);

    if (err == NG_OK)
        err = ng_mixture_seek (m, 30);
    while (err == NG_OK)
    {
        err = ng_mixture_next (m, &rows, &sources);
        for (size_t i = 0; err == NG_OK && i < rows.n_rows; i++)
            *answer = mix (mix (*answer, rows.starts[i]), sources[i]);
    }
    ng_mixture_free (m);
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
leave_mixture (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct ng_mixture_spec *spec = context;
    struct ng_sampler_spec next = spec->spec;
    struct ng_origin origin = { 0 };
    struct ng_mixture *m = NULL;
    uint64_t pieces = 0;
    enum ng_err err = ng_mixture_new (spec, fault, &m);

    next.batch_size = 5;
    if (err == NG_OK)
        err = ng_mixture_leave (m, 40, 1, &next, &origin, &pieces);
    if (err == NG_OK)
        *answer = mix (mix (origin.done, pieces), origin.n_cuts);
    ng_mixture_free (m);
    return err;
}

START_TEST (mixtures)
{
    struct ng_mixture_source sources[4] = {
        { .n_tokens = 400, .share = 2 },
        { .n_tokens = 900, .share = 5, .number = 1 },
        { .n_tokens = 300, .number = 2 },
        { .n_tokens = 500, .share = 3, .number = 3 }
    };
    struct ng_mixture_spec spec = {
        .spec = { .batch_size = 3, .n_steps = 7, .world = 1 },
        .sources = sources,
        .n_sources = 4,
        .n_pieces = 150
    };

    ck_assert_uint_gt (failing_turns (FAILING_MEMORY, mixture, &spec), 20);
    ck_assert_uint_gt (failing_turns (FAILING_MEMORY, leave_mixture, &spec),
                       20);
}
END_TEST

/* --------------------------------------------------------------- documents */

/* A run over the documents of a corpus.  */
struct run
{
    const struct ng_shards *shards;
    enum ng_documents_kind kind;
    struct ng_sampler_spec spec;
};

static enum ng_err
serve (struct ng_docsampler *s, uint64_t *answer)
{
    struct ng_docbatch batch;
    struct ng_accounts accounts;
    enum ng_err err;

    while ((err = ng_docsampler_next (s, &batch)) == NG_OK)
        for (size_t i = 0; i < batch.ends[batch.n_rows - 1]; i++)
            *answer = mix (mix (*answer, batch.parts[i].start),
                           batch.parts[i].n_tokens);
    if (err == NG_END)
        err = ng_docsampler_account (s, &accounts);
    if (err == NG_OK)
        *answer = mix (*answer, accounts.left_out);
    return err;
}

static enum ng_err
serve_documents (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct run *r = context;
    struct ng_documents *docs = NULL;
    struct ng_docsampler *s = NULL;
    enum ng_err err = ng_documents_new (r->shards, r->kind, DOCKIT_EOD,
                                        r->spec.n_steps, &docs);

    if (err == NG_OK)
        err = ng_docsampler_new (&r->spec, r->kind, docs, "corpus", fault, &s);
    if (err == NG_OK)
        err = ng_docsampler_seek (s, 3);
    if (err == NG_OK)
        err = serve (s, answer);
    ng_docsampler_free (s);
    ng_documents_free (docs);
    return err;
}

/* The state of such a run after 20 steps.  */
static enum ng_err
state_of (const struct run *r, uint32_t checksum, struct ng_state *state)
{
    struct ng_state_source *source;

    ng_state_init (state);
    state->spec = r->spec;
    state->documents = r->kind;
    state->eod = DOCKIT_EOD;
    state->step = 20;
    source = ng_state_add (state);
    if (!source)
        return NG_ENOMEM;
    source->n_tokens = r->spec.n_tokens;
    source->checksum = checksum;
    return NG_OK;
}

/* Go on with another number of ranks.  */
static enum ng_err
resume (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct run *r = context;
    struct ng_sampler_spec spec = r->spec;
    struct ng_state state;
    enum ng_err err = state_of (r, 77, &state);

    spec.world = 2;
    if (err == NG_OK && r->kind == NG_DOCUMENTS_CROSS)
        err = ng_resume_origin (&state, "state", 77, 20, &spec, fault);
    else if (err == NG_OK)
        err = ng_resume_documents (&state, "state", 77, 20, r->shards, &spec,
                                   fault);
    if (err == NG_OK)
        *answer = mix (spec.origin.done, spec.origin.step);
    ng_state_fini (&state);
    return err;
}

static void
make_corpus (struct dockit *kit)
{
    uint64_t seed = 11;

    dockit_random (kit, TOKENS, 9, &seed);
}

START_TEST (documents)
{
    struct dockit kit;
    struct run r = { .spec = { .seed = 3,
                               .batch_size = 4,
                               .n_steps = STEPS,
                               .n_epochs = 2,
                               .n_tokens = TOKENS,
                               .world = 1 } };

    make_corpus (&kit);
    r.shards = &kit.shards;
    r.kind = (enum ng_documents_kind) _i;
    if (r.kind != NG_DOCUMENTS_CROSS)
        ck_assert_uint_gt (failing_turns (FAILING_MEMORY, serve_documents, &r),
                           6);
    ck_assert_uint_gt (failing_turns (FAILING_MEMORY, resume, &r), 2);
    dockit_fini (&kit);
}
END_TEST

static enum ng_err
pack (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    static const uint32_t lengths[] = { 5, 3, 2, 6, 2, 1, 8, 7, 4, 4 };
    struct ng_packing *p = NULL;
    size_t n_rows, n;
    enum ng_err err = ng_packing_new (8, &p);

    (void) context;
    (void) fault;
    for (size_t part = 4; part <= 10 && err == NG_OK; part += 6)
        err = ng_packing_run (p, lengths, part, &n_rows);
    for (size_t row = 0; err == NG_OK && row < n_rows; row++)
        *answer = mix (*answer, ng_packing_row (p, row, &n)[0]);
    ng_packing_free (p);
    return err;
}

START_TEST (packings)
{
    ck_assert_uint_gt (failing_turns (FAILING_MEMORY, pack, NULL), 8);
}
END_TEST

/* -------------------------------------------------------------------- files */

static enum ng_err
open_shards (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const char *const *name = context;
    struct ng_shards shards;
    enum ng_err err = NG_OK;

    ng_shards_init (&shards);
    for (; *name && err == NG_OK; name++)
        err = ng_shards_add (&shards, *name, fault);
    if (err == NG_OK)
        *answer = mix (shards.n_tokens, ng_shards_checksum (&shards));
    ng_shards_fini (&shards);
    return err;
}

/* Write KIT's corpus, whose ids fit two bytes, as NAME, and with four bytes
   each as an index tells.  */
static void
convert (const struct dockit *kit, const char *name, enum ng_token_form form)
{
    static const struct ng_dtype u2 = { 2, false }, i4 = { 4, true };
    struct ng_fault fault = { .err = NG_OK };

    ck_assert_int_eq (ng_convert (&kit->shards, name, form,
                                  form == NG_FORM_MEGATRON ? i4 : u2, 0,
                                  &fault),
                      NG_OK);
}

/* NAME with the content of FROM, compressed, so that it cannot be mapped.  */
static void
compress (const char *from, const char *name)
{
    size_t len, gz_len;
    unsigned char *bytes = sample_read (from, &len);
    unsigned char *gz = sample_gzip (bytes, len, &gz_len);

    sample_write (name, gz, gz_len);
    free (bytes);
    free (gz);
}

/* Token files of each form, mapped and read.  A .bin whose index is lost to a
   fault is no file without a header.  */
START_TEST (token_files)
{
    static const char *const names[] = { "failing.npy",
                                         "failing.llmc",
                                         "failing.m.idx",
                                         "failing.m.bin",
                                         "failing.gz",
                                         "failing.bin",
                                         NULL };
    struct dockit kit;

    make_corpus (&kit);
    convert (&kit, "failing.npy", NG_FORM_NPY);
    convert (&kit, "failing.llmc", NG_FORM_LLMC);
    convert (&kit, "failing.m.bin", NG_FORM_MEGATRON);
    convert (&kit, "failing.bin", NG_FORM_NANOGPT);
    compress ("failing.npy", "failing.gz");
    for (unsigned kind = 1; kind <= FAILING_FILE; kind *= 2)
        if (kind != FAILING_WRITE)
            ck_assert_uint_gt (failing_turns (kind, open_shards, names), 3);
    for (size_t i = 0; names[i]; i++)
        (void) unlink (names[i]);
    dockit_fini (&kit);
}
END_TEST

static enum ng_err
convert_job (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct ng_shards *shards = context;
    enum ng_err err = NG_OK;

    for (enum ng_token_form form = NG_FORM_NPY;
         form <= NG_FORM_MEGATRON && err == NG_OK; form++)
        err = ng_convert (shards, "failing-out.bin", form,
                          (struct ng_dtype){ 2, false }, 0, fault);
    *answer = 1;
    return err;
}

/* Whatever is refused, a file is there whole or as it was.  */
START_TEST (conversions)
{
    struct dockit kit;
    size_t len;
    unsigned char *bytes;

    make_corpus (&kit);
    for (unsigned kind = 1; kind <= FAILING_FILE; kind *= 2)
        if (kind != FAILING_READ)
        {
            sample_write ("failing-out.bin", "old", 3);
            (void) failing_turns (kind, convert_job, &kit.shards);
            bytes = sample_read ("failing-out.bin", &len);
            ck_assert_uint_eq (len, 2 * TOKENS);
            free (bytes);
        }
    (void) unlink ("failing-out.bin");
    (void) unlink ("failing-out.idx");
    dockit_fini (&kit);
}
END_TEST

/* A header and records of all fields.  */
static enum ng_err
write_all (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct ng_header *h = context;
    static const uint64_t parts[] = { 3, 4 };
    struct ng_output *out;
    struct ng_record *record = NULL;
    enum ng_err err = ng_output_open_unnamed (".", fault, &out);

    if (err != NG_OK)
        return err;
    err = ng_header_write (h, out);
    if (err == NG_OK)
        err = ng_record_new (h->format, h->dtype, h->fields, 2, STEPS, out,
                             &record);
    for (uint64_t step = 0; step < 200 && err == NG_OK; step++)
    {
        err = ng_record_begin (record, 2);
        for (size_t row = 0; row < 2 && err == NG_OK; row++)
        {
            memset (ng_record_row (record, row), (int) step,
                    (STEPS + 1) * (size_t) h->dtype.item_bytes);
            if (ng_record_has_parts (record))
                ng_record_parts (record, row, parts, 2);
        }
        if (err == NG_OK)
            err = ng_record_write (record, step, 0);
        if (err == NG_OK && step % 16 == 0)
            err = ng_output_flush (out);
    }
    ng_record_free (record);
    return failing_close (out, err, answer);
}

START_TEST (records)
{
    static const struct ng_fields fields = {
        { NG_FIELD_TOKENS, NG_FIELD_POSITIONS, NG_FIELD_DOCUMENTS,
          NG_FIELD_MASK, NG_FIELD_LENGTHS },
        5
    };
    struct dockit kit;
    struct ng_sampler_spec spec = { .batch_size = 2, .n_steps = STEPS };
    struct ng_header h = { .format = (enum ng_record_format) _i,
                           .dtype = { 2, false },
                           .n_rows = 2,
                           .fields = &fields,
                           .documents = NG_DOCUMENTS_WHOLE,
                           .spec = &spec,
                           .n_sources = 1 };

    make_corpus (&kit);
    h.sources = &kit.shards;
    ck_assert_uint_gt (failing_turns (FAILING_MEMORY, write_all, &h), 4);
    ck_assert_uint_gt (failing_turns (FAILING_WRITE, write_all, &h), 4);
    ck_assert_uint_gt (failing_turns (FAILING_FILE, write_all, &h), 0);
    dockit_fini (&kit);
}
END_TEST

static enum ng_err
keep_state (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_state back;
    enum ng_err err = ng_state_write (context, "failing.state", fault);

    ng_state_init (&back);
    if (err == NG_OK)
        err = ng_state_read ("failing.state", &back, fault);
    for (size_t i = 0; err == NG_OK && i < back.n_sources; i++)
        *answer = mix (*answer, back.sources[i].n_tokens);
    ng_state_fini (&back);
    return err;
}

START_TEST (states)
{
    struct ng_state state;

    ng_state_init (&state);
    state.spec = (struct ng_sampler_spec){ .batch_size = 2,
                                           .n_steps = STEPS,
                                           .world = 1 };
    state.mixture = true;
    for (uint64_t i = 0; i < 40; i++)
    {
        struct ng_state_source *source = ng_state_add (&state);

        ck_assert_ptr_nonnull (source);
        source->n_tokens = 100 + i;
        source->number = i;
        source->share = 1;
    }
    for (unsigned kind = 1; kind <= FAILING_FILE; kind *= 2)
        (void) failing_turns (kind, keep_state, &state);
    (void) unlink ("failing.state");
    ng_state_fini (&state);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("failing calls of batches");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, samplers);
    tcase_add_test (tc, mixtures);
    tcase_add_loop_test (tc, documents, NG_DOCUMENTS_CROSS,
                         NG_DOCUMENTS_SENTENCE + 1);
    tcase_add_test (tc, packings);
    tcase_add_test (tc, token_files);
    tcase_add_test (tc, conversions);
    tcase_add_loop_test (tc, records, NG_RECORD_RAW, NG_RECORD_JSONL + 1);
    tcase_add_test (tc, states);
    suite_add_tcase (suite, tc);
    return suite;
}
