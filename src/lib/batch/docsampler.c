#include <config.h>

#include "batch/docsampler.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/mem.h"
#include "base/random.h"
#include "batch/permute.h"

enum
{
    WINDOW_ROWS = 8192,
    WARM_BATCHES = 32, /* from one look at what is in memory to the next */
    KEY_ROWS = 5,      /* purposes of keys, see sampler.c and mixture.c */
    KEY_WINDOW = 6
};

/* A row of a window, and where it was before it was sorted.  */
struct window_row
{
    struct ng_part part;
    uint64_t place;
};

struct ng_docsampler
{
    struct ng_sampler_spec spec;
    enum ng_documents_kind kind;
    struct ng_documents *docs; /* borrowed */
    const char *file;          /* to blame */
    struct ng_fault *fault;
    uint64_t n_rows;    /* U, of the corpus */
    uint64_t n_batches; /* of an epoch from its start */
    uint64_t stride;    /* from one batch of this rank to its next */
    uint64_t phase;     /* this rank's first batch */
    uint64_t step;      /* the next one */
    uint64_t batch;     /* the same, of all ranks since the origin */
    struct ng_parts parts;
    size_t *ends; /* [rows of this rank] */

    /* The order of EPOCH, if HAS_ORDER.  */
    bool has_order;
    uint64_t epoch;
    uint64_t key;
    struct ng_permutation order;

    /* Sentence: window WINDOW of EPOCH, if HAS_WINDOW.  */
    bool has_window;
    uint64_t window;
    uint64_t window_batches; /* N, of all but the last */
    struct window_row *rows;

    uint64_t n_warm; /* batches until the next look at what is in memory */

    struct ng_accounts accounts;
    bool served;
    uint64_t first_epoch; /* that a batch was served of */
};

/* -------------------------------------------------------------------- making */

/* The first row of rank RANK in a batch of sequential mode.  */
static uint64_t
first_row (const struct ng_sampler_spec *spec, uint64_t rank)
{
    __extension__ unsigned __int128 product =
        (unsigned __int128) rank * spec->batch_size;

    return (uint64_t) (product / spec->world);
}

uint64_t
ng_docsampler_rows (const struct ng_docsampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;

    if (spec->mode != NG_MODE_SEQUENTIAL)
        return spec->batch_size;
    return first_row (spec, spec->rank + 1) - first_row (spec, spec->rank);
}

/* Memory for a window.  */
static enum ng_err
make_window (struct ng_docsampler *s)
{
    uint64_t batch = s->spec.batch_size;

    s->window_batches = batch < WINDOW_ROWS ? WINDOW_ROWS / batch : 1;
    if (s->window_batches > s->n_batches)
        s->window_batches = s->n_batches;
    s->rows = ng_alloc_array (s->window_batches * batch, sizeof *s->rows);
    return s->rows ? NG_OK : NG_ENOMEM;
}

enum ng_err
ng_docsampler_new (const struct ng_sampler_spec *spec,
                   enum ng_documents_kind kind, struct ng_documents *docs,
                   const char *file, struct ng_fault *fault,
                   struct ng_docsampler **result)
{
    const struct ng_documents_counts *counts = ng_documents_count (docs);
    bool sequential = spec->mode == NG_MODE_SEQUENTIAL;
    struct ng_docsampler *s;
    enum ng_err err = NG_OK;

    assert (spec->rank < spec->world && spec->mode != NG_MODE_UNIFORM);
    assert (!sequential || kind == NG_DOCUMENTS_WHOLE);
    if (counts->n_rows < spec->batch_size)
        return ng_fault_set (fault, NG_EINVAL, file,
                             "%shas %" PRIu64 " row%s of %" PRIu64
                             " document%s: a batch needs %" PRIu64,
                             file ? "" : "the corpus ", counts->n_rows,
                             ng_plural (counts->n_rows), counts->n_documents,
                             ng_plural (counts->n_documents), spec->batch_size);
    s = calloc (1, sizeof *s);
    if (!s)
        return NG_ENOMEM;
    s->spec = *spec;
    s->kind = kind;
    s->docs = docs;
    s->file = file;
    s->fault = fault;
    s->n_rows = counts->n_rows;
    s->n_batches = counts->n_rows / spec->batch_size;
    s->stride = sequential ? 1 : spec->world;
    s->phase = sequential ? 0 : spec->rank;
    s->step = spec->origin.step;
    s->batch = s->phase;
    s->ends = ng_alloc_array (ng_docsampler_rows (s), sizeof *s->ends);
    if (!s->ends)
        err = NG_ENOMEM;
    if (err == NG_OK && kind == NG_DOCUMENTS_SENTENCE)
        err = make_window (s);
    if (err != NG_OK)
    {
        ng_docsampler_free (s);
        return err;
    }
    *result = s;
    return NG_OK;
}

void
ng_docsampler_free (struct ng_docsampler *s)
{
    if (!s)
        return;
    free (s->parts.list);
    free (s->ends);
    free (s->rows);
    free (s);
}

/* -------------------------------------------------------------------- locating */

/* Rows, or columns if sequential, of EPOCH before the origin.  */
static uint64_t
done_before (const struct ng_docsampler *s, uint64_t epoch)
{
    return epoch == s->spec.origin.epoch ? s->spec.origin.done : 0;
}

/* Batches of EPOCH after the origin.  */
static uint64_t
epoch_batches (const struct ng_docsampler *s, uint64_t epoch)
{
    uint64_t done = done_before (s, epoch);
    uint64_t all =
        s->spec.mode == NG_MODE_SEQUENTIAL ? s->n_batches : s->n_rows;

    if (all < done)
        return 0;
    return s->spec.mode == NG_MODE_SEQUENTIAL
               ? all - done
               : (all - done) / s->spec.batch_size;
}

/* The epoch of batch N since the origin, and its index there, after what is
   before the origin, into *INDEX.  False if it is past the end; *EPOCH is the
   one after the last then.  */
static bool
locate (const struct ng_docsampler *s, uint64_t n, uint64_t *epoch,
        uint64_t *index)
{
    const struct ng_sampler_spec *spec = &s->spec;
    uint64_t first = epoch_batches (s, spec->origin.epoch);

    *epoch = spec->origin.epoch;
    *index = n;
    if (n >= first)
    {
        *epoch += 1 + (n - first) / s->n_batches;
        *index = (n - first) % s->n_batches;
    }
    if (spec->n_epochs == 0 || *epoch < spec->n_epochs)
        return true;
    *epoch = spec->n_epochs;
    *index = 0;
    return false;
}

/* The steps of this rank in all, if there is an end; as many as 64 bits tell
   of, if they are more.  */
static uint64_t
count_steps (const struct ng_docsampler *s)
{
    const struct ng_sampler_spec *spec = &s->spec;
    const struct ng_origin *origin = &spec->origin;
    uint64_t n = 0;

    if (origin->epoch < spec->n_epochs
        && (!ng_ckd_mul (spec->n_epochs - origin->epoch - 1, s->n_batches, &n)
            || !ng_ckd_add (n, epoch_batches (s, origin->epoch), &n)))
        n = UINT64_MAX;
    n = n > s->phase ? (n - s->phase - 1) / s->stride + 1 : 0;
    return ng_ckd_add (n, origin->step, &n) ? n : UINT64_MAX;
}

enum ng_err
ng_docsampler_seek (struct ng_docsampler *s, uint64_t step)
{
    uint64_t n, epoch, index;

    assert (step >= s->spec.origin.step);
    /* The batch, and its epoch at the most.  */
    if (!ng_ckd_mul (step - s->spec.origin.step, s->stride, &n)
        || !ng_ckd_add (n, s->phase, &n)
        || !ng_ckd_add (s->spec.origin.epoch, n / s->n_batches, &epoch)
        || !ng_ckd_add (epoch, 1, &epoch))
        return ng_fault_set (s->fault, NG_EOVERFLOW, s->file,
                             "step %" PRIu64 " is too far", step);
    if (!locate (s, n, &epoch, &index) && step > count_steps (s))
        return ng_fault_set (s->fault, NG_EINVAL, s->file,
                             "there is no step %" PRIu64
                             ": the run has %" PRIu64 " step%s in all",
                             step, count_steps (s),
                             ng_plural (count_steps (s)));
    s->step = step;
    s->batch = n;
    return NG_OK;
}

/* --------------------------------------------------------------------- serving */

/* Have the order of EPOCH.  */
static void
start_epoch (struct ng_docsampler *s, uint64_t epoch)
{
    if (s->has_order && s->epoch == epoch)
        return;
    s->key = ng_random_key (s->spec.seed, KEY_ROWS, epoch);
    ng_permutation_init (&s->order, s->n_rows, s->key);
    s->epoch = epoch;
    s->has_order = true;
    s->has_window = false;
}

/* N rows from place FIRST of the present order are going to be looked for: if
   they are not all in memory, ask for all of them, so that the disk has many
   requests at a time.  */
static void
ask_for (struct ng_docsampler *s, uint64_t first, uint64_t n)
{
    uint64_t i = 0;

    if (s->n_warm > 0)
    {
        s->n_warm--;
        return;
    }
    while (
        i < n
        && ng_documents_in_memory (s->docs, ng_permute (&s->order, first + i)))
        i++;
    if (i == n)
        s->n_warm = WARM_BATCHES;
    for (; i < n; i++)
        ng_documents_will_need (s->docs, ng_permute (&s->order, first + i));
}

/* Falling length, and the order of the permutation among equals.  */
static int
compare_rows (const void *a, const void *b)
{
    const struct window_row *x = a, *y = b;

    if (x->part.n_tokens != y->part.n_tokens)
        return x->part.n_tokens > y->part.n_tokens ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Find and sort the N rows of window WINDOW of the present epoch.  */
static enum ng_err
fill_window (struct ng_docsampler *s, uint64_t window, uint64_t n)
{
    uint64_t first = window * s->window_batches * s->spec.batch_size;

    s->has_window = false;
    ask_for (s, first, n);
    for (uint64_t i = 0; i < n; i++)
    {
        enum ng_err err;

        s->parts.n = 0;
        err = ng_documents_row (s->docs, ng_permute (&s->order, first + i),
                                &s->parts);
        if (err != NG_OK)
            return err;
        s->rows[i].part = s->parts.list[0];
        s->rows[i].place = i;
    }
    qsort (s->rows, (size_t) n, sizeof *s->rows, compare_rows);
    s->parts.n = 0;
    s->window = window;
    s->has_window = true;
    return NG_OK;
}

/* Batch INDEX of the present epoch, of like lengths: leave in *ROWS its rows,
   borrowed from the window.  */
static enum ng_err
find_sentences (struct ng_docsampler *s, uint64_t index,
                const struct window_row **rows)
{
    uint64_t window = index / s->window_batches;
    uint64_t first = window * s->window_batches;
    uint64_t n = s->n_batches - first;
    struct ng_permutation order;

    if (n > s->window_batches)
        n = s->window_batches;
    if (!s->has_window || s->window != window)
    {
        enum ng_err err = fill_window (s, window, n * s->spec.batch_size);

        if (err != NG_OK)
            return err;
    }
    ng_permutation_init (&order, n, ng_random_key (s->key, KEY_WINDOW, window));
    *rows = s->rows + ng_permute (&order, index - first) * s->spec.batch_size;
    return NG_OK;
}

/* The number of row I of this rank's share of batch INDEX after the origin, in
   the present epoch; not of sentences.  */
static uint64_t
row_number (const struct ng_docsampler *s, uint64_t index, uint64_t i)
{
    uint64_t done = done_before (s, s->epoch);

    if (s->spec.mode == NG_MODE_SEQUENTIAL)
        return (first_row (&s->spec, s->spec.rank) + i) * s->n_batches + done
               + index;
    return ng_permute (&s->order, done + index * s->spec.batch_size + i);
}

/* The parts of a batch, row by row.  */
static enum ng_err
fill (struct ng_docsampler *s, uint64_t index, size_t n_rows)
{
    const struct window_row *sentences = NULL;
    enum ng_err err = NG_OK;

    if (s->kind == NG_DOCUMENTS_SENTENCE)
        err = find_sentences (
            s, done_before (s, s->epoch) / s->spec.batch_size + index,
            &sentences);
    else if (s->spec.mode == NG_MODE_RANDOM)
        ask_for (s, done_before (s, s->epoch) + index * s->spec.batch_size,
                 n_rows);
    s->parts.n = 0;
    for (size_t i = 0; err == NG_OK && i < n_rows; i++)
    {
        if (sentences)
            err = ng_parts_add (&s->parts, sentences[i].part);
        else
            err =
                ng_documents_row (s->docs, row_number (s, index, i), &s->parts);
        s->ends[i] = s->parts.n;
    }
    return err;
}

/* Add PARTS, which are parts of rows, to *TOKENS, each token once.  */
static void
count_tokens (const struct ng_parts *parts, uint64_t *tokens)
{
    for (size_t i = 0; i < parts->n; i++)
        *tokens += parts->list[i].n_tokens - (parts->list[i].goes_on ? 1 : 0);
}

static void
account (struct ng_docsampler *s, uint64_t n_rows)
{
    uint64_t places = n_rows * (s->spec.n_steps + 1);

    if (!s->served)
        s->first_epoch = s->epoch;
    s->served = true;
    for (size_t i = 0; i < s->parts.n; i++)
        places -= s->parts.list[i].n_tokens;
    s->accounts.padding += places;
    count_tokens (&s->parts, &s->accounts.served);
}

enum ng_err
ng_docsampler_next (struct ng_docsampler *s, struct ng_docbatch *batch)
{
    size_t n_rows = (size_t) ng_docsampler_rows (s);
    uint64_t epoch, index;
    enum ng_err err;

    if (n_rows == 0 || !locate (s, s->batch, &epoch, &index))
        return NG_END;
    if (s->step == UINT64_MAX || s->batch > UINT64_MAX - s->stride)
        return ng_fault_set (s->fault, NG_EOVERFLOW, s->file,
                             "step %" PRIu64 " is too far", s->step);
    start_epoch (s, epoch);
    err = fill (s, index, n_rows);
    if (err != NG_OK)
        return err;
    account (s, n_rows);
    batch->parts = s->parts.list;
    batch->ends = s->ends;
    batch->n_rows = n_rows;
    batch->step = s->step++;
    batch->epoch = epoch;
    s->batch += s->stride;
    return NG_OK;
}

/* -------------------------------------------------------------------- accounting */

/* Add the tokens of the rows of EPOCH that fill no batch to *TOKENS.  */
static enum ng_err
count_left_out (struct ng_docsampler *s, uint64_t epoch, uint64_t *tokens)
{
    uint64_t batch = s->spec.batch_size;
    bool sequential = s->spec.mode == NG_MODE_SEQUENTIAL;
    uint64_t from = epoch_batches (s, epoch) * batch + done_before (s, epoch);
    enum ng_err err = NG_OK;

    if (sequential)
        from = s->n_batches * batch;
    start_epoch (s, epoch);
    for (uint64_t i = from; err == NG_OK && i < s->n_rows; i++)
    {
        s->parts.n = 0;
        err = ng_documents_row (
            s->docs, sequential ? i : ng_permute (&s->order, i), &s->parts);
        count_tokens (&s->parts, tokens);
    }
    s->parts.n = 0;
    return err;
}

enum ng_err
ng_docsampler_account (struct ng_docsampler *s, struct ng_accounts *accounts)
{
    const struct ng_documents_counts *counts = ng_documents_count (s->docs);
    struct ng_accounts a = s->accounts;
    uint64_t last = s->epoch;

    a.n_epochs = s->served ? last - s->first_epoch + 1 : 0;
    a.tokens = a.n_epochs * s->spec.n_tokens;
    a.cut = a.n_epochs * counts->cut;
    a.alone = a.n_epochs * counts->alone;
    for (uint64_t e = 0; e < a.n_epochs; e++)
    {
        enum ng_err err = count_left_out (s, s->first_epoch + e, &a.left_out);

        if (err != NG_OK)
            return err;
    }
    ng_accounts_close (&a);
    *accounts = a;
    return NG_OK;
}

/* --------------------------------------------------------------------- leaving */

/* Can EPOCH, of which something is served, go on with NEXT's B and T?  */
static enum ng_err
check_change (const struct ng_docsampler *s, uint64_t epoch,
              const struct ng_sampler_spec *next)
{
    const struct ng_sampler_spec *spec = &s->spec;

    if (next->n_steps != spec->n_steps)
        return ng_fault_set (s->fault, NG_EINVAL, NULL,
                             "the documents of epoch %" PRIu64
                             " are cut for --num-steps=%" PRIu64
                             ": it can change only at the epoch's end",
                             epoch, spec->n_steps);
    if (next->batch_size != spec->batch_size
        && (spec->mode == NG_MODE_SEQUENTIAL
            || s->kind == NG_DOCUMENTS_SENTENCE))
        return ng_fault_set (s->fault, NG_EINVAL, NULL,
                             "the rows of epoch %" PRIu64
                             " are laid out for --batch-size=%" PRIu64
                             ": it can change only at the epoch's end",
                             epoch, spec->batch_size);
    return NG_OK;
}

enum ng_err
ng_docsampler_leave (struct ng_docsampler *s, uint64_t step,
                     const struct ng_sampler_spec *next,
                     struct ng_origin *origin)
{
    struct ng_origin o = { .step = step };
    uint64_t index;
    enum ng_err err;

    /* All ranks at STEP: the first of them is to serve next.  */
    s->phase = 0;
    err = ng_docsampler_seek (s, step);
    if (err != NG_OK)
        return err;
    if (locate (s, s->batch, &o.epoch, &index))
        o.done =
            done_before (s, o.epoch)
            + index
                  * (s->spec.mode == NG_MODE_SEQUENTIAL ? 1
                                                        : s->spec.batch_size);
    if (o.done > 0)
        err = check_change (s, o.epoch, next);
    if (err == NG_OK)
        *origin = o;
    return err;
}
