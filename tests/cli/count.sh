#!/bin/sh
# ngram-count lists the n-grams of the book to the byte, and what its options
# say of them.
. "${srcdir=.}/tests/init.sh"

book=$data/timemachine.txt
tab=$(printf '\t')
golden timemachine.word.1-4.tsv >word.tsv \
    && golden timemachine.char.1-4.tsv >char.tsv \
    && golden timemachine.word.vocab >word.vocab \
    && golden timemachine.char.vocab >char.vocab \
    && ngram-tokenize "$book" >words \
    && ngram-tokenize -t char words >chars \
    || framework_failure_ 'cannot set up'

# same WHAT EXPECTED ACTUAL: whether the files are the same.
same ()
{
    compare "$2" "$3" || fail_ "$1"
}

# ----------------------------------------------- the book, however it comes

ngram-tokenize "$book" | ngram-count >out || fail=1
same 'words through a pipe' word.tsv out
ngram-tokenize "$book" | ngram-tokenize -t char | ngram-count >out || fail=1
same 'characters through a pipe' char.tsv out
ngram-count words >out || fail=1
same 'words in a file' word.tsv out
ngram-count - <words >out || fail=1
same '-' word.tsv out
ngram-count -t word "$book" >out || fail=1
same '-t word' word.tsv out
ngram-count --tokenize=word --case=lower -- "$book" >out || fail=1
same '--tokenize=word' word.tsv out
# The characters of the words, one space between: the book as it was read.
ngram-count --tokenize=char words >out || fail=1
same '-t char' char.tsv out

for name in word char; do
    ngram-tokenize -t space --vocab=$name.vocab -o $name.npy ${name}s \
        || framework_failure_ 'cannot make a token file'
    ngram-count --vocab=$name.vocab $name.npy >out || fail=1
    same "$name.npy" $name.tsv out
    ngram-count --vocab=$name.vocab <$name.npy >out || fail=1
    same "$name.npy on standard input" $name.tsv out
    cat $name.npy | ngram-count --vocab=$name.vocab - >out || fail=1
    same "$name.npy through a pipe" $name.tsv out
    gzip -c $name.npy >packed
    ngram-count --vocab=$name.vocab packed >out || fail=1
    same "$name.npy compressed" $name.tsv out
done
ngram-count --vocab=word.vocab words >out || fail=1
same 'text with its own vocabulary' word.tsv out

# The same bytes in any place.
for locale in C C.UTF-8 C.utf8 en_US.UTF-8 de_DE.UTF-8 tr_TR.UTF-8 nonsense; do
    LC_ALL=$locale ngram-count -t word "$book" >out || fail=1
    same "locale $locale" word.tsv out
    LC_ALL=$locale ngram-count -t word -n 2 --laplace=.5,.5 "$book" >out.$locale \
        || fail=1
    same "probabilities in locale $locale" out.C out.$locale
done
for zone in UTC0 Asia/Tokyo Pacific/Apia ''; do
    TZ=$zone ngram-count words >out || fail=1
    same "time zone $zone" word.tsv out
done

# The same bytes from any split at line ends, plain or compressed.
gzip -c words >words.gz
ngram-count words.gz >out || fail=1
same 'gzip, a name that ends so' word.tsv out
gzip -9 -n <words | ngram-count >out || fail=1
same 'gzip through a pipe' word.tsv out
split -l 700 words part. || framework_failure_ split
ngram-count part.* >out || fail=1
same 'several files' word.tsv out
set -- part.*
for part; do
    gzip -c "$part" >"$part.gz"
done
cat part.*.gz >members
ngram-count members >out || fail=1
same 'several members' word.tsv out
ngram-count part.a[a-b] - part.a[d-z] <part.ac >out || fail=1
same 'standard input among files' word.tsv out
ngram-count part.aa.gz part.ab part.ac.gz part.a[d-z] >out || fail=1
same 'compressed and not' word.tsv out
# A last line that does not end, ends with its file.
head -c -1 part.aa >unended
ngram-count unended part.a[b-z] >out || fail=1
same 'no last newline' word.tsv out

# An end of line of either kind, and a byte-order mark, are no text.
sed 's/$/\r/' words >crlf
ngram-count crlf >out || fail=1
same 'carriage returns' word.tsv out
for f in part.a[a-z]; do
    { printf '\357\273\277'; cat "$f"; } >"bom.$f"
done
ngram-count bom.* >out || fail=1
same 'byte-order marks' word.tsv out

# ------------------------------------------------------------------- orders

# Print those of order $1 to $2 of the listing $3.
orders ()
{
    awk -F '\t' -v min="$1" -v max="$2" \
        '{ n = split($1, t, " ") } n >= min && n <= max' "$3"
}

for range in 1 2 3 4 1-1 1-2 2-3 2-4 3-4 4-4 1-4; do
    orders "${range%-*}" "${range#*-}" word.tsv >exp
    ngram-count -n "$range" words >out || fail=1
    same "-n $range" exp out
    ngram-count "--order=$range" words >out || fail=1
    same "--order=$range" exp out
done
# The number that is said last holds.
ngram-count -n 2 -n 1-4 words >out || fail=1
same 'two orders' word.tsv out
ngram-count -n 8 words >out || fail=1
[ "$(wc -l <out)" -gt 30000 ] || fail_ '-n 8 lists too few'
for range in 9 1-9 0 0-3 3-2 '' - 1- -1 x 1-x 2-3-4 1.5 18446744073709551617; do
    returns_ 2 ngram-count "--order=$range" words >out 2>err || fail=1
    [ ! -s out ] || fail_ "--order=$range lists something"
    grep -q 'order' err || fail_ "--order=$range: $(cat err)"
done

# -------------------------------------------------- the top, and what is rare

cat >exp <<'END'
the	2261
i	1267
and	1245
of	1155
a	816
of the	309
in the	169
the time traveller	59
END
{
    ngram-count -t word -n 1 --top=5 "$book"
    ngram-count -t word -n 2 --top 2 "$book"
    ngram-count -t word -n 3 --top 1 "$book"
} >out || fail=1
same 'the top of the book' exp out

# Print what --top=$1 --min-count=$2 leaves of the listing $3; 0: all.
reduce ()
{
    awk -F '\t' -v top="$1" -v min="$2" '
        { n = split($1, t, " ") }
        $2 + 0 >= min + 0 && (top == 0 || ++listed[n] <= top + 0)' "$3"
}

for top in 0 1 2 10 1000 4579 4580 1000000 18446744073709551615; do
    for min in 0 1 2 3 59 2261 2262 18446744073709551615; do
        set -- -n 1-4
        [ "$top" = 0 ] || set -- "$@" "--top=$top"
        [ "$min" = 0 ] || set -- "$@" "--min-count=$min"
        reduce "$top" "$min" word.tsv >exp
        ngram-count "$@" words >out || fail=1
        same "$*" exp out
    done
done
for arg in 0 -1 x 1x '' 1.5 18446744073709551616; do
    for option in top min-count; do
        returns_ 2 ngram-count "--$option=$arg" words >out 2>err || fail=1
        [ ! -s out ] || fail_ "--$option=$arg lists something"
        grep -q -e "--$option" err || fail_ "--$option=$arg: $(cat err)"
    done
done

# -------------------------------------------------------------- other orders

for n in 1 2 3 4; do
    orders $n $n word.tsv | sort
done >text.tsv
ngram-count --sort=text words >out || fail=1
same '--sort=text' text.tsv out
ngram-count --sort=count words >out || fail=1
same '--sort=count' word.tsv out
ngram-count --sort=none words >unsorted || fail=1
for n in 1 2 3 4; do
    orders $n $n unsorted | sort
done >out
same '--sort=none has other lines' text.tsv out
awk -F '\t' '{ n = split($1, t, " "); if (n < last) exit 1; last = n }' \
    unsorted || fail_ '--sort=none mixes orders'
for min in 1 3; do
    reduce 100 $min text.tsv >exp
    ngram-count --sort=text --top=100 --min-count=$min words >out || fail=1
    same "--sort=text --top=100 --min-count=$min" exp out
    reduce 100 $min unsorted >exp
    ngram-count --sort=none --top=100 --min-count=$min words >out || fail=1
    same "--sort=none --top=100 --min-count=$min" exp out
done
returns_ 2 ngram-count --sort=size words >out 2>err || fail=1
grep -q -e '--sort' err || fail_ '--sort=size'

# A line's bytes decide, and of those the TAB behind an n-gram and the space
# inside it are two: a character between them sorts names in two ways.
printf 'q w e\na\001 \037 a\037 a \037 \001 a\177 \033[1m a \037 a!\n' >control
for sort in count text; do
    for n in 1 2 3; do
        ngram-count -t space --sort=none -n $n control \
            | case $sort in
              text) sort ;;
              count) sort -t "$tab" -k2,2nr ;;
              esac
    done >exp
    ngram-count --sort=$sort -n 1-3 control >out || fail=1
    same "control characters, --sort=$sort" exp out
    for top in 1 2 4 7; do
        reduce $top 1 exp >exp.top
        ngram-count --sort=$sort -n 1-3 --top=$top control >out || fail=1
        same "control characters, --sort=$sort --top=$top" exp.top out
    done
done

# -------------------------------------------------------------------- --stats

{
    printf 'order\ttokens\ttypes\tsingletons\n'
    awk -F '\t' -v OFS='\t' '
        {
            n = split($1, t, " ")
            tokens[n] += $2
            types[n]++
            single[n] += $2 == 1
        }
        END {
            for (n = 1; n <= 4; n++)
                print n, tokens[n], types[n], single[n] + 0
        }' word.tsv
} >exp
ngram-count --stats words >out || fail=1
same --stats exp out
grep -q "^1${tab}32775${tab}4579${tab}" out || fail_ '--stats: order 1'
sed -n '1p; 3,4p' exp >exp.2-3
ngram-count --stats -n 2-3 words >out || fail=1
same '--stats -n 2-3' exp.2-3 out
ngram-count --stats -n 1 </dev/null >out || fail=1
printf 'order\ttokens\ttypes\tsingletons\n1\t0\t0\t0\n' >exp
same '--stats of nothing' exp out
returns_ 2 ngram-count --stats --laplace words >out 2>err || fail=1
grep -q -e '--stats and --laplace' err || fail_ '--stats --laplace'

# ---------------------------------------------------------------------- -o

ngram-count -o result words >out || fail=1
[ ! -s out ] || fail_ '-o: something on standard output'
same '-o' word.tsv result
ngram-count words --output=result -n 1 --top 1 || fail=1
printf 'the\t2261\n' >exp
same '-o replaces' exp result
# Its own input may be replaced.
cp words itself
ngram-count --output itself itself || fail=1
same '-o its own input' word.tsv itself
returns_ 2 ngram-count -o no/such/folder/result words >out 2>err || fail=1
grep -q '^ngram-count: no/such/folder/result: No such file' err \
    || fail_ "-o no/such/folder/result: $(cat err)"
ngram-count -v -n 1 --top 1 words >out 2>err || fail=1
same -v exp out
grep -q '32775 tokens, 4579 types' err || fail_ "-v: $(cat err)"

# ------------------------------------------------------------------- nothing

for option in --sort=count --sort=text --sort=none --laplace -s; do
    ngram-count $option /dev/null >out 2>err || fail=1
    [ ! -s out ] && [ ! -s err ] || fail_ "$option of an empty file"
done
printf '\n\n \n' | ngram-count >out || fail=1
[ ! -s out ] || fail_ 'blank lines have n-grams'
printf 'one\n' | ngram-count -n 2-8 >out || fail=1
[ ! -s out ] || fail_ 'one token has pairs'

Exit $fail
