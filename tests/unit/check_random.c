/* The generators: CPython's values, SplitMix64's published ones, and that
   choices are uniform.  */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mt19937.h"
#include "base/random.h"
#include "unit.h"

/* The next number in FILE after the next KEY, if KEY is not NULL.  */
static long
next_number (FILE *file, const char *key)
{
    char line[256];

    while (fgets (line, sizeof line, file))
    {
        char *end;
        long x = strtol (line, &end, 10);

        if (key)
            key = strstr (line, key) ? NULL : key;
        else if (end != line)
            return x;
    }
    ck_abort_msg ("the golden file ends");
}

static FILE *
open_golden (void)
{
    char *path = ng_golden_path ("python_random.json");
    FILE *file = fopen (path, "r");

    ck_assert_ptr_nonnull (file);
    free (path);
    return file;
}

START_TEST (test_python_values)
{
    FILE *file = open_golden ();

    for (uint64_t seed = 0; seed < 5; seed++)
    {
        struct ng_mt19937 mt;
        uint64_t list[10];

        ng_mt19937_seed (&mt, seed);
        for (int i = 0; i < 5; i++)
            ck_assert_int_eq (ng_mt19937_next (&mt),
                              next_number (file, i == 0 ? "u32" : NULL));
        ng_mt19937_seed (&mt, seed);
        for (uint64_t i = 0; i < 10; i++)
            list[i] = i;
        ng_mt19937_shuffle (&mt, list, 10);
        for (int i = 0; i < 10; i++)
            ck_assert_int_eq ((long) list[i],
                              next_number (file, i == 0 ? "shuffle" : NULL));
        ng_mt19937_seed (&mt, seed);
        for (int i = 0; i < 10; i++)
            ck_assert_int_eq (
                (long) ng_mt19937_below (&mt, 5),
                next_number (file, i == 0 ? "randint_0_4" : NULL));
        ng_mt19937_seed (&mt, seed);
        for (int i = 0; i < 15; i++)
            ck_assert_int_eq (
                (long) ng_mt19937_below (&mt, i < 10 ? 6 : 35),
                next_number (file, i == 0 ? "randint_0_5" : NULL));
    }
    fclose (file);
}
END_TEST

/* CPython 3.11: random.seed (s); random.randrange (n), for a seed of two words
   and for numbers of more than 32 bits.  */
START_TEST (test_python_wide)
{
    struct ng_mt19937 mt;

    ng_mt19937_seed (&mt, UINT64_C (12345678901234567890));
    ck_assert_uint_eq (ng_mt19937_next (&mt), 2199100970U);
    ck_assert_uint_eq (ng_mt19937_below (&mt, UINT64_C (1000000000000)),
                       UINT64_C (706723110999));
    ck_assert_uint_eq (ng_mt19937_below (&mt, UINT64_C (1) << 63),
                       UINT64_C (6530694158055620295));
    ck_assert_uint_eq (ng_mt19937_below (&mt, 1), 0);
    ck_assert_uint_eq (ng_mt19937_next (&mt), 2454170533U);
}
END_TEST

/* SplitMix64 from seed 1234567, as in the reference code's test vectors.  */
START_TEST (test_splitmix_values)
{
    static const uint64_t expected[] = { UINT64_C (6457827717110365317),
                                         UINT64_C (3203168211198807973),
                                         UINT64_C (9817491932198370423),
                                         UINT64_C (4593380528125082431),
                                         UINT64_C (16408922859458223821) };
    struct ng_random random = { 1234567, 0 };

    for (size_t i = 0; i < 5; i++)
    {
        ck_assert_uint_eq (ng_random_at (1234567, i), expected[i]);
        ck_assert_uint_eq (ng_random_next (&random), expected[i]);
    }
}
END_TEST

START_TEST (test_keys_differ)
{
    ck_assert_uint_ne (ng_random_key (0, 1, 0), ng_random_key (0, 0, 1));
    ck_assert_uint_ne (ng_random_key (0, 1, 0), ng_random_key (1, 1, 0));
    ck_assert_uint_ne (ng_random_key (0, 1, 0), ng_random_key (0, 1, 1));
    ck_assert_uint_eq (ng_random_key (5, 1, 2), ng_random_key (5, 1, 2));
}
END_TEST

/* Chi-square of 7 outcomes; 22.46 has probability 0.001 at 6 degrees.  */
START_TEST (test_below_uniform)
{
    struct ng_random random = { 42, 0 };
    unsigned counts[7] = { 0 };
    double chi = 0, sum = 0;

    for (int i = 0; i < 70000; i++)
    {
        counts[ng_random_below (&random, 7)]++;
        sum += ng_random_real (&random);
    }
    for (int i = 0; i < 7; i++)
        chi += (counts[i] - 10000.0) * (counts[i] - 10000.0) / 10000;
    ck_assert_double_lt (chi, 22.46);
    ck_assert_double_eq_tol (sum / 70000, 0.5, 0.005);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_lt (ng_random_below (&random, (UINT64_C (3) << 62)),
                           UINT64_C (3) << 62);
    ck_assert_uint_eq (ng_random_below (&random, 1), 0);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("random");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_python_values);
    tcase_add_test (tc, test_python_wide);
    tcase_add_test (tc, test_splitmix_values);
    tcase_add_test (tc, test_keys_differ);
    tcase_add_test (tc, test_below_uniform);
    suite_add_tcase (suite, tc);
    return suite;
}
