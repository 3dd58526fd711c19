"""Pairs of phrases: what an encoder reads, what a decoder is to say, and where it stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rnn_geometry.errors import UserError, quoted
from rnn_geometry.store.files import damaged, write_atomically

PAD, END = "<pad>", "<end>"
END_ID, FIRST_ID = 1, 2  # 0 is padding; words of a task begin at 2
UNKNOWN_SOURCE = -1
COLUMNS = ("input", "target", "source")
Rows = Sequence[Sequence[int] | np.ndarray]


@dataclass(frozen=True)
class Ragged:
    """n rows of whole numbers, one after the other.

    Attributes
    ----------
    values : (total,)
        int32.
    ends : (n + 1,)
        int64; row i is values[ends[i]:ends[i + 1]].
    """

    values: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, rows: Rows) -> Ragged:
        """Put rows one after the other.

        Parameters
        ----------
        rows
            n of them, of any length.
        """
        lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        flat = [np.asarray(row, dtype=np.int32) for row in rows]
        values = np.concatenate(flat) if flat else np.empty(0, np.int32)
        return cls(values, np.concatenate([[0], np.cumsum(lengths)]))

    def __len__(self) -> int:
        return len(self.ends) - 1

    @property
    def lengths(self) -> np.ndarray:
        """Numbers per row, (n,) int64."""
        return np.diff(self.ends)

    def row(self, i: int) -> np.ndarray:
        """Return one row.

        Parameters
        ----------
        i
            Its number.
        """
        return self.values[self.ends[i] : self.ends[i + 1]]

    def padded(self, index: np.ndarray | None = None, fill: int = 0) -> np.ndarray:
        """Return rows of one length.

        Parameters
        ----------
        index : (B,) or None
            Which rows; None: all.
        fill : int
            What stands behind the end of a row.

        Returns
        -------
        (B, T)
            int64.
        """
        index = np.arange(len(self)) if index is None else np.asarray(index)
        starts, lengths = self.ends[index], self.ends[index + 1] - self.ends[index]
        columns = np.arange(int(lengths.max(initial=0)))
        out = self.values.take(starts[:, None] + columns, mode="clip").astype(np.int64)
        out[columns >= lengths[:, None]] = fill
        return out

    def subset(self, index: np.ndarray) -> Ragged:
        """Return some rows.

        Parameters
        ----------
        index : (B,)
            Their numbers.
        """
        return Ragged.of([self.row(i) for i in index])


@dataclass(frozen=True)
class Pairs:
    """n pairs of phrases.

    Attributes
    ----------
    inputs : Ragged
        Ids of the words that are read.
    targets : Ragged
        Ids of the words that are to be said.
    sources : Ragged
        As long as targets: the place in the input, from 0, of the word that each target word
        translates; -1 where the task does not know.
    """

    inputs: Ragged
    targets: Ragged
    sources: Ragged

    @classmethod
    def from_lists(cls, inputs: Rows, targets: Rows, sources: Rows | None = None) -> Pairs:
        """Make pairs of lists of ids.

        Parameters
        ----------
        inputs, targets
            n rows of ids each.
        sources
            See the class; None: not known.

        Raises
        ------
        ValueError
            Where the numbers of rows or of words differ.
        """
        if sources is None:
            sources = [np.full(len(row), UNKNOWN_SOURCE) for row in targets]
        made = cls(*map(Ragged.of, (inputs, targets, sources)))
        same_rows = len(made.inputs) == len(made.targets) == len(made.sources)
        if not same_rows or not np.array_equal(made.targets.ends, made.sources.ends):
            raise ValueError("inputs, targets and sources differ in rows, or targets and sources")
        return made

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def labels(self) -> np.ndarray:
        """All target words one after the other, (total,)."""
        return self.targets.values

    @property
    def lengths(self) -> np.ndarray:
        """Words read per pair, (n,) int64."""
        return self.inputs.lengths

    def offsets(self) -> np.ndarray:
        """Return how far each source lies ahead of its target word's own place.

        Returns
        -------
        (n, S)
            source - place as float64, NaN past the end and where the source is not known.
        """
        sources = self.sources.padded(fill=UNKNOWN_SOURCE).astype(np.float64)
        found = sources - np.arange(sources.shape[1])
        return np.where(sources == UNKNOWN_SOURCE, np.nan, found)

    def subset(self, index: np.ndarray) -> Pairs:
        """Return some pairs.

        Parameters
        ----------
        index : (B,)
            Their numbers.
        """
        return Pairs(*(part.subset(index) for part in (self.inputs, self.targets, self.sources)))


@dataclass(frozen=True, eq=False)
class PairTask:
    """A task of pairs.

    Attributes
    ----------
    family : str
        Its family.
    words_in, words_out : tuple of str
        Words by id, `<pad>` and `<end>` first.
    options : mapping
        All options.
    """

    family: str
    words_in: tuple[str, ...]
    words_out: tuple[str, ...]
    options: Mapping[str, Any]
    _draw: Callable[[int, np.random.Generator], Pairs] = field(repr=False)

    def sample(self, n: int, seed: int) -> Pairs:
        """Draw pairs; the same seed gives the same pairs.

        Parameters
        ----------
        n
            How many.
        seed
            Of the draw.

        Raises
        ------
        UserError
            For a number that is none, and where a file holds fewer pairs.
        """
        if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 0:
            raise UserError(f"The number of pairs is {quoted(n)}; accepted is an integer from 0.")
        return self._draw(int(n), np.random.default_rng(seed))


def with_ends(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a side by id: padding and the end first.

    Parameters
    ----------
    words
        Of the side.

    Examples
    --------
    >>> with_ends(["a"])
    ('<pad>', '<end>', 'a')
    """
    return (PAD, END, *words)


def write_pairs(path: str | Path, pairs: Pairs) -> None:
    """Write pairs to Parquet.

    Parameters
    ----------
    path
        The file.
    pairs
        Kept as lists of int32, a column each for input, target and source.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    sides = zip(COLUMNS, (pairs.inputs, pairs.targets, pairs.sources), strict=True)
    lists = {
        name: pa.ListArray.from_arrays(
            pa.array(side.ends.astype(np.int32)), pa.array(side.values.astype(np.int32))
        )
        for name, side in sides
    }
    table = pa.table(lists)
    write_atomically(path, lambda temporary: pq.write_table(table, temporary, compression="zstd"))


def read_pairs(path: str | Path) -> Pairs:
    """Read pairs from Parquet.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UserError
        Where the file is damaged, or holds no pairs.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise damaged(path, error) from error
    if set(COLUMNS) - set(table.column_names):
        raise UserError(
            f"{path}: holds no pairs of phrases (columns {', '.join(COLUMNS)}); delete it and run "
            "the same command again."
        )
    sides = (table.column(name).combine_chunks() for name in COLUMNS)
    return Pairs(
        *(
            Ragged(side.flatten().to_numpy(), side.offsets.to_numpy().astype(np.int64))
            for side in sides
        )
    )
