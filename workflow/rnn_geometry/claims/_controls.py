"""Networks held against the units of one control: shares, and means of the metric in pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rnn_geometry.claims.means import Mean, clustered_mean, equivalence_p
from rnn_geometry.claims.shares import Difference, difference
from rnn_geometry.claims.verdict import Control
from rnn_geometry.identity import UNTRAINED

TWINS = (UNTRAINED, "random")  # one for every network, with its weights or of its own points


class Comparison(NamedTuple):
    """What one control says: its units, differences of shares and of means, if all is alike."""

    kind: str
    met: int
    units: int
    difference: Difference | None
    mean: Mean | None
    alike: bool

    def control(self, level: float) -> Control:
        """Return what the rule asks for."""
        shown = self.difference is not None and self.difference.shown(level)
        return Control(self.met, self.units, shown, self.alike)

    def words(self, level: float) -> str:
        """Return it as text of claims.csv."""
        counts, d = f"{self.kind} {self.met}/{self.units}", self.difference
        if d is None:
            return counts
        text = (
            f"{counts}, {d.difference:+.2f} ({d.low:.2f} to {d.high:.2f}), p {d.p:.2g}"
            f"{' in pairs' if d.paired else ''}"
        )
        low, high = self.mean.interval(level) if self.mean else (None, None)
        if self.mean is None or low is None or high is None:
            return text
        return f"{text}, mean {self.mean.mean:+.3g} ({low:.3g} to {high:.3g})"


def clusters(units: pd.DataFrame) -> np.ndarray:
    """Return what networks come in: data seeds where there are several, else their own seeds."""
    data = units["data_seed"].to_numpy()
    return data if len(set(data)) > 1 else units["seed"].to_numpy()


def margin_of(claim: Mapping[str, Any], expected: pd.Series) -> float | None:
    """Return how far a mean may be away to count as equal; None where the claim does not say."""
    if "margin" in claim:
        return claim["margin"]
    if "within_share" in claim:
        return claim["within_share"] * float(expected.abs().mean()) or None
    return claim.get("within") or None


def compared(
    claim: Mapping[str, Any], kind: str, trained: pd.DataFrame, control: pd.DataFrame, level: float
) -> Comparison:
    """Hold networks against the units of one control that have the metric."""
    met, units = int(control["met"].sum()), len(control)
    if not units or trained.empty:
        return Comparison(kind, met, units, None, None, False)
    twins = _twins(control)
    pairs = _unlike_pairs(trained, twins) if kind in TWINS else None
    shares = difference((int(trained["met"].sum()), len(trained)), (met, units), level, pairs)
    mean, alike = _means(claim, trained, twins, level)
    return Comparison(kind, met, units, shares, mean, alike)


Twins = dict[tuple[int, int], tuple[bool, float]]


def _twins(control: pd.DataFrame) -> Twins:
    """Return by data seed and seed whether the unit meets the claim, and its metric; only pairs."""
    keys = list(zip(control["data_seed"], control["seed"], strict=True))
    units = dict(zip(keys, zip(control["met"], control["value"], strict=True), strict=True))
    return units if len(units) == len(keys) else {}


def _unlike_pairs(trained: pd.DataFrame, twins: Twins) -> tuple[int, int] | None:
    """Return in how many pairs the network alone, and its twin alone, meets; None without twins."""
    columns = (trained[name] for name in ("data_seed", "seed", "met"))
    found = [(met, twins.get((data, seed))) for data, seed, met in zip(*columns, strict=True)]
    if any(twin is None for _, twin in found):
        return None
    pairs = [(bool(met), bool(twin[0])) for met, twin in found if twin is not None]
    return pairs.count((True, False)), pairs.count((False, True))


def _means(
    claim: Mapping[str, Any], trained: pd.DataFrame, twins: Twins, level: float
) -> tuple[Mean | None, bool]:
    """Return the mean difference of pairs, and whether it is zero within the claim's margin."""
    keys = zip(trained["data_seed"], trained["seed"], strict=True)
    others = np.array([twins.get(key, (False, np.nan))[1] for key in keys], dtype=float)
    differences = trained["value"].to_numpy(dtype=float) - others
    known = np.isfinite(differences)
    if known.sum() < 2:
        return None, False
    names, margin = clusters(trained[known]), margin_of(claim, trained["expected"])
    mean = clustered_mean(differences[known], names)
    p = None if margin is None else equivalence_p(differences[known], names, margin)
    return mean, p is not None and p <= 1 - level
