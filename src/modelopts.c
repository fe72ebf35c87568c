#include <config.h>

#include "modelopts.h"

#include "base/nglimits.h"
#include "io/input.h"
#include "shrunk.h"

bool
model_option (struct model_options *o, int key, const char *arg)
{
    switch (key)
    {
    case 'm':
        o->name = arg;
        break;
    case MODEL_ORDER:
        o->order = (unsigned) cli_count (arg, 1, NG_ORDER_MAX);
        break;
    case MODEL_NO_CHECK:
        o->no_check = true;
        break;
    default:
        return false;
    }
    return true;
}

enum ng_err
model_open (const struct model_options *o, struct ng_fault *fault,
            struct ng_model **model)
{
    enum ng_err err = ng_input_check (o->name, fault);

    if (err == NG_OK)
        err = ng_model_open (o->name, !o->no_check, fault, model);
    if (err == NG_OK && (*model)->is_mapped)
        shrunk_watch ((*model)->image, (*model)->size, o->name);
    if (err == NG_OK && o->order > (*model)->ngm.order)
        err = ng_fault_set (fault, NG_EINVAL, o->name,
                            "the model is of order %u, not %u or more",
                            (*model)->ngm.order, o->order);
    return err;
}
