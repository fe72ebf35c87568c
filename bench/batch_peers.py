"""Tokens per second that a Python trainer reads, in one run: ngram-batch by
examples/ngrambatch.py, torch.utils.data.DataLoader over the same pieces, and
the textbook's loaders over a list.  Called by bench/batch.sh."""
import random
import sys
import time

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

sys.path.insert(0, sys.argv[3])
from ngrambatch import NgramBatch  # noqa: E402

name, seconds = sys.argv[1], float(sys.argv[2])
corpus = np.load(name, mmap_mode='r')


class Pieces(Dataset):
    """The pieces as PyTorch's users write them."""

    def __init__(self, T):
        self.T, self.n = T, (len(corpus) - 1) // T

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        row = torch.from_numpy(
            corpus[i * self.T:(i + 1) * self.T + 1].astype(np.int64))
        return row[:-1], row[1:]


def textbook(B, T):
    """The random loader of "Dive into Deep Learning"."""
    tokens = textbook.tokens[random.randint(0, T - 1):]
    n = (len(tokens) - 1) // T
    starts = list(range(0, n * T, T))
    random.shuffle(starts)
    for i in range(0, B * (n // B), B):
        rows = starts[i:i + B]
        yield (torch.tensor([tokens[j:j + T] for j in rows]),
               torch.tensor([tokens[j + 1:j + 1 + T] for j in rows]))


def textbook_sequential(B, T):
    """Its sequential loader."""
    offset = random.randint(0, T)
    n = (len(textbook.tokens) - offset - 1) // B * B
    Xs = torch.tensor(textbook.tokens[offset:offset + n]).reshape(B, -1)
    Ys = torch.tensor(textbook.tokens[offset + 1:offset + 1 + n]).reshape(B, -1)
    for i in range(0, T * (Xs.shape[1] // T), T):
        yield Xs[:, i:i + T], Ys[:, i:i + T]


def rate(batches):
    """Seconds to the first batch, and tokens per second up to the limit."""
    start = time.perf_counter()
    first, n = None, 0
    for X, _ in batches:
        now = time.perf_counter()
        if first is None:
            first, begin = now - start, now
        else:
            n += X.numel() if hasattr(X, 'numel') else X.size
        if now - begin > seconds:
            break
    return first, n / max(now - begin, 1e-9)


def show(what, B, T, batches):
    first, tokens = rate(batches)
    print('%-28s %3d x %-5d %8.1f ms to the first %10.2f million/s'
          % (what, B, T, 1e3 * first, tokens / 1e6), flush=True)


def numpy_only(B, T):
    """What ngrambatch.py gives without PyTorch."""
    for rows in NgramBatch(name, B, T, epochs=0, dtype='u2').records():
        yield rows[:, :-1], rows[:, 1:]


for B, T in (32, 35), (8, 1024):
    for again in range(3):
        show('ngram-batch, int64 tensors', B, T,
             NgramBatch(name, B, T, epochs=0))
        show('ngram-batch, NumPy u2', B, T, numpy_only(B, T))
    for workers in 0, 2:
        show('DataLoader, %d workers' % workers, B, T,
             DataLoader(Pieces(T), B, shuffle=True, num_workers=workers,
                        drop_last=True))
textbook.tokens = corpus[:20000000].tolist()
show('textbook, list of 20 million', 8, 1024, textbook(8, 1024))
show('textbook, sequential', 8, 1024, textbook_sequential(8, 1024))
show('ngram-batch, sequential', 8, 1024,
     NgramBatch(name, 8, 1024, 'sequential', epochs=0))
