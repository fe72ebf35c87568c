/* spelled.h: lists of tokens spelled out, to compare texts read in different
   ways.  */
#ifndef NG_SPELLED_H
#define NG_SPELLED_H

#include <stdbool.h>
#include <stddef.h>

#include "text/token.h"
#include "text/tokenizer.h"

/* Names, each with a space behind, and an L or B and a newline for the end of
   a line or a blank one.  Start with all zero.  */
struct spelled
{
    unsigned char *bytes; /* [n]; the caller frees it */
    size_t n, cap;
    bool ends_alike; /* ends of blank lines are those of lines */
};

/* LIST goes on.  */
void spelled_add (struct spelled *s, const struct ng_token_list *list);

/* TEXT[N], a file of its own called FILE, in one scan by T.  A byte-order mark
   is dropped.  */
void spelled_whole (struct spelled *s, struct ng_tokenizer *t, const char *file,
                    const unsigned char *text, size_t n);

#endif
