#include <config.h>

#include "models/score.h"

#include <math.h>

#include "modelkit.h"
#include "models/ngmbuild.h"

enum
{
    N_LINES = 9000,
    N_TOKENS = 80000, /* several batches */
    LIST_ITEMS = 1000 /* about, handed over at a time */
};

/* A text to be scored: tokens of the kit, KIT_TYPES for a word that the model
   has not.  */
struct text
{
    unsigned tokens[N_TOKENS];
    size_t starts[N_LINES + 1];
    size_t n_lines;
};

static void
make_text (struct text *t, uint64_t *seed)
{
    size_t n = 0;

    t->n_lines = 0;
    while (t->n_lines < N_LINES && n + 300 < N_TOKENS)
    {
        size_t len = rand_below (seed, rand_below (seed, 100) ? 15 : 300);

        t->starts[t->n_lines++] = n;
        for (size_t i = 0; i < len; i++)
            t->tokens[n++] = 2 + (unsigned) rand_below (seed, KIT_TYPES - 1);
    }
    t->starts[t->n_lines] = n;
}

/* Token X of a text, with bytes behind it that can be read.  */
static const char *
word (unsigned x)
{
    static char padded[KIT_TYPES + 1][8 + NG_TOKEN_PAD];

    (void) snprintf (padded[x], sizeof padded[x], "%s",
                     x < KIT_TYPES ? kit_names[x] : "unheard");
    return padded[x];
}

/* What the lines are compared with, and how far they have come.  */
struct expected
{
    const struct text *t;
    const struct ng_backoff *m;
    unsigned order;
    bool names;
    size_t line, n_batches, fail_at;
};

/* The tokens of line I as ids, <s> first and </s> last if there are any; how
   many.  */
static size_t
ids_of_line (const struct expected *e, size_t i, uint32_t *ids)
{
    size_t n = 0;

    if (e->m->bos != NG_NONE)
        ids[n++] = e->m->bos;
    for (size_t k = e->t->starts[i]; k < e->t->starts[i + 1]; k++)
    {
        uint32_t id = e->t->tokens[k] < KIT_TYPES
                          ? kit_id (e->m, e->t->tokens[k])
                          : NG_NONE;

        ids[n++] = id == NG_NONE ? e->m->unk : id;
    }
    if (e->m->eos != NG_NONE)
        ids[n++] = e->m->eos;
    return n;
}

static void
check_line (struct expected *e, const struct ng_scored_batch *b,
            const struct ng_scored_line *line)
{
    uint32_t ids[400];
    const size_t n = ids_of_line (e, e->line, ids);
    const size_t first = e->m->bos != NG_NONE;
    double sum = 0, unknown = 0;
    uint64_t n_unknown = 0;

    NG_ENSURE (line->end - line->start == n - first);
    for (size_t i = first; i < n; i++)
    {
        const size_t at = line->start + i - first;
        const unsigned context = i < e->order ? (unsigned) i : e->order - 1;
        unsigned by;
        double x = ng_backoff_logp (e->m, ids + i - context, context + 1, &by);

        NG_ENSURE (b->ids[at] == ids[i] && b->used[at] == by);
        NG_ENSURE (fabs (b->logp[at] - x) < 1e-5);
        sum += b->logp[at];
        if (ids[i] == e->m->unk)
        {
            unknown += b->logp[at];
            n_unknown++;
        }
        if (e->names)
        {
            const char *name =
                i + 1 == n && e->m->eos != NG_NONE
                    ? "</s>"
                    : word (e->t->tokens[e->t->starts[e->line] + i - first]);

            NG_ENSURE (b->names[at + 1] - b->names[at] == strlen (name));
            NG_ENSURE (memcmp (b->bytes + b->names[at], name, strlen (name))
                       == 0);
        }
    }
    NG_ENSURE (fabs (line->logp - sum) < 1e-9);
    NG_ENSURE (fabs (line->logp_unknown - unknown) < 1e-9);
    NG_ENSURE (line->n_tokens == n - first && line->n_unknown == n_unknown);
}

static enum ng_err
take (void *context, const struct ng_scored_batch *b)
{
    struct expected *e = context;

    if (e->fail_at > 0 && ++e->n_batches == e->fail_at)
        return NG_EOVERFLOW;
    if (e->fail_at > 0)
        return NG_OK;
    NG_ENSURE (e->names == (b->names != NULL));
    for (size_t i = 0; i < b->n_lines; i++, e->line++)
    {
        NG_ENSURE (e->line < e->t->n_lines);
        check_line (e, b, &b->lines[i]);
    }
    e->n_batches++;
    return NG_OK;
}

/* Hand all of T over, in lists of any length; the last line is not ended if
   there is more than nothing on it.  Empty lines come several at a time.  */
static enum ng_err
feed (struct ng_scorer *s, const struct text *t)
{
    struct ng_token_list list = { 0 };
    enum ng_err err = ng_token_list_reset (&list, 2 * LIST_ITEMS, 0);

    for (size_t i = 0; i < t->n_lines && err == NG_OK; i++)
    {
        const bool is_last = i + 1 == t->n_lines;
        size_t ends = 1;

        for (size_t k = t->starts[i]; k < t->starts[i + 1]; k++)
        {
            const char *name = word (t->tokens[k]);

            ng_token_list_add (&list, NG_TOKEN, (const unsigned char *) name,
                               strlen (name));
        }
        while (i + 1 < t->n_lines && t->starts[i + 1] == t->starts[i + 2])
        {
            i++;
            ends++;
        }
        if (!is_last || t->starts[i] == t->starts[i + 1])
            ng_token_list_add (&list, NG_LINE_END, NULL, ends);
        if (list.n >= LIST_ITEMS || is_last)
        {
            err = ng_scorer_add (s, &list);
            if (err == NG_OK)
                err = ng_token_list_reset (&list, 2 * LIST_ITEMS, 0);
        }
    }
    if (err == NG_OK)
        err = ng_scorer_add (s, &list);
    ng_token_list_fini (&list);
    return err == NG_OK ? ng_scorer_finish (s) : err;
}

struct model
{
    struct ng_backoff m;
    unsigned char *image;
    size_t size;
    struct ng_ngm ngm;
};

static void
make_model (struct model *a, unsigned order, bool sentences)
{
    struct kit k;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_estimate e = { .smoothing = NG_INTERPOLATED };

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        e.epsilon[i] = 1;
    kit_make (&k, order, sentences, order);
    kit_model (&k, &e, &a->m);
    ck_assert_int_eq (ng_ngm_image (&a->m, "kit", &fault, &a->image, &a->size),
                      NG_OK);
    ck_assert_int_eq (
        ng_ngm_open (a->image, a->size, true, "kit", &fault, &a->ngm), NG_OK);
}

static void
free_model (struct model *a)
{
    free (a->image);
    ng_backoff_fini (&a->m);
}

static struct text text;

/* Every token of a long text by the definition, one at a time, whatever the
   number of threads and the order asked.  */
START_TEST (lines_are_by_the_definition)
{
    static const unsigned threads[] = { 1, 2, 5 };
    const bool sentences = _i % 2;
    uint64_t seed = (uint64_t) _i;
    struct model a;

    make_model (&a, 3, sentences);
    make_text (&text, &seed);
    for (unsigned order = 0; order <= 3; order += 2)
    {
        struct expected e = { &text, &a.m, order > 0 ? order : 3, _i / 2 % 2, 0,
                              0,     0 };
        struct ng_scorer *s;

        ck_assert_int_eq (ng_scorer_new (&a.ngm, order, threads[_i / 4],
                                         e.names, take, &e, &s),
                          NG_OK);
        ck_assert_int_eq (feed (s, &text), NG_OK);
        ck_assert_uint_eq (e.line, text.n_lines);
        ck_assert_uint_gt (e.n_batches, 2);
        ng_scorer_free (s);
    }
    free_model (&a);
}
END_TEST

/* Nothing at all, and what a sink answers that fails.  */
START_TEST (ends)
{
    static const unsigned threads[] = { 1, 3 };
    uint64_t seed = 5;
    struct model a;

    make_model (&a, 2, true);
    make_text (&text, &seed);
    for (size_t i = 0; i < 2; i++)
        for (size_t fail_at = 1; fail_at < 4; fail_at++)
        {
            struct expected e = { &text, &a.m, 2, false, 0, 0, fail_at };
            struct ng_scorer *s;

            ck_assert_int_eq (
                ng_scorer_new (&a.ngm, 0, threads[i], false, take, &e, &s),
                NG_OK);
            ck_assert_int_eq (feed (s, &text), NG_EOVERFLOW);
            ck_assert_uint_eq (e.n_batches, fail_at);
            ng_scorer_free (s);
            ck_assert_int_eq (
                ng_scorer_new (&a.ngm, 0, threads[i], false, take, &e, &s),
                NG_OK);
            ck_assert_int_eq (ng_scorer_finish (s), NG_OK);
            ck_assert_uint_eq (e.n_batches, fail_at);
            ng_scorer_free (s);
        }
    ng_scorer_free (NULL);
    free_model (&a);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("score");
    TCase *tc = tcase_create ("score");

    tcase_add_loop_test (tc, lines_are_by_the_definition, 0, 12);
    tcase_add_test (tc, ends);
    suite_add_tcase (suite, tc);
    return suite;
}
