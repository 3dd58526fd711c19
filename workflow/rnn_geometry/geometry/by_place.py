"""What is read at each place of a text, by one map for all places and by each place's own.

Shapes: n texts of T words, H units that the readout sees, K targets.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_geometry.geometry.beliefs import NOTHING, linear_reading


class ReadByPlace(NamedTuple):
    """What two readings tell of targets at every place.

    Attributes
    ----------
    together : (n, T, K)
        By one linear map for all places.
    own : (n, T, K)
        By a linear map of each place's own.
    r2 : (T, 2)
        R^2 of both at each place, on texts with odd numbers, to which neither was fitted; NaN where
        targets do not vary.
    """

    together: np.ndarray
    own: np.ndarray
    r2: np.ndarray


def read_by_place(states: np.ndarray, targets: np.ndarray) -> ReadByPlace:
    """Read targets at every place; every other text is held out.

    Parameters
    ----------
    states : (n, T, H)
        What stands at each place of n texts, two or more.
    targets : (n, T, K)
        Beliefs, or sums so far, at the same places.

    Returns
    -------
    ReadByPlace
        By both kinds of maps.

    Examples
    --------
    A mean is the sum over a number that changes from place to place:

    >>> sums = np.random.default_rng(0).normal(size=(200, 4, 2)).cumsum(1)
    >>> found = read_by_place(sums / np.arange(1, 5)[:, None], sums)
    >>> found.r2.round(1)
    array([[0. , 1. ],
           [1. , 1. ],
           [0.9, 1. ],
           [0.7, 1. ]])
    """
    count, places = states.shape[:2]
    texts = np.arange(count)
    seen, known = (part.reshape(count * places, -1) for part in (states, targets))
    together = linear_reading(seen, known, texts.repeat(places)).told(states)
    own = np.empty_like(together)
    for place in range(places):
        here = states[:, place]
        own[:, place] = linear_reading(here, targets[:, place], texts).told(here)
    r2 = [r2_by_place(targets[1::2], told[1::2]) for told in (together, own)]
    return ReadByPlace(together, own, np.stack(r2, 1))


def r2_by_place(targets: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Return which share of the variance of targets is told at each place.

    Parameters
    ----------
    targets, told : (n, T, K)
        What is so, and what is read.

    Returns
    -------
    (T,)
        NaN where targets do not vary.
    """
    spread = ((targets - targets.mean(0)) ** 2).sum((0, 2))
    missed = ((targets - told) ** 2).sum((0, 2))
    varies = spread > NOTHING * len(targets)
    return np.where(varies, 1 - missed / np.where(varies, spread, 1), np.nan)


def most_moved(shares: np.ndarray, most: int, among: int) -> np.ndarray:
    """Return numbers of texts in which shares change most, of those that no map is fitted to.

    Parameters
    ----------
    shares : (n, T, M)
        Of each text at each place.
    most
        How many texts.
    among
        Of how many of the first texts.

    Returns
    -------
    (m,)
        Odd numbers, rising.

    Examples
    --------
    >>> shares = np.zeros((6, 3, 1))
    >>> shares[[0, 3], 1] = 1
    >>> most_moved(shares, 1, 6).tolist()
    [3]
    """
    odd = np.arange(1, min(among, len(shares)), 2)
    moved = np.abs(np.diff(shares[odd], axis=1)).sum((1, 2))
    return np.sort(odd[np.argsort(-moved, kind="stable")[:most]])
