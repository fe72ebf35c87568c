#include <config.h>

#include "counts/textrun.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"
#include "base/radix.h"
#include "counts/counttext.h"
#include "counts/key.h"
#include "counts/ngcwrite.h"
#include "text/escape.h"
#include "text/lexical.h"
#include "text/vocab.h"

enum
{
    COUNT_WORDS = 2 /* of 32 bits, in front of the ids of a record */
};

/* The n-grams of one order that were read: a count and ids each.  */
struct records
{
    uint32_t *words;
    size_t n, cap; /* words */
};

struct ng_textrun
{
    const struct ng_merge_setup *setup;
    struct ng_merger *merger;
    unsigned min_order, max_order; /* that came so far */
    struct ng_vocab *vocab;
    struct records orders[NG_ORDER_MAX]; /* order k: orders[k - 1] */
    size_t n_words;                      /* of all orders */

    /* Of the text added last.  */
    struct ng_input *in;
    struct ng_counttext *text; /* while it is read */
    bool has_lines;
    uint64_t n_tokens[NG_ORDER_MAX]; /* order k: n_tokens[k - 1] */
};

struct ng_textrun *
ng_textrun_new (const struct ng_merge_setup *setup, struct ng_merger *m)
{
    struct ng_textrun *r = calloc (1, sizeof *r);

    if (!r)
        return NULL;
    r->setup = setup;
    r->merger = m;
    r->vocab = ng_vocab_new ();
    if (r->vocab)
        return r;
    free (r);
    return NULL;
}

static void
drop_records (struct ng_textrun *r, unsigned order)
{
    struct records *records = &r->orders[order - 1];

    r->n_words -= records->n;
    free (records->words);
    *records = (struct records){ NULL, 0, 0 };
}

void
ng_textrun_free (struct ng_textrun *r)
{
    if (!r)
        return;
    for (unsigned k = 1; k <= NG_ORDER_MAX; k++)
        drop_records (r, k);
    ng_vocab_free (r->vocab);
    free (r);
}

void
ng_textrun_orders (const struct ng_textrun *r, unsigned *min, unsigned *max)
{
    *min = r->min_order;
    *max = r->max_order;
}

/* Is there no n-gram of order K + 1 because none of the texts that were counted
   had so many tokens?  N(K) - N(K + 1) of them had K or more, where N is
   N_TOKENS, so that at least as many have K - 1.  Nothing tells of single
   tokens, but that a text has more than one as a rule.  */
static bool
is_too_short (const uint64_t *n_tokens, unsigned k)
{
    return k == 1 ? n_tokens[0] == 1 : n_tokens[k - 1] <= n_tokens[k - 2] / 2;
}

unsigned
ng_textrun_reach (const struct ng_textrun *r)
{
    unsigned k = 0;

    while (k < NG_ORDER_MAX && r->n_tokens[k] > 0)
        k++;
    for (unsigned i = k; i < NG_ORDER_MAX; i++)
        if (r->n_tokens[i] > 0)
            return k;
    if (k == 0)
        return r->has_lines ? 0 : NG_ORDER_MAX;
    return is_too_short (r->n_tokens, k) ? NG_ORDER_MAX : k;
}

/* ------------------------------------------------------------- to a file */

/* The records of ORDER as keys with counts, sorted, in *ENTRIES[*N][words + 1],
   which the caller frees.  They are dropped.  */
static enum ng_err
sort_records (struct ng_textrun *r, const uint32_t *ranks,
              struct ng_key_shape shape, uint64_t **entries, size_t *n)
{
    const unsigned level = shape.order - 1;
    const struct records *records = &r->orders[level];
    const size_t record_words = COUNT_WORDS + shape.order;
    const size_t entry_bytes = (shape.words + 1) * sizeof **entries;
    uint64_t *scratch, *entry;

    assert (shape.order >= 1 && shape.order <= NG_ORDER_MAX);
    *n = records->n / record_words;
    *entries = entry = ng_calloc_array (*n, entry_bytes);
    if (!entry)
        return NG_ENOMEM;
    for (size_t i = 0; i < records->n;
         i += record_words, entry += shape.words + 1)
    {
        const uint32_t *record = records->words + i;

        for (unsigned k = 0; k < shape.order; k++)
            ng_key_put (entry, shape, k, ranks[record[COUNT_WORDS + k]]);
        entry[shape.words] = record[0] | (uint64_t) record[1] << 32;
    }
    drop_records (r, shape.order);
    scratch = ng_alloc_array (*n, entry_bytes);
    if (!scratch)
    {
        free (*entries);
        return NG_ENOMEM;
    }
    ng_radix_sort (*entries, *n, shape.words, scratch);
    free (scratch);
    return NG_OK;
}

/* Write ENTRIES[N], sorted; equal ones are added up.  */
static enum ng_err
write_entries (struct ng_textrun *r, struct ng_ngcw *w,
               struct ng_key_shape shape, const uint64_t *entries, size_t n)
{
    const size_t step = shape.words + 1;
    const uint64_t *end = entries + n * step;
    enum ng_err err = NG_OK;

    while (entries < end && err == NG_OK)
    {
        const uint64_t *key = entries;
        uint32_t ranks[NG_ORDER_MAX];
        uint64_t sum = 0;

        for (; entries < end && ng_key_equal (entries, key, shape.words);
             entries += step)
            if (!ng_ckd_add (sum, entries[shape.words], &sum))
                return ng_fault_set (r->setup->fault, NG_EOVERFLOW, NULL,
                                     "the sum of the counts of an n-gram of"
                                     " order %u does not fit 64 bits",
                                     shape.order);
        for (unsigned k = 0; k < shape.order; k++)
            ranks[k] = ng_key_token (key, shape, k);
        err = ng_ngcw_add (w, shape.order, ranks, sum);
    }
    return err;
}

static enum ng_err
write_order (struct ng_textrun *r, struct ng_ngcw *w, const uint32_t *ranks,
             unsigned order)
{
    struct ng_key_shape shape = ng_key_shape (order, ng_vocab_size (r->vocab));
    uint64_t *entries;
    size_t n;
    enum ng_err err;

    assert (order >= 1 && order <= NG_ORDER_MAX);
    if (r->orders[order - 1].n == 0)
        return NG_OK;
    err = sort_records (r, ranks, shape, &entries, &n);
    if (err != NG_OK)
        return err;
    err = write_entries (r, w, shape, entries, n);
    free (entries);
    return err;
}

static enum ng_err
write_names (const struct ng_textrun *r, const struct ng_ranking *ranking,
             struct ng_ngcw *w)
{
    enum ng_err err = NG_OK;

    for (uint32_t i = 0; i < ranking->n && err == NG_OK; i++)
    {
        size_t len;
        const unsigned char *name =
            ng_vocab_name (r->vocab, ranking->ids[i], &len);

        err = ng_ngcw_name (w, name, len);
    }
    return err;
}

/* Write everything to OUT.  */
static enum ng_err
write_run (struct ng_textrun *r, struct ng_output *out)
{
    struct ng_ngc_info info = r->setup->info;
    struct ng_ranking ranking;
    struct ng_ngcw *w = NULL;
    enum ng_err err = ng_ranking_init (&ranking, r->vocab);

    if (err != NG_OK)
        return err;
    info.min_count = 1;
    info.top = 0;
    err = ng_ngcw_open (&info, out, r->setup->spill_dir, r->setup->fault, &w);
    if (err == NG_OK)
        err = write_names (r, &ranking, w);
    for (unsigned k = info.max_order; k >= info.min_order && err == NG_OK; k--)
        err = write_order (r, w, ranking.ranks, k);
    if (err == NG_OK)
        err = ng_ngcw_finish (w);
    ng_ngcw_close (w);
    ng_ranking_fini (&ranking);
    return err == NG_OK ? ng_output_commit (out) : err;
}

enum ng_err
ng_textrun_finish (struct ng_textrun *r)
{
    const struct ng_merge_setup *setup = r->setup;
    struct ng_output *out = NULL;
    struct ng_ngc *f = NULL;
    enum ng_err err;

    if (r->n_words == 0)
        return NG_OK;
    err = ng_output_open_unnamed (setup->spill_dir, setup->fault, &out);
    if (err == NG_OK)
        err = write_run (r, out);
    if (err == NG_OK)
        err = ng_ngc_open_fd (ng_output_fd (out), setup->spill_dir,
                              setup->fault, &f);
    (void) ng_output_close (out);
    ng_vocab_free (r->vocab);
    r->vocab = ng_vocab_new ();
    if (!r->vocab && err == NG_OK)
        err = NG_ENOMEM;
    if (err == NG_OK)
        return ng_merger_add (r->merger, f);
    ng_ngc_close (f);
    return err;
}

/* ---------------------------------------------------------------- reading */

/* Is there no room for more?  Sorting takes up to three times the records, and
   ranking twice the vocabulary.  */
static bool
is_full (const struct ng_textrun *r)
{
    uint64_t bytes = 3 * sizeof (uint32_t) * (uint64_t) r->n_words
                     + 2 * (uint64_t) ng_vocab_bytes (r->vocab);

    return bytes > r->setup->budget_bytes / 2;
}

static enum ng_err
fail_at_line (const struct ng_textrun *r, enum ng_err err, const char *text)
{
    return ng_fault_at_line (r->setup->fault, err, ng_input_name (r->in),
                             ng_counttext_line_number (r->text), "%s", text);
}

/* The id of the token TEXT[LEN], which others may have written: a backslash
   that begins no escape stands for itself, and so does a carriage return.  */
static enum ng_err
intern_foreign (struct ng_textrun *r, const unsigned char *text, size_t len,
                uint32_t *id)
{
    unsigned char *name = ng_alloc_array (len, 2);
    enum ng_err err = name ? NG_OK : NG_ENOMEM;
    size_t n = name ? ng_respell (text, len, name) : 0;

    if (n > NG_TOKEN_BYTES_MAX)
        err = fail_at_line (r, NG_ELIMIT,
                            "a token is longer than 65535 bytes when its"
                            " backslashes are escaped");
    if (err == NG_OK)
        err = ng_vocab_intern (r->vocab, name, n, id);
    free (name);
    return err;
}

/* The ids of the tokens of LINE; NG_ELIMIT if there are too many types, or a
   token is too long.  */
static enum ng_err
intern_tokens (struct ng_textrun *r, const struct ng_counttext_line *line,
               uint32_t *ids)
{
    const unsigned char *p = line->ngram, *end = p + line->len;
    const bool is_plain =
        !memchr (p, '\\', line->len) && !memchr (p, '\r', line->len);
    enum ng_err err = NG_OK;

    for (unsigned k = 0; k < line->order && err == NG_OK; k++)
    {
        const unsigned char *space = memchr (p, ' ', (size_t) (end - p));
        size_t len = (size_t) ((space ? space : end) - p);

        err = is_plain || ng_is_name (p, len)
                  ? ng_vocab_intern (r->vocab, p, len, &ids[k])
                  : intern_foreign (r, p, len, &ids[k]);
        p += len + 1;
    }
    return err;
}

static enum ng_err
add_line (struct ng_textrun *r, const struct ng_counttext_line *line)
{
    uint64_t *n_tokens = &r->n_tokens[line->order - 1];
    struct records *records;
    uint32_t *words;

    r->has_lines = true;
    if (r->min_order == 0 || line->order < r->min_order)
        r->min_order = line->order;
    if (line->order > r->max_order)
        r->max_order = line->order;
    if (line->order < r->setup->info.min_order
        || line->order > r->setup->info.max_order)
        return NG_OK;
    if (!ng_ckd_add (*n_tokens, line->count, n_tokens))
        return ng_fault_at_line (
            r->setup->fault, NG_EOVERFLOW, ng_input_name (r->in),
            ng_counttext_line_number (r->text),
            "the sum of the counts of order %u does not fit 64 bits",
            line->order);
    records = &r->orders[line->order - 1];
    words = ng_grow (records->words, &records->cap,
                     records->n + COUNT_WORDS + line->order, sizeof *words);
    if (!words)
        return NG_ENOMEM;
    records->words = words;
    words += records->n;
    words[0] = (uint32_t) (line->count & UINT32_MAX);
    words[1] = (uint32_t) (line->count >> 32);
    records->n += COUNT_WORDS + line->order;
    r->n_words += COUNT_WORDS + line->order;
    return intern_tokens (r, line, words + COUNT_WORDS);
}

enum ng_err
ng_textrun_add (struct ng_textrun *r, struct ng_input *in)
{
    struct ng_counttext_line line;
    enum ng_err err, closed;

    err = ng_counttext_open (in, r->setup->fault, &r->text);
    if (err != NG_OK)
        return err;
    r->in = in;
    r->has_lines = false;
    memset (r->n_tokens, 0, sizeof r->n_tokens);
    while ((err = ng_counttext_next (r->text, &line)) == NG_OK)
    {
        err = add_line (r, &line);
        if (err == NG_ELIMIT)
            err = fail_at_line (r, err,
                                "more types than ids of 32 bits can tell");
        if (err == NG_OK && is_full (r))
            err = ng_textrun_finish (r);
        if (err != NG_OK)
            break;
    }
    closed = ng_counttext_close (r->text);
    r->text = NULL;
    r->in = NULL;
    return err == NG_END ? closed : err;
}
