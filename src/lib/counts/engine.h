/* Counts the n-grams of a text of any size, by threads, within a memory
   budget, into an .ngc file.

   The text is read in portions, as much as the budget holds; one portion is
   enough if all fits.  Of each portion:

    1. Blocks of text become ids, each thread by a vocabulary of its own.
    2. The vocabularies are sorted and merged: an id has now a rank.
    3. Each position's N tokens are packed into one number whose order is that
       of the n-grams ("key"), and go to the bucket that holds such keys; the
       bounds between buckets are drawn from a sample.  What all keys of a
       bucket begin with is not kept, and the memory of ids that were packed is
       used for keys.
    4. Each bucket is counted in a table that fits the cache, and what is
       distinct is sorted; buckets are written in their order, and one scan
       gives all lower orders.

       text      ids     ranks    keys          buckets      counted, sorted
       b a b a   0101    a=0      ba. ab.       |ab. a..|    a.. 1  ab. 1
       (order 2)         b=1      ba. a..       |ba. ba.|    ba. 2
                                  levels: a 2, b 2; a b 1, b a 2

   If there was more than one portion, each is an .ngc file without a name that
   has order N alone, and they are merged before lower orders are added up (see
   counts/merge.h).  An n-gram that spans portions is counted in the later one,
   which begins with the last N - 1 tokens of the one before.

   The bytes that come out are the same for every number of threads and every
   budget.  Input: any order.  Output: sorted, as .ngc is.  */
#ifndef NG_ENGINE_H
#define NG_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/ngc.h"
#include "counts/stage.h"
#include "io/output.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

struct ng_engine_options
{
    struct ng_ngc_info info; /* orders, sentences, least count of the output */
    const struct ng_vocab *vocab; /* of token files; for text, other tokens
                                     count as <unk>; NULL: none */
    unsigned n_threads;           /* 1 or more */
    uint64_t budget;              /* bytes of memory */
    const char *spill_dir;        /* for temporary files */
    void (*progress) (uint64_t done, uint64_t total); /* bytes; may be NULL */
    ng_clock *clock; /* for the report; may be NULL */
};

struct ng_engine_report
{
    uint64_t n_tokens; /* of the text, without marks of sentences */
    unsigned n_portions;
    uint64_t ns[NG_STAGES]; /* processor time of all threads */
};

/* Count the files NAMES[N_NAMES] (none: standard input), text as T splits it
   and token files, and write an .ngc file to OUT, which is not committed.  T
   comes back with what it tells of ill-formed UTF-8.  REPORT may be NULL.

   NG_ESYS, NG_ENOMEM, NG_ELIMIT, NG_EOVERFLOW; NG_EFORMAT for damaged input,
   an id beyond the vocabulary, or <s> or </s> in a text of sentences;
   NG_EINVAL for a token file without a vocabulary or with sentences, or a
   token that needs <unk> where the vocabulary has none.  */
enum ng_err ng_engine_run (const char *const *names, size_t n_names,
                           const struct ng_engine_options *options,
                           struct ng_tokenizer *t, struct ng_output *out,
                           struct ng_engine_report *report,
                           struct ng_fault *fault) NG_MUST_CHECK;

#endif
