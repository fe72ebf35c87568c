/* What the utilities' command lines share: options from one table, numbers,
   messages, output that is never lost.

   A utility describes itself in a struct cli_program.  The same table drives
   getopt_long and --help, so they cannot differ.  Order of calls: cli_start
   first; cli_next until it returns -1; operands in cli_operands; at the end
   return cli_finish (status).

   Status: CLI_DONE, CLI_NO (done, and the answer is no), CLI_TROUBLE.  */
#ifndef NG_CLI_H
#define NG_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "io/output.h"

enum
{
    CLI_DONE = 0,
    CLI_NO = 1,
    CLI_TROUBLE = 2
};

/* Keys of options with no short form start here.  */
enum
{
    CLI_LONG_ONLY = 256
};

struct cli_option
{
    int key;          /* the short letter, or CLI_LONG_ONLY and up */
    const char *name; /* long name */
    const char *arg;  /* argument's name; "[=X]" if optional; NULL: none */
    const char *help; /* one sentence; lines split by \n */
};

struct cli_program
{
    const char *name;
    const char *usage;   /* what follows the name in the usage line */
    const char *summary; /* what it does, one or more lines */
    const struct cli_option *options; /* ends with a zero key */
    const char *epilogue; /* after the options in --help; may be NULL */
};

/* Options that every utility has, -q -v --help --version, are handled inside:
   cli_quiet and cli_verbose tell of the first two.  */
extern bool cli_quiet, cli_verbose;

/* Set up locale and standard streams, and take the command line.  */
void cli_start (const struct cli_program *program, int argc, char **argv);

/* The program's name.  */
const char *cli_name (void);

/* The key of the next option, with its argument (NULL if none) in *ARG, or -1
   when there are no more.  An unknown option ends the program.  */
int cli_next (const char **arg);

/* What remains after the options: *N operands.  */
const char *const *cli_operands (size_t *n);

/* The argument TEXT of the option last returned, as a whole number from MIN
   to MAX; sizes take K, M, G, T (powers of 1024).  Trailing text or a number
   out of range ends the program with a message that names the option.  */
uint64_t cli_count (const char *text, uint64_t min, uint64_t max);
uint64_t cli_size (const char *text, uint64_t min, uint64_t max);

/* The same for a real number from MIN to MAX.  */
double cli_real (const char *text, double min, double max);

/* A list of reals split by commas into OUT[CAP]; returns how many.  */
size_t cli_reals (const char *text, double min, double max, double *out,
                  size_t cap);

/* "N" or "MIN-MAX", both from LOW to HIGH.  "N" sets both.  */
void cli_range (const char *text, unsigned low, unsigned high, unsigned *min,
                unsigned *max);

/* The index of TEXT among the words WORDS, which end with NULL.  */
size_t cli_word (const char *text, const char *const *words);

/* `PROGRAM: ...` on standard error.  cli_warn is silent with -q; cli_note
   speaks only with -v.  */
void cli_error (const char *fmt, ...) NG_PRINTF (1, 2);
void cli_warn (const char *fmt, ...) NG_PRINTF (1, 2);
void cli_note (const char *fmt, ...) NG_PRINTF (1, 2);

/* Complain of usage, point at --help, and exit with CLI_TROUBLE.  */
void cli_usage_error (const char *fmt, ...) NG_PRINTF (1, 2)
    __attribute__ ((noreturn));

/* Print what FAULT says, or ERR where it says nothing:
   `PROGRAM: FILE:LINE: what`.  Returns CLI_TROUBLE.  */
int cli_fault (const struct ng_fault *fault, enum ng_err err);

/* The name of a file or token for a message: quoted if it has odd bytes, which
   are escaped.  One of a few static buffers.  */
const char *cli_quote (const char *name);

/* While OUT has a temporary name, a signal that ends the program unlinks it.
   At most a few at a time.  Call cli_forget before OUT is closed.  */
void cli_guard (const struct ng_output *out);
void cli_forget (const struct ng_output *out);

/* Open the output NAME, standard output if that is NULL, and guard it.  As
   ng_output_open.  */
enum ng_err cli_open_output (const char *name, struct ng_fault *fault,
                             struct ng_output **out) NG_MUST_CHECK;

/* Forget and close OUT, which may be NULL, committed or not.  */
void cli_close_output (struct ng_output *out);

/* Close standard output and error, reporting what went wrong; returns STATUS
   or CLI_TROUBLE.  For `return cli_finish (status);` in main.  */
int cli_finish (int status);

#endif
