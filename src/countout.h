/* What becomes of counts: the options on output that ngram-count and
   ngram-merge share, and what they do.

   Order of calls: countout_init; countout_option for each option; then
   countout_check, which ends the program if they contradict one another;
   countout_open; whatever makes counts writes an .ngc file, described by
   INFO, to NGC; countout_write; countout_close in every case.  */
#ifndef NG_COUNTOUT_H
#define NG_COUNTOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli.h"
#include "counts/listing.h"
#include "counts/ngc.h"
#include "io/output.h"
#include "models/laplace.h"

/* Keys of options with no short form.  */
enum
{
    COUNTOUT_SORT = CLI_LONG_ONLY + 100,
    COUNTOUT_TOP,
    COUNTOUT_MIN_COUNT,
    COUNTOUT_LAPLACE,
    COUNTOUT_STATS
};

/* Rows for a program's table of options.  */
/* clang-format off */
#define COUNTOUT_SORT_OPTIONS                                                 \
    { COUNTOUT_SORT, "sort", "count|text|none",                               \
      "within an order (default count: the most frequent\nfirst)" },          \
    { COUNTOUT_TOP, "top", "K", "list only the K first of each order" },      \
    { COUNTOUT_MIN_COUNT, "min-count", "K",                                   \
      "list only what occurs K times or more" },                              \
    { COUNTOUT_LAPLACE, "laplace", "[=E1,E2,...]",                            \
      "add the smoothed probability of the last token\nafter the others"      \
      " (default 1 for each order)" },                                        \
    { COUNTOUT_STATS, "stats", NULL,                                          \
      "print tokens, types and singletons of each order\ninstead" }

#define COUNTOUT_FILE_OPTIONS                                                 \
    { 'o', "output", "FILE", "write to FILE" },                               \
    { 'f', "format", "text|ngc",                                              \
      "how: lines of text, or a binary count file\n(default: ngc if FILE"     \
      " ends in .ngc, else text)" },                                          \
    { 'S', "buffer-size", "SIZE",                                             \
      "memory to use: bytes, or with K, M, G, T, or %\n(default 50%)" },      \
    { 'T', "temporary-directory", "DIR",                                      \
      "for temporary files (default $TMPDIR, or /tmp)" }
/* clang-format on */

/* Does NAME end as those of binary count files do?  */
bool countout_is_binary_name (const char *name);

enum countout_format
{
    COUNTOUT_BY_NAME,
    COUNTOUT_TEXT,
    COUNTOUT_NGC
};

struct countout
{
    bool has_order; /* -n was given */
    unsigned min_order, max_order;
    bool has_sort, has_min_count, laplace, stats;
    enum ng_listing_sort sort;
    uint64_t top, min_count;
    struct ng_laplace smoothing;
    size_t n_epsilons;  /* given with --laplace */
    const char *output; /* NULL: standard output */
    enum countout_format format;
    uint64_t budget_bytes;
    const char *spill_dir;
    bool unproved; /* what makes the counts sets it: see counts/listing.h */

    /* From countout_open on.  What the counts are to be: orders, least count.
       Whoever counts adds flags.  */
    struct ng_ngc_info info;
    struct ng_output *ngc; /* where the .ngc file is to be written */

    uint32_t n_types; /* from countout_write on */

    struct ng_output *out, *temporary; /* NGC is one of them */
    struct ng_fault *fault;
};

/* The defaults; orders MIN to MAX.  */
void countout_init (struct countout *c, unsigned min_order, unsigned max_order);

/* Take the option KEY with argument ARG and return true, or false if it is
   none of these.  */
bool countout_option (struct countout *c, int key, const char *arg);

/* Complain of options that exclude each other; all were taken.  */
void countout_check (struct countout *c);

/* Open the output, so that one that cannot be written is known before the
   work starts.  FAULT is borrowed.  NG_ESYS, NG_ENOMEM.  */
enum ng_err countout_open (struct countout *c,
                           struct ng_fault *fault) NG_MUST_CHECK;

/* Set the orders of C and INFO, which are known since countout_open only.  */
void countout_set_orders (struct countout *c, unsigned min_order,
                          unsigned max_order);

/* NGC is written, not committed: make the output of it and commit that.  */
enum ng_err countout_write (struct countout *c) NG_MUST_CHECK;

/* Close what is open.  */
void countout_close (struct countout *c);

#endif
