#include <config.h>

#include "models/score.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "models/lookup.h"
#include "models/query.h"

enum
{
    BATCH_TOKENS = 16384, /* a batch ends at the first line end behind */
    JOBS_PER_THREAD = 3
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
    size_t line_tokens;       /* and has so many, <s> among them */
    struct ng_lookup *lookup;
    struct ng_query *query; /* of the only thread */

    pthread_t *threads;
    unsigned n_threads; /* besides the caller's: 0 or 2 and more */
    pthread_mutex_t mutex;
    pthread_cond_t ready, done;
    size_t taking; /* number of the next job for a thread */
    bool stop, has_locks;
    enum ng_err thread_err;
};

/* ---------------------------------------------------------------- one job */

/* Room for N tokens more; there is more than that behind them.  */
static enum ng_err
make_room (struct ng_scorer *s, struct job *j, size_t n)
{
    size_t cap = j->cap > 0 ? j->cap : BATCH_TOKENS + 1024;
    uint32_t *ids;
    uint8_t *context, *used;
    double *logp;
    size_t *names;

    if (j->n + n < j->cap)
        return NG_OK;
    while (j->n + n >= cap)
        cap *= 2;
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

/* Keep the name of token AT of J, the last that has one so far.  */
static enum ng_err
keep_name (struct job *j, size_t at, const unsigned char *name, size_t len)
{
    unsigned char *bytes =
        ng_grow (j->bytes, &j->cap_bytes, j->n_bytes + len + 1, 1);

    if (!bytes)
        return NG_ENOMEM;
    j->bytes = bytes;
    if (len > 0)
        memcpy (bytes + j->n_bytes, name, len);
    j->names[at] = j->n_bytes;
    j->n_bytes += len;
    j->names[at + 1] = j->n_bytes;
    return NG_OK;
}

/* The line goes on with the tokens ITEMS[N], which the model calls IDS.  */
static enum ng_err
put (struct ng_scorer *s, struct job *j, const struct ng_token *items,
     const uint32_t *ids, size_t n)
{
    enum ng_err err = make_room (s, j, n);

    for (size_t i = 0; i < n && s->keep_names && err == NG_OK; i++)
        err = keep_name (j, j->n + i, items[i].name, items[i].len);
    if (err != NG_OK)
        return err;
    memcpy (j->ids + j->n, ids, n * sizeof *ids);
    for (size_t i = 0; i < n; i++, s->line_tokens++)
        j->context[j->n + i] =
            (uint8_t) (s->line_tokens < NG_ORDER_MAX ? s->line_tokens
                                                     : NG_ORDER_MAX);
    j->n += n;
    return NG_OK;
}

/* Begin a line, with <s> if the model has one.  */
static enum ng_err
begin_line (struct ng_scorer *s, struct job *j)
{
    const struct ng_token nameless = { NULL, 0, NG_TOKEN };
    struct ng_scored_line *lines =
        ng_grow (j->lines, &j->cap_lines, j->n_lines + 1, sizeof *lines);
    enum ng_err err = NG_OK;

    if (!lines)
        return NG_ENOMEM;
    j->lines = lines;
    s->line_tokens = 0;
    if (s->ngm->bos != NG_NONE)
        err = put (s, j, &nameless, &s->ngm->bos, 1);
    memset (&lines[j->n_lines], 0, sizeof *lines);
    lines[j->n_lines].start = j->n;
    s->in_line = true;
    return err;
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
        const struct ng_token eos = { name, (uint32_t) len, NG_TOKEN };

        err = put (s, j, &eos, &s->ngm->eos, 1);
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
    err = s->jobs ? ng_lookup_new (ngm, &s->lookup) : NG_ENOMEM;
    if (err == NG_OK)
        err = ng_query_new (ngm, order, &s->query);
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

/* N lines end.  */
static enum ng_err
end_lines (struct ng_scorer *s, uint32_t n)
{
    enum ng_err err = NG_OK;

    for (uint32_t i = 0; i < n && err == NG_OK; i++)
    {
        struct job *j = &s->jobs[s->filling % s->n_jobs];

        err = end_line (s, j);
        if (err == NG_OK
            && (j->n >= BATCH_TOKENS || j->n_lines >= BATCH_TOKENS))
            err = submit (s);
    }
    return err;
}

/* The text goes on with ITEMS[N], whose tokens the model calls IDS.  */
static enum ng_err
add_items (struct ng_scorer *s, const struct ng_token *items,
           const uint32_t *ids, size_t n)
{
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < n && err == NG_OK;)
    {
        struct job *j = &s->jobs[s->filling % s->n_jobs];
        const size_t from = i;

        if (items[i].kind != NG_TOKEN)
        {
            err = end_lines (s, items[i++].len);
            continue;
        }
        while (i < n && items[i].kind == NG_TOKEN)
            i++;
        if (!s->in_line)
            err = begin_line (s, j);
        if (err == NG_OK)
            err = put (s, j, items + from, ids + from, i - from);
    }
    return err;
}

enum ng_err
ng_scorer_add (struct ng_scorer *s, const struct ng_token_list *list)
{
    enum ng_err err = NG_OK;

    for (size_t at = 0; at < list->n && err == NG_OK;)
    {
        uint32_t ids[NG_LOOKUPS];
        const size_t n = list->n - at < NG_LOOKUPS ? list->n - at : NG_LOOKUPS;

        ng_lookup_ids (s->lookup, list->items + at, n, ids);
        err = add_items (s, list->items + at, ids, n);
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
    ng_lookup_free (s->lookup);
    free (s);
}
