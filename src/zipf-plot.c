#include <config.h>

#include "zipf-plot.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli.h"
#include "models/zipfcurve.h"

extern char **environ;

enum
{
    POINTS_PER_DECADE = 16,
    CURVE_POINTS = 64,
    READ_BYTES = 65536,
    N_STYLES = 8
};

/* Forms of pictures, by a name's ending, and gnuplot's words for them.  */
static const struct
{
    const char *ending;
    const char *terminal;
    double point_size;
} forms[] = {
    { ".svg",
      "svg size 900,640 dynamic enhanced font 'sans-serif,16' "
      "background 'white'",
      0.6 },
    { ".png",
      "pngcairo size 1350,960 enhanced font 'Sans,17' linewidth 1.6 "
      "pointscale 1.5",
      0.9 },
    { ".pdf", "pdfcairo size 18cm,12.8cm enhanced font 'Sans,11'", 0.6 },
};

enum
{
    N_FORMS = sizeof forms / sizeof *forms
};

/* An order has a shape and a dash of its own besides its colour; the colours
   (Okabe and Ito 2008) stay apart in most forms of colour blindness.  */
static const struct
{
    int point;
    const char *dash;
    const char *colour;
} styles[N_STYLES] = {
    { 6, "solid", "#000000" },  { 4, "'-'", "#0072b2" },
    { 8, "'-.'", "#d55e00" },   { 12, "'.'", "#009e73" },
    { 10, "'-..'", "#cc79a7" }, { 14, "'--.'", "#56b4e9" },
    { 2, "'. '", "#e69f00" },   { 1, "'_ '", "#666666" },
};

/* The index of NAME's form, or N_FORMS.  */
static size_t
find_form (const char *name)
{
    size_t len = strlen (name), i = 0;

    while (i < N_FORMS
           && (len <= 4 || strcmp (name + len - 4, forms[i].ending) != 0))
        i++;
    return i;
}

bool
zipf_plot_knows (const char *name)
{
    return find_form (name) < N_FORMS;
}

static bool
has_law (const struct zipf_row *row)
{
    return isfinite (row->a);
}

static void
put_points (FILE *f, const struct ng_curve_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++)
        /* The N of them were filled by ng_zipf_curve.  */
        /* cppcheck-suppress uninitvar */
        (void) fprintf (f, "%.17g %.17g\n", points[i].rank, points[i].count);
    (void) fputs ("EOD\n", f);
}

/* The data of one order as gnuplot's blocks $p and $c, numbered.  */
static void
put_data (FILE *f, const struct zipf_series *s)
{
    struct ng_curve_point points[NG_CURVE_POINTS_MAX];
    struct ng_zipf_fit fit = { .a = s->row->a,
                               .xmin = s->row->xmin,
                               .n_tail = s->row->n_tail };

    (void) fprintf (f, "$p%" PRIu64 " << EOD\n", s->row->order);
    put_points (f, points,
                ng_zipf_thin (s->cells, s->n, POINTS_PER_DECADE, points,
                              NG_CURVE_POINTS_MAX));
    if (!has_law (s->row))
        return;
    (void) fprintf (f, "$c%" PRIu64 " << EOD\n", s->row->order);
    put_points (f, points, ng_zipf_curve (&fit, points, CURVE_POINTS));
}

/* What the legend says of one order.  */
static void
put_key (FILE *f, const struct zipf_row *row, size_t style)
{
    (void) fprintf (f,
                    "keyentry with linespoints pt %d lw 2 dt %s lc rgb '%s' "
                    "title '%" PRIu64 "-grams",
                    styles[style].point, styles[style].dash,
                    styles[style].colour, row->order);
    if (has_law (row))
        (void) fprintf (f, ": s = %.3f ± %.3f", row->s, row->s_err);
    else
        (void) fputs (": no exponent", f);
    if (isfinite (row->line_slope))
        (void) fprintf (f, ", least squares %.3f", -row->line_slope);
    (void) fputs ("'", f);
}

static void
put_plot (FILE *f, const struct zipf_series *series, size_t n)
{
    (void) fputs ("plot NaN notitle", f);
    for (size_t i = 0; i < n; i++)
    {
        const struct zipf_row *row = series[i].row;
        size_t k = (row->order - 1) % N_STYLES;

        if (isfinite (row->line_slope))
            (void) fprintf (f,
                            ", exp (%.17g + %.17g * log (x)) with lines lw 1.2 "
                            "dt '.' lc rgb '#777777' notitle",
                            row->line_intercept, row->line_slope);
        (void) fprintf (f,
                        ", $p%" PRIu64 " with points pt %d lw 1.2 lc "
                        "rgb '%s' notitle",
                        row->order, styles[k].point, styles[k].colour);
        if (has_law (row))
            (void) fprintf (f,
                            ", $c%" PRIu64 " with lines lw 2.5 dt %s lc rgb "
                            "'%s' notitle",
                            row->order, styles[k].dash, styles[k].colour);
        (void) fputs (", ", f);
        put_key (f, row, k);
    }
    (void) fputs (", keyentry with lines lw 1.2 dt '.' lc rgb '#777777' title "
                  "'least squares over all ranks'\n",
                  f);
}

static void
put_script (FILE *f, size_t form, const struct zipf_series *series, size_t n)
{
    double top = 1, last = 1;

    for (size_t i = 0; i < n; i++)
    {
        top = fmax (top, (double) series[i].cells[series[i].n - 1].count);
        last = fmax (last, (double) series[i].row->n_types);
    }
    (void) fprintf (f,
                    "set terminal %s\n"
                    "set pointsize %g\n"
                    "set encoding utf8\n"
                    "set logscale xy\n"
                    "set xrange [0.8:%.17g]\n"
                    "set yrange [0.7:%.17g]\n"
                    "set format xy '10^{%%L}'\n"
                    "set xlabel 'rank r'\n"
                    "set ylabel 'count of the n-gram of rank r'\n"
                    "set grid lc rgb '#dddddd' lt 1 lw 0.5\n"
                    "set border lc rgb '#444444'\n"
                    "set tics scale 0.6\n"
                    "set key top right Left reverse samplen 3 spacing 1.15\n"
                    "set samples 200\n",
                    forms[form].terminal, forms[form].point_size, 1.6 * last,
                    2.5 * top);
    for (size_t i = 0; i < n; i++)
        put_data (f, &series[i]);
    put_plot (f, series, n);
}

/* The environment for gnuplot, ours but for the locale: the script is UTF-8,
   and the picture is to be the same everywhere.  The array alone is the
   caller's.  */
static char **
make_environment (void)
{
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t n = 0, k = 0;
    char **copy;

    while (environ[n])
        n++;
    copy = ng_alloc_array (n + 2, sizeof *copy);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strncmp (environ[i], "LC_ALL=", 7) != 0)
            copy[k++] = environ[i];
    copy[k++] = locale;
    copy[k] = NULL;
    return copy;
}

/* Start gnuplot with SCRIPT as its standard input and a pipe, whose other end
   is *FD, as its standard output.  */
static enum ng_err
start_gnuplot (FILE *script, pid_t *pid, int *fd, struct ng_fault *fault)
{
    /* -d: whatever the user's .gnuplot may say.  */
    char *const argv[] = { (char[]){ "gnuplot" }, (char[]){ "-d" }, NULL };
    char **environment = make_environment ();
    posix_spawn_file_actions_t actions;
    int ends[2], status;

    if (!environment)
        return NG_ENOMEM;
    if (pipe (ends) != 0)
    {
        free (environment);
        return ng_fault_sys (fault, NULL);
    }
    status = posix_spawn_file_actions_init (&actions);
    if (status == 0)
    {
        status = posix_spawn_file_actions_adddup2 (&actions, fileno (script),
                                                   STDIN_FILENO);
        if (status == 0)
            status = posix_spawn_file_actions_adddup2 (&actions, ends[1],
                                                       STDOUT_FILENO);
        if (status == 0)
            status = posix_spawn_file_actions_addclose (&actions, ends[0]);
        if (status == 0)
            status = posix_spawnp (pid, "gnuplot", &actions, NULL, argv,
                                   environment);
        (void) posix_spawn_file_actions_destroy (&actions);
    }
    (void) close (ends[1]);
    free (environment);
    if (status == 0)
    {
        *fd = ends[0];
        return NG_OK;
    }
    (void) close (ends[0]);
    if (status == ENOENT)
        return ng_fault_set (fault, NG_EINVAL, NULL,
                             "gnuplot, which draws the picture, is not "
                             "installed: install it (Debian package "
                             "gnuplot-nox), or draw with characters "
                             "(--plot=-)");
    errno = status;
    return ng_fault_sys (fault, "gnuplot");
}

/* What gnuplot drew.  */
struct picture
{
    char *bytes;
    size_t n, cap;
};

/* Append all that comes from FD to *P.  */
static enum ng_err
read_all (int fd, struct picture *p, struct ng_fault *fault)
{
    for (;;)
    {
        char *bytes = ng_grow (p->bytes, &p->cap, p->n + READ_BYTES, 1);
        ssize_t got;

        if (!bytes)
            return NG_ENOMEM;
        p->bytes = bytes;
        got = read (fd, p->bytes + p->n, READ_BYTES);
        if (got == 0)
            return NG_OK;
        if (got > 0)
            p->n += (size_t) got;
        else if (errno != EINTR)
            return ng_fault_sys (fault, "gnuplot");
    }
}

/* A PDF tells when it was made; pictures of the same counts are to be the same
   bytes.  Set the digits of the date to those of 1970.  */
static void
forget_date (struct picture *p)
{
    static const char key[] = "/CreationDate (D:", epoch[] = "19700101000000";
    size_t len = sizeof key - 1;

    for (size_t i = 0; i + len + sizeof epoch <= p->n; i++)
        if (p->bytes[i] == '/' && memcmp (p->bytes + i, key, len) == 0)
            memcpy (p->bytes + i + len, epoch, sizeof epoch - 1);
}

/* Have SCRIPT drawn on OUT.  */
static enum ng_err
draw (FILE *script, struct ng_output *out, struct ng_fault *fault)
{
    pid_t pid = 0;
    int fd = -1, status = 0;
    struct picture picture = { NULL, 0, 0 };
    enum ng_err err = start_gnuplot (script, &pid, &fd, fault);

    if (err != NG_OK)
        return err;
    err = read_all (fd, &picture, fault);
    (void) close (fd);
    while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (err == NG_OK
        && (!WIFEXITED (status) || WEXITSTATUS (status) != 0 || picture.n == 0))
        err = ng_fault_set (fault, NG_EINVAL, NULL,
                            "gnuplot failed; what it said is above");
    if (err == NG_OK)
    {
        forget_date (&picture);
        err = ng_output_write (out, picture.bytes, picture.n);
    }
    free (picture.bytes);
    return err;
}

enum ng_err
zipf_plot_file (struct ng_output *out, const char *name,
                const struct zipf_series *series, size_t n,
                struct ng_fault *fault)
{
    enum ng_err err = NG_OK;
    FILE *script = tmpfile ();

    if (!script)
        return ng_fault_sys (fault, NULL);
    put_script (script, find_form (name), series, n);
    if (fflush (script) != 0 || ferror (script)
        || fseek (script, 0, SEEK_SET) != 0)
        err = ng_fault_sys (fault, NULL);
    if (err == NG_OK)
        err = draw (script, out, fault);
    (void) fclose (script);
    return err;
}
