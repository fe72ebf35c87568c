#include <config.h>

#include "zipf-estimate.h"

#include <inttypes.h>
#include <math.h>

#include "cli.h"
#include "models/mandelbrot.h"
#include "models/zipf.h"
#include "models/zipfboot.h"
#include "models/zipfcompare.h"
#include "models/zipfcutoff.h"
#include "models/zipfline.h"

/* Can an exponent be estimated from CELLS[N]?  If not, say why.  */
static bool
can_estimate (const struct zipf_row *row, const struct ng_spectrum_cell *cells,
              size_t n)
{
    if (n == 1)
        cli_warn ("order %" PRIu64 ": %" PRIu64 " n-gram%s, all of count "
                  "%" PRIu64 ": one distinct count has no slope and no "
                  "exponent",
                  row->order, row->n_types, ng_plural (row->n_types),
                  cells[0].count);
    else if (row->n_types < NG_ZIPF_TYPES_MIN)
        cli_warn ("order %" PRIu64 ": %" PRIu64 " type%s: fewer than %d tell "
                  "nothing of slope or exponent",
                  row->order, row->n_types, ng_plural (row->n_types),
                  NG_ZIPF_TYPES_MIN);
    else if (cells[n - 1].count > NG_ZIPF_COUNT_MAX)
        cli_warn ("order %" PRIu64 ": counts beyond 2^53, such as %" PRIu64
                  ", are not told apart: no slope and no exponent",
                  row->order, cells[n - 1].count);
    return n > 1 && row->n_types >= NG_ZIPF_TYPES_MIN
           && cells[n - 1].count <= NG_ZIPF_COUNT_MAX;
}

/* What is estimated on ranks.  */
static enum ng_err
estimate_ranks (const struct ng_spectrum_cell *cells, size_t n,
                struct zipf_row *row)
{
    struct ng_zipf_line line;
    struct ng_mandelbrot law;
    enum ng_err err = ng_zipf_line_ranks (cells, n, &line);

    if (err == NG_OK)
    {
        row->line_slope = line.slope;
        row->line_err = line.slope_err;
        row->line_intercept = line.intercept;
        err = ng_zipf_line_bins (cells, n, &line);
    }
    if (err != NG_OK)
        return err;
    row->bins_slope = line.slope;
    row->bins_err = line.slope_err;
    row->bins_intercept = line.intercept;
    err = ng_mandelbrot_fit (cells, n, &law);
    if (err == NG_EINVAL)
    {
        cli_warn ("order %" PRIu64 ": no Zipf-Mandelbrot law: no s and q are "
                  "the likeliest, since counts fall with the rank not as a "
                  "power, or at the first rank alone",
                  row->order);
        return NG_OK;
    }
    if (err != NG_OK)
        return err;
    row->mandelbrot_s = law.s;
    row->mandelbrot_s_err = law.s_err;
    row->mandelbrot_q = law.q;
    row->mandelbrot_q_err = law.q_err;
    return NG_OK;
}

/* What random samples tell of FIT.  */
static enum ng_err
estimate_by_samples (const struct zipf_wishes *wishes,
                     const struct ng_zipf_tails *tails, struct ng_zipf_fit *fit,
                     struct zipf_row *row)
{
    struct ng_zipf_sampler *sampler = ng_zipf_sampler_new (wishes->seed);
    bool choose = wishes->xmin == 0;
    enum ng_err err = sampler ? NG_OK : NG_ENOMEM;
    uint64_t n_worse = 0;

    for (uint64_t k = 0; k < wishes->n_draws && err == NG_OK; k++)
        err = ng_zipf_p_value_draw (sampler, k, tails, fit, choose, &n_worse);
    if (wishes->n_draws > 0)
        row->p_value = (double) n_worse / (double) wishes->n_draws;
    if (err == NG_OK && choose)
        err = ng_zipf_widen_errors (sampler, tails, fit);
    ng_zipf_sampler_free (sampler);
    return err;
}

static enum ng_err
compare (const struct ng_zipf_tails *tails, const struct ng_zipf_fit *fit,
         struct zipf_row *row)
{
    static const char *const names[NG_N_RIVALS] = { "the log-normal",
                                                    "the exponential",
                                                    "the law with a cut-off" };
    struct ng_zipf_rival rival;

    for (int i = 0; i < NG_N_RIVALS; i++)
    {
        enum ng_err err =
            ng_zipf_compare (tails, fit, (enum ng_rival) i, &rival);

        if (err == NG_EINVAL)
            cli_warn ("order %" PRIu64 ": %s has no likeliest parameters",
                      row->order, names[i]);
        else if (err != NG_OK)
            return err;
        else
        {
            row->ratios[i] = rival.ratio;
            row->ratio_ps[i] = rival.p_value;
        }
    }
    return NG_OK;
}

/* The power law of the tail.  */
static enum ng_err
estimate_tail (const struct zipf_wishes *wishes,
               const struct ng_zipf_tails *tails, struct zipf_row *row)
{
    struct ng_zipf_fit fit;
    enum ng_err err = wishes->xmin > 0
                          ? ng_zipf_fit_at (tails, (double) wishes->xmin, &fit)
                          : ng_zipf_fit_best (tails, &fit);

    if (err == NG_EINVAL)
    {
        if (wishes->xmin > 0)
            cli_warn ("order %" PRIu64 ": no exponent: fewer than two distinct "
                      "counts of %" PRIu64 " or more, or too close together",
                      row->order, wishes->xmin);
        else
            cli_warn ("order %" PRIu64 ": no exponent: the counts lie too "
                      "close together",
                      row->order);
        return NG_OK;
    }
    if (fit.n_tail < NG_ZIPF_TYPES_MIN)
        cli_warn ("order %" PRIu64 ": the exponent rests on %.0f type%s with "
                  "counts of %.0f or more: too few to trust",
                  row->order, fit.n_tail, fit.n_tail > 1 ? "s" : "", fit.xmin);
    err = estimate_by_samples (wishes, tails, &fit, row);
    row->xmin = fit.xmin;
    row->n_tail = fit.n_tail;
    row->a = fit.a;
    row->a_err = fit.a_err;
    row->s = fit.s;
    row->s_err = fit.s_err;
    row->distance = fit.ks;
    row->log_likelihood = fit.log_likelihood;
    if (err == NG_OK && wishes->compare)
        err = compare (tails, &fit, row);
    return err;
}

enum ng_err
zipf_estimate (const struct zipf_wishes *wishes,
               const struct ng_spectrum_cell *cells, size_t n,
               struct zipf_row *row)
{
    struct ng_zipf_tails tails;
    enum ng_err err;

    if (!can_estimate (row, cells, n))
        return NG_OK;
    err = estimate_ranks (cells, n, row);
    if (err != NG_OK)
        return err;
    err = ng_zipf_tails_init (&tails, cells, n);
    if (err == NG_OK)
        err = estimate_tail (wishes, &tails, row);
    ng_zipf_tails_fini (&tails);
    return err;
}
