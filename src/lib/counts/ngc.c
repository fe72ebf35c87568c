#include <config.h>

#include "counts/ngc.h"

#include <string.h>
#include <zlib.h>

#include "base/bytes.h"

bool
ng_ngc_is_magic (const unsigned char *buf, size_t n)
{
    return n >= NG_NGC_MAGIC_BYTES
           && memcmp (buf, NG_NGC_MAGIC, NG_NGC_MAGIC_BYTES) == 0;
}

uint32_t
ng_ngc_checksum (const unsigned char *buf, size_t n)
{
    return (uint32_t) crc32_z (0, buf, n);
}

uint32_t
ng_ngc_checksum_more (uint32_t sum, const unsigned char *buf, size_t n)
{
    return (uint32_t) crc32_z (sum, buf, n);
}

void
ng_ngc_format_header (const struct ng_ngc_info *info,
                      unsigned char bytes[NG_NGC_HEADER_BYTES])
{
    memset (bytes, 0, NG_NGC_HEADER_BYTES);
    memcpy (bytes, NG_NGC_MAGIC, NG_NGC_MAGIC_BYTES);
    ng_put_u32le (bytes + 8, NG_NGC_VERSION);
    ng_put_u32le (bytes + 12, NG_NGC_BYTE_ORDER);
    ng_put_u32le (bytes + 16, info->flags);
    bytes[20] = (unsigned char) info->min_order;
    bytes[21] = (unsigned char) info->max_order;
    ng_put_u16le (bytes + 22, NG_NGC_BLOCK_ITEMS);
    ng_put_u64le (bytes + 24, info->min_count);
    ng_put_u64le (bytes + 32, info->top);
    ng_put_u32le (bytes + 44, ng_ngc_checksum (bytes, 44));
}

const char *
ng_ngc_parse_header (const unsigned char *bytes, struct ng_ngc_info *info)
{
    if (!ng_ngc_is_magic (bytes, NG_NGC_HEADER_BYTES))
        return "not a count file: it does not start with the magic of .ngc";
    if (ng_get_u32le (bytes + 44) != ng_ngc_checksum (bytes, 44))
        return "damaged: the checksum of the header is wrong";
    if (ng_get_u32le (bytes + 8) != NG_NGC_VERSION)
        return "a version of .ngc that this program does not know";
    if (ng_get_u32le (bytes + 12) != NG_NGC_BYTE_ORDER)
        return "an .ngc file of another byte order";
    info->flags = ng_get_u32le (bytes + 16);
    info->min_order = bytes[20];
    info->max_order = bytes[21];
    info->min_count = ng_get_u64le (bytes + 24);
    info->top = ng_get_u64le (bytes + 32);
    if (info->min_order < 1 || info->max_order < info->min_order
        || info->max_order > NG_ORDER_MAX || info->flags > 3
        || info->min_count == 0
        || ng_get_u16le (bytes + 22) != NG_NGC_BLOCK_ITEMS
        || ng_get_u32le (bytes + 40) != 0)
        return "damaged: the header makes no sense";
    return NULL;
}

void
ng_ngc_format_entry (const struct ng_ngc_entry *e,
                     unsigned char bytes[NG_NGC_ENTRY_BYTES])
{
    ng_put_u32le (bytes, e->kind);
    ng_put_u32le (bytes + 4, e->order);
    ng_put_u64le (bytes + 8, e->offset);
    ng_put_u64le (bytes + 16, e->bytes);
    ng_put_u64le (bytes + 24, e->n_items);
    ng_put_u64le (bytes + 32, e->n_tokens);
    ng_put_u64le (bytes + 40, e->n_single);
}

void
ng_ngc_parse_entry (const unsigned char *bytes, struct ng_ngc_entry *e)
{
    e->kind = ng_get_u32le (bytes);
    e->order = ng_get_u32le (bytes + 4);
    e->offset = ng_get_u64le (bytes + 8);
    e->bytes = ng_get_u64le (bytes + 16);
    e->n_items = ng_get_u64le (bytes + 24);
    e->n_tokens = ng_get_u64le (bytes + 32);
    e->n_single = ng_get_u64le (bytes + 40);
}
