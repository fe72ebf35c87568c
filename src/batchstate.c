#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batchwork.h"
#include "cli.h"
#include "io/outname.h"

/* Devices are not one file: what is written to them is gone.  */
static bool
is_one_file (const struct stat *a, const struct stat *b)
{
    return ng_same_inode (a, b) && !S_ISCHR (a->st_mode);
}

static bool
same_file (const char *a, const char *b)
{
    struct stat st_a, st_b;

    return stat (a, &st_a) == 0 && stat (b, &st_b) == 0
           && is_one_file (&st_a, &st_b);
}

/* Is NAME what is open as FD?  */
static bool
is_open_as (const char *name, int fd)
{
    struct stat a, b;

    return fstat (fd, &a) == 0 && stat (name, &b) == 0 && is_one_file (&a, &b);
}

/* Is NAME the token file INPUT, or the index beside it?  */
static bool
is_input (const char *name, const char *input)
{
    size_t len = strlen (input);
    char *index;
    bool same;

    if (strcmp (input, "-") == 0)
        return is_open_as (name, STDIN_FILENO);
    if (same_file (name, input))
        return true;
    if (len < 4 || strcmp (input + len - 4, ".bin") != 0)
        return false;
    index = strdup (input);
    if (!index)
        return false;
    memcpy (index + len - 3, "idx", 3);
    same = same_file (name, index);
    free (index);
    return same;
}

static bool
is_any_input (const char *name, const struct mix *mix)
{
    size_t n;
    const char *const *operands = cli_operands (&n);

    if (mix->n == 0 && n == 0)
        return is_input (name, "-");
    for (size_t i = 0; i < n; i++)
        if (is_input (name, operands[i]))
            return true;
    for (size_t i = 0; i < mix->n; i++)
        if (is_input (name, mix->names[i]))
            return true;
    return false;
}

enum ng_err
work_check_state (const struct request *r, struct ng_fault *fault)
{
    const char *name = r->state, *what = NULL;

    if (!name)
        return NG_OK;
    if (ng_outname_same (name, "-"))
        what = "standard output";
    else if (ng_outname_same (name, r->output))
        what = "the output";
    else if (is_any_input (name, &r->mix))
        what = "an input";
    else if (r->vocab && same_file (name, r->vocab))
        what = "the vocabulary";
    if (!what)
        return NG_OK;
    return ng_fault_set (fault, NG_EINVAL, NULL,
                         "--state: %s is %s: the state needs a file of its own",
                         cli_quote (name), what);
}
