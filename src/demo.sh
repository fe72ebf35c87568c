#!/bin/sh
# demo.sh: show what the utilities do with a book.  "make demo" runs it with
# the programs in PATH.
#
# Usage: demo.sh BOOK
set -eu

[ $# -eq 1 ] || { echo 'Usage: demo.sh BOOK' >&2; exit 2; }
book=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$scratch"
cp "$book" book.txt

# heading TEXT
heading ()
{
    printf '\n%s\n' "$1"
    printf '%s\n' "$1" | sed 's/./-/g'
}

# run COMMAND: show the line and what comes of it.
run ()
{
    printf '$ %s\n' "$1"
    sh -c "$1"
}

heading 'The commonest words, pairs and triples'
for order in 1 2 3; do
    run "ngram-tokenize book.txt | ngram-count -n $order --top=5"
done

heading 'How steeply their counts fall: the Zipf exponent of each order'
run 'ngram-tokenize book.txt | ngram-count -n 1-3 | ngram-zipf'

heading 'How well three smoothings predict lines that they have not seen'
ngram-tokenize book.txt | grep . >lines.txt
head -n 2400 lines.txt >train.txt
tail -n +2401 lines.txt >test.txt
printf '%-14s %12s %14s\n' smoothing perplexity 'known tokens'
for method in laplace interpolated kneser-ney; do
    ngram-count -s -n 1-3 train.txt | ngram-model -m $method -o $method.ngm
    ngram-score --summary -m $method.ngm test.txt | awk -v name=$method '
        { value[NR] = $NF }
        END { printf "%-14s %12.1f %14.1f\n", name, value[1], value[2] }'
done

printf '%s\n' '' \
    'What Laplace puts aside for n-grams that were not seen, one more of each, is' \
    'taken from those that were, and most of these are rare.'

heading 'Text drawn from the last of them'
run 'ngram-sample -m kneser-ney.ngm -n 3 --seed=1'

heading 'The first minibatches: characters as numbers, features and labels'
run 'ngram-tokenize book.txt >words.txt'
run 'ngram-tokenize -t char -o chars.npy --write-vocab=chars.vocab words.txt'
run 'ngram-batch -b 2 -s 5 chars.npy | head -n 6'

printf '\nMore: README, and the manual pages, such as man ngram-batch.\n'
