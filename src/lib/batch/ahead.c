#include <config.h>

#include "batch/ahead.h"

#include <stdlib.h>

enum
{
    PROBE_STEPS = 32, /* steps from one look to the next */
    COLD_STEPS = 256, /* steps that are read ahead after a cold look */
    ROWS_AHEAD = 1024 /* rows that are asked for ahead of need, about */
};

struct ng_ahead
{
    const struct ng_shards *shards;
    struct ng_sampler *sampler; /* is ahead of the one that serves */
    struct ng_fault fault;      /* its own: what is ahead may never be served */
    uint64_t n_tokens;          /* of a row */
    uint64_t depth;             /* steps */
    uint64_t probe_at;
    uint64_t cold_until;
    bool dead; /* past the end */
};

enum ng_err
ng_ahead_new (const struct ng_sampler_spec *spec,
              const struct ng_shards *shards, struct ng_fault *fault,
              struct ng_ahead **result)
{
    struct ng_ahead *ahead;
    enum ng_err err;

    *result = NULL;
    if (spec->rng == NG_RNG_PYTHON)
        return NG_OK;
    ahead = calloc (1, sizeof *ahead);
    if (!ahead)
        return NG_ENOMEM;
    err = ng_sampler_new (spec, NULL, &ahead->fault, &ahead->sampler);
    if (err != NG_OK)
    {
        *fault = ahead->fault;
        free (ahead);
        return err;
    }
    ahead->shards = shards;
    ahead->n_tokens = spec->n_steps + 1;
    ahead->depth = ROWS_AHEAD / spec->batch_size + 1;
    *result = ahead;
    return NG_OK;
}

/* Ask for the rows of the steps up to STEP + depth.  */
static void
read_ahead (struct ng_ahead *ahead, uint64_t step)
{
    struct ng_batch_rows rows;

    if (ng_sampler_step (ahead->sampler) < step
        && ng_sampler_seek (ahead->sampler, step) != NG_OK)
        ahead->dead = true;
    while (!ahead->dead
           && ng_sampler_step (ahead->sampler) < step + ahead->depth)
    {
        ahead->dead = ng_sampler_next (ahead->sampler, &rows) != NG_OK;
        for (size_t i = 0; !ahead->dead && i < rows.n_rows; i++)
            ng_shards_will_need (ahead->shards, rows.starts[i],
                                 ahead->n_tokens);
    }
}

void
ng_ahead_step (struct ng_ahead *ahead, const struct ng_batch_rows *rows)
{
    if (!ahead || ahead->dead)
        return;
    if (rows->step >= ahead->probe_at && rows->n_rows > 0)
    {
        ahead->probe_at = rows->step + PROBE_STEPS;
        for (size_t i = 0; i < rows->n_rows; i++)
            if (!ng_shards_in_memory (ahead->shards, rows->starts[i]))
            {
                ahead->cold_until = rows->step + COLD_STEPS;
                break;
            }
    }
    if (rows->step < ahead->cold_until)
        read_ahead (ahead, rows->step);
}

void
ng_ahead_free (struct ng_ahead *ahead)
{
    if (!ahead)
        return;
    ng_sampler_free (ahead->sampler);
    free (ahead);
}
