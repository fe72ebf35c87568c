#include <config.h>

#include "batch/resume.h"

#include <inttypes.h>

static enum ng_err
differs (const char *name, const char *what, struct ng_fault *fault)
{
    return ng_fault_set (fault, NG_EINVAL, name,
                         "%s is another in this state file: leave it out, or"
                         " start anew",
                         what);
}

enum ng_err
ng_resume_spec (const struct ng_state *state, const char *name,
                const struct ng_given *given, struct ng_sampler_spec *spec,
                bool *reverse, struct ng_fault *fault)
{
    const struct ng_sampler_spec *old = &state->spec;

    if (given->mode && spec->mode != old->mode)
        return differs (name, "--mode", fault);
    if (given->rng && spec->rng != old->rng)
        return differs (name, "--rng", fault);
    if (given->seed && spec->seed != old->seed)
        return differs (name, "--seed", fault);
    if (given->reverse && !state->reverse)
        return differs (name, "--reverse", fault);
    if (given->offset
        && (spec->fixed_offset != old->fixed_offset
            || spec->offset != old->offset))
        return differs (name, "--offset", fault);
    spec->mode = old->mode;
    spec->rng = old->rng;
    spec->seed = old->seed;
    spec->fixed_offset = old->fixed_offset;
    spec->offset = old->offset;
    *reverse = state->reverse;
    if (!given->batch_size)
        spec->batch_size = old->batch_size;
    if (!given->n_steps)
        spec->n_steps = old->n_steps;
    if (!given->world)
        spec->world = old->world;
    if (!given->rank)
        spec->rank = old->rank;
    return NG_OK;
}

enum ng_err
ng_resume_origin (const struct ng_state *state, const char *name,
                  uint32_t checksum, uint64_t step,
                  struct ng_sampler_spec *spec, struct ng_fault *fault)
{
    const struct ng_state_source *source = &state->sources[0];
    struct ng_sampler_spec old = state->spec;
    struct ng_sampler *sampler = NULL;
    enum ng_err err;

    if (state->mixture)
        return ng_fault_set (fault, NG_EINVAL, name, "the state of a mixture");
    if (source->n_tokens != spec->n_tokens || source->checksum != checksum)
        return ng_fault_set (fault, NG_EINVAL, name,
                             "the state of another corpus, of %" PRIu64
                             " tokens with checksum %08" PRIx32
                             "; this one has %" PRIu64 " and %08" PRIx32,
                             source->n_tokens, source->checksum, spec->n_tokens,
                             checksum);
    if (step < source->origin.step)
        return ng_fault_set (fault, NG_EINVAL, name,
                             "step %" PRIu64
                             " is before this state's run, which began at"
                             " %" PRIu64,
                             step, source->origin.step);
    spec->origin = source->origin;
    if (old.batch_size == spec->batch_size && old.n_steps == spec->n_steps
        && old.world == spec->world)
        return NG_OK;
    old.n_tokens = spec->n_tokens;
    old.n_epochs = spec->n_epochs;
    old.origin = source->origin;
    err = ng_sampler_new (&old, name, fault, &sampler);
    if (err == NG_OK)
        err = ng_sampler_leave (sampler, step, spec, &spec->origin);
    ng_sampler_free (sampler);
    return err;
}
