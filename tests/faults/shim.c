/* What makes calls fail: loaded before a program with LD_PRELOAD it lets the
   K-th call of one kind fail, as the environment says:

       NG_FAULT=KIND:K:TIMES:WHAT:FD

   KIND is one of the names in KINDS below; TIMES is 1, or 0 for the K-th call
   and all after it; WHAT is a number of errno, or "short": one byte is read or
   written then.  When the first call fails a byte is written to descriptor FD,
   so that the caller learns that it happened.  With NG_FAULT_NAMED set files
   without a name (O_TMPFILE) cannot be had at all.  With NG_COVERAGE=yes, as
   the tests set it, nothing fails any more once the program ends.  Nothing but
   this file knows of the first two.  */
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Headers of a fortifying compiler make macros or inline functions of some.  */
#undef open
#undef open64
#undef openat
#undef openat64
#undef read
#undef pread

enum kind
{
    ALLOC,  /* memory: malloc and kin, anonymous mmap */
    MAP,    /* mmap of a file */
    READ,   /* read, pread */
    WRITE,  /* write, pwrite, writev */
    OPEN,   /* open, openat, mkstemp, tmpfile, pipe */
    CLOSE,  /* close */
    SYNC,   /* fsync, fdatasync */
    NAME,   /* rename, link */
    SIZE,   /* posix_fallocate */
    THREAD, /* pthread_create */
    STAT,   /* stat, lseek, chmod, access */
    N_KINDS
};

static const char *const kinds[N_KINDS] = { "alloc", "map",    "read", "write",
                                            "open",  "close",  "sync", "name",
                                            "size",  "thread", "stat" };

enum
{
    WHAT_SHORT = -1,
    EARLY_BYTES = 1 << 20,
    EARLY_HEAD = 16 /* before each piece: its length */
};

static struct
{
    bool active, forever, named, measured;
    enum kind kind;
    long at;
    int what;
    int tell;
} plan;

static atomic_long calls;
static atomic_bool told;
/* What measures the coverage writes its files when the program has ended, and
   crashes without memory.  */
static atomic_bool ended;
static atomic_bool awaits_end;

/* dlsym, and what begins before us, such as a sanitizer, ask for memory before
   there is any to be had.  */
static _Alignas(16) char early[EARLY_BYTES];
static size_t early_used;
/* Not found by a call, which sanitizers take for themselves.  */
static _Thread_local bool looking __attribute__ ((tls_model ("initial-exec")));
static bool begun;
/* In pthread_getattr_np, below.  */
static _Thread_local bool spared __attribute__ ((tls_model ("initial-exec")));

static void *
next (const char *name)
{
    void *f;

    looking = true;
    f = dlsym (RTLD_NEXT, name);
    looking = false;
    return f;
}

/* Declares the static pointer NEXT_FUNCTION to the function that is hidden by
   ours.  A function's address comes as a pointer to data.  */
#define NEXT(type, function, parameters)                   \
    static type (*next_##function) parameters;             \
    if (!next_##function)                                  \
    {                                                      \
        void *found_ = next (#function);                   \
        memcpy (&next_##function, &found_, sizeof found_); \
    }

static __attribute__ ((constructor)) void
read_plan (void)
{
    const char *text = getenv ("NG_FAULT");
    char kind[16], what[16];
    int forever;

    begun = true;
    plan.named = getenv ("NG_FAULT_NAMED") != NULL;
    plan.measured =
        getenv ("NG_COVERAGE") && strcmp (getenv ("NG_COVERAGE"), "yes") == 0;
    if (!text
        || sscanf (text, "%15[a-z]:%ld:%d:%15[a-z0-9]:%d", kind, &plan.at,
                   &forever, what, &plan.tell)
               != 5)
        return;
    for (int i = 0; i < N_KINDS; i++)
        if (strcmp (kind, kinds[i]) == 0)
        {
            plan.kind = (enum kind) i;
            plan.active = true;
        }
    /* Not what the program starts in its turn.  */
    (void) unsetenv ("LD_PRELOAD");
    plan.forever = forever == 0;
    plan.what = strcmp (what, "short") == 0 ? WHAT_SHORT
                                            : (int) strtol (what, NULL, 10);
}

static void
end (void)
{
    ended = true;
}

/* Is this call of KIND to fail?  */
static bool
now (enum kind kind)
{
    long n;

    if (!plan.active || plan.kind != kind || looking || spared || ended)
        return false;
    if (plan.measured && !atomic_exchange (&awaits_end, true))
        (void) atexit (end);
    n = atomic_fetch_add (&calls, 1) + 1;
    if (n < plan.at || (n > plan.at && !plan.forever))
        return false;
    if (!atomic_exchange (&told, true))
        (void) syscall (SYS_write, plan.tell, "!", 1);
    if (plan.what != WHAT_SHORT)
        errno = plan.what;
    return true;
}

/* For calls that cannot be short.  */
static bool
fails (enum kind kind)
{
    return now (kind) && plan.what != WHAT_SHORT;
}

/* ------------------------------------------------------------------- memory */

static void *
early_alloc (size_t bytes)
{
    char *p = early + early_used + EARLY_HEAD;

    if (bytes > EARLY_BYTES - early_used - 2 * (size_t) EARLY_HEAD)
        abort ();
    memcpy (p - EARLY_HEAD, &bytes, sizeof bytes);
    early_used += EARLY_HEAD + (bytes + 15) / 16 * 16;
    return p;
}

static bool
is_early (const void *p)
{
    return (uintptr_t) p >= (uintptr_t) early
           && (uintptr_t) p < (uintptr_t) early + EARLY_BYTES;
}

void *
malloc (size_t bytes)
{
    if (!begun || looking)
        return early_alloc (bytes);
    NEXT (void *, malloc, (size_t));
    if (!next_malloc)
        return early_alloc (bytes);
    return fails (ALLOC) ? NULL : next_malloc (bytes);
}

void *
calloc (size_t n, size_t size)
{
    if (!begun || looking)
        return early_alloc (n * size);
    NEXT (void *, calloc, (size_t, size_t));
    if (!next_calloc)
        return early_alloc (n * size);
    return fails (ALLOC) ? NULL : next_calloc (n, size);
}

void *
realloc (void *p, size_t bytes)
{
    size_t had = 0;
    void *moved;

    if (!begun || looking || is_early (p))
    {
        moved = !begun || looking ? early_alloc (bytes) : malloc (bytes);
        if (moved && p)
        {
            memcpy (&had, (char *) p - EARLY_HEAD, sizeof had);
            memcpy (moved, p, had < bytes ? had : bytes);
        }
        return moved;
    }
    NEXT (void *, realloc, (void *, size_t));
    return fails (ALLOC) ? NULL : next_realloc (p, bytes);
}

int
posix_memalign (void **p, size_t alignment, size_t bytes)
{
    NEXT (int, posix_memalign, (void **, size_t, size_t));
    return fails (ALLOC) ? errno : next_posix_memalign (p, alignment, bytes);
}

void *
aligned_alloc (size_t alignment, size_t bytes)
{
    NEXT (void *, aligned_alloc, (size_t, size_t));
    return fails (ALLOC) ? NULL : next_aligned_alloc (alignment, bytes);
}

void
free (void *p)
{
    if (is_early (p))
        return;
    NEXT (void, free, (void *) );
    next_free (p);
}

void *
mmap (void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    NEXT (void *, mmap, (void *, size_t, int, int, int, off_t));
    if (fails ((flags & MAP_ANONYMOUS) ? ALLOC : MAP))
        return MAP_FAILED;
    return next_mmap (at, bytes, protection, flags, fd, offset);
}

/* AddressSanitizer asks for its stack where a thread starts, and ends the
   program if that gets no memory.  Our programs do not call this.  */
int
pthread_getattr_np (pthread_t thread, pthread_attr_t *attributes)
{
    int result;

    NEXT (int, pthread_getattr_np, (pthread_t, pthread_attr_t *) );
    spared = true;
    result = next_pthread_getattr_np (thread, attributes);
    spared = false;
    return result;
}

/* ---------------------------------------------------------- read and write  */

/* CALL with LEN, or with 1, or -1 in its place.  */
#define TRANSFER(kind, call, len)                                         \
    do                                                                    \
    {                                                                     \
        if (!now (kind))                                                  \
            return call (len);                                            \
        return plan.what != WHAT_SHORT ? -1 : call (((len) > 0 ? 1 : 0)); \
    } while (0)

ssize_t
read (int fd, void *buf, size_t len)
{
    NEXT (ssize_t, read, (int, void *, size_t));
#define CALL(n) next_read (fd, buf, n)
    TRANSFER (READ, CALL, len);
#undef CALL
}

ssize_t
pread (int fd, void *buf, size_t len, off_t offset)
{
    NEXT (ssize_t, pread, (int, void *, size_t, off_t));
#define CALL(n) next_pread (fd, buf, n, offset)
    TRANSFER (READ, CALL, len);
#undef CALL
}

/* What a fortified program calls.  */
ssize_t __read_chk (int fd, void *buf, size_t len, size_t room);
ssize_t
__read_chk (int fd, void *buf, size_t len, size_t room)
{
    if (len > room)
        abort ();
    return read (fd, buf, len);
}

ssize_t
write (int fd, const void *buf, size_t len)
{
    NEXT (ssize_t, write, (int, const void *, size_t));
    if (fd == STDERR_FILENO)
        return next_write (fd, buf, len);
#define CALL(n) next_write (fd, buf, n)
    TRANSFER (WRITE, CALL, len);
#undef CALL
}

ssize_t
pwrite (int fd, const void *buf, size_t len, off_t offset)
{
    NEXT (ssize_t, pwrite, (int, const void *, size_t, off_t));
#define CALL(n) next_pwrite (fd, buf, n, offset)
    TRANSFER (WRITE, CALL, len);
#undef CALL
}

ssize_t
writev (int fd, const struct iovec *parts, int n)
{
    NEXT (ssize_t, writev, (int, const struct iovec *, int) );
    NEXT (ssize_t, write, (int, const void *, size_t));
    if (!now (WRITE))
        return next_writev (fd, parts, n);
    if (plan.what != WHAT_SHORT)
        return -1;
    while (n > 0 && parts->iov_len == 0)
    {
        parts++;
        n--;
    }
    return n > 0 ? next_write (fd, parts->iov_base, 1) : 0;
}

/* ------------------------------------------------------------- descriptors  */

static bool
open_fails (int flags)
{
    if (plan.named && (flags & O_TMPFILE) == O_TMPFILE)
    {
        errno = EOPNOTSUPP;
        return true;
    }
    return fails (OPEN);
}

/* The third argument of open, where there is one.  */
#define MODE(flags)                      \
    unsigned mode = 0;                   \
    if ((flags) & (O_CREAT | O_TMPFILE)) \
    {                                    \
        va_list list;                    \
        va_start (list, flags);          \
        mode = va_arg (list, unsigned);  \
        va_end (list);                   \
    }

int
open (const char *name, int flags, ...)
{
    NEXT (int, open, (const char *, int, ...));
    MODE (flags);
    return open_fails (flags) ? -1 : next_open (name, flags, mode);
}

int
openat (int dir, const char *name, int flags, ...)
{
    NEXT (int, openat, (int, const char *, int, ...));
    MODE (flags);
    return open_fails (flags) ? -1 : next_openat (dir, name, flags, mode);
}

int __open_2 (const char *name, int flags);
int
__open_2 (const char *name, int flags)
{
    return open (name, flags);
}

int
mkstemp (char *template)
{
    NEXT (int, mkstemp, (char *) );
    return fails (OPEN) ? -1 : next_mkstemp (template);
}

FILE *
tmpfile (void)
{
    NEXT (FILE *, tmpfile, (void) );
    return fails (OPEN) ? NULL : next_tmpfile ();
}

int
pipe (int ends[2])
{
    NEXT (int, pipe, (int[2]));
    return fails (OPEN) ? -1 : next_pipe (ends);
}

/* The descriptor is gone all the same, as on Linux.  */
int
close (int fd)
{
    NEXT (int, close, (int) );
    int status = next_close (fd);

    return fails (CLOSE) ? -1 : status;
}

/* ------------------------------------------------------------------ others  */

#define PLAIN(kind, function, parameters, arguments)          \
    int function parameters                                   \
    {                                                         \
        NEXT (int, function, parameters);                     \
        return fails (kind) ? -1 : next_##function arguments; \
    }

/* clang-format off */
PLAIN (SYNC, fsync, (int fd), (fd))
PLAIN (SYNC, fdatasync, (int fd), (fd))
PLAIN (NAME, rename, (const char *a, const char *b), (a, b))
PLAIN (NAME, link, (const char *a, const char *b), (a, b))
PLAIN (NAME, linkat, (int i, const char *a, int j, const char *b, int flags),
       (i, a, j, b, flags))
PLAIN (STAT, fchmod, (int fd, mode_t mode), (fd, mode))
PLAIN (STAT, access, (const char *name, int how), (name, how))
PLAIN (STAT, fstat, (int fd, struct stat *st), (fd, st))
PLAIN (STAT, stat, (const char *name, struct stat *st), (name, st))
/* clang-format on */

/* It tells what is wrong, and does not set errno.  */
int
posix_fallocate (int fd, off_t at, off_t size)
{
    NEXT (int, posix_fallocate, (int, off_t, off_t));
    return fails (SIZE) ? errno : next_posix_fallocate (fd, at, size);
}

off_t
lseek (int fd, off_t offset, int whence)
{
    NEXT (off_t, lseek, (int, off_t, int) );
    return fails (STAT) ? -1 : next_lseek (fd, offset, whence);
}

int
pthread_create (pthread_t *restrict thread,
                const pthread_attr_t *restrict attributes,
                void *(*run) (void *), void *restrict context)
{
    NEXT (int, pthread_create,
          (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *) );
    if (fails (THREAD))
        return errno;
    return next_pthread_create (thread, attributes, run, context);
}
