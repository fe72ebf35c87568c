#!/bin/sh
# ngram-batch --mix: shares, plans, vocabularies, states.
. "${srcdir=.}/tests/init.sh"

# rising N FIRST: an .npy file of N four-byte ids FIRST, FIRST + 1, ...
rising ()
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' \
        "{'descr': '<u4', 'fortran_order': False, 'shape': ($1,), }"
    awk -v n="$1" -v first="$2" 'BEGIN {
        for (i = first; i < first + n; i++)
            printf "\\%03o\\%03o\\%03o\\000", i % 256, int (i / 256) % 256, \
                int (i / 65536) }' >escapes
    # shellcheck disable=SC2059 # The file is the format.
    printf "$(cat escapes)"
}
rising 5000 0 >a.npy
rising 8000 100000 >b.npy
rising 3000 200000 >c.npy

# The source of each row, a letter each.
rows ()
{
    sed '/^$/d' | awk '{ print $1 < 100000 ? "a" : $1 < 200000 ? "b" : "c" }'
}

bad ()
{
    pattern=$1
    shift
    returns_ 2 ngram-batch "$@" >out 2>err || fail=1
    [ -s out ] && fail_ "output in spite of an error: $*"
    grep -q "^ngram-batch: .*$pattern" err || {
        fail_ "the message does not match '$pattern':"
        cat err >&9
    }
}

# ------------------------------------------- the share, exact at every prefix

mix=a.npy:0.5,b.npy:0.3,c.npy:0.2
ngram-batch -b 4 -s 10 --mix=$mix >all || fail=1
rows <all | awk '
    { n[$1]++
      a = n["a"] - NR * .5; b = n["b"] - NR * .3; c = n["c"] - NR * .2
      if (a >= 1 || a <= -1 || b >= 1 || b <= -1 || c >= 1 || c <= -1)
          print "row " NR ": " a, b, c }' >out
[ -s out ] && fail_ "not within one piece: $(head -n 1 out)"
[ "$(rows <all | grep -c .)" = 1596 ] || fail_ 'not as many pieces as there are'

# The same from a list; its comments and empty lines do not count.
printf '# sources\na.npy:0.5\n\nb.npy:0.3\nc.npy:0.2\n' >list
ngram-batch -b 4 -s 10 --mix=@list >out || fail=1
compare all out || fail_ '--mix=@list'
# No row crosses sources, and no piece comes twice in an epoch of its source.
sed '/^$/d; s/	.*//' all | awk '
    { for (i = 2; i <= NF; i++)
        if ($i != $(i - 1) + 1) print "row " NR }' >out
[ -s out ] && fail_ 'rows that cross sources'
sed '/^$/d' all | awk '$1 >= 100000 { print $1 }' | sort | uniq -d >out
[ -s out ] && fail_ 'pieces of b or c came twice'

# -------------------------------------------------------- epochs, tokens, caps

ngram-batch -b 1 -s 10 --mix-by=epochs --mix=a.npy:2,b.npy:0.5,c.npy:0 >out
rows <out | sort | uniq -c | tr -s ' ' >got
printf ' 998 a\n 399 b\n' >exp
compare exp got || fail_ '--mix-by=epochs'
ngram-batch -b 1 -s 10 --mix-by=tokens --mix=a.npy:700,b.npy:55 >out
rows <out | sort | uniq -c | tr -s ' ' >got
printf ' 70 a\n 5 b\n' >exp
compare exp got || fail_ '--mix-by=tokens'
# Of c there is too little for half: it is served once, the others fill in.
ngram-batch -b 1 -s 10 --max-epochs=1 --mix=a.npy:1,b.npy:1,c.npy:2 >out
rows <out | sort | uniq -c | tr -s ' ' >got
printf ' 499 a\n 799 b\n 299 c\n' >exp
compare exp got || fail_ '--max-epochs'

# A cap holds over a run that goes on with other sizes: nothing comes twice.
rising 101 1 >p.npy
rising 1001 1001 >q.npy
once=p.npy:1,q.npy:1
{
    ngram-batch --mix=$once --max-epochs=1 -b 1 -s 10 --steps=50 --state=capped \
        || fail=1
    ngram-batch --mix=$once --max-epochs=1 -b 2 --resume=capped || fail=1
} | sed '/^$/d' | awk '{ print $1 < 1000 ? "p" : "q" }' | sort | uniq -c \
    | tr -s ' ' >got
printf ' 10 p\n 100 q\n' >exp
compare exp got || fail_ 'a cap, after a change of sizes'

# -------------------------------------------------------- --dry-run, the table

ngram-batch -s 10 --mix=$mix --dry-run >out || fail=1
grep -q '^b.npy  *8000  *799  *0.3  *30.*%  *47[0-9][0-9]  *0.59' out || {
    fail_ '--dry-run'
    cat out >&9
}
ngram-batch -b 4 -s 10 -v --mix=$mix 2>err >out
compare all out || fail_ '-v changes what is served'
grep -q '^a.npy  *5000  *499  *0.5  *50.0..%  *7980  *1.599' err || {
    fail_ 'the table of what was served'
    cat err >&9
}

# ----------------------------------------------- steps, ranks, states, resuming

ngram-batch -b 4 -s 10 --at=100 --steps=20 --mix=$mix >out || fail=1
tail -n +501 all | head -n 100 >exp
compare exp out || fail_ '--mix --at'
for rank in 0 1 2; do
    ngram-batch -b 4 -s 10 --rank=$rank --world=3 --mix=$mix | sed '/^$/d'
done | sort >out
sed '/^$/d' all | sort >exp
compare exp out || fail_ 'ranks of a mixture'
ngram-batch -b 4 -s 10 --steps=50 --state=s1 --mix=$mix >one || fail=1
ngram-batch --resume=s1 --state=s1 --steps=50 --mix=$mix >two || fail=1
ngram-batch --resume=s1 --mix=$mix >three || fail=1
cat one two three >out
compare all out || fail_ 'a mixture that was resumed is not the same'
# Other weights, sizes and sources; a piece is 10 tokens, then 5.
ngram-batch -b 7 -s 5 --resume=s1 --steps=40 --state=s2 \
    --mix=c.npy:1,a.npy:3 >two 2>err || fail_ "other weights: $(cat err)"
ngram-batch --resume=s2 --steps=10 --mix=$mix >three || fail=1
# s1 stands after 100 steps.
{ head -n 500 all; cat two three; } | sed '/^$/d; s/	.*//' | tr ' ' '\n' \
    | sort | uniq -d >twice
[ -s twice ] && fail_ "$(grep -c . twice) tokens came twice in an epoch"

# The pieces in all are as many as without a change of weights.
ngram-batch -b 4 -s 10 --resume=s1 --mix=a.npy:1,b.npy:1,c.npy:1 >out || fail=1
[ "$(sed '/^$/d' out | grep -c .)" = 1196 ] || fail_ 'other weights: how many'

# Only the number of trainers changes: of each source come the pieces that one
# trainer serves first, none left out.
even=a.npy:5,b.npy:8,c.npy:3
ngram-batch -b 4 -s 10 --mix=$even >all
for rank in 0 1; do
    ngram-batch -b 4 -s 10 --mix=$even --rank=$rank --world=2 --steps=30 \
        --state=w || fail=1
done >got
for rank in 0 1 2; do
    ngram-batch --mix=$even --rank=$rank --world=3 --resume=w --steps=30 \
        || fail=1
done >>got
for source in a b c; do
    for file in got all; do
        sed '/^$/d; s/ .*//' $file >starts
        rows <starts >letters
        paste letters starts | sed -n "s/^$source	//p" >$file.starts
    done
    sort got.starts >out
    head -n "$(grep -c . out)" all.starts | sort >exp
    compare exp out || fail_ "another world: source $source"
done
[ "$(sed '/^$/d' got | grep -c .)" = $((2 * 30 * 4 + 3 * 30 * 4)) ] \
    || fail_ 'another world: how many'

# A source that sits a stage out, while the length of a piece changes after it,
# goes on where it stood: its epoch serves each of its tokens once.
{
    ngram-batch --epochs=0 --offset=0 -b 2 -s 10 --steps=4 --state=sat \
        --mix=p.npy:1,q.npy:1 || fail=1
    ngram-batch --epochs=0 --offset=0 -b 2 -s 10 --steps=1 --resume=sat \
        --state=sat --mix=q.npy:1 || fail=1
    ngram-batch --epochs=0 --offset=0 -b 2 -s 5 --steps=12 --resume=sat \
        --mix=p.npy:1,q.npy:1 || fail=1
} | sed '/^$/d; s/	.*//' | tr ' ' '\n' | awk '$1 < 1000' | sort -n >got
seq 100 >exp
compare exp got || fail_ 'a source that sat a stage out'

# A source that was never served, since it is too short, does not stand in the
# way of shorter pieces.
rising 9 5000 >short.npy
ngram-batch -b 2 -s 10 --steps=4 --state=sat --mix=short.npy:1,q.npy:1 >out \
    || fail=1
ngram-batch -b 2 -s 5 --steps=4 --resume=sat --mix=short.npy:1,q.npy:1 >out \
    || fail_ 'a source that was too short'

# ------------------------------------------------------------- vocabularies

printf '<unk>\nx\n' >a.vocab
printf '<unk>\nx\n' >b.vocab
ngram-batch -b 4 -s 10 --mix=$mix >out || fail_ 'one vocabulary'
printf '<unk>\ny\n' >b.vocab
bad 'b.npy: its vocabulary is another than that of a.npy' --mix=$mix
# One that cannot be read is not one that is not there.
rm b.vocab
mkdir b.vocab
bad 'b.vocab: Is a directory' --mix=$mix
rmdir b.vocab
gzip <a.vocab | head -c 15 >b.vocab
bad 'b.vocab: ' --mix=$mix
rm b.vocab
ln -s b.vocab b.vocab
bad 'b.vocab: Too many levels' --mix=$mix
rm a.vocab b.vocab
printf '<unk>\nx\n' >v
returns_ 2 ngram-batch -f raw --vocab=v --mix=$mix >out 2>err || fail=1
grep -q 'npy: token .* not in the vocabulary of 2' err || fail_ '--vocab'
returns_ 2 ngram-batch -f raw --vocab=v a.npy >out 2>err || fail=1
grep -q 'a.npy: token .* not in the vocabulary of 2' err || fail_ '--vocab'

# ----------------------------------------------------------------- bad input

bad 'FILE:WEIGHT' --mix=a.npy
bad "'a.npy:x' has a weight that is no number" --mix=a.npy:x
bad 'weight' --mix=a.npy:-1
bad 'weight' --mix=a.npy:1234567890
bad "'' is not FILE:WEIGHT" --mix=a.npy:1,,b.npy:1
printf '# two\n\na.npy:1\nb.npy:1e9\n' >list
bad "list:4: 'b.npy:1e9' has a weight" --mix=@list
printf 'a.npy:1\nb.npy:1\0\nc.npy:1\n' >list
bad 'list: byte 15: a NUL byte' --mix=@list
bad 'above zero' --mix=a.npy:0,b.npy:0
bad 'not both' --mix=a.npy:1 b.npy
bad 'mode=random' -m sequential --mix=a.npy:1
bad 'max-epochs' --epochs=0 --max-epochs=2 --mix=a.npy:1
bad 'missing' --mix=a.npy:1,missing:2
bad 'no source serves a whole piece' -s 10 --mix-by=tokens --mix=a.npy:9
bad 'no source serves a whole piece' -s 10 --max-epochs=0.0001 --mix=a.npy:1
bad 'the mixture has 4 pieces' -s 1000 --mix=a.npy:1 -b 5
bad 'no step 500: the run has 399 steps' -b 4 -s 10 --at=500 --mix=$mix
bad 's1: the state of a mixture' --resume=s1 a.npy
bad 'go with --mix' --dry-run a.npy
bad '--dry-run writes neither' --dry-run -o plan --mix=a.npy:1
bad '--dry-run writes neither' --dry-run --state=plan --mix=a.npy:1
[ -e plan ] && fail_ '--dry-run wrote a file'

# A thousand sources, within 32 MiB.
i=0
while [ $i -lt 1000 ]; do
    echo "a.npy:$((i % 7 + 1))"
    i=$((i + 1))
done >list
(
    # shellcheck disable=SC3045 # Where there is none it is no limit.
    [ "$NG_SANITIZE" = yes ] || ulimit -d 32768
    ngram-batch -b 32 -s 10 -f raw --mix=@list --steps=1000
) >out || fail_ 'a thousand sources'
[ "$(wc -c <out)" = $((1000 * 32 * 11 * 4)) ] || fail_ 'a thousand sources'

Exit $fail
