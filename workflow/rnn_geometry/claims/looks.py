"""Looks at growing numbers of networks: when they decide, and what chance does with them.

Networks count in the order of their seeds. The first look that decides is the last one. A look is
read before all its networks are there where the missing ones cannot change what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

HOLDS, FAILS, UNDECIDED, UNINFORMATIVE = "holds", "fails", "undecided", "uninformative"
Looks = Sequence[Mapping[str, int]]


class Seen(NamedTuple):
    """What a look sees: its number from 1 on, the networks that count, those of them that meet."""

    look: int
    networks: int
    met: int


def outcome(met: int, seen: int, look: Mapping[str, int]) -> str | None:
    """Return what the number of networks that meet a claim says at a look.

    Parameters
    ----------
    met, seen
        How many networks meet the claim, of how many; no more than the look has.
    look
        `networks`, `holds` (so many or more) and `fails` (so many or fewer).

    Returns
    -------
    str or None
        HOLDS, FAILS or UNDECIDED; None where the networks that are missing could change it.

    Examples
    --------
    >>> outcome(9, 10, {"networks": 10, "holds": 9, "fails": 1})
    'holds'
    >>> outcome(0, 9, {"networks": 10, "holds": 9, "fails": 1})
    'fails'
    >>> outcome(2, 2, {"networks": 10, "holds": 9, "fails": 1}) is None
    True
    """
    missing = look["networks"] - seen
    if met >= look["holds"]:
        return HOLDS
    if met + missing <= look["fails"]:
        return FAILS
    return None if missing else UNDECIDED


def looks_of(looks: Looks, drawn: int) -> Looks:
    """Return the looks that apply to a task and cell.

    Parameters
    ----------
    looks
        Of a file of claims. One with `alone` applies where no more networks were drawn than it has,
        so that a verdict on more never stops at it.
    drawn
        Networks of the task and cell, those that are not judged among them.

    Examples
    --------
    >>> looks = [{"networks": 5, "alone": True}, {"networks": 10}]
    >>> [[look["networks"] for look in looks_of(looks, drawn)] for drawn in (5, 10)]
    [[5, 10], [10]]
    """
    return [look for look in looks if not look.get("alone") or drawn <= look["networks"]]


def reached(met: np.ndarray, looks: Looks) -> Iterator[Seen]:
    """Yield what is seen at every look that networks reach.

    Parameters
    ----------
    met
        Whether each network meets the claim (n,), in the order in which they count.
    looks
        Of a file of claims.
    """
    for number, look in enumerate(looks, 1):
        part = met[: look["networks"]]
        hits = int(part.sum())
        if outcome(hits, len(part), look) is None:
            return
        yield Seen(number, len(part), hits)


def chances(looks: Looks, share: float) -> dict[str, float]:
    """Return how often the numbers of independent networks hold, fail or stay undecided.

    Parameters
    ----------
    looks
        Of a file of claims.
    share
        Of all networks that meet the claim.

    Returns
    -------
    dict
        Probability of HOLDS, FAILS and UNDECIDED after the last look, exactly.

    References
    ----------
    Armitage, McPherson and Rowe 1969, Repeated significance tests on accumulating data.

    Examples
    --------
    >>> chances([{"networks": 5, "holds": 5, "fails": 0}], 0.5)["holds"]
    0.03125
    """
    holds = fails = 0.0
    for look, weights in zip(looks, _weights(looks, share), strict=True):
        holds += weights[look["holds"] :].sum()
        fails += weights[: look["fails"] + 1].sum()
    return {HOLDS: float(holds), FAILS: float(fails), UNDECIDED: float(1 - holds - fails)}


def share_p(seen: Seen, looks: Looks, half: float) -> float:
    """Return how often as much as was seen happens by chance, over all looks up to this one.

    Parameters
    ----------
    seen
        What a look saw; networks that are missing there count as such that do not meet the claim.
    looks
        Of a file of claims.
    half
        The share that is held against it.

    Returns
    -------
    float
        One-sided p: an earlier look holds, or this one has as many that meet the claim or more. At
        the first look it is that of the exact binomial test.

    References
    ----------
    Armitage 1957, Restricted sequential procedures: results in the order of looks.

    Examples
    --------
    >>> look = {"networks": 10, "holds": 9, "fails": 1}
    >>> round(share_p(Seen(1, 10, 9), [look], 0.5), 4)
    0.0107
    """
    p = 0.0
    for number, weights in enumerate(_weights(looks[: seen.look], half), 1):
        start = seen.met if number == seen.look else looks[number - 1]["holds"]
        p += weights[start:].sum()
    return float(min(p, 1.0))


def _weights(looks: Looks, share: float) -> Iterator[np.ndarray]:
    """Yield per look how probable each number of networks that meet the claim is, if reached."""
    weights, before = np.ones(1), 0
    for look in looks:
        added = look["networks"] - before
        weights = np.convolve(weights, binom.pmf(np.arange(added + 1), added, share))
        yield weights
        counts, before = np.arange(len(weights)), look["networks"]
        weights = np.where((counts > look["fails"]) & (counts < look["holds"]), weights, 0.0)
