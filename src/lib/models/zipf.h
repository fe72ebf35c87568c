/* The power law of a spectrum: p(x) = x^-a / zeta(a, xmin) for counts x of
   xmin and more, its exponent by maximum likelihood, and its distance from the
   counts (Clauset, Shalizi and Newman 2009, "Power-law distributions in
   empirical data", SIAM Review 51).  Which xmin: zipfcutoff.h.

   a is the frequency exponent: how fast fall the numbers of types that occur
   x times.  On ranks the same law is f(r) ~ r^-s with s = 1 / (a - 1), the
   rank exponent, so that a = 1 + 1/s.

   Make a struct ng_zipf_tails from a spectrum's cells, then fit it.  The
   tails are read only by the fits and may be shared by threads.  */
#ifndef NG_ZIPF_H
#define NG_ZIPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/spectrum.h"

enum
{
    /* Fewer types tell next to nothing of an exponent: Clauset, Shalizi and
       Newman 2009, section 3.5, ask for 50 or so.  */
    NG_ZIPF_TYPES_MIN = 50
};

/* The greatest count: up to here a double tells whole numbers apart.  */
#define NG_ZIPF_COUNT_MAX (UINT64_C (1) << 53)

/* How far above ln xmin the mean of ln x has to be.  The exponent is about 1
   and the inverse of that: rounding tells none that is much above a million,
   as a few counts near 2^53 would have.  */
#define NG_ZIPF_EXCESS_MIN 1e-6

/* What a fit needs of a spectrum, by rising count.  All zero is one without
   cells.  */
struct ng_zipf_tails
{
    size_t n;       /* cells */
    size_t cap;     /* cells there is room for */
    double *x;      /* [n] counts */
    double *ln_x;   /* [n] their logarithms */
    double *types;  /* [n + 1] types that occur x[i] times or more; 0 */
    double *sum_ln; /* [n + 1] sum of ln count over those types; 0 */
};

struct ng_zipf_fit
{
    double a, a_err;       /* frequency exponent and its standard error */
    double s, s_err;       /* rank exponent and its standard error */
    double xmin;           /* cut-off: counts below it are left out */
    double n_tail;         /* types at or above the cut-off */
    double ks;             /* Kolmogorov-Smirnov distance */
    double log_likelihood; /* natural, of the types in the tail */
};

/* Make *TAILS of CELLS[N], which rise by count up to NG_ZIPF_COUNT_MAX.
   NG_ENOMEM.  */
enum ng_err ng_zipf_tails_init (struct ng_zipf_tails *tails,
                                const struct ng_spectrum_cell *cells,
                                size_t n) NG_MUST_CHECK;

/* The same of counts X[N], which rise, and the numbers of types M[N] that have
   them, in *TAILS as it was made before or all zero.  The types of a cell add
   ln X[i] each to what tails sum, or MEAN_LN[i] if that is not NULL.  */
enum ng_err ng_zipf_tails_set (struct ng_zipf_tails *tails, const double *x,
                               const double *mean_ln, const double *m,
                               size_t n) NG_MUST_CHECK;

/* Make *OUT of about N cells of TAILS, which begin tails that fall by even
   steps of the logarithm of types; all of them if there are no more.  A cell
   has the types up to the next.  NG_ENOMEM.  */
enum ng_err ng_zipf_tails_thin (const struct ng_zipf_tails *tails, size_t n,
                                struct ng_zipf_tails *out) NG_MUST_CHECK;

void ng_zipf_tails_fini (struct ng_zipf_tails *tails);

/* Fit the exponent to the counts of XMIN and more: the root of the
   likelihood's derivative (equation 3.5), the error from its curvature
   (equation 3.6).  NG_EINVAL if fewer than two distinct counts are left, for
   which no exponent is likeliest, or if they lie too close together
   (NG_ZIPF_EXCESS_MIN).

   The distance is the greatest difference at a count that occurs between the
   shares of types below it in the law and in the tail, as plfit has it.
   Shares rise on both sides, so that whole stretches of counts are ruled out
   by their ends.  */
enum ng_err ng_zipf_fit_at (const struct ng_zipf_tails *tails, double xmin,
                            struct ng_zipf_fit *fit) NG_MUST_CHECK;

/* The likeliest exponent for counts of XMIN and more, LN_XMIN its logarithm,
   whose logarithms have the mean MEAN_LN, which is NG_ZIPF_EXCESS_MIN above
   LN_XMIN or more.  Newton's method from
   GUESS, or from the approximation of equation 3.7 if GUESS is 0, until a step
   is at most TOLERANCE * (a - 1).  */
double ng_zipf_likeliest (double xmin, double ln_xmin, double mean_ln,
                          double guess, double tolerance);

/* What ng_zipf_fit_at asks of that.  */
#define NG_ZIPF_TOLERANCE 1e-9

/* Where a law and the counts of a tail differ most.  */
struct ng_zipf_gap
{
    size_t at;           /* cell */
    bool law_lies_lower; /* the law has the smaller share of types there and
                            above */
};

/* The distance of the law with exponent A from the counts from the I-th on,
   or something above LIMIT if it is above LIMIT.  *GAP is that of a law much
   like it, which is tried first, or all zero; it becomes that of the
   difference which is handed back.  */
double ng_zipf_distance (const struct ng_zipf_tails *tails, size_t i, double a,
                         double limit, struct ng_zipf_gap *gap);

#endif
