#!/bin/sh
# Killed at any time: a program that is ended by a signal, at a moment drawn at
# random, leaves the output as it was or whole, and no other file; run again it
# makes the right bytes.  NG_KILLS is how often each job is killed (default 6),
# NG_SEED (default 1) chooses the moments.
. "${srcdir=.}/tests/init.sh"

n_kills=${NG_KILLS-6}
seed=${NG_SEED-1}
kills=$builddir/tests/faults/kills
[ -x "$kills" ] || framework_failure_ 'kills is not built'

"$NG_AWK" 'BEGIN {
    for (x = i = 1; i <= 120000; i++) {
        x = (x * 16807) % 2147483647
        printf "%s%s", "w" (x % 30000), i % 20 ? " " : "\n"
    }
}' >text && head -n 600 text >few || framework_failure_ 'awk'
ngram-tokenize --write-vocab=vocab -o tokens.npy text \
    && ngram-count -n 1-3 -o a.ngc text && ngram-count -n 1-3 -o b.ngc few \
    && ngram-count -s -n 1-2 -o s.ngc text \
    && ngram-model -q --discount-fallback -o m.ngm s.ngc \
    || framework_failure_ 'no inputs'

# job OUTPUT COMMAND...: COMMAND makes out/OUTPUT and temporary files in tmp.
job ()
{
    name=$1
    shift
    for before in none old; do
        rm -rf out tmp
        mkdir out tmp
        TMPDIR=tmp "$@" >stdout 2>err && mv "out/$name" right \
            || framework_failure_ "$*"
        [ "$before" = none ] || echo 'from a day before' >"out/$name"
        TMPDIR=tmp "$kills" "$n_kills" "$seed" "$name" right "$@" >>report 2>&1 \
            || fail_ "$(tail -n 3 report)"
    done
}

job r.npy ngram-tokenize -o out/r.npy --vocab=vocab text
job r.ngc ngram-count -S 16M -T tmp --parallel=2 -o out/r.ngc text
job r.tsv ngram-count -n 1-3 -o out/r.tsv text
job r.ngc ngram-merge -S 16M -T tmp -o out/r.ngc a.ngc b.ngc
job r.arpa ngram-model -q --discount-fallback -o out/r.arpa s.ngc
job r.ngm ngram-model -q --discount-fallback -o out/r.ngm s.ngc
job r ngram-score -m m.ngm -o out/r text
job r ngram-sample -m m.ngm -n 1000 -o out/r
job r ngram-zipf -o out/r a.ngc
job r.svg ngram-zipf --plot=out/r.svg a.ngc
job r ngram-batch -f raw --epochs=9 -o out/r tokens.npy
cat report

Exit $fail
