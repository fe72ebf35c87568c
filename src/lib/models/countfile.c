#include <config.h>

#include "models/countfile.h"

#include "counts/merge.h"
#include "counts/textrun.h"
#include "io/output.h"

/* The lines of IN, sorted, to OUT.  */
static enum ng_err
sort_text (struct ng_input *in, struct ng_merge_setup *setup,
           struct ng_output *out)
{
    struct ng_merger *m = ng_merger_new (setup);
    struct ng_textrun *text = ng_textrun_new (setup, m);
    unsigned min, max;
    enum ng_err err = NG_ENOMEM;

    if (m && text)
        err = ng_textrun_add (text, in);
    if (err == NG_OK)
        err = ng_textrun_finish (text);
    if (err == NG_OK)
    {
        ng_textrun_orders (text, &min, &max);
        setup->info.max_order = max;
        err = max > 0
                  ? ng_merger_finish (m, out)
                  : ng_fault_set (setup->fault, NG_EINVAL, ng_input_name (in),
                                  "there are no counts of order 1");
    }
    ng_textrun_free (text);
    ng_merger_free (m);
    return err;
}

enum ng_err
ng_countfile_open (struct ng_input *in, const char *spill_dir, uint64_t budget,
                   struct ng_fault *fault, struct ng_ngc **f)
{
    struct ng_merge_setup setup = { .info = { 1, NG_ORDER_MAX, 0, 1, 0 },
                                    .spill_dir = spill_dir,
                                    .budget_bytes = budget,
                                    .fault = fault };
    const unsigned char *start;
    size_t n;
    struct ng_output *out = NULL;
    enum ng_err err = ng_input_peek (in, NG_NGC_MAGIC_BYTES, &start, &n);

    if (err == NG_OK && ng_ngc_is_magic (start, n))
        return ng_ngc_open (in, spill_dir, fault, f);
    if (err == NG_OK)
        err = ng_output_open_unnamed (spill_dir, fault, &out);
    if (err == NG_OK)
        err = sort_text (in, &setup, out);
    /* A sum has no file where many are merged; here there is only one.  */
    if (err == NG_EOVERFLOW && !fault->file)
        fault->file = ng_input_name (in);
    if (err == NG_OK)
        err = ng_output_commit (out);
    if (err == NG_OK)
        err = ng_ngc_open_fd (ng_output_fd (out), ng_input_name (in), fault, f);
    (void) ng_output_close (out);
    return err;
}
