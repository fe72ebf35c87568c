/* Numbers with their first two derivatives by one variable, s, for sums of
   powers x^-s.  Pure functions of a few multiplications each.  */
#ifndef NG_JET_H
#define NG_JET_H

#include <math.h>

struct jet
{
    double v, d1, d2;
};

static inline void
jet_add (struct jet *a, struct jet b)
{
    a->v += b.v;
    a->d1 += b.d1;
    a->d2 += b.d2;
}

/* A * (s + C) for a constant C.  */
static inline struct jet
jet_times_shifted (struct jet a, double s, double c)
{
    struct jet r = { a.v * (s + c), a.d1 * (s + c) + a.v,
                     a.d2 * (s + c) + 2 * a.d1 };

    return r;
}

static inline struct jet
jet_scaled (struct jet a, double c)
{
    struct jet r = { a.v * c, a.d1 * c, a.d2 * c };

    return r;
}

/* A * e^(-s L) for a constant L.  */
static inline struct jet
jet_decayed (struct jet a, double s, double l)
{
    double e = exp (-s * l);
    struct jet r = { a.v * e, (a.d1 - l * a.v) * e,
                     (a.d2 - 2 * l * a.d1 + l * l * a.v) * e };

    return r;
}

#endif
