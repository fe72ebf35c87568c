#include <config.h>

#include "zipf-report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum kind
{
    COUNT,
    REAL,
    ERROR /* of the real in the column before */
};

struct column
{
    const char *key;     /* name for machines */
    const char *heading; /* two lines of the table, split by \n */
    size_t offset;       /* in struct zipf_row */
    enum kind kind;
    int decimals; /* in the table */
};

#define AT(member) offsetof (struct zipf_row, member)

static const struct column columns[] = {
    { "order", "\norder", AT (order), COUNT, 0 },
    { "types", "\ntypes", AT (n_types), COUNT, 0 },
    { "tokens", "\ntokens", AT (n_tokens), COUNT, 0 },
    { "slope", "least squares\nslope", AT (line_slope), REAL, 4 },
    { "slope_err", "", AT (line_err), ERROR, 4 },
    { "xmin", "power law by maximum likelihood\nxmin", AT (xmin), REAL, 0 },
    { "tail", "\ntail", AT (n_tail), REAL, 0 },
    { "a", "\na", AT (a), REAL, 4 },
    { "a_err", "", AT (a_err), ERROR, 4 },
    { "s", "\ns", AT (s), REAL, 4 },
    { "s_err", "", AT (s_err), ERROR, 4 },
};

enum
{
    N_COLUMNS = sizeof columns / sizeof *columns,
    CELL_BYTES_MAX = 32,
    GAP = 2 /* spaces between columns of the table */
};

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

    if (c->kind == COUNT)
        (void) snprintf (cell, CELL_BYTES_MAX, "%" PRIu64, count_at (row, c));
    else if (!isfinite (x))
        (void) snprintf (cell, CELL_BYTES_MAX, "%s",
                         c->kind == ERROR ? "" : "-");
    else
        (void) snprintf (cell, CELL_BYTES_MAX, "%s%.*f",
                         c->kind == ERROR ? "+-" : "", c->decimals, x);
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

struct layout
{
    int starts[N_COLUMNS]; /* where a column's field begins */
    int widths[N_COLUMNS]; /* 0: not shown */
};

/* The upper heading is not counted: it may stand over several columns.  */
static void
lay_out (struct layout *l, const struct zipf_row *rows, size_t n)
{
    char cell[CELL_BYTES_MAX];
    int at = 0;

    for (size_t i = 0; i < N_COLUMNS; i++)
    {
        /* An error follows its estimate closely.  */
        int gap = i == 0 ? 0 : columns[i].kind == ERROR ? 1 : GAP;

        l->widths[i] = 0;
        for (size_t line = 1; line < n + 2; line++)
        {
            format_any (cell, rows, line, i);
            if ((int) strlen (cell) > l->widths[i])
                l->widths[i] = (int) strlen (cell);
        }
        if (l->widths[i] > 0)
        {
            l->starts[i] = at + gap;
            at = l->starts[i] + l->widths[i];
        }
    }
}

static enum ng_err
put_table (struct ng_output *out, const struct zipf_row *rows, size_t n)
{
    struct layout l;
    char cell[CELL_BYTES_MAX];
    enum ng_err err = NG_OK;

    lay_out (&l, rows, n);
    for (size_t line = 0; line < n + 2 && err == NG_OK; line++)
    {
        char text[N_COLUMNS * (CELL_BYTES_MAX + GAP) + 2];
        int len = 0;

        for (size_t i = 0; i < N_COLUMNS; i++)
        {
            /* Errors and upper headings stand flush left.  */
            bool left = line == 0 || columns[i].kind == ERROR;

            format_any (cell, rows, line, i);
            if (l.widths[i] == 0 || cell[0] == '\0')
                continue;
            len += snprintf (text + len, sizeof text - (size_t) len, "%*s%*s",
                             l.starts[i] > len ? l.starts[i] - len : 0, "",
                             left ? 0 : l.widths[i], cell);
        }
        text[len++] = '\n';
        err = ng_output_write (out, text, (size_t) len);
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
        return put_table (out, rows, n);
    }
}
