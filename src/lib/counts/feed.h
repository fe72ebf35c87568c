/* Brings a text or a token file to a counter: tokens become ids, sentences
   get their marks.  */
#ifndef NG_FEED_H
#define NG_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/counter.h"
#include "io/input.h"
#include "text/token.h"
#include "text/vocab.h"

/* The marks of a sentence.  */
#define NG_BOS "<s>"
#define NG_EOS "</s>"

struct ng_feed;

/* A feed into COUNTER.  If FIXED, tokens that are not in VOCAB count as <unk>;
   else they are added to it.  If SENTENCES, each line stands between <s> and
   </s>, which VOCAB gets, and no n-gram crosses its end.  COUNTER and VOCAB
   are borrowed.  NG_ENOMEM.  */
enum ng_err ng_feed_new (struct ng_counter *counter, struct ng_vocab *vocab,
                         bool fixed, bool sentences, struct ng_fault *fault,
                         struct ng_feed **feed) NG_MUST_CHECK;

/* Free F, which may be NULL.  */
void ng_feed_free (struct ng_feed *f);

/* The text goes on with LIST.  NG_EFORMAT if SENTENCES and a token is itself
   <s> or </s>; NG_EINVAL if <unk> is needed and VOCAB has none; NG_ELIMIT,
   NG_ENOMEM.  */
enum ng_err ng_feed_tokens (struct ng_feed *f,
                            const struct ng_token_list *list) NG_MUST_CHECK;

/* The text goes on with the token file IN (.npy), to its end; its ids are
   lines of VOCAB.  NG_EFORMAT for a damaged file or an id that VOCAB has not.  */
enum ng_err ng_feed_npy (struct ng_feed *f, struct ng_input *in,
                         struct ng_fault *fault) NG_MUST_CHECK;

#endif
