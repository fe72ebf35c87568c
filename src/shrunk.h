/* What happens if a file that is mapped is made shorter, or its medium fails:
   the system raises SIGBUS where its bytes are gone.  From shrunk_start on,
   which cli_start calls, a program says so then, unlinks its temporary files
   and ends with CLI_TROUBLE.  With a watch on the file it names it.  */
#ifndef NG_SHRUNK_H
#define NG_SHRUNK_H

#include <stddef.h>

void shrunk_start (void);

/* Watch BYTES bytes at MAP, mapped from NAME; all are borrowed until the
   program ends.  At most a few thousand; more are not watched by name.  */
void shrunk_watch (const void *map, size_t bytes, const char *name);

#endif
