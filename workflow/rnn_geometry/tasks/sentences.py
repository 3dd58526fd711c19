"""Labelled sentences of different lengths, held as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnn_geometry.errors import UserError
from rnn_geometry.store.files import damaged, write_atomically


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
    def from_lists(
        cls, rows: Sequence[Sequence[int] | np.ndarray], labels: np.ndarray
    ) -> Sentences:
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
        """Return tokens (B, T) int64 padded with 0, and lengths (B,), of the sentences `index`."""
        index = np.arange(len(self)) if index is None else np.asarray(index)
        starts = self.offsets[index]
        lengths = self.offsets[index + 1] - starts  # `self.lengths` walks through all sentences
        columns = np.arange(int(lengths.max(initial=0)))
        out = self.tokens.take(starts[:, None] + columns, mode="clip").astype(np.int64)
        out[columns >= lengths[:, None]] = 0
        return out, lengths

    def subset(self, index: np.ndarray) -> Sentences:
        """Return the sentences `index`, in that order."""
        index = np.asarray(index)
        lengths = self.lengths[index]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[index] - offsets[:-1], lengths)
        return Sentences(self.tokens[places], offsets, self.labels[index])


ROWS_READ_AT_ONCE = 65_536


def write_sentences(path: str | Path, sentences: Sentences) -> None:
    """Write sentences to Parquet.

    Parameters
    ----------
    path
        The file.
    sentences
        Kept as `tokens` (list of int32) and `label` (int64) or `labels` (list of int8).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    offsets = pa.array(sentences.offsets.astype(np.int32))
    tokens = pa.ListArray.from_arrays(offsets, pa.array(sentences.tokens.astype(np.int32)))
    if sentences.labels.ndim == 1:
        name, labels = "label", pa.array(sentences.labels.astype(np.int64))
    else:
        flat = pa.array(sentences.labels.astype(np.int8).ravel())
        name, labels = "labels", pa.FixedSizeListArray.from_arrays(flat, sentences.labels.shape[1])
    table = pa.table({"tokens": tokens, name: labels})
    options = {"compression": "zstd", "row_group_size": ROWS_READ_AT_ONCE}
    write_atomically(path, lambda temporary: pq.write_table(table, temporary, **options))


def read_sentences(path: str | Path) -> Sentences:
    """Read sentences from Parquet.

    Parameters
    ----------
    path
        The file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            return _read_row_groups(path, file)
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise damaged(path, error) from error


def _read_row_groups(path: str | Path, file) -> Sentences:
    """Read group by group into one array: at once, a large set would lie in memory four times."""
    if not file.metadata.num_rows:
        raise UserError(f"{path}: holds no sentence; delete it and run the same command again.")
    groups = range(file.metadata.num_row_groups)
    # An empty list counts as one value, so that this may be more than there are.
    tokens = np.empty(
        sum(file.metadata.row_group(i).column(0).num_values for i in groups), dtype=np.int32
    )
    lengths, labels, end = [], [], 0
    for i in groups:
        table = file.read_row_group(i)
        for chunk in table.column("tokens").chunks:
            words = chunk.flatten().to_numpy(zero_copy_only=False)
            tokens[end : end + len(words)] = words
            lengths.append(np.diff(chunk.offsets.to_numpy()))
            end += len(words)
        labels.append(table.column(1).to_numpy())
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(lengths), dtype=np.int64)])
    stored = np.concatenate(labels)
    return Sentences(
        tokens[:end],
        offsets,
        np.stack(list(stored)).astype(np.int8) if stored.dtype == object else stored,
    )
