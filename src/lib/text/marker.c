#include <config.h>

#include "text/marker.h"

#include <string.h>

static void
put_mark (struct ng_marker *m)
{
    ng_token_list_add (&m->out, NG_TOKEN, m->out.side, m->len);
    m->open = false;
}

static void
put_held_lines (struct ng_marker *m)
{
    while (m->held_lines > 0)
    {
        uint64_t n = m->held_lines < UINT32_MAX ? m->held_lines : UINT32_MAX;

        ng_token_list_add (&m->out, NG_LINE_END, NULL, (size_t) n);
        m->held_lines -= n;
    }
}

static void
apply_one (struct ng_marker *m, const struct ng_token *t)
{
    if (t->kind == NG_TOKEN)
    {
        put_held_lines (m);
        ng_token_list_add (&m->out, NG_TOKEN, t->name, t->len);
        m->open = true;
        return;
    }
    if (m->at == NG_MARK_LINE
        || (m->at == NG_MARK_BLANK && m->open && t->kind == NG_BLANK_LINE_END))
        put_mark (m);
    m->held_lines += t->len;
    if (m->at == NG_MARK_LINE || !m->open)
        put_held_lines (m);
}

enum ng_err
ng_marker_apply (struct ng_marker *m, const struct ng_token_list *in,
                 bool ends_file, const struct ng_token_list **out)
{
    /* An item of IN makes at most a mark, itself and the lines held: the
       latter are more than one item only past 2^32 lines.  */
    enum ng_err err = ng_token_list_reset (&m->out, 3 * in->n + 64, m->len);

    if (err != NG_OK)
        return err;
    m->out.file = in->file;
    m->out.line = in->line;
    memcpy (m->out.side, m->name, m->len);
    for (size_t i = 0; i < in->n; i++)
        apply_one (m, &in->items[i]);
    if (ends_file && m->open && m->at != NG_MARK_LINE)
        put_mark (m);
    if (ends_file)
        put_held_lines (m);
    *out = &m->out;
    return NG_OK;
}

void
ng_marker_fini (struct ng_marker *m)
{
    ng_token_list_fini (&m->out);
}
