#!/bin/sh
# ngram-batch: any step at once, states, resuming, ranks, reversal; and files
# that are huge or shrink.
. "${srcdir=.}/tests/init.sh"

ngram-tokenize "$data/timemachine.txt" \
    | ngram-tokenize -t char --write-vocab=char.vocab -o char.npy \
    || framework_failure_ 'no char.npy'

# header N: the header of an .npy file of N ids.
header ()
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' \
        "{'descr': '<u2', 'fortran_order': False, 'shape': ($1,), }"
}

batch ()
{
    ngram-batch -f raw -b 4 -s 25 --seed=7 "$@" char.npy
}
record=$((4 * 26 * 2))

# bad PATTERN ARGUMENT...: status 2 and a message.
bad ()
{
    pattern=$1
    shift
    returns_ 2 ngram-batch "$@" >out 2>err || fail=1
    grep -q "^ngram-batch: .*$pattern" err || {
        fail_ "the message does not match '$pattern':"
        cat err >&9
    }
}

# --------------------------------------------------------------- --at, --steps

for mode in random sequential uniform; do
    batch -m $mode --epochs=3 >all || fail=1
    n=$(($(wc -c <all) / record))
    for at in 0 1 5 1699 1700 1701 3500 $((n - 1)); do
        batch -m $mode --epochs=3 --at=$at >out || fail=1
        tail -c +$((at * record + 1)) all >exp
        compare exp out || fail_ "$mode --at=$at"
        batch -m $mode --epochs=3 --at=$at --steps=2 >out || fail=1
        head -c $((2 * record)) exp >exp2
        compare exp2 out || fail_ "$mode --at=$at --steps=2"
    done
    bad "no step $n" -b 4 -s 25 --seed=7 -m $mode --epochs=3 --at=$n char.npy
    bad "no step 99999999.*the run has $n steps" \
        -b 4 -s 25 --seed=7 -m $mode --epochs=3 --at=99999999 char.npy
done
batch --rng=python --epochs=3 >all
batch --rng=python --epochs=3 --at=2000 >out
tail -c +$((2000 * record + 1)) all >exp
compare exp out || fail_ '--rng=python --at'
# Far away; the test's time limit is the only clock.
batch --epochs=0 --at=1000000000 --steps=1 >out || fail=1
batch --epochs=0 --at=1000000000000 --steps=1 >out2 || fail=1
cmp -s out out2 && fail_ 'far steps are all the same'

# ------------------------------------------------------------------- --reverse

# The same as of the file turned round.
tail -c +129 char.npy | od -An -v -tu2 -w2 | awk '{ id[NR] = $1 }
    END { for (i = NR; i > 0; i--) printf "\\%03o\\000", id[i] }' >escapes
{
    header 170580
    # shellcheck disable=SC2059 # The file is the format.
    printf "$(cat escapes)"
} >reversed.npy
for mode in random sequential; do
    batch -m $mode --reverse >out || fail=1
    ngram-batch -f raw -b 4 -s 25 --seed=7 -m $mode reversed.npy >exp
    compare exp out || fail_ "$mode --reverse"
done

# ------------------------------------------------------------------ the ranks

# Their lines together are those of one, for every number of them.
for mode in random sequential uniform; do
    ngram-batch -m $mode -b 4 -s 25 --epochs=2 char.npy | sed '/^$/d' | sort >exp
    for world in 1 2 3 4 7; do
        rank=0
        while [ $rank -lt $world ]; do
            ngram-batch -m $mode -b 4 -s 25 --epochs=2 --rank=$rank \
                --world=$world char.npy 2>err | sed '/^$/d'
            if [ $mode = sequential ] && [ $world = 7 ] && [ $rank = 0 ]; then
                grep -q 'rank 0 has no rows' err || fail_ 'no word of no rows'
            elif [ -s err ] && [ $world -le 4 ]; then
                fail_ "$mode, rank $rank of $world: $(cat err)"
            fi
            rank=$((rank + 1))
        done | sort >out
        compare exp out || fail_ "$mode, $world ranks"
    done
done
# In sequential mode a rank has its rows through the epoch.
ngram-batch -m sequential -b 4 -s 25 --rank=1 --world=2 char.npy \
    | sed '/^$/d' >out
ngram-batch -m sequential -b 4 -s 25 char.npy | sed '/^$/d' \
    | awk 'NR % 4 == 3 || NR % 4 == 0' >exp
compare exp out || fail_ 'rows 2 and 3 are the second rank'\''s'
# Of many ranks the last is far away, and so is each of its steps; the test's time
# limit is the only clock.
many='--rank=4294967293 --world=4294967294'
for mode in random uniform; do
    # shellcheck disable=SC2086 # Words.
    ngram-batch -m $mode -b 4 -s 25 --epochs=0 $many --steps=3 char.npy >out \
        || fail=1
    for at in 0 1 2; do
        ngram-batch -m $mode -b 4 -s 25 --epochs=0 --steps=1 \
            --at=$((4294967293 + at * 4294967294)) char.npy || fail=1
    done >exp
    compare exp out || fail_ "$mode: a rank among many"
    # shellcheck disable=SC2086 # Words.
    ngram-batch -m $mode -b 4 -s 25 --epochs=1000000000 $many char.npy >all \
        || fail=1
    # shellcheck disable=SC2086 # Words.
    bad "the run has $(grep -c '^$' all) steps" -m $mode -b 4 -s 25 \
        --epochs=1000000000 $many --at=99999999 char.npy
done
# A rank without rows is none the poorer for a step that others serve.
for at in 0 1; do
    ngram-batch -m sequential -b 4 -s 25 --at=$at --rank=0 --world=7 char.npy \
        >out 2>err || fail_ "a rank without rows: --at=$at"
    [ "$(cat out err)" = "ngram-batch: rank 0 has no rows: there are more ranks \
than rows" ] || fail_ "a rank without rows: --at=$at: $(cat out err)"
done
bad 'no step 999999' -m sequential -b 4 -s 25 --at=999999 --rank=0 --world=7 \
    char.npy
# The numbers of steps and of epochs end, and do not start again.
last='--epochs=0 --at=18446744073709551614'
for how in '' '-m uniform' '-m sequential' '--documents=whole --eod=1'; do
    # shellcheck disable=SC2086 # Words.
    ngram-batch $how -b 1 -s 500 $last --steps=1 -f jsonl char.npy >out \
        || fail=1
    [ "$(cut -c 1-29 out)" = '{"step":18446744073709551614,' ] \
        || fail_ "$how: the last step: $(cut -c 1-29 out)"
    # shellcheck disable=SC2086 # Words.
    bad 'step 18446744073709551615 is too far' $how -b 1 -s 500 $last \
        --steps=2 char.npy
done
ngram-batch -b 1 -s 170579 --epochs=0 --offset=0 --rank=1 --world=2 -f jsonl \
    --at=9223372036854775806 --steps=1 char.npy >out || fail=1
grep -q '"epoch":18446744073709551613,' out || fail_ 'the last epoch but one'
bad 'step 18446744073709551615 is too far' -b 1 -s 500 --epochs=0 \
    --at=18446744073709551615 char.npy
bad 'step 9223372036854775808 is too far' -b 1 -s 170579 --epochs=0 --offset=0 \
    --rank=1 --world=2 --at=9223372036854775807 char.npy
bad 'step 18446744073709551614 is too far' -b 1 -s 100000 --epochs=0 \
    --at=18446744073709551614 char.npy
bad 'step 18446744073709551615 is too far' --mix=char.npy:1 --epochs=0 \
    --rank=1 --world=2 --at=18446744073709551615

bad '--rank must be below --world' --rank=2 --world=2 char.npy
bad '--rank must be below --world' --rank=1 char.npy

# -------------------------------------------------------- --state and --resume

batch --epochs=2 >all
for rng in native python; do
    for mode in random sequential uniform; do
        [ $rng$mode = pythonuniform ] && continue
        batch -m $mode --rng=$rng --epochs=2 >all
        batch -m $mode --rng=$rng --epochs=2 --steps=1000 --state=state >out1 \
            || fail=1
        grep -q '^step 1000$' state || fail_ 'the state does not say step 1000'
        ngram-batch -f raw --epochs=2 --resume=state --steps=1100 \
            --state=state char.npy >out2 || fail_ 'resume'
        ngram-batch -f raw --epochs=2 --resume=state --state=state char.npy \
            >out3 || fail_ 'resume'
        cat out1 out2 out3 >out
        compare all out || fail_ "$rng $mode: what was resumed is not the same"
        # All served: nothing comes any more.
        ngram-batch -f raw --epochs=2 --resume=state char.npy >out || fail=1
        [ -s out ] && fail_ "$rng $mode: more than all"
        # Where the trainer was may be some steps before.
        ngram-batch -f raw --epochs=2 --resume=state --at=2100 --steps=3 \
            char.npy >out || fail=1
        tail -c +$((2100 * record + 1)) all | head -c $((3 * record)) >exp
        compare exp out || fail_ "$rng $mode: --resume --at"
    done
done

# Killed at any point, the next run goes on without a gap.
batch --epochs=0 --steps=200000 >all
for round in 1 2 3 4 5; do
    rm -f state fifo
    mkfifo fifo
    # The pipe may have a name, too.
    case $round in
        4) out=fifo ;;
        5) out=/dev/stdout ;;
        *) out=- ;;
    esac
    # Not by way of batch: the kill is to meet the utility, not a shell.
    if [ $out = fifo ]; then
        ngram-batch -f raw -b 4 -s 25 --seed=7 --epochs=0 --state=state \
            -o fifo char.npy &
    else
        ngram-batch -f raw -b 4 -s 25 --seed=7 --epochs=0 --state=state \
            -o $out char.npy >fifo &
    fi
    pid=$!
    # Read some, wait until the pipe is full, and kill.
    { head -c $((round * 7777)) >/dev/null; sleep 1; kill -KILL $pid; } <fifo
    wait $pid 2>/dev/null
    step=$(sed -n 's/^step //p' state)
    [ -n "$step" ] && [ "$step" -gt 0 ] || fail_ "no state after a kill"
    # What the state says was sent: that and a full pipe, 64 KiB.
    [ $((step * record)) -ge $((round * 7777 - record)) ] \
        || fail_ "the state lags: step $step"
    ngram-batch -f raw --epochs=0 --resume=state --steps=100 char.npy >out
    tail -c +$((step * record + 1)) all | head -c $((100 * record)) >exp
    compare exp out || fail_ 'killed and resumed'
done

# What a named file has is there only when it is whole, and so is its state.
ngram-batch -f raw -b 4 -s 25 --epochs=0 --state=early -o whole char.npy &
pid=$!
sleep 0.5
kill -KILL $pid
wait $pid 2>/dev/null
[ -e early ] && fail_ 'a state of a file that is not there'

# Other sizes: each piece once.  Starts of rows are found by the positions that
# a file of rising numbers has.
{
    header 20000
    awk 'BEGIN { for (i = 0; i < 20000; i++)
        printf "\\%03o\\%03o", i % 256, int (i / 256) }' >escapes
    # shellcheck disable=SC2059 # The file is the format.
    printf "$(cat escapes)"
} >rising.npy
firsts ()
{
    sed '/^$/d; s/	.*//' | tr ' ' '\n'
}
ngram-batch -b 8 -s 24 --steps=30 --state=s1 rising.npy | firsts >got
# Two ranks of another size, both from the one state.
for rank in 0 1; do
    ngram-batch -b 5 -s 24 --rank=$rank --world=2 --resume=s1 --steps=20 \
        --state=s2.$rank rising.npy | firsts >>got
done
# Then shorter pieces, one trainer.
ngram-batch -b 3 -s 8 --rank=0 --world=1 --resume=s2.1 --state=s3 rising.npy \
    | firsts >>got
sort got | uniq -d >twice
[ -s twice ] && fail_ "$(grep -c . twice) tokens were served twice"
# Left out: the offset, the last piece, the last batch.
[ "$(grep -c . got)" -ge $((20000 - 24 - 24 - 3 * 8)) ] \
    || fail_ "only $(grep -c . got) tokens were served"

# Nothing but the number of trainers changes.
ngram-batch -b 8 -s 24 --steps=30 rising.npy | firsts >got
for rank in 0 1 2; do
    ngram-batch --rank=$rank --world=3 --resume=s1 rising.npy | firsts >>got
done
ngram-batch -b 8 -s 24 rising.npy | firsts | sort >exp
sort got >out
compare exp out || fail_ 'another world: not each row once'

# Accounts of the rest of an epoch: what came before is elsewhere, whether the
# pieces are cut or not.
for sizes in '-b 3' '-b 3 -s 8' '-b 8 -s 12'; do
    # shellcheck disable=SC2086 # Words.
    ngram-batch -v $sizes --resume=s1 rising.npy 2>err | firsts >out
    grep -q "read 20000 = served $(grep -c . out) .* elsewhere 5760;" err \
        || fail_ "accounts of what was resumed with $sizes: $(cat err)"
done

# A run that began in the middle, with other sizes, is itself resumed.
ngram-batch -b 5 -s 24 --resume=s1 --epochs=2 rising.npy >exp || fail=1
ngram-batch -b 5 -s 24 --resume=s1 --steps=7 --state=s5 rising.npy >one || fail=1
ngram-batch --resume=s5 --steps=90 --state=s5 --epochs=2 rising.npy >two || fail=1
ngram-batch --resume=s5 --epochs=2 rising.npy >three || fail=1
cat one two three >out
compare exp out || fail_ 'what was resumed with other sizes, resumed'

bad 's5: step 29 is before this state.s run, which began at 30' --at=29 \
    --resume=s5 rising.npy
bad 's1: .*--seed is another' --seed=5 --resume=s1 rising.npy
bad 's1: .*--mode is another' --mode=uniform --resume=s1 rising.npy
bad 's1: .*another corpus' --resume=s1 char.npy
# As long, but with another first token.
{ head -c 128 rising.npy; printf '\001\000'; tail -c +131 rising.npy; } >like.npy
bad 's1: .*another corpus, of 20000 .* this one has 20000' --resume=s1 like.npy
bad 'pieces of 24' --resume=s1 -s 25 rising.npy
sed '/^step/d' s1 >s4
bad "s4:11: .*line 'step' is missing or wrong" --resume=s4 rising.npy
sed 's/^checksum .*/checksum 0x123456/' s1 >s4
bad "s4:.*line 'checksum' is missing or wrong" --resume=s4 rising.npy
head -n 15 s1 >s4
bad 's4:15: not a usable state file' --resume=s4 rising.npy
bad 'rising.npy:1: not a usable state file' --resume=rising.npy rising.npy
{ cat s1; printf '\0more\n'; } >s4
bad "s4:[0-9]*: not a usable state file: its line 'end'" --resume=s4 rising.npy
bad 'nowhere: No such file' --resume=nowhere rising.npy
# A state that cannot be written is an error, before anything is served, and
# leaves nothing.
mkdir folder
for name in none/state folder /dev/full; do
    bad "$name: " -f raw --state=$name rising.npy
    [ -s out ] && fail_ "$name: $(wc -c <out) bytes were served"
    bad "$name: " -f npy --header --state=$name rising.npy
    [ -s out ] && fail_ "$name: $(wc -c <out) bytes were served"
    bad "$name: " --state=$name -o served rising.npy
    [ -e served ] && fail_ "$name: a file of batches"
done
# So is one that is another file of the run, by whatever name; no file changes.
mkdir same
cp rising.npy same/in.npy
ngram-batch --output-format=megatron -o same/in.bin rising.npy || fail=1
ln same/in.npy same/link.npy
ln -s in.npy same/symbolic.npy
cp char.vocab same/v
cksum same/* >sums
refused ()
{
    what=$1
    shift
    bad "--state: .* is $what: the state needs a file" -b 8 -s 24 "$@"
    [ -s out ] && fail_ "$*: $(wc -c <out) bytes were served"
}
refused 'the output' --state=same/x -o same/x rising.npy
refused 'the output' --state=same/x -o same/../same/x rising.npy
refused 'the output' --state=here -o ./here rising.npy
for name in in link symbolic; do
    refused 'an input' --state=same/$name.npy same/in.npy
    refused 'an input' --state=same/$name.npy rising.npy ./same/in.npy
    refused 'an input' --state=same/$name.npy --mix=rising.npy:1,same/in.npy:1
    refused 'an input' --state=same/$name.npy <same/in.npy
    refused 'an input' --state=same/$name.npy - <same/in.npy
done
refused 'an input' --state=same/in.idx same/in.bin
refused 'the vocabulary' --state=same/v --vocab=same/v rising.npy
refused 'standard output' --state=- rising.npy
refused 'standard output' --state=- -o same/x rising.npy
refused 'standard output' --state=/dev/stdout rising.npy
refused 'standard output' --state=out rising.npy
refused 'standard output' --state=/dev/stdout --resume=s1 rising.npy
cksum same/* | diff sums - >&9 || fail_ 'a state that is refused changes a file'
# A name is not taken if the folder is another, nor is the device of nothing.
ngram-batch -b 8 -s 24 --steps=1 --state=in.npy -o same/x same/in.npy || fail=1
ngram-batch -b 8 -s 24 --steps=1 --state=/dev/null rising.npy >/dev/null \
    || fail=1
rm -r same

# A state that stands there stays as it was where no batch is served.
cp s1 kept
bad 'no step' -b 8 -s 24 --at=999999 --state=kept rising.npy
bad 'folder: ' --state=kept -o folder rising.npy
compare s1 kept || fail=1
ngram-batch --steps=1 --state=folder/new -o folder/new.txt rising.npy || fail=1
[ "$(echo folder/*)" = 'folder/new folder/new.txt' ] \
    || fail_ "a state leaves other files: $(echo folder/*)"

# ------------------------------------------------------------------- progress

# progress OPTION...: what a terminal sees of a run that is more than a second old.
progress ()
{
    script -qec "ngram-batch -f raw -b 4 -s 24 $* rising.npy \
        | { sleep 2; head -c 1000000 >/dev/null; }" typescript >/dev/null
    grep -q 'MB/s' typescript || fail_ "$*: no progress line"
}

# share OPTION...: a progress line that has the share done and the time left.
share ()
{
    progress "$@"
    grep -q ' %.* s left' typescript || fail_ "$*: without the share done"
}

# The share done, but not of epochs whose 20000 tokens each are more than 2^64 in
# sum: 208,384 more here.
if script -qec true /dev/null >/dev/null 2>&1; then
    share --epochs=1000000
    share --epochs=0 --steps=10000000
    share --epochs=1000000 --rank=1 --world=2 --at=1000
    progress --epochs=922337203685488
    grep ' %' typescript && fail_ 'the share done of a wrong sum'
    progress --epochs=0
    grep ' %' typescript && fail_ 'the share done of a run without end'
fi

# ---------------------------------------------------- huge and shrinking files

# 100 GB that take no room: the first batch comes, within 64 MiB of memory
# besides what is mapped.  (Valgrind would take hours to map it.)
header 50000000000 >huge.npy
if [ "${NG_VALGRIND-no}" = no ] \
    && truncate -s 100000000128 huge.npy 2>/dev/null; then
    for mode in random sequential uniform; do
        (
            # shellcheck disable=SC3045 # Where there is none it is no limit.
            [ "$NG_SANITIZE" = yes ] || ulimit -d 65536
            timeout 60 ngram-batch -m $mode -f raw --epochs=0 --at=1000000000 \
                --steps=100 huge.npy
        ) >out || fail_ "$mode: 100 GB"
        [ "$(wc -c <out)" = $((100 * 32 * 36 * 2)) ] || fail_ '100 GB: size'
    done
fi
rm -f huge.npy

# A file that shrinks while it is read is named.
if [ "$NG_SANITIZE" != yes ]; then
    cp char.npy shrinking.npy
    { sleep 1; cat >/dev/null; } <fifo &
    { ngram-batch -f raw --epochs=0 shrinking.npy >fifo 2>err; echo $? >status; } &
    pid=$!
    until grep -q . /proc/$pid/stat 2>/dev/null; do :; done
    : >shrinking.npy
    wait $pid
    [ "$(cat status)" = 2 ] || fail_ "a file that shrinks: $(cat status)"
    grep -q 'shrinking.npy' err || fail_ "a file that shrinks: $(cat err)"
fi

Exit $fail
