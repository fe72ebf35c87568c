#include <config.h>

#include "batch/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* NAME as a JSON string.  Bytes that are no ASCII go as they are: names are
   UTF-8 nearly always.  */
static enum ng_err
put_string (struct ng_output *out, const char *name)
{
    enum ng_err err = ng_output_write (out, "\"", 1);

    for (const char *p = name; err == NG_OK && *p; p++)
    {
        unsigned char c = (unsigned char) *p;
        char text[8];
        int len;

        if (c < ' ' || c == '"' || c == '\\' || c == 0x7f)
            len = snprintf (text, sizeof text, "\\u%04x", c);
        else
            len = snprintf (text, sizeof text, "%c", *p);
        err = ng_output_write (out, text, (size_t) len);
    }
    return err == NG_OK ? ng_output_write (out, "\"", 1) : err;
}

/* One file, with a checksum of its own.  */
static enum ng_err
put_file (struct ng_output *out, const struct ng_tokenfile *file, bool first)
{
    uint64_t start = 0;
    struct ng_tokenfile copy = *file;
    struct ng_shards one = { .files = &copy,
                             .starts = &start,
                             .n_files = 1,
                             .n_tokens = file->n_tokens };
    char text[96];
    enum ng_err err = ng_output_write (
        out, first ? "{\"name\":" : ",{\"name\":", first ? 8 : 9);
    int len;

    if (err == NG_OK)
        err = put_string (out, file->name);
    len = snprintf (text, sizeof text,
                    ",\"tokens\":%" PRIu64 ",\"checksum\":\"%08" PRIx32 "\"}",
                    file->n_tokens, ng_shards_checksum (&one));
    return err == NG_OK ? ng_output_write (out, text, (size_t) len) : err;
}

/* The names of the fields, and the shape of each in raw.  */
static enum ng_err
put_fields (struct ng_output *out, const struct ng_header *h)
{
    const struct ng_fields *fields = h->fields;
    char text[64];
    enum ng_err err = NG_OK;
    int len;

    for (size_t f = 0; err == NG_OK && f < fields->n; f++)
    {
        len = snprintf (text, sizeof text, "%s\"%s\"",
                        f > 0 ? "," : "\"fields\":[",
                        ng_field_names[fields->list[f]]);
        err = ng_output_write (out, text, (size_t) len);
    }
    for (size_t f = 0; err == NG_OK && f < fields->n; f++)
    {
        const char *before = f > 0 ? "," : "],\"shapes\":[";

        if (fields->list[f] == NG_FIELD_LENGTHS)
            len = snprintf (text, sizeof text, "%s[%" PRIu64 "]", before,
                            h->n_rows);
        else
            len = snprintf (text, sizeof text, "%s[%" PRIu64 ",%" PRIu64 "]",
                            before, h->n_rows, h->spec->n_steps + 1);
        err = ng_output_write (out, text, (size_t) len);
    }
    return err == NG_OK ? ng_output_write (out, "],", 2) : err;
}

static enum ng_err
put_documents (struct ng_output *out, const struct ng_header *h)
{
    static const char *const kinds[] = { "cross", "whole", "pack", "sentence" };
    char text[128];
    int len = snprintf (text, sizeof text, "\"documents\":\"%s\",",
                        kinds[h->documents]);
    enum ng_err err = ng_output_write (out, text, (size_t) len);

    if (err == NG_OK && h->has_eod)
    {
        len = snprintf (text, sizeof text, "\"eod\":%" PRIu64 ",", h->eod);
        err = ng_output_write (out, text, (size_t) len);
    }
    if (err == NG_OK && h->documents != NG_DOCUMENTS_CROSS)
    {
        len = snprintf (text, sizeof text, "\"pad\":%" PRIu64 ",", h->pad);
        err = ng_output_write (out, text, (size_t) len);
    }
    return err;
}

enum ng_err
ng_header_write (const struct ng_header *h, struct ng_output *out)
{
    static const char *const modes[] = { "random", "sequential", "uniform" };
    static const char *const formats[] = { "raw", "npy", "text", "jsonl" };
    const struct ng_sampler_spec *s = h->spec;
    bool first = true;
    char text[512];
    enum ng_err err;
    int len =
        snprintf (text, sizeof text,
                  "{\"format\":\"%s\",\"dtype\":\"%c%c%u\",\"shape\":[%" PRIu64
                  ",%" PRIu64 "],",
                  formats[h->format], h->dtype.item_bytes == 1 ? '|' : '<',
                  h->dtype.is_signed ? 'i' : 'u', h->dtype.item_bytes,
                  h->n_rows, s->n_steps + 1);

    err = ng_output_write (out, text, (size_t) len);
    if (err == NG_OK)
        err = put_fields (out, h);
    if (err == NG_OK)
        err = put_documents (out, h);
    len = snprintf (
        text, sizeof text,
        "\"mode\":\"%s\",\"rng\":\"%s\",\"reverse\":%s,\"seed\":%" PRIu64
        ",\"epochs\":%" PRIu64 ",\"step\":%" PRIu64 ",\"rank\":%" PRIu64
        ",\"world\":%" PRIu64 ",\"files\":[",
        modes[s->mode], s->rng == NG_RNG_PYTHON ? "python" : "native",
        h->reverse ? "true" : "false", s->seed, s->n_epochs, h->step, s->rank,
        s->world);
    if (err == NG_OK)
        err = ng_output_write (out, text, (size_t) len);
    for (size_t i = 0; i < h->n_sources; i++)
        for (size_t f = 0; err == NG_OK && f < h->sources[i].n_files; f++)
        {
            err = put_file (out, &h->sources[i].files[f], first);
            first = false;
        }
    return err == NG_OK ? ng_output_write (out, "]}\n", 3) : err;
}
