"""Is there a running score? How much of it can be read from states at each place of a text."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_geometry.geometry.beliefs import linear_reading


class RunningScore(NamedTuple):
    """How much of the sums so far is read from states, in texts that no map was fitted on.

    Attributes
    ----------
    by_place : (T,) float64
        R^2 of a linear map of each place's own; NaN where the sums do not vary.
    together : float
        R^2 of one linear map for all places: a score that means the same wherever it stands.
    """

    by_place: np.ndarray
    together: float


def running_score(states: np.ndarray, totals: np.ndarray) -> RunningScore:
    """Read the sums so far from states at every place; every other text is held out.

    Parameters
    ----------
    states : (n, T, H)
        Of n texts of T words, at each place.
    totals : (n, T, K)
        What the words up to there sum to.

    Returns
    -------
    RunningScore
        R^2 by place, and of one map for all.

    Raises
    ------
    ValueError
        For one text alone, and arrays of other shapes.

    Examples
    --------
    >>> totals = np.random.default_rng(0).normal(size=(60, 5, 2)).cumsum(1)
    >>> sums, means = totals, totals / np.arange(1, 6)[:, None]
    >>> [round(running_score(states, totals).together, 2) for states in (sums, means)]
    [1.0, 0.66]
    >>> running_score(means, totals).by_place.round(2)
    array([1., 1., 1., 1., 1.])
    """
    if states.ndim != 3 or totals.ndim != 3 or states.shape[:2] != totals.shape[:2]:
        raise ValueError(
            f"states and totals must be (n, T, H) and (n, T, K), got {states.shape}, {totals.shape}"
        )
    count, places = states.shape[:2]
    texts = np.arange(count)
    by_place = [linear_reading(states[:, t], totals[:, t], texts).r2 for t in range(places)]
    flat = (part.reshape(count * places, -1) for part in (states, totals))
    return RunningScore(np.array(by_place), linear_reading(*flat, texts.repeat(places)).r2)
