#include <config.h>

#include "io/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/nglimits.h"
#include "io/outname.h"
#include "io/spill.h"

enum
{
    NAME_TRIES = 100, /* random names tried before giving up */

    /* Room in a pipe: with the 64 KiB it has by default writer and reader wake
       each other so often that this takes longer than the copying.  Not more,
       as a system lends each user 64 MiB in all.  */
    PIPE_BYTES = 256 * 1024
};

static const char not_in_place[] = "cannot put the finished file in place";

struct ng_output
{
    const char *name; /* of the folder, if UNNAMED */
    struct ng_fault *fault;
    enum ng_err sticky;
    int fd;
    bool unnamed;  /* a temporary file */
    bool direct;   /* written in place: standard output, device, FIFO */
    bool replaces; /* a file of this name was there, with mode MODE */
    mode_t mode;
    bool seekable;
    bool committed;
    char *temporary;  /* temporary name in use; NULL: a file without a name */
    char *dir;        /* folder of NAME */
    uint64_t flushed; /* bytes handed to the system */
    unsigned char *buf;
    size_t len;
};

static enum ng_err
fail (struct ng_output *out, const char *text)
{
    out->sticky = NG_ESYS;
    return ng_fault_sys_text (
        out->fault, strcmp (out->name, "-") == 0 ? NULL : out->name, text);
}

static enum ng_err
fail_to_write (struct ng_output *out)
{
    if (!out->unnamed)
        return fail (out, "write error");
    out->sticky = NG_ESYS;
    return ng_spill_not_written (out->fault, out->name);
}

/* "DIR/.ngram.XXXXXXXX" for a random XXXXXXXX; NULL without memory.  */
static char *
random_name (const struct ng_output *out)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz012345";
    static const char start[] = "/.ngram.";
    unsigned char noise[8] = { 0 };
    size_t at = strlen (out->dir);
    char *name = malloc (at + sizeof start + sizeof noise);

    if (!name)
        return NULL;
    if (getrandom (noise, sizeof noise, 0) != (ssize_t) sizeof noise)
        noise[0] = (unsigned char) (getpid () & 0xff);
    memcpy (name, out->dir, at);
    memcpy (name + at, start, sizeof start - 1);
    at += sizeof start - 1;
    for (size_t i = 0; i < sizeof noise; i++)
        name[at++] = digits[noise[i] % 32];
    name[at] = '\0';
    return name;
}

/* Nobody but the user may read a new file that is to replace another, until
   it has the mode of that; any other gets its mode from the umask.  */
static mode_t
first_mode (const struct ng_output *out)
{
    return out->replaces ? 0600 : 0666;
}

/* Make the file NAME as MAKE does, and say 0; -1 with errno.  */
typedef int make_file (struct ng_output *out, const char *name);

/* Have MAKE make a file under a temporary name that is free; WHAT if that is
   not possible.  */
static enum ng_err
take_temporary (struct ng_output *out, make_file *make, const char *what)
{
    for (int i = 0; i < NAME_TRIES; i++)
    {
        char *name = random_name (out);
        bool taken;

        if (!name)
            return NG_ENOMEM;
        if (make (out, name) == 0)
        {
            out->temporary = name;
            return NG_OK;
        }
        taken = errno == EEXIST;
        free (name);
        if (!taken)
            break;
    }
    return fail (out, what);
}

/* A new file, where O_TMPFILE is not to be had.  */
static int
create_named (struct ng_output *out, const char *name)
{
    out->fd =
        open (name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, first_mode (out));
    return out->fd < 0 ? -1 : 0;
}

static enum ng_err
set_dir (struct ng_output *out)
{
    const char *slash = strrchr (out->name, '/');

    if (!slash)
        out->dir = strdup (".");
    else if (slash == out->name)
        out->dir = strdup ("/");
    else
        out->dir = strndup (out->name, (size_t) (slash - out->name));
    return out->dir ? NG_OK : NG_ENOMEM;
}

/* FD, just opened, is written to in place.  */
static enum ng_err
write_directly (struct ng_output *out, int fd)
{
    out->direct = true;
    out->fd = fd;
    return fd < 0 ? fail (out, "") : NG_OK;
}

/* Make the file that becomes OUT's.  */
static enum ng_err
open_new (struct ng_output *out)
{
    if (set_dir (out) != NG_OK)
        return NG_ENOMEM;
    out->seekable = true;
#ifdef O_TMPFILE
    /* A file without a name gets one through /proc.  */
    if (access ("/proc/self/fd", X_OK) == 0)
    {
        out->fd =
            open (out->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, first_mode (out));
        if (out->fd >= 0)
            return NG_OK;
        if (errno != EISDIR && errno != EOPNOTSUPP && errno != ENOENT
            && errno != EINVAL)
            return fail (out, "");
    }
#endif
    return take_temporary (out, create_named, "");
}

static enum ng_err
open_named (struct ng_output *out)
{
    struct stat st;
    int fd = ng_outname_descriptor (out->name);

    if (fd >= 0)
        return write_directly (out, fcntl (fd, F_DUPFD_CLOEXEC, 0));
    out->replaces = stat (out->name, &st) == 0;
    /* What cannot be looked at is not taken for what is not there.  */
    if (!out->replaces)
        return errno == ENOENT && *out->name ? open_new (out) : fail (out, "");
    if (S_ISDIR (st.st_mode))
    {
        errno = EISDIR;
        return fail (out, "");
    }
    if (!S_ISREG (st.st_mode))
        return write_directly (out, open (out->name, O_WRONLY | O_CLOEXEC));
    if (access (out->name, W_OK) != 0)
        return fail (out, "");
    out->mode = st.st_mode & 0777;
    return open_new (out);
}

/* An output called NAME without a file yet; NULL without memory.  */
static struct ng_output *
new_output (const char *name, struct ng_fault *fault)
{
    struct ng_output *out = calloc (1, sizeof *out);

    if (!out)
        return NULL;
    out->name = name;
    out->fault = fault;
    out->fd = -1;
    out->buf = malloc (NG_BLOCK_BYTES);
    if (out->buf)
        return out;
    free (out);
    return NULL;
}

enum ng_err
ng_output_open_unnamed (const char *dir, struct ng_fault *fault,
                        struct ng_output **result)
{
    struct ng_output *out = new_output (dir, fault);
    enum ng_err err;

    if (!out)
        return NG_ENOMEM;
    out->seekable = true;
    out->unnamed = true;
    out->direct = true;
    out->fd = ng_spill_unnamed (dir);
    if (out->fd >= 0)
    {
        *result = out;
        return NG_OK;
    }
    err = ng_spill_not_made (fault, dir);
    (void) ng_output_close (out);
    return err;
}

/* Make room in the pipe FD, if it is one and has less.  Where that is not
   allowed it stays as it is.  */
static void
widen_pipe (int fd)
{
#if defined F_GETPIPE_SZ && defined F_SETPIPE_SZ
    const int bytes = fcntl (fd, F_GETPIPE_SZ);

    if (bytes > 0 && bytes < PIPE_BYTES)
        (void) fcntl (fd, F_SETPIPE_SZ, (int) PIPE_BYTES);
#else
    (void) fd;
#endif
}

enum ng_err
ng_output_open (const char *name, struct ng_fault *fault,
                struct ng_output **result)
{
    enum ng_err err = NG_OK;
    struct ng_output *out = new_output (name, fault);

    if (!out)
        return NG_ENOMEM;
    if (strcmp (name, "-") != 0)
        err = open_named (out);
    else
    {
        out->fd = STDOUT_FILENO;
        out->direct = true;
    }
    if (err != NG_OK)
    {
        (void) ng_output_close (out);
        return err;
    }
    if (out->direct)
        widen_pipe (out->fd);
    *result = out;
    return NG_OK;
}

static enum ng_err
write_all (struct ng_output *out, const unsigned char *buf, size_t len)
{
    while (len > 0)
    {
        ssize_t n = write (out->fd, buf, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_to_write (out);
        buf += n;
        len -= (size_t) n;
        out->flushed += (uint64_t) n;
    }
    return NG_OK;
}

enum ng_err
ng_output_flush (struct ng_output *out)
{
    enum ng_err err = out->sticky;

    if (err == NG_OK && out->len > 0)
        err = write_all (out, out->buf, out->len);
    out->len = 0;
    return err;
}

enum ng_err
ng_output_write (struct ng_output *out, const void *buf, size_t len)
{
    if (len > NG_BLOCK_BYTES - out->len)
    {
        enum ng_err err = ng_output_flush (out);

        if (err != NG_OK)
            return err;
        if (len >= NG_BLOCK_BYTES)
            return write_all (out, buf, len);
    }
    memcpy (out->buf + out->len, buf, len);
    out->len += len;
    return out->sticky;
}

/* Parts that one call of writev takes on any system, POSIX's _XOPEN_IOV_MAX;
   Linux has 1024.  */
enum
{
    PARTS_MAX = 16
};

enum ng_err
ng_output_gather (struct ng_output *out, struct iovec *parts, size_t n)
{
    enum ng_err err = ng_output_flush (out);
    size_t max = IOV_MAX > PARTS_MAX ? IOV_MAX : PARTS_MAX;

    while (err == NG_OK && n > 0)
    {
        ssize_t got = writev (out->fd, parts, (int) (n < max ? n : max));
        size_t left = got < 0 ? 0 : (size_t) got;

        if (got < 0 && errno == EFAULT)
        {
            err = ng_output_write (out, parts->iov_base, parts->iov_len);
            if (err == NG_OK)
                err = ng_output_flush (out);
            left = parts->iov_len;
        }
        else if (got < 0 && errno != EINTR)
            return fail_to_write (out);
        else
            out->flushed += left;
        for (; n > 0 && left >= parts->iov_len; parts++, n--)
            left -= parts->iov_len;
        if (n > 0)
        {
            parts->iov_base = (unsigned char *) parts->iov_base + left;
            parts->iov_len -= left;
        }
    }
    return err;
}

unsigned char *
ng_output_reserve (struct ng_output *out, size_t len)
{
    if (len > NG_BLOCK_BYTES - out->len && ng_output_flush (out) != NG_OK)
        return NULL;
    return out->sticky == NG_OK ? out->buf + out->len : NULL;
}

void
ng_output_advance (struct ng_output *out, size_t len)
{
    out->len += len;
}

enum ng_err
ng_output_patch (struct ng_output *out, uint64_t offset, const void *buf,
                 size_t len)
{
    const unsigned char *p = buf;
    enum ng_err err = ng_output_flush (out);

    while (err == NG_OK && len > 0)
    {
        ssize_t n = pwrite (out->fd, p, len, (off_t) offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_to_write (out);
        p += n;
        len -= (size_t) n;
        offset += (uint64_t) n;
    }
    return err;
}

bool
ng_output_seekable (const struct ng_output *out)
{
    return out->seekable;
}

bool
ng_output_is_pipe (const struct ng_output *out)
{
    struct stat st;

    return fstat (out->fd, &st) == 0 && S_ISFIFO (st.st_mode);
}

bool
ng_output_is_terminal (const struct ng_output *out)
{
    return out->direct && isatty (out->fd);
}

int
ng_output_fd (const struct ng_output *out)
{
    return out->fd;
}

uint64_t
ng_output_offset (const struct ng_output *out)
{
    return out->flushed + out->len;
}

/* Give the file without a name the name NAME, which must be free.  */
static int
link_named (struct ng_output *out, const char *name)
{
    char path[64];

    (void) snprintf (path, sizeof path, "/proc/self/fd/%d", out->fd);
    return linkat (AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

/* Write out all that OUT has, on its medium if it is to get a name.  */
static enum ng_err
finish (struct ng_output *out)
{
    enum ng_err err = ng_output_flush (out);

    if (err != NG_OK || out->direct)
        return err;
    if ((out->replaces && fchmod (out->fd, out->mode) != 0)
        || fsync (out->fd) != 0)
        return fail_to_write (out);
    return NG_OK;
}

/* Have the finished file stand beside the name that it is to get, under a
   temporary one: a link cannot replace, but a change of name can.  */
static enum ng_err
stand_by (struct ng_output *out)
{
    struct stat st;

    if (lstat (out->name, &st) == 0 && S_ISDIR (st.st_mode))
    {
        errno = EISDIR;
        return fail (out, not_in_place);
    }
    if (!out->temporary)
        return take_temporary (out, link_named, not_in_place);
    return lstat (out->temporary, &st) == 0 ? NG_OK : fail (out, not_in_place);
}

static enum ng_err
take_name (struct ng_output *out)
{
    if (rename (out->temporary, out->name) != 0)
        return fail (out, not_in_place);
    out->committed = true;
    return NG_OK;
}

/* Give the finished files among OUTS[N] their names.  No signal to this thread
   leaves a temporary name behind that was made here.  */
static enum ng_err
take_names (struct ng_output *const *outs, size_t n)
{
    enum ng_err err = NG_OK;
    sigset_t all, old;

    (void) sigfillset (&all);
    (void) pthread_sigmask (SIG_SETMASK, &all, &old);
    for (size_t i = 0; i < n && err == NG_OK; i++)
        if (!outs[i]->direct)
            err = stand_by (outs[i]);
    for (size_t i = 0; i < n && err == NG_OK; i++)
        if (!outs[i]->direct)
            err = take_name (outs[i]);
    for (size_t i = 0; i < n; i++)
        if (outs[i]->temporary && !outs[i]->committed)
            (void) unlink (outs[i]->temporary);
    (void) pthread_sigmask (SIG_SETMASK, &old, NULL);
    return err;
}

enum ng_err
ng_output_commit_all (struct ng_output *const *outs, size_t n)
{
    struct ng_output *named = NULL;
    size_t n_named = 0;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < n && err == NG_OK; i++)
    {
        err = finish (outs[i]);
        if (!outs[i]->direct)
        {
            named = outs[i];
            n_named++;
        }
    }
    if (err != NG_OK || n_named == 0)
        return err;
    /* One that replaces nothing needs no other name first.  */
    if (n_named == 1 && !named->temporary
        && link_named (named, named->name) == 0)
    {
        named->committed = true;
        return NG_OK;
    }
    return take_names (outs, n);
}

enum ng_err
ng_output_commit (struct ng_output *out)
{
    return ng_output_commit_all (&out, 1);
}

const char *
ng_output_temporary (const struct ng_output *out)
{
    return out->committed ? NULL : out->temporary;
}

enum ng_err
ng_output_close (struct ng_output *out)
{
    enum ng_err err;

    if (!out)
        return NG_OK;
    /* A committed file is on its medium and has its name: no fault now can
       take it back, and none is to say that it were not there.  */
    if (out->fd >= 0 && strcmp (out->name, "-") != 0 && close (out->fd) != 0
        && out->direct)
        (void) fail_to_write (out);
    if (out->temporary && !out->committed)
        (void) unlink (out->temporary);
    err = out->sticky;
    free (out->temporary);
    free (out->dir);
    free (out->buf);
    free (out);
    return err;
}
