#include <config.h>

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"
#include "text/escape.h"

/* Each byte alone.  */
START_TEST (bytes)
{
    for (int c = 0; c < 256; c++)
    {
        unsigned char byte = (unsigned char) c, name[2];
        const char *where = c ? strchr (" \t\n\r\\", c) : NULL;
        size_t len = ng_escape (&byte, 1, name);

        if (where)
        {
            ck_assert_uint_eq (len, 2);
            ck_assert_int_eq (name[0], '\\');
            ck_assert_int_eq (name[1], "stnr\\"[where - " \t\n\r\\"]);
            ck_assert (ng_is_escape_letter (name[1]));
        }
        else
        {
            ck_assert_uint_eq (len, 1);
            ck_assert_int_eq (name[0], c);
        }
        ck_assert (ng_is_name (name, len));
        ck_assert (ng_is_name (&byte, 1) == !where);
        ck_assert (ng_is_escape_letter (byte)
                   == (c && strchr ("stnr\\", c) != NULL));
    }
}
END_TEST

/* Undo the text form NAME[LEN] into S; the inverse, spelled out.  */
static size_t
unescape (const unsigned char *name, size_t len, unsigned char *s)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        if (name[i] != '\\')
            s[n++] = name[i];
        else
        {
            i++;
            ck_assert_uint_lt (i, len);
            s[n++] = (unsigned char) (name[i] == 's'   ? ' '
                                      : name[i] == 't' ? '\t'
                                      : name[i] == 'n' ? '\n'
                                      : name[i] == 'r' ? '\r'
                                                       : '\\');
        }
    return n;
}

START_TEST (there_and_back)
{
    uint64_t state = 2;

    for (int round = 0; round < 1000; round++)
    {
        unsigned char s[50], name[100], back[100];
        size_t n = sample_text (&state, s, sizeof s);
        size_t len = ng_escape (s, n, name);

        ck_assert (ng_is_name (name, len) == (n > 0));
        ck_assert_uint_eq (unescape (name, len, back), n);
        ck_assert_mem_eq (back, s, n);
    }
}
END_TEST

static const struct
{
    const char *name;
    bool is_name;
} names[] = {
    { "", false },     { "a", true },       { "a b", false },
    { "a\tb", false }, { "a\n", false },    { "\r", false },
    { "\\", false },   { "\\s", true },     { "a\\", false },
    { "\\x", false },  { "\\\\", true },    { "\\\\\\", false },
    { "\\ ", false },  { "\\sa\\n", true }, { "\xff\x01", true },
};

START_TEST (is_name)
{
    const char *name = names[_i].name;

    ck_assert (ng_is_name ((const unsigned char *) name, strlen (name))
               == names[_i].is_name);
}
END_TEST

static const struct
{
    const char *text, *name;
} respelled[] = {
    { "a", "a" },
    { "\\", "\\\\" },
    { "a\\", "a\\\\" },
    { "\\s", "\\s" },
    { "\\x", "\\\\x" },
    { "\\\\", "\\\\" },
    { "\\\\\\", "\\\\\\\\" },
    { "\\\\s", "\\\\s" },
    { "\ra\r", "\\ra\\r" },
    { "\\x\\n", "\\\\x\\n" },
    { " \t\n", "\\s\\t\\n" },
};

START_TEST (respells)
{
    const char *text = respelled[_i].text;
    unsigned char name[20], again[20];
    size_t len = ng_respell ((const unsigned char *) text, strlen (text), name);

    ck_assert_uint_eq (len, strlen (respelled[_i].name));
    ck_assert_mem_eq (name, respelled[_i].name, len);
    ck_assert (ng_is_name (name, len));
    ck_assert_uint_eq (ng_respell (name, len, again), len);
    ck_assert_mem_eq (again, name, len);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *s = suite_create ("escape");
    TCase *t = tcase_create ("escape");

    tcase_add_test (t, bytes);
    tcase_add_test (t, there_and_back);
    tcase_add_loop_test (t, is_name, 0, sizeof names / sizeof *names);
    tcase_add_loop_test (t, respells, 0, sizeof respelled / sizeof *respelled);
    suite_add_tcase (s, t);
    return s;
}
