#include <config.h>

#include "batch/order.h"

#include <assert.h>

void
ng_order_init (struct ng_order *order, uint64_t offset, uint64_t n_steps,
               uint64_t n_pieces, uint64_t key)
{
    order->offset = offset;
    order->n_cuts = 1;
    order->cuts[0].n_steps = n_steps;
    order->cuts[0].n_skipped = 0;
    ng_permutation_init (&order->cuts[0].order, n_pieces, key);
}

void
ng_order_recut (struct ng_order *order, uint64_t n_served, uint64_t n_steps,
                uint64_t key)
{
    size_t c = order->n_cuts;
    uint64_t ratio = order->cuts[c - 1].n_steps / n_steps;
    uint64_t left = ng_order_pieces (order) - n_served;

    assert (c <= NG_CUTS_MAX);
    assert (order->cuts[c - 1].n_steps == ratio * n_steps);
    order->cuts[c].n_steps = n_steps;
    order->cuts[c].n_skipped = n_served;
    ng_permutation_init (&order->cuts[c].order, left * ratio, key);
    order->n_cuts = c + 1;
}

uint64_t
ng_order_pieces (const struct ng_order *order)
{
    return order->cuts[order->n_cuts - 1].order.n;
}

uint64_t
ng_order_start (const struct ng_order *order, uint64_t i)
{
    uint64_t within = 0; /* tokens from the start of the larger piece */

    for (size_t c = order->n_cuts - 1; c > 0; c--)
    {
        uint64_t n_steps = order->cuts[c].n_steps;
        uint64_t ratio = order->cuts[c - 1].n_steps / n_steps;
        uint64_t x = ng_permute (&order->cuts[c].order, i);

        within += x % ratio * n_steps;
        i = order->cuts[c].n_skipped + x / ratio;
    }
    return order->offset
           + ng_permute (&order->cuts[0].order, i) * order->cuts[0].n_steps
           + within;
}

void
ng_order_starts (const struct ng_order *order, uint64_t i, size_t n,
                 uint64_t *starts)
{
    if (order->n_cuts > 1)
    {
        for (size_t k = 0; k < n; k++)
            starts[k] = ng_order_start (order, i + k);
        return;
    }
    ng_permute_many (&order->cuts[0].order, i, n, starts);
    for (size_t k = 0; k < n; k++)
        starts[k] = order->offset + starts[k] * order->cuts[0].n_steps;
}
