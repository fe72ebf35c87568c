#include <config.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pages.h"
#include "counts/partition.h"
#include "rand.h"
#include "unit.h"

/* What is tested for: every key comes out once, the buckets in turn rise, and
   inside a bucket keys stand in the order they were added.  So a stable sort
   of what comes out equals a stable sort of what went in, and the buckets'
   places do not move in it.  Keys come out cut, and are joined again first.  */

/* N keys and behind each its number, to tell equal ones apart.  */
struct corpus
{
    struct ng_key_shape shape;
    uint32_t n_types;
    uint64_t *keys;
    size_t n;
};

/* How tokens are drawn.  */
enum kind
{
    EVEN,
    SKEWED, /* half of them are one token */
    ALL_EQUAL,
    N_KINDS
};

static uint32_t
random_token (uint64_t *state, enum kind kind, uint32_t n_types)
{
    if (kind == ALL_EQUAL)
        return n_types;
    if (kind == SKEWED && rand_below (state, 2) == 0)
        return n_types / 2 + 1;
    return (uint32_t) rand_below (state, (uint64_t) n_types) + 1;
}

static struct corpus
new_corpus (unsigned order, uint32_t n_types, size_t n, enum kind kind)
{
    struct corpus c = { ng_key_shape (order, n_types), n_types, NULL, n };
    uint64_t state = order + n_types;

    c.keys = calloc (n * c.shape.words + 1, sizeof *c.keys);
    ck_assert_ptr_nonnull (c.keys);
    for (size_t i = 0; i < n; i++)
        for (unsigned j = 0; j < order; j++)
        {
            /* Some n-grams end with the text.  */
            uint32_t token =
                j > 0 && i + j >= n ? 0 : random_token (&state, kind, n_types);

            ng_key_push (c.keys + i * c.shape.words, c.shape, c.shape.words,
                         token);
        }
    return c;
}

static unsigned n_words;

static int
compare_keys (const void *a, const void *b)
{
    return ng_key_compare (a, b, n_words);
}

/* Take all out of bucket B to OUT, which has N keys already; returns how many
   it then has.  */
static size_t
take_bucket (struct ng_partition *p, size_t b, const struct corpus *c,
             uint64_t *out, size_t n)
{
    static uint64_t keys[NG_PARTITION_KEYS * NG_KEY_WORDS_MAX];
    const struct ng_key_cut cut = ng_partition_cut (p, b);
    struct ng_pieces freed = { NULL, NULL };
    size_t part;

    ck_assert_uint_ge (cut.words, 1);
    ck_assert_uint_le (cut.words, c->shape.words);
    while ((part = ng_partition_next (p, b, keys, &freed)) > 0)
    {
        /* Whoever gets it may write over it.  */
        memset (freed.last->bytes, 0xa5, sizeof freed.last->bytes);
        ck_assert_uint_le (part, NG_PARTITION_KEYS);
        ck_assert_uint_le (n + part, c->n);
        for (size_t i = 0; i < part; i++)
            ng_key_join (out + n++ * c->shape.words, c->shape, cut,
                         keys + i * cut.words);
    }
    return n;
}

/* Of the keys of bucket OUT[FROM..TO): all are above the highest before, and
   those of the corpus from its lowest to its highest, in order, are it.  */
static void
check_bucket (const struct corpus *c, const uint64_t *out, size_t from,
              size_t to)
{
    const unsigned words = c->shape.words;
    const uint64_t *low, *high;
    size_t at = from;

    if (from == to)
        return;
    low = high = out + from * words;
    for (size_t i = from; i < to; i++)
    {
        const uint64_t *key = out + i * words;

        low = ng_key_compare (key, low, words) < 0 ? key : low;
        high = ng_key_compare (key, high, words) > 0 ? key : high;
    }
    for (size_t i = 0; i < c->n; i++)
    {
        const uint64_t *key = c->keys + i * words;

        if (ng_key_compare (low, key, words) <= 0
            && ng_key_compare (key, high, words) <= 0)
        {
            NG_ENSURE (at < to);
            NG_ENSURE (memcmp (out + at * words, key, words * sizeof *key)
                       == 0);
            at++;
        }
    }
    ck_assert_uint_eq (at, to);
}

/* Distribute C over N_BUCKETS by SAMPLE[N_SAMPLE]; returns the largest.  */
static size_t
check_partition (const struct corpus *c, size_t n_buckets, uint64_t *sample,
                 size_t n_sample)
{
    const unsigned words = c->shape.words;
    uint64_t *out = calloc (c->n * words + 1, sizeof *out);
    uint64_t *sorted = calloc (c->n * words + 1, sizeof *sorted);
    struct ng_partition *p =
        ng_partition_new (c->shape, c->n_types, n_buckets, sample, n_sample);
    size_t n = 0, largest = 0;

    ck_assert (out && sorted && p);
    ck_assert_uint_ge (ng_partition_n_buckets (p), 1);
    ck_assert_uint_le (ng_partition_n_buckets (p), n_buckets);
    for (size_t i = 0; i < c->n; i++)
        NG_ENSURE (ng_partition_add (p, c->keys + i * words) == NG_OK);
    for (size_t b = 0; b < ng_partition_n_buckets (p); b++)
    {
        size_t before = n;

        n = take_bucket (p, b, c, out, n);
        check_bucket (c, out, before, n);
        largest = n - before > largest ? n - before : largest;
        /* Each bucket is sorted in place, the whole is compared below.  */
        n_words = words;
        qsort (out + before * words, n - before, words * sizeof *out,
               compare_keys);
    }
    ck_assert_uint_eq (n, c->n);
    memcpy (sorted, c->keys, n * words * sizeof *sorted);
    qsort (sorted, n, words * sizeof *sorted, compare_keys);
    ck_assert_int_eq (memcmp (out, sorted, n * words * sizeof *out), 0);
    ng_partition_free (p);
    free (out);
    free (sorted);
    return largest;
}

/* The first words of every STEPth key.  */
static size_t
draw (const struct corpus *c, size_t step, uint64_t *sample)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i += step)
        sample[n++] = c->keys[i * c->shape.words];
    return n;
}

START_TEST (keeps_every_key)
{
    static const struct
    {
        unsigned order;
        uint32_t n_types;
    } shapes[] = { { 1, 1 },    { 1, 500 },    { 2, 3 },       { 3, 70000 },
                   { 4, 4579 }, { 5, 100000 }, { 8, 1 << 20 }, { 8, 1 << 24 } };
    const size_t n = 20000;
    struct corpus c =
        new_corpus (shapes[_i / N_KINDS].order, shapes[_i / N_KINDS].n_types, n,
                    (enum kind) (_i % N_KINDS));
    uint64_t *sample = ng_alloc_array (n, sizeof *sample);

    ck_assert_ptr_nonnull (sample);
    (void) check_partition (&c, 1, sample, 0);
    (void) check_partition (&c, 64, sample, 0);
    (void) check_partition (&c, 2, sample, draw (&c, 100, sample));
    (void) check_partition (&c, 20, sample, draw (&c, 3, sample));
    (void) check_partition (&c, 50, sample, draw (&c, n / 7, sample));
    free (sample);
    free (c.keys);
}
END_TEST

/* A sample that is unlike the text makes for bad buckets, not for wrong
   ones.  */
START_TEST (bears_a_false_sample)
{
    struct corpus c = new_corpus (3, 1000, 5000, EVEN);
    uint64_t sample[64];

    for (size_t i = 0; i < 64; i++)
        sample[i] = 0;
    (void) check_partition (&c, 16, sample, 64);
    for (size_t i = 0; i < 64; i++)
        sample[i] = UINT64_MAX;
    (void) check_partition (&c, 16, sample, 64);
    for (size_t i = 0; i < 64; i++)
        sample[i] = c.keys[7];
    (void) check_partition (&c, 16, sample, 64);
    for (size_t i = 0; i < 64; i++)
        sample[i] = UINT64_C (1) << i;
    (void) check_partition (&c, 64, sample, 64);
    free (c.keys);
}
END_TEST

START_TEST (splits_evenly)
{
    const size_t n = 100000;
    struct corpus c = new_corpus (2, 5000, n, EVEN);
    uint64_t *sample = ng_alloc_array (n, sizeof *sample);

    ck_assert_ptr_nonnull (sample);
    ck_assert_uint_le (check_partition (&c, 10, sample, draw (&c, 1, sample)),
                       n / 10 + n / 100);
    free (c.keys);
    /* So few tokens that those which begin alike must be split too: each of
       the 81 n-grams is in one bucket, but they are not all in three.  */
    c = new_corpus (4, 3, n, EVEN);
    ck_assert_uint_le (check_partition (&c, 10, sample, draw (&c, 1, sample)),
                       n / 10 + n / 40);
    free (sample);
    free (c.keys);
}
END_TEST

/* Every second key goes to a partition with the bounds of the first, by the
   buckets that its first token may be in: the buckets are those of one.  */
START_TEST (shares_bounds)
{
    struct corpus c = new_corpus (3, 200, 20000, (enum kind) _i);
    const unsigned words = c.shape.words;
    uint64_t *sample = ng_alloc_array (c.n, sizeof *sample);
    uint64_t *one = ng_alloc_array (c.n * words, sizeof *one);
    uint64_t *two = ng_alloc_array (c.n * words, sizeof *two);
    struct ng_partition *p, *odd, *all;

    ck_assert (sample && one && two);
    p = ng_partition_new (c.shape, c.n_types, 30, sample, draw (&c, 3, sample));
    all = p ? ng_partition_like (p) : NULL;
    odd = p ? ng_partition_like (p) : NULL;
    ck_assert (p && all && odd);
    ck_assert_uint_eq (ng_partition_n_buckets (odd),
                       ng_partition_n_buckets (p));
    for (size_t i = 0; i < c.n; i++)
    {
        const uint64_t *key = c.keys + i * words;
        uint32_t low, high;

        NG_ENSURE (ng_partition_add (all, key) == NG_OK);
        ng_partition_range (p, ng_key_token (key, c.shape, 0), &low, &high);
        NG_ENSURE (low <= high && high < ng_partition_n_buckets (p));
        NG_ENSURE ((i % 2 ? ng_partition_add_in (odd, low, high, key)
                          : ng_partition_add (p, key))
                   == NG_OK);
    }
    n_words = words;
    for (size_t b = 0; b < ng_partition_n_buckets (p); b++)
    {
        size_t n = take_bucket (p, b, &c, two, 0);

        n = take_bucket (odd, b, &c, two, n);
        qsort (two, n, words * sizeof *two, compare_keys);
        NG_ENSURE (take_bucket (all, b, &c, one, 0) == n);
        qsort (one, n, words * sizeof *one, compare_keys);
        NG_ENSURE (memcmp (one, two, n * words * sizeof *one) == 0);
    }
    ng_partition_free (odd);
    ng_partition_free (all);
    ng_partition_free (p);
    free (sample);
    free (one);
    free (two);
    free (c.keys);
}
END_TEST

/* Memory that is lent is used before more is asked for, page by page, and
   given back at the end, used or not.  */
START_TEST (uses_what_is_lent)
{
    const size_t bytes = 5 * 4096 + 100, n = 4000;
    struct corpus c = new_corpus (4, 1000, n, EVEN);
    struct ng_partition *p = ng_partition_new (c.shape, c.n_types, 1, NULL, 0);
    uint64_t *out = calloc (n * c.shape.words, sizeof *out);
    bool used = false;

    ck_assert (p && out);
    for (size_t i = 0; i < 3; i++)
    {
        unsigned char *pages = ng_pages_alloc (bytes, false);

        ck_assert_ptr_nonnull (pages);
        memset (pages, 0xa5, bytes);
        ck_assert_int_eq (ng_partition_lend (p, pages, bytes), NG_OK);
        for (size_t j = 0; j < n / 4; j++)
            NG_ENSURE (
                ng_partition_add (p, c.keys + (i * n / 4 + j) * c.shape.words)
                == NG_OK);
        for (size_t j = 0; j < bytes; j++)
            used |= pages[j] != 0xa5;
        ck_assert (used || i > 0);
    }
    ck_assert_uint_eq (take_bucket (p, 0, &c, out, 0), n / 4 * 3);
    ck_assert_int_eq (
        memcmp (out, c.keys, n / 4 * 3 * c.shape.words * sizeof *out), 0);
    ng_partition_free (p);
    free (out);
    free (c.keys);
}
END_TEST

START_TEST (empty_is_empty)
{
    struct corpus c = new_corpus (2, 5, 0, EVEN);

    ck_assert_uint_eq (check_partition (&c, 10, NULL, 0), 0);
    free (c.keys);
    ng_partition_free (NULL);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("partition");
    TCase *tc = tcase_create ("partition");

    tcase_add_loop_test (tc, keeps_every_key, 0, 8 * N_KINDS);
    tcase_add_test (tc, bears_a_false_sample);
    tcase_add_test (tc, splits_evenly);
    tcase_add_loop_test (tc, shares_bounds, 0, N_KINDS);
    tcase_add_test (tc, uses_what_is_lent);
    tcase_add_test (tc, empty_is_empty);
    suite_add_tcase (suite, tc);
    return suite;
}
