/* ngram-batch: stream minibatches of a token file to a trainer.  */
#include <config.h>

#include <string.h>

#include "batch/ahead.h"
#include "batch/record.h"
#include "batch/shards.h"
#include "batch/state.h"
#include "batchopts.h"
#include "cli.h"
#include "keeper.h"
#include "progress.h"
#include "shrunk.h"

/* What is open.  */
struct work
{
    struct ng_fault fault;
    struct ng_shards shards;
    struct ng_state state;
    struct ng_sampler *sampler;
    struct ng_record *record;
    struct ng_output *out;
    struct ng_ahead *ahead;
};

static enum ng_err
open_shards (struct work *w)
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

static enum ng_err
open_output (const struct request *r, struct work *w)
{
    enum ng_err err = ng_output_open (r->output, &w->fault, &w->out);

    if (err != NG_OK)
        return err;
    if (r->format != NG_RECORD_TEXT && ng_output_is_terminal (w->out))
        return ng_fault_set (&w->fault, NG_EINVAL, NULL,
                             "binary output is not written to a terminal;"
                             " redirect it or use --format=text");
    return ng_record_new (r->format, r->dtype, ng_sampler_rows (w->sampler),
                          r->sampler.n_steps, w->out, &w->record);
}

/* Fetch the rows of one batch and write it.  */
static enum ng_err
serve (const struct request *r, struct work *w,
       const struct ng_batch_rows *rows)
{
    ng_ahead_step (w->ahead, rows);
    for (size_t i = 0; i < rows->n_rows; i++)
    {
        enum ng_err err = ng_shards_copy (
            &w->shards, rows->starts[i], (size_t) r->sampler.n_steps + 1,
            r->dtype, 0, ng_record_row (w->record, i), &w->fault);

        if (err != NG_OK)
            return err;
    }
    return ng_record_write (w->record, rows->n_rows);
}

static enum ng_err
run (const struct request *r, struct work *w)
{
    const struct ng_sampler_spec *s = &r->sampler;
    struct keeper keeper = { .name = r->state };
    struct ng_batch_rows rows;
    uint64_t batch_bytes =
        s->batch_size * (s->n_steps + 1) * r->dtype.item_bytes;
    uint64_t n = 0;
    enum ng_err err = NG_OK;

    /* Progress is in bytes of tokens, whatever their form.  */
    progress_start (w->shards.n_tokens * r->dtype.item_bytes * s->n_epochs);
    for (; err == NG_OK && n < r->n_serve; n++)
    {
        err = ng_sampler_next (w->sampler, &rows);
        if (err == NG_OK)
            err = serve (r, w, &rows);
        w->state.step = ng_sampler_step (w->sampler);
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
        err = open_shards (w);
    w->shards.reverse = r->reverse;
    if (!r->has_dtype)
        r->dtype = ng_shards_dtype (&w->shards);
    if (err == NG_OK)
        err = open_sampler (r, w);
    if (err == NG_OK)
        err = open_output (r, w);
    if (err != NG_OK)
        return err;
    if (ng_sampler_rows (w->sampler) == 0)
        cli_warn ("rank %llu has no rows: there are more ranks than rows",
                  (unsigned long long) r->sampler.rank);
    cli_guard (w->out);
    shrunk_guard (w->out);
    err = run (r, w);
    cli_forget (w->out);
    shrunk_guard (NULL);
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
    err_close = ng_output_close (w.out);
    if (err == NG_OK)
        err = err_close;
    ng_ahead_free (w.ahead);
    ng_sampler_free (w.sampler);
    ng_state_fini (&w.state);
    ng_shards_fini (&w.shards);
    return cli_finish (err == NG_OK ? CLI_DONE : cli_fault (&w.fault, err));
}
