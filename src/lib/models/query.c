#include <config.h>

#include "models/query.h"

#include <stdlib.h>
#include <string.h>

enum
{
    /* Tokens searched for together: what is kept of them fits the first
       cache, and there are many more than memory accesses under way.  */
    BLOCK = 256
};

/* The searches of a block.  Element 0 of the arrays is the token before the
   block, for its weights.  */
struct block
{
    const uint32_t *last[BLOCK + 1]; /* the token, behind its context */
    uint32_t place[BLOCK + 1];       /* of the longest n-gram so far */
    uint8_t context[BLOCK + 1];
    uint8_t found[BLOCK + 1]; /* its order */
    float logp[BLOCK + 1];    /* its value */
    float bow[NG_ORDER_MAX][BLOCK + 1];
    uint16_t alive[BLOCK + 1]; /* those that go on */
    struct ng_ngm_spot spots[BLOCK + 1];
    struct ng_ngm_entries entries[BLOCK + 1];
    const unsigned char *values[BLOCK + 1];
};

struct ng_query
{
    const struct ng_ngm *ngm;
    unsigned order;
    struct block b;
};

enum ng_err
ng_query_new (const struct ng_ngm *ngm, unsigned order, struct ng_query **out)
{
    struct ng_query *q = calloc (1, sizeof *q);

    if (!q)
        return NG_ENOMEM;
    q->ngm = ngm;
    q->order = order > 0 && order < ngm->order ? order : ngm->order;
    *out = q;
    return NG_OK;
}

void
ng_query_free (struct ng_query *q)
{
    free (q);
}

static inline void
prefetch (const unsigned char *p)
{
    __builtin_prefetch (p, 0, 3);
}

static void
find_unigrams (struct ng_query *q, size_t from, size_t to)
{
    struct block *b = &q->b;

    for (size_t i = from; i < to; i++)
        prefetch (q->ngm->unigrams + 8 * (size_t) *b->last[i]);
    for (size_t i = from; i < to; i++)
    {
        const unsigned char *p = q->ngm->unigrams + 8 * (size_t) *b->last[i];

        b->place[i] = *b->last[i];
        b->found[i] = 1;
        b->logp[i] = ng_get_f32le (p);
        b->bow[0][i] = ng_get_f32le (p + 4);
    }
}

/* Search for n-grams of order K, LEVEL, whose tags have TAG_BYTES, among the
   searches ALIVE[N]; returns how many are found, which are left in ALIVE, their
   values' bytes in VALUES.  */
static inline __attribute__ ((always_inline)) size_t
find_values (struct block *b, const struct ng_ngm_level *level,
             unsigned tag_bytes, unsigned k, size_t n)
{
    struct ng_ngm_level l = *level; /* nothing that is stored changes a copy */
    size_t found = 0;

    l.tag_bytes = tag_bytes;

    for (size_t j = 0; j < n; j++)
    {
        const size_t i = b->alive[j];

        b->spots[j] = ng_ngm_locate (&l, b->place[i], *(b->last[i] - (k - 1)));
        prefetch (ng_ngm_cell (&l, b->spots[j].bucket));
    }
    for (size_t j = 0; j < n; j++)
    {
        const struct ng_ngm_entries e = ng_ngm_bucket (&l, b->spots[j].bucket);

        b->entries[j] = e;
        prefetch (e.bytes);
        prefetch (ng_ngm_value (&l, e, 0));
    }
    for (size_t j = 0; j < n; j++)
    {
        const uint16_t i = b->alive[j];
        const struct ng_ngm_entries e = b->entries[j];
        const unsigned char *value;
        uint32_t at;
        const bool is_there = ng_ngm_search (&l, e, b->spots[j].tag, &at);

        /* What is not found is written over, without a jump.  */
        value = ng_ngm_value (&l, e, at);
        prefetch (value);
        b->place[i] = e.first + at;
        b->values[found] = value;
        b->alive[found] = i;
        found += is_there;
    }
    return found;
}

/* Search for n-grams of order K among the searches ALIVE[N]; returns how many
   go on from there, which are left in ALIVE.  */
static size_t
find_longer (struct ng_query *q, unsigned k, size_t n)
{
    const struct ng_ngm_level *l = &q->ngm->levels[k - 1];
    const bool has_bow = l->value_bytes == 8;
    struct block *b = &q->b;
    size_t found, going = 0;

    /* The usual numbers are constants to the compiler.  */
    if (l->tag_bytes == 3)
        found = find_values (b, l, 3, k, n);
    else if (l->tag_bytes == 2)
        found = find_values (b, l, 2, k, n);
    else
        found = find_values (b, l, l->tag_bytes, k, n);
    for (size_t j = 0; j < found; j++)
    {
        const uint16_t i = b->alive[j];

        b->found[i] = (uint8_t) k;
        b->logp[i] = ng_get_f32le (b->values[j]);
        if (has_bow)
            b->bow[k - 1][i] = ng_get_f32le (b->values[j] + 4);
        b->alive[going] = i;
        going += b->context[i] >= k;
    }
    return going;
}

/* Search for the tokens FROM and on, below TO.  */
static void
search (struct ng_query *q, size_t from, size_t to)
{
    struct block *b = &q->b;
    size_t n = 0;

    find_unigrams (q, from, to);
    for (size_t i = from; i < to; i++)
        if (b->context[i] > 0)
            b->alive[n++] = (uint16_t) i;
    for (unsigned k = 2; k <= q->order && n > 0; k++)
        n = find_longer (q, k, n);
}

/* X if IS_WANTED, else -0, which changes no number when added: without a
   jump.  */
static inline double
x_or_nothing (double x, bool is_wanted)
{
    const uint64_t nothing = UINT64_C (1) << 63;
    uint64_t bits;

    memcpy (&bits, &x, sizeof bits);
    bits = ((bits ^ nothing) & -(uint64_t) is_wanted) ^ nothing;
    memcpy (&x, &bits, sizeof x);
    return x;
}

/* X and the weights of the search BEFORE that make up for a context of CONTEXT
   tokens of which FOUND less one are used.  There are as many additions for
   all tokens, so that none has to be guessed.  */
static inline double
add_weights (const struct ng_query *q, unsigned context, unsigned found,
             size_t before, double x)
{
    const struct block *b = &q->b;
    const unsigned reach = b->found[before];
    const unsigned end = context < reach ? context : reach;

    for (unsigned k = 1; k < q->order; k++)
    {
        x += x_or_nothing ((double) b->bow[k - 1][before],
                           (k >= found) & (k <= end));
    }
    return x;
}

/* The log10 probability of token ID behind CONTEXT tokens, whose longest
   n-gram is of order FOUND and has LOGP; the search of the token before it is
   number BEFORE.  */
static inline double
combine (const struct ng_query *q, unsigned context, unsigned found, float logp,
         size_t before, uint8_t *used, uint32_t id)
{
    const struct block *b = &q->b;
    double x = (double) logp;

    *used = (uint8_t) found;
    if (q->ngm->rule == NG_RULE_BACKOFF)
        return add_weights (q, context, found, before, x);
    if (found > context)
        return x;
    if (q->ngm->rule == NG_RULE_STEP)
        return x + (context + 1 - found) * (double) q->ngm->step;
    x = (double) ng_get_f32le (q->ngm->unigrams + 8 * (size_t) id);
    *used = 1;
    return b->found[before] >= context
               ? x + (double) b->bow[context - 1][before]
               : x;
}

static inline uint8_t
limit_context (const struct ng_query *q, unsigned context)
{
    return (uint8_t) (context < q->order ? context : q->order - 1);
}

/* The first token of a run has weights to look for before it only if it has
   a context; then the token before it is searched for as well.  */
void
ng_query_run (struct ng_query *q, const uint32_t *ids, const uint8_t *context,
              size_t n, double *logp, uint8_t *used)
{
    struct block *b = &q->b;

    for (size_t done = 0; done < n;)
    {
        const size_t m = n - done < BLOCK ? n - done : BLOCK;
        const unsigned first = limit_context (q, context[done]);

        for (size_t i = 0; i < m; i++)
        {
            b->last[i + 1] = ids + done + i;
            b->context[i + 1] = limit_context (q, context[done + i]);
        }
        if (first > 0)
        {
            b->last[0] = ids + done - 1;
            b->context[0] = (uint8_t) (first - 1);
        }
        search (q, first > 0 ? 0 : 1, m + 1);
        for (size_t i = 0; i < m; i++)
            logp[done + i] =
                combine (q, b->context[i + 1], b->found[i + 1], b->logp[i + 1],
                         i, &used[done + i], ids[done + i]);
        done += m;
    }
}

/* M tokens, IDS[M] or from FIRST on, as the block's from 1 on, each behind the
   last CONTEXT tokens of HISTORY[N]; ROWS is where they are put together.  */
static void
stand_behind (struct block *b, const uint32_t *history, unsigned n,
              uint8_t context, const uint32_t *ids, uint32_t first, size_t m,
              uint32_t *rows)
{
    for (size_t i = 0; i < m; i++)
    {
        uint32_t *row = rows + i * NG_ORDER_MAX;

        if (context > 0)
            memcpy (row, history + n - context, context * sizeof *row);
        row[context] = ids ? ids[i] : first + (uint32_t) i;
        b->last[i + 1] = row + context;
        b->context[i + 1] = context;
    }
}

void
ng_query_each (struct ng_query *q, const uint32_t *history, unsigned n,
               const uint32_t *ids, uint32_t m, double *logp)
{
    struct block *b = &q->b;
    const uint8_t context = limit_context (q, n);
    uint32_t rows[BLOCK * NG_ORDER_MAX];

    /* The context's own weights, as if it stood before each token.  */
    if (context > 0)
    {
        b->last[0] = history + n - 1;
        b->context[0] = (uint8_t) (context - 1);
        search (q, 0, 1);
    }
    for (uint32_t done = 0; done < m;)
    {
        const uint32_t size = m - done < BLOCK ? m - done : BLOCK;

        stand_behind (b, history, n, context, ids ? ids + done : NULL, done,
                      size, rows);
        search (q, 1, size + 1);
        for (uint32_t i = 0; i < size; i++)
        {
            uint8_t used;

            logp[done + i] =
                combine (q, context, b->found[i + 1], b->logp[i + 1], 0, &used,
                         *b->last[i + 1]);
        }
        done += size;
    }
}

/* Search for the n-grams of order N + 1 that end at tokens 1 to M; those that
   are found so far have LOWER[i], the value of their suffix.  */
static void
search_full (struct ng_query *q, unsigned n, size_t m, float *lower)
{
    struct block *b = &q->b;
    size_t going = m;

    find_unigrams (q, 1, m + 1);
    for (size_t i = 0; i < m; i++)
        b->alive[i] = (uint16_t) (i + 1);
    for (unsigned k = 2; k <= n && going > 0; k++)
        going = find_longer (q, k, going);
    for (size_t j = 0; j < going; j++)
        lower[b->alive[j]] = b->logp[b->alive[j]];
    if (going > 0)
        (void) find_longer (q, n + 1, going);
}

uint32_t
ng_query_followers (struct ng_query *q, const uint32_t *history, unsigned n,
                    uint32_t *ids, uint32_t m, float *logp, float *lower)
{
    struct block *b = &q->b;
    uint32_t rows[BLOCK * NG_ORDER_MAX], kept = 0;
    float below[BLOCK + 1];

    for (uint32_t done = 0; done < m;)
    {
        const uint32_t size = m - done < BLOCK ? m - done : BLOCK;

        stand_behind (b, history, n, (uint8_t) n, ids + done, 0, size, rows);
        search_full (q, n, size, below);
        for (uint32_t i = 1; i <= size; i++)
            if (b->found[i] == n + 1)
            {
                ids[kept] = *b->last[i];
                logp[kept] = b->logp[i];
                lower[kept++] = below[i];
            }
        done += size;
    }
    return kept;
}

unsigned
ng_query_context (const struct ng_query *q, const uint32_t *history, unsigned n,
                  uint32_t places[NG_ORDER_MAX], float bow[NG_ORDER_MAX])
{
    const unsigned reach = limit_context (q, n);
    const uint32_t last = history[n - 1];

    if (reach == 0)
        return 0;
    places[0] = last;
    bow[0] = ng_get_f32le (q->ngm->unigrams + 8 * (size_t) last + 4);
    for (unsigned k = 2; k <= reach; k++)
    {
        const struct ng_ngm_level *l = &q->ngm->levels[k - 1];
        const struct ng_ngm_spot spot =
            ng_ngm_locate (l, places[k - 2], history[n - k]);
        const struct ng_ngm_entries e = ng_ngm_bucket (l, spot.bucket);
        uint32_t at;

        if (!ng_ngm_search (l, e, spot.tag, &at))
            return k - 1;
        places[k - 1] = e.first + at;
        bow[k - 1] = ng_get_f32le (ng_ngm_value (l, e, at) + 4);
    }
    return reach;
}
