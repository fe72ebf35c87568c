#include <config.h>

#include "spelled.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void
put (struct spelled *s, const void *bytes, size_t len)
{
    if (s->n + len > s->cap)
    {
        s->cap = 2 * (s->n + len);
        s->bytes = realloc (s->bytes, s->cap);
        NG_ENSURE (s->bytes);
    }
    memcpy (s->bytes + s->n, bytes, len);
    s->n += len;
}

void
spelled_add (struct spelled *s, const struct ng_token_list *list)
{
    for (size_t i = 0; i < list->n; i++)
    {
        const struct ng_token *t = &list->items[i];

        if (t->kind == NG_TOKEN)
        {
            put (s, t->name, t->len);
            put (s, " ", 1);
        }
        else
            put (s, t->kind == NG_LINE_END || s->ends_alike ? "L\n" : "B\n", 2);
    }
}

void
spelled_whole (struct spelled *s, struct ng_tokenizer *t, const char *file,
               const unsigned char *text, size_t n)
{
    struct ng_token_list list = { 0 };
    struct ng_fault fault = { 0 };
    unsigned char *copy = malloc (n + NG_TOKEN_PAD);
    size_t skip = n >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, used;

    NG_ENSURE (copy);
    memcpy (copy, text + skip, n - skip);
    ng_tokenizer_start (t, file);
    ck_assert_int_eq (
        ng_tokenizer_scan (t, copy, n - skip, true, &list, &used, &fault),
        NG_OK);
    spelled_add (s, &list);
    ng_token_list_fini (&list);
    free (copy);
}
