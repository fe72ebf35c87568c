/* Splits text into tokens, in five ways.

   A tokenizer is a scan over consecutive pieces of one text.  It holds no
   text: ng_tokenizer_scan is given what is there, appends every token that is
   complete, and says how much it used; the rest is given again with more
   behind it.  One file after another: ng_tokenizer_start begins each.

   Lines end with a newline, or with a carriage return and a newline.  A token
   never spans lines and is at most NG_TOKEN_BYTES_MAX bytes long, as it stands
   in the text and as a name.

   ASCII is handled by tables; other code points by libunistring.  */
#ifndef NG_TOKENIZER_H
#define NG_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/token.h"

enum ng_tokenize_mode
{
    NG_WORD,  /* maximal runs of letters and the marks after them */
    NG_UAX29, /* Unicode words and punctuation; white space left out */
    NG_SPACE, /* split at ASCII white space; reads names in text form */
    NG_CHAR,  /* code points */
    NG_BYTE   /* bytes */
};

struct ng_tokenizer
{
    enum ng_tokenize_mode mode;
    bool lower;  /* Unicode simple case mapping to lower case */
    bool strict; /* an ill-formed UTF-8 sequence is a fault */

    /* Of the present text.  */
    const char *file;  /* for faults; borrowed */
    uint64_t line;     /* from 1: the line that the next byte is on */
    bool line_begun;   /* that line has bytes already scanned */
    bool line_has_ink; /* ... and not only white space */

    /* Of all texts: ill-formed sequences, and where the first was.  */
    uint64_t n_invalid;
    const char *invalid_file;
    uint64_t invalid_line;
};

/* A tokenizer that has seen no text.  */
void ng_tokenizer_init (struct ng_tokenizer *t, enum ng_tokenize_mode mode,
                        bool lower, bool strict);

/* A new text begins, for faults called FILE (borrowed).  */
void ng_tokenizer_start (struct ng_tokenizer *t, const char *file);

/* Append to LIST, which is reset first, the complete tokens and line ends of
   TEXT[LEN] and store in *USED how many bytes they took; FINAL says that the
   text ends there, so that all of it is used and a last line without a
   newline is ended.  TEXT may be changed to lower case in place; names in
   LIST point into it, so NG_TOKEN_PAD bytes behind it must be readable.

   NG_ELIMIT for a token that is too long, NG_EFORMAT for ill-formed UTF-8 if
   STRICT, both with file and line in *FAULT; NG_ENOMEM.  LIST then holds what
   stands before the fault.  */
enum ng_err ng_tokenizer_scan (struct ng_tokenizer *t, unsigned char *text,
                               size_t len, bool final,
                               struct ng_token_list *list, size_t *used,
                               struct ng_fault *fault) NG_MUST_CHECK;

#endif
