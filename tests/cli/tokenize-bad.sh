#!/bin/sh
# ngram-tokenize: bad text, bad options, outputs that cannot be made, and a line
# without end.
. "${srcdir=.}/tests/init.sh"

book=$data/timemachine.txt

# complains MESSAGE COMMAND...: COMMAND fails with status 2, prints nothing and
# says MESSAGE first.
complains ()
{
    printf '%s\n' "ngram-tokenize: $1" >exp
    shift
    returns_ 2 "$@" >out 2>err </dev/null || fail=1
    head -n 1 err >said
    compare exp said || fail_ "$*"
    [ ! -s out ] || fail_ "$*: prints something"
}

# warns MESSAGE OUTPUT COMMAND...: COMMAND does its work but says MESSAGE.
warns ()
{
    printf '%s\n' "ngram-tokenize: $1" >exp
    # shellcheck disable=SC2059 # The escapes are meant.
    printf "$2\\n" >exp.out
    shift 2
    returns_ 0 "$@" >out 2>err </dev/null || fail=1
    compare exp err || fail_ "$*: the warning"
    compare exp.out out || fail_ "$*: the output"
}

# ---------------------------------------------------------------- gzip damage

# Cut anywhere, or with any byte changed: an error, or the same text.  Less
# than two bytes, or two others in front, are no gzip file.
printf 'The Time Traveller, and the Psychologist.\n' >small
gzip -n -c small >small.gz
size=$(wc -c <small.gz)
ngram-tokenize -t char small >exp.small || fail=1
n=2
while [ "$n" -lt "$size" ]; do
    head -c "$n" small.gz >cut.gz
    complains "cut.gz: byte $n: gzip data is cut short" \
        ngram-tokenize -t char cut.gz
    complains "standard input: byte $n: gzip data is cut short" \
        sh -c 'ngram-tokenize -t char <cut.gz'
    ngram-tokenize -o result cut.gz 2>err && fail_ "cut after $n: succeeds"
    [ ! -e result ] || fail_ "cut after $n: -o makes a file"
    {
        head -c "$n" small.gz
        tail -c "+$((n + 1))" small.gz | head -c 1 | tr '\0-\377' '\1-\377\0'
        tail -c "+$((n + 2))" small.gz
    } >bad.gz
    if ngram-tokenize -t char bad.gz >out 2>err; then
        compare exp.small out || fail_ "byte $n changed: another text, no error"
    else
        [ $? -eq 2 ] || fail_ "byte $n changed: status"
        grep -q '^ngram-tokenize: bad.gz: byte [0-9]*: gzip data is ' err \
            || { fail_ "byte $n changed: says"; cat err >&9; }
        [ ! -s out ] || fail_ "byte $n changed: prints something"
    fi
    n=$((n + 1))
done
{ cat small.gz; echo more; } >more.gz
complains "more.gz: byte $((size)): gzip data is followed by other bytes" \
    ngram-tokenize more.gz

# ---------------------------------------------------------- what is not UTF-8

printf 'na\357ve\ncaf\303\251 \342\202\n\377\n' >latin
for case in 'word;na ve\ncaf\303\251\n' \
    'uax29;na \357\277\275 ve\ncaf\303\251 \357\277\275\n\357\277\275' \
    'char;n a \357\277\275 v e\nc a f \303\251 \\s \357\277\275\n\357\277\275'
do
    warns "latin:1: warning: invalid UTF-8, read as U+FFFD (3 places; this is\
 the first)" "${case#*;}" ngram-tokenize -t "${case%%;*}" latin
    complains 'latin:1: the text is not valid UTF-8' \
        ngram-tokenize -t "${case%%;*}" --strict latin
done
printf 'one\n\ntwo \377\n' >late
warns "late:3: warning: invalid UTF-8, read as U+FFFD (1 place; this is the\
 first)" 'one\n\ntwo' ngram-tokenize late
complains 'standard input:3: the text is not valid UTF-8' \
    sh -c 'ngram-tokenize --strict <late'
ngram-tokenize -q late 2>err >out || fail=1
[ ! -s err ] || fail_ '-q does not silence the warning'
for mode in space byte; do
    ngram-tokenize --strict -t $mode latin >out 2>err || fail=1
    [ ! -s err ] || fail_ "-t $mode warns"
done
ngram-tokenize -t space latin | cmp -s - latin || fail_ 'space changes bytes'

# -------------------------------------------------------------------- limits

awk 'BEGIN { for (i = 0; i < 65535; i++) printf "x"; print "" }' >longest
{ echo one; echo; cat longest; } >at-limit
{ echo one; echo; tr -d '\n' <longest; echo x; } >past-limit
for mode in word uax29 space; do
    ngram-tokenize -t $mode at-limit >out || fail_ "-t $mode: at the limit"
    compare at-limit out
    complains 'past-limit:3: a token is longer than 65535 bytes' \
        ngram-tokenize -t $mode past-limit
    # shellcheck disable=SC2016 # For the inner shell.
    complains 'standard input:3: a token is longer than 65535 bytes' \
        sh -c 'dd bs=999 <past-limit 2>dd.err | ngram-tokenize -t "$1"' - $mode
done
for mode in char byte; do
    ngram-tokenize -t $mode past-limit >out || fail_ "-t $mode has a limit"
done
returns_ 2 ngram-tokenize --eos="$(cat past-limit)" small >out 2>err || fail=1
# In text form it is longer.
awk 'BEGIN { for (i = 0; i < 32768; i++) printf "\\d"; print "" }' >escapes
complains 'escapes:1: a token is longer than 65535 bytes' \
    ngram-tokenize -t space escapes
# A word, an apostrophe, and marks that make it wait for what comes behind.
awk 'BEGIN { printf "a\047"
             for (i = 0; i < 200000; i++) printf "\314\201" }' >marks
complains 'marks:1: a token is longer than 65535 bytes' \
    ngram-tokenize -t uax29 marks

# A line without end takes no more memory and no more time for each byte.  A
# gibibyte is the promise; a quarter of it is tried here.
mebibytes=256
[ "$NG_SANITIZE" = no ] || mebibytes=8
awk 'BEGIN { for (i = 0; i < 65536; i++) printf "time travellers " }' >line
for i in 1 2 3; do
    cat line line >twice
    mv twice line
done
(
    # 64 MiB of address space, where the shell can say so, unless sanitizers
    # want more.
    # shellcheck disable=SC3045
    [ "$NG_SANITIZE" != no ] || ulimit -v 65536 2>/dev/null
    i=0
    while [ "$i" -lt "$mebibytes" ]; do
        cat line
        i=$((i + 8))
    done | ngram-tokenize | wc -l -c >out
) || fail=1
read -r lines bytes <out
[ "$lines" = 1 ] || fail_ "a long line becomes $lines"
# The last space becomes a newline.
[ "$bytes" = $((mebibytes * 1024 * 1024)) ] || fail_ "$bytes bytes"
rm -f line

# --------------------------------------------------------------------- outputs

mkdir folder place
echo old >exp.old
for set_up in 'echo old >place/result' ':'; do
    rm -f place/*
    eval "$set_up"
    ls -A place >exp.ls
    for trouble in cut.gz missing "--strict latin" past-limit \
        "--vocab=missing small" "--vocab=latin small" "-T missing -o 1.npy\
 --write-vocab=place/vocab small"
    do
        # shellcheck disable=SC2086 # Options and a file.
        returns_ 2 ngram-tokenize --write-vocab=place/vocab -o place/result \
            $trouble >out 2>err || fail=1
        # shellcheck disable=SC2086
        returns_ 2 ngram-tokenize -o place/result $trouble >out 2>err || fail=1
        ls -A place >out
        compare exp.ls out || fail_ "$trouble: the folder"
        [ ! -s exp.ls ] || compare exp.old place/result \
            || fail_ "$trouble: the old file"
    done
done
rm -f 1.npy

# The mode is the umask's or stays; a link is replaced, its target left alone;
# what is read may be what is written.
rm -f place/*
(umask 027 && ngram-tokenize -o place/result small) || fail=1
[ "$(stat -c %a place/result)" = 640 ] || fail_ 'the mode is not the umask'"'s"
chmod 604 place/result
ngram-tokenize -o place/result small || fail=1
[ "$(stat -c %a place/result)" = 604 ] || fail_ 'the mode does not stay'
echo old >place/target
ln -s target place/link
ngram-tokenize -o place/link small || fail=1
[ ! -h place/link ] || fail_ 'the link is still there'
compare exp.old place/target || fail_ 'a link was followed'
cp small place/self
ngram-tokenize -o place/self place/self || fail=1
ngram-tokenize small >exp
compare exp place/self || fail_ '-o FILE FILE'
compare exp place/link || fail_ '-o LINK'
ls -A place >out
printf '%s\n' link result self target >exp
compare exp out || fail_ 'left behind'
# What is no file is written to as it is.
ngram-tokenize -o /dev/stdout small >out || fail=1
ngram-tokenize small >exp
compare exp out || fail_ '-o /dev/stdout'
{ echo first; ngram-tokenize -o /dev/stdout small; } >out
[ "$(head -n 1 out)" = first ] || fail_ '-o /dev/stdout begins anew'
mkfifo fifo
cat fifo >out &
ngram-tokenize -o fifo small || fail=1
wait "$!"
compare exp out || fail_ '-o FIFO'
[ -p fifo ] || fail_ 'the FIFO was replaced'

complains 'folder: Is a directory' ngram-tokenize -o folder small
complains 'missing/result: No such file or directory' \
    ngram-tokenize -o missing/result small
complains 'missing: cannot make a temporary file: No such file or directory' \
    ngram-tokenize -T missing --write-vocab=v -o x.npy small
complains 'missing: cannot make a temporary file: No such file or directory' \
    env TMPDIR=missing ngram-tokenize --write-vocab=v -o x.npy small
if [ -c /dev/full ]; then
    complains '/dev/full: write error: No space left on device' \
        ngram-tokenize --write-vocab=/dev/full -o x.npy small
    # The vocabulary is not put in place for tokens that are not there.
    echo old >v
    complains '/dev/full: write error: No space left on device' \
        ngram-tokenize --write-vocab=v -o /dev/full small
    compare exp.old v || fail_ 'the vocabulary of tokens that were not written'
fi
for file in v x.npy; do
    [ "$(cat "$file" 2>/dev/null)" = old ] || [ ! -e "$file" ] \
        || fail_ "left behind: $file"
done

# What is written to while it is read has no end; standard input is one thing.
yes 'a b c' | head -n 30000 >loop
cp loop loop.exp
for how in 1 2 3; do
    # shellcheck disable=SC2094 # That is the point.
    case $how in
    1) timeout 20 ngram-tokenize -t space loop >>loop 2>err ;;
    2) timeout 20 ngram-tokenize -t space - <loop >>loop 2>err ;;
    3) timeout 20 ngram-tokenize -t space <loop >>loop 2>err ;;
    esac
    [ $? = 2 ] && grep -q 'it is written to while it is read' err \
        || fail_ "a loop, $how: $(cat err)"
    cmp loop loop.exp || fail_ "a loop, $how, was written to"
done
ngram-tokenize -t space loop >>other || fail=1
ngram-tokenize -t space loop >>other || fail=1
[ "$(wc -l <other)" = 60000 ] || fail_ 'what is appended'
printf '<unk>\na\n' >v
for program in ngram-tokenize ngram-count; do
    returns_ 2 $program --vocab=- <v >out 2>err || fail=1
    grep -q 'vocab and text cannot both be standard input' err || fail_ "$(cat err)"
    returns_ 2 $program --vocab=- loop - <v >out 2>err || fail=1
    returns_ 0 $program --vocab=- loop <v >out 2>err || fail=1
done

# If one of two files cannot be put in place, the other is as it was.
for pair in 'sub/o.npy v' 'v sub/vocab'; do
    mkdir -p sub
    echo old >v
    {
        echo a b
        sleep 1
        rm -rf sub
    } | returns_ 2 ngram-tokenize -o "${pair% *}" \
        --write-vocab="${pair#* }" 2>err || fail=1
    compare exp.old v || fail_ "$pair: the second file was not made"
done

# A signal leaves nothing behind, and the old file as it was.
rm -f place/*
echo old >place/result
signals=TERM
# Whoever was started by nohup ignores it, and so do all below.
[ "$(sh -c 'kill -HUP $$; echo ignored')" = ignored ] || signals='TERM HUP'
for signal in $signals; do
    rm -f fifo
    mkfifo fifo
    ngram-tokenize -o place/result --write-vocab=place/vocab fifo 2>err &
    exec 8>fifo
    kill "-$signal" "$!"
    wait "$!"
    [ $? -gt 128 ] || fail_ "SIG$signal does not end it"
    exec 8>&-
    ls -A place >out
    echo result >exp
    compare exp out || fail_ "SIG$signal leaves something behind"
    compare exp.old place/result || fail_ "SIG$signal: the old file"
done

# Where the reader's leaving is not to end the program, it is a write error.
{
    sh -c 'trap "" PIPE; ngram-tokenize "$1" "$1" "$1"; echo $? >status' - \
        "$book" 2>err
} | head -n 1 >out
[ "$(cat status)" = 2 ] || fail_ 'SIGPIPE ignored: status'
echo 'ngram-tokenize: write error: Broken pipe' >exp
compare exp err || fail_ 'SIGPIPE ignored'

# -------------------------------------------------------------- vocabularies

printf '<unk>\na\nb c\n' >v1
printf '<unk>\na\n\nb\n' >v2
printf '<unk>\na\nb\na\n' >v3
printf 'a\nb\n' >v4
printf '<unk>\r\na\r\n' >v5
{ echo '<unk>'; tail -n 1 past-limit; } >v6
# shellcheck disable=SC1003 # A backslash at the end.
names='white space and backslashes are written \s \t \n \r \\'
complains "v1:3: not a token name: $names" ngram-tokenize --vocab=v1 small
complains 'v2:3: an empty line is no token' ngram-tokenize --vocab=v2 small
complains 'v3:4: the token of line 2 is there again' \
    ngram-tokenize --vocab=v3 small
complains 'the vocabulary has no <unk>, which unknown tokens need' \
    ngram-tokenize --vocab=v4 -o x.npy small
complains "v5:1: not a token name: $names" ngram-tokenize --vocab=v5 small
complains 'v6:2: a token is longer than 65535 bytes' \
    ngram-tokenize --vocab=v6 small
complains 'folder: Is a directory' ngram-tokenize --vocab=folder small
head -c 30 small.gz >cut.gz
complains 'cut.gz: byte 30: gzip data is cut short' \
    ngram-tokenize --vocab=cut.gz small

# ------------------------------------------------------------------- options

complains 'unknown option --nope' ngram-tokenize --nope
complains 'unknown option -%' ngram-tokenize --strict -%x small
complains 'unknown option -x' ngram-tokenize -vx small
complains 'option --m=3 may be any of --min-count, --max-vocab, --max-tokens' \
    ngram-tokenize --m=3
complains 'option --quiet=x takes no argument' ngram-tokenize --quiet=x
complains 'option --strict=x takes no argument' ngram-tokenize --strict=x
complains 'option --case needs an argument' ngram-tokenize --case
complains 'option -c needs an argument' ngram-tokenize -c
complains '--case: upper is none of: keep, lower' ngram-tokenize -c upper
complains '--tokenize: words is none of: word, uax29, space, char, byte' \
    ngram-tokenize -t words
complains '--document: page is none of: line, blank, file' \
    ngram-tokenize --document=page
complains '--min-count: 0 is less than 1' ngram-tokenize --min-count=0
complains '--min-count: -1 is not a whole number' ngram-tokenize --min-count=-1
complains '--max-tokens: 1K is not a whole number' \
    ngram-tokenize --max-tokens=1K
complains "--max-tokens: '' is not a whole number" ngram-tokenize --max-tokens=
complains '--max-tokens: 18446744073709551616 is too large' \
    ngram-tokenize --max-tokens=18446744073709551616
complains '--max-vocab: 4294967296 is not from 1 to 4294967295' \
    ngram-tokenize --max-vocab=4294967296
rule='it is not empty, and'
complains "--reserve: 'a b' is no token name: $rule $names" \
    ngram-tokenize --reserve='a b'
complains "--reserve: '' is no token name: $rule $names" \
    ngram-tokenize --reserve=a,
complains "--eos: '' is no token name: $rule $names" ngram-tokenize --eos=
# shellcheck disable=SC1003 # A backslash at the end.
complains "--eos: 'a\\\\' is no token name: $rule $names" \
    ngram-tokenize --eos='a\'
complains '--min-count, --max-vocab and --reserve need --write-vocab' \
    ngram-tokenize --min-count=2 small
complains '--vocab and --write-vocab exclude each other' \
    ngram-tokenize --vocab=v --write-vocab=v small
complains 'x.npy: ids need --vocab or --write-vocab' \
    ngram-tokenize -o x.npy small
complains '--max-vocab: there are 3 entries with <unk> and the reserved ones' \
    ngram-tokenize --write-vocab=v --max-vocab=2 --reserve=a,b small
complains '--write-vocab: x is the file for the tokens' \
    ngram-tokenize --write-vocab=x -o x small
mkdir -p sub
ln -s sub another
for pair in './x x' 'x ./x' 'sub/../x x' 'sub/x another/x' "$PWD/x x"; do
    complains "--write-vocab: ${pair% *} is the file for the tokens" \
        ngram-tokenize --write-vocab="${pair% *}" -o "${pair#* }" small
done
# complains looks at standard output, which is a file called out here.
complains '--write-vocab: out is the file for the tokens' \
    ngram-tokenize --write-vocab=out small
for name in - /dev/stdout /dev/fd/1 /proc/self/fd/1; do
    complains '--write-vocab: standard output gets the tokens (name a file for'\
' them with -o)' ngram-tokenize --write-vocab=$name small
    complains '--write-vocab: standard output gets the tokens (name a file for'\
' them with -o)' ngram-tokenize --write-vocab=$name -o /dev/stdout small
done
# Two links are two outputs, which replace one each.
echo old >x
ln x y
ln -s x z
for name in y z; do
    ngram-tokenize --write-vocab=x -o $name small || fail_ "x and $name"
    head -n 1 x >out
    echo '<unk>' | compare - out || fail_ "x and $name: the vocabulary"
    ngram-tokenize small | compare - $name || fail_ "x and $name: the tokens"
done
rm -f x y z
ngram-tokenize --write-vocab=/dev/null -o /dev/null small || fail_ '/dev/null'
ngram-tokenize --write-vocab=/dev/null small >/dev/null || fail_ '>/dev/null'
ngram-tokenize --write-vocab=- -o text small >out || fail=1
printf '%s\n' '<unk>' the time traveller and psychologist >exp
compare exp out || fail_ 'the vocabulary to standard output'
[ ! -e x ] && [ ! -e x.npy ] || fail_ 'left behind'
complains "'odd name': No such file or directory" ngram-tokenize 'odd name'
complains "'new\\012line': No such file or directory" ngram-tokenize 'new
line'

Exit $fail
