#include <config.h>

#include "batch/sampler.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/mem.h"
#include "base/mt19937.h"
#include "base/random.h"

/* Purposes of the keys that are made from the seed.  */
enum
{
    KEY_OFFSET = 1,
    KEY_ORDER = 2,
    KEY_UNIFORM = 3
};

struct ng_sampler
{
    struct ng_sampler_spec spec;
    const char *file; /* to blame */
    struct ng_fault *fault;
    uint64_t *starts; /* [rows of this rank] */
    bool served;      /* there was a batch */
    uint64_t stride;  /* from one batch of this rank to its next */
    uint64_t phase;   /* this rank's first batch */
    uint64_t step;    /* the next one */

    /* The present epoch.  */
    bool started; /* its offset and order are known */
    uint64_t epoch;
    uint64_t offset;
    uint64_t n_batches; /* of all ranks */
    uint64_t next;      /* index of this rank's next; may be past the end */

    struct ng_order order; /* native, random */
    uint64_t uniform_key;
    struct ng_mt19937 mt; /* python */
    uint64_t n_drawn;     /* python: epochs that were drawn */
    uint64_t *list;       /* python, random: shuffled pieces */
    size_t cap_list;
};

/* ------------------------------------------------------------ sizes of epochs */

/* Offsets drawn for pieces of N_STEPS are from 0 to the result less one.  */
static uint64_t
count_offsets (const struct ng_sampler_spec *spec, uint64_t n_steps)
{
    if (spec->fixed_offset)
        return 1;
    return n_steps + (spec->mode == NG_MODE_SEQUENTIAL ? 1 : 0);
}

/* Tokens that can be features if the corpus is read from OFFSET on.  */
static uint64_t
count_usable (const struct ng_sampler_spec *spec, uint64_t offset)
{
    return spec->n_tokens > offset ? spec->n_tokens - offset - 1 : 0;
}

/* What an epoch has of pieces of its last cut, or of columns.  */
static uint64_t
count_units (const struct ng_sampler_spec *spec, uint64_t epoch,
             uint64_t offset)
{
    const struct ng_origin *origin = &spec->origin;
    uint64_t usable = count_usable (spec, offset), n;

    if (spec->mode == NG_MODE_SEQUENTIAL)
        return usable / spec->batch_size;
    if (epoch != origin->epoch || origin->n_cuts == 0)
        return usable / spec->n_steps;
    n = usable / origin->cuts[0].n_steps;
    for (size_t c = 0; c < origin->n_cuts; c++)
    {
        uint64_t next = c + 1 < origin->n_cuts ? origin->cuts[c + 1].n_steps
                                               : spec->n_steps;

        if (origin->cuts[c].n_served >= n)
            return 0;
        n = (n - origin->cuts[c].n_served) * (origin->cuts[c].n_steps / next);
    }
    return n;
}

/* Batches of all ranks in EPOCH.  */
static uint64_t
count_batches (const struct ng_sampler_spec *spec, uint64_t epoch,
               uint64_t offset)
{
    uint64_t units = count_units (spec, epoch, offset);
    uint64_t done = epoch == spec->origin.epoch ? spec->origin.done : 0;

    if (units < done)
        return 0;
    return (units - done)
           / (spec->mode == NG_MODE_SEQUENTIAL ? spec->n_steps
                                               : spec->batch_size);
}

/* Batches of an epoch that the origin is not in, at OFFSET.  */
static uint64_t
plain_batches (const struct ng_sampler_spec *spec, uint64_t offset)
{
    uint64_t usable = count_usable (spec, offset);

    /* Division of whole numbers by two in turn does not heed which is first,
       so this is the count of all modes.  */
    return usable / spec->n_steps / spec->batch_size;
}

/* The offset of EPOCH: a permutation of all offsets serves as many epochs as
   there are offsets, so each comes as often as any other, and the number of
   batches up to an epoch is found without visiting those before.  */
static uint64_t
native_offset (const struct ng_sampler_spec *spec, uint64_t epoch)
{
    uint64_t n_steps = spec->n_steps, n;
    struct ng_permutation p;

    if (spec->fixed_offset)
        return spec->offset;
    if (epoch == spec->origin.epoch && spec->origin.offset_steps > 0)
        n_steps = spec->origin.offset_steps;
    n = count_offsets (spec, n_steps);
    ng_permutation_init (&p, n,
                         ng_random_key (spec->seed, KEY_OFFSET, epoch / n));
    return ng_permute (&p, epoch % n);
}

static uint64_t
native_batches (const struct ng_sampler_spec *spec, uint64_t epoch)
{
    return count_batches (spec, epoch, native_offset (spec, epoch));
}

uint64_t
ng_sampler_epoch_batches (const struct ng_sampler *s, uint64_t epoch)
{
    if (epoch == s->epoch && s->started)
        return s->n_batches;
    return native_batches (&s->spec, epoch);
}

uint64_t
ng_sampler_epoch_offset (const struct ng_sampler *s, uint64_t epoch)
{
    if (epoch == s->epoch && s->started)
        return s->offset;
    return native_offset (&s->spec, epoch);
}

/* -------------------------------------------------------------------- making */

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
        return ng_fault_set (fault, NG_EINVAL, file,
                             "%shas %" PRIu64 " token%s: a batch of %" PRIu64
                             " row%s of %" PRIu64 " step%s from offset %" PRIu64
                             " needs %" PRIu64,
                             file ? "" : "the corpus ", spec->n_tokens,
                             ng_plural (spec->n_tokens), spec->batch_size,
                             ng_plural (spec->batch_size), spec->n_steps,
                             ng_plural (spec->n_steps), offset, need);
    return NG_OK;
}

/* The first row of rank RANK in a batch of sequential mode.  */
static uint64_t
first_row (const struct ng_sampler_spec *spec, uint64_t rank)
{
    __extension__ unsigned __int128 product =
        (unsigned __int128) rank * spec->batch_size;

    return (uint64_t) (product / spec->world);
}

uint64_t
ng_sampler_rows (const struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;

    if (spec->mode != NG_MODE_SEQUENTIAL)
        return spec->batch_size;
    return first_row (spec, spec->rank + 1) - first_row (spec, spec->rank);
}

enum ng_err
ng_sampler_new (const struct ng_sampler_spec *spec, const char *file,
                struct ng_fault *fault, struct ng_sampler **sampler)
{
    struct ng_sampler_spec own = *spec;
    struct ng_sampler *s;
    enum ng_err err;

    assert (spec->rank < spec->world);
    assert (spec->mode != NG_MODE_UNIFORM || spec->rng == NG_RNG_NATIVE);
    if (spec->mode == NG_MODE_UNIFORM)
    {
        own.fixed_offset = true;
        own.offset = 0;
    }
    err = check_length (&own, own.fixed_offset ? own.offset : 0, file, fault);
    if (err != NG_OK)
        return err;
    s = calloc (1, sizeof *s);
    if (!s)
        return NG_ENOMEM;
    s->spec = own;
    s->file = file;
    s->fault = fault;
    s->stride = spec->mode == NG_MODE_SEQUENTIAL ? 1 : spec->world;
    s->phase = spec->mode == NG_MODE_SEQUENTIAL ? 0 : spec->rank;
    s->epoch = spec->origin.epoch;
    s->step = spec->origin.step;
    s->next = s->phase;
    s->starts = ng_alloc_array (ng_sampler_rows (s), sizeof *s->starts);
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

void
ng_sampler_free (struct ng_sampler *s)
{
    if (!s)
        return;
    free (s->starts);
    free (s->list);
    free (s);
}

/* --------------------------------------------------------- starting an epoch */

/* Draw the offset and, in random mode, shuffle the list of all pieces, also
   those that do not fill a batch, as the textbook's loaders do.  */
static enum ng_err
draw_python_epoch (struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t n_pieces;
    uint64_t *list;

    s->offset =
        spec->fixed_offset
            ? spec->offset
            : ng_mt19937_below (&s->mt, count_offsets (spec, spec->n_steps));
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

/* The generator's sequence has no way but forward: seed again to go back.  */
static enum ng_err
start_python (struct ng_sampler *s)
{
    enum ng_err err = NG_OK;

    if (s->n_drawn > s->epoch)
    {
        ng_mt19937_seed (&s->mt, s->spec.seed);
        s->n_drawn = 0;
    }
    for (; err == NG_OK && s->n_drawn <= s->epoch; s->n_drawn++)
        err = draw_python_epoch (s);
    return err;
}

static void
start_native (struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    const struct ng_origin *origin = &spec->origin;
    uint64_t key = ng_random_key (spec->seed, KEY_ORDER, s->epoch);
    bool cut = s->epoch == origin->epoch && origin->n_cuts > 0;
    uint64_t n_steps = cut ? origin->cuts[0].n_steps : spec->n_steps;
    uint64_t n_pieces;

    s->offset = native_offset (spec, s->epoch);
    s->uniform_key = ng_random_key (spec->seed, KEY_UNIFORM, s->epoch);
    n_pieces = count_usable (spec, s->offset) / n_steps;
    if (spec->mode != NG_MODE_RANDOM || n_pieces == 0)
        return;
    ng_order_init (&s->order, s->offset, n_steps, n_pieces, key);
    for (size_t c = 0; cut && c < origin->n_cuts; c++)
    {
        if (origin->cuts[c].n_served >= ng_order_pieces (&s->order))
            return;
        n_steps = c + 1 < origin->n_cuts ? origin->cuts[c + 1].n_steps
                                         : spec->n_steps;
        ng_order_recut (&s->order, origin->cuts[c].n_served, n_steps,
                        ng_random_key (key, KEY_ORDER, c));
    }
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
    s->n_batches = count_batches (&s->spec, s->epoch, s->offset);
    s->started = true;
    return NG_OK;
}

/* ------------------------------------------------------------------- serving */

/* Units of the present epoch that were served before its batch 0.  */
static uint64_t
done_before (const struct ng_sampler *s)
{
    return s->epoch == s->spec.origin.epoch ? s->spec.origin.done : 0;
}

static void
fill_pieces (struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t first = done_before (s) + s->next * spec->batch_size;

    if (spec->mode == NG_MODE_RANDOM && spec->rng == NG_RNG_NATIVE)
    {
        ng_order_starts (&s->order, first, (size_t) spec->batch_size,
                         s->starts);
        return;
    }
    for (uint64_t i = 0; i < spec->batch_size; i++)
        if (spec->mode == NG_MODE_UNIFORM)
            s->starts[i] =
                ng_random_scale (ng_random_at (s->uniform_key, first + i),
                                 spec->n_tokens - spec->n_steps);
        else
            s->starts[i] = s->offset + s->list[first + i] * spec->n_steps;
}

static void
fill_sequential (struct ng_sampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t columns = count_usable (spec, s->offset) / spec->batch_size;
    uint64_t row = first_row (spec, spec->rank), n = ng_sampler_rows (s);
    uint64_t column = done_before (s) + s->next * spec->n_steps;

    for (uint64_t i = 0; i < n; i++)
        s->starts[i] = s->offset + (row + i) * columns + column;
}

/* The corpus holds a batch, but not from the offset that was drawn.  */
static enum ng_err
none_served (struct ng_sampler *s)
{
    enum ng_err err;

    if (s->step > 0 || s->spec.world > 1)
        return NG_END;
    err = check_length (&s->spec, s->offset, s->file, s->fault);
    return err == NG_OK ? NG_END : err;
}

/* STEP, or the epoch that it is in, is more than can be counted.  */
static enum ng_err
too_far (const struct ng_sampler *s, uint64_t step)
{
    return ng_fault_set (s->fault, NG_EOVERFLOW, s->file,
                         "step %" PRIu64 " is too far", step);
}

static bool skip_epochs (const struct ng_sampler_spec *spec, uint64_t *epoch,
                         uint64_t *n);

/* Go on to the epoch that has the batch NEXT.  */
static enum ng_err
find_next (struct ng_sampler *s)
{
    enum ng_err err;

    while (!s->started || s->next >= s->n_batches)
    {
        if (s->started)
        {
            if (s->spec.n_epochs > 0 && s->epoch + 1 >= s->spec.n_epochs)
                return NG_END;
            if (s->epoch == UINT64_MAX)
                return too_far (s, s->step);
            s->epoch++;
            s->next -= s->n_batches;
            s->started = false;
            /* Of many ranks one may serve nothing in most epochs.  */
            if (s->spec.rng == NG_RNG_NATIVE
                && !skip_epochs (&s->spec, &s->epoch, &s->next))
                return s->spec.n_epochs > 0 ? NG_END : too_far (s, s->step);
        }
        if (s->spec.n_epochs > 0 && s->epoch >= s->spec.n_epochs)
            return NG_END;
        err = start_epoch (s);
        if (err != NG_OK)
            return err;
    }
    return NG_OK;
}

enum ng_err
ng_sampler_next (struct ng_sampler *s, struct ng_batch_rows *rows)
{
    enum ng_err err;

    if (ng_sampler_rows (s) == 0)
        return NG_END;
    if (s->step == UINT64_MAX)
        return too_far (s, s->step);
    err = find_next (s);
    if (err == NG_END && !s->served)
        return none_served (s);
    if (err != NG_OK)
        return err;
    if (s->spec.mode == NG_MODE_SEQUENTIAL)
        fill_sequential (s);
    else
        fill_pieces (s);
    rows->starts = s->starts;
    rows->n_rows = (size_t) ng_sampler_rows (s);
    rows->epoch = s->epoch;
    rows->index = s->next;
    rows->step = s->step++;
    s->next += s->stride;
    s->served = true;
    return NG_OK;
}

void
ng_sampler_skip (struct ng_sampler *s)
{
    s->next += s->stride;
    s->step++;
    s->served = true;
}

uint64_t
ng_sampler_step (const struct ng_sampler *s)
{
    return s->step;
}

/* ------------------------------------------------------------------- seeking */

/* Batches in the N offsets of a whole round of epochs: offsets up to a bound
   give one batch more than those after it.  */
static uint64_t
round_batches (const struct ng_sampler_spec *spec, uint64_t n)
{
    uint64_t first = spec->fixed_offset ? spec->offset : 0;
    uint64_t most = plain_batches (spec, first), low = 0, high = n;

    while (low < high)
    {
        uint64_t middle = low + (high - low) / 2;

        if (plain_batches (spec, first + middle) == most)
            low = middle + 1;
        else
            high = middle;
    }
    assert (plain_batches (spec, first + n - 1) + 1 >= most);
    return n * most - (n - low);
}

/* Go N batches on from the start of EPOCH, which the origin is not in: set
   EPOCH, and N to the index within it.  False if there are not so many; then
   N is the index past the last.  Without end of epochs, false if there are more
   than can be counted.  */
static bool
skip_epochs (const struct ng_sampler_spec *spec, uint64_t *epoch, uint64_t *n)
{
    uint64_t n_offsets = count_offsets (spec, spec->n_steps);
    uint64_t per_round = round_batches (spec, n_offsets);
    uint64_t most = plain_batches (spec, spec->fixed_offset ? spec->offset : 0);

    /* If all epochs have as many, none needs to be visited.  */
    if (per_round == most * n_offsets)
    {
        per_round = most;
        n_offsets = 1;
    }
    while (spec->n_epochs == 0 || *epoch < spec->n_epochs)
    {
        uint64_t here, jump, rounds = 0;

        if (*epoch % n_offsets == 0)
            rounds = *n / per_round;
        if (spec->n_epochs > 0
            && rounds > (spec->n_epochs - *epoch) / n_offsets)
            rounds = (spec->n_epochs - *epoch) / n_offsets;
        if (rounds > 0)
        {
            if (!ng_ckd_mul (rounds, n_offsets, &jump)
                || !ng_ckd_add (*epoch, jump, epoch))
                return false;
            *n -= rounds * per_round;
            continue;
        }
        here = plain_batches (spec, native_offset (spec, *epoch));
        if (*n < here)
            return true;
        *n -= here;
        if (!ng_ckd_add (*epoch, 1, epoch))
            return false;
    }
    return false;
}

/* Set epoch and NEXT to batch N since the origin; false as above.  */
static bool
locate_native (struct ng_sampler *s, uint64_t n)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t here;
    bool found = true;

    s->epoch = spec->origin.epoch;
    s->next = n;
    if (spec->n_epochs > 0 && s->epoch >= spec->n_epochs)
        return false;
    here = native_batches (spec, s->epoch);
    if (n >= here)
    {
        if (s->epoch == UINT64_MAX)
            return false;
        s->next -= here;
        s->epoch++;
        found = skip_epochs (spec, &s->epoch, &s->next);
    }
    return found;
}

/* The same; the generator goes through the epochs before.  */
static enum ng_err
locate_python (struct ng_sampler *s, uint64_t n, bool *found)
{
    const struct ng_sampler_spec *spec = &s->spec;

    s->next = n;
    for (s->epoch = spec->origin.epoch;
         spec->n_epochs == 0 || s->epoch < spec->n_epochs; s->epoch++)
    {
        enum ng_err err = start_epoch (s);

        if (err != NG_OK)
            return err;
        if (s->next < s->n_batches)
        {
            *found = true;
            return NG_OK;
        }
        s->next -= s->n_batches;
    }
    *found = false;
    return NG_OK;
}

/* Stand before batch N since the origin, or at the end if it is that.  */
static enum ng_err
locate (struct ng_sampler *s, uint64_t step, uint64_t n)
{
    enum ng_err err = NG_OK;
    bool found = true;
    uint64_t total, steps;

    s->started = false;
    if (s->spec.rng == NG_RNG_PYTHON)
        err = locate_python (s, n, &found);
    else
        found = locate_native (s, n);
    if (err != NG_OK)
        return err;
    if (found)
        return start_epoch (s);
    s->started = false;
    if (s->spec.n_epochs == 0)
        return too_far (s, step);
    total = n - s->next;
    steps = s->spec.origin.step;
    if (total > s->phase)
        steps += (total - s->phase - 1) / s->stride + 1;
    if (step == steps)
        return NG_OK;
    return ng_fault_set (s->fault, NG_EINVAL, s->file,
                         "there is no step %" PRIu64 ": the run has %" PRIu64
                         " step%s in all",
                         step, steps, ng_plural (steps));
}

enum ng_err
ng_sampler_seek (struct ng_sampler *s, uint64_t step)
{
    uint64_t n;

    assert (step >= s->spec.origin.step);
    if (!ng_ckd_mul (step - s->spec.origin.step, s->stride, &n)
        || !ng_ckd_add (n, s->phase, &n))
        return too_far (s, step);
    s->step = step;
    return locate (s, step, n);
}

/* ------------------------------------------------------------------- leaving */

/* *ORIGIN stands where the epoch goes on, with pieces of OLD steps; make it go
   on with pieces of N_STEPS.  */
static enum ng_err
recut (const struct ng_sampler *s, uint64_t n_steps, struct ng_origin *origin)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t old = spec->n_steps;

    if (spec->mode == NG_MODE_SEQUENTIAL)
        return NG_OK;
    if (spec->mode == NG_MODE_UNIFORM)
    {
        uint64_t tokens = origin->done * old;

        origin->done = tokens / n_steps + (tokens % n_steps > 0 ? 1 : 0);
        return NG_OK;
    }
    if (old % n_steps != 0)
        return ng_fault_set (
            s->fault, NG_EINVAL, NULL,
            "epoch %" PRIu64 " is cut into pieces of %" PRIu64
            ": it can go on only with a --num-steps that divides that, or"
            " change at its end",
            origin->epoch, old);
    if (origin->n_cuts == NG_CUTS_MAX)
        return ng_fault_set (s->fault, NG_ELIMIT, NULL,
                             "--num-steps changed %d times within epoch"
                             " %" PRIu64,
                             NG_CUTS_MAX, origin->epoch);
    origin->cuts[origin->n_cuts].n_steps = old;
    origin->cuts[origin->n_cuts++].n_served = origin->done;
    origin->done = 0;
    return NG_OK;
}

/* Can the present epoch go on with NEXT's B and T?  */
static enum ng_err
check_change (const struct ng_sampler *s, const struct ng_sampler_spec *next)
{
    const struct ng_sampler_spec *spec = &s->spec;

    if (spec->rng == NG_RNG_PYTHON && next->n_steps != spec->n_steps)
        return ng_fault_set (s->fault, NG_EINVAL, NULL,
                             "with --rng=python --num-steps cannot change:"
                             " the generator's state depends on it");
    if (spec->mode == NG_MODE_SEQUENTIAL
        && next->batch_size != spec->batch_size)
        return ng_fault_set (s->fault, NG_EINVAL, NULL,
                             "the rows of sequential epoch %" PRIu64
                             " are laid out for --batch-size=%" PRIu64
                             ": it can change only at the epoch's end",
                             s->epoch, spec->batch_size);
    return NG_OK;
}

enum ng_err
ng_sampler_leave (struct ng_sampler *s, uint64_t step,
                  const struct ng_sampler_spec *next, struct ng_origin *origin)
{
    const struct ng_sampler_spec *spec = &s->spec;
    struct ng_origin o = spec->origin;
    enum ng_err err;

    /* All ranks at STEP: the first of them is to serve next.  */
    s->phase = 0;
    err = ng_sampler_seek (s, step);
    if (err != NG_OK)
        return err;
    if (s->epoch != o.epoch)
        o = (struct ng_origin){ .epoch = s->epoch };
    o.step = step;
    if (s->started)
        o.done += s->next
                  * (spec->mode == NG_MODE_SEQUENTIAL ? spec->n_steps
                                                      : spec->batch_size);
    if (o.done > 0 || o.n_cuts > 0 || spec->rng == NG_RNG_PYTHON)
    {
        err = check_change (s, next);
        if (err == NG_OK && next->n_steps != spec->n_steps)
        {
            if (o.offset_steps == 0)
                o.offset_steps = spec->n_steps;
            err = recut (s, next->n_steps, &o);
        }
        if (err != NG_OK)
            return err;
    }
    *origin = o;
    return NG_OK;
}
