/* A model from a file of either form, ready to be asked.

   The form is told by the first bytes.  A .ngm that is a plain file is mapped;
   one that comes compressed or through a pipe is read into memory.  A model in
   ARPA form is read and turned into the image that a .ngm file has.  Threads
   may share a model.  */
#ifndef NG_MODEL_H
#define NG_MODEL_H

#include <stdbool.h>

#include "base/err.h"
#include "models/ngm.h"

struct ng_model
{
    struct ng_ngm ngm;
    unsigned char *image; /* [size] mapped or allocated */
    size_t size;
    bool is_mapped;
};

/* Open the model NAME ("-" is standard input).  If CHECK, a .ngm is read once
   as a whole to prove its checksum; without, opening takes no time whatever
   its size, and a damaged file gives wrong answers.  NG_EFORMAT, NG_ELIMIT,
   NG_ESYS, NG_ENOMEM, recorded in *FAULT.  */
enum ng_err ng_model_open (const char *name, bool check, struct ng_fault *fault,
                           struct ng_model **m) NG_MUST_CHECK;

/* Close and free M, which may be NULL.  */
void ng_model_close (struct ng_model *m);

#endif
