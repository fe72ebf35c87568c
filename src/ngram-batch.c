/* ngram-batch: stream minibatches of a token file to a trainer.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "batch/header.h"
#include "batchwork.h"
#include "cli.h"
#include "keeper.h"
#include "progress.h"
#include "shrunk.h"

/* Can all fields be written as they are asked for?  */
static enum ng_err
check_fields (const struct request *r, struct ng_fault *fault)
{
    uint64_t max = ng_dtype_max (r->dtype);

    if (r->documents != NG_DOCUMENTS_CROSS && r->pad > max)
        return ng_fault_set (
            fault, NG_EINVAL, NULL, "--pad: id %llu does not fit dtype %c%u",
            (unsigned long long) r->pad, r->dtype.is_signed ? 'i' : 'u',
            r->dtype.item_bytes);
    for (size_t f = 0; f < r->fields.n; f++)
        if (r->fields.list[f] != NG_FIELD_TOKENS
            && r->fields.list[f] != NG_FIELD_MASK && r->sampler.n_steps >= max)
            return ng_fault_set (fault, NG_EINVAL, NULL,
                                 "%s of rows of %llu step%s do not fit dtype"
                                 " %c%u: give a larger --dtype",
                                 ng_field_names[r->fields.list[f]],
                                 (unsigned long long) r->sampler.n_steps,
                                 ng_plural (r->sampler.n_steps),
                                 r->dtype.is_signed ? 'i' : 'u',
                                 r->dtype.item_bytes);
    return NG_OK;
}

static enum ng_err
write_header (const struct request *r, struct work *w)
{
    const struct ng_header header = {
        .format = r->format,
        .dtype = r->dtype,
        .n_rows = work_rows (r, w),
        .step = w->state.step,
        .reverse = r->reverse,
        .fields = &r->fields,
        .documents = r->documents,
        .has_eod = r->eod_text || r->documents != NG_DOCUMENTS_CROSS,
        .eod = r->eod,
        .pad = r->pad,
        .spec = &r->sampler,
        .sources = r->mix.n > 0 ? r->mix.shards : &w->shards,
        .n_sources = r->mix.n > 0 ? r->mix.n : 1
    };

    return ng_header_write (&header, w->out);
}

static enum ng_err
open_output (const struct request *r, struct work *w)
{
    enum ng_err err = ng_output_open (r->output, &w->fault, &w->out);

    if (err != NG_OK)
        return err;
    if ((r->format == NG_RECORD_RAW || r->format == NG_RECORD_NPY)
        && ng_output_is_terminal (w->out))
        return ng_fault_set (&w->fault, NG_EINVAL, NULL,
                             "binary output is not written to a terminal;"
                             " redirect it or use --format=text");
    err = check_fields (r, &w->fault);
    if (err == NG_OK && r->header)
        err = write_header (r, w);
    if (err == NG_OK)
        err = ng_record_new (r->format, r->dtype, &r->fields, work_rows (r, w),
                             r->sampler.n_steps, w->out, &w->record);
    return err == NG_OK ? work_open_serving (r, w) : err;
}

/* The bytes of the batches to come, of BATCH_BYTES each, about; 0 where there
   is no end, or none that a progress line could tell.  */
static uint64_t
bytes_to_serve (const struct request *r, const struct work *w,
                uint64_t batch_bytes)
{
    const struct ng_sampler_spec *s = &r->sampler;
    uint64_t steps = UINT64_MAX, tokens, bytes;

    if (s->n_epochs > 0 && r->mix.n == 0
        && ng_ckd_mul (w->shards.n_tokens, s->n_epochs, &tokens))
    {
        steps = tokens / s->n_steps / s->batch_size;
        steps -= w->state.step < steps ? w->state.step : steps;
    }
    if (steps > r->n_serve)
        steps = r->n_serve;
    return ng_ckd_mul (steps, batch_bytes, &bytes) ? bytes : 0;
}

static enum ng_err
run (const struct request *r, struct work *w)
{
    const struct ng_sampler_spec *s = &r->sampler;
    struct keeper keeper = { .name = r->state };
    uint64_t batch_bytes =
        work_rows (r, w) * (s->n_steps + 1) * r->dtype.item_bytes;
    bool keep = r->state && keeper_has_reader (r->output, w->out);
    uint64_t n = 0;
    enum ng_err err = NG_OK;

    progress_start (bytes_to_serve (r, w, batch_bytes));
    for (; err == NG_OK && n < r->n_serve; n++)
    {
        err = work_serve (r, w);
        if (err == NG_OK && keep)
            err = keeper_step (&keeper, &w->state, w->out, batch_bytes,
                               &w->fault);
        progress_update (n * batch_bytes);
    }
    progress_stop ();
    if (err == NG_END && r->has_at && n == 1 && work_rows (r, w) > 0)
        err = ng_fault_set (&w->fault, NG_EINVAL, NULL,
                            "there is no step %llu: it is past the end",
                            (unsigned long long) r->at);
    if (err == NG_END)
        err = NG_OK;
    if (err == NG_OK)
        err = ng_output_commit (w->out);
    if (err == NG_OK && r->state)
        err = ng_state_write (&w->state, r->state, &w->fault);
    return err;
}

static enum ng_err
work (struct request *r, struct work *w)
{
    enum ng_err err = NG_OK;

    if (r->resume)
    {
        err = ng_state_read (r->resume, &w->state, &w->fault);
        if (err == NG_OK)
            err = ng_resume_spec (&w->state, r->resume, &r->given, &r->sampler,
                                  &r->reverse, &r->documents, &w->fault);
    }
    if (err == NG_OK)
        batch_check_options (r);
    if (err == NG_OK)
        err = work_check_state (r, &w->fault);
    if (err == NG_OK)
        err = work_open_files (r, w);
    if (err == NG_OK && r->convert)
        return ng_convert (&w->shards, r->output, r->form, r->dtype, w->id_end,
                           &w->fault);
    if (err == NG_OK)
        err = work_open_source (r, w);
    if (err == NG_OK && r->dry_run)
    {
        mix_report (&r->mix, r->sampler.n_steps, false, stdout);
        return NG_OK;
    }
    /* Before anything is served.  */
    if (err == NG_OK && r->state)
        err = ng_state_try (&w->state, r->state, &w->fault);
    if (err == NG_OK)
        err = open_output (r, w);
    if (err != NG_OK)
        return err;
    if (work_rows (r, w) == 0)
        cli_warn ("rank %llu has no rows: there are more ranks than rows",
                  (unsigned long long) r->sampler.rank);
    cli_guard (w->out);
    err = run (r, w);
    cli_forget (w->out);
    if (err == NG_OK && r->mix.n > 0 && cli_verbose)
        mix_report (&r->mix, r->sampler.n_steps, true, stderr);
    if (err == NG_OK && cli_verbose)
        err = work_account (r, w);
    return err;
}

int
main (int argc, char **argv)
{
    struct request r = { .sampler = { .batch_size = 32,
                                      .n_steps = 35,
                                      .n_epochs = 1,
                                      .world = 1 },
                         .n_serve = UINT64_MAX,
                         .fields = { { NG_FIELD_TOKENS }, 1 },
                         .format = NG_RECORD_TEXT,
                         .output = "-" };
    struct work w = { .fault = { 0 } };
    enum ng_err err, err_close;

    batch_options (argc, argv, &r);
    ng_shards_init (&w.shards);
    ng_state_init (&w.state);
    err = work (&r, &w);
    ng_record_free (w.record);
    free (w.parts);
    free (w.direct);
    err_close = ng_output_close (w.out);
    if (err == NG_OK)
        err = err_close;
    ng_ahead_free (w.ahead);
    ng_sampler_free (w.sampler);
    ng_docsampler_free (w.docsampler);
    ng_documents_free (w.documents);
    ng_state_fini (&w.state);
    if (err != NG_OK)
        (void) cli_fault (&w.fault, err);
    /* The message may name a file that is owned here.  */
    ng_shards_fini (&w.shards);
    mix_close (&r.mix);
    return cli_finish (err == NG_OK ? CLI_DONE : CLI_TROUBLE);
}
