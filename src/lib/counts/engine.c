#include <config.h>

#include "counts/engine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nglimits.h"
#include "counts/interner.h"
#include "counts/merge.h"
#include "counts/ngcread.h"
#include "counts/portion.h"
#include "text/blocks.h"

enum
{
    /* Text that one thread counts before another would be started.  */
    LONE_BYTES = 1 << 20
};

struct engine;

/* One thread's things for reading.  */
struct reader
{
    struct engine *e;
    unsigned index; /* of the worker it is in the portion */
    struct ng_block block;
    struct ng_tokenizer tokenizer;
    struct ng_token_list list;
    uint32_t *ids; /* [cap_ids] of the block */
    size_t cap_ids, n_ids;
    struct ng_interner *interner;
    uint64_t first_invalid; /* block of the first ill-formed sequence */
    uint64_t ns[NG_STAGES];

    enum ng_err err;    /* what ended its work ... */
    uint64_t err_block; /* ... and at which block */
    struct ng_fault fault;
};

struct engine
{
    const struct ng_engine_options *o;
    const struct ng_tokenizer *t; /* to be copied by each reader */
    struct ng_blocks *blocks;
    struct ng_fault block_fault; /* of BLOCKS */
    struct reader *readers;      /* [n_workers] */
    unsigned n_workers;
    struct ng_portion portion;
    struct ng_ngcw *writer; /* of the portion */
    bool stop;              /* a reader failed */
    bool at_end;            /* of the text */
    uint64_t n_tokens;

    struct ng_vocab *carried; /* what the portion before left over */
    uint32_t carried_ids[NG_ORDER_MAX];
    size_t n_carried;
    bool in_sentence;

    struct ng_merge_setup merge;
    struct ng_merger *merger; /* of the portions' .ngc files */
    unsigned n_portions;
    uint64_t ns[NG_STAGES];
    struct ng_fault *fault;
};

/* ---------------------------------------------------------------- reading  */

/* Room for N ids.  */
static enum ng_err
want_ids (struct reader *r, size_t n)
{
    uint32_t *ids = ng_grow (r->ids, &r->cap_ids, n, sizeof *ids);

    if (!ids)
        return NG_ENOMEM;
    r->ids = ids;
    r->n_ids = 0;
    return NG_OK;
}

static enum ng_err
read_text (struct reader *r)
{
    uint64_t start = ng_stage_now (r->e->o->clock), scanned;
    uint64_t n_invalid = r->tokenizer.n_invalid;
    enum ng_err err =
        ng_block_scan (&r->block, &r->tokenizer, &r->list, &r->fault);

    if (n_invalid == 0 && r->tokenizer.n_invalid > 0)
        r->first_invalid = r->block.number;
    scanned = ng_stage_now (r->e->o->clock);
    r->ns[NG_STAGE_TOKENIZE] += scanned - start;
    if (err == NG_OK)
        err = want_ids (r, r->list.n);
    if (err == NG_OK)
        err = ng_interner_text (r->interner, &r->list, r->block.file,
                                r->block.line, r->ids, &r->n_ids, &r->fault);
    r->ns[NG_STAGE_INTERN] += ng_stage_now (r->e->o->clock) - scanned;
    return err;
}

static enum ng_err
bad_element (struct reader *r, size_t i, const char *what)
{
    return ng_fault_set (&r->fault, NG_EFORMAT, r->block.file,
                         "token %" PRIu64 " %s", r->block.item + i, what);
}

static enum ng_err
read_elements (struct reader *r)
{
    const struct ng_vocab *vocab = r->e->o->vocab;
    const size_t n = r->block.len / r->block.dtype.item_bytes;
    uint32_t n_types = vocab ? ng_vocab_size (vocab) : 0;
    size_t good;
    enum ng_err err;

    if (!vocab)
        return ng_fault_set (&r->fault, NG_EINVAL, r->block.file,
                             "a token file needs --vocab=FILE");
    if (r->e->portion.sentences)
        return ng_fault_set (&r->fault, NG_EINVAL, r->block.file,
                             "--sentences needs text: a token file has no"
                             " lines");
    err = want_ids (r, n);
    if (err != NG_OK)
        return err;
    good = ng_npy_decode (r->block.dtype, r->block.text, n, r->ids);
    for (size_t i = 0; i < good && err == NG_OK; i++)
    {
        if (r->ids[i] >= n_types)
            return ng_fault_set (&r->fault, NG_EFORMAT, r->block.file,
                                 "token %" PRIu64 " is id %" PRIu32
                                 ", but the vocabulary has %" PRIu32
                                 " type%s: is it another one?",
                                 r->block.item + i, r->ids[i], n_types,
                                 ng_plural (n_types));
        err = ng_interner_fixed (r->interner, r->ids[i], &r->ids[i]);
    }
    if (err == NG_OK && good < n)
        err = bad_element (r, good, "is negative or beyond 32 bits");
    r->n_ids = n;
    return err;
}

/* Take the next block, and keep its place in the portion.  NG_END at the end
   of the text, NG_FULL if the portion is.  */
static enum ng_err
take_block (struct reader *r, size_t *place)
{
    struct engine *e = r->e;
    uint64_t start = ng_stage_now (e->o->clock);
    enum ng_err err = NG_OK;

    (void) pthread_mutex_lock (&e->portion.lock);
    if (e->stop || e->at_end)
        err = NG_END;
    else if (e->portion.n_blocks > (e->n_carried > 0)
             && ng_portion_bytes (&e->portion) > e->o->budget)
        err = NG_FULL;
    if (err == NG_OK)
        err = ng_blocks_next (e->blocks, &r->block);
    /* Nobody asks again after a fault.  */
    e->at_end = e->at_end || (err != NG_OK && err != NG_FULL);
    if (err == NG_OK)
        err = ng_portion_reserve (&e->portion, place);
    else if (err != NG_END && err != NG_FULL)
    {
        r->fault = e->block_fault;
        r->err_block = r->block.number;
    }
    if (err == NG_OK && e->o->progress)
        e->o->progress (ng_blocks_bytes_done (e->blocks),
                        ng_blocks_bytes_total (e->blocks));
    (void) pthread_mutex_unlock (&e->portion.lock);
    r->ns[NG_STAGE_READ] += ng_stage_now (e->o->clock) - start;
    return err;
}

/* Read blocks until the text ends or the portion is full.  */
static enum ng_err
read_blocks (struct reader *r)
{
    struct engine *e = r->e;
    enum ng_err err;

    for (;;)
    {
        size_t place;

        err = take_block (r, &place);
        if (err != NG_OK)
            break;
        r->err_block = r->block.number;
        err = r->block.is_ids ? read_elements (r) : read_text (r);
        if (err == NG_OK)
            err = ng_portion_fill (&e->portion, place, r->index, r->ids,
                                   r->n_ids);
        if (err != NG_OK)
            break;
    }
    if (err == NG_END || err == NG_FULL)
        return NG_OK;
    (void) pthread_mutex_lock (&e->portion.lock);
    e->stop = true;
    (void) pthread_mutex_unlock (&e->portion.lock);
    return err;
}

/* ---------------------------------------------------------------- threads  */

enum phase
{
    PHASE_READ,
    PHASE_SORT_NAMES,
    PHASE_MERGE_NAMES,
    PHASE_PLACE_TYPES,
    PHASE_DEAL,
    PHASE_COUNT
};

struct task
{
    struct reader *r;
    enum phase phase;
    pthread_t thread;
    bool started;
};

/* Somebody writes the names, and the others begin to deal.  */
static enum ng_err
deal (struct reader *r)
{
    struct ng_portion *p = &r->e->portion;
    enum ng_err err = NG_OK;

    if (r->index == 0)
        err = ng_portion_write_names (p, r->e->writer);
    return err == NG_OK ? ng_portion_deal (p, r->index) : err;
}

static enum ng_err
run_phase (struct reader *r, enum phase phase)
{
    struct ng_portion *p = &r->e->portion;

    switch (phase)
    {
    case PHASE_READ:
        return read_blocks (r);
    case PHASE_SORT_NAMES:
        return ng_portion_sort_names (p, r->index);
    case PHASE_MERGE_NAMES:
        return ng_portion_merge_names (p, r->index);
    case PHASE_PLACE_TYPES:
        return ng_portion_place_types (p, r->index);
    case PHASE_DEAL:
        return deal (r);
    default:
        return ng_portion_count (p, r->index, r->e->writer);
    }
}

static void *
run_task (void *arg)
{
    struct task *t = arg;

    t->r->err = run_phase (t->r, t->phase);
    return NULL;
}

/* The fault that comes first in the text, so that what is reported does not
   depend on the threads.  */
static enum ng_err
first_fault (struct engine *e)
{
    const struct reader *first = NULL;

    for (unsigned i = 0; i < e->n_workers; i++)
    {
        const struct reader *r = &e->readers[i];

        if (r->err != NG_OK && (!first || r->err_block < first->err_block))
            first = r;
    }
    if (!first)
        return NG_OK;
    if (e->fault->err == NG_OK && first->fault.err != NG_OK)
        *e->fault = first->fault;
    return first->err;
}

/* Let every worker do PHASE, the first on this thread.  A thread that cannot
   be started leaves its work to the others, or has it done here after.  */
static enum ng_err
all_workers (struct engine *e, enum phase phase)
{
    struct task *tasks = ng_calloc_array (e->n_workers, sizeof *tasks);

    if (!tasks)
        return NG_ENOMEM;
    for (unsigned i = 0; i < e->n_workers; i++)
    {
        tasks[i].r = &e->readers[i];
        tasks[i].phase = phase;
        if (i > 0)
            tasks[i].started =
                pthread_create (&tasks[i].thread, NULL, run_task, &tasks[i])
                == 0;
    }
    (void) run_task (&tasks[0]);
    for (unsigned i = 1; i < e->n_workers; i++)
        if (tasks[i].started)
            (void) pthread_join (tasks[i].thread, NULL);
        else
            (void) run_task (&tasks[i]);
    free (tasks);
    return first_fault (e);
}

/* --------------------------------------------------------------- portions  */

/* Find the order of all names, and what is to be known of each id.  */
static enum ng_err
rank_types (struct engine *e)
{
    enum ng_err err = all_workers (e, PHASE_SORT_NAMES);

    if (err == NG_OK)
        err = ng_portion_split_names (&e->portion);
    if (err == NG_OK)
        err = all_workers (e, PHASE_MERGE_NAMES);
    if (err == NG_OK)
        err = ng_portion_bounds (&e->portion);
    return err == NG_OK ? all_workers (e, PHASE_PLACE_TYPES) : err;
}

/* Count what the portion has into OUT.  */
static enum ng_err
count_portion (struct engine *e, const struct ng_ngc_info *info,
               struct ng_output *out)
{
    enum ng_err err;

    err = rank_types (e);
    if (err == NG_OK)
        err = ng_ngcw_open (info, out, e->o->spill_dir, e->fault, &e->writer);
    if (err == NG_OK)
        err = all_workers (e, PHASE_DEAL);
    if (err == NG_OK)
        err = all_workers (e, PHASE_COUNT);
    if (err == NG_OK)
        err = ng_ngcw_finish (e->writer);
    ng_ngcw_close (e->writer);
    e->writer = NULL;
    return err;
}

/* Begin the next portion with what the one before left over.  */
static enum ng_err
begin_portion (struct engine *e)
{
    enum ng_err err;

    err = ng_portion_init (&e->portion, e->o->info.max_order,
                           (e->o->info.flags & NG_NGC_SENTENCES) != 0,
                           e->n_workers, e->carried, e->carried_ids,
                           e->n_carried, e->in_sentence);
    e->portion.clock = e->o->clock;
    for (unsigned i = 0; i < e->n_workers && err == NG_OK; i++)
        ng_interner_begin (e->readers[i].interner, e->portion.workers[i].vocab);
    ng_vocab_free (e->carried);
    e->carried = NULL;
    return err;
}

/* Count the portion to an .ngc file of leaves without a name, F.  */
static enum ng_err
count_apart (struct engine *e, struct ng_ngc **f)
{
    struct ng_ngc_info info = e->o->info;
    struct ng_output *out = NULL;
    enum ng_err err;

    info.min_count = 1;
    info.min_order = 1;
    e->portion.leaves = true;
    err = ng_output_open_unnamed (e->o->spill_dir, e->fault, &out);
    if (err == NG_OK)
        err = count_portion (e, &info, out);
    if (err == NG_OK)
        err = ng_output_flush (out);
    if (err == NG_OK)
        err = ng_ngc_open_fd (ng_output_fd (out), e->o->spill_dir, e->fault, f);
    (void) ng_output_close (out);
    return err;
}

/* Add up what the workers' stages took.  */
static void
sum_stages (struct engine *e)
{
    for (unsigned i = 0; i < e->n_workers; i++)
        for (unsigned s = 0; s < NG_STAGES; s++)
            e->ns[s] += e->portion.workers[i].ns[s];
}

/* Count the portion for the merger, and keep what it leaves over.  */
static enum ng_err
make_run (struct engine *e)
{
    struct ng_ngc *f;
    enum ng_err err = NG_OK;

    e->carried = ng_vocab_new ();
    if (!e->merger)
        e->merger = ng_merger_new (&e->merge);
    if (!e->carried || !e->merger)
        return NG_ENOMEM;
    err = ng_portion_carry (&e->portion, e->carried, e->carried_ids,
                            &e->n_carried, &e->in_sentence);
    if (err == NG_OK)
        err = count_apart (e, &f);
    /* The merger has the budget to itself.  */
    sum_stages (e);
    ng_portion_fini (&e->portion);
    return err == NG_OK ? ng_merger_add (e->merger, f) : err;
}

/* Read and count one portion; the last one of only one goes straight to
   OUT.  */
static enum ng_err
run_portion (struct engine *e, struct ng_output *out)
{
    enum ng_err err = begin_portion (e);

    if (err == NG_OK)
        err = all_workers (e, PHASE_READ);
    if (err != NG_OK)
        return err;
    e->n_portions++;
    e->n_tokens += e->portion.n_ids - e->portion.n_breaks - e->n_carried;
    e->portion.ends_text = e->at_end;
    if (!e->at_end || e->merger)
        return make_run (e);
    err = count_portion (e, &e->o->info, out);
    sum_stages (e);
    return err;
}

static enum ng_err
run_portions (struct engine *e, struct ng_output *out)
{
    enum ng_err err = NG_OK;

    while (err == NG_OK && !e->at_end)
    {
        err = run_portion (e, out);
        ng_portion_fini (&e->portion);
    }
    if (err == NG_OK && e->merger)
    {
        uint64_t start = ng_stage_now (e->o->clock);

        err = ng_merger_finish (e->merger, out);
        e->ns[NG_STAGE_MERGE] += ng_stage_now (e->o->clock) - start;
    }
    return err;
}

/* -------------------------------------------------------------- the whole  */

static enum ng_err
init_readers (struct engine *e)
{
    const uint64_t total = ng_blocks_bytes_total (e->blocks);

    e->n_workers = e->o->n_threads;
    if (total > 0 && total < LONE_BYTES)
        e->n_workers = 1;
    e->readers = ng_calloc_array (e->n_workers, sizeof *e->readers);
    if (!e->readers)
        return NG_ENOMEM;
    for (unsigned i = 0; i < e->n_workers; i++)
    {
        struct reader *r = &e->readers[i];

        r->e = e;
        r->index = i;
        r->tokenizer = *e->t;
        r->interner = ng_interner_new (
            e->o->vocab, (e->o->info.flags & NG_NGC_SENTENCES) != 0);
        if (!r->interner)
            return NG_ENOMEM;
    }
    return NG_OK;
}

/* What the readers met of ill-formed UTF-8, into T.  */
static void
sum_invalid (const struct engine *e, struct ng_tokenizer *t)
{
    const struct reader *first = NULL;

    for (unsigned i = 0; i < e->n_workers && e->readers; i++)
    {
        const struct reader *r = &e->readers[i];

        if (r->tokenizer.n_invalid == 0)
            continue;
        t->n_invalid += r->tokenizer.n_invalid;
        if (!first || r->first_invalid < first->first_invalid)
            first = r;
    }
    if (first)
    {
        t->invalid_file = first->tokenizer.invalid_file;
        t->invalid_line = first->tokenizer.invalid_line;
    }
}

static void
close_engine (struct engine *e)
{
    for (unsigned i = 0; i < e->n_workers && e->readers; i++)
    {
        struct reader *r = &e->readers[i];

        for (unsigned s = 0; s < NG_STAGES; s++)
            e->ns[s] += r->ns[s];
        ng_block_fini (&r->block);
        ng_token_list_fini (&r->list);
        free (r->ids);
        ng_interner_free (r->interner);
    }
    free (e->readers);
    ng_merger_free (e->merger);
    ng_vocab_free (e->carried);
    ng_blocks_close (e->blocks);
}

enum ng_err
ng_engine_run (const char *const *names, size_t n_names,
               const struct ng_engine_options *options, struct ng_tokenizer *t,
               struct ng_output *out, struct ng_engine_report *report,
               struct ng_fault *fault)
{
    struct engine e = { .o = options, .t = t, .fault = fault };
    enum ng_err err;

    e.merge = (struct ng_merge_setup){ .info = options->info,
                                       .spill_dir = options->spill_dir,
                                       .budget_bytes = options->budget,
                                       .fault = fault,
                                       .progress = options->progress,
                                       .leaves = true };
    err = ng_blocks_open (names, n_names, t->mode, &e.block_fault, &e.blocks);
    if (err != NG_OK && e.block_fault.err != NG_OK)
        *fault = e.block_fault;
    if (err == NG_OK)
        err = init_readers (&e);
    if (err == NG_OK)
        err = run_portions (&e, out);
    sum_invalid (&e, t);
    close_engine (&e);
    if (report)
    {
        report->n_tokens = e.n_tokens;
        report->n_portions = e.n_portions;
        memcpy (report->ns, e.ns, sizeof e.ns);
    }
    return err;
}
