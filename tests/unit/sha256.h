/* sha256.h: SHA-256 (FIPS 180-4), to compare with digests of references.  */
#ifndef NG_SHA256_H
#define NG_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha
{
    uint32_t h[8];
    unsigned char block[64];
    uint64_t bytes;
};

void sha_init (struct sha *s);

/* What is digested goes on with P[N].  */
void sha_add (struct sha *s, const unsigned char *p, size_t n);

/* The digest as hexadecimal digits.  S is used up.  */
void sha_end (struct sha *s, char hex[65]);

#endif
