#include <config.h>

#include "batch/convert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "io/output.h"

enum
{
    COPY_TOKENS = 16384, /* at a time */
    LLMC_HEADER_BYTES = 1024,
    /* Tokens of a sequence in a Megatron index, whose lengths are 32-bit.  */
    SEQUENCE_MAX = INT32_MAX
};

static enum ng_err
refuse (struct ng_fault *fault, const char *name, const char *why)
{
    return ng_fault_set (fault, NG_EINVAL, name, "%s", why);
}

static enum ng_err
check_form (const struct ng_shards *shards, const char *name,
            enum ng_token_form form, struct ng_dtype dtype,
            struct ng_fault *fault)
{
    unsigned bytes = dtype.item_bytes;
    size_t len = strlen (name);

    if (form == NG_FORM_LLMC && (dtype.is_signed || (bytes != 2 && bytes != 4)))
        return refuse (fault, name, "llm.c has ids of --dtype=u2 or u4");
    if (form == NG_FORM_LLMC && shards->n_tokens > UINT32_MAX)
        return refuse (fault, name, "llm.c has at most 4294967295 tokens");
    if (form != NG_FORM_MEGATRON)
        return NG_OK;
    if (bytes == 1 || dtype.is_signed == (bytes == 2))
        return refuse (fault, name, "Megatron has ids of --dtype=u2, i4 or i8");
    if (len < 5 || strcmp (name + len - 4, ".bin") != 0)
        return refuse (fault, name,
                       "for Megatron --output must end in .bin; an .idx file"
                       " is written beside it");
    return NG_OK;
}

static enum ng_err
write_header (struct ng_output *out, enum ng_token_form form,
              struct ng_dtype dtype, uint64_t n)
{
    unsigned char header[LLMC_HEADER_BYTES] = { 0 };

    if (form == NG_FORM_NPY)
    {
        ng_npy_format_header (header, dtype, &n, 1);
        return ng_output_write (out, header, NG_NPY_HEADER_BYTES);
    }
    if (form != NG_FORM_LLMC)
        return NG_OK;
    ng_put_u32le (header, dtype.item_bytes == 4 ? 20240801 : 20240520);
    ng_put_u32le (header + 4, dtype.item_bytes == 4 ? 7 : 1);
    ng_put_u32le (header + 8, (uint32_t) n);
    return ng_output_write (out, header, sizeof header);
}

static enum ng_err
write_ids (const struct ng_shards *shards, struct ng_dtype dtype,
           uint64_t id_end, struct ng_output *out, struct ng_fault *fault)
{
    unsigned char *buf = ng_alloc_array (COPY_TOKENS, 8);
    enum ng_err err = buf ? NG_OK : NG_ENOMEM;

    for (uint64_t at = 0; err == NG_OK && at < shards->n_tokens;)
    {
        uint64_t left = shards->n_tokens - at;
        size_t n = left < COPY_TOKENS ? (size_t) left : COPY_TOKENS;

        err = ng_shards_copy (shards, at, n, dtype, id_end, buf, fault);
        if (err == NG_OK)
            err = ng_output_write (out, buf, n * dtype.item_bytes);
        at += n;
    }
    free (buf);
    return err;
}

/* Sequences of a file: as few as 32-bit lengths allow.  */
static uint64_t
count_sequences (uint64_t n_tokens)
{
    return n_tokens == 0 ? 1 : (n_tokens - 1) / SEQUENCE_MAX + 1;
}

/* One of the index's three lists: lengths, places, or documents.  */
static enum ng_err
write_list (const struct ng_shards *shards, unsigned which,
            struct ng_dtype dtype, struct ng_output *out)
{
    uint64_t place = 0, n_sequences = 0;
    unsigned char item[8];
    enum ng_err err = NG_OK;

    for (size_t f = 0; f < shards->n_files; f++)
    {
        /* Read from its end, a corpus has its last file first.  */
        size_t file = shards->reverse ? shards->n_files - 1 - f : f;
        uint64_t left = shards->files[file].n_tokens;
        uint64_t n = count_sequences (left);

        if (which == 2)
        {
            ng_put_u64le (item, n_sequences);
            err = ng_output_write (out, item, 8);
        }
        n_sequences += n;
        for (uint64_t i = 0; which < 2 && i < n; i++)
        {
            uint64_t part = left < SEQUENCE_MAX ? left : SEQUENCE_MAX;

            ng_put_u64le (item, which == 0 ? part : place);
            err = ng_output_write (out, item, which == 0 ? 4 : 8);
            place += part * dtype.item_bytes;
            left -= part;
        }
    }
    if (which == 2)
    {
        ng_put_u64le (item, n_sequences);
        err = ng_output_write (out, item, 8);
    }
    return err;
}

static enum ng_err
write_index (const struct ng_shards *shards, struct ng_dtype dtype,
             struct ng_output *out)
{
    unsigned char header[34] = "MMIDIDX";
    uint64_t n_sequences = 0;
    enum ng_err err;

    for (size_t f = 0; f < shards->n_files; f++)
        n_sequences += count_sequences (shards->files[f].n_tokens);
    ng_put_u64le (header + 9, 1);
    header[17] = dtype.item_bytes == 2 ? 8 : dtype.item_bytes == 4 ? 4 : 5;
    ng_put_u64le (header + 18, n_sequences);
    ng_put_u64le (header + 26, shards->n_files + 1);
    err = ng_output_write (out, header, sizeof header);
    for (unsigned which = 0; err == NG_OK && which < 3; which++)
        err = write_list (shards, which, dtype, out);
    return err;
}

/* The fault is that of the index beside NAME, whose own name goes away.  */
static void
blame_index (struct ng_fault *fault, const char *name)
{
    char text[NG_FAULT_TEXT_MAX];

    (void) snprintf (text, sizeof text, "its .idx file%s%.200s",
                     fault->text[0] ? ": " : "", fault->text);
    memcpy (fault->text, text, sizeof text);
    fault->file = name;
}

enum ng_err
ng_convert (const struct ng_shards *shards, const char *name,
            enum ng_token_form form, struct ng_dtype dtype, uint64_t id_end,
            struct ng_fault *fault)
{
    struct ng_output *out = NULL, *index = NULL;
    char *index_name = NULL;
    enum ng_err err = check_form (shards, name, form, dtype, fault), err_close;

    if (err == NG_OK)
        err = ng_output_open (name, fault, &out);
    if (err == NG_OK && form == NG_FORM_MEGATRON)
    {
        index_name = strdup (name);
        if (index_name)
            memcpy (index_name + strlen (index_name) - 3, "idx", 3);
        err =
            index_name ? ng_output_open (index_name, fault, &index) : NG_ENOMEM;
    }
    if (err == NG_OK)
        err = write_header (out, form, dtype, shards->n_tokens);
    if (err == NG_OK)
        err = write_ids (shards, dtype, id_end, out, fault);
    if (err == NG_OK && index)
        err = write_index (shards, dtype, index);
    if (err == NG_OK)
        err = ng_output_commit_all ((struct ng_output *[]){ out, index },
                                    index ? 2 : 1);
    err_close = ng_output_close (index);
    if (err == NG_OK)
        err = err_close;
    err_close = ng_output_close (out);
    if (index_name && fault->file == index_name)
        blame_index (fault, name);
    free (index_name);
    return err == NG_OK ? err_close : err;
}
