#include <config.h>

#include <string.h>

#include "fuzz.h"
#include "text/blocks.h"

/* Text in all modes, plain, gzip or .npy: the first byte chooses how.  */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
    struct ng_fault fault = { .err = NG_OK };
    struct ng_block block;
    struct ng_token_list list;
    struct ng_tokenizer t;
    struct ng_blocks *b = NULL;
    const char *names[1];
    enum ng_tokenize_mode mode;
    enum ng_err err;

    if (n == 0)
        return 0;
    memset (&block, 0, sizeof block);
    memset (&list, 0, sizeof list);
    mode = (enum ng_tokenize_mode) (bytes[0] % 5);
    names[0] = fuzz_file (bytes + 1, n - 1);
    ng_tokenizer_init (&t, mode, bytes[0] & 0x40, bytes[0] & 0x80);
    err = ng_blocks_open (names, 1, mode, &fault, &b);
    while (err == NG_OK && (err = ng_blocks_next (b, &block)) == NG_OK)
        if (!block.is_ids)
            err = ng_block_scan (&block, &t, &list, &fault);
    FUZZ_CHECK (err != NG_OK);
    FUZZ_CHECK (err == NG_END || fault.err != NG_OK || err == NG_ENOMEM);
    ng_blocks_close (b);
    ng_block_fini (&block);
    ng_token_list_fini (&list);
    return 0;
}
