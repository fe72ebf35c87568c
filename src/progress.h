/* A progress line on standard error, for work of more than a second on a
   terminal: rate, share done, time left.  One per program.  */
#ifndef NG_PROGRESS_H
#define NG_PROGRESS_H

#include <stdint.h>

/* Start the clock.  TOTAL bytes will be worked through; 0: not known.  The
   line is shown only if standard error is a terminal and -q was not given.  */
void progress_start (uint64_t total);

/* DONE bytes are worked through.  Cheap enough to call for every block.  */
void progress_update (uint64_t done);

/* Both in one call, for work that comes in parts: the clock starts anew where
   TOTAL is another than before or DONE goes back.  */
void progress_show (uint64_t done, uint64_t total);

/* Erase the line.  */
void progress_stop (void);

#endif
