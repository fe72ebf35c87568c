/* Keeping a state file while batches go out.  It is written ten times a second
   and whenever the next write to standard output may wait for its reader, so
   that what it says is what was sent, or at most a tenth of a second old.  */
#ifndef NG_KEEPER_H
#define NG_KEEPER_H

#include <stdint.h>

#include "base/err.h"
#include "batch/state.h"
#include "io/output.h"

struct keeper
{
    const char *name; /* of the state file; borrowed */
    double written;   /* when it was, in seconds; 0: not yet */
};

/* STATE is what it will be once OUT, standard output, is flushed: flush it, and
   write the state if it is time.  A batch has BYTES bytes.  */
enum ng_err keeper_step (struct keeper *keeper, const struct ng_state *state,
                         struct ng_output *out, uint64_t bytes,
                         struct ng_fault *fault) NG_MUST_CHECK;

#endif
