#include <config.h>

#include "models/laplace.h"

double
ng_laplace_unigram (const struct ng_laplace *l, uint64_t count)
{
    const double e1 = l->epsilon[0];
    const double total = (double) l->n_tokens + e1;

    if (l->n_types == 0 || !(total > 0))
        return 0;
    return ((double) count + e1 / (double) l->n_types) / total;
}

double
ng_laplace (const struct ng_laplace *l, unsigned order, uint64_t count,
            uint64_t context_count, uint64_t last_count)
{
    double p1, e, total;

    if (order == 1)
        return ng_laplace_unigram (l, count);
    p1 = ng_laplace_unigram (l, last_count);
    e = l->epsilon[order - 1];
    total = (double) context_count + e;
    return total > 0 ? ((double) count + e * p1) / total : p1;
}
