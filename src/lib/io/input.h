/* A file, pipe or standard input as a stream of bytes, plain or gzip.

   Gzip is recognised by its first bytes, never by the name; several
   members in a row read as one, and a member that is cut short, damaged or
   followed by other bytes is a fault that names the offset in the compressed
   file.  (Zero bytes behind the last member are passed over, as gzip(1) does.)
   Call ng_input_open, then ng_input_read until it answers NG_END or fails,
   then ng_input_close.  A fault is sticky: later reads repeat it.

   An input belongs to one thread at a time.  */
#ifndef NG_INPUT_H
#define NG_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ng_input;

/* Check that NAME can be read before work starts, without opening it (it may
   be a FIFO): that it is there, is no directory, and may be read.  "-" is
   standard input.  NG_ESYS otherwise.  */
enum ng_err ng_input_check (const char *name,
                            struct ng_fault *fault) NG_MUST_CHECK;

/* The same for NAMES[N].  The sum of their sizes in bytes goes to *BYTES, 0 if
   not all are plain files; BYTES may be NULL.  */
enum ng_err ng_input_check_all (const char *const *names, size_t n,
                                uint64_t *bytes,
                                struct ng_fault *fault) NG_MUST_CHECK;

/* Open NAME ("-" is standard input) and hand the new input to *IN.  NAME and
   FAULT are borrowed until the input is closed; faults of any call go to
   *FAULT.  NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_input_open (const char *name, struct ng_fault *fault,
                           struct ng_input **in) NG_MUST_CHECK;

/* Say, before IN is peeked at or read, that its content is binary without a
   magic of its own, and may begin with the two bytes of gzip's: then it is gzip
   only if the method and the flags behind them are too.  */
void ng_input_is_binary (struct ng_input *in);

/* Store up to CAP > 0 bytes of content in BUF and their number in *N > 0, or
   answer NG_END.  NG_ESYS, NG_EFORMAT (gzip), NG_ENOMEM.  */
enum ng_err ng_input_read (struct ng_input *in, unsigned char *buf, size_t cap,
                           size_t *n) NG_MUST_CHECK;

/* Read exactly LEN bytes into BUF.  NG_END if there are none at all;
   NG_EFORMAT if the content ends inside, with WHAT naming the thing cut.  */
enum ng_err ng_input_read_full (struct ng_input *in, void *buf, size_t len,
                                const char *what) NG_MUST_CHECK;

/* Look at the next bytes without consuming them: *BUF is borrowed until the
   next call, *N is LEN, or less if the content ends before.  LEN is at most
   NG_PEEK_MAX.  Only before the first ng_input_read.  */
enum ng_err ng_input_peek (struct ng_input *in, size_t len,
                           const unsigned char **buf, size_t *n) NG_MUST_CHECK;

/* The name as opened.  */
const char *ng_input_name (const struct ng_input *in);

/* The file descriptor, for mapping a plain file; -1 if the content is
   compressed or somebody read from it before, so that what is on the disk is
   not what is read.  Known after the first peek or read.  */
int ng_input_plain_fd (const struct ng_input *in);

/* Bytes of content handed out so far.  */
uint64_t ng_input_offset (const struct ng_input *in);

/* Bytes taken from the file so far, compressed if it is, and how many there
   were to take when it was opened, or 0 if that is not known.  */
uint64_t ng_input_raw_offset (const struct ng_input *in);
uint64_t ng_input_raw_size (const struct ng_input *in);

/* Close and free IN, which may be NULL, and repeat its first fault.  */
enum ng_err ng_input_close (struct ng_input *in);

#endif
