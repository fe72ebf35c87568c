#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/model.h"
#include "unit.h"

/* A model is proved when it is opened: every byte changed and every length but
   the right one is an error.  Files of counts, gzip and .npy are dealt with in
   check_ngc, check_input and check_npy.  */

static const char name[] = "damaged.test";

static const char arpa[] = "\\data\\\n"
                           "ngram 1=4\n"
                           "ngram 2=3\n"
                           "ngram 3=1\n"
                           "\n"
                           "\\1-grams:\n"
                           "-1\t<unk>\t0\n"
                           "-99\t<s>\t-0.3\n"
                           "-0.5\t</s>\t0\n"
                           "-0.4\ta\t-0.2\n"
                           "\n"
                           "\\2-grams:\n"
                           "-0.3\t<s> a\t-0.1\n"
                           "-0.2\ta a\t0\n"
                           "-0.1\ta </s>\t0\n"
                           "\n"
                           "\\3-grams:\n"
                           "-0.05\t<s> a a\n"
                           "\n"
                           "\\end\\\n";

static struct ng_model *
small_model (void)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_model *m = NULL;
    FILE *file = fopen (name, "w");

    ck_assert_ptr_nonnull (file);
    ck_assert_int_ge (fputs (arpa, file), 0);
    ck_assert_int_eq (fclose (file), 0);
    ck_assert_int_eq (ng_model_open (name, true, &fault, &m), NG_OK);
    (void) unlink (name);
    return m;
}

/* What comes of opening IMAGE[SIZE], moved to memory of just that size.  */
static enum ng_err
open_image (const unsigned char *image, size_t size)
{
    struct ng_fault fault = { .err = NG_OK };
    unsigned char *copy = malloc (size > 0 ? size : 1);
    struct ng_ngm ngm;
    enum ng_err err;

    ck_assert_ptr_nonnull (copy);
    memcpy (copy, image, size);
    err = ng_ngm_open (copy, size, true, name, &fault, &ngm);
    free (copy);
    return err;
}

START_TEST (a_wrong_byte_of_a_model)
{
    static const unsigned char flips[] = { 0x01, 0x80, 0xff };
    struct ng_model *m = small_model ();

    ck_assert_int_eq (open_image (m->image, m->size), NG_OK);
    for (size_t i = 0; i < m->size; i++)
        for (size_t k = 0; k < sizeof flips; k++)
        {
            m->image[i] ^= flips[k];
            if (open_image (m->image, m->size) != NG_EFORMAT)
                ck_abort_msg ("byte %zu changed by %#x", i, flips[k]);
            m->image[i] ^= flips[k];
        }
    ng_model_close (m);
}
END_TEST

START_TEST (a_wrong_length_of_a_model)
{
    struct ng_model *m = small_model ();
    unsigned char *longer = malloc (m->size + 1);

    ck_assert_ptr_nonnull (longer);
    for (size_t n = 0; n < m->size; n++)
        if (open_image (m->image, n) != NG_EFORMAT)
            ck_abort_msg ("cut after %zu bytes", n);
    memcpy (longer, m->image, m->size);
    longer[m->size] = 0;
    ck_assert_int_eq (open_image (longer, m->size + 1), NG_EFORMAT);
    free (longer);
    ng_model_close (m);
}
END_TEST

/* A file of text is no model wherever it ends before its last line.  */
START_TEST (arpa_cut_short)
{
    const size_t len = sizeof arpa - sizeof "\n";

    for (size_t n = 0; n < len; n++)
    {
        struct ng_fault fault = { .err = NG_OK };
        struct ng_model *m = NULL;
        FILE *file = fopen (name, "w");

        ck_assert_ptr_nonnull (file);
        ck_assert_uint_eq (fwrite (arpa, 1, n, file), n);
        ck_assert_int_eq (fclose (file), 0);
        if (ng_model_open (name, true, &fault, &m) != NG_EFORMAT)
            ck_abort_msg ("cut after %zu bytes", n);
        (void) unlink (name);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("damaged");
    TCase *t = tcase_create ("models");

    tcase_add_test (t, a_wrong_byte_of_a_model);
    tcase_add_test (t, a_wrong_length_of_a_model);
    tcase_add_test (t, arpa_cut_short);
    suite_add_tcase (s, t);
    return s;
}
