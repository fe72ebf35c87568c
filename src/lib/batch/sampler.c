#include <config.h>

#include "batch/sampler.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/mem.h"
#include "base/mt19937.h"
#include "base/random.h"
#include "batch/permute.h"

/* Purposes of the keys that are made from the seed.  */
enum
{
    KEY_OFFSET = 1,
    KEY_ORDER = 2
};

struct ng_sampler
{
    struct ng_sampler_spec spec;
    const char *file; /* to blame */
    struct ng_fault *fault;
    uint64_t *starts; /* [batch_size] */
    bool served;      /* there was a batch */

    /* The present epoch.  */
    bool started; /* its offset and order are known */
    uint64_t epoch;
    uint64_t offset;
    uint64_t n_batches;
    uint64_t next; /* index of the next batch */

    struct ng_permutation order; /* native, random */
    struct ng_mt19937 mt;        /* python */
    uint64_t *list;              /* python, random: shuffled pieces */
    size_t cap_list;
};

/* Offsets are from 0 to the result less one.  */
static uint64_t
count_offsets (const struct ng_sampler_spec *spec)
{
    if (spec->fixed_offset)
        return 1;
    return spec->n_steps + (spec->mode == NG_MODE_SEQUENTIAL ? 1 : 0);
}

/* Tokens that can be features if the corpus is read from OFFSET on.  */
static uint64_t
count_usable (const struct ng_sampler_spec *spec, uint64_t offset)
{
    return spec->n_tokens > offset ? spec->n_tokens - offset - 1 : 0;
}

static uint64_t
count_batches (const struct ng_sampler_spec *spec, uint64_t offset)
{
    uint64_t usable = count_usable (spec, offset);

    /* Division of whole numbers by two in turn does not heed which is first,
       so this is both modes' count.  */
    return usable / spec->n_steps / spec->batch_size;
}

/* The offset of EPOCH: a permutation of all offsets serves as many epochs as
   there are offsets, so each comes as often as any other, and the number of
   batches up to an epoch is found without visiting those before.  */
static uint64_t
native_offset (const struct ng_sampler_spec *spec, uint64_t epoch)
{
    uint64_t n = count_offsets (spec);
    struct ng_permutation p;

    if (spec->fixed_offset)
        return spec->offset;
    ng_permutation_init (&p, n,
                         ng_random_key (spec->seed, KEY_OFFSET, epoch / n));
    return ng_permute (&p, epoch % n);
}

/* Are there the tokens that one batch needs, if OFFSET are skipped?  */
static enum ng_err
check_length (const struct ng_sampler_spec *spec, uint64_t offset,
              const char *file, struct ng_fault *fault)
{
    uint64_t need;

    if (!ng_ckd_mul (spec->batch_size, spec->n_steps, &need)
        || !ng_ckd_add (need, 1, &need) || !ng_ckd_add (need, offset, &need))
        return ng_fault_set (fault, NG_EOVERFLOW, NULL,
                             "a batch of %" PRIu64 " x %" PRIu64
                             " is too large",
                             spec->batch_size, spec->n_steps);
    if (spec->n_tokens < need)
        return ng_fault_set (
            fault, NG_EINVAL, file,
            "%" PRIu64 " tokens are too few: a batch of %" PRIu64
            " rows of %" PRIu64 " steps from offset %" PRIu64 " needs %" PRIu64,
            spec->n_tokens, spec->batch_size, spec->n_steps, offset, need);
    return NG_OK;
}

enum ng_err
ng_sampler_new (const struct ng_sampler_spec *spec, const char *file,
                struct ng_fault *fault, struct ng_sampler **sampler)
{
    struct ng_sampler *s;
    enum ng_err err =
        check_length (spec, spec->fixed_offset ? spec->offset : 0, file, fault);

    if (err != NG_OK)
        return err;
    s = calloc (1, sizeof *s);
    if (!s)
        return NG_ENOMEM;
    s->spec = *spec;
    s->file = file;
    s->fault = fault;
    s->starts = ng_alloc_array (spec->batch_size, sizeof *s->starts);
    if (!s->starts)
    {
        free (s);
        return NG_ENOMEM;
    }
    if (spec->rng == NG_RNG_PYTHON)
        ng_mt19937_seed (&s->mt, spec->seed);
    *sampler = s;
    return NG_OK;
}

/* Draw the offset and, in random mode, shuffle the list of all pieces, also
   those that do not fill a batch, as the textbook's loaders do.  */
static enum ng_err
start_python (struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t n_pieces;
    uint64_t *list;

    s->offset = spec->fixed_offset
                    ? spec->offset
                    : ng_mt19937_below (&s->mt, count_offsets (spec));
    if (spec->mode == NG_MODE_SEQUENTIAL)
        return NG_OK;
    n_pieces = count_usable (spec, s->offset) / spec->n_steps;
    list = ng_grow (s->list, &s->cap_list, n_pieces, sizeof *list);
    if (!list)
        return NG_ENOMEM;
    s->list = list;
    for (uint64_t j = 0; j < n_pieces; j++)
        list[j] = j;
    ng_mt19937_shuffle (&s->mt, list, (size_t) n_pieces);
    return NG_OK;
}

static void
start_native (struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t n_pieces;

    s->offset = native_offset (spec, s->epoch);
    n_pieces = count_usable (spec, s->offset) / spec->n_steps;
    if (spec->mode == NG_MODE_RANDOM && n_pieces > 0)
        ng_permutation_init (&s->order, n_pieces,
                             ng_random_key (spec->seed, KEY_ORDER, s->epoch));
}

static enum ng_err
start_epoch (struct ng_sampler *s)
{
    enum ng_err err = NG_OK;

    if (s->spec.rng == NG_RNG_PYTHON)
        err = start_python (s);
    else
        start_native (s);
    if (err != NG_OK)
        return err;
    s->n_batches = count_batches (&s->spec, s->offset);
    s->next = 0;
    s->started = true;
    return NG_OK;
}

static void
fill_random (struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t first = s->next * spec->batch_size;

    for (uint64_t i = 0; i < spec->batch_size; i++)
    {
        uint64_t piece = spec->rng == NG_RNG_PYTHON
                             ? s->list[first + i]
                             : ng_permute (&s->order, first + i);

        s->starts[i] = s->offset + piece * spec->n_steps;
    }
}

static void
fill_sequential (struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t columns = count_usable (spec, s->offset) / spec->batch_size;

    for (uint64_t i = 0; i < spec->batch_size; i++)
        s->starts[i] = s->offset + i * columns + s->next * spec->n_steps;
}

/* The corpus holds a batch, but not from the offset that was drawn.  */
static enum ng_err
none_served (struct ng_sampler *s)
{
    enum ng_err err = check_length (&s->spec, s->offset, s->file, s->fault);

    return err == NG_OK ? NG_END : err;
}

enum ng_err
ng_sampler_next (struct ng_sampler *s, struct ng_batch_rows *rows)
{
    while (!s->started || s->next == s->n_batches)
    {
        enum ng_err err;

        if (s->started)
            s->epoch++;
        s->started = false;
        if (s->spec.n_epochs > 0 && s->epoch >= s->spec.n_epochs)
            return s->served ? NG_END : none_served (s);
        err = start_epoch (s);
        if (err != NG_OK)
            return err;
    }
    if (s->spec.mode == NG_MODE_RANDOM)
        fill_random (s);
    else
        fill_sequential (s);
    rows->starts = s->starts;
    rows->n_rows = (size_t) s->spec.batch_size;
    rows->epoch = s->epoch;
    rows->index = s->next++;
    s->served = true;
    return NG_OK;
}

uint64_t
ng_sampler_epoch_batches (const struct ng_sampler *s, uint64_t epoch)
{
    if (epoch == s->epoch && s->started)
        return s->n_batches;
    return count_batches (&s->spec, native_offset (&s->spec, epoch));
}

void
ng_sampler_free (struct ng_sampler *s)
{
    if (!s)
        return;
    free (s->starts);
    free (s->list);
    free (s);
}
