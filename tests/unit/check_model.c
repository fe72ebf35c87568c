#include <config.h>

#include "models/model.h"

#include <math.h>
#include <sys/wait.h>

#include "io/output.h"
#include "modelkit.h"
#include "models/arpawrite.h"
#include "models/ngmbuild.h"
#include "models/query.h"
#include "sample.h"

/* A model of the kit, and its two forms as bytes.  */
struct forms
{
    struct ng_backoff m;
    unsigned char *ngm, *arpa;
    size_t n_ngm, n_arpa;
};

static void
make_forms (struct forms *f)
{
    static const char path[] = "check_model.arpa";
    struct ng_fault fault = { .err = NG_OK };
    struct ng_estimate e = { .smoothing = NG_INTERPOLATED };
    struct ng_output *out;
    struct kit k;

    for (unsigned i = 0; i < NG_ORDER_MAX; i++)
        e.epsilon[i] = 1;
    kit_make (&k, 3, true, 1);
    kit_model (&k, &e, &f->m);
    ck_assert_int_eq (ng_ngm_image (&f->m, "kit", &fault, &f->ngm, &f->n_ngm),
                      NG_OK);
    ck_assert_int_eq (ng_output_open (path, &fault, &out), NG_OK);
    ck_assert_int_eq (ng_arpa_write (&f->m, out), NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    ck_assert_int_eq (ng_output_close (out), NG_OK);
    f->arpa = sample_read (path, &f->n_arpa);
    (void) unlink (path);
}

static void
free_forms (struct forms *f)
{
    free (f->ngm);
    free (f->arpa);
    ng_backoff_fini (&f->m);
}

/* The model NAME answers as F's does, which it is.  */
static void
expect_model (const char *name, bool check, bool mapped, const struct forms *f)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_query *q;
    struct ng_model *m;
    uint32_t n;
    double *logp;

    ck_assert_msg (ng_model_open (name, check, &fault, &m) == NG_OK, "%s",
                   fault.text);
    ck_assert_int_eq (m->is_mapped, mapped);
    n = m->ngm.n_types;
    ck_assert_uint_eq (n, f->m.trie.levels[0].n);
    logp = calloc (n, sizeof *logp);
    ck_assert_ptr_nonnull (logp);
    ck_assert_int_eq (ng_query_new (&m->ngm, 0, &q), NG_OK);
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++)
        {
            uint32_t w[3] = { a, b, 0 };

            ng_query_each (q, w, 2, NULL, n, logp);
            for (w[2] = 0; w[2] < n; w[2]++)
                NG_ENSURE (
                    fabs (logp[w[2]] - ng_backoff_logp (&f->m, w, 3, NULL))
                    < 1e-5);
        }
    free (logp);
    ng_query_free (q);
    ng_model_close (m);
}

/* BYTES[LEN] as a file, compressed, and through a pipe.  */
static void
expect_everywhere (const unsigned char *bytes, size_t len, bool mapped,
                   const struct forms *f)
{
    char *dir = sample_folder (), *path = sample_path (dir, "model");
    size_t n_gz;
    unsigned char *gz = sample_gzip (bytes, len, &n_gz);
    int ends[2], saved = dup (0);
    pid_t pid;

    for (int check = 0; check < 2; check++)
    {
        sample_write (path, bytes, len);
        expect_model (path, check, mapped, f);
        sample_write (path, gz, n_gz);
        expect_model (path, check, false, f);
    }
    ck_assert_int_eq (pipe (ends), 0);
    pid = fork ();
    ck_assert_int_ge (pid, 0);
    if (pid == 0)
    {
        size_t at = 0;
        ssize_t n;

        (void) close (ends[0]);
        while (at < len && (n = write (ends[1], bytes + at, len - at)) > 0)
            at += (size_t) n;
        _exit (at < len);
    }
    (void) close (ends[1]);
    ck_assert_int_eq (dup2 (ends[0], 0), 0);
    expect_model ("-", true, false, f);
    (void) dup2 (saved, 0);
    (void) close (saved);
    (void) close (ends[0]);
    ck_assert_int_eq (waitpid (pid, NULL, 0), pid);
    free (gz);
    free (path);
    sample_remove (dir);
}

START_TEST (any_form_is_the_same_model)
{
    struct forms f;

    make_forms (&f);
    expect_everywhere (f.ngm, f.n_ngm, true, &f);
    expect_everywhere (f.arpa, f.n_arpa, false, &f);
    free_forms (&f);
}
END_TEST

/* Any byte of a .ngm changed, any length cut off: seen if it is to be
   checked.  */
START_TEST (damage_is_seen)
{
    static const char path[] = "check_model.bad";
    struct forms f;
    struct ng_model *m;

    make_forms (&f);
    for (size_t at = 0; at < f.n_ngm; at += 1 + f.n_ngm / 150)
    {
        struct ng_fault flipped = { .err = NG_OK }, cut = { .err = NG_OK };

        f.ngm[at] ^= 1;
        sample_write (path, f.ngm, f.n_ngm);
        f.ngm[at] ^= 1;
        ck_assert_int_eq (ng_model_open (path, true, &flipped, &m), NG_EFORMAT);
        ck_assert_str_eq (flipped.file, path);
        sample_write (path, f.ngm, at);
        ck_assert_int_eq (ng_model_open (path, true, &cut, &m), NG_EFORMAT);
        ck_assert_str_eq (cut.file, path);
        if (at == 0)
            ck_assert_str_eq (cut.text, "the model is empty");
    }
    (void) unlink (path);
    {
        struct ng_fault fault = { .err = NG_OK };

        ck_assert_int_eq (ng_model_open (path, true, &fault, &m), NG_ESYS);
        ck_assert_str_eq (fault.file, path);
    }
    ng_model_close (NULL);
    free_forms (&f);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("model");
    TCase *tc = tcase_create ("model");

    tcase_add_test (tc, any_form_is_the_same_model);
    tcase_add_test (tc, damage_is_seen);
    suite_add_tcase (suite, tc);
    return suite;
}
