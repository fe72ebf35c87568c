/* What happens if a file that is mapped is made shorter, or its medium fails:
   the system raises SIGBUS where its bytes are gone.  From shrunk_start on,
   which cli_start calls, a program says so then and ends.  With a watch on the
   file it names it.  */
#ifndef NG_SHRUNK_H
#define NG_SHRUNK_H

#include <stddef.h>

/* The program is NAME, which is borrowed, and END ends it: it may call nothing
   but what a signal handler may.  */
void shrunk_start (const char *name, void (*end) (void));

/* Watch BYTES bytes at MAP, mapped from NAME; all are borrowed until the
   program ends.  At most a few thousand; more are not watched by name.  */
void shrunk_watch (const void *map, size_t bytes, const char *name);

#endif
