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

enum ng_err
ng_header_write (const struct ng_header *h, struct ng_output *out)
{
    static const char *const modes[] = { "random", "sequential", "uniform" };
    const struct ng_sampler_spec *s = h->spec;
    bool first = true;
    char text[512];
    enum ng_err err;
    int len = snprintf (
        text, sizeof text,
        "{\"dtype\":\"%c%c%u\",\"shape\":[%" PRIu64 ",%" PRIu64
        "],\"fields\":[\"tokens\"],\"mode\":\"%s\",\"rng\":\"%s\",\"seed\":%" PRIu64
        ",\"step\":%" PRIu64 ",\"rank\":%" PRIu64 ",\"world\":%" PRIu64
        ",\"files\":[",
        h->dtype.item_bytes == 1 ? '|' : '<', h->dtype.is_signed ? 'i' : 'u',
        h->dtype.item_bytes, h->n_rows, s->n_steps + 1, modes[s->mode],
        s->rng == NG_RNG_PYTHON ? "python" : "native", s->seed, h->step,
        s->rank, s->world);

    err = ng_output_write (out, text, (size_t) len);
    for (size_t i = 0; i < h->n_sources; i++)
        for (size_t f = 0; err == NG_OK && f < h->sources[i].n_files; f++)
        {
            err = put_file (out, &h->sources[i].files[f], first);
            first = false;
        }
    return err == NG_OK ? ng_output_write (out, "]}\n", 3) : err;
}
