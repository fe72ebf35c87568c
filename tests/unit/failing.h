/* failing.h: calls to the system that fail, one after another, in the test's
   own process.

   What links with these (failing_flags in Makefile.am) has the library's calls
   for memory, files and threads pass through failing.c.  failing_turns runs a
   small job again and again and lets another call fail each time, first alone
   and then with all that come after it, until the job comes to its end without
   a fault.  Each time the job must give the right answer or the right error,
   and must have freed all that it allocated.

   tests/faults does the same to whole programs, and tries of each kind the
   first calls and then some; here it is every one.  */

#ifndef NG_FAILING_H
#define NG_FAILING_H

#include <stdint.h>

#include "base/err.h"
#include "io/output.h"

/* Kinds of calls; they may be added up.  */
enum
{
    FAILING_MEMORY = 1, /* malloc and kin, mmap, what GSL allocates: ENOMEM */
    FAILING_READ = 2,   /* read, pread: EIO */
    FAILING_WRITE = 4,  /* write, pwrite, writev: ENOSPC */
    FAILING_FILE = 8,   /* open, fstat, lseek, fsync, ...: EIO */
    FAILING_THREAD = 16 /* threads and mutexes, for want of memory: EAGAIN */
};

/* A job: what it came to in *ANSWER if it is NG_OK.  It does not fail a test;
   whoever calls it does.  */
typedef enum ng_err failing_job (const void *context, struct ng_fault *fault,
                                 uint64_t *answer);

/* Run JOB with CONTEXT in turns, of calls of KINDS.  Fails the test unless the
   job without a fault is NG_OK; and with one is NG_OK with the same answer, or
   NG_ENOMEM where it is memory or a thread that was refused, or NG_ESYS with
   the error in the fault; and nothing is left allocated.  Returns the number of
   calls that failed in turn.  */
unsigned failing_turns (unsigned kinds, failing_job *job, const void *context);

/* The same for jobs that take long: the first DENSE calls one by one, those
   after them at growing distances.  */
unsigned failing_some (unsigned kinds, unsigned dense, failing_job *job,
                       const void *context);

/* For jobs: commit OUT, whose bytes then are the answer; whatever ERR is, close
   it.  Returns the first error.  What is read for it does not fail.  */
enum ng_err failing_close (struct ng_output *out, enum ng_err err,
                           uint64_t *answer);

#endif
