#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/radix.h"
#include "counts/portion.h"

/* A ring of slots has the buckets that are being counted, or wait until all
   before them are written.  A worker writes the next bucket if it is counted and
   nobody else is writing, and else counts one that no one has taken; it stands
   still only where the ring is full.

       bucket    7        8        9        10
       slot      3        0        1        2
               written  written  counted  being counted
               before   by A     by B     by B: 9 is A's to write next     */

/* Make the ring, unless it is there.  The caller holds P's lock.  */
static enum ng_err
make_slots (struct ng_portion *p)
{
    /* A worker alone writes what it has counted; others may be one ahead.  */
    const unsigned n = p->n_workers > 1 ? 2 * p->n_workers : 1;

    if (p->slots)
        return NG_OK;
    p->slots = ng_calloc_array (n, sizeof *p->slots);
    if (!p->slots)
        return NG_ENOMEM;
    p->n_slots = n;
    return NG_OK;
}

/* Take all keys of bucket B, whichever worker dealt them, to S's table.  */
static enum ng_err
fill_table (struct ng_portion *p, struct ng_portion_worker *w, size_t b,
            struct ng_slot *s)
{
    for (unsigned i = 0; i < p->n_workers; i++)
    {
        size_t n;

        while ((n = ng_partition_next (p->workers[i].partition, b, w->keys,
                                       &s->freed))
               > 0)
        {
            enum ng_err err = ng_table_count (s->table, w->keys, n);

            if (err != NG_OK)
                return err;
        }
    }
    return NG_OK;
}

/* Count bucket B in S's table, and sort what is distinct.  */
static enum ng_err
count_bucket (struct ng_portion *p, struct ng_portion_worker *w, size_t b,
              struct ng_slot *s)
{
    const unsigned words = ng_partition_cut (w->partition, b).words;
    uint64_t start = ng_stage_now (p->clock), counted;
    uint64_t *more;
    size_t n;
    enum ng_err err;

    if (!s->table)
        s->table = ng_table_new (p->shape.words);
    if (!s->table)
        return NG_ENOMEM;
    ng_table_clear (s->table, words);
    err = fill_table (p, w, b, s);
    if (err != NG_OK)
        return err;
    counted = ng_stage_now (p->clock);
    n = ng_table_size (s->table);
    more = ng_grow (w->scratch, &w->cap_scratch, n * (words + 1), sizeof *more);
    if (!more)
        return NG_ENOMEM;
    w->scratch = more;
    ng_radix_sort (ng_table_entries (s->table), n, words, more);
    w->ns[NG_STAGE_COUNT] += counted - start;
    w->ns[NG_STAGE_SORT] += ng_stage_now (p->clock) - counted;
    return NG_OK;
}

/* Write bucket B, which S has.  Where its keys were there is room now for what
   waits to be written.  */
static enum ng_err
write_bucket (struct ng_portion *p, struct ng_portion_worker *w, size_t b,
              struct ng_slot *s, struct ng_ngcw *out)
{
    const struct ng_key_cut cut = ng_partition_cut (w->partition, b);
    const uint64_t *entries = ng_table_entries (s->table);
    const size_t n = ng_table_size (s->table);
    uint64_t start = ng_stage_now (p->clock);
    enum ng_err err;

    ng_ngcw_give (out, &s->freed);
    err = p->leaves ? ng_ngcw_leaves (out, p->shape, cut, entries, n)
                    : ng_ngcw_keys (out, p->shape, cut, entries, n);
    w->ns[NG_STAGE_WRITE] += ng_stage_now (p->clock) - start;
    return err;
}

enum job
{
    JOB_WRITE,
    JOB_COUNT,
    JOB_NONE /* what is left is others' */
};

/* What is to be done next, and with which bucket; wait until there is
   something.  */
static enum job
next_job (struct ng_portion *p, size_t n_buckets, size_t *b)
{
    while (p->failed == NG_OK)
    {
        if (!p->writing && p->slots[p->n_written % p->n_slots].counted)
        {
            p->writing = true;
            *b = p->n_written;
            return JOB_WRITE;
        }
        if (p->next_bucket == n_buckets)
            break;
        if (p->next_bucket < p->n_written + p->n_slots)
        {
            *b = p->next_bucket++;
            return JOB_COUNT;
        }
        (void) pthread_cond_wait (&p->written, &p->lock);
    }
    return JOB_NONE;
}

/* Count and write until nothing is left.  The caller holds P's lock, which is
   open while there is work.  */
static enum ng_err
work (struct ng_portion *p, struct ng_portion_worker *w, struct ng_ngcw *out)
{
    const size_t n_buckets = ng_partition_n_buckets (w->partition);
    enum ng_err err = NG_OK;
    enum job job;
    size_t b;

    while (err == NG_OK && (job = next_job (p, n_buckets, &b)) != JOB_NONE)
    {
        struct ng_slot *s = &p->slots[b % p->n_slots];

        (void) pthread_mutex_unlock (&p->lock);
        err = job == JOB_WRITE ? write_bucket (p, w, b, s, out)
                               : count_bucket (p, w, b, s);
        (void) pthread_mutex_lock (&p->lock);
        /* Nobody may write behind what was not written.  */
        if (err != NG_OK && p->failed == NG_OK)
            p->failed = err;
        s->counted = job == JOB_COUNT;
        if (job == JOB_WRITE)
        {
            p->writing = false;
            p->n_written++;
            (void) pthread_cond_broadcast (&p->written);
        }
    }
    return err;
}

enum ng_err
ng_portion_count (struct ng_portion *p, unsigned i, struct ng_ngcw *out)
{
    struct ng_portion_worker *w = &p->workers[i];
    enum ng_err err;

    if (p->n_ids == 0)
        return NG_OK;
    w->keys = ng_alloc_array ((size_t) NG_PARTITION_KEYS * p->shape.words,
                              sizeof *w->keys);
    (void) pthread_mutex_lock (&p->lock);
    err = w->keys ? make_slots (p) : NG_ENOMEM;
    if (err == NG_OK)
        err = work (p, w, out);
    (void) pthread_mutex_unlock (&p->lock);
    return err == NG_OK ? NG_OK : ng_portion_stop (p, err);
}
