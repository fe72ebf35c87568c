#include <config.h>

#include "text/escape.h"

#include <string.h>

bool
ng_is_name (const unsigned char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        if (name[i] == '\\')
        {
            i++;
            if (i == len || !ng_is_escape_letter (name[i]))
                return false;
        }
        else if (ng_escape_letter (name[i]) != 0)
            return false;
    }
    return len > 0;
}

size_t
ng_escape (const unsigned char *s, size_t len, unsigned char *name)
{
    size_t at = 0;

    for (size_t i = 0; i < len; i++)
    {
        unsigned char letter = ng_escape_letter (s[i]);

        if (letter)
            name[at++] = '\\';
        name[at++] = letter ? letter : s[i];
    }
    return at;
}

size_t
ng_respell (const unsigned char *s, size_t len, unsigned char *name)
{
    size_t at = 0;

    for (size_t i = 0; i < len;)
    {
        const bool escape =
            s[i] == '\\' && i + 1 < len && ng_is_escape_letter (s[i + 1]);

        if (escape)
            memcpy (name + at, s + i, 2);
        at += escape ? 2 : ng_escape (s + i, 1, name + at);
        i += escape ? 2 : 1;
    }
    return at;
}
