/* The options on reading text that utilities share: how to split it, case,
   strictness, where temporary files go.  */
#ifndef NG_TEXTOPTS_H
#define NG_TEXTOPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli.h"
#include "text/tokenizer.h"

struct text_options
{
    enum ng_tokenize_mode mode;
    bool has_case, lower; /* -c was given, and what it said */
    bool strict;
};

/* Keys of options with no short form.  */
enum
{
    TEXT_STRICT = CLI_LONG_ONLY + 200
};

/* Rows for a program's table of options; MODE is the default.  */
/* clang-format off */
#define TEXT_OPTIONS(mode)                                                    \
    { 't', "tokenize", "word|uax29|space|char|byte",                          \
      "how to split text (default " mode ")" },                               \
    { 'c', "case", "lower|keep", "lower is the default for word, else keep" }

#define TEXT_STRICT_OPTION                                                    \
    { TEXT_STRICT, "strict", NULL, "take invalid UTF-8 as an error" }
/* clang-format on */

/* Take the option KEY with argument ARG and return true, or false if it is
   none of these.  */
bool text_option (struct text_options *o, int key, const char *arg);

/* A tokenizer as O says: lower case by default in word mode alone.  */
void text_tokenizer (const struct text_options *o, struct ng_tokenizer *t);

/* Warn if T met bytes that are not UTF-8, telling the first place.  */
void text_warn (const struct ng_tokenizer *t);

/* End the program if the operands are text from standard input and so is FILE
   (NULL: nothing), which is WHAT, such as "--vocab".  */
void text_check_input (const char *what, const char *file);

/* Text that goes to standard output while it is read must not come from the
   same file: there would be no end.  NG_EINVAL if one of the operands is that.
   OUTPUT is the program's output, NULL: standard output.  */
enum ng_err text_check_loop (const char *output,
                             struct ng_fault *fault) NG_MUST_CHECK;

/* End the program unless TEXT, the argument of OPTION or a part of it, is a
   token name in text form.  */
void text_check_name (const char *option, const char *text);

/* DIR, or if that is NULL $TMPDIR, or /tmp.  */
const char *temporary_folder (const char *dir);

/* The bytes of memory that ARG, the argument of --buffer-size, tells; and those
   without one, half of what the machine has or the process may have.  */
uint64_t memory_budget (const char *arg);
uint64_t default_budget (void);

#endif
