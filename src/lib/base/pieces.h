/* Memory in pieces of a page, handed from one who is done with it to one who
   has bytes to keep.  A list of pieces does not own them: whoever made them
   frees them, when all lists are done.  */
#ifndef NG_PIECES_H
#define NG_PIECES_H

#include <stddef.h>

enum
{
    NG_PIECE_BYTES = 4096
};

struct ng_piece
{
    struct ng_piece *next;
    unsigned char bytes[NG_PIECE_BYTES - sizeof (struct ng_piece *)];
};

/* Pieces in the order they were added.  All zero: none.  */
struct ng_pieces
{
    struct ng_piece *first, *last;
};

static inline void
ng_pieces_add (struct ng_pieces *list, struct ng_piece *piece)
{
    piece->next = NULL;
    if (list->last)
        list->last->next = piece;
    else
        list->first = piece;
    list->last = piece;
}

/* Move all pieces of FROM to the end of TO.  */
static inline void
ng_pieces_move (struct ng_pieces *to, struct ng_pieces *from)
{
    if (!from->first)
        return;
    if (to->last)
        to->last->next = from->first;
    else
        to->first = from->first;
    to->last = from->last;
    from->first = from->last = NULL;
}

/* Take the first piece; NULL if there is none.  */
static inline struct ng_piece *
ng_pieces_take (struct ng_pieces *list)
{
    struct ng_piece *piece = list->first;

    if (!piece)
        return NULL;
    list->first = piece->next;
    if (!list->first)
        list->last = NULL;
    return piece;
}

#endif
