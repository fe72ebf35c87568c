#include <config.h>

#include "served.h"

#include <string.h>

#include "unit.h"

void
serve_all (const struct ng_sampler_spec *spec, uint64_t from,
           struct served *served)
{
    struct ng_fault fault = { 0 };
    struct ng_sampler *sampler;
    struct ng_batch_rows rows;

    memset (served, 0, sizeof *served);
    ck_assert_int_eq (ng_sampler_new (spec, NULL, &fault, &sampler), NG_OK);
    served->n_rows = ng_sampler_rows (sampler);
    if (from != spec->origin.step)
        ck_assert_int_eq (ng_sampler_seek (sampler, from), NG_OK);
    while (served->n_steps < STEPS_MAX
           && ng_sampler_next (sampler, &rows) == NG_OK)
    {
        size_t k = served->n_steps++;

        ck_assert_uint_eq (rows.step, from + k);
        ck_assert_uint_eq (rows.n_rows, served->n_rows);
        served->epochs[k] = rows.epoch;
        for (size_t i = 0; i < rows.n_rows; i++)
            served->starts[k][i] = rows.starts[i];
    }
    ng_sampler_free (sampler);
}

struct ng_sampler_spec
served_shape (unsigned i)
{
    static const uint64_t lengths[] = { 101, 100, 97, 96, 64, 61, 60, 37 };
    struct ng_sampler_spec spec = { .mode = (enum ng_mode) (i % 3),
                                    .seed = i,
                                    .n_tokens = lengths[i / 3 % 8],
                                    .batch_size = 1 + i / 24 % 4,
                                    .n_steps = 1 + i / 96 % 2 * 4 + i % 5,
                                    .world = 1 };

    return spec;
}
