#!/bin/sh
# ngram-model -S: the same bytes whatever the memory, no more memory than is
# said, and no temporary file that stays.
. "${srcdir=.}/tests/init.sh"

# Some 400,000 n-grams: what 16 MiB cannot hold, in many ranges.
awk 'BEGIN {
    srand(1)
    for (s = 0; s < 9000; s++) {
        line = ""
        for (n = int(24 * rand()); n >= 0; n--)
            line = line " w" int(20000 * rand() ^ 4)
        print substr(line, 2)
    }
}' >text || framework_failure_ 'no text'
ngram-count -s -n 1-5 -o counts.ngc text || framework_failure_ 'no counts'
ngram-count -s -n 1-5 text >counts.tsv || framework_failure_ 'no counts'
mkdir temporary || framework_failure_ 'mkdir'

for method in kneser-ney interpolated laplace stupid-backoff; do
    fallback=
    [ $method != kneser-ney ] || fallback=--discount-fallback
    for form in ngm arpa; do
        [ $method$form != laplacearpa ] || continue
        ngram-model -q -m $method $fallback -f $form -S 1G counts.ngc >exp || fail=1
        ngram-model -q -m $method $fallback -f $form -S 16M -T temporary counts.ngc \
            >out || fail=1
        cmp exp out || fail_ "-m $method -f $form -S 16M: other bytes"
        ngram-model -q -m $method $fallback -f $form -S 16M -T temporary counts.tsv \
            >out || fail=1
        cmp exp out || fail_ "-m $method -f $form, of text: other bytes"
    done
done
ngram-model -q --discount-fallback --prune=1,1,2 -S 1G -o exp.ngm counts.ngc || fail=1
ngram-model -q --discount-fallback --prune=1,1,2 -S 16M -o out.ngm counts.ngc || fail=1
cmp exp.ngm out.ngm || fail_ '--prune -S 16M: other bytes'

# The same n-grams, found by another way: through ARPA.
ngram-model -q --discount-fallback -o exp.arpa counts.ngc || fail=1
ngram-model -q --discount-fallback -S 16M -o out.ngm counts.ngc || fail=1
ngram-model -o exp.ngm exp.arpa || fail=1
cmp exp.ngm out.ngm || fail_ 'through ARPA: other bytes'

# More memory than that is not even asked for: some 2.7 million n-grams, which
# take far more if they may.
# shellcheck disable=SC3045 # Where ulimit has no -d, the test is left out.
if [ "$NG_SANITIZE" != yes ] && (ulimit -d 49152) 2>/dev/null; then
    for i in 1 2 3 4 5; do sed "s/ /-$i /" text; done >longer
    for i in 6 7 8 9; do sed "s/ \([^ ]*\) / \1-$i /g" text; done >>longer
    ngram-count -s -n 1-6 -o longer.ngc longer \
        || framework_failure_ 'no counts'
    (ulimit -d 49152 && ngram-model -q --discount-fallback -S 16M \
        -o small.ngm longer.ngc) || fail_ '-S 16M takes more than 48 MiB'
    (ulimit -d 49152 && ngram-model -q --discount-fallback -S 1G \
        -o large.ngm longer.ngc) 2>/dev/null \
        && fail_ 'this is no test of the bound: -S 1G takes no more'
fi

# What the header of a model in ARPA form says is not asked for before it is
# there: this one once took 64 GB of addresses for two lines.
# shellcheck disable=SC3045 # Where ulimit has no -v, the test is left out.
if [ "$NG_SANITIZE" != yes ] && (ulimit -v 524288) 2>/dev/null; then
    printf '\\data\\\nngram 1=3999999999\n\n\\1-grams:\n-1\t<unk>\n\n\\end\\\n' \
        >promises.arpa
    (ulimit -v 524288; returns_ 2 ngram-score -m promises.arpa text) 2>err \
        || fail=1
    grep -q '1 1-grams, but the header says 3999999999' err \
        || fail_ "a wrong count: $(cat err)"
fi

# Killed in the midst of it: no file stays, neither there nor the output's.
ngram-model -q --discount-fallback -S 16M -T temporary -o killed.arpa - <counts.ngc &
pid=$!
sleep 0.2
kill -TERM $pid 2>/dev/null
wait $pid 2>/dev/null
[ -z "$(ls temporary)" ] || fail_ 'a temporary file stays'
set -- *killed*
[ ! -e "$1" ] || [ "$*" = killed.arpa ] || fail_ 'a part of the output stays'

# Where temporary files cannot be, that is said, and nothing is written.
returns_ 2 ngram-model -q --discount-fallback -S 16M -T nowhere -o none.ngm counts.tsv 2>err || fail=1
grep -q '^ngram-model: nowhere: cannot make a temporary file: No such' err || fail_ 'no message'
[ ! -e none.ngm ] || fail_ 'an output in spite of a fault'

# Bad sizes.
for size in 15M 0 x 101%; do
    returns_ 2 ngram-model -q --discount-fallback -S $size counts.ngc >out 2>err || fail=1
done
returns_ 2 ngram-model -S 1G exp.arpa >out 2>err || fail=1
grep -q 'exp.arpa: .*--buffer-size cannot be met' err || fail_ 'ARPA with -S'
[ ! -s out ] || fail_ 'output for ARPA with -S'

Exit $fail
