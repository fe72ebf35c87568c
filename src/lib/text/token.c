#include <config.h>

#include "text/token.h"

#include <stdlib.h>

#include "base/mem.h"

enum ng_err
ng_token_list_reset (struct ng_token_list *list, size_t n_items,
                     size_t side_bytes)
{
    list->n = 0;
    list->side_len = 0;
    if (!list->items || list->cap < n_items)
    {
        free (list->items);
        list->cap = 0;
        list->items = ng_alloc_array (n_items, sizeof *list->items);
        if (!list->items)
            return NG_ENOMEM;
        list->cap = n_items;
    }
    if (!list->side || list->side_cap < side_bytes)
    {
        free (list->side);
        list->side_cap = 0;
        list->side = ng_calloc_array (side_bytes + NG_TOKEN_PAD, 1);
        if (!list->side)
            return NG_ENOMEM;
        list->side_cap = side_bytes;
    }
    return NG_OK;
}

void
ng_token_list_fini (struct ng_token_list *list)
{
    free (list->items);
    free (list->side);
    list->items = NULL;
    list->side = NULL;
    list->n = list->cap = list->side_len = list->side_cap = 0;
}
