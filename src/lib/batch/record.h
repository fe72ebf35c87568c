/* Batches as records of an output.

   A batch has n_rows rows of T + 1 places.  Its fields (batch/fields.h) are
   written in the order in which they were asked for, all as little-endian
   elements of one dtype.

   NG_RECORD_RAW: the arrays, one after another, [n_rows][T + 1] each;
   NG_FIELD_LENGTHS is [n_rows].  Of the tokens, the features X are columns 0 to
   T - 1 and the labels Y columns 1 to T.
   NG_RECORD_NPY: .npy arrays.  For the tokens two, X (n_rows x T), then Y; for
   positions and documents one, of the features; for the mask one, of the
   labels; for the lengths one (n_rows).
   NG_RECORD_TEXT: a line a row: what npy has, split by TAB, and within by
   spaces; an empty line after each batch.
   NG_RECORD_JSONL: a line a batch, an object of its step, its epoch, from 0,
   and its fields as raw has them.

   Call ng_record_new; then for each batch ng_record_begin, fill what
   ng_record_row gives, call ng_record_parts for each row if
   ng_record_has_parts, and ng_record_write; ng_record_free at the end.  */
#ifndef NG_RECORD_H
#define NG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/fields.h"
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

/* A writer of batches of up to N_ROWS rows of N_STEPS + 1 ids of DTYPE, with
   FIELDS, to OUT, which is borrowed.  NG_ENOMEM.  NG_EOVERFLOW, also if DTYPE
   cannot hold N_STEPS + 1 and a field needs it.  */
enum ng_err ng_record_new (enum ng_record_format format, struct ng_dtype dtype,
                           const struct ng_fields *fields, uint64_t n_rows,
                           uint64_t n_steps, struct ng_output *out,
                           struct ng_record **record) NG_MUST_CHECK;

/* Begin a batch of N_ROWS rows.  As ng_output_write.  */
enum ng_err ng_record_begin (struct ng_record *record,
                             size_t n_rows) NG_MUST_CHECK;

/* Where row ROW of the batch goes: N_STEPS + 1 elements.  */
unsigned char *ng_record_row (struct ng_record *record, size_t row);

/* Are there fields besides the tokens?  */
bool ng_record_has_parts (const struct ng_record *record);

/* Row ROW has N parts of PARTS[N] tokens; what is behind them is padding.  */
void ng_record_parts (struct ng_record *record, size_t row,
                      const uint64_t *parts, size_t n);

/* Write the batch, which is STEP of EPOCH.  As ng_output_write.  */
enum ng_err ng_record_write (struct ng_record *record, uint64_t step,
                             uint64_t epoch) NG_MUST_CHECK;

/* Free RECORD, which may be NULL.  */
void ng_record_free (struct ng_record *record);

#endif
