/* Counts of any form as a .ngc file: what models are made of.  */
#ifndef NG_COUNTFILE_H
#define NG_COUNTFILE_H

#include <stdint.h>

#include "base/err.h"
#include "counts/ngcread.h"
#include "io/input.h"

/* Open the counts IN, of which nothing was read yet, as a .ngc file, which the
   caller closes; IN may be closed before.  Text (counts/counttext.h), whose
   lines may come in any sort and the same n-gram more than once, is sorted
   into a temporary file in SPILL_DIR first, with BUDGET bytes of memory, and
   so is a .ngc that cannot be mapped.  The name of IN, SPILL_DIR and FAULT are
   borrowed until F is closed.  NG_EFORMAT, NG_EOVERFLOW, NG_ELIMIT, NG_ENOMEM,
   NG_ESYS; NG_EINVAL if there are no counts at all.  */
enum ng_err ng_countfile_open (struct ng_input *in, const char *spill_dir,
                               uint64_t budget, struct ng_fault *fault,
                               struct ng_ngc **f) NG_MUST_CHECK;

#endif
