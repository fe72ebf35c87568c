#include <config.h>

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
path_below (const char *variable, const char *fallback, const char *file)
{
    const char *dir = getenv (variable);
    if (!dir)
        dir = fallback;
    size_t size = strlen (dir) + strlen (file) + 2;
    char *path = malloc (size);
    ck_assert_ptr_nonnull (path);
    snprintf (path, size, "%s/%s", dir, file);
    return path;
}

char *
ng_data_path (const char *file)
{
    return path_below ("NG_DATA", "data", file);
}

char *
ng_golden_path (const char *file)
{
    return path_below ("NG_GOLDEN", "tests/golden", file);
}

/* Run the suite; the environment of libcheck (CK_FORK, CK_VERBOSITY,
   CK_RUN_CASE, CK_DEFAULT_TIMEOUT, ...) holds.  */
int
main (void)
{
    SRunner *runner = srunner_create (ng_suite ());
    srunner_run_all (runner, CK_ENV);
    int n_failed = srunner_ntests_failed (runner);
    int n_run = srunner_ntests_run (runner);
    srunner_free (runner);
    return n_failed == 0 && n_run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
