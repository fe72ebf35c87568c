#!/bin/sh
# Fuzz: run each target that was built for it in BUILD_DIR for FUZZ_SECONDS
# (default 60; 0 is without end) or FUZZ_RUNS inputs, whatever is first, from its
# seeds and what was found before.  FUZZ_TARGETS: only those.  FUZZ_JOBS: so many
# at a time (default 1).  "make fuzz" does.
#
# Usage: tests/fuzz/run.sh SOURCE_DIR BUILD_DIR [TARGET]
set -u
source=$1 build=$2

# Run them all, each by this script; a line for each, and a sum, as automake's
# tests have it.
if [ $# -eq 2 ]; then
    names=
    for target in "$build"/tests/fuzz/fuzz_*; do
        name=${target##*/fuzz_}
        case $name in
        *[!a-z]*) continue ;;
        esac
        case " ${FUZZ_TARGETS-$name} " in
        *" $name "*) names="$names $name" ;;
        esac
    done
    [ -n "$names" ] || {
        echo 'no target of that name' >&2
        exit 1
    }
    # shellcheck disable=SC2086 # Words.
    printf '%s\n' $names | xargs -P "${FUZZ_JOBS-1}" -n 1 "${SHELL-sh}" "$0" \
        "$source" "$build" >"$build/tests/fuzz/fuzz.log"
    cat "$build/tests/fuzz/fuzz.log"
    n=$(grep -c . "$build/tests/fuzz/fuzz.log")
    bad=$(grep -c FAILED "$build/tests/fuzz/fuzz.log")
    printf '# PASS:  %s\n# FAIL:  %s\n' $((n - bad)) "$bad"
    [ "$bad" -eq 0 ]
    exit
fi

name=$3
# A large part of the time goes to memory that is freed and not used again.
ASAN_OPTIONS=allocator_may_return_null=1:quarantine_size_mb=1:${ASAN_OPTIONS-}
ASAN_OPTIONS=malloc_context_size=4:$ASAN_OPTIONS
export ASAN_OPTIONS
found=$build/tests/fuzz/found/$name
mkdir -p "$found"
# Short inputs are many inputs; forms with large headers need more.
case $name in
model | tokens) len=1400 ;;
megatron | ngc | state) len=700 ;;
*) len=300 ;;
esac
set -- -max_total_time="${FUZZ_SECONDS-60}" -runs="${FUZZ_RUNS--1}" \
    -max_len="$len" -timeout=20 -close_fd_mask=1 \
    -print_final_stats=1 -artifact_prefix="$found-"
# A refused command line is told on standard error, and what it had taken is
# left to the end of the program.
[ "$name" != args ] || set -- "$@" -close_fd_mask=3 -rss_limit_mb=0
[ ! -f "$source/tests/fuzz/$name.dict" ] \
    || set -- "$@" -dict="$source/tests/fuzz/$name.dict"
status=
"$build/tests/fuzz/fuzz_$name" "$@" "$found" \
    "$source/tests/fuzz/corpus/$name" >"$found.log" 2>&1 \
    || status=", FAILED; see $found.log"
printf '%s: %s runs%s\n' "$name" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")" "$status"
