#!/bin/sh
# ngram-zipf: estimates for the book, all forms of output, bad input.
. "${srcdir=.}/tests/init.sh"

golden timemachine.word.1-4.tsv >counts || framework_failure_ 'no counts'

# column NAME FILE: the column NAME of the FILE made by --tsv, one line.
column ()
{
    awk -F'\t' -v name="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
        { printf "%s%s", sep, $at; sep = " " }
        END { print "" }' "$2"
}

# near LIST LIST TOLERANCE: the numbers are the same to TOLERANCE.
near ()
{
    echo "$1 $2" | awk -v tolerance="$3" '{
        for (i = 1; i <= NF / 2; i++) {
            d = $i - $(i + NF / 2)
            if (! (d <= tolerance && -d <= tolerance)) exit 1
        } }' || fail_ "not the same to $3: $1, $2"
}

# ---------------------------------------------------------------- estimates

returns_ 0 ngram-zipf --tsv counts >out 2>err || fail=1
[ -s err ] && fail_ 'a message about good counts'
[ "$(column order out)" = '1 2 3 4' ] || fail_ 'orders'
[ "$(column types out)" = '4579 20234 29882 32180' ] || fail_ 'types'
[ "$(column tokens out)" = '32775 32774 32773 32772' ] || fail_ 'tokens'
# From plfit 0.9.4, and from a loop over all ranks.
[ "$(column xmin out)" = '3 3 1 1' ] || fail_ 'cut-offs'
near "$(column a out)" '1.94936 2.42937 4.29496 6.19307' 1e-5
near "$(column slope out)" '-1.035290677 -0.463743031 -0.164190360 -0.050112127' \
    1e-9
near "$(column slope_err out)" '0.002613592 0.001578546 0.000896504 0.000472013' \
    1e-9

near "$(column bin_slope out)" '-0.9723534 -0.6188498 -0.4090083 -0.2793359' \
    1e-6
near "$(column mandelbrot_s out)" '1.050405 0.598943 0.251337 0.080264' 1e-6
near "$(column mandelbrot_q out)" '1.223923 -0.335830 -0.998784 -1' 2e-6

# Counts that do not fall after the first rank, and counts that do not fall as a
# power, have no Zipf-Mandelbrot law.
{ echo 'the	3'; seq 10000 | sed 's/$/	1/'; } >flat
seq 200 | awk '{ print $1 "\t" int (1000 * exp (-$1 / 20) + 1) }' >exponential
seq 200 | awk '{ print $1 "\t" 1000 - $1 }' >straight
for file in flat exponential straight; do
    returns_ 0 ngram-zipf --tsv $file >out2 2>err || fail=1
    grep -q '^ngram-zipf: order 1: no Zipf-Mandelbrot law: ' err \
        || fail_ "$file: no message"
    [ "$(column mandelbrot_s out2) $(column mandelbrot_q out2)" = 'NA NA' ] \
        || fail_ "$file: a Zipf-Mandelbrot law"
    grep -q -i -w -e nan -e inf out2 && fail_ "$file: nan"
done

# Any order of lines, from a pipe, compressed, with CRLF, with a third column.
cp out exp
sort -t'	' -k2,2 counts | ngram-zipf -q --tsv >out || fail=1
compare exp out || fail=1
gzip -c counts >counts.gz || framework_failure_ 'gzip'
ngram-zipf -q --tsv <counts.gz >out || fail=1
compare exp out || fail=1
sed 's/$/\r/' counts | ngram-zipf -q --tsv - >out || fail=1
compare exp out || fail=1
sed 's/$/	0.125/' counts | ngram-zipf -q --tsv >out || fail=1
compare exp out || fail=1

# Orders.
{ sed -n '1p;3,4p' exp; } >exp23
ngram-zipf -q -n 2-3 --tsv counts >out || fail=1
compare exp23 out || fail=1

# A cut-off that is given: all is the same but the error, which is that of the
# curvature, where the choice makes it wider.
ngram-zipf --xmin=3 -n 1-2 --tsv counts >out || fail=1
sed -n 1,3p exp >exp12
for column in xmin tail a s distance log_likelihood slope mandelbrot_q; do
    [ "$(column $column out)" = "$(column $column exp12)" ] \
        || fail_ "--xmin=3: $column"
done
near "$(column a_err out)" '0.0253401 0.0353906' 1e-6
near "$(column a_err exp12)" '0.0327 0.1342' 1e-4
near "$(column s_err exp12)" '0.0363 0.0657' 1e-4
ngram-zipf -n 1-2 --seed=2 --tsv counts >out || fail=1
[ "$(column a out)" = "$(column a exp12)" ] || fail_ '--seed changes exponents'
[ "$(column a_err out)" != "$(column a_err exp12)" ] \
    || fail_ '--seed does not change errors'
near "$(column a_err out)" "$(column a_err exp12)" 0.05
ngram-zipf --xmin=1 -n 1 --tsv counts >out || fail=1
near "$(column a out)" 1.84760 1e-4

# The spectrum, against uniq.
ngram-zipf --spectrum counts >out || fail=1
awk -F '\t' '{ print split ($1, t, " "), $2 }' counts | sort -n -k1,1 -k2,2 \
    | uniq -c | awk '{ print $2 "\t" $3 "\t" $1 }' >exp
compare exp out || fail=1
ngram-zipf --spectrum -n 2 counts >out || fail=1
grep '^2' exp >exp2
compare exp2 out || fail=1

{ echo 'order	count	types'; cat exp; } >exp2
ngram-zipf --spectrum --tsv counts >out || fail=1
compare exp2 out || fail=1
# JSON, with as many pairs on a line as there may be.
printf 'a\t1\nb\t2\nc\t2\nd e\t7\n' >small
seq 13 | sed 's/.*/& & &	&/' >>small
cat >exp2 <<'END'
[
 {"order": 1,
  "spectrum": [
   [1, 1], [2, 2]]},
 {"order": 2,
  "spectrum": [
   [7, 1]]},
 {"order": 3,
  "spectrum": [
   [1, 1], [2, 1], [3, 1], [4, 1], [5, 1], [6, 1],
   [7, 1], [8, 1], [9, 1], [10, 1], [11, 1], [12, 1],
   [13, 1]]}
]
END
ngram-zipf --spectrum --json small >out || fail=1
compare exp2 out || fail=1
ngram-zipf --spectrum --json -n 2 small >out || fail=1
[ "$(tr -d ' \n' <out)" = '[{"order":2,"spectrum":[[7,1]]}]' ] \
    || fail_ '--spectrum --json -n 2'

# What exponents need is for no spectrum.
for option in --compare --p-value --seed=2 --xmin=3; do
    returns_ 2 ngram-zipf --spectrum $option counts >out 2>err || fail=1
    grep -q "^ngram-zipf: ${option%=*} is for exponents, which --spectrum" err \
        || fail_ "--spectrum $option"
done

# p-values: steady, of the seed's making, small for what is no power law.
ngram-zipf -q -n 1-2 --p-value=200 --tsv counts >out || fail=1
near "$(column p_value out)" '0.68 0.76' 0.15
ngram-zipf -q -n 1-2 --p-value=200 --seed=1 --tsv counts >out2 || fail=1
compare out out2 || fail=1
ngram-zipf -q -n 1-2 --p-value=200 --seed=2 --tsv counts >out2 || fail=1
cmp -s out out2 && fail_ '--seed changes nothing'
ngram-zipf -q -n 1 --p-value=1 counts >out || fail=1
head -n 2 out | grep -q ' p$' || fail_ '--p-value: no column p'
seq 30 | awk '{ for (i = 0; i < 5000 * 0.8 ^ $1; i++) print $1 "_" i "\t" $1 }' \
    >geometric
ngram-zipf -q --p-value=100 --xmin=1 --compare --tsv geometric >out || fail=1
near "$(column p_value out)" 0 0.001
awk -v ratio="$(column exponential_ratio out)" -v p="$(column exponential_p out)" \
    'BEGIN { exit ! (ratio < -100 && p < 1e-3) }' || fail_ 'geometric: exponential'

# Rivals.
ngram-zipf -q -n 1-2 --compare --tsv counts >out || fail=1
near "$(column log_normal_ratio out)" '-0.47232 -0.65204' 1e-4
near "$(column log_normal_p out)" '0.56587 0.49865' 1e-4
near "$(column exponential_ratio out)" '1185.588 469.881' 1e-2
near "$(column cut_off_ratio out)" '-1.31855 -1.49565' 1e-4
near "$(column cut_off_p out)" '0.10439 0.08371' 1e-4
ngram-zipf -q -n 1 --compare counts >out || fail=1
grep -q 'exponential cut-off' out || fail_ '--compare: no table'

# ------------------------------------------------------------------- forms

cat >exp <<'END'
                      least squares     power law by maximum likelihood
order  types  tokens    slope           xmin   tail       a                s
    1   4579   32775  -1.0353 +-0.0026     3   1419  1.9494 +-0.0327  1.0533 +-0.0363
    2  20234   32774  -0.4637 +-0.0016     3   1671  2.4294 +-0.1342  0.6996 +-0.0657
    3  29882   32773  -0.1642 +-0.0009     1  29882  4.2950 +-0.0282  0.3035 +-0.0026
    4  32180   32772  -0.0501 +-0.0005     1  32180  6.1931 +-0.0614  0.1926 +-0.0023

       least squares, bins  Zipf-Mandelbrot law
order    slope                   s                 q
    1  -0.9724 +-0.0197     1.0504 +-0.0038   1.2239 +-0.0634
    2  -0.6188 +-0.0144     0.5989 +-0.0029  -0.3358 +-0.0665
    3  -0.4090 +-0.0207     0.2513 +-0.0042  -0.9988 +-0.0007
    4  -0.2793 +-0.0230     0.0803 +-0.0051  -1.0000 +-2e-09
END
ngram-zipf -q counts >out || fail=1
compare exp out || fail=1
# Narrow columns, and their headings still apart.
cat >exp_narrow <<'END'
                      least squares  power law by maximum likelihood
order  types  tokens  slope          xmin  tail  a   s
    1      2       3      -             -     -  -   -

       least squares, bins  Zipf-Mandelbrot law
order  slope                s   q
    1      -                -   -
END
printf 'a\t1\nb\t2\n' | ngram-zipf -q >out || fail=1
compare exp_narrow out || fail=1
echo old >file
ngram-zipf -q -o file counts || fail=1
compare exp file || fail=1
if command -v python3 >/dev/null 2>&1; then
    ngram-zipf --json counts >out || fail=1
    python3 -c '
import json
rows = json.load (open ("out"))
assert [r["types"] for r in rows] == [4579, 20234, 29882, 32180]
assert abs (rows[3]["a"] - 6.19307) < 1e-5
' || fail_ '--json'
fi

# --------------------------------------------------------------- bad input

# bad NAME LINE WHAT: FILE NAME has WHAT wrong in LINE.
bad ()
{
    returns_ 2 ngram-zipf "$1" >out 2>err || fail=1
    [ -s out ] && fail_ "$1: output"
    echo "ngram-zipf: $1:$2: $3" >exp
    compare exp err || fail=1
}
printf 'a\t2\nb\t0\n' >zero && bad zero 2 'the count is zero'
printf 'a\t2\nb c\t-7\n' >negative && bad negative 2 'the count is negative'
printf 'a\tmany\n' >word && bad word 1 'the count is not a whole number'
printf 'a\t2\nb 1\n' >space && bad space 2 \
    'no TAB between an n-gram and a count'
printf 'a\t1\n1 2 3 4 5 6 7 8 9\t1\n' >nine && bad nine 2 \
    'the n-gram has more than 8 tokens'

: >empty
gzip -c empty >empty.gz || framework_failure_ 'gzip'
for args in empty empty.gz '-n 2 empty' '--spectrum empty'; do
    # shellcheck disable=SC2086 # options and a file
    returns_ 2 ngram-zipf $args >out 2>err || fail=1
    [ -s out ] && fail_ "$args: output"
    echo "ngram-zipf: ${args##* }: the input is empty: nothing can be estimated" \
        >exp
    compare exp err || fail=1
done
returns_ 2 ngram-zipf <empty >out 2>err || fail=1
grep -q 'the input is empty' err || fail_ 'empty standard input: message'
returns_ 2 ngram-zipf -n 5 counts >out 2>err || fail=1
grep -q 'no n-grams of the orders wanted' err || fail_ '-n 5: message'

# unknown FILE PATTERN: nothing is estimated, and the PATTERN says why.
unknown ()
{
    returns_ 0 ngram-zipf "$1" >out 2>err || fail=1
    grep -q -e "$2" err || { fail_ "$1: no message '$2'"; cat err >&9; }
    sed -n 3p out | grep -q -- ' - .* - .* - ' || fail_ "$1: a number"
    ngram-zipf -q --tsv "$1" >out 2>err || fail=1
    [ -s err ] && fail_ "$1: -q is not quiet"
    tail -n 1 out | grep -q 'NA	NA' || fail_ "$1: --tsv has no NA"
    ngram-zipf -q --json "$1" >out || fail=1
    grep -q '"slope": null' out || fail_ "$1: --json has no null"
    grep -q -i -w -e nan -e inf out && fail_ "$1: nan"
}
seq 60 | sed 's/$/	3/' >same
unknown same '^ngram-zipf: order 1: 60 n-grams, all of count 3: one distinct'
seq 49 | sed 's/.*/&	&/' >few
unknown few '^ngram-zipf: order 1: 49 types: fewer than 50 '
seq 50 | sed 's/.*/&	&/' >enough
returns_ 0 ngram-zipf enough >out 2>err || fail=1
sed -n 3p out | grep -q '^ *1 *50 *1275 *-[0-9.]* ' || fail_ '50 types'

{ cat enough; echo 'x	9007199254740993'; } >vast
unknown vast 'order 1: counts beyond 2^53, such as 9007199254740993'
{ cat enough; echo 'x	9007199254740992'; } >large
returns_ 0 ngram-zipf --compare --p-value=3 large >out 2>err || fail=1
sed -n 3p out | grep -q '^ *1 *51 *9007199254742267 *-[0-9.]* ' || fail_ '2^53'

# Counts that differ by less than rounding, as logarithms: no exponent.
seq 100 | awk '{ printf "%d\t%.0f\n", $1, 9007199254740992 - $1 }' >close
returns_ 0 ngram-zipf --p-value=10 --compare --tsv close >out 2>err || fail=1
grep -q 'order 1: no exponent: the counts lie too close' err \
    || fail_ 'close: message'
[ "$(column a out) $(column a_err out) $(column p_value out)" = 'NA NA NA' ] \
    || fail_ 'close: a number'
grep -q -i -w -e nan -e inf out && fail_ 'close: nan'

# A cut-off beyond which there is nothing to fit.
returns_ 0 ngram-zipf --xmin=50 enough >out 2>err || fail=1
grep -q 'order 1: no exponent: fewer than two distinct counts of 50' err \
    || fail_ '--xmin=50: message'
returns_ 2 ngram-zipf --xmin=0 counts >out 2>err || fail=1
returns_ 2 ngram-zipf counts counts >out 2>err || fail=1
grep -q 'surplus operand' err || fail_ 'two files: message'

Exit $fail
