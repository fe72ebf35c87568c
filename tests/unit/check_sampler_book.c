/* The order of batches: the textbook's loaders to the digest.  */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "batch/sampler.h"
#include "sha256.h"
#include "unit.h"

/* The characters of the book as the textbook sees it: runs of other bytes than
   letters are a space, lines are trimmed and run together.  An id is the
   letter's rank in the reference vocabulary.  */
static size_t
read_characters (uint32_t *ids, size_t cap)
{
    char *path = ng_golden_path ("timemachine.char.vocab");
    FILE *file = fopen (path, "r");
    char line[4096];
    uint32_t id_of[256] = { 0 };
    size_t n = 0;

    ck_assert_ptr_nonnull (file);
    for (uint32_t id = 0; fgets (line, sizeof line, file); id++)
        id_of[line[0] == '\\' ? ' ' : line[0]] = id;
    fclose (file);
    free (path);
    path = ng_data_path ("timemachine.txt");
    file = fopen (path, "r");
    ck_assert_ptr_nonnull (file);
    while (fgets (line, sizeof line, file))
    {
        size_t start = n;

        for (const char *p = line; *p; p++)
            if (isalpha ((unsigned char) *p))
                ids[n++] = id_of[tolower ((unsigned char) *p)];
            else if (n > start && ids[n - 1] != id_of[' '])
                ids[n++] = id_of[' '];
        if (n > start && ids[n - 1] == id_of[' '])
            n--;
        ck_assert_uint_lt (n + sizeof line, cap);
    }
    fclose (file);
    free (path);
    return n;
}

/* What is between the quotes after KEY in the next line that has it.  */
static bool
next_value (FILE *file, const char *key, char *line, size_t size,
            const char **value)
{
    while (fgets (line, (int) size, file))
    {
        char *p = strstr (line, key);

        if (!p)
            continue;
        p += strlen (key);
        p += strspn (p, "\": ");
        p[strcspn (p, "\",\n")] = '\0';
        *value = p;
        return true;
    }
    return false;
}

static uint64_t
next_u64 (FILE *file, const char *key)
{
    char line[512];
    const char *value;

    ck_assert (next_value (file, key, line, sizeof line, &value));
    return strtoull (value, NULL, 10);
}

/* Columns FIRST on of the batch ROWS as 32-bit numbers.  */
static void
digest_half (struct sha *sha, const struct ng_batch_rows *rows,
             const uint32_t *ids, uint64_t n_steps, uint64_t first)
{
    for (size_t i = 0; i < rows->n_rows; i++)
        for (uint64_t j = 0; j < n_steps; j++)
        {
            unsigned char item[4];

            ng_put_u32le (item, ids[rows->starts[i] + first + j]);
            sha_add (sha, item, sizeof item);
        }
}

START_TEST (test_book)
{
    static uint32_t ids[200000];
    size_t n_ids = read_characters (ids, 200000), n_runs = 0;
    char *path = ng_golden_path ("timemachine_batches.json");
    FILE *file = fopen (path, "r");
    char line[512];
    const char *value;

    ck_assert_uint_eq (n_ids, 170580);
    ck_assert_ptr_nonnull (file);
    while (next_value (file, "iterator\"", line, sizeof line, &value))
    {
        struct ng_sampler_spec spec = { .rng = NG_RNG_PYTHON, .world = 1 };
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;

        spec.mode =
            strcmp (value, "random") == 0 ? NG_MODE_RANDOM : NG_MODE_SEQUENTIAL;
        spec.n_tokens = next_u64 (file, "corpus_len");
        spec.batch_size = next_u64 (file, "batch_size");
        spec.n_steps = next_u64 (file, "num_steps");
        spec.seed = next_u64 (file, "seed");
        spec.n_epochs = spec.n_tokens == 10000 ? 2 : 1;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        for (uint64_t epoch = 0; epoch < spec.n_epochs; epoch++)
        {
            uint64_t n_batches = next_u64 (file, "n_batches");
            struct sha sha;
            char hex[65];

            sha_init (&sha);
            for (uint64_t k = 0; k < n_batches; k++)
            {
                ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
                ck_assert_uint_eq (rows.epoch, epoch);
                ck_assert_uint_eq (rows.index, k);
                digest_half (&sha, &rows, ids, spec.n_steps, 0);
                digest_half (&sha, &rows, ids, spec.n_steps, 1);
            }
            sha_end (&sha, hex);
            ck_assert (
                next_value (file, "sha256_all", line, sizeof line, &value));
            ck_assert_str_eq (hex, value);
        }
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_END);
        ng_sampler_free (sampler);
        n_runs++;
    }
    ck_assert_uint_eq (n_runs, 8);
    fclose (file);
    free (path);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("sampler, the book");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_book);
    suite_add_tcase (suite, tc);
    return suite;
}
