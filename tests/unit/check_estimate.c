#include <config.h>

#include "models/estimate.h"

#include <math.h>

#include "modelkit.h"
#include "models/ngmbuild.h"

/* The second implementation: each formula as it is written down, every count
   looked up in the text.  */
struct slow
{
    const struct kit *k;
    const struct ng_estimate *e;
};

/* The count that Kneser-Ney rests on.  */
static uint64_t
adjusted (const struct kit *k, const unsigned *w, unsigned n)
{
    unsigned longer[NG_ORDER_MAX + 1];
    uint64_t types = 0;

    if (k->sentences && n == 1 && w[0] == KIT_BOS)
        return 0;
    if (n == k->order || (k->sentences && w[0] == KIT_BOS))
        return kit_count (k, w, n);
    memcpy (longer + 1, w, n * sizeof *w);
    for (longer[0] = 0; longer[0] < KIT_TYPES; longer[0]++)
        types += kit_count (k, longer, n + 1) > 0;
    return types > 0 || kit_count (k, w, n) == 0 ? types : 1;
}

static double
discount (const struct slow *s, uint64_t a, unsigned n)
{
    return a == 0 ? 0 : s->e->discounts[n - 1][(a < 3 ? a : 3) - 1];
}

static bool
is_kept (const struct slow *s, const unsigned *w, unsigned n)
{
    return kit_count (s->k, w, n) > s->e->prune[n - 1];
}

static uint64_t
kit_tokens (const struct kit *k)
{
    return k->starts[k->n_sequences] - (k->sentences ? k->n_sequences : 0);
}

/* Kneser-Ney's P of W[N - 1] behind the rest.  */
static double
kneser_ney (const struct slow *s, const unsigned *w, unsigned n)
{
    unsigned v[NG_ORDER_MAX];
    double z = 0, g = 0, lower;
    uint64_t a = adjusted (s->k, w, n);

    if (n == 1 && w[0] == KIT_BOS)
        return 1;
    memcpy (v, w, n * sizeof *w);
    for (v[n - 1] = 0; v[n - 1] < KIT_TYPES; v[n - 1]++)
    {
        uint64_t b = adjusted (s->k, v, n);

        z += (double) b;
        g += is_kept (s, v, n) ? discount (s, b, n) : (double) b;
    }
    lower = n == 1 ? 1.0 / (KIT_TYPES - (s->k->sentences ? 1 : 2))
                   : kneser_ney (s, w + 1, n - 1);
    if (z == 0)
        return lower;
    return (is_kept (s, w, n) ? ((double) a - discount (s, a, n)) / z : 0)
           + g / z * lower;
}

/* Laplace's or the interpolated P.  */
static double
additive (const struct slow *s, const unsigned *w, unsigned n)
{
    const struct ng_estimate *e = s->e;
    uint64_t count = kit_count (s->k, w, n), context;
    double lower;

    if (n == 1)
    {
        unsigned types = 0;

        for (unsigned x = s->k->sentences ? 1 : 0; x < KIT_TYPES; x++)
            types += kit_count (s->k, &x, 1) > 0;
        if (s->k->sentences && w[0] == KIT_BOS)
            return 0;
        return ((double) count + e->epsilon[0] / types)
               / ((double) kit_tokens (s->k) + e->epsilon[0]);
    }
    lower = e->smoothing == NG_LAPLACE ? additive (s, w + n - 1, 1)
                                       : additive (s, w + 1, n - 1);
    context = kit_count (s->k, w, n - 1);
    if (s->k->sentences && w[n - 2] == KIT_EOS)
        context = 0;
    if ((double) context + e->epsilon[n - 1] == 0)
        return lower;
    return ((double) count + e->epsilon[n - 1] * lower)
           / ((double) context + e->epsilon[n - 1]);
}

static double
stupid (const struct slow *s, const unsigned *w, unsigned n)
{
    uint64_t count = kit_count (s->k, w, n);

    if (n == 1)
        return w[0] == KIT_BOS && s->k->sentences
                   ? 0
                   : (double) count / (double) kit_tokens (s->k);
    return count > 0 ? (double) count / (double) kit_count (s->k, w, n - 1)
                     : 0.4 * stupid (s, w + 1, n - 1);
}

static double
slow_p (const struct slow *s, const unsigned *w, unsigned n)
{
    switch (s->e->smoothing)
    {
    case NG_KNESER_NEY:
        return kneser_ney (s, w, n);
    case NG_STUPID_BACKOFF:
        return stupid (s, w, n);
    default:
        return additive (s, w, n);
    }
}

/* D by equation 26 from counts of counts made anew.  */
static void
check_discounts (const struct slow *s, unsigned n)
{
    double counts[5] = { 0 };
    unsigned w[NG_ORDER_MAX] = { 0 };
    const double *d = s->e->discounts[n - 1];

    if (s->e->fell_back[n - 1])
        return;
    do
    {
        uint64_t a = adjusted (s->k, w, n);

        if (a > 0 && a < 5)
            counts[a]++;
    } while (kit_next (w, n));
    for (unsigned i = 1; i <= 3; i++)
        ck_assert_double_eq_tol (d[i - 1],
                                 i
                                     - (i + 1) * counts[1]
                                           / (counts[1] + 2 * counts[2])
                                           * counts[i + 1] / counts[i],
                                 1e-12);
}

/* Every probability of every context, and their sums.  */
static void
compare (const struct slow *s, const struct ng_backoff *m, bool sums)
{
    for (unsigned n = 1; n <= s->k->order; n++)
    {
        unsigned w[NG_ORDER_MAX] = { 0 };
        double sum = 0;

        if (s->e->smoothing == NG_KNESER_NEY)
            check_discounts (s, n);
        do
        {
            uint32_t ids[NG_ORDER_MAX];
            bool known = true;
            double p, x;

            for (unsigned i = 0; i < n; i++)
            {
                ids[i] = kit_id (m, w[i]);
                known = known && ids[i] != NG_NONE;
            }
            if (!known)
                continue;
            p = slow_p (s, w, n);
            x = pow (10, ng_backoff_logp (m, ids, n, NULL));
            ck_assert_msg (fabs (p - x) <= 2e-6 * p + 1e-90, "n %u: %g is %g",
                           n, p, x);
            if (!(s->k->sentences && w[n - 1] == KIT_BOS))
                sum += x;
            if (w[n - 1] == KIT_TYPES - 1)
            {
                if (sums)
                    ck_assert_double_eq_tol (sum, 1, 1e-6);
                sum = 0;
            }
        } while (kit_next (w, n));
    }
}

/* The file that E makes of K, in *BYTES[*SIZE], which the caller frees.  */
static void
make_file (const struct kit *k, struct ng_estimate *e, unsigned char **bytes,
           size_t *size)
{
    struct ng_fault fault = { .err = NG_OK };
    char path[32];
    FILE *file = kit_file (path);
    long length;

    (void) fclose (file);
    ck_assert_msg (kit_estimate (k, 0, e, &fault, path) == NG_OK, "%s",
                   fault.text);
    file = fopen (path, "r");
    ck_assert_ptr_nonnull (file);
    ck_assert_int_eq (fseek (file, 0, SEEK_END), 0);
    length = ftell (file);
    ck_assert_int_gt (length, 0);
    rewind (file);
    *size = (size_t) length;
    *bytes = malloc (*size);
    ck_assert_ptr_nonnull (*bytes);
    ck_assert_uint_eq (fread (*bytes, 1, *size, file), *size);
    (void) fclose (file);
    (void) unlink (path);
}

/* The .ngm that is made at once with BUDGET bytes is that of the model M, and
   the ARPA form the same as with much memory.  */
static void
compare_files (const struct kit *k, struct ng_estimate *e,
               const struct ng_backoff *m, uint64_t budget)
{
    struct ng_fault fault = { .err = NG_OK };
    unsigned char *a, *b;
    size_t size_a, size_b;

    e->to_arpa = false;
    e->budget = budget;
    ck_assert_int_eq (ng_ngm_image (m, "kit", &fault, &a, &size_a), NG_OK);
    make_file (k, e, &b, &size_b);
    ck_assert_uint_eq (size_a, size_b);
    ck_assert_mem_eq (a, b, size_a);
    free (a);
    free (b);
    e->to_arpa = true;
    make_file (k, e, &b, &size_b);
    e->budget = UINT64_C (1) << 30;
    make_file (k, e, &a, &size_a);
    ck_assert_uint_eq (size_a, size_b);
    ck_assert_mem_eq (a, b, size_a);
    free (a);
    free (b);
}

/* The longest orders, whose contexts are too many to go through all: those of
   the text, some with a token changed.  */
static void
compare_some (const struct slow *s, const struct ng_backoff *m)
{
    const unsigned n = s->k->order;
    const size_t n_tokens = s->k->starts[s->k->n_sequences];
    uint64_t seed = n;

    for (unsigned i = 0; i < 60; i++)
    {
        unsigned w[NG_ORDER_MAX];
        uint32_t ids[NG_ORDER_MAX];
        size_t at = rand_below (&seed, n_tokens - n);
        double sum = 0;

        memcpy (w, s->k->text + at, n * sizeof *w);
        if (i % 3 == 0)
            w[rand_below (&seed, n - 1)] = (unsigned) rand_below (&seed, 4);
        for (unsigned j = 0; j + 1 < n; j++)
            ids[j] = kit_id (m, w[j]);
        for (w[n - 1] = 1; w[n - 1] < KIT_TYPES; w[n - 1]++)
        {
            double p = slow_p (s, w, n), x;

            ids[n - 1] = kit_id (m, w[n - 1]);
            x = pow (10, ng_backoff_logp (m, ids, n, NULL));
            ck_assert_msg (fabs (p - x) <= 4e-6 * p, "order %u: %g is %g", n, p,
                           x);
            sum += x;
        }
        ck_assert_double_eq_tol (sum, 1, 1e-6);
    }
}

START_TEST (long_orders)
{
    static struct kit k;
    struct ng_estimate e = { .smoothing = NG_KNESER_NEY,
                             .has_fallback = true,
                             .fallback = { 0.5, 1, 1.5 } };
    struct slow s = { &k, &e };
    struct ng_backoff m;

    kit_make (&k, (unsigned) _i, true, (uint64_t) _i);
    kit_model (&k, &e, &m);
    compare_some (&s, &m);
    compare_files (&k, &e, &m, 1000);
    ng_backoff_fini (&m);
}
END_TEST

static void
estimate_and_compare (struct ng_estimate *e, unsigned order, bool sentences,
                      bool sums)
{
    static struct kit k;
    struct slow s = { &k, e };
    struct ng_backoff m;

    e->has_fallback = e->smoothing == NG_KNESER_NEY;
    e->fallback[0] = 0.5;
    e->fallback[1] = 1;
    e->fallback[2] = 1.5;
    kit_make (&k, order, sentences, 1000 + order);
    if (!sentences)
        kit_start_alone (&k);
    kit_model (&k, e, &m);
    compare (&s, &m, sums);
    for (uint64_t budget = 10; budget < 100000000; budget *= 100)
        compare_files (&k, e, &m, budget);
    ng_backoff_fini (&m);
}

START_TEST (kneser_ney_of_sentences)
{
    struct ng_estimate e = { .smoothing = NG_KNESER_NEY };

    estimate_and_compare (&e, (unsigned) _i, true, true);
}
END_TEST

START_TEST (kneser_ney_of_running_text)
{
    struct ng_estimate e = { .smoothing = NG_KNESER_NEY };

    estimate_and_compare (&e, (unsigned) _i, false, true);
}
END_TEST

START_TEST (pruned_still_sums_to_one)
{
    struct ng_estimate e = { .smoothing = NG_KNESER_NEY,
                             .prune = { 0, 1, 2, 3 } };

    estimate_and_compare (&e, (unsigned) _i, true, true);
}
END_TEST

/* <unk> is beyond the formula: P1 of the m types sums to 1 without it.  */
START_TEST (additive_smoothing)
{
    struct ng_estimate e = { .smoothing =
                                 _i % 2 == 0 ? NG_LAPLACE : NG_INTERPOLATED };
    const double values[][4] = {
        { 1, 1, 1, 1 }, { 0.5, 2, 10, 3 }, { 0, 0, 0, 0 }, { 1e-9, 1e-3, 0, 4 }
    };

    memcpy (e.epsilon, values[_i / 4], sizeof values[0]);
    estimate_and_compare (&e, 3, _i / 2 % 2 == 0, false);
}
END_TEST

START_TEST (stupid_backoff)
{
    struct ng_estimate e = { .smoothing = NG_STUPID_BACKOFF };

    estimate_and_compare (&e, 3, _i == 0, false);
}
END_TEST

START_TEST (cut_counts_are_refused)
{
    static struct kit k;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_estimate e = { .smoothing = NG_KNESER_NEY };

    kit_make (&k, 3, true, 9);
    ck_assert_int_eq (kit_estimate (&k, 1, &e, &fault, "/dev/null"), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "cut"));
}
END_TEST

START_TEST (missing_discounts_name_the_order)
{
    static struct kit k;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_estimate e = { .smoothing = NG_KNESER_NEY };

    kit_make (&k, 2, true, 9);
    k.n_sequences = 1;
    kit_count_short (&k);
    ck_assert_int_eq (kit_estimate (&k, 0, &e, &fault, "/dev/null"), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "order 1"));
    ck_assert_ptr_nonnull (strstr (fault.text, "--discount-fallback"));
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("estimate");
    TCase *c = tcase_create ("all");

    tcase_set_timeout (c, 300);
    tcase_add_loop_test (c, kneser_ney_of_sentences, 1, 5);
    tcase_add_loop_test (c, kneser_ney_of_running_text, 1, 5);
    tcase_add_loop_test (c, long_orders, 6, 9);
    tcase_add_loop_test (c, pruned_still_sums_to_one, 2, 4);
    tcase_add_loop_test (c, additive_smoothing, 0, 16);
    tcase_add_loop_test (c, stupid_backoff, 0, 2);
    tcase_add_test (c, cut_counts_are_refused);
    tcase_add_test (c, missing_discounts_name_the_order);
    suite_add_tcase (s, c);
    return s;
}
