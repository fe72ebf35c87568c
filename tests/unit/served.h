/* served.h: what samplers serve, as lists to compare.  */
#ifndef NG_SERVED_H
#define NG_SERVED_H

#include "batch/sampler.h"

enum
{
    STEPS_MAX = 400,
    ROWS_MAX = 8
};

/* All that a sampler serves, up to STEPS_MAX steps.  */
struct served
{
    size_t n_steps;
    size_t n_rows;
    uint64_t starts[STEPS_MAX][ROWS_MAX];
    uint64_t epochs[STEPS_MAX];
};

/* All that a sampler of SPEC serves from step FROM on.  */
void serve_all (const struct ng_sampler_spec *spec, uint64_t from,
                struct served *served);

/* Shapes whose epochs have all as many batches, and shapes where the offset
   decides; the modes in turn.  */
struct ng_sampler_spec served_shape (unsigned i);

#endif
