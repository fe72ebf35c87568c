#include <config.h>

#include "mend.h"

#include <string.h>

#include "base/bytes.h"
#include "base/xxh64.h"
#include "counts/ngc.h"
#include "models/ngm.h"

/* The blocks of SECTION, where INDEX says that they are.  */
static void
mend_blocks (uint8_t *bytes, const struct ng_ngc_entry *section,
             const struct ng_ngc_entry *index)
{
    const uint8_t *places = bytes + index->offset;
    const uint64_t n_blocks = index->bytes / 8;

    for (uint64_t i = 0; i < n_blocks; i++)
    {
        uint64_t at = ng_get_u64le (places + 8 * i);
        uint64_t end = i + 1 < n_blocks ? ng_get_u64le (places + 8 * i + 8)
                                        : section->bytes;
        uint8_t *head;
        size_t n_rest;

        if (end > section->bytes || at > end
            || end - at < NG_NGC_BLOCK_HEAD_BYTES)
            return;
        head = bytes + section->offset + at;
        n_rest = (size_t) (end - at) - NG_NGC_BLOCK_HEAD_BYTES;
        ng_put_u32le (head + 4, (uint32_t) n_rest);
        ng_put_u32le (head + 8, 0);
        ng_put_u32le (head + 8,
                      ng_ngc_checksum (head, NG_NGC_BLOCK_HEAD_BYTES + n_rest));
    }
}

void
mend_ngc (uint8_t *bytes, size_t n)
{
    struct ng_ngc_entry section = { 0 }, e;
    uint8_t *trailer;
    uint64_t n_entries, offset;

    if (n < NG_NGC_HEADER_BYTES + NG_NGC_TRAILER_BYTES
        || !ng_ngc_is_magic (bytes, n))
        return;
    ng_put_u32le (bytes + 44, ng_ngc_checksum (bytes, 44));
    trailer = bytes + n - NG_NGC_TRAILER_BYTES;
    memcpy (trailer + 24, NG_NGC_END_MAGIC, NG_NGC_MAGIC_BYTES);
    n_entries = ng_get_u64le (trailer + 8);
    if (n_entries
        > (n - NG_NGC_HEADER_BYTES - NG_NGC_TRAILER_BYTES) / NG_NGC_ENTRY_BYTES)
        return;
    offset = n - NG_NGC_TRAILER_BYTES - n_entries * NG_NGC_ENTRY_BYTES;
    ng_put_u64le (trailer, offset);
    ng_put_u64le (trailer + 16, n);
    for (uint64_t i = 0; i < n_entries; i++)
    {
        ng_ngc_parse_entry (bytes + offset + i * NG_NGC_ENTRY_BYTES, &e);
        if (e.offset > offset || e.bytes > offset - e.offset)
            break;
        if (e.kind == NG_NGC_LEVEL || e.kind == NG_NGC_VOCABULARY)
            section = e;
        if ((e.kind != NG_NGC_LEVEL_INDEX && e.kind != NG_NGC_VOCABULARY_INDEX)
            || e.bytes < 4)
            continue;
        mend_blocks (bytes, &section, &e);
        ng_put_u32le (bytes + e.offset + e.bytes - 4,
                      ng_ngc_checksum (bytes + e.offset, (size_t) e.bytes - 4));
    }
    ng_put_u32le (trailer + 36,
                  ng_ngc_checksum (bytes + offset, (size_t) (n - offset) - 4));
}

void
mend_ngm (uint8_t *bytes, size_t n)
{
    if (ng_ngm_is_magic (bytes, n) && n > NG_NGM_TRAILER_BYTES)
        ng_put_u64le (bytes + n - NG_NGM_TRAILER_BYTES,
                      ng_xxh64 (bytes, n - NG_NGM_TRAILER_BYTES));
}
