#!/bin/sh
# ngram-zipf --plot: pictures by gnuplot, and with characters.
. "${srcdir=.}/tests/init.sh"

golden timemachine.word.1-4.tsv >counts || framework_failure_ 'no counts'

# With characters: below the table, no gnuplot needed.
ngram-zipf counts >table || fail=1
env PATH="$builddir/src" ngram-zipf --plot=- counts >out || fail=1
n=$(wc -l <table)
head -n "$n" out >above
compare table above || fail=1
sed "1,${n}d" out >picture
cat >exp <<'END'

count    (digits: the order)
       |1
       |    1 1 1
  10^3 +         1
       |           11
       |             111
       |2              11
       |    2            11
       |      2 22        11111
  10^2 +           2222       1111
       |3             22222      111
       |                  22222    1111
       |    3 3                2222   11
       |        3                 2222  111
       |4   4 4  3 33333333          22222111
  10^1 +        44 4       3333333       2221111
       |            4444444      333333      22111
       |                  444         3333      211
       |                     444444      33333    1112
       |                          4444444444443333331111222
  10^0 +                                     444444443311111222222222233
       ++-------------+-------------+-------------+-------------+-------
        10^0          10^1          10^2          10^3          10^4  rank
END
compare exp picture || fail=1
printf 'a\t1\n' | ngram-zipf -q --plot=- >out || fail=1
grep -q '1' out || fail_ 'one n-gram: no picture'

# Usage.
returns_ 2 ngram-zipf --plot=picture.gif counts >out 2>err || fail=1
grep -q 'picture.gif does not end in .svg, .png or .pdf' err || fail_ 'gif'
returns_ 2 ngram-zipf --plot=- --json counts >out 2>err || fail=1
returns_ 2 ngram-zipf --plot=x.svg --spectrum counts >out 2>err || fail=1

# The report does not replace the picture.
for report in x.svg ./x.svg "$PWD/x.svg"; do
    returns_ 2 ngram-zipf --plot=x.svg -o "$report" counts >out 2>err || fail=1
    grep -q 'x.svg is the file for the report' err || fail_ "-o $report"
done
returns_ 2 ngram-zipf --plot=./x.svg counts >x.svg 2>err || fail=1
grep -q 'x.svg is the file for the report' err || fail_ 'x.svg as output'
rm x.svg

# Without gnuplot: says what to install, and leaves nothing.
returns_ 2 env PATH="$builddir/src" ngram-zipf --plot=none.svg counts \
    >out 2>err || fail=1
[ -s out ] && fail_ 'without gnuplot: output'
grep -q 'gnuplot.*is not installed.*gnuplot-nox' err \
    || fail_ 'without gnuplot: message'
[ -e none.svg ] && fail_ 'without gnuplot: a file'

# A gnuplot that fails leaves an old picture as it was.
mkdir bin
printf '#!/bin/sh\necho half a picture\nexit 1\n' >bin/gnuplot
chmod +x bin/gnuplot
echo old >old.svg
returns_ 2 env PATH="$PWD/bin:$PATH" ngram-zipf --plot=old.svg counts \
    >out 2>err || fail=1
echo old >exp
compare exp old.svg || fail=1
grep -q 'gnuplot failed' err || fail_ 'failing gnuplot: message'

require_ gnuplot

# Each form is what its name says, whole, and the same each time.
for form in svg png pdf; do
    ngram-zipf --plot=a.$form counts >out 2>err || fail_ "$form: it fails"
    [ -s err ] && { fail_ "$form: gnuplot complains"; cat err >&9; }
    compare table out || fail=1
done
head -c 200 a.svg | grep -q '<svg' || fail_ 'no SVG'
tail -n 2 a.svg | grep -q '</svg>' || fail_ 'half an SVG'
for text in '1-grams: s = 1.053 ± 0.036, least squares 1.035' \
    '4-grams: s = 0.193 ± 0.002, least squares 0.050' 'rank r'
do
    grep -q -F -e "$text" a.svg || fail_ "the SVG does not say: $text"
done
dd if=a.png bs=1 skip=1 count=3 2>/dev/null | grep -q PNG || fail_ 'no PNG'
head -c 5 a.pdf | grep -q '%PDF-' || fail_ 'no PDF'
sleep 1
for form in svg png pdf; do
    ngram-zipf --plot=b.$form counts >out || fail=1
    cmp -s a.$form b.$form || fail_ "$form: another picture of the same counts"
done

# Where the report cannot be written there is no picture, and an old one stays.
if [ -c /dev/full ]; then
    returns_ 2 ngram-zipf --plot=full.svg counts >/dev/full 2>err || fail=1
    [ ! -e full.svg ] || fail_ 'a picture without its report'
    returns_ 2 ngram-zipf --plot=old.svg counts >/dev/full 2>err || fail=1
    compare exp old.svg || fail_ 'another picture without its report'
fi
ngram-zipf --plot=old.svg -o report counts || fail=1
compare table report || fail_ 'the report beside a picture'
compare a.svg old.svg || fail_ 'the picture beside a report'

# What cannot be estimated has no line, and the picture is drawn.
printf 'a\t5\nb\t3\nc d\t1\n' | ngram-zipf -q --plot=few.svg >out 2>err || fail=1
[ -s err ] && { fail_ 'few: gnuplot complains'; cat err >&9; }
grep -q '1-grams: no exponent' few.svg || fail_ 'few: the key'
grep -i -w nan few.svg && fail_ 'few: nan'

Exit $fail
