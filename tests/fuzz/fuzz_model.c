#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "mend.h"
#include "models/model.h"
#include "models/query.h"

enum
{
    ASKED = 32
};

static void
ask (const struct ng_model *m)
{
    struct ng_query *q = NULL;
    uint32_t ids[ASKED];
    uint8_t context[ASKED], used[ASKED];
    double logp[ASKED];

    if (m->ngm.n_types == 0 || ng_query_new (&m->ngm, 0, &q) != NG_OK)
        return;
    for (unsigned i = 0; i < ASKED; i++)
    {
        ids[i] = i * i % m->ngm.n_types;
        context[i] = (uint8_t) i;
    }
    ng_query_run (q, ids, context, ASKED, logp, used);
    for (unsigned i = 0; i < ASKED; i++)
        FUZZ_CHECK (used[i] <= m->ngm.order);
    ng_query_free (q);
}

/* A model in ARPA form or a .ngm, whose checksum is put right so that what it
   guards is seen as well.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_model *m = NULL;
    uint8_t *copy = malloc (n + 1);
    enum ng_err err;

    FUZZ_CHECK (copy != NULL);
    memcpy (copy, bytes, n);
    mend_ngm (copy, n);
    err = ng_model_open (fuzz_file (copy, n), true, &fault, &m);
    FUZZ_CHECK (err == NG_OK || fault.err != NG_OK || err == NG_ENOMEM);
    if (err == NG_OK)
        ask (m);
    ng_model_close (m);
    free (copy);
    return 0;
}
