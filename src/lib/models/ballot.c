#include <config.h>

#include "models/ballot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/radix.h"
#include "models/weight.h"

struct ng_ballot
{
    const struct ng_ngm *ngm;
    struct ng_query *query;
    double scale;

    uint32_t *ids;  /* [n] */
    double *logp;   /* [n] log10 */
    uint64_t *sums; /* [n] of the weights up to each */
    uint32_t n;
    size_t cap;

    /* For the likeliest.  */
    uint32_t *unigrams; /* [n_unigrams] by falling probability, then id */
    uint32_t n_unigrams;
    unsigned char *marks; /* [n_types] */
};

enum ng_err
ng_ballot_new (const struct ng_ngm *ngm, struct ng_query *query, double scale,
               struct ng_ballot **out)
{
    struct ng_ballot *b = calloc (1, sizeof *b);

    if (!b)
        return NG_ENOMEM;
    b->ngm = ngm;
    b->query = query;
    b->scale = scale;
    *out = b;
    return NG_OK;
}

void
ng_ballot_free (struct ng_ballot *b)
{
    if (!b)
        return;
    free (b->ids);
    free (b->logp);
    free (b->sums);
    free (b->unigrams);
    free (b->marks);
    free (b);
}

static enum ng_err
make_room (struct ng_ballot *b, size_t n)
{
    if (n <= b->cap)
        return NG_OK;
    free (b->ids);
    free (b->logp);
    free (b->sums);
    b->cap = 0;
    b->ids = ng_alloc_array (n, sizeof *b->ids);
    b->logp = ng_alloc_array (n, sizeof *b->logp);
    b->sums = ng_alloc_array (n, sizeof *b->sums);
    if (!b->ids || !b->logp || !b->sums)
        return NG_ENOMEM;
    b->cap = n;
    return NG_OK;
}

static void
weigh (struct ng_ballot *b)
{
    double likeliest = (double) NG_LOG10_ZERO, top;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < b->n; i++)
        likeliest = fmax (likeliest, b->logp[i]);
    top = ng_weight_top (likeliest, b->scale, b->n);
    for (uint32_t i = 0; i < b->n; i++)
        b->sums[i] = sum += ng_weight (b->logp[i], b->scale, top);
}

enum ng_err
ng_ballot_all (struct ng_ballot *b, const uint32_t *history, unsigned n)
{
    const uint32_t n_types = b->ngm->n_types;
    enum ng_err err = make_room (b, n_types);

    if (err != NG_OK)
        return err;
    for (uint32_t id = 0; id < n_types; id++)
        b->ids[id] = id;
    b->n = n_types;
    ng_query_each (b->query, history, n, b->ids, n_types, b->logp);
    if (b->ngm->bos != NG_NONE)
        b->logp[b->ngm->bos] = (double) NG_LOG10_ZERO;
    weigh (b);
    return NG_OK;
}

/* -------------------------------------------------------- the likeliest */

/* A number that rises as X falls.  */
static uint64_t
falling (float x)
{
    uint32_t bits;

    memcpy (&bits, &x, sizeof bits);
    return bits >> 31 ? bits : UINT32_C (0x7fffffff) - bits;
}

/* Sort the unigrams that have a chance.  */
static enum ng_err
sort_unigrams (struct ng_ballot *b)
{
    const struct ng_ngm *ngm = b->ngm;
    uint64_t *records = ng_alloc_array (ngm->n_types, 2 * sizeof *records);
    uint64_t *scratch = ng_alloc_array (ngm->n_types, 2 * sizeof *scratch);
    uint32_t *ids = ng_alloc_array (ngm->n_types, sizeof *ids);
    uint32_t n = 0;

    b->marks = ng_calloc_array (ngm->n_types, 1);
    if (records && scratch && ids && b->marks)
    {
        for (uint32_t id = 0; id < ngm->n_types; id++)
        {
            const float x = ng_get_f32le (ngm->unigrams + 8 * (size_t) id);

            if (id == ngm->bos || x <= NG_LOG10_ZERO)
                continue;
            records[2 * (size_t) n] = falling (x);
            records[2 * (size_t) n++ + 1] = id;
        }
        if (n > 0)
            ng_radix_sort (records, n, 1, scratch);
        for (uint32_t i = 0; i < n; i++)
            ids[i] = (uint32_t) records[2 * (size_t) i + 1];
        b->unigrams = ids;
        b->n_unigrams = n;
        ids = NULL;
    }
    free (records);
    free (scratch);
    free (ids);
    return b->unigrams ? NG_OK : NG_ENOMEM;
}

static bool
is_likelier (const struct ng_ballot *b, uint32_t i, uint32_t j)
{
    return b->logp[i] != b->logp[j] ? b->logp[i] > b->logp[j]
                                    : b->ids[i] < b->ids[j];
}

static void
swap (struct ng_ballot *b, uint32_t i, uint32_t j)
{
    const uint32_t id = b->ids[i];
    const double logp = b->logp[i];

    b->ids[i] = b->ids[j];
    b->logp[i] = b->logp[j];
    b->ids[j] = id;
    b->logp[j] = logp;
}

/* Bring the K likeliest to the front: a quicksort that leaves alone what is not
   in question.  */
static void
select_likeliest (struct ng_ballot *b, uint32_t k)
{
    uint32_t low = 0, high = b->n;

    while (high - low > 1)
    {
        uint32_t at = low;

        swap (b, low + (high - low) / 2, high - 1);
        for (uint32_t i = low; i + 1 < high; i++)
            if (is_likelier (b, i, high - 1))
                swap (b, i, at++);
        swap (b, at, high - 1);
        if (at == k)
            return;
        if (at < k)
            low = at + 1;
        else
            high = at;
    }
}

enum ng_err
ng_ballot_likeliest (struct ng_ballot *b, const uint32_t *history, unsigned n,
                     const uint32_t *ids, uint32_t m, uint32_t k)
{
    enum ng_err err = b->unigrams ? NG_OK : sort_unigrams (b);

    if (err == NG_OK)
        err = make_room (b, (size_t) m + k);
    if (err != NG_OK)
        return err;
    b->n = 0;
    for (uint32_t i = 0; i < m; i++)
    {
        b->marks[ids[i]] = 1;
        if (ids[i] != b->ngm->bos)
            b->ids[b->n++] = ids[i];
    }
    for (uint32_t i = 0, taken = 0; i < b->n_unigrams && taken < k; i++)
        if (!b->marks[b->unigrams[i]])
        {
            b->ids[b->n++] = b->unigrams[i];
            taken++;
        }
    for (uint32_t i = 0; i < m; i++)
        b->marks[ids[i]] = 0;
    ng_query_each (b->query, history, n, b->ids, b->n, b->logp);
    if (k < b->n)
    {
        select_likeliest (b, k);
        b->n = k;
    }
    weigh (b);
    return NG_OK;
}

uint32_t
ng_ballot_draw (const struct ng_ballot *b, struct ng_random *random)
{
    uint32_t low = 0, high = b->n - 1;
    uint64_t x;

    if (b->n == 0 || b->sums[high] == 0)
        return NG_NONE;
    x = ng_random_below (random, b->sums[high]);
    while (low < high)
    {
        const uint32_t mid = low + (high - low) / 2;

        if (b->sums[mid] > x)
            high = mid;
        else
            low = mid + 1;
    }
    return b->ids[low];
}
