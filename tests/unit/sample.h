/* Random text, scratch files and gzip for unit tests.  */
#ifndef NG_SAMPLE_H
#define NG_SAMPLE_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>

#include "rand.h"

/* As ck_assert, for loops that run millions of times: libcheck writes a note
   for each of its assertions.  */
#define expect(condition)                                        \
    do                                                           \
    {                                                            \
        if (!(condition))                                        \
            ck_abort_msg ("this does not hold: %s", #condition); \
    } while (0)

/* Fill TEXT[CAP] with about CAP bytes of pieces that are hard on tokenizers:
   words in several scripts, marks, emoji, white space of all kinds, line
   ends, NUL, escapes, ill-formed bytes.  Return how many bytes were used.  */
size_t sample_text (uint64_t *state, unsigned char *text, size_t cap);

/* The path of a new empty folder in the current one; the caller frees it and
   removes the folder with sample_remove.  */
char *sample_folder (void);

/* Remove the folder DIR with the files in it, and free DIR.  */
void sample_remove (char *dir);

/* DIR/NAME, allocated; the caller frees it.  */
char *sample_path (const char *dir, const char *name);

/* Write BYTES[LEN] to the file PATH.  */
void sample_write (const char *path, const void *bytes, size_t len);

/* The content of PATH, allocated, and its length.  */
unsigned char *sample_read (const char *path, size_t *len);

/* BYTES[LEN] as one gzip member, allocated, and its length.  */
unsigned char *sample_gzip (const void *bytes, size_t len, size_t *gz_len);

#endif
