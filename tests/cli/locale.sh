#!/bin/sh
# Every program prints the same bytes in any locale: with a comma in numbers,
# with another lower case of I, with other character sets.
. "${srcdir=.}/tests/init.sh"

require_ localedef
export LOCPATH="$PWD/locales"
mkdir "$LOCPATH"
for locale in de_DE.UTF-8 tr_TR.UTF-8 tr_TR.ISO-8859-9 ja_JP.EUC-JP; do
    localedef -c -f "${locale#*.}" -i "${locale%.*}" "$LOCPATH/$locale" \
        >said 2>&1
    [ -d "$LOCPATH/$locale" ] || skip_ "no locales can be made:" \
        "$(head -n 1 said) (Debian package locales)"
done
[ "$(LC_ALL=de_DE.UTF-8 "$(command -v printf)" %.1f 1,5)" = 1,5 ] \
    || skip_ 'the locales that were made do not work'

printf 'TITLE \304\260I \305\236 \316\243 1,5 1.5\n' >text
cat text "$data/timemachine.txt" >book
ngram-tokenize --write-vocab=vocab -o ids.npy book || framework_failure_ ids
ngram-count -t word -n 1-3 -s book >counts || framework_failure_ counts
ngram-model -o model.arpa counts || framework_failure_ model

# What is compared; each reads files and prints.
n=0
while read -r command; do
    n=$((n + 1))
    LC_ALL=C sh -c "$command" >exp 2>exp.err || fail_ "$command: status"
    [ -s exp ] || fail_ "$command prints nothing"
    for locale in "$LOCPATH"/*; do
        LC_ALL=${locale##*/} sh -c "$command" >out 2>err || fail=1
        compare exp out || fail_ "${locale##*/}: $command"
        compare exp.err err || fail_ "${locale##*/}: messages of $command"
    done
done <<'END'
ngram-tokenize -t word book
ngram-tokenize -t uax29 -c lower book
ngram-tokenize -t char -c lower book
ngram-count -t word -n 2 --laplace=0.5,1.25 book
ngram-merge counts counts
ngram-batch -b 3 -s 7 --seed=5 --header -f jsonl ids.npy
ngram-batch --dry-run --mix=ids.npy:0.25
ngram-model counts
ngram-score -m model.arpa text
ngram-score -m model.arpa --summary book
ngram-sample -m model.arpa --temperature=0.75
ngram-zipf --json counts
ngram-zipf counts
END
[ "$n" = 13 ] || fail_ 'not all were tried'
for program in $NG_PROGRAMS; do
    "$program" --help >exp
    LC_ALL=de_DE.UTF-8 "$program" --help >out
    compare exp out || fail_ "$program --help"
done

Exit $fail
