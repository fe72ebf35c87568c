#include <config.h>

#include "models/real.h"

#include <math.h>

#include "rand.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
parse (const char *text, float *x)
{
    return ng_real_parse ((const unsigned char *) text, strlen (text), x);
}

/* Any float, written, reads back as itself here and by strtof.  */
START_TEST (what_is_written_reads_back)
{
    uint64_t seed = 5;

    for (unsigned i = 0; i < 200000; i++)
    {
        uint32_t bits = (uint32_t) rand_next (&seed);
        unsigned char text[NG_REAL_BYTES_MAX + 1];
        float x, y;
        size_t len;

        memcpy (&x, &bits, sizeof x);
        if (i % 2 == 0)
            x = (float) -(int32_t) (bits >> 8) * 0x1p-20F;
        if (!isfinite (x))
            continue;
        len = ng_real_format (x, text);
        ck_assert_uint_lt (len, NG_REAL_BYTES_MAX);
        ck_assert (ng_real_parse (text, len, &y));
        ck_assert_msg (x == y, "%.9g %.*s", (double) x, (int) len, text);
        text[len] = '\0';
        ck_assert (strtof ((char *) text, NULL) == x);
    }
}
END_TEST

START_TEST (text_is_read_as_by_strtof)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "-99",
        "1.",
        ".5",
        "-0.30103",
        "-1e-3",
        "1E2",
        "+4",
        "-2.302585092994046",
        "123456789012345678",
        "-0.00000000000000000001",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    {
        float x;

        ck_assert_msg (parse (texts[i], &x), "%s", texts[i]);
        ck_assert_msg (x == strtof (texts[i], NULL), "%s", texts[i]);
    }
}
END_TEST

START_TEST (other_text_is_no_number)
{
    static const char *const texts[] = { "",     "-",   ".",    "x",   "1x",
                                         "nan",  "inf", "-inf", "--1", "1e99",
                                         "0x10", "1 2", "1,5" };
    float x;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg (!parse (texts[i], &x), "%s", texts[i]);
}
END_TEST

START_TEST (digits_are_few)
{
    unsigned char text[NG_REAL_BYTES_MAX];

    ck_assert_uint_eq (ng_real_format (-1.5F, text), 4);
    ck_assert (memcmp (text, "-1.5", 4) == 0);
    ck_assert_uint_eq (ng_real_format (0, text), 1);
    ck_assert_uint_eq (ng_real_format (-99, text), 3);
    ck_assert_uint_eq (ng_real_format (-0.30103F, text), 8);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("real");
    TCase *c = tcase_create ("all");

    tcase_add_test (c, what_is_written_reads_back);
    tcase_add_test (c, text_is_read_as_by_strtof);
    tcase_add_test (c, other_text_is_no_number);
    tcase_add_test (c, digits_are_few);
    suite_add_tcase (s, c);
    return s;
}
