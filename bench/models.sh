#!/bin/bash
# models.sh: what estimating a model of order 4 and asking it cost, beside KenLM
# where lmplz, build_binary and query are on PATH, as Markdown tables.
#
# Usage: bench/models.sh          "make bench" calls it by bench/run
# Environment, as for bench/run:
#   BENCH_CORPUS=FILE   the text, one sentence a line, tokens split by spaces
#   BENCH_HELD_OUT=FILE what the models are asked (default: the last lines of
#                       the corpus, 20 MB of it)
#   BENCH_RUNS=N        how often each program runs (default 3)
#   BENCH_SKIP=LIST     kenlm: leave it out
#   BENCH_TMP=DIR       for outputs (default: TMPDIR or /tmp)
#   NG_BUILD=DIR        the build folder, where measure is
#
# shellcheck disable=SC2016 # awk and Markdown have $ and ` of their own.
set -u
LC_ALL=C
export LC_ALL

corpus=${BENCH_CORPUS-}
runs=${BENCH_RUNS:-3}
measure=${NG_BUILD:-.}/bench/measure
[ -n "$corpus" ] || { echo 'models.sh: BENCH_CORPUS is not set' >&2; exit 2; }
[ -x "$measure" ] || { echo "models.sh: $measure is not there" >&2; exit 2; }
tmp=$(mktemp -d "${BENCH_TMP:-${TMPDIR:-/tmp}}/ngmodels.XXXXXX") || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
status=0

kenlm=yes
for program in lmplz build_binary query; do
    command -v "$program" >/dev/null || kenlm=no
done
case " ${BENCH_SKIP-} " in *' kenlm '*) kenlm=no ;; esac

# run LOG INPUT COMMAND...: note what it costs in $tmp/LOG.
run ()
{
    local log=$1 input=$2
    shift 2
    "$measure" -i "$input" -o "$tmp/stdout" "$tmp/$log" "$@" \
        2>"$tmp/stderr" && return
    echo "models.sh: $*: $(tail -n 1 "$tmp/stderr")" >&2
    status=1
}

# median LOG COLUMNS: of these columns' sums, as awk calls them.
median ()
{
    awk "{printf \"%.6f\\n\", $2}" "$tmp/$1" | sort -n \
        | awk '{x[NR] = $1}
               END {print NR % 2 ? x[(NR + 1) / 2] \
                                 : (x[NR / 2] + x[NR / 2 + 1]) / 2}'
}

# megabytes FILE
megabytes ()
{
    wc -c <"$1" | awk '{printf "%.1f", $1 / 1e6}'
}

# ------------------------------------------------------------------ estimating

estimate ()
{
    run count /dev/null ngram-count -s -n 1-4 --parallel=1 -o "$tmp/c.ngc" \
        "$corpus"
    run model /dev/null ngram-model -o "$tmp/m.ngm" "$tmp/c.ngc"
    [ "$kenlm" = yes ] || return
    run lmplz /dev/null lmplz -o 4 -S 4G -T "$tmp/t" --skip_symbols \
        --discount_fallback --text "$corpus" --arpa "$tmp/k.arpa"
    for form in probing trie; do
        run "$form" /dev/null build_binary -T "$tmp/b" $form "$tmp/k.arpa" \
            "$tmp/k.$form"
    done
}

# A row of the table of the programs whose logs are LOG..., one after another:
# NAME FILE LOG...
estimate_row ()
{
    local name=$1 file=$2
    shift 2
    for log in "$@"; do
        echo "$(median "$log" '$1 + $2') $(median "$log" '$3')" \
            "$(median "$log" '$4')"
    done | awk -v name="$name" -v size="$(megabytes "$file")" -v ours="$ours" '
        { s += $1; w += $2; if ($3 > peak) peak = $3 }
        END { printf "| %s | %.2f | %.2f | %.0f | %s | %.2f |\n",
                  name, s, w, peak / 1024, size, s / ours }'
}

for ((i = 0; i < runs; i++)); do
    estimate
done
[ "$status" -eq 0 ] || exit 2
ours=$(awk -v a="$(median count '$1 + $2')" -v b="$(median model '$1 + $2')" \
    'BEGIN {print a + b}')
printf '\nA Kneser-Ney model of order 4, of %s MB of text:\n\n' \
    "$(megabytes "$corpus")"
printf '| program | processor s | wall s | peak MiB | file MB | ratio |\n'
printf '| --- | --: | --: | --: | --: | --: |\n'
estimate_row 'ngram-count -s -o c.ngc, one thread' "$tmp/c.ngc" count
estimate_row 'ngram-model -o m.ngm c.ngc' "$tmp/m.ngm" model
estimate_row '**both**' "$tmp/m.ngm" count model
if [ "$kenlm" = yes ]; then
    estimate_row 'lmplz -o 4 -S 4G' "$tmp/k.arpa" lmplz
    for form in probing trie; do
        estimate_row "build_binary $form" "$tmp/k.$form" $form
    done
    for form in probing trie; do
        estimate_row "**lmplz, build_binary $form**" "$tmp/k.$form" lmplz $form
    done
else
    printf '\nKenLM (lmplz, build_binary, query) is left out.\n'
fi
rm -f "$tmp/k.arpa" "$tmp/c.ngc"

# --------------------------------------------------------------------- queries

held_out=${BENCH_HELD_OUT-}
if [ -z "$held_out" ]; then
    held_out=$tmp/held-out
    tail -c 20000000 "$corpus" | sed 1d >"$held_out"
fi

# ask LOG COMMAND...: with the text, and with none, which is what loading costs.
ask ()
{
    local log=$1
    shift
    run "$log" "$held_out" "$@"
    run "$log.load" /dev/null "$@"
}

# NAME LOG: how fast, and how many times as fast as KenLM's probing model.
ask_row ()
{
    local peer=
    [ "$kenlm" = yes ] && peer="$(median query.probing '$1 + $2') \
        $(median query.probing.load '$1 + $2')"
    awk -v name="$1" -v n="$n_tokens" -v all="$(median "$2" '$1 + $2')" \
        -v load="$(median "$2.load" '$1 + $2')" -v peer="$peer" \
        -v peak="$(median "$2" '$4')" '
        function alone(all, load) { return all > load ? all - load : 1e-6 }
        BEGIN {
            split(peer, p)
            without = with = "-"
            if (peer != "") {
                without = sprintf("%.2f", alone(p[1], p[2]) / alone(all, load))
                with = sprintf("%.2f", p[1] / all)
            }
            printf "| %s | %.2f | %.2f | %.2f | %.2f | %s | %s | %.0f |\n",
                name, load, all, n / alone(all, load) / 1e6, n / all / 1e6,
                without, with, peak / 1024 }'
}

for ((i = 0; i < runs; i++)); do
    ask score ngram-score --summary --parallel=1 -m "$tmp/m.ngm"
    ask trusting ngram-score --summary --parallel=1 --no-check -m "$tmp/m.ngm"
    if [ "$kenlm" = yes ]; then
        ask query.probing query -v summary "$tmp/k.probing"
        ask query.trie query -v summary "$tmp/k.trie"
    fi
done
[ "$status" -eq 0 ] || exit 2
n_tokens=$(ngram-score --summary -m "$tmp/m.ngm" "$held_out" \
    | sed -n 's/^Tokens:[^0-9]*//p')
printf '\nAsking it for %s tokens, processor time in one thread:\n\n' "$n_tokens"
printf '| program | loading s | with text s | million tokens a second |'
printf ' with loading | times probing | with loading | peak MiB |\n'
printf '| --- | --: | --: | --: | --: | --: | --: | --: |\n'
ask_row 'ngram-score --summary' score
ask_row 'ngram-score --summary --no-check' trusting
if [ "$kenlm" = yes ]; then
    ask_row 'query -v summary, probing' query.probing
    ask_row 'query -v summary, trie' query.trie
fi
exit "$status"
