#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "counts/names.h"
#include "rand.h"
#include "sums.h"
#include "unit.h"

/* What names are held to: strings in an array, sorted with a space behind each
   for their ranks and with a TAB for their places.  */
struct expected
{
    struct sums names; /* in the order of ranks, a space behind each */
    uint32_t *places;
    uint32_t *firsts; /* of the knot that the rank is in */
};

struct tabbed
{
    char *text;
    uint32_t rank;
};

static int
compare_tabbed (const void *a, const void *b)
{
    const struct tabbed *x = a, *y = b;

    return strcmp (x->text, y->text);
}

/* Knots are the shortest ranges of ranks that hold their own places: one ends
   where as many places as ranks have come.  */
static void
find_knots (struct expected *e)
{
    uint32_t first = 0, highest = 0;

    for (uint32_t i = 0; i < e->names.n; i++)
    {
        highest = e->places[i] > highest ? e->places[i] : highest;
        e->firsts[i] = first;
        if (highest == i)
            first = i + 1;
    }
}

static void
expect_names (struct expected *e, uint32_t n_types, bool odd, uint64_t *state)
{
    struct tabbed *tabbed;

    memset (e, 0, sizeof *e);
    sums_random (&e->names, n_types, 1, 1, n_types + 1, odd, 1, state);
    tabbed = calloc (e->names.n + 1, sizeof *tabbed);
    e->places = calloc (e->names.n + 1, sizeof *e->places);
    e->firsts = calloc (e->names.n + 1, sizeof *e->firsts);
    ck_assert (tabbed && e->places && e->firsts);
    for (uint32_t i = 0; i < e->names.n; i++)
    {
        tabbed[i].rank = i;
        tabbed[i].text = strdup (e->names.lines[i].text);
        ck_assert_ptr_nonnull (tabbed[i].text);
        tabbed[i].text[strlen (tabbed[i].text) - 1] = '\t';
    }
    qsort (tabbed, e->names.n, sizeof *tabbed, compare_tabbed);
    for (uint32_t i = 0; i < e->names.n; i++)
    {
        e->places[tabbed[i].rank] = i;
        free (tabbed[i].text);
    }
    free (tabbed);
    find_knots (e);
}

static void
free_expected (struct expected *e)
{
    sums_free (&e->names);
    free (e->places);
    free (e->firsts);
}

/* Rank I is as expected; returns whether it is in a knot.  */
static bool
check_rank (struct ng_names *names, const struct expected *e, uint32_t i)
{
    const char *text = e->names.lines[i].text;
    size_t len;
    const unsigned char *name = ng_names_get (names, i, &len);
    uint32_t first;

    NG_ENSURE (len == strlen (text) - 1 && memcmp (name, text, len) == 0);
    NG_ENSURE (ng_names_place (names, i, &first) == e->places[i]);
    NG_ENSURE (first == e->firsts[i]);
    return first != i || e->places[i] != i;
}

/* Names of all kinds, in memory, in a file, and half and half.  */
START_TEST (names_and_places)
{
    static const struct
    {
        uint32_t n_types;
        bool odd;
    } cases[] = { { 0, true },    { 1, false },    { 40, true },
                  { 1023, true }, { 1024, false }, { 20000, true },
                  { 60000, true } };
    static const uint64_t bounds[] = { 0, 100000, UINT64_MAX };
    struct ng_ngc_info info = { 1, 1, 0, 1, 0 };
    struct ng_fault fault = { .err = NG_OK };
    uint64_t state = (uint64_t) _i;
    struct expected e;
    struct ng_ngc *f;

    expect_names (&e, cases[_i].n_types, cases[_i].odd, &state);
    f = sums_to_ngc (&e.names, &info, &fault);
    for (size_t b = 0; b < 3; b++)
    {
        struct ng_names *names;
        size_t n_knotted = 0;

        ck_assert_int_eq (ng_names_open (f, bounds[b], ".", &fault, &names),
                          NG_OK);
        for (uint32_t i = 0; i < e.names.n; i++)
            n_knotted += check_rank (names, &e, i);
        for (uint32_t i = 0; i < e.names.n; i++)
            (void) check_rank (names, &e,
                               (uint32_t) rand_below (&state, e.names.n));
        ck_assert_int_eq (ng_names_are_knotted (names), n_knotted > 0);
        /* The test is one of knots.  */
        ck_assert (!cases[_i].odd || e.names.n < 100 || n_knotted > 10);
        ng_names_close (names);
    }
    ng_ngc_close (f);
    free_expected (&e);
}
END_TEST

START_TEST (no_folder)
{
    struct ng_ngc_info info = { 1, 1, 0, 1, 0 };
    struct ng_fault fine = { .err = NG_OK }, fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    struct ng_names *names = NULL;
    struct ng_ngc *f;

    sums_add (&s, "a", 1);
    f = sums_to_ngc (&s, &info, &fine);
    ck_assert_int_eq (ng_names_open (f, 0, "/no/such/folder", &fault, &names),
                      NG_ESYS);
    ck_assert_str_eq (fault.file, "/no/such/folder");
    ck_assert_ptr_null (names);
    ng_names_close (NULL);
    ng_ngc_close (f);
    sums_free (&s);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("names");
    TCase *tc = tcase_create ("names");

    tcase_add_loop_test (tc, names_and_places, 0, 7);
    tcase_add_test (tc, no_folder);
    suite_add_tcase (suite, tc);
    return suite;
}
