/* Files of text, one after another, as one stream of tokens.

   Each file ends its last line, so a text split into files at line ends reads
   as the text in one file.  A byte-order mark at the start of a file is
   dropped.  Call ng_corpus_open, ng_corpus_next until it answers NG_END or
   fails, ng_corpus_close.  One thread at a time.  */
#ifndef NG_CORPUS_H
#define NG_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/input.h"
#include "text/token.h"
#include "text/tokenizer.h"

struct ng_corpus;

/* Read the files NAMES[N_NAMES] ("-" is standard input; N_NAMES = 0 too) with
   TOKENIZER, whose state stays readable there.  All are borrowed until the
   corpus is closed.  Every file is looked for before the first is read.
   NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_corpus_open (const char *const *names, size_t n_names,
                            struct ng_tokenizer *tokenizer,
                            struct ng_fault *fault,
                            struct ng_corpus **corpus) NG_MUST_CHECK;

/* The next tokens in *LIST, borrowed until the next call, or NG_END.  The list
   may be empty.  *ENDS_FILE tells whether a file ends behind it.  Tokens in
   front of a fault in the text are handed out, whatever the sizes of the
   pieces in which it comes, and the next call fails.  NG_ESYS, NG_EFORMAT,
   NG_ELIMIT, NG_ENOMEM.  */
enum ng_err ng_corpus_next (struct ng_corpus *corpus,
                            const struct ng_token_list **list,
                            bool *ends_file) NG_MUST_CHECK;

/* If the file that comes next is a token file (.npy), hand out its input in
   *IN, still unread; the caller reads it to its end before the next call.  If
   it is text, or one is under way, *IN is NULL.  NG_END after the last file.
   NG_ESYS, NG_EFORMAT, NG_ENOMEM.  */
enum ng_err ng_corpus_token_file (struct ng_corpus *corpus,
                                  struct ng_input **in) NG_MUST_CHECK;

/* Bytes taken from the files so far and in all (0 if not known).  */
uint64_t ng_corpus_bytes_done (const struct ng_corpus *corpus);
uint64_t ng_corpus_bytes_total (const struct ng_corpus *corpus);

/* Close and free CORPUS, which may be NULL.  */
void ng_corpus_close (struct ng_corpus *corpus);

#endif
