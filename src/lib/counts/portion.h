/* A portion of a text in memory, on its way from blocks to counts: the inside
   of the engine, see counts/engine.h.

   Each worker has a vocabulary of its own, so the ids of a block mean
   something only with the worker that read it.  Order of calls; those marked *
   are made for every worker, at the same time or one after another, and a
   worker takes what work is left:

       ng_portion_init
       ng_portion_reserve, ng_portion_fill     for every block, by any worker
       ng_portion_carry
       ng_portion_sort_names *                 counts/portionrank.c has these:
       ng_portion_split_names                  one order of all names, from
       ng_portion_merge_names *                those of the workers, and what
       ng_portion_bounds                       it says of every id
       ng_portion_place_types *
       ng_portion_write_names                  while others deal
       ng_portion_deal *
       ng_portion_count *
       ng_portion_fini                                                       */
#ifndef NG_PORTION_H
#define NG_PORTION_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "counts/key.h"
#include "counts/ngcwrite.h"
#include "counts/partition.h"
#include "counts/stage.h"
#include "counts/table.h"
#include "text/vocab.h"

/* Stands among ids where a line of a text of sentences ends.  */
#define NG_ID_BREAK UINT32_MAX

enum
{
    /* Positions to a bucket: its table and entries stay in a cache of 1 MiB.  */
    NG_BUCKET_POSITIONS = 16 * 1024
};

/* Ids of the marks in every worker's vocabulary, in a text of sentences.  */
enum
{
    NG_ID_BOS = 0,
    NG_ID_EOS = 1
};

/* What the packing of keys wants to know of an id.  */
struct ng_id_info
{
    uint32_t token;     /* rank + 1 */
    uint32_t low, high; /* buckets of keys that begin with it */
};

/* A block of the text as ids.  */
struct ng_id_block
{
    uint32_t *ids; /* [n], from ng_pages_alloc, or NULL */
    size_t n;
    unsigned owner;   /* the worker whose ids they are */
    bool in_sentence; /* the block begins inside a sentence */
    bool done;        /* dealt */
};

/* A bucket and the table it is counted in.  */
struct ng_slot
{
    struct ng_table *table;
    struct ng_pieces freed; /* memory that the bucket's keys had */
    bool counted;
};

struct ng_portion_worker
{
    struct ng_vocab *vocab;
    uint32_t n_types;   /* of it and ... */
    size_t vocab_bytes; /* ... its memory when last asked for */
    uint32_t *sorted;   /* [types] ids in the order of names; ... */
    uint32_t *ranges;   /* ... [n_workers + 1] each worker's range begins */
    struct ng_ranked_type *ranked; /* [n_ranked] types of its range, in order */
    uint32_t n_ranked, first_rank; /* rank of the first */
    struct ng_id_info *info;       /* [types] */
    struct ng_partition *partition;
    uint64_t *keys; /* [NG_PARTITION_KEYS][words] of a bucket */
    uint64_t *scratch;
    size_t cap_scratch;
    uint64_t ns[NG_STAGES];
};

struct ng_portion
{
    unsigned order;
    bool sentences;
    ng_clock *clock;  /* NULL: none */
    bool ends_text;   /* the text ends with the portion */
    bool in_sentence; /* the portion begins inside a sentence */
    bool leaves;      /* lower orders are not added up yet */
    unsigned n_workers;
    struct ng_portion_worker *workers; /* [n_workers] */
    struct ng_id_block *blocks;        /* [n_blocks] in the order of the text */
    size_t n_blocks, cap_blocks;
    uint64_t n_ids, n_breaks; /* breaks are among the ids */

    uint32_t n_types;
    struct ng_key_shape shape;
    pthread_mutex_t lock;
    pthread_cond_t written;
    size_t next_block, next_bucket; /* to be taken */
    size_t freed;                   /* blocks before it are done and freed */
    struct ng_slot *slots;          /* [n_slots], see counts/portioncount.c */
    unsigned n_slots;
    size_t n_written; /* buckets */
    bool writing;     /* somebody is writing the next */
    enum ng_err failed;
};

/* An empty portion for N_WORKERS workers; CARRIED[N_CARRIED] are the names of
   the tokens that the portion before left over, and IN_SENTENCE tells whether
   it ended inside a sentence.  NG_ENOMEM.  */
enum ng_err ng_portion_init (struct ng_portion *p, unsigned order,
                             bool sentences, unsigned n_workers,
                             const struct ng_vocab *carried,
                             const uint32_t *carried_ids, size_t n_carried,
                             bool in_sentence) NG_MUST_CHECK;

/* Release what P, all zero or initialized, holds, and make it all zero.  */
void ng_portion_fini (struct ng_portion *p);

/* Keep a place for the next block of the text; its number in *PLACE.  The
   caller holds P's lock.  NG_ENOMEM.  */
enum ng_err ng_portion_reserve (struct ng_portion *p,
                                size_t *place) NG_MUST_CHECK;

/* The block at PLACE is IDS[N] of worker OWNER; IDS are copied.  NG_ENOMEM.  */
enum ng_err ng_portion_fill (struct ng_portion *p, size_t place, unsigned owner,
                             const uint32_t *ids, size_t n) NG_MUST_CHECK;

/* About how many bytes the portion will take at most while it is counted.  The
   caller holds P's lock.  */
uint64_t ng_portion_bytes (const struct ng_portion *p);

/* Sort worker W's vocabulary.  NG_ENOMEM.  */
enum ng_err ng_portion_sort_names (struct ng_portion *p,
                                   unsigned w) NG_MUST_CHECK;

/* Cut the order of all names into a range for every worker.  NG_ENOMEM.  */
enum ng_err ng_portion_split_names (struct ng_portion *p) NG_MUST_CHECK;

/* Merge what the vocabularies have in the range of worker W.  NG_ENOMEM.  */
enum ng_err ng_portion_merge_names (struct ng_portion *p,
                                    unsigned w) NG_MUST_CHECK;

/* Join the ranges, and find the bounds of buckets.  NG_ENOMEM, NG_ELIMIT.  */
enum ng_err ng_portion_bounds (struct ng_portion *p) NG_MUST_CHECK;

/* Find ranks and buckets of worker W's ids.  NG_ENOMEM.  */
enum ng_err ng_portion_place_types (struct ng_portion *p,
                                    unsigned w) NG_MUST_CHECK;

/* Write all names to OUT.  NG_ENOMEM, NG_ESYS.  */
enum ng_err ng_portion_write_names (struct ng_portion *p,
                                    struct ng_ngcw *out) NG_MUST_CHECK;

/* Deal keys to buckets.  NG_ENOMEM.  */
enum ng_err ng_portion_deal (struct ng_portion *p, unsigned w) NG_MUST_CHECK;

/* Count buckets and write them to OUT in their order, as leaves if P is to.
   NG_ENOMEM, NG_ELIMIT, NG_ESYS.  */
enum ng_err ng_portion_count (struct ng_portion *p, unsigned w,
                              struct ng_ngcw *out) NG_MUST_CHECK;

/* Remember that a worker failed with ERR, which is returned, so that the others
   stop.  */
enum ng_err ng_portion_stop (struct ng_portion *p, enum ng_err err);

/* The tokens that the next portion is to begin with: their names to NAMES, as
   ids in it IDS[ORDER - 1], how many to *N.  Before ng_portion_deal.
   NG_ENOMEM.  */
enum ng_err ng_portion_carry (const struct ng_portion *p,
                              struct ng_vocab *names, uint32_t *ids, size_t *n,
                              bool *in_sentence) NG_MUST_CHECK;

#endif
