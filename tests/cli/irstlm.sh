#!/bin/sh
# IRSTLM reads the models that we write and gives the same perplexities, and we
# read those that it writes, where it is installed.
. "${srcdir=.}/tests/init.sh"

PATH=$PATH:/usr/lib/irstlm/bin
require_ compile-lm

ngram-tokenize "$data/timemachine.txt" | grep . >text \
    || framework_failure_ 'no text'
# It adds no marks of sentences by itself.
sed 's/.*/<s> & <\/s>/' text >marked

for order in 1 2 3 4; do
    ngram-count -s -n 1-$order text | ngram-model -q --discount-fallback \
        -o our.arpa || fail=1

    # Its summary has two digits behind the point.
    compile-lm our.arpa --eval=marked >out 2>&1 \
        || fail_ "compile-lm refuses order $order"
    sed -n 's/.* Nw=\([0-9]*\) PP=\([0-9.]*\) .* Noov=\([0-9]*\) .*/\3 \1 \2/p' \
        out >got
    ngram-score --summary -m our.arpa text | awk '{ x[NR] = $NF }
        END { printf "%d %d %.2f\n", x[3], x[4], x[1] }' >exp || fail=1
    compare exp got || fail_ "order $order: another perplexity"

    # Written anew by it, with six digits, every n-gram is there.
    compile-lm our.arpa --text=yes theirs.arpa >out 2>&1 || fail=1
    ngram-model -o again.arpa theirs.arpa || fail=1
    same_arpa_ 2e-5 our.arpa again.arpa \
        || fail_ "order $order: what it writes is another model"
done

Exit $fail
