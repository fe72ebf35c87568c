#include <config.h>

#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nglimits.h"
#include "io/spill.h"
#include "sample.h"

/* Write by calls of all sizes, read back by others, against one string; the
   folder shows nothing meanwhile.  */
START_TEST (there_and_back)
{
    static const size_t totals[] = {
        0, 1, NG_BLOCK_BYTES - 1, NG_BLOCK_BYTES, NG_BLOCK_BYTES + 1, 1000000
    };
    const size_t total = totals[_i];
    char *dir = sample_folder ();
    unsigned char *exp = ng_alloc_array (total + 1, 1),
                  *got = ng_alloc_array (total + 1, 1);
    uint64_t state = total;
    size_t at = 0, n;
    struct ng_fault fault = { 0 };
    struct ng_spill *s = NULL;
    enum ng_err err;

    ck_assert (exp && got);
    for (size_t i = 0; i < total; i++)
        exp[i] = (unsigned char) rand_below (&state, 256);
    ck_assert_int_eq (ng_spill_open (dir, &fault, &s), NG_OK);
    while (at < total)
    {
        n = (size_t) rand_below (&state, 1 << rand_below (&state, 20));
        n = n > total - at ? total - at : n;
        expect (ng_spill_write (s, exp + at, n) == NG_OK);
        at += n;
        expect (ng_spill_size (s) == at);
    }
    {
        DIR *d = opendir (dir);
        size_t n_files = 0;

        while (readdir (d))
            n_files++;
        (void) closedir (d);
        ck_assert_uint_eq (n_files, 2); /* . and .. */
    }
    ck_assert_int_eq (ng_spill_rewind (s), NG_OK);
    for (at = 0;; at += n)
    {
        size_t cap = 1 + (size_t) rand_below (&state, 300000);

        cap = cap > total + 1 - at ? total + 1 - at : cap;
        err = ng_spill_read (s, got + at, cap, &n);
        if (err != NG_OK)
            break;
        /* Less only at the end.  */
        expect (n == cap || at + n == total);
    }
    ck_assert_int_eq (err, NG_END);
    ck_assert_uint_eq (n, 0);
    ck_assert_uint_eq (at, total);
    ck_assert (memcmp (got, exp, total) == 0);
    ng_spill_close (s);
    ng_spill_close (NULL);
    free (exp);
    free (got);
    sample_remove (dir);
}
END_TEST

START_TEST (no_folder)
{
    struct ng_fault fault = { 0 };
    struct ng_spill *s = NULL;

    ck_assert_int_eq (ng_spill_open ("/no/such/folder", &fault, &s), NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, ENOENT);
    ck_assert_str_eq (fault.file, "/no/such/folder");
    ck_assert_str_eq (fault.text, "cannot make a temporary file");
    ck_assert_ptr_null (s);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("spill");
    TCase *t = tcase_create ("spill");

    tcase_add_loop_test (t, there_and_back, 0, 6);
    tcase_add_test (t, no_folder);
    suite_add_tcase (s, t);
    return s;
}
