#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/output.h"
#include "models/arparead.h"
#include "models/arpawrite.h"
#include "models/complete.h"
#include "rand.h"
#include "unit.h"

enum
{
    N_WORDS = 9,
    GRAMS_MAX = 3000
};

static const char *const words[N_WORDS] = {
    "<s>",   "</s>", "<unk>",   "a", "aa", "\xc3\xa9t\xc3\xa9",
    "don't", "x\\y", "\\data\\"
};

/* What the library holds of them: text form.  */
static const char *const names[N_WORDS] = {
    "<s>",   "</s>",   "<unk>",       "a", "aa", "\xc3\xa9t\xc3\xa9",
    "don't", "x\\\\y", "\\\\data\\\\"
};

/* The second implementation: n-grams in a list, looked through.  */
struct gram
{
    unsigned n, w[NG_ORDER_MAX];
    float logp, bow;
};

struct list
{
    unsigned order;
    struct gram grams[GRAMS_MAX];
    size_t n, ends[NG_ORDER_MAX + 1]; /* order k: from ends[k - 1] on */
};

static const struct gram *
find (const struct list *l, const unsigned *w, unsigned n)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->grams[i].n == n && memcmp (l->grams[i].w, w, n * sizeof *w) == 0)
            return &l->grams[i];
    return NULL;
}

/* Katz 1987, as backoff.h has it.  */
static double
slow_logp (const struct list *l, const unsigned *w, unsigned n)
{
    const struct gram *g = find (l, w, n), *h;

    if (g)
        return (double) g->logp;
    h = find (l, w, n - 1);
    return (h ? (double) h->bow : 0) + slow_logp (l, w + 1, n - 1);
}

/* A random model: each n-gram continues one of those before, so its prefix is
   listed; its suffix is if WHOLE.  Numbers are no probabilities, which nobody
   asks.  */
static void
make_list (struct list *l, unsigned order, bool whole, uint64_t *state)
{
    memset (l, 0, sizeof *l);
    l->order = order;
    for (unsigned k = 1; k <= order; k++)
    {
        const size_t first = k > 1 ? l->ends[k - 2] : 0, end = l->n;

        for (size_t i = first; i < (k > 1 ? end : 1); i++)
            for (unsigned w = 0; w < N_WORDS; w++)
            {
                struct gram g = k > 1 ? l->grams[i] : (struct gram){ 0 };

                g.n = k;
                g.w[k - 1] = w;
                if (k > 1
                    && (rand_below (state, 9) > 2 || l->n == GRAMS_MAX
                        || (whole && !find (l, g.w + 1, k - 1))))
                    continue;
                g.logp = -8 - (float) rand_below (state, 100000) / 12345;
                g.bow = (float) rand_below (state, 20000) / 9999 - 1;
                if (rand_below (state, 4) == 0)
                    g.bow = 0;
                l->grams[l->n++] = g;
            }
        l->ends[k - 1] = end;
    }
    l->ends[order] = l->n;
}

/* Write L with its sections in no order, blanks and empty lines anywhere.  */
static void
write_list (const struct list *l, const char *path, uint64_t *state)
{
    static const char *const blanks[] = { "\t", " ", "  ", " \t" };
    static const char *const ends[] = { "\n", "\r\n", " \n", "\n\n" };
    FILE *file = fopen (path, "w");

    ck_assert_ptr_nonnull (file);
    fputs ("a model\nthat says something first\n\\data\\\n", file);
    for (unsigned k = 1; k <= l->order; k++)
        fprintf (file, "ngram %u=%zu\n", k, l->ends[k] - l->ends[k - 1]);
    for (unsigned k = 1; k <= l->order; k++)
    {
        const size_t n = l->ends[k] - l->ends[k - 1];
        const size_t start = rand_below (state, n + 1);

        fprintf (file, "%s\\%u-grams:%s", ends[rand_below (state, 4)], k,
                 ends[rand_below (state, 4)]);
        for (size_t i = 0; i < n; i++)
        {
            const struct gram *g =
                &l->grams[l->ends[k - 1] + (i + (k > 1 ? start : 0)) % n];

            fprintf (file, "%.9g", (double) g->logp);
            for (unsigned j = 0; j < k; j++)
                fprintf (file, "%s%s", blanks[rand_below (state, 4)],
                         g->w[j] == 2 && k % 2 ? "<UNK>" : words[g->w[j]]);
            if ((double) g->bow != 0 && k < l->order)
                fprintf (file, "%s%.9g", blanks[rand_below (state, 4)],
                         (double) g->bow);
            fputs (ends[rand_below (state, 4)], file);
        }
    }
    fputs ("\n\\end\\\n", file);
    ck_assert_int_eq (fclose (file), 0);
}

static enum ng_err
read_model (const char *path, struct ng_backoff *m, struct ng_fault *fault)
{
    struct ng_input *in;
    enum ng_err err;

    ck_assert_int_eq (ng_input_open (path, fault, &in), NG_OK);
    err = ng_arpa_read (in, fault, m);
    (void) ng_input_close (in);
    return err;
}

/* M gives what L does for every context of random tokens, and lists the prefix
   and the suffix of what it lists.  */
static void
expect_list (const struct list *l, const struct ng_backoff *m, bool whole,
             uint64_t *state)
{
    uint32_t id[N_WORDS];

    ck_assert_uint_eq (m->trie.order, l->order);
    ck_assert_uint_eq (m->trie.levels[0].n, N_WORDS);
    for (unsigned w = 0; w < N_WORDS; w++)
        ck_assert (ng_vocab_find (m->vocab, (const unsigned char *) names[w],
                                  strlen (names[w]), &id[w]));
    ck_assert (m->bos == id[0] && m->eos == id[1] && m->unk == id[2]);
    for (size_t round = 0; round < 3000; round++)
    {
        unsigned w[NG_ORDER_MAX], used,
            n = 1 + (unsigned) rand_below (state, l->order);
        uint32_t tokens[NG_ORDER_MAX];
        const struct gram *g = &l->grams[rand_below (state, l->n)];

        for (unsigned i = 0; i < n; i++)
        {
            w[i] = i < g->n && round % 4
                       ? g->w[i]
                       : (unsigned) rand_below (state, N_WORDS);
            tokens[i] = id[w[i]];
        }
        NG_ENSURE (
            fabs (ng_backoff_logp (m, tokens, n, &used) - slow_logp (l, w, n))
            < 1e-5);
        for (unsigned k = n; k > 0 && whole; k--)
            if (find (l, w + n - k, k))
            {
                NG_ENSURE (used == k);
                break;
            }
    }
    for (unsigned k = 2; k <= l->order; k++)
        for (uint32_t i = 0; i < m->trie.levels[k - 1].n; i++)
            NG_ENSURE (m->trie.levels[k - 1].suffixes[i]
                       < m->trie.levels[k - 2].n);
    if (whole)
        for (unsigned k = 1; k <= l->order; k++)
            ck_assert_uint_eq (m->trie.levels[k - 1].n,
                               l->ends[k] - l->ends[k - 1]);
}

/* The same numbers to the last bit.  */
static void
expect_same (const struct ng_backoff *a, const struct ng_backoff *b)
{
    for (unsigned k = 1; k <= a->trie.order; k++)
    {
        const uint32_t n = a->trie.levels[k - 1].n;

        ck_assert_uint_eq (n, b->trie.levels[k - 1].n);
        ck_assert_mem_eq (a->trie.levels[k - 1].words,
                          b->trie.levels[k - 1].words, n * sizeof (uint32_t));
        for (uint32_t i = 0; i < n; i++)
        {
            NG_ENSURE (a->logp[k - 1][i] >= b->logp[k - 1][i]
                       && a->logp[k - 1][i] <= b->logp[k - 1][i]);
            if (k < a->trie.order)
                NG_ENSURE (a->bow[k - 1][i] >= b->bow[k - 1][i]
                           && a->bow[k - 1][i] <= b->bow[k - 1][i]);
        }
    }
}

/* Random models read, written and read again; in those of odd numbers suffixes
   are missing, as from SRILM's pruning.  */
START_TEST (there_and_back)
{
    static const char path[] = "check_arpa.arpa";
    const unsigned order = 1 + (unsigned) _i / 4;
    const bool whole = _i % 2 == 0;
    static struct list l;
    uint64_t state = (uint64_t) _i;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_backoff m, again;
    struct ng_output *out;
    enum ng_err err;

    make_list (&l, order, whole, &state);
    write_list (&l, path, &state);
    err = read_model (path, &m, &fault);
    ck_assert_msg (err == NG_OK, "line %u: %s", (unsigned) fault.line,
                   fault.text);
    expect_list (&l, &m, whole, &state);

    ck_assert_int_eq (ng_output_open (path, &fault, &out), NG_OK);
    ck_assert_int_eq (ng_arpa_write (&m, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    ck_assert_int_eq (read_model (path, &again, &fault), NG_OK);
    expect_list (&l, &again, whole, &state);
    expect_same (&m, &again);
    ng_backoff_fini (&m);
    ng_backoff_fini (&again);
    (void) unlink (path);
}
END_TEST

/* Every byte of a small one.  */
START_TEST (written_as_specified)
{
    static const char text[] = "\\data\\\nngram 1=3\nngram 2=1\n\\1-grams:\n"
                               "-1 b -0.5\n-99\t<s>\n-2.5 <unk>\n\\2-grams:\n"
                               "-0.1 <s> b\n\\end\\\n";
    static const char exp[] =
        "\\data\\\nngram 1=3\nngram 2=1\n\n\\1-grams:\n-1\tb\t-0.5\n"
        "-99\t<s>\t0\n-2.5\t<unk>\t0\n\n\\2-grams:\n-0.1\t<s> b\n\n\\end\\\n";
    static const char path[] = "check_arpa.exact";
    char got[sizeof exp + 1];
    struct ng_fault fault = { .err = NG_OK };
    struct ng_output *out;
    struct ng_backoff m;
    FILE *file = fopen (path, "w");
    size_t n;

    ck_assert_ptr_nonnull (file);
    fputs (text, file);
    ck_assert_int_eq (fclose (file), 0);
    ck_assert_int_eq (read_model (path, &m, &fault), NG_OK);
    ck_assert_int_eq (ng_output_open (path, &fault, &out), NG_OK);
    ck_assert_int_eq (ng_arpa_write (&m, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    file = fopen (path, "r");
    ck_assert_ptr_nonnull (file);
    n = fread (got, 1, sizeof got - 1, file);
    got[n] = '\0';
    (void) fclose (file);
    ck_assert_str_eq (got, exp);
    ng_backoff_fini (&m);
    (void) unlink (path);
}
END_TEST

#define HEAD2 "\\data\\\nngram 1=2\nngram 2=1\n\n\\1-grams:\n-1\ta\t0\n-1\tb\n"

/* What is no ARPA, the line of it, and a part of what is said.  */
START_TEST (faults)
{
    static const struct
    {
        const char *text;
        enum ng_err err;
        uint64_t line;
        const char *says;
    } cases[] = {
        { "", NG_EFORMAT, 0, "no line \\data\\" },
        { "hello\n", NG_EFORMAT, 0, "no line \\data\\" },
        { "iARPA\n", NG_EFORMAT, 1, "compile-lm" },
        { "\\data\\\n", NG_EFORMAT, 1, "cut short in its header" },
        { "\\data\\\n\\1-grams:\n", NG_EFORMAT, 2, "counts no n-grams" },
        { "\\data\\\nngram 2=1\n", NG_EFORMAT, 2, "order by order from 1" },
        { "\\data\\\nngram 1=x\n", NG_EFORMAT, 2, "not of the form" },
        { "\\data\\\nngram 1=4294967295\n", NG_ELIMIT, 2, "2^32" },
        { "\\data\\\nngram 1=1\n\\2-grams:\n", NG_EFORMAT, 3, "\\1-grams:" },
        { "\\data\\\nngram 1=1\n\\1-grams:\n-1\ta\n", NG_EFORMAT, 4,
          "cut short before \\end\\" },
        { "\\data\\\nngram 1=1\n\\1-grams:\n-1\ta\n-1\tb\n", NG_EFORMAT, 5,
          "more 1-grams" },
        { "\\data\\\nngram 1=2\n\\1-grams:\n-1\ta\n\\end\\\n", NG_EFORMAT, 5,
          "1 1-grams, but the header says 2" },
        { "\\data\\\nngram 1=2\n\\1-grams:\n-1\ta\n-1\ta\n", NG_EFORMAT, 5,
          "twice" },
        { "\\data\\\nngram 1=1\n\\1-grams:\n0.1\ta\n", NG_EFORMAT, 4,
          "above 0" },
        { "\\data\\\nngram 1=1\n\\1-grams:\na\t-1\n", NG_EFORMAT, 4,
          "start with a log10" },
        { "\\data\\\nngram 1=1\n\\1-grams:\nnan\ta\n", NG_EFORMAT, 4,
          "start with a log10" },
        { "\\data\\\nngram 1=1\n\\1-grams:\n-1\n", NG_EFORMAT, 4, "no token" },
        { "\\data\\\nngram 1=1\n\\1-grams:\n-1\ta b\n", NG_EFORMAT, 4,
          "no back-off weight" },
        { "\\data\\\nngram 1=1\n\\1-grams:\n-1\ta\n\\end\\\nx\n", NG_EFORMAT, 6,
          "behind \\end\\" },
        { HEAD2 "\n\\2-grams:\n-1\ta\n", NG_EFORMAT, 10, "fewer tokens" },
        { HEAD2 "\n\\2-grams:\n-1\ta b b\n", NG_EFORMAT, 10, "no back-off" },
        { HEAD2 "\n\\2-grams:\n-1\ta b -1 2\n", NG_EFORMAT, 10, "more tokens" },
        { HEAD2 "\n\\2-grams:\n-1\ta c\n", NG_EFORMAT, 10,
          "not among the unigrams" },
        { "\\data\\\nngram 1=1\nngram 2=2\n\\1-grams:\n-1\ta\n\\2-grams:\n"
          "-1\ta a\n-1\ta a\n\\end\\\n",
          NG_EFORMAT, 8, "twice" },
        { "\\data\\\nngram 1=1\nngram 2=0\nngram 3=1\n\\1-grams:\n-1\ta\n"
          "\\2-grams:\n\\3-grams:\n-1\ta a a\n\\end\\\n",
          NG_EFORMAT, 9, "prefix" },
        { "\\data\\\nngram 1=1\nngram 2=1\nngram 3=1\nngram 4=1\nngram 5=1\n"
          "ngram 6=1\nngram 7=1\nngram 8=1\nngram 9=1\n",
          NG_ELIMIT, 10, "up to 8" },
    };
    static const char path[] = "check_arpa.bad";

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct ng_fault fault = { .err = NG_OK };
        FILE *file = fopen (path, "w");
        struct ng_backoff m;

        ck_assert_ptr_nonnull (file);
        fputs (cases[i].text, file);
        ck_assert_int_eq (fclose (file), 0);
        ck_assert_int_eq (read_model (path, &m, &fault), cases[i].err);
        ck_assert_msg (strstr (fault.text, cases[i].says), "%zu: %s", i,
                       fault.text);
        ck_assert_msg (fault.line == cases[i].line, "%zu: line %u", i,
                       (unsigned) fault.line);
        ck_assert_str_eq (fault.file, path);
        ng_backoff_fini (&m);
    }
    (void) unlink (path);
}
END_TEST

/* A model without <unk> gets one.  */
START_TEST (unknown_is_added)
{
    static const char path[] = "check_arpa.unk";
    FILE *file = fopen (path, "w");
    struct ng_fault fault = { .err = NG_OK };
    struct ng_backoff m;

    ck_assert_ptr_nonnull (file);
    fputs ("\\data\\\nngram 1=1\n\\1-grams:\n-1\ta\n\\end\\", file);
    ck_assert_int_eq (fclose (file), 0);
    ck_assert_int_eq (read_model (path, &m, &fault), NG_OK);
    ck_assert_uint_eq (m.trie.levels[0].n, 2);
    ck_assert_uint_eq (m.unk, 1);
    ck_assert (m.bos == NG_NONE && m.eos == NG_NONE);
    ck_assert_double_eq (ng_backoff_logp (&m, &m.unk, 1, NULL), -100);
    ng_backoff_fini (&m);
    (void) unlink (path);
}
END_TEST

/* Tokens up to the limit of their text form, in which each backslash of the
   file that is no escape is two.  */
START_TEST (long_tokens)
{
    static const struct
    {
        char c;
        size_t len;
        enum ng_err err;
    } cases[] = {
        { 'a', NG_TOKEN_BYTES_MAX / 2 + 1, NG_OK },
        { 'a', NG_TOKEN_BYTES_MAX, NG_OK },
        { 'a', NG_TOKEN_BYTES_MAX + 1, NG_ELIMIT },
        { '\\', NG_TOKEN_BYTES_MAX / 2 + 1, NG_OK }, /* half of it escapes */
        { '\\', NG_TOKEN_BYTES_MAX / 2, NG_OK },
        { '\\', NG_TOKEN_BYTES_MAX / 2 + 2, NG_ELIMIT },
        { '\\', NG_TOKEN_BYTES_MAX, NG_ELIMIT },
    };
    static const char path[] = "check_arpa.long";
    static char token[NG_TOKEN_BYTES_MAX + 2];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
        struct ng_fault fault = { .err = NG_OK };
        FILE *file = fopen (path, "w");
        struct ng_backoff m;
        enum ng_err err;

        memset (token, cases[i].c, cases[i].len);
        token[cases[i].len] = '\0';
        ck_assert_ptr_nonnull (file);
        fprintf (file, "\\data\\\nngram 1=1\n\\1-grams:\n-1\t%s\n\\end\\\n",
                 token);
        ck_assert_int_eq (fclose (file), 0);
        err = read_model (path, &m, &fault);
        ck_assert_msg (err == cases[i].err, "%zu: %s", i, fault.text);
        if (err == NG_ELIMIT)
        {
            ck_assert_uint_eq (fault.line, 4);
            ck_assert_str_eq (fault.text, "a token is longer than 65535 bytes");
        }
        ng_backoff_fini (&m);
    }
    (void) unlink (path);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("arpa");
    TCase *tc = tcase_create ("arpa");

    tcase_add_loop_test (tc, there_and_back, 0, 20);
    tcase_add_test (tc, written_as_specified);
    tcase_add_test (tc, faults);
    tcase_add_test (tc, unknown_is_added);
    tcase_add_test (tc, long_tokens);
    suite_add_tcase (suite, tc);
    return suite;
}
