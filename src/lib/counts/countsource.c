#include <config.h>

#include "counts/countsource.h"

#include <stdlib.h>

#include "counts/counttext.h"
#include "io/input.h"

struct ng_countsource
{
    struct ng_fault *fault;
    struct ng_input *in;
    struct ng_counttext *text;
};

enum ng_err
ng_countsource_open (const char *name, struct ng_fault *fault,
                     struct ng_countsource **out)
{
    struct ng_countsource *s = calloc (1, sizeof *s);
    enum ng_err err;

    if (!s)
        return NG_ENOMEM;
    s->fault = fault;
    err = ng_input_open (name, fault, &s->in);
    if (err == NG_OK)
        err = ng_counttext_open (s->in, fault, &s->text);
    if (err != NG_OK)
    {
        (void) ng_countsource_close (s);
        return err;
    }
    *out = s;
    return NG_OK;
}

enum ng_err
ng_countsource_next (struct ng_countsource *s, unsigned *order, uint64_t *count)
{
    struct ng_counttext_line line;
    enum ng_err err = ng_counttext_next (s->text, &line);

    if (err != NG_OK)
        return err;
    *order = line.order;
    *count = line.count;
    return NG_OK;
}

enum ng_err
ng_countsource_add (struct ng_countsource *s,
                    struct ng_spectrum *const *spectra, uint64_t n)
{
    while (n-- > 0)
    {
        unsigned order;
        uint64_t count;
        enum ng_err err = ng_countsource_next (s, &order, &count);

        if (err == NG_OK && spectra[order])
            err = ng_spectrum_add (spectra[order], count, 1);
        if (err == NG_EOVERFLOW)
            return ng_fault_at_line (
                s->fault, err, ng_input_name (s->in),
                ng_counttext_line_number (s->text),
                "the sum of the counts does not fit 64 bits");
        if (err != NG_OK)
            return err;
    }
    return NG_OK;
}

uint64_t
ng_countsource_raw_offset (const struct ng_countsource *s)
{
    return ng_input_raw_offset (s->in);
}

uint64_t
ng_countsource_raw_size (const struct ng_countsource *s)
{
    return ng_input_raw_size (s->in);
}

enum ng_err
ng_countsource_close (struct ng_countsource *s)
{
    enum ng_err err, closed;

    if (!s)
        return NG_OK;
    err = ng_counttext_close (s->text);
    closed = s->in ? ng_input_close (s->in) : NG_OK;
    free (s);
    return err != NG_OK ? err : closed;
}
