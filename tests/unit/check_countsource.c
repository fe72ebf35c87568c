#include <config.h>

#include <stdio.h>
#include <unistd.h>

#include "base/nglimits.h"
#include "counts/countsource.h"
#include "counts/ngcwrite.h"
#include "unit.h"

static const char path[] = "check_countsource.scratch";

enum
{
    N_NAMES = 50,
    N_PAIRS = N_NAMES * N_NAMES
};

static uint64_t
count_of (unsigned order, uint64_t i)
{
    return 1 + i * i % 97 + (order == 2 && i == 7 ? 1000000 : 0);
}

/* An .ngc file of orders 1 and 2: every token, and every pair.  */
static void
write_ngc (struct ng_fault *fault)
{
    struct ng_ngc_info info = {
        .min_order = 1, .max_order = 2, .flags = NG_NGC_CUT, .min_count = 1
    };
    struct ng_output *out;
    struct ng_ngcw *w;
    char name[16];

    ck_assert_int_eq (ng_output_open (path, fault, &out), NG_OK);
    ck_assert_int_eq (ng_ngcw_open (&info, out, "/tmp", fault, &w), NG_OK);
    for (uint32_t i = 0; i < N_NAMES; i++)
    {
        int len = snprintf (name, sizeof name, "w%02u", i);

        ck_assert_int_eq (
            ng_ngcw_name (w, (const unsigned char *) name, (size_t) len),
            NG_OK);
    }
    for (uint32_t i = 0; i < N_NAMES; i++)
        ck_assert_int_eq (ng_ngcw_add (w, 1, &i, count_of (1, i)), NG_OK);
    for (uint32_t i = 0; i < N_PAIRS; i++)
    {
        uint32_t ranks[2] = { i / N_NAMES, i % N_NAMES };

        ck_assert_int_eq (ng_ngcw_add (w, 2, ranks, count_of (2, i)), NG_OK);
    }
    ck_assert_int_eq (ng_ngcw_finish (w), NG_OK);
    ng_ngcw_close (w);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
}

/* Each item comes once, order after order; then the end, for good.  */
START_TEST (all_of_ngc)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_countsource *s;
    unsigned order;
    uint64_t count, n[3] = { 0 };

    write_ngc (&fault);
    ck_assert_int_eq (ng_countsource_open (path, "/tmp", &fault, &s), NG_OK);
    ck_assert_uint_eq (ng_countsource_raw_offset (s), 0);
    ck_assert_uint_gt (ng_countsource_raw_size (s), 0);
    for (size_t i = 0; i < N_NAMES + N_PAIRS; i++)
    {
        ck_assert_int_eq (ng_countsource_next (s, &order, &count), NG_OK);
        ck_assert_uint_eq (order, i < N_NAMES ? 1 : 2);
        ck_assert_uint_eq (count, count_of (order, n[order]));
        n[order]++;
    }
    ck_assert_uint_le (ng_countsource_raw_offset (s),
                       ng_countsource_raw_size (s));
    ck_assert_int_eq (ng_countsource_next (s, &order, &count), NG_END);
    ck_assert_int_eq (ng_countsource_next (s, &order, &count), NG_END);
    ck_assert_int_eq (ng_countsource_close (s), NG_OK);
    (void) unlink (path);
}
END_TEST

/* The spectrum of .ngc is that of the same counts as text; an order without a
   spectrum is passed over.  */
START_TEST (spectrum_of_ngc)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_spectrum *spectra[NG_ORDER_MAX + 1] = { NULL };
    struct ng_countsource *s;
    uint64_t tokens = 0;

    write_ngc (&fault);
    for (uint64_t i = 0; i < N_PAIRS; i++)
        tokens += count_of (2, i);
    spectra[2] = ng_spectrum_new ();
    ck_assert_ptr_nonnull (spectra[2]);
    ck_assert_int_eq (ng_countsource_open (path, "/tmp", &fault, &s), NG_OK);
    ck_assert_int_eq (ng_countsource_add (s, spectra, 100), NG_OK);
    ck_assert_int_eq (ng_countsource_add (s, spectra, 1000000), NG_END);
    ck_assert_uint_eq (ng_spectrum_types (spectra[2]), N_PAIRS);
    ck_assert_uint_eq (ng_spectrum_tokens (spectra[2]), tokens);
    ck_assert_int_eq (ng_countsource_close (s), NG_OK);
    ng_spectrum_free (spectra[2]);
    (void) unlink (path);
}
END_TEST

/* What comes of reading all of BYTES[SIZE], which close repeats.  */
static enum ng_err
read_all (const unsigned char *bytes, size_t size)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_countsource *s = NULL;
    unsigned order;
    uint64_t count;
    enum ng_err err;
    FILE *f = fopen (path, "wb");

    ck_assert_ptr_nonnull (f);
    ck_assert_uint_eq (fwrite (bytes, 1, size, f), size);
    ck_assert_int_eq (fclose (f), 0);
    err = ng_countsource_open (path, "/tmp", &fault, &s);
    while (err == NG_OK)
        err = ng_countsource_next (s, &order, &count);
    if (err == NG_EFORMAT)
        ck_assert_str_eq (fault.file, path);
    if (s)
        ck_assert_int_eq (ng_countsource_close (s),
                          err == NG_END ? NG_OK : err);
    return err;
}

/* Cut short at many places, or a byte changed, though it be one of a name: a
   fault, now or on the way.  */
START_TEST (damaged_ngc)
{
    struct ng_fault fault = { .err = NG_OK };
    unsigned char bytes[20000];
    size_t size;
    FILE *f;

    write_ngc (&fault);
    f = fopen (path, "rb");
    ck_assert_ptr_nonnull (f);
    size = fread (bytes, 1, sizeof bytes, f);
    ck_assert_int_eq (fclose (f), 0);
    ck_assert_uint_lt (size, sizeof bytes);
    ck_assert_int_eq (read_all (bytes, size), NG_END);
    for (size_t at = 0; at < size; at += 7)
    {
        bytes[at] ^= 0x10;
        if (read_all (bytes, size) != NG_EFORMAT)
            ck_abort_msg ("byte %zu changed", at);
        bytes[at] ^= 0x10;
        if (at > 0 && read_all (bytes, at) != NG_EFORMAT)
            ck_abort_msg ("cut after %zu bytes", at);
    }
    (void) unlink (path);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("countsource");
    TCase *c = tcase_create ("ngc");

    tcase_add_test (c, all_of_ngc);
    tcase_add_test (c, spectrum_of_ngc);
    tcase_add_test (c, damaged_ngc);
    suite_add_tcase (s, c);
    return s;
}
