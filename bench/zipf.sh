#!/bin/sh
# zipf.sh: how fast ngram-zipf reads counts, fits, and makes p-values, whether it
# says what plfit says, and what it is worth where the law is true, as Markdown
# tables.  bench/run calls it with the programs in PATH.
#
# Usage: bench/zipf.sh [TYPES [SAMPLES]]
# TYPES is how many distinct n-grams are made up, 10 million by default, from a
# power law of exponent 2 on the frequencies; SAMPLES what zipflaw truth is told,
# 1000.  Seconds are of the processor, the median of BENCH_RUNS runs (3); a peer
# that is missing is left out.  What is made up goes to BENCH_TMP (TMPDIR, or
# /tmp): 21 bytes for each.  NG_BUILD is the build folder, where zipflaw is.
set -eu
LC_ALL=C
export LC_ALL

types=${1-10000000}
samples=${2-1000}
zipflaw=$(cd "${NG_BUILD:-.}" && pwd)/bench/zipflaw
book=$(cd "$(dirname "$0")/.." && pwd)/data/timemachine.txt
scratch=$(mktemp -d "${BENCH_TMP:-${TMPDIR:-/tmp}}/ngzipf.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$scratch"

# Pairs and triples of made-up words, no two the same, with counts by the
# inversion of a rounded Pareto law.
awk -v n="$types" 'BEGIN {
    srand (1)
    for (i = 0; i < n; i++) {
        u = 1 - rand ()
        printf "w%d of%d %s\t%d\n", i % 9973, int (i / 9973),
            i % 2 ? "the thing" : "it", int (0.5 / u + 0.5)
    }
}' >counts
ngram-count -t word -n 1 "$book" >book1
cut -f 2 book1 >book1.values
ngram-count -t word "$book" >book4
cut -f 2 counts | head -n 100000 >values
head -n 100000 counts >counts100k

# seconds COMMAND: the processor time of the shell line COMMAND, the median.
seconds ()
{
    runs=${BENCH_RUNS:-3}
    i=0
    while [ "$i" -lt "$runs" ]; do
        bash -c 'TIMEFORMAT="%U %S"; time eval "$1" >/dev/null 2>&1' - "$1" 2>&1
        i=$((i + 1))
    done | awk '{ print $1 + $2 }' | sort -n | sed -n "$(((runs + 1) / 2))p"
}

# row WHAT SECONDS [NOTE]
row ()
{
    printf '| %s | %.3f | %s |\n' "$1" "$2" "${3-}"
}

bytes=$(wc -c <counts)
read_s=$(seconds 'ngram-zipf --spectrum counts')
all_s=$(seconds 'ngram-zipf -q counts')
p_s=$(seconds 'ngram-zipf -q --p-value=1000 counts')
compare_s=$(seconds 'ngram-zipf -q --compare counts')
rm counts
mb_s=$(awk -v b="$bytes" -v s="$read_s" 'BEGIN { printf "%.0f", b / s / 1e6 }')

difference ()
{
    awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; if (d < 0) d = 0; print d }'
}

echo "| $types distinct n-grams of two orders, $bytes bytes of text | seconds | |"
echo '| --- | --- | --- |'
row 'read into the spectrum (--spectrum)' "$read_s" "$mb_s MB/s"
row 'rival laws of both orders (--compare)' \
    "$(difference "$compare_s" "$all_s")"
row 'p-values of both orders, 1000 samples each' \
    "$(difference "$p_s" "$all_s")"
row 'ngram-zipf --p-value=1000, the words of The Time Machine' \
    "$(seconds 'ngram-zipf -q --p-value=1000 book1')"
row 'ngram-zipf, 1- to 4-grams of The Time Machine' \
    "$(seconds 'ngram-zipf -q book4')"
row 'ngram-zipf, 100000 of these counts' "$(seconds 'ngram-zipf -q counts100k')"
if command -v plfit >/dev/null 2>&1; then
    # A precision of 0.0158 is 0.25 / 0.0158^2 = 1000 samples.
    row 'plfit -p exact -e 0.0158, the words of The Time Machine' \
        "$(seconds 'plfit -p exact -e 0.0158 book1.values')"
    row 'plfit, 100000 of these counts' "$(seconds 'plfit values')"
else
    echo '| plfit is not installed: left out | | |'
fi

# cell NAME: the value of NAME in the --tsv report "ours".
cell ()
{
    awk -F '\t' -v name="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
        { print $at; exit }' ours
}

# beside WHAT [PLFIT-OPTION]...: a row on the counts in "drawn".
beside ()
{
    what=$1
    shift
    plfit "$@" values >theirs || return 0
    awk -v what="$what" -v xmin="$(cell xmin)" -v a="$(cell a)" \
        -v l="$(cell log_likelihood)" '
        $2 == "=" { their[$1] = $3 }
        END {
            printf "| %s | %d | %d | %.5f | %.5f | %.1e | %.1e |\n", what, xmin,
                their["xmin"], a, their["alpha"], a - their["alpha"],
                l / their["L"] - 1
        }' theirs
}

if command -v plfit >/dev/null 2>&1; then
    printf '\nThe same counts, fitted by ngram-zipf and by plfit:\n\n'
    echo '| counts | cut-off | plfit | a | plfit | difference | of log-likelihood, relative |'
    echo '| --- | --: | --: | --: | --: | --: | --: |'
    for order in 1 2 3 4; do
        ngram-count -t word -n "$order" "$book" >drawn
        cut -f 2 drawn >values
        ngram-zipf -q --tsv drawn >ours
        beside "The Time Machine, order $order"
    done
    for a in 1.5 2 2.5 3; do
        for n in 1000 10000 100000 1000000 10000000; do
            "$zipflaw" sample "$a" "$n" 1 >drawn
            cut -f 2 drawn >values
            ngram-zipf -q --tsv drawn >ours
            # Where plfit's own search stops early it is told to try all; for
            # the largest that would take it hours, and four minutes without.
            case $a,$n in
                1.5,10000000) beside "a = $a, $n types" ;;
                1.5,*) beside "a = $a, $n types" -a 1.4:0.0005:1.6 ;;
                *) beside "a = $a, $n types" ;;
            esac
        done
    done
fi

printf '\nWhat the estimates take:\n\n'
"$zipflaw" times
echo
"$zipflaw" truth "$samples"
