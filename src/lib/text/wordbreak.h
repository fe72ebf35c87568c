/* Word boundaries by Unicode Standard Annex 29, section 4.1, rules WB3 to
   WB999, as a scan that needs the text only up to the next boundary.  The
   properties of code points past ASCII are libunistring's.  */
#ifndef NG_WORDBREAK_H
#define NG_WORDBREAK_H

#include <stdbool.h>
#include <stddef.h>

/* The length in bytes of the segment at the start of S[N], N > 0, whose
   beginning is a boundary; 0 if S ends before that is decided and !FINAL.
   *BLANK tells whether all of it is white space.  An ill-formed sequence
   counts as one U+FFFD.

   A segment longer than MAX bytes is answered as if it ended at the first code
   point past MAX, and a segment is always decided by MAX + NG_WORDBREAK_AHEAD
   bytes.  */
enum
{
    NG_WORDBREAK_AHEAD = 16
};
size_t ng_wordbreak_next (const unsigned char *s, size_t n, bool final,
                          size_t max, bool *blank);

#endif
