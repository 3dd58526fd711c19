"""Batches of sentences of nearly equal length, in an order that a seed settles."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from rnn_geometry.tasks.sentences import Sentences

BUCKET_BATCHES = 50  # batches whose sentences are sorted by length together


def batch_stream(
    sentences: Sentences, size: int, generator: np.random.Generator, skip: int = 0
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield (tokens, lengths, labels) for ever: every epoch a new order, batches of near lengths.

    skip: batches that are left out at the beginning; their random numbers are drawn all the same.
    """
    epochs = (bucketed_order(sentences.lengths, size, generator) for _ in itertools.count())
    for index in itertools.islice(itertools.chain.from_iterable(epochs), skip, None):
        yield batch(sentences, index)


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
