"""Batches of ngram-batch for PyTorch or NumPy: copy this file and use it.

    from ngrambatch import NgramBatch
    for X, Y in NgramBatch('book.npy', batch_size=32, num_steps=35):
        ...                                   # features and labels, B x T

It is a torch.utils.data.IterableDataset where PyTorch is there, whose elements
are whole batches: torch.utils.data.DataLoader(ds, batch_size=None,
num_workers=2).  Workers share the batches and keep their order.  Without
PyTorch the batches are NumPy arrays.

With fields, such as ('mask', 'lengths'), and documents, what else there is to
say of a batch comes third, by its name: positions and documents of the
features, the mask of the labels (all B x T), and the lengths of rows (B).

    for X, Y, more in NgramBatch('book.npy', documents='pack', eod=2,
                                 fields=('documents', 'mask')):
        loss = (cross_entropy(net(X), Y, reduction='none') * more['mask']).sum()
"""
import fcntl
import json
import subprocess

import numpy as np

try:
    import torch
    from torch.utils.data import IterableDataset as Base, get_worker_info
except ImportError:
    torch, Base, get_worker_info = None, object, lambda: None

F_SETPIPE_SZ = 1031  # Linux; Python 3.10 has it in fcntl
BLOCK_BYTES = 1 << 20
GROUP_ITEMS = 1 << 15  # converted at a time: what fits a processor's cache


class NgramBatch(Base):
    """One pass over what ngram-batch serves, from step `at` on.

    `at` is where the next pass starts; `step` is how many batches the present
    one has handed out, so `state_dict` and `load_state_dict` resume exactly
    (with workers, count the steps in the training loop instead).  `options`
    are further options of ngram-batch, such as ('--reverse',).
    """

    def __init__(self, files, batch_size=32, num_steps=35, mode='random',
                 seed=0, epochs=1, rank=0, world=1, at=0, dtype='i8',
                 documents=None, eod=None, fields=(), options=(),
                 tool='ngram-batch'):
        self.files = [files] if isinstance(files, str) else list(files)
        self.batch_size, self.num_steps, self.mode = batch_size, num_steps, mode
        self.seed, self.epochs, self.rank, self.world = seed, epochs, rank, world
        self.at = self.step = at
        self.dtype, self.options, self.tool = dtype, list(options), tool
        self.fields = list(fields)  # besides the tokens
        if self.fields:
            self.options.append('--fields=' + ','.join(['tokens'] + self.fields))
        if documents:
            self.options.append('--documents=%s' % documents)
        if eod is not None:
            self.options.append('--eod=%s' % eod)

    def state_dict(self):
        return {'at': self.step}

    def load_state_dict(self, state):
        self.at = self.step = state['at']

    def _command(self, more):
        """The command line for this worker, with the options `more`."""
        rank, world, at = self.rank, self.world, self.at
        worker = get_worker_info()
        if worker and worker.num_workers > 1:
            # Worker w of k serves steps w, w + k, ... of this rank.
            k, w = worker.num_workers, worker.id
            if self.mode == 'sequential':
                raise ValueError('sequential batches have one worker at most')
            if at % k:
                raise ValueError('start at a multiple of the workers')
            rank, world, at = w * world + rank, k * world, at // k
        return [self.tool, '--format=raw', '--header', '--mode=' + self.mode,
                '--batch-size=%d' % self.batch_size,
                '--num-steps=%d' % self.num_steps, '--seed=%d' % self.seed,
                '--epochs=%d' % self.epochs, '--rank=%d' % rank,
                '--world=%d' % world] + (['--at=%d' % at] if at else []) \
            + self.options + list(more) + ['--'] + self.files

    def records(self):
        """Arrays of whole records: rows of num_steps + 1 ids; one-dimensional,
        field after field, if there are fields."""
        for group in self._groups():
            yield from group

    def _groups(self, convert=()):
        """Arrays of several records.  They come in the type that the files
        have, which a pipe carries fastest, unless not all of its values fit
        `dtype`: then the tool converts."""
        with subprocess.Popen(self._command(convert), stdout=subprocess.PIPE,
                              bufsize=0) as tool:
            try:
                fcntl.fcntl(tool.stdout, F_SETPIPE_SZ, BLOCK_BYTES)
            except OSError:
                pass  # a small pipe is as right
            line = tool.stdout.readline()
            if not line:
                tool.wait()
                raise RuntimeError('ngram-batch failed; see its message')
            header = json.loads(line)
            if not np.can_cast(header['dtype'], self.dtype):
                tool.stdout.close()
                yield from self._groups(['--dtype=' + self.dtype])
                return
            self.shapes = dict(zip(header['fields'], header['shapes']))
            items = sum(int(np.prod(shape)) for shape in header['shapes'])
            shape = (items,) if self.fields else tuple(header['shape'])
            same = header['dtype'] == '<' + self.dtype
            size = max(1, items * int(header['dtype'][2]))
            n = max(1, BLOCK_BYTES // size)
            most = max(1, GROUP_ITEMS // max(1, items))
            got, block = 1, None
            while got:
                # A new block each time, if batches of it are given away.
                if same or block is None:
                    block = np.empty((n,) + shape, dtype=header['dtype'])
                    view = memoryview(block).cast('B')
                have = given = 0
                while given < n:
                    got = tool.stdout.readinto(view[have:])
                    if not got:
                        break
                    have += got
                    while (given + 1) * size <= have:
                        group = block[given:min(have // size, given + most)]
                        given += len(group)
                        yield group if same else group.astype(self.dtype)
        if tool.returncode != 0 or have != given * size:
            raise RuntimeError('ngram-batch failed; see its message')

    def _split(self, record):
        """The tokens of a record, and its other fields by name."""
        more, at = {}, 0
        for field, shape in self.shapes.items():
            n = int(np.prod(shape))
            more[field] = record[at:at + n].reshape(shape)
            at += n
        for field in self.fields:
            if field == 'mask':  # of the labels, the others of the features
                more[field] = more[field][:, 1:]
            elif field != 'lengths':
                more[field] = more[field][:, :-1]
        return more.pop('tokens'), more

    def __iter__(self):
        self.step = self.at
        for group in self._groups():
            if torch:
                group = torch.from_numpy(group)
            if self.fields:
                batches = map(self._with_fields, group)
            elif torch:  # all in two calls
                batches = zip(group[:, :, :-1].unbind(0),
                              group[:, :, 1:].unbind(0))
            else:
                batches = zip(group[:, :, :-1], group[:, :, 1:])
            for batch in batches:
                self.step += 1
                yield batch

    def _with_fields(self, record):
        rows, more = self._split(record)
        return rows[:, :-1], rows[:, 1:], more
