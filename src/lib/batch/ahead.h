/* Reading ahead by the order that is known: while a corpus is not in memory,
   the rows of the batches to come are asked for, so that the disk has many
   requests at a time.  Whether it is in memory is looked at now and then; if
   it is, this costs next to nothing.

   Call ng_ahead_new, ng_ahead_step before each batch is fetched, and
   ng_ahead_free.  It changes no output.  */
#ifndef NG_AHEAD_H
#define NG_AHEAD_H

#include "base/err.h"
#include "batch/sampler.h"
#include "batch/shards.h"

struct ng_ahead;

/* Read ahead for the sampler of SPEC over SHARDS, which is borrowed.  *AHEAD
   is NULL, which all calls accept, if the order is not to be had twice
   (NG_RNG_PYTHON).  As ng_sampler_new.  */
enum ng_err ng_ahead_new (const struct ng_sampler_spec *spec,
                          const struct ng_shards *shards,
                          struct ng_fault *fault,
                          struct ng_ahead **ahead) NG_MUST_CHECK;

/* The batch ROWS is going to be fetched.  */
void ng_ahead_step (struct ng_ahead *ahead, const struct ng_batch_rows *rows);

void ng_ahead_free (struct ng_ahead *ahead);

#endif
