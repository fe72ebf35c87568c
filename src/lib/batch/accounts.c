#include <config.h>

#include "batch/accounts.h"

/* Tokens of the epoch of the origin that were served before it.  */
static uint64_t
served_before (const struct ng_sampler_spec *spec)
{
    const struct ng_origin *o = &spec->origin;
    uint64_t n =
        o->done
        * (spec->mode == NG_MODE_SEQUENTIAL ? spec->batch_size : spec->n_steps);

    for (size_t c = 0; c < o->n_cuts; c++)
        n += o->cuts[c].n_served * o->cuts[c].n_steps;
    return n;
}

/* The present epoch is EPOCH: add what it has and what it leaves out.  */
static void
add_epoch (struct ng_accounts *a, const struct ng_sampler *sampler,
           const struct ng_sampler_spec *spec, uint64_t epoch)
{
    uint64_t offset = ng_sampler_epoch_offset (sampler, epoch);
    uint64_t rows =
        ng_sampler_epoch_batches (sampler, epoch) * spec->batch_size;

    a->n_epochs++;
    a->epoch = epoch;
    a->tokens += spec->n_tokens;
    a->offset += offset;
    a->left_out += spec->n_tokens - offset - rows * spec->n_steps;
    if (epoch == spec->origin.epoch)
        a->left_out -= served_before (spec);
}

void
ng_accounts_add (struct ng_accounts *a, const struct ng_sampler *sampler,
                 const struct ng_sampler_spec *spec,
                 const struct ng_batch_rows *rows)
{
    if (a->n_epochs == 0 || rows->epoch != a->epoch)
        add_epoch (a, sampler, spec, rows->epoch);
    a->served += rows->n_rows * spec->n_steps;
}

void
ng_accounts_close (struct ng_accounts *a)
{
    a->elsewhere =
        a->tokens - a->served - a->offset - a->cut - a->alone - a->left_out;
}
