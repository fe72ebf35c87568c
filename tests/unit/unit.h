/* unit.h: what a unit test gives to the main program they share.

   A test is one file, tests/unit/check_NAME.c, which defines ng_suite; its
   name in check_PROGRAMS (Makefile.am) is all else that it takes.  The
   environment of a test run names where files are:

     NG_DATA    the folder data/ of the source tree
     NG_GOLDEN  the folder tests/golden/ of the source tree

   Scratch files go to the current folder, which is the build folder's top.  */

#ifndef NG_UNIT_H
#define NG_UNIT_H

#include <check.h>

/* libcheck writes a message for each assertion that it passes, so that it can
   say behind which a test crashed: a system call each time, and half the time
   of a test that compares millions of values.  Here assertions that hold are
   silent; of a crash the name of the test is told.  */
#define _mark_point(file, line) ((void) 0)

/* A condition that needs no values in its message.  */
#define NG_ENSURE(condition)                 \
    do                                       \
    {                                        \
        if (!(condition))                    \
            ck_abort_msg ("%s", #condition); \
    } while (0)

/* Return the suite of this test program; the caller owns it.  */
Suite *ng_suite (void);

/* Return the path of FILE in data/ or in tests/golden/.  The result is
   allocated and belongs to the caller.  A test that is run by hand, without
   the environment, looks below the current folder.  */
char *ng_data_path (const char *file);
char *ng_golden_path (const char *file);

#endif
