/* All counts of a text in memory, as estimators want them: a vocabulary, a
   trie of the n-grams of all orders, linked to their suffixes, and the count
   of each.

   From a count file of either form: a .ngc, whose n-grams are sorted, or text
   (counts/counttext.h), whose lines may come in any sort and the same n-gram
   more than once, counts being summed.  <unk> gets an id, the last, if the
   text has none.  */
#ifndef NG_TALLY_H
#define NG_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "io/input.h"
#include "models/trie.h"
#include "text/vocab.h"

struct ng_tally
{
    struct ng_vocab *vocab;
    uint32_t unk, bos, eos; /* ids; bos and eos NG_NONE in running text */
    struct ng_trie trie;
    uint64_t *counts[NG_ORDER_MAX]; /* [n] of each level */
    bool is_cut; /* n-grams are known to have been left out */
};

/* Read the counts IN, of which nothing was read yet, into *T, which the caller
   releases in any case.  ORDER is the highest order wanted, 0 for all that are
   there.  SPILL_DIR is where a .ngc that cannot be mapped is copied to.
   NG_EFORMAT, also if orders are missing or an n-gram's prefix or suffix is;
   NG_EINVAL if there are no n-grams of ORDER; NG_EOVERFLOW, NG_ELIMIT,
   NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_tally_read (struct ng_input *in, unsigned order,
                           const char *spill_dir, struct ng_fault *fault,
                           struct ng_tally *t) NG_MUST_CHECK;

/* Release what T, which may be all zero, holds.  */
void ng_tally_fini (struct ng_tally *t);

#endif
