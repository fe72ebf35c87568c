/* The order of batches: the textbook's loaders to the digest, and what must
   hold of the native order for every shape.  */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "batch/sampler.h"
#include "unit.h"

/* ------------------------------------------------------ SHA-256, FIPS 180-4 */

struct sha
{
    uint32_t h[8];
    unsigned char block[64];
    uint64_t bytes;
};

static const uint32_t sha_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t
turn (uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static void
sha_init (struct sha *s)
{
    static const uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                   0xa54ff53a, 0x510e527f, 0x9b05688c,
                                   0x1f83d9ab, 0x5be0cd19 };

    memcpy (s->h, h, sizeof h);
    s->bytes = 0;
}

static void
sha_block (struct sha *s)
{
    uint32_t w[64], v[8];

    for (int i = 0; i < 16; i++)
        w[i] = __builtin_bswap32 (ng_get_u32le (s->block + 4 * i));
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7]
               + (turn (w[i - 15], 7) ^ turn (w[i - 15], 18) ^ w[i - 15] >> 3)
               + (turn (w[i - 2], 17) ^ turn (w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy (v, s->h, sizeof v);
    for (int i = 0; i < 64; i++)
    {
        uint32_t t1 = v[7]
                      + (turn (v[4], 6) ^ turn (v[4], 11) ^ turn (v[4], 25))
                      + ((v[4] & v[5]) ^ (~v[4] & v[6])) + sha_k[i] + w[i];
        uint32_t t2 = (turn (v[0], 2) ^ turn (v[0], 13) ^ turn (v[0], 22))
                      + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

        memmove (v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        s->h[i] += v[i];
}

static void
sha_add (struct sha *s, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        s->block[s->bytes++ % 64] = p[i];
        if (s->bytes % 64 == 0)
            sha_block (s);
    }
}

/* The digest as hexadecimal digits.  S is used up.  */
static void
sha_end (struct sha *s, char hex[65])
{
    uint64_t bits = 8 * s->bytes;
    unsigned char byte = 0x80;

    sha_add (s, &byte, 1);
    byte = 0;
    while (s->bytes % 64 != 56)
        sha_add (s, &byte, 1);
    for (int i = 7; i >= 0; i--)
    {
        byte = (unsigned char) (bits >> 8 * i & 0xff);
        sha_add (s, &byte, 1);
    }
    for (int i = 0; i < 8; i++)
        snprintf (hex + 8 * i, 9, "%08x", s->h[i]);
}

/* --------------------------------------------------- the textbook's loaders */

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

/* -------------------------------------------------------- the native order */

/* For many shapes and epochs: no piece twice, none beyond the corpus, all at
   one offset, as many batches as the definition says.  */
static void
check_random_epoch (struct ng_sampler *sampler,
                    const struct ng_sampler_spec *spec, uint64_t epoch)
{
    uint64_t n_batches = ng_sampler_epoch_batches (sampler, epoch);
    struct ng_batch_rows rows;
    bool seen[256] = { false };
    uint64_t offset = UINT64_MAX, n_pieces;

    for (uint64_t k = 0; k < n_batches; k++)
    {
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
        ck_assert_uint_eq (rows.epoch, epoch);
        ck_assert_uint_eq (rows.n_rows, spec->batch_size);
        for (size_t i = 0; i < rows.n_rows; i++)
        {
            uint64_t start = rows.starts[i];

            ck_assert_uint_le (start + spec->n_steps + 1, spec->n_tokens);
            if (offset == UINT64_MAX)
                offset = start % spec->n_steps;
            ck_assert_uint_eq (start % spec->n_steps, offset);
            ck_assert (!seen[start]);
            seen[start] = true;
        }
    }
    if (n_batches == 0)
        return;
    n_pieces = (spec->n_tokens - offset - 1) / spec->n_steps;
    ck_assert_uint_eq (n_batches, n_pieces / spec->batch_size);
}

START_TEST (test_native_random)
{
    for (uint64_t n = 2; n < 200; n += n < 40 ? 1 : 13)
        for (uint64_t b = 1; b <= 7; b += 2)
            for (uint64_t t = 1; t <= 9; t += 2)
            {
                struct ng_sampler_spec spec = { .seed = n,
                                                .n_tokens = n,
                                                .batch_size = b,
                                                .n_steps = t,
                                                .world = 1 };
                struct ng_fault fault = { 0 };
                struct ng_sampler *sampler;
                enum ng_err err =
                    ng_sampler_new (&spec, NULL, &fault, &sampler);

                ck_assert_int_eq (err, n < b * t + 1 ? NG_EINVAL : NG_OK);
                if (err != NG_OK)
                    continue;
                for (uint64_t epoch = 0; epoch < 12; epoch++)
                    check_random_epoch (sampler, &spec, epoch);
                ng_sampler_free (sampler);
            }
}
END_TEST

/* Row i of one batch goes on where row i of the one before ended; rows divide
   the corpus from the offset on.  */
START_TEST (test_native_sequential)
{
    for (uint64_t n = 40; n < 200; n += 7)
    {
        struct ng_sampler_spec spec = { .mode = NG_MODE_SEQUENTIAL,
                                        .seed = n,
                                        .n_tokens = n,
                                        .batch_size = 4,
                                        .n_steps = 6,
                                        .world = 1 };
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        for (uint64_t epoch = 0; epoch < 20; epoch++)
        {
            uint64_t n_batches = ng_sampler_epoch_batches (sampler, epoch);
            uint64_t first = 0, columns = 0;

            for (uint64_t k = 0; k < n_batches; k++)
            {
                ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
                if (k == 0)
                {
                    first = rows.starts[0];
                    columns = (n - first - 1) / 4;
                    ck_assert_uint_le (first, 6);
                    ck_assert_uint_eq (n_batches, columns / 6);
                }
                for (uint64_t i = 0; i < 4; i++)
                    ck_assert_uint_eq (rows.starts[i],
                                       first + i * columns + k * 6);
            }
        }
        ng_sampler_free (sampler);
    }
}
END_TEST

/* Each offset comes once in T epochs, and in any order.  */
START_TEST (test_native_offsets)
{
    struct ng_sampler_spec spec = {
        .n_tokens = 100, .batch_size = 1, .n_steps = 10, .world = 1
    };
    unsigned first[10] = { 0 };

    for (spec.seed = 0; spec.seed < 2000; spec.seed++)
    {
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;
        unsigned seen = 0;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        for (int epoch = 0; epoch < 10; epoch++)
            do
            {
                ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
                if (epoch == 0 && rows.index == 0)
                    first[rows.starts[0] % 10]++;
                seen |= 1U << rows.starts[0] % 10;
            } while (rows.index + 1
                     < ng_sampler_epoch_batches (sampler, rows.epoch));
        ck_assert_uint_eq (seen, (1U << 10) - 1);
        ng_sampler_free (sampler);
    }
    for (int i = 0; i < 10; i++)
        ck_assert (first[i] > 140 && first[i] < 260);
}
END_TEST

START_TEST (test_fixed_offset)
{
    for (enum ng_rng rng = NG_RNG_NATIVE; rng <= NG_RNG_PYTHON; rng++)
    {
        struct ng_sampler_spec spec = { .rng = rng,
                                        .n_tokens = 50,
                                        .batch_size = 2,
                                        .n_steps = 5,
                                        .n_epochs = 3,
                                        .fixed_offset = true,
                                        .offset = 39,
                                        .world = 1 };
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
            ck_assert_uint_eq (rows.starts[0] + rows.starts[1], 39 + 44);
        }
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_END);
        ng_sampler_free (sampler);
        spec.offset = 40;
        ck_assert_int_eq (ng_sampler_new (&spec, "f", &fault, &sampler),
                          NG_EINVAL);
        ck_assert_str_eq (fault.file, "f");
        ck_assert_ptr_nonnull (strstr (fault.text, "50 tokens"));
        ck_assert_ptr_nonnull (strstr (fault.text, "needs 51"));
    }
}
END_TEST

/* With an offset that leaves no batch, the run says so.  */
START_TEST (test_unlucky_offset)
{
    struct ng_sampler_spec spec = { .n_tokens = 41,
                                    .batch_size = 2,
                                    .n_steps = 20,
                                    .n_epochs = 1,
                                    .world = 1 };
    int n_ok = 0, n_short = 0;

    for (spec.seed = 0; spec.seed < 200; spec.seed++)
    {
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;
        enum ng_err err;

        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        err = ng_sampler_next (sampler, &rows);
        ck_assert (err == NG_OK || err == NG_EINVAL);
        if (err == NG_OK)
            n_ok++;
        else
        {
            n_short++;
            ck_assert_ptr_nonnull (strstr (fault.text, "41 tokens"));
        }
        ng_sampler_free (sampler);
    }
    ck_assert (n_ok > 0 && n_short > n_ok);
}
END_TEST

START_TEST (test_too_large)
{
    struct ng_sampler_spec spec = {
        .n_tokens = 50, .batch_size = UINT64_MAX / 2, .n_steps = 3, .world = 1
    };
    struct ng_fault fault = { 0 };
    struct ng_sampler *sampler;

    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                      NG_EOVERFLOW);
    ng_sampler_free (NULL);
}
END_TEST

/* ------------------------------------------------- any step, ranks, resuming */

enum
{
    STEPS_MAX = 400,
    ROWS_MAX = 8
};

/* All that a sampler serves, up to STEPS_MAX steps.  */
struct served
{
    size_t n_steps;
    size_t n_rows;
    uint64_t starts[STEPS_MAX][ROWS_MAX];
    uint64_t epochs[STEPS_MAX];
};

static void
serve_all (const struct ng_sampler_spec *spec, uint64_t from,
           struct served *served)
{
    struct ng_fault fault = { 0 };
    struct ng_sampler *sampler;
    struct ng_batch_rows rows;

    memset (served, 0, sizeof *served);
    ck_assert_int_eq (ng_sampler_new (spec, NULL, &fault, &sampler), NG_OK);
    served->n_rows = ng_sampler_rows (sampler);
    if (from != spec->origin.step)
        ck_assert_int_eq (ng_sampler_seek (sampler, from), NG_OK);
    while (served->n_steps < STEPS_MAX
           && ng_sampler_next (sampler, &rows) == NG_OK)
    {
        size_t k = served->n_steps++;

        ck_assert_uint_eq (rows.step, from + k);
        ck_assert_uint_eq (rows.n_rows, served->n_rows);
        served->epochs[k] = rows.epoch;
        for (size_t i = 0; i < rows.n_rows; i++)
            served->starts[k][i] = rows.starts[i];
    }
    ng_sampler_free (sampler);
}

/* Shapes whose epochs have all as many batches, and shapes where the offset
   decides; the modes in turn.  */
static struct ng_sampler_spec
shape (unsigned i)
{
    static const uint64_t lengths[] = { 101, 100, 97, 96, 64, 61, 60, 37 };
    struct ng_sampler_spec spec = { .mode = (enum ng_mode) (i % 3),
                                    .seed = i,
                                    .n_tokens = lengths[i / 3 % 8],
                                    .batch_size = 1 + i / 24 % 4,
                                    .n_steps = 1 + i / 96 % 2 * 4 + i % 5,
                                    .world = 1 };

    return spec;
}

START_TEST (test_seek)
{
    static struct served all, part;

    for (unsigned i = 0; i < 192; i++)
    {
        struct ng_sampler_spec spec = shape (i);

        for (unsigned python = 0; python < 2; python++)
            for (uint64_t world = 1; world <= 3; world++)
            {
                spec.rng = python && spec.mode != NG_MODE_UNIFORM
                               ? NG_RNG_PYTHON
                               : NG_RNG_NATIVE;
                spec.world = world;
                spec.rank = i % world;
                spec.n_epochs = i % 2 * 7;
                spec.fixed_offset = i % 11 == 0;
                spec.offset = 3;
                serve_all (&spec, 0, &all);
                for (uint64_t at = 1; at < all.n_steps; at += 1 + at / 4)
                {
                    size_t n;

                    serve_all (&spec, at, &part);
                    n = all.n_steps - at;
                    ck_assert (part.n_steps == n || all.n_steps == STEPS_MAX);
                    ck_assert_mem_eq (part.starts, all.starts + at,
                                      n * sizeof *part.starts);
                    ck_assert_mem_eq (part.epochs, all.epochs + at,
                                      n * sizeof *part.epochs);
                }
            }
    }
}
END_TEST

/* A step that is far away is found as exactly: the epochs before it counted
   one by one.  */
START_TEST (test_seek_far)
{
    struct ng_sampler_spec spec = {
        .n_tokens = 100, .batch_size = 9, .n_steps = 11, .world = 1
    };
    struct ng_fault fault = { 0 };
    struct ng_sampler *sampler;
    struct ng_batch_rows rows;
    uint64_t step = 0, epoch = 0;

    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    for (; step < 20000; epoch++)
        step += ng_sampler_epoch_batches (sampler, epoch);
    ck_assert_int_eq (ng_sampler_seek (sampler, step - 1), NG_OK);
    ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
    ck_assert_uint_eq (rows.epoch, epoch - 1);
    ck_assert_int_eq (ng_sampler_seek (sampler, UINT64_C (1000000000000000)),
                      NG_OK);
    ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
    ck_assert_uint_eq (rows.step, UINT64_C (1000000000000000));
    ng_sampler_free (sampler);
}
END_TEST

START_TEST (test_seek_past_end)
{
    for (unsigned i = 0; i < 192; i++)
    {
        static struct served all;
        struct ng_sampler_spec spec = shape (i);
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;
        char text[64];

        spec.n_epochs = 3;
        serve_all (&spec, 0, &all);
        if (all.n_steps == 0 || all.n_steps == STEPS_MAX)
            continue;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (ng_sampler_seek (sampler, all.n_steps), NG_OK);
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_END);
        ck_assert_int_eq (ng_sampler_seek (sampler, all.n_steps + 5),
                          NG_EINVAL);
        snprintf (text, sizeof text, "no step %zu: there are %zu",
                  all.n_steps + 5, all.n_steps);
        ck_assert_ptr_nonnull (strstr (fault.text, text));
        ng_sampler_free (sampler);
    }
}
END_TEST

/* What the ranks serve, batch by batch or row by row, is what one serves.  */
START_TEST (test_ranks)
{
    static struct served one, ranks[9];

    for (unsigned i = 0; i < 192; i++)
        for (uint64_t world = 1; world <= 9; world++)
        {
            struct ng_sampler_spec spec = shape (i);
            size_t next[9] = { 0 };

            spec.n_epochs = 2;
            if (i % 5 == 0 && spec.mode != NG_MODE_UNIFORM)
                spec.rng = NG_RNG_PYTHON;
            serve_all (&spec, 0, &one);
            spec.world = world;
            for (spec.rank = 0; spec.rank < world; spec.rank++)
                serve_all (&spec, 0, &ranks[spec.rank]);
            for (size_t k = 0; k < one.n_steps; k++)
            {
                size_t row = 0;

                for (size_t r = 0; r < world; r++)
                {
                    const struct served *own = &ranks[r];

                    if (spec.mode != NG_MODE_SEQUENTIAL && r != k % world)
                        continue;
                    if (own->n_rows == 0)
                        continue;
                    ck_assert_mem_eq (own->starts[next[r]++],
                                      one.starts[k] + row,
                                      own->n_rows * sizeof (uint64_t));
                    row += own->n_rows;
                }
                ck_assert_uint_eq (row, one.n_rows);
            }
            for (size_t r = 0; r < world; r++)
                if (ranks[r].n_rows > 0)
                    ck_assert_uint_eq (next[r], ranks[r].n_steps);
        }
}
END_TEST

/* One epoch in three runs: each goes on where all ranks of the one before are,
   with other B, W and, smaller, T.  Every token is a feature at most once, and
   no more tokens are missing than do not fill a batch.  */
START_TEST (test_leave)
{
    static const struct
    {
        uint64_t b, t, w;
    } runs[][3] = {
        { { 3, 6, 1 }, { 2, 6, 1 }, { 4, 6, 1 } },
        { { 2, 6, 3 }, { 3, 6, 2 }, { 1, 6, 1 } },
        { { 2, 12, 1 }, { 2, 6, 1 }, { 3, 2, 2 } },
        { { 2, 12, 2 }, { 5, 4, 1 }, { 1, 4, 3 } },
        { { 3, 5, 2 }, { 3, 5, 2 }, { 3, 5, 2 } },
    };

    for (uint64_t seed = 0; seed < 40; seed++)
        for (size_t c = 0; c < 5; c++)
        {
            struct ng_sampler_spec spec = { .n_tokens = 200 + seed,
                                            .seed = seed,
                                            .n_epochs = 1 };
            unsigned char seen[300] = { 0 };
            uint64_t n_seen = 0, waste = 0;

            for (size_t run = 0; run < 3; run++)
            {
                struct ng_origin origin = { 0 };
                uint64_t step = 0;

                spec.batch_size = runs[c][run].b;
                spec.n_steps = runs[c][run].t;
                spec.world = runs[c][run].w;
                if (waste < spec.batch_size * spec.n_steps)
                    waste = spec.batch_size * spec.n_steps;
                for (spec.rank = 0; spec.rank < spec.world; spec.rank++)
                {
                    struct ng_fault fault = { 0 };
                    struct ng_sampler *sampler;
                    struct ng_batch_rows rows;
                    size_t k = 0;

                    ck_assert_int_eq (
                        ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
                    for (; (run == 2 || k < 1 + seed % 3)
                           && ng_sampler_next (sampler, &rows) == NG_OK;
                         k++)
                        for (size_t i = 0; i < rows.n_rows; i++)
                            for (uint64_t j = 0; j < spec.n_steps; j++)
                            {
                                uint64_t at = rows.starts[i] + j;

                                ck_assert_uint_lt (at + 1, spec.n_tokens);
                                ck_assert_int_eq (seen[at], 0);
                                seen[at] = 1;
                                n_seen++;
                            }
                    if (spec.rank == 0)
                        step = ng_sampler_step (sampler);
                    if (run < 2)
                    {
                        struct ng_sampler_spec next = spec;

                        next.batch_size = runs[c][run + 1].b;
                        next.n_steps = runs[c][run + 1].t;
                        next.world = runs[c][run + 1].w;
                        ck_assert_int_eq (
                            ng_sampler_leave (sampler, step, &next, &origin),
                            NG_OK);
                    }
                    ng_sampler_free (sampler);
                }
                if (run < 2)
                    spec.origin = origin;
            }
            /* The offset, the last piece and the batch that does not fill.  */
            ck_assert_uint_le (spec.n_tokens - n_seen,
                               runs[c][0].t * 2 + waste);
        }
}
END_TEST

/* The same grouping goes on to the same rows as if there had been no stop.  */
START_TEST (test_leave_same)
{
    static struct served all, part;

    for (unsigned i = 0; i < 192; i++)
    {
        struct ng_sampler_spec spec = shape (i);
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_origin origin;
        uint64_t at;

        spec.n_epochs = 2;
        if (i % 7 == 0 && spec.mode != NG_MODE_UNIFORM)
            spec.rng = NG_RNG_PYTHON;
        serve_all (&spec, 0, &all);
        at = all.n_steps / 3;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (ng_sampler_leave (sampler, at, &spec, &origin),
                          NG_OK);
        ck_assert_uint_eq (origin.step, at);
        ng_sampler_free (sampler);
        spec.origin = origin;
        serve_all (&spec, at, &part);
        ck_assert_uint_eq (part.n_steps + at, all.n_steps);
        ck_assert_mem_eq (part.starts, all.starts + at,
                          part.n_steps * sizeof *part.starts);
    }
}
END_TEST

START_TEST (test_leave_impossible)
{
    struct ng_sampler_spec spec = {
        .n_tokens = 500, .batch_size = 2, .n_steps = 10, .world = 1
    };
    struct ng_sampler_spec next = spec;
    struct ng_sampler *sampler;
    struct ng_origin origin;
    struct ng_fault fault = { 0 };

    /* At the start anything can change, then not to what does not divide.  */
    next.n_steps = 7;
    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    ck_assert_int_eq (ng_sampler_leave (sampler, 0, &next, &origin), NG_OK);
    ck_assert_int_eq (ng_sampler_leave (sampler, 1, &next, &origin), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "pieces of 10"));
    ng_sampler_free (sampler);

    fault.err = NG_OK;
    spec.mode = NG_MODE_SEQUENTIAL;
    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    ck_assert_int_eq (ng_sampler_leave (sampler, 1, &next, &origin), NG_OK);
    ck_assert_uint_eq (origin.done, 10);
    next.batch_size = 3;
    ck_assert_int_eq (ng_sampler_leave (sampler, 1, &next, &origin), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "--batch-size=2"));
    ng_sampler_free (sampler);

    fault.err = NG_OK;
    spec.mode = NG_MODE_RANDOM;
    spec.rng = NG_RNG_PYTHON;
    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    ck_assert_int_eq (ng_sampler_leave (sampler, 1, &next, &origin), NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (fault.text, "--rng=python"));
    ng_sampler_free (sampler);
}
END_TEST

/* Uniform: each start as likely as any other, the last one included.  */
START_TEST (test_uniform)
{
    struct ng_sampler_spec spec = { .mode = NG_MODE_UNIFORM,
                                    .n_tokens = 30,
                                    .batch_size = 2,
                                    .n_steps = 10,
                                    .world = 1 };
    struct ng_fault fault = { 0 };
    struct ng_sampler *sampler;
    struct ng_batch_rows rows;
    unsigned counts[20] = { 0 };
    double chi = 0;

    ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler), NG_OK);
    for (int i = 0; i < 20000; i++)
    {
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_OK);
        ck_assert_uint_eq (rows.epoch, (uint64_t) i);
        for (size_t j = 0; j < 2; j++)
        {
            ck_assert_uint_lt (rows.starts[j], 20);
            counts[rows.starts[j]]++;
        }
    }
    for (int i = 0; i < 20; i++)
        chi += (counts[i] - 2000.0) * (counts[i] - 2000.0) / 2000;
    /* Probability 10^-4 at 19 degrees of freedom.  */
    ck_assert_double_lt (chi, 50.8);
    ng_sampler_free (sampler);
}
END_TEST

/* More ranks than rows, or than batches: some serve nothing.  */
START_TEST (test_idle_rank)
{
    for (enum ng_mode mode = NG_MODE_RANDOM; mode <= NG_MODE_UNIFORM; mode++)
    {
        struct ng_sampler_spec spec = { .mode = mode,
                                        .n_tokens = 50,
                                        .batch_size = 3,
                                        .n_steps = 10,
                                        .n_epochs = 7,
                                        .rank = 7,
                                        .world = 8 };
        struct ng_fault fault = { 0 };
        struct ng_sampler *sampler;
        struct ng_batch_rows rows;

        if (mode == NG_MODE_SEQUENTIAL)
            spec.rank = 0;
        ck_assert_int_eq (ng_sampler_new (&spec, NULL, &fault, &sampler),
                          NG_OK);
        ck_assert_int_eq (ng_sampler_next (sampler, &rows), NG_END);
        ng_sampler_free (sampler);
    }
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("sampler");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_book);
    tcase_add_test (tc, test_native_random);
    tcase_add_test (tc, test_native_sequential);
    tcase_add_test (tc, test_native_offsets);
    tcase_add_test (tc, test_fixed_offset);
    tcase_add_test (tc, test_unlucky_offset);
    tcase_add_test (tc, test_too_large);
    tcase_add_test (tc, test_seek);
    tcase_add_test (tc, test_seek_far);
    tcase_add_test (tc, test_seek_past_end);
    tcase_add_test (tc, test_ranks);
    tcase_add_test (tc, test_leave);
    tcase_add_test (tc, test_leave_same);
    tcase_add_test (tc, test_leave_impossible);
    tcase_add_test (tc, test_uniform);
    tcase_add_test (tc, test_idle_rank);
    suite_add_tcase (suite, tc);
    return suite;
}
