/* Compensated summation (Neumaier 1974): the error of a sum of any number of
   terms stays near one rounding of the sum of their magnitudes.  */
#ifndef NG_SUM_H
#define NG_SUM_H

/* Start with { 0, 0 }.  */
struct ng_sum
{
    double sum, lost;
};

static inline void
ng_sum_add (struct ng_sum *s, double x)
{
    double t = s->sum + x;

    if ((s->sum < 0 ? -s->sum : s->sum) >= (x < 0 ? -x : x))
        s->lost += (s->sum - t) + x;
    else
        s->lost += (x - t) + s->sum;
    s->sum = t;
}

static inline double
ng_sum_value (const struct ng_sum *s)
{
    return s->sum + s->lost;
}

#endif
