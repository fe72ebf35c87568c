#!/bin/sh
# Names that others chose: nothing of them is a command to the terminal; links
# at an output's name are replaced; what is in the making is nobody else's.
. "${srcdir=.}/tests/init.sh"

esc=$(printf '\033')
c1=$(printf '\302\233')
head -n 40 "$data/timemachine.txt" >text
ngram-count -s -n 1-2 -o s.ngc text \
    && ngram-model -q --discount-fallback -o m.ngm s.ngc \
    || framework_failure_ 'inputs'

# harmless COMMAND...: it fails, and its message has no control character.
harmless ()
{
    returns_ 2 "$@" >out 2>err || fail=1
    [ -s err ] || fail_ "no message: $*"
    tr -d '\n' <err | grep -q "[[:cntrl:]]" && fail_ "control characters: $*"
    grep -q "$c1" err && fail_ "control characters of UTF-8: $*"
    grep -q '033\[31m\|302' err || fail_ "the name is not told: $(cat err)"
}

for name in "${esc}[31mred" "a${c1}31m"; do
    for program in $NG_PROGRAMS; do
        case $program in
        ngram-sample | ngram-score) harmless "$program" -m "$name" ;;
        *) harmless "$program" "$name" ;;
        esac
        harmless "$program" "--$name"
    done
    printf '%s\t1\n%s\t2\n' "$name" "$name" >"counts$name"
    harmless ngram-model "counts$name"
    printf '\\data\\\nngram 1=2\n\n\\1-grams:\n-1\t%s\n-1\t%s\n\n\\end\\\n' \
        "$name" "$name" >"$name.arpa"
    harmless ngram-score -m "$name.arpa" text
done

# A link is replaced, what it leads to stays; also if that is nothing.
echo before >target
cp target before
for link in target nowhere; do
    ln -s "$link" result
    ngram-count -o result text || fail=1
    [ ! -L result ] && [ -s result ] || fail_ "a link to $link was followed"
    rm -f result
done
compare before target || fail_ 'a link was followed'
[ ! -e nowhere ] || fail_ 'a link to nothing was followed'
# What cannot be looked at is not taken for what is not there.
ln -s ring ring
returns_ 2 ngram-count -o ring text 2>err || fail=1
grep -q '^ngram-count: ring: ' err && [ -L ring ] || fail_ 'a ring of links'

# The file that is to replace a private one, and what is spilled, are private.
if command -v strace >/dev/null && strace -o trace true 2>/dev/null; then
    echo private >result
    chmod 600 result
    (umask 0; strace -f -o trace ngram-merge -T . -o result s.ngc s.ngc)
    # shellcheck disable=SC2012 # The mode is what is wanted.
    [ "$(ls -l result | cut -c 1-10)" = -rw------- ] || fail_ 'the mode changed'
    # What measures the coverage writes its own files.
    grep -e 'O_TMPFILE' -e 'O_CREAT' trace | grep -v '\.gcda"' >opened \
        || framework_failure_ 'no temporary files'
    grep -v ' 0600) = \| 0600) = -1' opened && fail_ 'a file that others can read'
fi

# No file is opened that was not named, and no other program or host asked, but
# for what the loader and the C library want; and temporary ones.
if [ "$NG_SANITIZE" = no ] && [ -s trace ]; then
    mkdir t && ngram-tokenize --write-vocab=v -o tokens.npy text \
        || framework_failure_ 'tokens'
    named='text|v|tokens.npy|s.ngc|m.ngm|state|out|t|\.'
    theirs='/(lib|usr|etc|proc|sys)[^"]*|[^"]*\.gcda'
    TMPDIR=t
    export TMPDIR
    for command in 'tokenize --vocab=v text' 'count -S 16M -T t -o out text' \
        'merge s.ngc' 'model -q --discount-fallback -o out s.ngc' \
        'score -m m.ngm text' 'sample -n 1 -m m.ngm' 'zipf s.ngc' \
        'batch -s 8 --steps=1 --state=state tokens.npy'; do
        # shellcheck disable=SC2086 # Words.
        strace -f -e trace=open,openat,creat,connect,execve -o trace \
            ngram-$command >stdout || fail_ "status $?: ngram-$command"
        sed 1d trace | grep -e '(.*"' -e connect | grep -v -E \
            "\"($named|$theirs|([^\"]*/)?\\.ngram[^\"/]*)\"" \
            && fail_ "not named: ngram-$command"
    done
fi

Exit $fail
