/* measure: run a command and note what it cost.

   Usage: measure [-i IN] [-o OUT] [-r TIMES] LOG COMMAND [ARGUMENT]...

   COMMAND runs TIMES times (once, if not told), with IN as its standard input
   and OUT, made anew each time, as its standard output.  Each run adds one
   line to LOG:

     USER SYSTEM WALL PEAK STATUS

   seconds of processor time in the program and in the kernel, seconds by the
   clock, KiB of memory at the peak, and the exit status (128 + N for signal
   N).  The times are those of the command and of all it waited for; the peak
   is that of the largest single process among them.  A shell's "time" would
   say the same but for the peak, and only to the millisecond.

   The exit status is that of the first run that failed, or 0; 125 if the
   trouble is measure's own, 126 or 127 if COMMAND cannot be run.  */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum
{
    TROUBLE = 125,
    CANNOT_RUN = 126,
    NOT_FOUND = 127
};

struct job
{
    const char *in, *out, *log;
    long times;
    char **argv; /* ends with NULL */
};

static void
fail (const char *what)
{
    fprintf (stderr, "measure: %s: %s\n", what, strerror (errno));
}

static int
usage (void)
{
    fputs ("usage: measure [-i IN] [-o OUT] [-r TIMES] LOG COMMAND "
           "[ARGUMENT]...\n",
           stderr);
    return TROUBLE;
}

/* Open NAME as descriptor TO, in the child.  */
static int
redirect (const char *name, int flags, int to)
{
    int fd = open (name, flags, 0666);

    if (fd < 0 || dup2 (fd, to) < 0)
    {
        fail (name);
        return -1;
    }
    close (fd);
    return 0;
}

static void
become (const struct job *job)
{
    if (job->in != NULL && redirect (job->in, O_RDONLY, 0) != 0)
        _exit (TROUBLE);
    if (job->out != NULL
        && redirect (job->out, O_WRONLY | O_CREAT | O_TRUNC, 1) != 0)
        _exit (TROUBLE);
    execvp (job->argv[0], job->argv);
    fail (job->argv[0]);
    _exit (errno == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

static double
seconds_of (struct timeval t)
{
    return (double) t.tv_sec + (double) t.tv_usec / 1e6;
}

/* Run the job once, add its line to LOG, and return its exit status.  */
static int
run_once (const struct job *job, FILE *log)
{
    struct timespec start, end;
    struct rusage cost;
    double wall;
    pid_t child;
    int status;

    clock_gettime (CLOCK_MONOTONIC, &start);
    child = fork ();
    if (child == 0)
        become (job);
    if (child < 0)
    {
        fail ("fork");
        return TROUBLE;
    }
    while (wait4 (child, &status, 0, &cost) < 0)
        if (errno != EINTR)
        {
            fail ("wait");
            return TROUBLE;
        }
    clock_gettime (CLOCK_MONOTONIC, &end);
    wall = (double) (end.tv_sec - start.tv_sec)
           + (double) (end.tv_nsec - start.tv_nsec) / 1e9;
    status =
        WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
    fprintf (log, "%.6f %.6f %.6f %ld %d\n", seconds_of (cost.ru_utime),
             seconds_of (cost.ru_stime), wall, cost.ru_maxrss, status);
    return status;
}

static int
run (const struct job *job)
{
    FILE *log = fopen (job->log, "ae");
    int first = 0;

    if (log == NULL)
    {
        fail (job->log);
        return TROUBLE;
    }
    for (long i = 0; i < job->times; i++)
    {
        int status = run_once (job, log);

        if (first == 0)
            first = status;
    }
    if (fclose (log) != 0)
    {
        fail (job->log);
        return TROUBLE;
    }
    return first;
}

int
main (int argc, char **argv)
{
    struct job job = { .times = 1 };
    char *end;
    int key;

    /* The plus sign: what follows LOG and COMMAND is the command's own.  */
    while ((key = getopt (argc, argv, "+i:o:r:")) != -1)
        switch (key)
        {
        case 'i':
            job.in = optarg;
            break;
        case 'o':
            job.out = optarg;
            break;
        case 'r':
            job.times = strtol (optarg, &end, 10);
            if (*end != '\0' || job.times < 1)
                return usage ();
            break;
        default:
            return usage ();
        }
    if (argc - optind < 2)
        return usage ();
    job.log = argv[optind];
    job.argv = argv + optind + 1;
    return run (&job);
}
