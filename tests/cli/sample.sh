#!/bin/sh
# ngram-sample: the same text for the same seed, its options, what it refuses.
. "${srcdir=.}/tests/init.sh"

ngram-tokenize "$data/timemachine.txt" | grep . >text || fail=1
ngram-count -s -n 1-3 text | ngram-model -o lm.ngm || fail=1

ngram-sample -m lm.ngm --seed=1 -n 20 >out || fail=1
[ "$(wc -l <out)" -eq 20 ] || fail_ '20 lines'
# The first lines are the same however many there are; seeds differ.
ngram-sample -m lm.ngm --seed=1 -n 5 >five || fail=1
head -n 5 out >exp
compare exp five || fail=1
ngram-sample -m lm.ngm --seed=2 -n 20 >other || fail=1
cmp -s out other && fail_ 'two seeds, one text'
# From ARPA, from a pipe, to a file: the same.
ngram-count -s -n 1-3 text | ngram-model -o lm.arpa || fail=1
ngram-sample lm.arpa --seed=1 -n 20 >got || fail=1
compare out got || fail=1
ngram-sample --seed=1 -n 20 -o got <lm.ngm || fail=1
compare out got || fail=1
# Every token is a word of the text, or <unk>; no <s>, no </s>.
tr ' ' '\n' <out | grep . | sort -u >words
{ tr ' ' '\n' <text; echo '<unk>'; } | sort -u | comm -13 - words >odd
[ -s odd ] && fail_ 'words that the text has not'

# The known text of one seed: it never changes, on no machine.
ngram-sample -m lm.ngm --seed=7 -n 3 --tokens=8 >out || fail=1
cat >exp <<'END'
and still enormous and swayed
wind
the upper world
END
compare exp out || fail=1

ngram-sample -m lm.ngm --prefix='the time  traveller' -n 4 --tokens=5 >out \
    || fail=1
awk '{ if ($1 " " $2 " " $3 != "the time traveller" || NF > 5) exit 1 }' out \
    || fail_ 'the prefix'
# The likeliest token each time: what --top-k=1 does, whatever the seed.
ngram-sample -m lm.ngm --temperature=0 -n 2 >exp || fail=1
ngram-sample -m lm.ngm --top-k=1 --seed=9 -n 2 >out || fail=1
compare exp out || fail=1
[ "$(sort -u exp | wc -l)" -eq 1 ] || fail_ 'temperature 0 varies'
# More than there are types: all of them, and memory for no more.
types=$(sed -n 's/^ngram 1=//p' lm.arpa)
for temperature in 1 0.7; do
    ngram-sample -m lm.ngm --temperature=$temperature --top-k="$types" -n 2 \
        --tokens=9 >exp || fail=1
    ngram-sample -m lm.ngm --temperature=$temperature --top-k=4294967295 -n 2 \
        --tokens=9 >out || fail=1
    compare exp out || fail=1
done
ngram-sample -m lm.ngm --temperature=0 -n 2 >exp || fail=1
ngram-sample -m lm.ngm --order=1 -n 3 >out || fail=1
cmp -s out exp && fail_ '--order'
# Running text has no end of a line: --tokens ends it.
ngram-count -n 1-2 text | ngram-model -o running.ngm || fail=1
ngram-sample -m running.ngm -n 3 --tokens=7 >out || fail=1
awk 'NF != 7 { exit 1 }' out || fail_ 'lines of 7 tokens'

returns_ 2 ngram-sample -m lm.ngm lm.arpa 2>err || fail=1
returns_ 2 ngram-sample -m lm.ngm --order=4 2>err || fail=1
grep -q 'is of order 3' err || fail_ '--order above the model'
returns_ 2 ngram-sample -m text >out 2>err || fail=1
grep -q '^ngram-sample: text: no model' err || fail_ 'no model'
returns_ 2 ngram-sample -m lm.ngm --temperature=-1 2>err || fail=1

Exit $fail
