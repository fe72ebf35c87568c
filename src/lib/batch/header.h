/* The line of JSON that may come before all batches, so that a reader knows
   what follows: the type and shape of a batch, the order, and the files.  */
#ifndef NG_HEADER_H
#define NG_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "batch/documents.h"
#include "batch/fields.h"
#include "batch/record.h"
#include "batch/sampler.h"
#include "batch/shards.h"
#include "io/output.h"

struct ng_header
{
    enum ng_record_format format; /* of what follows */
    struct ng_dtype dtype;
    uint64_t n_rows; /* of this rank */
    uint64_t step;   /* the first */
    bool reverse;
    const struct ng_fields *fields;
    enum ng_documents_kind documents;
    bool has_eod;
    uint64_t eod; /* if HAS_EOD */
    uint64_t pad; /* unless NG_DOCUMENTS_CROSS */
    const struct ng_sampler_spec *spec;
    const struct ng_shards *sources; /* [n_sources] */
    size_t n_sources;
};

/* Write it to OUT.  Of each file it has the name, the tokens and a checksum (see
   ng_shards_checksum).  As ng_output_write; NG_ENOMEM.  */
enum ng_err ng_header_write (const struct ng_header *header,
                             struct ng_output *out) NG_MUST_CHECK;

#endif
