#!/bin/sh
# The programs in examples/ work, each where what it needs is installed.
. "${srcdir=.}/tests/init.sh"

ngram-tokenize "$data/timemachine.txt" | ngram-tokenize -t char \
    --max-tokens=20000 --write-vocab=char.vocab -o char.npy || framework_failure_ 'no char.npy'

# In C: as many tokens repeat the one before as awk says.
ngram-batch -b 4 -s 9 -f raw char.npy | "$builddir/examples/reader" 4 9 >out \
    || fail_ 'reader.c'
ngram-batch -b 4 -s 9 char.npy | awk '
    NF == 0 { batches++ }
    { for (i = 1; i <= NF / 2; i++) same += $i == $(i + NF / 2) }
    END { print batches " batches, " same \
        " tokens that repeat the one before" }' >exp
compare exp out || fail_ 'reader.c'
head -c 100 char.npy | "$builddir/examples/reader" 4 9 >out 2>&1 \
    && fail_ 'reader.c takes half a batch'

# In Python: the first that has PyTorch, else the first that has NumPy.
python=
has_torch=
for p in python3 /usr/bin/python3; do
    [ -z "$has_torch" ] || continue
    has=$("$p" -c 'import importlib.util as u
print(*(m for m in ("numpy", "torch") if u.find_spec(m)))' 2>/dev/null)
    case $has in
    'numpy torch') python=$p has_torch=yes ;;
    numpy) python=${python:-$p} ;;
    esac
done
[ -n "$python" ] || {
    [ $fail = 0 ] || Exit $fail
    skip_ 'python3-numpy and python3-torch are not installed'
}
PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=$srcdir/examples
export PYTHONDONTWRITEBYTECODE PYTHONPATH

# What each way is to give, from the program itself.
batch='ngram-batch -b 4 -s 9 --seed=3'
$batch --epochs=2 char.npy >plain.exp
cp plain.exp resume.exp
cp plain.exp workers.exp
ngram-batch -m sequential -b 5 -s 9 --rank=1 --world=2 char.npy >sequential.exp
$batch --documents=whole --eod=5 --fields=tokens,mask,lengths,positions \
    char.npy >fields.exp
# Ids wider than what is asked for: the same if they fit, else a fault.
ngram-batch --output-format=npy --dtype=i8 -o wide.npy char.npy || fail=1
cp plain.exp narrow.exp
cp wide.npy wrap.npy
printf '\000\000\001' | dd of=wrap.npy bs=1 seek=$((128 + 8 * 500)) \
    conv=notrunc 2>/dev/null
echo caught | tee wrap.exp >fault.exp

# All in one interpreter: to start it costs more than what it does.
cat >check.py <<'END'
import sys
import numpy as np
from ngrambatch import NgramBatch, torch

def rows(*columns):
    for row in zip(*(c.tolist() for c in columns)):
        print('\t'.join(' '.join(map(str, cell)) for cell in row))
    print()

def text(batches):
    for X, Y in batches:
        rows(X, Y)

def same(**more):
    return NgramBatch('char.npy', 4, 9, seed=3, epochs=2, dtype='i4', **more)

def plain():
    text(same())

def sequential():
    text(NgramBatch('char.npy', 5, 9, 'sequential', rank=1, world=2))

def resume():
    ds, other = same(), same()
    text(b for b, _ in zip(ds, range(100)))
    # zip took one more than it gave.
    other.load_state_dict({'at': ds.state_dict()['at'] - 1})
    text(other)

def workers():
    from torch.utils.data import DataLoader
    text(DataLoader(same(), batch_size=None, num_workers=3))

def fields():
    for X, Y, more in NgramBatch(
            'char.npy', 4, 9, seed=3, dtype='i8', documents='whole', eod=5,
            fields=('mask', 'lengths', 'positions')):
        rows(X, Y, more['mask'], more['lengths'].reshape(-1, 1),
             more['positions'])

def narrow():
    text(NgramBatch('wide.npy', 4, 9, seed=3, epochs=2, dtype='i4'))

def fails(*args, **more):
    try:
        list(NgramBatch(*args, **more))
    except RuntimeError:
        print('caught')

def wrap():
    fails('wrap.npy', 1, 9, options=['--offset=0'], dtype='u2')

def fault():
    fails('missing.npy')

for what in sys.argv[1:]:
    with open(what + '.out', 'w') as sys.stdout:
        globals()[what]()
END
ways='plain resume sequential fields narrow wrap fault'
[ -z "$has_torch" ] || ways="$ways workers"
# shellcheck disable=SC2086 # Words.
"$python" check.py $ways 2>err || { fail_ 'ngrambatch.py'; cat err >&9; }
for way in $ways; do
    compare "$way.exp" "$way.out" || fail_ "ngrambatch.py: $way"
done
grep -q 'id 65536 does not fit dtype u2' err || fail_ 'ngrambatch.py: an id wraps'
grep -q 'missing.npy' err || fail_ 'ngrambatch.py: the tool is not heard'

# Training: the perplexity falls, in both modes.
if [ -n "$has_torch" ]; then
    "$python" "$srcdir/examples/train_rnn.py" --epochs=6 --every=1 --hidden=64 \
        --batch-size=8 "$data/timemachine.txt" >out || fail_ 'train_rnn.py'
    grep -q '^vocabulary of 28$' out || fail_ 'train_rnn.py: vocabulary'
    grep -q '^random  *time traveller' out || fail_ 'train_rnn.py: text'
    grep -q '^sequential  *time traveller' out || fail_ 'train_rnn.py: text'
    for mode in random sequential; do
        awk -v mode=$mode '$1 == mode && $2 == "epoch" { p[$3] = $5 }
            END { exit !(p[6] < p[1] && p[6] > 1 && p[6] < 28) }' out \
            || { fail_ "train_rnn.py: $mode learns nothing"; cat out >&9; }
    done
fi

Exit $fail
