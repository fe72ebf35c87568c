#!/bin/sh
# ngram-count --laplace gives the estimates of the textbook.
. "${srcdir=.}/tests/init.sh"

golden timemachine.word.1-4.tsv >word.tsv \
    && golden laplace.json >reference.json \
    && ngram-tokenize "$data/timemachine.txt" >words \
    || framework_failure_ 'cannot set up'

# Of the reference: a line per setting, "E1,E2,E3", and per value
# "NGRAM<TAB>PROBABILITY", after the setting it is for.
awk '
    /"eps"/ { n = 0; list = ""; next }
    /^ *[0-9.e-]+,?$/ {
        gsub(/[ ,]/, "")
        list = list (n++ ? "," : "") $0
        if (n == 3)
            print "eps\t" list
        next
    }
    /^ *"[a-z ]+": "/ {
        split($0, part, "\"")
        print part[2] "\t" part[4]
    }' reference.json >values
[ "$(grep -c '^eps' values)" = 3 ] && [ "$(wc -l <values)" = 45 ] \
    || framework_failure_ 'laplace.json has another form'

n_compared=0
sed -n 's/^eps.//p' values >epsilons
while read -r epsilon; do
    ngram-count -n 1-3 "--laplace=$epsilon" words >out || fail=1
    cut -f 1,2 out >counts
    awk -F '\t' '{ n = split($1, t, " ") } n <= 3' word.tsv >exp
    compare exp counts || fail_ "--laplace=$epsilon changes the counts"
    # What does not occur is not listed.
    awk -F '\t' -v epsilon="$epsilon" '
        FILENAME == "values" {
            if ($1 == "eps")
                on = $2 == epsilon
            else if (on)
                want[$1] = $2
            next
        }
        $1 in want {
            n++
            off = $3 - want[$1]
            if (off < 0)
                off = -off
            if (off > 1e-12 * want[$1]) {
                print $1 ": " $3 ", not " want[$1]
                bad = 1
            }
        }
        END { print n >"n"; exit bad }' values out >&9 \
        || fail_ "--laplace=$epsilon"
    n_compared=$((n_compared + $(cat n)))
done <epsilons
# The zeppelins do not occur: three of fourteen values.
[ "$n_compared" = 33 ] || fail_ "$n_compared values compared, not 33"

# follows_definition LISTING E1 E2 ...: the third column is what the definition
# says of the counts in the first two.
follows_definition ()
{
    listing=$1
    shift
    awk -F '\t' -v epsilons="$*" '
        function near(a, b)
        {
            return a - b <= 1e-12 * b && b - a <= 1e-12 * b
        }
        FNR == NR {
            count[$1] = $2
            if ($1 !~ / /) {
                n += $2
                m++
            }
            next
        }
        FNR == 1 { split(epsilons, e, " ") }
        {
            order = split($1, token, " ")
            last = token[order]
            p = (count[last] + e[1] / m) / (n + e[1])
            if (order > 1) {
                context = substr($1, 1, length($1) - length(last) - 1)
                below = count[context] + e[order]
                p = (count[$1] + e[order] * p) / below
            }
            if (!near($3, p) && bad++ < 5)
                print $1 ": " $3 ", not " p
            orders[order]++
        }
        END { exit bad > 0 || NR == FNR }' "$listing" "$listing" >&9
}

# Counts sum to the tokens there are, so all orders from 1 are needed.
for list in '' 0,0,0,0 0.5,2,0.1,3 1e-9,1e9,0,1 2 7,.5; do
    ngram-count "--laplace${list:+=$list}" words >out || fail=1
    # shellcheck disable=SC2046 # Several words; those not given are 1.
    follows_definition out $(echo "${list:-1},1,1,1,1" | tr , ' ') \
        || fail_ "--laplace${list:+=$list}"
done
ngram-count -n 1-8 --laplace=1,2,3,4,5,6,7,8 words >out || fail=1
follows_definition out 1 2 3 4 5 6 7 8 || fail_ 'eight orders'
ngram-count -s --laplace=.3,.4,.5,.6 words >out || fail=1
follows_definition out .3 .4 .5 .6 || fail_ 'sentences'

# One order is the same alone, and in any order of lines.
ngram-count --laplace words | awk -F '\t' '$1 ~ /^[^ ]+ [^ ]+$/' >exp
ngram-count -n 2 --laplace words >out || fail=1
compare exp out || fail_ '-n 2'
head -n 10 exp >exp.top
ngram-count -n 2 --laplace --top=10 words >out || fail=1
compare exp.top out || fail_ '--top'
sort exp >exp.sorted
for sort in text none; do
    ngram-count -n 2 --laplace --sort=$sort words | sort >out || fail=1
    compare exp.sorted out || fail_ "--sort=$sort"
done

# sums LISTING E1 E2 ...: over all types, P1 sums to one, and so does Pk after
# every context, but for those that the text ends with: there 1/(n(h) + ek) is
# missing for each end.  Each n-gram that is not listed has its share of P1.
# The file ends then has "ORDER CONTEXT<TAB>HOW OFTEN".
sums ()
{
    listing=$1
    shift
    awk -F '\t' -v epsilons="$*" '
        function near(a, b) { return a - b <= 1e-9 && b - a <= 1e-9 }
        BEGIN { split(epsilons, e, " ") }
        {
            order = split($1, token, " ")
            count[$1] = $2
            if (order == 1) {
                p1[$1] = $3
                one += $3
                next
            }
            last = token[order]
            context = substr($1, 1, length($1) - length(last) - 1)
            order_of[context] = order
            listed[context] += $3
            listed_p1[context] += p1[last]
            behind[context] += $2
        }
        END {
            if (!near(one, 1))
                exit 1
            for (h in order_of) {
                k = order_of[h]
                total = count[h] + e[k]
                sum = listed[h] + e[k] * (1 - listed_p1[h]) / total
                missing = count[h] - behind[h]
                if (!near(sum, 1 - missing / total))
                    exit 1
                if (missing > 0)
                    print k " " h "\t" missing
            }
        }' "$listing" | sort >ends
}

ngram-count --laplace=3,.5,2,9 words >out || fail=1
sums out 3 .5 2 9 || fail_ 'the book does not sum to one'
# It ends with "the heart of man"; "of man" goes on elsewhere.
printf '2 man\t1\n3 of man\t1\n' >exp
compare exp ends || fail_ 'other contexts fall short'
ngram-count -s --laplace=3,.5,2,9 words >out || fail=1
sums out 3 .5 2 9 || fail_ 'sentences do not sum to one'
[ ! -s ends ] || fail_ 'a context inside a sentence falls short'
printf 'a b a c b a\n' >abc
cat >exp <<'END'
a	3	0.5
b	2	0.33333333333333331
c	1	0.16666666666666666
b a	2	1
a b	1	0.33333333333333331
a c	1	0.33333333333333331
c b	1	1
END
ngram-count -n 1-2 --laplace=0,0 abc >out || fail=1
compare exp out || fail_ 'no smoothing'
# Distinct tokens are those of the text, not those of the vocabulary.
printf '<unk>\nb\nd\na\ne\nc\n' >vocab
ngram-count --laplace=2,1 abc >exp || fail=1
ngram-count --laplace=2,1 --vocab=vocab abc >out || fail=1
compare exp out || fail_ 'a vocabulary that is too large'

for list in -1 1,-1 x 1,x '' ',' '1,' ',1' 1,2,3,4,5,6,7,8,9 nan inf 1e16 1e999; do
    returns_ 2 ngram-count "--laplace=$list" words >out 2>err || fail=1
    [ ! -s out ] || fail_ "--laplace=$list lists something"
    grep -q -e '--laplace' err || fail_ "--laplace=$list: $(cat err)"
done
for options in '--laplace=1,2,3,4,5' '-n 1-2 --laplace=1,2,3' \
    '-n 2 --laplace=1,2,3' '--laplace=1,2,3 -n 2' '-n 7 --laplace=1,2,3,4,5,6,7,8'
do
    # shellcheck disable=SC2086 # Options.
    returns_ 2 ngram-count $options words >out 2>err || fail=1
    [ ! -s out ] || fail_ "$options lists something"
    grep -q 'constants, but the highest order is [247]$' err \
        || fail_ "$options: $(cat err)"
done
# The last list is the one that holds.
ngram-count -n 1-2 --laplace=3 abc >exp || fail=1
ngram-count --laplace=1,2,3,4 -n 1-2 --laplace=3 abc >out || fail=1
compare exp out || fail_ '--laplace twice'
# The argument of an option that need not have one is not the next word.
returns_ 2 ngram-count --laplace 1,1 words >out 2>err || fail=1
grep -q '^ngram-count: 1,1: No such file' err || fail_ '--laplace 1,1'

Exit $fail
