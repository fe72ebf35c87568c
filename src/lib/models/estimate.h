/* Estimates models from counts.

   With a(.) a count, h a context, x a token, h' the context without its first
   token, every estimate but the last is of the form

       P(x | h) = d(h x) / Z(h) + g(h) B(x),    B(x) = P(x | h')

   for n-grams h x that are listed, and g(h) B(x) for others, so that it is a
   back-off model with the weights g(h).

   kneser-ney: interpolated modified Kneser-Ney as Chen and Goodman 1998 have
   it (equations 20 to 26, interpolated), in the form of Heafield et al. 2013,
   which KenLM has.  a(w) of the longest n-grams, and of those that begin with
   <s>, is their count; of others the number of distinct tokens before them.
   d = a - D(a), D(a) being one of three discounts of the order for a = 1, 2,
   3 and more: D(i) = i - (i + 1) Y n(i+1) / n(i), Y = n1 / (n1 + 2 n2), where
   n(i) n-grams of the order have a = i.  Z(h) = sum of a(h x) over x, and g(h)
   = sum of D(a(h x)) / Z(h).  At order 1, B(x) = 1 / V for each of the V types
   but <s>, <unk> among them; <s> has probability 1 by convention.

   laplace (see models/laplace.h): d = n(h x), Z(h) = n(h) + e, g(h) = e / Z(h)
   and B(x) = P1(x) for every order.  interpolated: the same, with B(x) as
   above.  Of sentences, <s> is no token that is predicted: n and m leave it
   out.

   stupid-backoff (Brants et al. 2007, equation 5): scores n(h x) / n(h), and
   0.4 for each step down; not probabilities.

   Pruning leaves out the n-grams of order k whose count is at most
   PRUNE[k - 1].  What they had, a(h x), goes into g(h), so that the model
   still sums to 1; the discounts are those of all n-grams, as in KenLM.  */
#ifndef NG_ESTIMATE_H
#define NG_ESTIMATE_H

#include <stdbool.h>

#include "base/err.h"
#include "models/backoff.h"
#include "models/tally.h"

enum ng_smoothing
{
    NG_LAPLACE,
    NG_INTERPOLATED,
    NG_KNESER_NEY,
    NG_STUPID_BACKOFF
};

struct ng_estimate
{
    enum ng_smoothing smoothing;
    double epsilon[NG_ORDER_MAX]; /* of laplace and interpolated, >= 0 */
    uint64_t prune[NG_ORDER_MAX]; /* rising; 0: none */
    bool has_fallback;            /* where discounts cannot be estimated */
    double fallback[3];

    /* Out: the discounts of each order, and whether they are the fallback.  */
    double discounts[NG_ORDER_MAX][3];
    bool fell_back[NG_ORDER_MAX];
};

/* Estimate *M from T, which is used up; the caller releases both in any case.
   E tells how.  NG_EINVAL, recorded in FAULT for FILE, if the counts do not
   allow it: cut counts, or counts of counts that give no discounts, for
   kneser-ney.  NG_ENOMEM.  Time and memory O(n).  */
enum ng_err ng_estimate (struct ng_estimate *e, struct ng_tally *t,
                         const char *file, struct ng_fault *fault,
                         struct ng_backoff *m) NG_MUST_CHECK;

#endif
