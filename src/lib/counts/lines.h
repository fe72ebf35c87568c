/* The n-grams of one order of a count file, in the order of the lines of a
   listing or in that of the file, with what a third column is computed from.

   They come in groups: of one n-gram each, but for those that the order of
   lines puts elsewhere than the file does, which come together (see
   counts/names.h).  Call ng_lines_start, ng_lines_next until it answers NG_END
   or fails, ng_lines_fini.  */
#ifndef NG_LINES_H
#define NG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/names.h"
#include "counts/ngcread.h"

struct ng_line
{
    uint64_t count;
    uint64_t context_count; /* of all tokens but the last; 0 if not wanted */
    uint32_t place;         /* of the last token in the order of lines */
    uint32_t ranks[NG_ORDER_MAX];
};

struct ng_lines
{
    struct ng_ngc_cursor cursor;
    struct ng_ngc_cursor below; /* one order less, at the context */
    uint64_t n_behind; /* how often a token followed that context so far */
    bool wants_context;
    struct ng_names *names; /* NULL: the order of the file is wanted */
    struct ng_fault *fault;
    struct ng_line line; /* the last one read */
    bool pending;        /* it was not yet handed out */
    struct ng_line *group;
    size_t n, cap; /* of GROUP */
};

/* Stand before the n-grams of ORDER of F, in the order of lines if NAMES are
   given, which are F's.  WANTS_CONTEXT asks for context counts: F has then all
   lower orders.  All is borrowed.  */
void ng_lines_start (struct ng_lines *l, struct ng_ngc *f, unsigned order,
                     struct ng_names *names, bool wants_context,
                     struct ng_fault *fault);

/* The next N > 0 lines, in order, in L's memory until the next call; the last
   tokens alone differ.  They may be changed.  NG_END; NG_EINVAL if a context
   is not counted, or less often than all that it begins together; NG_EFORMAT,
   NG_ENOMEM.  */
enum ng_err ng_lines_next (struct ng_lines *l, struct ng_line **lines,
                           size_t *n) NG_MUST_CHECK;

/* Release what L holds.  */
void ng_lines_fini (struct ng_lines *l);

#endif
