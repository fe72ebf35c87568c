#include <config.h>

#include "io/tokenfile.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/mem.h"
#include "base/nglimits.h"

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
        return ng_fault_set (fault, NG_EFORMAT, file->name,
                             "not a usable .npy file: the shape is too large");
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
            fault, NG_EFORMAT, file->name, ng_input_offset (in),
            "the tokens are cut short: the header says "
            "%" PRIu64 ", there are %" PRIu64,
            file->n_tokens, (uint64_t) have / file->dtype.item_bytes);
    else if (err == NG_OK)
    {
        err = ng_input_read (in, &extra, 1, &n);
        if (err == NG_OK)
            err = ng_fault_at_byte (
                fault, NG_EFORMAT, file->name, ng_input_offset (in) - 1,
                "more bytes than the %" PRIu64 " tokens of the header",
                file->n_tokens);
        else if (err == NG_END)
            err = NG_OK;
    }
    file->memory = buf;
    file->data = buf;
    return err;
}

enum ng_err
ng_tokenfile_open (const char *name, struct ng_fault *fault,
                   struct ng_tokenfile *file)
{
    struct ng_input *in = NULL;
    struct ng_npy npy;
    bool from_start = starts_at_zero (name);
    enum ng_err err, err_close;

    memset (file, 0, sizeof *file);
    file->name = name;
    err = ng_input_open (name, fault, &in);
    if (err != NG_OK)
        return err;
    err = ng_npy_read_header (in, &npy, fault);
    if (err == NG_OK)
    {
        int fd = ng_input_plain_fd (in);
        uint64_t bytes = ng_input_raw_size (in);

        file->dtype = npy.dtype;
        file->n_tokens = npy.n_items;
        /* The header was checked against the size of a plain file.  */
        if (fd < 0 || bytes == 0 || !from_start
            || !map_file (file, fd, bytes, npy.data_offset))
            err = read_whole (file, in, fault);
    }
    err_close = ng_input_close (in);
    if (err == NG_OK)
        err = err_close;
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
