#include <config.h>

#include "counts/countsource.h"

#include <stdlib.h>

#include "counts/counttext.h"
#include "counts/ngcread.h"
#include "io/input.h"

struct ng_countsource
{
    struct ng_fault *fault;
    struct ng_input *in;
    struct ng_counttext *text; /* NULL: an .ngc file */
    struct ng_ngc *ngc;
    struct ng_ngc_cursor cursor;
    unsigned max_order;
    enum ng_err sticky;       /* of the .ngc file */
    uint64_t n_items, n_done; /* of the .ngc file */
};

/* Open what S's input holds, which begins as .ngc files do.  */
static enum ng_err
open_ngc (struct ng_countsource *s, const char *spill_dir)
{
    struct ng_ngc_info info;
    enum ng_err err = ng_ngc_open (s->in, spill_dir, s->fault, &s->ngc);

    if (err != NG_OK)
        return err;
    info = ng_ngc_info (s->ngc);
    for (unsigned k = info.min_order; k <= info.max_order; k++)
        s->n_items += ng_ngc_level (s->ngc, k).n;
    s->max_order = info.max_order;
    ng_ngc_cursor_start (&s->cursor, s->ngc, info.min_order);
    return NG_OK;
}

enum ng_err
ng_countsource_open (const char *name, const char *spill_dir,
                     struct ng_fault *fault, struct ng_countsource **out)
{
    struct ng_countsource *s = calloc (1, sizeof *s);
    const unsigned char *p;
    size_t n = 0;
    enum ng_err err;

    if (!s)
        return NG_ENOMEM;
    s->fault = fault;
    err = ng_input_open (name, fault, &s->in);
    if (err == NG_OK)
        err = ng_input_peek (s->in, NG_NGC_MAGIC_BYTES, &p, &n);
    if (err == NG_OK)
        err = ng_ngc_is_magic (p, n)
                  ? open_ngc (s, spill_dir)
                  : ng_counttext_open (s->in, fault, &s->text);
    if (err != NG_OK)
    {
        (void) ng_countsource_close (s);
        return err;
    }
    *out = s;
    return NG_OK;
}

/* After the counts: names are of no use to them, but damage there is damage.
   NG_END if there is none.  */
static enum ng_err
check_names (struct ng_ngc *f)
{
    struct ng_ngc_names names;
    enum ng_err err;

    ng_ngc_names_start (&names, f);
    do
        err = ng_ngc_names_next (&names);
    while (err == NG_OK);
    ng_ngc_names_fini (&names);
    return err;
}

/* Each order in turn.  */
static enum ng_err
next_of_ngc (struct ng_countsource *s, unsigned *order, uint64_t *count)
{
    enum ng_err err = s->sticky;

    if (err == NG_OK)
        err = ng_ngc_cursor_next (&s->cursor);
    while (err == NG_END && s->cursor.order < s->max_order)
    {
        ng_ngc_cursor_start (&s->cursor, s->ngc, s->cursor.order + 1);
        err = ng_ngc_cursor_next (&s->cursor);
    }
    if (err == NG_END && s->sticky == NG_OK)
        err = check_names (s->ngc);
    s->sticky = err;
    if (err != NG_OK)
        return err;
    s->n_done++;
    *order = s->cursor.order;
    *count = s->cursor.count;
    return NG_OK;
}

enum ng_err
ng_countsource_next (struct ng_countsource *s, unsigned *order, uint64_t *count)
{
    struct ng_counttext_line line;
    enum ng_err err;

    if (!s->text)
        return next_of_ngc (s, order, count);
    err = ng_counttext_next (s->text, &line);
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
                s->text ? ng_counttext_line_number (s->text) : 0,
                "the sum of the counts does not fit 64 bits");
        if (err != NG_OK)
            return err;
    }
    return NG_OK;
}

uint64_t
ng_countsource_raw_offset (const struct ng_countsource *s)
{
    if (s->text)
        return ng_input_raw_offset (s->in);
    return (uint64_t) ((double) ng_input_raw_size (s->in) * (double) s->n_done
                       / ((double) s->n_items + 1));
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
    err = s->sticky == NG_END ? NG_OK : s->sticky;
    if (s->text)
        err = ng_counttext_close (s->text);
    ng_ngc_close (s->ngc);
    closed = s->in ? ng_input_close (s->in) : NG_OK;
    free (s);
    return err != NG_OK ? err : closed;
}
