#!/bin/sh
# ngram-merge: sums of parts are the counts of the whole, in both forms and
# whatever memory there is; what it reads is checked.
. "${srcdir=.}/tests/init.sh"

book=$data/timemachine.txt

# same WHAT EXPECTED ACTUAL
same ()
{
    compare "$2" "$3" || fail_ "$1"
}

# refused PATTERN COMMAND...: COMMAND ends with a message that the basic regular
# expression PATTERN matches, prints nothing and leaves no file "result".
refused ()
{
    pattern=$1
    shift
    returns_ 2 "$@" >out 2>err || fail=1
    [ ! -s out ] || fail_ "prints in spite of all: $*"
    head -n 1 err | grep -q -e "^ngram-merge: .*$pattern" || {
        fail_ "no message like '$pattern' of: $*"
        cat err >&9
    }
    [ ! -e result ] || fail_ "leaves a file: $*"
    rm -f result
}

# ------------------------------------------------------- parts and the whole

ngram-count -s -t word "$book" >whole.tsv || fail=1
ngram-count -s -t word -o whole.ngc "$book" || fail=1
# The book in five parts that end with lines.
awk '{ print > ("part" int (5 * NR / 3300) % 5) }' "$book"
for part in part?; do
    ngram-count -s -t word "$part" >"$part.tsv" || fail=1
    ngram-count -s -t word -o "$part.ngc" "$part" || fail=1
    gzip -c "$part.ngc" >"$part.gz" || framework_failure_ 'gzip'
done

ngram-merge part?.tsv >out || fail=1
same 'text to text' whole.tsv out
ngram-merge part?.ngc >out || fail=1
same '.ngc to text' whole.tsv out
ngram-merge -o out.ngc part?.ngc || fail=1
same '.ngc to .ngc' whole.ngc out.ngc
ngram-merge part?.gz >out || fail=1
same 'compressed .ngc' whole.tsv out
ngram-merge part0.tsv part3.gz part1.ngc - part4.tsv <part2.ngc >out || fail=1
same 'both forms' whole.tsv out
cat part2.tsv part0.tsv part1.tsv part4.tsv | ngram-merge part3.ngc - >out \
    || fail=1
same 'text end to end' whole.tsv out
sort -R part?.tsv 2>/dev/null >mixed || sort part?.tsv >mixed
ngram-merge <mixed >out || fail=1
same 'lines in any order' whole.tsv out

# Any grouping, any order; a sum may replace what it is the sum of.
ngram-merge -o a.ngc part3.ngc part1.ngc || fail=1
ngram-merge -o b.ngc part4.ngc part0.ngc part2.ngc || fail=1
ngram-merge -o a.ngc b.ngc a.ngc || fail=1
same 'sums of sums' whole.ngc a.ngc
ngram-merge -o out.ngc whole.ngc || fail=1
same 'one file' whole.ngc out.ngc
ngram-merge -f ngc part?.ngc | cat >out.ngc || fail=1
same 'to a pipe' whole.ngc out.ngc
ngram-merge -f ngc part?.ngc >out.ngc || fail=1
same 'to standard output' whole.ngc out.ngc
ngram-merge -f text -o out.ngc part?.ngc || fail=1
same '-f text wins over the name' whole.tsv out.ngc

# As much memory as the least, and a thousand files.
awk '{ for (i = 0; i < 40; i++) print i, $0 }' "$book" >long
ngram-count -t space long >long.tsv || fail=1
ngram-merge -S 16M long.tsv >out || fail=1
same '-S 16M' long.tsv out
rm -f long long.tsv
i=0
: >lines
while [ $i -lt 1000 ]; do
    i=$((i + 1))
    printf 'a x%d\t%d\na\t2\nx%d\t%d\n' $((i % 90)) $i $((i % 90)) $i >f$i.tsv
    cat f$i.tsv >>lines
done
for i in 1 2 3 5 7 11 13; do
    ngram-merge -o f$i.ngc f$i.tsv && rm f$i.tsv || fail=1
done
ngram-merge lines >exp || fail=1
# shellcheck disable=SC3045 # dash and bash have it.
(ulimit -n 60 && ngram-merge f*.tsv f*.ngc) >out || fail=1
same 'a thousand files' exp out
for i in 1 2 3 4 5; do
    for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        set -- "$@" "part$((i - 1)).ngc" "f$((j % 13 / 12 + 1)).ngc"
    done
done
ngram-count -o f1.ngc -s part0 && ngram-count -o f2.ngc -s part1
# shellcheck disable=SC3045 # dash and bash have it.
(ulimit -n 60 && ngram-merge --stats "$@") >out || fail=1
[ "$(sed -n '$=' out)" = 5 ] || fail_ 'two hundred binary files'
rm -f f*.tsv f*.ngc

# ----------------------------------------------------------- output options

ngram-count -s -t word -n 2-3 --top=20 --min-count=4 "$book" >exp || fail=1
ngram-merge -n 2-3 --top=20 --min-count=4 part?.ngc >out || fail=1
same '-n --top --min-count' exp out
# Of the sums, not of the parts.
ngram-count -s -t word --min-count=3 -o exp.ngc "$book" || fail=1
ngram-merge --min-count=3 -o out.ngc part?.ngc || fail=1
same '--min-count, .ngc' exp.ngc out.ngc
for sort in count text none; do
    ngram-merge --sort=$sort --top=9 part?.tsv >exp || fail=1
    ngram-merge --sort=$sort --top=9 -o out.ngc part?.ngc || fail=1
    ngram-merge --sort=$sort out.ngc >out || fail=1
    same "--sort=$sort --top=9, .ngc" exp out
done
for sort in text none; do
    ngram-count -s -t word --sort=$sort "$book" >exp || fail=1
    ngram-merge --sort=$sort part?.tsv >out || fail=1
    same "--sort=$sort" exp out
done
ngram-count -s -t word --laplace=1,2,.5 "$book" >exp || fail=1
ngram-merge --laplace=1,2,.5 part?.tsv >out || fail=1
same '--laplace' exp out
ngram-count -s -t word --stats "$book" >exp || fail=1
ngram-merge --stats part?.ngc >out || fail=1
same '--stats' exp out

# ------------------------------------------------------------------ refused

cut=t.ngc
ngram-merge --top=3 -o $cut whole.ngc || fail=1
ngram-count -t word -o running.ngc "$book" || fail=1
refused 'running.ngc: .*running text.*whole.ngc.*sentences' \
    ngram-merge -o result whole.ngc running.ngc
refused 'whole.ngc: .*sentences.*running.ngc' ngram-merge running.ngc whole.ngc
refused "$cut: .*left out" ngram-merge --laplace $cut
refused 'order 5' ngram-merge -n 5 whole.ngc
printf 'a b\t1\n' >pairs
refused 'order 1' ngram-merge --laplace pairs
refused 'order 1' ngram-merge -n 1-2 -o result pairs
for options in '--stats --laplace' '--stats --top=1' '--stats --sort=text' \
    '--stats --min-count=2' '--stats --min-count=1' '--laplace=1,2,3,4,5' \
    '-n 1-2 --laplace=1,2,3' '-n 2 --laplace=1,2,3' '-f ngc --laplace' '-f ngc --stats' \
    '-f ngc --sort=text' '-o result.ngc --stats' '-S 15M' '-S 0' '-S 101%' \
    '-S x' '-f arpa' '-n 9' '-n 0' '--top=0'
do
    # shellcheck disable=SC2086 # Options.
    refused '' ngram-merge $options whole.ngc
done
refused '5 constants, but the highest order is 4' \
    ngram-merge --laplace=1,2,3,4,5 whole.ngc
ngram-merge -S 1% whole.ngc >out || fail=1
same '-S 1%' whole.tsv out
printf 'a\t18446744073709551615\n' >most
ngram-merge most >out || fail=1
same '2^64-1' most out
printf 'a\t1\n' >one
refused '64 bits' ngram-merge -o result most one
printf 'b\t1\n' >one
refused '64 bits' ngram-merge -o result most one
ngram-merge -o most.ngc most && ngram-merge -o one.ngc one || fail=1
refused '64 bits' ngram-merge -o result most.ngc one.ngc
printf 'a\t9999999999\n' >large
ngram-merge large large >out || fail=1
printf 'a\t19999999998\n' >exp
same 'beyond 2^32' exp out

# A probability is of counts that have all lower orders, file by file.
printf 'a b a\nb c\n' >small
ngram-count -o small.ngc small && ngram-count small >small.tsv \
    && ngram-merge -n 2-3 -o small.2-3.ngc small.ngc \
    && ngram-merge -n 1-2 -o small.1-2.ngc small.ngc \
    && ngram-merge -n 2 small.ngc >small.2.tsv \
    && ngram-merge -n 1-2 small.ngc >small.1-2.tsv \
    && awk '!/^[^ ]* [^ ]*\t/' small.tsv >small.gap.tsv || fail=1
for x in small.ngc small.tsv; do
    refused 'small.2-3.ngc: .*orders from 1 to 4 .*order 1 is not here' \
        ngram-merge --laplace small.2-3.ngc $x
    refused 'small.2.tsv: .*orders from 1 to 2 .*order 1 is not here' \
        ngram-merge --laplace -n 2 $x small.2.tsv
    refused 'small.1-2.ngc: .*orders from 1 to 3 .*order 3 is not here' \
        ngram-merge --laplace -n 3 $x small.1-2.ngc
    refused 'small.1-2.tsv: .*orders from 1 to 4 .*order 3 is not here' \
        ngram-merge --laplace small.1-2.tsv $x
    refused 'small.gap.tsv: .*orders from 1 to 4 .*order 2 is not here' \
        ngram-merge --laplace small.gap.tsv $x
    ngram-merge --laplace -n 2 small.1-2.ngc $x >out \
        && ngram-merge --laplace -n 2 small.1-2.tsv $x >exp || fail=1
    same '--laplace of fewer orders' exp out
done
# Texts that are too short for long n-grams lack nothing.
for n in 0 1 2 3 4 5; do
    seq $n | ngram-count >short.tsv || fail=1
    ngram-merge --laplace short.tsv small.tsv >out || fail=1
    seq $n | ngram-count -o short.ngc || fail=1
    ngram-merge --laplace short.ngc small.ngc >exp || fail=1
    same "--laplace, a text of $n tokens" exp out
done
for lines in '' '\n' '\n\n' 'a\n' 'a\nb\n\nb\n' 'a b\n\n' 'a b c\nd\n'; do
    # shellcheck disable=SC2059 # A format it is.
    printf "$lines" | ngram-count -s >short.tsv || fail=1
    ngram-count -s small >exp || fail=1
    ngram-merge --laplace short.tsv exp >out || fail=1
    # shellcheck disable=SC2059 # A format it is.
    printf "a b a\nb c\n$lines" | ngram-count -s --laplace >exp || fail=1
    same "--laplace, sentences '$lines'" exp out
done
# Counts that no text has.
for lines in 'a\t3\nb\t1\na b\t9\n' 'a\t3\nb\t3\na b\t2\na a\t2\n'; do
    # shellcheck disable=SC2059 # A format it is.
    printf "$lines" >odd
    refused 'order 2 .*more often than what they begin with' \
        ngram-merge --laplace odd
done
printf 'a\t3\nb\t3\na b\t2\na a\t1\n' | ngram-merge --laplace >out || fail=1
printf 'a\t18446744073709551615\nb\t1\n' >odd
refused 'odd:2: .*order 1 does not fit 64 bits' ngram-merge odd one

# ... nor one whose n-grams begin with what is not there, far behind what could
# be printed.
seq 50000 | awk '{ print "w" $1 "\t2" }
    END { print "w1 w2\t1"; print "w3 w4 w5\t1" }' >odd
for sort in count text none; do
    refused 'odd: .*order 3 is counted, but not what it begins with' \
        ngram-merge --laplace --sort=$sort odd
    refused 'standard input: .*order 3 is counted' \
        ngram-merge --laplace --sort=$sort -o result <odd
done
refused '' ngram-merge --laplace odd odd
grep -q '^ngram-merge: an n-gram of order 3' err || fail_ 'which of two files?'

# Of nothing any orders may be asked for.
: >empty
for options in '' '-n 2' '-n 2-3 --laplace=1,2,3' '--laplace=1,2,3,4'; do
    # shellcheck disable=SC2086 # Options.
    ngram-merge $options empty >out && [ ! -s out ] || fail_ "$options: nothing"
done
printf 'order\ttokens\ttypes\tsingletons\n2\t0\t0\t0\n' >exp
ngram-merge --stats -n 2 empty - </dev/null >out || fail=1
same '--stats of nothing' exp out
ngram-count -n 2-3 -o exp.ngc empty || fail=1
ngram-merge -n 2-3 -o out.ngc empty || fail=1
same '.ngc of nothing' exp.ngc out.ngc
ngram-merge -n 2 exp.ngc empty >out && [ ! -s out ] || fail_ 'an empty .ngc'

# Damage is found, and the place is told.
size=$(wc -c <whole.ngc)
for n in 8 47 48 100 $((size / 2)) $((size - 40)) $((size - 1)); do
    head -c "$n" whole.ngc >bad.ngc
    refused 'bad.ngc: byte [0-9]*: ' ngram-merge -o result bad.ngc
done
for n in 20 50 5000 $((size / 2)) $((size - 2000)) $((size - 300)) \
    $((size - 3))
do
    {
        head -c "$n" whole.ngc
        tail -c "+$((n + 1))" whole.ngc | head -c 1 | tr '\0-\377' '\1-\377\0'
        tail -c "+$((n + 2))" whole.ngc
    } >bad.ngc
    refused 'bad.ngc: byte [0-9]*: ' ngram-merge -o result part1.ngc bad.ngc
    refused 'bad.ngc: byte [0-9]*: ' ngram-merge -f ngc part1.ngc bad.ngc
done
# Deep in a file, when much of the sum is written.
seq 100000 | ngram-count -n 1-2 -o deep.ngc || fail=1
{
    head -c 500000 deep.ngc
    tail -c +500001 deep.ngc | head -c 1 | tr '\0-\377' '\1-\377\0'
    tail -c +500002 deep.ngc
} >bad.ngc
refused 'bad.ngc: byte [0-9]*: ' ngram-merge -f ngc bad.ngc
printf 'a\t1\nb\n' >bad
refused 'bad:2: ' ngram-merge -o result whole.ngc bad

# ------------------------------------------------------- the form, elsewhere

# Another reader, after ngc(5) alone.
cat >reader.py <<'END'
import struct, sys, zlib
d = open(sys.argv[1], 'rb').read()
assert d[:8] == b'\x89NGC\r\n\x1a\n'
(version, order, flags, low, high, per_block, least, top, zero, crc
 ) = struct.unpack('<IIIBBHQQII', d[8:48])
assert (version, order, per_block, zero) == (1, 0x01020304, 1024, 0)
assert crc == zlib.crc32(d[:44])
toc, n, size, magic, zero, crc = struct.unpack('<QQQ8sII', d[-40:])
assert size == len(d) and magic == b'\x89NGCEND\n' and zero == 0
assert crc == zlib.crc32(d[toc:-4]) and toc + 48 * n + 40 == size
parts = {}
at = 48
for i in range(n):
    kind, order, offset, length, items, tokens, singles = struct.unpack(
        '<IIQQQQQ', d[toc + 48 * i:toc + 48 * i + 48])
    assert offset == at
    at += length
    parts[kind, order] = offset, length, items, tokens, singles
assert at == toc
def blocks(kind, order):
    offset, length, items, _, _ = parts[kind, order]
    index, index_length, n, _, _ = parts[kind + 1, order]
    assert n == -(-items // 1024) and index_length == 8 * n + 4
    starts = struct.unpack('<%dQI' % n, d[index:index + index_length])
    assert starts[-1] == zlib.crc32(d[index:index + 8 * n])
    starts = list(starts[:-1]) + [length]
    for i in range(n):
        b = d[offset + starts[i]:offset + starts[i + 1]]
        m, length, crc = struct.unpack('<III', b[:12])
        assert m == min(1024, items - 1024 * i) and length == len(b) - 12
        assert crc == zlib.crc32(b[:8] + bytes(4) + b[12:])
        yield m, iter(b[12:])
def varint(b):
    x = shift = 0
    for c in b:
        x |= (c & 127) << shift
        shift += 7
        if c < 128:
            return x
names = []
for m, b in blocks(3, 0):
    name = b''
    for i in range(m):
        name = name[:varint(b)]
        name += bytes(next(b) for _ in range(varint(b)))
        names.append(name)
assert names == sorted(names, key=lambda name: name + b' ')
for order in range(low, high + 1):
    total = 0
    for m, b in blocks(1, order):
        for i in range(m):
            control = next(b)
            common = control >> 5
            if i == 0:
                ngram = [varint(b)]
            else:
                ngram = ngram[:common] + [ngram[common] + 1 + varint(b)]
            while len(ngram) < order:
                ngram.append(varint(b))
            count = (control & 31) + 1
            if count == 32:
                count += varint(b)
            total += count
            sys.stdout.buffer.write(b' '.join(names[r] for r in ngram)
                                    + b'\t%d\n' % count)
        assert next(b, None) is None
    assert total == parts[1, order][3]
END
if python3 -c 'pass' 2>/dev/null; then
    ngram-merge --sort=text whole.ngc >exp || fail=1
    python3 reader.py whole.ngc >out || fail_ 'reader.py'
    same 'another reader' exp out
    printf 'a\t1\nb\t31\nc\t32\nd\t33\ne\t160\nf\t99999999999\n' >exp
    ngram-merge -o x.ngc exp && python3 reader.py x.ngc >out || fail=1
    same 'another reader: counts' exp out
else
    warn_ 'left out, for want of Python: another reader of .ngc'
fi

# Counts that others made have tokens as they are in the text; what ngram-count
# escapes there is escaped here.  What it wrote itself stays as it is.
# shellcheck disable=SC1003 # A backslash.
printf '%s\n' '\' 'a\' '\x\s\' '\\' '\s' 'c\' >tokens
ngram-count -n 1-3 tokens >exp || fail=1
tr '\n' ' ' <tokens | awk '{
        for (n = 1; n <= 3; n++)
            for (i = 1; i + n - 1 <= NF; i++) {
                ngram = $i
                for (j = 1; j < n; j++)
                    ngram = ngram " " $(i + j)
                print ngram "\t1"
            }
    }' >foreign
ngram-merge foreign >out || fail=1
same 'backslashes of others' exp out
ngram-merge exp >out || fail=1
same 'backslashes of our own' exp out
printf 'a\rb \r\t2\r\n' >foreign
ngram-merge foreign >out || fail=1
# shellcheck disable=SC2028 # As it is.
printf '%s\t2\n' 'a\rb \r' >exp
same 'carriage returns' exp out

# A long line is refused however its bytes arrive.
{
    printf 'a\t5\t'
    head -c 600000 /dev/zero | tr '\0' 1
    printf '\nb\t3\n'
} >odd
refused 'odd:1: the line is too long' ngram-merge odd
# shellcheck disable=SC2002 # A pipe is what it is for.
cat odd | ngram-merge >out 2>err && fail_ 'a long line from a pipe'
[ ! -s out ] && grep -q '^ngram-merge: standard input:1: the line is' err \
    || fail_ "a long line from a pipe: $(cat err)"

# Standard input that somebody read from before is read from there on.
{ printf 'head\n' && cat whole.ngc; } >behind || framework_failure_ 'cat'
(read -r line && [ "$line" = head ] && ngram-merge) <behind >out || fail=1
ngram-merge whole.ngc >exp || fail=1
same 'standard input from the middle' exp out

# Every reader of counts takes either form.
ngram-zipf whole.tsv >exp || fail=1
ngram-zipf whole.ngc >out || fail=1
same 'ngram-zipf' exp out

# N-grams of 8 tokens of 17 bits, which are three words of 64 bits, from files
# whose vocabularies are in part the same.
# Many differ in the last word alone.
{
    seq 70000
    seq 20000 | sed 's/^/1 1 1 1 1 1 1 /'
} >text.a
{
    seq 69001 140000
    seq 10001 30000 | sed 's/^/1 1 1 1 1 1 1 /'
} >text.b
for x in a b; do
    ngram-count -n 8 -o long.$x.ngc text.$x || fail=1
    ngram-merge --sort=none long.$x.ngc >long.$x || fail=1
done
# shellcheck disable=SC2016 # It is awk's.
sort long.a long.b | "$NG_AWK" -F '\t' '
    $1 != last { if (NR > 1) print last "\t" sum; last = $1; sum = 0 }
    { sum += $2 }
    END { print last "\t" sum }' >exp
[ "$(grep -c 2$ exp)" -ge 9000 ] || framework_failure_ 'nothing in common'
ngram-merge --sort=text long.a.ngc long.b.ngc >out || fail=1
sort exp >sorted
sort out | cmp sorted - || fail_ 'long n-grams'

Exit $fail
