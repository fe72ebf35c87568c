#include <config.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/zipfcurve.h"
#include "zipf-plot.h"

enum
{
    WIDTH = 64,  /* columns and */
    HEIGHT = 20, /* rows of the field of points */
    MARGIN = 8   /* columns left of it */
};

/* Put the points of SERIES into FIELD, X_STEP and Y_STEP being powers of ten
   per character.  */
static void
mark_points (char field[HEIGHT][WIDTH + 1], const struct zipf_series *series,
             double x_step, double y_step)
{
    struct ng_curve_point points[NG_CURVE_POINTS_MAX];
    size_t n = ng_zipf_thin (series->cells, series->n, 3 / x_step, points,
                             NG_CURVE_POINTS_MAX);

    for (size_t i = 0; i < n; i++)
    {
        int x = (int) (log10 (points[i].rank) / x_step);
        int y = (int) (log10 (points[i].count) / y_step);

        if (x < WIDTH && y < HEIGHT)
            field[HEIGHT - 1 - y][x] = (char) ('0' + series->row->order % 10);
    }
}

/* Write line Y of the field, from the top, with the axis: a power of ten where
   it begins in this line.  */
static enum ng_err
put_field_line (struct ng_output *out, const char *text, int y, double y_step)
{
    char line[MARGIN + WIDTH + 8], label[MARGIN] = "";
    int row = HEIGHT - 1 - y;
    int power = (int) ceil (row * y_step - 1e-9), len;

    if (power < (row + 1) * y_step - 1e-9)
        (void) snprintf (label, sizeof label, "10^%d", power);
    len = (int) strlen (text);
    while (len > 0 && text[len - 1] == ' ')
        len--;
    len = snprintf (line, sizeof line, "%*s %c%.*s\n", MARGIN - 2, label,
                    *label ? '+' : '|', len, text);
    return ng_output_write (out, line, (size_t) len);
}

static enum ng_err
put_x_axis (struct ng_output *out, double x_step)
{
    char axis[WIDTH + 1], labels[WIDTH + 16], line[2 * (MARGIN + WIDTH) + 64];
    int len;

    memset (axis, '-', WIDTH);
    axis[WIDTH] = '\0';
    memset (labels, ' ', sizeof labels);
    for (int power = 0; power < WIDTH * x_step; power++)
    {
        char label[16];
        int at = (int) (power / x_step + 1e-9);

        axis[at] = '+';
        len = snprintf (label, sizeof label, "10^%d", power);
        memcpy (labels + at, label, (size_t) len);
    }
    len = WIDTH + 8;
    while (len > 0 && labels[len - 1] == ' ')
        len--;
    len = snprintf (line, sizeof line, "%*s+%s\n%*s%.*s  rank\n", MARGIN - 1,
                    "", axis, MARGIN, "", len, labels);
    return ng_output_write (out, line, (size_t) len);
}

enum ng_err
zipf_plot_text (struct ng_output *out, const struct zipf_series *series,
                size_t n)
{
    static const char head[] = "\ncount    (digits: the order)\n";
    char field[HEIGHT][WIDTH + 1];
    double top = 10, last = 10, x_step, y_step;
    enum ng_err err = ng_output_write (out, head, sizeof head - 1);

    for (size_t i = 0; i < n; i++)
    {
        top = fmax (top, (double) series[i].cells[series[i].n - 1].count);
        last = fmax (last, (double) series[i].row->n_types);
    }
    x_step = (log10 (last) + 0.01) / WIDTH;
    y_step = (log10 (top) + 0.01) / HEIGHT;
    for (int y = 0; y < HEIGHT; y++)
    {
        memset (field[y], ' ', WIDTH);
        field[y][WIDTH] = '\0';
    }
    for (size_t i = n; i-- > 0;)
        mark_points (field, &series[i], x_step, y_step);
    for (int y = 0; y < HEIGHT && err == NG_OK; y++)
        err = put_field_line (out, field[y], y, y_step);
    return err == NG_OK ? put_x_axis (out, x_step) : err;
}
