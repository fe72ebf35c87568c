#!/bin/sh
# ngram-batch: documents whole, packed and by length; fields; accounts.
. "${srcdir=.}/tests/init.sh"

ngram-tokenize --document=blank --eos --max-tokens=12000 \
    --write-vocab=book.vocab -o book.npy \
    "$data/timemachine.txt" || framework_failure_ 'no book.npy'
eod=$(awk '$0 == "</s>" { print NR - 1 }' book.vocab)
[ -n "$eod" ] || framework_failure_ 'no end of documents'
every=tokens,positions,documents,mask,lengths

# ids FILE: its ids, one a line.
ids ()
{
    tail -c +129 "$1" | od -An -v -tu2 -w2 | tr -d ' '
}
ids book.npy >book.ids

# npy N: an .npy file of the N ids, one a line, of standard input.
npy ()
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' \
        "{'descr': '<u2', 'fortran_order': False, 'shape': ($1,), }"
    awk '{ printf "\\%03o\\%03o", $1 % 256, int ($1 / 256) }' >escapes
    # shellcheck disable=SC2059 # The file is the format.
    printf "$(cat escapes)"
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

# ---------------------------------------------------- a small one, by hand

printf '%s\n' 5 6 7 1 8 9 1 1 4 2 3 4 5 6 1 8 >small.ids
npy 16 <small.ids >small.npy
ngram-batch -m sequential --documents=whole --eod=1 --pad=0 -b 1 -s 4 \
    --fields=$every small.npy >out || fail=1
cat >exp <<'END'
5 6 7 1	6 7 1 0	0 1 2 3	1 1 1 1	1 1 1 0	3

8 9 1 0	9 1 0 0	0 1 2 0	1 1 1 0	1 1 0 0	2

4 2 3 4	2 3 4 5	0 1 2 3	1 1 1 1	1 1 1 1	4

5 6 1 0	6 1 0 0	0 1 2 0	1 1 1 0	1 1 0 0	2

END
compare exp out || fail_ 'whole, by hand'
ngram-batch -v --documents=pack --eod=1 -b 1 -s 7 -f jsonl --fields=$every \
    small.npy >out 2>err || fail=1
sed 's/"step":[01]/"step":k/' out | sort >got
sort >exp <<'END'
{"step":k,"epoch":0,"tokens":[[4,2,3,4,5,6,1,1]],"positions":[[0,1,2,3,4,5,6,0]],"documents":[[1,1,1,1,1,1,1,0]],"mask":[[0,1,1,1,1,1,1,0]],"lengths":[6]}
{"step":k,"epoch":0,"tokens":[[5,6,7,1,8,9,1,1]],"positions":[[0,1,2,3,0,1,2,0]],"documents":[[1,1,1,1,2,2,2,0]],"mask":[[0,1,1,1,0,1,1,0]],"lengths":[6]}
END
compare exp got || fail_ 'pack, by hand'
echo 'ngram-batch: tokens read 16 = served 14 + offset 0 + cut 0 + alone 2 + left out 0 + elsewhere 0; padding 2' >exp
compare exp err || fail_ 'the accounts, by hand'
ngram-batch -v --documents=sentence --eod=1 --pad=9 -b 3 -s 4 \
    --fields=tokens,lengths small.npy >out 2>err || fail=1
cat >exp <<'END'
4 2 3 4	2 3 4 5	4
5 6 7 1	6 7 1 9	3
8 9 1 9	9 1 9 9	2

END
compare exp out || fail_ 'sentence, by hand'
echo 'ngram-batch: tokens read 16 = served 12 + offset 0 + cut 2 + alone 2 + left out 0 + elsewhere 0; padding 3' >exp
compare exp err || fail_ 'the accounts of sentences, by hand'

# --------------------------------------- all rows of the book, the slow way

# whole T PAD: the rows with all fields, as text.
whole ()
{
    awk -v t="$1" -v pad="$2" -v eod="$eod" -v kind="${3-whole}" '
        function row(first, last,   i, x, y, p, d, m, on) {
            for (i = 0; i < t; i++) {
                on = first + i <= last
                x = x (i ? " " : "") (on ? id[first + i] : pad)
                p = p (i ? " " : "") (on ? i : 0)
                d = d (i ? " " : "") (on ? 1 : 0)
                on = first + i + 1 <= last
                y = y (i ? " " : "") (on ? id[first + i + 1] : pad)
                m = m (i ? " " : "") (on ? 1 : 0)
            }
            print x "\t" y "\t" p "\t" d "\t" m "\t" last - first
        }
        function document(from, to,   i) {
            for (i = from; i < to; i += t) {
                row(i, i + t < to ? i + t : to)
                if (kind == "sentence")
                    return
            }
        }
        { id[NR] = $1 }
        $1 == eod { document(start + 1, NR); start = NR }
        END { if (start < NR) document(start + 1, NR) }' book.ids
}

for steps in 1 7 30 500; do
    whole $steps 0 >rows
    sort rows >exp
    ngram-batch --documents=whole --vocab=book.vocab --eod='</s>' --pad=0 \
        -b 1 -s $steps --fields=$every book.npy | sed '/^$/d' >out || fail=1
    sort out >got
    compare exp got || fail_ "whole, $steps steps"
    cmp -s rows out && fail_ "whole, $steps steps: not shuffled"
    ngram-batch -m sequential --documents=whole --eod="$eod" --pad=0 -b 1 \
        -s $steps --fields=$every book.npy | sed '/^$/d' >out || fail=1
    compare rows out || fail_ "whole in sequence, $steps steps"
    whole $steps 0 sentence | sort >exp2
    ngram-batch --documents=sentence --eod="$eod" --pad=0 -b 1 -s $steps \
        --fields=$every book.npy | sed '/^$/d' | sort >got || fail=1
    compare exp2 got || fail_ "sentence, $steps steps"
    # Packed rows, taken apart again, are the same pieces.
    ngram-batch --documents=pack --eod="$eod" --pad=0 -b 1 -s $steps -f jsonl \
        --fields=tokens,documents book.npy | awk '
        {
            split ($0, part, /\[\[|\]\]/)
            n = split (part[2], token, ",")
            split (part[4], document, ",")
            piece = ""
            for (i = 1; i <= n; i++) {
                if (i > 1 && document[i] != document[i - 1]) {
                    print piece
                    piece = ""
                }
                if (document[i] == 0) break
                piece = piece " " token[i]
            }
            if (piece != "") print piece
        }' | sort >got
    # The features, and the label of the last.
    awk -F '\t' '{
        split ($1, x, " "); split ($2, y, " ")
        piece = ""
        for (i = 1; i <= $6; i++) piece = piece " " x[i]
        print piece " " y[$6] }' rows | sort >exp
    compare exp got || fail_ "pack, $steps steps"
done

# ------------------------------------------------------ every format the same

for kind in whole pack sentence; do
    batch="ngram-batch --documents=$kind --eod=$eod -b 3 -s 12 --seed=4"
    for fields in $every mask,tokens lengths documents,lengths,positions; do
        $batch --fields="$fields" -f jsonl book.npy >out.jsonl || fail=1
        # raw: each field as JSON has it.
        sed 's/"step":[0-9]*//; s/"epoch":[0-9]*//' out.jsonl | tr -cs '0-9' '\n' \
            | sed '/^$/d' >exp
        for dtype in u2 i8; do
            $batch --fields="$fields" -f raw --dtype=$dtype book.npy \
                | od -An -v -tu"${dtype#?}" | tr -s ' ' '\n' | sed '/^$/d' >got
            compare exp got || fail_ "$kind, $fields: raw, $dtype"
        done
        # npy: as text, but field by field.  The rows of a batch are turned.
        $batch --fields="$fields" book.npy >text
        awk -F '\t' '
            NF == 0 {
                for (f = 1; f <= nf; f++) {
                    for (i = 1; i <= n; i++) print cell[i, f]
                }
                n = 0
                next
            }
            { n++; nf = NF; for (f = 1; f <= NF; f++) cell[n, f] = $f }' text \
            | tr ' ' '\n' >exp
        # Headers of 128 bytes; arrays of 3 x 12 or, the lengths, 3.
        $batch --fields="$fields" -f npy book.npy >out.npy
        sizes=
        for field in $(echo "$fields" | tr ',' ' '); do
            case $field in
            tokens) sizes="$sizes 72 72" ;;
            lengths) sizes="$sizes 6" ;;
            *) sizes="$sizes 72" ;;
            esac
        done
        od -An -v -tu1 -w1 out.npy | awk -v sizes="$sizes" '
            BEGIN { n = split (sizes, size); f = 1 }
            {
                at++
                if (at > 128) {
                    if (at % 2) low = $1
                    else print low + 256 * $1
                }
                if (at == 128 + size[f]) { at = 0; f = f % n + 1 }
            }' >got
        compare exp got || fail_ "$kind, $fields: npy"
        case $fields in *lengths)
            grep -aq "'shape': (3,)" out.npy || fail_ "$kind, $fields: lengths" ;;
        esac
        # text is what jsonl has of features and labels.
        [ "$fields" = $every ] && awk '
            {
                split ($0, part, /":\[+|\]+,"/)
                for (f = 1; f <= 5; f++) {
                    s = part[f == 1 ? 2 : 2 * f]
                    sub (/\]+}?$/, "", s)
                    nr[f] = split (s, r, /\],\[/)
                    for (i = 1; i <= nr[f]; i++) row[f, i] = r[i]
                }
                for (i = 1; i <= nr[1]; i++) {
                    split (row[1, i], x, ",")
                    split (row[2, i], p, ",")
                    split (row[3, i], d, ",")
                    m = split (row[4, i], k, ",")
                    split (row[5, 1], len, ",")
                    a = b = c = e = g = ""
                    for (j = 1; j < m; j++) {
                        s = j > 1 ? " " : ""
                        a = a s x[j]; b = b s x[j + 1]; c = c s p[j]
                        e = e s d[j]; g = g s k[j + 1]
                    }
                    print a "\t" b "\t" c "\t" e "\t" g "\t" len[i]
                }
                print ""
            }' out.jsonl >exp && { compare exp text || fail_ "$kind: text"; }
    done
done

# ------------------------------------------------- fields where rows may cross

ngram-batch -m sequential -b 1 -s 6 --offset=0 --eod=1 -f jsonl --fields=$every \
    small.npy >out || fail=1
cat >exp <<'END'
{"step":0,"epoch":0,"tokens":[[5,6,7,1,8,9,1]],"positions":[[0,1,2,3,0,1,2]],"documents":[[1,1,1,1,2,2,2]],"mask":[[0,1,1,1,0,1,1]],"lengths":[6]}
{"step":1,"epoch":0,"tokens":[[1,1,4,2,3,4,5]],"positions":[[0,0,0,1,2,3,4]],"documents":[[1,2,3,3,3,3,3]],"mask":[[0,0,0,1,1,1,1]],"lengths":[6]}
END
compare exp out || fail_ 'cross with --eod'
ngram-batch -m sequential -b 1 -s 6 --offset=0 --steps=1 --fields=positions,mask \
    small.npy >out || fail=1
printf '0 1 2 3 4 5\t1 1 1 1 1 1\n\n' >exp
compare exp out || fail_ 'cross without --eod'
ngram-batch -b 2 -s 6 --mix=small.npy:1,book.npy:2 >exp
ngram-batch -b 2 -s 6 --eod=1 --mix=small.npy:1,book.npy:2 \
    --fields=lengths,tokens | sed 's/^6	//' >out || fail=1
compare exp out || fail_ 'fields of a mixture'
# Rows that would be written from where they are.
ngram-batch -f raw -b 1 -s 1000 --fields=tokens,mask --steps=1 book.npy \
    | wc -c >out
[ "$(tr -d ' ' <out)" = 4004 ] || fail_ 'long rows with a field'

# ------------------------------------------------------------------- accounts

# accounts ARGUMENT...: the numbers of the account, in its order.
accounts ()
{
    ngram-batch -v -f raw "$@" 2>&1 >rows.raw | tr -cs '0-9\n' ' '
}
# Random corpora: documents of all lengths, two or more ends in a row.
round=0
while [ $round -lt 12 ]; do
    round=$((round + 1))
    n=$((500 + round * 211))
    awk -v n=$n -v seed=$round 'BEGIN {
        srand (seed)
        mean = 2 + int (rand () * 40)
        for (i = 0; i < n; i++)
            print rand () * mean < 1 ? 1 : 2 + int (rand () * 500) }' >r.ids
    npy $n <r.ids >r.npy
    t=$((1 + round * 3 % 17))
    b=$((1 + round % 5))
    for kind in whole pack sentence; do
        accounts --documents=$kind --eod=1 -b $b -s $t --epochs=3 r.npy >got
        awk -v t=$t -v kind=$kind '
            { n++ }
            $1 == 1 { document(); n = 0 }
            function document() {
                if (n == 1) alone++
                if (n > t + 1 && kind == "sentence") cut += n - t - 1
            }
            END { if (n) document(); print 3 * cut, 3 * alone }' r.ids >want
        read -r total served offset cut alone left elsewhere padding <got
        [ "$total" = $((3 * n)) ] && [ "$offset" = 0 ] && [ "$elsewhere" = 0 ] \
            && [ "$total" = $((served + cut + alone + left)) ] \
            && [ "$cut $alone" = "$(cat want)" ] \
            || fail_ "accounts of $kind, round $round: $(cat got)"
        # Places, less those that are in two rows, are tokens or padding.
        places=$(($(wc -c <rows.raw) / 2))
        twice=$((places - served - padding))
        if [ $kind = sentence ]; then
            [ $twice = 0 ] || fail_ "padding of $kind, round $round"
        else
            [ $twice -ge 0 ] && [ $twice -le $((places / t)) ] \
                || fail_ "padding of $kind, round $round: $twice of $places"
        fi
    done
    # Pieces of the corpus: features are what is served.
    for mode in random sequential; do
        accounts -m $mode -b $b -s $t --epochs=3 r.npy >got
        n_rows=$(($(wc -c <rows.raw) / 2 / (t + 1)))
        read -r total served offset cut alone left elsewhere padding <got
        [ "$total" = $((3 * n)) ] \
            && [ "$served" = $((n_rows * t)) ] \
            && [ "$total" = $((served + offset + left)) ] \
            && [ "$elsewhere $cut $alone $padding" = '0 0 0 0' ] \
            && [ "$left" -le $((3 * (b * t + b + t))) ] \
            || fail_ "accounts of $mode, round $round: $(cat got)"
    done
done
# Ranks, and what is left out of a run, are elsewhere.
accounts --documents=whole --eod="$eod" -b 4 -s 20 book.npy >all
read -r total served offset cut alone left elsewhere padding <all
sum=0
for rank in 0 1 2; do
    accounts --documents=whole --eod="$eod" -b 4 -s 20 --rank=$rank --world=3 \
        book.npy >got
    read -r total2 served2 offset cut alone left2 elsewhere padding <got
    [ "$total2 $left2" = "$total $left" ] \
        && [ $((served2 + elsewhere)) = "$served" ] || fail_ "rank $rank"
    sum=$((sum + served2))
done
[ $sum = "$served" ] || fail_ 'the ranks do not serve what one does'
accounts -b 4 -s 20 --steps=9 --at=3 book.npy >got
read -r total served offset cut alone left elsewhere padding <got
[ "$served" = 720 ] && [ $((served + offset + left + elsewhere)) = "$total" ] \
    || fail_ "accounts of a part: $(cat got)"

# ------------------------------------- any step, ranks, shards, states, resuming

head -n 5000 book.ids | npy 5000 >a.npy
sed -n 5001,5003p book.ids | npy 3 >b.npy
tail -n +5004 book.ids >c.ids
n=$(grep -c . c.ids)
npy "$n" <c.ids >c.npy
ngram-batch --output-format=npy --dtype=i8 -o c8.npy c.npy || fail=1
{ head -c 128 book.npy; printf '\377\001'; tail -c +131 book.npy; } >like.npy
cmp -s book.npy like.npy && framework_failure_ 'like.npy'
for kind in whole pack sentence sequential; do
    how="--documents=$kind"
    [ $kind = sequential ] && how='--documents=whole -m sequential'
    batch="ngram-batch $how --eod=$eod -b 5 -s 18 --seed=3 --fields=$every"
    $batch --epochs=3 book.npy >all || fail=1
    n=$(($(grep -c '^$' all)))
    for at in 0 1 7 $((n / 3)) $((n / 2)) $((n - 1)); do
        $batch --epochs=3 --at=$at --steps=2 book.npy >out || fail=1
        tail -n +$((at * 6 + 1)) all | head -n 12 >exp
        compare exp out || fail_ "$kind: --at=$at"
    done
    # shellcheck disable=SC2086 # Words.
    bad "no step $n" $how --eod="$eod" -b 5 -s 18 --epochs=3 --at=$n book.npy
    # shellcheck disable=SC2086 # Words.
    bad "the run has $n steps" $how --eod="$eod" -b 5 -s 18 --epochs=3 \
        --at=99999999 book.npy
    $batch --epochs=0 --at=1000000000 --steps=1 book.npy >out || fail=1
    [ "$(grep -c . out)" = 5 ] || fail_ "$kind: far away"
    $batch --epochs=3 a.npy b.npy c8.npy >out || fail=1
    compare all out || fail_ "$kind: shards"
    sed '/^$/d' all | sort >exp
    for world in 2 5; do
        rank=0
        while [ $rank -lt $world ]; do
            $batch --epochs=3 --rank=$rank --world=$world book.npy
            rank=$((rank + 1))
        done | sed '/^$/d' | sort >out
        compare exp out || fail_ "$kind: $world ranks"
    done
    $batch --pad=0 --epochs=3 book.npy >all || fail=1
    $batch --pad=0 --epochs=3 --steps=20 --state=s book.npy >one || fail=1
    grep -q "^eod $eod\$" s || fail_ "$kind: no end in the state"
    # Other padding may be asked for; states may say nothing of it.
    $batch --epochs=3 --at=20 book.npy >exp || fail=1
    ngram-batch --fields=$every --epochs=3 --resume=s --pad="$eod" book.npy \
        >out || fail_ "$kind: --resume --pad"
    compare exp out || fail_ "$kind: --resume --pad"
    sed '/^pad /d' s >s3
    ngram-batch --fields=$every --epochs=3 --resume=s3 book.npy >out || fail=1
    compare exp out || fail_ "$kind: a state without padding"
    # Kind, end and padding are taken from the state.
    ngram-batch --fields=$every --epochs=3 --steps=$((n / 2)) --resume=s \
        --state=s book.npy >two || fail_ "$kind: --resume"
    ngram-batch --fields=$every --epochs=3 --resume=s book.npy >three || fail=1
    cat one two three >out
    compare all out || fail_ "$kind: what was resumed is not the same"
    bad 's: --documents is another' --resume=s --documents=cross book.npy
    bad 's: --eod is another' --resume=s --eod=0 book.npy
    bad 's: .*another corpus' --resume=s small.npy
    bad 's: .*another corpus' --resume=s like.npy
    bad 'num-steps=18' --resume=s -s 9 --epochs=3 book.npy
    ngram-batch -b 5 -s 18 --steps=3 --state=s3 book.npy >out || fail=1
    # shellcheck disable=SC2086 # Words.
    bad 's3: --[a-z]* is another' --resume=s3 $how --eod="$eod" book.npy
    bad 's3: --documents is another' --resume=s3 --documents=whole \
        --eod="$eod" book.npy
done
# Another B and another W within an epoch, another T at its end.
for kind in whole pack; do
    one="ngram-batch --documents=$kind --eod=$eod -s 18"
    $one -b 5 --steps=20 --state=s1 book.npy >got || fail=1
    for rank in 0 1; do
        ngram-batch -b 3 --rank=$rank --world=2 --steps=30 --resume=s1 \
            --state=s2.$rank book.npy >>got || fail_ "$kind: other sizes"
    done
    ngram-batch -b 3 --rank=1 --world=2 --resume=s1 --steps=33 book.npy >exp
    ngram-batch -b 3 --rank=1 --world=2 --resume=s1 --steps=11 --state=s4 \
        book.npy >one || fail=1
    ngram-batch --resume=s4 --steps=22 book.npy >two || fail=1
    cat one two >out
    compare exp out || fail_ "$kind: other sizes, resumed once more"
    ngram-batch -b 1 --rank=0 --world=1 --resume=s2.1 --state=s3 book.npy >>got
    $one -b 1 book.npy >exp
    sed '/^$/d' exp | sort >exp2
    sed '/^$/d' got | sort >got2
    compare exp2 got2 || fail_ "$kind: other sizes: not each row once"
    ngram-batch --epochs=2 -s 9 --resume=s3 book.npy >out || fail=1
    ngram-batch --documents=$kind --eod="$eod" -b 1 -s 9 --epochs=2 book.npy \
        | sed '/^$/d' | tail -n "$(grep -c . out)" >exp
    sed '/^$/d' out >out2
    compare exp out2 || fail_ "$kind: another T in the next epoch"
done
ngram-batch --documents=sentence --eod="$eod" -b 5 -s 18 --steps=2 --state=s \
    book.npy >out || fail=1
bad 'batch-size=5' --resume=s -b 4 book.npy

# ------------------------------------------------------------------ bad input

bad 'documents=whole needs --eod' --documents=whole book.npy
for a in --mix=a.npy:1 '--reverse book.npy' '-m uniform book.npy' \
    '--rng=python book.npy' '--offset=0 book.npy' '--offset=3 book.npy'; do
    for kind in whole pack sentence; do
        # shellcheck disable=SC2086 # Words.
        bad 'goes with none of' --documents=$kind --eod=1 $a
    done
done
for kind in pack sentence; do
    bad '--mode=sequential goes with' --documents=$kind --eod=1 -m sequential \
        book.npy
done
bad '--documents' --documents=both book.npy
bad '--pad goes with' --pad=3 book.npy
bad '--eod goes with' --eod=3 book.npy
bad '--eod: x is no number' --documents=whole --eod=x book.npy
bad 'book.vocab: has no token' --documents=whole --eod=zzz --vocab=book.vocab \
    book.npy
bad '--eod: ' --documents=whole --eod= book.npy
bad '--eod: id 999999 is not in the vocabulary' --documents=whole \
    --eod=999999 --vocab=book.vocab book.npy
bad '--eod: 99999999999999999999 is too large' --documents=whole \
    --eod=99999999999999999999 -s 5 book.npy
bad '--pad: id 999999 is not in the vocabulary' --documents=whole --eod=1 \
    --pad=999999 --vocab=book.vocab book.npy
bad '--pad: id 65536 does not fit dtype u2' --documents=whole --eod=1 \
    --pad=65536 book.npy
bad '--fields.*color' --fields=tokens,color book.npy
bad '--fields: mask is there twice' --fields=mask,tokens,mask book.npy
bad '--fields' --fields= book.npy
bad '--fields' --fields=tokens, book.npy
bad 'positions .* do not fit dtype u2' -b 1 -s 65535 --documents=whole \
    --eod=1 --fields=positions book.npy
ngram-batch -b 1 -s 65534 --documents=whole --eod=1 --fields=lengths \
    --steps=1 book.npy >out || fail=1
bad 'book.npy: has 343 rows of 1 document: a batch needs 5000' \
    --documents=whole --eod=60000 -b 5000 book.npy
bad 'the corpus has [0-9]* rows of 1 document: a batch needs 5000' \
    --documents=whole --eod=60000 -b 5000 book.npy book.npy
printf '1\n1\n1\n' | npy 3 >ends.npy
bad 'ends.npy: has 0 rows of 3 documents' --documents=pack --eod=1 -b 1 ends.npy
npy 0 </dev/null >none.npy
bad 'none.npy: has 0 rows of 0 documents' --documents=whole --eod=1 -b 1 none.npy
: >empty.vocab
bad 'empty.vocab: has no tokens' --vocab=empty.vocab book.npy
head -n 3 book.vocab >small.vocab
returns_ 2 ngram-batch --documents=whole --eod=1 -f raw --vocab=small.vocab \
    book.npy >out 2>err || fail=1
grep -q 'book.npy: token .* not in the vocabulary of 3' err \
    || fail_ "an id beyond the vocabulary: $(cat err)"

# -------------------------------------------------------------------- memory

# 512 MB that take no room, as one document and as rows without end: 32 MiB.
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' \
        "{'descr': '<u2', 'fortran_order': False, 'shape': (268435456,), }"
} >huge.npy
if truncate -s 536871040 huge.npy 2>/dev/null; then
    for kind in whole pack sentence; do
        (
            # shellcheck disable=SC3045 # Where there is none it is no limit.
            [ "$NG_SANITIZE" = yes ] || ulimit -d 32768
            ngram-batch --documents=$kind --eod=1 -f raw -b 1 -s 1024 --steps=1 \
                huge.npy
        ) >out || fail_ "$kind: 512 MB"
        [ "$(wc -c <out)" = 2050 ] || fail_ "$kind: 512 MB: size"
    done
fi
rm -f huge.npy

Exit $fail
