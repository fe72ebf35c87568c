#include <config.h>

#include "textopts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/nglimits.h"
#include "io/outname.h"
#include "text/escape.h"

enum
{
    PERCENT_DEFAULT = 50 /* of memory, to be used */
};

bool
text_option (struct text_options *o, int key, const char *arg)
{
    static const char *const modes[] = { "word", "uax29", "space",
                                         "char", "byte",  NULL };
    static const char *const cases[] = { "keep", "lower", NULL };

    switch (key)
    {
    case 't':
        o->mode = (enum ng_tokenize_mode) cli_word (arg, modes);
        break;
    case 'c':
        o->has_case = true;
        o->lower = cli_word (arg, cases) == 1;
        break;
    case TEXT_STRICT:
        o->strict = true;
        break;
    default:
        return false;
    }
    return true;
}

void
text_tokenizer (const struct text_options *o, struct ng_tokenizer *t)
{
    bool lower = o->has_case ? o->lower : o->mode == NG_WORD;

    ng_tokenizer_init (t, o->mode, lower, o->strict);
}

void
text_warn (const struct ng_tokenizer *t)
{
    if (t->n_invalid == 0)
        return;
    cli_warn ("%s:%" PRIu64 ": warning: invalid UTF-8, read as U+FFFD"
              " (%" PRIu64 " %s; this is the first)",
              strcmp (t->invalid_file, "-") == 0 ? "standard input"
                                                 : cli_quote (t->invalid_file),
              t->invalid_line, t->n_invalid,
              t->n_invalid == 1 ? "place" : "places");
}

void
text_check_name (const char *option, const char *text)
{
    size_t len = strlen (text);

    if (len > NG_TOKEN_BYTES_MAX)
        cli_usage_error ("%s: a token is longer than %d bytes", option,
                         NG_TOKEN_BYTES_MAX);
    if (!ng_is_name ((const unsigned char *) text, len))
        cli_usage_error ("%s: %s is no token name: it is not empty, and white"
                         " space and backslashes are written \\s \\t \\n \\r"
                         " \\\\",
                         option, cli_quote (text));
}

void
text_check_input (const char *what, const char *file)
{
    size_t n;
    const char *const *names = cli_operands (&n);
    bool read_twice = n == 0;

    if (!file || strcmp (file, "-") != 0)
        return;
    for (size_t i = 0; i < n; i++)
        read_twice = read_twice || strcmp (names[i], "-") == 0;
    if (read_twice)
        cli_usage_error ("%s and text cannot both be standard input", what);
}

enum ng_err
text_check_loop (const char *output, struct ng_fault *fault)
{
    static const char *const standard_input[] = { "-" };
    struct stat in, out;
    size_t n;
    const char *const *names = cli_operands (&n);

    if ((output && strcmp (output, "-") != 0)
        || fstat (STDOUT_FILENO, &out) != 0 || !S_ISREG (out.st_mode)
        || out.st_size == 0)
        return NG_OK;
    if (n == 0)
    {
        names = standard_input;
        n = 1;
    }
    for (size_t i = 0; i < n; i++)
        if ((strcmp (names[i], "-") == 0 ? fstat (STDIN_FILENO, &in)
                                         : stat (names[i], &in))
                == 0
            && ng_same_inode (&in, &out))
            return ng_fault_set (fault, NG_EINVAL, names[i],
                                 "it is written to while it is read; write to"
                                 " another file");
    return NG_OK;
}

const char *
temporary_folder (const char *dir)
{
    if (!dir)
        dir = getenv ("TMPDIR");
    return dir && *dir ? dir : "/tmp";
}

/* PERCENT of the machine's memory, or of what this process may have of it; at
   least NG_BUDGET_MIN.  */
static uint64_t
share_of_memory (uint64_t percent)
{
    struct rlimit limit;
    long pages = sysconf (_SC_PHYS_PAGES), page = sysconf (_SC_PAGESIZE);
    uint64_t bytes;

    if (pages <= 0 || page <= 0)
        return NG_BUDGET_MIN;
    bytes = (uint64_t) pages * (uint64_t) page;
    /* No limit is the largest number.  */
    if (getrlimit (RLIMIT_AS, &limit) == 0 && limit.rlim_cur < bytes)
        bytes = limit.rlim_cur;
    if (getrlimit (RLIMIT_DATA, &limit) == 0 && limit.rlim_cur < bytes)
        bytes = limit.rlim_cur;
    bytes = bytes / 100 * percent;
    return bytes < NG_BUDGET_MIN ? NG_BUDGET_MIN : bytes;
}

uint64_t
memory_budget (const char *arg)
{
    size_t len = strlen (arg);
    char digits[8];

    if (len < 2 || len > sizeof digits || arg[len - 1] != '%')
        return cli_size (arg, NG_BUDGET_MIN, UINT64_MAX);
    memcpy (digits, arg, len - 1);
    digits[len - 1] = '\0';
    return share_of_memory (cli_count (digits, 1, 100));
}

uint64_t
default_budget (void)
{
    return share_of_memory (PERCENT_DEFAULT);
}
