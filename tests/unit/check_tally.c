#include <config.h>

#include "models/tally.h"

#include "modelkit.h"
#include "sample.h"
#include "sums.h"

static const char path[] = "check_tally.counts";

static enum ng_err
read_path (unsigned order, struct ng_tally *t, struct ng_fault *fault)
{
    struct ng_input *in;
    enum ng_err err;

    ck_assert_int_eq (ng_input_open (path, fault, &in), NG_OK);
    err = ng_tally_read (in, order, ".", fault, t);
    (void) ng_input_close (in);
    return err;
}

/* All counts of K as lists of names.  */
static void
kit_sums (const struct kit *k, struct sums *s)
{
    for (unsigned n = 1; n <= k->order; n++)
    {
        unsigned w[NG_ORDER_MAX] = { 0 };

        do
        {
            const uint64_t count = kit_count (k, w, n);
            char text[NG_ORDER_MAX * 8] = "";
            size_t len = 0;

            for (unsigned i = 0; i < n; i++)
                len += (size_t) snprintf (text + len, sizeof text - len, "%s ",
                                          kit_names[w[i]]);
            if (count > 0)
                sums_add (s, text, count);
        } while (kit_next (w, n));
    }
    sums_sort (s);
}

/* S as lines in any order, in parts that are to be added up.  */
static void
write_lines (const struct sums *s, uint64_t *state)
{
    FILE *file = fopen (path, "w");

    ck_assert_ptr_nonnull (file);
    for (size_t part = 0; part < 3; part++)
        for (size_t i = 0, from = rand_below (state, s->n); i < s->n; i++)
        {
            const struct sums_line *line = &s->lines[(from + i) % s->n];
            const uint64_t third = line->count / 3;
            const uint64_t count = part < 2 ? third : line->count - 2 * third;

            if (count > 0)
                fprintf (file, "%.*s\t%" PRIu64 "\n",
                         (int) strlen (line->text) - 1, line->text, count);
        }
    ck_assert_int_eq (fclose (file), 0);
}

static void
write_ngc (const struct sums *s, const struct ng_ngc_info *info)
{
    size_t n;
    unsigned char *bytes = sums_to_bytes (s, info, &n);

    sample_write (path, bytes, n);
    free (bytes);
}

/* T has all counts of K up to ORDER, and no more.  */
static void
expect_counts (const struct kit *k, const struct ng_tally *t, unsigned order)
{
    uint32_t id[KIT_TYPES];

    ck_assert_uint_eq (t->trie.order, order);
    for (unsigned x = 0; x < KIT_TYPES; x++)
        if (!ng_vocab_find (t->vocab, (const unsigned char *) kit_names[x],
                            strlen (kit_names[x]), &id[x]))
            id[x] = NG_NONE;
    ck_assert_uint_eq (t->unk, id[KIT_UNK]);
    ck_assert_uint_eq (t->unk, ng_vocab_size (t->vocab) - 1);
    ck_assert_uint_eq (t->bos, k->sentences ? id[KIT_BOS] : NG_NONE);
    ck_assert_uint_eq (t->eos, k->sentences ? id[KIT_EOS] : NG_NONE);
    for (unsigned n = 1; n <= order; n++)
    {
        unsigned w[NG_ORDER_MAX] = { 0 };
        uint32_t n_listed = 0;

        do
        {
            uint64_t count = kit_count (k, w, n);
            uint32_t tokens[NG_ORDER_MAX], at;

            for (unsigned i = 0; i < n; i++)
                tokens[i] = id[w[i]];
            at = ng_trie_find (&t->trie, n, tokens);
            if (n == 1 && w[0] == KIT_UNK)
                NG_ENSURE (at != NG_NONE && t->counts[0][at] == 0);
            else
                NG_ENSURE (count == 0 ? at == NG_NONE
                                      : at != NG_NONE
                                            && t->counts[n - 1][at] == count);
            n_listed += at != NG_NONE;
            if (at != NG_NONE && n > 1)
                NG_ENSURE (t->trie.levels[n - 1].suffixes[at]
                           == ng_trie_find (&t->trie, n - 1, tokens + 1));
        } while (kit_next (w, n));
        ck_assert_uint_eq (n_listed, t->trie.levels[n - 1].n);
    }
}

/* Both forms, all orders and fewer.  */
START_TEST (counts_are_those_of_the_text)
{
    const unsigned order = 1 + (unsigned) _i / 4;
    const bool sentences = _i % 2, text = _i / 2 % 2;
    uint64_t state = (uint64_t) _i;
    struct ng_ngc_info info = { 1, order, 0, 1, 0 };
    struct sums s = { NULL, 0, 0 };
    struct kit k;

    kit_make (&k, order, sentences, state);
    kit_sums (&k, &s);
    if (text)
        write_lines (&s, &state);
    else
        write_ngc (&s, &info);
    for (unsigned asked = 0; asked <= order; asked++)
    {
        struct ng_fault fault = { .err = NG_OK };
        struct ng_tally t;

        ck_assert_int_eq (read_path (asked, &t, &fault), NG_OK);
        ck_assert (!t.is_cut);
        expect_counts (&k, &t, asked > 0 ? asked : order);
        ng_tally_fini (&t);
        ng_tally_fini (&t);
    }
    sums_free (&s);
    (void) unlink (path);
}
END_TEST

START_TEST (cut_counts_say_so)
{
    struct ng_ngc_info info = { 1, 1, NG_NGC_CUT, 2, 0 };
    struct ng_fault fault = { .err = NG_OK };
    struct sums s = { NULL, 0, 0 };
    struct ng_tally t;

    sums_add (&s, "a", 2);
    write_ngc (&s, &info);
    ck_assert_int_eq (read_path (0, &t, &fault), NG_OK);
    ck_assert (t.is_cut);
    ng_tally_fini (&t);
    sums_free (&s);
    (void) unlink (path);
}
END_TEST

/* What no model can be made of, in both forms: the n-grams, what is asked for,
   and what is said.  */
START_TEST (faults)
{
    static const struct
    {
        const char *ngrams; /* with a comma between */
        unsigned order;     /* asked for */
        enum ng_err err;
        const char *says;
    } cases[] = {
        { "a,b,a b", 3, NG_EINVAL, "no counts of order 3" },
        { "a b,b a", 0, NG_EINVAL, "no counts of order 1" },
        { "a,b,a b,a b c", 0, NG_EFORMAT, NULL },
        { "a,b,b a,a b a", 0, NG_EFORMAT, "\"a b a\" is counted" },
        { "a,b,a b,a b b", 0, NG_EFORMAT, "\"a b b\" is counted" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int text = 0; text < 2; text++)
        {
            struct ng_fault fault = { .err = NG_OK };
            struct ng_ngc_info info = { i == 1 ? 2 : 1, 3, 0, 1, 0 };
            struct sums s = { NULL, 0, 0 };
            char *copy = strdup (cases[i].ngrams);
            uint64_t state = 1;
            struct ng_tally t;

            ck_assert_ptr_nonnull (copy);
            for (char *p = strtok (copy, ","); p; p = strtok (NULL, ","))
                sums_add (&s, p, 5);
            sums_sort (&s);
            if (text)
                write_lines (&s, &state);
            else
                write_ngc (&s, &info);
            ck_assert_int_eq (read_path (cases[i].order, &t, &fault),
                              cases[i].err);
            if (cases[i].says)
                ck_assert_msg (strstr (fault.text, cases[i].says), "%s",
                               fault.text);
            ck_assert_str_eq (fault.file, path);
            ng_tally_fini (&t);
            sums_free (&s);
            free (copy);
        }
    (void) unlink (path);
}
END_TEST

START_TEST (sums_have_64_bits)
{
    static const char text[] = "a\t18446744073709551615\na\t1\n";
    struct ng_fault fault = { .err = NG_OK };
    struct ng_tally t;

    sample_write (path, text, sizeof text - 1);
    ck_assert_int_eq (read_path (0, &t, &fault), NG_EOVERFLOW);
    ng_tally_fini (&t);
    sample_write (path, text, sizeof text - 5);
    fault.err = NG_OK;
    ck_assert_int_eq (read_path (0, &t, &fault), NG_OK);
    ck_assert_uint_eq (t.counts[0][0], UINT64_MAX);
    ng_tally_fini (&t);
    (void) unlink (path);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("tally");
    TCase *tc = tcase_create ("tally");

    tcase_add_loop_test (tc, counts_are_those_of_the_text, 0, 16);
    tcase_add_test (tc, cut_counts_say_so);
    tcase_add_test (tc, faults);
    tcase_add_test (tc, sums_have_64_bits);
    suite_add_tcase (suite, tc);
    return suite;
}
