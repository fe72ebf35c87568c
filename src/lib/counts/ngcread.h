/* Reads .ngc files (see counts/ngc.h), mapped into memory.

   ng_ngc_open maps a file and checks its header, its table of contents and its
   trailer.  Then any number of cursors go over its orders, and over its names,
   from front to back; each block is checked when it is come to.  Pages that a
   cursor has left are given back, so that going over a large file takes little
   memory.  Many threads may read one file, each with its own cursors.  */
#ifndef NG_NGCREAD_H
#define NG_NGCREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/ngc.h"
#include "io/input.h"

struct ng_ngc;

/* Open the file that IN stands at the beginning of.  If it cannot be mapped (a
   pipe, gzip) it is copied to a temporary file in SPILL_DIR first.  IN is read,
   and may be closed afterwards.  The name that it was opened with and all else
   are borrowed until F is closed.  NG_EFORMAT says what is wrong; NG_ESYS,
   NG_ENOMEM.  */
enum ng_err ng_ngc_open (struct ng_input *in, const char *spill_dir,
                         struct ng_fault *fault,
                         struct ng_ngc **f) NG_MUST_CHECK;

/* Open the file behind descriptor FD, which stays the caller's; NAME for
   faults.  */
enum ng_err ng_ngc_open_fd (int fd, const char *name, struct ng_fault *fault,
                            struct ng_ngc **f) NG_MUST_CHECK;

/* Close and free F, which may be NULL.  */
void ng_ngc_close (struct ng_ngc *f);

/* Where it is mapped, and how many bytes.  */
const void *ng_ngc_map (const struct ng_ngc *f, size_t *bytes);

/* What the file says of itself.  */
const char *ng_ngc_name (const struct ng_ngc *f);
struct ng_ngc_info ng_ngc_info (const struct ng_ngc *f);
uint32_t ng_ngc_n_types (const struct ng_ngc *f);

/* Of ORDER, from the lowest to the highest that the file has.  */
struct ng_ngc_level ng_ngc_level (const struct ng_ngc *f, unsigned order);

/* A place among the n-grams of one order.  */
struct ng_ngc_cursor
{
    struct ng_ngc *f;
    unsigned order;
    uint32_t ranks[NG_ORDER_MAX]; /* the present n-gram */
    uint64_t count;               /* and its count */
    unsigned common; /* first tokens it shares with the one before */
    uint64_t next;   /* items before the next one */

    const unsigned char *p, *block_end; /* in the present block */
    uint64_t block;                     /* number of the next block */
    uint64_t dropped;                   /* bytes before it given back */
    bool sought;                        /* not read from the first one on */
    bool anew;                          /* no n-gram before the next is known */
    uint64_t n_tokens, n_single;        /* so far, to compare at the end */
};

/* Stand before the first n-gram of ORDER.  */
void ng_ngc_cursor_start (struct ng_ngc_cursor *c, struct ng_ngc *f,
                          unsigned order);

/* Stand before n-gram number ITEM, at most the number of n-grams: its block is
   read from the beginning.  What is read from there on is checked as ever, but
   for the sums at the end.  NG_EFORMAT.  */
enum ng_err ng_ngc_cursor_seek (struct ng_ngc_cursor *c,
                                uint64_t item) NG_MUST_CHECK;

/* Go to the next n-gram; NG_END after the last, however often.  NG_EFORMAT
   with the byte where the file is damaged or not in order.  */
enum ng_err ng_ngc_cursor_next (struct ng_ngc_cursor *c) NG_MUST_CHECK;

/* The names in order.  NAME[LEN] is the present one, in memory of the
   cursor's.  */
struct ng_ngc_names
{
    struct ng_ngc *f;
    unsigned char *name;
    size_t len, cap;
    uint64_t next; /* rank of the next one */

    const unsigned char *p, *block_end;
    uint64_t block;
    uint64_t dropped;
};

void ng_ngc_names_start (struct ng_ngc_names *c, struct ng_ngc *f);
enum ng_err ng_ngc_names_next (struct ng_ngc_names *c) NG_MUST_CHECK;
void ng_ngc_names_fini (struct ng_ngc_names *c);

#endif
