/* Puts the checksums of binary forms right, so that fuzzing gets behind them.
   BYTES[N] is whatever a fuzzer made of such a file; what is no part of one is
   left alone.  */
#ifndef NG_MEND_H
#define NG_MEND_H

#include <stddef.h>
#include <stdint.h>

/* Of a count file (ngc(5)): those of header, blocks, indexes and table of
   contents, and the sizes in the trailer.  */
void mend_ngc (uint8_t *bytes, size_t n);

/* Of a model (ngm(5)): the one in the trailer.  */
void mend_ngm (uint8_t *bytes, size_t n);

#endif
