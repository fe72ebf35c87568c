#include <config.h>

#include "models/chances.h"

#include "drawkit.h"
#include "models/query.h"
#include "models/weight.h"

static const double scales[] = { 1, 0.3, 4 };

/* The weights of the types that follow HISTORY[N] by the trie, one by one, and
   what they weigh in BELOW; with N = 0 all types.  */
static void
check_chance (const struct drawkit *d, const struct ng_chance *c, double scale,
              const uint32_t *history, unsigned n,
              const struct ng_chance *below)
{
    uint32_t tokens[NG_ORDER_MAX], k = 0;
    uint64_t total = 0, covered = 0;

    for (unsigned i = 0; i < n; i++)
        tokens[i] = history[i];
    for (uint32_t id = 0; id < KIT_TYPES; id++)
    {
        uint32_t at, under;

        tokens[n] = id;
        at = ng_trie_find (&d->m.trie, n + 1, tokens);
        if (at == NG_NONE)
            continue;
        ck_assert_uint_lt (k, c->n);
        ck_assert_uint_eq (c->ids ? c->ids[k] : k, id);
        if (id != d->m.bos)
        {
            total += ng_weight ((double) d->m.logp[n][at], scale, c->top);
            if (below)
            {
                under = ng_trie_find (&d->m.trie, below->context + 1,
                                      tokens + n - below->context);
                covered += ng_weight ((double) d->m.logp[below->context][under],
                                      scale, below->top);
            }
        }
        ck_assert_uint_eq (c->sums[k++], total);
    }
    ck_assert_uint_eq (k, c->n);
    ck_assert_uint_eq (c->total, total);
    ck_assert_uint_eq (c->covered, covered);
    ck_assert (!below || covered <= below->total);
}

/* Behind nothing, one token, and two, again and again, so that
   most are known.  */
START_TEST (chances_are_sums)
{
    const double scale = scales[_i / DRAWKIT_KINDS];
    struct drawkit d;
    struct ng_chances *c;
    struct ng_query *q;

    drawkit_make (&d, (unsigned) _i % DRAWKIT_KINDS, 3);
    ck_assert_int_eq (ng_query_new (&d.ngm, 0, &q), NG_OK);
    ck_assert_int_eq (ng_chances_new (&d.ngm, 3, scale, &c), NG_OK);
    check_chance (&d, ng_chances_all (c), scale, NULL, 0, NULL);
    for (uint32_t i = 0; i < 3 * KIT_TYPES * KIT_TYPES; i++)
    {
        const uint32_t history[2] = { i % KIT_TYPES,
                                      i / KIT_TYPES % KIT_TYPES };
        const struct ng_chance *below = ng_chances_all (c), *chance = below;
        uint32_t places[NG_ORDER_MAX];
        float bow[NG_ORDER_MAX];
        unsigned reach = ng_query_context (q, history, 2, places, bow);

        ng_chances_start (c);
        for (unsigned n = 1; n <= reach; n++, below = chance)
        {
            ck_assert_int_eq (ng_chances_behind (c, history + 2 - n, n,
                                                 places[n - 1], below, &chance),
                              NG_OK);
            check_chance (&d, chance, scale, history + 2 - n, n, below);
        }
    }
    ng_chances_free (c);
    ng_query_free (q);
    drawkit_done (&d);
}
END_TEST

START_TEST (picks_are_by_the_sums)
{
    uint32_t ids[4] = { 3, 5, 6, 9 };
    uint64_t sums[4] = { 0, 2, 2, 7 };
    struct ng_chance c = { .n = 4, .ids = ids, .sums = sums, .total = 7 };

    for (uint64_t x = 0; x < 7; x++)
        ck_assert_uint_eq (ng_chance_pick (&c, x), x < 2 ? 5 : 9);
    c.ids = NULL;
    ck_assert_uint_eq (ng_chance_pick (&c, 1), 1);
    ck_assert_uint_eq (ng_chance_pick (&c, 6), 3);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("chances");
    TCase *c = tcase_create ("all");

    tcase_add_loop_test (c, chances_are_sums, 0, 3 * DRAWKIT_KINDS);
    tcase_add_test (c, picks_are_by_the_sums);
    suite_add_tcase (s, c);
    return s;
}
