#include <config.h>

#include "io/tokenfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/checked.h"
#include "base/mem.h"
#include "base/nglimits.h"
#include "io/megatron.h"

/* Is standard input, if that is what NAME says, at the start of its file?
   Only then do offsets in the content mean offsets in the file.  */
static bool
starts_at_zero (const char *name)
{
    return strcmp (name, "-") != 0 || lseek (STDIN_FILENO, 0, SEEK_CUR) == 0;
}

/* Map the file behind FD, of BYTES bytes, tokens from DATA_OFFSET on.  False
   if that is not possible here: the caller reads it instead.  */
static bool
map_file (struct ng_tokenfile *file, int fd, uint64_t bytes,
          uint64_t data_offset)
{
    void *map;

    if (bytes > SIZE_MAX)
        return false;
    map = mmap (NULL, (size_t) bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return false;
    file->map = map;
    file->map_bytes = (size_t) bytes;
    file->data = (const unsigned char *) map + data_offset;
    return true;
}

/* Read what the header promises and make sure that nothing follows.  Memory
   grows with what is really there, so a wrong header cannot ask for it.  */
static enum ng_err
read_whole (struct ng_tokenfile *file, struct ng_input *in,
            struct ng_fault *fault)
{
    uint64_t want = 0;
    size_t cap = 0, have = 0, n;
    unsigned char *buf = NULL, extra;
    enum ng_err err = NG_OK;

    if (!ng_ckd_mul (file->n_tokens, file->dtype.item_bytes, &want))
        return ng_fault_set (fault, NG_EFORMAT, ng_input_name (in),
                             "the tokens are too many");
    while (err == NG_OK && have < want)
    {
        size_t part = want - have < NG_BLOCK_BYTES ? (size_t) (want - have)
                                                   : NG_BLOCK_BYTES;
        unsigned char *grown = ng_grow (buf, &cap, have + part, 1);

        if (!grown)
        {
            err = NG_ENOMEM;
            break;
        }
        buf = grown;
        err = ng_input_read (in, buf + have, part, &n);
        if (err == NG_OK)
            have += n;
    }
    if (err == NG_END)
        err = ng_fault_at_byte (
            fault, NG_EFORMAT, ng_input_name (in), ng_input_offset (in),
            "the tokens are cut short: the header says "
            "%" PRIu64 ", there are %" PRIu64,
            file->n_tokens, (uint64_t) have / file->dtype.item_bytes);
    else if (err == NG_OK)
    {
        err = ng_input_read (in, &extra, 1, &n);
        if (err == NG_OK)
            err = ng_fault_at_byte (
                fault, NG_EFORMAT, ng_input_name (in), ng_input_offset (in) - 1,
                "more bytes than the %" PRIu64 " token%s of the header",
                file->n_tokens, ng_plural (file->n_tokens));
        else if (err == NG_END)
            err = NG_OK;
    }
    file->memory = buf;
    file->data = buf;
    return err;
}

/* ----------------------------------------------------------------------- forms */

enum
{
    LLMC_HEADER_BYTES = 1024,
    LLMC_MAGIC_U2 = 20240520,
    LLMC_MAGIC_U4 = 20240801
};

static bool
ends_with (const char *name, const char *end)
{
    size_t len = strlen (name), end_len = strlen (end);

    return len > end_len && strcmp (name + len - end_len, end) == 0;
}

/* NAME with its last three letters replaced.  */
static char *
sibling (const char *name, const char *letters)
{
    char *other = strdup (name);

    if (other)
        memcpy (other + strlen (other) - 3, letters, 3);
    return other;
}

/* The size of a plain file must be what its N_TOKENS after OFFSET need.  */
static enum ng_err
check_size (const struct ng_tokenfile *file, struct ng_input *in,
            uint64_t offset, const char *form, struct ng_fault *fault)
{
    uint64_t size = ng_input_raw_size (in), want;

    if (!ng_ckd_mul (file->n_tokens, file->dtype.item_bytes, &want)
        || !ng_ckd_add (want, offset, &want)
        || (ng_input_plain_fd (in) >= 0 && size > 0 && size != want))
        return ng_fault_set (
            fault, NG_EFORMAT, ng_input_name (in),
            "not a usable %s file: %" PRIu64
            " token%s of %u byte%s do not make %" PRIu64 " in all",
            form, file->n_tokens, ng_plural (file->n_tokens),
            file->dtype.item_bytes, ng_plural (file->dtype.item_bytes), size);
    return NG_OK;
}

static enum ng_err
read_npy_header (struct ng_tokenfile *file, struct ng_input *in,
                 uint64_t *offset, struct ng_fault *fault)
{
    struct ng_npy npy;
    enum ng_err err = ng_npy_read_header (in, &npy, fault);

    if (err != NG_OK)
        return err;
    file->dtype = npy.dtype;
    file->n_tokens = npy.n_items;
    *offset = npy.data_offset;
    return NG_OK;
}

static enum ng_err
read_llmc_header (struct ng_tokenfile *file, struct ng_input *in,
                  uint64_t *offset, struct ng_fault *fault)
{
    unsigned char header[LLMC_HEADER_BYTES];
    enum ng_err err =
        ng_input_read_full (in, header, sizeof header, "the llm.c header");
    bool wide;

    if (err != NG_OK)
        return err;
    wide = ng_get_u32le (header) == LLMC_MAGIC_U4;
    if (ng_get_u32le (header + 4) != (wide ? 7 : 1))
        return ng_fault_set (fault, NG_EFORMAT, file->name,
                             "not a usable llm.c file: version %" PRIu32,
                             ng_get_u32le (header + 4));
    file->dtype = (struct ng_dtype){ wide ? 4 : 2, false };
    file->n_tokens = ng_get_u32le (header + 8);
    *offset = sizeof header;
    return check_size (file, in, *offset, "llm.c", fault);
}

static enum ng_err
measure_bare (struct ng_tokenfile *file, struct ng_input *in,
              struct ng_dtype bare, uint64_t *offset, struct ng_fault *fault)
{
    file->dtype = bare;
    file->n_tokens = ng_input_raw_size (in) / bare.item_bytes;
    *offset = 0;
    if (ng_input_plain_fd (in) < 0)
        return ng_fault_set (fault, NG_EINVAL, file->name,
                             "ids without a header are read from a plain file"
                             " only");
    return check_size (file, in, 0, "bare token", fault);
}

/* What the index NAME says of the ids beside it.  */
static enum ng_err
read_megatron_index (const char *name, struct ng_tokenfile *file,
                     struct ng_fault *fault)
{
    struct ng_megatron index = { .n_tokens = 0 };
    struct ng_fault own = { 0 };
    struct ng_input *in = NULL;
    enum ng_err err = ng_input_open (name, &own, &in), err_close;

    if (err == NG_OK)
        err = ng_megatron_read (in, &own, &index);
    file->dtype = index.dtype;
    file->n_tokens = index.n_tokens;
    err_close = ng_input_close (in);
    if (err == NG_OK)
        err = err_close;
    if (err != NG_OK && own.sys_errno == 0)
        return ng_fault_set (fault, err == NG_END ? NG_EFORMAT : err, name,
                             "not a usable Megatron index: %s",
                             own.text[0] ? own.text : ng_err_text (err));
    if (err != NG_OK)
        *fault = own;
    if (fault->err != NG_OK)
        fault->file = name;
    return err;
}

/* Read the header of IN, whatever its form.  */
static enum ng_err
read_header (struct ng_tokenfile *file, struct ng_input *in,
             struct ng_dtype bare, uint64_t *offset, struct ng_fault *fault)
{
    const unsigned char *start;
    uint32_t magic = 0;
    size_t n;
    enum ng_err err = ng_input_peek (in, 8, &start, &n);

    if (err != NG_OK)
        return err;
    if (n >= 4)
        magic = ng_get_u32le (start);
    if (magic == LLMC_MAGIC_U2 || magic == LLMC_MAGIC_U4)
        return read_llmc_header (file, in, offset, fault);
    if (ends_with (file->name, ".bin") && !ng_npy_is_magic (start, n))
        return measure_bare (file, in, bare, offset, fault);
    return read_npy_header (file, in, offset, fault);
}

/* Is there a Megatron index, and what is its name and that of the ids?  *BIN
   and *IDX are NULL if there is none; the caller frees them.  Ids whose index
   is there and cannot be read are not taken for bare ones.  */
static enum ng_err
find_megatron (const char *name, char **idx, char **bin, struct ng_fault *fault)
{
    struct ng_fault own = { 0 };
    bool is_idx = ends_with (name, ".idx");

    *idx = *bin = NULL;
    if (!is_idx && !ends_with (name, ".bin"))
        return NG_OK;
    *idx = sibling (name, "idx");
    *bin = sibling (name, "bin");
    if (!*idx || !*bin)
        return NG_ENOMEM;
    if (is_idx || ng_input_check (*idx, &own) == NG_OK)
        return NG_OK;
    if (own.sys_errno != ENOENT && own.sys_errno != EISDIR)
    {
        if (fault->err == NG_OK)
            *fault = own;
        fault->file = name;
        (void) snprintf (fault->text, sizeof fault->text,
                         "its Megatron index cannot be read");
        return NG_ESYS;
    }
    free (*idx);
    free (*bin);
    *idx = *bin = NULL;
    return NG_OK;
}

/* Open the content of NAME, of the length and type that are known if KNOWN.  */
static enum ng_err
open_content (const char *name, bool known, struct ng_dtype bare,
              struct ng_fault *fault, struct ng_tokenfile *file)
{
    struct ng_input *in = NULL;
    const unsigned char *start;
    uint64_t offset = 0;
    size_t n;
    bool from_start = starts_at_zero (name);
    enum ng_err err = ng_input_open (name, fault, &in), err_close;

    if (err != NG_OK)
        return err;
    if (ends_with (name, ".bin"))
        ng_input_is_binary (in);
    if (known)
    {
        err = ng_input_peek (in, 1, &start, &n);
        if (err == NG_OK)
            err = check_size (file, in, 0, "Megatron", fault);
    }
    else
        err = read_header (file, in, bare, &offset, fault);
    if (err == NG_OK)
    {
        int fd = ng_input_plain_fd (in);
        uint64_t bytes = ng_input_raw_size (in);

        /* The header was checked against the size of a plain file.  */
        if (fd < 0 || bytes == 0 || !from_start
            || !map_file (file, fd, bytes, offset))
            err = read_whole (file, in, fault);
    }
    err_close = ng_input_close (in);
    return err == NG_OK ? err_close : err;
}

/* FAULT is of the file beside NAME, whose own name goes away: say so.  */
static void
tell_beside (struct ng_fault *fault, const char *name)
{
    const struct ng_fault own = *fault;

    fault->file = name;
    (void) snprintf (fault->text, sizeof fault->text,
                     "the .%s beside it%s%.200s",
                     ends_with (name, ".idx") ? "bin" : "idx",
                     own.text[0] ? ": " : "", own.text);
}

enum ng_err
ng_tokenfile_open (const char *name, struct ng_dtype bare,
                   struct ng_fault *fault, struct ng_tokenfile *file)
{
    char *idx = NULL, *bin = NULL;
    enum ng_err err;

    memset (file, 0, sizeof *file);
    file->name = name;
    err = find_megatron (name, &idx, &bin, fault);
    if (err == NG_OK && idx)
        err = read_megatron_index (idx, file, fault);
    if (err == NG_OK)
        err = open_content (bin ? bin : name, idx != NULL, bare, fault, file);
    if (fault->file && (fault->file == bin || fault->file == idx))
    {
        if (strcmp (fault->file, name) != 0)
            tell_beside (fault, name);
        fault->file = name;
    }
    free (idx);
    free (bin);
    if (err != NG_OK)
        ng_tokenfile_close (file);
    return err;
}

void
ng_tokenfile_close (struct ng_tokenfile *file)
{
    if (file->map)
        (void) munmap (file->map, file->map_bytes);
    free (file->memory);
    file->map = NULL;
    file->memory = NULL;
    file->data = NULL;
    file->n_tokens = 0;
}
