#include <config.h>

#include <inttypes.h>

#include "base/mem.h"
#include "batch/item.h"
#include "batchwork.h"
#include "cli.h"

/* Rows of so many bytes are written from where they are: below, one copy is
   cheaper than what the system does for each part.  It always is where the
   output is a pipe: measured with 32 rows of 1025 two-byte ids (bench/batch.sh,
   2026-11-22), rows that are first gathered in the cache go through a pipe in
   85 ms for 200 MB, and in 98 ms otherwise.  */
enum
{
    DIRECT_BYTES = 1024
};

/* How far ahead rows are fetched into the cache: one row, or if it is short so
   many.  */
enum
{
    AHEAD_BYTES = 2048,
    AHEAD_ROWS = 8
};

enum ng_err
work_open_serving (const struct request *r, struct work *w)
{
    uint64_t n_rows = work_rows (r, w), n_places = r->sampler.n_steps + 1;
    bool has_parts = ng_record_has_parts (w->record);

    if (has_parts)
    {
        w->parts = ng_alloc_array (n_places, sizeof *w->parts);
        if (!w->parts)
            return NG_ENOMEM;
    }
    if (!has_parts && !w->docsampler && r->format == NG_RECORD_RAW
        && !ng_output_is_pipe (w->out)
        && r->sampler.n_steps >= DIRECT_BYTES / r->dtype.item_bytes)
    {
        w->direct = ng_alloc_array (n_rows, sizeof *w->direct);
        if (!w->direct)
            return NG_ENOMEM;
    }
    return NG_OK;
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
        w->direct[i].iov_base = (void *) (uintptr_t) p;
        w->direct[i].iov_len = n * r->dtype.item_bytes;
    }
    *done = true;
    return ng_output_gather (w->out, w->direct, rows->n_rows);
}

/* The parts of row ROW, which is full: split by the end of documents, if that
   is known.  */
static void
split_row (const struct request *r, struct work *w, size_t row)
{
    size_t n = 1, n_places = (size_t) r->sampler.n_steps + 1;

    w->parts[0] = n_places;
    if (r->eod_text)
        n = ng_fields_split (r->dtype, ng_record_row (w->record, row), n_places,
                             r->eod, w->parts);
    ng_record_parts (w->record, row, w->parts, n);
}

/* Row I is about to be copied: have what comes some way behind it fetched.  Of
   pieces from anywhere the processor cannot guess which is next; measured as
   above, 65 ms in place of 71.  */
static void
prefetch (const struct request *r, const struct work *w,
          const struct ng_batch_rows *rows, const uint32_t *sources, size_t i)
{
    uint64_t n_places = r->sampler.n_steps + 1;

    i += n_places * r->dtype.item_bytes < AHEAD_BYTES / AHEAD_ROWS ? AHEAD_ROWS
                                                                   : 1;
    if (i < rows->n_rows)
        ng_shards_prefetch (sources ? &r->mix.shards[sources[i]] : &w->shards,
                            rows->starts[i], n_places);
}

/* A batch of the mixture or of the sampler.  */
static enum ng_err
serve_pieces (const struct request *r, struct work *w)
{
    size_t n_places = (size_t) r->sampler.n_steps + 1;
    const uint32_t *sources = NULL;
    struct ng_batch_rows rows;
    enum ng_err err = w->sampler
                          ? ng_sampler_next (w->sampler, &rows)
                          : ng_mixture_next (r->mix.mixture, &rows, &sources);

    if (err != NG_OK)
        return err;
    ng_ahead_step (w->ahead, &rows);
    if (w->sampler && r->sampler.mode != NG_MODE_UNIFORM)
        ng_accounts_add (&w->accounts, w->sampler, &r->sampler, &rows);
    w->state.step = rows.step + 1;
    if (w->direct)
    {
        bool done;

        err = serve_direct (r, w, &rows, sources, &done);
        if (done || err != NG_OK)
            return err;
    }
    err = ng_record_begin (w->record, rows.n_rows);
    for (size_t i = 0; err == NG_OK && i < rows.n_rows; i++)
    {
        const struct ng_shards *shards =
            sources ? &r->mix.shards[sources[i]] : &w->shards;

        prefetch (r, w, &rows, sources, i);
        err =
            ng_shards_copy (shards, rows.starts[i], n_places, r->dtype,
                            w->id_end, ng_record_row (w->record, i), &w->fault);
        if (err == NG_OK && w->parts)
            split_row (r, w, i);
    }
    if (err != NG_OK)
        return err;
    return ng_record_write (w->record, rows.step, rows.epoch);
}

/* Row ROW from its N parts, and padding.  */
static enum ng_err
fill_row (const struct request *r, struct work *w, size_t row,
          const struct ng_part *parts, size_t n)
{
    unsigned item = r->dtype.item_bytes;
    uint64_t at = 0, n_places = r->sampler.n_steps + 1;
    unsigned char *out = ng_record_row (w->record, row);
    enum ng_err err = NG_OK;

    for (size_t p = 0; err == NG_OK && p < n; p++)
    {
        err = ng_shards_copy (&w->shards, parts[p].start,
                              (size_t) parts[p].n_tokens, r->dtype, w->id_end,
                              out + at * item, &w->fault);
        at += parts[p].n_tokens;
        if (w->parts)
            w->parts[p] = parts[p].n_tokens;
    }
    for (; at < n_places; at++)
        ng_item_put (out + at * item, item, r->pad);
    if (w->parts)
        ng_record_parts (w->record, row, w->parts, n);
    return err;
}

/* A batch of documents.  */
static enum ng_err
serve_documents (const struct request *r, struct work *w)
{
    struct ng_docbatch batch;
    size_t from = 0;
    enum ng_err err = ng_docsampler_next (w->docsampler, &batch);

    if (err != NG_OK)
        return err;
    w->state.step = batch.step + 1;
    err = ng_record_begin (w->record, batch.n_rows);
    for (size_t i = 0; err == NG_OK && i < batch.n_rows; i++)
    {
        err = fill_row (r, w, i, batch.parts + from, batch.ends[i] - from);
        from = batch.ends[i];
    }
    if (err != NG_OK)
        return err;
    return ng_record_write (w->record, batch.step, batch.epoch);
}

enum ng_err
work_serve (const struct request *r, struct work *w)
{
    return w->docsampler ? serve_documents (r, w) : serve_pieces (r, w);
}

enum ng_err
work_account (const struct request *r, struct work *w)
{
    struct ng_accounts *a = &w->accounts;
    enum ng_err err = NG_OK;

    if (r->mix.n > 0 || r->sampler.mode == NG_MODE_UNIFORM)
        return NG_OK;
    if (w->docsampler)
        err = ng_docsampler_account (w->docsampler, a);
    else
        ng_accounts_close (a);
    if (err != NG_OK)
        return err;
    cli_note ("tokens read %" PRIu64 " = served %" PRIu64 " + offset %" PRIu64
              " + cut %" PRIu64 " + alone %" PRIu64 " + left out %" PRIu64
              " + elsewhere %" PRIu64 "; padding %" PRIu64,
              a->tokens, a->served, a->offset, a->cut, a->alone, a->left_out,
              a->elsewhere, a->padding);
    return NG_OK;
}
