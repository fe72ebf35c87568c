#include <config.h>

#include "sample.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Pieces of text; the length counts, since one is a NUL.  */
struct piece
{
    const char *bytes;
    size_t len;
};
#define P(s)            \
    {                   \
        s, sizeof s - 1 \
    }

static const struct piece pieces[] = {
    P ("a"),
    P ("The"),
    P ("QUICK"),
    P ("z"),
    P ("longerwordthatfillseightbytesandmore"),
    P ("0"),
    P ("1,234.5"),
    P ("_"),
    P ("'"),
    P ("\""),
    P ("."),
    P (":"),
    P (","),
    P ("@[`{"),
    P (" "),
    P ("  "),
    P ("\t"),
    P ("\v"),
    P ("\f"),
    P ("\n"),
    P ("\n\n"),
    P ("\r\n"),
    P ("\r"),
    P ("\0"),
    P ("\x1c"),
    P ("\x7f"),
    P ("\\"),
    P ("\\s"),
    P ("\\\\"),
    P ("\xc3\x89t\xc3\xa9"),            /* E acute, t, e acute */
    P ("\xc3\x9f"),                     /* sharp s */
    P ("\xc4\xb0"),                     /* I with dot: shorter in lower case */
    P ("\xc8\xba"),                     /* A with stroke: longer */
    P ("\xcc\x81"),                     /* combining acute */
    P ("\xcd\x85"),                     /* combining iota, alphabetic */
    P ("\xd0\x96\xd0\xb8"),             /* Cyrillic */
    P ("\xce\xa3\xcf\x82"),             /* Greek, final sigma */
    P ("\xd7\x90"),                     /* Hebrew alef */
    P ("\xe0\xa4\x95\xe0\xa5\x8d"),     /* Devanagari ka, virama */
    P ("\xe0\xa4\xbf"),                 /* vowel sign i */
    P ("\xe4\xb8\xad\xe6\x96\x87"),     /* Han */
    P ("\xe3\x82\xab\xe3\x83\xbc"),     /* Katakana */
    P ("\xe3\x81\x82"),                 /* Hiragana */
    P ("\xf0\x9f\x98\x80"),             /* emoji */
    P ("\xf0\x9f\x91\xa9\xe2\x80\x8d"), /* woman, joiner */
    P ("\xe2\x80\x8d"),                 /* zero width joiner */
    P ("\xf0\x9f\x87\xa9"),             /* regional indicator D */
    P ("\xef\xb8\x8f"),                 /* variation selector */
    P ("\xc2\xad"),                     /* soft hyphen: Format */
    P ("\xef\xbb\xbf"),                 /* byte-order mark: Format */
    P ("\xc2\xa0"),                     /* no-break space */
    P ("\xc2\x85"),                     /* next line */
    P ("\xe2\x80\xa8"),                 /* line separator */
    P ("\xe3\x80\x80"),                 /* ideographic space */
    P ("\xe2\x80\x99"),                 /* right single quote: MidNumLet */
    P ("\xc2\xb7"),                     /* middle dot: MidLetter */
    P ("\xef\xbf\xbd"),                 /* replacement character */
    P ("\xf0\x90\x90\x80"),             /* Deseret capital */
    P ("\x80"),
    P ("\xff"),
    P ("\xc3"),
    P ("\xe2\x82"),
    P ("\xf0\x9f\x98"),
    P ("\xed\xa0\x80"),     /* a surrogate */
    P ("\xc0\xaf"),         /* overlong */
    P ("\xf4\x90\x80\x80"), /* past the last code point */
};

size_t
sample_text (uint64_t *state, unsigned char *text, size_t cap)
{
    const size_t n_pieces = sizeof pieces / sizeof *pieces;
    /* Most texts draw from a few pieces, so that those meet often.  */
    size_t first = (size_t) rand_below (state, n_pieces);
    size_t some = 1 + (size_t) rand_below (state, n_pieces);
    size_t at = 0;

    for (;;)
    {
        size_t i = (first + (size_t) rand_below (state, some)) % n_pieces;

        if (rand_below (state, 8) == 0)
            i = (size_t) rand_below (state, n_pieces);
        if (at + pieces[i].len > cap)
            return at;
        memcpy (text + at, pieces[i].bytes, pieces[i].len);
        at += pieces[i].len;
    }
}

char *
sample_folder (void)
{
    char *dir = strdup ("scratch.unit.XXXXXX");

    ck_assert_ptr_nonnull (dir);
    ck_assert_ptr_nonnull (mkdtemp (dir));
    return dir;
}

void
sample_remove (char *dir)
{
    DIR *d = opendir (dir);
    struct dirent *entry;

    ck_assert_ptr_nonnull (d);
    while ((entry = readdir (d)))
    {
        char *path = sample_path (dir, entry->d_name);

        if (strcmp (entry->d_name, ".") != 0
            && strcmp (entry->d_name, "..") != 0 && unlink (path) != 0)
            (void) rmdir (path);
        free (path);
    }
    (void) closedir (d);
    ck_assert_int_eq (rmdir (dir), 0);
    free (dir);
}

char *
sample_path (const char *dir, const char *name)
{
    size_t size = strlen (dir) + strlen (name) + 2;
    char *path = malloc (size);

    ck_assert_ptr_nonnull (path);
    (void) snprintf (path, size, "%s/%s", dir, name);
    return path;
}

void
sample_write (const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen (path, "wb");

    ck_assert_ptr_nonnull (f);
    ck_assert_uint_eq (fwrite (bytes, 1, len, f), len);
    ck_assert_int_eq (fclose (f), 0);
}

unsigned char *
sample_read (const char *path, size_t *len)
{
    FILE *f = fopen (path, "rb");
    struct stat st;
    unsigned char *bytes;

    ck_assert_ptr_nonnull (f);
    ck_assert_int_eq (fstat (fileno (f), &st), 0);
    bytes = malloc ((size_t) st.st_size + 1);
    ck_assert_ptr_nonnull (bytes);
    *len = fread (bytes, 1, (size_t) st.st_size, f);
    ck_assert_uint_eq (*len, (size_t) st.st_size);
    (void) fclose (f);
    return bytes;
}

unsigned char *
sample_gzip (const void *bytes, size_t len, size_t *gz_len)
{
    z_stream z = { 0 };
    unsigned char *gz;
    unsigned char *in;
    size_t cap = len + len / 100 + 1000;

    gz = malloc (cap);
    in = malloc (len + 1);
    ck_assert (gz && in);
    memcpy (in, bytes, len);
    ck_assert_int_eq (
        deflateInit2 (&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = in;
    z.avail_in = (uInt) len;
    z.next_out = gz;
    z.avail_out = (uInt) cap;
    ck_assert_int_eq (deflate (&z, Z_FINISH), Z_STREAM_END);
    *gz_len = cap - z.avail_out;
    (void) deflateEnd (&z);
    free (in);
    return gz;
}
