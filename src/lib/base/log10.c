#include <config.h>

#include "base/log10.h"

#include <math.h>

void
ng_log10_init (struct ng_log10 *t)
{
    const unsigned n = 1U << NG_LOG10_BITS;

    for (unsigned i = 0; i < n; i++)
    {
        const double middle = 1 + (i + 0.5) / n;

        t->inverse[i] = 1 / middle;
        t->log[i] = log10 (middle);
    }
}
