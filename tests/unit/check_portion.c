#include <config.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counts/merge.h"
#include "counts/portion.h"
#include "rand.h"
#include "sums.h"
#include "unit.h"

enum
{
    WORKERS_MAX = 5,
    PORTIONS_MAX = 40,
    BLOCKS_MAX = 7 /* of a portion */
};

/* A text: numbers of names, NG_ID_BREAK where a sentence ends.  */
struct text
{
    uint32_t *tokens;
    size_t n;
    uint32_t n_types;
    bool sentences;
};

/* Names of one to four bytes, and longer ones.  */
static const char *
name_of (uint32_t token, char buf[32])
{
    (void) snprintf (buf, 32, token % 5 ? "%x" : "longer\x1f%x", token);
    return buf;
}

static void
make_text (struct text *t, size_t n, uint32_t n_types, bool sentences,
           uint64_t *state)
{
    t->tokens = calloc (n + 1, sizeof *t->tokens);
    ck_assert_ptr_nonnull (t->tokens);
    t->n = n;
    t->n_types = n_types;
    t->sentences = sentences;
    for (size_t i = 0; i < n; i++)
    {
        uint64_t x = rand_below (state, n_types);

        t->tokens[i] = (uint32_t) (rand_below (state, 2) ? x : x * x / n_types);
        if (sentences && (i + 1 == n || rand_below (state, 6) == 0))
            t->tokens[i] = NG_ID_BREAK;
    }
}

/* ------------------------------------------- the second implementation: all
   n-grams written out and added up.  */

static void
count_tokens (const uint32_t *tokens, size_t n, bool sentence, unsigned order,
              struct sums *s)
{
    const size_t marks = sentence ? 2 : 0;

    for (size_t i = 0; i < n + marks; i++)
    {
        char gram[NG_ORDER_MAX * 40] = "", name[32];
        size_t len = 0;

        for (unsigned k = 0; k < order && i + k < n + marks; k++)
        {
            const size_t at = i + k;
            const char *p = sentence && at == 0       ? "<s>"
                            : sentence && at == n + 1 ? "</s>"
                                                      : NULL;

            if (!p)
                p = name_of (tokens[sentence ? at - 1 : at], name);
            len += (size_t) snprintf (gram + len, sizeof gram - len, "%s ", p);
            sums_add (s, gram, 1);
        }
    }
}

static void
count_slowly (const struct text *t, unsigned order, struct sums *s)
{
    size_t start = 0;

    if (!t->sentences)
        count_tokens (t->tokens, t->n, false, order, s);
    else
        for (size_t i = 0; i < t->n; i++)
            if (t->tokens[i] == NG_ID_BREAK)
            {
                count_tokens (t->tokens + start, i - start, true, order, s);
                start = i + 1;
            }
    sums_sort (s);
}

/* ---------------------------------------------------------------- portions  */

/* What a portion leaves to the next.  */
struct carried
{
    struct ng_vocab *names;
    uint32_t ids[NG_ORDER_MAX];
    size_t n;
    bool in_sentence;
};

static void
fill_block (struct ng_portion *p, const uint32_t *tokens, size_t n,
            unsigned owner)
{
    uint32_t *ids = calloc (n + 1, sizeof *ids);
    size_t place;

    NG_ENSURE (ids);
    for (size_t i = 0; i < n; i++)
    {
        char name[32];

        (void) name_of (tokens[i], name);
        ids[i] = NG_ID_BREAK;
        if (tokens[i] != NG_ID_BREAK)
            NG_ENSURE (ng_vocab_intern (p->workers[owner].vocab,
                                        (unsigned char *) name, strlen (name),
                                        &ids[i])
                       == NG_OK);
    }
    NG_ENSURE (ng_portion_reserve (p, &place) == NG_OK);
    NG_ENSURE (ng_portion_fill (p, place, owner, ids, n) == NG_OK);
    free (ids);
}

struct task
{
    struct ng_portion *p;
    struct ng_ngcw *w; /* NULL: deal */
    unsigned worker;
    pthread_t thread;
};

static void *
run_task (void *arg)
{
    struct task *t = arg;

    NG_ENSURE ((t->w ? ng_portion_count (t->p, t->worker, t->w)
                     : ng_portion_deal (t->p, t->worker))
               == NG_OK);
    return NULL;
}

/* By every worker, on threads of their own or one after another.  */
static void
run_workers (struct ng_portion *p, struct ng_ngcw *w, bool threads)
{
    struct task tasks[WORKERS_MAX];

    for (unsigned i = 0; i < p->n_workers; i++)
    {
        tasks[i] = (struct task){ .p = p, .w = w, .worker = i };
        if (!threads)
            (void) run_task (&tasks[i]);
        else
            ck_assert_int_eq (
                pthread_create (&tasks[i].thread, NULL, run_task, &tasks[i]),
                0);
    }
    for (unsigned i = 0; i < p->n_workers && threads; i++)
        ck_assert_int_eq (pthread_join (tasks[i].thread, NULL), 0);
}

static struct ng_ngc *
count_portion (struct ng_portion *p, const struct ng_ngc_info *info,
               bool threads, struct ng_fault *fault)
{
    struct ng_output *out;
    struct ng_ngcw *w;
    struct ng_ngc *f;

    for (unsigned i = 0; i < p->n_workers; i++)
        ck_assert_int_eq (ng_portion_sort_names (p, i), NG_OK);
    ck_assert_int_eq (ng_output_open_unnamed (".", fault, &out), NG_OK);
    ck_assert_int_eq (ng_ngcw_open (info, out, ".", fault, &w), NG_OK);
    ck_assert_int_eq (ng_portion_split_names (p), NG_OK);
    for (unsigned i = 0; i < p->n_workers; i++)
        ck_assert_int_eq (ng_portion_merge_names (p, i), NG_OK);
    ck_assert_int_eq (ng_portion_bounds (p), NG_OK);
    for (unsigned i = 0; i < p->n_workers; i++)
        ck_assert_int_eq (ng_portion_place_types (p, i), NG_OK);
    ck_assert_int_eq (ng_portion_write_names (p, w), NG_OK);
    run_workers (p, NULL, threads);
    run_workers (p, w, threads);
    ck_assert_int_eq (ng_ngcw_finish (w), NG_OK);
    ng_ngcw_close (w);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_ngc_open_fd (ng_output_fd (out), "portion", fault, &f),
                      NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    return f;
}

/* TOKENS[N] of T as a portion of a few blocks, some of them empty, read by any
   worker, in any order.  */
static struct ng_ngc *
make_portion (const struct text *t, const uint32_t *tokens, size_t n,
              const struct ng_ngc_info *info, unsigned n_workers, bool is_last,
              struct carried *c, struct ng_fault *fault, uint64_t *state)
{
    const bool threads = rand_below (state, 2);
    struct ng_portion p;
    uint64_t bytes;
    struct ng_ngc *f;

    ck_assert_int_eq (ng_portion_init (&p, info->max_order, t->sentences,
                                       n_workers, c->names, c->ids, c->n,
                                       c->in_sentence),
                      NG_OK);
    ng_vocab_free (c->names);
    c->names = ng_vocab_new ();
    for (size_t i = 0; i < BLOCKS_MAX; i++)
    {
        size_t some = i + 1 < BLOCKS_MAX ? rand_below (state, n + 1) : n;

        if (i + 1 < BLOCKS_MAX && rand_below (state, 3) == 0)
            some = rand_below (state, 3) < n ? rand_below (state, 3) : 0;
        some = some < n ? some : n;
        bytes = ng_portion_bytes (&p);
        fill_block (&p, tokens, some, (unsigned) rand_below (state, n_workers));
        /* The ids at least.  */
        ck_assert_uint_ge (ng_portion_bytes (&p),
                           bytes + some * sizeof *tokens);
        tokens += some;
        n -= some;
    }
    p.ends_text = is_last;
    ck_assert_int_eq (
        ng_portion_carry (&p, c->names, c->ids, &c->n, &c->in_sentence), NG_OK);
    ck_assert_uint_lt (c->n, info->max_order);
    f = count_portion (&p, info, threads, fault);
    ng_portion_fini (&p);
    ng_portion_fini (&p);
    return f;
}

/* The sum of FILES[N] is S.  */
static void
expect_sum (struct ng_ngc **files, size_t n, const struct ng_ngc_info *info,
            const struct sums *s, struct ng_fault *fault)
{
    struct ng_merge_setup setup = { *info, ".", 64 << 20, fault, NULL, false };
    struct ng_output *out;
    struct ng_ngc *f;

    ck_assert_int_eq (ng_output_open_unnamed (".", fault, &out), NG_OK);
    ck_assert_int_eq (ng_merge (&setup, files, n, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_ngc_open_fd (ng_output_fd (out), "sum", fault, &f),
                      NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    sums_expect (s, f);
    ng_ngc_close (f);
    for (size_t i = 0; i < n; i++)
        ng_ngc_close (files[i]);
}

/* A text in one portion and in many, shorter ones than an n-gram among them.  */
START_TEST (counts_are_those_of_the_text)
{
    static const struct
    {
        size_t n;
        uint32_t n_types;
        unsigned order, n_portions, n_workers;
    } cases[] = {
        { 0, 1, 3, 1, 1 },        { 1, 1, 4, 1, 2 },
        { 2, 5, 8, 2, 1 },        { 500, 4, 4, 1, 1 },
        { 500, 40, 4, 1, 3 },     { 500, 4, 8, 5, 2 },
        { 60, 3, 8, 40, 2 },      { 3000, 900, 3, 7, 5 },
        { 90, 7, 1, 9, 3 },       { 2000, 99, 2, 30, 4 },
        { 60000, 4000, 3, 1, 3 }, { 50000, 30, 5, 2, 2 },
    };
    const bool sentences = _i / 12 % 2;
    const unsigned order = cases[_i % 12].order;
    const unsigned n_portions = cases[_i % 12].n_portions;
    struct ng_ngc_info info = { 1, order, sentences ? NG_NGC_SENTENCES : 0, 1,
                                0 };
    struct ng_fault fault = { .err = NG_OK };
    struct ng_ngc *files[PORTIONS_MAX];
    struct carried c = { .n = 0 };
    struct sums s = { NULL, 0, 0 };
    uint64_t state = (uint64_t) _i;
    struct text t;
    size_t at = 0;

    make_text (&t, cases[_i % 12].n, cases[_i % 12].n_types, sentences, &state);
    count_slowly (&t, order, &s);
    for (unsigned i = 0; i < n_portions; i++)
    {
        size_t left = t.n - at, n = left;

        if (i + 1 < n_portions)
            n = rand_below (&state, 2 * left / (n_portions - i) + 1);
        files[i] =
            make_portion (&t, t.tokens + at, n, &info, cases[_i % 12].n_workers,
                          i + 1 == n_portions, &c, &fault, &state);
        at += n;
    }
    expect_sum (files, n_portions, &info, &s, &fault);
    ng_vocab_free (c.names);
    sums_free (&s);
    free (t.tokens);
}
END_TEST

/* -------------------------------------------------------------------- clock  */

static uint64_t
tick (void)
{
    static uint64_t now;

    return now += 10;
}

/* Each stage of one worker's work is told its time, if there is a clock.  */
START_TEST (stages_have_times)
{
    static const enum ng_stage stages[] = { NG_STAGE_RANK, NG_STAGE_DEAL,
                                            NG_STAGE_COUNT, NG_STAGE_SORT,
                                            NG_STAGE_WRITE };
    static const uint32_t tokens[] = { 1, 2, 3, 1, 2 };
    struct ng_ngc_info info = { 1, 2, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };

    for (int with = 0; with < 2; with++)
    {
        struct ng_portion p;

        ck_assert_int_eq (
            ng_portion_init (&p, 2, false, 1, NULL, NULL, 0, false), NG_OK);
        p.clock = with ? tick : NULL;
        p.ends_text = true;
        fill_block (&p, tokens, 5, 0);
        ng_ngc_close (count_portion (&p, &info, false, &fault));
        for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
            ck_assert_int_eq (p.workers[0].ns[stages[i]] > 0, with);
        ng_portion_fini (&p);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("portion");
    TCase *tc = tcase_create ("portion");

    tcase_add_loop_test (tc, counts_are_those_of_the_text, 0, 48);
    tcase_add_test (tc, stages_have_times);
    suite_add_tcase (suite, tc);
    return suite;
}
