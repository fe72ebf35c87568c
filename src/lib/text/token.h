/* Tokens in the order of the text, with the ends of its lines between them:
   what the tokenizer fills, and what everything after it reads.  */
#ifndef NG_TOKEN_H
#define NG_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum ng_token_kind
{
    NG_TOKEN = 0,
    NG_LINE_END,      /* the end of a line */
    NG_BLANK_LINE_END /* the end of a line of nothing but white space */
};

enum
{
    /* Behind every name this many bytes can be read, whatever they are, so
       that short names are copied and hashed a machine word at a time.  */
    NG_TOKEN_PAD = 16
};

struct ng_token
{
    const unsigned char *name; /* text form, not terminated; NULL: line end */
    uint32_t len;              /* bytes of NAME; of line ends: how many */
    uint32_t kind;             /* enum ng_token_kind */
};

/* ITEMS[N].  Names point into the text that was scanned or into SIDE, which
   holds names that differ from the text; both live until the list is reset.
   Start from all zero.  */
struct ng_token_list
{
    struct ng_token *items;
    size_t n, cap;
    unsigned char *side;
    size_t side_len, side_cap;
    const char *file; /* where the first item is from, for faults; borrowed */
    uint64_t line;    /* and on which line, from 1 */
};

/* Empty LIST and make room for N_ITEMS items and SIDE_BYTES bytes (and the pad
   behind them), so that appending that much cannot fail.  NG_ENOMEM.  */
enum ng_err ng_token_list_reset (struct ng_token_list *list, size_t n_items,
                                 size_t side_bytes) NG_MUST_CHECK;

/* Release what LIST holds.  */
void ng_token_list_fini (struct ng_token_list *list);

/* Append an item; there must be room.  */
static inline void
ng_token_list_add (struct ng_token_list *list, enum ng_token_kind kind,
                   const unsigned char *name, size_t len)
{
    struct ng_token *t = &list->items[list->n++];

    t->name = name;
    t->len = (uint32_t) len;
    t->kind = (uint32_t) kind;
}

#endif
