#!/bin/sh
# The bound of memory: counts that are ten times -S come out the same, the peak
# that the system reports stays within -S and 32 MiB, and what is merged too.
. "${srcdir=.}/tests/init.sh"

[ "$NG_SANITIZE" = no ] || skip_ 'sanitizers take memory of their own'
measure=$builddir/bench/measure
[ -x "$measure" ] || framework_failure_ 'bench/measure is not built'

# peak SIZE COMMAND...: run it, and hold its peak below SIZE MiB and 32 more.
peak ()
{
    limit=$((($1 + 32) * 1024))
    shift
    rm -f log
    "$measure" log "$@" || fail_ "status $?: $*"
    kib=$(awk '{ print $4 }' log)
    [ "$kib" -gt 0 ] && [ "$kib" -le $limit ] \
        || fail_ "a peak of $kib KiB, more than $limit: $*"
}

# Two million tokens of 60,000 types, hardly any n-gram twice.
"$NG_AWK" 'BEGIN {
    x = 1
    for (i = 1; i <= 2000000; i++) {
        x = (x * 16807) % 2147483647
        printf "%s%s", "w" (x % 60000), i % 20 ? " " : "\n"
    }
}' >text || framework_failure_ 'awk'
ngram-count -n 1-4 -o exp.ngc text || fail=1
[ "$(wc -c <exp.ngc)" -gt 30000000 ] || framework_failure_ 'a small text'
for threads in 1 2; do
    peak 16 ngram-count -S 16M --parallel=$threads -n 1-4 -o out.ngc text
    cmp exp.ngc out.ngc || fail_ "$threads threads in 16 MiB"
done
# Where temporary files cannot be, that is said, and nothing is written.
returns_ 2 ngram-count -S 16M -T nowhere -o none.ngc text 2>err || fail=1
grep '^ngram-count: nowhere: cannot make a temporary file: No such file' err \
    || fail_ "no message: $(cat err)"
# shellcheck disable=SC3045 # Where there is none it is no limit.
(ulimit -f 100 && exec ngram-count -S 16M -T . -o none.ngc text) 2>&1 | cat >err
grep '^ngram-count: \.: cannot write a temporary file: File too large' err \
    || fail_ "no message: $(cat err)"
[ ! -e none.ngc ] || fail_ 'an output in spite of a fault'

# What the process may have is what "50%" is of.
ngram-count -n 1-4 -o exp.ngc text text text || fail=1
# shellcheck disable=SC3045 # Where there is none it is no limit.
(ulimit -d 65536 && exec ngram-count -n 1-4 -o out.ngc text text text) \
    || fail_ 'within the limit of the process'
cmp exp.ngc out.ngc || fail_ 'within the limit of the process'
# And room for addresses, of which heaps for each thread would take too much.
seq 400000 >numbers
ngram-count -n 1-3 -o exp.ngc numbers || fail=1
# shellcheck disable=SC3045 # Where there is none it is no limit.
(ulimit -v 260000 && exec ngram-count --parallel=4 -n 1-3 -o out.ngc numbers) \
    || fail_ 'within the addresses of the process'
cmp exp.ngc out.ngc || fail_ 'within the addresses of the process'

# Parts of it, of both forms.
split -n l/5 text part. || framework_failure_ 'split'
for part in part.*; do
    ngram-count -s -n 1-3 -o "$part.ngc" "$part" || fail=1
done
ngram-count -s -n 1-3 -o exp.ngc text || fail=1
peak 16 ngram-merge -S 16M -o out.ngc part.a?.ngc
cmp exp.ngc out.ngc || fail_ 'merged in 16 MiB'
ngram-merge -n 1-3 part.aa.ngc >part.aa.tsv || fail=1
peak 16 ngram-merge -S 16M -o out.ngc part.a[b-e].ngc part.aa.tsv
ngram-merge -n 1-3 exp.ngc >exp && ngram-merge -n 1-3 out.ngc >out || fail=1
cmp exp out || fail_ 'merged from both forms in 16 MiB'

Exit $fail
