/* uthash: count 1- to 4-grams with the hash table that every C programmer
   knows, one record allocated for each n-gram, for the bench to compare with
   ngram-count.

   Usage: uthash IN OUT

   Tokens are what white space separates; lines run together.  OUT gets lines
   NGRAM<TAB>COUNT, order after order, in order of first appearance.  */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/mem.h"

enum
{
    MAX_ORDER = 4,
    MAX_TOKEN = 1 << 16 /* bytes; a longer one is an error */
};

struct word
{
    UT_hash_handle hh;
    char name[];
};

struct ngram
{
    UT_hash_handle hh;
    uint64_t count;
    const struct word *words[]; /* [order]; their addresses are the key */
};

struct counts
{
    struct word *words;
    struct ngram *ngrams[MAX_ORDER];
    const struct word *last[MAX_ORDER]; /* the last words read, in order */
    unsigned n_last;
};

/* The word of the LEN bytes at NAME, made if need be; NULL: no memory.  */
static const struct word *
find_word (struct counts *counts, const char *name, size_t len)
{
    struct word *word;

    HASH_FIND (hh, counts->words, name, len, word);
    if (word != NULL)
        return word;
    word = ng_alloc_array (sizeof *word + len + 1, 1);
    if (word == NULL)
        return NULL;
    memcpy (word->name, name, len);
    word->name[len] = '\0';
    HASH_ADD_KEYPTR (hh, counts->words, word->name, len, word);
    return word;
}

/* Count the last ORDER words.  */
static bool
count_ngram (struct counts *counts, unsigned order)
{
    const struct word **key = counts->last + counts->n_last - order;
    size_t len = order * sizeof *key;
    struct ngram **table = &counts->ngrams[order - 1];
    struct ngram *ngram;

    HASH_FIND (hh, *table, key, len, ngram);
    if (ngram == NULL)
    {
        ngram = ng_alloc_array (sizeof *ngram + len, 1);
        if (ngram == NULL)
            return false;
        ngram->count = 0;
        memcpy (ngram->words, key, len);
        HASH_ADD_KEYPTR (hh, *table, ngram->words, len, ngram);
    }
    ngram->count++;
    return true;
}

static bool
count_word (struct counts *counts, const char *name, size_t len)
{
    const struct word *word = find_word (counts, name, len);

    if (word == NULL)
        return false;
    if (counts->n_last == MAX_ORDER)
    {
        memmove (counts->last, counts->last + 1,
                 (MAX_ORDER - 1) * sizeof *counts->last);
        counts->n_last--;
    }
    counts->last[counts->n_last++] = word;
    for (unsigned order = 1; order <= counts->n_last; order++)
        if (!count_ngram (counts, order))
            return false;
    return true;
}

static bool
is_space (int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
read_text (struct counts *counts, FILE *in)
{
    static char token[MAX_TOKEN];
    size_t len = 0;
    int c;

    do
    {
        c = getc_unlocked (in);
        if (c != EOF && !is_space (c))
        {
            if (len == sizeof token)
            {
                errno = EFBIG;
                return false;
            }
            token[len++] = (char) c;
        }
        else if (len > 0)
        {
            if (!count_word (counts, token, len))
                return false;
            len = 0;
        }
    } while (c != EOF);
    return ferror (in) == 0;
}

static void
print_counts (const struct counts *counts, FILE *out)
{
    for (unsigned order = 1; order <= MAX_ORDER; order++)
        for (const struct ngram *ngram = counts->ngrams[order - 1];
             ngram != NULL; ngram = ngram->hh.next)
            for (unsigned i = 0; i < order; i++)
            {
                fputs (ngram->words[i]->name, out);
                if (i + 1 < order)
                    putc_unlocked (' ', out);
                else
                    fprintf (out, "\t%" PRIu64 "\n", ngram->count);
            }
}

/* The records are left to the end of the process, as a program in a hurry
   would leave them.  */
int
main (int argc, char **argv)
{
    struct counts counts = { .n_last = 0 };
    FILE *in = argc == 3 ? fopen (argv[1], "r") : NULL;
    FILE *out = in != NULL ? fopen (argv[2], "w") : NULL;

    if (out == NULL || !read_text (&counts, in))
    {
        fprintf (stderr, "uthash: %s\n",
                 argc == 3 ? strerror (errno) : "usage: uthash IN OUT");
        return 2;
    }
    print_counts (&counts, out);
    if (fclose (out) != 0)
    {
        fprintf (stderr, "uthash: %s: %s\n", argv[2], strerror (errno));
        return 2;
    }
    fclose (in);
    return 0;
}
