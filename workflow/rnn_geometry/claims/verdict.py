"""The rule by which a claim holds, fails or stays undecided, and the intervals that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binomtest

HOLDS, FAILS, UNDECIDED = "holds", "fails", "undecided"
RESAMPLES = 2000
ROUNDING = 1e-12  # a value at the very edge of `within` keeps it


class Verdict(NamedTuple):
    """holds, fails or undecided; why, in words; whether a control meets the claim as well."""

    verdict: str
    reason: str
    control_met: bool


def wilson(met: int, runs: int, level: float) -> tuple[float, float]:
    """Return the Wilson interval of a share.

    Parameters
    ----------
    met, runs
        How many units meet the claim, of how many.
    level
        Of the interval, such as 0.95.

    Returns
    -------
    tuple of float
        Low and high end; 0 and 1 where there are no units.

    References
    ----------
    Wilson 1927, Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> [round(end, 2) for end in wilson(5, 5, 0.95)]
    [0.57, 1.0]
    """
    if runs == 0:
        return 0.0, 1.0
    interval = binomtest(met, runs).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def verdict(
    met: int, runs: int, controls: Mapping[str, tuple[int, int]], level: float, half: float
) -> Verdict:
    """Judge a claim.

    fails: the interval of the share lies below `half`. holds: it lies above `half`, there is a
    control, and the interval lies above that of every control. Else undecided. A claim that half of
    a control's units meet is worth nothing: it is marked, and holds nowhere.

    Parameters
    ----------
    met, runs
        How many units meet the claim, of how many.
    controls
        The same two numbers by name of a control.
    level
        Of all intervals.
    half
        The share that is held against the interval.

    Returns
    -------
    Verdict
        With its reason in words.

    Examples
    --------
    >>> verdict(5, 5, {"untrained": (0, 3)}, level=0.95, half=0.5).verdict
    'holds'
    >>> verdict(2, 2, {"untrained": (0, 2)}, level=0.95, half=0.5).reason
    '2 of 2 meet it: too few or too mixed'
    """
    low, high = wilson(met, runs, level)
    meeting = [name for name, (hits, count) in controls.items() if count and hits >= half * count]
    if high < half:
        return Verdict(FAILS, f"{met} of {runs} meet it", bool(meeting))
    if meeting:
        return Verdict(
            UNDECIDED, f"worthless here: the control meets it too ({', '.join(meeting)})", True
        )
    if low <= half:
        return Verdict(UNDECIDED, f"{met} of {runs} meet it: too few or too mixed", False)
    if not any(count for _, count in controls.values()):
        return Verdict(UNDECIDED, "there is no control", False)
    near = [
        name
        for name, (hits, count) in controls.items()
        if count and wilson(hits, count, level)[1] >= low
    ]
    if near:
        return Verdict(UNDECIDED, f"not far enough from the control ({', '.join(near)})", False)
    return Verdict(HOLDS, f"{met} of {runs} meet it", False)


def clustered_interval(
    values: np.ndarray, seeds: np.ndarray, level: float
) -> tuple[float | None, float | None]:
    """Return the bootstrap interval of a mean over networks, drawn by seed as clusters.

    Parameters
    ----------
    values
        A number per network (n,).
    seeds
        Their seeds (n,).
    level
        Of the interval.

    Returns
    -------
    tuple
        Percentiles of RESAMPLES means; None and None with fewer than two seeds.
    """
    names, place = np.unique(seeds, return_inverse=True)
    if len(names) < 2:
        return None, None
    sums, counts = np.bincount(place, weights=values), np.bincount(place)
    drawn = np.random.default_rng(0).integers(len(names), size=(RESAMPLES, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    tail = 50 * (1 - level)
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)


def keeps_threshold(
    claim: Mapping[str, Any], value: float | None, expected: float | None, control: bool = False
) -> bool:
    """Tell whether a metric keeps the threshold of a claim.

    Parameters
    ----------
    claim
        With one of `at_least`, `at_most`, `within` and `within_share`.
    value
        The metric; an empty one keeps nothing.
    expected
        What `within` and `within_share` are about; nothing is within an empty one.
    control
        Whether the unit is a control. Of a claim with `control_at_most`, one beyond it counts as
        one that meets the claim.

    Examples
    --------
    >>> keeps_threshold({"within_share": 0.2}, 2.3, 2.0)
    True
    >>> keeps_threshold({"at_least": 0.75, "control_at_most": 0.2}, 0.4, None, control=True)
    True
    """
    if value is None or isnan(value):
        return False
    if control and "control_at_most" in claim:
        return value > claim["control_at_most"]
    if "at_least" in claim:
        return value >= claim["at_least"]
    if "at_most" in claim:
        return value <= claim["at_most"]
    if expected is None or isnan(expected):
        return False
    margin = claim["within"] if "within" in claim else claim["within_share"] * abs(expected)
    return abs(value - expected) <= margin + ROUNDING
