#include <config.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "batch/shards.h"
#include "fuzz.h"

enum
{
    IDS_MAX = 64
};

static char folder[] = "/dev/shm/fuzz-XXXXXX"; /* in memory, if possible */
static char idx[sizeof folder + 8], bin[sizeof folder + 8];
static int idx_fd = -1, bin_fd = -1;

static void
remove_files (void)
{
    (void) unlink (idx);
    (void) unlink (bin);
    (void) rmdir (folder);
}

static int
make_file (char *name, size_t size, const char *end)
{
    int fd;

    (void) snprintf (name, size, "%s/%s", folder, end);
    fd = open (name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FUZZ_CHECK (fd >= 0);
    return fd;
}

static void
refill (int fd, const uint8_t *bytes, size_t n)
{
    FUZZ_CHECK (ftruncate (fd, 0) == 0);
    FUZZ_CHECK (pwrite (fd, bytes, n, 0) == (ssize_t) n);
}

/* A pair of files as Megatron's, or ids without a header: the first byte is how
   many bytes of ids there are, and which of the two is named; the rest is the
   index.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    static const uint8_t ids[IDS_MAX] = { 1, 0, 2, 0, 3 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_shards shards;
    unsigned char out[64];
    enum ng_err err;

    if (idx_fd < 0)
    {
        if (access ("/dev/shm", W_OK) != 0)
            (void) snprintf (folder, sizeof folder, "/tmp/fuzz-XXXXXX");
        FUZZ_CHECK (mkdtemp (folder) != NULL);
        FUZZ_CHECK (atexit (remove_files) == 0);
        idx_fd = make_file (idx, sizeof idx, "a.idx");
        bin_fd = make_file (bin, sizeof bin, "a.bin");
    }
    if (n == 0)
        return 0;
    refill (bin_fd, ids, bytes[0] % IDS_MAX);
    refill (idx_fd, bytes + 1, n - 1);
    ng_shards_init (&shards);
    err = ng_shards_add (&shards, bytes[0] & 0x80 ? idx : bin, &fault);
    FUZZ_CHECK (err == NG_OK || fault.err != NG_OK || err == NG_ENOMEM);
    if (err == NG_OK)
        FUZZ_CHECK (shards.n_tokens <= bytes[0] % IDS_MAX);
    if (err == NG_OK && shards.n_tokens >= 4)
        err =
            ng_shards_copy (&shards, shards.n_tokens - 4, 4,
                            ng_shards_dtype (&shards), UINT64_MAX, out, &fault);
    ng_shards_fini (&shards);
    return 0;
}
