#include <config.h>

#include "text/wordbreak.h"

#include <stdint.h>
#include <unictype.h>
#include <uniwbrk.h>

#include "text/utf8.h"

/* Code points are looked at one at a time through a cursor.  The rules speak
   of the last two code points that count (WB4 leaves out Extend, Format and
   ZWJ after anything) and, for WB6, WB7b and WB12, of the next one.

       ca n ' t   .
          ^ ^ ^
          | | next        between n and ': WB6 joins, since next is a letter
          | cur
          prev

   After the join, prev = ' and before = n, and WB7 joins t.  */

struct code_point
{
    uint32_t cp;  /* U+FFFD for an ill-formed sequence */
    int wbp;      /* Word_Break property, of libunistring's enumeration */
    size_t bytes; /* 0: the text ends here */
};

struct scan
{
    const unsigned char *s;
    size_t n;
    size_t max; /* code points that start past it are not looked for */
    bool final;
    bool starved; /* the answer depends on bytes past S[N] */
};

static int
ascii_property (unsigned char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return WBP_ALETTER;
    if (c >= '0' && c <= '9')
        return WBP_NUMERIC;
    switch (c)
    {
    case ' ':
        return WBP_WSS;
    case '\r':
        return WBP_CR;
    case '\n':
        return WBP_LF;
    case '\v':
    case '\f':
        return WBP_NEWLINE;
    case '_':
        return WBP_EXTENDNUMLET;
    case '\'':
        return WBP_SQ;
    case '"':
        return WBP_DQ;
    case '.':
        return WBP_MIDNUMLET;
    case ':':
        return WBP_MIDLETTER;
    case ',':
    case ';':
        return WBP_MIDNUM;
    default:
        return WBP_OTHER;
    }
}

/* The code point at byte AT.  */
static struct code_point
look (struct scan *sc, size_t at)
{
    struct code_point c = { 0, WBP_OTHER, 0 };

    if (at >= sc->n)
    {
        sc->starved = sc->starved || !sc->final;
        return c;
    }
    if (sc->s[at] < 0x80)
    {
        c.cp = sc->s[at];
        c.wbp = ascii_property (sc->s[at]);
        c.bytes = 1;
        return c;
    }
    c.bytes = ng_utf8_decode (sc->s + at, sc->n - at, &c.cp);
    if (c.bytes == 0 && sc->final)
        c.bytes = sc->n - at;
    else if (c.bytes == 0)
        sc->starved = true;
    if (c.cp == NG_UTF8_INVALID)
        c.cp = NG_UTF8_REPLACEMENT;
    else
        c.wbp = uc_wordbreak_property (c.cp);
    return c;
}

static bool
is_ignored (int wbp)
{
    return wbp == WBP_EXTEND || wbp == WBP_FORMAT || wbp == WBP_ZWJ;
}

static bool
is_letter (int wbp)
{
    return wbp == WBP_ALETTER || wbp == WBP_HL;
}

static bool
is_newline (int wbp)
{
    return wbp == WBP_CR || wbp == WBP_LF || wbp == WBP_NEWLINE;
}

static bool
is_mid_letter (int wbp)
{
    return wbp == WBP_MIDLETTER || wbp == WBP_MIDNUMLET || wbp == WBP_SQ;
}

static bool
is_mid_number (int wbp)
{
    return wbp == WBP_MIDNUM || wbp == WBP_MIDNUMLET || wbp == WBP_SQ;
}

/* The property of the next code point from AT on that WB4 does not leave
   out; WBP_OTHER at the end, and past MAX, where what is left out makes the
   segment too long whatever comes next.  */
static int
next_property (struct scan *sc, size_t at)
{
    while (at <= sc->max + NG_UTF8_BYTES_MAX)
    {
        struct code_point c = look (sc, at);

        if (c.bytes == 0 || !is_ignored (c.wbp))
            return c.wbp;
        at += c.bytes;
    }
    return WBP_OTHER;
}

/* WB6, WB7b, WB12: do PREV and CUR join because of what follows at AT?  */
static bool
joins_with_next (struct scan *sc, int prev, int cur, size_t at)
{
    if (is_letter (prev) && is_mid_letter (cur))
        return is_letter (next_property (sc, at));
    if (prev == WBP_HL && cur == WBP_DQ)
        return next_property (sc, at) == WBP_HL;
    if (prev == WBP_NUMERIC && is_mid_number (cur))
        return next_property (sc, at) == WBP_NUMERIC;
    return false;
}

/* WB5 to WB13b but for those that look ahead: do PREV and CUR join, with
   BEFORE the one before PREV?  */
static bool
joins (int before, int prev, int cur)
{
    bool prev_alnum = is_letter (prev) || prev == WBP_NUMERIC;
    bool cur_alnum = is_letter (cur) || cur == WBP_NUMERIC;

    if (prev_alnum && cur_alnum) /* WB5, WB8, WB9, WB10 */
        return true;
    if (is_letter (cur) && is_mid_letter (prev)) /* WB7 */
        return is_letter (before);
    if (prev == WBP_HL && cur == WBP_SQ) /* WB7a */
        return true;
    if (cur == WBP_HL && prev == WBP_DQ) /* WB7c */
        return before == WBP_HL;
    if (cur == WBP_NUMERIC && is_mid_number (prev)) /* WB11 */
        return before == WBP_NUMERIC;
    if (prev == WBP_KATAKANA && cur == WBP_KATAKANA) /* WB13 */
        return true;
    if (cur == WBP_EXTENDNUMLET) /* WB13a */
        return prev_alnum || prev == WBP_KATAKANA || prev == WBP_EXTENDNUMLET;
    if (prev == WBP_EXTENDNUMLET) /* WB13b */
        return cur_alnum || cur == WBP_KATAKANA;
    return false;
}

size_t
ng_wordbreak_next (const unsigned char *s, size_t n, bool final, size_t max,
                   bool *blank)
{
    struct scan sc = { s, n, max, final, false };
    struct code_point c = look (&sc, 0);
    size_t at = c.bytes;
    int raw = c.wbp;  /* of the code point just before AT */
    int prev = c.wbp; /* of the last that counts */
    int before = WBP_OTHER;
    bool odd_flags = c.wbp == WBP_RI; /* prev ends an odd run of RI */

    *blank = c.bytes > 0 && uc_is_property_white_space (c.cp);
    if (c.bytes == 0)
        return 0;
    if (is_newline (c.wbp)) /* WB3, WB3a, WB3b */
    {
        if (c.wbp == WBP_CR && look (&sc, at).wbp == WBP_LF)
            at++;
        return sc.starved ? 0 : at;
    }
    while (at <= max)
    {
        c = look (&sc, at);
        if (c.bytes == 0 || is_newline (c.wbp))
            break;
        if (is_ignored (c.wbp)) /* WB4 */
            ;
        else if ((raw == WBP_ZWJ && uc_is_property_extended_pictographic (c.cp))
                 || (raw == WBP_WSS && c.wbp == WBP_WSS) /* WB3c, WB3d */
                 || joins (before, prev, c.wbp)
                 || joins_with_next (&sc, prev, c.wbp, at + c.bytes)
                 || (odd_flags && c.wbp == WBP_RI)) /* WB15, WB16 */
        {
            odd_flags = c.wbp == WBP_RI && !odd_flags;
            before = prev;
            prev = c.wbp;
        }
        else
            break;
        *blank = *blank && uc_is_property_white_space (c.cp);
        raw = c.wbp;
        at += c.bytes;
    }
    return sc.starved && at <= max ? 0 : at;
}
