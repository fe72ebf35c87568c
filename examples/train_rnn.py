#!/usr/bin/python3
"""Train the character-level recurrent network of "Dive into Deep Learning" on
the text of a book, fed by ngram-batch.

    examples/train_rnn.py data/timemachine.txt
    examples/train_rnn.py --mode=sequential --epochs=500 data/timemachine.txt

Vocabulary 28, 256 hidden units, batches of 32 rows of 35 characters, gradients
clipped at 1.  With --mode=both it trains once in either mode and shows the
difference: in sequential mode the state of the network goes on from batch to
batch, in random mode each batch starts from zero.
"""
import argparse
import math
import os
import subprocess
import sys
import tempfile
import time

import torch
from torch import nn

from ngrambatch import NgramBatch


def prepare(text, folder, max_tokens):
    """Make folder/char.npy; return its name and the vocabulary."""
    ids = os.path.join(folder, 'char.npy')
    vocab = os.path.join(folder, 'char.vocab')
    words = subprocess.Popen(['ngram-tokenize', text], stdout=subprocess.PIPE)
    subprocess.run(['ngram-tokenize', '-t', 'char', '--write-vocab=' + vocab,
                    '-o', ids] + (['--max-tokens=%d' % max_tokens]
                                  if max_tokens else []),
                   stdin=words.stdout, check=True)
    words.stdout.close()
    if words.wait() not in (0, -13):
        sys.exit('ngram-tokenize failed')
    with open(vocab, encoding='utf-8') as lines:
        return ids, [line.rstrip('\n').replace('\\s', ' ') for line in lines]


class Network(nn.Module):
    def __init__(self, n_vocab, n_hidden):
        super().__init__()
        self.n_vocab = n_vocab
        self.rnn = nn.RNN(n_vocab, n_hidden)
        self.out = nn.Linear(n_hidden, n_vocab)

    def forward(self, X, state):
        hot = nn.functional.one_hot(X.T, self.n_vocab).float()  # T x B x V
        hidden, state = self.rnn(hot, state)
        return self.out(hidden), state


def write(net, vocab, prefix, length):
    """Go on after PREFIX with the likeliest character each time."""
    ids = {name: i for i, name in enumerate(vocab)}
    text, state = prefix, None
    with torch.no_grad():
        X = torch.tensor([[ids.get(c, 0) for c in prefix]])
        for _ in range(length):
            scores, state = net(X, state)
            X = scores[-1].argmax(dim=1, keepdim=True)
            text += vocab[int(X)]
    return text


def train_epoch(net, batches, optimizer, carry):
    """One pass; the perplexity and the number of characters."""
    loss_sum, n, state = 0.0, 0, None
    for X, Y in batches:
        state = state.detach() if carry and state is not None else None
        scores, state = net(X, state)
        loss = nn.functional.cross_entropy(
            scores.reshape(-1, net.n_vocab), Y.T.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1)
        optimizer.step()
        loss_sum += loss.item() * Y.numel()
        n += Y.numel()
    return math.exp(loss_sum / n), n


def train(args, mode, ids, vocab):
    torch.manual_seed(args.seed)
    net = Network(len(vocab), args.hidden)
    optimizer = torch.optim.SGD(net.parameters(), lr=args.lr)
    start, total, perplexity = time.monotonic(), 0, float('inf')
    for epoch in range(args.epochs):
        batches = NgramBatch(ids, args.batch_size, args.num_steps, mode,
                             seed=args.seed + epoch)
        perplexity, n = train_epoch(net, batches, optimizer,
                                    mode == 'sequential')
        total += n
        rate = total / (time.monotonic() - start)
        if sys.stderr.isatty():
            print('\r%s: epoch %d of %d, perplexity %.2f, %.0f characters/s '
                  % (mode, epoch + 1, args.epochs, perplexity, rate),
                  end='', file=sys.stderr)
        if (epoch + 1) % args.every == 0 or epoch + 1 == args.epochs:
            if sys.stderr.isatty():
                print('\r\033[K', end='', file=sys.stderr)
            print('%-10s  epoch %4d  perplexity %7.3f'
                  % (mode, epoch + 1, perplexity), flush=True)
    print('%-10s  %s' % (mode, write(net, vocab, args.prefix, 50)))
    return perplexity


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('text')
    parser.add_argument('--mode', default='both',
                        choices=['random', 'sequential', 'both'])
    parser.add_argument('--epochs', type=int, default=100)
    parser.add_argument('--every', type=int, default=10,
                        help='print each so many epochs')
    parser.add_argument('--hidden', type=int, default=256)
    parser.add_argument('--batch-size', type=int, default=32)
    parser.add_argument('--num-steps', type=int, default=35)
    parser.add_argument('--lr', type=float, default=1.0)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--max-tokens', type=int, default=10000,
                        help="characters used, 0: all (textbook's: 10000)")
    parser.add_argument('--prefix', default='time traveller')
    args = parser.parse_args()
    modes = ['random', 'sequential'] if args.mode == 'both' else [args.mode]
    with tempfile.TemporaryDirectory() as folder:
        ids, vocab = prepare(args.text, folder, args.max_tokens)
        print('vocabulary of %d' % len(vocab))
        results = [(mode, train(args, mode, ids, vocab)) for mode in modes]
    for mode, perplexity in results:
        print('%-10s  last perplexity %7.3f' % (mode, perplexity))


if __name__ == '__main__':
    main()
