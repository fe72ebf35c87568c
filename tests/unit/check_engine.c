#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "base/nglimits.h"
#include "counts/engine.h"
#include "counts/names.h"
#include "counts/ngcread.h"
#include "rand.h"
#include "unit.h"

/* The second implementation: lines and words by strtok, each n-gram written
   out with spaces between, in a hash table.  */
struct node
{
    char *text;
    uint64_t count;
    UT_hash_handle hh;
};

static void
count_slowly (struct node **nodes, const char *text)
{
    struct node *node;

    HASH_FIND_STR (*nodes, text, node);
    if (!node)
    {
        node = calloc (1, sizeof *node);
        NG_ENSURE (node);
        node->text = strdup (text);
        NG_ENSURE (node->text);
        HASH_ADD_KEYPTR (hh, *nodes, node->text, strlen (node->text), node);
    }
    node->count++;
}

static void
free_nodes (struct node *nodes)
{
    struct node *node, *next;

    HASH_ITER (hh, nodes, node, next)
    {
        HASH_DEL (nodes, node);
        free (node->text);
        free (node);
    }
}

/* All n-grams of ORDER of WORDS[N]; a NULL is where none crosses.  */
static void
count_words (struct node **nodes, char *const *words, size_t n, unsigned order)
{
    for (size_t i = 0; i + order <= n; i++)
    {
        char text[1024];
        size_t at = 0;
        unsigned j = 0;

        for (; j < order && words[i + j]; j++)
            at += (size_t) snprintf (text + at, sizeof text - at, "%s%s",
                                     j > 0 ? " " : "", words[i + j]);
        if (j == order)
            count_slowly (nodes, text);
    }
}

/* The words of TEXT, which is changed, with marks if SENTENCES.  The array is
   the caller's.  */
static char **
split (char *text, bool sentences, size_t *n)
{
    char **words = calloc (2 * strlen (text) + 4, sizeof *words);
    char *line = text;

    NG_ENSURE (words);
    *n = 0;
    while (*line)
    {
        char *end = line + strcspn (line, "\n"), *next = *end ? end + 1 : end;

        *end = '\0';
        if (sentences)
            words[(*n)++] = (char *) (uintptr_t) "<s>";
        for (char *w = strtok (line, " "); w; w = strtok (NULL, " "))
            words[(*n)++] = w;
        if (sentences)
        {
            words[(*n)++] = (char *) (uintptr_t) "</s>";
            words[(*n)++] = NULL;
        }
        line = next;
    }
    return words;
}

/* A text of about LEN bytes: words, some far commoner than others, on lines of
   any length, empty ones too, or on one line with no newline.  */
static char *
make_text (uint64_t *seed, size_t len, unsigned n_types, bool lines)
{
    char *text = malloc (len + 64);
    size_t at = 0;

    NG_ENSURE (text);
    while (at < len)
    {
        uint64_t type = rand_below (seed, n_types);

        if (rand_below (seed, 4) > 0)
            type %= 1 + n_types / 50;
        at += (size_t) snprintf (text + at, 32, "%s%" PRIx64 " ",
                                 type % 7 == 0 ? "averylongword" : "w", type);
        while (lines && rand_below (seed, 8) == 0)
            text[at++] = '\n';
    }
    text[at] = '\0';
    return text;
}

static void
write_file (const char *name, const char *text, size_t len)
{
    FILE *f = fopen (name, "w");

    NG_ENSURE (f && fwrite (text, 1, len, f) == len && fclose (f) == 0);
}

static char *
read_file (const char *name, size_t *len)
{
    FILE *f = fopen (name, "r");
    char *buf;

    NG_ENSURE (f && fseek (f, 0, SEEK_END) == 0);
    *len = (size_t) ftell (f);
    rewind (f);
    buf = malloc (*len + 1);
    NG_ENSURE (buf && fread (buf, 1, *len, f) == *len && fclose (f) == 0);
    return buf;
}

/* Count FILES[N] to OUT.  */
static enum ng_err
count (const char *const *files, size_t n, struct ng_engine_options *o,
       enum ng_tokenize_mode mode, const char *name, unsigned *n_portions)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_engine_report report;
    struct ng_tokenizer t;
    struct ng_output *out = NULL;
    enum ng_err err;

    o->spill_dir = ".";
    ng_tokenizer_init (&t, mode, false, false);
    NG_ENSURE (ng_output_open (name, &fault, &out) == NG_OK);
    err = ng_engine_run (files, n, o, &t, out, &report, &fault);
    if (err == NG_OK)
        err = ng_output_commit (out);
    (void) ng_output_close (out);
    if (n_portions)
        *n_portions = report.n_portions;
    return err;
}

static struct ng_engine_options
make_options (unsigned order, bool sentences, unsigned n_threads,
              uint64_t budget)
{
    struct ng_engine_options o = { .n_threads = n_threads, .budget = budget };

    o.info.min_order = 1;
    o.info.max_order = order;
    o.info.min_count = 1;
    o.info.flags = sentences ? NG_NGC_SENTENCES : 0;
    return o;
}

/* NAME has the n-grams of orders 1 to ORDER of TEXT, no more, no less.  */
static void
check_counts (const char *name, const char *text, unsigned order,
              bool sentences)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_input *in = NULL;
    struct ng_ngc *f = NULL;
    struct ng_names *names = NULL;
    char *copy = strdup (text);
    size_t n_words;
    char **words = split (copy, sentences, &n_words);

    NG_ENSURE (ng_input_open (name, &fault, &in) == NG_OK);
    NG_ENSURE (ng_ngc_open (in, ".", &fault, &f) == NG_OK);
    NG_ENSURE (ng_names_open (f, 1 << 20, ".", &fault, &names) == NG_OK);
    for (unsigned k = 1; k <= order; k++)
    {
        struct node *nodes = NULL;
        struct ng_ngc_cursor c;
        uint64_t n = 0;

        count_words (&nodes, words, n_words, k);
        ng_ngc_cursor_start (&c, f, k);
        while (ng_ngc_cursor_next (&c) == NG_OK)
        {
            char line[1024];
            struct node *node;
            size_t at = 0;

            for (unsigned j = 0; j < k; j++)
            {
                size_t len;
                const unsigned char *w = ng_names_get (names, c.ranks[j], &len);

                at += (size_t) snprintf (line + at, sizeof line - at, "%s%.*s",
                                         j > 0 ? " " : "", (int) len,
                                         (const char *) w);
            }
            HASH_FIND_STR (nodes, line, node);
            NG_ENSURE (node && node->count == c.count);
            n++;
        }
        NG_ENSURE (fault.err == NG_OK);
        ck_assert_uint_eq (n, HASH_COUNT (nodes));
        free_nodes (nodes);
    }
    ng_names_close (names);
    ng_ngc_close (f);
    (void) ng_input_close (in);
    free (words);
    free (copy);
}

/* Several blocks of text, all ways to split them into lines.  */
START_TEST (counts_are_right)
{
    static const unsigned orders[] = { 1, 2, 3, 5, 8 };
    const unsigned order = orders[_i % 5];
    const bool sentences = _i / 5 % 2, lines = _i / 10 % 2;
    uint64_t seed = (uint64_t) _i;
    char *text = make_text (&seed, _i % 3 == 0 ? 320000 : 3000,
                            _i % 3 == 1 ? 5 : 5000, lines);
    size_t len = strlen (text) - (seed & 1);
    const char *const files[] = { "engine.txt" };
    unsigned n_portions;
    struct ng_engine_options o = make_options (
        order, sentences, 1 + (unsigned) _i % 3, _i % 2 ? 1 << 30 : 0);

    text[len] = '\0';
    write_file (files[0], text, len);
    NG_ENSURE (count (files, 1, &o, NG_SPACE, "engine.ngc", &n_portions)
               == NG_OK);
    NG_ENSURE (len < 300000 || _i % 2 == 1 || n_portions > 1);
    check_counts ("engine.ngc", text, order, sentences);
    free (text);
}
END_TEST

/* The same bytes for every number of threads, budget, and split into files at
   line ends, in every mode.  */
START_TEST (same_bytes)
{
    static const enum ng_tokenize_mode modes[] = { NG_WORD, NG_UAX29, NG_SPACE,
                                                   NG_CHAR, NG_BYTE };
    const enum ng_tokenize_mode mode = modes[_i % 5];
    const bool sentences = _i / 5;
    const char *const one[] = { "engine.txt" };
    const char *const two[] = { "engine-1.txt", "engine-2.txt" };
    uint64_t seed = 99 + (uint64_t) _i;
    char *text = make_text (&seed, 560000, 3000, true);
    const char *middle = strchr (text + 280000, '\n') + 1;
    size_t len, len_first;
    char *first;

    write_file (one[0], text, strlen (text));
    write_file (two[0], text, (size_t) (middle - text));
    write_file (two[1], middle, strlen (middle));
    {
        struct ng_engine_options o = make_options (3, sentences, 1, 1 << 30);

        NG_ENSURE (count (one, 1, &o, mode, "engine.ngc", NULL) == NG_OK);
    }
    first = read_file ("engine.ngc", &len_first);
    /* One half of them with sentences, the other without.  */
    for (unsigned i = (unsigned) _i % 2; i < 8; i += 2)
    {
        struct ng_engine_options o = make_options (
            3, sentences, i % 4 + 1, i < 4 ? 0 : UINT64_C (30) << 20);
        char *other;

        NG_ENSURE (count (i % 2 ? one : two, i % 2 ? 1 : 2, &o, mode,
                          "engine.ngc", NULL)
                   == NG_OK);
        other = read_file ("engine.ngc", &len);
        NG_ENSURE (len == len_first && memcmp (other, first, len) == 0);
        free (other);
    }
    free (first);
    free (text);
}
END_TEST

/* What is reported does not depend on the threads either: the first fault.  */
START_TEST (faults_come_first)
{
    uint64_t seed = 7;
    char *text = make_text (&seed, 1500000, 1000, true);
    const char *const files[] = { "engine.txt" };
    uint64_t line = 1;
    char *bad;

    bad = strchr (text + 700000, '\n') + 1;
    memcpy (bad, "<s> ", 4);
    memcpy (strchr (text + 1200000, '\n') + 1, "</s> ", 5);
    for (const char *p = text; p < bad; p++)
        line += *p == '\n';
    write_file (files[0], text, strlen (text));
    for (unsigned threads = 1; threads <= 4; threads++)
    {
        struct ng_fault fault = { .err = NG_OK };
        struct ng_engine_options o = make_options (2, true, threads, 1 << 30);
        struct ng_output *out = NULL;
        struct ng_tokenizer t;

        o.spill_dir = ".";
        ng_tokenizer_init (&t, NG_SPACE, false, false);
        NG_ENSURE (ng_output_open ("engine.ngc", &fault, &out) == NG_OK);
        ck_assert_int_eq (ng_engine_run (files, 1, &o, &t, out, NULL, &fault),
                          NG_EFORMAT);
        ck_assert_uint_eq (fault.line, line);
        (void) ng_output_close (out);
    }
    free (text);
}
END_TEST

static void
remove_files (void)
{
    (void) unlink ("engine.txt");
    (void) unlink ("engine-1.txt");
    (void) unlink ("engine-2.txt");
    (void) unlink ("engine.ngc");
}

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("engine");
    TCase *t = tcase_create ("engine");

    tcase_add_checked_fixture (t, NULL, remove_files);
    tcase_add_loop_test (t, counts_are_right, 0, 20);
    tcase_add_loop_test (t, same_bytes, 0, 10);
    tcase_add_test (t, faults_come_first);
    suite_add_tcase (s, t);
    return s;
}
