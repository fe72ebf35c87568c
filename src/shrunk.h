/* What happens if a file that is mapped is made shorter: the system raises
   SIGBUS where its bytes are gone.  With a watch on it the program says so,
   unlinks its temporary file and ends with CLI_TROUBLE.  */
#ifndef NG_SHRUNK_H
#define NG_SHRUNK_H

#include <stddef.h>

#include "io/output.h"

/* Watch BYTES bytes at MAP, mapped from NAME; all are borrowed until the
   program ends.  At most a few thousand; more are not watched by name.  */
void shrunk_watch (const void *map, size_t bytes, const char *name);

/* OUT's temporary file, if it has one, is unlinked then; NULL: none.  */
void shrunk_guard (const struct ng_output *out);

#endif
