"""The rule by which a claim holds, fails, stays undecided or says nothing, at one look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

from rnn_geometry.claims.looks import FAILS, HOLDS, UNDECIDED, UNINFORMATIVE

WORDS = (HOLDS, FAILS, UNDECIDED, UNINFORMATIVE)
ROUNDING = 1e-12  # a value at the very edge of `within` keeps it


class Verdict(NamedTuple):
    """One of WORDS, and why."""

    verdict: str
    reason: str


class Control(NamedTuple):
    """A control: units that meet the claim, of how many; is the difference shown, or none there."""

    met: int
    units: int
    shown: bool
    alike: bool = False

    def meets(self, half: float) -> bool:
        """Tell whether a share of `half` or more meets the claim as well."""
        return self.units > 0 and self.met >= half * self.units


def verdict(
    said: str, seen: tuple[int, int], controls: Mapping[str, Control], half: float
) -> Verdict:
    """Judge a claim at a look, before the other verdicts of its family are known.

    fails: so many networks or fewer meet it. uninformative: a control does as well, and no
    difference from it is shown; or the mean of the metric is that of the control within the margin.
    holds: so many or more meet it, every control that the claim names is there, and a difference
    from each is shown. Else undecided.

    Parameters
    ----------
    said
        What `looks.outcome` says of the numbers.
    seen
        How many networks meet the claim, of how many.
    controls
        By name; all that the claim names.
    half
        The share from which on a control meets the claim.

    Returns
    -------
    Verdict
        With its reason in words.

    Examples
    --------
    >>> verdict("holds", (10, 10), {"untrained": Control(0, 10, shown=True)}, half=0.5).verdict
    'holds'
    >>> verdict("holds", (10, 10), {"reservoir": Control(0, 0, shown=False)}, half=0.5).reason
    '10 of 10 meet it; no control: reservoir'
    """
    counts = f"{seen[0]} of {seen[1]} meet it"
    not_shown = [name for name, one in controls.items() if one.units and not one.shown]
    meeting = [name for name in not_shown if controls[name].meets(half)]
    alike = [name for name, one in controls.items() if one.alike]
    missing = [name for name, one in controls.items() if not one.units]
    if said == FAILS:
        return Verdict(FAILS, counts)
    if meeting:
        return Verdict(UNINFORMATIVE, f"a control meets it too: {', '.join(meeting)}")
    if alike:
        return Verdict(UNINFORMATIVE, f"the same mean within the margin as {', '.join(alike)}")
    if said == UNDECIDED:
        return Verdict(UNDECIDED, f"{counts}: too mixed")
    if missing or not controls:
        return Verdict(UNDECIDED, f"{counts}; no control{_listed(missing)}")
    if not_shown:
        return Verdict(UNDECIDED, f"{counts}; not far enough from {', '.join(not_shown)}")
    return Verdict(HOLDS, counts)


def _listed(names: Sequence[str]) -> str:
    return f": {', '.join(names)}" if names else ""


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
