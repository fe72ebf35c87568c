#include <config.h>

#include "io/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nglimits.h"

struct ng_spill
{
    const char *dir;
    struct ng_fault *fault;
    int fd;
    uint64_t size;
    unsigned char *buf; /* [NG_BLOCK_BYTES], what is not yet written */
    size_t len;
};

enum ng_err
ng_spill_not_made (struct ng_fault *fault, const char *dir)
{
    return ng_fault_sys_text (fault, dir, "cannot make a temporary file");
}

enum ng_err
ng_spill_not_written (struct ng_fault *fault, const char *dir)
{
    return ng_fault_sys_text (fault, dir, "cannot write a temporary file");
}

enum ng_err
ng_spill_not_read (struct ng_fault *fault, const char *dir)
{
    return ng_fault_sys_text (fault, dir, "cannot read a temporary file");
}

int
ng_spill_unnamed (const char *dir)
{
    size_t size = strlen (dir) + sizeof "/ngram.XXXXXX";
    char *name;
    int fd;

#ifdef O_TMPFILE
    fd = open (dir, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || errno == EACCES || errno == ENOSPC || errno == ENOTDIR)
        return fd;
#endif
    name = malloc (size);
    if (!name)
        return -1;
    (void) snprintf (name, size, "%s/ngram.XXXXXX", dir);
    fd = mkstemp (name);
    if (fd >= 0)
    {
        (void) unlink (name);
        (void) fcntl (fd, F_SETFD, FD_CLOEXEC);
    }
    free (name);
    return fd;
}

enum ng_err
ng_spill_open (const char *dir, struct ng_fault *fault, struct ng_spill **out)
{
    struct ng_spill *s = calloc (1, sizeof *s);
    enum ng_err err = NG_OK;

    if (!s)
        return NG_ENOMEM;
    s->dir = dir;
    s->fault = fault;
    s->fd = -1;
    s->buf = malloc (NG_BLOCK_BYTES);
    if (!s->buf)
        err = NG_ENOMEM;
    else if ((s->fd = ng_spill_unnamed (dir)) < 0)
        err = ng_spill_not_made (fault, dir);
    if (err == NG_OK)
        *out = s;
    else
        ng_spill_close (s);
    return err;
}

static enum ng_err
write_all (struct ng_spill *s, const unsigned char *p, size_t len)
{
    while (len > 0)
    {
        ssize_t n = write (s->fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ng_spill_not_written (s->fault, s->dir);
        p += n;
        len -= (size_t) n;
    }
    return NG_OK;
}

static enum ng_err
flush (struct ng_spill *s)
{
    size_t len = s->len;

    s->len = 0;
    return write_all (s, s->buf, len);
}

enum ng_err
ng_spill_write (struct ng_spill *s, const void *buf, size_t len)
{
    enum ng_err err = NG_OK;

    s->size += len;
    if (len > NG_BLOCK_BYTES - s->len)
        err = flush (s);
    if (err == NG_OK && len >= NG_BLOCK_BYTES)
        return write_all (s, buf, len);
    if (err == NG_OK)
    {
        memcpy (s->buf + s->len, buf, len);
        s->len += len;
    }
    return err;
}

enum ng_err
ng_spill_rewind (struct ng_spill *s)
{
    enum ng_err err = flush (s);

    if (err == NG_OK && lseek (s->fd, 0, SEEK_SET) < 0)
        err = ng_spill_not_read (s->fault, s->dir);
    return err;
}

enum ng_err
ng_spill_read (struct ng_spill *s, void *buf, size_t cap, size_t *n)
{
    unsigned char *p = buf;

    *n = 0;
    while (*n < cap)
    {
        ssize_t got = read (s->fd, p + *n, cap - *n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ng_spill_not_read (s->fault, s->dir);
        if (got == 0)
            break;
        *n += (size_t) got;
    }
    return *n > 0 ? NG_OK : NG_END;
}

int
ng_spill_fd (const struct ng_spill *s)
{
    return s->fd;
}

uint64_t
ng_spill_size (const struct ng_spill *s)
{
    return s->size;
}

void
ng_spill_close (struct ng_spill *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        (void) close (s->fd);
    free (s->buf);
    free (s);
}
