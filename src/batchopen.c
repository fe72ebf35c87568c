#include <config.h>

#include <string.h>

#include "batchwork.h"
#include "cli.h"
#include "shrunk.h"
#include "text/vocab.h"

static enum ng_err
open_shards (const struct request *r, struct work *w)
{
    static const char *const standard_input[] = { "-" };
    size_t n;
    const char *const *names = cli_operands (&n);
    enum ng_err err = NG_OK;

    if (n == 0)
    {
        names = standard_input;
        n = 1;
    }
    for (size_t i = 0; err == NG_OK && i < n; i++)
        err = ng_input_check (names[i], &w->fault);
    w->shards.reverse = r->reverse;
    w->shards.bare = r->bare;
    for (size_t i = 0; err == NG_OK && i < n; i++)
        err = ng_shards_add (&w->shards, names[i], &w->fault);
    for (size_t i = 0; err == NG_OK && i < w->shards.n_files; i++)
        if (w->shards.files[i].map)
            shrunk_watch (w->shards.files[i].map, w->shards.files[i].map_bytes,
                          w->shards.files[i].name);
    return err;
}

/* The token that ends a document: a number, or a name in VOCAB, which may be
   NULL.  */
static enum ng_err
find_eod (struct request *r, const struct ng_vocab *vocab,
          struct ng_fault *fault)
{
    const char *text = r->eod_text;
    size_t len = strlen (text);
    uint32_t id;

    if (r->eod_is_number)
        return NG_OK;
    if (!vocab)
        return ng_fault_set (fault, NG_EINVAL, NULL,
                             "--eod: %s is no number; a name needs --vocab",
                             cli_quote (text));
    if (!ng_vocab_find (vocab, (const unsigned char *) text, len, &id))
        return ng_fault_set (fault, NG_EINVAL, r->vocab, "has no token %s",
                             cli_quote (text));
    r->eod = id;
    return NG_OK;
}

static enum ng_err
check_id (struct work *w, const char *option, uint64_t id)
{
    if (id < w->id_end)
        return NG_OK;
    return ng_fault_set (&w->fault, NG_EINVAL, NULL,
                         "%s: id %llu is not in the vocabulary of %llu", option,
                         (unsigned long long) id,
                         (unsigned long long) w->id_end);
}

/* What ends a document, and what pads; with what the state says.  */
static enum ng_err
open_vocabulary (struct request *r, struct work *w)
{
    struct ng_vocab *vocab = NULL;
    enum ng_err err = NG_OK;

    if (r->vocab)
        err = ng_vocab_read (r->vocab, &w->fault, &vocab);
    if (err == NG_OK && r->vocab)
        w->id_end = ng_vocab_size (vocab);
    if (err == NG_OK && r->vocab && w->id_end == 0)
        err = ng_fault_set (&w->fault, NG_EINVAL, r->vocab, "has no tokens");
    if (err == NG_OK && r->eod_text)
        err = find_eod (r, vocab, &w->fault);
    if (err == NG_OK && r->resume && r->documents != NG_DOCUMENTS_CROSS)
        err =
            ng_resume_eod (&w->state, r->resume, &r->given, &r->eod, &w->fault);
    ng_vocab_free (vocab);
    if (!r->has_pad)
        r->pad = r->resume && w->state.has_pad ? w->state.pad : r->eod;
    if (err == NG_OK && w->id_end > 0)
        err = check_id (w, "--eod", r->eod);
    if (err == NG_OK && w->id_end > 0)
        err = check_id (w, "--pad", r->pad);
    return err;
}

enum ng_err
work_open_files (struct request *r, struct work *w)
{
    bool mixed = r->mix.n > 0;
    enum ng_err err;

    if (!r->has_bare)
        r->bare = r->has_dtype ? r->dtype : (struct ng_dtype){ 2, false };
    err = open_vocabulary (r, w);
    if (err == NG_OK)
        err = mixed ? mix_open (&r->mix, r->reverse, r->bare, &w->fault)
                    : open_shards (r, w);
    for (size_t i = 0; !r->has_dtype && i < (mixed ? r->mix.n : 1); i++)
    {
        struct ng_dtype dtype =
            ng_shards_dtype (mixed ? &r->mix.shards[i] : &w->shards);

        if (i == 0 || ng_dtype_max (dtype) > ng_dtype_max (r->dtype))
            r->dtype = dtype;
    }
    return err;
}

/* The same for a mixture.  */
static enum ng_err
open_mixture (struct request *r, struct work *w)
{
    struct mix_request m = { .kind = r->mix_kind,
                             .n_epochs = r->sampler.n_epochs,
                             .max_epochs = r->max_epochs,
                             .keep = r->state || r->resume,
                             .resume = r->resume,
                             .step = r->has_at ? r->at : w->state.step };

    return mix_plan (&r->mix, &m, &r->sampler, &w->state, &w->fault);
}

/* Batches of pieces of the corpus from step STEP on.  */
static enum ng_err
open_sampler (struct request *r, struct work *w, uint64_t step)
{
    struct ng_sampler_spec *s = &r->sampler;
    enum ng_err err =
        ng_sampler_new (s, ng_shards_name (&w->shards), &w->fault, &w->sampler);

    if (err == NG_OK && step > 0)
        err = ng_sampler_seek (w->sampler, step);
    if (err == NG_OK)
        err = ng_ahead_new (s, &w->shards, &w->fault, &w->ahead);
    if (s->mode != NG_MODE_SEQUENTIAL)
        ng_shards_scattered (&w->shards);
    return err;
}

/* Batches of documents from step STEP on.  */
static enum ng_err
open_documents (struct request *r, struct work *w, uint64_t step)
{
    struct ng_sampler_spec *s = &r->sampler;
    enum ng_err err = ng_documents_new (&w->shards, r->documents, r->eod,
                                        s->n_steps, &w->documents);

    if (err == NG_OK)
        err = ng_docsampler_new (s, r->documents, w->documents,
                                 ng_shards_name (&w->shards), &w->fault,
                                 &w->docsampler);
    if (err == NG_OK && step > 0)
        err = ng_docsampler_seek (w->docsampler, step);
    return err;
}

/* Batches of the one corpus, perhaps from where a state says.  */
static enum ng_err
open_corpus (struct request *r, struct work *w)
{
    struct ng_sampler_spec *s = &r->sampler;
    bool documents = r->documents != NG_DOCUMENTS_CROSS;
    bool resume = w->state.n_sources > 0;
    uint64_t step = r->has_at ? r->at : w->state.step;
    struct ng_state_source *source =
        resume ? w->state.sources : ng_state_add (&w->state);
    uint32_t checksum = 0;
    enum ng_err err = NG_OK;

    if (!source)
        return NG_ENOMEM;
    s->n_tokens = w->shards.n_tokens;
    if (r->state || r->resume)
        checksum = ng_shards_checksum (&w->shards);
    if (resume && documents)
        err = ng_resume_documents (&w->state, r->resume, checksum, step,
                                   &w->shards, s, &w->fault);
    else if (resume)
        err = ng_resume_origin (&w->state, r->resume, checksum, step, s,
                                &w->fault);
    if (err == NG_OK)
        err =
            documents ? open_documents (r, w, step) : open_sampler (r, w, step);
    w->state.step = step;
    w->state.documents = r->documents;
    w->state.eod = r->eod;
    w->state.has_pad = documents;
    w->state.pad = r->pad;
    source->n_tokens = s->n_tokens;
    source->checksum = checksum;
    source->origin = s->origin;
    return err;
}

enum ng_err
work_open_source (struct request *r, struct work *w)
{
    enum ng_err err = r->mix.n > 0 ? open_mixture (r, w) : open_corpus (r, w);

    w->state.spec = r->sampler;
    w->state.reverse = r->reverse;
    return err;
}

uint64_t
work_rows (const struct request *r, const struct work *w)
{
    if (w->docsampler)
        return ng_docsampler_rows (w->docsampler);
    return w->sampler ? ng_sampler_rows (w->sampler) : r->sampler.batch_size;
}
