#include <config.h>

#include "batch/plan.h"

#include "base/checked.h"
#include "batch/fair.h"

__extension__ typedef unsigned __int128 u128;

enum
{
    DIGITS = 9 /* of NG_WEIGHT_UNIT */
};

/* Most pieces of a plan.  */
#define PIECES_MAX (NG_FAIR_TOTAL_MAX >> 1)

bool
ng_plan_weight (const char *text, uint64_t *weight)
{
    uint64_t x = 0, unit = NG_WEIGHT_UNIT;
    const char *p = text;

    for (; *p >= '0' && *p <= '9' && p - text < DIGITS; p++)
        x = 10 * x + (uint64_t) (*p - '0');
    if (p == text)
        return false;
    x *= unit;
    if (*p == '.')
    {
        for (p++; *p >= '0' && *p <= '9' && unit > 1; p++)
        {
            unit /= 10;
            x += unit * (uint64_t) (*p - '0');
        }
        if (p[-1] == '.')
            return false;
    }
    *weight = x;
    return *p == '\0';
}

/* X A / B, which is cut to PIECES_MAX.  */
static uint64_t
scale (uint64_t x, uint64_t a, uint64_t b)
{
    u128 y = (u128) x * a / b;

    return y > PIECES_MAX ? PIECES_MAX : (uint64_t) y;
}

static uint64_t
divisor (uint64_t a, uint64_t b)
{
    while (b > 0)
    {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Shares as weighted, divided by what they have in common.  */
static enum ng_err
share_by_weight (struct ng_plan_source *sources, size_t n,
                 struct ng_fault *fault)
{
    uint64_t common = 0, total = 0;

    for (size_t i = 0; i < n; i++)
        common = divisor (common, sources[i].weight);
    for (size_t i = 0; i < n; i++)
    {
        sources[i].share = sources[i].weight / common;
        if (!ng_ckd_add (total, sources[i].share, &total)
            || total > NG_FAIR_TOTAL_MAX)
            return ng_fault_set (fault, NG_ELIMIT, NULL,
                                 "the weights have too many digits");
    }
    return NG_OK;
}

/* The pieces of N_STEPS tokens that the cap MAX_EPOCHS leaves to the source.  */
static uint64_t
cap_left (const struct ng_plan_source *s, uint64_t n_steps, uint64_t max_epochs)
{
    uint64_t cap = scale (s->n_pieces, max_epochs, NG_WEIGHT_UNIT);
    uint64_t served = s->served / n_steps;

    return served < cap ? cap - served : 0;
}

/* Divide *LEFT pieces by weight among the sources that have no quota yet; one
   that would have more than its cap has its cap.  True if there was one.  */
static bool
cap_some (struct ng_plan_source *sources, size_t n, uint64_t n_steps,
          uint64_t max_epochs, uint64_t *left)
{
    uint64_t weights = 0, pieces = *left;
    bool some = false;

    for (size_t i = 0; i < n; i++)
        if (sources[i].quota == 0)
            weights += sources[i].weight;
    for (size_t i = 0; i < n; i++)
    {
        struct ng_plan_source *s = &sources[i];
        uint64_t cap = cap_left (s, n_steps, max_epochs);

        if (s->quota > 0 || s->weight == 0
            || scale (pieces, s->weight, weights) <= cap)
            continue;
        s->quota = cap;
        if (cap == 0)
            s->weight = 0;
        *left -= cap < *left ? cap : *left;
        some = true;
    }
    return some;
}

/* Shares of PIECES pieces with a cap.  */
static enum ng_err
share_with_cap (struct ng_plan_source *sources, size_t n, uint64_t n_steps,
                uint64_t pieces, uint64_t max_epochs, struct ng_fault *fault)
{
    uint64_t weights = 0;
    bool any = false;

    while (cap_some (sources, n, n_steps, max_epochs, &pieces))
        any = true;
    if (!any)
        return share_by_weight (sources, n, fault);
    for (size_t i = 0; i < n; i++)
        if (sources[i].quota == 0)
            weights += sources[i].weight;
    for (size_t i = 0; i < n; i++)
    {
        struct ng_plan_source *s = &sources[i];

        if (s->quota == 0 && s->weight > 0)
            s->quota = scale (pieces, s->weight, weights);
        s->share = s->quota;
    }
    return NG_OK;
}

/* Quotas from shares of PIECES, for the report and the sum.  */
static void
set_quotas (struct ng_plan_source *sources, size_t n, uint64_t pieces)
{
    uint64_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += sources[i].share;
    for (size_t i = 0; i < n; i++)
        if (sources[i].quota == 0 && total > 0)
            sources[i].quota = scale (pieces, sources[i].share, total);
}

/* Weights that are numbers of epochs or of tokens: quotas, and these as
   shares.  */
static void
count_quotas (enum ng_weight_kind kind, struct ng_plan_source *s,
              uint64_t n_steps, uint64_t n_epochs, uint64_t max_epochs)
{
    uint64_t quota = kind == NG_WEIGHT_EPOCHS
                         ? scale (s->n_pieces, s->weight, NG_WEIGHT_UNIT)
                         : scale (1, s->weight / NG_WEIGHT_UNIT, n_steps);
    uint64_t cap = scale (s->n_pieces, max_epochs, NG_WEIGHT_UNIT);

    quota = scale (quota, n_epochs, 1);
    if (max_epochs > 0 && quota > cap)
        quota = cap;
    quota -= s->served / n_steps < quota ? s->served / n_steps : quota;
    s->quota = s->share = quota;
}

enum ng_err
ng_plan_make (enum ng_weight_kind kind, struct ng_plan_source *sources,
              size_t n, uint64_t n_steps, uint64_t n_epochs,
              uint64_t max_epochs, uint64_t *n_pieces, struct ng_fault *fault)
{
    uint64_t all = 0, served = 0, weights = 0, total = 0;
    bool any = false;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < n; i++)
    {
        struct ng_plan_source *s = &sources[i];

        s->n_pieces = s->n_tokens > 0 ? (s->n_tokens - 1) / n_steps : 0;
        s->share = s->quota = 0;
        if (s->n_pieces == 0)
            s->weight = 0;
        if (!ng_ckd_add (weights, s->weight, &weights)
            || !ng_ckd_add (all, s->n_pieces, &all)
            || !ng_ckd_add (served, s->served / n_steps, &served))
            return ng_fault_set (fault, NG_ELIMIT, NULL,
                                 "the weights have too many digits");
    }
    if (weights == 0)
        return ng_fault_set (fault, NG_EINVAL, NULL,
                             "no source has both a weight above zero and a"
                             " piece of %llu token%s and one",
                             (unsigned long long) n_steps, ng_plural (n_steps));
    all = scale (all, n_epochs, 1);
    all -= served < all ? served : all;
    if (kind != NG_WEIGHT_SHARES)
        for (size_t i = 0; i < n; i++)
            count_quotas (kind, &sources[i], n_steps, n_epochs, max_epochs);
    else if (max_epochs > 0 && n_epochs > 0)
        err = share_with_cap (sources, n, n_steps, all, max_epochs, fault);
    else
        err = share_by_weight (sources, n, fault);
    if (err != NG_OK)
        return err;
    for (size_t i = 0; i < n; i++)
    {
        total += sources[i].quota;
        any = any || sources[i].share > 0;
    }
    *n_pieces = total > 0 ? total : all;
    if (n_epochs > 0 && (!any || *n_pieces == 0))
        return ng_fault_set (
            fault, NG_EINVAL, NULL, "%s",
            served > 0 ? "nothing is left to be served of this mixture"
                       : "by these weights no source serves a whole piece");
    if (kind == NG_WEIGHT_SHARES && n_epochs > 0 && total == 0)
        set_quotas (sources, n, all);
    if (n_epochs == 0)
        *n_pieces = 0;
    return NG_OK;
}
