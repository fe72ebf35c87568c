#!/bin/sh
# Static analysis of all programs and the library, with what of gcc -fanalyzer,
# clang-tidy (see .clang-tidy) and cppcheck is installed.  "make analyze" runs
# it in the source tree.  NG_ANALYZE: only these, of gcc, tidy and cppcheck.
# Status 1 if there is anything to say.  Exceptions stand, with their reasons,
# in .clang-tidy, below, and beside the code (NOLINT, cppcheck-suppress).
#
# Usage: build-aux/analyze.sh BUILD_DIR
set -u
build=$1
status=0
files=$(find src -name '*.c' | sort)
n=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

# wanted TOOL COMMAND: is it to be run, and there?
wanted ()
{
    case " ${NG_ANALYZE-gcc tidy cppcheck} " in
    *" $1 "*) ;;
    *) return 1 ;;
    esac
    command -v "$2" >/dev/null 2>&1 && return
    echo "analyze: $2 is not installed; left out" >&2
    return 1
}

# each COMMAND...: run it with every file, a few at a time.
each ()
{
    printf '%s\n' "$files" | xargs -P "$n" -n 1 "$@" 2>&1
}

# judge TOOL: any warning is one too many.
judge ()
{
    if grep -aE '(warning|error|performance|portability): ' \
        "$build/analyze-$1.log"; then
        status=1
    else
        echo "analyze: $1 has nothing to say"
    fi
}

if wanted gcc gcc; then
    # gcc 12 takes an array that a loop fills for one that is not, and what goes
    # into an array that grew for lost: valgrind and the address sanitizer look
    # after those.  And it does not see that a token has 1 to 32 bits, for the
    # shifts of counts/key.h.
    each gcc -std=gnu11 -O1 -fanalyzer \
        -Wno-analyzer-use-of-uninitialized-value \
        -Wno-analyzer-malloc-leak -Wno-analyzer-shift-count-overflow \
        -c -o /dev/null -I "$build" -iquote src/lib -iquote src \
        >"$build/analyze-gcc.log"
    judge gcc
fi
if wanted tidy clang-tidy; then
    # It has no -p: there is no compilation database.
    printf '%s\n' "$files" | xargs -P "$n" -I '{}' clang-tidy --quiet '{}' -- \
        -std=gnu11 -I"$build" -iquote src/lib -iquote src \
        >"$build/analyze-tidy.log" 2>/dev/null
    judge tidy
fi
if wanted cppcheck cppcheck; then
    # invalidFunctionArg: memory without a file is mapped with descriptor -1.
    # unmatchedSuppression: versions differ in what they see.
    # shellcheck disable=SC2086 # Names without blanks.
    cppcheck --quiet --inline-suppr -j "$n" --std=c11 --library=posix \
        --enable=warning,portability,performance \
        --suppress=invalidFunctionArg:src/lib/base/pages.c \
        --suppress=unmatchedSuppression --suppress=missingInclude \
        -I "$build" -I src/lib -I src $files \
        >"$build/analyze-cppcheck.log" 2>&1
    judge cppcheck
fi
exit $status
