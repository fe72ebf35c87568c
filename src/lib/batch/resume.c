#include <config.h>

#include "batch/resume.h"

#include <inttypes.h>

#include "batch/docsampler.h"

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
                bool *reverse, enum ng_documents_kind *documents,
                struct ng_fault *fault)
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
    if (given->documents && *documents != state->documents)
        return differs (name, "--documents", fault);
    *documents = state->documents;
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
ng_resume_eod (const struct ng_state *state, const char *name,
               const struct ng_given *given, uint64_t *eod,
               struct ng_fault *fault)
{
    if (given->eod && *eod != state->eod)
        return differs (name, "--eod", fault);
    *eod = state->eod;
    return NG_OK;
}

/* Is STATE of the corpus of N_TOKENS with CHECKSUM, and can STEP come next?  */
static enum ng_err
check_source (const struct ng_state *state, const char *name, uint64_t n_tokens,
              uint32_t checksum, uint64_t step, struct ng_fault *fault)
{
    const struct ng_state_source *source = &state->sources[0];

    if (state->mixture)
        return ng_fault_set (fault, NG_EINVAL, name, "the state of a mixture");
    if (source->n_tokens != n_tokens || source->checksum != checksum)
        return ng_fault_set (fault, NG_EINVAL, name,
                             "the state of another corpus, of %" PRIu64
                             " token%s with checksum %08" PRIx32
                             "; this one has %" PRIu64 " and %08" PRIx32,
                             source->n_tokens, ng_plural (source->n_tokens),
                             source->checksum, n_tokens, checksum);
    if (step < source->origin.step)
        return ng_fault_set (fault, NG_EINVAL, name,
                             "step %" PRIu64
                             " is before this state's run, which began at"
                             " %" PRIu64,
                             step, source->origin.step);
    return NG_OK;
}

/* Set the origin of *SPEC to that of STATE, and *OLD to the specification of
   its run.  True if the sizes are the same, so that this is all.  */
static bool
take_origin (const struct ng_state *state, struct ng_sampler_spec *spec,
             struct ng_sampler_spec *old)
{
    *old = state->spec;
    spec->origin = old->origin = state->sources[0].origin;
    old->n_tokens = spec->n_tokens;
    old->n_epochs = spec->n_epochs;
    return old->batch_size == spec->batch_size && old->n_steps == spec->n_steps
           && old->world == spec->world;
}

enum ng_err
ng_resume_origin (const struct ng_state *state, const char *name,
                  uint32_t checksum, uint64_t step,
                  struct ng_sampler_spec *spec, struct ng_fault *fault)
{
    struct ng_sampler *sampler = NULL;
    struct ng_sampler_spec old;
    enum ng_err err =
        check_source (state, name, spec->n_tokens, checksum, step, fault);

    if (err != NG_OK || take_origin (state, spec, &old))
        return err;
    err = ng_sampler_new (&old, name, fault, &sampler);
    if (err == NG_OK)
        err = ng_sampler_leave (sampler, step, spec, &spec->origin);
    ng_sampler_free (sampler);
    return err;
}

enum ng_err
ng_resume_documents (const struct ng_state *state, const char *name,
                     uint32_t checksum, uint64_t step,
                     const struct ng_shards *shards,
                     struct ng_sampler_spec *spec, struct ng_fault *fault)
{
    struct ng_documents *documents = NULL;
    struct ng_docsampler *sampler = NULL;
    struct ng_sampler_spec old;
    enum ng_err err =
        check_source (state, name, spec->n_tokens, checksum, step, fault);

    if (err != NG_OK || take_origin (state, spec, &old))
        return err;
    err = ng_documents_new (shards, state->documents, state->eod, old.n_steps,
                            &documents);
    if (err == NG_OK)
        err = ng_docsampler_new (&old, state->documents, documents, name, fault,
                                 &sampler);
    if (err == NG_OK)
        err = ng_docsampler_leave (sampler, step, spec, &spec->origin);
    ng_docsampler_free (sampler);
    ng_documents_free (documents);
    return err;
}
