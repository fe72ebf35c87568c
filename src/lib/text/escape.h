/* Token names in text form.  Five bytes are escaped wherever a token's name
   is written as text, and only these: space \s, tab \t, newline \n, carriage
   return \r, backslash \\.  Inside the toolkit a name is always held in its
   text form, so that nothing needs escaping on the way out and the order of
   names is the order of the bytes that are printed.  */
#ifndef NG_ESCAPE_H
#define NG_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* The letter that stands after the backslash for C, or 0 if C stands for
   itself.  */
static inline unsigned char
ng_escape_letter (unsigned char c)
{
    switch (c)
    {
    case ' ':
        return 's';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\\':
        return '\\';
    default:
        return 0;
    }
}

/* Is C one of the letters that ng_escape_letter gives?  */
static inline bool
ng_is_escape_letter (unsigned char c)
{
    return c == 's' || c == 't' || c == 'n' || c == 'r' || c == '\\';
}

/* Is NAME[LEN] a name in text form: not empty, none of the five bytes bare,
   every backslash the start of an escape?  */
bool ng_is_name (const unsigned char *name, size_t len);

/* Write the text form of the LEN bytes at S to NAME[2 * LEN]; return its
   length.  */
size_t ng_escape (const unsigned char *s, size_t len, unsigned char *name);

/* The same for bytes in which what can be read as an escape is one already: it
   stays as it is, so that a name stays as it is.  */
size_t ng_respell (const unsigned char *s, size_t len, unsigned char *name);

#endif
