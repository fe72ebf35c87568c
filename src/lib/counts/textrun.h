/* Turns counts in text form (see counts/counttext.h) into count files for a
   merger (see counts/merge.h), within a bound of memory.

   Tokens are held in text form (see text/escape.h).  Others write them as they
   are, so that a backslash that begins no escape stands for itself.

   Lines come in any order, and an n-gram that comes twice counts the sum.
   What there is room for is sorted and handed to the merger as a temporary
   file, a run; small texts share one.

   Order of calls: ng_textrun_new, ng_textrun_add for each text,
   ng_textrun_finish, ng_textrun_free.  */
#ifndef NG_TEXTRUN_H
#define NG_TEXTRUN_H

#include "base/err.h"
#include "counts/merge.h"
#include "io/input.h"

struct ng_textrun;

/* Hand runs to M, which was made with SETUP; of SETUP's budget half is used.
   N-grams of other orders than SETUP's are passed over.  Both are borrowed.
   NULL without memory.  */
struct ng_textrun *ng_textrun_new (const struct ng_merge_setup *setup,
                                   struct ng_merger *m) NG_MUST_CHECK;

/* Read the counts IN to its end.  As ng_counttext_next; NG_ELIMIT for more
   than NG_TYPES_MAX types, or a token that is longer than NG_TOKEN_BYTES_MAX in
   text form; NG_EOVERFLOW, with the line, if the counts of an
   order add up to 2^64 or more; and as ng_merger_add.  */
enum ng_err ng_textrun_add (struct ng_textrun *r,
                            struct ng_input *in) NG_MUST_CHECK;

/* The lowest and the highest order that came so far, passed over or not; 0 if
   nothing came.  */
void ng_textrun_orders (const struct ng_textrun *r, unsigned *min,
                        unsigned *max);

/* The text added last has n-grams of all orders from 1 up to this one: 0 if it
   has some, but none of order 1; NG_ORDER_MAX if it is empty, or ends before
   because what was counted has no longer n-grams.  Orders that are passed over
   are not looked at.  */
unsigned ng_textrun_reach (const struct ng_textrun *r);

/* Hand over what is left.  As ng_merger_add; NG_EOVERFLOW if the counts of an
   n-gram add up to 2^64 or more.  */
enum ng_err ng_textrun_finish (struct ng_textrun *r) NG_MUST_CHECK;

/* Free R, which may be NULL.  */
void ng_textrun_free (struct ng_textrun *r);

#endif
