/* Keeping a state file while batches go out.  It is written ten times a second
   and whenever the next write may wait for the output's reader, so that what it
   says is what was sent, or at most a tenth of a second old.  */
#ifndef NG_KEEPER_H
#define NG_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/state.h"
#include "io/output.h"

struct keeper
{
    const char *name; /* of the state file; borrowed */
    double written;   /* when it was, in seconds; 0: not yet */
};

/* Does what is written to OUT, called NAME, go out at once?  What a named file
   has is there only when it is whole, and so is its state.  */
bool keeper_has_reader (const char *name, const struct ng_output *out);

/* STATE is what it will be once OUT, which has a reader, is flushed: flush it,
   and write the state if it is time.  A batch has BYTES bytes.  */
enum ng_err keeper_step (struct keeper *keeper, const struct ng_state *state,
                         struct ng_output *out, uint64_t bytes,
                         struct ng_fault *fault) NG_MUST_CHECK;

#endif
