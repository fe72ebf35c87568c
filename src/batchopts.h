/* The command line of ngram-batch.  */
#ifndef NG_BATCHOPTS_H
#define NG_BATCHOPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "batch/convert.h"
#include "batch/documents.h"
#include "batch/fields.h"
#include "batch/record.h"
#include "batch/resume.h"
#include "batch/sampler.h"
#include "mix.h"

struct request
{
    struct ng_sampler_spec sampler;
    struct ng_given given;
    bool reverse;
    enum ng_documents_kind documents;
    const char
        *eod_text; /* a number, or a name in the vocabulary; NULL: none */
    bool eod_is_number;
    uint64_t eod; /* if it is a name, known once the vocabulary is */
    bool has_pad;
    uint64_t pad;
    struct ng_fields fields;
    bool has_at;
    uint64_t at;
    uint64_t n_serve; /* steps to be served */
    enum ng_record_format format;
    bool has_dtype;
    struct ng_dtype dtype;
    struct mix mix;
    enum ng_weight_kind mix_kind;
    uint64_t max_epochs; /* in NG_WEIGHT_UNIT; 0: no cap */
    bool dry_run;
    const char *vocab;
    bool header;
    const char *of_batches; /* an option that says something of batches */
    bool convert;           /* to a token file of FORM */
    enum ng_token_form form;
    bool has_bare;
    struct ng_dtype bare;
    const char *output;
    const char *state;
    const char *resume;
};

/* Fill *R, which holds the defaults, from the command line.  */
void batch_options (int argc, char **argv, struct request *r);

/* Complain of options that do not go together; with what a state file adds.  */
void batch_check_options (const struct request *r);

#endif
