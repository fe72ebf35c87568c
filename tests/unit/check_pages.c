#include <config.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/pages.h"
#include "unit.h"

/* Is the page at P mapped?  msync asks and changes nothing.  */
static bool
is_mapped (unsigned char *p)
{
    return msync (p, 1, MS_ASYNC) == 0 || errno != ENOMEM;
}

/* All sizes around a page and a large page: cleared, writable to the end, and
   gone afterwards.  */
START_TEST (given_and_taken_back)
{
    const size_t page = (size_t) sysconf (_SC_PAGESIZE), large = 2 << 20;
    const size_t sizes[] = { 1,         page - 1, page,     page + 1,
                             large - 1, large,    3 * large };
    const size_t size = sizes[_i / 2];
    unsigned char *p = ng_pages_alloc (size, _i % 2);

    ck_assert_ptr_nonnull (p);
    ck_assert_uint_eq ((uintptr_t) p % page, 0);
    for (size_t i = 0; i < size; i++)
        NG_ENSURE (p[i] == 0);
    memset (p, 7, size);
    ck_assert (is_mapped (p) && is_mapped (p + (size - 1) / page * page));
    ng_pages_free (p, size);
    ck_assert (!is_mapped (p) && !is_mapped (p + (size - 1) / page * page));
    ng_pages_free (NULL, size);
}
END_TEST

#ifdef MADV_HUGEPAGE
START_TEST (large_pages_begin_where_they_can)
{
    const size_t large = 2 << 20;
    unsigned char *p[8];

    for (size_t i = 0; i < 8; i++)
    {
        p[i] = ng_pages_alloc (large * (i + 1), true);
        ck_assert_ptr_nonnull (p[i]);
        ck_assert_uint_eq ((uintptr_t) p[i] % large, 0);
        memset (p[i], (int) i, large * (i + 1));
    }
    for (size_t i = 0; i < 8; i++)
    {
        for (size_t at = 0; at < large * (i + 1); at++)
            NG_ENSURE (p[i][at] == i);
        ng_pages_free (p[i], large * (i + 1));
    }
}
END_TEST
#endif

/* What is kept stays as it is; the pages behind it are gone.  */
START_TEST (trimmed)
{
    const size_t page = (size_t) sysconf (_SC_PAGESIZE), size = 10 * page;
    const size_t keeps[] = {
        1,           page - 1,        page, page + 1, 5 * page,
        size - page, size - page + 1, size
    };
    const size_t keep = keeps[_i], kept = (keep + page - 1) / page;
    unsigned char *p = ng_pages_alloc (size, false);

    ck_assert_ptr_nonnull (p);
    for (size_t i = 0; i < size; i++)
        p[i] = (unsigned char) (i % 251);
    ng_pages_trim (p, size, keep);
    for (size_t i = 0; i < keep; i++)
        NG_ENSURE (p[i] == i % 251);
    for (size_t i = 0; i < 10; i++)
        ck_assert_int_eq (is_mapped (p + i * page), i < kept);
    ng_pages_free (p, keep);
    ck_assert (!is_mapped (p));
}
END_TEST

START_TEST (too_much)
{
    ck_assert_ptr_null (ng_pages_alloc (SIZE_MAX / 2, false));
    ck_assert_ptr_null (ng_pages_alloc (SIZE_MAX - (2 << 20) + 1, true));
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("pages");
    TCase *tc = tcase_create ("pages");

    tcase_add_loop_test (tc, given_and_taken_back, 0, 14);
#ifdef MADV_HUGEPAGE
    tcase_add_test (tc, large_pages_begin_where_they_can);
#endif
    tcase_add_loop_test (tc, trimmed, 0, 8);
    tcase_add_test (tc, too_much);
    suite_add_tcase (suite, tc);
    return suite;
}
