#!/bin/sh
# ngram-score: equal to the reference, all forms of output and of model; models
# that are damaged.
. "${srcdir=.}/tests/init.sh"

kn=kneser-ney
golden $kn/test.txt >test.txt || framework_failure_ 'no reference text'
golden $kn/summary.txt >summary || framework_failure_ 'no reference summary'

# near FILE FILE: fields split by white space are the same, numbers to 1e-4.
near ()
{
    awk '
        NR == FNR { line[FNR] = $0; n = FNR; next }
        {
            if (split(line[FNR], x) != NF) exit bad = 1
            for (i = 1; i <= NF; i++) {
                d = x[i] - $i; m = 1e-4 * ($i < 0 ? -$i : $i)
                if (x[i] != $i && (x[i] + 0 == 0 || d > m || -d > m))
                    exit bad = 1
            }
        }
        END { exit bad || FNR != n }' "$1" "$2" \
        || { fail_ "$2 is not $1"; diff "$1" "$2" | head -n 5 >&9; }
}

# ------------------------------------------------------------- equal to KenLM

for order in 2 3 4; do
    golden $kn/order$order.arpa >$order.arpa || framework_failure_ 'no model'
    ngram-model -o $order.ngm $order.arpa || fail=1
    sed -n "/^order $order/,/^order $((order + 1))/p" summary >part
    sed -n '/^Perp/p; /^OOVs/p; /^Tokens/p' part >exp
    sed -n 's/^Total: \(.*\) OOV: \(.*\)/\1 \2/p' part >exp-lines
    for model in "$order.arpa" "$order.ngm"; do
        ngram-score -m "$model" --summary test.txt >out || fail=1
        near exp out
        ngram-score -m "$model" test.txt >lines || fail=1
        head -n "$(wc -l <exp-lines)" lines | cut -f 1,3 >got
        near exp-lines got
    done
done
[ "$(wc -l <lines)" = "$(wc -l <test.txt)" ] || fail_ 'lines are missing'

# A model asked as of lower order: as the model with its higher orders gone.
sed -e '/^ngram 4/d; s/^\\4-grams:/\\end\\/' -e '/^\\end/q' 4.arpa >cut.arpa
ngram-score -m cut.arpa test.txt >exp || fail=1
ngram-score -m 4.ngm -n 3 test.txt >out || fail=1
compare exp out || fail=1

# ------------------------------------------------------------ ways in and out

ngram-score -m 4.ngm test.txt >exp
gzip -c 4.arpa >4.arpa.gz
gzip -c 4.ngm >4.ngm.gz
gzip -c test.txt >test.gz
for model in 4.arpa 4.arpa.gz 4.ngm 4.ngm.gz; do
    ngram-score -m "$model" test.gz >out || fail=1
    compare exp out || fail_ "model $model"
done
ngram-score -m - test.txt <4.arpa >out || fail=1
compare exp out || fail=1
ngram-score -m - test.txt <4.ngm >out || fail=1
compare exp out || fail=1
ngram-score -m 4.ngm --no-check <test.txt >out || fail=1
compare exp out || fail=1
ngram-score -m 4.ngm -o file - <test.txt || fail=1
compare exp file || fail=1

# Threads, on more text than a batch.
for i in 1 2 3 4 5 6 7 8 9 10; do cat test.txt train.txt; done >long 2>/dev/null
for i in 1 2 3 4 5; do cat long long; done >longer
for form in '' --tokens --rank --summary; do
    ngram-score -m 3.ngm $form longer >exp || fail=1
    for n in 2 3 8; do
        # shellcheck disable=SC2086 # None or one.
        ngram-score -m 3.ngm $form --parallel=$n longer >out || fail=1
        cmp exp out || fail_ "--parallel=$n $form"
    done
done

# The sums of --tokens are those of the lines; a line of its own.
ngram-score -m 4.ngm --tokens test.txt | awk -F'\t' '
    $1 == "" { printf "%.4f %d %d\n", p, n, u; p = n = u = 0; next }
    { p += $2; n++; u += $4 == "unknown" }' >out
ngram-score -m 4.ngm test.txt | awk '{ printf "%.4f %d %d\n", $1, $2, $3 }' >exp
near exp out
printf 'the time\n\nzzz' >few
ngram-score -m 4.ngm --tokens few | cut -f 1,3,4 >out || fail=1
printf 'the\t2\ntime\t3\n</s>\t4\n\n</s>\t2\n\nzzz\t1\tunknown\n</s>\t1\n\n' >exp
awk -F'\t' '{ print $1 "\t" $3 }' exp | tr -d '[:digit:]' >/dev/null
cut -f 1 exp >exp1
cut -f 1 out >out1
compare exp1 out1 || fail=1

# Likeliest first, equal ones as they came.
printf 'zzz yyy\nthe time\nzzz xxx\n\nthe time\n' >lines
ngram-score -m 4.ngm --rank lines >out || fail=1
cut -f 5 out >got
printf '\nthe time\nthe time\nzzz yyy\nzzz xxx\n' >exp
ngram-score -m 4.ngm lines | sort -rs -g -k1,1 >sorted
cut -f 1-4 out >got4
compare sorted got4 || fail=1
compare exp got || fail=1

# Without <s> and </s>: nothing is added to a line.
printf 'a b a b b a c a a b d a e f\n' | ngram-count -n 1-2 \
    | ngram-model --discount-fallback -q -o running.ngm || fail=1
printf 'a b\n\n' | ngram-score -m running.ngm | cut -f 2- >out || fail=1
awk -F'\t' 'NR == 1 && $1 != 2 { exit bad = 1 }
    NR == 2 && $0 != "0\t0\tNA" { exit bad = 1 }
    END { exit bad || NR != 2 }' out || { fail_ 'a running model'; cat out >&9; }

# ----------------------------------------------------------- others' spelling

cat >plain.arpa <<'END'
\data\
ngram 1=5
ngram 2=3
ngram 3=1

\1-grams:
-99	<s>	-0.25
-0.5	</s>
-0.75	a	-0.125
-1	b	-0.0625
-1.25	<unk>

\2-grams:
-0.25	<s> a	-0.03125
-0.375	a b	-0.015625
-0.5	b </s>

\3-grams:
-0.0625	<s> a b

\end\
END
# Written by others: a preamble, padding, blanks, no weights, CRLF, <UNK>.
{
    printf 'made by hand\n\n'
    sed -e 's/^ngram \(.\)=/ngram  \1=    /; s/	/ /g; s/<unk>/<UNK>/' \
        -e 's/$/\r/' plain.arpa
    printf '\n\n'
} >odd.arpa
printf 'a b\nb a\n\nx\n' >text
printf '%s\n' -0.828125 -2.6875 -0.75 -2 >exp
for model in plain.arpa odd.arpa; do
    ngram-score -m "$model" text | cut -f 1 >out || fail=1
    compare exp out || fail_ "$model"
done
# The sections' lines in any sort.
awk '/^-/ { lines[++n] = $0; next }
    { while (n > 0) print lines[n--]; print }' plain.arpa >turned.arpa
ngram-score -m turned.arpa text | cut -f 1 >out || fail=1
compare exp out || fail=1
# No <unk> is one of log10 -100; a suffix that is missing changes nothing.
grep -v '<unk>' plain.arpa | sed 's/^ngram 1=5/ngram 1=4/' >unkless.arpa
echo x | ngram-score -m unkless.arpa | cut -f 1 >out
echo -100.75 >exp
compare exp out || fail=1
sed '/	a b	/d; s/^ngram 2=3/ngram 2=2/' plain.arpa >suffixless.arpa
printf 'a b\na a b\n' | ngram-score --tokens -m suffixless.arpa | cut -f 2 >out
printf '%s\n' -0.25 -0.0625 -0.5 '' -0.25 -0.90625 -1.125 -0.5 '' >exp
compare exp out || fail=1

# --------------------------------------------------------------- bad models

# refused PATTERN MODEL: status 2, no output, a message that names the place.
refused ()
{
    returns_ 2 ngram-score -m "$2" text >out 2>err || fail=1
    [ -s out ] && fail_ "$2: output"
    grep -q "^ngram-score: $2:$1" err || { fail_ "no '$1'"; cat err >&9; }
}

# spoil PATTERN SED-SCRIPT
spoil ()
{
    sed "$2" plain.arpa >bad.arpa
    cmp -s plain.arpa bad.arpa && framework_failure_ "nothing spoilt: $2"
    refused "$1" bad.arpa
}

spoil '18: 3 2-grams, but the header says 4' 's/^ngram 2=3/ngram 2=4/'
# A header is not believed: no memory is taken for what is not there.
spoil '13: 5 1-grams, but the header says 4294967293' 's/^ngram 1=5/ngram 1=4294967293/'
spoil '21: 1 3-grams, but the header says 4294967293' 's/^ngram 3=1/ngram 3=4294967293/'
spoil '16: more 2-grams than the header says: 2' 's/^ngram 2=3/ngram 2=2/'
spoil '13: the section' 's/^\\2-grams/\\3-grams/'
spoil '4: the counts do not' 's/^ngram 3=1/ngram 4=1/'
spoil '3: this is not of the form' 's/^ngram 2=3/ngram 2:3/'
spoil '9: a log10 probability above 0' 's/^-0.75	a/0.75	a/'
spoil '9: the line does not start with' 's/^-0.75	a/nan	a/'
spoil '9: the line does not start with' 's/^-0.75	a/-0.75x	a/'
spoil '9: what follows .*back-off' 's/^-0.75	a	-0.125/-0.75	a	x/'
spoil '10: the token is there twice' 's/^-1	b/-1	a/'
spoil '15: the n-gram is there twice' 's/	a b	/	<s> a	/'
spoil '15: a token is not among the unigrams' 's/	a b	/	a q	/'
spoil '15: what follows\|15: more tokens' 's/	a b	/	a b b	/'
spoil '19: fewer tokens' 's/<s> a b/<s> a/'
spoil '19: the n-gram.s prefix' 's/<s> a b/b a b/'
spoil ' *no model in ARPA form' 's/^.data./data/'
spoil '2[0-9]: .*end. should stand here' 's/^\\end/\\End/'
printf 'more\n' | cat plain.arpa - >bad.arpa
refused '22: there is more behind' bad.arpa
: >bad.arpa
refused ' the model is empty' bad.arpa
n=$(wc -l <plain.arpa)
i=1
while [ "$i" -lt "$n" ]; do
    head -n "$i" plain.arpa >bad.arpa
    returns_ 2 ngram-score -m bad.arpa text >out 2>err || fail_ "cut after $i"
    i=$((i + 1))
done

ngram-model -o plain.ngm plain.arpa || fail=1
size=$(wc -c <plain.ngm)
for i in 0 9 13 17 60 100 512 600 700 $((size / 2)) $((size - 9)) $((size - 1))
do
    {
        head -c "$i" plain.ngm
        tail -c "+$((i + 1))" plain.ngm | head -c 1 | tr '\0-\377' '\1-\377\0'
        tail -c "+$((i + 2))" plain.ngm
    } >bad.ngm
    case $i in
    0) refused '1: \| no model' bad.ngm ;;
    9) refused ' the model is of version' bad.ngm ;;
    13) refused ' the header is damaged' bad.ngm ;;
    *) refused ' the checksum does not hold: the model is damaged' bad.ngm ;;
    esac
    head -c "$i" plain.ngm >bad.ngm
    case $i in
    0) refused ' the model is empty' bad.ngm ;;
    9 | 13 | 17 | 60 | 100 | 512) refused ' the model is cut short' bad.ngm ;;
    *) refused ' the model has [0-9]* bytes, its header says' bad.ngm ;;
    esac
done
{
    head -c 12 plain.ngm
    printf '\001\002\003\004'
    tail -c +17 plain.ngm
} >bad.ngm
refused ' the model is of another byte order' bad.ngm
{
    head -c 8 plain.ngm
    printf '\007'
    tail -c +10 plain.ngm
} >bad.ngm
refused ' the model is of version 7' bad.ngm

returns_ 2 ngram-score text 2>err || fail=1
grep -q 'no model: give one with -m' err || fail_ 'no -m'
returns_ 2 ngram-score -m 2.ngm -n 3 text 2>err || fail=1
grep -q 'is of order 2' err || fail_ 'order above the model'
returns_ 2 ngram-score -m 2.ngm --rank --tokens text 2>err || fail=1
for operands in '' - 'text -' '- text'; do
    # shellcheck disable=SC2086 # None, one or two of them.
    returns_ 2 ngram-score -m - $operands <2.ngm >out 2>err || fail=1
    grep -q 'cannot both be standard input' err || fail_ "-m - $operands"
    [ -s out ] && fail_ "output of -m - $operands"
done
ngram-score -m - text <2.ngm >out || fail=1
ngram-score -m 2.ngm - <text >exp || fail=1
compare exp out || fail=1

# Scores that go to the file that is scored have no end.
yes 'a b c' | head -n 20000 >loop
cp loop loop.exp
# shellcheck disable=SC2094 # That is the point.
timeout 60 ngram-score -m 4.ngm loop >>loop 2>err
[ $? = 2 ] && grep -q 'it is written to while it is read' err \
    || fail_ "a loop: $(cat err)"
cmp loop loop.exp || fail_ 'a loop was written to'

Exit $fail
