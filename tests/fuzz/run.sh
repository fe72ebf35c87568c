#!/bin/sh
# Fuzz: run each target that was built for it in BUILD_DIR for FUZZ_SECONDS
# (default 60), from its seeds and what was found before.  "make fuzz" does.
#
# Usage: tests/fuzz/run.sh SOURCE_DIR BUILD_DIR
set -u
source=$1 build=$2 status=0
ASAN_OPTIONS=allocator_may_return_null=1:${ASAN_OPTIONS-}
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
    set -- -max_total_time="${FUZZ_SECONDS-60}" -max_len=4096 -timeout=20 \
        -print_final_stats=1 -artifact_prefix="$found-"
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
