/* A file of token ids as an array in memory: mapped if it is a plain file, read
   whole if it is a pipe or compressed.

   Forms, told apart by their first bytes:
     .npy     NumPy's, one-dimensional, whole numbers;
     llm.c    a header of 256 32-bit numbers, magic 20240520 version 1 (two-byte
              ids) or magic 20240801 version 7 (four-byte ids), and the number
              of tokens; then the ids;
     Megatron NAME.idx, megatron.h, and the ids in NAME.bin; either may be
              named;
     bare     ids without a header, as nanoGPT writes them, in a file whose
              name ends in .bin, of a type that the caller knows.

   Call ng_tokenfile_open, use DATA, then ng_tokenfile_close.  What is mapped
   is read from the disk when it is used; if the file is made shorter
   meanwhile, using what is gone raises SIGBUS at an address within MAP.
   Threads may share an open token file.  */
#ifndef NG_TOKENFILE_H
#define NG_TOKENFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/npy.h"

struct ng_tokenfile
{
    const char *name; /* borrowed */
    struct ng_dtype dtype;
    uint64_t n_tokens;
    const unsigned char *data; /* [n_tokens] elements of DTYPE */
    void *map;                 /* what is mapped; NULL: read whole */
    size_t map_bytes;
    void *memory; /* owned; NULL if mapped */
};

/* Open NAME ("-" is standard input) and fill in *FILE, which needs no
   initialisation; ids without a header are of type BARE.  NAME is borrowed
   until it is closed.  Constant time for a plain file, but for the index of
   Megatron's.  NG_ESYS, NG_ENOMEM, NG_EFORMAT; *FILE is then as closed.  */
enum ng_err ng_tokenfile_open (const char *name, struct ng_dtype bare,
                               struct ng_fault *fault,
                               struct ng_tokenfile *file) NG_MUST_CHECK;

/* Release FILE, which may be closed already.  */
void ng_tokenfile_close (struct ng_tokenfile *file);

#endif
