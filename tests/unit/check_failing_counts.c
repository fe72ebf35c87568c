/* What of counting, merging and listing the system may refuse, call by call;
   and count files with a byte that is wrong, wherever it is.  */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counts/countsource.h"
#include "counts/engine.h"
#include "counts/listing.h"
#include "counts/merge.h"
#include "failing.h"
#include "models/countfile.h"
#include "rand.h"
#include "sample.h"
#include "sums.h"
#include "unit.h"

enum
{
    BUDGET = 64 << 20,
    FILES = 3,
    NAMES_THREE = 65536 /* types: 17 bits, so that 8 tokens take three words */
};

/* --------------------------------------------------------------- counting */

static void
write_text (const char *name, size_t n_words, unsigned n_types)
{
    uint64_t seed = n_words;
    char *text = calloc (n_words, 8);
    size_t at = 0;

    ck_assert_ptr_nonnull (text);
    for (size_t i = 0; i < n_words; i++)
        at += (size_t) snprintf (text + at, 8, "w%x%c",
                                 (unsigned) rand_below (&seed, n_types),
                                 i % 9 == 8 ? '\n' : ' ');
    sample_write (name, text, at);
    free (text);
}

static enum ng_err
count (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct ng_engine_options *o = context;
    static const char *const names[] = { "failing-1.txt", "failing-2.txt" };
    struct ng_tokenizer t;
    struct ng_output *out;
    enum ng_err err = ng_output_open_unnamed (".", fault, &out);

    if (err != NG_OK)
        return err;
    ng_tokenizer_init (&t, NG_SPACE, false, false);
    err = ng_engine_run (names, 2, o, &t, out, NULL, fault);
    return failing_close (out, err, answer);
}

START_TEST (texts)
{
    struct ng_engine_options o = { .info = { 1, 3, 0, 1, 0 },
                                   .n_threads = 1 + (unsigned) _i % 2,
                                   .spill_dir = ".",
                                   .budget = _i < 2 ? 1 << 30 : 0 };

    /* With a budget of nothing this takes several portions.  */
    write_text ("failing-1.txt", _i < 2 ? 2000 : 60000, 300);
    write_text ("failing-2.txt", 500, 50);
    if (_i >= 2)
        ck_assert_uint_gt (failing_some (FAILING_MEMORY, 8, count, &o), 20);
    else
    {
        ck_assert_uint_gt (failing_turns (FAILING_MEMORY, count, &o), 20);
        ck_assert_uint_gt (failing_turns (FAILING_READ, count, &o), 2);
        ck_assert_uint_gt (failing_turns (FAILING_WRITE, count, &o), 2);
        ck_assert_uint_gt (failing_turns (FAILING_FILE, count, &o), 2);
        (void) failing_turns (FAILING_THREAD, count, &o);
    }
    (void) unlink ("failing-1.txt");
    (void) unlink ("failing-2.txt");
}
END_TEST

/* ---------------------------------------------------------------- merging */

/* Files to be merged: their bytes, and what the sum is to say.  */
struct merge
{
    int fds[FILES];
    struct ng_ngc_info info;
    uint64_t budget;
};

/* A file without a name that has BYTES[N].  */
static int
file_of (const unsigned char *bytes, size_t n)
{
    char name[] = "failing.XXXXXX";
    int fd = mkstemp (name);

    ck_assert_int_ge (fd, 0);
    ck_assert_int_eq (unlink (name), 0);
    ck_assert_int_eq (write (fd, bytes, n), (ssize_t) n);
    return fd;
}

static enum ng_err
merge (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct merge *m = context;
    struct ng_merge_setup setup = {
        m->info, ".", m->budget, fault, NULL, false
    };
    struct ng_ngc *files[FILES] = { NULL };
    struct ng_output *out = NULL;
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < FILES && err == NG_OK; i++)
        err = ng_ngc_open_fd (m->fds[i], "source", fault, &files[i]);
    if (err == NG_OK)
        err = ng_output_open_unnamed (".", fault, &out);
    if (err == NG_OK)
        err = ng_merge (&setup, files, FILES, out);
    if (out)
        err = failing_close (out, err, answer);
    for (size_t i = 0; i < FILES; i++)
        ng_ngc_close (files[i]);
    return err;
}

/* Random n-grams as files; the last one has N_NAMES more names, which come
   before all others.  */
static void
make_files (struct merge *m, unsigned max_order, size_t n_grams,
            uint32_t n_types, uint32_t n_names)
{
    uint64_t state = max_order;

    m->info = (struct ng_ngc_info){ 1, max_order, 0, 1, 0 };
    m->budget = BUDGET;
    for (size_t i = 0; i < FILES; i++)
    {
        struct sums s = { NULL, 0, 0 };
        size_t n;
        unsigned char *bytes;

        sums_random (&s, n_grams, 1, max_order, n_types, false, 9, &state);
        for (uint32_t k = 0; i + 1 == FILES && k < n_names; k++)
        {
            char name[16];

            (void) snprintf (name, sizeof name, "%u", k);
            sums_add (&s, name, 1);
        }
        sums_sort (&s);
        bytes = sums_to_bytes (&s, &m->info, &n);
        m->fds[i] = file_of (bytes, n);
        free (bytes);
        sums_free (&s);
    }
}

static void
close_files (struct merge *m)
{
    for (size_t i = 0; i < FILES; i++)
        (void) close (m->fds[i]);
}

START_TEST (merges)
{
    struct merge m;

    make_files (&m, 8, 200, 400, 0);
    for (int grouped = 0; grouped < 2; grouped++)
    {
        m.budget = grouped ? 1 : BUDGET;
        ck_assert_uint_gt (failing_turns (FAILING_MEMORY, merge, &m), 10);
        ck_assert_uint_gt (failing_turns (FAILING_READ, merge, &m), 0);
        ck_assert_uint_gt (failing_turns (FAILING_WRITE, merge, &m), 2);
        ck_assert_uint_gt (failing_turns (FAILING_FILE, merge, &m), 2);
    }
    close_files (&m);
}
END_TEST

/* Each byte of a file in turn is another: the sum has an error, wherever in
   the merge of names or of keys of any width it is met, and frees all.  */
START_TEST (damaged)
{
    static const struct
    {
        size_t n_grams;
        uint32_t n_types, n_names;
        off_t n_steps;
    } cases[] = { { 40, 9, 0, 0 },              /* keys of one word */
                  { 300, 400, 0, 200 },         /* and of two */
                  { 40, 9, NAMES_THREE, 20 } }; /* and of three */
    struct merge m;
    struct ng_fault fault;
    uint64_t answer;
    off_t size, step;

    make_files (&m, 8, cases[_i].n_grams, cases[_i].n_types, cases[_i].n_names);
    size = lseek (m.fds[1], 0, SEEK_END);
    step = cases[_i].n_steps > 0 ? size / cases[_i].n_steps : 1;
    for (off_t at = 0; at < size; at += step)
    {
        unsigned char c, other;

        ck_assert_int_eq (pread (m.fds[1], &c, 1, at), 1);
        other = c ^ (unsigned char) (1U << at % 8);
        ck_assert_int_eq (pwrite (m.fds[1], &other, 1, at), 1);
        fault = (struct ng_fault){ .err = NG_OK };
        ck_assert_msg (merge (&m, &fault, &answer) == NG_EFORMAT, "byte %ld",
                       (long) at);
        ck_assert_int_eq (fault.err, NG_EFORMAT);
        ck_assert_int_eq (pwrite (m.fds[1], &c, 1, at), 1);
    }
    fault = (struct ng_fault){ .err = NG_OK };
    ck_assert_int_eq (merge (&m, &fault, &answer), NG_OK);
    close_files (&m);
}
END_TEST

/* ---------------------------------------------------------------- listing */

/* The n-grams of a text, with all that they begin with, as the first file.  */
static void
count_text (struct merge *m)
{
    struct ng_engine_options o = {
        .info = m->info, .n_threads = 1, .spill_dir = ".", .budget = BUDGET
    };
    struct ng_fault fault = { .err = NG_OK };
    static const char *const names[] = { "failing.txt" };
    struct ng_tokenizer t;
    struct ng_output *out;
    unsigned char *bytes;
    size_t n;

    write_text (names[0], 800, 40);
    ck_assert_int_eq (ng_output_open_unnamed (".", &fault, &out), NG_OK);
    ng_tokenizer_init (&t, NG_SPACE, false, false);
    ck_assert_int_eq (ng_engine_run (names, 1, &o, &t, out, NULL, &fault),
                      NG_OK);
    ck_assert_int_eq (ng_output_commit (out), NG_OK);
    bytes = sums_read_fd (ng_output_fd (out), &n);
    (void) close (m->fds[0]);
    m->fds[0] = file_of (bytes, n);
    free (bytes);
    (void) ng_output_close (out);
    (void) unlink (names[0]);
}

/* A listing of a file, or a file that is a part of it.  */
struct list
{
    struct merge *m;
    struct ng_listing l;
    bool filter;
};

static double
column (const void *context, unsigned order, uint64_t n, uint64_t before,
        uint64_t last)
{
    (void) context;
    return order + (double) n / (double) before + (double) last;
}

static enum ng_err
list (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    const struct list *job = context;
    struct ng_listing l = job->l;
    struct ng_output *out = NULL;
    enum ng_err err =
        ng_ngc_open_fd (job->m->fds[0], "source", fault, &l.counts);

    l.fault = fault;
    l.spill_dir = ".";
    if (err == NG_OK)
        err = ng_output_open_unnamed (".", fault, &out);
    if (err == NG_OK && job->filter)
        err = ng_listing_filter (&l, &job->m->info, out);
    else if (err == NG_OK)
        err = ng_listing_write (&l, out);
    if (out)
        err = failing_close (out, err, answer);
    ng_ngc_close (l.counts);
    return err;
}

START_TEST (listings)
{
    struct merge m;
    struct list job = { .m = &m, .l = { .min_order = 1, .max_order = 3 } };

    make_files (&m, 3, 10, 3, 0);
    count_text (&m);
    for (unsigned i = 0; i < 12; i++)
    {
        job.l.sort = (enum ng_listing_sort) (i % 3);
        job.l.column = i < 3 ? column : NULL;
        job.l.min_count = i < 6 ? 1 : 2;
        job.l.top = i < 6 ? 0 : 5;
        job.l.budget_bytes = i % 2 ? 0 : BUDGET;
        job.filter = i >= 9;
        ck_assert_uint_gt (failing_turns (FAILING_MEMORY, list, &job), 4);
        ck_assert_uint_gt (failing_turns (FAILING_WRITE, list, &job), 0);
    }
    close_files (&m);
}
END_TEST

/* ------------------------------------------------------------------- files */

static enum ng_err
read_counts (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_countsource *source = NULL;
    unsigned order;
    uint64_t n;
    enum ng_err err = ng_countsource_open (context, ".", fault, &source);
    enum ng_err err_close;

    while (err == NG_OK)
    {
        err = ng_countsource_next (source, &order, &n);
        if (err == NG_OK)
            *answer = *answer * 31 + order * n;
    }
    err_close = ng_countsource_close (source);
    if (err == NG_END)
        err = err_close;
    return err;
}

static enum ng_err
sort_counts (const void *context, struct ng_fault *fault, uint64_t *answer)
{
    struct ng_input *in = NULL;
    struct ng_ngc *f = NULL;
    enum ng_err err = ng_input_open (context, fault, &in);

    if (err == NG_OK)
        err = ng_countfile_open (in, ".", BUDGET, fault, &f);
    (void) ng_input_close (in);
    if (err == NG_OK)
        *answer = ng_ngc_level (f, 2).n;
    ng_ngc_close (f);
    return err;
}

START_TEST (count_files)
{
    static const char text[] = "b a\t3\na\t7\nb\t4\na b\t2\nb a\t1\n";
    struct merge m;
    size_t n, gz_len;
    unsigned char *bytes, *gz;

    make_files (&m, 2, 100, 9, 0);
    bytes = sums_read_fd (m.fds[0], &n);
    gz = sample_gzip (bytes, n, &gz_len);
    for (int form = 0; form < 3; form++)
    {
        sample_write ("failing.counts",
                      form == 0   ? (const void *) text
                      : form == 1 ? (const void *) bytes
                                  : (const void *) gz,
                      form == 0   ? sizeof text - 1
                      : form == 1 ? n
                                  : gz_len);
        for (unsigned kind = 1; kind <= FAILING_FILE; kind *= 2)
        {
            (void) failing_turns (kind, read_counts, "failing.counts");
            (void) failing_turns (kind, sort_counts, "failing.counts");
        }
    }
    (void) unlink ("failing.counts");
    free (bytes);
    free (gz);
    close_files (&m);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("failing calls of counts");
    TCase *tc = tcase_create ("all");

    tcase_add_loop_test (tc, texts, 0, 4);
    tcase_add_test (tc, merges);
    tcase_add_loop_test (tc, damaged, 0, 3);
    tcase_add_test (tc, listings);
    tcase_add_test (tc, count_files);
    suite_add_tcase (suite, tc);
    return suite;
}
