"""The next word from the last few: what a network that reads further back has to beat."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class _Counts(NamedTuple):
    """How often words follow contexts: for sorted contexts, and sorted contexts with their word."""

    runs: np.ndarray
    of_run: np.ndarray
    contexts: np.ndarray
    of_context: np.ndarray
    followers: np.ndarray
    discount: float

    @classmethod
    def of(cls, runs: np.ndarray, counts: np.ndarray, base: int) -> _Counts:
        """Take distinct codes of context and word, and how often each counts."""
        contexts, where = np.unique(runs // base, return_inverse=True)
        of_context = np.bincount(where, counts)
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        # Ney, Essen & Kneser 1994; a half where no count of one or two is there to tell.
        discount = once / (once + 2 * twice) if once else 0.5
        return cls(runs, counts, contexts, of_context, np.bincount(where), float(discount))

    def chances(self, codes: np.ndarray, base: int, lower: np.ndarray) -> np.ndarray:
        """Return P(word | context) of codes, with what is discounted given to `lower`."""
        of_run = _looked_up(codes, self.runs, self.of_run)
        of_context = _looked_up(codes // base, self.contexts, self.of_context)
        followers = _looked_up(codes // base, self.contexts, self.followers)
        total = np.where(of_context > 0, of_context, 1)
        own = np.maximum(of_run - self.discount, 0) / total
        return np.where(of_context > 0, own + self.discount * followers / total * lower, lower)


class NGrams:
    """Interpolated Kneser-Ney estimates of the next word.

    Parameters
    ----------
    words : (n, T)
        Texts that are counted, ids below `count`. What is below 0 stands behind the end of a text.
    count : int
        V.
    order : int
        Words in a row that are counted: 1 without a context, 3 from the last two words.

    Raises
    ------
    ValueError
        For an order below 1, or (V + 1)^order beyond whole numbers.

    References
    ----------
    Kneser & Ney 1995, Improved backing-off for m-gram language modeling.

    Examples
    --------
    >>> grams = NGrams(np.array([[0, 1, 0, 1, 0, 1]] * 50), 2, order=2)
    >>> bool(np.exp(-grams.surprise(np.array([[0, 1, 0, 1]]))).min() > 0.95)
    True
    """

    def __init__(self, words: np.ndarray, count: int, *, order: int):
        if order < 1 or order * np.log2(count + 1) > 62:
            raise ValueError(f"order {order} with {count} words: from 1, and below 2^62 in all")
        self.count, self.order, self.base = count, order, count + 1
        runs, counts = np.unique(_codes(words, order, self.base), return_counts=True)
        self.levels = [_Counts.of(runs, counts, self.base)]
        for shorter in range(order - 1, 0, -1):
            # Below the highest order counts how many words a run has been seen behind.
            runs, counts = np.unique(runs % self.base**shorter, return_counts=True)
            self.levels.append(_Counts.of(runs, counts, self.base))

    def surprise(self, words: np.ndarray) -> np.ndarray:
        """Return -log P of every word, given those before it in its text.

        Parameters
        ----------
        words : (n, T)
            As those that were counted.

        Returns
        -------
        (n, T)
            Nats; NaN behind the end of a text.
        """
        codes = _codes(words, self.order, self.base)
        found = np.full(len(codes), 1 / self.count)
        for length, level in zip(range(1, self.order + 1), reversed(self.levels), strict=True):
            found = level.chances(codes % self.base**length, self.base, found)
        out = np.full(np.shape(words), np.nan)
        out[np.asarray(words) >= 0] = -np.log(found)
        return out


def _codes(words: np.ndarray, order: int, base: int) -> np.ndarray:
    """Return every real word with those before it as one number, (m,)."""
    words = np.asarray(words, np.int64)
    before = np.full((len(words), order - 1), base - 1)  # stands before the first word
    padded = np.concatenate([before, words], 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, order, axis=1)
    return windows[words >= 0] @ base ** np.arange(order - 1, -1, -1)


def _looked_up(codes: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the values of codes among known ones, sorted; 0 where a code is not known."""
    place = np.searchsorted(known, codes).clip(max=len(known) - 1)
    return np.where(known[place] == codes, values[place], 0)
