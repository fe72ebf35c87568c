#!/bin/sh
# Sizes past 2^31 and 2^32: bytes and tokens of a text, bytes of a line, tokens
# of a token file, n-grams and bytes of a count file, counts; a model of more
# than 2^32 bytes; and a vocabulary of 50 million types within -S.  "make soak"
# runs it; it takes an hour of processor and 20 GB of disc.  NG_LARGE: only these
# parts.
. "${srcdir=.}/tests/init.sh"

measure=$builddir/bench/measure
pairs=$builddir/tests/large/pairs
[ -x "$measure" ] && [ -x "$pairs" ] || framework_failure_ 'helpers not built'

# part NAME: is it to be run?  Says when it begins.
part ()
{
    case " ${NG_LARGE-text line gzip batch tokens types pairs model} " in
    *" $1 "*) warn_ "$(date +%T) $1" ;;
    *) return 1 ;;
    esac
}

# peak SIZE COMMAND...: run it, and hold its peak below SIZE MiB and 32 more.
peak ()
{
    limit=$((($1 + 32) * 1024))
    shift
    rm -f log
    "$measure" log "$@" || fail_ "status $?: $*"
    kib=$(cut -d ' ' -f 4 log)
    warn_ "$kib KiB: $*"
    [ "$NG_SANITIZE" = yes ] || [ "$kib" -le "$limit" ] \
        || fail_ "a peak of $kib KiB, more than $limit: $*"
}

# is TEXT COMMAND...: that is what COMMAND prints.
is ()
{
    printf '%s\n' "$1" >exp
    shift
    "$@" >out || fail_ "status $?: $*"
    compare exp out || fail_ "$*"
}

# stream BYTES: that many, "a b c d" to a line, or on one line without end.
stream ()
{
    yes 'a b c d' | head -c "$1"
}

line ()
{
    yes 'a b c d' | tr '\n' ' ' | head -c "$1"
}

# last_batch OPTION... STEP: the rows that are served from STEP on.
# shellcheck disable=SC2317 # "is" calls it.
last_batch ()
{
    ngram-batch -m sequential -b 1 "$1" "$2" "$3" --at="$4" t.npy | sed '/^$/d'
}

gib=1073741824
tab=$(printf '\t')

# 9 GiB, past 2^32 tokens (two bytes each).
if part text; then
    n=$((9 * gib / 8))
    stream $((9 * gib)) | peak 256 ngram-count -S 256M -n 1-2 -o t.ngc -
    is "a${tab}$n" sh -c 'ngram-merge -n 1 --sort=text t.ngc | head -n 1'
    is "d a${tab}$((n - 1))" sh -c 'ngram-merge -n 2 t.ngc | tail -n 1'
    stream $((9 * gib)) | peak 128 ngram-tokenize --write-vocab=v -o t.npy -
    [ "$(wc -c <t.npy)" = $((128 + 8 * n)) ] || fail_ "$(ls -l t.npy)"
    rm -f t.ngc t.npy v
fi

# One line of 5 GiB; and one that is a single token, which is an error.
if part line; then
    n=$((5 * gib / 8))
    line $((5 * gib)) | peak 256 ngram-count -s -S 256M -n 1-2 -o t.ngc -
    is "<s> a${tab}1" \
        sh -c 'ngram-merge -n 2 --sort=text t.ngc | grep "^<s>"'
    is "a b${tab}$n" sh -c 'ngram-merge -n 2 t.ngc | grep "^a b"'
    line $((5 * gib)) >t
    peak 64 ngram-tokenize -o out t
    [ "$(wc -c <out)" = $((5 * gib)) ] || fail_ "$(ls -l out)"
    # A letter and a space for each letter, \s and a space for each space.
    is $((5 * 5 * gib / 2)) sh -c 'ngram-tokenize -t char t | wc -c'
    head -c $((5 * gib)) /dev/zero | tr '\0' x >t
    returns_ 2 ngram-tokenize -t space t >out 2>err || fail=1
    grep '65535' err || fail_ "$(cat err)"
    rm -f t out t.ngc
fi

# Content past 2^32, and an offset in the compressed file past it: zeros may
# follow the last member, and what comes after them may not.
if part gzip; then
    stream $((5 * gib)) | gzip -1 >t.gz
    is $((5 * gib)) sh -c 'ngram-tokenize t.gz | wc -c'
    truncate -s $((5 * gib)) t.gz
    is $((5 * gib)) sh -c 'ngram-tokenize t.gz | wc -c'
    echo x >>t.gz
    returns_ 2 ngram-tokenize t.gz >out 2>err || fail=1
    grep "byte $((5 * gib)): " err || fail_ "$(cat err)"
    rm -f t.gz out
fi

# A sparse token file: the last ones are read at once, by number, and in order.
if part batch; then
    n=$((4 * gib + 104))
    "$pairs" npy $n >t.npy
    truncate -s $((128 + 2 * (n - 4))) t.npy
    printf '\001\000\002\000\003\000\004\000' >>t.npy
    is "0 0 1${tab}0 1 2" last_batch -s 3 --offset=0 $(((n - 1) / 3 - 1))
    is "0 0 1 2${tab}0 1 2 3" last_batch -s 4 --offset=2 $(((n - 3) / 4 - 1))
    ngram-batch -b 2 -s 4 --seed=3 --at=$((n / 8 - 2)) t.npy >out || fail=1
    [ "$(wc -l <out)" -ge 3 ] || fail_ 'no last batch'
    # The same file counted: ids are what they are.
    if part tokens; then
        printf '%s\n' '<unk>' a b c d >v
        peak 256 ngram-count -S 256M -n 1-2 --vocab=v -o t.ngc t.npy
        is "<unk>${tab}$((n - 4))" \
            sh -c 'ngram-merge -n 1 t.ngc | head -n 1'
        is "<unk> <unk>${tab}$((n - 5))" \
            sh -c 'ngram-merge -n 2 t.ngc | head -n 1'
    fi
    rm -f t.npy t.ngc v
fi

# 50 million types.
if part types; then
    n=50000000
    seq $n >t
    peak 512 ngram-count -S 512M -T . -n 1 -o t.ngc t
    is "order${tab}tokens${tab}types${tab}singletons
1${tab}$n${tab}$n${tab}$n" ngram-merge -n 1 --stats t.ngc
    peak 512 ngram-merge -S 512M -T . -n 1 -o u.ngc t.ngc t.ngc
    is "order${tab}tokens${tab}types${tab}singletons
1${tab}$((2 * n))${tab}$n${tab}0" ngram-merge -n 1 --stats u.ngc
    ngram-merge -S 512M -T . --sort=none -n 1 t.ngc >out || fail=1
    sort -S 512M t >exp || framework_failure_ 'sort'
    cut -f 1 out | cmp exp - || fail_ 'the names'
    rm -f t t.ngc u.ngc out exp
fi

# Every pair of K tokens once: past 2^31 n-grams by default, past 2^32 with
# NG_PAIRS=65537 and 50 GB.
if part pairs; then
    k=${NG_PAIRS-46342}
    "$pairs" "$k" >t.npy || framework_failure_ 'pairs'
    (echo '<unk>'; seq 1 $((k - 1))) >v
    peak 2048 ngram-count -S 2G -T . -n 2 --vocab=v -o t.ngc t.npy
    n=$((k * k - 1))
    is "order${tab}tokens${tab}types${tab}singletons
2${tab}$n${tab}$n${tab}$n" ngram-merge -n 2 --stats t.ngc
    ngram-zipf --spectrum t.ngc >spectrum || fail=1
    is "2${tab}1${tab}$n" tail -n 1 spectrum
    rm -f t.npy t.ngc v spectrum
fi

# Every pair of K tokens once, as a model: 870 million bigrams of five bytes each
# and more.  Behind each token all are alike, 1 / K by Laplace's rule, and found as
# bigrams, those at either end of the table and others.
if part model; then
    k=${NG_MODEL_PAIRS-29500}
    "$pairs" "$k" >t.npy || framework_failure_ 'pairs'
    (echo '<unk>'; seq 1 $((k - 1))) >v
    peak 2048 ngram-count -S 2G -T . -n 1-2 --vocab=v -o t.ngc t.npy
    rm -f t.npy
    peak 2048 ngram-model -m laplace -S 2G -T . -q -o t.ngm t.ngc
    rm -f t.ngc
    [ "$k" -lt 29500 ] || [ "$(wc -c <t.ngm)" -gt $((4 * gib)) ] \
        || fail_ "$(ls -l t.ngm)"
    for i in 1 2 3 $((k / 3)) $((k / 2)) $((k - 3)) $((k - 2)) $((k - 1)); do
        for j in 1 $((k / 2)) $((k - 1)); do
            echo "$i $j"
        done
    done >text
    ngram-score --tokens -m t.ngm text >out || fail=1
    [ "$(awk -v k="$k" '
        NF == 3 && $3 == 2 && ($2 + log(k) / log(10)) ^ 2 < 1e-12 { n++ }
        END { print n }' out)" = 24 ] || fail_ 'the scores of pairs'
    rm -f t.ngm v text out
fi

Exit $fail
