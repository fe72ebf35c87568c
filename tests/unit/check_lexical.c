#include <config.h>

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "text/escape.h"
#include "text/lexical.h"

/* The obvious order: the names with their terminators, as lines.  */
struct line
{
    unsigned char bytes[64];
    size_t len;
    uint32_t id;
};

static int
compare_lines (const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int order = memcmp (x->bytes, y->bytes, x->len < y->len ? x->len : y->len);

    return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

/* Fill V with names that share beginnings, with control characters among them
   if so asked for.  */
static void
fill (struct ng_vocab *v, uint64_t *state, bool control)
{
    static const char letters[] = "ab\xff\x7f!~";
    size_t n = (size_t) rand_below (state, 300);

    for (size_t i = 0; i < n; i++)
    {
        unsigned char s[24], name[48];
        size_t len = 1 + (size_t) rand_below (state, 20);
        uint32_t id;

        for (size_t j = 0; j < len; j++)
        {
            s[j] = 'a';
            if (rand_below (state, 3) == 0)
                s[j] = (unsigned char) letters[rand_below (state, 6)];
            if (control && rand_below (state, 10) == 0)
                s[j] = (unsigned char) rand_below (state, 33);
        }
        len = ng_escape (s, len, name);
        expect (ng_vocab_intern (v, name, len, &id) == NG_OK);
    }
}

START_TEST (against_lines)
{
    uint64_t state = 21 + (uint64_t) _i;

    for (int round = 0; round < 300; round++)
    {
        struct ng_vocab *v = ng_vocab_new ();
        struct line *lines[2];
        uint32_t n, *ids[2];
        bool control = round % 2, differ = false, irregular;

        expect (v);
        fill (v, &state, control);
        n = ng_vocab_size (v);
        irregular = ng_lexical_is_irregular (v);
        for (int k = 0; k < 2; k++)
        {
            char terminator = k ? '\t' : ' ';

            lines[k] = calloc (n + 1, sizeof *lines[k]);
            ids[k] = calloc (n + 1, sizeof *ids[k]);
            expect (lines[k] && ids[k]);
            for (uint32_t id = 0; id < n; id++)
            {
                size_t len;
                const unsigned char *name = ng_vocab_name (v, id, &len);

                memcpy (lines[k][id].bytes, name, len);
                lines[k][id].bytes[len] = (unsigned char) terminator;
                lines[k][id].len = len + 1;
                lines[k][id].id = id;
            }
            qsort (lines[k], n, sizeof *lines[k], compare_lines);
            expect (ng_lexical_sort (v, terminator, ids[k]) == NG_OK);
            for (uint32_t i = 0; i < n; i++)
                expect (ids[k][i] == lines[k][i].id);
        }
        for (uint32_t i = 0; i < n; i++)
            differ = differ || ids[0][i] != ids[1][i];
        /* It may say so where the orders happen to agree, not the reverse.  */
        expect (!differ || irregular);
        expect (control || !irregular);
        for (int k = 0; k < 2; k++)
        {
            free (lines[k]);
            free (ids[k]);
        }
        ng_vocab_free (v);
    }
}
END_TEST

/* Between TAB and space: the two orders differ for these.  */
START_TEST (irregular)
{
    struct ng_vocab *v = ng_vocab_new ();
    uint32_t id, ids[2];

    ck_assert_int_eq (
        ng_vocab_intern (v, (const unsigned char *) "a\x01", 2, &id), NG_OK);
    ck_assert (!ng_lexical_is_irregular (v)); /* less than both */
    ck_assert_int_eq (
        ng_vocab_intern (v, (const unsigned char *) "a\x1f", 2, &id), NG_OK);
    ck_assert (ng_lexical_is_irregular (v));
    ng_vocab_free (v);

    v = ng_vocab_new ();
    ck_assert_int_eq (ng_vocab_intern (v, (const unsigned char *) "a", 1, &id),
                      NG_OK);
    ck_assert_int_eq (
        ng_vocab_intern (v, (const unsigned char *) "a\x1f", 2, &id), NG_OK);
    ck_assert_int_eq (ng_lexical_sort (v, '\t', ids), NG_OK);
    ck_assert_uint_eq (ids[0], 0);
    ck_assert_int_eq (ng_lexical_sort (v, ' ', ids), NG_OK);
    ck_assert_uint_eq (ids[0], 1);
    ng_vocab_free (v);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("lexical");
    TCase *t = tcase_create ("lexical");

    tcase_add_loop_test (t, against_lines, 0, 3);
    tcase_add_test (t, irregular);
    suite_add_tcase (s, t);
    return s;
}
