/* The binary form of a model, .ngm: made to be mapped and asked, not parsed.
   ngm(5) specifies it.

   An n-gram w1 ... wk of order k > 1 is found from the last token backwards:
   its suffix w2 ... wk is an entry of order k - 1 and has a number there, its
   place (an id for order 1).  The key of the n-gram is

       place of the suffix * number of types + w1

   which is below 2^B for some B.  A one-to-one mixing of B bits makes a number
   h of it; the entry stands in bucket floor (h * n_buckets / 2^B), and of the
   rest of that product a tag of so many bits is kept as tell apart all h that
   share a bucket.  So an entry is found or not, never mistaken, though only
   two or three bytes of its key are there.

       bucket 0        tag tag | value value     values: log10 P, and log10
       bucket 1        ...                       weight but for the last order
       bucket starts   0        2  ...           one more than buckets

   All of a struct ng_ngm is constant once it is made; threads may share it.  */
#ifndef NG_NGM_H
#define NG_NGM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/nglimits.h"
#include "models/backoff.h"

enum
{
    NG_NGM_MAGIC_BYTES = 8,
    NG_NGM_VERSION = 2,
    NG_NGM_HEADER_BYTES = 512,
    NG_NGM_ALIGN = 64, /* sections begin at multiples of this */
    NG_NGM_TRAILER_BYTES = 8,
    NG_NGM_PAD = 16 /* readable bytes behind the entries of an order */
};

/* One order from 2 on.  */
struct ng_ngm_level
{
    uint64_t n;                   /* entries */
    uint64_t n_buckets;           /* 1 or more */
    unsigned key_bits;            /* B */
    unsigned tag_bytes;           /* 1 to 8 */
    unsigned value_bytes;         /* 8, or 4 on the last order */
    uint64_t multiplier;          /* n_types */
    const unsigned char *starts;  /* [n_buckets + 1] of 4 bytes */
    const unsigned char *entries; /* buckets one after another */
};

struct ng_ngm
{
    unsigned order;
    enum ng_rule rule;
    float step;
    uint32_t n_types;
    uint32_t unk, bos, eos; /* NG_NONE if there is none */
    uint64_t n_name_bytes;
    unsigned slot_bits;               /* 2^slot_bits name slots */
    const unsigned char *name_starts; /* [n_types + 1] of 4 bytes */
    const unsigned char *names;
    const unsigned char *slots;    /* [2^slot_bits] of 8 bytes */
    const unsigned char *unigrams; /* [n_types] log10 P, log10 weight */
    struct ng_ngm_level levels[NG_ORDER_MAX];
    size_t size; /* bytes of all, trailer among them */
};

/* What was read from the first bytes of a file: is it a .ngm?  */
bool ng_ngm_is_magic (const unsigned char *buf, size_t n);

/* Make *NGM of the image IMAGE[SIZE], which is borrowed.  If CHECK, all of it
   is read and nothing that it says is trusted before: NG_EFORMAT, recorded in
   FAULT for FILE, if any byte is not as written.  Else only the header is
   looked at, and a damaged image gives wrong answers or ends the program.  */
enum ng_err ng_ngm_open (const unsigned char *image, size_t size, bool check,
                         const char *file, struct ng_fault *fault,
                         struct ng_ngm *ngm) NG_MUST_CHECK;

/* The id of NAME[LEN], or NG_NONE; the hash that its slot is found by.  */
uint64_t ng_ngm_name_hash (const unsigned char *name, size_t len);
uint32_t ng_ngm_find (const struct ng_ngm *ngm, const unsigned char *name,
                      size_t len, uint64_t hash);

/* The id that a name of hash HASH most likely has, which is some id in any
   case: for looking at what belongs to it early.  */
static inline uint32_t
ng_ngm_likely (const struct ng_ngm *ngm, uint64_t hash)
{
    const uint64_t mask = (UINT64_C (1) << ngm->slot_bits) - 1;
    const uint32_t id = ng_get_u32le (ngm->slots + 8 * (hash & mask));

    return id > 0 ? id - 1 : 0;
}

/* The name of ID, not terminated.  */
const unsigned char *ng_ngm_name (const struct ng_ngm *ngm, uint32_t id,
                                  size_t *len);

/* Set the sizes and places of all sections of NGM, whose numbers are set, for
   an image at IMAGE, or NULL to learn the size.  NG_ELIMIT.  */
enum ng_err ng_ngm_lay_out (struct ng_ngm *ngm, const unsigned char *image);

/* Choose the buckets of order K of NGM, whose entries' numbers are set, and how
   many name slots there are for its types.  */
void ng_ngm_choose_buckets (struct ng_ngm *ngm, unsigned k);
void ng_ngm_choose_slots (struct ng_ngm *ngm);

/* Write the header of NGM, laid out, to IMAGE[NG_NGM_HEADER_BYTES], which is
   all zero.  */
void ng_ngm_put_header (const struct ng_ngm *ngm, unsigned char *image);

/* Where an n-gram is looked for.  */
struct ng_ngm_spot
{
    uint64_t bucket, tag;
};

static inline float
ng_get_f32le (const unsigned char *p)
{
    uint32_t bits = ng_get_u32le (p);
    float x;

    memcpy (&x, &bits, sizeof x);
    return x;
}

/* Mix KEY, below 2^BITS, one to one.  */
static inline uint64_t
ng_ngm_mix (uint64_t key, unsigned bits)
{
    const uint64_t mask = UINT64_MAX >> (64 - bits);
    const unsigned half = (bits + 1) / 2;

    key ^= key >> half;
    key = key * UINT64_C (0x9e3779b97f4a7c15) & mask;
    key ^= key >> half;
    key = key * UINT64_C (0xd1b54a32d192ed03) & mask;
    return key ^ key >> half;
}

/* Mix back: the key of which H is made.  The shifts undo themselves, since
   they are by half the bits or more.  */
static inline uint64_t
ng_ngm_unmix (uint64_t h, unsigned bits)
{
    const uint64_t mask = UINT64_MAX >> (64 - bits);
    const unsigned half = (bits + 1) / 2;

    h ^= h >> half;
    h = h * UINT64_C (0x06106ccfa448e5ab) & mask;
    h ^= h >> half;
    h = h * UINT64_C (0xf1de83e19937733d) & mask;
    return h ^ h >> half;
}

/* The mixed key of the n-gram whose first token is FIRST and whose suffix has
   place SUFFIX, as the top bits of a number.  */
static inline uint64_t
ng_ngm_hash (const struct ng_ngm_level *l, uint64_t suffix, uint32_t first)
{
    return ng_ngm_mix (suffix * l->multiplier + first, l->key_bits)
           << (64 - l->key_bits);
}

/* Where the n-gram of mixed key H is looked for.  */
static inline struct ng_ngm_spot
ng_ngm_spot (const struct ng_ngm_level *l, uint64_t h)
{
    __extension__ unsigned __int128 product =
        (unsigned __int128) h * l->n_buckets;

    return (struct ng_ngm_spot){ (uint64_t) (product >> 64),
                                 (uint64_t) product
                                     >> (64 - 8 * l->tag_bytes) };
}

static inline struct ng_ngm_spot
ng_ngm_locate (const struct ng_ngm_level *l, uint64_t suffix, uint32_t first)
{
    return ng_ngm_spot (l, ng_ngm_hash (l, suffix, first));
}

/* The key of the n-gram that stands in bucket BUCKET with tag TAG.  */
static inline uint64_t
ng_ngm_key (const struct ng_ngm_level *l, uint64_t bucket, uint64_t tag)
{
    __extension__ typedef unsigned __int128 wide;
    const wide step = (wide) l->n_buckets << (64 - l->key_bits);
    const wide least = (wide) bucket << 64 | tag << (64 - 8 * l->tag_bytes);

    return ng_ngm_unmix ((uint64_t) ((least + step - 1) / step), l->key_bits);
}

/* Entries from START on and below END are in the bucket.  */
struct ng_ngm_bucket
{
    uint32_t start, end;
};

static inline struct ng_ngm_bucket
ng_ngm_bucket (const struct ng_ngm_level *l, uint64_t bucket)
{
    const unsigned char *p = l->starts + 4 * bucket;

    return (struct ng_ngm_bucket){ ng_get_u32le (p), ng_get_u32le (p + 4) };
}

/* The first byte of bucket B.  */
static inline const unsigned char *
ng_ngm_entries (const struct ng_ngm_level *l, struct ng_ngm_bucket b)
{
    return l->entries + (size_t) b.start * (l->tag_bytes + l->value_bytes);
}

/* The tag at P.  */
static inline uint64_t
ng_ngm_tag (const struct ng_ngm_level *l, const unsigned char *p)
{
    return ng_get_u64le (p) & UINT64_MAX >> (64 - 8 * l->tag_bytes);
}

/* The place of the entry with TAG in bucket B, or NG_NONE; its value's bytes
   in *VALUE.  */
static inline uint32_t
ng_ngm_search (const struct ng_ngm_level *l, struct ng_ngm_bucket b,
               uint64_t tag, const unsigned char **value)
{
    const unsigned size = l->tag_bytes;
    const uint64_t mask = UINT64_MAX >> (64 - 8 * size);
    const unsigned char *p = ng_ngm_entries (l, b);
    const uint32_t n = b.end - b.start;

    for (uint32_t i = 0; i < n; i++, p += size)
        if ((ng_get_u64le (p) & mask) == tag)
        {
            *value = p + (size_t) (n - i) * size + (size_t) i * l->value_bytes;
            return b.start + i;
        }
    return NG_NONE;
}

#endif
