/* A temporary file without a name: written once from front to back, then read
   once from front to back.  It vanishes with the process, however that ends.

   Call ng_spill_open, ng_spill_write, ng_spill_rewind, ng_spill_read until it
   answers NG_END, ng_spill_close.  One thread at a time.  */
#ifndef NG_SPILL_H
#define NG_SPILL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_spill;

/* Record the present errno as that of a temporary file in DIR, borrowed; return
   NG_ESYS.  */
enum ng_err ng_spill_not_made (struct ng_fault *fault, const char *dir);
enum ng_err ng_spill_not_written (struct ng_fault *fault, const char *dir);
enum ng_err ng_spill_not_read (struct ng_fault *fault, const char *dir);

/* The descriptor of a new file without a name in folder DIR, open for reading
   and writing, which the caller closes; -1 with errno.  */
int ng_spill_unnamed (const char *dir) NG_MUST_CHECK;

/* Make a temporary file in folder DIR (borrowed for faults, as is FAULT).
   NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_spill_open (const char *dir, struct ng_fault *fault,
                           struct ng_spill **s) NG_MUST_CHECK;

/* Append LEN bytes.  NG_ESYS.  */
enum ng_err ng_spill_write (struct ng_spill *s, const void *buf,
                            size_t len) NG_MUST_CHECK;

/* Writing is done; reading starts at the front.  NG_ESYS.  */
enum ng_err ng_spill_rewind (struct ng_spill *s) NG_MUST_CHECK;

/* The next up to CAP bytes; *N is less than CAP only at the end.  NG_END when
   there are none.  NG_ESYS.  */
enum ng_err ng_spill_read (struct ng_spill *s, void *buf, size_t cap,
                           size_t *n) NG_MUST_CHECK;

/* Its descriptor, for mapping what is written, after ng_spill_rewind.  */
int ng_spill_fd (const struct ng_spill *s);

/* Bytes written.  */
uint64_t ng_spill_size (const struct ng_spill *s);

/* Close and free S, which may be NULL.  */
void ng_spill_close (struct ng_spill *s);

#endif
