#include <config.h>

#include "models/arparead.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/radix.h"
#include "counts/key.h"
#include "models/complete.h"
#include "models/real.h"
#include "text/escape.h"

enum
{
    /* A line has up to NG_ORDER_MAX tokens and two numbers.  */
    LINE_BYTES_MAX = NG_ORDER_MAX * (NG_TOKEN_BYTES_MAX + 1) + 1024,
    ROOM_MIN = 4096 /* n-grams */
};

static const float missing_unk = -100.0F; /* KenLM's default */

struct reader
{
    struct ng_input *in;
    struct ng_fault *fault;
    struct ng_backoff *m;
    unsigned char *buf; /* [cap] */
    size_t cap, start, end;
    bool at_end;
    uint64_t line;                 /* number of the line last handed out */
    const unsigned char *p, *stop; /* what of it is not yet parsed */

    uint64_t counts[NG_ORDER_MAX]; /* as the header says */
    unsigned order;

    /* The section under way.  */
    struct ng_key_shape shape;
    uint64_t *records; /* [n][words + 1] key, then line and index */
    float *logp, *bow; /* [n] in the order of the file */
    uint64_t room;     /* n-grams that there is room for in these */
    uint32_t n;
    uint64_t first_line;
    bool sorted;
};

static enum ng_err
wrong (struct reader *r, const char *what)
{
    return ng_fault_at_line (r->fault, NG_EFORMAT, ng_input_name (r->in),
                             r->line, "%s", what);
}

/* Read more, keeping what is not handed out.  */
static enum ng_err
refill (struct reader *r)
{
    unsigned char *more;
    size_t n;
    enum ng_err err;

    if (r->end > r->start)
        memmove (r->buf, r->buf + r->start, r->end - r->start);
    r->end -= r->start;
    r->start = 0;
    if (r->end > LINE_BYTES_MAX)
    {
        r->line++;
        return wrong (r, "the line is too long for an n-gram");
    }
    more = ng_grow (r->buf, &r->cap, r->end + NG_BLOCK_BYTES, 1);
    if (!more)
        return NG_ENOMEM;
    r->buf = more;
    err = ng_input_read (r->in, r->buf + r->end, NG_BLOCK_BYTES, &n);
    if (err == NG_END)
        r->at_end = true;
    else if (err == NG_OK)
        r->end += n;
    return err == NG_END ? NG_OK : err;
}

static bool
is_blank (unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Leave the blanks at both ends of the line out.  */
static void
trim (struct reader *r)
{
    while (r->p < r->stop && is_blank (*r->p))
        r->p++;
    while (r->stop > r->p && is_blank (r->stop[-1]))
        r->stop--;
}

/* Point P at the next line's first byte that is not blank and STOP behind its
   last; NG_END at the end.  Lines of nothing but blanks are passed over.  */
static enum ng_err
next_line (struct reader *r)
{
    for (;;)
    {
        /* Before the first read there is no buffer to point into.  */
        const unsigned char *from =
            r->start < r->end ? r->buf + r->start : NULL;
        const unsigned char *nl =
            from ? memchr (from, '\n', r->end - r->start) : NULL;

        if (!nl && !r->at_end)
        {
            enum ng_err err = refill (r);

            if (err != NG_OK)
                return err;
            continue;
        }
        if (!from)
            return NG_END;
        r->p = from;
        r->stop = nl ? nl : r->buf + r->end;
        r->start = (size_t) (r->stop - r->buf) + (nl ? 1 : 0);
        r->line++;
        trim (r);
        if (r->p < r->stop)
            return NG_OK;
    }
}

/* The next field of the line, NULL if there is none.  */
static const unsigned char *
next_field (struct reader *r, size_t *len)
{
    const unsigned char *from;

    while (r->p < r->stop && is_blank (*r->p))
        r->p++;
    if (r->p == r->stop)
        return NULL;
    from = r->p;
    while (r->p < r->stop && !is_blank (*r->p))
        r->p++;
    *len = (size_t) (r->p - from);
    return from;
}

static bool
line_is (const struct reader *r, const char *text)
{
    size_t len = strlen (text);

    return (size_t) (r->stop - r->p) == len && memcmp (r->p, text, len) == 0;
}

/* Does the line start with "\"?  Then it is a section's head, or the end: no
   number starts so.  */
static bool
is_head (const struct reader *r)
{
    return *r->p == '\\';
}

static enum ng_err
cut_short (struct reader *r, const char *where)
{
    return ng_fault_at_line (r->fault, NG_EFORMAT, ng_input_name (r->in),
                             r->line, "the model is cut short %s", where);
}

static const char data_line[] = "\\data\\";

enum ng_err
ng_arpa_recognize (struct ng_input *in, bool *is_arpa)
{
    const unsigned char *start;
    size_t n = 0;
    enum ng_err err = ng_input_peek (in, NG_PEEK_MAX, &start, &n);
    const bool is_all = n < NG_PEEK_MAX;

    *is_arpa = false;
    while (err == NG_OK && n > 0 && !*is_arpa)
    {
        const unsigned char *nl = memchr (start, '\n', n);
        const size_t len = nl ? (size_t) (nl - start) : n;
        struct reader r = { .p = start, .stop = start + len };

        trim (&r);
        *is_arpa = (nl || is_all) && line_is (&r, data_line);
        start += len + (nl ? 1 : 0);
        n -= len + (nl ? 1 : 0);
    }
    return err;
}

/* Skip what stands before \data\.  */
static enum ng_err
find_data (struct reader *r)
{
    enum ng_err err;

    while ((err = next_line (r)) == NG_OK)
    {
        if (line_is (r, data_line))
            return NG_OK;
        if (line_is (r, "iARPA"))
            return wrong (r, "IRSTLM's iARPA is no ARPA: have compile-lm"
                             " --text yes make one of it");
        if (is_head (r))
            break;
    }
    if (err == NG_OK || err == NG_END)
        return ng_fault_set (r->fault, NG_EFORMAT, ng_input_name (r->in),
                             "no model in ARPA form: it has no line \\data\\");
    return err;
}

/* A whole number at P, which moves behind it.  */
static bool
parse_number (struct reader *r, uint64_t *x)
{
    const unsigned char *from = r->p;

    for (*x = 0; r->p < r->stop && *r->p >= '0' && *r->p <= '9'; r->p++)
    {
        if (*x > UINT64_MAX / 10 - 1)
            return false;
        *x = *x * 10 + (uint64_t) (*r->p - '0');
    }
    return r->p > from;
}

static void
skip_blanks (struct reader *r)
{
    while (r->p < r->stop && is_blank (*r->p))
        r->p++;
}

/* "ngram K=N", with blanks anywhere between.  */
static enum ng_err
parse_count (struct reader *r)
{
    uint64_t k, n;
    size_t len;
    const unsigned char *word = next_field (r, &len);
    bool good = word && len == 5 && memcmp (word, "ngram", 5) == 0;

    skip_blanks (r);
    good = good && parse_number (r, &k);
    skip_blanks (r);
    good = good && r->p < r->stop && *r->p == '=';
    r->p += good;
    skip_blanks (r);
    good = good && parse_number (r, &n) && r->p == r->stop;
    if (!good)
        return wrong (r, "this is not of the form \"ngram 2=100\"");
    if (k != r->order + 1)
        return wrong (r, "the counts do not go up order by order from 1");
    if (k > NG_ORDER_MAX)
        return ng_fault_at_line (r->fault, NG_ELIMIT, ng_input_name (r->in),
                                 r->line, "orders go up to %d", NG_ORDER_MAX);
    if (n >= NG_NONE - 1)
        return ng_fault_at_line (r->fault, NG_ELIMIT, ng_input_name (r->in),
                                 r->line, "more than 2^32 n-grams of an order");
    r->counts[r->order++] = n;
    return NG_OK;
}

/* The header, up to the first section's head, which is left in P.  */
static enum ng_err
read_header (struct reader *r)
{
    enum ng_err err = find_data (r);

    while (err == NG_OK)
    {
        err = next_line (r);
        if (err == NG_END)
            return cut_short (r, "in its header");
        if (err == NG_OK && is_head (r))
            break;
        if (err == NG_OK)
            err = parse_count (r);
    }
    if (err == NG_OK && r->order == 0)
        return wrong (r, "the header counts no n-grams");
    return err;
}

/* The log10 probability that starts the line.  */
static enum ng_err
parse_logp (struct reader *r, float *x)
{
    size_t len;
    const unsigned char *field = next_field (r, &len);

    if (!field || !ng_real_parse (field, len, x))
        return wrong (r, "the line does not start with a log10 probability");
    if (*x > 0)
        return wrong (r, "a log10 probability above 0");
    return NG_OK;
}

/* The back-off weight that may end the line.  */
static enum ng_err
parse_bow (struct reader *r, float *x)
{
    size_t len;
    const unsigned char *field = next_field (r, &len);

    *x = 0;
    if (!field)
        return NG_OK;
    if (!ng_real_parse (field, len, x))
        return wrong (r, "what follows the n-gram is no back-off weight");
    if (next_field (r, &len))
        return wrong (r, "more tokens than the n-grams of this section have");
    return NG_OK;
}

static enum ng_err
too_long (struct reader *r)
{
    return ng_fault_at_line (r->fault, NG_ELIMIT, ng_input_name (r->in),
                             r->line, "a token is longer than %d bytes",
                             NG_TOKEN_BYTES_MAX);
}

/* Look NAME[LEN] up, or, if ADD, make it the next type.  Tokens are held in
   text form: a backslash that is no escape stands for itself.  */
static enum ng_err
find_token (struct reader *r, const unsigned char *name, size_t len, bool add,
            uint32_t *id)
{
    static const unsigned char unk[] = NG_UNK;
    unsigned char *spelled = NULL;
    enum ng_err err = NG_OK;

    if (len > NG_TOKEN_BYTES_MAX)
        return too_long (r);
    if (len == 5 && memcmp (name, "<UNK>", 5) == 0)
        name = unk;
    if (memchr (name, '\\', len) && !ng_is_name (name, len))
    {
        spelled = ng_alloc_array (len, 2);
        if (!spelled)
            return NG_ENOMEM;
        len = ng_escape (name, len, spelled);
        name = spelled;
    }
    if (len > NG_TOKEN_BYTES_MAX)
        err = too_long (r);
    else if (add)
        err = ng_vocab_intern (r->m->vocab, name, len, id);
    else if (!ng_vocab_find (r->m->vocab, name, len, id))
        *id = NG_NONE;
    free (spelled);
    return err;
}

static enum ng_err
too_many (struct reader *r, unsigned k)
{
    return ng_fault_at_line (
        r->fault, NG_EFORMAT, ng_input_name (r->in), r->line,
        "more %u-grams than the header says: %" PRIu64, k, r->counts[k - 1]);
}

static enum ng_err
read_unigram (struct reader *r)
{
    size_t len;
    uint32_t id;
    const unsigned char *name;
    enum ng_err err = parse_logp (r, &r->logp[r->n]);

    if (err != NG_OK)
        return err;
    name = next_field (r, &len);
    if (!name)
        return wrong (r, "there is no token");
    err = find_token (r, name, len, true, &id);
    if (err == NG_OK && id != r->n)
        return wrong (r, "the token is there twice");
    return err == NG_OK ? parse_bow (r, &r->bow[r->n]) : err;
}

static enum ng_err
read_ngram (struct reader *r, unsigned k)
{
    uint64_t *record = r->records + r->n * (r->shape.words + 1);
    enum ng_err err = parse_logp (r, &r->logp[r->n]);

    memset (record, 0, r->shape.words * sizeof *record);
    for (unsigned i = 0; i < k && err == NG_OK; i++)
    {
        size_t len;
        uint32_t id;
        const unsigned char *name = next_field (r, &len);

        if (!name)
            return wrong (r, "fewer tokens than the n-grams of this section"
                             " have");
        err = find_token (r, name, len, false, &id);
        if (err == NG_OK && id == NG_NONE)
            return wrong (r, "a token is not among the unigrams");
        if (err == NG_OK)
            ng_key_push (record, r->shape, r->shape.words, id + 1);
    }
    if (err == NG_OK)
        err = parse_bow (r, &r->bow[r->n]);
    record[r->shape.words] = (r->line - r->first_line) << 32 | r->n;
    if (r->n > 0 && r->sorted
        && ng_key_compare (record - (r->shape.words + 1), record,
                           r->shape.words)
               > 0)
        r->sorted = false;
    return err;
}

/* Begin section K, with no room yet.  */
static void
start_section (struct reader *r, unsigned k)
{
    r->n = 0;
    r->room = 0;
    r->sorted = true;
    if (k > 1)
        r->shape = ng_key_shape (k, r->m->trie.levels[0].n);
    free (r->records);
    r->records = NULL;
    r->first_line = r->line;
}

/* Have room for one more n-gram of section K, and then for an <unk> that may
   be added.  Room grows with what is there: the header only limits it, so that
   a wrong one cannot ask for memory.  */
static enum ng_err
make_room (struct reader *r, unsigned k)
{
    const uint64_t most = r->counts[k - 1] + 1;
    uint64_t room = r->room > 0 ? 2 * r->room : ROOM_MIN;
    float *logp, *bow;
    uint64_t *records;

    if (r->room == most || r->room > (uint64_t) r->n + 1)
        return NG_OK;
    room = room < most ? room : most;
    logp = ng_resize_array (r->logp, (size_t) room, sizeof *logp);
    r->logp = logp ? logp : r->logp;
    bow = ng_resize_array (r->bow, (size_t) room, sizeof *bow);
    r->bow = bow ? bow : r->bow;
    if (!logp || !bow)
        return NG_ENOMEM;
    if (k > 1)
    {
        records = ng_resize_array (r->records, (size_t) room,
                                   (r->shape.words + 1) * sizeof *records);
        if (!records)
            return NG_ENOMEM;
        r->records = records;
    }
    r->room = room;
    return NG_OK;
}

/* The lines of section K, up to the next head, which is left in P.  */
static enum ng_err
read_lines (struct reader *r, unsigned k)
{
    enum ng_err err;

    start_section (r, k);
    err = make_room (r, k);
    while (err == NG_OK)
    {
        err = next_line (r);
        if (err == NG_END)
            return cut_short (r, "before \\end\\");
        if (err != NG_OK || is_head (r))
            break;
        if (r->n == r->counts[k - 1])
            return too_many (r, k);
        if (r->line - r->first_line > UINT32_MAX)
            return wrong (r, "more than 2^32 lines in a section");
        err = make_room (r, k);
        if (err == NG_OK)
            err = k == 1 ? read_unigram (r) : read_ngram (r, k);
        r->n++;
    }
    if (err == NG_OK && r->n < r->counts[k - 1])
        return ng_fault_at_line (r->fault, NG_EFORMAT, ng_input_name (r->in),
                                 r->line,
                                 "%" PRIu32 " %u-grams, but the header says"
                                 " %" PRIu64,
                                 r->n, k, r->counts[k - 1]);
    return err;
}

/* All unigrams are there: give the model an <unk>, and start its trie.  */
static enum ng_err
end_unigrams (struct reader *r)
{
    uint32_t id;
    enum ng_err err = ng_vocab_intern (
        r->m->vocab, (const unsigned char *) NG_UNK, sizeof NG_UNK - 1, &id);

    if (err == NG_OK && id == r->n)
    {
        r->logp[r->n] = missing_unk;
        r->bow[r->n++] = 0;
    }
    r->m->logp[0] = r->logp;
    r->m->bow[0] = r->bow;
    r->logp = r->bow = NULL;
    if (err == NG_OK)
        err = ng_trie_init (&r->m->trie, r->order, r->n);
    return err;
}

static enum ng_err
sort_records (struct reader *r)
{
    const size_t size = (r->shape.words + 1) * sizeof *r->records;
    uint64_t *scratch;

    if (r->sorted)
        return NG_OK;
    scratch = ng_alloc_array (r->n, size);
    if (!scratch)
        return NG_ENOMEM;
    ng_radix_sort (r->records, r->n, r->shape.words, scratch);
    free (scratch);
    return NG_OK;
}

/* Put the n-gram of RECORD into the trie and its values into their place.  */
static enum ng_err
add_record (struct reader *r, unsigned k, const uint64_t *record, uint32_t i)
{
    const uint64_t place = record[r->shape.words];
    uint32_t tokens[NG_ORDER_MAX];
    enum ng_trie_added added;
    enum ng_err err;

    for (unsigned j = 0; j < k; j++)
        tokens[j] = ng_key_token (record, r->shape, j) - 1;
    err = ng_trie_add (&r->m->trie, k, tokens, &added);
    if (err != NG_OK)
        return err;
    r->line = r->first_line + (place >> 32);
    if (added == NG_TRIE_TWICE)
        return wrong (r, "the n-gram is there twice");
    if (added != NG_TRIE_ADDED)
        return wrong (r, "the n-gram's prefix, all but its last token, is not"
                         " in the model");
    r->m->logp[k - 1][i] = r->logp[place & UINT32_MAX];
    if (k < r->order)
        r->m->bow[k - 1][i] = r->bow[place & UINT32_MAX];
    return NG_OK;
}

static enum ng_err
end_ngrams (struct reader *r, unsigned k)
{
    const uint64_t line = r->line;
    enum ng_err err = sort_records (r);

    r->m->logp[k - 1] = ng_alloc_array (r->n, sizeof (float));
    if (k < r->order)
        r->m->bow[k - 1] = ng_alloc_array (r->n, sizeof (float));
    if (!r->m->logp[k - 1] || (k < r->order && !r->m->bow[k - 1]))
        err = NG_ENOMEM;
    for (uint32_t i = 0; i < r->n && err == NG_OK; i++)
        err = add_record (r, k, r->records + i * (r->shape.words + 1), i);
    if (err != NG_OK)
        return err;
    ng_trie_end_level (&r->m->trie, k);
    free (r->logp);
    free (r->bow);
    r->logp = r->bow = NULL;
    r->line = line;
    return NG_OK;
}

static enum ng_err
read_section (struct reader *r, unsigned k)
{
    char head[32];
    enum ng_err err;

    (void) snprintf (head, sizeof head, "\\%u-grams:", k);
    if (!line_is (r, head))
        return ng_fault_at_line (r->fault, NG_EFORMAT, ng_input_name (r->in),
                                 r->line, "the section %s should begin here",
                                 head);
    err = read_lines (r, k);
    if (err == NG_OK)
        err = k == 1 ? end_unigrams (r) : end_ngrams (r, k);
    return err;
}

static enum ng_err
read_all (struct reader *r)
{
    enum ng_err err = read_header (r);

    for (unsigned k = 1; k <= r->order && err == NG_OK; k++)
        err = read_section (r, k);
    if (err == NG_OK && !line_is (r, "\\end\\"))
        return wrong (r, "\\end\\ should stand here");
    if (err == NG_OK)
        err = next_line (r);
    if (err == NG_OK)
        return wrong (r, "there is more behind \\end\\");
    return err == NG_END ? NG_OK : err;
}

enum ng_err
ng_arpa_read (struct ng_input *in, struct ng_fault *fault, struct ng_backoff *m)
{
    struct reader r = { .in = in, .fault = fault, .m = m };
    uint64_t n_missing = 0;
    enum ng_err err;

    memset (m, 0, sizeof *m);
    m->vocab = ng_vocab_new ();
    err = m->vocab ? read_all (&r) : NG_ENOMEM;
    free (r.buf);
    free (r.records);
    free (r.logp);
    free (r.bow);
    if (err == NG_OK)
        err = ng_trie_link (&m->trie, &n_missing);
    if (err == NG_OK)
        ng_backoff_find_marks (m);
    if (err == NG_OK && n_missing > 0)
        err = ng_backoff_complete (m, ng_input_name (in), fault);
    return err;
}
