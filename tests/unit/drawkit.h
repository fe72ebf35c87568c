/* drawkit.h: a model of modelkit's text in both forms, to draw from.  */

#ifndef NG_DRAWKIT_H
#define NG_DRAWKIT_H

#include "modelkit.h"
#include "models/ngmbuild.h"

enum
{
    DRAWKIT_KINDS = 4
};

struct drawkit
{
    struct ng_backoff m;
    unsigned char *image;
    struct ng_ngm ngm;
};

static inline void
drawkit_make (struct drawkit *d, unsigned kind, unsigned order)
{
    static const enum ng_smoothing kinds[DRAWKIT_KINDS] = {
        NG_KNESER_NEY, NG_INTERPOLATED, NG_LAPLACE, NG_STUPID_BACKOFF
    };
    struct kit k;
    size_t size;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_estimate e = { .smoothing = kinds[kind],
                             .has_fallback = true,
                             .fallback = { 0.5, 1, 1.5 } };

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        e.epsilon[i] = 0.5 + i;
    kit_make (&k, order, true, 5);
    kit_model (&k, &e, &d->m);
    ck_assert_int_eq (ng_ngm_image (&d->m, "kit", &fault, &d->image, &size),
                      NG_OK);
    ck_assert_int_eq (
        ng_ngm_open (d->image, size, true, "kit", &fault, &d->ngm), NG_OK);
}

static inline void
drawkit_done (struct drawkit *d)
{
    free (d->image);
    ng_backoff_fini (&d->m);
}

#endif
