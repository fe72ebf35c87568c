/* Turns tokens into ids: by a vocabulary that is given, or by one that is
   built from them in the same pass.

   Building needs all counts before the first id is final, so ids are kept in
   a temporary file in order of first appearance and renamed on the way out.
   Order of calls: ng_encoder_open; ng_encoder_add for all tokens;
   ng_encoder_build if no vocabulary was given; ng_encoder_write_npy if ids
   were asked for; ng_encoder_close.  */
#ifndef NG_ENCODER_H
#define NG_ENCODER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "io/output.h"
#include "text/token.h"
#include "text/vocab.h"

struct ng_encoder;

/* Encode by VOCAB (borrowed), in which id 0 or any other is <unk>, or, if that
   is NULL, count types to build one.  KEEP_IDS: ids will be written, and wait
   in a temporary file in SPILL_DIR (borrowed).  NG_EINVAL if VOCAB has no
   <unk>; NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_encoder_open (const struct ng_vocab *vocab, bool keep_ids,
                             const char *spill_dir, struct ng_fault *fault,
                             struct ng_encoder **e) NG_MUST_CHECK;

/* Take the tokens of LIST; line ends are passed over.  NG_ESYS, NG_ENOMEM,
   NG_ELIMIT.  */
enum ng_err ng_encoder_add (struct ng_encoder *e,
                            const struct ng_token_list *list) NG_MUST_CHECK;

/* Build the vocabulary by RULES; *VOCAB stays E's.  As ng_vocab_build.  */
enum ng_err ng_encoder_build (struct ng_encoder *e,
                              const struct ng_vocab_rules *rules,
                              const struct ng_vocab **vocab) NG_MUST_CHECK;

/* Write all ids to OUT as .npy: u2 where the vocabulary fits, else u4.  Once.
   NG_ESYS, NG_ENOMEM.  */
enum ng_err ng_encoder_write_npy (struct ng_encoder *e,
                                  struct ng_output *out) NG_MUST_CHECK;

/* Tokens taken, and how many of them are not in the vocabulary and became
   <unk>: of one that is built this is known once it is.  */
uint64_t ng_encoder_n_tokens (const struct ng_encoder *e);
uint64_t ng_encoder_n_unknown (const struct ng_encoder *e);

/* Close and free E, which may be NULL.  */
void ng_encoder_close (struct ng_encoder *e);

/* Append to OUT the tokens of LIST with one space between and a newline for
   each line end.  *MID_LINE, false at first, carries over that a line is not
   ended yet.  With VOCAB (or NULL), tokens not in it are written as <unk>.
   NG_ESYS.  */
enum ng_err ng_write_tokens (struct ng_output *out,
                             const struct ng_token_list *list,
                             const struct ng_vocab *vocab,
                             bool *mid_line) NG_MUST_CHECK;

#endif
