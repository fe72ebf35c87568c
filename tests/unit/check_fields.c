/* Positions, documents, mask and lengths, against a place-by-place reading of
   what they are; and the parts of a row.  */
#include <config.h>

#include <stdlib.h>

#include "batch/fields.h"
#include "batch/item.h"
#include "rand.h"
#include "unit.h"

enum
{
    PLACES_MAX = 100
};

static const struct ng_dtype types[] = {
    { 1, false }, { 2, false }, { 4, false }, { 4, true }, { 8, true }
};

/* The example of the header.  */
START_TEST (test_example)
{
    static const uint64_t parts[] = { 3, 4 };
    static const unsigned char want[3][8] = { { 0, 1, 2, 0, 1, 2, 3, 0 },
                                              { 1, 1, 1, 2, 2, 2, 2, 0 },
                                              { 0, 1, 1, 0, 1, 1, 1, 0 } };
    static const enum ng_field fields[] = { NG_FIELD_POSITIONS,
                                            NG_FIELD_DOCUMENTS, NG_FIELD_MASK };
    unsigned char got[8];

    for (size_t f = 0; f < 3; f++)
    {
        ng_fields_fill (fields[f], parts, 2, 8, types[0], got);
        ck_assert_mem_eq (got, want[f], 8);
    }
    ng_fields_fill (NG_FIELD_LENGTHS, parts, 2, 8, types[0], got);
    ck_assert_uint_eq (got[0], 6);
}
END_TEST

/* At place I of a row: in which part, from 1, and where in it; 0 is none.  */
static uint64_t
find_part (const uint64_t *parts, size_t n, uint64_t i, uint64_t *within)
{
    for (size_t p = 0; p < n; p++)
    {
        if (i < parts[p])
        {
            *within = i;
            return p + 1;
        }
        i -= parts[p];
    }
    *within = 0;
    return 0;
}

START_TEST (test_random)
{
    uint64_t seed = 2;

    for (int round = 0; round < 2000; round++)
    {
        uint64_t n_places = 2 + rand_below (&seed, PLACES_MAX - 1);
        uint64_t parts[PLACES_MAX], left = n_places, total = 0;
        struct ng_dtype dtype = types[round % 5];
        unsigned char got[3][8 * PLACES_MAX], length[8];
        size_t n = 0;

        while (left > 0 && rand_below (&seed, 6) > 0)
        {
            parts[n] = 1 + rand_below (&seed, left);
            left -= parts[n];
            total += parts[n++];
        }
        ng_fields_fill (NG_FIELD_POSITIONS, parts, n, n_places, dtype, got[0]);
        ng_fields_fill (NG_FIELD_DOCUMENTS, parts, n, n_places, dtype, got[1]);
        ng_fields_fill (NG_FIELD_MASK, parts, n, n_places, dtype, got[2]);
        ng_fields_fill (NG_FIELD_LENGTHS, parts, n, n_places, dtype, length);
        for (uint64_t i = 0; i < n_places; i++)
        {
            unsigned item = dtype.item_bytes;
            uint64_t within, part = find_part (parts, n, i, &within);

            NG_ENSURE (ng_item_get (got[0] + i * item, item) == within);
            NG_ENSURE (ng_item_get (got[1] + i * item, item) == part);
            NG_ENSURE (ng_item_get (got[2] + i * item, item)
                       == (part > 0 && within > 0 ? 1 : 0));
        }
        NG_ENSURE (ng_item_get (length, dtype.item_bytes)
                   == (total > 0 ? total - 1 : 0));
    }
}
END_TEST

START_TEST (test_split)
{
    uint64_t seed = 4;

    for (int round = 0; round < 2000; round++)
    {
        struct ng_dtype dtype = types[round % 5];
        unsigned item = dtype.item_bytes;
        unsigned char ids[8 * PLACES_MAX];
        uint64_t parts[PLACES_MAX], at = 0;
        size_t n = 1 + rand_below (&seed, PLACES_MAX), n_parts;

        for (size_t i = 0; i < n; i++)
            ng_item_put (ids + i * item, item, rand_below (&seed, 9));
        n_parts = ng_fields_split (dtype, ids, n, 3, parts);
        NG_ENSURE (n_parts > 0);
        for (size_t p = 0; p < n_parts; p++)
        {
            NG_ENSURE (parts[p] > 0);
            for (uint64_t i = 0; i < parts[p]; i++, at++)
                NG_ENSURE ((ng_item_get (ids + at * item, item) == 3)
                               == (i + 1 == parts[p])
                           || at + 1 == n);
        }
        NG_ENSURE (at == n);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("fields");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_example);
    tcase_add_test (tc, test_random);
    tcase_add_test (tc, test_split);
    suite_add_tcase (suite, tc);
    return suite;
}
