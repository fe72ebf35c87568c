#include <config.h>

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "text/marker.h"

/* A text as a string: a letter is a token, / a line's end, # a blank line's
   end, | the end of a file.  The mark is E.  */

static bool
is_token (char c)
{
    return c >= 'a' && c <= 'z';
}

/* The obvious way: each line end or file end is looked at with all that is
   behind and before it.  */
static void
naive (const char *text, enum ng_mark_at at, char *out)
{
    size_t n = strlen (text), last = n; /* where the open document's last
                                           token is; N: none */

    /* First say behind which places a mark stands.  */
    char *mark = calloc (1, n + 1);

    expect (mark);
    for (size_t i = 0; i < n; i++)
    {
        bool ends = text[i] == '|' || (at == NG_MARK_BLANK && text[i] == '#');

        if (at == NG_MARK_LINE)
            mark[i] = text[i] == '/' || text[i] == '#'; /* before it */
        else if (ends && last < n)
        {
            mark[last] = 1; /* behind it */
            last = n;
        }
        else if (is_token (text[i]))
            last = i;
    }
    for (size_t i = 0; i < n; i++)
    {
        if (mark[i] && at == NG_MARK_LINE)
            *out++ = 'E';
        if (text[i] != '|')
            *out++ = text[i] == '#' ? '/' : text[i];
        if (mark[i] && at != NG_MARK_LINE)
            *out++ = 'E';
    }
    *out = '\0';
    free (mark);
}

/* Give TEXT to a marker in lists that end at file ends and where CUT has a
   bit; write what comes out to OUT.  */
static void
run (const char *text, enum ng_mark_at at, uint64_t cut, char *out)
{
    struct ng_marker m = { .at = at,
                           .name = (const unsigned char *) "E",
                           .len = 1 };
    struct ng_token items[64];
    struct ng_token_list list = { .items = items };

    for (size_t i = 0; text[i]; i++)
    {
        const struct ng_token_list *got;
        bool ends_file = text[i] == '|';

        if (is_token (text[i]))
            ng_token_list_add (&list, NG_TOKEN,
                               (const unsigned char *) &text[i], 1);
        else if (!ends_file)
            ng_token_list_add (&list,
                               text[i] == '#' ? NG_BLANK_LINE_END : NG_LINE_END,
                               NULL, 1);
        if (!ends_file && (cut >> i % 64 & 1) == 0)
            continue;
        expect (ng_marker_apply (&m, &list, ends_file, &got) == NG_OK);
        for (size_t j = 0; j < got->n; j++)
            if (got->items[j].kind == NG_TOKEN)
            {
                expect (got->items[j].len == 1);
                *out++ = (char) *got->items[j].name;
            }
            else
                for (uint32_t k = 0; k < got->items[j].len; k++)
                    *out++ = '/';
        list.n = 0;
    }
    *out = '\0';
    ng_marker_fini (&m);
}

/* Each token, with the mark's, is one letter.  */
static const struct
{
    enum ng_mark_at at;
    const char *text, *exp;
} known[] = {
    { NG_MARK_LINE, "ab/#c/|", "abE/E/cE/" },
    { NG_MARK_BLANK, "ab/#c/|", "abE//cE/" },
    { NG_MARK_FILE, "ab/#c/|", "ab//cE/" },
    { NG_MARK_BLANK, "#/a/b/##c/#|", "//a/bE///cE//" },
    { NG_MARK_FILE, "a//|#|b/|", "aE///bE/" },
    { NG_MARK_BLANK, "a/|b/|", "aE/bE/" },
    { NG_MARK_LINE, "|", "" },
};

START_TEST (known_texts)
{
    char got[64], exp[64];

    naive (known[_i].text, known[_i].at, exp);
    ck_assert_str_eq (exp, known[_i].exp);
    for (uint64_t cut = 0; cut < 4096; cut++)
    {
        run (known[_i].text, known[_i].at, cut, got);
        expect (strcmp (got, known[_i].exp) == 0);
    }
}
END_TEST

START_TEST (random_texts)
{
    uint64_t state = 17;

    for (int round = 0; round < 30000; round++)
    {
        char text[42], got[128], exp[128];
        size_t n = 1 + (size_t) rand_below (&state, 40);
        enum ng_mark_at at = (enum ng_mark_at) rand_below (&state, 3);

        for (size_t i = 0; i < n; i++)
            text[i] = "ab//##|"[rand_below (&state, 7)];
        text[n - 1] = '|';
        text[n] = '\0';
        naive (text, at, exp);
        run (text, at, rand_below (&state, UINT64_MAX), got);
        if (strcmp (got, exp) != 0)
            ck_abort_msg ("%d: %s: %s, not %s", (int) at, text, got, exp);
    }
}
END_TEST

/* Held line ends are counted past 32 bits, and come out whole.  */
START_TEST (many_lines)
{
    struct ng_marker m = { .at = NG_MARK_FILE,
                           .name = (const unsigned char *) "E",
                           .len = 1 };
    struct ng_token items[] = { { (const unsigned char *) "a", 1, NG_TOKEN },
                                { NULL, UINT32_MAX, NG_BLANK_LINE_END },
                                { NULL, 7, NG_BLANK_LINE_END } };
    struct ng_token_list list = { .items = items, .n = 3 };
    const struct ng_token_list *got;
    uint64_t n_lines = 0;

    ck_assert_int_eq (ng_marker_apply (&m, &list, false, &got), NG_OK);
    ck_assert_uint_eq (got->n, 1);
    list.n = 0;
    ck_assert_int_eq (ng_marker_apply (&m, &list, true, &got), NG_OK);
    ck_assert_uint_ge (got->n, 2);
    ck_assert_mem_eq (got->items[0].name, "E", 1);
    for (size_t i = 1; i < got->n; i++)
        n_lines += got->items[i].len;
    ck_assert (n_lines == (uint64_t) UINT32_MAX + 7);
    ng_marker_fini (&m);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("marker");
    TCase *t = tcase_create ("marker");

    tcase_add_loop_test (t, known_texts, 0, sizeof known / sizeof *known);
    tcase_add_test (t, random_texts);
    tcase_add_test (t, many_lines);
    suite_add_tcase (s, t);
    return s;
}
