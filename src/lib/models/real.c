#include <config.h>

#include "models/real.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
    /* 10^15 < 2^53 and 10^22 are exact in double precision, so one division
       of such numbers is rounded once.  */
    EXACT_DIGITS = 15,
    EXACT_POWER = 22,
    TEXT_MAX = 63
};

static const double powers[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

static bool
parse_slowly (const unsigned char *text, size_t len, float *x)
{
    char copy[TEXT_MAX + 1], *end;

    if (len > TEXT_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!strchr ("0123456789+-.eE", text[i]) || text[i] == '\0')
            return false;
    memcpy (copy, text, len);
    copy[len] = '\0';
    *x = strtof (copy, &end);
    return *end == '\0' && isfinite (*x);
}

bool
ng_real_parse (const unsigned char *text, size_t len, float *x)
{
    const unsigned char *p = text, *stop = text + len;
    bool negative = len > 0 && *p == '-';
    uint64_t digits = 0;
    unsigned n_digits = 0, n_after = 0;
    double value;

    p += negative || (len > 0 && *p == '+');
    for (; p < stop && *p >= '0' && *p <= '9'; p++, n_digits++)
        digits = digits * 10 + (uint64_t) (*p - '0');
    if (p < stop && *p == '.')
        for (p++; p < stop && *p >= '0' && *p <= '9'; p++, n_after++)
            digits = digits * 10 + (uint64_t) (*p - '0');
    if (len == 0 || n_digits + n_after == 0)
        return false;
    if (p != stop || n_digits + n_after > EXACT_DIGITS)
        return parse_slowly (text, len, x);
    value = (double) digits / powers[n_after];
    *x = (float) (negative ? -value : value);
    return true;
}

/* DIGITS / 10^N_AFTER, N_AFTER > 0, without trailing zeros.  */
static size_t
put_fixed (uint64_t digits, unsigned n_after, unsigned char *text)
{
    unsigned char backwards[NG_REAL_BYTES_MAX];
    size_t n = 0, at = 0;

    while (n_after > 0 && digits % 10 == 0)
    {
        digits /= 10;
        n_after--;
    }
    for (unsigned i = 0; i < n_after; i++, digits /= 10)
        backwards[n++] = (unsigned char) ('0' + digits % 10);
    if (n_after > 0)
        backwards[n++] = '.';
    do
        backwards[n++] = (unsigned char) ('0' + digits % 10);
    while ((digits /= 10) != 0);
    while (n > 0)
        text[at++] = backwards[--n];
    return at;
}

size_t
ng_real_format (float x, unsigned char *text)
{
    const double size = fabs ((double) x);
    size_t len = 0;

    if (x < 0)
        text[len++] = '-';
    if (size < 1e4)
        for (unsigned n_after = 6; n_after <= 11; n_after++)
        {
            double digits = rint (size * powers[n_after]);

            if ((float) (digits / powers[n_after]) == (float) size)
                return len + put_fixed ((uint64_t) digits, n_after, text + len);
        }
    return (size_t) snprintf ((char *) text, NG_REAL_BYTES_MAX, "%.9g",
                              (double) x);
}
