"""The rule by which a claim holds, fails or stays undecided, and the intervals that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest

HOLDS, FAILS, UNDECIDED = "holds", "fails", "undecided"
RESAMPLES = 2000


class Verdict(NamedTuple):
    """holds, fails or undecided; why, in words; whether a control meets the claim as well."""

    verdict: str
    reason: str
    control_met: bool


def wilson(met: int, runs: int, level: float) -> tuple[float, float]:
    """Return the Wilson interval of a share (Wilson 1927); 0 to 1 where there are no runs."""
    if runs == 0:
        return 0.0, 1.0
    interval = binomtest(met, runs).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def verdict(
    met: int, runs: int, controls: Mapping[str, tuple[int, int]], level: float, half: float
) -> Verdict:
    """Judge a claim that `met` of `runs` units meet, and of every control (met, runs).

    fails: the interval of the share lies below `half`. holds: it lies above `half`, there is a control, and the
    interval lies above that of every control. Else undecided. A claim that half of a control's units meet is worth
    nothing: it is marked, and holds nowhere.
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
    """Return the bootstrap interval of the mean of values (n,) over networks, drawn by seed (n,) as clusters.

    Percentiles of RESAMPLES means; None with fewer than two seeds.
    """
    names, place = np.unique(seeds, return_inverse=True)
    if len(names) < 2:
        return None, None
    sums, counts = np.bincount(place, weights=values), np.bincount(place)
    drawn = np.random.default_rng(0).integers(len(names), size=(RESAMPLES, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    tail = 50 * (1 - level)
    return tuple(float(value) for value in np.percentile(means, [tail, 100 - tail]))


def keeps_threshold(claim: Mapping[str, Any], value: float, expected: float | None) -> bool:
    """Tell whether a metric keeps the threshold of a claim; an empty metric or expected value does not."""
    if value is None or pd.isna(value):
        return False
    if "at_least" in claim:
        return value >= claim["at_least"]
    if "at_most" in claim:
        return value <= claim["at_most"]
    if expected is None or pd.isna(expected):
        return False
    margin = claim["within"] if "within" in claim else claim["within_share"] * abs(expected)
    return abs(value - expected) <= margin + 1e-12
