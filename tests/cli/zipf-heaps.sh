#!/bin/sh
# ngram-zipf --heaps: types against tokens, from text and from token files.
. "${srcdir=.}/tests/init.sh"

book=$data/timemachine.txt
cat >exp <<'END'
                            least squares: types = K tokens^beta
      tokens         types          K        beta
       32775          4579     2.9153 +-0.0611    0.7141 +-0.0027
END
returns_ 0 ngram-zipf --heaps -t word "$book" >out 2>err || fail=1
compare exp out || fail=1
[ -s err ] && fail_ 'a message'
gzip -c "$book" | ngram-zipf --heaps --tokenize=word >out || fail=1
compare exp out || fail=1

# The same from ids, whatever ids the words have, and from words already made.
ngram-tokenize "$book" >words || framework_failure_ 'ngram-tokenize'
ngram-zipf --heaps words >out || fail=1
compare exp out || fail=1
ngram-tokenize --write-vocab=vocab -o ids.npy "$book" \
    || framework_failure_ 'ngram-tokenize'
ngram-zipf --heaps ids.npy >out || fail=1
compare exp out || fail=1

# Case.
ngram-zipf --heaps -t word -c keep --tsv "$book" >out || fail=1
[ "$(sed -n 2p out | cut -f 2)" -gt 4579 ] || fail_ '--case=keep'

# The growth against a loop.
ngram-zipf --heaps --json words >out || fail=1
tr -s ' ' '\n' <words | sed '/^$/d' \
    | awk '! seen[$0]++ { types++ } { print "[" NR ", " types "]" }' >all
grep -o '\[[0-9]*, [0-9]*\]' out >points
[ "$(wc -l <points)" -gt 80 ] || fail_ 'few points'
grep -v -x -F -f all points && fail_ 'a point that is not so'
grep -q '"beta": 0.714' out || fail_ '--json: beta'

# What cannot be estimated, and why.
printf 'a b a\n' >few
returns_ 0 ngram-zipf --heaps few >out 2>err || fail=1
grep -q '^ngram-zipf: 3 tokens of 2 types: fewer than 1000 ' err \
    || fail_ 'few: message'
sed -n 3p out | grep -q '^ *3 *2 *- *-$' || fail_ 'few: numbers'
ngram-zipf -q --heaps --tsv few >out 2>err || fail=1
sed -n 2p out | grep -q '^3	2	NA	NA	NA	NA$' || fail_ 'few: --tsv'
ngram-zipf -q --heaps --json few >out 2>err || fail=1
grep -q '"beta": null' out || fail_ 'few: --json'
[ -s err ] && fail_ '-q is not quiet'
returns_ 0 ngram-zipf --heaps - </dev/null >out 2>err || fail=1
grep -q '^ngram-zipf: 0 tokens ' err || fail_ 'empty: message'

# A token file cut short.
head -c 1000 ids.npy >cut.npy
returns_ 2 ngram-zipf --heaps cut.npy >out 2>err || fail=1
[ -s out ] && fail_ 'cut: output'
grep -q '^ngram-zipf: cut.npy: ' err || fail_ 'cut: message'
returns_ 2 ngram-zipf --heaps <cut.npy >out 2>err || fail=1
# Bytes behind the array, and gzip that is cut in its end.
(cat ids.npy; echo junk) >more.npy
for how in file pipe gzip; do
    case $how in
    file) set -- more.npy ;;
    pipe) set -- - ;;
    gzip) gzip <more.npy >more.gz; set -- more.gz ;;
    esac
    returns_ 2 ngram-zipf --heaps "$@" <more.npy >out 2>err || fail_ "more: $how"
    [ -s out ] && fail_ "more: output: $how"
done
gzip -c ids.npy | head -c -8 >cut.gz
returns_ 2 ngram-zipf --heaps cut.gz >out 2>err || fail=1
grep -q '^ngram-zipf: cut.gz: .*cut short' err || fail_ 'gzip: message'

# Options that go together, and not.
returns_ 2 ngram-zipf -t word "$book" >out 2>err || fail=1
grep -q 'for the text that --heaps reads' err || fail_ '-t without --heaps'
returns_ 2 ngram-zipf --heaps --spectrum "$book" >out 2>err || fail=1
for option in --compare --p-value=10 --seed=2 --xmin=3; do
    returns_ 2 ngram-zipf --heaps $option "$book" >out 2>err || fail=1
    grep -q "^ngram-zipf: ${option%=*} is for exponents, which --heaps" err \
        || fail_ "--heaps $option"
done
returns_ 2 ngram-zipf --heaps -n 1 "$book" >out 2>err || fail=1
grep -q '^ngram-zipf: --order is for counts' err || fail_ '--heaps -n 1'
printf 'a \377\n' >bad
returns_ 2 ngram-zipf --heaps -t word --strict bad >out 2>err || fail=1
returns_ 0 ngram-zipf --heaps -t word bad >out 2>err || fail=1
grep -q 'invalid UTF-8' err || fail_ 'no word of invalid UTF-8'

Exit $fail
