#!/bin/sh
# What ngram-count makes of sentences, vocabularies, token files and bad input.
. "${srcdir=.}/tests/init.sh"

# counts WHAT ARG...: of the text on standard input ngram-count ARG... prints
# what the file exp says.
counts ()
{
    what=$1
    shift
    ngram-count "$@" >out 2>err || fail_ "$what: status $?"
    compare exp out || fail_ "$what"
    [ ! -s err ] || { fail_ "$what: says something"; cat err >&9; }
}

# refuses WHAT MESSAGE ARG...: ngram-count ARG... ends with a message that the
# basic regular expression MESSAGE matches, and makes or changes no file.
refuses ()
{
    what=$1 message=$2
    shift 2
    returns_ 2 ngram-count "$@" >out 2>err || fail_ "$what"
    [ ! -s out ] || fail_ "$what: lists something"
    head -n 1 err | grep -q "^ngram-count: $message" || {
        fail_ "$what: this does not match '$message':"
        cat err >&9
    }
    [ "$(wc -l <err)" -le 2 ] || fail_ "$what: too many lines"
    returns_ 2 ngram-count -o result "$@" >out 2>err || fail_ "$what, -o"
    [ ! -e result ] || fail_ "$what: makes a file"
    echo old >result
    returns_ 2 ngram-count "$@" --output=result >out 2>err || fail_ "$what, -o"
    [ "$(cat result)" = old ] || fail_ "$what: changes a file"
    rm -f result
    # Nothing else is left in the folder of the output.
    for left in .*result* result* .ng*; do
        [ ! -e "$left" ] || fail_ "$what: leaves $left"
    done
}

# ---------------------------------------------------------------- sentences

cat >exp <<'END'
</s>	4
<s>	4
b	2
a	1
c	1
<s> </s>	2
<s> a	1
<s> c	1
a b	1
b </s>	1
b b	1
c </s>	1
<s> a b	1
<s> c </s>	1
a b b	1
b b </s>	1
<s> a b b	1
a b b </s>	1
END
printf 'a b b\n\n \t\nc\n' | counts -s -s
printf 'a b b\n\n \t\nc\n' | counts --sentences --sentences
printf 'a b b\n\n\nc' | counts 'no last newline' -s
printf 'a b b\r\n\r\n\r\nc\r\n' | counts 'CRLF' -s
printf 'a b b\n\n' >one
printf '\n' >two
printf 'c' >three
counts 'several files' -s one two three
printf 'a b b' >one
counts 'several files, the first without a newline' -s one two two three
printf '<unk>\nb\nc\na\n' >vocab
counts 'a vocabulary' -s --vocab=vocab one two two three
printf '</s>\n<unk>\nb\n<s>\nc\na\n' >vocab
counts 'a vocabulary with marks' -s --vocab=vocab one two two three
printf '\n' >line
printf '</s>\t1\n<s>\t1\n<s> </s>\t1\n' >exp
counts 'an empty sentence' -s line
printf 'a <s> b\n</s>\n' >marks
refuses '<s> in the text' 'marks:1: .*<s>.*--sentences' -s marks
printf 'a b\n\n</s>\n' >marks
refuses '</s> in the text' 'marks:3: .*</s>' -s one marks
printf '</s>\t1\na\t1\nb\t1\n' >exp
counts 'marks without sentences' -n 1 marks

# ------------------------------------------------------------ names of tokens

# Of text, names in text form are read as such; another backslash is itself.
printf '\\s a\\b \\\\ \\n \\ \\s \\q\n' >escapes
cat >exp <<'END'
\\	2
\s	2
\\q	1
\n	1
a\\b	1
END
counts 'escapes in space mode' -n 1 escapes
printf '\\s a\\b' | ngram-tokenize -t char | ngram-count -n 1 >out
printf '\\\\\t2\n\\s\t1\na\t1\nb\t1\ns\t1\n' | sort >exp
sort out >sorted
compare exp sorted || fail_ 'characters'
# A line runs on, and any white space splits it.
printf 'a\tb\fa\vb \r\r\n\n a  b\n' >white
printf 'a b\t3\nb a\t2\n' >exp
counts 'white space' -n 2 white
# Bytes as they are: NUL, and what is no UTF-8.
printf 'x\000y \377 x\000y \303 A\n' >bytes
printf 'x\000y\t2\nA\t1\n\303\t1\n\377\t1\n' >exp
counts 'odd bytes' -n 1 bytes
counts 'odd bytes, --strict' -n 1 --strict bytes
printf 'a\t1\n' >exp
printf 'A' | counts '-c lower' -c lower -n 1
printf 'A\t1\n' >exp
printf 'A' | counts '-c keep' -t word -c keep -n 1
printf 'Ab3c \n' | ngram-count -t byte -n 1 --sort=text >out
printf '3\t1\nA\t1\n\\s\t1\nb\t1\nc\t1\n' >exp
compare exp out || fail_ '-t byte'
printf "can't\t1\n!\t1\n" | sort >exp
printf "can't!\n" | ngram-count -t uax29 -n 1 --sort=text >out
compare exp out || fail_ '-t uax29'

# Where bytes must be UTF-8, what is not is told once.
printf 'a\nb\377c\n\300\n' >bad
ngram-count -t word -n 1 bad >out 2>err || fail=1
[ "$(wc -l <err)" = 1 ] && grep -q '^ngram-count: bad:2: warning: .*UTF-8' err \
    || { fail_ 'invalid UTF-8'; cat err >&9; }
ngram-count -q -t word -n 1 bad >exp 2>err || fail=1
[ ! -s err ] || fail_ '-q: says something'
compare exp out || fail_ '-q changes the result'
refuses --strict 'bad:2: .*UTF-8' --strict -t word bad

# A token at the limit, and one byte longer.
head -c 65535 /dev/zero | tr '\0' x >long
{ cat long; printf '\t2\n'; } >exp
{ echo y; cat long; echo; cat long; echo; } >text
ngram-count -n 1 --top=1 text >out 2>err || fail=1
compare exp out || fail_ 'a token of 65535 bytes'
{ echo y; cat long; echo z; echo; } >text
refuses 'a token of 65536 bytes' 'text:2: .*65535' text
# A line without end, most of it one token behind another.
n=20000000
[ "$NG_SANITIZE" = no ] || n=2000000
printf 'ab\t%d\n' $((n / 3)) >exp
yes ab | tr '\n' ' ' | head -c $((n / 3 * 3)) | ngram-count -n 1 >out || fail=1
compare exp out || fail_ 'a long line'

# ------------------------------------------------------------- vocabularies

printf '<unk>\na\nb\n' >vocab
printf 'a <unk>\t2\n<unk> a\t1\n<unk> b\t1\n' >exp
printf 'a x a y b\n' | counts 'unknown tokens' --vocab=vocab -n 2
printf 'a <unk>\t2\n<unk> <unk>\t1\n<unk> a\t1\n' >exp
printf 'a\nx a\n<unk>\ny' | counts 'unknown tokens' --vocab=vocab -n 2
printf 'a\nb\n' >no-unk
printf 'a b a\nb c\n' >text
printf 'a b\t2\nb a\t1\nb c\t1\n' >exp
counts 'no vocabulary' -n 2 text
refuses 'no <unk>' 'text:2: .*<unk>' --vocab=no-unk text
printf 'a b\nb' >known
printf 'a b\t1\nb b\t1\n' >exp
counts 'no <unk>, and no need of it' --vocab=no-unk -n 2 known
refuses 'a missing vocabulary' 'missing: No such file' --vocab=missing text
refuses 'a folder as vocabulary' '\.: Is a directory' --vocab=. text
printf 'a\nb\na\n' >twice
refuses 'a name twice' 'twice:3: .*line 1' --vocab=twice text
printf 'a\n\nb\n' >gap
refuses 'an empty line' 'gap:2: ' --vocab=gap text
printf 'a\nb c\n' >space
refuses 'a space in a name' 'space:2: ' --vocab=space text

# -------------------------------------------------------------- token files

# npy FILE DESCR SHAPE: write a header of version 1.0; what follows is on
# standard input.
npy ()
{
    {
        printf '\223NUMPY\001\000v\000'
        printf '%-117s\n' \
            "{'descr': '$2', 'fortran_order': False, 'shape': $3, }"
        cat
    } >"$1"
}

printf 'x\ny\nz\n' >xyz
printf '\2\0\1\0\0\0\2\0\1\0' >ids
npy good '<u2' '(5,)' <ids
printf 'z y\t2\nx z\t1\ny x\t1\n' >exp
counts 'a token file' --vocab=xyz -n 2 good
counts 'on standard input' --vocab=xyz -n 2 <good
sed "s/False/True /" good >fortran
counts 'one dimension in another order' --vocab=xyz -n 2 fortran
printf 'z\ny z x z y\n' >text
printf 'y z\t2\nz y\t4\nx z\t2\ny x\t1\nz x\t1\n' | sort -t "$(printf '\t')" \
    -k2,2nr >exp
counts 'a token file and text are one sequence' --vocab=xyz -n 2 good text
printf '\2\0\0\0\0\0\0\0' | npy u8 '<u8' '(1,)'
printf 'z\t1\n' >exp
counts '<u8' --vocab=xyz u8
printf '\2' | npy u1 '|u1' '(1,)'
counts '|u1' --vocab=xyz u1
npy none '<u4' '(0,)' </dev/null
: >exp
counts 'no tokens' --vocab=xyz none

refuses 'no --vocab' 'good: .*--vocab' good
refuses 'no --vocab, after text' 'good: .*--vocab' text good
refuses '-s' 'good: .*--sentences' -s --vocab=xyz good
printf 'x\ny\n' >xy
refuses 'a vocabulary that is too small' 'good: token 0 is id 2, .* 2 types' \
    --vocab=xy good
: >empty
refuses 'an empty vocabulary' 'good: token 0 is id 2, .* 0 types' \
    --vocab=empty good
head -c 137 good >short
refuses 'cut' 'short: .*137' --vocab=xyz short
head -c 100 good >short
refuses 'cut in the header' 'short: ' --vocab=xyz short
head -c 6 good >short
refuses 'cut behind the magic' 'short: ' --vocab=xyz short
{ cat good; printf '\0\0'; } >longer
refuses 'bytes too many' 'longer: ' --vocab=xyz longer
head -c 137 good | gzip >cut.gz
refuses 'cut and compressed' 'cut\.gz: .*cut short' --vocab=xyz cut.gz
gzip -c longer >longer.gz
refuses 'bytes too many, compressed' 'longer\.gz: bytes follow' --vocab=xyz \
    longer.gz
gzip -c good | head -c -5 >cut.gz
refuses 'gzip cut short' 'cut\.gz: byte [0-9]' --vocab=xyz cut.gz
for bad in "<f4 (2,)" "<u2 (5,1)" "<u2 ()" "<u2 (99,)" "<u2 (-5,)" ">u2 (5,)" \
    "<u2 (18446744073709551615,)" "<u2 (9223372036854775807,)" "<u3 (5,)"
do
    npy bad "${bad% *}" "${bad#* }" <ids
    refuses "$bad" 'bad: ' --vocab=xyz bad
done
sed 's/NUMPY\x01/NUMPY\x09/' good >bad
refuses 'another version' 'bad: .*version' --vocab=xyz bad
sed "s/'descr'/'d'    /" good >bad
refuses 'a damaged dictionary' 'bad: ' --vocab=xyz bad
sed "s/'shape'/'shabe'/" good >bad
refuses 'no shape' 'bad: ' --vocab=xyz bad
printf '\377\377' | npy bad '<i2' '(1,)'
refuses 'a negative id' 'bad: token 0 is negative' --vocab=xyz bad
printf '\377\377\377\377' | npy bad '<u4' '(1,)'
refuses 'the greatest id' 'bad: token 0 is id 4294967295' --vocab=xyz bad
printf '\2\0\0\0\1\0\0\0' | npy bad '<u8' '(1,)'
refuses 'an id beyond 32 bits' 'bad: token 0 is .*beyond 32 bits' --vocab=xyz bad

# ----------------------------------------------------------------- bad input

# Every file is looked for before the first is read.
mkfifo pipe || framework_failure_ mkfifo
refuses 'a missing file behind a pipe' 'missing: No such file' pipe missing
refuses 'a folder' '\.: Is a directory' text .
printf 'a b\n' | gzip | head -c 15 >cut.gz
refuses 'gzip cut short' 'cut\.gz: byte 15: ' text cut.gz
{ gzip -c text; echo more; } >trailing.gz
refuses 'bytes behind gzip' 'trailing\.gz: byte [1-9]' trailing.gz
refuses 'an unknown way to split' '.*--tokenize.*' --tokenize=words text
refuses 'an unknown case' '.*--case.*' --case=upper text
refuses 'an unknown option' '.*--orders' --orders=3 text

Exit $fail
