#include <config.h>

#include "counts/counttext.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nglimits.h"

struct ng_counttext
{
    struct ng_input *in;
    struct ng_fault *fault;
    enum ng_err sticky; /* first fault, or NG_END */
    uint64_t line;      /* lines read */
    bool input_end;
    unsigned char *buf; /* [cap] */
    size_t cap;         /* bytes */
    size_t start, end;  /* buf[start..end) is not yet used */
};

static enum ng_err
drop_byte_order_mark (struct ng_input *in)
{
    const unsigned char *p;
    unsigned char mark[3];
    size_t n;
    enum ng_err err = ng_input_peek (in, sizeof mark, &p, &n);

    if (err != NG_OK || n < sizeof mark || memcmp (p, "\xef\xbb\xbf", n) != 0)
        return err;
    return ng_input_read_full (in, mark, sizeof mark, "a byte-order mark");
}

enum ng_err
ng_counttext_open (struct ng_input *in, struct ng_fault *fault,
                   struct ng_counttext **out)
{
    struct ng_counttext *r;
    enum ng_err err = drop_byte_order_mark (in);

    if (err != NG_OK)
        return err;
    r = calloc (1, sizeof *r);
    if (!r)
        return NG_ENOMEM;
    r->in = in;
    r->fault = fault;
    r->buf = ng_grow (NULL, &r->cap, 2 * NG_BLOCK_BYTES, 1);
    if (!r->buf)
    {
        free (r);
        return NG_ENOMEM;
    }
    *out = r;
    return NG_OK;
}

static enum ng_err
fail (struct ng_counttext *r, enum ng_err err, const char *text)
{
    return ng_fault_at_line (r->fault, err, ng_input_name (r->in), r->line,
                             "%s", text);
}

/* Append a block to what is in the buffer, after moving that to its front.  */
static enum ng_err
refill (struct ng_counttext *r)
{
    size_t n;
    enum ng_err err;

    if (r->start > 0)
    {
        memmove (r->buf, r->buf + r->start, r->end - r->start);
        r->end -= r->start;
        r->start = 0;
    }
    if (r->cap - r->end < NG_BLOCK_BYTES)
    {
        unsigned char *buf =
            ng_grow (r->buf, &r->cap, r->end + NG_BLOCK_BYTES, 1);

        if (!buf)
            return NG_ENOMEM;
        r->buf = buf;
    }
    err = ng_input_read (r->in, r->buf + r->end, NG_BLOCK_BYTES, &n);
    if (err == NG_OK)
        r->end += n;
    return err;
}

/* Find the next line: *P to *END, without its line feed.  NG_END if there is
   none.  */
static enum ng_err
find_line (struct ng_counttext *r, const unsigned char **p,
           const unsigned char **end)
{
    size_t looked_at = 0;

    for (;;)
    {
        size_t len, have = r->end - r->start;
        const unsigned char *lf = NULL;
        enum ng_err err;

        if (have > looked_at)
            lf = memchr (r->buf + r->start + looked_at, '\n', have - looked_at);
        len = lf ? (size_t) (lf - r->buf) - r->start : have;
        /* However much of it is there: blocks end anywhere.  */
        if (len > NG_COUNT_LINE_BYTES_MAX)
        {
            r->line++;
            return fail (r, NG_ELIMIT,
                         "the line is too long for an n-gram and its count");
        }
        if (lf || (r->input_end && have > 0))
        {
            *p = r->buf + r->start;
            *end = *p + len;
            r->start += len + (lf != NULL);
            r->line++;
            return NG_OK;
        }
        if (r->input_end)
            return NG_END;
        looked_at = have;
        err = refill (r);
        if (err == NG_END)
            r->input_end = true;
        else if (err != NG_OK)
            return err;
    }
}

/* Parse the count at P, up to END, into *COUNT.  */
static enum ng_err
parse_count (struct ng_counttext *r, const unsigned char *p,
             const unsigned char *end, uint64_t *count)
{
    uint64_t x = 0;
    const unsigned char *start = p;
    const unsigned char *tab;

    for (; p < end && (unsigned) (*p - '0') <= 9; p++)
    {
        unsigned digit = (unsigned) (*p - '0');

        if (x > (UINT64_MAX - digit) / 10)
            return fail (r, NG_EOVERFLOW, "the count does not fit 64 bits");
        x = 10 * x + digit;
    }
    if (p == start && p < end && *p == '-')
        return fail (r, NG_EFORMAT, "the count is negative");
    if (p == start || (p < end && *p != '\t'))
        return fail (r, NG_EFORMAT, "the count is not a whole number");
    if (x == 0)
        return fail (r, NG_EFORMAT, "the count is zero");
    tab = p < end ? memchr (p + 1, '\t', (size_t) (end - p - 1)) : NULL;
    if (tab)
        return fail (r, NG_EFORMAT, "more than three columns");
    *count = x;
    return NG_OK;
}

/* Set LINE's order and length from P, up to END, and *TAB to where the n-gram
   ends.  */
static enum ng_err
parse_ngram (struct ng_counttext *r, const unsigned char *p,
             const unsigned char *end, struct ng_counttext_line *line,
             const unsigned char **tab)
{
    const unsigned char *q = p;
    const unsigned char *token = p;
    unsigned order = 1;

    for (; q < end && *q != '\t'; q++)
        if (*q == ' ')
        {
            if (q == token || (size_t) (q - token) > NG_TOKEN_BYTES_MAX)
                break;
            token = q + 1;
            order++;
        }
    if (q == end)
        return fail (r, NG_EFORMAT, "no TAB between an n-gram and a count");
    if (q == token)
        return fail (r, NG_EFORMAT, "the n-gram has an empty token");
    if ((size_t) (q - token) > NG_TOKEN_BYTES_MAX)
        return ng_fault_at_line (r->fault, NG_ELIMIT, ng_input_name (r->in),
                                 r->line, "a token is longer than %d bytes",
                                 NG_TOKEN_BYTES_MAX);
    if (order > NG_ORDER_MAX)
        return fail (r, NG_ELIMIT, "the n-gram has more than 8 tokens");
    line->ngram = p;
    line->len = (size_t) (q - p);
    line->order = order;
    *tab = q;
    return NG_OK;
}

enum ng_err
ng_counttext_next (struct ng_counttext *r, struct ng_counttext_line *line)
{
    const unsigned char *p = NULL, *end = NULL, *tab = NULL;
    enum ng_err err = r->sticky;

    if (err == NG_OK)
        err = find_line (r, &p, &end);
    if (err == NG_OK)
    {
        if (end > p && end[-1] == '\r')
            end--;
        err = parse_ngram (r, p, end, line, &tab);
    }
    if (err == NG_OK)
        err = parse_count (r, tab + 1, end, &line->count);
    r->sticky = err;
    return err;
}

uint64_t
ng_counttext_line_number (const struct ng_counttext *r)
{
    return r->line;
}

enum ng_err
ng_counttext_close (struct ng_counttext *r)
{
    enum ng_err err;

    if (!r)
        return NG_OK;
    err = r->sticky == NG_END ? NG_OK : r->sticky;
    free (r->buf);
    free (r);
    return err;
}
