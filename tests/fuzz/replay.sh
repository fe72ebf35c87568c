#!/bin/sh
# Every fuzz target over the files that are kept for it: seeds, and whatever
# once was too much for a parser; and over all that one wrong byte makes of them.
. "${srcdir=.}/tests/init.sh"

n=0
for target in "$builddir"/tests/fuzz/fuzz_*; do
    name=${target##*/fuzz_}
    case $name in
    *.*) continue ;;
    esac
    [ -d "$srcdir/tests/fuzz/corpus/$name" ] || {
        fail_ "no seeds for $name"
        continue
    }
    "$target" -a "$srcdir/tests/fuzz/corpus/$name"/* >out 2>&1 || {
        fail_ "$name: status $?"
        tail -n 40 out >&9
    }
    n=$((n + 1))
done
[ "$n" -ge 9 ] || fail_ "only $n targets"

Exit $fail
