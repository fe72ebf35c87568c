#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "counts/portion.h"
#include "text/lexical.h"

enum
{
    BUCKETS_MAX = 8192,
    BUCKET_SAMPLE = 32, /* keys in the sample for each bucket */
    NAMES_AHEAD = 32    /* names fetched together */
};

/* A type, by an id of one of the workers that have it.  */
struct ng_ranked_type
{
    uint32_t worker, id;
};

/* ------------------------------------------------------------------ names  */

enum ng_err
ng_portion_sort_names (struct ng_portion *p, unsigned i)
{
    struct ng_portion_worker *w = &p->workers[i];
    const uint32_t n = ng_vocab_size (w->vocab);
    uint64_t start = ng_stage_now (p->clock);
    enum ng_err err;

    w->sorted = ng_alloc_array (n, sizeof *w->sorted);
    w->info = ng_alloc_array (n, sizeof *w->info);
    if (!w->sorted || !w->info)
        return NG_ENOMEM;
    err = ng_lexical_sort (w->vocab, ' ', w->sorted);
    w->ns[NG_STAGE_RANK] += ng_stage_now (p->clock) - start;
    return err;
}

/* How many of W's names are below NAME[LEN].  */
static uint32_t
names_below (const struct ng_portion_worker *w, const unsigned char *name,
             size_t len)
{
    uint32_t low = 0, high = ng_vocab_size (w->vocab);

    while (low < high)
    {
        uint32_t mid = low + (high - low) / 2;
        size_t its_len;
        const unsigned char *its =
            ng_vocab_name (w->vocab, w->sorted[mid], &its_len);

        if (ng_lexical_compare (its, its_len, name, len, ' ') < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

enum ng_err
ng_portion_split_names (struct ng_portion *p)
{
    const unsigned n = p->n_workers;
    const struct ng_portion_worker *most = &p->workers[0];

    for (unsigned i = 0; i < n; i++)
    {
        struct ng_portion_worker *w = &p->workers[i];

        w->ranges = ng_calloc_array (n + 1, sizeof *w->ranges);
        if (!w->ranges)
            return NG_ENOMEM;
        w->ranges[n] = ng_vocab_size (w->vocab);
        if (w->ranges[n] > most->ranges[n])
            most = w;
    }
    for (unsigned r = 1; r < n && most->ranges[n] > 0; r++)
    {
        const uint64_t at = (uint64_t) most->ranges[n] * r / n;
        size_t len;
        const unsigned char *name =
            ng_vocab_name (most->vocab, most->sorted[at], &len);

        for (unsigned i = 0; i < n; i++)
            p->workers[i].ranges[r] = names_below (&p->workers[i], name, len);
    }
    return NG_OK;
}

/* A worker's names in order, and the one it is at; NULL behind the last.  */
struct name_run
{
    const struct ng_vocab *vocab;
    const uint32_t *sorted;
    uint32_t at, n;
    const unsigned char *name;
    size_t len;
};

/* Look at the name R is at.  Names in order are anywhere in memory: some at a
   time are fetched together.  */
static void
look (struct name_run *r)
{
    const uint32_t left = r->n - r->at;

    r->name = NULL;
    if (left == 0)
        return;
    if (r->at % NAMES_AHEAD == 0)
        ng_vocab_fetch_names (r->vocab, r->sorted + r->at,
                              left < NAMES_AHEAD ? left : NAMES_AHEAD);
    r->name = ng_vocab_name (r->vocab, r->sorted[r->at], &r->len);
}

/* The run of RUNS[N] that is at the least name; NULL if all are at the end.  */
static const struct name_run *
least_run (const struct name_run *runs, unsigned n)
{
    const struct name_run *least = NULL;

    for (unsigned i = 0; i < n; i++)
        if (runs[i].name
            && (!least
                || ng_lexical_compare (runs[i].name, runs[i].len, least->name,
                                       least->len, ' ')
                       < 0))
            least = &runs[i];
    return least;
}

/* The type that FIRST of RUNS is at gets the next rank of range W, in all runs
   that are at it.  */
static void
rank_type (struct ng_portion *p, struct ng_portion_worker *w,
           struct name_run *runs, const struct name_run *first)
{
    const unsigned char *name = first->name;
    const size_t len = first->len;

    w->ranked[w->n_ranked++] =
        (struct ng_ranked_type){ (uint32_t) (first - runs),
                                 first->sorted[first->at] };
    for (unsigned i = 0; i < p->n_workers; i++)
    {
        struct name_run *r = &runs[i];

        if (r->name && r->len == len && memcmp (r->name, name, len) == 0)
        {
            struct ng_id_info *info = &p->workers[i].info[r->sorted[r->at++]];

            /* Until ng_portion_place_types.  */
            info->token = w->n_ranked;
            info->low = (uint32_t) (w - p->workers);
            look (r);
        }
    }
}

enum ng_err
ng_portion_merge_names (struct ng_portion *p, unsigned i)
{
    struct ng_portion_worker *w = &p->workers[i];
    struct name_run *runs = ng_calloc_array (p->n_workers, sizeof *runs);
    const struct name_run *least;
    uint64_t start = ng_stage_now (p->clock);
    size_t n = 0;

    if (!runs)
        return NG_ENOMEM;
    for (unsigned k = 0; k < p->n_workers; k++)
    {
        const struct ng_portion_worker *of = &p->workers[k];

        runs[k] = (struct name_run){ .vocab = of->vocab,
                                     .sorted = of->sorted,
                                     .at = of->ranges[i],
                                     .n = of->ranges[i + 1] };
        n += runs[k].n - runs[k].at;
        look (&runs[k]);
    }
    w->ranked = ng_alloc_array (n > 0 ? n : 1, sizeof *w->ranked);
    /* Without a text the marks of sentences are no types.  */
    while (w->ranked && p->n_ids > 0
           && (least = least_run (runs, p->n_workers)) != NULL)
        rank_type (p, w, runs, least);
    free (runs);
    w->ns[NG_STAGE_RANK] += ng_stage_now (p->clock) - start;
    return w->ranked ? NG_OK : NG_ENOMEM;
}

/* Have some names of range W fetched together, from type I on.  */
static void
fetch_ranked (const struct ng_portion *p, const struct ng_portion_worker *w,
              uint32_t i)
{
    const uint32_t left = w->n_ranked - i;
    const uint32_t end = i + (left < NAMES_AHEAD ? left : NAMES_AHEAD);

    for (; i < end; i++)
        ng_vocab_fetch_names (p->workers[w->ranked[i].worker].vocab,
                              &w->ranked[i].id, 1);
}

/* Write the names of range W.  */
static enum ng_err
write_range (const struct ng_portion *p, const struct ng_portion_worker *w,
             struct ng_ngcw *out)
{
    enum ng_err err = NG_OK;

    for (uint32_t i = 0; i < w->n_ranked && err == NG_OK; i++)
    {
        const struct ng_ranked_type *t = &w->ranked[i];
        const unsigned char *name;
        size_t len;

        if (i % NAMES_AHEAD == 0)
            fetch_ranked (p, w, i);
        name = ng_vocab_name (p->workers[t->worker].vocab, t->id, &len);
        err = ng_ngcw_name (out, name, len);
    }
    return err;
}

enum ng_err
ng_portion_write_names (struct ng_portion *p, struct ng_ngcw *out)
{
    uint64_t start = ng_stage_now (p->clock);
    enum ng_err err = NG_OK;

    for (unsigned i = 0; i < p->n_workers && err == NG_OK; i++)
    {
        struct ng_portion_worker *w = &p->workers[i];

        err = write_range (p, w, out);
        free (w->ranked);
        w->ranked = NULL;
    }
    p->workers[0].ns[NG_STAGE_RANK] += ng_stage_now (p->clock) - start;
    return err;
}

/* ----------------------------------------------------------------- bounds  */

/* Rank + 1 of an id whose range alone was ranked.  */
static inline uint32_t
token_of (const struct ng_portion *p, const struct ng_id_info *info)
{
    return p->workers[info->low].first_rank + info->token;
}

/* The first words of the keys at about MAX places, evenly spaced.  The
   keys are those of ids as they stand; the marks of sentences do not matter
   for a sample.  */
static size_t
draw_sample (const struct ng_portion *p, uint64_t *sample, size_t max)
{
    const uint64_t step = p->n_ids / max + 1;
    uint64_t skip = step / 2;
    size_t n_sample = 0;

    for (size_t b = 0; b < p->n_blocks; b++)
    {
        const struct ng_id_block *block = &p->blocks[b];
        const struct ng_id_info *info = p->workers[block->owner].info;
        uint64_t at = skip;

        for (; at < block->n && n_sample < max; at += step)
        {
            uint64_t key[NG_KEY_WORDS_MAX] = { 0 };

            for (size_t i = 0; i < p->order; i++)
            {
                uint32_t id =
                    at + i < block->n ? block->ids[at + i] : NG_ID_BREAK;

                ng_key_push (key, p->shape, p->shape.words,
                             id == NG_ID_BREAK ? 0 : token_of (p, &info[id]));
            }
            sample[n_sample++] = key[0];
        }
        skip = at - block->n;
    }
    return n_sample;
}

/* Find the bounds of buckets; the first worker's partition has them.  */
static enum ng_err
draw_bounds (struct ng_portion *p)
{
    const uint64_t wanted = p->n_ids / NG_BUCKET_POSITIONS + 1;
    const size_t n_buckets =
        wanted < BUCKETS_MAX ? (size_t) wanted : BUCKETS_MAX;
    const size_t max = n_buckets * BUCKET_SAMPLE;
    uint64_t *sample = ng_alloc_array (max, sizeof *sample);

    if (!sample)
        return NG_ENOMEM;
    p->workers[0].partition =
        ng_partition_new (p->shape, p->n_types, n_buckets, sample,
                          n_buckets > 1 ? draw_sample (p, sample, max) : 0);
    free (sample);
    return p->workers[0].partition ? NG_OK : NG_ENOMEM;
}

/* Which blocks begin inside a sentence.  */
static void
find_sentences (struct ng_portion *p)
{
    bool inside = p->in_sentence;

    for (size_t i = 0; i < p->n_blocks; i++)
    {
        struct ng_id_block *b = &p->blocks[i];

        b->in_sentence = inside;
        if (b->n > 0)
            inside = b->ids[b->n - 1] != NG_ID_BREAK;
    }
}

enum ng_err
ng_portion_bounds (struct ng_portion *p)
{
    uint64_t start = ng_stage_now (p->clock), n_types = 0;
    enum ng_err err = NG_OK;

    for (unsigned i = 0; i < p->n_workers; i++)
    {
        p->workers[i].first_rank = (uint32_t) n_types;
        n_types += p->workers[i].n_ranked;
    }
    if (n_types > NG_TYPES_MAX)
        return NG_ELIMIT;
    p->n_types = (uint32_t) n_types;
    p->shape = ng_key_shape (p->order, p->n_types);
    find_sentences (p);
    if (p->n_ids > 0)
        err = draw_bounds (p);
    p->workers[0].ns[NG_STAGE_RANK] += ng_stage_now (p->clock) - start;
    return err;
}

enum ng_err
ng_portion_place_types (struct ng_portion *p, unsigned i)
{
    struct ng_portion_worker *w = &p->workers[i];
    const uint32_t n = ng_vocab_size (w->vocab);
    uint64_t start = ng_stage_now (p->clock);

    if (p->n_ids == 0)
        return NG_OK;
    if (i > 0)
        w->partition = ng_partition_like (p->workers[0].partition);
    if (!w->partition)
        return NG_ENOMEM;
    for (uint32_t id = 0; id < n; id++)
    {
        struct ng_id_info *info = &w->info[id];

        info->token = token_of (p, info);
        ng_partition_range (w->partition, info->token, &info->low, &info->high);
    }
    /* What sorting took is not needed any more.  */
    free (w->sorted);
    free (w->ranges);
    w->sorted = w->ranges = NULL;
    w->ns[NG_STAGE_RANK] += ng_stage_now (p->clock) - start;
    return NG_OK;
}
