/* kills: end a command by a signal at a moment drawn at random, many times.

   Usage: kills TIMES SEED NAME RIGHT COMMAND [ARGUMENT]...

   The command writes out/NAME and temporary files in ./tmp.  After each signal
   (KILL, and INT, TERM, HUP and PIPE) out/NAME is as it was at the start or the
   same as the file RIGHT, nothing else is in either folder, and the command,
   run again, makes RIGHT.  Status: 0 if so, 1 if not, 99 if it cannot be
   tried.  */
#include <config.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum
{
    SET_UP = 99
};

struct bytes
{
    bool is_there;
    char *p;
    size_t len;
};

static char output[PATH_MAX];
static uint64_t random_state;

static _Noreturn void
die (const char *what)
{
    perror (what);
    exit (SET_UP);
}

/* Knuth's MMIX generator; its high bits are good enough for moments.  */
static double
draw (void)
{
    random_state = random_state * UINT64_C (6364136223846793005)
                   + UINT64_C (1442695040888963407);
    return (double) (random_state >> 11) / 9007199254740992.0;
}

static double
now (void)
{
    struct timespec t;

    (void) clock_gettime (CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static struct bytes
load (const char *name)
{
    struct bytes b = { 0 };
    struct stat st;
    FILE *in = fopen (name, "rb");

    if (!in)
        return b;
    if (fstat (fileno (in), &st) != 0)
        die (name);
    b.is_there = true;
    b.len = (size_t) st.st_size;
    b.p = malloc (b.len + 1);
    if (!b.p || fread (b.p, 1, b.len, in) != b.len)
        die (name);
    (void) fclose (in);
    return b;
}

static bool
same (const struct bytes *a, const struct bytes *b)
{
    return a->is_there == b->is_there && a->len == b->len
           && (a->len == 0 || memcmp (a->p, b->p, a->len) == 0);
}

/* Put back what was at the output's name.  */
static void
restore (const struct bytes *old)
{
    FILE *out;

    if (unlink (output) != 0 && old->is_there)
        die (output);
    if (!old->is_there)
        return;
    out = fopen (output, "wb");
    if (!out || fwrite (old->p, 1, old->len, out) != old->len
        || fclose (out) != 0)
        die (output);
}

/* Does DIR hold nothing but ONLY (which may be NULL)?  */
static bool
holds_only (const char *dir, const char *only)
{
    DIR *d = opendir (dir);
    const struct dirent *e;
    bool good = true;

    if (!d)
        die (dir);
    while ((e = readdir (d)))
        if (strcmp (e->d_name, ".") != 0 && strcmp (e->d_name, "..") != 0
            && (!only || strcmp (e->d_name, only) != 0))
        {
            (void) printf ("%s/%s was left behind\n", dir, e->d_name);
            good = false;
        }
    (void) closedir (d);
    return good;
}

static pid_t
start (char **command)
{
    pid_t child = fork ();

    if (child < 0)
        die ("fork");
    if (child == 0)
    {
        int null = open ("/dev/null", O_RDWR);

        if (null < 0 || dup2 (null, 0) < 0 || dup2 (null, 1) < 0
            || dup2 (null, 2) < 0)
            _exit (SET_UP);
        (void) execvp (command[0], command);
        _exit (SET_UP);
    }
    return child;
}

static int
finish (pid_t child)
{
    int status;

    if (waitpid (child, &status, 0) < 0)
        die ("waitpid");
    return status;
}

static void
sleep_for (double seconds)
{
    struct timespec t = { .tv_sec = (time_t) seconds };

    t.tv_nsec = (long) (1e9 * (seconds - (double) t.tv_sec));
    (void) nanosleep (&t, NULL);
}

/* How long the command takes by itself, in seconds: the shortest of three. */
static double
time_of (char **command, const struct bytes *old)
{
    double best = 1e9;

    for (int i = 0; i < 3; i++)
    {
        double t;

        restore (old);
        t = now ();
        if (finish (start (command)) != 0)
            die (command[0]);
        t = now () - t;
        best = t < best ? t : best;
    }
    return best;
}

int
main (int argc, char **argv)
{
    static const int signals[] = { SIGKILL, SIGKILL, SIGKILL, SIGINT,
                                   SIGTERM, SIGHUP,  SIGPIPE };
    long n = argc > 5 ? strtol (argv[1], NULL, 10) : 0, n_cut = 0, n_new = 0;
    struct bytes old, right, found;
    const char *name;
    double seconds;
    bool good = true;

    if (n <= 0)
        return SET_UP;
    random_state = strtoull (argv[2], NULL, 10);
    name = argv[3];
    (void) snprintf (output, sizeof output, "out/%s", name);
    old = load (output);
    right = load (argv[4]);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void) signal (signals[i], SIG_DFL);
    seconds = time_of (argv + 5, &old);
    for (long i = 0; i < n && good; i++)
    {
        int sig = signals[(size_t) i % (sizeof signals / sizeof *signals)];
        int status;
        pid_t child;

        restore (&old);
        child = start (argv + 5);
        sleep_for (1.2 * seconds * draw ());
        (void) kill (child, sig);
        status = finish (child);
        n_cut += WIFSIGNALED (status);
        found = load (output);
        if (same (&found, &right))
            n_new++;
        else
            good = same (&found, &old);
        if (!good)
            (void) printf ("%s is neither old nor whole\n", output);
        if (WIFSIGNALED (status) ? WTERMSIG (status) != sig : status != 0)
            good = false;
        free (found.p);
        good = holds_only ("out", name) && good;
        good = holds_only ("tmp", NULL) && good;
        if (!good)
            (void) printf ("signal %d, status %x, of %s\n", sig,
                           (unsigned) status, argv[5]);
        if (i % 10 != 0)
            continue;
        if (finish (start (argv + 5)) != 0)
            good = false;
        found = load (output);
        good = same (&found, &right) & good;
        free (found.p);
    }
    (void) printf ("%ld kills, %ld in time, %ld outputs new, %s: %s\n", n,
                   n_cut, n_new, good ? "all well" : "BAD", argv[5]);
    free (old.p);
    free (right.p);
    return !good;
}
