/* A model whose parts begin past 2^32 bytes, with more than 2^29 n-grams: made
   in memory that is not there until it is touched, of a few n-grams at the far
   ends of its tables.  */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "models/ngm.h"
#include "models/query.h"
#include "unit.h"

enum
{
    TYPES = 40000,
    BIGRAMS = 700000000, /* 9 bytes each, and the trigrams are behind them */
    TRIGRAMS = 1000000000
};

static void
put_f32 (unsigned char *p, float x)
{
    uint32_t bits;

    memcpy (&bits, &x, sizeof bits);
    ng_put_u32le (p, bits);
}

/* The numbers of the model, laid out at IMAGE, or NULL to learn its size.  */
static struct ng_ngm
numbers (const unsigned char *image)
{
    struct ng_ngm ngm = {
        .order = 3, .n_types = TYPES, .unk = 0, .bos = NG_NONE, .eos = NG_NONE
    };

    ngm.levels[0].n = TYPES;
    ngm.levels[1].n = BIGRAMS;
    ngm.levels[2].n = TRIGRAMS;
    ng_ngm_choose_slots (&ngm);
    ng_ngm_choose_buckets (&ngm, 2);
    ng_ngm_choose_buckets (&ngm, 3);
    ck_assert_int_eq (ng_ngm_lay_out (&ngm, image), NG_OK);
    return ngm;
}

/* IMAGE + (P - BASE), to be written to.  */
static unsigned char *
at (unsigned char *image, const unsigned char *p)
{
    return image + (p - image);
}

/* Let the n-gram of order K whose suffix has place SUFFIX and whose first token
   is FIRST be the only one of its cell, at PLACE.  */
static void
put_ngram (unsigned char *image, const struct ng_ngm *ngm, unsigned k,
           uint64_t suffix, uint32_t first, uint32_t place, float logp,
           float bow)
{
    const struct ng_ngm_level *l = &ngm->levels[k - 1];
    const struct ng_ngm_spot spot = ng_ngm_locate (l, suffix, first);
    const unsigned bucket = (unsigned) (spot.bucket % NG_NGM_CELL_BUCKETS);
    unsigned char *cell = at (image, ng_ngm_cell (l, spot.bucket));
    unsigned char *entry = at (image, l->entries)
                           + (uint64_t) place * (l->tag_bytes + l->value_bytes);

    ng_put_u32le (cell, place);
    for (unsigned i = bucket; i < NG_NGM_CELL_BUCKETS; i++)
        cell[4 + i] = 1;
    entry[0] = (unsigned char) (spot.tag >> (8 * (l->tag_bytes - 1)));
    for (unsigned i = 1; i < l->tag_bytes; i++)
        entry[i] = (unsigned char) (spot.tag >> (8 * (i - 1)));
    put_f32 (entry + l->tag_bytes, logp);
    if (l->value_bytes == 8)
        put_f32 (entry + l->tag_bytes + 4, bow);
}

START_TEST (parts_past_2_32)
{
    const uint32_t a = TYPES - 1, b = TYPES - 2, c = 1;
    const uint32_t far = BIGRAMS - 1; /* place of "a b" */
    const uint32_t ids[] = { a, b, c, b };
    const uint8_t context[] = { 0, 1, 2, 3 };
    const struct ng_ngm wanted = numbers (NULL);
    struct ng_fault fault = { .err = NG_OK };
    struct ng_query *q;
    struct ng_ngm ngm;
    unsigned char *image;
    double logp[4];
    uint8_t used[4];

    image = mmap (NULL, wanted.size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (image == MAP_FAILED)
        return; /* the system gives no more than it has */
    ngm = numbers (image);
    ck_assert_uint_gt ((uint64_t) (ngm.levels[2].entries - image), UINT64_C (1)
                                                                       << 32);
    ng_ngm_put_header (&ngm, image);
    for (uint32_t id = 0; id < 3; id++)
        put_f32 (at (image, ngm.unigrams) + 8 * id, -4);
    put_f32 (at (image, ngm.unigrams) + 8 * (size_t) b, -3);
    put_f32 (at (image, ngm.unigrams) + 8 * (size_t) b + 4, -0.25F);
    put_f32 (at (image, ngm.unigrams) + 8 * (size_t) a, -5);
    put_f32 (at (image, ngm.unigrams) + 8 * (size_t) c + 4, -0.5F);
    /* "a b" and "b c", each the last but few of its order, and "a b c".  */
    put_ngram (image, &ngm, 2, b, a, far, -2, -0.125F);
    put_ngram (image, &ngm, 2, c, b, far - 1, -1.5F, -1);
    put_ngram (image, &ngm, 3, far - 1, a, TRIGRAMS - 1, -0.75F, 0);

    ck_assert_int_eq (
        ng_ngm_open (image, wanted.size, false, "large", &fault, &ngm), NG_OK);
    ck_assert_int_eq (ng_query_new (&ngm, 0, &q), NG_OK);
    ng_query_run (q, ids, context, 4, logp, used);
    ck_assert_double_eq (logp[0], -5);
    ck_assert_uint_eq (used[0], 1);
    ck_assert_double_eq (logp[1], -2);
    ck_assert_uint_eq (used[1], 2);
    ck_assert_double_eq (logp[2], -0.75);
    ck_assert_uint_eq (used[2], 3);
    /* "c b" is not there: the weights of "b c" and of "c", and b alone.  */
    ck_assert_double_eq (logp[3], -1 - 0.5 - 3);
    ck_assert_uint_eq (used[3], 1);
    ng_query_free (q);
    /* Cut within the last order: its header tells.  */
    ck_assert_int_eq (
        ng_ngm_open (image, wanted.size - 64, false, "large", &fault, &ngm),
        NG_EFORMAT);
    ck_assert_int_eq (munmap (image, wanted.size), 0);
}
END_TEST

/* As many n-grams of each order as there may be: their sizes are reckoned in 64
   bits.  */
START_TEST (sizes_at_the_limit)
{
    struct ng_ngm ngm = { .order = NG_ORDER_MAX, .n_types = NG_NONE - 1 };
    uint64_t least = 0;

    ngm.n_name_bytes = UINT32_MAX;
    ng_ngm_choose_slots (&ngm);
    ck_assert_uint_eq (ngm.slot_bits, 33);
    for (unsigned k = 1; k <= NG_ORDER_MAX; k++)
        ngm.levels[k - 1].n = NG_NONE - 1;
    for (unsigned k = 2; k <= NG_ORDER_MAX; k++)
    {
        const struct ng_ngm_level *l = &ngm.levels[k - 1];

        ng_ngm_choose_buckets (&ngm, k);
        ck_assert_uint_eq (l->key_bits, 64);
        /* No two keys share bucket and tag.  */
        ck_assert_uint_ge (l->n_buckets, UINT64_C (1)
                                             << (64 - 8 * l->tag_bytes));
        least += l->n * (l->tag_bytes + l->value_bytes);
    }
    ck_assert_int_eq (ng_ngm_lay_out (&ngm, NULL), NG_OK);
    ck_assert_uint_gt (ngm.size, least);
    /* And past all sizes.  */
    ngm.n_name_bytes = UINT64_MAX - 100;
    ck_assert_int_eq (ng_ngm_lay_out (&ngm, NULL), NG_ELIMIT);
    ngm.n_name_bytes = 1;
    ngm.levels[4].n = UINT64_MAX / 4;
    ck_assert_int_eq (ng_ngm_lay_out (&ngm, NULL), NG_ELIMIT);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("models past 2^32 bytes");
    TCase *tc = tcase_create ("all");

#if SIZE_MAX > UINT32_MAX
    tcase_add_test (tc, parts_past_2_32);
#endif
    tcase_add_test (tc, sizes_at_the_limit);
    suite_add_tcase (suite, tc);
    return suite;
}
