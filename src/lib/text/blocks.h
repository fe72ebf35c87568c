/* Cuts files of text into blocks that can be tokenized by themselves, each by
   another thread: no token, and no carriage return with its newline, spans two
   blocks.  Token files (.npy) come as blocks of raw elements.

   Call ng_blocks_open, then ng_blocks_next, one thread at a time, until it
   answers NG_END or fails, then ng_blocks_close.  Byte-order marks at the
   start of a file are dropped.  */
#ifndef NG_BLOCKS_H
#define NG_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/npy.h"
#include "text/token.h"
#include "text/tokenizer.h"

struct ng_blocks;

/* The caller keeps the block, all zero at first, and hands it back to be
   filled again; ng_block_fini releases it.  */
struct ng_block
{
    uint64_t number;     /* from 0, over all files */
    const char *file;    /* borrowed */
    uint64_t line;       /* that the text begins on, from 1 */
    unsigned char *text; /* [cap]; a pad for tokens can be read behind it */
    size_t len, cap;
    bool ends_file; /* the text's last line ends here, newline or not */

    bool is_ids;           /* the text is elements of a token file */
    struct ng_dtype dtype; /* of their type */
    uint64_t item;         /* index of the first in the file */
};

/* Read the files NAMES[N_NAMES] ("-" is standard input; N_NAMES = 0 too) in
   blocks for MODE.  All is borrowed until B is closed.  Every file is looked
   for before the first is read.  NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_blocks_open (const char *const *names, size_t n_names,
                            enum ng_tokenize_mode mode, struct ng_fault *fault,
                            struct ng_blocks **b) NG_MUST_CHECK;

/* The next block, of about NG_BLOCK_BYTES.  NG_END after the last.  NG_ESYS,
   NG_EFORMAT, NG_ELIMIT, NG_ENOMEM.  */
enum ng_err ng_blocks_next (struct ng_blocks *b,
                            struct ng_block *block) NG_MUST_CHECK;

/* The tokens of BLOCK, which is text, to LIST.  T is the caller's.  Of a line
   that is cut between blocks only its last part is looked at to tell whether it
   is blank.  As ng_tokenizer_scan.  */
enum ng_err ng_block_scan (struct ng_block *block, struct ng_tokenizer *t,
                           struct ng_token_list *list,
                           struct ng_fault *fault) NG_MUST_CHECK;

/* Bytes taken from the files so far and in all (0 if not known).  */
uint64_t ng_blocks_bytes_done (const struct ng_blocks *b);
uint64_t ng_blocks_bytes_total (const struct ng_blocks *b);

/* Close and free B, which may be NULL.  */
void ng_blocks_close (struct ng_blocks *b);

/* Release what BLOCK holds.  */
void ng_block_fini (struct ng_block *block);

#endif
