#include <config.h>

#include "cli.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <locale.h>
#ifdef HAVE_MALLOPT
#include <malloc.h>
#endif
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/checked.h"
#include "io/input.h"
#include "shrunk.h"

enum
{
    OPTIONS_MAX = 64,
    KEY_HELP = 1000,
    KEY_VERSION,
    HELP_COLUMN = 30,
    GUARDS_MAX = 4,
    QUOTES_MAX = 4,
    QUOTE_BYTES_MAX = 512,
    MESSAGE_BYTES_MAX = 4096 /* of a message; the rest is left out */
};

bool cli_quiet, cli_verbose;

static const struct cli_program *program;
static int n_args;
static char **args;
static struct option long_options[OPTIONS_MAX + 1];
static char short_options[3 * OPTIONS_MAX + 2];
static char last_option[64]; /* as the user may have typed it */
static const struct ng_output *guarded[GUARDS_MAX];
static const char *volatile guarded_names[GUARDS_MAX];

static const struct cli_option common_options[] = {
    { 'q', "quiet", NULL, "no warnings" },
    { 'v', "verbose", NULL, "say on standard error what is done" },
    { KEY_HELP, "help", NULL, "print this help and exit" },
    { KEY_VERSION, "version", NULL, "print the version and exit" },
    { 0, NULL, NULL, NULL }
};

/* Write TEXT to standard error so that a terminal takes nothing in it as a
   command: it may hold names of files and tokens that others chose.  Control
   characters, those of ISO 6429 in UTF-8 among them, become octal numbers.  */
static void
put_plainly (const char *text)
{
    for (const unsigned char *p = (const unsigned char *) text; *p; p++)
    {
        bool is_c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;

        if (*p >= ' ' && *p != 0x7f && !is_c1)
            (void) fputc (*p, stderr);
        else
            (void) fprintf (stderr, "\\%03o", *p);
        if (is_c1)
            (void) fprintf (stderr, "\\%03o", *++p);
    }
}

static void
vmessage (const char *fmt, va_list list)
{
    char text[MESSAGE_BYTES_MAX];

    (void) fflush (stdout);
    (void) fprintf (stderr, "%s: ", program->name);
    (void) vsnprintf (text, sizeof text, fmt, list);
    put_plainly (text);
    (void) fputc ('\n', stderr);
}

void
cli_error (const char *fmt, ...)
{
    va_list list;

    va_start (list, fmt);
    vmessage (fmt, list);
    va_end (list);
}

void
cli_warn (const char *fmt, ...)
{
    va_list list;

    if (cli_quiet)
        return;
    va_start (list, fmt);
    vmessage (fmt, list);
    va_end (list);
}

void
cli_note (const char *fmt, ...)
{
    va_list list;

    if (!cli_verbose)
        return;
    va_start (list, fmt);
    vmessage (fmt, list);
    va_end (list);
}

void
cli_usage_error (const char *fmt, ...)
{
    va_list list;

    va_start (list, fmt);
    vmessage (fmt, list);
    va_end (list);
    (void) fprintf (stderr, "Try '%s --help' for more information.\n",
                    program->name);
    exit (CLI_TROUBLE);
}

const char *
cli_quote (const char *name)
{
    static char buffers[QUOTES_MAX][QUOTE_BYTES_MAX];
    static size_t next;
    char *buf = buffers[next++ % QUOTES_MAX];
    size_t at = 0;
    bool odd = *name == '\0' || strpbrk (name, " '\"\\:") != NULL;

    for (const char *p = name; *p; p++)
        odd = odd || (unsigned char) *p < ' ' || *p == 0x7f;
    if (!odd && strlen (name) < QUOTE_BYTES_MAX)
        return name;
    buf[at++] = '\'';
    for (const char *p = name; *p && at < QUOTE_BYTES_MAX - 8; p++)
    {
        unsigned char c = (unsigned char) *p;

        if (c < ' ' || c == 0x7f)
            at += (size_t) snprintf (buf + at, 5, "\\%03o", c);
        else
        {
            if (c == '\'' || c == '\\')
                buf[at++] = '\\';
            buf[at++] = *p;
        }
    }
    buf[at++] = '\'';
    buf[at] = '\0';
    return buf;
}

int
cli_fault (const struct ng_fault *fault, enum ng_err err)
{
    const char *text = fault->text;
    const char *reason = "";

    if (fault->err != NG_OK)
        err = fault->err;
    if (fault->sys_errno != 0)
        reason = strerror (fault->sys_errno);
    else if (!*text)
        reason = ng_err_text (err);
    if (fault->file)
    {
        const char *file = strcmp (fault->file, "-") == 0
                               ? "standard input"
                               : cli_quote (fault->file);

        if (fault->line > 0)
            cli_error ("%s:%" PRIu64 ": %s%s%s", file, fault->line, text,
                       *text && *reason ? ": " : "", reason);
        else if (fault->has_byte)
            cli_error ("%s: byte %" PRIu64 ": %s%s%s", file, fault->byte, text,
                       *text && *reason ? ": " : "", reason);
        else
            cli_error ("%s: %s%s%s", file, text, *text && *reason ? ": " : "",
                       reason);
    }
    else
        cli_error ("%s%s%s", text, *text && *reason ? ": " : "", reason);
    return CLI_TROUBLE;
}

/* Only async-signal-safe calls, here and below.  */
/* Unlink the temporary files of what is guarded; a signal's handler may.  */
static void
unlink_temporaries (void)
{
    for (size_t i = 0; i < GUARDS_MAX; i++)
        if (guarded_names[i])
            (void) unlink (guarded_names[i]);
}

static void
on_signal (int sig)
{
    unlink_temporaries ();
    (void) signal (sig, SIG_DFL);
    (void) raise (sig);
}

void
cli_guard (const struct ng_output *out)
{
    static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGXCPU };
    const char *name = ng_output_temporary (out);

    if (!name)
        return;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    {
        struct sigaction old, new = { .sa_handler = on_signal };

        (void) sigemptyset (&new.sa_mask);
        if (sigaction (signals[i], NULL, &old) == 0
            && old.sa_handler != SIG_IGN)
            (void) sigaction (signals[i], &new, NULL);
    }
    for (size_t i = 0; i < GUARDS_MAX; i++)
        if (!guarded[i])
        {
            guarded[i] = out;
            guarded_names[i] = name;
            return;
        }
}

void
cli_forget (const struct ng_output *out)
{
    for (size_t i = 0; out && i < GUARDS_MAX; i++)
        if (guarded[i] == out)
        {
            guarded_names[i] = NULL;
            guarded[i] = NULL;
        }
}

enum ng_err
cli_open_output (const char *name, struct ng_fault *fault,
                 struct ng_output **out)
{
    enum ng_err err = ng_output_open (name ? name : "-", fault, out);

    if (err == NG_OK)
        cli_guard (*out);
    return err;
}

void
cli_close_output (struct ng_output *out)
{
    cli_forget (out);
    (void) ng_output_close (out);
}

const char *
cli_name (void)
{
    return program->name;
}

static bool
is_optional (const struct cli_option *o)
{
    return o->arg && o->arg[0] == '[';
}

/* Append TABLE to getopt's two tables.  */
static void
add_options (const struct cli_option *table, size_t *n, size_t *n_short)
{
    for (; table->key != 0; table++)
    {
        struct option *o = &long_options[*n];

        assert (*n < OPTIONS_MAX);
        o->name = table->name;
        o->val = table->key;
        o->has_arg = !table->arg           ? no_argument
                     : is_optional (table) ? optional_argument
                                           : required_argument;
        *n += 1;
        if (table->key < CLI_LONG_ONLY)
        {
            short_options[(*n_short)++] = (char) table->key;
            for (int i = 0; i < o->has_arg; i++)
                short_options[(*n_short)++] = ':';
        }
    }
}

/* A descriptor of 0 to 2 that the caller closed is opened the wrong way
   round, so that no file gets its number and using it is an error.  */
static void
reserve_standard_streams (void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl (fd, F_GETFD) < 0 && errno == EBADF)
            (void) open ("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

/* A mapped file became shorter.  */
static void
end_shrunk (void)
{
    unlink_temporaries ();
    _exit (CLI_TROUBLE);
}

/* Where room for addresses is limited, let all threads have one heap: each of
   its own would take 64 MiB of it, most of them never used.  */
static void
bound_heaps (void)
{
#if defined HAVE_MALLOPT && defined M_ARENA_MAX
    struct rlimit limit;

    if (getrlimit (RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        (void) mallopt (M_ARENA_MAX, 1);
#endif
}

void
cli_start (const struct cli_program *p, int argc, char **argv)
{
    size_t n = 0, n_short = 0;

    program = p;
    n_args = argc;
    args = argv;
    reserve_standard_streams ();
    shrunk_start (p->name, end_shrunk);
    bound_heaps ();
    /* A file that may not become so large is told as a full disk is.  */
    (void) signal (SIGXFSZ, SIG_IGN);
    (void) setlocale (LC_CTYPE, "");
    (void) setlocale (LC_MESSAGES, "");
    memset (long_options, 0, sizeof long_options);
    memset (short_options, 0, sizeof short_options);
    short_options[n_short++] = ':';
    add_options (p->options, &n, &n_short);
    add_options (common_options, &n, &n_short);
    opterr = 0;
}

static void
print_option (const struct cli_option *o)
{
    char left[80];
    int width;
    const char *line = o->help;

    width =
        snprintf (left, sizeof left, "  %s%c%s--%s%s%s",
                  o->key < CLI_LONG_ONLY ? "-" : " ",
                  o->key < CLI_LONG_ONLY ? o->key : ' ',
                  o->key < CLI_LONG_ONLY ? ", " : "  ", o->name,
                  o->arg && !is_optional (o) ? "=" : "", o->arg ? o->arg : "");
    if (width < HELP_COLUMN)
        (void) printf ("%-*s", HELP_COLUMN, left);
    else
        (void) printf ("%s\n%*s", left, HELP_COLUMN, "");
    for (;;)
    {
        size_t len = strcspn (line, "\n");

        (void) printf ("%.*s\n", (int) len, line);
        if (line[len] == '\0')
            break;
        line += len + 1;
        (void) printf ("%*s", HELP_COLUMN, "");
    }
}

static void
print_help (void)
{
    (void) printf ("Usage: %s %s\n%s\n\n", program->name, program->usage,
                   program->summary);
    for (const struct cli_option *o = program->options; o->key != 0; o++)
        print_option (o);
    for (const struct cli_option *o = common_options; o->key != 0; o++)
        print_option (o);
    if (program->epilogue)
        (void) printf ("\n%s\n", program->epilogue);
    (void) printf ("\nFull documentation: man %s\n", program->name);
}

/* Remember how the option KEY was typed, for messages.  */
static void
name_option (int key)
{
    const struct option *o = long_options;

    while (o->name && o->val != key)
        o++;
    if (o->name)
        (void) snprintf (last_option, sizeof last_option, "--%s", o->name);
}

/* End the program: TYPED, which begins with "--", is no option, or the
   beginning of several.  */
static _Noreturn void
unknown_long (const char *typed)
{
    size_t len = strcspn (typed + 2, "=");
    char list[256] = "";
    size_t at = 0;

    for (const struct option *o = long_options; o->name; o++)
        if (strncmp (o->name, typed + 2, len) == 0 && at < sizeof list)
            at += (size_t) snprintf (list + at, sizeof list - at, "%s--%s",
                                     at > 0 ? ", " : "", o->name);
    if (at > 0)
        cli_usage_error ("option %s may be any of %s", cli_quote (typed), list);
    cli_usage_error ("unknown option %s", cli_quote (typed));
}

/* Is KEY that of an option?  */
static bool
is_key (int key)
{
    const struct option *o = long_options;

    while (o->name && o->val != key)
        o++;
    return o->name != NULL;
}

/* End the program: getopt_long answered WHY to the option that it read last.
   It has gone past its argument, but for letters in the middle of one.  */
static _Noreturn void
refuse_option (int why)
{
    const char *typed = args[optind - 1];

    if (why == ':')
        cli_usage_error ("option %s needs an argument", cli_quote (typed));
    if (optopt == 0)
        unknown_long (typed);
    if (is_key (optopt))
        cli_usage_error ("option %s takes no argument", cli_quote (typed));
    if (optopt > ' ' && optopt < 0x7f)
        cli_usage_error ("unknown option -%c", optopt);
    if (typed[0] != '-' || !strchr (typed, optopt))
        typed = args[optind];
    cli_usage_error ("unknown option %s", cli_quote (typed));
}

int
cli_next (const char **arg)
{
    for (;;)
    {
        int key = getopt_long (n_args, args, short_options, long_options, NULL);

        *arg = optarg;
        name_option (key);
        switch (key)
        {
        case 'q':
            cli_quiet = true;
            break;
        case 'v':
            cli_verbose = true;
            break;
        case KEY_HELP:
            print_help ();
            exit (cli_finish (CLI_DONE));
        case KEY_VERSION:
            (void) printf ("%s (ngramutils) %s\n", program->name,
                           PACKAGE_VERSION);
            exit (cli_finish (CLI_DONE));
        case ':':
        case '?':
            refuse_option (key);
        default:
            return key;
        }
    }
}

const char *const *
cli_operands (size_t *n)
{
    *n = (size_t) (n_args - optind);
    return (const char *const *) (args + optind);
}

static uint64_t
parse_count (const char *text, bool suffix, uint64_t min, uint64_t max)
{
    static const char suffixes[] = "KMGT";
    uint64_t x = 0;
    const char *p = text;
    const char *s;

    for (; *p >= '0' && *p <= '9'; p++)
        if (!ng_ckd_mul (x, 10, &x) || !ng_ckd_add (x, *p - '0', &x))
            cli_usage_error ("%s: %s is too large", last_option,
                             cli_quote (text));
    if (p == text)
        cli_usage_error ("%s: %s is not a whole number", last_option,
                         cli_quote (text));
    s = suffix && *p ? strchr (suffixes, *p) : NULL;
    if (s)
    {
        uint64_t scale = UINT64_C (1) << 10 * (s - suffixes + 1);

        if (!ng_ckd_mul (x, scale, &x))
            cli_usage_error ("%s: %s is too large", last_option,
                             cli_quote (text));
        p++;
    }
    if (*p)
        cli_usage_error ("%s: %s is not a %s", last_option, cli_quote (text),
                         suffix ? "size" : "whole number");
    if (x < min && max == UINT64_MAX)
        cli_usage_error ("%s: %s is less than %" PRIu64, last_option,
                         cli_quote (text), min);
    if (x < min || x > max)
        cli_usage_error ("%s: %s is not from %" PRIu64 " to %" PRIu64,
                         last_option, cli_quote (text), min, max);
    return x;
}

uint64_t
cli_count (const char *text, uint64_t min, uint64_t max)
{
    return parse_count (text, false, min, max);
}

uint64_t
cli_size (const char *text, uint64_t min, uint64_t max)
{
    return parse_count (text, true, min, max);
}

/* A real number at the start of TEXT, which ends at *END.  */
static double
parse_real (const char *text, double min, double max, char **end)
{
    double x;

    errno = 0;
    x = strtod (text, end);
    if (*end == text || !strchr ("+-.0123456789", *text))
        cli_usage_error ("%s: %s is not a number", last_option,
                         cli_quote (text));
    if (errno == ERANGE || !(x >= min && x <= max))
        cli_usage_error ("%s: %s is not from %g to %g", last_option,
                         cli_quote (text), min, max);
    return x;
}

double
cli_real (const char *text, double min, double max)
{
    char *end;
    double x = parse_real (text, min, max, &end);

    if (*end)
        cli_usage_error ("%s: %s is not a number", last_option,
                         cli_quote (text));
    return x;
}

size_t
cli_reals (const char *text, double min, double max, double *out, size_t cap)
{
    const char *p = text;

    for (size_t n = 0; n < cap;)
    {
        char *end;

        out[n++] = parse_real (p, min, max, &end);
        if (*end == '\0')
            return n;
        if (*end != ',')
            cli_usage_error ("%s: %s is not a list of numbers split by commas",
                             last_option, cli_quote (text));
        p = end + 1;
    }
    cli_usage_error ("%s: at most %zu numbers", last_option, cap);
}

void
cli_range (const char *text, unsigned low, unsigned high, unsigned *min,
           unsigned *max)
{
    char *dash, *copy = strdup (text);

    if (!copy)
        cli_usage_error ("%s", ng_err_text (NG_ENOMEM));
    dash = strchr (copy, '-');
    if (dash)
        *dash = '\0';
    *min = (unsigned) cli_count (copy, low, high);
    *max = dash ? (unsigned) cli_count (dash + 1, low, high) : *min;
    free (copy);
    if (*min > *max)
        cli_usage_error ("%s: %s is not a rising range", last_option,
                         cli_quote (text));
}

size_t
cli_word (const char *text, const char *const *words)
{
    char list[256] = "";
    size_t at = 0;

    for (size_t i = 0; words[i]; i++)
        if (strcmp (text, words[i]) == 0)
            return i;
    for (size_t i = 0; words[i] && at < sizeof list; i++)
        at += (size_t) snprintf (list + at, sizeof list - at, "%s%s",
                                 i > 0 ? ", " : "", words[i]);
    cli_usage_error ("%s: %s is none of: %s", last_option, cli_quote (text),
                     list);
}

int
cli_finish (int status)
{
    if (fflush (stdout) != 0 || ferror (stdout) || fclose (stdout) != 0)
    {
        int reason = errno;

        (void) fprintf (stderr, "%s: write error: %s\n", program->name,
                        strerror (reason));
        status = CLI_TROUBLE;
    }
    if (fclose (stderr) != 0)
        status = CLI_TROUBLE;
    return status;
}
