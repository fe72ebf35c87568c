#!/bin/sh
# A mapped file that is made shorter while a program reads it: a message, status
# 2, and no output file, not the end by a signal.
. "${srcdir=.}/tests/init.sh"

ngram-count -n 1-3 -o a.ngc "$data/timemachine.txt" \
    && ngram-count -s -n 1-3 -o s.ngc "$data/timemachine.txt" \
    && ngram-model -o m.ngm s.ngc && mkfifo fifo || framework_failure_ 'inputs'

# expect PATTERN: the program in the background says so, and no more.
expect ()
{
    wait "$pid"
    status=$?
    [ $status -eq 2 ] || fail_ "status $status, not 2; $(cat err)"
    [ "$(wc -l <err)" -eq 1 ] && grep -q "^$1" err || fail_ "$1: $(cat err)"
    [ ! -e result ] || fail_ 'an output was made'
    for file in .ngram.*; do
        [ ! -e "$file" ] || fail_ "left behind: $file"
    done
}

# opened FILE: wait until the process has it mapped.
opened ()
{
    i=0
    until grep -q "/$1\$" "/proc/$pid/maps" 2>/dev/null; do
        i=$((i + 1))
        [ $i -lt 200 ] || framework_failure_ "$1 is not mapped"
        sleep 0.05
    done
}
# Wait until the process has the FIFO open.
opened_fifo ()
{
    i=0
    until find -L "/proc/$pid/fd" -samefile fifo 2>/dev/null | grep -q .; do
        i=$((i + 1))
        [ $i -lt 200 ] || framework_failure_ "$program does not open its input"
        sleep 0.05
    done
}
[ -r /proc/self/maps ] || skip_ 'this needs /proc'

# Each has opened its file and waits for the other one.
cp m.ngm cut.ngm
ngram-score -m cut.ngm -o result fifo 2>err &
pid=$!
exec 3>fifo
opened cut.ngm
: >cut.ngm
cat "$data/timemachine.txt" >&3 2>/dev/null
exec 3>&-
expect 'ngram-score: cut.ngm: the file became shorter'

cp a.ngc cut.ngc
ngram-merge -o result cut.ngc fifo 2>err &
pid=$!
exec 3>fifo
opened cut.ngc
: >cut.ngc
exec 3>&-
expect 'ngram-merge: cut.ngc: the file became shorter'

# Its reader stops reading.
cp m.ngm cut.ngm
ngram-sample -m cut.ngm -n 1000000 >fifo 2>err &
pid=$!
exec 3<fifo
head -n 1 <&3 >out
opened cut.ngm
: >cut.ngm
cat <&3 >out
exec 3<&-
expect 'ngram-sample: cut.ngm: the file became shorter'

# Those that read a file in one go are told by hand.
for program in $NG_PROGRAMS; do
    case $program in
    ngram-sample | ngram-score) set -- -m fifo ;;
    *) set -- fifo ;;
    esac
    "$program" -o result "$@" 2>err </dev/null &
    pid=$!
    # With both its ends open here nothing is waited for.
    exec 3<>fifo
    opened_fifo
    kill -BUS "$pid"
    expect "$program: a file became shorter, or could not be read"
    exec 3>&-
done

Exit $fail
