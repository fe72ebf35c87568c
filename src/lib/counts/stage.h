/* The stages of counting, for what each of them costs.  The library does not
   look at clocks: who wants to know gives it one.  */
#ifndef NG_STAGE_H
#define NG_STAGE_H

#include <stdint.h>

enum ng_stage
{
    NG_STAGE_READ,     /* files to blocks */
    NG_STAGE_TOKENIZE, /* blocks to tokens */
    NG_STAGE_INTERN,   /* tokens to ids */
    NG_STAGE_RANK,     /* vocabularies sorted and merged */
    NG_STAGE_DEAL,     /* keys to buckets */
    NG_STAGE_COUNT,    /* buckets to distinct keys */
    NG_STAGE_SORT,     /* distinct keys to order */
    NG_STAGE_WRITE,    /* keys to .ngc */
    NG_STAGE_MERGE,    /* portions to one file */
    NG_STAGES
};

/* Nanoseconds of processor time that the calling thread has taken.  */
typedef uint64_t ng_clock (void);

/* What CLOCK says; 0 if there is none.  */
static inline uint64_t
ng_stage_now (ng_clock *clock)
{
    return clock ? clock () : 0;
}

#endif
