/* Puts an end mark into a stream of tokens: after each line, or where a
   document ends.

       a b        a b </s>      a b           a b
       (blank)    </s>          c </s>        (blank)
       c          c </s>                      c </s>
       text       line          (no blank)    file

   A mark stands behind the last token of its document, on the same line, so
   the lines of the output stay those of the input.  */
#ifndef NG_MARKER_H
#define NG_MARKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/token.h"

enum ng_mark_at
{
    NG_MARK_LINE,  /* each line, empty ones too */
    NG_MARK_BLANK, /* documents are split by blank lines and file ends */
    NG_MARK_FILE   /* each file that has a token */
};

/* Start from all zero with AT and the mark's NAME[LEN] (borrowed) set.  */
struct ng_marker
{
    enum ng_mark_at at;
    const unsigned char *name;
    size_t len;

    bool open;           /* the document has a token and no mark yet */
    uint64_t held_lines; /* line ends that wait for what comes next */
    struct ng_token_list out;
};

/* Store in *OUT, borrowed until the next call, the tokens of IN with marks
   between them; ENDS_FILE says that a file ends behind IN.  Line ends may be
   held back until the next call.  NG_ENOMEM.  */
enum ng_err ng_marker_apply (struct ng_marker *m,
                             const struct ng_token_list *in, bool ends_file,
                             const struct ng_token_list **out) NG_MUST_CHECK;

/* Release what M holds.  */
void ng_marker_fini (struct ng_marker *m);

#endif
