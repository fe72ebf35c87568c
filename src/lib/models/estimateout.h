/* Where an estimate goes: a .ngm or a model in ARPA form.  For
   models/estimate.c.

   Order of calls: ng_estimate_out_start; for each order
   ng_estimate_out_order, ng_estimate_out_add for each n-gram that is listed,
   ng_estimate_out_order_end, ng_estimate_out_place for each of these again;
   ng_estimate_out_end; in any case ng_estimate_out_free.  */
#ifndef NG_ESTIMATEOUT_H
#define NG_ESTIMATEOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "io/output.h"
#include "io/paged.h"
#include "io/store.h"
#include "models/arpawrite.h"
#include "models/layers.h"
#include "models/ngmwrite.h"

struct ng_estimate_out_setup
{
    bool to_arpa;
    enum ng_rule rule; /* of a .ngm, as are all but OUT, LAYERS and STORE */
    float step;
    struct ng_layers *layers;
    const uint64_t *prune;
    struct ng_ngc *f; /* what LAYERS were loaded from, for names */
    struct ng_store *store;
    uint64_t budget;
    const char *spill_dir;
    struct ng_fault *fault;
    struct ng_output *out;
};

struct ng_estimate_ngram
{
    bool is_listed;
    uint32_t parent, word; /* as in the layer */
    uint32_t suffix;       /* the place of its suffix */
    float logp, bow;       /* log10 */
};

/* A name, or none if LEN is 0.  */
struct ng_short_name
{
    uint32_t id;
    unsigned char len;
    unsigned char bytes[27];
};

struct ng_estimate_out
{
    struct ng_estimate_out_setup setup;
    unsigned k; /* the order at hand */

    /* The first tokens of the n-gram at hand: readers of the orders below K.
       New is the id that the first token has where types are pruned.  */
    struct ng_layer_reader parents[NG_ORDER_MAX];
    uint32_t tokens[NG_ORDER_MAX];
    uint32_t first_new;

    struct ng_ngmw *ngmw;
    uint32_t next_place; /* of order 1 */

    /* For ARPA: all names, where each starts (u64), and the bytes; and a few
       short ones at hand if these are in a file.  */
    struct ng_arpa_writer arpa;
    struct ng_paged name_starts, names;
    struct ng_short_name *short_names; /* [SHORT_MASK + 1] */
    uint32_t short_mask;
};

/* All of SETUP is borrowed.  NG_ELIMIT, NG_ENOMEM, NG_ESYS, NG_EFORMAT.  */
enum ng_err
ng_estimate_out_start (struct ng_estimate_out *o,
                       const struct ng_estimate_out_setup *setup) NG_MUST_CHECK;

/* N-grams of order K follow, in the order of the layer.  */
enum ng_err ng_estimate_out_order (struct ng_estimate_out *o,
                                   unsigned k) NG_MUST_CHECK;
enum ng_err
ng_estimate_out_add (struct ng_estimate_out *o,
                     const struct ng_estimate_ngram *ngram) NG_MUST_CHECK;
enum ng_err ng_estimate_out_order_end (struct ng_estimate_out *o) NG_MUST_CHECK;

/* The place that the next n-gram got; 0 for ARPA, which has none.  */
uint32_t ng_estimate_out_place (struct ng_estimate_out *o);

enum ng_err ng_estimate_out_end (struct ng_estimate_out *o) NG_MUST_CHECK;

/* Release what O, which may be all zero, holds.  */
void ng_estimate_out_free (struct ng_estimate_out *o);

#endif
