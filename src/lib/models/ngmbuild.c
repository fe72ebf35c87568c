#include <config.h>

#include "models/ngmbuild.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/store.h"

static void
set_numbers (const struct ng_backoff *m, struct ng_ngm *ngm)
{
    memset (ngm, 0, sizeof *ngm);
    ngm->order = m->trie.order;
    ngm->rule = m->rule;
    ngm->step = m->step;
    ngm->n_types = m->trie.levels[0].n;
    ngm->unk = m->unk;
    ngm->bos = m->bos;
    ngm->eos = m->eos;
    for (unsigned i = 0; i < ngm->order; i++)
        ngm->levels[i].n = m->trie.levels[i].n;
}

static enum ng_err
put_types (const struct ng_backoff *m, struct ng_ngmw *w)
{
    const uint32_t n = m->trie.levels[0].n;
    enum ng_err err;

    for (uint32_t id = 0; id < n; id++)
    {
        size_t len;
        const unsigned char *name = ng_vocab_name (m->vocab, id, &len);

        ng_ngmw_name (w, name, len);
    }
    err = ng_ngmw_names_end (w);
    for (uint32_t id = 0; id < n && err == NG_OK; id++)
        ng_ngmw_unigram (w, m->logp[0][id], m->bow[0] ? m->bow[0][id] : 0);
    return err;
}

/* Order K.  PLACES are those of the order before, by index in the trie, NULL if
   they are the indices, and become those of this one.  */
static enum ng_err
put_order (const struct ng_backoff *m, unsigned k, struct ng_ngmw *w,
           uint32_t **places)
{
    const struct ng_trie_level *l = &m->trie.levels[k - 1];
    const float *bow = m->bow[k - 1];
    uint32_t first = 0, low, end;
    enum ng_err err = ng_ngmw_level (w, k);

    if (err != NG_OK)
        return err;
    ng_trie_range (&m->trie, k, first, &low, &end);
    for (uint32_t i = 0; i < l->n; i++)
    {
        const uint32_t s = l->suffixes[i];

        while (i >= end)
            ng_trie_range (&m->trie, k, ++first, &low, &end);
        ng_ngmw_add (w, *places ? (*places)[s] : s, first, m->logp[k - 1][i],
                     bow ? bow[i] : 0);
    }
    err = ng_ngmw_level_end (w);
    free (*places);
    *places = NULL;
    if (err != NG_OK || k == m->trie.order)
        return err;
    *places = ng_alloc_array (l->n, sizeof **places);
    if (!*places)
        return NG_ENOMEM;
    for (uint32_t i = 0; i < l->n; i++)
        (*places)[i] = ng_ngmw_place (w);
    return NG_OK;
}

enum ng_err
ng_ngm_build (const struct ng_backoff *m, const struct ng_ngmw_setup *setup)
{
    struct ng_ngm numbers;
    struct ng_ngmw *w = NULL;
    uint32_t *places = NULL;
    enum ng_err err;

    set_numbers (m, &numbers);
    err = ng_ngmw_open (setup, &numbers, &w);
    if (err == NG_OK)
        err = put_types (m, w);
    for (unsigned k = 2; k <= m->trie.order && err == NG_OK; k++)
        err = put_order (m, k, w, &places);
    if (err == NG_OK)
        err = ng_ngmw_finish (w);
    free (places);
    ng_ngmw_close (w);
    return err;
}

/* Bytes that are gathered.  */
struct image
{
    unsigned char *bytes;
    size_t n, cap;
};

static enum ng_err
gather (void *context, const void *bytes, size_t n)
{
    struct image *image = context;
    unsigned char *more = ng_grow (image->bytes, &image->cap, image->n + n, 1);

    if (!more)
        return NG_ENOMEM;
    image->bytes = more;
    memcpy (more + image->n, bytes, n);
    image->n += n;
    return NG_OK;
}

enum ng_err
ng_ngm_image (const struct ng_backoff *m, const char *file,
              struct ng_fault *fault, unsigned char **out, size_t *size)
{
    struct image image = { NULL, 0, 0 };
    struct ng_ngmw_setup setup = { .budget = UINT64_MAX,
                                   .sink = gather,
                                   .context = &image,
                                   .file = file,
                                   .fault = fault };
    enum ng_err err = ng_store_open (setup.budget, NULL, fault, &setup.store);

    if (err == NG_OK)
        err = ng_ngm_build (m, &setup);
    ng_store_close (setup.store);
    if (err != NG_OK)
    {
        free (image.bytes);
        return err;
    }
    *out = image.bytes;
    *size = image.n;
    return NG_OK;
}
