/* Laplace smoothing as in Zhang, Lipton, Li and Smola, Dive into Deep
   Learning (2023), section 9.3.1, equations 9.3.5: with n tokens, m distinct
   ones, n(.) counts of the sequence as it stands, and a constant e_k for each
   order k,

     P1(x)        = (n(x) + e1 / m) / (n + e1)
     Pk(x | h)    = (n(h, x) + ek P1(x)) / (n(h) + ek)   for k > 1,

   where h are the k - 1 tokens before x.  The lower-order term is the unigram
   estimate for every order.  A zero denominator gives P1(x).  */
#ifndef NG_LAPLACE_H
#define NG_LAPLACE_H

#include <stdint.h>

#include "base/nglimits.h"

struct ng_laplace
{
    double epsilon[NG_ORDER_MAX]; /* e1, e2, ...: at least 0 */
    uint64_t n_tokens;            /* n */
    uint64_t n_types;             /* m */
};

/* P1 of a token that occurs COUNT times; 0 if the text is empty.  */
double ng_laplace_unigram (const struct ng_laplace *l, uint64_t count);

/* P of order ORDER for a token that occurs LAST_COUNT times and COUNT times
   behind a context that occurs CONTEXT_COUNT times.  For order 1 this is the
   unigram estimate of COUNT.  */
double ng_laplace (const struct ng_laplace *l, unsigned order, uint64_t count,
                   uint64_t context_count, uint64_t last_count);

#endif
