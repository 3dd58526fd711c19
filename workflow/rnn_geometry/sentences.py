"""Labelled sentences of different lengths, held as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sentences:
    """n labelled sentences.

    tokens: (total,) int32, word ids of all sentences one after the other.
    offsets: (n + 1,) int64, sentence i is tokens[offsets[i]:offsets[i + 1]].
    labels: (n,) int64 class ids, or (n, C) int8 with one column per label (multi-label).
    """

    tokens: np.ndarray
    offsets: np.ndarray
    labels: np.ndarray

    @classmethod
    def from_lists(cls, rows: Sequence[Sequence[int]], labels: np.ndarray) -> Sentences:
        """Make sentences from a list of lists of word ids."""
        lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        flat = [np.asarray(row, dtype=np.int32) for row in rows]
        tokens = np.concatenate(flat) if flat else np.empty(0, np.int32)
        return cls(tokens, offsets, np.asarray(labels))

    @classmethod
    def from_padded(cls, tokens: np.ndarray, lengths: np.ndarray, labels: np.ndarray) -> Sentences:
        """Make sentences from padded word ids, tokens (n, T) and lengths (n,)."""
        keep = np.arange(tokens.shape[1])[None, :] < np.asarray(lengths)[:, None]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return cls(tokens[keep].astype(np.int32), offsets, np.asarray(labels))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> np.ndarray:
        """Words per sentence, (n,) int64."""
        return np.diff(self.offsets)

    def padded(self, index: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return (tokens (B, T) int64 padded with 0, lengths (B,) int64) of the sentences `index` (all by default)."""
        index = np.arange(len(self)) if index is None else np.asarray(index)
        lengths = self.lengths[index]
        columns = np.arange(int(lengths.max(initial=0)))
        inside = columns[None, :] < lengths[:, None]
        out = np.zeros(inside.shape, dtype=np.int64)
        out[inside] = self.tokens[(self.offsets[index][:, None] + columns[None, :])[inside]]
        return out, lengths

    def subset(self, index: np.ndarray) -> Sentences:
        """Return the sentences `index`, in that order."""
        index = np.asarray(index)
        lengths = self.lengths[index]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[index] - offsets[:-1], lengths)
        return Sentences(self.tokens[places], offsets, self.labels[index])
