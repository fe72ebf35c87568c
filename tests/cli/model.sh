#!/bin/sh
# ngram-model: equal to the reference models, all forms, all methods, what it
# refuses.
. "${srcdir=.}/tests/init.sh"

kn=kneser-ney
golden $kn/train.txt >train.txt || framework_failure_ 'no reference text'

# near_models EXPECTED ACTUAL: two models in ARPA form have the same n-grams,
# and values within 2e-6.
near_models ()
{
    awk -F'\t' '
        function far(x, y) { return x - y > 2e-6 || y - x > 2e-6 }
        /^\\.*-grams:$/ { order = $0; next }
        NF < 2 { next }
        FNR == NR { p[order, $2] = $1; b[order, $2] = $3; n++; next }
        ! ((order, $2) in p) { print "surplus: " $0; bad = 1; exit }
        far($1, p[order, $2]) || far($3, b[order, $2]) {
            print "not " p[order, $2] " " b[order, $2] ": " $0; bad = 1; exit
        }
        { n-- }
        END { if (n != 0 && ! bad) print n " missing"; exit n != 0 || bad }' \
        "$1" "$2" >&9 || fail_ "$2 is not $1"
}

# ------------------------------------------------------------- equal to KenLM

for order in 2 3 4; do
    golden $kn/order$order.arpa >exp$order \
        || framework_failure_ 'no reference model'
    ngram-count -s -n 1-$order train.txt >counts || fail=1
    ngram-model -v counts >out$order 2>err || fail=1
    near_models exp$order out$order
    golden $kn/summary.txt | sed -n "/^order $order/,/^Perp/s/^[0-9] \(.*\)/\1/p" \
        | awk '{ print "ngram-model: order " NR ": " $1 " n-grams, " $2 " " \
                 $3 " " $4 }' >exp
    compare exp err || fail=1
done

# The order of the lines does not matter, nor does counting in parts.
sort counts >sorted
ngram-model sorted >out || fail=1
compare out4 out || fail=1
{ sed -n '1~2p' counts; sed -n '2~2p' counts; } | ngram-model >out || fail=1
compare out4 out || fail=1
cat counts counts | sort | ngram-model -m interpolated >out || fail=1
awk -F'\t' '{ print $1 "\t" 2 * $2 }' counts >twice
ngram-model -m interpolated twice >exp || fail=1
compare exp out || fail=1
gzip -c counts >counts.gz
ngram-model counts.gz >out || fail=1
compare out4 out || fail=1
# A lower order of higher counts is that of lower counts.
ngram-model -n 3 counts >out || fail=1
compare out3 out || fail=1

# .ngm direct and through ARPA is the same, and answers the same.
ngram-model -o direct.ngm counts || fail=1
ngram-model -o through.ngm out4 || fail=1
compare direct.ngm through.ngm || fail=1
ngram-model -f ngm counts >out || fail=1
compare direct.ngm out || fail=1
ngram-model out4 >out || fail=1
compare out4 out || fail=1

# What stands before \data\ is passed over, up to a page of it; blanks too.
{ printf 'made by somebody\ta tab\n\nof\n'; cat out4; } >before
ngram-model before >out || fail=1
compare out4 out || fail=1
gzip -c before | ngram-model >out || fail=1
compare out4 out || fail=1
{ printf '\r\n \t\\data\\ \r\n'; tail -n +2 out4; } | ngram-model >out || fail=1
compare out4 out || fail=1
n=$((4096 - 7))
{ head -c $((n - 1)) /dev/zero | tr '\0' x; echo; cat out4; } >before
ngram-model before >out || fail=1
compare out4 out || fail=1
{ head -c $n /dev/zero | tr '\0' x; echo; cat out4; } >before
returns_ 2 ngram-model before >out 2>err || fail=1
grep -q '^ngram-model: before:1: ' err || fail_ 'past what is looked at'

# Types that are pruned change the ids of all others.
ngram-model --prune=1,1,2 -o direct.ngm counts || fail=1
ngram-model --prune=1,1,2 -o pruned.arpa counts || fail=1
ngram-model -o through.ngm pruned.arpa || fail=1
compare direct.ngm through.ngm || fail=1
[ "$(sed -n 's/^ngram 1=//p' pruned.arpa)" -lt "$(sed -n 's/^ngram 1=//p' out4)" ] \
    || fail_ 'no type was pruned'

# <s> is not among the types of which discounts are made, however rare it is:
# the whole text in three lines.
awk '{ line[int((NR - 1) / 600)] = line[int((NR - 1) / 600)] " " $0 }
    END { for (i = 0; i < 3; i++) print line[i] }' train.txt >three
ngram-count -s -n 1-2 three | tee bigrams \
    | ngram-model -v --discount-fallback 2>&1 >out | sed -n 's/.*1:.* D1=\(.*\) D2.*/\1/p' >got
awk -F'[ \t]' 'NF == 3 { types[$2]++ }
    END {
        for (w in types) n[types[w]]++
        printf "%.5f\n", 1 - 2 * n[1] / (n[1] + 2 * n[2]) * n[2] / n[1]
    }' bigrams >exp
awk '{ printf "%.5f\n", $1 }' got >got5
compare exp got5 || fail=1

# ------------------------------------------------------------ other estimates

# laplace.json: P1, P2 and P3 of running text for three settings.
ngram-tokenize "$data/timemachine.txt" | ngram-count -n 1-3 >book
for e in 0,0,0 1,1,1 0.5,2,10; do
    ngram-model -m laplace --epsilon=$e -o book.ngm book || fail=1
    python3 - "$NG_GOLDEN/laplace.json" $e >cases 2>/dev/null <<'END' \
        || { warn_ 'no python3: values of laplace are left out'; break; }
import json, math, sys
want = [float(x) for x in sys.argv[2].split(',')]
for v in json.load(open(sys.argv[1]))['values']:
    if [float(x) for x in v['eps']] == want:
        for k in 'P1', 'P2', 'P3':
            for ngram, p in v[k].items():
                print(ngram, math.log10(float(p)) if float(p) else -99,
                      sep='\t')
END
    cut -f 1 cases | ngram-score --tokens -m book.ngm \
        | awk -F'\t' '$1 == "" { print last; next } { last = $2 }' >got
    cut -f 2 cases | paste - got | awk '
        { d = $1 - ($2 < -99 ? -99 : $2); n++ }
        d > 1e-6 || d < -1e-6 { print; bad = 1 }
        END { exit bad || n < 10 }' >&9 || fail_ "laplace, epsilon $e"
done

# -99 stands for no probability at all; nothing is above 0.
for method in interpolated stupid-backoff; do
    case $method in interpolated) e=--epsilon=0 ;; *) e=-q ;; esac
    ngram-model -q -m $method $e book >out || fail=1
    awk -F'\t' 'NF > 1 && ($1 > 0 || $1 < -99) { bad = 1 }
        END { exit bad }' out || fail_ "$method: log10 out of range"
done
ngram-model -m stupid-backoff book 2>&1 >out | grep -q 'warning.*ARPA' \
    || fail_ 'stupid-backoff as ARPA: no warning'

# In ARPA form each weight of it is 0.4.
ngram-model -q -m stupid-backoff book >out || fail=1
awk -F'\t' 'NF == 3 && ($3 < -0.397941 || $3 > -0.397939) { exit bad = 1 }
    END { exit bad || NR < 10000 }' out || fail_ 'stupid-backoff: a weight'

# Pruning keeps what occurs more often.
ngram-model --prune=0,0,1 -n 3 counts >out || fail=1
awk -F'\t' '{ n = split($1, x, " ") } n == 3 && $2 > 1' counts | wc -l >exp
sed -n 's/^ngram 3=//p' out >got
[ "$(tr -d ' ' <exp)" = "$(cat got)" ] || fail_ 'pruned trigrams'

# What is written can be read: a token as long as counts may have it.
long=$(head -c 65535 /dev/zero | tr '\0' y)
echo "$long" | ngram-count -s -n 1-2 \
    | ngram-model -q --discount-fallback -o long.arpa || fail=1
ngram-model -o long.ngm long.arpa || fail=1
echo "$long" | ngram-score -m long.ngm >exp || fail=1
echo "$long" | ngram-score -m long.arpa >out || fail=1
compare exp out || fail=1
[ "$(cut -f 3 out)" = 0 ] || fail_ 'a long token is unknown'

# with_weight WEIGHT: a model that lacks "b a", to which backing off gives the
# log10 probability WEIGHT - 0.00001.
with_weight ()
{
    cat <<END
\\data\\
ngram 1=4
ngram 2=2
ngram 3=1

\\1-grams:
-99	<s>	0
-1	</s>
-0.00001	a	0.5
-1	b	$1

\\2-grams:
-0.1	a b	0
-0.2	b b	0

\\3-grams:
-0.2	a b a

\\end\\
END
}

# An n-gram that is added has no probability above 1 by a rounding hair.
with_weight 0.00003 >hair.arpa
ngram-model -o whole.arpa hair.arpa || fail=1
grep -q '^0	b a	0$' whole.arpa || fail_ 'a hair above 1'
echo 'b a' | ngram-score --tokens -m whole.arpa >out || fail=1
[ "$(sed -n 2p out)" = 'a	0	2' ] || fail_ 'the score of what was added'
with_weight -0.5 >hair.arpa
ngram-model -o whole.arpa hair.arpa || fail=1
grep -q '^-0.50001	b a	0$' whole.arpa || fail_ 'what was added'

# ----------------------------------------------------------------- bad input

# refused PATTERN OPTION...: status 2, no output, a message like PATTERN.
refused ()
{
    pattern=$1
    shift
    returns_ 2 ngram-model "$@" >out 2>err || fail=1
    [ -s out ] && fail_ "output with: $*"
    grep -q "$pattern" err || { fail_ "no '$pattern' with: $*"; cat err >&9; }
}

sed '/	1$/d' counts >'cut'
refused 'cut.*--min-count' 'cut'
sed '/^the	/d' counts >no-prefix
refused 'no-prefix: "the" is counted inside n-grams' no-prefix
sed '/^in the	/d' counts >no-bigram
refused 'no-bigram: "in the .*not its first\|no-bigram:.*not its' no-bigram
sed '/^[^ ]*	/d' counts >no-unigrams
refused 'no counts of order 1' no-unigrams
refused 'no counts of order 5' -n 5 counts
sed '/^time <\/s>	/d' counts >no-suffix
cmp -s counts no-suffix && framework_failure_ 'nothing left out'
refused 'no-suffix: "[^"]* time </s>" is counted, but not its last tokens' \
    -m interpolated no-suffix
ngram-count -s -n 1-3 -o good.ngc train.txt || framework_failure_ 'no .ngc'
size=$(wc -c <good.ngc)
for i in 5 20 100 $((size / 3)) $((size / 2)) $((size - 30)); do
    {
        head -c "$i" good.ngc
        tail -c "+$((i + 1))" good.ngc | head -c 1 | tr '\0-\377' '\1-\377\0'
        tail -c "+$((i + 2))" good.ngc
    } >bad.ngc
    [ "$i" -lt 8 ] || refused '^ngram-model: bad.ngc: byte [0-9]*: ' bad.ngc
    head -c "$i" good.ngc >bad.ngc
    refused '^ngram-model: bad.ngc:' bad.ngc
done
head -n 20 train.txt | ngram-count -s -n 1-3 >small
refused 'discounts for order [1-3].*--discount-fallback' small
ngram-model --discount-fallback small >out 2>err || fail=1
grep -q 'warning: order' err || fail_ 'the fallback is not told'
refused 'not both\|surplus operand' counts counts
refused 'Laplace models skip orders' -m laplace counts
refused 'Laplace models skip orders' -m laplace -f arpa -o x.ngm counts
refused 'may not fall' --prune=2,1 counts
refused 'not all whole' --prune=1.5 counts
refused 'kneser-ney alone' -m interpolated --prune=1 counts
refused 'three numbers' --discount-fallback=1 counts
refused 'above 1' --discount-fallback=2,2,2 counts
printf 'a\t18446744073709551615\nb\t1\n' >sums
refused 'sums:2: the sum of the counts .* does not fit 64 bits' -m interpolated sums
printf 'a\t18446744073709551615\na\t1\n' >sums
refused 'sums:2: the sum of the counts .* does not fit' -m interpolated sums
refused 'standard input:2: the sum of the counts' <sums
refused 'fallback is for kneser-ney alone' -m interpolated --discount-fallback \
    counts
for method in kneser-ney stupid-backoff; do
    refused 'epsilon is for laplace and interpolated alone' -m $method \
        --epsilon=1 counts
done
refused 'epsilon is for laplace and interpolated alone' --epsilon=1 counts
for option in --smoothing=kneser-ney --order=2 --prune=0 --discount-fallback \
    '-m interpolated --epsilon=1'; do
    # shellcheck disable=SC2086 # One or two of them.
    refused 'out4: this is a model already' $option out4
done
refused 'out4: .* --buffer-size cannot' -S 1G out4
printf 'a b c\n' >bad
refused 'bad:1: ' bad
printf 'a\t1\nb\tx\n' >bad
refused 'bad:2: ' bad
with_weight 0.01 >hair.arpa
refused 'hair.arpa: "b a" is not listed, .*above 0' hair.arpa
[ ! -e x.ngm ] || fail_ 'an output that was refused is there'

Exit $fail
