#!/bin/sh
# ngram-tokenize: what it makes of good text, with every option.
. "${srcdir=.}/tests/init.sh"

book=$data/timemachine.txt

# expect TEXT COMMAND...: standard output of COMMAND, which succeeds without a
# word, is TEXT and a newline (printf's escapes hold in TEXT).
expect ()
{
    # shellcheck disable=SC2059 # The escapes are meant.
    printf "$1\\n" >exp
    shift
    returns_ 0 "$@" >out 2>err </dev/null || fail=1
    compare exp out || fail_ "$*"
    [ ! -s err ] || { fail_ "$* says:"; cat err >&9; }
}

# is EXPECTED FOUND
is ()
{
    [ "$1" = "$2" ] || fail_ "'$2' is not '$1'"
}

# ids FILE: the ids of a .npy file of two or four bytes each, one a line.
ids ()
{
    case $(head -c 60 "$1" | tr -d '\0') in
    *"'<u2'"*) size=2 ;;
    *"'<u4'"*) size=4 ;;
    *) fail_ "$1 is neither <u2 nor <u4" ;;
    esac
    tail -c +129 "$1" | od -A n -v -t "u$size" | tr -s ' ' '\n' | sed '/^$/d'
}

# names VOCAB: for ids on standard input their lines in VOCAB.
names ()
{
    awk 'NR == FNR { name[NR - 1] = $0; next } { print name[$1] }' "$1" -
}

# ------------------------------------------------------- the reference outputs

ngram-tokenize "$book" >words
for mode in word char; do
    ngram-tokenize -t $mode -o ids.npy --write-vocab=vocab words || fail=1
    golden timemachine.$mode.vocab >exp || framework_failure_ 'no golden file'
    compare exp vocab || fail_ "the vocabulary of $mode"
    ngram-tokenize -t $mode words | tr -s ' ' '\n' | sed '/^$/d' >exp
    ids ids.npy | names vocab >out
    compare exp out || fail_ "the ids of $mode"
done
is 170580 "$(($(ids ids.npy | wc -l)))"

# On ASCII text words are what a regular expression finds, line by line.
tr '\0-\10\13-\37\200-\377' ' ' <"$book" | sed 's/[^A-Za-z]\{1,\}/ /g; s/^ //; s/ $//' \
    | tr '[:upper:]' '[:lower:]' >exp
tr '\0-\10\13-\37\200-\377' ' ' <"$book" | ngram-tokenize >out || fail=1
compare exp out || fail_ 'words are not [A-Za-z]+'
[ "$(wc -l <out)" -eq "$(wc -l <"$book")" ] || fail_ 'lines were lost'

# ------------------------------------------------------------- ways and cases

printf 'The Caf\303\211, 42 times!\n\n\tDON\047T\n' >text
expect 'the caf\303\251 times\n\ndon t' ngram-tokenize text
expect 'The Caf\303\211 times\n\nDON T' ngram-tokenize --case=keep text
expect "The Caf\303\211 , 42 times !\n\nDON'T" ngram-tokenize -t uax29 text
expect "the caf\303\251 , 42 times !\n\ndon't" ngram-tokenize -t uax29 -c lower text
expect "The Caf\303\211, 42 times!\n\nDON'T" ngram-tokenize --tokenize=space text
expect "the caf\303\251, 42 times!\n\ndon't" ngram-tokenize -t space -c lower text
printf 'a \303\211\\\t\r\n' >text
expect 'a \\s \303\211 \\\\ \\t' ngram-tokenize -t char text
expect 'a \\s \303\251 \\\\ \\t' ngram-tokenize -t char -c lower text
expect 'a \\s \303 \211 \\\\ \\t' ngram-tokenize -t byte text
expect 'a \\s \303 \211 \\\\ \\t' ngram-tokenize -t byte -c lower text
# Text form comes through "space" as it is, and again: a name is read back.
for mode in char byte uax29 word; do
    ngram-tokenize -t $mode "$book" >exp
    ngram-tokenize -t space exp >out
    compare exp out || fail_ "$mode is not read back"
done

# ---------------------------------------------------------- what lines are made of

printf '' | ngram-tokenize >out 2>err || fail=1
[ ! -s out ] && [ ! -s err ] || fail_ 'an empty file gives something'
printf '\357\273\277a\r\nb\n\r\nc' >text
for mode in word uax29 space char byte; do
    expect 'a\nb\n\nc' ngram-tokenize -t $mode text
done
printf '\n' >empty-line
expect '' ngram-tokenize empty-line
printf 'a\0b \0\n' >text
expect 'a b' ngram-tokenize text
expect 'a\0b \0' ngram-tokenize -t space text
expect 'a \0 b \\s \0' ngram-tokenize -t char text
expect 'a\nb' sh -c 'printf a >one; printf b >two; ngram-tokenize one two'
expect 'x\na\ny' sh -c 'echo x >one; echo y >two; echo a | ngram-tokenize one - two'

# ---------------------------------------------- the same bytes wherever from

ngram-tokenize -c keep -t uax29 "$book" >exp || fail=1
gzip -c "$book" >book.gz
awk 'NR % 700 == 1 { close(f); f = sprintf("part.%03d", ++n) } { print >f }' \
    "$book"
{ gzip -c part.001; gzip -c part.002; cat part.00[3-9] | gzip -c; } >members.gz
# same NAME COMMAND...
same ()
{
    name=$1
    shift
    "$@" >out 2>err || fail=1
    compare exp out || fail_ "the result differs: $name"
    [ ! -s err ] || { fail_ "$name says:"; cat err >&9; }
}
# shellcheck disable=SC2016 # For the inner shell.
same pipe sh -c 'cat "$1" | ngram-tokenize -c keep -t uax29' - "$book"
# shellcheck disable=SC2016
same 'slow pipe' sh -c 'dd bs=7 count=30000 <"$1" 2>dd.err \
    | ngram-tokenize -c keep -t uax29' - "$book"
same gzip ngram-tokenize -c keep -t uax29 book.gz
same 'gzip pipe' sh -c 'cat book.gz | ngram-tokenize -c keep -t uax29 -'
same members ngram-tokenize -c keep -t uax29 members.gz
same parts ngram-tokenize -c keep -t uax29 part.*
cp book.gz plain.txt
same 'gzip by another name' ngram-tokenize -c keep -t uax29 plain.txt
for locale in C C.UTF-8 en_US.UTF-8 tr_TR.UTF-8 tr_TR de_DE ja_JP.eucJP none
do
    same "$locale" env LC_ALL=$locale TZ=Asia/Kathmandu \
        ngram-tokenize -c keep -t uax29 "$book"
done
printf 'TITLE \304\260I \305\236 \316\243\n' >text
expect 'title ii \305\237 \317\203' ngram-tokenize text
expect 'title ii \305\237 \317\203' env LC_ALL=tr_TR.UTF-8 ngram-tokenize text

# -------------------------------------------------------------- vocabularies

printf 'b a c a\nd b a c\n' >text
v ()
{
    ngram-tokenize --write-vocab=vocab "$@" text >out 2>err || fail_ "$*"
    printf 'b a c a\nd b a c\n' >exp
    compare exp out || fail_ "$*: the text changes"
    paste -s -d ' ' vocab
}
is '<unk> a b c d' "$(v)"
is '<unk> a b c' "$(v --min-count=2)"
is '<unk> a' "$(v --min-count=3)"
is '<unk>' "$(v --min-count=4)"
is '<unk> a b' "$(v --max-vocab=3)"
is '<unk>' "$(v --max-vocab=1)"
is '<unk> <s> d a b c' "$(v --reserve='<s>,d')"
is '<unk> d <s> a b c' "$(v --reserve='d,<s>')"
is '<unk> x \s a b c d' "$(v --reserve='<unk>,x,\s,x')"
is '<unk> y a b c d' "$(v --reserve=x --reserve=y)"
is '<unk> z a' "$(v --reserve=z --max-vocab=3)"
is '<unk> z' "$(v --reserve=z --max-vocab=2)"
is '<unk> z a b c' "$(v --reserve=z --min-count=2 --max-vocab=9)"
printf '' >nothing
ngram-tokenize --write-vocab=vocab -o nothing.npy nothing || fail=1
is '<unk>' "$(cat vocab)"
is '' "$(ids nothing.npy)"
is 128 "$(($(wc -c <nothing.npy)))"

# A vocabulary that is used.
printf 'a\n<unk>\nb\n' >vocab
expect 'b a <unk> a\n<unk> b a <unk>' ngram-tokenize --vocab=vocab text
ngram-tokenize -v --vocab=vocab -o ids.npy text 2>err || fail=1
is '2 0 1 0 1 2 0 1' "$(ids ids.npy | paste -s -d ' ')"
is 'ngram-tokenize: 8 tokens, 3 of them not in the vocabulary' "$(cat err)"
printf 'a\nb' >vocab
expect 'b a <unk> a\n<unk> b a <unk>' ngram-tokenize --vocab=vocab text
# The header is as NumPy writes it.
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' "{'descr': '<u2', 'fortran_order': False, 'shape': (8,), }"
    printf '\002\000\000\000\001\000\000\000\001\000\002\000\000\000\001\000'
} >exp
compare exp ids.npy || fail_ 'ids.npy'
# Two bytes hold 65536 types, no more.
for n in 65535 65536; do
    awk -v n=$n 'BEGIN { for (i = 1; i <= n; i++) print "w" i }' >many
    ngram-tokenize -t space -o ids.npy --write-vocab=vocab many || fail=1
    ids ids.npy >out
    awk -v n=$n 'BEGIN { for (i = 1; i <= n; i++) print i }' >exp
    compare exp out || fail_ "ids of $n types"
    is "$(($((n / 65536 + 1)) * 2 * n + 128))" "$(($(wc -c <ids.npy)))"
done

# ------------------------------------------------------ marks and the limit

printf 'a b\n\n \nc\n' >one
printf 'd\n' >two
expect 'a b </s>\n</s>\n</s>\nc </s>' ngram-tokenize --eos one
expect 'a b E\nE\nE\nc E' ngram-tokenize --eos=E one
expect 'a b </s>\n\n\nc </s>\nd </s>' ngram-tokenize --document=blank one two
expect 'a b\n\n\nc E\nd E' ngram-tokenize --document=file --eos=E one two
expect 'a b E\nE\nE\nc E' ngram-tokenize --eos=E --document=line one
expect '\n\na b </s>' sh -c 'printf "\n\na b" | ngram-tokenize --document=blank'
ngram-tokenize --eos --write-vocab=vocab -o ids.npy one || fail=1
is '<unk> </s> a b c' "$(paste -s -d ' ' vocab)"
is '2 3 1 1 1 4 1' "$(ids ids.npy | paste -s -d ' ')"
expect 'a' ngram-tokenize --max-tokens=1 one
expect 'a b' ngram-tokenize --max-tokens=2 one
expect 'a b\n\n\nc' ngram-tokenize --max-tokens=3 one
expect 'a b\n\n\nc\nd' ngram-tokenize --max-tokens=99 one two
expect 'a b E' ngram-tokenize --eos=E --max-tokens=3 one
ngram-tokenize --max-tokens=3 --write-vocab=vocab -o ids.npy one two || fail=1
is 3 "$(($(ids ids.npy | wc -l)))"
# What comes after the last token asked for is not looked at, from a file or
# a pipe.
printf 'a b \377\nc\n' >bad
expect 'a b' ngram-tokenize --strict --max-tokens=2 bad

# ------------------------------------------------------------ option habits

expect 'd\na b\n\n\nc' ngram-tokenize two --case=lower -- one
expect 'd' ngram-tokenize -tword -ckeep two
expect 'd' ngram-tokenize --tok=word --st two

Exit $fail
