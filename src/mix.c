#include <config.h>

#include "mix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/mem.h"
#include "batch/fair.h"
#include "cli.h"
#include "io/input.h"
#include "shrunk.h"

enum
{
    LIST_BYTES_MAX = 16 * 1024 * 1024
};

static _Noreturn void
die (enum ng_err err)
{
    struct ng_fault fault = { 0 };

    exit (cli_finish (cli_fault (&fault, err)));
}

/* Say WHAT is wrong with ITEM of the list LIST: on line LINE, if that is a
   file, "@FILE".  */
static _Noreturn void
refuse (const char *list, unsigned long line, const char *item,
        const char *what)
{
    if (list[0] == '@')
        cli_usage_error ("%s:%lu: %s %s", cli_quote (list + 1), line,
                         cli_quote (item), what);
    cli_usage_error ("--mix: %s %s", cli_quote (item), what);
}

/* Add ITEM, "FILE:WEIGHT", from where refuse tells.  */
static void
add_source (struct mix *mix, const char *list, unsigned long line,
            const char *item)
{
    const char *colon = strrchr (item, ':');
    size_t n = mix->n;
    uint64_t weight;

    if (!colon || colon == item)
        refuse (list, line, item, "is not FILE:WEIGHT");
    if (!ng_plan_weight (colon + 1, &weight))
        refuse (list, line, item,
                "has a weight that is no number such as 2 or 0.25, of at most"
                " 9 digits on either side of the point");
    if (n == NG_FAIR_SOURCES_MAX)
        cli_usage_error ("--mix: more than %d sources", NG_FAIR_SOURCES_MAX);
    mix->names = ng_grow (mix->names, &mix->cap, n + 1, sizeof *mix->names);
    mix->weights =
        ng_grow (mix->weights, &mix->cap_weights, n + 1, sizeof *mix->weights);
    mix->shards =
        ng_grow (mix->shards, &mix->cap_shards, n + 1, sizeof *mix->shards);
    mix->plan = ng_grow (mix->plan, &mix->cap_plan, n + 1, sizeof *mix->plan);
    if (!mix->names || !mix->weights || !mix->shards || !mix->plan)
        die (NG_ENOMEM);
    mix->names[n] = strndup (item, (size_t) (colon - item));
    mix->weights[n] = strdup (colon + 1);
    if (!mix->names[n] || !mix->weights[n])
        die (NG_ENOMEM);
    ng_shards_init (&mix->shards[n]);
    memset (&mix->plan[n], 0, sizeof *mix->plan);
    mix->plan[n].weight = weight;
    mix->n = n + 1;
}

/* The whole content of NAME, ended by the only NUL; the caller frees it.  */
static char *
read_list (const char *name)
{
    struct ng_fault fault = { 0 };
    struct ng_input *in = NULL;
    unsigned char *text = NULL;
    size_t cap = 0, len = 0, n;
    enum ng_err err = ng_input_check (name, &fault);

    if (err == NG_OK)
        err = ng_input_open (name, &fault, &in);
    while (err == NG_OK && len < LIST_BYTES_MAX)
    {
        text = ng_grow (text, &cap, len + 4096, 1);
        if (!text)
            die (NG_ENOMEM);
        err = ng_input_read (in, text + len, cap - len - 1, &n);
        if (err == NG_OK)
            len += n;
    }
    (void) ng_input_close (in);
    if (err != NG_END)
        exit (cli_finish (cli_fault (&fault, err == NG_OK ? NG_ELIMIT : err)));
    if (!text)
        text = ng_grow (NULL, &cap, 1, 1);
    if (!text)
        die (NG_ENOMEM);
    text[len] = '\0';
    n = strlen ((char *) text);
    if (n == len)
        return (char *) text;
    free (text);
    (void) ng_fault_at_byte (&fault, NG_EFORMAT, name, n, "%s",
                             "a NUL byte: not a list of sources");
    exit (cli_finish (cli_fault (&fault, NG_EFORMAT)));
}

void
mix_parse (struct mix *mix, const char *list)
{
    bool file = list[0] == '@';
    char *text = file ? read_list (list + 1) : strdup (list);
    const char *split = file ? "\n" : ",";
    char *p = text;

    if (!text)
        die (NG_ENOMEM);
    for (unsigned long line = 1; *p; line++)
    {
        size_t len = strcspn (p, split);
        char *next = p + len + (p[len] != '\0' ? 1 : 0);

        p[len] = '\0';
        if (!file || (*p != '\0' && *p != '#'))
            add_source (mix, list, line, p);
        p = next;
    }
    free (text);
    if (mix->n == 0)
        cli_usage_error ("--mix: %s has no sources", cli_quote (list));
}

/* --------------------------------------------------------------------- opening */

/* The vocabulary beside the token file NAME; the caller frees it.  */
static char *
vocabulary_name (const char *name)
{
    const char *slash = strrchr (name, '/'), *dot = strrchr (name, '.');
    size_t stem = dot && dot > slash ? (size_t) (dot - name) : strlen (name);
    char *path = malloc (stem + sizeof ".vocab");

    if (!path)
        return NULL;
    memcpy (path, name, stem);
    memcpy (path + stem, ".vocab", sizeof ".vocab");
    return path;
}

/* Is there certainly no file PATH?  */
static bool
is_missing (const char *path)
{
    struct stat st;

    return stat (path, &st) != 0 && (errno == ENOENT || errno == ENAMETOOLONG);
}

/* CRC-32 of the vocabulary PATH.  NG_END if there is none; as
   ng_input_open.  */
static enum ng_err
vocabulary_checksum (const char *path, uLong *crc, struct ng_fault *fault)
{
    unsigned char buf[4096];
    struct ng_input *in = NULL;
    enum ng_err err, err_close;
    size_t n;

    if (is_missing (path))
        return NG_END;
    err = ng_input_check (path, fault);
    if (err == NG_OK)
        err = ng_input_open (path, fault, &in);
    *crc = crc32 (0, NULL, 0);
    while (err == NG_OK)
    {
        err = ng_input_read (in, buf, sizeof buf, &n);
        if (err == NG_OK)
            *crc = crc32 (*crc, buf, (uInt) n);
    }
    err_close = ng_input_close (in);
    return err == NG_END ? err_close : err;
}

static enum ng_err
check_vocabularies (struct mix *mix, struct ng_fault *fault)
{
    const char *first = NULL;
    uLong first_crc = 0, crc;

    for (size_t i = 0; i < mix->n; i++)
    {
        char *path = vocabulary_name (mix->names[i]);
        enum ng_err err =
            path ? vocabulary_checksum (path, &crc, fault) : NG_ENOMEM;

        if (err != NG_OK && err != NG_END)
            mix->blamed = path;
        else
            free (path);
        if (err == NG_END)
            continue;
        if (err != NG_OK)
            return err;
        if (first && crc != first_crc)
            return ng_fault_set (fault, NG_EINVAL, mix->names[i],
                                 "its vocabulary is another than that of %s",
                                 first);
        first = mix->names[i];
        first_crc = crc;
    }
    return NG_OK;
}

enum ng_err
mix_open (struct mix *mix, bool reverse, struct ng_dtype bare,
          struct ng_fault *fault)
{
    enum ng_err err = NG_OK;

    for (size_t i = 0; err == NG_OK && i < mix->n; i++)
    {
        struct ng_shards *s = &mix->shards[i];

        s->bare = bare;
        err = ng_shards_add (s, mix->names[i], fault);
        if (err != NG_OK)
            return err;
        if (s->files[0].map)
            shrunk_watch (s->files[0].map, s->files[0].map_bytes,
                          mix->names[i]);
        ng_shards_scattered (s);
        s->reverse = reverse;
        mix->plan[i].n_tokens = s->n_tokens;
    }
    return err == NG_OK ? check_vocabularies (mix, fault) : err;
}

void
mix_close (struct mix *mix)
{
    ng_mixture_free (mix->mixture);
    for (size_t i = 0; i < mix->n; i++)
    {
        ng_shards_fini (&mix->shards[i]);
        free (mix->names[i]);
        free (mix->weights[i]);
    }
    free (mix->blamed);
    free (mix->names);
    free (mix->weights);
    free (mix->shards);
    free (mix->plan);
}
