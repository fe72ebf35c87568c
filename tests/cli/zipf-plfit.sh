#!/bin/sh
# ngram-zipf and plfit say the same of the same samples: cut-off, exponent,
# log-likelihood and p-value of the power law.
. "${srcdir=.}/tests/init.sh"

require_ plfit
golden timemachine.word.1-4.tsv >book || framework_failure_ 'no counts'

# same NAME FILE [PLFIT-OPTION]...: compare on the counts in FILE.
same ()
{
    name=$1 file=$2
    shift 2
    cut -f 2 "$file" >values
    plfit "$@" values >theirs || framework_failure_ 'plfit fails'
    ngram-zipf -q --tsv "$file" >ours || fail_ "$name: ngram-zipf fails"
    awk '
        function apart(x, y) { return x > y ? x - y : y - x }
        FILENAME == "theirs" { if ($2 == "=") their[$1] = $3; next }
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            print "cut-offs", $at["xmin"], their["xmin"]
            print "exponents", $at["a"], their["alpha"]
            print "likelihoods", $at["log_likelihood"], their["L"]
            exit ! ($at["xmin"] == their["xmin"] + 0 \
                && apart ($at["a"], their["alpha"]) <= 1e-3 \
                && apart ($at["log_likelihood"] / their["L"], 1) <= 1e-6)
        }' theirs ours >both || {
        fail_ "$name: ngram-zipf and plfit differ:"
        cat both >&9
    }
}

# likewise NAME FILE [PLFIT-OPTION]...: their p-values of the counts in FILE are
# the same but for the luck of the samples: 625 of theirs (0.25 / 0.02^2) and
# 1000 of ours, a difference of three standard errors or so.
likewise ()
{
    name=$1 file=$2
    shift 2
    cut -f 2 "$file" >values
    plfit -b -s 1 -p exact -e 0.02 "$@" values >theirs \
        || framework_failure_ 'plfit fails'
    ngram-zipf -q --p-value=1000 --tsv "$file" >ours \
        || fail_ "$name: ngram-zipf fails"
    awk '
        FILENAME == "theirs" { their = $NF; next }
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            print "p-values", $at["p_value"], their
            d = $at["p_value"] - their
            exit ! (d <= 0.08 && d >= -0.08)
        }' theirs ours >both || {
        fail_ "$name: ngram-zipf and plfit differ:"
        cat both >&9
    }
}

for order in 1 2 3 4; do
    awk -F '\t' -v order=$order 'split ($1, t, " ") == order' book >counts
    same "the book, order $order" counts
done

# sample N A SEED: N counts by the inversion of a rounded Pareto law of
# exponent A.
sample ()
{
    awk -v n="$1" -v a="$2" -v x="$3" 'BEGIN {
        for (i = 0; i < n; i++) {
            x = (x * 69069 + 1) % 4294967296
            u = (x + 0.5) / 4294967296
            printf "%d\t%.0f\n", i, int (0.5 * u ^ (-1 / (a - 1)) + 0.5)
        }
    }'
}

for a in 2 2.5 3; do
    for n in 1000 10000 100000; do
        sample $n $a 12345 >counts
        same "$n samples of exponent $a" counts
    done
done

sample 1000000 2 9 >counts
same '1000000 samples of exponent 2' counts

for seed in 1 2 3 4; do
    sample 1000 2.2 $seed >counts
    likewise "1000 samples of exponent 2.2, seed $seed" counts
done

# For flat laws plfit stops where its search for the exponent begins, at 2;
# it is told to try all.
for n in 1000 10000; do
    sample $n 1.5 7 >counts
    same "$n samples of exponent 1.5" counts -a 1.4:0.0005:1.6
done

Exit $fail
