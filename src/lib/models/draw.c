#include <config.h>

#include "models/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/query.h"

enum
{
    TERMS = 18, /* ln (2)^18 / 18! is below 2^-62 */
    ONE_BIT = 62
};

/* log2 (10), and ln (2) times 2^64.  */
static const double log2_of_10 = 3.321928094887362348;
#define LN_2 UINT64_C (0xb17217f7d1cf79ab)

struct ng_draw
{
    const struct ng_ngm *ngm;
    struct ng_query *query;
    unsigned order;
    double scale; /* 1 / temperature; 0 stands for temperature 0 */
    uint32_t top_k;
    double *logp;      /* [n_types] */
    uint64_t *weights; /* [n_types] */
    uint32_t *ids;     /* [n_types] for TOP_K */
    uint64_t total;
    bool has_weights; /* for HISTORY[N_HISTORY] */
    uint32_t history[NG_ORDER_MAX];
    unsigned n_history;
};

enum ng_err
ng_draw_new (const struct ng_ngm *ngm, unsigned order, double temperature,
             uint32_t top_k, struct ng_draw **out)
{
    struct ng_draw *s = calloc (1, sizeof *s);
    enum ng_err err;

    if (!s)
        return NG_ENOMEM;
    s->ngm = ngm;
    s->order = order > 0 && order < ngm->order ? order : ngm->order;
    s->scale = temperature > 0 ? 1 / temperature : 0;
    s->top_k = temperature > 0 ? top_k : 1;
    s->logp = ng_alloc_array (ngm->n_types, sizeof *s->logp);
    s->weights = ng_alloc_array (ngm->n_types, sizeof *s->weights);
    s->ids = ng_alloc_array (ngm->n_types, sizeof *s->ids);
    err = s->logp && s->weights && s->ids ? ng_query_new (ngm, order, &s->query)
                                          : NG_ENOMEM;
    if (err != NG_OK)
    {
        ng_draw_free (s);
        return err;
    }
    *out = s;
    return NG_OK;
}

void
ng_draw_free (struct ng_draw *s)
{
    if (!s)
        return;
    ng_query_free (s->query);
    free (s->logp);
    free (s->weights);
    free (s->ids);
    free (s);
}

/* A * B / 2^64.  */
static inline uint64_t
multiply_high (uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128) a * b;

    return (uint64_t) (product >> 64);
}

/* 2^F times 2^62, where F is FRACTION / 2^64: the power series of e^(F ln 2)
   from its last term on.  */
static uint64_t
power_of_2 (uint64_t fraction)
{
    const uint64_t one = UINT64_C (1) << ONE_BIT;
    const uint64_t x = multiply_high (fraction, LN_2);
    uint64_t sum = one;

    for (unsigned n = TERMS; n > 0; n--)
        sum = one + multiply_high (sum, x) / n;
    return sum;
}

uint64_t
ng_draw_weight (double logp, double scale, int top)
{
    /* Volatile, so that product and difference are rounded each, not fused on
       the machines that can.  */
    const volatile double factor = log2_of_10 * scale;
    const volatile double x = logp * factor;
    double whole = floor (x);
    double fraction = ldexp (x - whole, 53);
    uint64_t power;

    if (fraction >= 0x1p53) /* x was a hair below a whole number */
    {
        fraction = 0;
        whole += 1;
    }
    if (top - whole >= ONE_BIT)
        return 0;
    power = power_of_2 ((uint64_t) fraction << 11);
    return whole <= top ? power >> (int) (top - whole) : power << 1;
}

/* By falling probability, then rising id; a partial quicksort brings the K
   first to the front.  */
static bool
is_likelier (const struct ng_draw *s, uint32_t a, uint32_t b)
{
    return s->logp[a] != s->logp[b] ? s->logp[a] > s->logp[b] : a < b;
}

static void
swap (uint32_t *a, uint32_t *b)
{
    uint32_t x = *a;

    *a = *b;
    *b = x;
}

static void
select_likeliest (struct ng_draw *s, uint32_t n, uint32_t k)
{
    uint32_t low = 0, high = n;

    while (high - low > 1)
    {
        uint32_t pivot, at = low;

        swap (&s->ids[low + (high - low) / 2], &s->ids[high - 1]);
        pivot = s->ids[high - 1];
        for (uint32_t i = low; i + 1 < high; i++)
            if (is_likelier (s, s->ids[i], pivot))
                swap (&s->ids[i], &s->ids[at++]);
        swap (&s->ids[at], &s->ids[high - 1]);
        if (at == k)
            return;
        if (at < k)
            low = at + 1;
        else
            high = at;
    }
}

/* Leave the TOP_K likeliest types alone: the others cannot happen.  */
static void
keep_likeliest (struct ng_draw *s)
{
    const uint32_t n = s->ngm->n_types;

    if (s->top_k == 0 || s->top_k >= n)
        return;
    for (uint32_t id = 0; id < n; id++)
        s->ids[id] = id;
    select_likeliest (s, n, s->top_k);
    for (uint32_t i = s->top_k; i < n; i++)
        s->logp[s->ids[i]] = -HUGE_VAL;
}

/* Set weights and total for the types behind HISTORY[N].  */
static void
weigh (struct ng_draw *s, const uint32_t *history, unsigned n)
{
    const uint32_t n_types = s->ngm->n_types;
    const double scale = s->scale > 0 ? s->scale : 1;
    double likeliest = -HUGE_VAL;
    int top, room = 0;

    ng_query_all (s->query, history, n, s->logp);
    if (s->ngm->bos != NG_NONE)
        s->logp[s->ngm->bos] = -HUGE_VAL;
    keep_likeliest (s);
    for (uint32_t id = 0; id < n_types; id++)
        likeliest = fmax (likeliest, s->logp[id]);
    s->total = 0;
    memset (s->weights, 0, n_types * sizeof *s->weights);
    if (likeliest <= (double) NG_LOG10_ZERO)
        return;
    /* So that the sum of all stays below 2^64.  */
    while (n_types >> room != 0)
        room++;
    top = (int) floor (likeliest * (log2_of_10 * scale)) + room;
    for (uint32_t id = 0; id < n_types; id++)
    {
        if (s->logp[id] <= (double) NG_LOG10_ZERO)
            continue;
        s->weights[id] = ng_draw_weight (s->logp[id], scale, top);
        s->total += s->weights[id];
    }
}

uint32_t
ng_draw_token (struct ng_draw *s, const uint32_t *history, size_t n,
               struct ng_random *random)
{
    const unsigned reach =
        n < s->order - 1 ? (unsigned) n : (unsigned) (s->order - 1);
    uint64_t x;

    history += n - reach;
    if (!s->has_weights || s->n_history != reach
        || (reach > 0
            && memcmp (s->history, history, reach * sizeof *history) != 0))
    {
        weigh (s, history, reach);
        s->has_weights = true;
        s->n_history = reach;
        if (reach > 0)
            memcpy (s->history, history, reach * sizeof *history);
    }
    if (s->total == 0)
        return NG_NONE;
    x = ng_random_below (random, s->total);
    for (uint32_t id = 0;; id++)
    {
        if (x < s->weights[id])
            return id;
        x -= s->weights[id];
    }
}
