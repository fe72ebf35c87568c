#include <config.h>

#include "shrunk.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum
{
    WATCHES_MAX = 4096
};

static struct
{
    const char *start, *end;
    const char *name;
} watches[WATCHES_MAX];
static volatile size_t n_watches;
static const char *program;
static void (*end_program) (void);

static void
say (const char *text)
{
    /* Nothing can be done if this fails.  */
    if (write (STDERR_FILENO, text, strlen (text)) < 0)
        return;
}

/* Only async-signal-safe calls.  */
static void
on_bus_error (int sig, siginfo_t *info, void *context)
{
    const char *at = info->si_addr;
    int n_named = 0;

    (void) sig;
    (void) context;
    say (program);
    for (size_t i = 0; i < n_watches; i++)
        if (at >= watches[i].start && at < watches[i].end)
        {
            say (": ");
            say (watches[i].name);
            n_named++;
        }
    say (n_named > 0 ? ": the file" : ": a file");
    say (" became shorter, or could not be read, while it was in use\n");
    end_program ();
}

void
shrunk_start (const char *name, void (*end) (void))
{
    struct sigaction action = { .sa_sigaction = on_bus_error,
                                .sa_flags = SA_SIGINFO };

    program = name;
    end_program = end;
    (void) sigemptyset (&action.sa_mask);
    (void) sigaction (SIGBUS, &action, NULL);
}

void
shrunk_watch (const void *map, size_t bytes, const char *name)
{
    if (n_watches == WATCHES_MAX)
        return;
    watches[n_watches].start = map;
    watches[n_watches].end = (const char *) map + bytes;
    watches[n_watches].name = name;
    n_watches++;
}
