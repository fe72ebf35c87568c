#include <config.h>

#include <getopt.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batchopts.h"
#include "cli.h"
#include "countout.h"
#include "fuzz.h"
#include "textopts.h"

enum
{
    ARGS_MAX = 24,
    KEY_REALS = CLI_LONG_ONLY,
    KEY_REAL
};

/* The front end ends a program by exit; here that ends one trial.  The linker
   has all calls of exit and fclose come here (--wrap).  */
_Noreturn void __real_exit (int status);
_Noreturn void __wrap_exit (int status);
int __real_fclose (FILE *file);
int __wrap_fclose (FILE *file);
const char *__asan_default_options (void);

static jmp_buf trial;
static bool is_trying;

void
__wrap_exit (int status)
{
    if (!is_trying)
        __real_exit (status);
    FUZZ_CHECK (status == CLI_DONE || status == CLI_TROUBLE);
    longjmp (trial, 1);
}

int
__wrap_fclose (FILE *file)
{
    return file == stdout || file == stderr ? fflush (file)
                                            : __real_fclose (file);
}

/* What a program has when it exits was never a leak.  */
const char *
__asan_default_options (void)
{
    return "detect_leaks=0";
}

static const struct cli_option options[] = {
    TEXT_OPTIONS ("space"),
    { 'n', "order", "N|MIN-MAX", "which orders" },
    COUNTOUT_SORT_OPTIONS,
    COUNTOUT_FILE_OPTIONS,
    TEXT_STRICT_OPTION,
    { KEY_REALS, "reals", "[=LIST]", "as lists of constants are" },
    { KEY_REAL, "real", "X", "as a temperature is" },
    { 0, NULL, NULL, NULL }
};

static const struct cli_program program = { "fuzz", "", "", options, NULL };

/* What was said is not written byte by byte.  */
static void
buffer_messages (void)
{
    static char buf[1 << 16];
    static bool is_done;

    if (!is_done)
        FUZZ_CHECK (setvbuf (stderr, buf, _IOFBF, sizeof buf) == 0);
    is_done = true;
}

/* The options of ngram-count, and others' kinds of arguments.  */
static void
try_count (int argc, char **argv)
{
    struct countout c;
    struct text_options text = { .mode = NG_SPACE };
    double reals[4];
    const char *arg;
    int key;

    countout_init (&c, 1, 4);
    cli_start (&program, argc, argv);
    while ((key = cli_next (&arg)) != -1)
        if (key == KEY_REALS && arg)
            FUZZ_CHECK (cli_reals (arg, 0, 10, reals, 4) <= 4);
        else if (key == KEY_REAL)
        {
            double x = cli_real (arg, 0, 1);

            FUZZ_CHECK (x >= 0 && x <= 1);
        }
        else
            (void) (text_option (&text, key, arg)
                    || countout_option (&c, key, arg));
    countout_check (&c);
    FUZZ_CHECK (c.min_order >= 1 && c.min_order <= c.max_order);
    FUZZ_CHECK (c.max_order <= 8);
}

static void
try_batch (int argc, char **argv)
{
    struct request r;

    memset (&r, 0, sizeof r);
    r.sampler.batch_size = 32;
    r.sampler.n_steps = 35;
    r.sampler.world = 1;
    r.output = "-";
    batch_options (argc, argv, &r);
    batch_check_options (&r);
    FUZZ_CHECK (r.sampler.rank < r.sampler.world);
    mix_close (&r.mix);
}

/* A command line, an argument a line; the first one's first byte chooses whose.
   Arguments that name other files to be read are passed over.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    char *text = strndup ((const char *) bytes, n);
    char *next = text;
    char *argv[ARGS_MAX + 2];
    int argc = 0;

    FUZZ_CHECK (text != NULL);
    buffer_messages ();
    optind = 0;
    while (next && argc < ARGS_MAX)
    {
        char *line = next;

        next = strchr (line, '\n');
        if (next)
            *next++ = '\0';
        if (!strchr (line, '@'))
            argv[argc++] = line;
    }
    argv[argc] = NULL;
    is_trying = true;
    if (argc > 0 && setjmp (trial) == 0)
    {
        if (argv[0][0] == 'b')
            try_batch (argc, argv);
        else
            try_count (argc, argv);
    }
    is_trying = false;
    free (text);
    return 0;
}
