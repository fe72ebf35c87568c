/* Batches of documents: each row once in an epoch, from any step, for any
   ranks, with sizes that change; and accounts that add up.  */
#include <config.h>

#include "batch/docsampler.h"
#include "dockit.h"

static const enum ng_documents_kind kinds[] = { NG_DOCUMENTS_WHOLE,
                                                NG_DOCUMENTS_PACK,
                                                NG_DOCUMENTS_SENTENCE };

/* A corpus, its documents, and a sampler of them.  */
struct run
{
    struct dockit *kit;
    enum ng_documents_kind kind;
    struct ng_sampler_spec spec;
    struct ng_documents *docs;
    struct ng_fault fault;
    struct ng_docsampler *sampler;
};

static void
run_open (struct run *run)
{
    run->spec.n_tokens = run->kit->n;
    run->fault = (struct ng_fault){ 0 };
    NG_ENSURE (ng_documents_new (&run->kit->shards, run->kind, DOCKIT_EOD,
                                 run->spec.n_steps, &run->docs)
               == NG_OK);
    NG_ENSURE (ng_docsampler_new (&run->spec, run->kind, run->docs, NULL,
                                  &run->fault, &run->sampler)
               == NG_OK);
}

static void
run_close (struct run *run)
{
    ng_docsampler_free (run->sampler);
    ng_documents_free (run->docs);
    run->sampler = NULL;
}

/* A number that tells batches apart: a hash of all their parts.  */
static uint64_t
digest (const struct ng_docbatch *batch)
{
    uint64_t h = batch->epoch + 1;

    for (size_t i = 0; i < batch->n_rows; i++)
    {
        h = h * 31 + batch->ends[i];
        h = h * UINT64_C (0x9e3779b97f4a7c15);
    }
    for (size_t p = 0; p < batch->ends[batch->n_rows - 1]; p++)
        h = (h ^ batch->parts[p].start) * UINT64_C (0xbf58476d1ce4e5b9)
            + batch->parts[p].n_tokens;
    return h;
}

/* Mark each part of BATCH in SEEN, by its start, and none twice; return the
   tokens that are accounted to them.  */
static uint64_t
mark (const struct ng_docbatch *batch, uint64_t n_steps, bool *seen)
{
    size_t at = 0;
    uint64_t owned = 0;

    for (size_t i = 0; i < batch->n_rows; i++)
    {
        uint64_t total = 0;

        NG_ENSURE (batch->ends[i] > at);
        for (; at < batch->ends[i]; at++)
        {
            NG_ENSURE (!seen[batch->parts[at].start]);
            seen[batch->parts[at].start] = true;
            total += batch->parts[at].n_tokens;
            owned +=
                batch->parts[at].n_tokens - (batch->parts[at].goes_on ? 1 : 0);
        }
        NG_ENSURE (total >= 2 && total <= n_steps + 1);
    }
    return owned;
}

static void
check_accounts (struct run *run, uint64_t served, uint64_t padding,
                uint64_t n_epochs)
{
    struct ng_accounts a;
    uint64_t alone = 0;

    NG_ENSURE (ng_docsampler_account (run->sampler, &a) == NG_OK);
    for (size_t d = 0; d < run->kit->n_documents; d++)
        alone += run->kit->documents[d + 1] - run->kit->documents[d] == 1;
    NG_ENSURE (a.n_epochs == n_epochs);
    NG_ENSURE (a.tokens == n_epochs * run->kit->n);
    NG_ENSURE (a.served == served);
    NG_ENSURE (a.padding == padding);
    NG_ENSURE (a.alone == n_epochs * alone);
    NG_ENSURE (a.tokens == a.served + a.cut + a.alone + a.left_out);
    NG_ENSURE (a.elsewhere == 0);
}

/* Whole epochs: floor (U / B) batches, no row twice, as many tokens served as
   the accounts say.  */
static void
check_epochs (struct run *run)
{
    uint64_t n_rows, served = 0, padding = 0, step = 0;
    uint64_t batch_size = run->spec.batch_size;
    bool *seen = calloc (run->kit->n, sizeof *seen);
    struct ng_docbatch batch;

    run_open (run);
    n_rows = ng_documents_count (run->docs)->n_rows;
    for (uint64_t e = 0; e < run->spec.n_epochs; e++)
    {
        memset (seen, 0, run->kit->n * sizeof *seen);
        for (uint64_t k = 0; k < n_rows / batch_size; k++)
        {
            uint64_t in_rows = 0;

            NG_ENSURE (ng_docsampler_next (run->sampler, &batch) == NG_OK);
            NG_ENSURE (batch.n_rows == batch_size && batch.epoch == e
                       && batch.step == step++);
            served += mark (&batch, run->spec.n_steps, seen);
            for (size_t p = 0; p < batch.ends[batch_size - 1]; p++)
                in_rows += batch.parts[p].n_tokens;
            padding += batch_size * (run->spec.n_steps + 1) - in_rows;
        }
    }
    NG_ENSURE (ng_docsampler_next (run->sampler, &batch) == NG_END);
    check_accounts (run, served, padding, run->spec.n_epochs);
    free (seen);
    run_close (run);
}

START_TEST (test_epochs)
{
    uint64_t seed = 1;

    for (int round = 0; round < 60; round++)
    {
        struct dockit kit;
        struct run run = { .kit = &kit,
                           .kind = kinds[round % 3],
                           .spec = { .seed = (uint64_t) round,
                                     .batch_size = 1 + rand_below (&seed, 7),
                                     .n_steps = 1 + rand_below (&seed, 30),
                                     .n_epochs = 1 + rand_below (&seed, 3),
                                     .world = 1 } };

        dockit_random (&kit, 3000 + rand_below (&seed, 9000),
                       2 + rand_below (&seed, 50), &seed);
        if (run.kind == NG_DOCUMENTS_WHOLE && rand_below (&seed, 2) == 0)
            run.spec.mode = NG_MODE_SEQUENTIAL;
        check_epochs (&run);
        dockit_fini (&kit);
    }
}
END_TEST

/* Many rows of one window and more: a batch's lengths fall, and within a window
   no batch has lengths between another's.  */
START_TEST (test_sentences)
{
    enum
    {
        B = 16,
        WINDOW = 8192 / B
    };
    uint64_t seed = 8, (*ranges)[2];
    struct dockit kit;
    struct run run = {
        .kit = &kit,
        .kind = NG_DOCUMENTS_SENTENCE,
        .spec = { .batch_size = B, .n_steps = 40, .n_epochs = 2, .world = 1 }
    };
    struct ng_docbatch batch;
    uint64_t n_batches;
    bool *seen;

    dockit_random (&kit, 300000, 20, &seed);
    seen = calloc (kit.n, sizeof *seen);
    run_open (&run);
    n_batches = ng_documents_count (run.docs)->n_rows / B;
    ck_assert_uint_gt (n_batches, WINDOW);
    ranges = calloc (n_batches, sizeof *ranges);
    for (uint64_t e = 0; e < 2; e++)
    {
        uint64_t sorted = 0;

        memset (seen, 0, kit.n * sizeof *seen);
        for (uint64_t k = 0; k < n_batches; k++)
        {
            NG_ENSURE (ng_docsampler_next (run.sampler, &batch) == NG_OK);
            (void) mark (&batch, 40, seen);
            for (size_t i = 1; i < B; i++)
                NG_ENSURE (batch.parts[i].n_tokens
                           <= batch.parts[i - 1].n_tokens);
            ranges[k][0] = batch.parts[B - 1].n_tokens;
            ranges[k][1] = batch.parts[0].n_tokens;
            sorted += k > 0 && ranges[k][1] <= ranges[k - 1][0];
        }
        for (uint64_t j = 0; j < n_batches; j++)
            for (uint64_t k = j / WINDOW * WINDOW; k < j; k++)
                NG_ENSURE (ranges[j][1] <= ranges[k][0]
                           || ranges[k][1] <= ranges[j][0]);
        /* The batches are not in the order of their lengths.  */
        ck_assert_uint_gt (sorted, n_batches / 4);
        ck_assert_uint_lt (sorted, n_batches * 3 / 4);
    }
    free (ranges);
    free (seen);
    run_close (&run);
    dockit_fini (&kit);
}
END_TEST

/* Sequential: row i of batch k + 1 is the row after row i of batch k.  */
START_TEST (test_sequential)
{
    uint64_t seed = 12;
    struct dockit kit;
    struct run run = { .kit = &kit,
                       .kind = NG_DOCUMENTS_WHOLE,
                       .spec = { .mode = NG_MODE_SEQUENTIAL,
                                 .batch_size = 5,
                                 .n_steps = 9,
                                 .n_epochs = 1,
                                 .world = 1 } };
    struct ng_parts rows = { 0 };
    struct ng_docbatch batch;
    size_t columns;

    dockit_random (&kit, 5000, 60, &seed);
    dockit_pieces (&kit, 9, false, &rows);
    run_open (&run);
    columns = rows.n / 5;
    for (size_t k = 0; k < columns; k++)
    {
        NG_ENSURE (ng_docsampler_next (run.sampler, &batch) == NG_OK);
        for (size_t i = 0; i < 5; i++)
            NG_ENSURE (batch.parts[i].start
                       == rows.list[i * columns + k].start);
    }
    NG_ENSURE (ng_docsampler_next (run.sampler, &batch) == NG_END);
    run_close (&run);
    free (rows.list);
    dockit_fini (&kit);
}
END_TEST

/* From any step on the same batches come; and of several ranks together.  */
static void
check_steps (struct run *run)
{
    enum
    {
        MOST = 20000
    };
    static uint64_t want[MOST];
    struct ng_docbatch batch;
    size_t n = 0;

    run_open (run);
    for (; ng_docsampler_next (run->sampler, &batch) == NG_OK; n++)
    {
        NG_ENSURE (n < MOST);
        want[n] = digest (&batch);
    }
    for (size_t step = 0; step < n; step += 1 + step / 3)
    {
        NG_ENSURE (ng_docsampler_seek (run->sampler, step) == NG_OK);
        for (size_t i = step; i < n && i < step + 3; i++)
        {
            NG_ENSURE (ng_docsampler_next (run->sampler, &batch) == NG_OK);
            NG_ENSURE (batch.step == i && digest (&batch) == want[i]);
        }
    }
    NG_ENSURE (ng_docsampler_seek (run->sampler, n) == NG_OK);
    NG_ENSURE (ng_docsampler_next (run->sampler, &batch) == NG_END);
    NG_ENSURE (ng_docsampler_seek (run->sampler, n + 1) == NG_EINVAL);
    run_close (run);
    for (uint64_t world = 2; world <= 5; world++)
        for (uint64_t rank = 0; rank < world; rank++)
        {
            uint64_t i = rank;
            struct run other = *run;

            other.spec.rank = rank;
            other.spec.world = world;
            run_open (&other);
            for (; ng_docsampler_next (other.sampler, &batch) == NG_OK;
                 i += world)
                NG_ENSURE (i < n && digest (&batch) == want[i]);
            NG_ENSURE (i >= n && i < n + world);
            for (uint64_t step = 0; step * world + rank < n;
                 step += 1 + step / 2)
            {
                NG_ENSURE (ng_docsampler_seek (other.sampler, step) == NG_OK);
                NG_ENSURE (ng_docsampler_next (other.sampler, &batch) == NG_OK);
                NG_ENSURE (batch.step == step);
                NG_ENSURE (digest (&batch) == want[step * world + rank]);
            }
            run_close (&other);
        }
}

/* Steps, epochs, and products of both near the end of 64 bits.  */
START_TEST (test_far_steps)
{
    uint64_t seed = 5;
    struct dockit kit;
    struct ng_docbatch batch;
    struct run run = { .kit = &kit,
                       .kind = NG_DOCUMENTS_WHOLE,
                       .spec = { .batch_size = 2,
                                 .n_steps = 9,
                                 .n_epochs = UINT64_MAX,
                                 .world = 1 } };

    dockit_random (&kit, 3000, 15, &seed);
    run_open (&run);
    NG_ENSURE (ng_docsampler_seek (run.sampler, UINT64_MAX - 1) == NG_OK);
    NG_ENSURE (ng_docsampler_next (run.sampler, &batch) == NG_OK);
    NG_ENSURE (batch.step == UINT64_MAX - 1);
    run_close (&run);
    run.spec.n_epochs = 3;
    run_open (&run);
    NG_ENSURE (ng_docsampler_seek (run.sampler, UINT64_MAX) == NG_EINVAL);
    run_close (&run);
    /* The batch is beyond; or its epoch.  */
    run.spec.n_epochs = 0;
    run.spec.world = 2;
    run_open (&run);
    NG_ENSURE (ng_docsampler_seek (run.sampler, UINT64_MAX) == NG_EOVERFLOW);
    run_close (&run);
    run.spec.world = 1;
    run.spec.origin.epoch = UINT64_MAX - 3;
    run_open (&run);
    NG_ENSURE (ng_docsampler_seek (run.sampler, 2) == NG_OK);
    NG_ENSURE (ng_docsampler_next (run.sampler, &batch) == NG_OK);
    NG_ENSURE (batch.epoch == UINT64_MAX - 3);
    NG_ENSURE (ng_docsampler_seek (run.sampler, UINT64_MAX) == NG_EOVERFLOW);
    run_close (&run);
    dockit_fini (&kit);
}
END_TEST

START_TEST (test_steps)
{
    uint64_t seed = 21;

    for (int round = 0; round < 12; round++)
    {
        struct dockit kit;
        struct run run = { .kit = &kit,
                           .kind = kinds[round % 3],
                           .spec = { .seed = (uint64_t) round,
                                     .batch_size = 1 + rand_below (&seed, 9),
                                     .n_steps = 3 + rand_below (&seed, 30),
                                     .n_epochs = 3,
                                     .world = 1 } };

        dockit_random (&kit, 2000 + rand_below (&seed, 3000), 15, &seed);
        check_steps (&run);
        dockit_fini (&kit);
    }
}
END_TEST

/* In sequential mode the ranks have the rows of each batch between them.  */
START_TEST (test_sequential_ranks)
{
    uint64_t seed = 12;
    struct dockit kit;
    struct run one = { .kit = &kit,
                       .kind = NG_DOCUMENTS_WHOLE,
                       .spec = { .mode = NG_MODE_SEQUENTIAL,
                                 .batch_size = 5,
                                 .n_steps = 9,
                                 .n_epochs = 2,
                                 .world = 1 } };

    dockit_random (&kit, 5000, 60, &seed);
    for (uint64_t world = 2; world <= 7; world++)
    {
        struct ng_docbatch all, batch;
        struct run ranks[7];

        run_open (&one);
        for (uint64_t r = 0; r < world; r++)
        {
            ranks[r] = one;
            ranks[r].spec.rank = r;
            ranks[r].spec.world = world;
            run_open (&ranks[r]);
        }
        while (ng_docsampler_next (one.sampler, &all) == NG_OK)
        {
            size_t i = 0;

            for (uint64_t r = 0; r < world; r++)
            {
                if (ng_docsampler_rows (ranks[r].sampler) == 0)
                    continue;
                NG_ENSURE (ng_docsampler_next (ranks[r].sampler, &batch)
                           == NG_OK);
                for (size_t j = 0; j < batch.n_rows; j++, i++)
                    NG_ENSURE (batch.parts[j].start == all.parts[i].start);
            }
            NG_ENSURE (i == 5);
        }
        for (uint64_t r = 0; r < world; r++)
        {
            NG_ENSURE (ng_docsampler_next (ranks[r].sampler, &batch) == NG_END);
            run_close (&ranks[r]);
        }
        run_close (&one);
    }
    dockit_fini (&kit);
}
END_TEST

/* Other B and W in the middle of an epoch: no row is served twice in it, and
   only those that fill no batch are not.  */
START_TEST (test_leave)
{
    uint64_t seed = 33;

    for (int round = 0; round < 40; round++)
    {
        struct dockit kit;
        struct run run = { .kit = &kit,
                           .kind = kinds[round % 2],
                           .spec = { .seed = 5,
                                     .batch_size = 1 + rand_below (&seed, 6),
                                     .n_steps = 10,
                                     .n_epochs = 2,
                                     .world = 1 + rand_below (&seed, 3) } };
        bool *seen;
        uint64_t n_seen = 0, n_rows = 0;

        dockit_random (&kit, 6000, 15, &seed);
        seen = calloc (kit.n, sizeof *seen);
        for (int leg = 0; leg < 3; leg++)
        {
            struct ng_sampler_spec next = run.spec;
            struct ng_origin origin = { 0 };
            uint64_t step = run.spec.origin.step + 1 + rand_below (&seed, 9);
            struct ng_docbatch batch;

            if (leg == 2)
                step = UINT64_MAX;
            for (uint64_t r = 0; r < run.spec.world; r++)
            {
                struct run rank = run;

                rank.spec.rank = r;
                run_open (&rank);
                n_rows = ng_documents_count (rank.docs)->n_rows;
                while (ng_docsampler_next (rank.sampler, &batch) == NG_OK
                       && batch.epoch == 0 && batch.step < step)
                {
                    (void) mark (&batch, 10, seen);
                    n_seen += batch.n_rows;
                }
                if (leg < 2 && r == 0)
                {
                    next.batch_size = 1 + rand_below (&seed, 6);
                    next.world = 1 + rand_below (&seed, 3);
                    NG_ENSURE (
                        ng_docsampler_leave (rank.sampler, step, &next, &origin)
                        == NG_OK);
                }
                run_close (&rank);
            }
            run.spec = next;
            run.spec.origin = origin;
        }
        NG_ENSURE (n_seen <= n_rows && n_rows - n_seen < run.spec.batch_size);
        free (seen);
        dockit_fini (&kit);
    }
}
END_TEST

/* What cannot go on says so; at the end of an epoch all can.  */
START_TEST (test_leave_impossible)
{
    uint64_t seed = 40;
    struct dockit kit;

    dockit_random (&kit, 6000, 15, &seed);
    for (size_t k = 0; k < 4; k++)
    {
        struct run run = { .kit = &kit,
                           .kind = k < 3 ? kinds[k] : NG_DOCUMENTS_WHOLE,
                           .spec = { .mode = k < 3 ? NG_MODE_RANDOM
                                                   : NG_MODE_SEQUENTIAL,
                                     .batch_size = 4,
                                     .n_steps = 10,
                                     .n_epochs = 3,
                                     .world = 1 } };
        struct ng_sampler_spec longer = run.spec, wider = run.spec;
        struct ng_origin origin;
        uint64_t n_batches;

        longer.n_steps = 5;
        wider.batch_size = 6;
        run_open (&run);
        n_batches = ng_documents_count (run.docs)->n_rows / 4;
        ck_assert_int_eq (
            ng_docsampler_leave (run.sampler, 3, &longer, &origin), NG_EINVAL);
        ck_assert_ptr_nonnull (strstr (run.fault.text, "--num-steps=10"));
        run.fault.err = NG_OK;
        ck_assert_int_eq (ng_docsampler_leave (run.sampler, 3, &wider, &origin),
                          k < 2 ? NG_OK : NG_EINVAL);
        if (k >= 2)
            ck_assert_ptr_nonnull (strstr (run.fault.text, "--batch-size=4"));
        run.fault.err = NG_OK;
        ck_assert_int_eq (
            ng_docsampler_leave (run.sampler, 2 * n_batches, &longer, &origin),
            NG_OK);
        ck_assert_uint_eq (origin.epoch, 2);
        ck_assert_uint_eq (origin.done, 0);
        ck_assert_uint_eq (origin.step, 2 * n_batches);
        ck_assert_int_eq (
            ng_docsampler_leave (run.sampler, 3 * n_batches, &wider, &origin),
            NG_OK);
        ck_assert_uint_eq (origin.epoch, 3);
        run_close (&run);
    }
    dockit_fini (&kit);
}
END_TEST

/* Seeds and epochs make other orders.  Over many seeds each row is as likely as
   any other in the first place.  */
START_TEST (test_order)
{
    enum
    {
        N = 20,
        ROUNDS = 8000
    };
    uint32_t *ids = calloc (3 * N, sizeof *ids);
    unsigned counts[N] = { 0 }, same = 0;
    uint64_t seed = 1;
    struct dockit kit;
    double chi = 0;

    for (size_t i = 0; i < 3 * N; i++)
        ids[i] = i % 3 == 2 ? DOCKIT_EOD : 8;
    dockit_init (&kit, ids, 3 * N, &seed);
    for (uint64_t s = 0; s < ROUNDS; s++)
    {
        struct run run = { .kit = &kit,
                           .kind = kinds[2 * (s % 2)],
                           .spec = { .seed = s,
                                     .batch_size = N,
                                     .n_steps = 2,
                                     .n_epochs = 2,
                                     .world = 1 } };
        struct ng_docbatch batch;
        uint64_t first;

        run_open (&run);
        NG_ENSURE (ng_docsampler_next (run.sampler, &batch) == NG_OK);
        first = batch.parts[0].start / 3;
        counts[first]++;
        NG_ENSURE (ng_docsampler_next (run.sampler, &batch) == NG_OK);
        same += batch.parts[0].start / 3 == first;
        run_close (&run);
    }
    for (int i = 0; i < N; i++)
        chi += (counts[i] - 1.0 * ROUNDS / N) * (counts[i] - 1.0 * ROUNDS / N)
               / (1.0 * ROUNDS / N);
    /* Probability 10^-4 at 19 degrees of freedom; SAME is about 400.  */
    ck_assert_double_lt (chi, 50.8);
    ck_assert_uint_gt (same, 300);
    ck_assert_uint_lt (same, 500);
    dockit_fini (&kit);
}
END_TEST

/* Too few rows, and no end.  */
START_TEST (test_ends)
{
    uint64_t seed = 1;
    struct dockit kit;
    struct run run = { .kit = &kit,
                       .kind = NG_DOCUMENTS_WHOLE,
                       .spec = {
                           .batch_size = 1000, .n_steps = 10, .world = 1 } };
    struct ng_docbatch batch;

    dockit_random (&kit, 2000, 15, &seed);
    ck_assert_int_eq (
        ng_documents_new (&kit.shards, run.kind, DOCKIT_EOD, 10, &run.docs),
        NG_OK);
    ck_assert_int_eq (ng_docsampler_new (&run.spec, run.kind, run.docs, "f",
                                         &run.fault, &run.sampler),
                      NG_EINVAL);
    ck_assert_ptr_nonnull (strstr (run.fault.text, "a batch needs 1000"));
    ng_documents_free (run.docs);
    run.spec.batch_size = 2;
    run.spec.world = 3;
    run_open (&run);
    ck_assert_int_eq (ng_docsampler_seek (run.sampler, UINT64_MAX / 4), NG_OK);
    ck_assert_int_eq (ng_docsampler_next (run.sampler, &batch), NG_OK);
    ck_assert_int_eq (ng_docsampler_seek (run.sampler, UINT64_MAX),
                      NG_EOVERFLOW);
    run_close (&run);
    dockit_fini (&kit);
}
END_TEST

Suite *
ng_suite (void)
{
    Suite *suite = suite_create ("docsampler");
    TCase *tc = tcase_create ("all");

    tcase_add_test (tc, test_epochs);
    tcase_add_test (tc, test_sentences);
    tcase_add_test (tc, test_sequential);
    tcase_add_test (tc, test_far_steps);
    tcase_add_test (tc, test_steps);
    tcase_add_test (tc, test_sequential_ranks);
    tcase_add_test (tc, test_leave);
    tcase_add_test (tc, test_leave_impossible);
    tcase_add_test (tc, test_order);
    tcase_add_test (tc, test_ends);
    suite_add_tcase (suite, tc);
    return suite;
}
