#include <config.h>

#include "models/ngmwrite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "unit.h"

/* Bigrams made to fall into the first cell: as many as it holds are written and
   found, one more is an error.  */

enum
{
    TYPES = 4096,
    BIGRAMS = 300
};

struct made
{
    unsigned char *bytes;
    size_t n, cap;
};

static enum ng_err
gather (void *context, const void *bytes, size_t n)
{
    struct made *made = context;
    unsigned char *more = ng_grow (made->bytes, &made->cap, made->n + n, 1);

    if (!more)
        return NG_ENOMEM;
    made->bytes = more;
    memcpy (more + made->n, bytes, n);
    made->n += n;
    return NG_OK;
}

static void
set_numbers (struct ng_ngm *numbers)
{
    memset (numbers, 0, sizeof *numbers);
    numbers->order = 2;
    numbers->n_types = TYPES;
    numbers->bos = numbers->eos = NG_NONE;
    numbers->levels[0].n = TYPES;
    numbers->levels[1].n = BIGRAMS;
    ng_ngm_choose_buckets (numbers, 2);
}

/* Bigrams, by their first tokens, of which the first N_CROWDED that can be are
   in the first cell, and the others are not.  */
static void
choose (const struct ng_ngm_level *l, size_t n_crowded,
        uint32_t tokens[BIGRAMS][2])
{
    size_t n = 0, n_others = 0;

    for (uint32_t first = 0; first < TYPES; first++)
        for (uint32_t last = 0; last < TYPES && n + n_others < BIGRAMS; last++)
        {
            const bool is_first_cell =
                ng_ngm_locate (l, last, first).bucket < NG_NGM_CELL_BUCKETS;

            if (is_first_cell ? n >= n_crowded
                              : n_others >= BIGRAMS - n_crowded)
                continue;
            tokens[n + n_others][0] = first;
            tokens[n + n_others][1] = last;
            n += is_first_cell;
            n_others += !is_first_cell;
        }
    ck_assert_uint_eq (n, n_crowded);
    ck_assert_uint_eq (n + n_others, BIGRAMS);
}

static enum ng_err
write_model (const struct ng_ngm *numbers, uint32_t tokens[BIGRAMS][2],
             struct ng_fault *fault, struct made *made)
{
    struct ng_ngmw_setup setup = { .budget = UINT64_MAX,
                                   .sink = gather,
                                   .context = made,
                                   .file = "crowd",
                                   .fault = fault };
    struct ng_ngmw *w;
    enum ng_err err;

    ck_assert_int_eq (ng_store_open (setup.budget, NULL, fault, &setup.store),
                      NG_OK);
    ck_assert_int_eq (ng_ngmw_open (&setup, numbers, &w), NG_OK);
    for (unsigned i = 0; i < TYPES; i++)
    {
        char name[16];
        const int len = snprintf (name, sizeof name, "%u", i);

        ng_ngmw_name (w, (const unsigned char *) name, (size_t) len);
    }
    ck_assert_int_eq (ng_ngmw_names_end (w), NG_OK);
    for (unsigned i = 0; i < TYPES; i++)
        ng_ngmw_unigram (w, -1, 0);
    ck_assert_int_eq (ng_ngmw_level (w, 2), NG_OK);
    for (unsigned i = 0; i < BIGRAMS; i++)
        ng_ngmw_add (w, tokens[i][1], tokens[i][0], -(float) i, 0);
    err = ng_ngmw_level_end (w);
    if (err == NG_OK)
        err = ng_ngmw_finish (w);
    ng_ngmw_close (w);
    ng_store_close (setup.store);
    return err;
}

static void
check_found (const struct ng_ngm *ngm, uint32_t tokens[BIGRAMS][2])
{
    const struct ng_ngm_level *l = &ngm->levels[1];

    for (unsigned i = 0; i < BIGRAMS; i++)
    {
        const struct ng_ngm_spot spot =
            ng_ngm_locate (l, tokens[i][1], tokens[i][0]);
        const struct ng_ngm_entries e = ng_ngm_bucket (l, spot.bucket);
        uint32_t at;

        ck_assert (ng_ngm_search (l, e, spot.tag, &at));
        ck_assert_double_eq ((double) ng_get_f32le (ng_ngm_value (l, e, at)),
                             -(double) i);
    }
}

START_TEST (a_cell_is_filled_to_its_limit)
{
    struct ng_ngm numbers, ngm;
    struct ng_fault fault = { .err = NG_OK };
    struct made made = { NULL, 0, 0 };
    uint32_t tokens[BIGRAMS][2];

    set_numbers (&numbers);
    choose (&numbers.levels[1], NG_NGM_CELL_ENTRIES_MAX, tokens);
    ck_assert_int_eq (write_model (&numbers, tokens, &fault, &made), NG_OK);
    ck_assert_int_eq (
        ng_ngm_open (made.bytes, made.n, true, "crowd", &fault, &ngm), NG_OK);
    check_found (&ngm, tokens);
    free (made.bytes);
}
END_TEST

START_TEST (one_more_is_an_error)
{
    struct ng_ngm numbers;
    struct ng_fault fault = { .err = NG_OK };
    struct made made = { NULL, 0, 0 };
    uint32_t tokens[BIGRAMS][2];

    set_numbers (&numbers);
    choose (&numbers.levels[1], NG_NGM_CELL_ENTRIES_MAX + 1, tokens);
    ck_assert_int_eq (write_model (&numbers, tokens, &fault, &made), NG_ELIMIT);
    ck_assert_ptr_nonnull (strstr (fault.text, "more than 255"));
    free (made.bytes);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("ngmwrite");
    TCase *c = tcase_create ("all");

    tcase_add_test (c, a_cell_is_filled_to_its_limit);
    tcase_add_test (c, one_more_is_an_error);
    suite_add_tcase (s, c);
    return s;
}
