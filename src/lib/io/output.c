#include <config.h>

#include "io/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nglimits.h"

enum
{
    NAME_TRIES = 100 /* random names tried before giving up */
};

struct ng_output
{
    const char *name;
    struct ng_fault *fault;
    enum ng_err sticky;
    int fd;
    bool direct; /* written in place: standard output, device, FIFO */
    bool seekable;
    bool committed;
    char *temporary;  /* temporary name in use; NULL: a file without a name */
    char *dir;        /* folder of NAME */
    mode_t mode;      /* of the finished file */
    uint64_t flushed; /* bytes handed to the system */
    unsigned char *buf;
    size_t len;
};

static enum ng_err
fail (struct ng_output *out, const char *text)
{
    int sys_errno = errno;

    if (out->fault->err == NG_OK)
    {
        (void) ng_fault_set (out->fault, NG_ESYS,
                             strcmp (out->name, "-") == 0 ? NULL : out->name,
                             "%s", text);
        out->fault->sys_errno = sys_errno;
    }
    out->sticky = NG_ESYS;
    return NG_ESYS;
}

/* "DIR/.BASE.XXXXXXXX" for a random XXXXXXXX; NULL without memory.  */
static char *
random_name (const struct ng_output *out)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz012345";
    unsigned char noise[8] = { 0 };
    const char *slash = strrchr (out->name, '/');
    const char *base = slash ? slash + 1 : out->name;
    size_t size = strlen (out->dir) + strlen (base) + sizeof noise + 4;
    char *name = malloc (size);
    int at;

    if (!name)
        return NULL;
    if (getrandom (noise, sizeof noise, 0) != (ssize_t) sizeof noise)
        noise[0] = (unsigned char) (getpid () & 0xff);
    at = snprintf (name, size, "%s/.%s.", out->dir, base);
    for (size_t i = 0; i < sizeof noise; i++)
        name[(size_t) at + i] = digits[noise[i] % 32];
    name[(size_t) at + sizeof noise] = '\0';
    return name;
}

/* A new file under a temporary name, where O_TMPFILE is not to be had.  */
static enum ng_err
open_temporary (struct ng_output *out)
{
    for (int i = 0; i < NAME_TRIES; i++)
    {
        char *name = random_name (out);

        if (!name)
            return NG_ENOMEM;
        out->fd = open (name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (out->fd >= 0)
        {
            out->temporary = name;
            return NG_OK;
        }
        free (name);
        if (errno != EEXIST)
            break;
    }
    return fail (out, "");
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

static bool
is_special (const char *name)
{
    return strncmp (name, "/dev/", 5) == 0 || strncmp (name, "/proc/", 6) == 0;
}

static enum ng_err
open_named (struct ng_output *out)
{
    struct stat st;
    bool exists = stat (out->name, &st) == 0;
    mode_t mask;

    if ((exists && !S_ISREG (st.st_mode) && !S_ISDIR (st.st_mode))
        || is_special (out->name))
    {
        out->direct = true;
        out->fd = open (out->name, O_WRONLY | O_CLOEXEC);
        return out->fd < 0 ? fail (out, "") : NG_OK;
    }
    if (exists && S_ISDIR (st.st_mode))
    {
        errno = EISDIR;
        return fail (out, "");
    }
    if (exists && access (out->name, W_OK) != 0)
        return fail (out, "");
    if (set_dir (out) != NG_OK)
        return NG_ENOMEM;
    mask = umask (0);
    (void) umask (mask);
    out->mode = exists ? st.st_mode & 0777 : 0666 & ~mask;
    out->seekable = true;
#ifdef O_TMPFILE
    out->fd = open (out->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (out->fd >= 0)
        return NG_OK;
    if (errno != EISDIR && errno != EOPNOTSUPP && errno != ENOENT
        && errno != EINVAL)
        return fail (out, "");
#endif
    return open_temporary (out);
}

enum ng_err
ng_output_open (const char *name, struct ng_fault *fault,
                struct ng_output **result)
{
    enum ng_err err = NG_OK;
    struct ng_output *out = calloc (1, sizeof *out);

    if (!out)
        return NG_ENOMEM;
    out->name = name;
    out->fault = fault;
    out->fd = -1;
    out->buf = malloc (NG_BLOCK_BYTES);
    if (!out->buf)
        err = NG_ENOMEM;
    else if (strcmp (name, "-") != 0)
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
            return fail (out, "write error");
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
            return fail (out, "write error");
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
ng_output_is_terminal (const struct ng_output *out)
{
    return out->direct && isatty (out->fd);
}

uint64_t
ng_output_offset (const struct ng_output *out)
{
    return out->flushed + out->len;
}

/* Give the file without a name the name NAME, which must be free.  */
static int
link_fd (int fd, const char *name)
{
    char path[64];

    (void) snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
    return linkat (AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

/* Put the finished file in the place of the old one.  A link cannot replace,
   so an existing name is replaced by way of a temporary one.  */
static enum ng_err
take_name (struct ng_output *out)
{
    if (!out->temporary && link_fd (out->fd, out->name) == 0)
        return NG_OK;
    for (int i = 0; !out->temporary && i < NAME_TRIES; i++)
    {
        char *name = random_name (out);

        if (!name)
            return NG_ENOMEM;
        if (link_fd (out->fd, name) == 0)
            out->temporary = name;
        else
        {
            free (name);
            if (errno != EEXIST)
                break;
        }
    }
    if (!out->temporary || rename (out->temporary, out->name) != 0)
        return fail (out, "cannot put the finished file in place");
    return NG_OK;
}

enum ng_err
ng_output_commit (struct ng_output *out)
{
    enum ng_err err = ng_output_flush (out);

    if (err != NG_OK || out->direct)
        return err;
    if (fchmod (out->fd, out->mode) != 0 || fsync (out->fd) != 0)
        return fail (out, "write error");
    err = take_name (out);
    out->committed = err == NG_OK;
    return err;
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
    if (out->fd > STDERR_FILENO && close (out->fd) != 0
        && (out->direct || out->committed))
        (void) fail (out, "write error");
    if (out->temporary && !out->committed)
        (void) unlink (out->temporary);
    err = out->sticky;
    free (out->temporary);
    free (out->dir);
    free (out->buf);
    free (out);
    return err;
}
