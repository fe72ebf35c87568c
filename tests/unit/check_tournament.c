#include <config.h>

#include <stdlib.h>

#include "counts/tournament.h"
#include "rand.h"
#include "unit.h"

enum
{
    LEN_MAX = 60
};

/* Sorted lists, each with a place to read at.  */
struct lists
{
    unsigned items[NG_TOURNAMENT_MAX][LEN_MAX];
    unsigned len[NG_TOURNAMENT_MAX], at[NG_TOURNAMENT_MAX];
};

static bool
less (const void *context, unsigned a, unsigned b)
{
    const struct lists *l = context;

    if (l->at[a] == l->len[a] || l->at[b] == l->len[b])
        return l->at[a] < l->len[a];
    return l->items[a][l->at[a]] < l->items[b][l->at[b]];
}

static int
compare (const void *a, const void *b)
{
    const unsigned *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Any number of lists, many of them empty or alike, against one list of all,
   sorted.  */
START_TEST (merges_as_a_sort_does)
{
    const unsigned n = (unsigned) _i;
    static struct lists l;
    static unsigned all[NG_TOURNAMENT_MAX * LEN_MAX];

    for (uint64_t seed = 0; seed < 30; seed++)
    {
        uint64_t state = seed * 100 + n;
        struct ng_tournament t;
        size_t n_all = 0;

        for (unsigned i = 0; i < n; i++)
        {
            l.at[i] = 0;
            l.len[i] = (unsigned) rand_below (
                &state, rand_below (&state, 3) ? LEN_MAX + 1 : 1);
            for (unsigned k = 0; k < l.len[i]; k++)
            {
                l.items[i][k] =
                    (unsigned) rand_below (&state, seed % 2 ? 10 : 100000);
                all[n_all++] = l.items[i][k];
            }
            qsort (l.items[i], l.len[i], sizeof l.items[i][0], compare);
        }
        qsort (all, n_all, sizeof *all, compare);
        ng_tournament_start (&t, n, less, &l);
        for (size_t i = 0; i < n_all; i++)
        {
            unsigned w = ng_tournament_winner (&t);

            NG_ENSURE (w < n && l.at[w] < l.len[w]);
            NG_ENSURE (l.items[w][l.at[w]++] == all[i]);
            ng_tournament_replay (&t, less, &l);
        }
        NG_ENSURE (l.at[ng_tournament_winner (&t)]
                   == l.len[ng_tournament_winner (&t)]);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("tournament");
    TCase *tc = tcase_create ("tournament");

    tcase_add_loop_test (tc, merges_as_a_sort_does, 1, NG_TOURNAMENT_MAX + 1);
    suite_add_tcase (suite, tc);
    return suite;
}
