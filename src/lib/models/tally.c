#include <config.h>

#include "models/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/mem.h"
#include "base/radix.h"
#include "counts/counttext.h"
#include "counts/key.h"
#include "counts/ngcread.h"
#include "text/lexical.h"

enum
{
    NGRAM_QUOTE_MAX = 120 /* bytes of an n-gram in a message */
};

struct reader
{
    struct ng_tally *t;
    struct ng_fault *fault;
    const char *name;
    size_t cap[NG_ORDER_MAX]; /* of the counts */
};

void
ng_tally_fini (struct ng_tally *t)
{
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        free (t->counts[i]);
    ng_trie_fini (&t->trie);
    ng_vocab_free (t->vocab);
    memset (t, 0, sizeof *t);
}

/* The n-gram TOKENS[K] as text, cut where it is long.  */
static const char *
quote (const struct ng_tally *t, const uint32_t *tokens, unsigned k,
       char text[NGRAM_QUOTE_MAX + 4])
{
    size_t at = 0;

    for (unsigned i = 0; i < k; i++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (t->vocab, tokens[i], &len);

        if (at + len + 1 > NGRAM_QUOTE_MAX)
        {
            memcpy (text + at, "...", 3);
            at += 3;
            break;
        }
        if (i > 0)
            text[at++] = ' ';
        memcpy (text + at, name, len);
        at += len;
    }
    text[at] = '\0';
    return text;
}

static enum ng_err
bad_ngram (struct reader *r, const uint32_t *tokens, unsigned k,
           const char *what)
{
    char text[NGRAM_QUOTE_MAX + 4];

    return ng_fault_set (r->fault, NG_EFORMAT, r->name, "\"%s\" %s",
                         quote (r->t, tokens, k, text), what);
}

/* Add COUNT of the n-gram TOKENS[K], K > 1, which is the last one's like or
   above it.  */
static enum ng_err
add (struct reader *r, unsigned k, const uint32_t *tokens, uint64_t count)
{
    const uint32_t i = r->t->trie.levels[k - 1].n;
    enum ng_trie_added added;
    uint64_t *counts;
    enum ng_err err = ng_trie_add (&r->t->trie, k, tokens, &added);

    if (err == NG_ELIMIT)
        return ng_fault_set (r->fault, err, r->name,
                             "more than 2^32 n-grams of order %u", k);
    if (err != NG_OK)
        return err;
    if (added == NG_TRIE_NO_PREFIX || added == NG_TRIE_UNSORTED)
        return bad_ngram (r, tokens, k,
                          "is counted, but not its first tokens alone: were"
                          " n-grams or orders left out?");
    if (added == NG_TRIE_TWICE)
        return ng_ckd_add (r->t->counts[k - 1][i - 1], count,
                           &r->t->counts[k - 1][i - 1])
                   ? NG_OK
                   : NG_EOVERFLOW;
    counts = ng_grow (r->t->counts[k - 1], &r->cap[k - 1], (size_t) i + 1,
                      sizeof *counts);
    if (!counts)
        return NG_ENOMEM;
    counts[i] = count;
    r->t->counts[k - 1] = counts;
    return NG_OK;
}

/* The vocabulary is there, and COUNTS[0] for it: give it an <unk> and start
   the trie of ORDER.  */
static enum ng_err
start_trie (struct reader *r, unsigned order)
{
    struct ng_tally *t = r->t;
    const uint32_t n = ng_vocab_size (t->vocab);
    const char *const marks[] = { NG_BOS, NG_EOS };
    uint32_t *const ids[] = { &t->bos, &t->eos };
    enum ng_err err = ng_vocab_intern (t->vocab, (const unsigned char *) NG_UNK,
                                       sizeof NG_UNK - 1, &t->unk);

    if (err == NG_OK && t->unk == n)
        t->counts[0][n] = 0;
    for (unsigned i = 0; i < 2; i++)
        if (!ng_vocab_find (t->vocab, (const unsigned char *) marks[i],
                            strlen (marks[i]), ids[i]))
            *ids[i] = NG_NONE;
    if (err == NG_OK)
        err = ng_trie_init (&t->trie, order, ng_vocab_size (t->vocab));
    return err;
}

/* --------------------------------------------------------------- from .ngc */

static enum ng_err
read_names (struct reader *r, struct ng_ngc *f)
{
    struct ng_ngc_names names;
    enum ng_err err;

    ng_ngc_names_start (&names, f);
    while ((err = ng_ngc_names_next (&names)) == NG_OK)
    {
        uint32_t id;

        err = ng_vocab_intern (r->t->vocab, names.name, names.len, &id);
        if (err == NG_OK && id + 1 != names.next)
            err = ng_fault_set (r->fault, NG_EFORMAT, r->name,
                                "a name is there twice");
        if (err != NG_OK)
            break;
    }
    ng_ngc_names_fini (&names);
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
read_types (struct reader *r, struct ng_ngc *f)
{
    struct ng_ngc_cursor c;
    enum ng_err err;

    r->t->counts[0] =
        ng_calloc_array ((size_t) ng_ngc_n_types (f) + 1, sizeof (uint64_t));
    if (!r->t->counts[0])
        return NG_ENOMEM;
    ng_ngc_cursor_start (&c, f, 1);
    while ((err = ng_ngc_cursor_next (&c)) == NG_OK)
        r->t->counts[0][c.ranks[0]] = c.count;
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
read_order (struct reader *r, struct ng_ngc *f, unsigned k)
{
    struct ng_ngc_cursor c;
    enum ng_err err;

    ng_ngc_cursor_start (&c, f, k);
    while ((err = ng_ngc_cursor_next (&c)) == NG_OK)
    {
        err = add (r, k, c.ranks, c.count);
        if (err != NG_OK)
            return err;
    }
    ng_trie_end_level (&r->t->trie, k);
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
missing_order (struct reader *r, unsigned order)
{
    return ng_fault_set (r->fault, NG_EINVAL, r->name,
                         "there are no counts of order %u", order);
}

static enum ng_err
read_ngc (struct reader *r, struct ng_input *in, unsigned order,
          const char *spill_dir)
{
    struct ng_ngc *f = NULL;
    struct ng_ngc_info info = { 0 };
    enum ng_err err = ng_ngc_open (in, spill_dir, r->fault, &f);

    if (err == NG_OK)
    {
        info = ng_ngc_info (f);
        r->t->is_cut = (info.flags & NG_NGC_CUT) != 0;
        if (order == 0)
            order = info.max_order;
        if (info.min_order > 1)
            err = missing_order (r, 1);
        else if (info.max_order < order || ng_ngc_level (f, order).n == 0)
            err = missing_order (r, order);
    }
    if (err == NG_OK)
        err = read_names (r, f);
    if (err == NG_OK)
        err = read_types (r, f);
    if (err == NG_OK)
        err = start_trie (r, order);
    for (unsigned k = 2; k <= order && err == NG_OK; k++)
        err = read_order (r, f, k);
    ng_ngc_close (f);
    return err;
}

/* --------------------------------------------------------------- from text */

/* The n-grams of one order as they come: tokens in order of appearance.  */
struct lines
{
    uint32_t *tokens; /* [n][order] */
    uint64_t *counts; /* [n] */
    size_t n, cap_tokens, cap_counts;
};

static enum ng_err
add_line (struct reader *r, struct lines *l,
          const struct ng_counttext_line *line)
{
    const unsigned k = line->order;
    const unsigned char *p = line->ngram, *end = p + line->len;
    uint32_t *tokens =
        ng_grow (l->tokens, &l->cap_tokens, l->n + 1, k * sizeof *tokens);
    uint64_t *counts;

    if (!tokens)
        return NG_ENOMEM;
    l->tokens = tokens;
    counts = ng_grow (l->counts, &l->cap_counts, l->n + 1, sizeof *counts);
    if (!counts)
        return NG_ENOMEM;
    l->counts = counts;
    for (unsigned i = 0; i < k; i++)
    {
        const unsigned char *space = memchr (p, ' ', (size_t) (end - p));
        size_t len = (size_t) ((space ? space : end) - p);
        enum ng_err err =
            ng_vocab_intern (r->t->vocab, p, len, &tokens[l->n * k + i]);

        if (err != NG_OK)
            return err;
        p += len + 1;
    }
    counts[l->n++] = line->count;
    return NG_OK;
}

/* Counts of each type, by id; every type has to have one.  */
static enum ng_err
set_types (struct reader *r, const struct lines *l)
{
    const uint32_t n = ng_vocab_size (r->t->vocab);
    uint64_t *counts = ng_calloc_array ((size_t) n + 1, sizeof *counts);

    r->t->counts[0] = counts;
    if (!counts)
        return NG_ENOMEM;
    for (size_t i = 0; i < l->n; i++)
        if (!ng_ckd_add (counts[l->tokens[i]], l->counts[i],
                         &counts[l->tokens[i]]))
            return NG_EOVERFLOW;
    for (uint32_t id = 0; id < n; id++)
        if (counts[id] == 0)
            return bad_ngram (r, &id, 1,
                              "is counted inside n-grams, but not alone: were"
                              " n-grams or orders left out?");
    return NG_OK;
}

/* Sort the lines L of order K and put them into the trie.  RANKS[id] is a
   token's place in the final vocabulary.  */
static enum ng_err
set_order (struct reader *r, unsigned k, struct lines *l, const uint32_t *ranks)
{
    struct ng_key_shape shape = ng_key_shape (k, r->t->trie.levels[0].n);
    const size_t size = shape.words + 1;
    uint64_t *records = ng_calloc_array (l->n, size * sizeof *records);
    uint64_t *scratch = ng_alloc_array (l->n, size * sizeof *records);
    enum ng_err err = records && scratch ? NG_OK : NG_ENOMEM;

    for (size_t i = 0; i < l->n && err == NG_OK; i++)
    {
        for (unsigned j = 0; j < k; j++)
            ng_key_push (records + i * size, shape, shape.words,
                         ranks[l->tokens[i * k + j]] + 1);
        records[i * size + shape.words] = l->counts[i];
    }
    if (err == NG_OK)
        ng_radix_sort (records, l->n, shape.words, scratch);
    free (scratch);
    for (size_t i = 0; i < l->n && err == NG_OK; i++)
    {
        uint32_t tokens[NG_ORDER_MAX];

        for (unsigned j = 0; j < k; j++)
            tokens[j] = ng_key_token (records + i * size, shape, j) - 1;
        err = add (r, k, tokens, records[i * size + shape.words]);
    }
    free (records);
    ng_trie_end_level (&r->t->trie, k);
    return err;
}

/* Put the vocabulary and the counts of its types in the order of names.  */
static enum ng_err
sort_types (struct reader *r, const struct ng_ranking *ranking)
{
    struct ng_vocab *sorted = ng_vocab_new ();
    uint64_t *counts = ng_alloc_array ((size_t) ranking->n + 1, sizeof *counts);
    enum ng_err err = sorted && counts ? NG_OK : NG_ENOMEM;

    for (uint32_t i = 0; i < ranking->n && err == NG_OK; i++)
    {
        uint32_t id;
        size_t len;
        const unsigned char *name =
            ng_vocab_name (r->t->vocab, ranking->ids[i], &len);

        counts[i] = r->t->counts[0][ranking->ids[i]];
        err = ng_vocab_intern (sorted, name, len, &id);
    }
    if (err != NG_OK)
    {
        ng_vocab_free (sorted);
        free (counts);
        return err;
    }
    ng_vocab_free (r->t->vocab);
    free (r->t->counts[0]);
    r->t->vocab = sorted;
    r->t->counts[0] = counts;
    return NG_OK;
}

static enum ng_err
set_all (struct reader *r, struct lines *lines, unsigned order)
{
    struct ng_ranking ranking = { 0 };
    enum ng_err err = set_types (r, &lines[0]);

    if (err == NG_OK)
        err = ng_ranking_init (&ranking, r->t->vocab);
    if (err == NG_OK)
        err = sort_types (r, &ranking);
    if (err == NG_OK)
        err = start_trie (r, order);
    for (unsigned k = 2; k <= order && err == NG_OK; k++)
    {
        err = set_order (r, k, &lines[k - 1], ranking.ranks);
        free (lines[k - 1].tokens);
        free (lines[k - 1].counts);
        memset (&lines[k - 1], 0, sizeof *lines);
    }
    ng_ranking_fini (&ranking);
    return err;
}

/* Take all lines of orders up to ORDER; 0: all.  */
static enum ng_err
read_lines (struct reader *r, struct ng_input *in, unsigned order,
            struct lines *lines)
{
    struct ng_counttext *text = NULL;
    struct ng_counttext_line line;
    enum ng_err err = ng_counttext_open (in, r->fault, &text);

    while (err == NG_OK)
    {
        err = ng_counttext_next (text, &line);
        if (err == NG_OK && (order == 0 || line.order <= order))
            err = add_line (r, &lines[line.order - 1], &line);
    }
    (void) ng_counttext_close (text);
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
read_text (struct reader *r, struct ng_input *in, unsigned order)
{
    struct lines lines[NG_ORDER_MAX] = { 0 };
    enum ng_err err = read_lines (r, in, order, lines);

    if (err == NG_OK && order == 0)
        for (order = NG_ORDER_MAX; order > 1 && lines[order - 1].n == 0;)
            order--;
    for (unsigned k = 1; k <= order && err == NG_OK; k++)
        if (lines[k - 1].n == 0)
            err = missing_order (r, k);
    if (err == NG_OK)
        err = set_all (r, lines, order);
    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
    {
        free (lines[i].tokens);
        free (lines[i].counts);
    }
    return err;
}

/* Name an n-gram whose suffix is not counted.  */
static enum ng_err
missing_suffix (struct reader *r)
{
    const struct ng_trie *t = &r->t->trie;

    for (unsigned k = 2; k <= t->order; k++)
    {
        struct ng_trie_walk w;
        uint32_t tokens[NG_ORDER_MAX];

        ng_trie_walk_start (&w, t, k);
        while (ng_trie_walk_next (&w))
        {
            if (t->levels[k - 1].suffixes[ng_trie_walk_index (&w)] != NG_NONE)
                continue;
            for (unsigned i = 0; i < k; i++)
                tokens[i] = ng_trie_walk_token (&w, i);
            return bad_ngram (r, tokens, k,
                              "is counted, but not its last tokens alone: were"
                              " n-grams or orders left out?");
        }
    }
    return NG_EFORMAT;
}

enum ng_err
ng_tally_read (struct ng_input *in, unsigned order, const char *spill_dir,
               struct ng_fault *fault, struct ng_tally *t)
{
    struct reader r = { t, fault, ng_input_name (in), { 0 } };
    const unsigned char *start;
    uint64_t n_missing = 0;
    size_t n;
    enum ng_err err;

    memset (t, 0, sizeof *t);
    t->vocab = ng_vocab_new ();
    err = t->vocab ? NG_OK : NG_ENOMEM;
    if (err == NG_OK)
        err = ng_input_peek (in, NG_NGC_MAGIC_BYTES, &start, &n);
    if (err == NG_OK)
        err = ng_ngc_is_magic (start, n) ? read_ngc (&r, in, order, spill_dir)
                                         : read_text (&r, in, order);
    if (err == NG_EOVERFLOW)
        return ng_fault_set (fault, err, r.name,
                             "the sum of the counts does not fit 64 bits");
    if (err == NG_OK)
        err = ng_trie_link (&t->trie, &n_missing);
    return err == NG_OK && n_missing > 0 ? missing_suffix (&r) : err;
}
