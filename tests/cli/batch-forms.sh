#!/bin/sh
# ngram-batch: token files of llm.c, nanoGPT and Megatron, read and written;
# batches as JSON lines; the header.
. "${srcdir=.}/tests/init.sh"

ngram-tokenize "$data/timemachine.txt" | ngram-tokenize -t char \
    --max-tokens=9999 --write-vocab=char.vocab -o char.npy \
    || framework_failure_ 'no char.npy'
ngram-batch -b 4 -s 10 char.npy >exp || fail=1

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

# ------------------------------------------------- there and back in each form

convert ()
{
    form=$1
    shift
    ngram-batch --output-format="$form" "$@" || fail_ "--output-format=$form"
}
convert npy -o t.npy char.npy
compare char.npy t.npy || fail_ 'npy'
convert npy --dtype=i8 -o t8.npy char.npy
convert npy --dtype=u2 -o t.npy t8.npy
compare char.npy t.npy || fail_ 'npy, i8 and back'
for dtype in u2 u4; do
    convert llmc --dtype=$dtype -o llmc.bin char.npy
    ngram-batch -b 4 -s 10 llmc.bin >out || fail=1
    compare exp out || fail_ "llm.c, $dtype"
    gzip -c llmc.bin >llmc.gz
    ngram-batch -b 4 -s 10 llmc.gz >out || fail=1
    compare exp out || fail_ "llm.c, $dtype, gzip"
    [ "$(wc -c <llmc.bin)" = $((1024 + 9999 * ${dtype#u})) ] || fail_ 'size'
done
for dtype in u2 u4 i4 i8; do
    convert nanogpt --dtype=$dtype -o gpt.bin char.npy
    ngram-batch -b 4 -s 10 --dtype=$dtype gpt.bin >out || fail=1
    compare exp out || fail_ "nanoGPT, $dtype"
    ngram-batch -b 4 -s 10 --input-dtype=$dtype --dtype=i4 gpt.bin >out
    compare exp out || fail_ "nanoGPT, --input-dtype=$dtype"
done
convert nanogpt -o gpt.bin char.npy
ngram-batch -b 4 -s 10 gpt.bin >out || fail=1
compare exp out || fail_ 'nanoGPT is u2 by default'
tail -c +129 char.npy >raw
compare raw gpt.bin || fail_ 'nanoGPT has no header'
for dtype in u2 i4 i8; do
    convert megatron --dtype=$dtype -o meg.bin char.npy char.npy
    ngram-batch -b 4 -s 10 char.npy char.npy >exp2
    for name in meg.bin meg.idx; do
        ngram-batch -b 4 -s 10 $name >out || fail=1
        compare exp2 out || fail_ "Megatron, $dtype, $name"
    done
    # Magic, version, type, two sequences, three marks of two documents.
    od -An -v -tu1 -j 17 -N 17 meg.idx | tr -s ' \n' ' ' >got
    case $dtype in u2) code=8 ;; i4) code=4 ;; *) code=5 ;; esac
    echo " $code 2 0 0 0 0 0 0 0 3 0 0 0 0 0 0 0 " | tr -d '\n' >want
    compare want got || fail_ "the Megatron index, $dtype"
done

bad 'llm.c has ids of' --output-format=llmc --dtype=i4 -o x.bin char.npy
bad 'Megatron has ids of' --output-format=megatron --dtype=u4 -o x.bin char.npy
bad 'must end in .bin' --output-format=megatron -o x char.npy
# Where the index cannot be written the tokens are as they were.
if [ -c /dev/full ]; then
    echo old >full.bin
    ln -s /dev/full full.idx
    bad 'write error' --output-format=megatron -o full.bin char.npy
    [ "$(cat full.bin)" = old ] || fail_ 'new tokens without their index'
fi
bad 'goes with --output' --output-format=npy char.npy
# Where one of the two files of Megatron cannot be written there is neither.
ln -s /dev/full cv.idx
bad 'cv.bin: its .idx file: write error: No space' --output-format=megatron \
    -o cv.bin char.npy
[ -e cv.bin ] && fail_ 'tokens without an index'
rm cv.idx
mkdir cv.idx
bad 'cv.bin: its .idx file: .*Is a directory' --output-format=megatron \
    -o cv.bin char.npy
[ -e cv.bin ] && fail_ 'tokens without an index'
rmdir cv.idx
mkdir cv.bin
bad 'cv.bin: .*Is a directory' --output-format=megatron -o cv.bin char.npy
[ -e cv.idx ] && fail_ 'an index without tokens'
rmdir cv.bin
ln -s /dev/full cv.bin
bad 'cv.bin: write error: No space' --output-format=megatron -o cv.bin char.npy
[ -e cv.idx ] && fail_ 'an index without tokens'
rm cv.bin
# Options of batches have no meaning for a whole corpus.
for option in -m=random -b=2 -s=5 --seed=1 --epochs=2 --offset=3 \
    --documents=cross --fields=tokens,mask --rng=native --at=3 --steps=2 \
    --state=x.state --rank=0 --world=2 --max-epochs=2 --mix-by=shares --dry-run \
    -f=raw --header; do
    name=$(echo "$option" | sed 's/^-m=/--mode=/; s/^-b=/--batch-size=/
        s/^-s=/--num-steps=/; s/^-f=/--format=/; s/=.*//')
    option=$(echo "$option" | sed 's/^\(-.\)=/\1/')
    bad "no batches: it does not go with $name" --output-format=npy -o x.npy \
        "$option" char.npy
done
bad '--eod' --output-format=npy -o x.npy --eod=3 char.npy
bad '--pad' --output-format=npy -o x.npy --pad=3 char.npy
[ -e x.npy ] && fail_ 'options of batches: a file'
ngram-batch --output-format=npy --dtype=i8 --reverse --vocab=char.vocab \
    -o x.npy char.npy || fail_ 'options of a corpus'
rm -f x.npy
[ -e x ] || [ -e x.bin ] && fail_ 'a refused output is there'

# Bare ids whose first one is gzip's magic (35615 in two bytes) are no gzip; a
# file of llm.c that is compressed is, also if its name ends in .bin.
printf '\037\213\011\001\005\000\006\000' >magic.bin
ngram-batch -m sequential --offset=0 -b 1 -s 3 magic.bin >out || fail=1
echo '35615 265 5	265 5 6' >exp2
head -n 1 out | compare exp2 - || fail_ 'ids that begin as gzip'
convert llmc -o llmc.bin char.npy
gzip -c llmc.bin >packed.bin
ngram-batch -b 4 -s 10 packed.bin >out || fail=1
compare exp out || fail_ 'llm.c, compressed, as .bin'
gzip -c gpt.bin >packed.bin
bad 'packed.bin: ids without a header are read from a plain file' packed.bin

# ---------------------------------------------------------------- damaged ones

convert llmc -o llmc.bin char.npy
head -c 5000 llmc.bin >cut.bin
bad 'cut.bin: not a usable llm.c file: 9999 tokens' cut.bin
head -c 500 llmc.bin >cut.bin
bad 'cut.bin: .*llm.c header is cut short' cut.bin
{ head -c 4 llmc.bin; printf '\002\000\000\000'; tail -c +9 llmc.bin; } >v.bin
bad 'v.bin: .*version 2' v.bin
printf 'abc' >odd.bin
bad 'odd.bin: not a usable bare' odd.bin
convert megatron -o meg.bin char.npy
head -c 1000 meg.bin >short.bin
cp meg.idx short.idx
bad 'short.idx: the .bin beside it: not a usable Megatron file: 9999' short.idx
bad 'short.bin: not a usable Megatron file: 9999' short.bin
head -c 40 meg.idx >meg2.idx
cp meg.bin meg2.bin
bad 'meg2.bin: the .idx beside it: not a usable Megatron index' meg2.bin
{ printf 'MMIDIDY'; tail -c +8 meg.idx; } >meg2.idx
bad 'meg2.bin: the .idx beside it: not a usable Megatron index' meg2.bin
# Cut before its documents; with a byte behind them; each list with one number
# changed (one sequence: its length, its place, its two documents).
head -c 46 meg.idx >meg2.idx
bad 'meg2.bin: the .idx beside it: not a usable Megatron index' meg2.bin
{ cat meg.idx; printf xx; } >meg2.idx
bad 'meg2.bin: the .idx beside it: not a usable Megatron index.*more behind' meg2.bin
for at in 34 38 46 54; do
    { head -c $at meg.idx; printf '\7'; tail -c +$((at + 2)) meg.idx; } >meg2.idx
    bad 'meg2.bin: .*not a usable Megatron' meg2.bin
done
rm meg2.bin
cp meg.idx meg2.idx
bad 'meg2.idx: the .bin beside it: No such file' meg2.idx
head -c 40 meg.idx >meg2.idx
bad 'meg2.idx: not a usable Megatron index' meg2.idx
cp meg.idx meg2.idx
gzip -c meg.bin | head -c 99 >meg2.bin
bad 'meg2.idx: .*the .bin beside it: gzip data is cut short' meg2.idx
bad 'meg2.bin: .*: gzip data is cut short' meg2.bin
rm meg2.bin
bad 'gone.bin: No such file' gone.bin
# An index that is there and cannot be read, for whatever reason: not bare ids.
cp meg.bin loop.bin
ln -s loop.idx loop.idx
bad 'loop.bin: its Megatron index cannot be read: ' loop.bin

# ------------------------------------------------------------ jsonl and header

ngram-batch -b 2 -s 3 --seed=5 --at=7 --steps=2 -f jsonl char.npy >out || fail=1
ngram-batch -b 2 -s 3 --seed=5 --at=7 --steps=2 char.npy | awk '
    BEGIN { step = 7 }
    NF == 0 {
        print "{\"step\":" step++ ",\"epoch\":0,\"tokens\":[" rows "]}"
        rows = ""
        next
    }
    {
        rows = rows (rows == "" ? "" : ",") \
            "[" $1 "," $2 "," $3 "," $6 "]"
    }' >want
compare want out || fail_ 'jsonl'

ngram-batch -b 2 -s 3 -f raw char.npy >want
for form in raw npy text jsonl; do
    ngram-batch -b 2 -s 3 -f $form char.npy >want
    ngram-batch -b 2 -s 3 -f $form --header char.npy >out || fail=1
    head -n 1 out >line
    tail -c +$(($(wc -c <line) + 1)) out >rest
    compare want rest || fail_ "--header, $form: the rest is not the same"
    cat >exp2 <<END
{"format":"$form","dtype":"<u2","shape":[2,4],"fields":["tokens"],"shapes":[[2,4]],"documents":"cross","mode":"random","rng":"native","reverse":false,"seed":0,"epochs":1,"step":0,"rank":0,"world":1,"files":[{"name":"char.npy","tokens":9999,"checksum":"CRC"}]}
END
    sed 's/"checksum":"[0-9a-f]\{8\}"/"checksum":"CRC"/' line >line2
    compare exp2 line2 || {
        fail_ '--header'
        cat line >&9
    }
done

# With everything that is not as by default.
ngram-batch -m sequential --documents=whole --eod=5 --pad=6 -b 5 -s 3 \
    --fields=mask,lengths,tokens --epochs=2 --rank=1 --world=2 --at=4 --seed=9 \
    --dtype=i4 -f raw --header char.npy t8.npy 2>err >out || fail=1
head -n 1 out | sed 's/"checksum":"[0-9a-f]\{8\}"/"checksum":"CRC"/g' >line
cat >exp2 <<'END'
{"format":"raw","dtype":"<i4","shape":[3,4],"fields":["mask","lengths","tokens"],"shapes":[[3,4],[3],[3,4]],"documents":"whole","eod":5,"pad":6,"mode":"sequential","rng":"native","reverse":false,"seed":9,"epochs":2,"step":4,"rank":1,"world":2,"files":[{"name":"char.npy","tokens":9999,"checksum":"CRC"},{"name":"t8.npy","tokens":9999,"checksum":"CRC"}]}
END
compare exp2 line || fail_ '--header, all of it'
# The record has as many bytes as the shapes say.
[ $((($(wc -c <out) - $(head -n 1 out | wc -c)) % ((12 + 3 + 12) * 4))) = 0 ] \
    || fail_ '--header: shapes'
# A file that differs in any sampled token has another checksum; a copy the same.
ngram-batch --header -f raw --steps=1 char.npy | head -n 1 \
    | sed 's/.*checksum//' >sum1
ngram-batch --header -f raw --steps=1 --dtype=u2 t8.npy | head -n 1 \
    | sed 's/.*checksum//' >sum2
compare sum1 sum2 || fail_ 'checksums of the same tokens differ'
{ head -c 130 char.npy; printf '\001\000'; tail -c +133 char.npy; } >other.npy
ngram-batch --header -f raw --steps=1 other.npy | head -n 1 \
    | sed 's/.*checksum//' >sum2
cmp -s sum1 sum2 && fail_ 'checksums of other tokens are the same'
# Names that JSON must escape.
cp char.npy 'a"b\c	d.npy'
ngram-batch --header -f raw --steps=1 'a"b\c	d.npy' | head -n 1 >line
grep -qF '{"name":"a\u0022b\u005cc\u0009d.npy",' line || fail_ '--header: names'

# ------------------------------------------------------- rows that are long

# They are written from where they are; the same bytes come out as where each is
# converted, also across files, from a pipe, and read from the end.
for a in '' --reverse '-m sequential' '--epochs=3 --at=2'; do
    # shellcheck disable=SC2086 # Words, or none.
    for shards in char.npy 'char.npy char.npy char.npy' 'char.npy t8.npy'; do
        ngram-batch -f raw -b 3 -s 1500 --dtype=u2 --seed=2 $a $shards >out \
            || fail_ "long rows: $a $shards"
        ngram-batch -f raw -b 3 -s 1500 --dtype=i4 --seed=2 $a $shards \
            | od -An -v -tu4 | tr -s ' ' '\n' | sed '/^$/d' >want
        od -An -v -tu2 out | tr -s ' ' '\n' | sed '/^$/d' >got
        compare want got || fail_ "long rows: $a $shards"
        ngram-batch -f raw -b 3 -s 1500 --dtype=u2 --seed=2 $a $shards \
            | cat >out2
        compare out out2 || fail_ "long rows through a pipe: $a $shards"
    done
done
ngram-batch -f raw -b 3 -s 1500 --vocab=char.vocab char.npy >out || fail=1
ngram-batch -f raw -b 3 -s 1500 char.npy >want
compare want out || fail_ 'long rows, --vocab'
(ngram-batch -f raw -b 3 -s 1500 --epochs=0 char.npy 2>err; echo $? >status) \
    >/dev/full
[ "$(cat status)" = 2 ] && grep -q 'write error' err || fail_ 'long rows: full'
if [ "$NG_SANITIZE" != yes ]; then
    cp char.npy shrinking.npy
    mkfifo fifo
    { sleep 1; cat >/dev/null; } <fifo &
    {
        ngram-batch -f raw -b 3 -s 1500 --epochs=0 shrinking.npy >fifo 2>err
        echo $? >status
    } &
    pid=$!
    sleep 0.3
    : >shrinking.npy
    wait $pid
    [ "$(cat status)" = 2 ] && grep -q 'shrinking.npy' err \
        || fail_ "long rows of a file that shrinks: $(cat err)"
fi

Exit $fail
