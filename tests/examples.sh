#!/bin/sh
# The programs in examples/ work, each where what it needs is installed.
. "${srcdir=.}/tests/init.sh"

ngram-tokenize "$data/timemachine.txt" | ngram-tokenize -t char \
    --write-vocab=char.vocab -o char.npy || framework_failure_ 'no char.npy'

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

# In Python: the first that has PyTorch, else NumPy.
python=
for p in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! "$p" -c 'import torch' 2>/dev/null || python=$p
done
has_torch=$python
for p in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! "$p" -c 'import numpy' 2>/dev/null || python=$p
done
[ -n "$python" ] || {
    [ $fail = 0 ] || Exit $fail
    skip_ 'python3-numpy and python3-torch are not installed'
}
PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=$srcdir/examples
export PYTHONDONTWRITEBYTECODE PYTHONPATH

cat >check.py <<'END'
import sys
import numpy as np
from ngrambatch import NgramBatch, torch

def text(batches):
    for X, Y in batches:
        for x, y in zip(X.tolist(), Y.tolist()):
            print(' '.join(map(str, x)) + '\t' + ' '.join(map(str, y)))
        print()

what = sys.argv[1]
ds = NgramBatch('char.npy', 4, 9, seed=3, epochs=2, dtype='i4')
if what == 'plain':
    text(ds)
elif what == 'sequential':
    text(NgramBatch('char.npy', 5, 9, 'sequential', rank=1, world=2))
elif what == 'resume':
    text(b for b, _ in zip(ds, range(100)))
    other = NgramBatch('char.npy', 4, 9, seed=3, epochs=2, dtype='i4')
    state = ds.state_dict()
    # zip took one more than it gave.
    other.load_state_dict({'at': state['at'] - 1})
    text(other)
elif what == 'workers':
    from torch.utils.data import DataLoader
    text(DataLoader(ds, batch_size=None, num_workers=3))
elif what == 'fields':
    ds = NgramBatch('char.npy', 4, 9, seed=3, dtype='i8', documents='whole',
                    eod=5, fields=('mask', 'lengths', 'positions'))
    for X, Y, more in ds:
        for row in zip(X.tolist(), Y.tolist(), more['mask'].tolist(),
                       [[n] for n in more['lengths'].tolist()],
                       more['positions'].tolist()):
            print('\t'.join(' '.join(map(str, cell)) for cell in row))
        print()
elif what == 'narrow':
    text(NgramBatch('wide.npy', 4, 9, seed=3, epochs=2, dtype='i4'))
elif what == 'wrap':
    try:
        list(NgramBatch('wide.npy', 1, 9, options=['--offset=0'], dtype='u2'))
    except RuntimeError:
        print('caught')
elif what == 'fault':
    try:
        list(NgramBatch('missing.npy'))
    except RuntimeError:
        print('caught')
END
ngram-batch -b 4 -s 9 --seed=3 --epochs=2 char.npy >exp
ways='plain resume'
[ -z "$has_torch" ] || ways="$ways workers"
for way in $ways; do
    "$python" check.py "$way" >out || fail_ "ngrambatch.py: $way"
    compare exp out || fail_ "ngrambatch.py: $way"
done
ngram-batch -m sequential -b 5 -s 9 --rank=1 --world=2 char.npy >exp
"$python" check.py sequential >out || fail=1
compare exp out || fail_ 'ngrambatch.py: sequential'
ngram-batch -b 4 -s 9 --seed=3 --documents=whole --eod=5 \
    --fields=tokens,mask,lengths,positions char.npy >exp
"$python" check.py fields >out || fail=1
compare exp out || fail_ 'ngrambatch.py: fields'
# Ids wider than what is asked for: the same if they fit, else a fault.
ngram-batch --output-format=npy --dtype=i8 -o wide.npy char.npy || fail=1
ngram-batch -b 4 -s 9 --seed=3 --epochs=2 char.npy >exp
"$python" check.py narrow >out || fail=1
compare exp out || fail_ 'ngrambatch.py: narrower'
printf '\000\000\001' | dd of=wide.npy bs=1 seek=$((128 + 8 * 500)) \
    conv=notrunc 2>/dev/null
"$python" check.py wrap >out 2>err || fail=1
grep -q caught out || fail_ 'ngrambatch.py: an id wraps'
grep -q 'id 65536 does not fit dtype u2' err || fail_ 'ngrambatch.py: no word of it'
"$python" check.py fault >out 2>err || fail=1
grep -q caught out || fail_ 'ngrambatch.py: a fault is not raised'
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
