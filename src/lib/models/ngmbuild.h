/* Models in memory to .ngm form.  */
#ifndef NG_NGMBUILD_H
#define NG_NGMBUILD_H

#include <stddef.h>

#include "base/err.h"
#include "models/backoff.h"
#include "models/ngmwrite.h"

/* Write M, whose trie is linked, as SETUP tells.  What the writer answers.  */
enum ng_err ng_ngm_build (const struct ng_backoff *m,
                          const struct ng_ngmw_setup *setup) NG_MUST_CHECK;

/* Make the file that M would be in memory: in *IMAGE[*SIZE], which the caller
   frees.  FILE for faults, recorded in FAULT.  NG_ENOMEM, NG_ELIMIT.  */
enum ng_err ng_ngm_image (const struct ng_backoff *m, const char *file,
                          struct ng_fault *fault, unsigned char **image,
                          size_t *size) NG_MUST_CHECK;

#endif
