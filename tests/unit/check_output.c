#include <config.h>

#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nglimits.h"
#include "io/outname.h"
#include "io/output.h"
#include "sample.h"

/* check_output_named.c runs these tests with outputs that have a temporary
   name from the start.  */
#ifndef NAMED
#define NAMED 0
#endif

static void
expect_file (const char *path, const char *text)
{
    size_t n;
    unsigned char *bytes = sample_read (path, &n);

    ck_assert_uint_eq (n, strlen (text));
    ck_assert (memcmp (bytes, text, n) == 0);
    free (bytes);
}

/* How many files DIR has.  */
static size_t
count_files (const char *dir)
{
    DIR *d = opendir (dir);
    size_t n = 0;

    ck_assert_ptr_nonnull (d);
    while (readdir (d))
        n++;
    (void) closedir (d);
    return n - 2;
}

static mode_t
mode_of (const char *path)
{
    struct stat st;

    ck_assert_int_eq (lstat (path, &st), 0);
    return st.st_mode & 07777;
}

static struct ng_output *
open_output (const char *path, struct ng_fault *fault)
{
    struct ng_output *out = NULL;

    ck_assert_int_eq (ng_output_open (path, fault, &out), NG_OK);
    ck_assert_ptr_nonnull (out);
    return out;
}

/* Write TEXT to PATH, whole.  */
static void
write_text (const char *path, const char *text)
{
    struct ng_fault fault = { 0 };
    struct ng_output *out = open_output (path, &fault);

    ck_assert_int_eq (ng_output_write (out, text, strlen (text)), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_ptr_null (ng_output_temporary (out));
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    ck_assert_int_eq (fault.err, NG_OK);
}

START_TEST (whole_or_not)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    struct ng_fault fault = { 0 };
    struct ng_output *out = open_output (path, &fault);

    /* Nothing is there before the commit, and nothing without it.  */
    ck_assert_int_eq (ng_output_temporary (out) != NULL, NAMED);
    ck_assert_int_eq (ng_output_write (out, "x", 1), NG_OK);
    ck_assert_int_eq (ng_output_flush (out), NG_OK);
    ck_assert_int_ne (access (path, F_OK), 0);
    ck_assert_uint_eq (count_files (dir), NAMED);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    ck_assert_uint_eq (count_files (dir), 0);

    write_text (path, "old");
    expect_file (path, "old");
    out = open_output (path, &fault);
    ck_assert_int_eq (ng_output_write (out, "new", 3), NG_OK);
    ck_assert_int_eq (ng_output_flush (out), NG_OK);
    expect_file (path, "old");
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    expect_file (path, "old");
    write_text (path, "new, longer");
    expect_file (path, "new, longer");
    ck_assert_uint_eq (count_files (dir), 1);
    ck_assert_int_eq (ng_output_close (NULL), NG_OK);
    free (path);
    sample_remove (dir);
}
END_TEST

/* By calls of all sizes, against one string.  */
START_TEST (sizes)
{
    const size_t cap = 3 * NG_BLOCK_BYTES;
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    unsigned char *exp = ng_alloc_array (cap, 1), *got;
    uint64_t state = 1;
    size_t n = 0, n_got;
    struct ng_fault fault = { 0 };
    struct ng_output *out = open_output (path, &fault);

    ck_assert_ptr_nonnull (exp);
    ck_assert (ng_output_seekable (out));
    ck_assert (!ng_output_is_terminal (out));
    for (size_t i = 0; i < cap; i++)
        exp[i] = (unsigned char) rand_below (&state, 256);
    while (n < cap)
    {
        size_t len = (size_t) rand_below (&state, 1 << rand_below (&state, 19));

        len = len > cap - n ? cap - n : len;
        if (len <= NG_OUTPUT_RESERVE_MAX && rand_below (&state, 2) == 0)
        {
            unsigned char *room = ng_output_reserve (out, len);

            expect (room);
            memcpy (room, exp + n, len);
            ng_output_advance (out, len);
        }
        else
            expect (ng_output_write (out, exp + n, len) == NG_OK);
        n += len;
        expect (ng_output_offset (out) == n);
    }
    memcpy (exp + 5, "PATCH", 5);
    ck_assert_int_eq (ng_output_patch (out, 5, "PATCH", 5), NG_OK);
    memcpy (exp + cap - 2, "!!", 2);
    ck_assert_int_eq (ng_output_patch (out, cap - 2, "!!", 2), NG_OK);
    ck_assert_uint_eq (ng_output_offset (out), cap);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    got = sample_read (path, &n_got);
    ck_assert_uint_eq (n_got, cap);
    ck_assert (memcmp (got, exp, cap) == 0);
    free (got);
    free (exp);
    free (path);
    sample_remove (dir);
}
END_TEST

/* A new file's mode is by the umask, a replaced one's stays.  */
START_TEST (modes)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    mode_t old = umask (027);

    write_text (path, "a");
    ck_assert_uint_eq (mode_of (path), 0640);
    ck_assert_int_eq (chmod (path, 0604), 0);
    write_text (path, "b");
    ck_assert_uint_eq (mode_of (path), 0604);
    ck_assert_uint_eq (umask (old), 027);
    free (path);
    sample_remove (dir);
}
END_TEST

/* A link at the name is replaced, whether it leads anywhere or not; what it
   leads to is left alone.  */
START_TEST (links)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    char *link = sample_path (dir, "link"), *nowhere = sample_path (dir, "no");
    struct stat st;

    write_text (path, "target");
    ck_assert_int_eq (symlink ("file", link), 0);
    ck_assert_int_eq (symlink ("missing", nowhere), 0);
    write_text (link, "one");
    write_text (nowhere, "two");
    ck_assert (lstat (link, &st) == 0 && S_ISREG (st.st_mode));
    ck_assert (lstat (nowhere, &st) == 0 && S_ISREG (st.st_mode));
    expect_file (path, "target");
    expect_file (link, "one");
    expect_file (nowhere, "two");
    ck_assert_uint_eq (count_files (dir), 3);
    free (path);
    free (link);
    free (nowhere);
    sample_remove (dir);
}
END_TEST

START_TEST (unwritable)
{
    char *dir = sample_folder (), *path = sample_path (dir, "missing/file");
    struct ng_fault missing = { 0 }, folder = { 0 }, readonly = { 0 };
    struct ng_fault nameless = { 0 };
    struct ng_output *out = NULL;

    ck_assert_int_eq (ng_output_open (path, &missing, &out), NG_ESYS);
    ck_assert_int_eq (missing.sys_errno, ENOENT);
    ck_assert_str_eq (missing.file, path);
    ck_assert_int_eq (ng_output_open ("", &nameless, &out), NG_ESYS);
    ck_assert_int_eq (nameless.sys_errno, ENOENT);
    ck_assert_int_eq (ng_output_open (dir, &folder, &out), NG_ESYS);
    ck_assert_int_eq (folder.sys_errno, EISDIR);
    free (path);
    path = sample_path (dir, "file");
    sample_write (path, "old", 3);
    if (geteuid () != 0)
    {
        (void) chmod (path, 0444);
        ck_assert_int_eq (ng_output_open (path, &readonly, &out), NG_ESYS);
        ck_assert_int_eq (readonly.sys_errno, EACCES);
    }
    ck_assert_ptr_null (out);
    expect_file (path, "old");
    ck_assert_uint_eq (count_files (dir), 1);
    free (path);
    sample_remove (dir);
}
END_TEST

/* The folder goes away, or becomes one that the name is taken in.  */
START_TEST (no_place)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    struct ng_fault fault = { 0 };
    struct ng_output *out = open_output (path, &fault);

    ck_assert_int_eq (mkdir (path, 0777), 0);
    ck_assert_int_eq (ng_output_write (out, "x", 1), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, EISDIR);
    ck_assert_int_eq (ng_output_close (out), NG_ESYS);
    ck_assert_uint_eq (count_files (dir), 1);
    free (path);
    sample_remove (dir);
}
END_TEST

/* What happens to the second of two outputs.  */
enum mishap
{
    NONE,
    FULL,   /* its device is full */
    FOLDER, /* a folder gets its name */
    GONE,   /* its folder goes away */
    N_MISHAPS
};

/* Commit outs at FIRST, which has the text OLD, if any, and at SUB/file; if
   the second cannot be put in place, the first is not changed.  */
static void
check_together (const char *first, const char *sub, enum mishap mishap,
                const char *old)
{
    static const int reasons[N_MISHAPS] = { 0, ENOSPC, EISDIR, ENOENT };
    char *file = sample_path (sub, "file"),
         *away = sample_path (sub, "../away");
    const char *second = mishap == FULL ? "/dev/full" : file;
    struct ng_fault fault = { 0 };
    struct ng_output *outs[2];

    (void) unlink (first);
    ck_assert_int_eq (mkdir (sub, 0777), 0);
    if (old)
        write_text (first, old);
    outs[0] = open_output (first, &fault);
    outs[1] = open_output (second, &fault);
    ck_assert_int_eq (ng_output_write (outs[0], "one", 3), NG_OK);
    ck_assert_int_eq (ng_output_write (outs[1], "two", 3), NG_OK);
    if (mishap == FOLDER)
        ck_assert_int_eq (mkdir (second, 0777), 0);
    if (mishap == GONE)
        ck_assert_int_eq (rename (sub, away), 0);
    ck_assert_int_eq (ng_output_commit_all (outs, 2),
                      mishap == NONE ? NG_OK : NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, reasons[mishap]);
    if (mishap != NONE)
        ck_assert_str_eq (fault.file, second);
    ck_assert_int_eq (ng_output_close (outs[0]), NG_OK);
    ck_assert_int_eq (ng_output_close (outs[1]), fault.err);
    if (mishap == NONE)
    {
        expect_file (first, "one");
        expect_file (second, "two");
        ck_assert_int_eq (unlink (second), 0);
    }
    else if (old)
        expect_file (first, old);
    else
        ck_assert_int_ne (access (first, F_OK), 0);
    if (mishap == FOLDER)
        ck_assert_int_eq (rmdir (second), 0);
    free (away);
    free (file);
}

START_TEST (together)
{
    char *dir = sample_folder (), *first = sample_path (dir, "file");
    char *sub = sample_path (dir, "sub");

    for (int i = 0; i < 2 * N_MISHAPS; i++)
    {
        enum mishap mishap = (enum mishap) (i / 2);
        const char *old = i % 2 == 0 ? "old" : NULL;

        check_together (first, sub, mishap, old);
        if (mishap == GONE)
            sample_remove (sample_path (dir, "away"));
        else
            ck_assert_int_eq (rmdir (sub), 0);
        /* No temporary name is left.  */
        ck_assert_uint_eq (count_files (dir), old || mishap == NONE);
    }
    free (first);
    free (sub);
    sample_remove (dir);
}
END_TEST

/* A name as long as names may be.  */
START_TEST (long_name)
{
    char name[256], *dir = sample_folder (), *path;

    memset (name, 'n', 255);
    name[255] = '\0';
    path = sample_path (dir, name);
    write_text (path, "one");
    write_text (path, "two");
    expect_file (path, "two");
    free (path);
    sample_remove (dir);
}
END_TEST

START_TEST (full_device)
{
    struct ng_fault fault = { 0 };
    struct ng_output *out;
    unsigned char *block = calloc (1, NG_BLOCK_BYTES);

    ck_assert_ptr_nonnull (block);
    out = open_output ("/dev/full", &fault);
    ck_assert (!ng_output_seekable (out));
    ck_assert_ptr_null (ng_output_temporary (out));
    ck_assert_int_eq (ng_output_write (out, "x", 1), NG_OK);
    ck_assert_int_eq (ng_output_write (out, block, NG_BLOCK_BYTES), NG_ESYS);
    ck_assert_str_eq (fault.text, "write error");
    ck_assert_int_eq (fault.sys_errno, ENOSPC);
    /* For good.  */
    ck_assert_int_eq (ng_output_write (out, "x", 1), NG_ESYS);
    ck_assert_ptr_null (ng_output_reserve (out, 1));
    ck_assert_int_eq (ng_output_flush (out), NG_ESYS);
    ck_assert_int_eq (ng_output_commit (out), NG_ESYS);
    ck_assert_int_eq (ng_output_close (out), NG_ESYS);
    free (block);
}
END_TEST

#ifdef F_GETPIPE_SZ
/* A pipe gets more room than it has by default, and none that has more loses
   it.  */
START_TEST (pipes)
{
    static const int before[] = { 4096, 64 * 1024, 512 * 1024 };

    for (size_t i = 0; i < 3; i++)
    {
        struct ng_fault fault = { 0 };
        struct ng_output *out;
        char name[32], got[5] = "";
        int fds[2], room;

        ck_assert_int_eq (pipe (fds), 0);
        room = fcntl (fds[1], F_SETPIPE_SZ, before[i]);
        (void) snprintf (name, sizeof name, "/dev/fd/%d", fds[1]);
        ck_assert_int_eq (ng_output_open (name, &fault, &out), NG_OK);
        /* A user who has too many pipes may get no more.  */
        if (room == before[i])
            ck_assert_int_eq (fcntl (fds[1], F_GETPIPE_SZ),
                              room < 256 * 1024 ? 256 * 1024 : room);
        ck_assert_int_eq (ng_output_write (out, "text", 4), NG_OK);
        ck_assert_int_eq (ng_output_commit (out), NG_OK);
        ck_assert_int_eq (ng_output_close (out), NG_OK);
        ck_assert_int_eq (read (fds[0], got, 4), 4);
        ck_assert_str_eq (got, "text");
        (void) close (fds[0]);
        (void) close (fds[1]);
    }
}
END_TEST
#endif

/* /dev/stdout, /dev/fd/N and /proc/self/fd/N are the open files, which go on
   where they are; another name below /dev is a name like any.  */
START_TEST (descriptors)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    char name[32];
    int fd = open (path, O_WRONLY | O_CREAT, 0666), saved = dup (1);
    struct ng_fault fault = { 0 };
    struct ng_output *out = NULL;

    ck_assert_int_eq (write (fd, "one ", 4), 4);
    (void) snprintf (name, sizeof name, "/dev/fd/%d", fd);
    write_text (name, "two ");
    ck_assert_int_eq (dup2 (fd, 1), 1);
    write_text ("/proc/self/fd/1", "and ");
    write_text ("/dev/stdout", "three ");
    write_text ("-", "four");
    ck_assert_int_ge (fcntl (1, F_GETFD), 0);
    ck_assert_int_ge (fcntl (fd, F_GETFD), 0);
    (void) dup2 (saved, 1);
    (void) close (saved);
    (void) close (fd);
    expect_file (path, "one two and three four");
    ck_assert_int_eq (ng_output_open ("/dev/fd/999", &fault, &out), NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, EBADF);
    ck_assert_ptr_null (out);
    if (access ("/dev/shm", W_OK) == 0)
    {
        char *shm = strdup ("/dev/shm/ngram.XXXXXX");

        ck_assert_ptr_nonnull (shm);
        ck_assert_ptr_nonnull (mkdtemp (shm));
        free (path);
        path = sample_path (shm, "file");
        write_text (path, "longer");
        write_text (path, "short");
        expect_file (path, "short");
        sample_remove (shm);
    }
    free (path);
    sample_remove (dir);
}
END_TEST

/* More parts than one call takes, after bytes that are still buffered.  */
START_TEST (gather)
{
    enum
    {
        PARTS = 3000
    };
    static struct iovec parts[PARTS];
    static char text[2 * PARTS + 2];
    struct ng_fault fault = { 0 };
    struct ng_output *out = open_output ("gather.test", &fault);

    text[0] = '<';
    for (size_t i = 1; i < sizeof text - 1; i++)
        text[i] = (char) ('a' + i % 23);
    for (size_t i = 0; i < PARTS; i++)
    {
        parts[i].iov_base = text + 1 + 2 * i;
        parts[i].iov_len = 2;
    }
    ck_assert (!ng_output_is_pipe (out));
    ck_assert_int_eq (ng_output_write (out, text, 1), NG_OK);
    ck_assert_int_eq (ng_output_gather (out, parts, PARTS), NG_OK);
    ck_assert_uint_eq (ng_output_offset (out), sizeof text - 1);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    expect_file ("gather.test", text);
    unlink ("gather.test");
}
END_TEST

/* A part of a mapped file that became shorter: the signal comes, whatever the
   system says of such memory.  */
START_TEST (gather_shrunk)
{
    struct ng_fault fault = { 0 };
    struct iovec part = { .iov_len = 10 };
    int fd = open ("shrunk.test", O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct ng_output *out;
    char name[32];
    int fds[2];

    ck_assert_int_eq (ftruncate (fd, 4096), 0);
    part.iov_base = mmap (NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    ck_assert (part.iov_base != MAP_FAILED);
    ck_assert_int_eq (ftruncate (fd, 0), 0);
    unlink ("shrunk.test");
    ck_assert_int_eq (pipe (fds), 0);
    snprintf (name, sizeof name, "/dev/fd/%d", fds[1]);
    out = open_output (name, &fault);
    ck_assert (ng_output_is_pipe (out));
    ck_assert_int_eq (ng_output_gather (out, &part, 1), NG_ESYS);
}
END_TEST

/* Two spellings of one name are one output; two links to a file are two.  */
START_TEST (same_names)
{
    char *dir = sample_folder (), *here = getcwd (NULL, 0);
    static const char *const same[][2] = {
        { "-", "-" },
        { "-", "/dev/stdout" },
        { "/dev/fd/1", "/proc/self/fd/1" },
        { "/dev/stderr", "/dev/fd/2" },
        { "file", "./file" },
        { "new", "sub/../new" },
        { "sub/new", "other/new" },
        { "link", ".//link" },
        { "fifo", "sub/../fifo" },
        { "fifo", "to-fifo" },
        { "missing/x", "missing/x" },
        { "/new", "//new" },
    };
    static const char *const two[][2] = {
        { "-", "new" },
        { "new", "sub/new" },
        { "new", "newer" },
        { "file", "link" },
        { "file", "hard" },
        { "fifo", "file" },
        { "missing/x", "./missing/x" },
        { "/dev/null", "/dev/null" },
        { "/dev/fd/x", "/dev/fd/" },
        { "-", "/dev/fd/1x" },
    };

    ck_assert_int_eq (chdir (dir), 0);
    ck_assert_int_eq (mkdir ("sub", 0777), 0);
    sample_write ("file", "x", 1);
    ck_assert_int_eq (symlink ("sub", "other"), 0);
    ck_assert_int_eq (symlink ("file", "link"), 0);
    ck_assert_int_eq (link ("file", "hard"), 0);
    ck_assert_int_eq (mkfifo ("fifo", 0666), 0);
    ck_assert_int_eq (symlink ("fifo", "to-fifo"), 0);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    {
        ck_assert_msg (ng_outname_same (same[i][0], same[i][1]), "%s, %s",
                       same[i][0], same[i][1]);
        ck_assert (ng_outname_same (same[i][1], same[i][0]));
    }
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
    {
        ck_assert_msg (!ng_outname_same (two[i][0], two[i][1]), "%s, %s",
                       two[i][0], two[i][1]);
        ck_assert (!ng_outname_same (two[i][1], two[i][0]));
    }
    ck_assert_int_eq (chdir (here), 0);
    free (here);
    sample_remove (dir);
}
END_TEST

/* A descriptor is the file that it was opened on, and the pipe.  */
START_TEST (same_descriptors)
{
    char *dir = sample_folder (), *path = sample_path (dir, "file");
    char *other = sample_path (dir, "other"), name[32], name_too[32];
    int fds[2], fd = open (path, O_WRONLY | O_CREAT, 0666);

    (void) snprintf (name, sizeof name, "/dev/fd/%d", fd);
    ck_assert (ng_outname_same (name, path));
    ck_assert (ng_outname_same (path, name));
    ck_assert (!ng_outname_same (other, name));
    ck_assert_int_eq (symlink ("file", other), 0);
    ck_assert (!ng_outname_same (other, name));
    ck_assert_int_eq (pipe (fds), 0);
    (void) snprintf (name_too, sizeof name_too, "/dev/fd/%d", fds[1]);
    ck_assert (!ng_outname_same (name_too, name));
    (void) snprintf (name, sizeof name, "/dev/fd/%d", dup (fds[1]));
    ck_assert (ng_outname_same (name_too, name));
    free (path);
    free (other);
    sample_remove (dir);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create (NAMED ? "output_named" : "output");
    TCase *t = tcase_create ("output");

    tcase_add_test (t, whole_or_not);
    tcase_add_test (t, sizes);
    tcase_add_test (t, modes);
    tcase_add_test (t, links);
    tcase_add_test (t, unwritable);
    tcase_add_test (t, no_place);
    tcase_add_test (t, together);
    tcase_add_test (t, long_name);
    tcase_add_test (t, full_device);
    tcase_add_test (t, descriptors);
#ifdef F_GETPIPE_SZ
    tcase_add_test (t, pipes);
#endif
    tcase_add_test (t, gather);
    tcase_add_test (t, same_names);
    tcase_add_test (t, same_descriptors);
    /* The sanitizers take that signal for a fault of their own.  */
    if (strcmp (getenv ("NG_SANITIZE") ? getenv ("NG_SANITIZE") : "", "yes"))
        tcase_add_test_raise_signal (t, gather_shrunk, SIGBUS);
    suite_add_tcase (s, t);
    return s;
}
