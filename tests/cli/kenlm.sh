#!/bin/sh
# ngram-model and ngram-score beside KenLM's lmplz and query, where these are
# installed.
. "${srcdir=.}/tests/init.sh"

require_ lmplz
require_ query

ngram-tokenize "$data/timemachine.txt" >text || fail=1

# same PRUNE: models of all orders that KenLM has, pruned so.
same ()
{
    prune=$1
    for order in 1 2 3 4 5 6; do
        counts=$(echo "$prune" | cut -d' ' -f "1-$order")
        ngram-count -s -n 1-$order text \
            | ngram-model -q --discount-fallback --output=our.arpa \
                --prune="$(echo "$counts" | tr ' ' ,)" || fail=1
        # shellcheck disable=SC2086 # One for each order.
        lmplz -o $order -S 100M -T . --discount_fallback --prune $counts \
            <text >their.arpa 2>err \
            || { cat err >&9; framework_failure_ "lmplz -o $order"; }
        same_arpa_ 2e-6 their.arpa our.arpa \
            || fail_ "order $order, --prune $prune"
    done
}

same '0'
same '0 1'
same '1 2 2 3'

# KenLM reads what we write, and finds what we find.
ngram-count -s -n 1-4 text | ngram-model -o our.arpa || fail=1
query -v sentence our.arpa <text 2>/dev/null \
    | sed -n 's/^Total: \(.*\) OOV: \(.*\)/\1 \2/p' >exp
ngram-score -m our.arpa text | cut -f 1,3 >out || fail=1
paste exp out | awk '{ d = $1 - $3; if (d > 2e-4 || d < -2e-4 || $2 != $4) exit bad = 1 }
    END { exit bad || NR < 3000 }' || fail_ 'query finds other totals'

Exit $fail
