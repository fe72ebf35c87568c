/* Counts from a file of any form, as what a program wants that does not care
   for the n-grams themselves: the order and the count of each.

   The form is told by the first bytes, never by the name.  Call
   ng_countsource_open, ng_countsource_next until it answers NG_END or fails,
   ng_countsource_close.  Faults are sticky.  The items come in the order of
   the file.  */
#ifndef NG_COUNTSOURCE_H
#define NG_COUNTSOURCE_H

#include <stdint.h>

#include "base/err.h"
#include "counts/spectrum.h"

struct ng_countsource;

/* Open the counts NAME ("-" is standard input), text or .ngc, plain or gzip.
   An .ngc that cannot be mapped is copied to a temporary file in SPILL_DIR.
   All are borrowed until the source is closed.  NG_ESYS, NG_ENOMEM,
   NG_EFORMAT.  */
enum ng_err ng_countsource_open (const char *name, const char *spill_dir,
                                 struct ng_fault *fault,
                                 struct ng_countsource **out) NG_MUST_CHECK;

/* The next n-gram's tokens in *ORDER, 1 to NG_ORDER_MAX, and how often it
   occurs in *COUNT, 1 or more; or NG_END.  Faults are those of the form's
   reader: ng_counttext_next, ng_ngc_cursor_next.  */
enum ng_err ng_countsource_next (struct ng_countsource *source, unsigned *order,
                                 uint64_t *count) NG_MUST_CHECK;

/* The same, for up to N items at once: add them to SPECTRA[order], an array
   of NG_ORDER_MAX + 1 spectra.  A NULL in it passes its order over.  NG_END
   after the last item.  */
enum ng_err ng_countsource_add (struct ng_countsource *source,
                                struct ng_spectrum *const *spectra,
                                uint64_t n) NG_MUST_CHECK;

/* Bytes taken from the file so far, about, and its size, or 0 if that is not
   known: for progress.  */
uint64_t ng_countsource_raw_offset (const struct ng_countsource *source);
uint64_t ng_countsource_raw_size (const struct ng_countsource *source);

/* Close and free SOURCE, which may be NULL, and repeat its first fault.  */
enum ng_err ng_countsource_close (struct ng_countsource *source);

#endif
