#include <config.h>

#include "text/tokenizer.h"

#include <string.h>
#include <unicase.h>
#include <unictype.h>

#include "base/bytes.h"
#include "base/nglimits.h"
#include "text/escape.h"
#include "text/utf8.h"
#include "text/wordbreak.h"

/* What a byte is to the scans.  */
enum
{
    BLANK = 0,   /* ASCII white space but the newline */
    INK = 1,     /* other ASCII */
    LETTER = 2,  /* ASCII letter */
    NEWLINE = 3, /* ends a line */
    HIGH = 4     /* part of a code point past ASCII, or ill-formed */
};

static const unsigned char byte_class[256] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 3, 0, 0, 0, 1, 1, /* \t \n \v \f \r */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* */
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* space */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* digits */
    1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* A to O */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, /* P to Z */
    1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, /* a to o */
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, /* p to z */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, /* 0x80 and up */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, /* */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, /* */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, /* */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, /* */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, /* */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, /* */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4  /* */
};

enum
{
    /* A name in the side buffer is at most three times as long as its text: an
       ill-formed byte becomes the three of U+FFFD; simple case mapping goes
       from two bytes to three at most; an escape is two bytes for one.  */
    SIDE_FACTOR = 3
};

/* One call of ng_tokenizer_scan.  */
struct scan
{
    struct ng_tokenizer *t;
    unsigned char *text;
    size_t len;
    bool final;
    struct ng_token_list *list;
    struct ng_fault *fault;
};

void
ng_tokenizer_init (struct ng_tokenizer *t, enum ng_tokenize_mode mode,
                   bool lower, bool strict)
{
    memset (t, 0, sizeof *t);
    t->mode = mode;
    t->lower = lower;
    t->strict = strict;
}

void
ng_tokenizer_start (struct ng_tokenizer *t, const char *file)
{
    t->file = file;
    t->line = 1;
    t->line_begun = false;
    t->line_has_ink = false;
}

static enum ng_err
too_long (struct scan *sc)
{
    return ng_fault_at_line (sc->fault, NG_ELIMIT, sc->t->file, sc->t->line,
                             "a token is longer than %d bytes",
                             NG_TOKEN_BYTES_MAX);
}

/* An ill-formed sequence was met: count it, or fail.  */
static enum ng_err
note_invalid (struct scan *sc)
{
    struct ng_tokenizer *t = sc->t;

    if (t->strict)
        return ng_fault_at_line (sc->fault, NG_EFORMAT, t->file, t->line,
                                 "the text is not valid UTF-8");
    if (t->n_invalid++ == 0)
    {
        t->invalid_file = t->file;
        t->invalid_line = t->line;
    }
    return NG_OK;
}

static void
end_line (struct scan *sc)
{
    struct ng_tokenizer *t = sc->t;

    ng_token_list_add (
        sc->list, t->line_has_ink ? NG_LINE_END : NG_BLANK_LINE_END, NULL, 1);
    t->line++;
    t->line_begun = false;
    t->line_has_ink = false;
}

static inline enum ng_err
add_token (struct scan *sc, const unsigned char *name, size_t len)
{
    if (len > NG_TOKEN_BYTES_MAX)
        return too_long (sc);
    ng_token_list_add (sc->list, NG_TOKEN, name, len);
    return NG_OK;
}

/* The code point at S[N]; what is cut by the end of the text counts as
   ill-formed if it is FINAL.  0 if more bytes are needed.  */
static size_t
decode (const struct scan *sc, const unsigned char *s, size_t n, uint32_t *cp)
{
    size_t used = ng_utf8_decode (s, n, cp);

    if (used == 0 && sc->final)
        used = n;
    return used;
}

/* Append CP to the side buffer, in lower case if that is asked for and
   escaped if it must be.  */
static void
put_side (struct scan *sc, uint32_t cp)
{
    struct ng_token_list *list = sc->list;
    unsigned char *out = list->side + list->side_len;

    if (sc->t->lower)
        cp = uc_tolower (cp);
    if (cp < 0x80 && ng_escape_letter ((unsigned char) cp))
    {
        out[0] = '\\';
        out[1] = ng_escape_letter ((unsigned char) cp);
        list->side_len += 2;
    }
    else
        list->side_len += ng_utf8_encode (cp, out);
}

/* Add the token whose text is S[N], rewritten code point by code point.  */
static enum ng_err
add_rewritten (struct scan *sc, const unsigned char *s, size_t n)
{
    size_t start = sc->list->side_len;
    enum ng_err err = NG_OK;

    if (n > NG_TOKEN_BYTES_MAX)
        return too_long (sc);
    while (n > 0 && err == NG_OK)
    {
        uint32_t cp;
        size_t used = ng_utf8_decode (s, n, &cp);

        if (used == 0)
            used = n;
        if (cp == NG_UTF8_INVALID)
        {
            err = note_invalid (sc);
            cp = NG_UTF8_REPLACEMENT;
        }
        put_side (sc, cp);
        s += used;
        n -= used;
    }
    if (err != NG_OK)
        return err;
    return add_token (sc, sc->list->side + start, sc->list->side_len - start);
}

/* ------------------------------------------------------------ word mode  */

/* The length of the word at S[N], which begins with a letter.  *ENDS tells
   whether it ends there: if not, more bytes are needed to tell.  */
static size_t
word_length (const struct scan *sc, const unsigned char *s, size_t n,
             bool *ends)
{
    size_t i = 0;

    *ends = true;
    while (i < n)
    {
        uint32_t cp;
        size_t used;

        if (s[i] < 0x80)
        {
            if (byte_class[s[i]] != LETTER)
                return i;
            i++;
            continue;
        }
        used = decode (sc, s + i, n - i, &cp);
        if (used == 0)
            break;
        if (cp == NG_UTF8_INVALID
            || (!uc_is_property_alphabetic (cp)
                && !uc_is_general_category_withtable (cp, UC_CATEGORY_MASK_M)))
            return i;
        i += used;
    }
    *ends = sc->final;
    return i;
}

/* A word or separator at TEXT[*AT] that is not all ASCII.  *AT stays where it
   is if more bytes are needed.  */
static enum ng_err
scan_high_word (struct scan *sc, size_t *at)
{
    const unsigned char *s = sc->text + *at;
    size_t n = sc->len - *at;
    uint32_t cp;
    size_t used = decode (sc, s, n, &cp);
    enum ng_err err = NG_OK;

    if (used == 0)
        return NG_OK;
    if (cp == NG_UTF8_INVALID)
        err = note_invalid (sc);
    else if (uc_is_property_alphabetic (cp))
    {
        bool ends;

        used = word_length (sc, s, n, &ends);
        if (used > NG_TOKEN_BYTES_MAX)
            return too_long (sc);
        if (!ends)
            return NG_OK;
        err = add_rewritten (sc, s, used);
    }
    sc->t->line_begun = true;
    if (cp == NG_UTF8_INVALID || !uc_is_property_white_space (cp))
        sc->t->line_has_ink = true;
    *at += used;
    return err;
}

/* The ASCII letters from *AT on, made lower case where asked for.  */
static size_t
skip_letters (struct scan *sc, size_t at)
{
    unsigned char *text = sc->text;
    const unsigned char bit = sc->t->lower ? 0x20 : 0;
    const size_t len = sc->len;

    for (; at < len && byte_class[text[at]] == LETTER; at++)
        text[at] |= bit;
    return at;
}

/* Sixty-four bytes as bit sets, bit i for byte i.  */
struct group
{
    uint64_t words;    /* bytes of words */
    uint64_t newlines; /* newlines */
    uint64_t others;   /* bytes that want a closer look */
};

/* The top bits of the eight bytes of M, gathered into eight bits.  */
static inline uint64_t
gather (uint64_t m)
{
    return (m >> 7) * UINT64_C (0x0102040810204080) >> 56;
}

#define EACH(byte) (UINT64_C (0x0101010101010101) * (byte))

/* The top bits of those of the eight bytes of LOW, which are all below 0x80,
   that are at least FIRST and at most LAST.  A sum of two bytes below 0x80 does
   not carry into the next byte, so its top bit tells whether a bound is
   passed.  */
static inline uint64_t
in_range (uint64_t low, unsigned char first, unsigned char last)
{
    return (low + EACH (0x80U - first)) & ~(low + EACH (0x7fU - last))
           & EACH (0x80);
}

/* Classify TEXT[64] for word mode, eight bytes at a time in a register, and
   set in every letter CASE_BITS.  */
static inline struct group
classify_letters (unsigned char *text, uint64_t case_bits)
{
    struct group g = { 0, 0, 0 };

    for (unsigned i = 0; i < 64; i += 8)
    {
        uint64_t x = ng_get_u64le (text + i);
        uint64_t low = x & EACH (0x7f), high = x & EACH (0x80);
        uint64_t letter = in_range (low | EACH (0x20), 'a', 'z') & ~high;

        ng_put_u64le (text + i, x | (letter >> 2 & case_bits));
        g.words |= gather (letter) << i;
        g.newlines |= gather (in_range (low, '\n', '\n') & ~high) << i;
        g.others |= gather (high) << i;
    }
    return g;
}

/* Classify TEXT[64] for space mode.  */
static inline struct group
classify_blanks (const unsigned char *text)
{
    struct group g = { 0, 0, 0 };

    for (unsigned i = 0; i < 64; i += 8)
    {
        uint64_t x = ng_get_u64le (text + i);
        uint64_t low = x & EACH (0x7f), high = x & EACH (0x80);
        uint64_t blank =
            (in_range (low, '\t', '\r') | in_range (low, ' ', ' ')) & ~high;

        g.words |= gather (EACH (0x80) & ~blank) << i;
        g.newlines |= gather (in_range (low, '\n', '\n') & ~high) << i;
        g.others |= gather (in_range (low, '\\', '\\') & ~high) << i;
    }
    return g;
}

/* Does TEXT[LEN], which is in no word, have ASCII ink?  */
static bool
has_ink (const unsigned char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (byte_class[text[i]] == INK)
            return true;
    return false;
}

/* Scan the words that lie whole within the 64 bytes at AT, where no word is
   under way, and before any byte that wants a closer look.  They are G.
   Return how many bytes that took, 0 if the first word does not end there.

   A word is a run of bits; a bit differs from the one before it where a run
   begins or ends:

       text      it was
       words     11.111
       edges     1.11..   begin, end, begin; the last word is left  */
static inline size_t
scan_group (struct scan *sc, size_t at, struct group g)
{
    const unsigned char *text = sc->text + at;
    unsigned n = g.others ? (unsigned) __builtin_ctzll (g.others) : 64;
    uint64_t inside = n < 64 ? (UINT64_C (1) << n) - 1 : UINT64_MAX;
    uint64_t edges = (g.words ^ g.words << 1) & inside;
    uint64_t newlines = g.newlines & inside;
    unsigned line = 0; /* where what is not yet looked at for ink begins */

    while (edges | newlines)
    {
        unsigned begin = edges ? (unsigned) __builtin_ctzll (edges) : n;
        uint64_t rest = edges & (edges - 1);

        if (newlines && (unsigned) __builtin_ctzll (newlines) < begin)
        {
            unsigned end = (unsigned) __builtin_ctzll (newlines);

            if (!sc->t->line_has_ink)
                sc->t->line_has_ink = has_ink (text + line, end - line);
            end_line (sc);
            newlines &= newlines - 1;
            line = end + 1;
            continue;
        }
        if (!rest)
        {
            n = begin;
            break;
        }
        edges = rest & (rest - 1);
        line = (unsigned) __builtin_ctzll (rest);
        ng_token_list_add (sc->list, NG_TOKEN, text + begin, line - begin);
        sc->t->line_has_ink = true;
    }
    if (n > 0)
        sc->t->line_begun = (g.newlines >> (n - 1) & 1) == 0;
    if (line < n && !sc->t->line_has_ink)
        sc->t->line_has_ink = has_ink (text + line, n - line);
    return n;
}

static enum ng_err
scan_words (struct scan *sc, size_t *used)
{
    size_t at = 0;
    enum ng_err err = NG_OK;

    while (at < sc->len && err == NG_OK)
    {
        size_t start = at;

        if (sc->len - at >= 64 && sc->text[at] < 0x80)
            at +=
                scan_group (sc, at,
                            classify_letters (sc->text + at,
                                              sc->t->lower ? EACH (0x20) : 0));
        if (at > start)
            continue;
        switch (byte_class[sc->text[at]])
        {
        case LETTER:
            at = skip_letters (sc, at);
            if (at < sc->len ? sc->text[at] < 0x80 : sc->final)
            {
                sc->t->line_begun = sc->t->line_has_ink = true;
                err = add_token (sc, sc->text + start, at - start);
                break;
            }
            at = start;
            err = scan_high_word (sc, &at);
            break;
        case HIGH:
            err = scan_high_word (sc, &at);
            break;
        case NEWLINE:
            end_line (sc);
            at++;
            break;
        case INK:
            sc->t->line_has_ink = true;
            /* fall through */
        default:
            sc->t->line_begun = true;
            at++;
        }
        if (at == start)
            break;
    }
    *used = at;
    return err;
}

/* ----------------------------------------------------------- space mode  */

static bool
is_blank (unsigned char c)
{
    return byte_class[c] == BLANK || c == '\n';
}

/* Add the token with the text S[N], in which backslashes stand or case is to
   be changed: escapes are kept, any other backslash stands for itself and is
   escaped, bytes that are no UTF-8 stay as they are.  */
static enum ng_err
add_respelled (struct scan *sc, const unsigned char *s, size_t n)
{
    struct ng_token_list *list = sc->list;
    size_t start = list->side_len;

    if (n > NG_TOKEN_BYTES_MAX)
        return too_long (sc);
    for (size_t i = 0; i < n;)
    {
        uint32_t cp;
        size_t used = ng_utf8_decode (s + i, n - i, &cp);

        if (s[i] == '\\' && i + 1 < n && ng_is_escape_letter (s[i + 1]))
        {
            memcpy (list->side + list->side_len, s + i, 2);
            list->side_len += 2;
            i += 2;
        }
        else if (used == 0 || cp == NG_UTF8_INVALID)
            list->side[list->side_len++] = s[i++];
        else
        {
            put_side (sc, cp);
            i += used;
        }
    }
    return add_token (sc, list->side + start, list->side_len - start);
}

static enum ng_err
scan_spaces (struct scan *sc, size_t *used)
{
    const unsigned char *text = sc->text;
    size_t at = 0;
    enum ng_err err = NG_OK;

    while (at < sc->len && err == NG_OK)
    {
        size_t start = at;
        bool respell = sc->t->lower;

        if (sc->len - at >= 64 && !respell)
            at += scan_group (sc, at, classify_blanks (text + at));
        if (at > start)
            continue;
        if (text[at] == '\n')
        {
            end_line (sc);
            at++;
            continue;
        }
        sc->t->line_begun = true;
        if (byte_class[text[at]] == BLANK)
        {
            at++;
            continue;
        }
        for (; at < sc->len && !is_blank (text[at]); at++)
            respell = respell || text[at] == '\\';
        if (at == sc->len && !sc->final)
        {
            if (at - start > NG_TOKEN_BYTES_MAX)
                err = too_long (sc);
            at = start;
            break;
        }
        sc->t->line_has_ink = true;
        err = respell ? add_respelled (sc, text + start, at - start)
                      : add_token (sc, text + start, at - start);
    }
    *used = at;
    return err;
}

/* ---------------------------------------------- character and byte modes  */

/* Add the ASCII character or the byte at S as a token.  */
static void
add_byte (struct scan *sc, unsigned char *s)
{
    unsigned char letter = ng_escape_letter (*s);

    if (letter)
    {
        unsigned char *name = sc->list->side + sc->list->side_len;

        name[0] = '\\';
        name[1] = letter;
        sc->list->side_len += 2;
        ng_token_list_add (sc->list, NG_TOKEN, name, 2);
        return;
    }
    if (sc->t->lower && byte_class[*s] == LETTER)
        *s |= 0x20;
    ng_token_list_add (sc->list, NG_TOKEN, s, 1);
}

/* The code point past ASCII at TEXT[*AT].  *AT stays if it is cut.  */
static enum ng_err
scan_high_char (struct scan *sc, size_t *at)
{
    unsigned char *s = sc->text + *at;
    uint32_t cp;
    size_t used = decode (sc, s, sc->len - *at, &cp);

    if (used == 0)
        return NG_OK;
    sc->t->line_begun = true;
    *at += used;
    if (cp != NG_UTF8_INVALID && uc_is_property_white_space (cp))
        return add_token (sc, s, used);
    sc->t->line_has_ink = true;
    if (cp == NG_UTF8_INVALID || sc->t->lower)
        return add_rewritten (sc, s, used);
    return add_token (sc, s, used);
}

/* Both modes: in byte mode what is past ASCII is bytes too.  */
static enum ng_err
scan_chars (struct scan *sc, size_t *used)
{
    size_t at = 0;
    enum ng_err err = NG_OK;

    while (at < sc->len && err == NG_OK)
    {
        unsigned char c = sc->text[at];
        size_t start = at;

        if (c == '\n')
        {
            end_line (sc);
            at++;
            continue;
        }
        if (c == '\r')
        {
            if (at + 1 == sc->len && !sc->final)
                break;
            if (at + 1 < sc->len && sc->text[at + 1] == '\n')
            {
                at++;
                continue;
            }
        }
        if (c >= 0x80 && sc->t->mode == NG_CHAR)
        {
            err = scan_high_char (sc, &at);
            if (at == start)
                break;
            continue;
        }
        sc->t->line_begun = true;
        sc->t->line_has_ink = sc->t->line_has_ink || byte_class[c] != BLANK;
        add_byte (sc, &sc->text[at++]);
    }
    *used = at;
    return err;
}

/* ------------------------------------------------------------ UAX 29 mode  */

static bool
is_alnum (unsigned char c)
{
    return byte_class[c] == LETTER || (c >= '0' && c <= '9');
}

/* Can a word of ASCII letters and digits go on with C?  */
static bool
may_join_word (unsigned char c)
{
    return c >= 0x80 || is_alnum (c) || memchr ("_'\".:,;", c, 7) != NULL;
}

/* The length of the ASCII word at AT if a look at the byte behind it tells
   that it ends there; else 0.  */
static size_t
simple_word (const struct scan *sc, size_t at)
{
    size_t end = at;

    while (end < sc->len && is_alnum (sc->text[end]))
        end++;
    if (end == sc->len || may_join_word (sc->text[end]))
        return 0;
    return end - at;
}

/* Add the segment S[N], which is not blank, as a token.  */
static enum ng_err
add_segment (struct scan *sc, unsigned char *s, size_t n)
{
    bool plain = !sc->t->lower;

    for (size_t i = 0; i < n && plain; i++)
        plain = s[i] < 0x80 && !ng_escape_letter (s[i]);
    return plain ? add_token (sc, s, n) : add_rewritten (sc, s, n);
}

static enum ng_err
scan_uax29 (struct scan *sc, size_t *used)
{
    size_t at = 0;
    enum ng_err err = NG_OK;

    while (at < sc->len && err == NG_OK)
    {
        unsigned char *s = sc->text + at;
        bool blank = false;
        size_t n;

        if (*s == '\n')
        {
            end_line (sc);
            at++;
            continue;
        }
        n = simple_word (sc, at);
        if (n > 0)
        {
            for (size_t i = 0; sc->t->lower && i < n; i++)
                s[i] |= byte_class[s[i]] == LETTER ? 0x20 : 0;
            err = add_token (sc, s, n);
        }
        else if (*s == ' ' && sc->len - at > 1 && s[1] > ' ' && s[1] < 0x80)
        {
            n = 1;
            blank = true;
        }
        else
        {
            n = ng_wordbreak_next (s, sc->len - at, sc->final,
                                   NG_TOKEN_BYTES_MAX, &blank);
            if (n == 0)
                break;
            if (*s == '\r' && n == 2)
                n = 1;
            if (!blank)
                err = add_segment (sc, s, n);
        }
        sc->t->line_begun = true;
        sc->t->line_has_ink = sc->t->line_has_ink || !blank;
        at += n;
    }
    *used = at;
    return err;
}

enum ng_err
ng_tokenizer_scan (struct ng_tokenizer *t, unsigned char *text, size_t len,
                   bool final, struct ng_token_list *list, size_t *used,
                   struct ng_fault *fault)
{
    struct scan sc = { t, text, len, final, list, fault };
    enum ng_err err =
        ng_token_list_reset (list, len + 1, SIDE_FACTOR * len + 8);

    if (err != NG_OK)
        return err;
    list->file = t->file;
    list->line = t->line;
    switch (t->mode)
    {
    case NG_WORD:
        err = scan_words (&sc, used);
        break;
    case NG_SPACE:
        err = scan_spaces (&sc, used);
        break;
    case NG_UAX29:
        err = scan_uax29 (&sc, used);
        break;
    case NG_CHAR:
    case NG_BYTE:
        err = scan_chars (&sc, used);
        break;
    }
    if (err == NG_OK && final && t->line_begun)
        end_line (&sc);
    return err;
}
