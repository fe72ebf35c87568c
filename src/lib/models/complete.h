/* Makes a back-off model list the suffix of every n-gram that it lists.  */
#ifndef NG_COMPLETE_H
#define NG_COMPLETE_H

#include "base/err.h"
#include "models/backoff.h"

/* Add to M, whose trie is linked, the suffixes that are missing, with the
   probability that backing off gives them and the weight 1, so that the
   model's answers stay as they are; then link it anew.  Takes as much memory
   as M besides.  NG_ENOMEM, NG_ELIMIT.  */
enum ng_err ng_backoff_complete (struct ng_backoff *m) NG_MUST_CHECK;

#endif
