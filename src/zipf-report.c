#include <config.h>

#include "zipf-report.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum kind
{
    COUNT,
    REAL,
    ERROR /* of the real in the column before */
};

/* The table for people is several, one below the other.  */
enum table
{
    ESTIMATES,
    RANKS,
    RIVALS,
    N_TABLES,
    ALL,  /* in every one that is shown */
    NONE, /* for machines only */
};

struct column
{
    const char *key;     /* name for machines */
    const char *heading; /* two lines of the table, split by \n */
    size_t offset;       /* in struct zipf_row */
    enum kind kind;
    enum table table;
    int decimals; /* in the table */
    bool always;  /* else the column is left out where it is empty */
};

#define AT(member) offsetof (struct zipf_row, member)

static const struct column columns[] = {
    { "order", "\norder", AT (order), COUNT, ALL, 0, true },
    { "types", "\ntypes", AT (n_types), COUNT, ESTIMATES, 0, true },
    { "tokens", "\ntokens", AT (n_tokens), COUNT, ESTIMATES, 0, true },
    { "slope", "least squares\nslope", AT (line_slope), REAL, ESTIMATES, 4,
      true },
    { "slope_err", "", AT (line_err), ERROR, ESTIMATES, 4, true },
    { "xmin", "power law by maximum likelihood\nxmin", AT (xmin), REAL,
      ESTIMATES, 0, true },
    { "tail", "\ntail", AT (n_tail), REAL, ESTIMATES, 0, true },
    { "a", "\na", AT (a), REAL, ESTIMATES, 4, true },
    { "a_err", "", AT (a_err), ERROR, ESTIMATES, 4, true },
    { "s", "\ns", AT (s), REAL, ESTIMATES, 4, true },
    { "s_err", "", AT (s_err), ERROR, ESTIMATES, 4, true },
    { "distance", "", AT (distance), REAL, NONE, 0, false },
    { "log_likelihood", "", AT (log_likelihood), REAL, NONE, 0, false },
    { "p_value", "\np", AT (p_value), REAL, ESTIMATES, 3, false },
    { "bin_slope", "least squares, bins\nslope", AT (bins_slope), REAL, RANKS,
      4, true },
    { "bin_slope_err", "", AT (bins_err), ERROR, RANKS, 4, true },
    { "mandelbrot_s", "Zipf-Mandelbrot law\ns", AT (mandelbrot_s), REAL, RANKS,
      4, true },
    { "mandelbrot_s_err", "", AT (mandelbrot_s_err), ERROR, RANKS, 4, true },
    { "mandelbrot_q", "\nq", AT (mandelbrot_q), REAL, RANKS, 4, true },
    { "mandelbrot_q_err", "", AT (mandelbrot_q_err), ERROR, RANKS, 4, true },
    { "log_normal_ratio", "log-normal\nratio", AT (ratios[0]), REAL, RIVALS, 3,
      false },
    { "log_normal_p", "\np", AT (ratio_ps[0]), REAL, RIVALS, 3, false },
    { "exponential_ratio", "exponential\nratio", AT (ratios[1]), REAL, RIVALS,
      3, false },
    { "exponential_p", "\np", AT (ratio_ps[1]), REAL, RIVALS, 3, false },
    { "cut_off_ratio", "exponential cut-off\nratio", AT (ratios[2]), REAL,
      RIVALS, 3, false },
    { "cut_off_p", "\np", AT (ratio_ps[2]), REAL, RIVALS, 3, false },
};

enum
{
    N_COLUMNS = sizeof columns / sizeof *columns,
    CELL_BYTES_MAX = 40,
    GAP = 2 /* spaces between columns of the table */
};

void
zipf_row_init (struct zipf_row *row, uint64_t order, uint64_t n_types,
               uint64_t n_tokens)
{
    static const double unknown = (double) NAN;

    *row =
        (struct zipf_row){ order, n_types, n_tokens, .line_intercept = unknown,
                           .bins_intercept = unknown };
    for (size_t i = 0; i < N_COLUMNS; i++)
        if (columns[i].kind != COUNT)
            memcpy ((char *) row + columns[i].offset, &unknown, sizeof unknown);
}

static uint64_t
count_at (const struct zipf_row *row, const struct column *c)
{
    uint64_t x;

    memcpy (&x, (const char *) row + c->offset, sizeof x);
    return x;
}

static double
real_at (const struct zipf_row *row, const struct column *c)
{
    double x;

    memcpy (&x, (const char *) row + c->offset, sizeof x);
    return x;
}

/* What the table shows of ROW in column C.  */
static void
format_cell (char cell[CELL_BYTES_MAX], const struct zipf_row *row,
             const struct column *c)
{
    double x = c->kind == COUNT ? 0 : real_at (row, c);

    /* Nothing is shown as -0.000.  */
    if (x < 0 && x > -0.5 * pow (10, -c->decimals))
        x = 0;
    if (c->kind == COUNT)
        (void) snprintf (cell, CELL_BYTES_MAX, "%" PRIu64, count_at (row, c));
    else if (!isfinite (x))
        (void) snprintf (cell, CELL_BYTES_MAX, "%s",
                         c->kind == ERROR ? "" : "-");
    else if (c->kind == ERROR && x < 5e-5)
        (void) snprintf (cell, CELL_BYTES_MAX, "+-%.0e", x);
    else if (fabs (x) < 1e9)
        (void) snprintf (cell, CELL_BYTES_MAX, "%s%.*f",
                         c->kind == ERROR ? "+-" : "", c->decimals, x);
    else
        (void) snprintf (cell, CELL_BYTES_MAX, "%.4g", x);
}

/* The heading's part of line 0 or 1.  */
static void
format_heading (char cell[CELL_BYTES_MAX], const struct column *c, int line)
{
    size_t first = strcspn (c->heading, "\n");

    if (line == 0)
        (void) snprintf (cell, CELL_BYTES_MAX, "%.*s", (int) first, c->heading);
    else
        (void) snprintf (cell, CELL_BYTES_MAX, "%s",
                         c->heading[first] ? c->heading + first + 1 : "");
}

/* Column I of line LINE: headings are lines 0 and 1.  */
static void
format_any (char cell[CELL_BYTES_MAX], const struct zipf_row *rows, size_t line,
            size_t i)
{
    if (line < 2)
        format_heading (cell, &columns[i], (int) line);
    else
        format_cell (cell, &rows[line - 2], &columns[i]);
}

/* Has any row something to show in column C?  */
static bool
is_wanted (const struct column *c, const struct zipf_row *rows, size_t n)
{
    for (size_t k = 0; k < n && !c->always; k++)
        if (isfinite (real_at (&rows[k], c)))
            return true;
    return c->always;
}

struct layout
{
    bool shown[N_COLUMNS];
    int starts[N_COLUMNS]; /* where a column's field begins */
    int widths[N_COLUMNS];
};

/* Lay out TABLE; false if it would be empty.  The upper heading is not counted
   in widths: it may stand over several columns, but not over the next one that
   has its own.  */
static bool
lay_out (struct layout *l, enum table table, const struct zipf_row *rows,
         size_t n)
{
    char cell[CELL_BYTES_MAX];
    bool any = false;
    int at = 0;
    int upper_end = 0;

    for (size_t i = 0; i < N_COLUMNS; i++)
    {
        const struct column *c = &columns[i];
        /* An error follows its estimate closely.  */
        int gap = i == 0 ? 0 : c->kind == ERROR ? 1 : GAP;
        int upper = (int) strcspn (c->heading, "\n");

        l->shown[i] =
            (c->table == table || c->table == ALL) && is_wanted (c, rows, n);
        any = any || (l->shown[i] && c->table == table);
        l->widths[i] = 0;
        for (size_t line = 1; line < n + 2 && l->shown[i]; line++)
        {
            format_any (cell, rows, line, i);
            if ((int) strlen (cell) > l->widths[i])
                l->widths[i] = (int) strlen (cell);
        }
        if (!l->shown[i])
            continue;
        l->starts[i] = at + gap;
        if (upper > 0)
        {
            if (l->starts[i] < upper_end)
                l->starts[i] = upper_end;
            upper_end = l->starts[i] + upper + GAP;
        }
        at = l->starts[i] + l->widths[i];
    }
    return any;
}

/* Put line LINE of a table into TEXT and return its length.  */
static int
format_line (char *text, size_t size, const struct layout *l,
             const struct zipf_row *rows, size_t line)
{
    char cell[CELL_BYTES_MAX];
    int len = 0;

    for (size_t i = 0; i < N_COLUMNS; i++)
    {
        /* Errors and upper headings stand flush left.  */
        bool left = line == 0 || columns[i].kind == ERROR;

        format_any (cell, rows, line, i);
        if (!l->shown[i] || cell[0] == '\0')
            continue;
        len += snprintf (text + len, size - (size_t) len, "%*s%*s",
                         l->starts[i] > len ? l->starts[i] - len : 0, "",
                         left ? 0 : l->widths[i], cell);
    }
    text[len++] = '\n';
    return len;
}

static enum ng_err
put_tables (struct ng_output *out, const struct zipf_row *rows, size_t n)
{
    enum ng_err err = NG_OK;

    for (enum table table = ESTIMATES; table < N_TABLES; table++)
    {
        struct layout l;

        if (!lay_out (&l, table, rows, n))
            continue;
        if (table != ESTIMATES && err == NG_OK)
            err = ng_output_write (out, "\n", 1);
        for (size_t line = 0; line < n + 2 && err == NG_OK; line++)
        {
            char text[N_COLUMNS * (CELL_BYTES_MAX + GAP) + 2];
            int len = format_line (text, sizeof text, &l, rows, line);

            err = ng_output_write (out, text, (size_t) len);
        }
    }
    return err;
}

/* A value for machines: reals with as many digits as read back exactly,
   ABSENT for what could not be estimated.  */
static void
format_exact (char cell[CELL_BYTES_MAX], const struct zipf_row *row,
              const struct column *c, const char *absent)
{
    double x;

    if (c->kind == COUNT)
    {
        format_cell (cell, row, c);
        return;
    }
    x = real_at (row, c);
    if (!isfinite (x))
        (void) snprintf (cell, CELL_BYTES_MAX, "%s", absent);
    else if (x == floor (x) && fabs (x) < 9e15)
        (void) snprintf (cell, CELL_BYTES_MAX, "%.0f", x);
    else
        (void) snprintf (cell, CELL_BYTES_MAX, "%.17g", x);
}

static enum ng_err
put_text (struct ng_output *out, const char *text)
{
    return ng_output_write (out, text, strlen (text));
}

static enum ng_err
put_tsv (struct ng_output *out, const struct zipf_row *rows, size_t n)
{
    char cell[CELL_BYTES_MAX];
    enum ng_err err = NG_OK;

    for (size_t line = 0; line <= n; line++)
        for (size_t i = 0; i < N_COLUMNS && err == NG_OK; i++)
        {
            if (line == 0)
                (void) snprintf (cell, sizeof cell, "%s", columns[i].key);
            else
                format_exact (cell, &rows[line - 1], &columns[i], "NA");
            err = put_text (out, cell);
            if (err == NG_OK)
                err = put_text (out, i + 1 < N_COLUMNS ? "\t" : "\n");
        }
    return err;
}

static enum ng_err
put_json (struct ng_output *out, const struct zipf_row *rows, size_t n)
{
    enum ng_err err = put_text (out, "[");

    for (size_t line = 0; line < n; line++)
    {
        for (size_t i = 0; i < N_COLUMNS && err == NG_OK; i++)
        {
            char cell[CELL_BYTES_MAX], pair[3 * CELL_BYTES_MAX];

            format_exact (cell, &rows[line], &columns[i], "null");
            (void) snprintf (pair, sizeof pair, "%s\"%s\": %s",
                             i > 0      ? ",\n  "
                             : line > 0 ? ",\n {"
                                        : "\n {",
                             columns[i].key, cell);
            err = put_text (out, pair);
        }
        if (err == NG_OK)
            err = put_text (out, "}");
    }
    return err == NG_OK ? put_text (out, "\n]\n") : err;
}

enum ng_err
zipf_report (struct ng_output *out, enum zipf_form form,
             const struct zipf_row *rows, size_t n)
{
    switch (form)
    {
    case ZIPF_TSV:
        return put_tsv (out, rows, n);
    case ZIPF_JSON:
        return put_json (out, rows, n);
    case ZIPF_TABLE:
    default:
        return put_tables (out, rows, n);
    }
}
