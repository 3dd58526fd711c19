"""Numbers of a language model whose source is known: what it holds, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

NOTHING = 1e-12  # mean square of an expected change below which nothing is expected
MODES = 4  # whose rates are kept


def encoding(states: np.ndarray, beliefs: np.ndarray) -> np.ndarray:
    """Return how states move with what can be known: the regression of states on beliefs.

    Parameters
    ----------
    states
        (m, S).
    beliefs
        (m, K) chances of hidden states at the same places.

    Returns
    -------
    (K, S)
        A change of beliefs times it is a change of states. Beliefs sum to one, so that it is the
        shortest of all that fit.
    """
    center, middle = states.mean(0), beliefs.mean(0)
    return np.linalg.lstsq(beliefs - middle, states - center, rcond=1e-6)[0]


def followed(changes: np.ndarray, expected: np.ndarray) -> float:
    """Return which share of an expected change came about.

    Parameters
    ----------
    changes, expected
        (m, V) of chances.

    Returns
    -------
    float
        1 - sum |change - expected|^2 / sum |expected|^2: 1 where all changes are as expected, 0
        where nothing changes, below it where they go elsewhere. NaN where nothing is expected.

    Examples
    --------
    >>> expected = np.array([[0.5, -0.5], [0.2, -0.2]])
    >>> followed(expected, expected), followed(0 * expected, expected)
    (1.0, 0.0)
    """
    size = (expected**2).sum()
    if size <= NOTHING * len(expected):
        return float("nan")
    return float(1 - ((changes - expected) ** 2).sum() / size)


def gap_closed(loss: float, source: float, ngrams: Mapping[str, float]) -> float:
    """Return how much of the way from the best n-gram to the source a network goes.

    Parameters
    ----------
    loss, source
        Of the network, and of one who knows the source, in nats a word.
    ngrams
        Losses of n-grams by name.

    Returns
    -------
    float
        0: as the best n-gram; 1: as the source. NaN where the n-gram is as good as the source.

    Examples
    --------
    >>> gap_closed(2.1, 2.0, {"loss_ngram_2": 3.0, "loss_ngram_3": 2.5})
    0.8
    """
    best = min(ngrams.values())
    return round((best - loss) / (best - source), 12) if best > source else float("nan")


def signed_rates(eigenvalues: np.ndarray) -> list[float]:
    """Return how fast the slowest modes grow: ln |lambda| a word, below zero where they decay.

    Parameters
    ----------
    eigenvalues
        (S,) of a Jacobian.

    Returns
    -------
    list of float
        MODES of them, the largest first.

    Examples
    --------
    >>> [round(rate, 3) for rate in signed_rates(np.array([0.5, 1.0, 0.9, 1.1, 0.1]))]
    [0.095, 0.0, -0.105, -0.693]
    """
    sizes = np.sort(np.abs(eigenvalues))[::-1][:MODES]
    with np.errstate(divide="ignore"):
        return np.log(sizes).tolist()
