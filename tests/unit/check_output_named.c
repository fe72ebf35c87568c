/* The tests of check_output.c once more, with a copy of the module that knows
   no files without a name, as on systems that have none.  */
#include <config.h>

#include <fcntl.h>

#undef O_TMPFILE
#define NAMED 1

#include "io/output.c"

#include "check_output.c"
