#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/paged.h"
#include "rand.h"
#include "unit.h"

enum
{
    CHUNK = 1 << 16, /* as contents come in and go */
    FEW = 40         /* bytes used at a time */
};

/* Chunks that are counted as being in memory.  */
static size_t
count_touched (const struct ng_paged *p)
{
    size_t n = 0;

    for (size_t i = 0; i <= p->size / CHUNK; i++)
        n += p->touched[i];
    return n;
}

/* Few bytes here and there, and many in a row, written and read back, against
   a plain array; bounds from nothing to everything.  */
START_TEST (equals_an_array)
{
    static const size_t sizes[] = { 0,     1,         CHUNK - 1,
                                    CHUNK, CHUNK + 1, 20 * CHUNK + 77 };
    static const uint64_t bounds[] = { 0, 1, CHUNK, 5 * CHUNK + 3, UINT64_MAX };
    const size_t size = sizes[_i / 5];
    const uint64_t bound = bounds[_i % 5];
    const size_t most = bound < CHUNK ? 1 : (size_t) (bound / CHUNK);
    unsigned char *plain = calloc (size + 1, 1);
    struct ng_fault fault = { .err = NG_OK };
    uint64_t state = (uint64_t) _i;
    struct ng_paged p;

    ck_assert_ptr_nonnull (plain);
    ck_assert_int_eq (ng_paged_open (&p, size, bound, ".", &fault), NG_OK);
    ck_assert_int_eq (p.touched != NULL, size > bound);
    for (size_t round = 0; round < 20000 && size > 0; round++)
    {
        size_t at = (size_t) rand_below (&state, size);
        size_t n = (size_t) rand_below (&state, FEW);
        unsigned char *q = ng_paged_touch (&p, at);

        n = n > size - at ? size - at : n;
        NG_ENSURE (q == p.bytes + at);
        NG_ENSURE (memcmp (q, plain + at, n) == 0);
        if (round % 2)
            continue;
        memset (q, (int) (round % 251), n);
        memset (plain + at, (int) (round % 251), n);
        if (p.touched)
        {
            NG_ENSURE (p.touched[at / CHUNK]);
            NG_ENSURE (p.n_touched <= most);
            NG_ENSURE (count_touched (&p) == p.n_touched);
        }
    }
    for (size_t at = 0; at < size; at++)
        NG_ENSURE (*ng_paged_touch (&p, at) == plain[at]);
    ng_paged_close (&p);
    ck_assert_ptr_null (p.bytes);
    ng_paged_close (&p);
    free (plain);
}
END_TEST

/* Bytes of files that the process has in memory, or 0 if that is not to be
   had: see proc(5).  */
static size_t
shared_bytes (void)
{
    unsigned long total, resident, shared = 0;
    FILE *file = fopen ("/proc/self/statm", "r");

    if (!file)
        return 0;
    if (fscanf (file, "%lu %lu %lu", &total, &resident, &shared) != 3)
        shared = 0;
    (void) fclose (file);
    return shared * (size_t) sysconf (_SC_PAGESIZE);
}

/* What is one too many is really given back.  */
START_TEST (memory_is_bounded)
{
    const size_t size = 64 << 20, bound = 1 << 20, step = 4096;
    struct ng_fault fault = { .err = NG_OK };
    size_t before = shared_bytes ();
    struct ng_paged p;

    ck_assert_int_eq (ng_paged_open (&p, size, bound, ".", &fault), NG_OK);
    for (size_t at = 0; at < size; at += step)
        *ng_paged_touch (&p, at) = (unsigned char) (at / step);
    ck_assert_uint_lt (shared_bytes (), before + size / 4);
    for (size_t at = 0; at < size; at += step)
        NG_ENSURE (*ng_paged_touch (&p, at) == (unsigned char) (at / step));
    ck_assert_uint_lt (shared_bytes (), before + size / 4);
    ng_paged_close (&p);
}
END_TEST

START_TEST (faults)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_paged p;

    ck_assert_int_eq (ng_paged_open (&p, 2, 1, "/no/such/folder", &fault),
                      NG_ESYS);
    ck_assert_str_eq (fault.file, "/no/such/folder");
    ng_paged_close (&p);
    ck_assert_int_eq (ng_paged_open (&p, UINT64_MAX, 1, ".", &fault),
                      NG_ENOMEM);
    ng_paged_close (&p);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("paged");
    TCase *tc = tcase_create ("paged");

    tcase_add_loop_test (tc, equals_an_array, 0, 30);
    tcase_add_test (tc, memory_is_bounded);
    tcase_add_test (tc, faults);
    suite_add_tcase (suite, tc);
    return suite;
}
