#!/bin/sh
# lint.sh: check the house rules that a machine can check.  "make lint" runs it
# in the top of the source tree; a tool that is missing is said and skipped.
#
# Usage: build-aux/lint.sh [BUILD_DIR]
# BUILD_DIR, where config.h is, lets the headers be compiled alone.
set -u
LC_ALL=C
export LC_ALL

build=${1-}
status=0
tab=$(printf '\t')

# What is checked: in a clone what git knows, else what is there.
list ()
{
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1 \
        && [ -e "$(git rev-parse --show-toplevel)/configure.ac" ]; then
        git ls-files --cached --others --exclude-standard -- "$@"
    else
        for pattern in "$@"; do
            find . -name "$pattern" -type f | sed 's,^\./,,'
        done
    fi | sort -u | while read -r f; do [ ! -f "$f" ] || echo "$f"; done
}

say ()
{
    printf 'lint: %s\n' "$*"
}

bad ()
{
    say "$*" >&2
    status=1
}

# forbid WHY PATTERN FILE...: no line of the FILEs may match the extended
# regular expression PATTERN.
forbid ()
{
    why=$1 pattern=$2
    shift 2
    [ $# -gt 0 ] || return
    if grep -n -E -e "$pattern" /dev/null "$@" >&2; then
        bad "$why"
    fi
}

have ()
{
    command -v "$1" >/dev/null 2>&1 && return
    say "$1 is not installed: skipped"
    return 1
}

sources=$(list '*.c')
headers=$(list '*.h' | grep -v '^config\.h$')
scripts=$(list '*.sh' '*.bash' bootstrap '.ci/run' 'bench/run')

# File names have no spaces here, which the list above relies on.
# shellcheck disable=SC2086
{
    # --------------------------------------------------------------- patterns
    forbid 'never "while (!feof (f))": tell the end from a fault' \
        'while *\(.*feof *\(' $sources $headers
    forbid 'use ng_alloc_array, which checks the product' \
        '[^_a-z](malloc|realloc) *\([^;]*[^(;]\*[^)]' $sources $headers
    forbid 'numbers are read with cli_count, cli_size, cli_real' \
        '(^|[^_a-zA-Z0-9])(atoi|atol|atoll|atof) *\(' $sources $headers
    forbid 'a call that cannot know the size of its output' \
        '(^|[^_a-zA-Z0-9])(strcpy|strcat|sprintf|vsprintf|gets) *\(' \
        $sources $headers
    forbid 'no alloca' '(^|[^_a-zA-Z0-9])alloca *\(' $sources $headers
    forbid 'our headers are included as "base/err.h", not <base/err.h>' \
        '#include <(base|io|text|counts|models|batch)/|#include <(cli|progress)\.h>' \
        $sources $headers
    forbid 'work that is left open' \
        '(^|[^A-Za-z])(TO[D]O|FIX[M]E|XX[X])([^A-Za-z]|$)' \
        $sources $headers $scripts Makefile.am configure.ac
    forbid 'white space at the end of a line' "[ $tab]\$" \
        $sources $headers $scripts Makefile.am configure.ac
    forbid 'a tab in C' "$tab" $sources $headers

    # --------------------------------------------------------- shape of files
    for f in $sources; do
        [ "$(sed -n '/^ *# *include/{p;q;}' "$f")" = '#include <config.h>' ] \
            || case $f in
            examples/*) ;; # a user's program has no config.h of ours
            *) bad "$f: the first include is not <config.h>" ;;
            esac
    done
    for f in $headers; do
        # nglimits.h has it twice; ngrams.h and ngc.h are no such names.
        guard=NG_$(basename "$f" .h | sed 's/^nglimits/limits/' \
            | tr 'a-z-' 'A-Z_')_H
        grep -q "^#ifndef $guard\$" "$f" && grep -q "^#define $guard\$" "$f" \
            || bad "$f: the guard is not $guard"
    done
    for f in src/ngram-*.c; do
        [ -f "$f" ] || continue
        [ "$(wc -l <"$f")" -le 400 ] \
            || bad "$f: a program stays under 400 lines"
    done

    # Every source is in a list of Makefile.am, or make dist forgets it.
    for f in $(list 'src/*.c' 'src/*.h' 'src/*.sh' | grep '^src/'); do
        grep -q -w -F -e "$f" Makefile.am \
            || bad "$f: Makefile.am does not name it"
    done
    for f in $(list 'tests/*.sh' | grep '^tests/'); do
        grep -q -w -F -e "$f" Makefile.am \
            || bad "$f: Makefile.am does not name it"
    done
    for f in $(list 'tests/unit/check_*.c' | grep '^tests/unit/'); do
        grep -q -w -F -e "${f%.c}" Makefile.am \
            || bad "$f: Makefile.am does not name it"
    done

    # -------------------------------------------------------------- with tools
    if have clang-format; then
        clang-format --dry-run -Werror $sources $headers \
            || bad 'clang-format would lay this out otherwise: clang-format -i'
    fi
    if have shellcheck; then
        shellcheck $scripts || bad 'shellcheck has something to say'
    fi
    if [ -n "$build" ] && [ -f "$build/config.h" ]; then
        flags='-std=gnu11 -fsyntax-only -Wall -Wextra -Werror -Wno-unused-function'
        for f in $headers; do
            case $f in
            tests/unit/*) [ -e /usr/include/check.h ] || continue ;;
            esac
            printf '#include <config.h>\n#include "%s"\n' "$f" \
                | ${CC:-cc} ${CPPFLAGS-} $flags -I"$build" -iquote . \
                    -iquote src -iquote src/lib -iquote "${f%/*}" -x c - \
                || bad "$f: does not compile alone"
        done
    else
        say 'no config.h: headers are not compiled alone'
    fi
    if have groff; then
        for f in man/*.[1-8]; do
            [ -f "$f" ] || continue
            [ -z "$(groff -man -Tutf8 -ww -wall -rLL=78n -z "$f" 2>&1)" ] || {
                groff -man -Tutf8 -ww -rLL=78n -z "$f" >&2
                bad "$f: groff has something to say"
            }
        done
    fi
}

[ "$status" -eq 0 ] && say 'all is well'
exit "$status"
