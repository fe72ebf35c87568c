/* Mixtures on ngram-batch's command line: the list of sources with their
   weights, their files, the plan, and the table of what was served.

   Order of calls: mix_parse for the argument of --mix; mix_open; then
   ng_mixture_next on MIXTURE; mix_report; mix_close.  */
#ifndef NG_MIX_H
#define NG_MIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "batch/mixture.h"
#include "batch/plan.h"
#include "batch/shards.h"
#include "batch/state.h"

struct mix
{
    size_t n, cap;
    size_t cap_weights, cap_shards, cap_plan;
    char **names;                /* [n] owned */
    char **weights;              /* [n] as written; owned */
    struct ng_shards *shards;    /* [n] */
    struct ng_plan_source *plan; /* [n] */
    char *blamed;                /* a file that a fault names; owned */
    struct ng_mixture *mixture;
    uint64_t n_pieces; /* in all; 0: without end */
};

/* Add the sources of LIST, "FILE:WEIGHT,...", or with "@LIST" those of the file
   LIST, one a line.  Faults end the program.  */
void mix_parse (struct mix *mix, const char *list);

/* Open the files and check that vocabularies beside them (the same name with
   .vocab at its end) are one.  Positions are turned round if REVERSE; files
   without a header have ids of type BARE.  */
enum ng_err mix_open (struct mix *mix, bool reverse, struct ng_dtype bare,
                      struct ng_fault *fault) NG_MUST_CHECK;

/* What --mix-by, --max-epochs and the sizes ask for.  */
struct mix_request
{
    enum ng_weight_kind kind;
    uint64_t n_epochs;
    uint64_t max_epochs; /* in NG_WEIGHT_UNIT; 0: no cap */
    bool keep;           /* checksums are wanted, for a state */
    const char *resume;  /* name of the state file; NULL: from the start */
    uint64_t step;       /* where to start */
};

/* Make the plan and the mixture, which stands before the step asked for, and
   have in STATE what a state file is to say; if RESUME is there, STATE is what
   it said.  */
enum ng_err mix_plan (struct mix *mix, const struct mix_request *request,
                      const struct ng_sampler_spec *spec,
                      struct ng_state *state,
                      struct ng_fault *fault) NG_MUST_CHECK;

/* The table: of what is planned, or of what was SERVED.  */
void mix_report (const struct mix *mix, uint64_t n_steps, bool served,
                 FILE *out);

void mix_close (struct mix *mix);

#endif
