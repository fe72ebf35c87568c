/* Batches as records of an output.

   A batch is IDS[n_rows][n_steps + 1], little-endian elements of one dtype.
   The features X are columns 0 to T - 1, the labels Y columns 1 to T.

   NG_RECORD_RAW: the array as it is.
   NG_RECORD_NPY: two .npy arrays, X (n_rows x T), then Y.
   NG_RECORD_TEXT: a line a row: features, TAB, labels, each split by spaces;
   an empty line after each batch.

   NG_RECORD_JSONL: a line a batch, an object of its step, its epoch, from 0,
   and its rows of T + 1 ids.

   Call ng_record_new, then for each batch fill what ng_record_ids gives and
   call ng_record_write; ng_record_free at the end.  */
#ifndef NG_RECORD_H
#define NG_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/npy.h"
#include "io/output.h"

enum ng_record_format
{
    NG_RECORD_RAW,
    NG_RECORD_NPY,
    NG_RECORD_TEXT,
    NG_RECORD_JSONL
};

struct ng_record;

/* A writer of batches of up to N_ROWS rows of N_STEPS + 1 ids of DTYPE to OUT,
   which is borrowed.  NG_ENOMEM, NG_EOVERFLOW.  */
enum ng_err ng_record_new (enum ng_record_format format, struct ng_dtype dtype,
                           uint64_t n_rows, uint64_t n_steps,
                           struct ng_output *out,
                           struct ng_record **record) NG_MUST_CHECK;

/* Where row ROW of the next batch goes: N_STEPS + 1 elements.  */
unsigned char *ng_record_row (struct ng_record *record, size_t row);

/* Write the batch of the first N_ROWS rows, which is STEP of EPOCH.  As
   ng_output_write.  */
enum ng_err ng_record_write (struct ng_record *record, size_t n_rows,
                             uint64_t step, uint64_t epoch) NG_MUST_CHECK;

/* Free RECORD, which may be NULL.  */
void ng_record_free (struct ng_record *record);

#endif
