/* modelkit.h: a small random text for tests of models, its counts looked up
   the slow way, and the model that the library makes of it.  */

#ifndef NG_MODELKIT_H
#define NG_MODELKIT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/input.h"
#include "io/output.h"
#include "models/arparead.h"
#include "models/countfile.h"
#include "models/estimate.h"
#include "rand.h"
#include "unit.h"

enum
{
    KIT_SENTENCES = 60,
    KIT_TOKENS_MAX = 12,
    KIT_BUDGET = 64 << 20, /* bytes */
    KIT_WORDS = 7,         /* tokens 2 to KIT_WORDS + 1 */
    KIT_BOS = 0,
    KIT_EOS = 1,
    KIT_UNK = KIT_WORDS + 2,
    KIT_TYPES = KIT_WORDS + 3,
    KIT_TABLED = 4,    /* n-grams up to this length are counted at once */
    KIT_PLACES = 11110 /* 10 + 100 + 1000 + 10000 of them */
};

struct kit
{
    unsigned order;
    bool sentences; /* or one text that runs on */
    unsigned text[KIT_SENTENCES * (KIT_TOKENS_MAX + 2)];
    size_t starts[KIT_SENTENCES + 1]; /* of the sequences in TEXT */
    size_t n_sequences;
    uint16_t counts[KIT_PLACES]; /* by kit_place */
};

static const char *const kit_names[KIT_TYPES] = { "<s>", "</s>", "a", "b",
                                                  "c",   "d",    "e", "f",
                                                  "g",   "<unk>" };

/* Where the count of W[N] is: its tokens are digits, and shorter n-grams come
   first.  */
static inline size_t
kit_place (const unsigned *w, unsigned n)
{
    size_t place = 0;

    for (unsigned i = 0; i < n; i++)
        place = KIT_TYPES * place + w[i] + (i > 0 ? KIT_TYPES : 0);
    return place;
}

/* Count the short n-grams of K.  */
static inline void
kit_count_short (struct kit *k)
{
    memset (k->counts, 0, sizeof k->counts);
    for (unsigned n = 1; n <= KIT_TABLED; n++)
        for (size_t s = 0; s < k->n_sequences; s++)
            for (size_t i = k->starts[s]; i + n <= k->starts[s + 1]; i++)
                k->counts[kit_place (k->text + i, n)]++;
}

static inline void
kit_make (struct kit *k, unsigned order, bool sentences, uint64_t seed)
{
    size_t n = 0;

    memset (k, 0, sizeof *k);
    k->order = order;
    k->sentences = sentences;
    for (size_t s = 0; s < KIT_SENTENCES; s++)
    {
        size_t len = rand_below (&seed, KIT_TOKENS_MAX);

        if (sentences || s == 0)
            k->starts[k->n_sequences++] = n;
        if (sentences)
            k->text[n++] = KIT_BOS;
        for (size_t i = 0; i < len; i++)
        {
            /* Rare words and frequent ones, and some dependence.  */
            unsigned x = (unsigned) rand_below (&seed, KIT_WORDS);
            unsigned y = (unsigned) rand_below (&seed, x + 1);

            k->text[n] = 2
                         + (i > 0 && rand_below (&seed, 3) == 0
                                ? (k->text[n - 1] + 1) % KIT_WORDS
                                : (unsigned) rand_below (&seed, y + 1));
            n++;
        }
        if (sentences)
            k->text[n++] = KIT_EOS;
    }
    k->starts[k->n_sequences] = n;
    kit_count_short (k);
}

/* Let the first token of K occur there alone, so that nothing ever stands
   before it.  */
static inline void
kit_start_alone (struct kit *k)
{
    for (size_t i = 0; i < k->starts[k->n_sequences]; i++)
        if (i == 0)
            k->text[i] = KIT_WORDS + 1;
        else if (k->text[i] == KIT_WORDS + 1)
            k->text[i] = KIT_WORDS;
    kit_count_short (k);
}

/* How often W[N] occurs.  */
static inline uint64_t
kit_count (const struct kit *k, const unsigned *w, unsigned n)
{
    uint64_t count = 0;

    if (n <= KIT_TABLED)
        return k->counts[kit_place (w, n)];
    for (size_t s = 0; s < k->n_sequences; s++)
        for (size_t i = k->starts[s]; i + n <= k->starts[s + 1]; i++)
            count += k->text[i] == w[0] && k->text[i + n - 1] == w[n - 1]
                     && memcmp (k->text + i, w, n * sizeof *w) == 0;
    return count;
}

/* Print the counts of all n-grams of orders 1 to K->order with a count above
   MIN to FILE.  */
static inline void
kit_print (const struct kit *k, uint64_t min, FILE *file)
{
    for (unsigned n = 1; n <= k->order; n++)
        for (size_t s = 0; s < k->n_sequences; s++)
            for (size_t i = k->starts[s]; i + n <= k->starts[s + 1]; i++)
            {
                const unsigned *w = k->text + i;
                bool seen = false;

                for (size_t t = 0; t <= s && !seen; t++)
                    for (size_t j = k->starts[t];
                         j + n <= k->starts[t + 1] && k->text + j < w && !seen;
                         j++)
                        seen = memcmp (k->text + j, w, n * sizeof *w) == 0;
                if (seen || kit_count (k, w, n) <= min)
                    continue;
                for (unsigned t = 0; t < n; t++)
                    fprintf (file, "%s%s", t > 0 ? " " : "", kit_names[w[t]]);
                fprintf (file, "\t%" PRIu64 "\n", kit_count (k, w, n));
            }
}

/* A file of its own in the current folder, whose name goes to PATH.  */
static inline FILE *
kit_file (char path[32])
{
    int fd;
    FILE *file;

    snprintf (path, 32, "check_model.XXXXXX");
    fd = mkstemp (path);
    ck_assert_int_ge (fd, 0);
    file = fdopen (fd, "w");
    ck_assert_ptr_nonnull (file);
    return file;
}

/* Estimate a model from the counts of K above MIN, as E tells, into the file
   that OUT is to be opened for.  E's budget, folder and fault are set here if
   they are not; the counts are read with a budget of their own.  */
static inline enum ng_err
kit_estimate (const struct kit *k, uint64_t min, struct ng_estimate *e,
              struct ng_fault *fault, const char *out)
{
    char path[32];
    FILE *file = kit_file (path);
    struct ng_input *in;
    struct ng_ngc *counts = NULL;
    struct ng_output *o;
    enum ng_err err;

    e->budget = e->budget > 0 ? e->budget : KIT_BUDGET;
    e->spill_dir = ".";
    e->fault = fault;
    kit_print (k, min, file);
    ck_assert_int_eq (fclose (file), 0);
    ck_assert_int_eq (ng_input_open (path, fault, &in), NG_OK);
    err = ng_countfile_open (in, ".", KIT_BUDGET, fault, &counts);
    ck_assert_int_eq (ng_output_open (out, fault, &o), NG_OK);
    if (err == NG_OK)
        err = ng_estimate (e, counts, o);
    if (err == NG_OK)
        err = ng_output_commit (o);
    (void) ng_output_close (o);
    ng_ngc_close (counts);
    (void) ng_input_close (in);
    (void) unlink (path);
    return err;
}

/* The model that E makes of K, by way of a file in ARPA form.  The rules that
   this form does not know are set by hand.  */
static inline void
kit_model (const struct kit *k, struct ng_estimate *e, struct ng_backoff *m)
{
    char path[32];
    struct ng_fault fault = { .err = NG_OK };
    struct ng_input *in;

    (void) fclose (kit_file (path));
    e->to_arpa = true;
    ck_assert_msg (kit_estimate (k, 0, e, &fault, path) == NG_OK, "%s",
                   fault.text);
    ck_assert_int_eq (ng_input_open (path, &fault, &in), NG_OK);
    ck_assert_msg (ng_arpa_read (in, &fault, m) == NG_OK, "%s", fault.text);
    (void) ng_input_close (in);
    (void) unlink (path);
    if (e->smoothing == NG_LAPLACE && k->order > 1)
        m->rule = NG_RULE_UNIGRAM;
    if (e->smoothing == NG_STUPID_BACKOFF)
    {
        m->rule = NG_RULE_STEP;
        m->step = -0.39794F; /* log10 0.4 */
    }
}

/* The id in M of the kit's token X, NG_NONE if it is not there.  */
static inline uint32_t
kit_id (const struct ng_backoff *m, unsigned x)
{
    uint32_t id;

    return ng_vocab_find (m->vocab, (const unsigned char *) kit_names[x],
                          strlen (kit_names[x]), &id)
               ? id
               : NG_NONE;
}

/* Step W[N], tokens below KIT_TYPES, to the next combination; false after the
   last.  */
static inline bool
kit_next (unsigned *w, unsigned n)
{
    for (unsigned i = n; i-- > 0; w[i] = 0)
        if (++w[i] < KIT_TYPES)
            return true;
    return false;
}

#endif
