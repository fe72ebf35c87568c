/* Heaps' law: the types V among the first n tokens of a text grow as
   V = K n^beta (Herdan 1960, Heaps 1978).

   Start from all zero; call ng_heaps_add for each token in the order of the
   text; then ng_heaps_fit.  One thread at a time.  */
#ifndef NG_HEAPS_H
#define NG_HEAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum
{
    /* Growth is noted at this many even steps of ln n for each doubling, from
       the first token on: 64 doublings fit.  */
    NG_HEAPS_PER_DOUBLING = 8,
    NG_HEAPS_POINTS_MAX = 64 * NG_HEAPS_PER_DOUBLING,
    /* The fit begins here: before, nearly every token is new.  */
    NG_HEAPS_FIT_FROM = 100,
    /* Fewer tokens are not fitted.  */
    NG_HEAPS_TOKENS_MIN = 1000
};

struct ng_heaps_point
{
    uint64_t n_tokens, n_types;
};

struct ng_heaps
{
    uint64_t n_tokens, n_types; /* so far */
    uint64_t next;              /* note a point at this many tokens */
    size_t n_points;
    struct ng_heaps_point points[NG_HEAPS_POINTS_MAX];
};

struct ng_heaps_law
{
    double k, k_err;
    double beta, beta_err;
};

/* Note a point if one is due.  For ng_heaps_add.  */
void ng_heaps_note (struct ng_heaps *h);

/* The text goes on with a token, which IS_NEW if it was not seen before.  */
static inline void
ng_heaps_add (struct ng_heaps *h, bool is_new)
{
    h->n_types += is_new;
    if (++h->n_tokens >= h->next)
        ng_heaps_note (h);
}

/* The line through ln V against ln n by least squares over the points from
   NG_HEAPS_FIT_FROM on and the last token.  Errors are those of independent
   points, which these are not.  NG_EINVAL for fewer than NG_HEAPS_TOKENS_MIN
   tokens, or fewer than two types.  */
enum ng_err ng_heaps_fit (const struct ng_heaps *h,
                          struct ng_heaps_law *law) NG_MUST_CHECK;

#endif
