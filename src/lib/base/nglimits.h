/* Every limit of the toolkit, with its reason.  Input beyond a limit is an
   error that names the place; nothing is cut silently.  The manual pages
   state these numbers and the tests try each at the limit and one past.  */
#ifndef NG_LIMITS_H
#define NG_LIMITS_H

#include <stdint.h>

enum
{
    /* Longest n-gram counted.  Keys of 8 tokens still fit four words of 64
       bits each with 32-bit tokens; KenLM's default limit is 6.  */
    NG_ORDER_MAX = 8,

    /* Longest token name, in bytes of its text form.  A tokenizer keeps an
       unfinished token in memory; this bounds it.  */
    NG_TOKEN_BYTES_MAX = 65535,

    /* Longest line of counts in text, in bytes: the longest n-gram, a count, and
       a third column, which is not kept.  A reader holds a whole line.  */
    NG_COUNT_LINE_BYTES_MAX = NG_ORDER_MAX * (NG_TOKEN_BYTES_MAX + 1) + 64,

    /* Least memory, in bytes, that a program can be told to keep to: what
       threads, blocks, open files and a table of counts take anyway.  */
    NG_BUDGET_MIN = 16 * 1024 * 1024,

    /* Bytes of an input that can be looked at before it is read, to tell what
       it is: a page, for what somebody wrote before an ARPA model begins.  */
    NG_PEEK_MAX = 4096,

    /* Bytes read from a file at a time: larger blocks read no faster.  A fuzzer
       has them end anywhere.  */
#ifdef NG_FUZZING
    NG_BLOCK_BYTES = 192
#else
    NG_BLOCK_BYTES = 256 * 1024
#endif
};

/* Most types in a vocabulary: ids are 32 bits wide, and the topmost ids are
   kept for marks such as the end of a sentence.  */
#define NG_TYPES_MAX UINT32_C (4294967000)

#endif
