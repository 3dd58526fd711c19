"""Batches of sentences of nearly equal length, in an order that a seed settles."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.tasks.sentences import Sentences

BUCKET_BATCHES = 50  # batches whose sentences are sorted by length together


class Batch(NamedTuple):
    """A batch of each of K networks: ids (K, B, T), lengths and shares of the loss (K, B), labels.

    Labels are (K, B), or (K, B, C) with a column per label.
    """

    tokens: Tensor
    lengths: Tensor
    labels: Tensor
    shares: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return Batch(*(part.to(device) for part in self))


class Batches:
    """Sentences that networks learn from, ready to be drawn.

    Where all have one length, a batch of fewer sentences than `size` is filled up with sentences
    whose share is zero: batches of different networks then fit together.
    """

    def __init__(self, sentences: Sentences, size: int):
        self.sentences, self.lengths = sentences, sentences.lengths
        self.size = min(size, len(sentences))
        words = int(self.lengths[0])
        self.one_length = words > 0 and bool((self.lengths == words).all())
        self._table = sentences.tokens.reshape(-1, words) if self.one_length else None

    def draw(self, indices: Sequence[np.ndarray]) -> Batch:
        """Return sentences by their numbers, for each of K networks; K = 1 unless `one_length`."""
        if self._table is None:
            (index,) = indices
            tokens, lengths, labels = batch(self.sentences, index)
            shares = torch.full(lengths.shape, 1 / len(index))
            return Batch(tokens[None], lengths[None], labels[None], shares[None])
        rows = np.stack([np.resize(index, self.size) for index in indices])
        taken = np.array([len(index) for index in indices])[:, None]
        shares = np.where(np.arange(self.size) < taken, 1 / taken, 0).astype(np.float32)
        found = self._table[rows].astype(np.int64), self.lengths[rows], self.sentences.labels[rows]
        return Batch(*(torch.from_numpy(part) for part in (*found, shares)))


class Outputs(Batches):
    """What the readout of one network sees at the end of each sentence, in place of its words."""

    def __init__(self, sentences: Sentences, size: int, outputs: Tensor):
        super().__init__(sentences, size)
        self.outputs = outputs

    def draw(self, indices: Sequence[np.ndarray]) -> Batch:
        """Return a batch whose `tokens` are (1, B, H)."""
        (index,) = indices
        outputs = self.outputs[torch.from_numpy(index)]
        lengths = torch.from_numpy(self.lengths[index])
        labels = torch.from_numpy(self.sentences.labels[index])
        shares = torch.full(lengths.shape, 1 / len(index))
        return Batch(outputs[None], lengths[None], labels[None], shares[None])


def index_stream(
    lengths: np.ndarray, size: int, generator: np.random.Generator, skip: int = 0
) -> Iterator[np.ndarray]:
    """Yield numbers of sentences for ever: every epoch a new order, batches of near lengths.

    skip: batches that are left out at the beginning; their random numbers are drawn all the same.
    """
    epochs = (bucketed_order(lengths, size, generator) for _ in itertools.count())
    yield from itertools.islice(itertools.chain.from_iterable(epochs), skip, None)


def batch(sentences: Sentences, index: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """Return padded word ids (B, T), lengths (B,) and labels of some sentences as tensors."""
    tokens, lengths = sentences.padded(index)
    return (
        torch.from_numpy(tokens),
        torch.from_numpy(lengths),
        torch.from_numpy(sentences.labels[index]),
    )


def bucketed_order(
    lengths: np.ndarray, size: int, generator: np.random.Generator
) -> list[np.ndarray]:
    """Return the rows of each batch of an epoch: sorted by length in buckets, batches shuffled."""
    order = generator.permutation(len(lengths))
    buckets = np.split(order, range(BUCKET_BATCHES * size, len(order), BUCKET_BATCHES * size))
    rows = [bucket[np.argsort(lengths[bucket], kind="stable")] for bucket in buckets]
    batches = [part for bucket in rows for part in np.split(bucket, range(size, len(bucket), size))]
    return [batches[i] for i in generator.permutation(len(batches))]
