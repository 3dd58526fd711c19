"""One row of claims.csv: a claim on one task and cell, at the look that decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rnn_geometry.claims._controls import Comparison, compared, margin_of
from rnn_geometry.claims._sample import TRAINED, Sample
from rnn_geometry.claims.file import threshold_words
from rnn_geometry.claims.judged import counted
from rnn_geometry.claims.looks import UNDECIDED, Seen, looks_of, outcome, reached, share_p
from rnn_geometry.claims.means import clustered_interval, equivalence_p
from rnn_geometry.claims.shares import wilson
from rnn_geometry.claims.verdict import Verdict, verdict


class Judged(NamedTuple):
    """A row of claims.csv before others are known; its kind of cell; networks that count or not."""

    row: dict[str, Any]
    cell: str
    networks: Sample
    left_out: list[str]


class _Look(NamedTuple):
    """What is read at a look: networks that count, what controls say, verdict, p."""

    number: int | None
    networks: Sample
    controls: list[Comparison]
    verdict: Verdict
    p: float | None


def judged_row(
    claim: Mapping[str, Any], task: str, cell: str, units: pd.DataFrame, rule: Mapping[str, Any]
) -> Judged:
    """Judge a claim on a task and cell; `rule` is the checked file of claims."""
    whole = Sample.of(units)
    rule = {**rule, "looks": looks_of(rule["looks"], int((whole.control == TRAINED).sum()))}
    out = (whole.control == TRAINED) & (whole.not_judged != "")
    left_out, known = whole[out], whole[whole.not_judged == ""]
    trained = known[known.control == TRAINED]
    trained = trained[np.lexsort((trained.data_seed, trained.seed))]
    look, why = _deciding_look(claim, trained, known, rule), counted(left_out.not_judged)
    row = {
        **named(claim, task, cell, units["structure"].iloc[0]),
        **numbers(claim, look.networks, rule["level"]),
        **_of_controls(look.controls, rule),
        "left_out": len(left_out),
        "left_out_why": why,
        "look": look.number,
        "p": look.p,
        "judged": int(len(trained) > 0 and trained.is_judged(rule["judged_from"]).all()),
        "verdict": look.verdict.verdict,
        "reason": _reason(look, why),
    }
    return Judged(row, units["cell"].iloc[0], look.networks, left_out.not_judged.tolist())


def _deciding_look(
    claim: Mapping[str, Any], trained: Sample, units: Sample, rule: Mapping[str, Any]
) -> _Look:
    """Return the first look that decides, else the last that is reached, else all that is there."""
    look = None
    for seen in reached(trained.met, rule["looks"]):
        look = _read(claim, seen, trained[: seen.networks], units, rule)
        if look.verdict.verdict != UNDECIDED:
            return look
    if look is not None:
        return look
    first = rule["looks"][0]["networks"]
    words = f"{trained.met.sum()} of {len(trained)} seen; judged from {first} networks on"
    controls = _comparisons(claim, trained, units, rule["level"])
    return _Look(None, trained, controls, Verdict(UNDECIDED, words), None)


def _read(
    claim: Mapping[str, Any],
    seen: Seen,
    networks: Sample,
    units: Sample,
    rule: Mapping[str, Any],
) -> _Look:
    controls = _comparisons(claim, networks, units, rule["level"])
    said = outcome(seen.met, seen.networks, rule["looks"][seen.look - 1]) or UNDECIDED
    asked = {one.kind: one.control(rule["level"]) for one in controls}
    found = verdict(said, (seen.met, seen.networks), asked, rule["half"])
    p = share_p(seen, rule["looks"], rule["half"])
    ps = [one.difference.p for one in controls if one.difference is not None]
    whole = max(p, *ps) if len(ps) == len(controls) else None  # else one control says nothing
    return _Look(seen.look, networks, controls, found, whole)


def _comparisons(
    claim: Mapping[str, Any], networks: Sample, units: Sample, level: float
) -> list[Comparison]:
    return [
        compared(claim, kind, networks, units[units.control == kind], level)
        for kind in sorted(claim["controls"])
    ]


def named(claim: Mapping[str, Any], task: str, cell: str, structure: str) -> dict[str, Any]:
    """Return what a row is about."""
    return {
        "claim": claim["name"],
        "task": task,
        "cell": cell,
        "structure": structure,
        "family": None if claim["exploratory"] else claim["family"],
        "headline": int(claim["headline"]),
        "exploratory": int(claim["exploratory"]),
        "threshold": threshold_words(claim),
    }


def numbers(claim: Mapping[str, Any], networks: Sample, level: float) -> dict[str, Any]:
    """Return what was measured: networks, mean of the metric, its interval, those that meet."""
    defined = networks[~np.isnan(networks.value)]
    interval = (None, None)
    if len(defined):
        interval = clustered_interval(defined.value, defined.clusters, level)
    expected = networks.expected[~np.isnan(networks.expected)]
    met, runs = int(networks.met.sum()), len(networks)
    ends = wilson(met, runs, level)
    return {
        "runs": runs,
        "expected": float(expected.mean()) if len(expected) else None,
        "observed": float(defined.value.mean()) if len(defined) else None,
        "low": interval[0],
        "high": interval[1],
        "theory_p": _theory_p(claim, defined),
        "met": met,
        "share": met / runs if runs else None,
        "share_low": ends[0],
        "share_high": ends[1],
    }


def _theory_p(claim: Mapping[str, Any], defined: Sample) -> float | None:
    known = defined[~np.isnan(defined.expected)]
    margin = margin_of(claim, known.expected) if len(known) else None
    if margin is None:
        return None
    return equivalence_p(known.value - known.expected, known.clusters, margin)


def _of_controls(controls: list[Comparison], rule: Mapping[str, Any]) -> dict[str, Any]:
    effects = [one.difference.difference for one in controls if one.difference is not None]
    meeting = [one.control(rule["level"]).meets(rule["half"]) for one in controls]
    return {
        "control": _words(controls, rule["level"]),
        "effect_control": min(effects, default=None),
        "control_met": int(any(meeting)),
    }


def _words(controls: list[Comparison], level: float) -> str:
    known = [one.words(level) for one in controls if one.units]
    missing = [one.kind for one in controls if not one.units]
    return "; ".join([*known, *([f"no control: {', '.join(missing)}"] if missing else [])])


def _reason(look: _Look, left_out: str) -> str:
    """Return why, with the networks that have no gap and those that are not judged."""
    networks = look.networks
    if not len(networks):
        return f"no network is judged: {left_out}"
    blank = networks.no_gap.sum()
    gap = f"; no gap in {blank} of {len(networks)}" if blank else ""
    return look.verdict.reason + gap + (f"; not judged: {left_out}" if left_out else "")
