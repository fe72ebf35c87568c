#include <config.h>

#include <string.h>

#include "rand.h"
#include "text/token.h"
#include "unit.h"

/* Lists of all lengths, reset again and again, against a plain array; what was
   asked for can be filled to its end, and the pad behind it read.  */
START_TEST (equals_an_array)
{
    enum
    {
        MAX = 5000
    };
    static struct ng_token plain[MAX];
    static const unsigned char text[MAX];
    struct ng_token_list list = { 0 };
    uint64_t state = 3;

    for (size_t round = 0; round < 200; round++)
    {
        size_t n = (size_t) rand_below (&state, MAX),
               side = (size_t) rand_below (&state, 3000);
        unsigned sum = 0;

        ck_assert_int_eq (ng_token_list_reset (&list, n, side), NG_OK);
        ck_assert (list.n == 0 && list.side_len == 0);
        ck_assert (list.cap >= n && list.side_cap >= side);
        for (size_t i = 0; i < n; i++)
        {
            plain[i] = (struct ng_token){ text + i, (uint32_t) (n - i),
                                          (uint32_t) (i % 3) };
            ng_token_list_add (&list, (enum ng_token_kind) (i % 3), text + i,
                               n - i);
        }
        memset (list.side, 1, side);
        list.side_len = side;
        for (size_t i = 0; i < side + NG_TOKEN_PAD; i++)
            sum += list.side[i];
        ck_assert_uint_ge (sum, side);
        ck_assert_uint_eq (list.n, n);
        for (size_t i = 0; i < n; i++)
            NG_ENSURE (list.items[i].name == plain[i].name
                       && list.items[i].len == plain[i].len
                       && list.items[i].kind == plain[i].kind);
    }
    ck_assert_int_eq (ng_token_list_reset (&list, SIZE_MAX / 2, 0), NG_ENOMEM);
    ng_token_list_fini (&list);
    ck_assert (!list.items && !list.side && list.n == 0);
    ng_token_list_fini (&list);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("token");
    TCase *t = tcase_create ("token");

    tcase_add_test (t, equals_an_array);
    suite_add_tcase (s, t);
    return s;
}
