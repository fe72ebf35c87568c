/* Result codes and the record of what went wrong and where.

   Every function of the library that can fail returns an enum ng_err.  What
   the code alone cannot say (which file, which line or byte, what was found
   there) goes into a struct ng_fault, which an object is given when it is
   made.  A fault record keeps the first fault it is told and ignores later
   ones, so a fault met while cleaning up never hides its cause.  Only a
   program turns a record into a message.  */
#ifndef NG_ERR_H
#define NG_ERR_H

#include <stdbool.h>
#include <stdint.h>

#define NG_MUST_CHECK __attribute__ ((warn_unused_result))
#define NG_PRINTF(fmt, args) __attribute__ ((format (printf, fmt, args)))

enum ng_err
{
    NG_OK = 0,
    NG_END,       /* no more data; not a fault */
    NG_FULL,      /* a memory budget is used up; the caller spills */
    NG_ESYS,      /* the system refused: errno */
    NG_ENOMEM,    /* out of memory */
    NG_EOVERFLOW, /* a size or count does not fit its type */
    NG_EFORMAT,   /* damaged or malformed input */
    NG_ELIMIT,    /* input beyond a limit of nglimits.h */
    NG_EINVAL     /* a request that cannot be met with this input */
};

enum
{
    NG_FAULT_TEXT_MAX = 256
};

struct ng_fault
{
    enum ng_err err;  /* NG_OK until a fault is recorded */
    int sys_errno;    /* errno of an NG_ESYS, else 0 */
    const char *file; /* borrowed from whoever opened it; NULL: no file */
    uint64_t line;    /* from 1; 0: not known */
    uint64_t byte;    /* offset from 0, meaningful if has_byte */
    bool has_byte;
    char text[NG_FAULT_TEXT_MAX]; /* what is wrong; may be empty */
};

/* Record in *FAULT that ERR happened in FILE (borrowed, may be NULL) and
   describe it by FMT.  Return ERR, so that `return ng_fault_set (...)` both
   records and reports.  Nothing is recorded if FAULT already holds one.  */
enum ng_err ng_fault_set (struct ng_fault *fault, enum ng_err err,
                          const char *file, const char *fmt, ...)
    NG_PRINTF (4, 5);

/* The same with a line number, from 1.  */
enum ng_err ng_fault_at_line (struct ng_fault *fault, enum ng_err err,
                              const char *file, uint64_t line, const char *fmt,
                              ...) NG_PRINTF (5, 6);

/* The same with a byte offset, from 0.  */
enum ng_err ng_fault_at_byte (struct ng_fault *fault, enum ng_err err,
                              const char *file, uint64_t byte, const char *fmt,
                              ...) NG_PRINTF (5, 6);

/* Record the present errno as an NG_ESYS in FILE and return NG_ESYS.  */
enum ng_err ng_fault_sys (struct ng_fault *fault, const char *file);

/* The same, with TEXT, what could not be done.  */
enum ng_err ng_fault_sys_text (struct ng_fault *fault, const char *file,
                               const char *text);

/* What follows a noun of which there are N, in a message: "%u row%s".  */
static inline const char *
ng_plural (uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* A plain phrase for ERR, for faults whose text is empty.  Static.  */
const char *ng_err_text (enum ng_err err);

#endif
