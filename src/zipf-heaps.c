#include <config.h>

#include "zipf-heaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli.h"
#include "io/npy.h"
#include "progress.h"
#include "text/corpus.h"
#include "text/vocab.h"

enum
{
    IDS_AT_ONCE = 8192
};

/* The ids seen so far, a bit each.  */
struct seen
{
    unsigned char *bits;
    size_t cap; /* bytes, all in use */
};

/* Is ID new?  It is not any more.  */
static enum ng_err
see (struct seen *seen, uint32_t id, bool *is_new)
{
    size_t byte = id / 8;
    unsigned bit = 1u << id % 8;

    if (byte >= seen->cap)
    {
        size_t old = seen->cap;
        unsigned char *bits = ng_grow (seen->bits, &seen->cap, byte + 1, 1);

        if (!bits)
            return NG_ENOMEM;
        memset (bits + old, 0, seen->cap - old);
        seen->bits = bits;
    }
    *is_new = (seen->bits[byte] & bit) == 0;
    seen->bits[byte] = (unsigned char) (seen->bits[byte] | bit);
    return NG_OK;
}

/* Read the token file IN, CORPUS's, to its end.  */
static enum ng_err
read_ids (const struct ng_corpus *corpus, struct ng_input *in,
          struct seen *seen, struct ng_heaps *heaps, struct ng_fault *fault)
{
    static unsigned char raw[IDS_AT_ONCE * 8];
    static uint32_t ids[IDS_AT_ONCE];
    struct ng_npy npy;
    enum ng_err err = ng_npy_read_header (in, &npy, fault);

    for (uint64_t at = 0, n; err == NG_OK && at < npy.n_items; at += n)
    {
        n = npy.n_items - at < IDS_AT_ONCE ? npy.n_items - at : IDS_AT_ONCE;
        err =
            ng_input_read_full (in, raw, n * npy.dtype.item_bytes, "the array");
        if (err == NG_END)
            err = ng_fault_set (fault, NG_EFORMAT, ng_input_name (in),
                                "the array is cut short");
        if (err == NG_OK && ng_npy_decode (npy.dtype, raw, n, ids) < n)
            err = ng_fault_set (fault, NG_EFORMAT, ng_input_name (in),
                                "an element is no token id");
        for (uint64_t i = 0; i < n && err == NG_OK; i++)
        {
            bool is_new = false;

            err = see (seen, ids[i], &is_new);
            ng_heaps_add (heaps, is_new);
        }
        progress_update (ng_corpus_bytes_done (corpus));
    }
    return err == NG_OK ? ng_npy_read_end (in, fault) : err;
}

static enum ng_err
read_list (const struct ng_token_list *list, struct ng_vocab *vocab,
           struct ng_heaps *heaps)
{
    for (size_t i = 0; i < list->n; i++)
    {
        const struct ng_token *t = &list->items[i];
        uint32_t id, n = ng_vocab_size (vocab);
        enum ng_err err;

        if (t->kind != NG_TOKEN)
            continue;
        err = ng_vocab_intern (vocab, t->name, t->len, &id);
        if (err != NG_OK)
            return err;
        ng_heaps_add (heaps, id == n);
    }
    return NG_OK;
}

enum ng_err
zipf_heaps_read (const char *name, struct ng_tokenizer *tokenizer,
                 struct ng_fault *fault, struct ng_heaps *heaps)
{
    struct ng_corpus *corpus = NULL;
    struct ng_vocab *vocab = ng_vocab_new ();
    struct seen seen = { NULL, 0 };
    enum ng_err err = vocab ? NG_OK : NG_ENOMEM;

    if (err == NG_OK)
        err = ng_corpus_open (&name, 1, tokenizer, fault, &corpus);
    if (err == NG_OK)
        progress_start (ng_corpus_bytes_total (corpus));
    while (err == NG_OK)
    {
        const struct ng_token_list *list;
        struct ng_input *in;
        bool ends_file;

        err = ng_corpus_token_file (corpus, &in);
        if (err == NG_OK && in)
        {
            err = read_ids (corpus, in, &seen, heaps, fault);
            continue;
        }
        if (err == NG_OK)
            err = ng_corpus_next (corpus, &list, &ends_file);
        if (err == NG_OK)
            err = read_list (list, vocab, heaps);
        if (err == NG_OK)
            progress_update (ng_corpus_bytes_done (corpus));
    }
    progress_stop ();
    ng_corpus_close (corpus);
    ng_vocab_free (vocab);
    free (seen.bits);
    return err == NG_END ? NG_OK : err;
}

static enum ng_err
put_growth (struct ng_output *out, const struct ng_heaps *heaps)
{
    char line[96];
    enum ng_err err = NG_OK;

    for (size_t i = 0; i < heaps->n_points && err == NG_OK; i++)
    {
        int len =
            snprintf (line, sizeof line, "%s[%" PRIu64 ", %" PRIu64 "]",
                      i == 0       ? "\n  "
                      : i % 6 == 0 ? ",\n  "
                                   : ", ",
                      heaps->points[i].n_tokens, heaps->points[i].n_types);

        err = ng_output_write (out, line, (size_t) len);
    }
    return err == NG_OK ? ng_output_write (out, "]\n}\n", 4) : err;
}

/* The four estimates as text, or ABSENT.  */
struct shown
{
    char values[4][32]; /* K, its error, beta, its error */
};

static struct shown
show_law (enum ng_err err, const struct ng_heaps_law *law, int decimals,
          const char *absent)
{
    struct shown shown;

    for (int i = 0; i < 4; i++)
        if (err != NG_OK)
            (void) snprintf (shown.values[i], sizeof *shown.values, "%s",
                             absent);
        else
        {
            double x = i == 0   ? law->k
                       : i == 1 ? law->k_err
                       : i == 2 ? law->beta
                                : law->beta_err;

            (void) snprintf (shown.values[i], sizeof *shown.values, "%.*f",
                             decimals, x);
        }
    return shown;
}

enum ng_err
zipf_heaps_report (struct ng_output *out, enum zipf_form form,
                   const struct ng_heaps *heaps)
{
    struct ng_heaps_law law = { 0, 0, 0, 0 };
    enum ng_err err = ng_heaps_fit (heaps, &law);
    struct shown s;
    char text[512];
    int len;

    if (err != NG_OK)
        cli_warn ("%" PRIu64 " token%s of %" PRIu64 " type%s: fewer than %d "
                  "tokens, or of one type, tell nothing of growth",
                  heaps->n_tokens, ng_plural (heaps->n_tokens), heaps->n_types,
                  ng_plural (heaps->n_types), NG_HEAPS_TOKENS_MIN);
    switch (form)
    {
    case ZIPF_TSV:
        s = show_law (err, &law, 15, "NA");
        len = snprintf (text, sizeof text,
                        "tokens\ttypes\tk\tk_err\tbeta\tbeta_err\n"
                        "%" PRIu64 "\t%" PRIu64 "\t%s\t%s\t%s\t%s\n",
                        heaps->n_tokens, heaps->n_types, s.values[0],
                        s.values[1], s.values[2], s.values[3]);
        break;
    case ZIPF_JSON:
        s = show_law (err, &law, 15, "null");
        len = snprintf (text, sizeof text,
                        "{\n \"tokens\": %" PRIu64 ",\n \"types\": %" PRIu64
                        ",\n \"k\": %s,\n \"k_err\": %s,\n \"beta\": %s,\n"
                        " \"beta_err\": %s,\n \"growth\": [",
                        heaps->n_tokens, heaps->n_types, s.values[0],
                        s.values[1], s.values[2], s.values[3]);
        break;
    case ZIPF_TABLE:
    default:
        s = show_law (err, &law, 4, "-");
        len = snprintf (
            text, sizeof text,
            "%12s  %12s  least squares: types = K tokens^beta\n"
            "%12s  %12s  %9s%12s\n"
            "%12" PRIu64 "  %12" PRIu64 "  %9s%s%-10s%s%s%s\n",
            "", "", "tokens", "types", "K", "beta", heaps->n_tokens,
            heaps->n_types, s.values[0], err == NG_OK ? " +-" : "   ",
            err == NG_OK ? s.values[1] : "", s.values[2],
            err == NG_OK ? " +-" : "", err == NG_OK ? s.values[3] : "");
        break;
    }
    err = ng_output_write (out, text, (size_t) len);
    return err == NG_OK && form == ZIPF_JSON ? put_growth (out, heaps) : err;
}
