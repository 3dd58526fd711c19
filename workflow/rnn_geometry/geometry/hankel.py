"""How many dimensions of the past matter for the future: counted from texts alone.

Predictions made from the past span so many dimensions as P(future | past) has rank (Hsu, Kakade &
Zhang 2012), one less once they are centred. What stands before a place and what stands behind it
covary in no more. They are counted as canonical directions of one half of the texts that hold in
the other half, so that chance adds none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.stats import norm

LAGS = 8  # words before a place, and behind it
MOST = 24  # directions that are looked at
LEVEL = 0.01  # of one-sided tests, by Holm over the directions looked at


class HankelSpectrum(NamedTuple):
    """Directions in which past and future covary.

    Attributes
    ----------
    sizes : (k,)
        Covariance of past and future along each direction, measured on texts that did not choose
        it; in units of a correlation.
    errors : (k,)
        Standard errors, over texts.
    dimension : int
        How many are certain: those before the first one that is not. What is too weak for so many
        texts is missed, so this is a lower bound.
    """

    sizes: np.ndarray
    errors: np.ndarray
    dimension: int


def hankel_spectrum(
    words: np.ndarray, count: int, *, seed: int, lags: int = LAGS
) -> HankelSpectrum:
    """Return in how many directions the words before a place tell of those behind it.

    Parameters
    ----------
    words : (n, T)
        Texts of one length, ids below `count`; T above 2 lags.
    count
        V.
    seed
        Divides the texts into halves.
    lags
        Words before a place, and behind it, that are told apart.

    Returns
    -------
    HankelSpectrum
        The mean of both halves' turns.

    Raises
    ------
    ValueError
        For texts that are too short, or fewer than four.

    Examples
    --------
    >>> from rnn_geometry.tasks.language.families import build_source
    >>> source = build_source("topics", topics=3)
    >>> words, _ = source.sample(1000, 40, seed=0)
    >>> hankel_spectrum(words, len(source.words), seed=0).dimension, source.rank() - 1
    (2, 2)
    """
    words = np.asarray(words)
    if words.shape[1] <= 2 * lags or len(words) < 4:
        raise ValueError(
            f"texts of {words.shape} words; needed are 4 texts of {2 * lags + 1} words"
        )
    order = np.random.default_rng(seed).permutation(len(words))
    halves = [_Half.of(words[part], count, lags) for part in np.array_split(order, 2)]
    told = [_held(one, two) for one, two in (halves, halves[::-1])]
    width = min(len(sizes) for sizes, _ in told)
    sizes = np.mean([sizes[:width] for sizes, _ in told], axis=0)
    # The two turns share their texts: no more certain together than one of them.
    errors = np.sqrt(np.mean([errors[:width] ** 2 for _, errors in told], axis=0))
    return HankelSpectrum(sizes, errors, _certain(sizes, errors))


class _Half(NamedTuple):
    """Words before and behind every place of some texts, scaled; which text they are of."""

    past: sp.csr_array
    future: sp.csr_array
    text: np.ndarray
    texts: int

    @classmethod
    def of(cls, words: np.ndarray, count: int, lags: int) -> _Half:
        windows = np.lib.stride_tricks.sliding_window_view(words, 2 * lags, axis=1)
        flat = windows.reshape(-1, 2 * lags)
        shares = np.bincount(words.ravel(), minlength=count) / words.size
        scale = 1 / np.sqrt(np.where(shares > 0, shares, 1))
        past, future = (_indicators(part, count, scale) for part in np.split(flat, 2, axis=1))
        return cls(past, future, np.repeat(np.arange(len(words)), windows.shape[1]), len(words))

    def covariance(self) -> np.ndarray:
        """Return that of past and future, (lags V, lags V)."""
        means = np.outer(self.past.mean(0), self.future.mean(0))
        return (self.past.T @ self.future).toarray() / len(self.text) - means


def _indicators(words: np.ndarray, count: int, scale: np.ndarray) -> sp.csr_array:
    """Return which word stands at which lag, (n, lags V), each word by its scale."""
    rows, lags = words.shape
    columns = words + count * np.arange(lags)
    starts = np.arange(0, rows * lags + 1, lags)
    values = scale[words].ravel() / np.sqrt(lags)
    return sp.csr_array((values, columns.ravel(), starts), shape=(rows, lags * count))


def _held(chosen: _Half, other: _Half) -> tuple[np.ndarray, np.ndarray]:
    """Return sizes and errors, in the other half, of the directions of the chosen one."""
    left, _, right = np.linalg.svd(chosen.covariance(), full_matrices=False)
    most = min(MOST, len(right))
    ahead, behind = other.past @ left[:, :most], other.future @ right[:most].T
    products = (ahead - ahead.mean(0)) * (behind - behind.mean(0))
    by_text = np.zeros((other.texts, most))
    np.add.at(by_text, other.text, products)
    by_text /= len(other.text) / other.texts
    return by_text.mean(0), by_text.std(0, ddof=1) / np.sqrt(other.texts)


def _certain(sizes: np.ndarray, errors: np.ndarray) -> int:
    """Return the number of directions before the first one that chance may have made."""
    z = sizes / np.where(errors > 0, errors, np.inf)
    uncertain = norm.sf(z) > LEVEL / len(z)
    return int(np.argmax(uncertain)) if uncertain.any() else len(z)
