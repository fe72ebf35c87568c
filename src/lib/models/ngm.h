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
    NG_NGM_VERSION = 3,
    NG_NGM_HEADER_BYTES = 512,
    NG_NGM_ALIGN = 64, /* sections begin at multiples of this */
    NG_NGM_TRAILER_BYTES = 8,
    NG_NGM_PAD = 16, /* readable bytes behind the entries of an order */
    NG_NGM_CELL_BYTES = 16,
    NG_NGM_CELL_BUCKETS = 12,
    /* Entries that the buckets of a cell have together: eight a bucket are
       the average, so that there are never more but by intent.  */
    NG_NGM_CELL_ENTRIES_MAX = UINT8_MAX
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
    const unsigned char *cells;   /* [ng_ngm_n_cells] of 16 bytes */
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

/* The top BITS of a number.  */
static inline uint64_t
ng_ngm_top (unsigned bits)
{
    return UINT64_MAX << (64 - bits);
}

/* Mix KEY, below 2^BITS, one to one; the result is the top BITS of a
   number.  */
static inline uint64_t
ng_ngm_mix (uint64_t key, unsigned bits)
{
    uint64_t h = key * (UINT64_C (0x9e3779b97f4a7c15) << (64 - bits));

    h ^= h >> (bits + 1) / 2 & ng_ngm_top (bits);
    return h * UINT64_C (0xd1b54a32d192ed03);
}

/* Mix back: the key of which H is made.  The shift undoes itself, since it is
   by half the bits or more.  */
static inline uint64_t
ng_ngm_unmix (uint64_t h, unsigned bits)
{
    h *= UINT64_C (0x06106ccfa448e5ab);
    h ^= h >> (bits + 1) / 2 & ng_ngm_top (bits);
    return (h >> (64 - bits)) * UINT64_C (0xf1de83e19937733d)
           & UINT64_MAX >> (64 - bits);
}

/* The mixed key of the n-gram whose first token is FIRST and whose suffix has
   place SUFFIX, as the top bits of a number.  */
static inline uint64_t
ng_ngm_hash (const struct ng_ngm_level *l, uint64_t suffix, uint32_t first)
{
    return ng_ngm_mix (suffix * l->multiplier + first, l->key_bits);
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

    return ng_ngm_unmix ((uint64_t) ((least + step - 1) / step)
                             << (64 - l->key_bits),
                         l->key_bits);
}

/* How many cells there are for N_BUCKETS buckets.  */
static inline uint64_t
ng_ngm_n_cells (uint64_t n_buckets)
{
    return (n_buckets + NG_NGM_CELL_BUCKETS - 1) / NG_NGM_CELL_BUCKETS;
}

/* The cell of bucket BUCKET.  */
static inline const unsigned char *
ng_ngm_cell (const struct ng_ngm_level *l, uint64_t bucket)
{
    return l->cells + NG_NGM_CELL_BYTES * (bucket / NG_NGM_CELL_BUCKETS);
}

/* The entries of a bucket.  */
struct ng_ngm_entries
{
    const unsigned char *bytes; /* leads, rests of tags, values */
    uint32_t first, n;          /* the place of the first; how many */
};

static inline struct ng_ngm_entries
ng_ngm_bucket (const struct ng_ngm_level *l, uint64_t bucket)
{
    const unsigned char *cell = ng_ngm_cell (l, bucket);
    const unsigned i = (unsigned) (bucket % NG_NGM_CELL_BUCKETS);
    const uint32_t before = i > 0 ? cell[3 + i] : 0;
    const uint32_t first = ng_get_u32le (cell) + before;

    return (struct ng_ngm_entries){
        l->entries + (size_t) first * (l->tag_bytes + l->value_bytes), first,
        cell[4 + i] - before
    };
}

/* The tag of entry I of E, of TAG_BYTES.  */
static inline uint64_t
ng_ngm_tag (unsigned tag_bytes, struct ng_ngm_entries e, uint32_t i)
{
    const unsigned rest_bytes = tag_bytes - 1;
    const uint64_t rest =
        ng_get_u64le (e.bytes + e.n + (size_t) i * rest_bytes);

    return (uint64_t) e.bytes[i] << 8 * rest_bytes
           | (rest & ((UINT64_C (1) << 8 * rest_bytes) - 1));
}

/* The value of entry I of E.  */
static inline const unsigned char *
ng_ngm_value (const struct ng_ngm_level *l, struct ng_ngm_entries e, uint32_t i)
{
    return e.bytes + (size_t) e.n * l->tag_bytes + (size_t) i * l->value_bytes;
}

/* The number of the entry in E with TAG, of TAG_BYTES, or how many entries there
   are: one by one.  */
uint32_t ng_ngm_scan (unsigned tag_bytes, struct ng_ngm_entries e,
                      uint64_t tag);

/* Bit 8 i + 7 is set for each byte i of X that is 0; if there is any, it may be
   set for a byte above that is 1 as well (Mycroft 1987).  */
static inline uint64_t
ng_ngm_zero_bytes (uint64_t x)
{
    return (x - UINT64_C (0x0101010101010101)) & ~x
           & UINT64_C (0x8080808080808080);
}

/* Is there an entry with TAG in E?  If so, *AT is its number; if not, some
   number up to theirs.  Of the first 16 entries those are found at once that
   have the lead of TAG; where the first of these is not the one, and may not be
   the only one, all are looked at one by one, which is rare.  So there is
   nothing here for the processor to guess.  */
static inline __attribute__ ((always_inline)) bool
ng_ngm_search (const struct ng_ngm_level *l, struct ng_ngm_entries e,
               uint64_t tag, uint32_t *at)
{
    const unsigned rest_bytes = l->tag_bytes - 1;
    const uint64_t rest_mask = (UINT64_C (1) << 8 * rest_bytes) - 1;
    const uint64_t lead =
        (tag >> 8 * rest_bytes) * UINT64_C (0x0101010101010101);
    /* Bit 8 i + 7 is entry i, bit 8 i + 6 is entry 8 + i.  */
    const uint64_t alike =
        ng_ngm_zero_bytes (ng_get_u64le (e.bytes) ^ lead)
        | ng_ngm_zero_bytes (ng_get_u64le (e.bytes + 8) ^ lead) >> 1;
    const unsigned bit =
        (unsigned) __builtin_ctzll (alike | UINT64_C (1) << 63);
    const bool others = ((alike & (alike - 1)) != 0) | (e.n > 16);
    uint32_t i = bit / 8 + (~bit & 1) * 8;
    uint64_t rest;
    bool found;

    i = i < e.n ? i : e.n;
    rest = ng_get_u64le (e.bytes + e.n + (size_t) i * rest_bytes);
    found = (alike != 0) & (i < e.n) & (((rest ^ tag) & rest_mask) == 0);
    if (__builtin_expect (others & (found == 0), 0))
    {
        i = ng_ngm_scan (l->tag_bytes, e, tag);
        found = i < e.n;
    }
    *at = i;
    return found;
}

#endif
