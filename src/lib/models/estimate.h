/* Estimates models from counts and writes them, within a bound of memory.

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
   still sums to 1; the discounts are those of all n-grams, as in KenLM.

   How: everything is a stream in the order of the count file (see
   models/layers.h), and what an n-gram needs of its suffix is dealt out and
   collected (see models/suffix.h).  Order by order, from 1 on: the
   probabilities and places of the order before are brought to the n-grams;
   their contexts' sums are there, since the order before was gone through
   together with its n-grams; the probability and the weight of each go to the
   output.  */
#ifndef NG_ESTIMATE_H
#define NG_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/nglimits.h"
#include "counts/ngcread.h"
#include "io/output.h"

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
    unsigned order;               /* of the model; 0: all that are there */
    double epsilon[NG_ORDER_MAX]; /* of laplace and interpolated, >= 0 */
    uint64_t prune[NG_ORDER_MAX]; /* rising; 0: none */
    bool has_fallback;            /* where discounts cannot be estimated */
    double fallback[3];
    bool to_arpa;          /* write ARPA form, which laplace has not; else
                               .ngm */
    uint64_t budget;       /* bytes of memory; some 20 MiB are needed besides */
    const char *spill_dir; /* for temporary files */
    struct ng_fault *fault; /* borrowed */

    /* Out: the orders, how many n-grams each has, its discounts, and whether
       these are the fallback.  */
    unsigned n_orders;
    uint32_t n[NG_ORDER_MAX];
    double discounts[NG_ORDER_MAX][3];
    bool fell_back[NG_ORDER_MAX];
};

/* Estimate a model from the counts F as E tells and write it to OUT, which is
   not committed.  The bytes are the same for every budget.  NG_EINVAL,
   recorded in E->fault, if the counts do not allow it: an order that is not
   there, cut counts, or counts of counts that give no discounts, for
   kneser-ney; NG_EFORMAT if they are damaged or n-grams are missing; NG_ELIMIT,
   NG_ENOMEM, NG_ESYS.  Time O(n).  */
enum ng_err ng_estimate (struct ng_estimate *e, struct ng_ngc *f,
                         struct ng_output *out) NG_MUST_CHECK;

#endif
