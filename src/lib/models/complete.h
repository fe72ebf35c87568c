/* Makes a back-off model list the suffix of every n-gram that it lists.  */
#ifndef NG_COMPLETE_H
#define NG_COMPLETE_H

#include "base/err.h"
#include "models/backoff.h"

/* Add to M, whose trie is linked, the suffixes that are missing, with the
   probability that backing off gives them and the weight 1, so that the
   model's answers stay as they are; then link it anew.  Takes as much memory
   as M besides.  A probability that is above 1 by no more than the rounding of
   the model's numbers is 1; beyond that NG_EFORMAT, and FAULT names the n-gram
   and FILE, which is borrowed.  NG_ENOMEM, NG_ELIMIT.  */
enum ng_err ng_backoff_complete (struct ng_backoff *m, const char *file,
                                 struct ng_fault *fault) NG_MUST_CHECK;

#endif
