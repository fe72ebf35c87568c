#include <config.h>

#include "models/score.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/query.h"

enum
{
    BATCH_TOKENS = 16384, /* a batch ends at the first line end behind */
    JOBS_PER_THREAD = 3,
    LOOKUPS = 64 /* names looked up together */
};

enum state
{
    FREE,
    READY, /* waits for a thread */
    DONE   /* waits for the sink */
};

/* A batch on its way.  */
struct job
{
    enum state state;
    uint32_t *ids;
    uint8_t *context;
    double *logp;
    uint8_t *used;
    size_t *names;
    size_t n, cap;
    unsigned char *bytes;
    size_t n_bytes, cap_bytes;
    struct ng_scored_line *lines;
    size_t n_lines, cap_lines;
};

struct ng_scorer
{
    const struct ng_ngm *ngm;
    unsigned order;
    bool keep_names;
    ng_score_sink *sink;
    void *context;

    struct job *jobs; /* a ring */
    size_t n_jobs;
    size_t filling, draining; /* number of the job, modulo n_jobs */
    bool in_line;             /* the line has begun */
    struct ng_query *query;   /* of the only thread */

    pthread_t *threads;
    unsigned n_threads; /* besides the caller's: 0 or 2 and more */
    pthread_mutex_t mutex;
    pthread_cond_t ready, done;
    size_t taking; /* number of the next job for a thread */
    bool stop, has_locks;
    enum ng_err thread_err;
};

/* ---------------------------------------------------------------- one job */

/* Room for one token more.  */
static enum ng_err
make_room (struct ng_scorer *s, struct job *j)
{
    size_t cap = j->cap > 0 ? 2 * j->cap : BATCH_TOKENS + 1024;
    uint32_t *ids;
    uint8_t *context, *used;
    double *logp;
    size_t *names;

    if (j->n + 1 < j->cap)
        return NG_OK;
    if (!(ids = ng_resize_array (j->ids, cap, sizeof *ids)))
        return NG_ENOMEM;
    j->ids = ids;
    if (!(context = ng_resize_array (j->context, cap, 1)))
        return NG_ENOMEM;
    j->context = context;
    if (!(used = ng_resize_array (j->used, cap, 1)))
        return NG_ENOMEM;
    j->used = used;
    if (!(logp = ng_resize_array (j->logp, cap, sizeof *logp)))
        return NG_ENOMEM;
    j->logp = logp;
    if (s->keep_names)
    {
        if (!(names = ng_resize_array (j->names, cap, sizeof *names)))
            return NG_ENOMEM;
        j->names = names;
    }
    j->cap = cap;
    return NG_OK;
}

/* The token ID called NAME[LEN] behind CONTEXT others.  */
static enum ng_err
put (struct ng_scorer *s, struct job *j, uint32_t id, const unsigned char *name,
     size_t len, size_t context)
{
    enum ng_err err = make_room (s, j);

    if (err != NG_OK)
        return err;
    if (s->keep_names)
    {
        unsigned char *bytes =
            ng_grow (j->bytes, &j->cap_bytes, j->n_bytes + len + 1, 1);

        if (!bytes)
            return NG_ENOMEM;
        j->bytes = bytes;
        if (len > 0)
            memcpy (bytes + j->n_bytes, name, len);
        j->names[j->n] = j->n_bytes;
        j->n_bytes += len;
        j->names[j->n + 1] = j->n_bytes;
    }
    j->ids[j->n] = id;
    j->context[j->n++] =
        (uint8_t) (context < NG_ORDER_MAX ? context : NG_ORDER_MAX);
    return NG_OK;
}

/* Begin a line, with <s> if the model has one.  */
static enum ng_err
begin_line (struct ng_scorer *s, struct job *j)
{
    struct ng_scored_line *lines =
        ng_grow (j->lines, &j->cap_lines, j->n_lines + 1, sizeof *lines);
    enum ng_err err = NG_OK;

    if (!lines)
        return NG_ENOMEM;
    j->lines = lines;
    if (s->ngm->bos != NG_NONE)
        err = put (s, j, s->ngm->bos, NULL, 0, 0);
    memset (&lines[j->n_lines], 0, sizeof *lines);
    lines[j->n_lines].start = j->n;
    s->in_line = true;
    return err;
}

/* How many tokens, <s> among them, the line under way has.  */
static size_t
line_tokens (const struct ng_scorer *s, const struct job *j)
{
    return j->n - j->lines[j->n_lines].start + (s->ngm->bos != NG_NONE);
}

static enum ng_err
end_line (struct ng_scorer *s, struct job *j)
{
    enum ng_err err = s->in_line ? NG_OK : begin_line (s, j);

    s->in_line = false;
    if (err == NG_OK && s->ngm->eos != NG_NONE)
    {
        size_t len;
        const unsigned char *name = ng_ngm_name (s->ngm, s->ngm->eos, &len);

        err = put (s, j, s->ngm->eos, name, len, line_tokens (s, j));
    }
    if (err == NG_OK)
        j->lines[j->n_lines++].end = j->n;
    return err;
}

/* Ask for all of J and add up its lines.  */
static void
score_job (struct job *j, struct ng_query *query, uint32_t unk)
{
    ng_query_run (query, j->ids, j->context, j->n, j->logp, j->used);
    for (size_t i = 0; i < j->n_lines; i++)
    {
        struct ng_scored_line *line = &j->lines[i];

        line->n_tokens = line->end - line->start;
        for (size_t t = line->start; t < line->end; t++)
        {
            line->logp += j->logp[t];
            if (j->ids[t] == unk)
            {
                line->logp_unknown += j->logp[t];
                line->n_unknown++;
            }
        }
    }
}

/* ------------------------------------------------------------- all of them */

static void *
work (void *arg)
{
    struct ng_scorer *s = arg;
    struct ng_query *query = NULL;
    enum ng_err err = ng_query_new (s->ngm, s->order, &query);

    (void) pthread_mutex_lock (&s->mutex);
    if (err != NG_OK)
        s->thread_err = err;
    for (;;)
    {
        struct job *j;

        while (!s->stop && s->taking == s->filling)
            (void) pthread_cond_wait (&s->ready, &s->mutex);
        if (s->taking == s->filling)
            break;
        j = &s->jobs[s->taking++ % s->n_jobs];
        (void) pthread_mutex_unlock (&s->mutex);
        if (query)
            score_job (j, query, s->ngm->unk);
        (void) pthread_mutex_lock (&s->mutex);
        j->state = DONE;
        (void) pthread_cond_signal (&s->done);
    }
    (void) pthread_mutex_unlock (&s->mutex);
    ng_query_free (query);
    return NULL;
}

/* Hand J to the sink and empty it.  */
static enum ng_err
drain (struct ng_scorer *s, struct job *j)
{
    struct ng_scored_batch batch = { j->lines, j->n_lines, j->logp, j->used,
                                     j->ids,   j->names,   j->bytes };
    enum ng_err err = s->sink (s->context, &batch);

    j->n = j->n_bytes = j->n_lines = 0;
    j->state = FREE;
    return err;
}

/* Hand the oldest job to the sink when it is done.  */
static enum ng_err
drain_oldest (struct ng_scorer *s)
{
    struct job *j = &s->jobs[s->draining % s->n_jobs];
    enum ng_err err;

    (void) pthread_mutex_lock (&s->mutex);
    while (j->state != DONE)
        (void) pthread_cond_wait (&s->done, &s->mutex);
    err = s->thread_err;
    (void) pthread_mutex_unlock (&s->mutex);
    s->draining++;
    return err == NG_OK ? drain (s, j) : err;
}

/* The job being filled is complete: have it scored, and make the next one
   free.  */
static enum ng_err
submit (struct ng_scorer *s)
{
    struct job *j = &s->jobs[s->filling % s->n_jobs];

    if (s->n_threads == 0)
    {
        score_job (j, s->query, s->ngm->unk);
        return drain (s, j);
    }
    (void) pthread_mutex_lock (&s->mutex);
    j->state = READY;
    s->filling++;
    (void) pthread_cond_signal (&s->ready);
    (void) pthread_mutex_unlock (&s->mutex);
    return s->filling - s->draining == s->n_jobs ? drain_oldest (s) : NG_OK;
}

static enum ng_err
start_threads (struct ng_scorer *s, unsigned n)
{
    if (pthread_mutex_init (&s->mutex, NULL) != 0)
        return NG_ENOMEM;
    (void) pthread_cond_init (&s->ready, NULL);
    (void) pthread_cond_init (&s->done, NULL);
    s->has_locks = true;
    s->threads = ng_calloc_array (n, sizeof *s->threads);
    if (!s->threads)
        return NG_ENOMEM;
    for (; s->n_threads < n; s->n_threads++)
        if (pthread_create (&s->threads[s->n_threads], NULL, work, s) != 0)
            return s->n_threads > 0 ? NG_OK : NG_ENOMEM;
    return NG_OK;
}

enum ng_err
ng_scorer_new (const struct ng_ngm *ngm, unsigned order, unsigned n_threads,
               bool keep_names, ng_score_sink *sink, void *context,
               struct ng_scorer **out)
{
    struct ng_scorer *s = calloc (1, sizeof *s);
    enum ng_err err;

    if (!s)
        return NG_ENOMEM;
    s->ngm = ngm;
    s->order = order;
    s->keep_names = keep_names;
    s->sink = sink;
    s->context = context;
    s->n_jobs = n_threads > 1 ? (size_t) n_threads * JOBS_PER_THREAD : 1;
    s->jobs = ng_calloc_array (s->n_jobs, sizeof *s->jobs);
    err = s->jobs ? ng_query_new (ngm, order, &s->query) : NG_ENOMEM;
    if (err == NG_OK && n_threads > 1)
        err = start_threads (s, n_threads);
    if (err != NG_OK)
    {
        ng_scorer_free (s);
        return err;
    }
    *out = s;
    return NG_OK;
}

/* The ids of the tokens ITEMS[N], N at most LOOKUPS, found together: each step
   of the search is done for all of them before the next, so that what it reads
   has come from memory by then.  */
static void
look_up (const struct ng_ngm *ngm, const struct ng_token *items, size_t n,
         uint32_t *ids)
{
    uint64_t hashes[LOOKUPS];
    uint32_t likely[LOOKUPS];
    const uint64_t mask = (UINT64_C (1) << ngm->slot_bits) - 1;

    for (size_t i = 0; i < n; i++)
    {
        hashes[i] = ng_ngm_name_hash (
            items[i].name, items[i].kind == NG_TOKEN ? items[i].len : 0);
        __builtin_prefetch (ngm->slots + 8 * (hashes[i] & mask));
    }
    for (size_t i = 0; i < n; i++)
    {
        likely[i] = ng_ngm_likely (ngm, hashes[i]);
        __builtin_prefetch (ngm->name_starts + 4 * (size_t) likely[i]);
    }
    for (size_t i = 0; i < n; i++)
    {
        size_t len;

        __builtin_prefetch (ng_ngm_name (ngm, likely[i], &len));
        __builtin_prefetch (ngm->unigrams + 8 * (size_t) likely[i]);
    }
    for (size_t i = 0; i < n; i++)
    {
        if (items[i].kind != NG_TOKEN)
            continue;
        ids[i] = ng_ngm_find (ngm, items[i].name, items[i].len, hashes[i]);
        if (ids[i] == NG_NONE)
            ids[i] = ngm->unk;
    }
}

static enum ng_err
add_item (struct ng_scorer *s, const struct ng_token *item, uint32_t id)
{
    struct job *j = &s->jobs[s->filling % s->n_jobs];
    enum ng_err err = NG_OK;

    if (item->kind == NG_TOKEN)
    {
        if (!s->in_line)
            err = begin_line (s, j);
        return err == NG_OK
                   ? put (s, j, id, item->name, item->len, line_tokens (s, j))
                   : err;
    }
    for (uint32_t i = 0; i < item->len && err == NG_OK; i++)
    {
        err = end_line (s, j);
        if (err == NG_OK
            && (j->n >= BATCH_TOKENS || j->n_lines >= BATCH_TOKENS))
            err = submit (s);
        j = &s->jobs[s->filling % s->n_jobs];
    }
    return err;
}

enum ng_err
ng_scorer_add (struct ng_scorer *s, const struct ng_token_list *list)
{
    enum ng_err err = NG_OK;

    for (size_t at = 0; at < list->n && err == NG_OK;)
    {
        uint32_t ids[LOOKUPS] = { 0 };
        size_t n = list->n - at < LOOKUPS ? list->n - at : LOOKUPS;

        look_up (s->ngm, list->items + at, n, ids);
        for (size_t i = 0; i < n && err == NG_OK; i++)
            err = add_item (s, &list->items[at + i], ids[i]);
        at += n;
    }
    return err;
}

enum ng_err
ng_scorer_finish (struct ng_scorer *s)
{
    struct job *j = &s->jobs[s->filling % s->n_jobs];
    enum ng_err err = s->in_line ? end_line (s, j) : NG_OK;

    if (err == NG_OK && j->n_lines > 0)
        err = submit (s);
    while (err == NG_OK && s->n_threads > 0 && s->draining < s->filling)
        err = drain_oldest (s);
    return err;
}

void
ng_scorer_free (struct ng_scorer *s)
{
    if (!s)
        return;
    if (s->n_threads > 0)
    {
        (void) pthread_mutex_lock (&s->mutex);
        s->stop = true;
        (void) pthread_cond_broadcast (&s->ready);
        (void) pthread_mutex_unlock (&s->mutex);
        for (unsigned i = 0; i < s->n_threads; i++)
            (void) pthread_join (s->threads[i], NULL);
    }
    if (s->has_locks)
    {
        (void) pthread_mutex_destroy (&s->mutex);
        (void) pthread_cond_destroy (&s->ready);
        (void) pthread_cond_destroy (&s->done);
    }
    for (size_t i = 0; s->jobs && i < s->n_jobs; i++)
    {
        struct job *j = &s->jobs[i];

        free (j->ids);
        free (j->context);
        free (j->logp);
        free (j->used);
        free (j->names);
        free (j->bytes);
        free (j->lines);
    }
    free (s->jobs);
    free (s->threads);
    ng_query_free (s->query);
    free (s);
}
