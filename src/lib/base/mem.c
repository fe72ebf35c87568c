#include <config.h>

#include "base/mem.h"

#include <stdlib.h>

#include "base/checked.h"

enum
{
    GROW_MIN = 16 /* elements; below this growth is not worth a call */
};

void *
ng_alloc_array (size_t n, size_t size)
{
    size_t bytes;

    if (!ng_ckd_mul (n, size, &bytes))
        return NULL;
    return malloc (bytes > 0 ? bytes : 1);
}

void *
ng_calloc_array (size_t n, size_t size)
{
    size_t bytes;

    if (!ng_ckd_mul (n, size, &bytes))
        return NULL;
    return calloc (1, bytes > 0 ? bytes : 1);
}

void *
ng_resize_array (void *array, size_t n, size_t size)
{
    size_t bytes;

    if (!ng_ckd_mul (n, size, &bytes))
        return NULL;
    return realloc (array, bytes > 0 ? bytes : 1);
}

void *
ng_grow (void *array, size_t *cap, size_t need, size_t size)
{
    size_t want, bytes;
    void *moved;

    if (array && need <= *cap)
        return array;
    if (!ng_ckd_add (*cap, *cap / 2, &want) || want < need)
        want = need;
    if (want < GROW_MIN)
        want = GROW_MIN;
    if (!ng_ckd_mul (want, size, &bytes))
        return NULL;
    moved = realloc (array, bytes);
    if (moved)
        *cap = want;
    return moved;
}
