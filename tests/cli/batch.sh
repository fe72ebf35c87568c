#!/bin/sh
# ngram-batch: the textbook's batches, all formats and types, several files,
# pipes, and what it says of bad input.
. "${srcdir=.}/tests/init.sh"

# ids TYPE BYTES N [FIRST]: an .npy file on standard output with the ids FIRST,
# FIRST + 1, ... of TYPE, each below 128.
ids ()
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' \
        "{'descr': '$1', 'fortran_order': False, 'shape': ($3,), }"
    awk -v n="$3" -v bytes="$2" -v first="${4-0}" 'BEGIN {
        for (i = 0; i < n; i++) {
            printf "\\%03o", first + i
            for (j = 1; j < bytes; j++)
                printf "\\000"
        }
        printf "\n" }' >escapes
    # shellcheck disable=SC2059 # The file is the format.
    printf "$(cat escapes)"
}

ids '<u2' 2 35 >range.npy

# ------------------------------------------------- the textbook, range35.json

# The batches of seed $2 in mode $1 as text, from the JSON, one number a line.
expected_range ()
{
    golden range35.json | awk -v mode="\"$1\":" -v seed="\"$2\":" '
        $1 == mode { in_mode = 1; next }
        $1 ~ /^"(random|sequential)":$/ { in_mode = 0 }
        in_mode && $1 ~ /^"[0-9]":$/ { on = $1 == seed }
        ! (in_mode && on) { next }
        $1 == "\"X\":" || $1 == "\"Y\":" { part = substr($1, 2, 1); row = 0; col = 0 }
        /^[0-9]/ {
            sub (/,/, "")
            cell[part, row, col++] = $1
            if (col == 5) { row++; col = 0 }
            if (part == "Y" && row == 2) {
                for (i = 0; i < 2; i++)
                    for (j = 0; j < 10; j++)
                        printf "%s%s", \
                            j < 5 ? cell["X", i, j] : cell["Y", i, j - 5], \
                            j == 4 ? "\t" : j == 9 ? "\n" : " "
                print ""
                row = 0
            }
        }'
}

for mode in random sequential; do
    for seed in 0 1 2 3 4; do
        expected_range $mode $seed >exp
        [ -s exp ] || framework_failure_ 'nothing found in range35.json'
        ngram-batch -m $mode -b 2 -s 5 --seed=$seed --rng=python range.npy \
            >out || fail_ "$mode $seed"
        compare exp out || fail_ "the textbook's $mode batches, seed $seed"
    done
done

# ----------------------------------------- the book, timemachine_batches.json

# Digests of both epochs of the first 10,000 characters.
if command -v sha256sum >/dev/null; then
    ngram-tokenize "$data/timemachine.txt" \
        | ngram-tokenize -t char --max-tokens=10000 \
            --vocab="$NG_GOLDEN/timemachine.char.vocab" -o char.npy \
        || fail_ 'cannot make char.npy'
    golden timemachine_batches.json | awk '
        { gsub (/[",:]/, " ") }
        $1 == "iterator" { mode = $2 }
        $1 == "corpus_len" { n = $2 }
        $1 == "seed" { seed = $2; epoch = 0 }
        $1 == "sha256_all" { epoch++
            if (n == 10000) print mode, seed, epoch, $2 }' >digests
    [ "$(grep -c . digests)" = 8 ] || framework_failure_ 'digests not found'
    # A record is two headers of 128 bytes and two arrays; eight are an epoch.
    half=$((32 * 35 * 4))
    while read -r mode seed epoch digest; do
        ngram-batch -m "$mode" --seed="$seed" --rng=python --epochs=2 \
            --dtype=i4 -f npy char.npy >out || fail_ "$mode $seed"
        for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
            tail -c +$(((epoch - 1) * 16 * (half + 128) + i * (half + 128) \
                + 129)) out | head -c $half
        done 2>/dev/null | sha256sum >got
        [ "$(cut -d ' ' -f 1 got)" = "$digest" ] \
            || fail_ "the book's $mode batches, seed $seed, epoch $epoch"
    done <digests
fi

# ------------------------------------------------------------------- formats

# What is the same in each: raw is the rows; npy its columns.
ngram-batch -b 2 -s 5 --seed=3 range.npy >text || fail=1
sed '/^$/d; s/^\([0-9]*\) .*	/\1 /' text | tr ' ' '\n' >exp
for dtype in u2 u4 i4 i8; do
    bytes=${dtype#?}
    ngram-batch -b 2 -s 5 --seed=3 -f raw --dtype=$dtype range.npy \
        | od -An -v -tu"$bytes" | tr -s ' ' '\n' | sed '/^$/d' >got
    compare exp got || fail_ "raw, $dtype"
    ngram-batch -b 2 -s 5 --seed=3 -f npy --dtype=$dtype range.npy >out
    [ "$(wc -c <out)" = $((3 * 2 * (128 + 10 * bytes))) ] \
        || fail_ "npy, $dtype: not two arrays a batch"
done
ngram-batch -b 2 -s 5 --seed=3 -f raw range.npy >out
[ "$(wc -c <out)" = $((3 * 2 * 6 * 2)) ] || fail_ 'dtype is not as the file'

# ------------------------------------------------------------ ways to read it

ngram-batch -b 2 -s 5 --seed=3 <range.npy >out || fail_ 'standard input'
compare text out || fail=1
# shellcheck disable=SC2002 # A pipe is what is meant.
cat range.npy | ngram-batch -b 2 -s 5 --seed=3 - >out || fail_ 'a pipe'
compare text out || fail=1
gzip -c range.npy >range.gz
ngram-batch -b 2 -s 5 --seed=3 range.gz >out || fail_ 'gzip'
compare text out || fail=1
ngram-batch -b 2 -s 5 --seed=3 -o file range.npy || fail_ '-o'
compare text file || fail=1
# Shards are one sequence, wherever they are cut and whatever their types.
ids '<u2' 2 4 >a.npy
ids '<i8' 8 0 4 >b.npy
ids '|u1' 1 1 4 >c.npy
ids '<u4' 4 30 5 >d.npy
for mode in random sequential; do
    ngram-batch -m $mode -b 2 -s 5 --seed=3 range.npy >exp
    ngram-batch -m $mode -b 2 -s 5 --seed=3 a.npy b.npy c.npy d.npy >out \
        || fail_ 'shards'
    compare exp out || fail_ "shards, $mode"
done

# --------------------------------------------------------------- what changes

for a in --seed=4 --offset=2 --offset=3 '-m sequential' --rng=python; do
    # shellcheck disable=SC2086 # Two words.
    ngram-batch -b 2 -s 5 --seed=3 $a range.npy >out || fail=1
    cmp -s text out && fail_ "$a changes nothing"
done
ngram-batch -b 2 -s 5 --seed=3 --offset=random range.npy >out
compare text out || fail_ '--offset=random is not the default'
# Epochs follow one another and differ.
ngram-batch -b 2 -s 5 --seed=3 --epochs=3 range.npy >out
head -n 9 out >first
compare text first || fail_ 'the first of three epochs'
tail -n +10 out | head -n 9 >second
cmp -s first second && fail_ 'two epochs are the same'
# Without end; head ends it, silently.
(trap - PIPE; ngram-batch -b 2 -s 5 --seed=3 --epochs=0 range.npy 2>err) \
    | head -n 9 >out
compare text out || fail_ '--epochs=0'
[ -s err ] && fail_ '| head is not silent'

# ----------------------------------------------------------------- bad input

# bad PATTERN ARGUMENT...: status 2, no output, and a message.
bad ()
{
    pattern=$1
    shift
    returns_ 2 ngram-batch "$@" >out 2>err </dev/null || fail=1
    [ -s out ] && fail_ "output in spite of an error: $*"
    grep -q "^ngram-batch: .*$pattern" err || {
        fail_ "the message does not match '$pattern':"
        cat err >&9
    }
}

bad 'range.npy: has 35 tokens: .* 32 rows of 35 .* needs 1121' range.npy
bad 'range.npy: has 35 tokens: .* needs 37' -b 1 -s 36 range.npy
bad 'range.npy: has 35 tokens: a batch of 1 row of 11 .* offset 24 needs 36' \
    -b 1 -s 11 --offset=24 range.npy
returns_ 0 ngram-batch -b 1 -s 11 --offset=23 range.npy >out || fail=1
bad 'range.npy: has 35 tokens' -m sequential -b 7 -s 5 range.npy
bad 'the corpus has 70 tokens' -b 70 -s 1 range.npy range.npy
bad 'missing.npy: No such file' range.npy missing.npy
bad '\.: Is a directory' .
bad 'standard input: ' -b 1 -s 1
bad 'batch of' -b 4294967295 -s 4294967295 range.npy
ids '<u4' 4 35 >u4.npy
printf '\001\000\001\000' | dd of=u4.npy bs=1 seek=$((128 + 4 * 20)) \
    conv=notrunc 2>/dev/null
bad 'u4.npy: token 20: id 65537 does not fit dtype u2' -b 1 -s 33 --offset=0 \
    -f raw --dtype=u2 u4.npy
head -c 197 range.npy >cut.npy
bad 'cut.npy: not a usable .npy file.*198 bytes.*197' -b 1 -s 5 cut.npy
{ cat range.npy; echo; } >long.npy
bad 'long.npy: not a usable .npy file' -b 1 -s 5 long.npy
sed 's/NUMPY/NUMPI/' range.npy >magic.npy
bad 'magic.npy: not a usable .npy file: .*magic' -b 1 -s 5 magic.npy
sed 's/(35,)/(5,7)/' range.npy >shape.npy
bad 'shape.npy: .*one dimension' -b 1 -s 5 shape.npy
sed 's/<u2/<f4/' range.npy >type.npy
bad 'type.npy: .*dtype' -b 1 -s 5 type.npy
bad '--mode' -m both range.npy
bad '--dtype' --dtype=u3 range.npy
bad '--batch-size' -b 0 range.npy
bad '--offset' --offset=-1 range.npy
bad '--mode=uniform has no --offset' -b 1 -s 5 -m uniform --offset=3 range.npy

# Nothing half-written: a bad id late in the file leaves the old file.
echo old >kept
returns_ 2 ngram-batch -b 1 -s 1 -f raw --dtype=u2 -o kept u4.npy 2>err \
    || fail=1
[ "$(cat kept)" = old ] || fail_ '-o left something half-written'

# Binary is not written to a terminal.
if script -qec true /dev/null >/dev/null 2>&1; then
    script -qec 'ngram-batch -b 1 -s 5 -f raw range.npy' /dev/null \
        >out 2>&1 </dev/null
    grep -q 'terminal' out || fail_ 'raw goes to a terminal'
fi

Exit $fail
