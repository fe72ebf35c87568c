#include <config.h>

#include "batch/mixture.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/mem.h"
#include "base/random.h"
#include "batch/fair.h"

enum
{
    KEY_SOURCE = 4 /* purpose of the key, see sampler.c */
};

struct ng_mixture
{
    struct ng_sampler_spec spec;
    struct ng_fault *fault;
    uint64_t origin_step;
    uint64_t n_batches; /* of all ranks; UINT64_MAX: without end */
    uint64_t step;
    uint64_t batch; /* of all ranks: the next of this one */
    uint64_t at;    /* pieces that FAIR has gone through */
    size_t n_sources;
    /* [n_sources] NULL: not served, nor in the middle of an epoch */
    struct ng_sampler **samplers;
    uint64_t *served; /* [n_sources] by this rank */
    size_t n_active;
    uint32_t *active; /* [n_active] sources in turn of FAIR */
    struct ng_fair *fair;
    uint64_t *starts;  /* [batch_size] */
    uint32_t *sources; /* [batch_size] */
};

/* The sampler of source I.  */
static enum ng_err
new_sampler (struct ng_mixture *m, const struct ng_mixture_source *source,
             size_t i)
{
    struct ng_sampler_spec own = m->spec;

    own.seed = ng_random_key (m->spec.seed, KEY_SOURCE, source->number);
    own.n_tokens = source->n_tokens;
    own.batch_size = 1;
    own.n_epochs = 0;
    own.rank = 0;
    own.world = 1;
    own.origin = source->origin;
    own.origin.step = 0;
    return ng_sampler_new (&own, source->name, m->fault, &m->samplers[i]);
}

/* Is the source, though it is not served now, in the middle of an epoch?  Then
   that has to be cut anew where the sizes change.  */
static bool
stands_within (const struct ng_mixture_source *source)
{
    return source->origin.done > 0 || source->origin.n_cuts > 0;
}

static enum ng_err
new_sources (struct ng_mixture *m, const struct ng_mixture_spec *spec)
{
    uint64_t *shares = ng_alloc_array (spec->n_sources, sizeof *shares);
    enum ng_err err = shares ? NG_OK : NG_ENOMEM;

    for (size_t i = 0; err == NG_OK && i < spec->n_sources; i++)
    {
        const struct ng_mixture_source *source = &spec->sources[i];

        if (source->share > 0)
        {
            shares[m->n_active] = source->share;
            m->active[m->n_active++] = (uint32_t) i;
        }
        if (source->share > 0 || stands_within (source))
            err = new_sampler (m, source, i);
    }
    if (err == NG_OK)
        err = ng_fair_new (shares, m->n_active, &m->fair);
    free (shares);
    return err;
}

enum ng_err
ng_mixture_new (const struct ng_mixture_spec *spec, struct ng_fault *fault,
                struct ng_mixture **mixture)
{
    size_t n = spec->n_sources;
    uint64_t rows = spec->spec.batch_size;
    struct ng_mixture *m;
    enum ng_err err;

    assert (spec->spec.mode != NG_MODE_SEQUENTIAL);
    if (spec->n_pieces > 0 && spec->n_pieces < rows)
        return ng_fault_set (fault, NG_EINVAL, NULL,
                             "the mixture has %" PRIu64
                             " piece%s, a batch needs %" PRIu64,
                             spec->n_pieces, ng_plural (spec->n_pieces), rows);
    m = calloc (1, sizeof *m);
    if (!m)
        return NG_ENOMEM;
    m->spec = spec->spec;
    m->fault = fault;
    m->origin_step = m->step = spec->step;
    m->n_batches = spec->n_pieces > 0 ? spec->n_pieces / rows : UINT64_MAX;
    m->batch = spec->spec.rank;
    m->n_sources = n;
    m->samplers = ng_calloc_array (n, sizeof *m->samplers);
    m->served = ng_calloc_array (n, sizeof *m->served);
    m->active = ng_calloc_array (n, sizeof *m->active);
    m->starts = ng_alloc_array (rows, sizeof *m->starts);
    m->sources = ng_alloc_array (rows, sizeof *m->sources);
    err = m->samplers && m->served && m->active && m->starts && m->sources
              ? new_sources (m, spec)
              : NG_ENOMEM;
    if (err != NG_OK)
    {
        ng_mixture_free (m);
        return err;
    }
    *mixture = m;
    return NG_OK;
}

/* Stand after the first AT pieces of all.  */
static enum ng_err
go_to (struct ng_mixture *m, uint64_t at)
{
    enum ng_err err = ng_fair_seek (m->fair, at);

    for (size_t a = 0; err == NG_OK && a < m->n_active; a++)
        err = ng_sampler_seek (m->samplers[m->active[a]],
                               ng_fair_count (m->fair, a));
    m->at = at;
    return err;
}

enum ng_err
ng_mixture_seek (struct ng_mixture *m, uint64_t step)
{
    const struct ng_sampler_spec *spec = &m->spec;
    uint64_t batch, at;

    if (!ng_ckd_mul (step - m->origin_step, spec->world, &batch)
        || !ng_ckd_add (batch, spec->rank, &batch)
        || !ng_ckd_mul (batch, spec->batch_size, &at) || at > NG_FAIR_TOTAL_MAX)
        return ng_fault_set (m->fault, NG_EOVERFLOW, NULL,
                             "step %" PRIu64 " is too far", step);
    /* The step after the last is a place to be.  */
    if (batch > m->n_batches && batch - m->n_batches >= spec->world)
    {
        uint64_t steps = m->origin_step;

        if (m->n_batches > spec->rank)
            steps += (m->n_batches - spec->rank - 1) / spec->world + 1;
        return ng_fault_set (m->fault, NG_EINVAL, NULL,
                             "there is no step %" PRIu64
                             ": the run has %" PRIu64 " step%s in all",
                             step, steps, ng_plural (steps));
    }
    m->step = step;
    m->batch = batch;
    return go_to (m, at);
}

/* Take the next piece: its source, and a row of its sampler.  */
static enum ng_err
take_piece (struct ng_mixture *m, uint32_t *source, struct ng_batch_rows *row)
{
    uint32_t s = m->active[ng_fair_next (m->fair)];

    m->at++;
    *source = s;
    return ng_sampler_next (m->samplers[s], row);
}

enum ng_err
ng_mixture_next (struct ng_mixture *m, struct ng_batch_rows *rows,
                 const uint32_t **sources)
{
    uint64_t n = m->spec.batch_size;
    struct ng_batch_rows row = { .epoch = 0 };
    enum ng_err err = NG_OK;

    if (m->batch >= m->n_batches || m->batch > NG_FAIR_TOTAL_MAX / n - 1)
        return NG_END;
    while (m->at < m->batch * n)
    {
        uint32_t s = m->active[ng_fair_next (m->fair)];

        m->at++;
        ng_sampler_skip (m->samplers[s]);
    }
    for (uint64_t i = 0; err == NG_OK && i < n; i++)
    {
        err = take_piece (m, &m->sources[i], &row);
        if (err != NG_OK)
            return err;
        m->starts[i] = row.starts[0];
        m->served[m->sources[i]]++;
    }
    *sources = m->sources;
    rows->starts = m->starts;
    rows->n_rows = (size_t) n;
    rows->epoch = 0;
    rows->index = m->batch;
    rows->step = m->step++;
    m->batch += m->spec.world;
    return NG_OK;
}

uint64_t
ng_mixture_step (const struct ng_mixture *m)
{
    return m->step;
}

uint64_t
ng_mixture_served (const struct ng_mixture *m, size_t i)
{
    return m->served[i];
}

enum ng_err
ng_mixture_leave (struct ng_mixture *m, uint64_t step, size_t i,
                  const struct ng_sampler_spec *next, struct ng_origin *origin,
                  uint64_t *pieces)
{
    enum ng_err err;

    /* All ranks at STEP: the first of them is to serve next.  */
    m->spec.rank = 0;
    err = ng_mixture_seek (m, step);
    *pieces = 0;
    if (err == NG_OK && m->n_batches != UINT64_MAX
        && m->at > m->n_batches * m->spec.batch_size)
        err = go_to (m, m->n_batches * m->spec.batch_size);
    for (size_t a = 0; err == NG_OK && a < m->n_active; a++)
        if (m->active[a] == i)
            *pieces = ng_fair_count (m->fair, a);
    if (err == NG_OK && m->samplers[i])
    {
        struct ng_sampler_spec own = *next;

        own.batch_size = 1;
        err = ng_sampler_leave (m->samplers[i], *pieces, &own, origin);
    }
    return err;
}

void
ng_mixture_free (struct ng_mixture *m)
{
    if (!m)
        return;
    for (size_t i = 0; m->samplers && i < m->n_sources; i++)
        ng_sampler_free (m->samplers[i]);
    ng_fair_free (m->fair);
    free (m->samplers);
    free (m->served);
    free (m->active);
    free (m->starts);
    free (m->sources);
    free (m);
}
