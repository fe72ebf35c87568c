#include <config.h>

#include "failing.h"

#include <errno.h>
#include <fcntl.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_rng.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sums.h"
#include "unit.h"

static atomic_uint kinds_now;    /* that may fail; 0: none */
static atomic_ulong calls_left;  /* of these kinds, until one fails */
static atomic_bool and_all_next; /* and those that come after it */
static atomic_bool has_failed;
static atomic_long live; /* pieces of memory that were not freed */

/* Has this call, of KIND, to fail?  Then errno is set.  */
static bool
fails (unsigned kind, int number)
{
    unsigned long left;

    if (!(atomic_load (&kinds_now) & kind))
        return false;
    left = atomic_load (&calls_left);
    while (left > 0
           && !atomic_compare_exchange_weak (&calls_left, &left, left - 1))
        ;
    if (left != 1 && !(left == 0 && atomic_load (&and_all_next)))
        return false;
    atomic_store (&has_failed, true);
    errno = number;
    return true;
}

/* The linker has a call of F in the library come to __wrap_F, and one of
   __real_F to F itself.  WRAP: one that fails with RESULT.  */
#define WRAP(kind, number, result, type, name, parameters, arguments) \
    type __real_##name parameters;                                    \
    type __wrap_##name parameters;                                    \
    type __wrap_##name parameters                                     \
    {                                                                 \
        if (fails (kind, number))                                     \
            return result;                                            \
        return __real_##name arguments;                               \
    }

/* One that gives memory, or NULL.  */
#define WRAP_MEMORY(type, name, parameters, arguments)                       \
    type __real_##name parameters;                                           \
    type __wrap_##name parameters;                                           \
    type __wrap_##name parameters                                            \
    {                                                                        \
        type p =                                                             \
            fails (FAILING_MEMORY, ENOMEM) ? NULL : __real_##name arguments; \
        if (p)                                                               \
            atomic_fetch_add (&live, 1);                                     \
        return p;                                                            \
    }

/* One that frees it.  */
#define WRAP_FREE(name, type)            \
    void __real_##name (type *p);        \
    void __wrap_##name (type *p);        \
    void __wrap_##name (type *p)         \
    {                                    \
        if (p)                           \
            atomic_fetch_sub (&live, 1); \
        __real_##name (p);               \
    }

/* clang-format off */
WRAP_MEMORY (void *, malloc, (size_t n), (n))
WRAP_MEMORY (void *, calloc, (size_t n, size_t size), (n, size))
WRAP_MEMORY (char *, strdup, (const char *s), (s))
WRAP_MEMORY (char *, strndup, (const char *s, size_t n), (s, n))
WRAP_FREE (free, void)
WRAP_MEMORY (gsl_rng *, gsl_rng_alloc, (const gsl_rng_type *t), (t))
WRAP_FREE (gsl_rng_free, gsl_rng)
WRAP_MEMORY (gsl_vector *, gsl_vector_alloc, (size_t n), (n))
WRAP_FREE (gsl_vector_free, gsl_vector)
WRAP_MEMORY (gsl_min_fminimizer *, gsl_min_fminimizer_alloc,
             (const gsl_min_fminimizer_type *t), (t))
WRAP_FREE (gsl_min_fminimizer_free, gsl_min_fminimizer)
WRAP_MEMORY (gsl_multimin_fminimizer *, gsl_multimin_fminimizer_alloc,
             (const gsl_multimin_fminimizer_type *t, size_t n), (t, n))
WRAP_FREE (gsl_multimin_fminimizer_free, gsl_multimin_fminimizer)
WRAP (FAILING_MEMORY, ENOMEM, MAP_FAILED, void *, mmap,
      (void *at, size_t n, int prot, int flags, int fd, off_t offset),
      (at, n, prot, flags, fd, offset))
WRAP (FAILING_READ, EIO, -1, ssize_t, read, (int fd, void *p, size_t n),
      (fd, p, n))
WRAP (FAILING_READ, EIO, -1, ssize_t, pread,
      (int fd, void *p, size_t n, off_t offset), (fd, p, n, offset))
WRAP (FAILING_WRITE, ENOSPC, -1, ssize_t, write,
      (int fd, const void *p, size_t n), (fd, p, n))
WRAP (FAILING_WRITE, ENOSPC, -1, ssize_t, pwrite,
      (int fd, const void *p, size_t n, off_t offset), (fd, p, n, offset))
WRAP (FAILING_WRITE, ENOSPC, -1, ssize_t, writev,
      (int fd, const struct iovec *parts, int n), (fd, parts, n))
WRAP (FAILING_FILE, EIO, -1, int, mkstemp, (char *name), (name))
WRAP (FAILING_FILE, EIO, -1, int, stat, (const char *name, struct stat *st),
      (name, st))
WRAP (FAILING_FILE, EIO, -1, int, fstat, (int fd, struct stat *st), (fd, st))
WRAP (FAILING_FILE, EIO, -1, off_t, lseek, (int fd, off_t offset, int whence),
      (fd, offset, whence))
WRAP (FAILING_WRITE, ENOSPC, ENOSPC, int, posix_fallocate,
      (int fd, off_t at, off_t n), (fd, at, n))
WRAP (FAILING_FILE, EIO, -1, int, fsync, (int fd), (fd))
WRAP (FAILING_THREAD, EAGAIN, EAGAIN, int, pthread_create,
      (pthread_t *t, const pthread_attr_t *a, void *(*f) (void *), void *p),
      (t, a, f, p))
WRAP (FAILING_THREAD, EAGAIN, EAGAIN, int, pthread_mutex_init,
      (pthread_mutex_t *m, const pthread_mutexattr_t *a), (m, a))
/* clang-format on */

void *__real_realloc (void *p, size_t n);
void *__wrap_realloc (void *p, size_t n);

void *
__wrap_realloc (void *p, size_t n)
{
    void *moved = fails (FAILING_MEMORY, ENOMEM) ? NULL : __real_realloc (p, n);

    if (moved && !p)
        atomic_fetch_add (&live, 1);
    return moved;
}

/* Do FLAGS ask for a file without a name?  */
static bool
has_no_name (int flags)
{
#ifdef O_TMPFILE
    return (flags & O_TMPFILE) == O_TMPFILE;
#else
    return flags < 0;
#endif
}

int __real_open (const char *name, int flags, ...);
int __wrap_open (const char *name, int flags, ...);

int
__wrap_open (const char *name, int flags, ...)
{
    va_list arguments;
    mode_t mode = 0;

    if (fails (FAILING_FILE, EIO))
        return -1;
    va_start (arguments, flags);
    if (flags & O_CREAT || has_no_name (flags))
        mode = (mode_t) va_arg (arguments, int);
    va_end (arguments);
    return __real_open (name, flags, mode);
}

enum ng_err
failing_close (struct ng_output *out, enum ng_err err, uint64_t *answer)
{
    if (err == NG_OK)
        err = ng_output_commit (out);
    if (err == NG_OK)
    {
        unsigned kinds = atomic_exchange (&kinds_now, 0);
        size_t n;
        unsigned char *bytes = sums_read_fd (ng_output_fd (out), &n);

        *answer = 1;
        for (size_t i = 0; i < n; i++)
            *answer = (*answer ^ bytes[i]) * UINT64_C (0x100000001b3);
        free (bytes);
        atomic_store (&kinds_now, kinds);
    }
    (void) ng_output_close (out);
    return err;
}

/* Run JOB and let call N of KINDS (0: none) fail.  Returns whether it came to
   that.  */
static bool
run (unsigned kinds, unsigned long n, bool all, failing_job *job,
     const void *context, struct ng_fault *fault, enum ng_err *err,
     uint64_t *answer)
{
    long before = atomic_load (&live);

    *fault = (struct ng_fault){ .err = NG_OK };
    *answer = 0;
    atomic_store (&calls_left, n);
    atomic_store (&and_all_next, all);
    atomic_store (&has_failed, false);
    atomic_store (&kinds_now, kinds);
    *err = job (context, fault, answer);
    atomic_store (&kinds_now, 0);
    ck_assert_msg (atomic_load (&live) == before,
                   "call %lu: %ld pieces of memory were not freed", n,
                   atomic_load (&live) - before);
    return atomic_load (&has_failed);
}

unsigned
failing_some (unsigned kinds, unsigned dense, failing_job *job,
              const void *context)
{
    struct ng_fault fault;
    enum ng_err err;
    uint64_t right, answer;
    unsigned n_failed = 0;

    run (0, 0, false, job, context, &fault, &err, &right);
    ck_assert_msg (err == NG_OK, "without a fault: %d, %s", (int) err,
                   fault.text);
    for (int all = 0; all < 2; all++)
        for (unsigned long n = 1;; n += 1 + n / dense)
        {
            if (!run (kinds, n, all, job, context, &fault, &err, &answer))
                break;
            n_failed++;
            if (err == NG_OK)
                ck_assert_msg (answer == right, "call %lu: a wrong answer", n);
            else if (err == NG_ESYS)
                ck_assert_msg (fault.err == NG_ESYS && fault.sys_errno != 0,
                               "call %lu: an error that is not told", n);
            else
                ck_assert_msg (
                    err == NG_ENOMEM
                        && (kinds & (FAILING_MEMORY | FAILING_THREAD)),
                    "call %lu: error %d, %s", n, (int) err, fault.text);
        }
    return n_failed;
}

unsigned
failing_turns (unsigned kinds, failing_job *job, const void *context)
{
    return failing_some (kinds, 1024, job, context);
}
