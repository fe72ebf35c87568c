/* Sequences of records that are written from front to back and read from front
   to back, any number of them, within a bound of memory: what there is no room
   for goes to one temporary file without a name, which vanishes with the
   process.

   A store hands out blocks of memory; a column is a list of blocks.  While a
   column is written, and for each reader of it, a block more is in memory.

       column   [block in memory] [block in the file] ... [open block]
                                                            ^ at

   Order of calls: ng_store_open; for each column ng_column_init,
   ng_column_room and ng_column_advance as often as needed, ng_column_end; then
   readers, one or several at a time; ng_column_free; ng_store_close.

   Faults are sticky and kept by the store, so that writing and reading cost
   nothing for them: after one, what is written goes nowhere and what is read
   is zero.  Ask ng_store_err before results are believed.  One thread.  */
#ifndef NG_STORE_H
#define NG_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_store;

/* A store that keeps up to half of BUDGET bytes in blocks; the rest is for
   open columns, readers and what the caller has besides.  The file goes to
   folder DIR (borrowed for faults, as is FAULT).  NG_ENOMEM.  */
enum ng_err ng_store_open (uint64_t budget, const char *dir,
                           struct ng_fault *fault,
                           struct ng_store **s) NG_MUST_CHECK;

/* Free S, which may be NULL, and all blocks of its columns.  */
void ng_store_close (struct ng_store *s);

/* The first fault: NG_OK, NG_ENOMEM or NG_ESYS.  */
enum ng_err ng_store_err (const struct ng_store *s) NG_MUST_CHECK;

/* How many columns may be open at once, or read at once, so that their blocks
   take about an eighth of the budget; at least 16.  */
size_t ng_store_fan (const struct ng_store *s);

/* How many things of BYTES each take an eighth of the budget, rounded down to a
   power of two, from 1 to MOST, which is one.  */
uint32_t ng_store_share (const struct ng_store *s, size_t bytes, uint32_t most);

/* Bytes that the temporary file has.  */
uint64_t ng_store_spilled (const struct ng_store *s);

struct ng_block
{
    uint64_t where; /* even: a pointer; odd: twice the place in the file + 1 */
    uint32_t used;  /* bytes */
};

struct ng_column
{
    struct ng_store *store;
    unsigned char *at;    /* where the next record goes, in the open block */
    unsigned char *last;  /* the last place where one may begin */
    unsigned char *start; /* of the open block; NULL: none */
    size_t max;           /* bytes of the longest record */
    struct ng_block *blocks;
    size_t n_blocks, cap;
};

/* Make C an empty column of S for records of up to MAX bytes, MAX at most
   4096.  */
void ng_column_init (struct ng_column *c, struct ng_store *s, size_t max);

/* Release C, all zero or initialised, and make it all zero.  */
void ng_column_free (struct ng_column *c);

/* Open the next block of C.  For ng_column_room.  */
void ng_column_turn (struct ng_column *c);

/* Room for one record.  */
static inline unsigned char *
ng_column_room (struct ng_column *c)
{
    if (c->at > c->last)
        ng_column_turn (c);
    return c->at;
}

/* The record ends before END.  */
static inline void
ng_column_advance (struct ng_column *c, unsigned char *end)
{
    c->at = end;
}

/* Append the LEN bytes at BUF, as records of a byte each.  */
void ng_column_write (struct ng_column *c, const void *buf, size_t len);

/* C is complete: no block is open any more.  */
void ng_column_end (struct ng_column *c);

struct ng_reader
{
    struct ng_column *c;
    const unsigned char *at, *end; /* what is left of the present block */
    size_t next;                   /* number of the next block */
    unsigned char *buf;            /* for blocks in the file */
    bool consume;
};

/* Let R read C, which is complete, from its front.  If CONSUME, blocks are
   released as they are left, and C is empty at the end.  */
void ng_reader_start (struct ng_reader *r, struct ng_column *c, bool consume);

/* Release what R, all zero or started, holds.  */
void ng_reader_end (struct ng_reader *r);

/* Go to the next block.  For ng_reader_at.  */
void ng_reader_turn (struct ng_reader *r);

/* The next record, which is there.  The caller adds its length to R->at.  */
static inline const unsigned char *
ng_reader_at (struct ng_reader *r)
{
    if (r->at >= r->end)
        ng_reader_turn (r);
    return r->at;
}

/* Is there no record any more?  */
static inline bool
ng_reader_at_end (struct ng_reader *r)
{
    return r->at >= r->end && r->next >= r->c->n_blocks;
}

#endif
