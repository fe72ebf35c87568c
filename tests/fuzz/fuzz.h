/* fuzz.h: what fuzz targets share.  A target is a file fuzz_X.c that defines
   LLVMFuzzerTestOneInput: it gives BYTES[N] to one parser, and whatever they
   are, that may not crash, leak or run on.  It is linked with libFuzzer, or
   with replay.c, whose program runs it over the files on its command line
   (AFL++ can drive that one).  Seeds are in corpus/X, what is worth knowing of
   the form in X.dict.  */
#ifndef NG_FUZZ_H
#define NG_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

/* The name of a file, until the next call, that holds BYTES[N].  */
const char *fuzz_file (const uint8_t *bytes, size_t n);

/* Stop the program unless HOLDS: the parser took what cannot be.  */
#define FUZZ_CHECK(holds)                           \
    do                                              \
        if (!(holds))                               \
            fuzz_fail (#holds, __FILE__, __LINE__); \
    while (0)

_Noreturn void fuzz_fail (const char *what, const char *file, int line);

#endif
