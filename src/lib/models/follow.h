/* Which tokens follow a token in the bigrams of a model.

   A .ngm is asked from the last token backwards: nothing in it tells what
   follows.  But the keys of its bigrams can be had back from where they stand,
   and here they are listed by their first tokens: 4 bytes a bigram and a type,
   while they are made 12 bytes a bigram; one pass over them.  What follows a
   longer context is among what follows its last token.

   Threads may share the lists.  */
#ifndef NG_FOLLOW_H
#define NG_FOLLOW_H

#include <stdint.h>

#include "base/err.h"
#include "models/ngm.h"

struct ng_follow;

/* List the bigrams of NGM, borrowed until this returns.  NG_ENOMEM.  */
enum ng_err ng_follow_new (const struct ng_ngm *ngm,
                           struct ng_follow **f) NG_MUST_CHECK;

/* Free F, which may be NULL.  */
void ng_follow_free (struct ng_follow *f);

/* The ids of the *N types that follow TOKEN, rising; they live as long as
   F.  */
const uint32_t *ng_follow_ids (const struct ng_follow *f, uint32_t token,
                               uint32_t *n);

#endif
