/* Turns the tokens of a text into ids of a worker's own vocabulary, which is
   filled as they come.

   A vocabulary is more than the processor's cache holds, and to look a name up
   there is to wait for memory three times: for the slot, the offset, the name.
   So most words never get there, and the others go together:

       token -> front table: the words of up to eight bytes seen last
            no -> a batch: what all of it will look at is fetched at once
                    -> vocabulary

   One thread at a time.  */
#ifndef NG_INTERNER_H
#define NG_INTERNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/token.h"
#include "text/vocab.h"

struct ng_interner;

/* An interner; FIXED (borrowed) is the vocabulary that was given, in which
   <unk> stands for what it has not, or NULL if all names are taken.  In a text
   of SENTENCES ends of lines are ids too.  NULL without memory.  */
struct ng_interner *ng_interner_new (const struct ng_vocab *fixed,
                                     bool sentences) NG_MUST_CHECK;

/* Free IN, which may be NULL.  */
void ng_interner_free (struct ng_interner *in);

/* From now on names go to OWN (borrowed), of which IN knows nothing yet.  */
void ng_interner_begin (struct ng_interner *in, struct ng_vocab *own);

/* The ids of LIST, whose first item is on line LINE of FILE, to IDS[up to as
   many]; how many to *N.  In a text of sentences an end of a line is
   NG_ID_BREAK.  NG_EINVAL for a token that is not in FIXED, which has no
   <unk>; NG_EFORMAT for a mark of sentences in the text; NG_ELIMIT for too
   many types; NG_ENOMEM.  */
enum ng_err ng_interner_text (struct ng_interner *in,
                              const struct ng_token_list *list,
                              const char *file, uint64_t line, uint32_t *ids,
                              size_t *n, struct ng_fault *fault) NG_MUST_CHECK;

/* The own id of type FIXED of the vocabulary that was given.  NG_ENOMEM.  */
enum ng_err ng_interner_fixed (struct ng_interner *in, uint32_t fixed,
                               uint32_t *id) NG_MUST_CHECK;

#endif
