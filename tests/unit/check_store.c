#include <config.h>

#include "io/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rand.h"
#include "unit.h"

enum
{
    N_COLUMNS = 40,
    N_RECORDS = 20000
};

/* Record I of column C is a number of 1 to 9 bytes, its length first.  */
static size_t
make_record (unsigned c, size_t i, unsigned char *p)
{
    const uint64_t x = (i + 1) * UINT64_C (0x9e3779b97f4a7c15) + c;

    p[0] = (unsigned char) (1 + x % 8);
    memcpy (p + 1, &x, p[0]);
    return (size_t) p[0] + 1;
}

/* Columns written in turn by chance come back as they were, whether memory
   holds them or not, several readers at a time.  */
START_TEST (what_is_written_is_read)
{
    static size_t n[N_COLUMNS];
    const uint64_t budget = _i == 0 ? 1 : (uint64_t) _i << 18;
    struct ng_fault fault = { .err = NG_OK };
    struct ng_column columns[N_COLUMNS];
    struct ng_reader a[N_COLUMNS], b[N_COLUMNS];
    struct ng_store *s;
    uint64_t seed = 1;
    unsigned char want[16];

    memset (n, 0, sizeof n);
    ck_assert_int_eq (ng_store_open (budget, ".", &fault, &s), NG_OK);
    for (unsigned c = 0; c < N_COLUMNS; c++)
        ng_column_init (&columns[c], s, sizeof want);
    for (size_t i = 0; i < N_COLUMNS * N_RECORDS; i++)
    {
        /* Some far more often than others.  */
        unsigned c = (unsigned) rand_below (
            &seed, 1 + rand_below (&seed, N_COLUMNS - 1));
        unsigned char *p = ng_column_room (&columns[c]);

        ng_column_advance (&columns[c], p + make_record (c, n[c]++, p));
    }
    for (unsigned c = 0; c < N_COLUMNS; c++)
    {
        ng_column_end (&columns[c]);
        ng_reader_start (&a[c], &columns[c], false);
        ng_reader_start (&b[c], &columns[c], false);
    }
    ck_assert_int_eq (ng_store_spilled (s) > 0, _i < 40);
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned c = 0; c < N_COLUMNS; c++)
        {
            for (size_t i = 0; i < n[c]; i++)
            {
                size_t len = make_record (c, i, want);

                ck_assert (!ng_reader_at_end (&a[c]));
                ck_assert_mem_eq (ng_reader_at (&a[c]), want, len);
                a[c].at += len;
                /* The slower one, until the other consumes.  */
                if (pass > 0 || i % 2 == 1)
                    continue;
                len = make_record (c, i / 2, want);
                ck_assert_mem_eq (ng_reader_at (&b[c]), want, len);
                b[c].at += len;
            }
            ck_assert (ng_reader_at_end (&a[c]));
            ng_reader_end (&a[c]);
            ng_reader_end (&b[c]);
            /* Again, and for the last time.  */
            ng_reader_start (&a[c], &columns[c], pass == 0);
            ng_reader_start (&b[c], &columns[c], false);
        }
    for (unsigned c = 0; c < N_COLUMNS; c++)
    {
        ng_reader_end (&a[c]);
        ng_reader_end (&b[c]);
        ng_column_free (&columns[c]);
    }
    ck_assert_int_eq (ng_store_err (s), NG_OK);
    ng_store_close (s);
}
END_TEST

/* What was consumed is used again: the file does not grow.  */
START_TEST (places_are_used_again)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_store *s;
    uint64_t first = 0;

    ck_assert_int_eq (ng_store_open (1 << 16, ".", &fault, &s), NG_OK);
    for (unsigned round = 0; round < 10; round++)
    {
        struct ng_column c;
        struct ng_reader r;

        ng_column_init (&c, s, 1);
        for (size_t i = 0; i < 1000; i++)
            ng_column_write (&c, "some thousand of these bytes, and more", 38);
        ng_column_end (&c);
        ng_reader_start (&r, &c, true);
        for (size_t i = 0; i < 38000; i++)
        {
            ck_assert_uint_eq (
                *ng_reader_at (&r),
                (unsigned char) "some thousand of these bytes, and more"[i
                                                                         % 38]);
            r.at++;
        }
        ck_assert (ng_reader_at_end (&r));
        ng_reader_end (&r);
        ng_column_free (&c);
        if (round == 0)
            first = ng_store_spilled (s);
        else
            ck_assert_uint_eq (ng_store_spilled (s), first);
    }
    ck_assert_int_eq (ng_store_err (s), NG_OK);
    ng_store_close (s);
}
END_TEST

/* A folder that is not there is told; what is read then is zero, and neither
   writing nor reading goes astray.  */
START_TEST (faults_are_kept)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_column c;
    struct ng_reader r;
    struct ng_store *s;
    size_t n = 0;

    ck_assert_int_eq (ng_store_open (1, "./no/such/folder", &fault, &s), NG_OK);
    ng_column_init (&c, s, 8);
    for (uint64_t i = 1; i < 100000; i++)
    {
        unsigned char *p = ng_column_room (&c);

        memcpy (p, &i, sizeof i);
        ng_column_advance (&c, p + sizeof i);
    }
    ng_column_end (&c);
    ck_assert_int_eq (ng_store_err (s), NG_ESYS);
    ck_assert_int_eq (fault.sys_errno, ENOENT);
    ng_reader_start (&r, &c, true);
    for (; !ng_reader_at_end (&r); n++)
    {
        uint64_t x;

        memcpy (&x, ng_reader_at (&r), sizeof x);
        ck_assert_uint_eq (x, 0);
        r.at += sizeof x;
    }
    /* Nor if it is read on.  */
    for (; n < 100000; n++)
    {
        ck_assert_uint_eq (*ng_reader_at (&r), 0);
        r.at += 8;
    }
    ng_reader_end (&r);
    ng_column_free (&c);
    ng_store_close (s);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("store");
    TCase *c = tcase_create ("all");

    tcase_set_timeout (c, 60);
    tcase_add_loop_test (c, what_is_written_is_read, 0, 3);
    tcase_add_loop_test (c, what_is_written_is_read, 80, 81);
    tcase_add_test (c, places_are_used_again);
    tcase_add_test (c, faults_are_kept);
    suite_add_tcase (s, c);
    return s;
}
