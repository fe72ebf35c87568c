/* The binary count file, .ngc: written front to back, read in order, or
   looked into anywhere.  ngc(5) specifies every byte; in outline:

       header         magic, version, byte order, flags, orders
       level N        blocks of n-grams of the highest order, sorted
       ...
       level MIN
       vocabulary     blocks of names, sorted
       indexes        where each block of each of these begins
       contents       a table of all of the above
       trailer        where the table is, and that nothing is missing

   A token is its rank: its place in the file's vocabulary, which is in the
   order of names (see text/lexical.h) and has exactly the types of the text.
   So n-grams are in the order of ranks and of text alike, and files of
   different vocabularies merge by renumbering alone.

   Every byte belongs to a part with a checksum.  This header has what writer
   and reader share.  */
#ifndef NG_NGC_H
#define NG_NGC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nglimits.h"

#define NG_NGC_MAGIC "\x89NGC\r\n\x1a\n"
#define NG_NGC_END_MAGIC "\x89NGCEND\n"

enum
{
    NG_NGC_MAGIC_BYTES = 8,
    NG_NGC_VERSION = 1,
    NG_NGC_BYTE_ORDER = 0x01020304,
    NG_NGC_HEADER_BYTES = 48,
    NG_NGC_ENTRY_BYTES = 48, /* of the table of contents */
    NG_NGC_TRAILER_BYTES = 40,
    NG_NGC_BLOCK_HEAD_BYTES = 12,

    /* N-grams or names to a block, but for the last: so the block of item i is
       i / NG_NGC_BLOCK_ITEMS.  A block of n-grams then has some 5 KB: a look
       into one costs two pages, and its head 12 bytes of that.  */
    NG_NGC_BLOCK_ITEMS = 1024,

    /* The most bytes of a block: each item at its longest.  */
    NG_NGC_NGRAM_BYTES_MAX = 1 + NG_ORDER_MAX * 5 + 10,

    /* The control byte of an n-gram: how many first tokens it has in common
       with the one before, and its count - 1, or NG_NGC_COUNT_MORE if a
       varint of what exceeds that follows.  */
    NG_NGC_COMMON_SHIFT = 5,
    NG_NGC_COUNT_MORE = 31
};

enum ng_ngc_flag
{
    NG_NGC_SENTENCES = 1, /* counted with <s> and </s> around each line */
    NG_NGC_CUT = 2        /* n-grams were left out: by count, or by place */
};

enum ng_ngc_kind
{
    NG_NGC_LEVEL = 1,
    NG_NGC_LEVEL_INDEX,
    NG_NGC_VOCABULARY,
    NG_NGC_VOCABULARY_INDEX
};

/* What a file says of itself in its header.  */
struct ng_ngc_info
{
    unsigned min_order, max_order;
    unsigned flags;     /* enum ng_ngc_flag */
    uint64_t min_count; /* n-grams below it were left out; 1: none */
    uint64_t top;       /* only so many of each order were kept; 0: all */
};

/* What it says of one order.  */
struct ng_ngc_level
{
    uint64_t n;        /* distinct n-grams */
    uint64_t n_tokens; /* the sum of their counts */
    uint64_t n_single; /* how many occur once */
};

/* An entry of the table of contents.  */
struct ng_ngc_entry
{
    unsigned kind, order;
    uint64_t offset, bytes;
    uint64_t n_items;
    uint64_t n_tokens, n_single; /* of levels */
};

/* Is BUF[N] the beginning of an .ngc file?  NG_NGC_MAGIC_BYTES tell.  */
bool ng_ngc_is_magic (const unsigned char *buf, size_t n);

/* The fixed parts, to bytes and back.  Parsing checks the checksum and each
   value and gives NULL, or a phrase saying what is wrong.  */
void ng_ngc_format_header (const struct ng_ngc_info *info,
                           unsigned char bytes[NG_NGC_HEADER_BYTES]);
const char *ng_ngc_parse_header (const unsigned char *bytes,
                                 struct ng_ngc_info *info);
void ng_ngc_format_entry (const struct ng_ngc_entry *entry,
                          unsigned char bytes[NG_NGC_ENTRY_BYTES]);
void ng_ngc_parse_entry (const unsigned char *bytes,
                         struct ng_ngc_entry *entry);

/* The checksum of BUF[N]: CRC-32 as in zlib.  */
uint32_t ng_ngc_checksum (const unsigned char *buf, size_t n);

/* The checksum of what SUM is that of with BUF[N] behind it.  */
uint32_t ng_ngc_checksum_more (uint32_t sum, const unsigned char *buf,
                               size_t n);

#endif
