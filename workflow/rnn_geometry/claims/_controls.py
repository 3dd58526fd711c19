"""Networks held against the units of one control: shares, and means of the metric in pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from rnn_geometry.claims._sample import Sample
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


def margin_of(claim: Mapping[str, Any], expected: np.ndarray) -> float | None:
    """Return how far a mean may be away to count as equal; None where the claim does not say."""
    if "margin" in claim:
        return claim["margin"]
    if "within_share" in claim:
        return claim["within_share"] * float(np.abs(expected).mean()) or None
    return claim.get("within") or None


def compared(
    claim: Mapping[str, Any], kind: str, trained: Sample, control: Sample, level: float
) -> Comparison:
    """Hold networks against the units of one control that have the metric."""
    met, units = int(control.met.sum()), len(control)
    if not units or not len(trained):
        return Comparison(kind, met, units, None, None, False)
    twins = _twins(trained, control)
    pairs = _unlike_pairs(trained, twins) if kind in TWINS else None
    shares = difference((int(trained.met.sum()), len(trained)), (met, units), level, pairs)
    mean, alike = _means(claim, trained, twins, level)
    return Comparison(kind, met, units, shares, mean, alike)


Twin = tuple[bool, float]  # whether it meets the claim, and its metric


def _twins(trained: Sample, control: Sample) -> list[Twin | None]:
    """Return of each network the unit with its data seed and seed, where there is just one."""
    keys = control.keys
    units = dict(zip(keys, zip(control.met.tolist(), control.value.tolist(), strict=True)))
    known = units if len(units) == len(keys) else {}
    return [known.get(key) for key in trained.keys]


def _unlike_pairs(trained: Sample, twins: list[Twin | None]) -> tuple[int, int] | None:
    """Return in how many pairs the network alone, and its twin alone, meets; None without twins."""
    known = [twin[0] for twin in twins if twin is not None]
    if len(known) < len(twins):
        return None
    pairs = list(zip(trained.met.tolist(), known, strict=True))
    return pairs.count((True, False)), pairs.count((False, True))


def _means(
    claim: Mapping[str, Any], trained: Sample, twins: list[Twin | None], level: float
) -> tuple[Mean | None, bool]:
    """Return the mean difference of pairs, and whether it is zero within the claim's margin."""
    differences = trained.value - np.array([np.nan if twin is None else twin[1] for twin in twins])
    known = np.isfinite(differences)
    if known.sum() < 2:
        return None, False
    names, margin = trained[known].clusters, margin_of(claim, trained.expected)
    mean = clustered_mean(differences[known], names)
    p = None if margin is None else equivalence_p(differences[known], names, margin)
    return mean, p is not None and p <= 1 - level
