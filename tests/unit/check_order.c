#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "batch/order.h"
#include "rand.h"
#include "unit.h"

/* The second implementation: a list of the starts of all pieces, shuffled as
   the permutations say, and what is served taken out of it.  */
struct list
{
    uint64_t *starts;
    uint64_t n, n_steps;
};

static void
shuffle (struct list *l, uint64_t key)
{
    uint64_t *starts = calloc (l->n, sizeof *starts);
    struct ng_permutation p;

    ck_assert_ptr_nonnull (starts);
    ng_permutation_init (&p, l->n, key);
    for (uint64_t i = 0; i < l->n; i++)
        starts[i] = l->starts[ng_permute (&p, i)];
    free (l->starts);
    l->starts = starts;
}

/* All but the first N_SERVED are cut into pieces of N_STEPS.  */
static void
recut (struct list *l, uint64_t n_served, uint64_t n_steps)
{
    const uint64_t ratio = l->n_steps / n_steps;
    uint64_t *starts = calloc ((l->n - n_served) * ratio, sizeof *starts);

    ck_assert_ptr_nonnull (starts);
    for (uint64_t i = n_served; i < l->n; i++)
        for (uint64_t j = 0; j < ratio; j++)
            starts[(i - n_served) * ratio + j] = l->starts[i] + j * n_steps;
    free (l->starts);
    l->starts = starts;
    l->n = (l->n - n_served) * ratio;
    l->n_steps = n_steps;
}

static void
expect_list (const struct list *l, const struct ng_order *order)
{
    ck_assert_uint_eq (ng_order_pieces (order), l->n);
    for (uint64_t i = 0; i < l->n; i++)
        NG_ENSURE (ng_order_start (order, i) == l->starts[i]);
}

/* Orders of any size, cut up to as often as they may be.  */
START_TEST (equals_a_list)
{
    uint64_t state = (uint64_t) _i;
    const uint64_t offset = rand_below (&state, 50), key = rand_next (&state);
    struct list l = { NULL, 1 + rand_below (&state, 40), 0 };
    struct ng_order order;

    l.n_steps = UINT64_C (1) << rand_below (&state, 10);
    l.n_steps *= _i % 3 ? 1 : 15;
    l.starts = calloc (l.n, sizeof *l.starts);
    ck_assert_ptr_nonnull (l.starts);
    for (uint64_t i = 0; i < l.n; i++)
        l.starts[i] = offset + i * l.n_steps;
    shuffle (&l, key);
    ng_order_init (&order, offset, l.n_steps, l.n, key);
    expect_list (&l, &order);
    for (int cut = 0; cut < NG_CUTS_MAX; cut++)
    {
        const uint64_t n_served = rand_below (&state, l.n / 2 + 1);
        const uint64_t n_steps = l.n_steps % 3 == 0   ? l.n_steps / 3
                                 : l.n_steps % 2 == 0 ? l.n_steps / 2
                                                      : l.n_steps;
        const uint64_t next = rand_next (&state);

        recut (&l, n_served, n_steps);
        shuffle (&l, next);
        ng_order_recut (&order, n_served, n_steps, next);
        expect_list (&l, &order);
    }
    free (l.starts);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("order");
    TCase *tc = tcase_create ("order");

    tcase_add_loop_test (tc, equals_a_list, 0, 60);
    suite_add_tcase (suite, tc);
    return suite;
}
