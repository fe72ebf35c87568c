#!/bin/sh
# bench/batch.sh: how fast ngram-batch is, beside its peers, in one run.
#
#     make bench                 or, with the programs in PATH,
#     bench/batch.sh [TOKENS]    (default 100000000, two bytes each)
#
# The Python part needs python3-torch and python3-numpy.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 2
tokens=${1-100000000}
dir=$(mktemp -d "${TMPDIR-/tmp}/ngram-bench.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM

{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' \
        "{'descr': '<u2', 'fortran_order': False, 'shape': ($tokens,), }"
    # Numbers of any kind; the same each time.
    ngram-tokenize "$here/../data/timemachine.txt" | head -c 100000 >"$dir/text"
    yes "$(cat "$dir/text")" | head -c $((2 * tokens))
} >"$dir/tokens.npy"

now ()
{
    date +%s%N
}

# median WHAT BYTES COMMAND: the median of five runs, and MB/s.
median ()
{
    what=$1 bytes=$2
    shift 2
    for run in 1 2 3 4 5; do
        : "$run"
        start=$(now)
        "$@" >/dev/null || echo "$what failed" >&2
        echo $(($(now) - start))
    done | sort -n | awk -v what="$what" -v bytes="$bytes" 'NR == 3 {
        printf "%-44s %9.1f ms", what, $1 / 1e6
        if (bytes > 0)
            printf " %8.0f MB/s", bytes / $1 * 1e3
        print "" }'
}

through_pipe ()
{
    "$@" | cat
}

file=$dir/tokens.npy
rows=$((tokens / 1024 / 32 * 32))
batch="ngram-batch -f raw -b 32 -s 1024 --offset=0 $file"
bytes=$((rows * 1025 * 2))
echo "raw batches of 32 x 1024 from the page cache, $tokens tokens"
# shellcheck disable=SC2086 # Words.
{
    cat "$file" >/dev/null
    median 'cat' $((2 * tokens)) cat "$file"
    median 'ngram-batch, random' $bytes $batch
    median 'ngram-batch, sequential' $bytes $batch -m sequential
    median 'cat through a pipe' $((2 * tokens)) through_pipe cat "$file"
    median 'ngram-batch, random, through a pipe' $bytes through_pipe $batch
    median 'ngram-batch, sequential, through a pipe' $bytes \
        through_pipe $batch -m sequential
    echo
    echo 'any step'
    one="ngram-batch -f raw --epochs=0 --steps=1 $file"
    median '--at=0' 0 $one --at=0
    median '--at=1000000000' 0 $one --at=1000000000
    echo
    echo 'documents that end with token 27746, raw batches of 32 x 1024'
    for kind in whole pack sentence; do
        documents="ngram-batch -f raw -b 32 -s 1024 --documents=$kind --eod=27746 $file"
        median "$kind, the first batch" 0 $documents --steps=1
        median "$kind, 1000 batches" 0 $documents --steps=1000
    done
}
[ ! -x "${NG_BUILD-}/bench/permute" ] || "$NG_BUILD/bench/permute"

echo
echo 'start-up and memory, a sparse file of 100 GB'
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' \
        "{'descr': '<u2', 'fortran_order': False, 'shape': (50000000000,), }"
} >"$dir/huge.npy"
truncate -s 100000000128 "$dir/huge.npy" || exit 2
median 'first batch of 100 GB' 0 ngram-batch -f raw --steps=1 "$dir/huge.npy"

# memory WHAT ARGUMENT...: what is not of mapped files, after a second.
memory ()
{
    what=$1
    shift
    ngram-batch -f raw --epochs=0 "$@" >/dev/null &
    pid=$!
    sleep 1
    awk -v what="$what" '/^RssAnon/ { printf "%-44s %9d kB\n", what, $2 }' \
        "/proc/$pid/status"
    kill $pid
}
memory 'memory besides the mapped file' "$dir/huge.npy"
rm -f "$dir/huge.npy"
i=0
while [ $i -lt 1000 ]; do
    echo "$file:$((i % 7 + 1))"
    i=$((i + 1))
done >"$dir/list"
memory 'memory, a mixture of 1000 sources' --mix=@"$dir/list"
for kind in whole pack sentence; do
    memory "memory, $kind" --documents=$kind --eod=27746 "$file"
done

if /usr/bin/python3 -c 'import torch, numpy' 2>/dev/null; then
    echo
    echo 'tokens that a Python trainer reads, random sampling'
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/batch_peers.py" \
        "$file" 3 "$here/../examples"
fi
