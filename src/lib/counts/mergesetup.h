/* What a merge of count files needs besides the files, see counts/merge.h.  */
#ifndef NG_MERGESETUP_H
#define NG_MERGESETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/ngc.h"

enum
{
    /* Files merged at once.  With the temporary files of a writer they stay
       below 64; each costs some 200 KB of mapped pages.  */
    NG_MERGE_MAX = 48
};

/* What a merge needs besides files.  SPILL_DIR and FAULT are borrowed.  */
struct ng_merge_setup
{
    /* What the result says of itself.  An order that a file has not counts
       nothing there; what is below min_count after the sum is left out.  */
    struct ng_ngc_info info;
    const char *spill_dir;
    uint64_t budget_bytes; /* of memory; some 12 MiB are needed besides */
    struct ng_fault *fault;
    /* Called now and then, if not NULL, with about how many bytes of the files
       were read so far and how many there are; anew for each group.  */
    void (*progress) (uint64_t done, uint64_t total);
    bool leaves; /* the files have leaves, from order 1 up to the highest */
};

#endif
