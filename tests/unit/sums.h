/* sums.h: n-grams and their counts as plain strings, to make count files of
   and to compare them with: the slow and obvious way.  */

#ifndef NG_SUMS_H
#define NG_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "counts/ngcread.h"

struct sums_line
{
    char *text; /* names, a space behind each */
    unsigned order;
    uint64_t count;
};

/* Start with all zero.  */
struct sums
{
    struct sums_line *lines;
    size_t n, cap;
};

/* Count COUNT more of the n-gram TEXT, names with a space between.  */
void sums_add (struct sums *s, const char *text, uint64_t count);

/* Everything in FROM as well.  */
void sums_add_all (struct sums *s, const struct sums *from);

/* Sort by order and text, and add up what is the same.  */
void sums_sort (struct sums *s);

/* Leave out what counts less than MIN_COUNT.  */
void sums_cut (struct sums *s, uint64_t min_count);

/* Up to N n-grams of orders MIN to MAX over N_TYPES names, some of which have
   control characters if ODD, so that lines of text are in another order than
   names are (see counts/names.h); counts up to MAX_COUNT.  */
void sums_random (struct sums *s, size_t n, unsigned min, unsigned max,
                  uint32_t n_types, bool odd, uint64_t max_count,
                  uint64_t *state);

void sums_free (struct sums *s);

/* The count file of S, which is sorted.  The caller closes it.  FAULT and
   INFO hold as for ng_ngcw_open.  */
struct ng_ngc *sums_to_ngc (const struct sums *s,
                            const struct ng_ngc_info *info,
                            struct ng_fault *fault);

/* The bytes that such a file has, in memory of the caller's.  */
unsigned char *sums_to_bytes (const struct sums *s,
                              const struct ng_ngc_info *info, size_t *n);

/* Fail unless F has exactly the n-grams of S, which is sorted, and says so in
   its levels.  */
void sums_expect (const struct sums *s, struct ng_ngc *f);

/* The bytes of the file behind FD, in memory of the caller's.  */
unsigned char *sums_read_fd (int fd, size_t *n);

#endif
