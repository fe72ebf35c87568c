/* turns: run a command again and again and let another of its calls fail each
   time, until it comes to its end without a fault.

   Usage: turns [-d DENSE] [-n] SHIM SPEC... -- COMMAND [ARGUMENT]...

   SHIM is the shared object of shim.c, SPEC is KIND:TIMES:WHAT as described
   there, where WHAT is the name of an error.  The first DENSE calls (default
   all) are tried one by one, those after them at growing distances.  -n: files
   without names cannot be had.

   The command reads ./stdin, if it is there, and writes files in ./out, where
   it finds what is in ./old; its temporary files go to ./tmp.  What it makes
   undisturbed is right.  With a fault it must make the same and end with
   status 0, or end with status 2, one message, a part of the right standard
   output, and ./out as it was.  A file of ./out may also be one of those in
   ./alt then.  ./tmp is empty in the end.

   Status: 0 if all was well, else 1; 99 if the command fails by itself.  */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
    FILES_MAX = 64,
    FAULTS_MAX = 5, /* of one kind, then the next is tried */
    SECONDS_MAX = 120,
    SET_UP = 99
};

struct file
{
    char name[NAME_MAX + 1];
    char *bytes;
    size_t len;
};

/* The files of a folder.  */
struct folder
{
    struct file files[FILES_MAX];
    size_t n;
};

static const struct
{
    const char *name;
    int number;
} errors[] = { { "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EINTR", EINTR },
               { "EIO", EIO },       { "EMFILE", EMFILE }, { "ENOMEM", ENOMEM },
               { "ENOSPC", ENOSPC }, { "EPERM", EPERM } };

static const char *shim;
static char **command;
static long dense = LONG_MAX;
static bool named;
static struct folder old, right, alternatives;
static struct file right_stdout;
static long n_runs, n_bad;

static _Noreturn void
die (const char *what)
{
    perror (what);
    exit (SET_UP);
}

static void
read_file (const char *dir, const char *name, struct file *f)
{
    char path[PATH_MAX];
    FILE *in;
    long len;

    (void) snprintf (path, sizeof path, "%s/%s", dir, name);
    (void) snprintf (f->name, sizeof f->name, "%s", name);
    in = fopen (path, "rb");
    if (!in || fseek (in, 0, SEEK_END) != 0 || (len = ftell (in)) < 0
        || fseek (in, 0, SEEK_SET) != 0)
        die (path);
    f->len = (size_t) len;
    f->bytes = malloc (f->len + 1);
    if (!f->bytes || fread (f->bytes, 1, f->len, in) != f->len)
        die (path);
    f->bytes[f->len] = '\0';
    (void) fclose (in);
}

static void
read_folder (const char *dir, struct folder *folder)
{
    DIR *d = opendir (dir);
    const struct dirent *entry;

    folder->n = 0;
    if (!d)
        return;
    while ((entry = readdir (d)))
        if (strcmp (entry->d_name, ".") != 0
            && strcmp (entry->d_name, "..") != 0)
        {
            if (folder->n == FILES_MAX)
                die (dir);
            read_file (dir, entry->d_name, &folder->files[folder->n++]);
        }
    (void) closedir (d);
}

static void
free_folder (struct folder *folder)
{
    for (size_t i = 0; i < folder->n; i++)
        free (folder->files[i].bytes);
    folder->n = 0;
}

static const struct file *
find (const struct folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->n; i++)
        if (strcmp (folder->files[i].name, name) == 0)
            return &folder->files[i];
    return NULL;
}

static bool
same (const struct file *a, const struct file *b)
{
    return a->len == b->len && memcmp (a->bytes, b->bytes, a->len) == 0;
}

/* ./out as ./old is.  */
static void
restore (void)
{
    struct folder now;
    char path[PATH_MAX];

    read_folder ("out", &now);
    for (size_t i = 0; i < now.n; i++)
    {
        (void) snprintf (path, sizeof path, "out/%s", now.files[i].name);
        if (unlink (path) != 0)
            die (path);
    }
    free_folder (&now);
    for (size_t i = 0; i < old.n; i++)
    {
        FILE *out;

        (void) snprintf (path, sizeof path, "out/%s", old.files[i].name);
        out = fopen (path, "wb");
        if (!out
            || fwrite (old.files[i].bytes, 1, old.files[i].len, out)
                   != old.files[i].len
            || fclose (out) != 0)
            die (path);
    }
}

static _Noreturn void
become (const char *fault)
{
    int in = open ("stdin", O_RDONLY);
    int out = open ("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int err = open ("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0666);

    if (in < 0)
        in = open ("/dev/null", O_RDONLY);
    if (dup2 (in, 0) < 0 || dup2 (out, 1) < 0 || dup2 (err, 2) < 0)
        _exit (SET_UP);
    (void) close (in);
    (void) close (out);
    (void) close (err);
    (void) setenv ("LD_PRELOAD", shim, 1);
    if (fault)
        (void) setenv ("NG_FAULT", fault, 1);
    if (named)
        (void) setenv ("NG_FAULT_NAMED", "1", 1);
    (void) alarm (SECONDS_MAX);
    (void) execvp (command[0], command);
    _exit (SET_UP);
}

/* Run the command and answer what waitpid says; *MET: the fault occurred.  */
static int
run (const char *spec_kind, long k, const char *times, const char *what,
     bool *met)
{
    char fault[128], byte;
    int ends[2], status;
    pid_t child;

    restore ();
    if (pipe (ends) != 0)
        die ("pipe");
    (void) snprintf (fault, sizeof fault, "%s:%ld:%s:%s:%d", spec_kind, k,
                     times, what, ends[1]);
    child = fork ();
    if (child < 0)
        die ("fork");
    if (child == 0)
        become (fault);
    (void) close (ends[1]);
    *met = read (ends[0], &byte, 1) == 1;
    if (waitpid (child, &status, 0) < 0)
        die ("waitpid");
    (void) close (ends[0]);
    n_runs++;
    return status;
}

/* -------------------------------------------------------------- the verdict */

static bool
complain (const char *fmt, ...)
{
    va_list list;

    va_start (list, fmt);
    (void) vprintf (fmt, list);
    va_end (list);
    (void) putchar ('\n');
    return false;
}

/* Every file of ./out is that of WANTED, or, if MAY, of ./alt; and there are
   no others, nor fewer.  */
static bool
out_is (const struct folder *wanted, bool may)
{
    struct folder now;
    bool good = true;

    read_folder ("out", &now);
    for (size_t i = 0; i < now.n; i++)
    {
        const struct file *f = &now.files[i];
        const struct file *w = find (wanted, f->name);
        bool fits = w && same (f, w);

        for (size_t j = 0; may && j < alternatives.n && !fits; j++)
            fits = same (f, &alternatives.files[j]);
        if (!fits)
            good = complain ("out/%s: %s", f->name,
                             w ? "neither old nor whole" : "left behind");
    }
    for (size_t i = 0; i < wanted->n; i++)
        if (!find (&now, wanted->files[i].name))
            good = complain ("out/%s is gone", wanted->files[i].name);
    free_folder (&now);
    return good;
}

static bool
tmp_is_empty (void)
{
    struct folder now;
    bool good = true;

    read_folder ("tmp", &now);
    if (now.n > 0)
        good = complain ("tmp/%s: left behind", now.files[0].name);
    free_folder (&now);
    return good;
}

/* Standard error is empty, or one line that begins with the program's name. */
static bool
message_is_good (bool wanted)
{
    struct file f;
    const char *name = strrchr (command[0], '/');
    bool good;

    name = name ? name + 1 : command[0];
    read_file (".", "stderr", &f);
    if (!wanted)
        good = f.len == 0;
    else
        good = strncmp (f.bytes, name, strlen (name)) == 0
               && strncmp (f.bytes + strlen (name), ": ", 2) == 0
               && strchr (f.bytes, '\n') == f.bytes + f.len - 1;
    if (!good)
        (void) complain ("%s message:\n%s", wanted ? "not one" : "a", f.bytes);
    free (f.bytes);
    return good;
}

static bool
stdout_is_good (bool whole)
{
    struct file f;
    bool good;

    read_file (".", "stdout", &f);
    good = f.len <= right_stdout.len
           && memcmp (f.bytes, right_stdout.bytes, f.len) == 0
           && (!whole || f.len == right_stdout.len);
    free (f.bytes);
    return good || complain ("wrong standard output");
}

static bool
judge (int status)
{
    bool good = tmp_is_empty ();

    if (WIFSIGNALED (status))
        return complain ("signal %d", WTERMSIG (status));
    if (WEXITSTATUS (status) == 0)
    {
        good = message_is_good (false) && good;
        good = stdout_is_good (true) && good;
        return out_is (&right, false) && good;
    }
    if (WEXITSTATUS (status) == 2)
    {
        good = message_is_good (true) && good;
        good = stdout_is_good (false) && good;
        return out_is (&old, true) && good;
    }
    (void) message_is_good (false);
    return complain ("status %d", WEXITSTATUS (status));
}

/* ------------------------------------------------------------------ turns  */

static long
after (long k)
{
    return k < dense ? k + 1 : k + 1 + (k - dense) / 2;
}

static const char *
error_number (const char *name)
{
    static char digits[16];

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (strcmp (name, errors[i].name) == 0)
        {
            (void) snprintf (digits, sizeof digits, "%d", errors[i].number);
            return digits;
        }
    return name;
}

/* All turns of SPEC.  */
static void
try_spec (const char *spec)
{
    char kind[16], times[4], what[16];
    long k = 1, bad = 0;
    bool met = true;

    if (sscanf (spec, "%15[a-z]:%3[01]:%15s", kind, times, what) != 3)
        die (spec);
    for (; met && bad < FAULTS_MAX; k = after (k))
    {
        int status = run (kind, k, times, error_number (what), &met);

        if (judge (status))
            continue;
        (void) printf ("FAIL: %s, call %ld, of:", spec, k);
        for (char **arg = command; *arg; arg++)
            (void) printf (" %s", *arg);
        (void) printf ("\n\n");
        bad++;
    }
    n_bad += bad;
}

static void
learn (void)
{
    bool met;

    read_folder ("old", &old);
    read_folder ("alt", &alternatives);
    if (run ("none", 0, "1", "5", &met) != 0)
    {
        (void) message_is_good (false);
        (void) fprintf (stderr, "turns: %s fails by itself\n", command[0]);
        exit (SET_UP);
    }
    read_folder ("out", &right);
    read_file (".", "stdout", &right_stdout);
    if (!message_is_good (false))
        exit (SET_UP);
}

int
main (int argc, char **argv)
{
    int option, first, end;

    while ((option = getopt (argc, argv, "+d:n")) != -1)
        if (option == 'd')
            dense = strtol (optarg, NULL, 10);
        else if (option == 'n')
            named = true;
        else
            return SET_UP;
    first = optind + 1;
    for (end = first; end < argc && strcmp (argv[end], "--") != 0;)
        end++;
    if (end + 1 >= argc)
        return SET_UP;
    shim = argv[optind];
    command = argv + end + 1;
    learn ();
    for (int i = first; i < end; i++)
        try_spec (argv[i]);
    (void) printf ("%ld runs, %ld bad: %s\n", n_runs, n_bad, command[0]);
    free_folder (&old);
    free_folder (&right);
    free_folder (&alternatives);
    free (right_stdout.bytes);
    return n_bad > 0;
}
