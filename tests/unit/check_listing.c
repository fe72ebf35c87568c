#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nglimits.h"
#include "counts/listing.h"
#include "counts/ngcwrite.h"
#include "rand.h"
#include "text/lexical.h"
#include "text/vocab.h"
#include "unit.h"

/* The second implementation writes each n-gram's whole line, sorts the lines
   as strings of bytes, and takes those that are asked for.  */
struct line
{
    unsigned char *bytes;
    size_t len;
    uint64_t count;
};

/* An n-gram by vocabulary ids, and its count.  */
struct gram
{
    uint32_t ids[NG_ORDER_MAX];
    unsigned len;
    uint64_t count;
};

struct fixture
{
    struct ng_vocab *vocab;
    struct ng_ranking ranking;
    struct ng_ngc *counts;
    struct ng_fault fault;
    struct gram *grams; /* [n_grams] of full order, or where the text ends */
    size_t n_grams;
    unsigned order;
};

/* ------------------------------------------------------------------- set-up */

static const struct fixture *sorting; /* what the comparisons are about */

static int
compare_grams (const void *a, const void *b)
{
    const struct gram *x = a, *y = b;

    for (unsigned i = 0; i < x->len && i < y->len; i++)
    {
        uint32_t p = sorting->ranking.ranks[x->ids[i]];
        uint32_t q = sorting->ranking.ranks[y->ids[i]];

        if (p != q)
            return p < q ? -1 : 1;
    }
    return x->len < y->len ? -1 : x->len > y->len;
}

/* Counts around those that are sorted in another way.  */
static uint64_t
random_count (uint64_t *state)
{
    switch (rand_below (state, 8))
    {
    case 0:
        return 65530 + rand_below (state, 12);
    case 1:
        return 65536 + rand_below (state, 2);
    case 2:
        return rand_next (state) >> 14;
    case 3:
        return 1 + rand_below (state, 70000);
    default:
        return 1 + rand_below (state, 4);
    }
}

/* N n-grams at most, first one of each type, since a text has them.  */
static void
make_grams (struct fixture *f, size_t n, uint64_t *state)
{
    const uint32_t n_types = ng_vocab_size (f->vocab);
    size_t kept = 0;

    f->grams = calloc (n + 1, sizeof *f->grams);
    ck_assert_ptr_nonnull (f->grams);
    for (size_t i = 0; i < n; i++)
    {
        struct gram *g = &f->grams[i];

        if (i < n_types)
            g->len = 1;
        else if (rand_below (state, 9) == 0)
            g->len = (unsigned) rand_below (state, f->order) + 1;
        else
            g->len = f->order;
        for (unsigned j = 0; j < g->len; j++)
            g->ids[j] =
                (uint32_t) (i < n_types ? i : rand_below (state, n_types));
        g->count = random_count (state);
    }
    sorting = f;
    if (n > 0)
        qsort (f->grams, n, sizeof *f->grams, compare_grams);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || compare_grams (&f->grams[kept - 1], &f->grams[i]) != 0)
            f->grams[kept++] = f->grams[i];
    f->n_grams = kept;
}

/* Write the names, in the order of their ranks, and the n-grams to W.  */
static void
write_counts (const struct fixture *f, struct ng_ngcw *w)
{
    struct ng_key_shape s = ng_key_shape (f->order, f->ranking.n);
    struct ng_key_cut whole = ng_key_cut (s, 0, UINT64_MAX);

    for (uint32_t i = 0; i < f->ranking.n; i++)
    {
        size_t len;
        const unsigned char *name =
            ng_vocab_name (f->vocab, f->ranking.ids[i], &len);

        ck_assert_int_eq (ng_ngcw_name (w, name, len), NG_OK);
    }
    for (size_t i = 0; i < f->n_grams; i++)
    {
        const struct gram *g = &f->grams[i];
        uint64_t entry[NG_KEY_WORDS_MAX + 1] = { 0 };

        for (unsigned j = 0; j < f->order; j++)
            ng_key_push (entry, s, s.words,
                         j < g->len ? f->ranking.ranks[g->ids[j]] + 1 : 0);
        entry[s.words] = g->count;
        ck_assert_int_eq (ng_ngcw_keys (w, s, whole, entry, 1), NG_OK);
    }
    ck_assert_int_eq (ng_ngcw_finish (w), NG_OK);
}

static void
pack_grams (struct fixture *f)
{
    const struct ng_ngc_info info = { 1, f->order, 0, 1, 0 };
    struct ng_output *out;
    struct ng_ngcw *w;

    ck_assert_int_eq (ng_output_open_unnamed (".", &f->fault, &out), NG_OK);
    ck_assert_int_eq (ng_ngcw_open (&info, out, ".", &f->fault, &w), NG_OK);
    write_counts (f, w);
    ng_ngcw_close (w);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (
        ng_ngc_open_fd (ng_output_fd (out), "counts", &f->fault, &f->counts),
        NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
}

/* N_TYPES names over the bytes ALPHABET[N_LETTERS].  */
static void
make_names (struct fixture *f, uint32_t n_types, const char *alphabet,
            size_t n_letters, uint64_t *state)
{
    f->vocab = ng_vocab_new ();
    ck_assert_ptr_nonnull (f->vocab);
    while (ng_vocab_size (f->vocab) < n_types)
    {
        unsigned char name[16];
        size_t len = 1 + rand_below (state, rand_below (state, 4) ? 4 : 12);
        uint32_t id;

        for (size_t i = 0; i < len; i++)
            name[i] = (unsigned char) alphabet[rand_below (state, n_letters)];
        ck_assert_int_eq (ng_vocab_intern (f->vocab, name, len, &id), NG_OK);
    }
    ck_assert_int_eq (ng_ranking_init (&f->ranking, f->vocab), NG_OK);
}

static void
release (struct fixture *f)
{
    ng_ngc_close (f->counts);
    ng_ranking_fini (&f->ranking);
    ng_vocab_free (f->vocab);
    free (f->grams);
}

/* ----------------------------------------------- the second implementation */

/* The counts of all n-grams that begin with IDS[LEN].  */
static uint64_t
sum_of (const struct fixture *f, const uint32_t *ids, unsigned len)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < f->n_grams; i++)
        if (f->grams[i].len >= len
            && memcmp (f->grams[i].ids, ids, len * sizeof *ids) == 0)
            sum += f->grams[i].count;
    return sum;
}

/* A third column that shows all that it is given.  */
static double
show_counts (const void *context, unsigned order, uint64_t count,
             uint64_t context_count, uint64_t last_count)
{
    const double *scale = context;

    return ((double) count / 3 + (double) context_count * 7
            + (double) last_count * 1e-3)
           * *scale / order;
}

static void
append_bytes (struct line *line, const void *bytes, size_t len)
{
    line->bytes = realloc (line->bytes, line->len + len + 1);
    NG_ENSURE (line->bytes);
    memcpy (line->bytes + line->len, bytes, len);
    line->len += len;
}

static struct line
make_line (const struct fixture *f, const struct ng_listing *l,
           const uint32_t *ids, unsigned order)
{
    struct line line = { NULL, 0, sum_of (f, ids, order) };
    char numbers[100];

    for (unsigned j = 0; j < order; j++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (f->vocab, ids[j], &len);

        append_bytes (&line, " ", j > 0);
        append_bytes (&line, name, len);
    }
    (void) snprintf (numbers, sizeof numbers, "\t%" PRIu64, line.count);
    append_bytes (&line, numbers, strlen (numbers));
    if (l->column)
    {
        (void) snprintf (numbers, sizeof numbers, "\t%.17g",
                         l->column (l->column_context, order, line.count,
                                    sum_of (f, ids, order - 1),
                                    sum_of (f, ids + order - 1, 1)));
        append_bytes (&line, numbers, strlen (numbers));
    }
    append_bytes (&line, "\n", 1);
    return line;
}

static int
compare_bytes (const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = memcmp (x->bytes, y->bytes, n);

    return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

static int
compare_counts (const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return compare_bytes (a, b);
}

/* Append to ALL the lines of ORDER as L asks for them.  */
static void
list_order (const struct fixture *f, const struct ng_listing *l, unsigned order,
            struct line *all)
{
    struct line *lines = calloc (f->n_grams + 1, sizeof *lines);
    size_t n = 0, written = 0;

    ck_assert_ptr_nonnull (lines);
    for (size_t i = 0; i < f->n_grams; i++)
    {
        const struct gram *g = &f->grams[i], *before = g - 1;

        /* Those with the same start follow one another.  */
        if (g->len < order
            || (i > 0 && before->len >= order
                && memcmp (g->ids, before->ids, order * sizeof *g->ids) == 0))
            continue;
        lines[n++] = make_line (f, l, g->ids, order);
    }
    if (n > 0 && l->sort != NG_UNSORTED)
        qsort (lines, n, sizeof *lines,
               l->sort == NG_BY_COUNT ? compare_counts : compare_bytes);
    for (size_t i = 0; i < n; i++)
        if (lines[i].count >= l->min_count && (l->top == 0 || written < l->top))
        {
            append_bytes (all, lines[i].bytes, lines[i].len);
            written++;
        }
    for (size_t i = 0; i < n; i++)
        free (lines[i].bytes);
    free (lines);
}

/* ---------------------------------------------------------- the comparison */

/* What L writes to standard output.  */
static struct line
written (const struct ng_listing *l)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_output *out;
    struct line all = { NULL, 0, 0 };
    char block[4096];
    size_t n;
    FILE *file = tmpfile ();
    int saved = dup (STDOUT_FILENO);

    NG_ENSURE (file && saved >= 0);
    NG_ENSURE (dup2 (fileno (file), STDOUT_FILENO) == STDOUT_FILENO);
    NG_ENSURE (ng_output_open ("-", &fault, &out) == NG_OK);
    NG_ENSURE (ng_listing_write (l, out) == NG_OK);
    NG_ENSURE (ng_output_commit (out) == NG_OK);
    NG_ENSURE (ng_output_close (out) == NG_OK);
    NG_ENSURE (dup2 (saved, STDOUT_FILENO) == STDOUT_FILENO);
    (void) close (saved);
    rewind (file);
    while ((n = fread (block, 1, sizeof block, file)) > 0)
        append_bytes (&all, block, n);
    NG_ENSURE (!ferror (file));
    (void) fclose (file);
    append_bytes (&all, "", 1);
    return all;
}

static void
check_listing (struct fixture *f, struct ng_listing *l)
{
    struct line expected = { NULL, 0, 0 }, got;

    l->counts = f->counts;
    l->spill_dir = ".";
    l->fault = &f->fault;
    got = written (l);
    for (unsigned k = l->min_order; k <= l->max_order; k++)
        list_order (f, l, k, &expected);
    append_bytes (&expected, "", 1);
    if (compare_bytes (&got, &expected) != 0)
        ck_abort_msg ("order %u-%u, sort %d, top %ju, min-count %ju:\n"
                      "%.900s\nand not\n%.900s",
                      l->min_order, l->max_order, (int) l->sort,
                      (uintmax_t) l->top, (uintmax_t) l->min_count,
                      (char *) got.bytes, (char *) expected.bytes);
    free (expected.bytes);
    free (got.bytes);
}

/* All ways to list F.  */
static void
check_fixture (struct fixture *f)
{
    static const uint64_t tops[] = { 0, 1, 7, 40, UINT64_MAX };
    static const uint64_t mins[] = {
        0, 1, 2, 3, 65535, 65536, 65537, UINT64_MAX
    };
    static const double scale = 1.1;
    static const uint64_t budgets[] = { 1, 900, 1 << 14, UINT64_MAX };

    for (int sort = NG_BY_COUNT; sort <= NG_UNSORTED; sort++)
        for (size_t t = 0; t < sizeof tops / sizeof *tops; t++)
            for (size_t m = 0; m < sizeof mins / sizeof *mins; m++)
            {
                struct ng_listing l = { .min_order = 1,
                                        .max_order = f->order,
                                        .sort = (enum ng_listing_sort) sort,
                                        .top = tops[t],
                                        .min_count = mins[m] };

                l.column = (t + m) % 2 == 0 ? show_counts : NULL;
                l.column_context = &scale;
                l.budget_bytes = budgets[(t + 3 * m) % 4];
                if (f->order > 2 && m == 2)
                    l.min_order = l.max_order = 2;
                check_listing (f, &l);
            }
}

static void
check_names (const char *alphabet, size_t n_letters, uint32_t n_types)
{
    const unsigned order = 1 + n_types % 4;
    uint64_t state = n_types;

    for (size_t n = 0; n <= 2 * n_types + 60; n += n_types + 30)
    {
        struct fixture f = { .order = order };

        make_names (&f, n_types, alphabet, n_letters, &state);
        make_grams (&f, n, &state);
        pack_grams (&f);
        check_fixture (&f);
        release (&f);
    }
}

static const uint32_t sizes[] = { 1, 2, 6, 7, 20, 101 };

START_TEST (lists_words)
{
    check_names ("ab", 2, sizes[_i]);
    check_names ("z\303\251\377", 4, sizes[_i]);
}
END_TEST

/* Bytes below the space and above the TAB sort names in one way inside a line
   and in another before its TAB.  */
START_TEST (lists_control_characters)
{
    static const char alphabet[] = "\0\001\b\013\014\037!a~\177\200\377";

    check_names ("a\013", 2, sizes[_i]);
    check_names (alphabet, sizeof alphabet - 1, sizes[_i]);
}
END_TEST

/* One case by hand: "a", "a" with a vertical tab, and "a!", as first and as
   last tokens.  */
START_TEST (orders_of_a_line)
{
    const char *names[] = { "a", "a\v", "a!", "b" };
    static const uint32_t bigrams[][2] = {
        { 1, 0 }, { 1, 3 }, { 0, 0 }, { 2, 0 }
    };
    struct fixture f = { .order = 2 };
    struct ng_listing l = { .min_order = 1,
                            .max_order = 2,
                            .sort = NG_BY_TEXT };
    struct line got;
    uint32_t id;

    f.vocab = ng_vocab_new ();
    ck_assert_ptr_nonnull (f.vocab);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq (ng_vocab_intern (f.vocab,
                                           (const unsigned char *) names[i],
                                           strlen (names[i]), &id),
                          NG_OK);
    ck_assert_int_eq (ng_ranking_init (&f.ranking, f.vocab), NG_OK);
    f.grams = calloc (4, sizeof *f.grams);
    ck_assert_ptr_nonnull (f.grams);
    for (size_t i = 0; i < 4; i++)
    {
        memcpy (f.grams[i].ids, bigrams[i], sizeof bigrams[i]);
        f.grams[i].len = 2;
        f.grams[i].count = 1;
    }
    f.n_grams = 4;
    sorting = &f;
    qsort (f.grams, 4, sizeof *f.grams, compare_grams);
    pack_grams (&f);
    l.counts = f.counts;
    l.spill_dir = ".";
    l.fault = &f.fault;
    l.budget_bytes = 1 << 20;
    got = written (&l);
    ck_assert_str_eq ((char *) got.bytes, "a\t1\n"
                                          "a\v\t2\n"
                                          "a!\t1\n"
                                          "a\v a\t1\n"
                                          "a\v b\t1\n"
                                          "a a\t1\n"
                                          "a! a\t1\n");
    free (got.bytes);
    release (&f);
}
END_TEST

/* Enough n-grams that all small counts are there and many tie.  */
START_TEST (lists_many)
{
    struct fixture f = { .order = 2 };
    struct ng_listing l = { .min_order = 1,
                            .max_order = 2,
                            .budget_bytes = 10000 };
    uint64_t state = 5;

    make_names (&f, 60, "abcdefgh", 8, &state);
    make_grams (&f, 1500, &state);
    pack_grams (&f);
    for (l.top = 0; l.top < 3000; l.top += 173)
        check_listing (&f, &l);
    release (&f);
}
END_TEST

Suite *
ng_suite (void)
{
    const int n_sizes = sizeof sizes / sizeof *sizes;
    Suite *suite = suite_create ("listing");
    TCase *tc = tcase_create ("listing");

    tcase_add_loop_test (tc, lists_words, 0, n_sizes);
    tcase_add_loop_test (tc, lists_control_characters, 0, n_sizes);
    tcase_add_test (tc, orders_of_a_line);
    tcase_add_test (tc, lists_many);
    suite_add_tcase (suite, tc);
    return suite;
}
