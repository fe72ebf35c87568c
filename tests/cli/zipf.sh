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

# Any order of lines, from a pipe, compressed, with CRLF, with a third column.
cp out exp
sort -t'	' -k2,2 counts | ngram-zipf --tsv >out || fail=1
compare exp out || fail=1
gzip -c counts >counts.gz || framework_failure_ 'gzip'
ngram-zipf --tsv <counts.gz >out || fail=1
compare exp out || fail=1
sed 's/$/\r/' counts | ngram-zipf --tsv - >out || fail=1
compare exp out || fail=1
sed 's/$/	0.125/' counts | ngram-zipf --tsv >out || fail=1
compare exp out || fail=1

# Orders.
{ sed -n '1p;3,4p' exp; } >exp23
ngram-zipf -n 2-3 --tsv counts >out || fail=1
compare exp23 out || fail=1

# A cut-off that is given.
ngram-zipf --xmin=3 -n 1-2 --tsv counts >out || fail=1
sed -n 1,3p exp >exp12
compare exp12 out || fail=1
ngram-zipf --xmin=1 -n 1 --tsv counts >out || fail=1
near "$(column a out)" 1.84760 1e-4

# ------------------------------------------------------------------- forms

cat >exp <<'END'
                      least squares     power law by maximum likelihood
order  types  tokens    slope           xmin   tail       a                s
    1   4579   32775  -1.0353 +-0.0026     3   1419  1.9494 +-0.0253  1.0533 +-0.0281
    2  20234   32774  -0.4637 +-0.0016     3   1671  2.4294 +-0.0354  0.6996 +-0.0173
    3  29882   32773  -0.1642 +-0.0009     1  29882  4.2950 +-0.0282  0.3035 +-0.0026
    4  32180   32772  -0.0501 +-0.0005     1  32180  6.1931 +-0.0614  0.1926 +-0.0023
END
ngram-zipf counts >out || fail=1
compare exp out || fail=1
echo old >file
ngram-zipf -o file counts || fail=1
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
returns_ 2 ngram-zipf empty >out 2>err || fail=1
[ -s out ] && fail_ 'empty: output'
grep -q '^ngram-zipf: empty: no n-grams' err || fail_ 'empty: message'
returns_ 2 ngram-zipf -n 5 counts >out 2>err || fail=1
grep -q 'no n-grams of the orders wanted' err || fail_ '-n 5: message'

# unknown FILE PATTERN: nothing is estimated, and the PATTERN says why.
unknown ()
{
    returns_ 0 ngram-zipf "$1" >out 2>err || fail=1
    grep -q -e "$2" err || { fail_ "$1: no message '$2'"; cat err >&9; }
    tail -n 1 out | grep -q -- ' - .* - .* - ' || fail_ "$1: a number"
    ngram-zipf -q --tsv "$1" >out 2>err || fail=1
    [ -s err ] && fail_ "$1: -q is not quiet"
    tail -n 1 out | grep -q 'NA	NA' || fail_ "$1: --tsv has no NA"
    ngram-zipf -q --json "$1" >out || fail=1
    grep -q '"slope": null' out || fail_ "$1: --json has no null"
    grep -q -i -w -e nan -e inf out && fail_ "$1: nan"
}
seq 60 | sed 's/$/	3/' >same
unknown same '^ngram-zipf: order 1: all 60 n-grams have the count 3: one distinct'
seq 49 | sed 's/.*/&	&/' >few
unknown few '^ngram-zipf: order 1: 49 types: fewer than 50 '
seq 50 | sed 's/.*/&	&/' >enough
returns_ 0 ngram-zipf enough >out 2>err || fail=1
tail -n 1 out | grep -q '^ *1 *50 *1275 *-[0-9.]* ' || fail_ '50 types'

# A cut-off beyond which there is nothing to fit.
returns_ 0 ngram-zipf --xmin=50 enough >out 2>err || fail=1
grep -q 'order 1: no exponent: fewer than two distinct counts of 50' err \
    || fail_ '--xmin=50: message'
returns_ 2 ngram-zipf --xmin=0 counts >out 2>err || fail=1
returns_ 2 ngram-zipf counts counts >out 2>err || fail=1
grep -q 'surplus operand' err || fail_ 'two files: message'

Exit $fail
