#include <config.h>

#include "scorerank.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Append LEN bytes to the texts.  */
static enum ng_err
keep_bytes (struct score_ranking *r, const unsigned char *s, size_t len)
{
    unsigned char *bytes =
        ng_grow (r->bytes, &r->cap_bytes, r->n_bytes + len, 1);

    if (!bytes)
        return NG_ENOMEM;
    memcpy (bytes + r->n_bytes, s, len);
    r->bytes = bytes;
    r->n_bytes += len;
    return NG_OK;
}

enum ng_err
score_ranking_add (struct score_ranking *r, const struct ng_scored_batch *b,
                   const struct ng_scored_line *line, bool has_eos,
                   uint64_t number)
{
    struct score_ranked *item =
        ng_grow (r->items, &r->cap, r->n + 1, sizeof *item);
    const size_t end = line->end - has_eos;
    enum ng_err err = NG_OK;

    if (!item)
        return NG_ENOMEM;
    r->items = item;
    item += r->n++;
    *item = (struct score_ranked){ line->logp, line->n_tokens, line->n_unknown,
                                   number,     r->n_bytes,     0 };
    for (size_t t = line->start; t < end && err == NG_OK; t++)
    {
        err = keep_bytes (r, b->bytes + b->names[t],
                          b->names[t + 1] - b->names[t]);
        if (err == NG_OK && t + 1 < end)
            err = keep_bytes (r, (const unsigned char *) " ", 1);
    }
    item->len = r->n_bytes - item->text;
    return err;
}

static int
compare (const void *a, const void *b)
{
    const struct score_ranked *x = a, *y = b;

    if (x->logp != y->logp)
        return x->logp > y->logp ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

void
score_ranking_sort (struct score_ranking *r)
{
    if (r->n > 0)
        qsort (r->items, r->n, sizeof *r->items, compare);
}

void
score_ranking_fini (struct score_ranking *r)
{
    free (r->items);
    free (r->bytes);
    memset (r, 0, sizeof *r);
}
