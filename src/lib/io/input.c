#include <config.h>

#include "io/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/nglimits.h"

enum
{
    GZIP_WINDOW_BITS = 15 + 16 /* zlib: largest window, gzip wrapper only */
};

enum form
{
    FORM_UNKNOWN, /* nothing read yet */
    FORM_PLAIN,
    FORM_GZIP
};

struct ng_input
{
    const char *name;
    struct ng_fault *fault;
    enum ng_err sticky; /* first fault of a read, or NG_END */
    int fd;
    enum form form;
    bool is_binary;        /* two bytes do not make it gzip */
    bool raw_end;          /* the file has no more bytes */
    bool in_member;        /* inside a gzip member */
    uint64_t raw_size;     /* bytes from where we began; 0: not known */
    bool was_begun;        /* it is a file that somebody read from before */
    uint64_t raw_read;     /* bytes read from the file */
    uint64_t content_read; /* bytes handed out */
    z_stream z;            /* next_in and avail_in: raw bytes not yet used */
    unsigned char *raw;    /* [NG_BLOCK_BYTES] */
    unsigned char *peeked; /* [NG_PEEK_MAX] content looked at, not consumed */
    size_t peeked_start, peeked_end;
};

enum ng_err
ng_input_check (const char *name, struct ng_fault *fault)
{
    struct stat st;

    if (strcmp (name, "-") == 0)
        return NG_OK;
    if (stat (name, &st) != 0)
        return ng_fault_sys (fault, name);
    if (S_ISDIR (st.st_mode))
    {
        errno = EISDIR;
        return ng_fault_sys (fault, name);
    }
    if (access (name, R_OK) != 0)
        return ng_fault_sys (fault, name);
    return NG_OK;
}

enum ng_err
ng_input_check_all (const char *const *names, size_t n, uint64_t *bytes,
                    struct ng_fault *fault)
{
    uint64_t sum = 0;
    bool known = true;

    for (size_t i = 0; i < n; i++)
    {
        struct stat st;
        enum ng_err err = ng_input_check (names[i], fault);

        if (err != NG_OK)
            return err;
        known = known && strcmp (names[i], "-") != 0
                && stat (names[i], &st) == 0 && S_ISREG (st.st_mode);
        if (known)
            sum += (uint64_t) st.st_size;
    }
    if (bytes)
        *bytes = known ? sum : 0;
    return NG_OK;
}

static enum ng_err
open_fd (struct ng_input *in)
{
    struct stat st;

    if (strcmp (in->name, "-") == 0)
        in->fd = STDIN_FILENO;
    else
        in->fd = open (in->name, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0 || fstat (in->fd, &st) != 0)
        return ng_fault_sys (in->fault, in->name);
    if (S_ISDIR (st.st_mode))
    {
        errno = EISDIR;
        return ng_fault_sys (in->fault, in->name);
    }
    if (S_ISREG (st.st_mode))
    {
        /* Standard input may be a file that somebody began to read.  */
        off_t at = lseek (in->fd, 0, SEEK_CUR);

        if (at < 0)
            return ng_fault_sys (in->fault, in->name);
        in->was_begun = at > 0;
        if (st.st_size > at)
            in->raw_size = (uint64_t) (st.st_size - at);
    }
    (void) posix_fadvise (in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return NG_OK;
}

enum ng_err
ng_input_open (const char *name, struct ng_fault *fault, struct ng_input **out)
{
    enum ng_err err;
    struct ng_input *in = calloc (1, sizeof *in);

    if (!in)
        return NG_ENOMEM;
    in->name = name;
    in->fault = fault;
    in->fd = -1;
    in->raw = malloc (NG_BLOCK_BYTES);
    in->peeked = malloc (NG_PEEK_MAX);
    err = in->raw && in->peeked ? open_fd (in) : NG_ENOMEM;
    if (err != NG_OK)
    {
        (void) ng_input_close (in);
        return err;
    }
    *out = in;
    return NG_OK;
}

void
ng_input_is_binary (struct ng_input *in)
{
    in->is_binary = true;
}

/* read(2) up to CAP bytes, again after a signal.  *N = 0 at the end.  */
static enum ng_err
read_fd (struct ng_input *in, unsigned char *buf, size_t cap, size_t *n)
{
    ssize_t got;

    do
        got = read (in->fd, buf, cap);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return ng_fault_sys (in->fault, in->name);
    if (got == 0)
        in->raw_end = true;
    in->raw_read += (uint64_t) got;
    *n = (size_t) got;
    return NG_OK;
}

/* Append one read to the raw bytes, moving what is left to the front.  */
static enum ng_err
refill_raw (struct ng_input *in)
{
    size_t n;
    enum ng_err err;

    if (in->z.avail_in > 0)
        memmove (in->raw, in->z.next_in, in->z.avail_in);
    in->z.next_in = in->raw;
    err = read_fd (in, in->raw + in->z.avail_in,
                   NG_BLOCK_BYTES - in->z.avail_in, &n);
    if (err == NG_OK)
        in->z.avail_in += (uInt) n;
    return err;
}

/* Have at least N raw bytes, or all there are.  */
static enum ng_err
want_raw (struct ng_input *in, size_t n)
{
    enum ng_err err = NG_OK;

    while (err == NG_OK && in->z.avail_in < n && !in->raw_end)
        err = refill_raw (in);
    return err;
}

static bool
at_gzip_magic (const struct ng_input *in)
{
    return in->z.avail_in >= 2 && in->z.next_in[0] == 0x1f
           && in->z.next_in[1] == 0x8b;
}

/* Does the file start as a gzip file?  RFC 1952, 2.3.1: behind the magic stand
   the method, which is always 8, and the flags, of which three bits are 0.
   Text is asked for the magic alone, so that damage to these is noticed.  */
static bool
starts_as_gzip (const struct ng_input *in)
{
    return at_gzip_magic (in)
           && (!in->is_binary
               || (in->z.avail_in >= 4 && in->z.next_in[2] == 8
                   && in->z.next_in[3] < 0x20));
}

static enum ng_err
find_form (struct ng_input *in)
{
    enum ng_err err = want_raw (in, in->is_binary ? 4 : 2);

    if (err != NG_OK)
        return err;
    if (!starts_as_gzip (in))
    {
        in->form = FORM_PLAIN;
        return NG_OK;
    }
    if (inflateInit2 (&in->z, GZIP_WINDOW_BITS) != Z_OK)
        return NG_ENOMEM;
    in->form = FORM_GZIP;
    in->in_member = true;
    return NG_OK;
}

/* The offset in the file of the next raw byte to be used.  */
static uint64_t
raw_offset (const struct ng_input *in)
{
    return in->raw_read - in->z.avail_in;
}

static enum ng_err
gzip_fault (struct ng_input *in, const char *text)
{
    return ng_fault_at_byte (in->fault, NG_EFORMAT, in->name, raw_offset (in),
                             "%s", text);
}

/* Between members: NG_OK if another one starts, NG_END after the last.  Zero
   bytes may follow it, as gzip(1) allows for tapes; nothing else may.  */
static enum ng_err
next_member (struct ng_input *in)
{
    for (;;)
    {
        enum ng_err err = want_raw (in, 2);

        if (err != NG_OK)
            return err;
        if (in->z.avail_in == 0)
            return NG_END;
        if (at_gzip_magic (in))
            break;
        if (*in->z.next_in != 0)
            return gzip_fault (in, "gzip data is followed by other bytes");
        in->z.next_in++;
        in->z.avail_in--;
    }
    if (inflateReset (&in->z) != Z_OK)
        return NG_ENOMEM;
    in->in_member = true;
    return NG_OK;
}

static enum ng_err
read_gzip (struct ng_input *in, unsigned char *buf, size_t cap, size_t *n)
{
    uInt room = cap > NG_BLOCK_BYTES ? NG_BLOCK_BYTES : (uInt) cap;

    in->z.next_out = buf;
    in->z.avail_out = room;
    while (in->z.avail_out == room)
    {
        enum ng_err err = NG_OK;

        if (!in->in_member)
            err = next_member (in);
        if (err == NG_OK)
            err = want_raw (in, 1);
        if (err != NG_OK)
            return err;
        if (in->z.avail_in == 0)
            return gzip_fault (in, "gzip data is cut short");
        switch (inflate (&in->z, Z_NO_FLUSH))
        {
        case Z_OK:
            break;
        case Z_STREAM_END:
            in->in_member = false;
            break;
        case Z_MEM_ERROR:
            return NG_ENOMEM;
        default:
            return gzip_fault (in, "gzip data is damaged");
        }
    }
    *n = room - in->z.avail_out;
    return NG_OK;
}

static enum ng_err
read_plain (struct ng_input *in, unsigned char *buf, size_t cap, size_t *n)
{
    enum ng_err err;

    if (in->z.avail_in > 0)
    {
        *n = in->z.avail_in < cap ? in->z.avail_in : cap;
        memcpy (buf, in->z.next_in, *n);
        in->z.next_in += *n;
        in->z.avail_in -= (uInt) *n;
        return NG_OK;
    }
    if (in->raw_end)
        return NG_END;
    err = read_fd (in, buf, cap, n);
    return err == NG_OK && *n == 0 ? NG_END : err;
}

/* ng_input_read without regard to what was peeked.  */
static enum ng_err
read_content (struct ng_input *in, unsigned char *buf, size_t cap, size_t *n)
{
    enum ng_err err = in->sticky;

    if (err == NG_OK && in->form == FORM_UNKNOWN)
        err = find_form (in);
    if (err == NG_OK)
        err = in->form == FORM_GZIP ? read_gzip (in, buf, cap, n)
                                    : read_plain (in, buf, cap, n);
    in->sticky = err;
    return err;
}

enum ng_err
ng_input_read (struct ng_input *in, unsigned char *buf, size_t cap, size_t *n)
{
    enum ng_err err = NG_OK;
    size_t left = in->peeked_end - in->peeked_start;

    if (left > 0)
    {
        *n = left < cap ? left : cap;
        memcpy (buf, in->peeked + in->peeked_start, *n);
        in->peeked_start += *n;
    }
    else
        err = read_content (in, buf, cap, n);
    if (err == NG_OK)
        in->content_read += *n;
    return err;
}

enum ng_err
ng_input_read_full (struct ng_input *in, void *buf, size_t len,
                    const char *what)
{
    unsigned char *p = buf;
    size_t have = 0;

    while (have < len)
    {
        size_t n;
        enum ng_err err = ng_input_read (in, p + have, len - have, &n);

        if (err == NG_END && have > 0)
        {
            in->sticky = NG_EFORMAT;
            return ng_fault_at_byte (in->fault, NG_EFORMAT, in->name,
                                     in->content_read, "%s is cut short", what);
        }
        if (err != NG_OK)
            return err;
        have += n;
    }
    return NG_OK;
}

enum ng_err
ng_input_peek (struct ng_input *in, size_t len, const unsigned char **buf,
               size_t *n)
{
    while (in->peeked_end < len && in->peeked_end < NG_PEEK_MAX)
    {
        size_t got;
        enum ng_err err = read_content (in, in->peeked + in->peeked_end,
                                        len - in->peeked_end, &got);

        if (err == NG_END)
            break;
        if (err != NG_OK)
            return err;
        in->peeked_end += got;
    }
    *buf = in->peeked;
    *n = in->peeked_end < len ? in->peeked_end : len;
    return NG_OK;
}

const char *
ng_input_name (const struct ng_input *in)
{
    return in->name;
}

int
ng_input_plain_fd (const struct ng_input *in)
{
    return in->form == FORM_PLAIN && !in->was_begun ? in->fd : -1;
}

uint64_t
ng_input_offset (const struct ng_input *in)
{
    return in->content_read;
}

uint64_t
ng_input_raw_offset (const struct ng_input *in)
{
    return raw_offset (in);
}

uint64_t
ng_input_raw_size (const struct ng_input *in)
{
    return in->raw_size;
}

enum ng_err
ng_input_close (struct ng_input *in)
{
    enum ng_err err;

    if (!in)
        return NG_OK;
    err = in->sticky == NG_END ? NG_OK : in->sticky;
    if (in->form == FORM_GZIP)
        (void) inflateEnd (&in->z);
    if (in->fd >= 0 && strcmp (in->name, "-") != 0)
        (void) close (in->fd);
    free (in->raw);
    free (in->peeked);
    free (in);
    return err;
}
