/* NumPy's .npy form (Kern 2007, NEP 1): the header, read and written, and the
   elements of an integer array as 32-bit token ids.

   Token files are one-dimensional.  Versions 1.0 to 3.0 are read; 1.0 is
   written, with a header of NG_NPY_HEADER_BYTES whatever the shape, so that a
   length that is known only at the end can be patched in.  */
#ifndef NG_NPY_H
#define NG_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/input.h"
#include "io/output.h"

enum
{
    NG_NPY_MAGIC_BYTES = 6,
    NG_NPY_HEADER_BYTES = 128,
    NG_NPY_DIMS_MAX = 2
};

/* An integer type of up to 8 bytes, little-endian.  */
struct ng_dtype
{
    unsigned item_bytes; /* 1, 2, 4 or 8 */
    bool is_signed;
};

/* What a header says of a one-dimensional array.  */
struct ng_npy
{
    struct ng_dtype dtype;
    uint64_t n_items;
    uint64_t data_offset; /* bytes from the start of the content */
};

/* Does the content that starts with the N bytes at BUF claim to be .npy?
   NG_NPY_MAGIC_BYTES are enough.  */
bool ng_npy_is_magic (const unsigned char *buf, size_t n);

/* Read the header at the start of IN into *NPY and check it: magic, version,
   dtype (integers, little-endian), order, shape (one dimension), and, where
   the size of the file is known, its length.  NG_EFORMAT says what is wrong;
   NG_ESYS, NG_ENOMEM.  FAULT is the one IN was opened with.  */
enum ng_err ng_npy_read_header (struct ng_input *in, struct ng_npy *npy,
                                struct ng_fault *fault) NG_MUST_CHECK;

/* All elements are read: nothing may follow them in IN.  NG_EFORMAT,
   NG_ESYS.  */
enum ng_err ng_npy_read_end (struct ng_input *in,
                             struct ng_fault *fault) NG_MUST_CHECK;

/* Parse TEXT[LEN], the dictionary of a header, into *NPY but for the data
   offset.  NG_OK, or NG_EFORMAT with *WHY set to a phrase.  */
enum ng_err ng_npy_parse_dict (const char *text, size_t len, struct ng_npy *npy,
                               const char **why) NG_MUST_CHECK;

/* Decode N elements at RAW to IDS[N].  Return N, or the index of the first
   element that is negative or does not fit 32 bits.  */
size_t ng_npy_decode (struct ng_dtype dtype, const unsigned char *raw, size_t n,
                      uint32_t *ids);

/* Encode IDS[N] to RAW as DTYPE.  Return N, or the index of the first id that
   does not fit.  */
size_t ng_npy_encode (struct ng_dtype dtype, const uint32_t *ids, size_t n,
                      unsigned char *raw);

/* The largest value that DTYPE holds, as far as 64 bits tell.  */
uint64_t ng_dtype_max (struct ng_dtype dtype);

/* The smaller of u2 and u4 that holds ids below N_TYPES.  */
struct ng_dtype ng_dtype_for (uint64_t n_types);

/* Format a version 1.0 header for an array of N_DIMS dimensions of lengths
   SHAPE[N_DIMS], in C order.  */
void ng_npy_format_header (unsigned char header[NG_NPY_HEADER_BYTES],
                           struct ng_dtype dtype, const uint64_t *shape,
                           size_t n_dims);

#endif
