#!/bin/sh
# Whoever reads a binary file and finds a byte changed, or the end missing, says so
# with status 2 and prints nothing.
. "${srcdir=.}/tests/init.sh"

head -n 12 "$data/timemachine.txt" >text
head -n 2 "$data/timemachine.txt" >line
ngram-count -s -n 1-2 -o good.ngc text \
    && ngram-model -q --discount-fallback -o good.ngm good.ngc \
    && gzip -9 -n <text >good.gz || framework_failure_ 'no inputs'

# refused COMMAND...: it is told which file is bad, and nothing else.
refused ()
{
    returns_ 2 "$@" >out 2>err || fail_ "$what: $*"
    [ ! -s out ] || fail_ "$what: an output of $*"
    grep -q ': bad\.[a-z]*:[ 0-9]' err || fail_ "$what: $* says $(cat err)"
}

# read_bad FORM: by all that read such files.
read_bad ()
{
    case $1 in
    ngc)
        refused ngram-merge bad.ngc
        refused ngram-zipf bad.ngc
        refused ngram-model -q --discount-fallback bad.ngc
        ;;
    ngm)
        refused ngram-score -m bad.ngm line
        refused ngram-sample -n 1 -m bad.ngm
        ;;
    gz)
        refused ngram-count bad.gz
        refused ngram-tokenize --write-vocab=none.v -o none.npy bad.gz
        ;;
    esac
}

for form in ngc ngm gz; do
    size=$(wc -c <good.$form)
    at=0
    while [ "$at" -lt "$size" ]; do
        what="byte $at of $form changed"
        byte=$(od -An -v -tu1 -j "$at" -N 1 good.$form)
        cp good.$form bad.$form
        # shellcheck disable=SC2059 # An octal escape.
        printf "\\$(printf '%03o' $((byte ^ 129)))" \
            | dd of=bad.$form bs=1 seek="$at" conv=notrunc 2>dd.err \
            || framework_failure_ "$(cat dd.err)"
        # Without the first byte gzip is text, and its tenth means nothing.
        [ "$form$at" = gz0 ] || [ "$form$at" = gz9 ] || read_bad $form
        what="$form cut after $at bytes"
        head -c "$at" good.$form >bad.$form
        [ "$form$at" = gz0 ] || read_bad $form
        at=$((at + size / 20 + (at == 0) * 9))
    done
done
[ ! -e none.npy ] && [ ! -e none.v ] || fail_ 'an output of bad input'

Exit $fail
