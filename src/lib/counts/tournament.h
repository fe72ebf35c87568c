/* Merging sorted lists: which of up to NG_TOURNAMENT_MAX has the least item?

   A tree of losers (Knuth, The Art of Computer Programming, volume 3, section
   5.4.1): each inner node keeps the loser of the game played there and the
   root the winner of all.  When the winner's list has moved on, only the games
   between its leaf and the root are played again.

       lists 0 1 2 3 with items  4 2 3 9      tree[0] = 1: the winner
               [2]     [3]                    tree[1] = 2: lost the final to 1
              0   1   2   3                   tree[2] = 0, tree[3] = 3

   The order is a function LESS (CONTEXT, A, B): has list A a smaller item than
   list B?  Lists that have ended come after all others.  The functions are
   inlined, and with them a LESS that is a constant.  */
#ifndef NG_TOURNAMENT_H
#define NG_TOURNAMENT_H

#include <stdbool.h>

enum
{
    NG_TOURNAMENT_MAX = 64
};

struct ng_tournament
{
    unsigned n; /* lists, 1 or more */
    unsigned tree[NG_TOURNAMENT_MAX];
};

typedef bool ng_tournament_less (const void *context, unsigned a, unsigned b);

/* Play all games of N lists.  */
static inline __attribute__ ((always_inline)) void
ng_tournament_start (struct ng_tournament *t, unsigned n,
                     ng_tournament_less *less, const void *context)
{
    unsigned winners[2 * NG_TOURNAMENT_MAX];

    t->n = n;
    for (unsigned i = 0; i < n; i++)
        winners[n + i] = i;
    for (unsigned i = n - 1; i > 0; i--)
    {
        unsigned a = winners[2 * i], b = winners[2 * i + 1];
        bool second = less (context, b, a);

        winners[i] = second ? b : a;
        t->tree[i] = second ? a : b;
    }
    /* N is 1 or more, and so it is set.  */
    /* cppcheck-suppress uninitvar */
    t->tree[0] = winners[1];
}

static inline unsigned
ng_tournament_winner (const struct ng_tournament *t)
{
    return t->tree[0];
}

/* The winner's list has moved on: play its games again.  */
static inline __attribute__ ((always_inline)) void
ng_tournament_replay (struct ng_tournament *t, ng_tournament_less *less,
                      const void *context)
{
    unsigned winner = t->tree[0];

    for (unsigned i = (winner + t->n) / 2; i > 0; i /= 2)
    {
        unsigned other = t->tree[i];

        if (less (context, other, winner))
        {
            t->tree[i] = winner;
            winner = other;
        }
    }
    t->tree[0] = winner;
}

#endif
