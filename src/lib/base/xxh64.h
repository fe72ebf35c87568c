/* XXH64, the 64-bit checksum of Yann Collet's xxHash, seed 0 (specification
   0.1.1, 2018): about ten bytes a nanosecond, so that a large file can be
   checked whenever it is opened.  Finds damage; is no protection against
   forgers.  */
#ifndef NG_XXH64_H
#define NG_XXH64_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of the LEN bytes at P; the same on every machine.  */
uint64_t ng_xxh64 (const unsigned char *p, size_t len);

/* The same of bytes that come in parts: ng_xxh64_start, ng_xxh64_add for each,
   ng_xxh64_value.  */
struct ng_xxh64
{
    uint64_t lanes[4], len;
    unsigned char rest[32]; /* what does not fill a stripe yet */
};

void ng_xxh64_start (struct ng_xxh64 *x);
void ng_xxh64_add (struct ng_xxh64 *x, const unsigned char *p, size_t len);
uint64_t ng_xxh64_value (const struct ng_xxh64 *x);

#endif
