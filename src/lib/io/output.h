/* Checked, buffered output, whole or not at all.

   A named output is written to a file without a name in the same folder
   (where the system has none such, to a temporary name) and takes its name,
   replacing what had it, only in ng_output_commit, after fsync: whoever looks
   sees the old file whole or the new one whole.  It has the mode of the file
   that it replaces, or the one that the umask gives.  A symbolic link at the
   name is replaced, not followed.  What is no regular file (a device, a FIFO)
   is written to directly, and so are standard output ("-") and the open
   descriptors that /dev/stdout, /dev/stderr, /dev/fd/N and /proc/self/fd/N
   name.  Whether two names are one output, ng_outname_same tells.

   Call ng_output_open, ng_output_write as often as needed, then
   ng_output_commit once (ng_output_commit_all for several that belong
   together), and ng_output_close in every case: closed without commit, a named
   output leaves nothing behind.  Faults are sticky.  */
#ifndef NG_OUTPUT_H
#define NG_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_output;

/* Open NAME for writing; "-" is standard output.  NAME and FAULT are borrowed
   until the output is closed.  NG_ESYS, also where there is a file of this
   name that may not be written to; NG_ENOMEM.  */
enum ng_err ng_output_open (const char *name, struct ng_fault *fault,
                            struct ng_output **out) NG_MUST_CHECK;

/* Open a temporary file in folder DIR (borrowed, for faults) that never gets a
   name: commit flushes it, and then its descriptor may be read or mapped, as
   long as the output is open or the map lives.  NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_output_open_unnamed (const char *dir, struct ng_fault *fault,
                                    struct ng_output **out) NG_MUST_CHECK;

/* The descriptor that is written to; it stays OUT's.  */
int ng_output_fd (const struct ng_output *out);

/* Append the LEN bytes at BUF.  NG_ESYS with `write error` as the fault's
   text.  */
enum ng_err ng_output_write (struct ng_output *out, const void *buf,
                             size_t len) NG_MUST_CHECK;

/* Append the N parts PARTS, which are used up, without copying them first: for
   long parts.  If one cannot be read from (a mapped file became shorter), it is
   copied, so that the signal of such memory comes.  */
struct iovec;
enum ng_err ng_output_gather (struct ng_output *out, struct iovec *parts,
                              size_t n) NG_MUST_CHECK;

/* Room for LEN bytes, LEN at most NG_OUTPUT_RESERVE_MAX, to be filled in
   place and then counted by ng_output_advance; NULL after a fault.  */
enum
{
    NG_OUTPUT_RESERVE_MAX = 192 * 1024
};
unsigned char *ng_output_reserve (struct ng_output *out, size_t len);
void ng_output_advance (struct ng_output *out, size_t len);

/* Write out what is buffered, so that a reader sees it.  */
enum ng_err ng_output_flush (struct ng_output *out) NG_MUST_CHECK;

/* Overwrite LEN bytes at OFFSET, which were written before.  NG_ESYS also
   where the output is a pipe.  */
enum ng_err ng_output_patch (struct ng_output *out, uint64_t offset,
                             const void *buf, size_t len) NG_MUST_CHECK;

/* Can ng_output_patch work here?  */
bool ng_output_seekable (const struct ng_output *out);

/* Is the output a terminal?  */
bool ng_output_is_terminal (const struct ng_output *out);

/* Is the output a pipe?  */
bool ng_output_is_pipe (const struct ng_output *out);

/* Bytes written so far.  */
uint64_t ng_output_offset (const struct ng_output *out);

/* Write out everything, and give a named output its name.  */
enum ng_err ng_output_commit (struct ng_output *out) NG_MUST_CHECK;

/* The same for the outputs OUTS[N], together: all are written out, on their
   medium and beside the names that they are to have, before the first takes
   its name.  After a fault none has, but where the very last step, a change of
   name within a folder, fails: those before it in OUTS then have theirs.  All
   but what failed may be closed without a fault.  */
enum ng_err ng_output_commit_all (struct ng_output *const *outs,
                                  size_t n) NG_MUST_CHECK;

/* The temporary name that must be unlinked if a signal ends the program, or
   NULL if there is none.  Valid until commit or close.  */
const char *ng_output_temporary (const struct ng_output *out);

/* Close and free OUT, which may be NULL, and repeat its first fault.  */
enum ng_err ng_output_close (struct ng_output *out);

#endif
