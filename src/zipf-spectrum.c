#include <config.h>

#include "zipf-spectrum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum
{
    LINE_BYTES = 96, /* three numbers, and what is about them */
    PAIRS_PER_LINE = 6
};

static enum ng_err
put_text (struct ng_output *out, const char *text)
{
    return ng_output_write (out, text, strlen (text));
}

static enum ng_err
put_lines (struct ng_output *out, const struct zipf_series *s)
{
    char line[LINE_BYTES];
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < s->n && err == NG_OK; i++)
    {
        (void) snprintf (line, sizeof line,
                         "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
                         s->row->order, s->cells[i].count, s->cells[i].n_types);
        err = put_text (out, line);
    }
    return err;
}

static enum ng_err
put_object (struct ng_output *out, const struct zipf_series *s)
{
    char line[LINE_BYTES];
    enum ng_err err;

    (void) snprintf (line, sizeof line,
                     " {\"order\": %" PRIu64 ",\n  \"spectrum\": [",
                     s->row->order);
    err = put_text (out, line);
    for (size_t i = 0; i < s->n && err == NG_OK; i++)
    {
        (void) snprintf (line, sizeof line, "%s[%" PRIu64 ", %" PRIu64 "]",
                         i == 0                    ? "\n   "
                         : i % PAIRS_PER_LINE == 0 ? ",\n   "
                                                   : ", ",
                         s->cells[i].count, s->cells[i].n_types);
        err = put_text (out, line);
    }
    return err == NG_OK ? put_text (out, "]}") : err;
}

enum ng_err
zipf_spectrum (struct ng_output *out, enum zipf_form form,
               const struct zipf_series *series, size_t n)
{
    enum ng_err err = NG_OK;

    if (form == ZIPF_TSV)
        err = put_text (out, "order\tcount\ttypes\n");
    for (size_t k = 0; k < n && err == NG_OK; k++)
    {
        if (form != ZIPF_JSON)
        {
            err = put_lines (out, &series[k]);
            continue;
        }
        err = put_text (out, k == 0 ? "[\n" : ",\n");
        if (err == NG_OK)
            err = put_object (out, &series[k]);
    }
    return err == NG_OK && form == ZIPF_JSON ? put_text (out, "\n]\n") : err;
}
