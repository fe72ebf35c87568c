#!/bin/sh
# Fuzz: run each target that was built for it in BUILD_DIR for FUZZ_SECONDS
# (default 60; 0 is without end) or FUZZ_RUNS inputs, whatever is first, from its
# seeds and what was found before.  FUZZ_TARGETS: only those.  "make fuzz" does.
#
# Usage: tests/fuzz/run.sh SOURCE_DIR BUILD_DIR
set -u
source=$1 build=$2 status=0
# A large part of the time goes to memory that is freed and not used again.
ASAN_OPTIONS=allocator_may_return_null=1:quarantine_size_mb=1:${ASAN_OPTIONS-}
ASAN_OPTIONS=malloc_context_size=4:$ASAN_OPTIONS
export ASAN_OPTIONS
for target in "$build"/tests/fuzz/fuzz_*; do
    name=${target##*/fuzz_}
    case $name in
    *.*) continue ;;
    esac
    if [ -n "${FUZZ_TARGETS-}" ]; then
        case " $FUZZ_TARGETS " in
        *" $name "*) ;;
        *) continue ;;
        esac
    fi
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
    "$target" "$@" "$found" "$source/tests/fuzz/corpus/$name" \
        >"$found.log" 2>&1 || {
        echo "$name: FAILED; see $found.log" >&2
        status=1
    }
    printf '%s: %s runs\n' "$name" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")"
done
exit $status
