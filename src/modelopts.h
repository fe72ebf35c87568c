/* The options on asking a model that ngram-score and ngram-sample share, and
   how the model is opened by them.  */
#ifndef NG_MODELOPTS_H
#define NG_MODELOPTS_H

#include <stdbool.h>

#include "cli.h"
#include "models/model.h"

struct model_options
{
    const char *name;
    unsigned order; /* 0: the model's own */
    bool no_check;
};

/* Keys of options with no short form; the order has one with some programs.  */
enum
{
    MODEL_ORDER = CLI_LONG_ONLY + 300,
    MODEL_NO_CHECK
};

/* Rows for a program's table of options; KEY is that of the order.  */
/* clang-format off */
#define MODEL_OPTION                                                          \
    { 'm', "model", "MODEL", "the model, ARPA or .ngm, plain or gzip" }

#define MODEL_ORDER_OPTION(key)                                               \
    { key, "order", "K", "ask the model as if it were of order K" }

#define MODEL_NO_CHECK_OPTION                                                 \
    { MODEL_NO_CHECK, "no-check", NULL,                                       \
      "trust a .ngm: do not prove its checksum, so that\nopening it takes no" \
      " time" }
/* clang-format on */

/* Take the option KEY with argument ARG and return true, or false if it is
   none of these.  */
bool model_option (struct model_options *o, int key, const char *arg);

/* Open the model that O names, which is of O's order or a higher one.  As
   ng_model_open; NG_EINVAL.  */
enum ng_err model_open (const struct model_options *o, struct ng_fault *fault,
                        struct ng_model **model) NG_MUST_CHECK;

#endif
