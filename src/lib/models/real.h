/* Numbers of models as text: reading any decimal number, and writing a float
   with the fewest digits, up to what always suffices, that read back as the
   same float.  */
#ifndef NG_REAL_H
#define NG_REAL_H

#include <stdbool.h>
#include <stddef.h>

enum
{
    NG_REAL_BYTES_MAX = 32 /* enough for ng_real_format */
};

/* The number TEXT[LEN], all of it, in *X.  False if it is none, or is not
   finite.  Not rounded twice as long as it has at most 15 digits.  */
bool ng_real_parse (const unsigned char *text, size_t len, float *x);

/* Write X to TEXT[NG_REAL_BYTES_MAX], without a terminator; return the
   length.  */
size_t ng_real_format (float x, unsigned char *text);

#endif
