#!/bin/sh
# models.sh: time and size of models and of asking them, beside KenLM's where
# lmplz, build_binary and query are found.
#
# Usage: bench/models.sh TEXT [HELD_OUT_TEXT]
# One sentence a line, tokens split by spaces.  The programs are found in PATH.
# Processor time is user and system together, in one thread; queries are the
# median of three runs.
set -eu

[ $# -ge 1 ] || { echo 'Usage: bench/models.sh TEXT [HELD_OUT_TEXT]' >&2; exit 2; }
text=$1 held_out=${2-$1}
scratch=$(mktemp -d "${TMPDIR-/tmp}/models.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# cpu COMMAND...: run it, its output thrown away; print its processor seconds
# and its greatest memory in MB.
cpu ()
{
    command time -f '%U %S %M' -o "$scratch/time" "$@" >/dev/null \
        2>"$scratch/err" || { cat "$scratch/err" >&2; exit 2; }
    awk '{ printf "%.2f %.0f\n", $1 + $2, $3 / 1024 }' "$scratch/time"
}

# row NAME SECONDS-AND-MB [FILE]
row ()
{
    size=
    [ $# -lt 3 ] || size=$(awk -v n="$(wc -c <"$3")" \
        'BEGIN { printf "%.1f MB", n / 1e6 }')
    # shellcheck disable=SC2086 # Two numbers.
    printf '%-44s %9s s %7s MB %12s\n' "$1" $2 "$size"
}

# ask NAME COMMAND...: the median of three, reading $held_out.
ask ()
{
    name=$1
    shift
    for _ in 1 2 3; do
        # shellcheck disable=SC2016 # The inner shell expands these.
        cpu sh -c '"$@" <"$0"' "$held_out" "$@"
    done | sort -n >"$scratch/three"
    seconds=$(sed -n 2p "$scratch/three" | cut -d' ' -f 1)
    printf '%-44s %9s s %7.2f million tokens a second\n' "$name" "$seconds" \
        "$(awk -v n="$n_tokens" -v s="$seconds" \
            'BEGIN { print n / (s > 0 ? s : 0.01) / 1e6 }')"
}

printf '%-44s %11s %10s %12s\n' '4-gram Kneser-Ney' processor memory file
spent=$(cpu ngram-count -s -n 1-4 --parallel=1 -o "$scratch/c.ngc" "$text")
row 'ngram-count -s -o FILE.ngc' "$spent" "$scratch/c.ngc"
spent=$(cpu ngram-model -o "$scratch/m.ngm" "$scratch/c.ngc")
row 'ngram-model -o FILE.ngm' "$spent" "$scratch/m.ngm"
rm -f "$scratch/c.ngc"
kenlm=no
if command -v lmplz >/dev/null && command -v build_binary >/dev/null \
    && command -v query >/dev/null
then
    kenlm=yes
    spent=$(cpu lmplz -o 4 -S 4G -T "$scratch/t" --skip_symbols \
        --text "$text" --arpa "$scratch/k.arpa")
    row 'lmplz -o 4 -S 4G' "$spent" "$scratch/k.arpa"
    for form in probing trie; do
        spent=$(cpu build_binary -T "$scratch/b" $form "$scratch/k.arpa" \
            "$scratch/k.$form")
        row "build_binary $form" "$spent" "$scratch/k.$form"
    done
    rm -f "$scratch/k.arpa"
else
    echo "KenLM's lmplz, build_binary and query are not all in PATH: left out"
fi

n_tokens=$(ngram-score --summary -m "$scratch/m.ngm" "$held_out" \
    | sed -n 's/^Tokens:[^0-9]*//p')
echo
echo "Queries: $n_tokens tokens"
ask 'ngram-score --summary' ngram-score --summary -m "$scratch/m.ngm"
ask 'ngram-score --summary --no-check' \
    ngram-score --summary --no-check -m "$scratch/m.ngm"
if [ "$kenlm" = yes ]; then
    ask 'query, probing' query -v summary "$scratch/k.probing"
    ask 'query, trie' query -v summary "$scratch/k.trie"
fi
