/* The ids that a model gives to the tokens of a text.

   Most tokens of a text are a few thousand words, so a small table in front of
   the model's keeps the names of up to 16 bytes that were asked for last:
   looking there needs two machine words of the name, one multiplication and no
   jump that the processor could guess wrong.  The others are searched for in
   the model together: each step of the search is done for all of them before
   the next, so that what it reads has come from memory by then.

   An object is used by one thread; the model is shared.  */
#ifndef NG_LOOKUP_H
#define NG_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "models/ngm.h"
#include "text/token.h"

enum
{
    NG_LOOKUPS = 64 /* names looked up together, at most */
};

struct ng_lookup;

/* Look up names in NGM (borrowed).  NG_ENOMEM.  */
enum ng_err ng_lookup_new (const struct ng_ngm *ngm,
                           struct ng_lookup **l) NG_MUST_CHECK;

/* Free L, which may be NULL.  */
void ng_lookup_free (struct ng_lookup *l);

/* For each token of ITEMS[N], N at most NG_LOOKUPS, store its id in IDS, that of
   <unk> if the model does not know it.  IDS of line ends stay as they are.  */
void ng_lookup_ids (struct ng_lookup *l, const struct ng_token *items, size_t n,
                    uint32_t *ids);

#endif
