/* Reads back-off models in ARPA form, as KenLM, SRILM, IRSTLM and ngram-model
   write it:

       \data\
       ngram 1=3
       ngram 2=2

       \1-grams:
       -0.5<TAB>a<TAB>-0.3
       ...
       \2-grams:
       -0.25<TAB>a b
       ...
       \end\

   that is log10 probability, n-gram, and log10 back-off weight, 0 where it is
   left out; fields are split by tabs or spaces, blank lines may stand
   anywhere, and what stands before \data\ is passed over.  N-grams come in
   any sort.  <UNK> is read as <unk>; a model without it gets one of log10
   probability -100, as in KenLM.  A suffix of an n-gram that is not listed
   itself (SRILM's pruning makes such) is added with the probability that
   backing off gives it.  */
#ifndef NG_ARPAREAD_H
#define NG_ARPAREAD_H

#include <stdbool.h>

#include "base/err.h"
#include "io/input.h"
#include "models/backoff.h"

/* Does IN hold a model in ARPA form, and not counts?  It does if a line in its
   first NG_PEEK_MAX bytes is \data\, as no file of counts has it.  Only before
   the first read of IN.  NG_EFORMAT (gzip), NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_arpa_recognize (struct ng_input *in,
                               bool *is_arpa) NG_MUST_CHECK;

/* Read the model in IN to its end into *M, which the caller releases in any
   case.  FAULT is the one IN was opened with; it names the line of what is
   wrong.  NG_EFORMAT: no ARPA, cut short, a count that does not hold, sections
   out of order, an n-gram that is there twice or whose prefix is missing, a
   token that is no unigram, a log10 probability above 0 (also of a suffix that
   is added, but for rounding) or not a number.  NG_ELIMIT
   past NG_ORDER_MAX or 2^32 n-grams of an order; NG_ENOMEM, NG_ESYS.
   Time O(n), one radix sort for each order that is not sorted by the order of
   the unigrams.  */
enum ng_err ng_arpa_read (struct ng_input *in, struct ng_fault *fault,
                          struct ng_backoff *m) NG_MUST_CHECK;

#endif
