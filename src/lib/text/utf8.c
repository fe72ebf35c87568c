#include <config.h>

#include "text/utf8.h"

/* The length of a sequence that starts with LEAD, or 0, and the range of its
   second byte.  Table 3-7 of the Unicode Standard.  */
static size_t
sequence_length (unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
    {
        if (lead == 0xe0)
            *low = 0xa0;
        else if (lead == 0xed)
            *high = 0x9f;
        return 3;
    }
    if (lead >= 0xf0 && lead <= 0xf4)
    {
        if (lead == 0xf0)
            *low = 0x90;
        else if (lead == 0xf4)
            *high = 0x8f;
        return 4;
    }
    return 0;
}

size_t
ng_utf8_decode (const unsigned char *s, size_t n, uint32_t *cp)
{
    unsigned char low, high;
    size_t len;
    uint32_t x;

    if (s[0] < 0x80)
    {
        *cp = s[0];
        return 1;
    }
    len = sequence_length (s[0], &low, &high);
    *cp = NG_UTF8_INVALID;
    if (len == 0)
        return 1;
    x = s[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++)
    {
        if (i == n)
            return 0;
        if (s[i] < low || s[i] > high)
            return i;
        x = x << 6 | (s[i] & 0x3f);
        low = 0x80;
        high = 0xbf;
    }
    *cp = x;
    return len;
}

size_t
ng_utf8_encode (uint32_t cp, unsigned char *s)
{
    if (cp < 0x80)
    {
        s[0] = (unsigned char) cp;
        return 1;
    }
    if (cp < 0x800)
    {
        s[0] = (unsigned char) (0xc0 | cp >> 6);
        s[1] = (unsigned char) (0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000)
    {
        s[0] = (unsigned char) (0xe0 | cp >> 12);
        s[1] = (unsigned char) (0x80 | (cp >> 6 & 0x3f));
        s[2] = (unsigned char) (0x80 | (cp & 0x3f));
        return 3;
    }
    s[0] = (unsigned char) (0xf0 | cp >> 18);
    s[1] = (unsigned char) (0x80 | (cp >> 12 & 0x3f));
    s[2] = (unsigned char) (0x80 | (cp >> 6 & 0x3f));
    s[3] = (unsigned char) (0x80 | (cp & 0x3f));
    return 4;
}
