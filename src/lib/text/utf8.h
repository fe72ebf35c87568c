/* UTF-8, decoded exactly: what the Unicode Standard's table 3-7 calls
   well-formed and nothing else.  An ill-formed sequence ends before the first
   byte that cannot continue it (the "maximal subpart" of section 3.9), so each
   one becomes one U+FFFD, as in web browsers and in Python.  */
#ifndef NG_UTF8_H
#define NG_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum
{
    NG_UTF8_BYTES_MAX = 4,
    NG_UTF8_REPLACEMENT = 0xfffd
};
#define NG_UTF8_INVALID UINT32_MAX

/* Decode the first code point of S[N], N > 0, to *CP and return its length in
   bytes.  For an ill-formed sequence *CP is NG_UTF8_INVALID and the length is
   that of the sequence.  Return 0, with *CP NG_UTF8_INVALID, if S[N] is the
   beginning of a well-formed sequence and more bytes are needed to tell.  */
size_t ng_utf8_decode (const unsigned char *s, size_t n, uint32_t *cp);

/* Write CP, a code point that is no surrogate, to S[NG_UTF8_BYTES_MAX] and
   return its length.  */
size_t ng_utf8_encode (uint32_t cp, unsigned char *s);

#endif
