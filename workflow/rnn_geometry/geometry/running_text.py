"""Running text: how much words tell of words further on."""

from __future__ import annotations

import numpy as np

MOST_WORDS = 200  # told apart; all others are one
DRAWS = 3  # of texts whose words are exchanged
REACH = 2.0  # times the largest information of exchanged words that counts as certain


def mutual_information(
    words: np.ndarray, lag: int, *, seed: int, most: int = MOST_WORDS
) -> tuple[float, float]:
    """Return how much a word tells of the one `lag` words later in its text.

    Counted is what single texts tell: words of other texts at the same places tell of each other by
    chance alone, since counts are finite, and by their places; their mean is taken away.

    Parameters
    ----------
    words : (n, T)
        Ids from 0 on, below 0 behind the end of a text.
    lag
        Words from the one to the other, from 1 on.
    seed
        Exchanges texts.
    most
        The most frequent words are told apart, all others are one.

    Returns
    -------
    information : float
        Nats, above or below zero by chance.
    error : float
        Largest difference of exchanged texts from their mean.

    Raises
    ------
    ValueError
        Where no text has words so far apart.

    Examples
    --------
    Texts that say the same word all the time tell one bit, at any lag:

    >>> texts = np.repeat(np.random.default_rng(0).integers(0, 2, (4000, 1)), 9, axis=1)
    >>> round(float(mutual_information(texts, 5, seed=0)[0] / np.log(2)), 2)
    1.0
    """
    groups = _grouped(np.asarray(words), most)
    before, after = groups[:, :-lag], groups[:, lag:]
    if lag < 1 or not (after >= 0).any():
        raise ValueError(f"lag is {lag}; it must be from 1 on, and some text longer")
    rng = np.random.default_rng(seed)
    chance = [_plugged_in(before, _exchanged(after, rng)) for _ in range(DRAWS)]
    mean = float(np.mean(chance))
    return _plugged_in(before, after) - mean, float(np.abs(np.array(chance) - mean).max())


def half_lag(information: np.ndarray) -> int:
    """Return the lag up to which half of the information of all lags is told.

    Parameters
    ----------
    information : (L,)
        Of lags 1 to L; what is below zero counts as none.

    Returns
    -------
    int
        From 1 on.

    Examples
    --------
    >>> half_lag(np.array([0.5, 0.2, 0.2, 0.2]))
    2
    """
    told = np.maximum(information, 0).cumsum()
    return int(np.argmax(told >= told[-1] / 2)) + 1


def reach(information: np.ndarray, errors: np.ndarray) -> int:
    """Return the last lag before the first one at which nothing is certain.

    Parameters
    ----------
    information, errors : (L,)
        Of `mutual_information` at lags 1 to L. Certain is what is above twice the error.

    Returns
    -------
    int
        0: none is.

    Examples
    --------
    >>> reach(np.array([0.5, 0.2, 0.01]), np.array([0.01, 0.01, 0.01]))
    2
    """
    certain = np.asarray(information) > REACH * np.asarray(errors)
    return len(certain) if certain.all() else int(np.argmin(certain))


def _grouped(words: np.ndarray, most: int) -> np.ndarray:
    """Return the places of words among the most frequent ones, `most` for all others."""
    counts = np.bincount(words[words >= 0])
    order = np.argsort(-counts, kind="stable")[:most]
    group = np.full(len(counts), most)
    group[order] = np.arange(len(order))
    return np.where(words >= 0, group[words], -1)


def _exchanged(after: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return words with those of each place dealt anew to the texts that have one there."""
    dealt = after.copy()
    for column in dealt.T:
        there = np.flatnonzero(column >= 0)
        column[there] = column[rng.permutation(there)]
    return dealt


def _plugged_in(before: np.ndarray, after: np.ndarray) -> float:
    """Return the information of counted pairs, in nats."""
    both = (before >= 0) & (after >= 0)
    one, other = before[both], after[both]
    base = int(max(one.max(), other.max())) + 1
    joint = np.bincount(one * base + other, minlength=base * base).reshape(base, base) / len(one)
    expected = np.outer(joint.sum(1), joint.sum(0))
    said = joint > 0
    return float((joint[said] * np.log(joint[said] / expected[said])).sum())
