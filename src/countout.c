#include <config.h>

#include "countout.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nglimits.h"
#include "counts/ngcread.h"
#include "io/spill.h"
#include "textopts.h"

enum
{
    COPY_BYTES = 128 * 1024 /* at once */
};

/* The constants of LIST, or none if it is NULL, and 1 for all others.  */
static void
set_epsilons (struct countout *c, const char *list)
{
    double *epsilon = c->smoothing.epsilon;

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        epsilon[i] = 1;
    c->n_epsilons = list ? cli_reals (list, 0, 1e15, epsilon, NG_ORDER_MAX) : 0;
}

void
countout_init (struct countout *c, unsigned min_order, unsigned max_order)
{
    memset (c, 0, sizeof *c);
    c->min_order = min_order;
    c->max_order = max_order;
    c->min_count = 1;
    set_epsilons (c, NULL);
    c->budget_bytes = default_budget ();
}

bool
countout_option (struct countout *c, int key, const char *arg)
{
    static const char *const sorts[] = { "count", "text", "none", NULL };
    static const char *const formats[] = { "text", "ngc", NULL };

    switch (key)
    {
    case 'n':
        c->has_order = true;
        cli_range (arg, 1, NG_ORDER_MAX, &c->min_order, &c->max_order);
        break;
    case 'o':
        c->output = arg;
        break;
    case 'f':
        c->format = cli_word (arg, formats) == 0 ? COUNTOUT_TEXT : COUNTOUT_NGC;
        break;
    case 'S':
        c->budget_bytes = memory_budget (arg);
        break;
    case 'T':
        c->spill_dir = arg;
        break;
    case COUNTOUT_SORT:
        c->has_sort = true;
        c->sort = (enum ng_listing_sort) cli_word (arg, sorts);
        break;
    case COUNTOUT_TOP:
        c->top = cli_count (arg, 1, UINT64_MAX);
        break;
    case COUNTOUT_MIN_COUNT:
        c->has_min_count = true;
        c->min_count = cli_count (arg, 1, UINT64_MAX);
        break;
    case COUNTOUT_LAPLACE:
        c->laplace = true;
        set_epsilons (c, arg);
        break;
    case COUNTOUT_STATS:
        c->stats = true;
        break;
    default:
        return false;
    }
    return true;
}

bool
countout_is_binary_name (const char *name)
{
    static const char end[] = ".ngc";
    size_t len = strlen (name), n = sizeof end - 1;

    return len >= n && strcmp (name + len - n, end) == 0;
}

void
countout_check (struct countout *c)
{
    const bool named = c->output && countout_is_binary_name (c->output);

    if (c->stats && c->laplace)
        cli_usage_error ("--stats and --laplace exclude each other");
    if (c->stats && (c->has_sort || c->top > 0 || c->has_min_count))
        cli_usage_error ("--stats is of all n-grams, so that --sort, --top and"
                         " --min-count have no meaning with it");
    if (c->n_epsilons > c->max_order)
        cli_usage_error ("--laplace has %zu constants, but the highest order"
                         " is %u",
                         c->n_epsilons, c->max_order);
    if (c->format == COUNTOUT_BY_NAME)
        c->format = named ? COUNTOUT_NGC : COUNTOUT_TEXT;
    c->spill_dir = temporary_folder (c->spill_dir);
    if (c->format == COUNTOUT_TEXT)
        return;
    if (c->stats || c->laplace)
        cli_usage_error ("%s is text, and has no place in a binary count file",
                         c->stats ? "--stats" : "--laplace");
    if (c->has_sort && c->top == 0)
        cli_usage_error ("a binary count file has an order of its own: --sort"
                         " has a meaning for it only with --top");
}

/* Is the file that was asked for all that is counted?  */
static bool
is_whole (const struct countout *c)
{
    return c->format == COUNTOUT_NGC && c->top == 0;
}

void
countout_set_orders (struct countout *c, unsigned min_order, unsigned max_order)
{
    c->min_order = min_order;
    c->max_order = max_order;
    c->info.min_order = c->laplace ? 1 : min_order;
    c->info.max_order = max_order;
}

enum ng_err
countout_open (struct countout *c, struct ng_fault *fault)
{
    enum ng_err err;

    c->fault = fault;
    countout_set_orders (c, c->min_order, c->max_order);
    /* Probabilities need all counts; the listing leaves out what is rare.  */
    c->info.min_count = c->laplace ? 1 : c->min_count;
    c->info.flags = c->info.min_count > 1 ? NG_NGC_CUT : 0;
    err = cli_open_output (c->output, fault, &c->out);
    if (err != NG_OK)
        return err;
    c->ngc = c->out;
    if (c->format == COUNTOUT_NGC && ng_output_is_terminal (c->out))
        return ng_fault_set (fault, NG_EINVAL, NULL,
                             "a binary count file is not written to a"
                             " terminal: use -o FILE");
    /* What goes to standard output or a pipe cannot be taken back if an input
       turns out to be damaged.  */
    if (!is_whole (c) || !ng_output_seekable (c->out))
        err = ng_output_open_unnamed (c->spill_dir, fault, &c->temporary);
    if (c->temporary)
        c->ngc = c->temporary;
    return err;
}

/* Tokens, types and singletons of each order asked for.  */
static enum ng_err
write_stats (struct countout *c, const struct ng_ngc *counts)
{
    char line[128] = "order\ttokens\ttypes\tsingletons\n";
    enum ng_err err = ng_output_write (c->out, line, strlen (line));

    for (unsigned k = c->min_order; k <= c->max_order && err == NG_OK; k++)
    {
        struct ng_ngc_level level = ng_ngc_level (counts, k);

        (void) snprintf (line, sizeof line,
                         "%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", k,
                         level.n_tokens, level.n, level.n_single);
        err = ng_output_write (c->out, line, strlen (line));
    }
    return err;
}

static double
laplace_column (const void *context, unsigned order, uint64_t count,
                uint64_t context_count, uint64_t last_count)
{
    return ng_laplace (context, order, count, context_count, last_count);
}

/* What is written of COUNTS.  */
static struct ng_listing
listing_of (struct countout *c, struct ng_ngc *counts)
{
    struct ng_listing l = { .counts = counts,
                            .min_order = c->min_order,
                            .max_order = c->max_order,
                            .sort = c->sort,
                            .min_count = c->min_count,
                            .top = c->top,
                            .budget_bytes = c->budget_bytes,
                            .spill_dir = c->spill_dir,
                            .fault = c->fault };

    if (c->laplace)
    {
        struct ng_ngc_level tokens = ng_ngc_level (counts, 1);

        c->smoothing.n_tokens = tokens.n_tokens;
        c->smoothing.n_types = tokens.n;
        l.column = laplace_column;
        l.column_context = &c->smoothing;
        l.unproved = c->unproved;
    }
    return l;
}

/* Copy the counts as they are.  */
static enum ng_err
copy_file (struct countout *c)
{
    uint64_t left = ng_output_offset (c->ngc);
    off_t at = 0;

    while (left > 0)
    {
        const size_t most = left < COPY_BYTES ? (size_t) left : COPY_BYTES;
        unsigned char *p = ng_output_reserve (c->out, most);
        ssize_t n;

        if (!p)
            return NG_ESYS;
        n = pread (ng_output_fd (c->ngc), p, most, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ng_spill_not_read (c->fault, c->spill_dir);
        if (n == 0)
            return ng_fault_set (c->fault, NG_EFORMAT, c->spill_dir,
                                 "a temporary file has become shorter");
        ng_output_advance (c->out, (size_t) n);
        at += n;
        left -= (uint64_t) n;
    }
    return NG_OK;
}

static enum ng_err
write_from (struct countout *c, struct ng_ngc *counts)
{
    struct ng_ngc_info info = ng_ngc_info (counts);
    struct ng_listing l = listing_of (c, counts);

    info.top = c->top;
    info.flags |= c->top > 0 ? NG_NGC_CUT : 0;
    if (c->stats)
        return write_stats (c, counts);
    if (is_whole (c))
        return copy_file (c);
    if (c->format == COUNTOUT_NGC)
        return ng_listing_filter (&l, &info, c->out);
    return ng_listing_write (&l, c->out);
}

enum ng_err
countout_write (struct countout *c)
{
    struct ng_ngc *counts = NULL;
    enum ng_err err = ng_output_flush (c->ngc);

    if (err == NG_OK)
        err = ng_ngc_open_fd (ng_output_fd (c->ngc), NULL, c->fault, &counts);
    if (err == NG_OK)
        c->n_types = ng_ngc_n_types (counts);
    if (err == NG_OK && c->temporary)
        err = write_from (c, counts);
    ng_ngc_close (counts);
    return err == NG_OK ? ng_output_commit (c->out) : err;
}

void
countout_close (struct countout *c)
{
    (void) ng_output_close (c->temporary);
    cli_close_output (c->out);
}
