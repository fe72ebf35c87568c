/* Counts in text form, one n-gram a line: NGRAM<TAB>COUNT, the tokens of the
   n-gram separated by one space each (the form of SRILM and of Google Web
   1T).  A third column, as ngram-count --laplace prints it, is passed over.
   Lines end in LF or CRLF, the last one may lack it; a leading byte-order
   mark is dropped.  Plain or gzip.

   Call ng_counttext_open, then ng_counttext_next until it answers NG_END or
   fails, then ng_counttext_close.  Faults are sticky and name file and line.
   The lines come out in the order of the file; what that order is, or whether
   an n-gram comes twice, is not looked at.  A reader belongs to one thread at
   a time.  */
#ifndef NG_COUNTTEXT_H
#define NG_COUNTTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/input.h"

struct ng_counttext;

struct ng_counttext_line
{
    const unsigned char *ngram; /* [len] names as in the file, escaped */
    size_t len;                 /* bytes */
    unsigned order;             /* tokens, 1 to NG_ORDER_MAX */
    uint64_t count;             /* 1 or more */
};

/* Read counts from IN, of which nothing was read yet (peeking is fine) and
   which is borrowed until the reader is closed.  FAULT is the one IN was
   opened with.  NG_ENOMEM, and what ng_input_peek answers.  */
enum ng_err ng_counttext_open (struct ng_input *in, struct ng_fault *fault,
                               struct ng_counttext **out) NG_MUST_CHECK;

/* Store the next line in *LINE, whose bytes are borrowed until the next call,
   or answer NG_END.  NG_EFORMAT if the line is no n-gram and count, with what
   is wrong with it; NG_EOVERFLOW if the count is 2^64 or more; NG_ELIMIT if
   the n-gram has more than NG_ORDER_MAX tokens, a token is longer than
   NG_TOKEN_BYTES_MAX, or the line, its line feed not counted, is longer than
   NG_COUNT_LINE_BYTES_MAX; NG_ENOMEM, and what ng_input_read answers.  */
enum ng_err ng_counttext_next (struct ng_counttext *reader,
                               struct ng_counttext_line *line) NG_MUST_CHECK;

/* The number of the line last read, from 1.  */
uint64_t ng_counttext_line_number (const struct ng_counttext *reader);

/* Free READER, which may be NULL, and repeat its first fault.  */
enum ng_err ng_counttext_close (struct ng_counttext *reader);

#endif
