#include <config.h>

#include "counts/portion.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pages.h"

enum
{
    CHUNK_WASTE = 2048, /* bytes, for each bucket of each worker */
    DEAL_AHEAD = 16,    /* ids between fetching an info and its use */

    /* Memory for a type besides its name in a vocabulary: its place in the
       order of names while that is sorted, its info, its bounds.  */
    TYPE_BYTES = 32 + 4 + 12 + 4,

    /* For each worker: tables, scratch space, chunks not full.  */
    WORKER_BYTES = 4 << 20
};

/* ------------------------------------------------------- blocks and names  */

static enum ng_err
intern (struct ng_vocab *v, const char *name, uint32_t *id)
{
    return ng_vocab_intern (v, (const unsigned char *) name, strlen (name), id);
}

static enum ng_err
init_worker (struct ng_portion_worker *w, bool sentences)
{
    uint32_t id;
    enum ng_err err = NG_OK;

    w->vocab = ng_vocab_new ();
    if (!w->vocab)
        return NG_ENOMEM;
    if (sentences)
        err = intern (w->vocab, NG_BOS, &id);
    if (err == NG_OK && sentences)
        err = intern (w->vocab, NG_EOS, &id);
    return err;
}

/* The tokens carried over are the first block; the first worker has it.  */
static enum ng_err
add_carried (struct ng_portion *p, const struct ng_vocab *names,
             const uint32_t *ids, size_t n)
{
    uint32_t own[NG_ORDER_MAX];
    size_t place;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < n && err == NG_OK; i++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (names, ids[i], &len);

        err = ng_vocab_intern (p->workers[0].vocab, name, len, &own[i]);
    }
    if (err == NG_OK)
        err = ng_portion_reserve (p, &place);
    return err == NG_OK ? ng_portion_fill (p, place, 0, own, n) : err;
}

enum ng_err
ng_portion_init (struct ng_portion *p, unsigned order, bool sentences,
                 unsigned n_workers, const struct ng_vocab *carried,
                 const uint32_t *carried_ids, size_t n_carried,
                 bool in_sentence)
{
    enum ng_err err = NG_OK;

    memset (p, 0, sizeof *p);
    (void) pthread_mutex_init (&p->lock, NULL);
    (void) pthread_cond_init (&p->written, NULL);
    p->order = order;
    p->sentences = sentences;
    p->in_sentence = in_sentence;
    p->workers = ng_calloc_array (n_workers, sizeof *p->workers);
    if (!p->workers)
        return NG_ENOMEM;
    p->n_workers = n_workers;
    for (unsigned i = 0; i < n_workers && err == NG_OK; i++)
        err = init_worker (&p->workers[i], sentences);
    if (err == NG_OK && n_carried > 0)
        err = add_carried (p, carried, carried_ids, n_carried);
    return err;
}

static void
free_block (struct ng_id_block *b)
{
    ng_pages_free (b->ids, b->n * sizeof *b->ids);
    b->ids = NULL;
}

void
ng_portion_fini (struct ng_portion *p)
{
    if (p->order == 0)
        return;
    for (size_t i = 0; i < p->n_blocks; i++)
        free_block (&p->blocks[i]);
    free (p->blocks);
    /* The first worker's partition lends its bounds to the others'.  */
    for (unsigned i = p->n_workers; i-- > 0;)
    {
        struct ng_portion_worker *w = &p->workers[i];

        ng_partition_free (w->partition);
        ng_vocab_free (w->vocab);
        free (w->sorted);
        free (w->ranges);
        free (w->ranked);
        free (w->info);
        free (w->scratch);
        free (w->keys);
    }
    free (p->workers);
    for (unsigned i = 0; i < p->n_slots; i++)
        ng_table_free (p->slots[i].table);
    free (p->slots);
    (void) pthread_mutex_destroy (&p->lock);
    (void) pthread_cond_destroy (&p->written);
    memset (p, 0, sizeof *p);
}

enum ng_err
ng_portion_reserve (struct ng_portion *p, size_t *place)
{
    struct ng_id_block *blocks =
        ng_grow (p->blocks, &p->cap_blocks, p->n_blocks + 1, sizeof *blocks);

    if (!blocks)
        return NG_ENOMEM;
    p->blocks = blocks;
    memset (&blocks[p->n_blocks], 0, sizeof *blocks);
    *place = p->n_blocks++;
    return NG_OK;
}

enum ng_err
ng_portion_fill (struct ng_portion *p, size_t place, unsigned owner,
                 const uint32_t *ids, size_t n)
{
    const struct ng_vocab *vocab = p->workers[owner].vocab;
    uint32_t *copy = NULL;
    size_t n_breaks = 0;

    for (size_t i = 0; i < n; i++)
        n_breaks += ids[i] == NG_ID_BREAK;
    if (n > 0)
    {
        copy = ng_pages_alloc (n * sizeof *copy, false);
        if (!copy)
            return NG_ENOMEM;
        memcpy (copy, ids, n * sizeof *copy);
    }
    (void) pthread_mutex_lock (&p->lock);
    p->blocks[place].ids = copy;
    p->blocks[place].n = n;
    p->blocks[place].owner = owner;
    p->n_ids += n;
    p->n_breaks += n_breaks;
    p->workers[owner].n_types = ng_vocab_size (vocab);
    p->workers[owner].vocab_bytes = ng_vocab_bytes (vocab);
    (void) pthread_mutex_unlock (&p->lock);
    return NG_OK;
}

uint64_t
ng_portion_bytes (const struct ng_portion *p)
{
    /* A sentence has two marks where the ids have one break.  */
    const uint64_t positions = p->n_ids + p->n_breaks;
    uint64_t types = 0, bytes = 0;
    struct ng_key_shape shape;
    unsigned key_bytes;

    for (unsigned i = 0; i < p->n_workers; i++)
    {
        types += p->workers[i].n_types;
        bytes += p->workers[i].vocab_bytes + WORKER_BYTES;
    }
    shape = ng_key_shape (p->order, (uint32_t) types | 1);
    key_bytes = (shape.order * shape.bits + 7) / 8;
    /* Keys go where ids were; the last chunk of each bucket is half empty.  */
    return bytes + types * TYPE_BYTES
           + positions * (key_bytes > 4 ? key_bytes : 4) + p->n_ids / 2
           + positions * p->n_workers * CHUNK_WASTE / NG_BUCKET_POSITIONS;
}

/* --------------------------------------------------------------- carrying  */

enum ng_err
ng_portion_carry (const struct ng_portion *p, struct ng_vocab *names,
                  uint32_t *ids, size_t *n, bool *in_sentence)
{
    const size_t most = p->order - 1;
    struct ng_id_block at[NG_ORDER_MAX]; /* one id each, last first */
    size_t b = p->n_blocks, found = 0;
    bool broken = false, inside = p->in_sentence;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < p->n_blocks; i++)
        if (p->blocks[i].n > 0)
            inside = p->blocks[i].ids[p->blocks[i].n - 1] != NG_ID_BREAK;
    *in_sentence = p->sentences && inside;
    while (b-- > 0 && found < most && !broken)
        for (size_t i = p->blocks[b].n; i-- > 0 && found < most && !broken;)
        {
            broken = p->blocks[b].ids[i] == NG_ID_BREAK;
            if (!broken)
            {
                at[found].ids = &p->blocks[b].ids[i];
                at[found++].owner = p->blocks[b].owner;
            }
        }
    *n = 0;
    /* A sentence that fits in has its mark too, unless that was carried to
       this portion already and so stands among its ids.  */
    if (*in_sentence && found < most && (broken || !p->in_sentence))
        err = intern (names, NG_BOS, &ids[(*n)++]);
    while (found-- > 0 && err == NG_OK)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (
            p->workers[at[found].owner].vocab, *at[found].ids, &len);

        err = ng_vocab_intern (names, name, len, &ids[(*n)++]);
    }
    return err;
}

/* ---------------------------------------------------------------- dealing  */

/* The tokens since the last end of the text, as far as they are the beginning
   of n-grams that are not complete.  Tokens are numbered in the order they are
   pushed; FIRST starts the oldest such n-gram.

       order 3, after pushing a b c d:  key = b c d, emitted when d came;
       first = 2 (c), pushed = 4: c d and d wait.  */
struct window
{
    uint64_t key[NG_KEY_WORDS_MAX];
    uint64_t first, pushed;
    struct
    {
        uint32_t low, high;
    } buckets[NG_ORDER_MAX]; /* of token number i, at i % NG_ORDER_MAX */
};

static const struct ng_id_info no_token = { 0, 0, 0 };

/* Push a token; if that completes an n-gram, put it in its bucket.  */
static inline enum ng_err
push (struct window *v, struct ng_partition *partition,
      struct ng_key_shape shape, const unsigned words,
      const struct ng_id_info *info)
{
    unsigned at = (unsigned) (v->pushed++ % NG_ORDER_MAX);

    ng_key_push (v->key, shape, words, info->token);
    v->buckets[at].low = info->low;
    v->buckets[at].high = info->high;
    if (v->pushed - v->first < shape.order)
        return NG_OK;
    at = (unsigned) (v->first++ % NG_ORDER_MAX);
    return ng_partition_add_in (partition, v->buckets[at].low,
                                v->buckets[at].high, v->key);
}

/* No token follows: complete all n-grams that begin before token END.  */
static inline enum ng_err
complete (struct window *v, struct ng_partition *partition,
          struct ng_key_shape shape, const unsigned words, uint64_t end)
{
    enum ng_err err = NG_OK;

    while (v->first < end && err == NG_OK)
        err = push (v, partition, shape, words, &no_token);
    memset (v->key, 0, sizeof v->key);
    v->first = v->pushed;
    return err;
}

/* Complete the n-grams that begin before END with tokens of the blocks from
   NEXT on.  At the end of a portion that is not the text's they are left: the
   next portion begins with them.  */
static enum ng_err
look_ahead (struct ng_portion *p, struct ng_portion_worker *w, struct window *v,
            size_t next)
{
    const uint64_t end = v->pushed;
    enum ng_err err = NG_OK;

    for (; next < p->n_blocks && v->first < end; next++)
    {
        const struct ng_id_block *b = &p->blocks[next];
        const struct ng_id_info *info = p->workers[b->owner].info;

        for (size_t i = 0; i < b->n && v->first < end && err == NG_OK; i++)
        {
            if (b->ids[i] != NG_ID_BREAK)
                err = push (v, w->partition, p->shape, p->shape.words,
                            &info[b->ids[i]]);
            else
            {
                err = push (v, w->partition, p->shape, p->shape.words,
                            &info[NG_ID_EOS]);
                if (err == NG_OK)
                    err = complete (v, w->partition, p->shape, p->shape.words,
                                    end);
            }
        }
        if (err != NG_OK)
            return err;
    }
    if (v->first < end && p->ends_text)
        err = complete (v, w->partition, p->shape, p->shape.words, end);
    return err;
}

/* The infos of all types are more than the processor's cache holds: fetch the
   one that is wanted soon.  */
static inline void
fetch_info (const struct ng_id_block *b, const struct ng_id_info *info,
            size_t i)
{
    uint32_t id = i + DEAL_AHEAD < b->n ? b->ids[i + DEAL_AHEAD] : 0;

    __builtin_prefetch (&info[id == NG_ID_BREAK ? 0 : id]);
}

static inline enum ng_err
deal_block (struct ng_portion *p, struct ng_portion_worker *w, size_t place,
            const unsigned words)
{
    const struct ng_id_block *b = &p->blocks[place];
    const struct ng_id_info *info = p->workers[b->owner].info;
    const struct ng_key_shape shape = p->shape;
    const bool sentences = p->sentences;
    bool inside = b->in_sentence;
    struct window v = { .first = 0 };
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < b->n && err == NG_OK; i++)
    {
        fetch_info (b, info, i);
        if (sentences && !inside)
        {
            err = push (&v, w->partition, shape, words, &info[NG_ID_BOS]);
            inside = true;
        }
        if (err != NG_OK)
            break;
        if (b->ids[i] != NG_ID_BREAK)
        {
            err = push (&v, w->partition, shape, words, &info[b->ids[i]]);
            continue;
        }
        err = push (&v, w->partition, shape, words, &info[NG_ID_EOS]);
        if (err == NG_OK)
            err = complete (&v, w->partition, shape, words, v.pushed);
        inside = false;
    }
    return err == NG_OK ? look_ahead (p, w, &v, place + 1) : err;
}

static enum ng_err
deal_block_any (struct ng_portion *p, struct ng_portion_worker *w, size_t place)
{
    switch (p->shape.words)
    {
    case 1:
        return deal_block (p, w, place, 1);
    case 2:
        return deal_block (p, w, place, 2);
    case 3:
        return deal_block (p, w, place, 3);
    default:
        return deal_block (p, w, place, 4);
    }
}

enum ng_err
ng_portion_stop (struct ng_portion *p, enum ng_err err)
{
    (void) pthread_mutex_lock (&p->lock);
    if (p->failed == NG_OK)
        p->failed = err;
    (void) pthread_cond_broadcast (&p->written);
    (void) pthread_mutex_unlock (&p->lock);
    return err;
}

/* Take the next of N, which *NEXT counts, in *I; false if there is none or a
   worker has failed.  */
static bool
take (struct ng_portion *p, size_t *next, size_t n, size_t *i)
{
    bool have;

    (void) pthread_mutex_lock (&p->lock);
    have = *next < n && p->failed == NG_OK;
    if (have)
        *i = (*next)++;
    (void) pthread_mutex_unlock (&p->lock);
    return have;
}

/* Block PLACE is dealt.  What nobody looks ahead to any more has room for W's
   keys.  */
static void
finish_block (struct ng_portion *p, struct ng_portion_worker *w, size_t place)
{
    (void) pthread_mutex_lock (&p->lock);
    p->blocks[place].done = true;
    while (p->freed < p->n_blocks && p->blocks[p->freed].done)
    {
        struct ng_id_block *b = &p->blocks[p->freed++];

        if (b->ids
            && ng_partition_lend (w->partition, b->ids, b->n * sizeof *b->ids)
                   == NG_OK)
            b->ids = NULL;
        else
            free_block (b);
    }
    (void) pthread_mutex_unlock (&p->lock);
}

enum ng_err
ng_portion_deal (struct ng_portion *p, unsigned i)
{
    struct ng_portion_worker *w = &p->workers[i];
    uint64_t start = ng_stage_now (p->clock);
    size_t place;

    while (take (p, &p->next_block, p->n_blocks, &place))
    {
        enum ng_err err = deal_block_any (p, w, place);

        if (err != NG_OK)
            return ng_portion_stop (p, err);
        finish_block (p, w, place);
    }
    w->ns[NG_STAGE_DEAL] += ng_stage_now (p->clock) - start;
    return NG_OK;
}
