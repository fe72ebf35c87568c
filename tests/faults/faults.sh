#!/bin/sh
# Faults in turn: on small real jobs of every program each call for memory,
# each read, write, open and so on fails once, and once from there on.  See
# shim.c, which makes them fail, and turns.c, which says what must hold then.
# NG_SOAK=yes tries every call; else the first ones, then some.
. "${srcdir=.}/tests/init.sh"

shim=$builddir/tests/faults/shim.so
turns=$builddir/tests/faults/turns
[ -f "$shim" ] || skip_ 'no shared object can be made here'
dense=8
[ "$NG_SANITIZE" = no ] || dense=2
[ "${NG_SOAK-}" != yes ] || dense=1000000000
if [ "$NG_SANITIZE" != no ]; then
    # Ours comes first, so that it stands before the sanitizer's allocator.
    ASAN_OPTIONS="verify_asan_link_order=0:allocator_may_return_null=1:\
$ASAN_OPTIONS"
    export ASAN_OPTIONS
fi
TMPDIR=tmp
export TMPDIR
mkdir job && cd job && mkdir out old tmp alt || framework_failure_ 'no folders'
LD_PRELOAD=$shim true || skip_ 'LD_PRELOAD does not work here'

# try [-n] KINDS COMMAND...: see turns.c; KINDS are words of the cases below.
try ()
{
    flags=
    if [ "$1" = -n ]; then
        flags=-n
        shift
    fi
    specs=
    for kind in $1; do
        case $kind in
        alloc) specs="$specs alloc:1:ENOMEM alloc:0:ENOMEM" ;;
        map) specs="$specs map:1:ENOMEM map:0:EIO" ;;
        read) specs="$specs read:1:EIO read:1:EINTR read:1:short read:0:short" ;;
        write) specs="$specs write:1:ENOSPC write:0:ENOSPC write:1:EIO
            write:1:EINTR write:1:short" ;;
        open) specs="$specs open:1:EMFILE open:0:EMFILE open:1:EACCES" ;;
        close) specs="$specs close:1:EIO close:1:EINTR close:0:EIO" ;;
        sync) specs="$specs sync:1:EIO sync:0:ENOSPC" ;;
        name) specs="$specs name:1:EIO name:0:EPERM name:0:ENOSPC" ;;
        size) specs="$specs size:1:ENOSPC size:0:EIO" ;;
        thread) specs="$specs thread:1:EAGAIN thread:0:EAGAIN" ;;
        stat) specs="$specs stat:1:EIO" ;;
        esac
    done
    shift
    # shellcheck disable=SC2086 # Words.
    "$turns" -d "$dense" $flags "$shim" $specs -- "$@" >>../report
    case $? in
    0) ;;
    1) fail_ "a fault was not dealt with: $*" ;;
    *)
        cat ../report >&9
        framework_failure_ "turns: $*"
        ;;
    esac
}

# was FILE...: what is in ./out when a command begins.
was ()
{
    rm -f old/* alt/*
    for file; do
        echo 'from a day before' >"old/$file"
    done
}

all='alloc map read write open close sync name size thread stat'
head -n 400 "$data/timemachine.txt" >text
head -n 12 "$data/timemachine.txt" >lines
gzip -c text >text.gz
ngram-tokenize --write-vocab=vocab -o tokens.npy text \
    && ngram-count -o a.ngc text && ngram-count -o a.tsv text \
    && ngram-count -o b.ngc lines && ngram-count -o b.tsv lines \
    && ngram-count -s -n 1-3 -o s.ngc text \
    && ngram-count -s -n 1-3 -o s.tsv lines \
    && ngram-model -n 3 --discount-fallback -o m.arpa s.ngc \
    && ngram-model -n 3 --discount-fallback -o m.ngm s.ngc \
    || framework_failure_ 'no inputs'

was result.npy result.vocab
# Of two files the one that was ready may be new.
ngram-tokenize --write-vocab=alt/result.vocab -o alt/result.npy text.gz
try "$all" ngram-tokenize --write-vocab=out/result.vocab -o out/result.npy \
    text.gz
was
try "$all" ngram-tokenize --vocab=vocab -t word text.gz
was result.ngc
try "$all" ngram-count -o out/result.ngc text
try -n "open write close sync name stat" ngram-count -o out/result.ngc text
was
try "alloc read write open" ngram-count --vocab=vocab tokens.npy
try "$all" ngram-count -S 16M -T tmp --parallel=2 -o out/result text.gz
try "$all" ngram-count --laplace --parallel=1 text
was result.ngc
try "$all" ngram-merge -S 16M -T tmp -o out/result.ngc a.ngc b.tsv b.ngc
was
try "$all" ngram-merge -T tmp a.tsv b.tsv
try "$all" ngram-merge -T tmp -f ngc a.ngc b.tsv
try "$all" ngram-merge -T tmp --laplace a.tsv
was result.arpa
try "$all" ngram-model -q -n 3 --discount-fallback -o out/result.arpa s.ngc
was
try "$all" ngram-model -q --discount-fallback -o out/result.ngm s.tsv
try "$all" ngram-model -m laplace -o out/result.ngm a.ngc
try "$all" ngram-score -m m.ngm lines
try "$all" ngram-score --parallel=2 --tokens -m m.arpa lines
try "$all" ngram-score --rank -m m.ngm lines
try "$all" ngram-sample -m m.ngm -n 5
try "$all" ngram-sample -m m.arpa -n 5
try "$all" ngram-zipf a.ngc
ngram-zipf --plot=alt/plot.svg a.tsv >stdout
try "$all" ngram-zipf --plot=out/plot.svg a.tsv
was result
try "$all" ngram-batch -f raw -o out/result tokens.npy
was
try "$all" ngram-batch -f text --steps=5 tokens.npy
was state
for i in 1 2 3 4; do
    ngram-batch -f raw --steps=$i --state=alt/$i tokens.npy >stdout
done
try "$all" ngram-batch -f raw --steps=4 --state=out/state tokens.npy

# Counts that do not fit -S; each run takes longer.
"$NG_AWK" 'BEGIN {
    for (x = i = 1; i <= 200000; i++) {
        x = (x * 16807) % 2147483647
        printf "%s%s", "w" (x % 60000), i % 20 ? " " : "\n"
    }
}' >big || framework_failure_ 'awk'
[ "${NG_SOAK-}" = yes ] || dense=1
kinds='alloc map read write open size thread'
[ "$NG_SANITIZE" = no ] || [ "${NG_SOAK-}" = yes ] || kinds='read write'
was result.ngc
try "$kinds" \
    ngram-count -S 16M -T tmp --parallel=2 -o out/result.ngc big

cat ../report
grep -q 'runs' ../report || fail_ 'no report'

Exit $fail
