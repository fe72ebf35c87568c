/* zipflaw: what ngram-zipf's estimates are worth where the law is true, and
   what they cost, as Markdown tables.

   Usage: zipflaw truth [SAMPLES]
          zipflaw times
          zipflaw sample A TYPES SEED

   truth draws SAMPLES samples (1000) of power laws with the exponents 1.5, 2,
   2.5 and 3 and of 10^3 to 10^7 types each (a tenth as many of 10^6 and 10^7),
   and prints how often the true exponent lies within three standard errors, and
   how p-values are distributed.  SAMPLES of 1000 take two minutes.

   times prints what each estimate takes of such samples, and a p-value.

   sample prints one of them, N<TAB>COUNT for N = 1, 2, ... TYPES, for other
   programs.  */
#include <config.h>

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "models/mandelbrot.h"
#include "models/zipfboot.h"
#include "models/zipfcutoff.h"
#include "models/zipfline.h"

enum
{
    N_SIZES = 5,
    N_EXPONENTS = 4,
    N_DRAWS = 200, /* for a p-value */
    P_TYPES = 1000
};

static const double exponents[N_EXPONENTS] = { 1.5, 2, 2.5, 3 };

static void
die (const char *what)
{
    (void) fprintf (stderr, "zipflaw: %s\n", what);
    exit (2);
}

static void
must (enum ng_err err)
{
    if (err != NG_OK)
        die ("a library function fails");
}

static struct ng_zipf_sampler *
new_sampler (uint64_t seed)
{
    struct ng_zipf_sampler *s = ng_zipf_sampler_new (seed);

    if (!s)
        die ("out of memory");
    return s;
}

/* How many of N samples lie within three errors.  */
struct coverage
{
    unsigned n, given, at_cutoff, chosen;
};

static void
cover (double a, double types, unsigned n, struct coverage *c)
{
    struct ng_zipf_sampler *samples = new_sampler (1),
                           *redraws = new_sampler (2);

    *c = (struct coverage){ n, 0, 0, 0 };
    for (uint64_t k = 0; k < n; k++)
    {
        const struct ng_zipf_tails *t;
        struct ng_zipf_fit fit;

        must (ng_zipf_sample (samples, k, types, a, 1, &t));
        must (ng_zipf_fit_at (t, 1, &fit));
        c->given += fabs (fit.a - a) <= 3 * fit.a_err;
        must (ng_zipf_fit_best (t, &fit));
        c->at_cutoff += fabs (fit.a - a) <= 3 * fit.a_err;
        must (ng_zipf_widen_errors (redraws, t, &fit));
        c->chosen += fabs (fit.a - a) <= 3 * fit.a_err;
    }
    ng_zipf_sampler_free (samples);
    ng_zipf_sampler_free (redraws);
}

static void
print_coverage (unsigned n)
{
    struct coverage c, all = { 0, 0, 0, 0 };

    puts (
        "Within three standard errors of the truth, per cent:\n\n"
        "| a | types | samples | cut-off given | cut-off chosen | chosen, with "
        "the error of one given |\n"
        "| --: | --: | --: | --: | --: | --: |");
    for (int i = 0; i < N_EXPONENTS; i++)
        for (int j = 0; j < N_SIZES; j++)
        {
            double types = pow (10, 3 + j);

            cover (exponents[i], types, j < 3 ? n : (n + 9) / 10, &c);
            printf ("| %g | 10^%d | %u | %.1f | %.1f | %.1f |\n", exponents[i],
                    3 + j, c.n, 100.0 * c.given / c.n, 100.0 * c.chosen / c.n,
                    100.0 * c.at_cutoff / c.n);
            (void) fflush (stdout);
            all.n += c.n;
            all.given += c.given;
            all.chosen += c.chosen;
            all.at_cutoff += c.at_cutoff;
        }
    printf ("| all | | %u | %.2f | %.2f | %.2f |\n", all.n,
            100.0 * all.given / all.n, 100.0 * all.chosen / all.n,
            100.0 * all.at_cutoff / all.n);
}

/* SEEN[i] of N samples have i of N_DRAWS draws that lie as far off.  */
static void
print_distribution (double a, const char *how, const unsigned seen[N_DRAWS + 1],
                    unsigned n)
{
    static const double at[] = { 0.05, 0.1, 0.25, 0.5, 0.75 };
    double sum = 0, above = 0, below = 0;
    size_t next = 0;

    printf ("| %g | %s |", a, how);
    for (int i = 0; i <= N_DRAWS; i++)
    {
        double uniform = (i + 1.0) / (N_DRAWS + 1);

        sum += (double) seen[i] / n;
        above = fmax (above, sum - uniform);
        below = fmax (below, uniform - sum);
        if (next < sizeof at / sizeof *at && i >= at[next] * N_DRAWS - 0.5)
        {
            printf (" %.1f |", 100 * sum);
            next++;
        }
    }
    printf (" %.3f | %.3f | %.3f |\n", below, above, 1.36 / sqrt (n));
    (void) fflush (stdout);
}

/* How the cut-off comes, and where draws come from: the semi-parametric
   bootstrap of ngram-zipf, with the cut-off 1 or a chosen one; or the law from
   1 on, with a chosen one for the sample and for each draw.  */
enum how
{
    GIVEN,
    CHOSEN,
    WHOLE,
    N_HOWS
};

static const char *const hows[N_HOWS] = { "given", "chosen",
                                          "chosen, draws of the whole law" };

/* How many of N_DRAWS draws, those from number K on, lie as far off as T.  */
static unsigned
count_worse (struct ng_zipf_sampler *draws, uint64_t k,
             const struct ng_zipf_tails *t, enum how how)
{
    struct ng_zipf_fit whole, fit;
    const struct ng_zipf_tails *draw;
    uint64_t n_worse = 0;

    must (ng_zipf_fit_at (t, 1, &whole));
    fit = whole;
    if (how != GIVEN)
        must (ng_zipf_fit_best (t, &fit));
    for (uint64_t d = k; d < k + N_DRAWS; d++)
        if (how == WHOLE)
        {
            must (ng_zipf_sample (draws, d, t->types[0], whole.a, 1, &draw));
            n_worse += !ng_zipf_has_distance_below (draw, fit.xmin, fit.ks);
        }
        else
            must (ng_zipf_p_value_draw (draws, d, t, &fit, how == CHOSEN,
                                        &n_worse));
    return (unsigned) n_worse;
}

static void
print_p_values (unsigned n)
{
    struct ng_zipf_sampler *samples = new_sampler (3), *draws = new_sampler (4);

    printf (
        "\np-values of samples of %d types, from %d draws each: per cent at "
        "or below\n\n"
        "| a | cut-off | 0.05 | 0.1 | 0.25 | 0.5 | 0.75 | too large by | too "
        "small by | Kolmogorov's 5 %% |\n"
        "| --: | --- | --: | --: | --: | --: | --: | --: | --: | --: |\n",
        P_TYPES, N_DRAWS);
    for (int i = 0; i < N_EXPONENTS; i++)
        for (enum how how = GIVEN; how < N_HOWS; how++)
        {
            unsigned seen[N_DRAWS + 1] = { 0 };

            for (uint64_t k = 0; k < n; k++)
            {
                const struct ng_zipf_tails *t;

                must (
                    ng_zipf_sample (samples, k, P_TYPES, exponents[i], 1, &t));
                seen[count_worse (draws, k * N_DRAWS, t, how)]++;
            }
            print_distribution (exponents[i], hows[how], seen, n);
        }
    ng_zipf_sampler_free (samples);
    ng_zipf_sampler_free (draws);
}

/* Milliseconds of the processor so far.  */
static double
now (void)
{
    struct timespec t = { 0, 0 };

    (void) clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e3 * (double) t.tv_sec + 1e-6 * (double) t.tv_nsec;
}

/* The cells of T whose counts exponents are estimated for; the caller frees
   them.  */
static struct ng_spectrum_cell *
cells_of (const struct ng_zipf_tails *t, size_t *n)
{
    struct ng_spectrum_cell *cells = ng_alloc_array (t->n, sizeof *cells);

    if (!cells)
        die ("out of memory");
    for (*n = 0; *n < t->n && t->x[*n] <= (double) NG_ZIPF_COUNT_MAX; ++*n)
        cells[*n] = (struct ng_spectrum_cell){
            (uint64_t) t->x[*n], (uint64_t) (t->types[*n] - t->types[*n + 1])
        };
    return cells;
}

enum
{
    N_STAGES = 4,
    N_RUNS = 5,
    N_P_DRAWS = 1000
};

/* Add to MS the milliseconds of each stage of what ngram-zipf estimates of
   CELLS[N], and leave what it fitted in *TAILS and *FIT.  */
static void
run_stages (const struct ng_spectrum_cell *cells, size_t n,
            struct ng_zipf_tails *tails, struct ng_zipf_fit *fit,
            double ms[N_STAGES])
{
    struct ng_zipf_line line;
    struct ng_mandelbrot law;
    struct ng_zipf_sampler *redraws;
    double t[N_STAGES + 1];

    t[0] = now ();
    must (ng_zipf_line_ranks (cells, n, &line));
    must (ng_zipf_line_bins (cells, n, &line));
    t[1] = now ();
    must (ng_mandelbrot_fit (cells, n, &law));
    t[2] = now ();
    must (ng_zipf_tails_init (tails, cells, n));
    must (ng_zipf_fit_best (tails, fit));
    t[3] = now ();
    redraws = new_sampler (1);
    must (ng_zipf_widen_errors (redraws, tails, fit));
    ng_zipf_sampler_free (redraws);
    t[4] = now ();
    for (int i = 0; i < N_STAGES; i++)
        ms[i] += t[i + 1] - t[i];
}

static void
print_time (double a, int log10_types)
{
    struct ng_zipf_sampler *samples = new_sampler (1), *draws = new_sampler (4);
    const struct ng_zipf_tails *sample;
    struct ng_zipf_tails tails = { 0 };
    struct ng_zipf_fit fit = { .a = 0 };
    struct ng_spectrum_cell *cells;
    double ms[N_STAGES] = { 0 }, all = 0, p_ms;
    uint64_t n_worse = 0;
    size_t n;

    must (ng_zipf_sample (samples, 0, pow (10, log10_types), a, 1, &sample));
    cells = cells_of (sample, &n);
    printf ("| %g | 10^%d | %zu |", a, log10_types, n);
    for (int i = 0; i < N_RUNS; i++)
    {
        ng_zipf_tails_fini (&tails);
        run_stages (cells, n, &tails, &fit, ms);
    }
    for (int i = 0; i < N_STAGES; i++)
    {
        printf (" %.2f |", ms[i] / N_RUNS);
        all += ms[i] / N_RUNS;
    }
    p_ms = now ();
    for (uint64_t k = 0; k < N_P_DRAWS; k++)
        must (ng_zipf_p_value_draw (draws, k, &tails, &fit, true, &n_worse));
    p_ms = now () - p_ms;
    printf (" %.2f | %.2f |\n", all, p_ms / 1e3);
    (void) fflush (stdout);
    free (cells);
    ng_zipf_tails_fini (&tails);
    ng_zipf_sampler_free (samples);
    ng_zipf_sampler_free (draws);
}

static void
print_times (void)
{
    puts ("| a | types | distinct counts | least squares, ms | "
          "Zipf-Mandelbrot, ms | power law, ms | its error, ms | all, ms | "
          "p-value, 1000 samples, s |\n"
          "| --: | --: | --: | --: | --: | --: | --: | --: | --: |");
    for (int i = 0; i < N_EXPONENTS; i++)
        for (int j = 0; j < N_SIZES; j += 2)
            print_time (exponents[i], 3 + j);
}

static void
print_sample (double a, double types, uint64_t seed)
{
    struct ng_zipf_sampler *s = new_sampler (1);
    const struct ng_zipf_tails *t;
    double n = 0;

    if (!(a > 1 && types >= 1))
        die ("A is to be above 1, and TYPES at least 1");
    must (ng_zipf_sample (s, seed, types, a, 1, &t));
    for (size_t i = 0; i < t->n; i++)
        for (double m = t->types[i] - t->types[i + 1]; m > 0; m--)
            printf ("%.0f\t%.0f\n", ++n, t->x[i]);
    ng_zipf_sampler_free (s);
}

int
main (int argc, char **argv)
{
    (void) gsl_set_error_handler_off ();
    if (argc == 5 && strcmp (argv[1], "sample") == 0)
        print_sample (strtod (argv[2], NULL), strtod (argv[3], NULL),
                      strtoull (argv[4], NULL, 10));
    else if (argc == 2 && strcmp (argv[1], "times") == 0)
        print_times ();
    else if ((argc == 2 || argc == 3) && strcmp (argv[1], "truth") == 0)
    {
        unsigned long n = argc == 3 ? strtoul (argv[2], NULL, 10) : 1000;

        if (n < 1 || n > 1000000)
            die ("SAMPLES is to be a number up to 1000000");
        print_coverage ((unsigned) n);
        print_p_values ((unsigned) n);
    }
    else
        die ("usage: zipflaw truth [SAMPLES], zipflaw times, or zipflaw sample "
             "A TYPES SEED");
    return fflush (stdout) == 0 ? 0 : 2;
}
