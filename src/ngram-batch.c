/* ngram-batch: stream minibatches of a token file to a trainer.  */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/mem.h"
#include "batch/ahead.h"
#include "batch/header.h"
#include "batch/record.h"
#include "batch/shards.h"
#include "batch/state.h"
#include "batchopts.h"
#include "cli.h"
#include "keeper.h"
#include "progress.h"
#include "shrunk.h"
#include "text/vocab.h"

/* Rows of so many bytes are written from where they are: below, one copy is
   cheaper than what the system does for each part.  */
enum
{
    DIRECT_BYTES = 1024
};

/* What is open.  */
struct work
{
    struct ng_fault fault;
    struct ng_shards shards; /* no mixture */
    struct ng_state state;
    struct ng_sampler *sampler; /* no mixture */
    uint64_t id_end;            /* size of the vocabulary; 0: not given */
    struct ng_record *record;
    struct ng_output *out;
    struct iovec *parts; /* rows that are not copied; NULL: all are */
    struct ng_ahead *ahead;
};

static enum ng_err
open_shards (const struct request *r, struct work *w)
{
    static const char *const standard_input[] = { "-" };
    size_t n;
    const char *const *names = cli_operands (&n);
    enum ng_err err = NG_OK;

    if (n == 0)
    {
        names = standard_input;
        n = 1;
    }
    for (size_t i = 0; err == NG_OK && i < n; i++)
        err = ng_input_check (names[i], &w->fault);
    w->shards.reverse = r->reverse;
    w->shards.bare = r->bare;
    for (size_t i = 0; err == NG_OK && i < n; i++)
        err = ng_shards_add (&w->shards, names[i], &w->fault);
    for (size_t i = 0; err == NG_OK && i < w->shards.n_files; i++)
        if (w->shards.files[i].map)
            shrunk_watch (w->shards.files[i].map, w->shards.files[i].map_bytes,
                          w->shards.files[i].name);
    return err;
}

/* Find where to start, and have in W's state what it is to say.  */
static enum ng_err
open_sampler (struct request *r, struct work *w)
{
    struct ng_sampler_spec *s = &r->sampler;
    uint64_t step = r->has_at ? r->at : w->state.step;
    bool resume = w->state.n_sources > 0;
    struct ng_state_source *source =
        resume ? w->state.sources : ng_state_add (&w->state);
    uint32_t checksum = 0;
    enum ng_err err = NG_OK;

    if (!source)
        return NG_ENOMEM;
    s->n_tokens = w->shards.n_tokens;
    if (r->state || r->resume)
        checksum = ng_shards_checksum (&w->shards);
    if (resume)
        err = ng_resume_origin (&w->state, r->resume, checksum, step, s,
                                &w->fault);
    if (err == NG_OK)
        err = ng_sampler_new (s, ng_shards_name (&w->shards), &w->fault,
                              &w->sampler);
    if (err == NG_OK && step > 0)
        err = ng_sampler_seek (w->sampler, step);
    if (err == NG_OK)
        err = ng_ahead_new (s, &w->shards, &w->fault, &w->ahead);
    if (s->mode != NG_MODE_SEQUENTIAL)
        ng_shards_scattered (&w->shards);
    w->state.spec = *s;
    w->state.reverse = r->reverse;
    w->state.step = step;
    source->n_tokens = s->n_tokens;
    source->checksum = checksum;
    source->origin = s->origin;
    return err;
}

/* The same for a mixture.  */
static enum ng_err
open_mixture (struct request *r, struct work *w)
{
    struct mix_request m = { .kind = r->mix_kind,
                             .n_epochs = r->sampler.n_epochs,
                             .max_epochs = r->max_epochs,
                             .keep = r->state || r->resume,
                             .resume = r->resume,
                             .step = r->has_at ? r->at : w->state.step };
    enum ng_err err = mix_plan (&r->mix, &m, &r->sampler, &w->state, &w->fault);

    w->state.spec = r->sampler;
    w->state.reverse = r->reverse;
    return err;
}

/* Open all files, and learn the type of ids and the vocabulary.  */
static enum ng_err
open_input (struct request *r, struct work *w)
{
    struct ng_vocab *vocab = NULL;
    struct ng_dtype dtype;
    enum ng_err err = NG_OK;

    if (!r->has_bare)
        r->bare = r->has_dtype ? r->dtype : (struct ng_dtype){ 2, false };
    if (r->vocab)
        err = ng_vocab_read (r->vocab, &w->fault, &vocab);
    if (err == NG_OK && r->vocab)
        w->id_end = ng_vocab_size (vocab);
    ng_vocab_free (vocab);
    if (err == NG_OK)
        err = r->mix.n > 0 ? mix_open (&r->mix, r->reverse, r->bare, &w->fault)
                           : open_shards (r, w);
    for (size_t i = 0; !r->has_dtype && i < (r->mix.n > 0 ? r->mix.n : 1); i++)
    {
        dtype = ng_shards_dtype (r->mix.n > 0 ? &r->mix.shards[i] : &w->shards);
        if (i == 0 || ng_dtype_max (dtype) > ng_dtype_max (r->dtype))
            r->dtype = dtype;
    }
    return err;
}

static uint64_t
count_rows (const struct work *w, const struct request *r)
{
    return w->sampler ? ng_sampler_rows (w->sampler) : r->sampler.batch_size;
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
    if (r->header)
    {
        const struct ng_header header = {
            .dtype = r->dtype,
            .n_rows = count_rows (w, r),
            .step = w->state.step,
            .spec = &r->sampler,
            .sources = r->mix.n > 0 ? r->mix.shards : &w->shards,
            .n_sources = r->mix.n > 0 ? r->mix.n : 1
        };

        err = ng_header_write (&header, w->out);
        if (err != NG_OK)
            return err;
    }
    if (r->format == NG_RECORD_RAW
        && r->sampler.n_steps >= DIRECT_BYTES / r->dtype.item_bytes)
    {
        w->parts = ng_alloc_array (count_rows (w, r), sizeof *w->parts);
        if (!w->parts)
            return NG_ENOMEM;
    }
    return ng_record_new (r->format, r->dtype, count_rows (w, r),
                          r->sampler.n_steps, w->out, &w->record);
}

/* Write the batch without copying it, if that can be; *DONE tells.  */
static enum ng_err
serve_direct (const struct request *r, struct work *w,
              const struct ng_batch_rows *rows, const uint32_t *sources,
              bool *done)
{
    size_t n = (size_t) r->sampler.n_steps + 1;

    *done = false;
    for (size_t i = 0; i < rows->n_rows; i++)
    {
        const struct ng_shards *shards =
            sources ? &r->mix.shards[sources[i]] : &w->shards;
        const unsigned char *p =
            ng_shards_direct (shards, rows->starts[i], n, r->dtype, w->id_end);

        if (!p)
            return NG_OK;
        /* Read only; struct iovec has no way to say so.  */
        w->parts[i].iov_base = (void *) (uintptr_t) p;
        w->parts[i].iov_len = n * r->dtype.item_bytes;
    }
    *done = true;
    return ng_output_gather (w->out, w->parts, rows->n_rows);
}

/* Fetch the rows of the next batch and write it.  */
static enum ng_err
serve (const struct request *r, struct work *w)
{
    const uint32_t *sources = NULL;
    struct ng_batch_rows rows;
    enum ng_err err = w->sampler
                          ? ng_sampler_next (w->sampler, &rows)
                          : ng_mixture_next (r->mix.mixture, &rows, &sources);

    if (err != NG_OK)
        return err;
    ng_ahead_step (w->ahead, &rows);
    w->state.step = rows.step + 1;
    if (w->parts)
    {
        bool done;

        err = serve_direct (r, w, &rows, sources, &done);
        if (done || err != NG_OK)
            return err;
    }
    for (size_t i = 0; i < rows.n_rows; i++)
    {
        const struct ng_shards *shards =
            sources ? &r->mix.shards[sources[i]] : &w->shards;

        err = ng_shards_copy (
            shards, rows.starts[i], (size_t) r->sampler.n_steps + 1, r->dtype,
            w->id_end, ng_record_row (w->record, i), &w->fault);
        if (err != NG_OK)
            return err;
    }
    return ng_record_write (w->record, rows.n_rows, rows.step, rows.epoch);
}

static enum ng_err
run (const struct request *r, struct work *w)
{
    const struct ng_sampler_spec *s = &r->sampler;
    struct keeper keeper = { .name = r->state };
    uint64_t batch_bytes =
        s->batch_size * (s->n_steps + 1) * r->dtype.item_bytes;
    uint64_t n = 0;
    enum ng_err err = NG_OK;

    /* Progress is in bytes of tokens, whatever their form.  */
    progress_start (w->shards.n_tokens * r->dtype.item_bytes * s->n_epochs);
    for (; err == NG_OK && n < r->n_serve; n++)
    {
        err = serve (r, w);
        /* What a named output has is there only when it is whole.  */
        if (err == NG_OK && r->state && strcmp (r->output, "-") == 0)
            err = keeper_step (&keeper, &w->state, w->out, batch_bytes,
                               &w->fault);
        progress_update (n * batch_bytes);
    }
    progress_stop ();
    if (err == NG_END && r->has_at && n == 1)
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
                                  &r->reverse, &w->fault);
    }
    if (err == NG_OK)
        batch_check_options (r);
    if (err == NG_OK)
        err = open_input (r, w);
    if (err == NG_OK && r->convert)
        return ng_convert (&w->shards, r->output, r->form, r->dtype, w->id_end,
                           &w->fault);
    if (err == NG_OK)
        err = r->mix.n > 0 ? open_mixture (r, w) : open_sampler (r, w);
    if (err == NG_OK && r->dry_run)
    {
        mix_report (&r->mix, r->sampler.n_steps, false, stdout);
        return NG_OK;
    }
    if (err == NG_OK)
        err = open_output (r, w);
    if (err != NG_OK)
        return err;
    if (count_rows (w, r) == 0)
        cli_warn ("rank %llu has no rows: there are more ranks than rows",
                  (unsigned long long) r->sampler.rank);
    cli_guard (w->out);
    shrunk_guard (w->out);
    err = run (r, w);
    cli_forget (w->out);
    shrunk_guard (NULL);
    if (err == NG_OK && r->mix.n > 0 && cli_verbose)
        mix_report (&r->mix, r->sampler.n_steps, true, stderr);
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
    err_close = ng_output_close (w.out);
    if (err == NG_OK)
        err = err_close;
    ng_ahead_free (w.ahead);
    ng_sampler_free (w.sampler);
    ng_state_fini (&w.state);
    if (err != NG_OK)
        (void) cli_fault (&w.fault, err);
    /* The message may name a file that is owned here.  */
    ng_shards_fini (&w.shards);
    mix_close (&r.mix);
    return cli_finish (err == NG_OK ? CLI_DONE : CLI_TROUBLE);
}
